"""Removes payloads whose retention is over, and says on record what was removed.

The order makes every crash harmless: first the purge record is durable, then payloads and salts are deleted, then their
bytes are overwritten in the files. A crash in between leaves payloads that the next run removes; it never leaves a hole
that no record explains.

Who writes the record: the purger is a writer of its own. In the application it is the process's own ledger writer; the
command line opens one, which takes over an idle file or starts a small one. Nobody ever writes into another's chain; to
delete in another writer's file only needs SQLite's lock, for a batch of payloads at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from privmw.errors import LedgerError
from privmw.ledger.canonical import parse
from privmw.ledger.holds import Hold
from privmw.ledger.prune import PrunedHeaders, Pruner
from privmw.ledger.reader import PurgeableChain, ReadableChain, Store, StoredHeader, StoredPayload
from privmw.ledger.retention import Rule, Schedule
from privmw.types import Clock, Durability, RecordKind, TransferRecord, TransferSink, new_record_id

__all__ = ["PurgeReport", "PurgedPayloads", "purge"]

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


@dataclass(slots=True)
class PurgeReport:
    """What a run did, or would do.

    Attributes:
        today: The date in the controller's time zone.
        dry_run: Whether nothing was changed.
        payloads: Payloads removed.
        headers: Headers pruned.
        held: Payloads that are due but under a legal hold.
        next_due: When the next payload is due, ``None`` when none is left.
        obstacles: Writer and reason where deleted bytes may still be in the files, or a chain could not be purged.
    """

    today: date
    dry_run: bool
    payloads: list[PurgedPayloads] = field(default_factory=list)
    headers: list[PrunedHeaders] = field(default_factory=list)
    held: int = 0
    next_due: date | None = None
    obstacles: list[tuple[str, str]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everything due is gone without a trace."""
        return not self.obstacles


def purge(
    store: Store,
    schedule: Schedule,
    sink: TransferSink,
    *,
    clock: Clock,
    holds: Sequence[Hold] = (),
    dry_run: bool = False,
    timeout: float = 10.0,
    publish: Callable[[], object] | None = None,
    progress: Callable[[int], None] | None = None,
) -> PurgeReport:
    """Remove what is due from a whole ledger.

    Args:
        store: The ledger.
        schedule: What is due when.
        sink: Where the purge records go; not touched in a dry run.
        clock: Tells what day it is.
        holds: What must stay.
        dry_run: Only look.
        timeout: Seconds to wait for each record, and for readers that stand in the way of erasing.
        publish: Called between a purge record and the deletion that it names, where ``sink`` does not write into
            ``store`` itself: ships the record there, so that the store never has a hole before its explanation.
        progress: Told the number of records looked at, block by block.

    Returns:
        What was done.

    Raises:
        LedgerUnavailable: A purge record could not be made durable; nothing that it names was deleted.
    """
    report = PurgeReport(schedule.today(clock), dry_run)
    chains = store.chains()
    pruner = Pruner(chains, schedule, sink, clock=clock, today=report.today, timeout=timeout, publish=publish)
    for chain in chains:
        plans = _Planner(chain, schedule, holds, report).plans(progress)
        if dry_run:
            report.headers.extend(pruner.look(chain, holds))
            continue
        for plan in plans:
            plan.record(sink, clock, report.today, timeout)
        if plans and publish is not None:
            publish()
        try:
            target = store.open_purgeable(chain.writer_id)
        except LedgerError as error:
            report.obstacles.append((chain.writer_id, str(error)))
            continue
        try:
            for plan in plans:
                _delete(target, plan)
            report.headers.extend(pruner.prune(target, holds))
            erasure = target.erase(timeout=timeout)
            if not erasure.complete:
                report.obstacles.append((chain.writer_id, erasure.obstacle or "deleted bytes may still be there"))
        except LedgerError as error:
            report.obstacles.append((chain.writer_id, str(error)))
        finally:
            target.close()
    return report


class _Plan:
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

    def record(self, sink: TransferSink, clock: Clock, today: date, timeout: float) -> None:
        """Put on record, durably, what will be removed."""
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


class _Planner:
    """Finds what is due in one chain."""

    def __init__(self, chain: ReadableChain, schedule: Schedule, holds: Sequence[Hold], report: PurgeReport) -> None:
        self._chain = chain
        self._schedule = schedule
        self._holds = holds
        self._report = report
        self._open: dict[str, _Plan] = {}
        self._plans: list[_Plan] = []

    def plans(self, progress: Callable[[int], None] | None) -> list[_Plan]:
        """All plans for the chain; they are added to the report as well."""
        for header, payload in _with_payloads(self._chain, progress):
            try:
                members = parse(header.header)
            except LedgerError:
                continue  # no date can be read from it; verify reports it
            if "payload_commit" in members:
                self._judge(header, payload, members)
        made = [plan for plan in self._plans if plan.count]
        self._report.payloads.extend(plan.summary() for plan in made)
        return made

    def _judge(self, header: StoredHeader, payload: StoredPayload | None, members: dict[str, Any]) -> None:
        retention_class = str(members.get("retention_class") or "")
        plan = self._open.get(retention_class)
        if payload is None:
            if plan is not None:
                plan.leave()
            return
        time_ms = int(members.get("time", header.time_ms))
        due = self._schedule.payload_due(time_ms, retention_class, members.get("purge_after"))
        if due >= self._report.today:
            self._report.next_due = due if self._report.next_due is None else min(due, self._report.next_due)
            stays = True
        else:
            stays = any(
                hold.keeps(self._chain.writer_id, time_ms, retention_class, payload.subject_ref) for hold in self._holds
            )
            self._report.held += stays
        if stays:
            if plan is not None:
                plan.leave()
            return
        if plan is None or plan.full:
            plan = self._open[retention_class] = _Plan(
                self._chain.writer_id, retention_class, self._schedule.rule_for(retention_class)
            )
            self._plans.append(plan)
        plan.take(header.seq, str(members.get("record_id")))


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


def _delete(chain: PurgeableChain, plan: _Plan) -> None:
    for first, last in plan.runs:
        rows = (
            row.seq for row in chain.payloads(first, last + 1) if (row.retention_class or "") == plan.retention_class
        )
        due = list(rows) if last - first < BATCH else None
        if due is not None:
            if due:
                chain.delete_payloads(due)
            continue
        start = first
        while start <= last:  # a statement per batch, so that no long read stands in the way of erasing
            block = list(islice(chain.payloads(start, last + 1), BATCH))
            if not block:
                break
            seqs = [row.seq for row in block if (row.retention_class or "") == plan.retention_class]
            if seqs:
                chain.delete_payloads(seqs)
            start = block[-1].seq + 1
