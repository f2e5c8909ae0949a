"""What has to happen now and then: the purge once a day, a super-checkpoint once an hour.

Every process may run a :class:`Maintenance`; a lock in the ledger's directory elects one of them, and a note in
``maintenance.json`` tells the others, and the next process, what is done for today.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from privmw.errors import LedgerError, LedgerUnavailable
from privmw.ledger import forks
from privmw.ledger.anchors import Anchor
from privmw.ledger.checkpoints import super_checkpoint
from privmw.ledger.files import FileLock
from privmw.ledger.holds import HOLDS_FILE, HoldFile
from privmw.ledger.patience import PatientAnchor
from privmw.ledger.purge import PurgeReport, purge
from privmw.ledger.reader import open_store
from privmw.ledger.retention import Schedule
from privmw.ledger.signing import SigningKeys
from privmw.types import Clock, TransferSink

__all__ = ["Maintenance", "purge_directory"]

logger = logging.getLogger("privmw.ledger")

LOCK_FILE = "maintenance.lock"
DONE_FILE = "maintenance.json"
SUPER_MS = 3_600_000
FIRST_RETRY_MS = 60_000
LAST_RETRY_MS = 3_600_000
FIRST_SECONDS = 5.0
POLL_SECONDS = 60.0
FORK_SECONDS = 10.0


def purge_directory(
    directory: Path,
    schedule: Schedule,
    sink: TransferSink,
    *,
    clock: Clock,
    dry_run: bool = False,
    timeout: float = 10.0,
    dsn: str | None = None,
    outbox: str | None = None,
    progress: Callable[[int], None] | None = None,
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
        outbox: DSN that they are shipped with, of the role ``privmw_writer``; ``dsn`` itself when ``None``.
        progress: Told the number of records looked at, block by block.

    Returns:
        What was done, ``None`` when another process is at it.

    Raises:
        ConfigurationError: The holds can not be read.
        LedgerUnavailable: The ledger can not be read, or a purge record could not be made durable.
    """
    try:
        lock = FileLock.take(directory / LOCK_FILE)
    except OSError as error:
        raise LedgerUnavailable(f"{directory} can not be written: {error.strerror}") from None
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
                publish=None if dsn is None else partial(_ship, directory, outbox or dsn),
                progress=progress,
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
        dsn: PostgreSQL copy to purge as well, with an account of the role ``privmw_purger``.
        outbox: DSN by which the purge records get there.
    """

    fork_rank = 0
    """Where it stands among those that a fork waits for; see :mod:`privmw.ledger.forks`."""

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
        dsn: str | None = None,
        outbox: str | None = None,
    ) -> None:
        self._directory = directory
        self._schedule = schedule
        self._sink = sink
        self._clock = clock
        self._deployment = deployment
        self._keys = keys
        self._anchors = tuple(map(PatientAnchor, anchors))
        self._on_report = on_report
        self._dsn = dsn
        self._outbox = outbox
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._working = (
            threading.Lock()
        )  # a fork waits for it, so that no child inherits SQLite's locks in a locked state
        self._held = False
        self._retries: dict[str | None, _Retry] = {None: _Retry(), dsn: _Retry()}
        forks.follow(self)

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
        """Do what is due now; returns the report of a purge of the files, ``None`` when none was done.

        The jobs do not wait for one another: what keeps one of them from its end is logged. A purge that left something
        behind (a reader stood in the way) is due again after a minute, then after ever longer pauses up to an hour; under
        another schedule it is due at once.
        """
        with self._working:
            self._attempt(self._super_checkpoint)
            report = self._attempt(partial(self._purge_due, "purged", None))
            if self._dsn is not None:
                self._attempt(partial(self._purge_due, "copy purged", self._dsn))
            return report

    def _attempt(self, job: Callable[[], PurgeReport | None]) -> PurgeReport | None:
        try:
            return job()
        except LedgerError as error:
            logger.warning("ledger maintenance failed: %s", error)
        except Exception as error:  # noqa: BLE001 - it is tried again, and must neither end the thread nor stop the other jobs
            logger.warning("ledger maintenance failed: %s", type(error).__name__)
        return None

    def _purge_due(self, name: str, dsn: str | None) -> PurgeReport | None:
        now = self._clock.time_ms()
        done = f"{self._schedule.today(self._clock)} {self._schedule.digest}"
        retry = self._retries[dsn]
        if _read_done(self._directory).get(name) == done or not retry.due(now):
            return None
        retry.later(now)
        report = purge_directory(
            self._directory, self._schedule, self._sink, clock=self._clock, dsn=dsn, outbox=self._outbox
        )
        if report is None or report.complete:
            self._retries[dsn] = _Retry()
        if report is None:
            return None
        for writer, obstacle in report.obstacles:
            logger.warning("the purge of %s is not complete: %s", writer, obstacle)
        if report.complete:
            self._note(name, done)
        if self._on_report is not None:
            self._on_report(report)
        return report

    def _super_checkpoint(self) -> None:
        now = self._clock.time_ms()
        for anchor in self._anchors:
            anchor.offer()
        if self._keys is None or not self._super_due(now):
            return
        lock = FileLock.take(self._directory / LOCK_FILE)
        if lock is None:
            return
        try:
            if not self._super_due(now):
                return  # another process has just done it
            store = open_store(self._directory)
            try:
                made = super_checkpoint(
                    store,
                    self._keys,
                    self._sink,
                    deployment=self._deployment,
                    clock=self._clock,
                    anchors=self._anchors,
                )
            finally:
                store.close()
            if made is not None:
                self._note("super", now)
        finally:
            lock.release()

    def _super_due(self, now: int) -> bool:
        latest = _read_done(self._directory).get("super")
        return not isinstance(latest, int) or not 0 <= now - latest < SUPER_MS

    def _note(self, what: str, when: object) -> None:
        """Tell the other processes; what can not be told is done again, which harms nothing."""
        path = self._directory / DONE_FILE
        unfinished = path.with_suffix(".json.tmp")
        try:
            unfinished.write_text(json.dumps({**_read_done(self._directory), what: when}), encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            logger.warning("it could not be noted that ledger maintenance was done: %s", error.strerror)

    def _run(self) -> None:
        stop = self._stop
        pause = FIRST_SECONDS
        while not stop.wait(pause):
            pause = POLL_SECONDS
            self.run_due()

    def _before_fork(self) -> None:
        self._held = self._working.acquire(timeout=FORK_SECONDS)

    def _after_fork_in_parent(self) -> None:
        if self._held:
            self._working.release()

    def _after_fork_in_child(self) -> None:
        self._working = threading.Lock()
        self._stop = threading.Event()
        self._thread = None


class _Retry:
    """When a purge that met an obstacle is tried again: each time it reads the whole ledger."""

    def __init__(self) -> None:
        self._not_before_ms = 0
        self._pause_ms = FIRST_RETRY_MS

    def due(self, now_ms: int) -> bool:
        """Whether the pause is over; a clock that went back makes it no longer."""
        return not 0 < self._not_before_ms - now_ms <= LAST_RETRY_MS

    def later(self, now_ms: int) -> None:
        """Begin a pause, twice as long as the one before."""
        self._not_before_ms = now_ms + self._pause_ms
        self._pause_ms = min(self._pause_ms * 2, LAST_RETRY_MS)


def _read_done(directory: Path) -> dict[str, Any]:
    """What was done, as far as a file that anybody may have changed can tell: a doubt means that it is due."""
    try:
        done = json.loads((directory / DONE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return done if isinstance(done, dict) else {}
