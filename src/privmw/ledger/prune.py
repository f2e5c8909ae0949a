"""Drops old headers when their own retention is over, and keeps the few hashes that prove what is left.

What is dropped is a prefix of the chain. Its subtree hashes stay (at most one for each bit of its length), so that
root, inclusion and consistency above it are as provable as before. Never dropped: the latest record, a record whose
payload is still there or held, a purge record that still explains a hole, and anything from the first record on that
does not hash to what is stored, because evidence of tampering must not be tidied away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from privmw.errors import LedgerError
from privmw.ledger.canonical import parse
from privmw.ledger.chain import leaf_hash
from privmw.ledger.claims import PayloadClaim, read_claim
from privmw.ledger.holds import Hold
from privmw.ledger.merkle import CompactRange, MerkleError
from privmw.ledger.reader import PurgeableChain, ReadableChain
from privmw.ledger.retention import Schedule
from privmw.types import Clock, Durability, RecordKind, TransferRecord, TransferSink, new_record_id

__all__ = ["PrunedHeaders", "Pruner"]

BLOCK = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedHeaders:
    """Headers of one writer that were dropped, or would be.

    Attributes:
        writer_id: Whose.
        clause: Clause of the policy, ``None`` where privmw's default applies.
        period: The period, ISO 8601.
        count: How many.
        below: First ``seq`` that is left.
    """

    writer_id: str
    clause: str | None
    period: str
    count: int
    below: int


class Pruner:
    """Prunes the chains of one ledger in one run.

    Args:
        chains: All of them, copies too, because a purge record in one may explain a hole in another.
        schedule: When headers are due.
        sink: Where the records go that say what was dropped.
        clock: Source of their times.
        today: The date in the controller's time zone.
        timeout: Seconds to wait for each of them.
        publish: Called with such a record before the dropping; see :func:`privmw.ledger.purge.purge`.
        complete: Whether ``chains`` are all that there are; a purge record may explain a hole in one that is not read.

    Attributes:
        bounded: Writers whose headers are due, and kept by a bound of the store's own.
    """

    def __init__(
        self,
        chains: Sequence[ReadableChain],
        schedule: Schedule,
        sink: TransferSink,
        *,
        clock: Clock,
        today: date,
        timeout: float,
        publish: Callable[[Sequence[TransferRecord]], object] | None = None,
        complete: bool = True,
    ) -> None:
        self._schedule = schedule
        self._sink = sink
        self._clock = clock
        self._today = today
        self._timeout = timeout
        self._publish = publish
        self._complete = complete
        self.bounded: list[str] = []
        self._minimum: dict[str, int] = {}
        self._copied: set[str] = set()
        for chain in chains:
            minimum = _minimum_index(chain)
            if chain.writer_id in self._minimum:
                self._copied.add(chain.writer_id)
                minimum = min(minimum, self._minimum[chain.writer_id])
            self._minimum[chain.writer_id] = minimum

    def look(self, chain: ReadableChain, holds: Sequence[Hold]) -> list[PrunedHeaders]:
        """What would be dropped, payloads that are due being taken as gone already."""
        tree = self._prefix(chain, holds, payloads_count=False)
        return [] if tree is None else [self._summary(chain, tree)]

    def prune(self, chain: PurgeableChain, holds: Sequence[Hold]) -> list[PrunedHeaders]:
        """Put on record what will be dropped, then drop it.

        Raises:
            LedgerUnavailable: It could not be recorded; nothing was dropped.
        """
        tree = self._prefix(chain, holds, payloads_count=True)
        if tree is None:
            return []
        summary = self._summary(chain, tree)
        now = self._clock.time_ms()
        details: dict[str, Any] = {
            "action": "prune",
            "writer": chain.writer_id,
            "period": summary.period,
            "today": self._today.isoformat(),
            "below": tree.size,
            "root": tree.root().hex(),
        }
        if summary.clause is not None:
            details["clause"] = summary.clause
        record = TransferRecord(kind=RecordKind.PURGE, record_id=new_record_id(now), time_ms=now, details=details)
        self._sink.submit(record, Durability.BEFORE_SEND).wait(self._timeout)
        if self._publish is not None:
            self._publish([record])
        chain.prune(tree.size, tree.nodes())
        if chain.writer_id not in self._copied:
            self._minimum[chain.writer_id] = tree.size
        return [summary]

    def _summary(self, chain: ReadableChain, tree: CompactRange) -> PrunedHeaders:
        return PrunedHeaders(
            writer_id=chain.writer_id,
            clause=self._schedule.header.clause,
            period=self._schedule.header.text,
            count=tree.size - _minimum_index(chain),
            below=tree.size,
        )

    def _prefix(self, chain: ReadableChain, holds: Sequence[Hold], *, payloads_count: bool) -> CompactRange | None:
        """The tree over everything that may go, ``None`` when nothing new may."""
        nodes = list(chain.subtrees())
        start = _minimum_index(chain)
        head = chain.head()
        try:
            tree = CompactRange.from_nodes(start, nodes)
        except MerkleError:
            return None
        if head is None or any(not hold.subject_refs and chain.writer_id in hold.writers for hold in holds):
            return None
        bound = chain.prunable_until_ms()
        payload = next(iter(chain.payloads()), None) if payloads_count else None
        stop = min(head.seq, head.seq if payload is None else payload.seq)
        while tree.size < stop:
            block = list(islice(chain.headers(tree.size, stop), BLOCK))
            if not block:
                break
            for row in block:
                may_go = row.seq == tree.size and self._may_go(row.hash, row.header, chain.writer_id, holds)
                if may_go and bound is not None and row.time_ms > bound:
                    self.bounded.append(chain.writer_id)
                    may_go = False
                if not may_go:
                    return tree if tree.size > start else None
                tree.append(row.hash)
        return tree if tree.size > start else None

    def _may_go(self, stored_hash: bytes, header: bytes, writer_id: str, holds: Sequence[Hold]) -> bool:
        if leaf_hash(header) != stored_hash:
            return False
        try:
            members = parse(header)
        except LedgerError:
            return False
        time_ms = members.get("time")
        if not isinstance(time_ms, int) or (members.get("kind") == "purge" and not self._complete):
            return False
        if self._schedule.header_due(time_ms) >= self._today:
            return False
        retention_class = str(members.get("retention_class") or "")
        if any(not hold.subject_refs and hold.keeps(writer_id, time_ms, retention_class, None) for hold in holds):
            return False
        claim = read_claim(members)
        if claim is None or claim.terms.writer not in self._minimum:
            return True
        minimum = self._minimum[claim.terms.writer]
        if isinstance(claim, PayloadClaim):
            return not claim.runs or claim.runs[-1][1] < minimum
        return claim.below < minimum


def _minimum_index(chain: ReadableChain) -> int:
    """First ``seq`` that is left; -1 where that can not be told, which is below everything that a record may explain."""
    try:
        return sum(1 << level for level, _, _ in chain.subtrees() if 0 <= level < 53)
    except LedgerError:
        return -1
