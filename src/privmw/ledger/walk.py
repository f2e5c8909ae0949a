"""Reads one chain from its first record to its last and says what is wrong with it, in memory that does not grow.

Nothing in the store is believed: hashes are computed from the header's bytes, places are read from inside the header,
and columns are only compared. Records are read in blocks, each with a statement of its own, so that verifying a live
ledger never holds up the erasure of purged bytes. A block without a flaw is settled as one (:mod:`privmw.ledger.settle`).

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from privmw.ledger.claims import ClaimTracker, PayloadClaim
from privmw.ledger.merkle import CompactRange, MerkleError
from privmw.ledger.settle import BLOCK, Ahead, Parse, Settled, payload_fits, settle
from privmw.ledger.sources import ChainSource, HeaderRow, NotJudgeable, PayloadRow, Unavailable
from privmw.ledger.testimony import Requirement, Sighting
from privmw.ledger.verdicts import ChainSummary, Report, Verdict

__all__ = ["ChainWalk"]

_SAYS_GAP = "the writer says that records were lost"
_LOWEST = -(2**62)


class ChainWalk:
    """One verification of one chain.

    Args:
        chain: What to read.
        report: Where findings go.
        parse: Reads canonical JSON.
        errors: What reading and parsing may raise; anything else is a bug and comes through.
        unavailable: Tells the errors that say nothing about the chain.
        requirements: Signed statements about this chain.
        sightings: What other writers saw of this chain.
        witnesses: Hash by ``seq`` of the records of this chain that were believed about others before it was read.
        claims: Purges of this writer's payloads.
        progress: Told the number of records read, block by block.
        ahead: Settles blocks in other processes.

    Attributes:
        summary: What was read.
        stood: Which of the witnesses are intact, in their places and chained to the records before them; where something
            signed does not fit the chain, only those below the last thing that did.
        claims: The purges, with what was met of each; none where the chain could not be read to its end.
        unexplained: First, last and number of records whose payload is gone and that no purge names; ``None`` without any.
        kept_root: Root over the pruned headers by the hashes that were kept of them, hex; ``None`` where none were pruned.
    """

    def __init__(
        self,
        chain: ChainSource,
        report: Report,
        *,
        parse: Parse,
        errors: tuple[type[Exception], ...],
        unavailable: Unavailable,
        requirements: Iterable[Requirement] = (),
        sightings: Iterable[Sighting] = (),
        witnesses: Mapping[int, bytes] | None = None,
        claims: Sequence[PayloadClaim] = (),
        progress: Callable[[int], None] | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        self._ahead = ahead
        self._chain = chain
        self._report = report
        self._parse = parse
        self._errors = errors
        self._unavailable = unavailable
        self.claims = claims
        self._tracker = ClaimTracker(claims)
        self._progress = progress
        self._name = chain.writer_id
        self._wanted: dict[int, list[Requirement]] = {}
        for item in requirements:
            self._wanted.setdefault(item.size, []).append(item)
        self._seen: dict[int, set[str]] = {}
        for sight in sightings:
            self._seen.setdefault(sight.seq, set()).add(sight.hash)
        self._signed = bool(self._wanted)
        self._proven = 0  # size at which the latest signed root was compared and fitted
        self._contradicted = False
        self._tree = CompactRange()
        self._expected = 0
        self._previous: tuple[str, ...] | None = ("00" * 32,)
        self._tainted = False  # headers are known to differ, so a root that differs too is no further news
        self._displaced: list[tuple[int, int]] = []
        self._witnesses = dict(witnesses or {})
        self._witness_order = sorted(self._witnesses)
        self.stood: set[int] = set()
        self.unexplained: tuple[int, int, int] | None = None
        self.kept_root: str | None = None
        self.summary = ChainSummary(chain.writer_id, chain.name)

    def run(self) -> None:
        """Read everything and add what is found to the report.

        Raises:
            NotJudgeable: The store stopped to answer, which says nothing about the chain.
        """
        try:
            self._open_pruned()
            self._look_before(self._expected)
            while self._read_on():
                pass
            self._close()
        except self._errors as error:
            if self._unavailable(error):
                raise NotJudgeable(f"{self._chain.name} can not be read on from record {self._expected}") from error
            self._found(Verdict.ALTERED, self._expected, "the store can not be read on from here")
            self._tainted = True
            self.claims = ()  # what was met of them is not all
            self._sum_up()

    def _open_pruned(self) -> None:
        nodes = list(self._chain.subtrees())
        if not nodes:
            self._check_roots()
            return
        try:
            below = sum(1 << level for level, _, _ in nodes if 0 <= level < 53)
            self._tree = CompactRange.from_nodes(below, nodes)
        except (MerkleError, TypeError):
            self._found(Verdict.ALTERED, 0, "the subtree hashes kept for pruned headers do not fit together")
            self._tainted = True
            self._previous = None
            return
        self.summary.minimum_index = self._expected = below
        self._previous = None
        self.kept_root = self._tree.root().hex()
        self._check_roots()

    def _look_before(self, first: int) -> None:
        """Nothing may stand before the first record: a walk would never come by, but a search would find it."""
        header = next(iter(self._chain.headers(_LOWEST, first)), None)
        if header is not None:
            self._found(Verdict.ALTERED, header.seq, "records stand before the first record")
        payload = next(iter(self._chain.payloads(_LOWEST, first)), None)
        if payload is not None:
            self._found(Verdict.ALTERED, payload.seq, "payloads stand before the first record")

    def _look_behind(self) -> None:
        """Nor may a payload stand behind the last record, where a purge would never come by."""
        row = next(iter(self._chain.payloads(self._expected)), None)
        # In this order, because a live writer may have added the record in between.
        if row is not None and next(iter(self._chain.headers(row.seq, row.seq + 1)), None) is None:
            self._found(Verdict.ALTERED, row.seq, "payloads stand where no record is")

    def _read_on(self) -> bool:
        """Read one block; tells whether there may be more."""
        start = self._expected
        if self._ahead is not None and start % BLOCK == 0:
            settled = self._ahead.get(start)
            if settled is not None and self._take(settled):
                self._count(BLOCK)
                return True
        wanted = BLOCK - start % BLOCK
        block = list(islice(self._chain.headers(start), wanted))
        if not block:
            return False
        payloads = {row.seq: row for row in self._chain.payloads(block[0].seq, block[-1].seq + 1)}
        settled = settle(
            block,
            payloads,
            self._chain.writer_id,
            self._parse,
            self._chain.columns_fit,
            self._errors,
            claimed=bool(self.claims),
        )
        if settled is None or not self._take(settled):
            for row in block:
                self._row(row, payloads.get(row.seq))
        self._count(len(block))
        return len(block) == wanted

    def _take(self, block: Settled) -> bool:
        """Put a block without a flaw behind what was read so far; ``False`` where it does not plainly follow from that."""
        stop = block.start + len(block.digests) // 32
        linked = not self._previous or block.link in self._previous
        if block.start != self._expected or not linked or any(block.start <= seq < stop for seq in self._seen):
            return False
        digests = block.digests
        append = self._tree.append
        ends = sorted(size - block.start for size in self._wanted if block.start < size < stop)
        first = 0
        for end in (*ends, stop - block.start):
            for at in range(first * 32, end * 32, 32):
                append(digests[at : at + 32])
            first = end
            self._check_roots()
        for seq in block.gaps:
            self._found(Verdict.GAP, seq, _SAYS_GAP)
        for seq, record_id, retention_class, time_ms, purge_after, gone in block.payloads:
            self._account(seq, record_id, retention_class, time_ms, purge_after, gone=gone)
        order = self._witness_order
        for seq in order[bisect_left(order, block.start) : bisect_left(order, stop)]:
            at = (seq - block.start) * 32
            self._bear_witness(seq, digests[at : at + 32])
        last = digests[-32:].hex()
        self._previous = (last, last)
        self._expected = stop
        return True

    def _count(self, records: int) -> None:
        self.summary.records += records
        if self._progress is not None:
            self._progress(records)

    def _row(self, row: HeaderRow, payload: PayloadRow | None) -> None:
        seq = row.seq
        if seq > self._expected:
            self._found(Verdict.MISSING, self._expected, "records are gone", last=seq - 1)
            self._taint()
        self._expected = seq + 1
        digest = hashlib.sha256(b"\x00" + row.header).digest()
        self._tree.append(digest)
        intact = digest == row.hash
        if not intact:
            self._found(Verdict.ALTERED, seq, "header and stored hash differ")
            self._tainted = True
        try:
            members = self._parse(row.header)
            readable = _is_record(members)
        except self._errors:
            readable = False
        if not readable:
            if intact:
                self._found(Verdict.ALTERED, seq, "the header is not a record")
                self._tainted = True
        elif intact:
            self._intact(row, members, payload)
        self._previous = (digest.hex(), row.hash.hex()) if self._previous != () else None
        self._check_roots()

    def _taint(self) -> None:
        self._tainted = True
        self._previous = None

    def _intact(self, row: HeaderRow, members: dict[str, Any], payload: PayloadRow | None) -> None:
        """The header hashes to what is stored beside it; is it the right one, in its place, with its payload?"""
        seq = row.seq
        if members["writer_id"] != self._chain.writer_id:
            self._found(Verdict.ALTERED, seq, "the record belongs to another writer's chain")
            self._taint()
            return
        if members["seq"] != seq:
            if len(self._displaced) < BLOCK:
                self._displaced.append((seq, members["seq"]))
            self._tainted = True
            self._previous = ()  # nothing can be chained to a record that is out of place
            return
        linked = not self._previous or members["prev_hash"] in self._previous
        if not linked:
            self._found(Verdict.ALTERED, max(seq - 1, 0), "the next record was not chained to this one")
            self._tainted = True
        if seq in self._seen and not self._tainted and self._seen.pop(seq) != {row.hash.hex()}:
            self._found(Verdict.FORKED, seq, "another writer saw another record here")
        if not self._columns_fit(row, members):
            self._found(Verdict.ALTERED, seq, "search columns differ from the header")
        if linked:
            self._bear_witness(seq, row.hash)
        if members["kind"] == "gap":
            self._found(Verdict.GAP, seq, _SAYS_GAP)
        self._payload(seq, members, payload)

    def _bear_witness(self, seq: int, digest: bytes) -> None:
        if self._witnesses.get(seq) == digest:
            self.stood.add(seq)

    def _columns_fit(self, row: HeaderRow, members: dict[str, Any]) -> bool:
        try:
            return self._chain.columns_fit(row, members)
        except self._errors as error:
            if self._unavailable(error):
                raise
            return False  # a member is of a type that no column can be made of

    def _payload(self, seq: int, members: dict[str, Any], payload: PayloadRow | None) -> None:
        commit = members.get("payload_commit")
        if commit is None:
            if payload is not None:
                self._found(Verdict.ALTERED, seq, "a payload stands where none was recorded")
            return
        get = members.get
        terms = (get("retention_class") or "", members["time"], get("purge_after"))
        self._account(seq, members["record_id"], *terms, gone=payload is None)
        if payload is not None and not payload_fits(payload, members, commit, self._parse, self._errors):
            self._found(Verdict.ALTERED, seq, "payload and commitment differ")

    def _account(
        self, seq: int, record_id: str, retention_class: str, time_ms: int, purge_after: str | None, *, gone: bool
    ) -> None:
        """Hold a record with a payload against the purges that claim it."""
        claims = self._tracker.covering(seq, retention_class)
        for claim in claims:
            claim.meet(seq, record_id, time_ms, purge_after, gone=gone)
        if gone and not claims:
            first, _, count = self.unexplained or (seq, seq, 0)
            self.unexplained = (first, seq, count + 1)

    def _check_roots(self) -> None:
        wanted = self._wanted.pop(self._tree.size, None)
        if wanted is None or self._tainted:
            return
        root = self._tree.root()
        for item in wanted:
            if item.root == root:
                self._proven = item.size
            else:
                self._contradicted = True
                self._found(Verdict.FORKED, max(item.size - 1, 0), f"another history was signed ({item.source})")

    def _close(self) -> None:
        if self._displaced:
            self._judge_displaced()
        beyond = [size for size in self._wanted if size > self._expected]
        beyond += [seq + 1 for seq in self._seen if seq >= self._expected]
        if beyond:
            self._found(Verdict.TRUNCATED, self._expected, "records are gone from the end", last=max(beyond) - 1)
        else:
            self._look_behind()
        self._sum_up()

    def _sum_up(self) -> None:
        if self._signed and (self._tainted or self._contradicted):
            self.stood = {seq for seq in self.stood if seq < self._proven}
        self.summary.size = self._expected
        self.summary.root = self._tree.root().hex()

    def _judge_displaced(self) -> None:
        """Tell a shuffle (the same places, taken by others) from records cut out or copied."""
        places = sorted(place for place, _ in self._displaced)
        owners = sorted(owner for _, owner in self._displaced)
        if places == owners:
            self._found(Verdict.REORDERED, places[0], "records have changed places", last=places[-1])
        elif all(owner > place for place, owner in self._displaced):
            first_place, first_owner = self._displaced[0]
            self._found(Verdict.MISSING, first_place, "records are gone and later ones moved up", last=first_owner - 1)
            self._expected = max(self._expected, owners[-1] + 1)
        else:
            self._found(Verdict.ALTERED, places[0], "records stand where others belong", last=places[-1])

    def _found(self, verdict: Verdict, position: int, detail: str, *, last: int | None = None) -> None:
        self._report.add(verdict, self._name, position, detail, last=last)


def _is_record(members: dict[str, Any]) -> bool:
    """Whether the members that the walk itself uses are there and of their types."""
    get = members.get
    return (
        type(get("seq")) is int
        and type(get("epoch")) is int
        and type(get("time")) is int
        and get("schema") == 1
        and type(get("kind")) is str
        and type(get("record_id")) is str
        and type(get("writer_id")) is str
        and type(get("prev_hash")) is str
    )
