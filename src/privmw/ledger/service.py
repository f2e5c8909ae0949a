"""The ledger of one process: its writer, the copies that follow it and the upkeep, started and closed together.

Copying and upkeep run in the process that calls :meth:`LedgerService.start`, and again in each forked child from its first
record on: a lock in the directory elects the one process that works, and the others stand by. A child that records
nothing gets no thread.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from privmw.ledger import forks
from privmw.ledger.ambient import AmbientCounter
from privmw.ledger.chain import Sealed
from privmw.ledger.maintenance import Maintenance
from privmw.ledger.writing.observer import OpenChain
from privmw.ledger.writing.writer import LedgerWriter

if TYPE_CHECKING:
    from privmw.ledger.shipper import Shipper

__all__ = ["LedgerService"]


class LedgerService:
    """Owns the life of the parts; an observer of the writer, so that a forked child wakes it by its first record.

    Args:
        writer: The process's writer.
        ambient: Counts what every request sends anyway.
        shipper: Copies to PostgreSQL; ``None`` where no database is set.
        maintenance: Purges and signs super-checkpoints; ``None`` where that is left to the command line.

    Attributes:
        writer: The process's writer.
        ambient: Counts what every request sends anyway.
        shipper: Copies to PostgreSQL.
        maintenance: Purges and signs super-checkpoints.
    """

    def __init__(
        self,
        writer: LedgerWriter,
        ambient: AmbientCounter,
        *,
        shipper: Shipper | None = None,
        maintenance: Maintenance | None = None,
    ) -> None:
        self.writer = writer
        self.ambient = ambient
        self.shipper = shipper
        self.maintenance = maintenance
        self._pid = 0
        self._running = False
        self._lock = threading.Lock()
        forks.follow(self)
        writer.observe(self)

    def start(self) -> None:
        """Start everything; a second call does nothing. What is not closed by then is closed at the process's end."""
        with self._lock:
            if self._running:
                return
            self._running = True
            self._start_threads()
        atexit.register(self.close)
        self.writer.start()

    def close(self, timeout: float = 5.0) -> None:
        """Record what was counted, write what is queued, close the epoch, then copy the last of it; then stop.

        Args:
            timeout: Seconds to wait for each part; what is not copied by then is copied by the next process.
        """
        with self._lock:
            if not self._running:
                return
            self._running = False
        atexit.unregister(self.close)
        self._stop(timeout)

    def rest(self, timeout: float = 5.0) -> None:
        """Do the same, but take records again: the next one opens a new epoch and starts what was stopped.

        For the end of an app whose process may be killed right after (uvicorn's workers are), or may go on.
        """
        with self._lock:
            if not self._running:
                return
            self._pid = 0
        self.writer.rest(self._stop, timeout)

    def _stop(self, timeout: float) -> None:
        self.ambient.flush()
        if self.maintenance is not None:
            self.maintenance.stop(timeout)
        self.writer.close(timeout)
        if self.shipper is not None:
            self.shipper.close(timeout)

    def opened(self, chain: OpenChain) -> None:
        """Start copying and upkeep in a forked child, which has just opened a chain of its own, and after a rest."""
        with self._lock:
            if self._running and self._pid != os.getpid():
                self._start_threads()
                forks.close_in_child_process(self)

    def committed(self, records: Sequence[Sealed]) -> None:
        """Nothing."""

    def tick(self, time_ms: int) -> None:
        """Nothing."""

    def closing(self) -> None:
        """Nothing."""

    def _start_threads(self) -> None:
        self._pid = os.getpid()
        if self.shipper is not None:
            self.shipper.start()
        if self.maintenance is not None:
            self.maintenance.start()

    def _before_fork(self) -> None:
        """Nothing to hold."""

    def _after_fork_in_parent(self) -> None:
        """Nothing to let go of."""

    def _after_fork_in_child(self) -> None:
        self._lock = threading.Lock()
