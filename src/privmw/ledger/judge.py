"""Judges a whole ledger: which checkpoints can be believed, each chain by itself, and what only shows across chains.

What records say of other chains (purges, sightings, super-checkpoints) is read first, because the other chains are held
against it, and counts in the end where the walk over their own chain found them intact and in their places.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations
from typing import Any

from privmw.ledger.claims import PayloadClaim, Place, PruneClaim, read_claim
from privmw.ledger.coverage import Coverage
from privmw.ledger.merkle import leaf_hash
from privmw.ledger.notes import TrustedKey, VerifySignature, origin_of
from privmw.ledger.purges import judge_purges
from privmw.ledger.settle import Ahead, Parse
from privmw.ledger.sources import ChainSource, NotJudgeable, Unavailable
from privmw.ledger.statements import Statements
from privmw.ledger.testimony import Sighting, read_sightings
from privmw.ledger.verdicts import Report, Verdict
from privmw.ledger.walk import ChainWalk

__all__ = ["Judge"]


class Judge:
    """One verification of one ledger.

    Args:
        chains: Every chain that could be opened.
        keys: Public keys that are trusted.
        verify: Ed25519 verification.
        parse: Reads canonical JSON.
        errors: What reading and parsing may raise.
        unavailable: Tells those of them that say nothing about what is stored.
        given: Whether the keys were given, and not found in the ledger's own directory: then records must be signed.
        anchors: Notes kept outside the ledger, by where they were kept.
        progress: Told the number of records read, block by block.
        only: Start of the writers' ids that are to be there; anchored notes of others are left aside.
        ahead: Settles a chain's blocks in other processes, told whether purges of its payloads are claimed.
        unread: Names of files that could not be looked at; what is missed may be in them.
        alone: Whether this is one file of several, so that nothing can be said of the others.
        copied: Whether this is a copy, which may get its checkpoints long after the records that they cover.
    """

    def __init__(
        self,
        chains: Sequence[ChainSource],
        *,
        keys: Sequence[TrustedKey],
        verify: VerifySignature,
        parse: Parse,
        errors: tuple[type[Exception], ...],
        unavailable: Unavailable,
        given: bool = True,
        anchors: Sequence[tuple[str, Sequence[bytes]]] = (),
        progress: Callable[[int], None] | None = None,
        only: str = "",
        ahead: Callable[[Any, bool], Ahead | None] | None = None,
        unread: Sequence[str] = (),
        alone: bool = False,
        copied: bool = False,
    ) -> None:
        self._ahead = ahead
        self._only = only
        self._chains = chains
        self._given = given and bool(keys)
        self._parse = parse
        self._errors = errors
        self._unavailable = unavailable
        self._anchors = anchors
        self._progress = progress
        self._unread = list(unread)
        self._alone = alone
        self._copied = copied
        self._claims: dict[str, list[Callable[[], PayloadClaim | PruneClaim | None]]] = {}
        self._prunes: dict[str, list[PruneClaim]] = {}
        self._sightings: dict[str, list[Sighting]] = {}
        self._witnesses: list[dict[int, bytes]] = [{} for _ in chains]
        self._purges: list[Place] = []
        self._lost: set[int] = set()
        self.report = Report()
        self._statements = Statements(keys, verify, self.report)

    @property
    def purges(self) -> frozenset[Place]:
        """Where the purge records stand that were read: by them a second look tells a purge that is under way."""
        return frozenset(self._purges)

    @property
    def cut_off(self) -> bool:
        """Whether a chain could not be read to its end, because the store stopped to answer."""
        return bool(self._lost)

    def run(self) -> Report:
        """Judge everything."""
        chains = list(enumerate(self._chains))
        # Purges before checkpoints: what is deleted on the word of a purge record is deleted after that was signed.
        for index, chain in chains:
            self._try(index, "the purge records can not be listed", partial(self._read_special, index, chain))
        for index, chain in chains:
            self._try(index, "the checkpoints can not be read", partial(self._statements.read_chain, chain))
        for where, notes in self._anchors:
            self._statements.read_anchor(where, notes, self._only)
        if self._only and not any(origin_of(item.writer_id).startswith(origin_of(self._only)) for item in self._chains):
            self.report.unjudged.append(f"no writer of this ledger begins with {self._only}")
        walks: dict[int, ChainWalk] = {}
        for index, chain in chains:
            self._try(index, "the store can not be read", partial(self._walk, index, chain, walks))
        coverage = Coverage(
            self._chains, walks, self._statements, self._sightings, demanded=self._given, copied=self._copied
        )
        for index in walks:
            measure = partial(coverage.measure, index, self._parse, self._errors)
            self._try(index, "the records behind the last checkpoint can not be read", measure)
        for index, walk in walks.items():
            writer = walk.summary.writer_id
            whole = not (self._alone or self._unread)
            judge_purges(walk, self._prunes.get(writer, ()), coverage.trust, self.report, whole=whole)
            coverage.judge(index, self.report, anchored=bool(self._anchors))
            self.report.chains.append(walk.summary)
        if not self._alone:
            self._judge_absent()
        self._judge_copies()
        return self.report

    def _try(self, index: int, what: str, read: Callable[[], object]) -> None:
        """Read from a chain that was not given up: an error is a finding, or the chain is left aside from now on."""
        if index in self._lost:
            return
        name = self._chains[index].name
        try:
            read()
        except NotJudgeable as error:
            self._give_up(index, str(error))
        except self._errors as error:
            if self._unavailable(error):
                self._give_up(index, f"{name} can not be read now")
            else:
                self.report.add(Verdict.ALTERED, self._chains[index].writer_id, None, what)

    def _give_up(self, index: int, reason: str) -> None:
        self._lost.add(index)
        self._unread.append(self._chains[index].name)
        self.report.unjudged.append(reason)

    def _read_special(self, index: int, chain: ChainSource) -> None:
        claims: list[tuple[Place, dict[str, Any]]] = []
        for row in chain.special():
            try:
                header = self._parse(row.header)
            except self._errors:
                continue  # the walk reports it
            # Rows that no walk comes by, or that it will report, say nothing.
            if row.seq < 0 or header.get("seq") != row.seq or leaf_hash(row.header) != row.hash:
                continue
            place = Place(index, row.seq)
            self._witnesses[index][row.seq] = row.hash
            if header.get("kind") == "checkpoint":
                self._statements.read_super(chain.writer_id, row.seq, header.get("details"))
            elif header.get("kind") == "purge":
                claims.append((place, header))
                self._purges.append(place)
            else:
                self._take_claims(claims, header.get("time"))
                for sighting in read_sightings(header, place):
                    self._sightings.setdefault(sighting.writer, []).append(sighting)
        self._take_claims(claims, None)

    def _take_claims(self, claims: list[tuple[Place, dict[str, Any]]], next_ms: object) -> None:
        """Take in the purge records of an epoch, once the time is known at which the next one was opened."""
        for place, header in claims:
            read = partial(read_claim, header, place, next_ms if isinstance(next_ms, int) else None)
            claim = read()
            if isinstance(claim, PruneClaim):
                self._prunes.setdefault(claim.terms.writer, []).append(claim)
            elif claim is not None:
                self._claims.setdefault(claim.terms.writer, []).append(read)
        claims.clear()

    def _walk(self, index: int, chain: ChainSource, walks: dict[int, ChainWalk]) -> None:
        claims = (read() for read in self._claims.get(chain.writer_id, ()))
        chain.check_beside()
        claimed = chain.writer_id in self._claims
        ahead = self._ahead(chain, claimed) if self._ahead is not None else None
        requirements = self._statements.required.get(origin_of(chain.writer_id), [])
        walk = ChainWalk(
            chain,
            self.report,
            parse=self._parse,
            errors=self._errors,
            unavailable=self._unavailable,
            requirements=requirements,
            sightings=self._sightings.get(chain.writer_id, ()),
            witnesses=self._witnesses[index],
            claims=[claim for claim in claims if isinstance(claim, PayloadClaim)],
            progress=self._progress,
            ahead=ahead,
        )
        try:
            walk.run()
        finally:
            if ahead is not None:
                ahead.close()
        summary = walk.summary
        within = [item for item in requirements if item.size <= summary.size]
        summary.signed = max((item.size for item in within), default=0)
        summary.anchored = max((item.size for item in within if item.source == "anchor"), default=0)
        walks[index] = walk

    def _judge_absent(self) -> None:
        """Writers of whom something is known, but no chain. The latest record is never pruned, so none may be gone."""
        present = {origin_of(chain.writer_id) for chain in self._chains}
        required = self._statements.required
        sizes = {origin: max(item.size for item in items) for origin, items in required.items()}
        for writer, sightings in self._sightings.items():
            origin = origin_of(writer)
            sizes[origin] = max(sizes.get(origin, 0), *(item.seq + 1 for item in sightings))
        for origin, size in sorted(sizes.items()):
            if origin in present or not size or self._is_unread(origin):
                continue
            self.report.add(Verdict.MISSING, origin[7:], 0, "a whole writer's chain is gone", last=size - 1)

    def _is_unread(self, origin: str) -> bool:
        """Whether a writer's file is there and could not be looked at: its name ends with the UUID that the id ends with."""
        unique = origin.rpartition("/")[2]
        return any(name.removesuffix(".sqlite3").endswith(unique) for name in self._unread)

    def _judge_copies(self) -> None:
        """Two files of one writer must not tell two stories."""
        by_writer: dict[str, list[ChainSource]] = {}
        for index, chain in enumerate(self._chains):
            if index not in self._lost:
                by_writer.setdefault(chain.writer_id, []).append(chain)
        for writer, copies in by_writer.items():
            for first, second in combinations(copies, 2):
                seq = self._divergence(first, second)
                if seq is not None:
                    self.report.add(Verdict.FORKED, writer, seq, f"two histories: {first.name} and {second.name}")

    def _divergence(self, first: ChainSource, second: ChainSource) -> int | None:
        try:
            for one, other in zip(first.headers(), second.headers(), strict=False):
                if one.header != other.header:
                    return one.seq
        except self._errors:
            return None  # the walk has said so
        return None
