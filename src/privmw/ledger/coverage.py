"""How far each chain is signed, and what is to be said of the records behind.

A checkpoint of a trusted key covers a chain up to its size. So does, up to the record it names, a sighting in a record of
another chain that is covered itself: its hash stands for all that were chained before.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privmw.ledger.claims import Place
from privmw.ledger.notes import origin_of
from privmw.ledger.purges import Trust
from privmw.ledger.settle import Parse
from privmw.ledger.sources import ChainSource
from privmw.ledger.statements import Statements
from privmw.ledger.testimony import Sighting
from privmw.ledger.unsigned import is_overdue
from privmw.ledger.verdicts import Report, Verdict
from privmw.ledger.walk import ChainWalk

__all__ = ["Coverage"]


class Coverage:
    """How far the chains of one ledger are signed, once they were read.

    Args:
        chains: All of them.
        walks: Those that could be read, by index.
        statements: What was signed.
        sightings: Where records of other chains saw each writer's chain stand.
        demanded: Whether records must be signed: keys were given.
        copied: Whether this is a copy, which may get its checkpoints long after the records that they cover.
    """

    def __init__(
        self,
        chains: Sequence[ChainSource],
        walks: Mapping[int, ChainWalk],
        statements: Statements,
        sightings: Mapping[str, Sequence[Sighting]],
        *,
        demanded: bool,
        copied: bool,
    ) -> None:
        self._chains = chains
        self._walks = walks
        self._statements = statements
        self._demanded = demanded
        self._copied = copied
        self._known = {index for index in walks if origin_of(chains[index].writer_id) in statements.required}
        self._overdue: set[int] = set()
        self._covered = {index: self._signed(index) for index in walks}
        self._spread([item for items in sightings.values() for item in items if item.place.chain in walks])

    def measure(self, index: int, parse: Parse, errors: tuple[type[Exception], ...]) -> None:
        """See whether an honest writer would have signed more of a chain."""
        summary = self._walks[index].summary
        start = max(self._covered[index], summary.minimum_index)
        if self._demanded and start < summary.size:
            rows = self._chains[index].headers(start, summary.size)
            if is_overdue(rows, summary.minimum_index, parse, errors):
                self._overdue.add(index)

    def trust(self, place: Place) -> Trust:
        """What the place of a record is worth."""
        walk = self._walks.get(place.chain)
        if walk is None:
            return Trust.UNREAD
        if place.seq not in walk.stood:
            return Trust.UNSOUND
        if not (self._demanded and self._statements.required) or place.seq < self._covered[place.chain]:
            return Trust.FULL
        return Trust.PENDING if place.chain in self._known - self._overdue else Trust.UNSIGNED

    def judge(self, index: int, report: Report, *, anchored: bool) -> None:
        """Say what is to be said of the records behind the last checkpoint of a chain.

        Args:
            index: Which chain.
            report: Where findings go.
            anchored: Whether anchors were given, so that a checkpoint in the ledger alone is not enough.
        """
        summary = self._walks[index].summary
        name = summary.writer_id
        required = self._statements.required.get(origin_of(name), ())
        if any(item.size > summary.size for item in required):
            return  # its end is gone, which was said
        if not summary.size:  # a writer that died before its first commit leaves such a file, too
            report.add(Verdict.UNANCHORED, name, None, "there is no record, and nothing tells of any")
            return
        last = summary.size - 1
        if index in self._overdue and index in self._known and not self._copied:
            what = "the checkpoints over these are gone: a writer signs within a minute, and before it closes"
            report.add(Verdict.MISSING, name, self._covered[index], what, last=last)
            return
        if index in self._overdue:
            what = "no trusted key signed these: there was no key then, or their checkpoints were removed"
            if self._copied:
                what += ", or have not been copied yet"
            report.add(Verdict.UNKNOWN_KEY, name, self._covered[index], what, last=last)
            return
        signed = summary.anchored if anchored else summary.signed
        if signed < summary.size and self._statements.doubted.get(origin_of(name), 0) < summary.size:
            what = "no anchored checkpoint covers these" if anchored else "no checkpoint covers these"
            report.add(Verdict.UNANCHORED, name, signed, what, last=last)

    def _signed(self, index: int) -> int:
        """Records covered by checkpoints; one by an unknown key, which is reported, leaves nothing more to be said."""
        summary = self._walks[index].summary
        origin = origin_of(summary.writer_id)
        sizes = [item.size for item in self._statements.required.get(origin, ())]
        sizes.append(self._statements.doubted.get(origin, 0))
        return max((size for size in sizes if size <= summary.size), default=0)

    def _spread(self, sightings: Sequence[Sighting]) -> None:
        """Let what is covered cover what it saw, until nothing changes."""
        by_writer: dict[str, list[int]] = {}
        for index, walk in self._walks.items():
            by_writer.setdefault(walk.summary.writer_id, []).append(index)
        changed = True
        while changed:
            changed = False
            for item in sightings:
                place = item.place
                if place.seq >= self._covered[place.chain] or place.seq not in self._walks[place.chain].stood:
                    continue
                for index in by_writer.get(item.writer, ()):
                    size = min(item.seq + 1, self._walks[index].summary.size)
                    if size > self._covered[index]:
                        self._covered[index] = size
                        changed = True
