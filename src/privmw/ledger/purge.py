"""Removes payloads whose retention is over, and says on record what was removed.

The order makes every crash harmless: first the purge record is durable, then payloads and salts are deleted, then their
bytes are overwritten in the files. A crash in between leaves payloads that the next run removes; it never leaves a hole
that no record explains.

Who writes the record: the purger is a writer of its own. In the application it is the process's own ledger writer; the
command line opens one, which takes over an idle file or starts a small one. Nobody ever writes into another's chain; to
delete in another writer's file only needs SQLite's lock, for a batch of payloads at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from privmw.errors import LedgerError, LedgerUnavailable
from privmw.ledger.due import Due, PurgedPayloads, look_for_due
from privmw.ledger.holds import Hold
from privmw.ledger.prune import PrunedHeaders, Pruner
from privmw.ledger.reader import Criteria, PurgeableChain, ReadableChain, Store
from privmw.ledger.retention import Schedule, earliest
from privmw.types import Clock, RecordKind, TransferRecord, TransferSink

__all__ = ["PurgeReport", "PurgedPayloads", "purge"]


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
        obstacles: Writer or file and reason where deleted bytes may still be in the files, where a chain could not be
            read or purged, and where payloads stay because nobody knows the period of their class.
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
    """Remove what is due from a whole ledger; what one chain puts in the way keeps no other from its purge.

    Args:
        store: The ledger.
        schedule: What is due when.
        sink: Where the purge records go; not touched in a dry run.
        clock: Tells what day it is.
        holds: What must stay.
        dry_run: Only look.
        timeout: Seconds to wait for each record, and for readers that stand in the way of erasing.
        publish: Called between a purge record and the deletion that it names, where ``sink`` does not write into
            ``store`` itself: ships the record there, so that the store never has a hole before its explanation. That it
            arrived is looked up.
        progress: Told the number of records looked at, block by block.

    Returns:
        What was done.

    Raises:
        LedgerUnavailable: A purge record could not be made durable; nothing that it names was deleted.
    """
    report = PurgeReport(schedule.today(clock), dry_run)
    report.obstacles += store.unreadable()
    chains, copies = store.chains(), store.copies()
    confirm = None if publish is None else partial(_publish, store, publish)
    pruner = Pruner(
        [*chains, *copies],
        schedule,
        sink,
        clock=clock,
        today=report.today,
        timeout=timeout,
        publish=confirm,
        complete=report.complete,
    )
    run = _Run(store, schedule, sink, clock, holds, timeout, confirm, progress, report)
    for chain in chains:
        run.purge(chain, pruner)
    bounded = "headers are due, and younger than the database lets go (minimum_header_age in privmw_ledger.limits)"
    report.obstacles += [(writer, bounded) for writer in pruner.bounded]
    for copy in copies:  # its payloads go; what becomes of the file is for whoever put it there to say
        run.purge(copy, None)
    return report


@dataclass(slots=True)
class _Run:
    """One run over a ledger; the fields are the arguments of :func:`purge`."""

    store: Store
    schedule: Schedule
    sink: TransferSink
    clock: Clock
    holds: Sequence[Hold]
    timeout: float
    publish: Callable[[Sequence[TransferRecord]], object] | None
    progress: Callable[[int], None] | None
    report: PurgeReport
    recorded: set[tuple[str, str, str]] = field(default_factory=set)

    def purge(self, chain: ReadableChain, pruner: Pruner | None) -> None:
        """Purge one chain."""
        try:
            due = look_for_due(chain, self.schedule, self.holds, self.report.today, self.progress)
            if self.report.dry_run and pruner is not None:
                self.report.headers.extend(pruner.look(chain, self.holds))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with this file, the others are to be purged
            self._obstacle(chain, error)
            return
        self._tell(chain, due)
        if self.report.dry_run:
            return
        self._record(due)
        try:
            target = self.store.open_purgeable(chain.name)
            try:
                self._remove(target, due, pruner)
            finally:
                target.close()
        except Exception as error:  # noqa: BLE001 - as above
            self._obstacle(chain, error)

    def _tell(self, chain: ReadableChain, due: Due) -> None:
        report = self.report
        report.payloads.extend(plan.summary() for plan in due.plans)
        report.held += due.held
        report.next_due = earliest(report.next_due, due.next_due)
        for retention_class, count in sorted(due.unknown.items()):
            problem = f"{count:,} payloads of the class {retention_class!r} are kept: no [retention.{retention_class}]"
            report.obstacles.append((chain.writer_id, f"{problem} in these settings says for how long"))

    def _record(self, due: Due) -> None:
        """Put on record what will be removed, where it is not yet."""
        fresh = [plan for plan in due.plans if plan.identity not in self.recorded]
        records = [plan.record(self.sink, self.clock, self.report.today, self.timeout) for plan in fresh]
        self.recorded.update(plan.identity for plan in fresh)
        if records and self.publish is not None:
            self.publish(records)

    def _remove(self, target: PurgeableChain, due: Due, pruner: Pruner | None) -> None:
        for plan in due.plans:
            plan.delete(target)
        if pruner is not None:
            self.report.headers.extend(pruner.prune(target, self.holds))
        erasure = target.erase(timeout=self.timeout)
        if not erasure.complete:
            obstacle = erasure.obstacle or "deleted bytes may still be there"
            self.report.obstacles.append((target.writer_id, obstacle))

    def _obstacle(self, chain: ReadableChain, error: Exception) -> None:
        problem = str(error) if isinstance(error, LedgerError) else f"it can not be purged ({type(error).__name__})"
        self.report.obstacles.append((chain.writer_id, problem))


def _publish(store: Store, publish: Callable[[], object], records: Sequence[TransferRecord]) -> None:
    """Ship purge records to the store, and see that they are there.

    Raises:
        LedgerUnavailable: They are not.
    """
    publish()
    store.refresh()
    wanted = Criteria(kinds=frozenset({RecordKind.PURGE}), since_ms=min(record.time_ms for record in records))
    there = [row.header for chain in store.chains() for row in chain.find(wanted)]
    if not all(any(record.record_id.encode() in header for header in there) for record in records):
        raise LedgerUnavailable(
            "the purge record did not reach the database, so nothing that it names was deleted there"
        )
