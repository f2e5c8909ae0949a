"""What has to happen now and then: the purge once a day, a super-checkpoint once an hour.

Every process may run a :class:`Maintenance`; a lock in the ledger's directory elects one of them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from privmw.ledger.anchors import Anchor
from privmw.ledger.checkpoints import super_checkpoint
from privmw.ledger.files import FileLock
from privmw.ledger.holds import HOLDS_FILE, HoldFile
from privmw.ledger.purge import PurgeReport, purge
from privmw.ledger.reader import open_store
from privmw.ledger.retention import Schedule
from privmw.ledger.signing import SigningKeys
from privmw.types import Clock, TransferSink

__all__ = ["Maintenance", "purge_directory"]

logger = logging.getLogger("privmw.ledger")

LOCK_FILE = "maintenance.lock"
SUPER_MS = 3_600_000
POLL_SECONDS = 60.0


def purge_directory(
    directory: Path,
    schedule: Schedule,
    sink: TransferSink,
    *,
    clock: Clock,
    dry_run: bool = False,
    timeout: float = 10.0,
    dsn: str | None = None,
) -> PurgeReport | None:
    """Purge a ledger directory under its lock, with its legal holds.

    Args:
        directory: The ledger's directory.
        schedule: When what is due.
        sink: Where purge records go: a writer of that directory.
        clock: Tells what day it is.
        dry_run: Only look.
        timeout: Seconds to wait for each record, and for readers in the way.
        dsn: Purge this PostgreSQL copy instead of the files; purge records are shipped to it from the directory.

    Returns:
        What was done, ``None`` when another process is at it.

    Raises:
        ConfigurationError: The holds can not be read.
        LedgerUnavailable: The ledger can not be read, or a purge record could not be made durable.
    """
    lock = FileLock.take(directory / LOCK_FILE)
    if lock is None:
        return None
    try:
        holds = HoldFile(directory / HOLDS_FILE).load()
        store = open_store(directory if dsn is None else dsn)
        try:
            return purge(
                store,
                schedule,
                sink,
                clock=clock,
                holds=holds,
                dry_run=dry_run,
                timeout=timeout,
                publish=None if dsn is None else partial(_ship, directory, dsn),
            )
        finally:
            store.close()
    finally:
        lock.release()


def _ship(directory: Path, dsn: str) -> None:
    """Copy what the directory holds to PostgreSQL now."""
    from privmw.ledger.shipper import Shipper

    shipper = Shipper(directory, dsn)
    try:
        shipper.ship()
    finally:
        shipper.close()


class Maintenance:
    """Runs in the background of an application.

    Args:
        directory: The ledger's directory.
        schedule: When what is due.
        sink: The process's own ledger writer, in whose chain purges and super-checkpoints are recorded.
        clock: Tells the time.
        deployment: Name of the deployment.
        keys: Keys for super-checkpoints; ``None`` makes none.
        anchors: Where super-checkpoints are kept.
        on_report: Told of each purge.
    """

    def __init__(
        self,
        directory: Path,
        schedule: Schedule,
        sink: TransferSink,
        *,
        clock: Clock,
        deployment: str = "default",
        keys: SigningKeys | None = None,
        anchors: Sequence[Anchor] = (),
        on_report: Callable[[PurgeReport], None] | None = None,
    ) -> None:
        self._directory = directory
        self._schedule = schedule
        self._sink = sink
        self._clock = clock
        self._deployment = deployment
        self._keys = keys
        self._anchors = tuple(anchors)
        self._on_report = on_report
        self._purged_on: date | None = None
        self._super_ms: int | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; a second call does nothing."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="privmw-maintenance", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Stop the thread."""
        thread, self._thread = self._thread, None
        self._stop.set()
        if thread is not None:
            thread.join(timeout)

    def run_due(self) -> PurgeReport | None:
        """Do what is due now; returns the report of a purge, ``None`` when none was due.

        A purge that left something behind (a reader stood in the way) is due again at once, not tomorrow.
        """
        self._super_checkpoint()
        today = self._schedule.today(self._clock)
        if self._purged_on == today:
            return None
        report = purge_directory(self._directory, self._schedule, self._sink, clock=self._clock)
        if report is None:
            return None
        if report.complete:
            self._purged_on = today
        for writer, obstacle in report.obstacles:
            logger.warning("the purge of %s is not complete: %s", writer, obstacle)
        if self._on_report is not None:
            self._on_report(report)
        return report

    def _super_checkpoint(self) -> None:
        now = self._clock.time_ms()
        if self._keys is None or (self._super_ms is not None and now - self._super_ms < SUPER_MS):
            return
        lock = FileLock.take(self._directory / LOCK_FILE)
        if lock is None:
            return
        try:
            store = open_store(self._directory)
            try:
                super_checkpoint(
                    store,
                    self._keys,
                    self._sink,
                    deployment=self._deployment,
                    clock=self._clock,
                    anchors=self._anchors,
                )
            finally:
                store.close()
            self._super_ms = now
        finally:
            lock.release()

    def _run(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            try:
                self.run_due()
            except Exception as error:  # noqa: BLE001 - tried again in a minute; it must not end the thread
                logger.warning("ledger maintenance failed: %s", type(error).__name__)
