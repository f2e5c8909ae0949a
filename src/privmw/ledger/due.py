"""What is due in one chain: payloads by retention class, as the runs of records that a purge record names."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from privmw.errors import LedgerError
from privmw.ledger.canonical import parse
from privmw.ledger.holds import Hold
from privmw.ledger.reader import PurgeableChain, ReadableChain, StoredHeader, StoredPayload
from privmw.ledger.retention import Rule, Schedule, earliest
from privmw.types import Clock, Durability, RecordKind, TransferRecord, TransferSink, new_record_id

__all__ = ["Due", "PurgedPayloads", "look_for_due"]

BLOCK = 2048
BATCH = 500
RUNS_PER_RECORD = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgedPayloads:
    """Payloads of one class and one writer that were removed, or would be.

    Attributes:
        writer_id: Whose.
        retention_class: Key of the class, ``""`` for none.
        clause: Clause of the policy that says so, ``None`` where privmw's default applies.
        period: The period, ISO 8601.
        count: How many.
        first: ``seq`` of the first.
        last: ``seq`` of the last.
    """

    writer_id: str
    retention_class: str
    clause: str | None
    period: str
    count: int
    first: int
    last: int


class Plan:
    """Payloads of one class to be removed: runs of ``seq``, their number, and the digest of their record ids."""

    def __init__(self, writer_id: str, retention_class: str, rule: Rule) -> None:
        self.writer_id = writer_id
        self.retention_class = retention_class
        self.rule = rule
        self.runs: list[list[int]] = []
        self.count = 0
        self._digest = hashlib.sha256()
        self._running = False

    def take(self, seq: int, record_id: str) -> None:
        """The next record of the class is to be removed."""
        if self._running:
            self.runs[-1][1] = seq
        else:
            self.runs.append([seq, seq])
            self._running = True
        self.count += 1
        self._digest.update(record_id.encode("utf-8", "surrogatepass") + b"\n")

    def leave(self) -> None:
        """The next record of the class stays, or is gone already."""
        self._running = False

    @property
    def full(self) -> bool:
        """Whether the next run should go into another record."""
        return not self._running and len(self.runs) >= RUNS_PER_RECORD

    @property
    def identity(self) -> tuple[str, str, str]:
        """The same for plans whose purge records would say the same, as for a file and its copy."""
        return self.writer_id, f"{self.retention_class} {self.runs}", self._digest.hexdigest()

    def summary(self) -> PurgedPayloads:
        """For the report."""
        return PurgedPayloads(
            writer_id=self.writer_id,
            retention_class=self.retention_class,
            clause=self.rule.clause,
            period=self.rule.text,
            count=self.count,
            first=self.runs[0][0],
            last=self.runs[-1][1],
        )

    def record(self, sink: TransferSink, clock: Clock, today: date, timeout: float) -> TransferRecord:
        """Put on record, durably, what will be removed.

        Raises:
            LedgerUnavailable: It could not be.
        """
        now = clock.time_ms()
        details: dict[str, Any] = {
            "action": "payload",
            "writer": self.writer_id,
            "class": self.retention_class,
            "period": self.rule.text,
            "today": today.isoformat(),
            "runs": self.runs,
            "count": self.count,
            "ids_sha256": self._digest.hexdigest(),
        }
        if self.rule.clause is not None:
            details["clause"] = self.rule.clause
        record = TransferRecord(kind=RecordKind.PURGE, record_id=new_record_id(now), time_ms=now, details=details)
        sink.submit(record, Durability.BEFORE_SEND).wait(timeout)
        return record

    def delete(self, chain: PurgeableChain) -> None:
        """Delete the payloads, some hundred at a time, so that no long read stands in the way of erasing."""
        for first, last in self.runs:
            start = first
            while start <= last:
                block = list(islice(chain.payloads(start, last + 1), BATCH))
                if not block:
                    break
                seqs = [row.seq for row in block if (row.retention_class or "") == self.retention_class]
                if seqs:
                    chain.delete_payloads(seqs)
                start = block[-1].seq + 1


@dataclass(slots=True)
class Due:
    """What one chain holds.

    Attributes:
        plans: What is due, class by class.
        held: Payloads that are due but under a legal hold.
        next_due: When the next payload is due, ``None`` when none is left.
        unknown: Payloads by retention class whose period nobody knows.
    """

    plans: list[Plan]
    held: int
    next_due: date | None
    unknown: Counter[str]


def look_for_due(
    chain: ReadableChain,
    schedule: Schedule,
    holds: Sequence[Hold],
    today: date,
    progress: Callable[[int], None] | None = None,
) -> Due:
    """Find what is due in a chain.

    Args:
        chain: The chain.
        schedule: What is due when.
        holds: What must stay.
        today: The date in the controller's time zone.
        progress: Told the number of records looked at, block by block.

    Raises:
        LedgerError: The chain can not be read.
    """
    planner = _Planner(chain.writer_id, schedule, holds, today)
    for header, payload in _with_payloads(chain, progress):
        try:
            members = parse(header.header)
        except LedgerError:
            continue  # no date can be read from it; verify reports it
        if "payload_commit" in members:
            planner.judge(header, payload, members)
    planner.due.plans = [plan for plan in planner.due.plans if plan.count]
    return planner.due


class _Planner:
    """Judges the records of one chain in order."""

    def __init__(self, writer_id: str, schedule: Schedule, holds: Sequence[Hold], today: date) -> None:
        self._writer_id = writer_id
        self._schedule = schedule
        self._holds = holds
        self._today = today
        self._open: dict[str, Plan] = {}
        self.due = Due([], 0, None, Counter())

    def judge(self, header: StoredHeader, payload: StoredPayload | None, members: dict[str, Any]) -> None:
        """Take a record's payload into the plan of its class, or leave it where it is."""
        retention_class = str(members.get("retention_class") or "")
        plan = self._open.get(retention_class)
        rule = self._schedule.rule_for(retention_class)
        if payload is None or rule is None or self._stays(header, payload, members, retention_class):
            if payload is not None and rule is None:
                self.due.unknown[retention_class] += 1
            if plan is not None:
                plan.leave()
            return
        if plan is None or plan.full:
            plan = self._open[retention_class] = Plan(self._writer_id, retention_class, rule)
            self.due.plans.append(plan)
        plan.take(header.seq, str(members.get("record_id")))

    def _stays(
        self, header: StoredHeader, payload: StoredPayload, members: dict[str, Any], retention_class: str
    ) -> bool:
        given, promised = members.get("time"), members.get("purge_after")
        time_ms = given if isinstance(given, int) else header.time_ms  # a damaged header must not keep its payload
        due = self._schedule.payload_due(time_ms, retention_class, promised if isinstance(promised, str) else None)
        if due is None or due >= self._today:
            self.due.next_due = earliest(self.due.next_due, due)
            return True
        held = any(hold.keeps(self._writer_id, time_ms, retention_class, payload.subject_ref) for hold in self._holds)
        self.due.held += held
        return held


def _with_payloads(
    chain: ReadableChain, progress: Callable[[int], None] | None
) -> Iterator[tuple[StoredHeader, StoredPayload | None]]:
    """Headers with their payloads, block by block, from the first payload that is left."""
    first = next(iter(chain.payloads()), None)
    start = None if first is None else first.seq
    while start is not None:
        block = list(islice(chain.headers(start), BLOCK))
        if not block:
            return
        payloads = {row.seq: row for row in chain.payloads(block[0].seq, block[-1].seq + 1)}
        for header in block:
            yield header, payloads.get(header.seq)
        if progress is not None:
            progress(len(block))
        start = block[-1].seq + 1
