"""Reads one chain from its first record to its last and says what is wrong with it, in memory that does not grow.

Nothing in the store is believed: hashes are computed from the header's bytes, places are read from inside the header,
and columns are only compared. Records are read in blocks, each with a statement of its own, so that verifying a live
ledger never holds up the erasure of purged bytes. A block without a flaw is settled as one (:mod:`privmw.ledger.settle`).

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from privmw.ledger.claims import ClaimTracker, PayloadClaim, PruneClaim
from privmw.ledger.merkle import CompactRange, MerkleError
from privmw.ledger.settle import BLOCK, Ahead, Parse, Settled, payload_fits, settle
from privmw.ledger.sources import ChainSource, HeaderRow, PayloadRow
from privmw.ledger.verdicts import ChainSummary, Report, Verdict

__all__ = ["ChainWalk", "Requirement", "Sighting"]

_SAYS_GAP = "the writer says that records were lost"


@dataclass(frozen=True)
class Requirement:
    """A signed statement that the first ``size`` records have this root.

    Attributes:
        size: Number of records.
        root: Their RFC 6962 root.
        source: Where the statement stands (``ledger``, ``anchor``, ``super-checkpoint``).
    """

    size: int
    root: bytes
    source: str


@dataclass(frozen=True)
class Sighting:
    """What another writer saw of this chain when it opened an epoch.

    Attributes:
        seq: Number of the latest record then.
        hash: Its hash, hex.
    """

    seq: int
    hash: str


class ChainWalk:
    """One verification of one chain.

    Args:
        chain: What to read.
        report: Where findings go.
        parse: Reads canonical JSON.
        errors: What reading and parsing may raise; anything else is a bug and comes through.
        requirements: Signed statements about this chain.
        sightings: What other writers saw of this chain.
        payload_claims: Purges of this writer's payloads.
        prune_claims: Removals of this writer's headers.
        progress: Told the number of records read, block by block.
        ahead: Settles blocks in other processes.
    """

    def __init__(
        self,
        chain: ChainSource,
        report: Report,
        *,
        parse: Parse,
        errors: tuple[type[Exception], ...],
        requirements: Iterable[Requirement] = (),
        sightings: Iterable[Sighting] = (),
        payload_claims: Iterable[PayloadClaim] = (),
        prune_claims: Iterable[PruneClaim] = (),
        progress: Callable[[int], None] | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        self._ahead = ahead
        self._chain = chain
        self._report = report
        self._parse = parse
        self._errors = errors
        self._tracker = ClaimTracker(payload_claims)
        self._prunes = list(prune_claims)
        self._progress = progress
        self._name = chain.writer_id
        self._wanted: dict[int, list[Requirement]] = {}
        for item in requirements:
            self._wanted.setdefault(item.size, []).append(item)
        self._seen: dict[int, set[str]] = {}
        for sight in sightings:
            self._seen.setdefault(sight.seq, set()).add(sight.hash)
        self._tree = CompactRange()
        self._expected = 0
        self._previous: tuple[str, ...] | None = ("00" * 32,)
        self._tainted = False  # headers are known to differ, so a root that differs too is no further news
        self._displaced: list[tuple[int, int]] = []
        self.summary = ChainSummary(chain.writer_id, chain.name)

    def run(self) -> None:
        """Read everything and add what is found to the report."""
        try:
            self._open_pruned()
            while self._read_on():
                pass
        except self._errors:
            self._found(Verdict.ALTERED, self._expected, "the store can not be read on from here")
            self._tainted = True
        self._close()

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
        root = self._tree.root().hex()
        if any(claim.below == below and claim.root == root for claim in self._prunes):
            self._found(Verdict.PURGED, 0, "headers pruned at the end of their retention", last=below - 1)
        else:
            self._found(Verdict.MISSING, 0, "headers are gone and no purge record names them", last=below - 1)
        self._check_roots()

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
            claimed=bool(self._tracker.claims),
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
        for seq, record_id, retention_class, gone in block.payloads:
            self._account(seq, record_id, retention_class, gone=gone)
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
        if self._previous and members["prev_hash"] not in self._previous:
            self._found(Verdict.ALTERED, max(seq - 1, 0), "the next record was not chained to this one")
            self._tainted = True
        if seq in self._seen and not self._tainted and self._seen.pop(seq) != {row.hash.hex()}:
            self._found(Verdict.FORKED, seq, "another writer saw another record here")
        if not self._chain.columns_fit(row, members):
            self._found(Verdict.ALTERED, seq, "search columns differ from the header")
        if members["kind"] == "gap":
            self._found(Verdict.GAP, seq, _SAYS_GAP)
        self._payload(seq, members, payload)

    def _payload(self, seq: int, members: dict[str, Any], payload: PayloadRow | None) -> None:
        commit = members.get("payload_commit")
        if commit is None:
            if payload is not None:
                self._found(Verdict.ALTERED, seq, "a payload stands where none was recorded")
            return
        self._account(seq, members["record_id"], members.get("retention_class") or "", gone=payload is None)
        if payload is not None and not payload_fits(payload, members, commit, self._parse, self._errors):
            self._found(Verdict.ALTERED, seq, "payload and commitment differ")

    def _account(self, seq: int, record_id: str, retention_class: str, *, gone: bool) -> None:
        """Hold a record with a payload against the purges that claim it."""
        claims = self._tracker.covering(seq, retention_class)
        for claim in claims:
            claim.meet(seq, record_id, gone=gone)
        if gone and not claims:
            self._found(Verdict.MISSING, seq, "payloads are gone and no purge record names them")

    def _check_roots(self) -> None:
        wanted = self._wanted.pop(self._tree.size, None)
        if wanted is None or self._tainted:
            return
        root = self._tree.root()
        for item in wanted:
            if item.root != root:
                self._found(Verdict.FORKED, max(item.size - 1, 0), f"another history was signed ({item.source})")

    def _close(self) -> None:
        if self._displaced:
            self._judge_displaced()
        for claim in self._tracker.claims:
            if not claim.missing:
                continue
            if claim.holds(self.summary.minimum_index):
                self._found(Verdict.PURGED, claim.first_missing, "payloads purged on schedule", last=claim.last_missing)
            else:
                detail = "payloads are gone and their purge record does not fit them"
                self._found(Verdict.MISSING, claim.first_missing, detail, last=claim.last_missing)
        beyond = [size for size in self._wanted if size > self._expected]
        beyond += [seq + 1 for seq in self._seen if seq >= self._expected]
        if beyond:
            self._found(Verdict.TRUNCATED, self._expected, "records are gone from the end", last=max(beyond) - 1)
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
