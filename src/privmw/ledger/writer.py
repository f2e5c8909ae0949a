"""The ledger's writer: takes records on any thread without I/O, and writes them on its own.

==============================  ========================================================================================
what happens                    outcome
==============================  ========================================================================================
queue full                      ``best_effort`` is refused at three quarters of the limit, the rest at the limit: counted
disk full, read-only, locked    ``before_send`` fails at once with the reason; ``group`` waits for the next attempt (with
                                back-off, at once when a ``before_send`` comes); ``best_effort`` is counted
file corrupt, removed, changed  as above, and the next attempt starts a new file, whose ``epoch.open`` names the old one
record that can not be stored   that record alone fails: counted
fork                            the child starts without queue or file; its first record claims a file of its own
clock goes back                 the record keeps its time and says by how much (``clock_back_ms``); order is ``seq``
close                           drains the queue, with what observers add meanwhile (the policy of a process that ends at
                                once), writes ``epoch.close``; what does not fit the timeout is counted and logged
==============================  ========================================================================================

What is counted becomes a ``gap`` record as soon as writing works again.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from socket import gethostname

from privmw.errors import LedgerUnavailable
from privmw.ledger import forks
from privmw.ledger.backlog import Backlog
from privmw.ledger.batch import Written, write_batch
from privmw.ledger.clock import SystemClock
from privmw.ledger.losses import Losses, describe, time_of
from privmw.ledger.observer import Observer
from privmw.ledger.receipts import Item, LedgerReceipt
from privmw.ledger.session import Session
from privmw.types import Clock, Durability, TransferRecord

__all__ = ["LedgerWriter"]

logger = logging.getLogger("privmw.ledger")
BATCH_LIMIT = 512
TICK_SECONDS = 1.0
FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 5.0
FORK_SECONDS = 10.0
"""Longest wait of a fork for a commit that hangs."""


class LedgerWriter:
    """Writes one process's records to one chain in one file; the :class:`privmw.types.TransferSink` of an app.

    Args:
        directory: The ledger directory; made (mode 0700) when missing.
        deployment: Name of the deployment; files are taken over within one deployment and host only.
        host: Name of the host; the operating system's when ``None``.
        clock: Source of the times of the writer's own records.
        queue_limit: Most records that wait in memory.
        group_ms: Longest wait for more records before a commit, in milliseconds.
        group_size: Number of waiting records that ends this wait.
        busy_timeout: Seconds to wait for another process's transaction (a purge).
        observers: Told of everything that became durable.
    """

    def __init__(
        self,
        directory: Path,
        *,
        deployment: str = "default",
        host: str | None = None,
        clock: Clock | None = None,
        queue_limit: int = 10_000,
        group_ms: float = 5.0,
        group_size: int = 64,
        busy_timeout: float = 2.0,
        observers: Sequence[Observer] = (),
    ) -> None:
        self.directory = Path(directory)
        self.deployment = deployment
        self.host = host or gethostname()
        self._clock = clock if clock is not None else SystemClock()
        self._queue_limit = queue_limit
        self._best_effort_limit = queue_limit * 3 // 4
        self._group_seconds = group_ms / 1000
        self._group_size = group_size
        self._busy_timeout = busy_timeout
        self._observers = list(observers)
        self._reset()
        forks.follow(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._ready = threading.Condition(self._lock)
        self._io = threading.Lock()
        self._queue = Backlog()
        self._retry: list[Item] = []
        self._waiting = 0
        self._opening = False
        self._idle = False
        self._closing = False
        self._final = False
        self._ended = False
        self._resting = False
        self._failing = False
        self._untold: TransferRecord | None = None
        self._holds_io = False
        self._thread: threading.Thread | None = None
        self._losses = Losses()
        self._written = 0
        self._session = Session(self.directory, self.deployment, self.host, self._busy_timeout, self._observers)

    @property
    def written(self) -> int:
        """How many submitted records became durable."""
        return self._written

    @property
    def lost(self) -> int:
        """How many submitted records were lost."""
        return self._losses.total

    @property
    def waiting(self) -> int:
        """How many submitted records are neither durable nor lost."""
        return self._waiting

    @property
    def failing(self) -> bool:
        """Whether the latest attempt to write failed."""
        return self._failing

    @property
    def writer_id(self) -> str | None:
        """Whose chain is being written, ``None`` before the first record."""
        return self._session.writer_id

    def start(self) -> None:
        """Start the thread, which claims a file and writes ``epoch.open``; returns at once. ``submit`` starts it too."""
        with self._lock:
            self._closing = self._final = self._ended = False
            self._start()

    def observe(self, observer: Observer) -> None:
        """Have one told, too, that needs the writer itself and so could not be given to the constructor; before start."""
        self._observers.append(observer)

    def submit(self, record: TransferRecord, durability: Durability = Durability.GROUP) -> LedgerReceipt:
        """Take a record, without I/O on the calling thread.

        Args:
            record: What to write.
            durability: ``before_send`` fails at once when writing does not work; the caller waits for the receipt.

        Raises:
            LedgerUnavailable: ``before_send`` was asked for and the queue is full or the writer closed.
        """
        receipt = LedgerReceipt()
        urgent = durability is Durability.BEFORE_SEND
        with self._lock:
            observer = threading.current_thread() is self._thread
            drained = self._ended or not observer  # observers may add until the end
            if self._closing and drained and not self._resting:
                return self._refuse(record, urgent, "closed", "the ledger is closed")
            limit = self._best_effort_limit if durability is Durability.BEST_EFFORT else self._queue_limit
            if self._waiting >= limit:
                return self._refuse(record, urgent, "queue.full", "the ledger's queue is full")
            item = Item(record, durability, receipt)
            if observer and self._opening:  # what is said of a chain as it opens
                self._queue.add_to_front(item)
            else:
                self._queue.add(item)
            self._waiting += 1
            if self._thread is None and not self._closing:
                self._start()
            elif self._idle or urgent or self._waiting == self._group_size:
                self._ready.notify()
        return receipt

    def flush(self, timeout: float = 5.0) -> None:
        """Wait until everything submitted so far is durable.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            LedgerUnavailable: It is not.
        """
        receipt = LedgerReceipt()
        with self._lock:
            if self._thread is None:
                return
            self._queue.add(Item(None, Durability.BEFORE_SEND, receipt))
            self._ready.notify()
        receipt.wait(timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Write what is queued, then ``epoch.close``, and let go of the file; a second call does nothing.

        Args:
            timeout: Seconds to wait at most; what is not durable by then is lost, counted and logged.
        """
        with self._lock:
            self._closing = True
            thread = self._thread
            self._ready.notify()
        if thread is None or thread is threading.current_thread():
            return
        thread.join(timeout)
        atexit.unregister(self.close)
        if thread.is_alive():
            self._lose_all("closed before it could be written")

    def rest(self, close: Callable[[float], object], timeout: float = 5.0) -> None:
        """Have ``close`` close it with other things, and be ready again: records that come meanwhile open a new epoch."""
        with self._lock:
            self._resting = True
        try:
            close(timeout)
        finally:
            with self._lock:
                self._closing = self._final = self._ended = self._resting = False
                if self._queue:
                    self._start()

    # --- the writer's thread ------------------------------------------------------------------------------------------

    def _start(self) -> None:
        if self._thread is not None:
            return
        thread = threading.Thread(target=self._run, name="privmw-ledger", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is shutting down
            logger.error("the ledger's thread could not be started; %d records wait", self._waiting)  # noqa: TRY400
            return
        self._thread = thread
        atexit.register(self.close)
        forks.close_in_child_process(self)

    def _run(self) -> None:
        delay = FIRST_RETRY_SECONDS
        self._commit([])
        while (batch := self._next_batch(delay)) is not None:
            self._commit(batch)
            delay = min(delay * 2, LAST_RETRY_SECONDS) if self._failing else FIRST_RETRY_SECONDS
            with self._io:
                self._session.tick(self._clock.time_ms())
        with self._io:
            if self._retry or (self._queue and not self._resting):
                self._lose_all("the ledger was closed while it could not be written")
            self._session.close(self._clock.time_ms(), lost=self._losses.total)
        with self._lock:
            self._thread = None

    def _next_batch(self, delay: float) -> list[Item] | None:
        """Wait for records, and a little longer for more of them; ``None`` at the end."""
        with self._ready:
            self._pause(delay)
            if self._closing and not self._queue:
                if self._final or not (self._retry or self._losses):
                    self._ended = True
                    return None
                self._final = True  # one last attempt for what failed before
            batch = self._retry
            self._retry = []
            return batch + self._queue.take(BATCH_LIMIT - len(batch))

    def _pause(self, delay: float) -> None:
        """Wait as long as there is no reason to commit now; the lock is held."""
        if self._failing:
            until = time.monotonic() + delay
            while not self._queue.urgent and not self._closing and (left := until - time.monotonic()) > 0:
                self._ready.wait(left)
            return
        self._idle = True
        if not self._queue and not self._closing and not self._losses:
            self._ready.wait(TICK_SECONDS if self._observers else None)
        self._idle = False
        until = time.monotonic() + self._group_seconds
        while self._queue and not self._queue.urgent and not self._closing and self._waiting < self._group_size:
            left = until - time.monotonic()
            if left <= 0 or not self._ready.wait(left):
                break

    def _commit(self, batch: list[Item]) -> None:
        """Write a batch; on failure, sort its items by what they asked for."""
        with self._io:  # a fork waits for it, so that no child inherits SQLite's own locks in a locked state
            try:
                now = self._clock.time_ms()
                landed = self._open(now, batch)
                written = self._write(now, batch, landed)
            except Exception as error:  # noqa: BLE001 - whatever it is, records must be refused or kept, not forgotten
                self._failed(batch, error)
                return
            self._failing = False
            done = batch[: len(batch) - len(written.left)]
            with self._lock:
                settled = sum(item.record is not None for item in done)
                self._waiting -= settled
                self._written += settled - len(written.refused)
            for item in done:
                item.receipt.settle(written.refused.get(id(item)))
            self._session.tell(written.sealed)
            if written.error is not None:
                self._failed(batch[len(done) :], written.error)

    def _open(self, now: int, batch: list[Item]) -> frozenset[str]:
        """Open a file where none is open, and put what observers say of it in front of the batch."""
        self._opening = True
        try:
            return self._session.ensure_open(now)
        finally:
            self._opening = False
            with self._lock:
                batch[:0] = self._queue.take_front()

    def _write(self, now: int, batch: list[Item], landed: frozenset[str]) -> Written:
        """Write a batch, with what is to be told of losses in front of it."""
        with self._lock:
            if self._untold is not None and self._untold.record_id in landed:
                self._losses.settle(self._untold)
            self._untold = gap = self._losses.gap(now)
        written = write_batch(self._session, gap, batch, landed)
        with self._lock:
            self._untold = None
            if gap is not None:
                self._losses.settle(gap)
            for item in batch:
                if id(item) in written.refused and item.record is not None:
                    self._losses.add("record.invalid", time_of(item.record, now))
        return written

    def _failed(self, batch: list[Item], error: Exception) -> None:
        problem = f"the ledger cannot be written: {describe(error)}"
        if not self._failing:
            logger.error("%s; records that must be durable are refused until it can", problem)
        self._failing = True
        self._session.failed(error)
        kept = [item for item in batch if item.durability is Durability.GROUP]
        with self._lock:
            self._retry = kept
            for item in batch:
                if item.durability is Durability.GROUP or item.record is None:
                    continue
                self._waiting -= 1
                self._losses.add("disk", time_of(item.record, self._clock.time_ms()))
        for item in batch:
            if item.durability is not Durability.GROUP:
                item.receipt.settle(problem)

    def _refuse(self, record: TransferRecord, urgent: bool, reason: str, problem: str) -> LedgerReceipt:
        receipt = LedgerReceipt()
        self._losses.add(reason, record.time_ms)
        receipt.settle(problem)
        if urgent:
            raise LedgerUnavailable(problem)
        return receipt

    def _lose_all(self, problem: str) -> None:
        with self._lock:
            items = [*self._retry, *self._queue]
            self._retry = []
            self._queue.clear()
            for item in items:
                if item.record is not None:
                    self._waiting -= 1
                    self._losses.add("closed", item.record.time_ms)
        for item in items:
            item.receipt.settle(problem)
        if items:
            logger.error("%d records were lost: %s", len(items), problem)

    def _before_fork(self) -> None:
        self._holds_io = self._io.acquire(timeout=FORK_SECONDS)
        self._lock.acquire()

    def _after_fork_in_parent(self) -> None:
        self._lock.release()
        if self._holds_io:
            self._io.release()

    def _after_fork_in_child(self) -> None:
        inherited = [*self._retry, *self._queue]
        self._session.forget()
        self._reset()
        for item in inherited:
            item.receipt.settle("the record belongs to the parent process")
