"""Copies a directory's ledger files to PostgreSQL: the files are the outbox, the database is the fleet's ledger.

Nothing is remembered locally: how far a chain was copied is asked of the database, so that a shipper may die anywhere.
Every process may run one; a lock in the directory elects the one that works, and it copies the files of all processes,
of dead ones too. A record is copied at least once and stored exactly once. What is wrong with one file stands in no
other's way.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from privmw.errors import LedgerCorrupt, LedgerError, LedgerUnavailable
from privmw.ledger import forks
from privmw.ledger.chain import Head
from privmw.ledger.files import FileLock, ledger_files
from privmw.ledger.losses import describe
from privmw.ledger.postgres_outlet import PostgresOutlet
from privmw.ledger.reader import StoredHeader, StoredPayload
from privmw.ledger.sqlite import SqliteChain

__all__ = ["Shipper"]

logger = logging.getLogger("privmw.ledger")

FIRST_RETRY_SECONDS = 0.5
LAST_RETRY_SECONDS = 60.0
FORK_SECONDS = 10.0


class _Unreadable(Exception):
    """A file can not be read now; its message is the ledger's own."""


class Shipper:
    """A thread that copies.

    Args:
        directory: The ledger directory.
        dsn: ``postgresql://`` URI of an account with the role ``privmw_writer``.
        interval: Seconds between two looks at files that were copied whole.
        batch: Most records per transaction.
        busy_timeout: Seconds to wait for another program's transaction in a file.

    Attributes:
        shipped: How many records this shipper added.
        problem: Why the latest attempt failed, ``None`` after one that did not.
        refused: Files that the database does not take, with the reason: their chain contradicts what it holds, or there is
            something in them that it can not hold. They are not copied any further.
    """

    def __init__(
        self, directory: Path, dsn: str, *, interval: float = 1.0, batch: int = 500, busy_timeout: float = 5.0
    ) -> None:
        self._directory = directory
        self._dsn = dsn
        self._interval = interval
        self._batch = batch
        self._busy_timeout = busy_timeout
        self._troubles: dict[str, str] = {}
        self._outlet: PostgresOutlet | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock: FileLock | None = None
        self._reading = threading.Lock()  # held inside SQLite, so that a fork does not copy its locks in a locked state
        self._held = False
        self.shipped = 0
        self.problem: str | None = None
        self.refused: dict[str, str] = {}
        forks.follow(self)

    def start(self) -> None:
        """Start copying in the background."""
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="privmw-shipper", daemon=True)
            self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """Copy what is there and stop.

        Args:
            timeout: Seconds to wait; what is not copied by then is copied by the next process.
        """
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)
        if self._thread is None or not self._thread.is_alive():
            self._disconnect()

    def ship(self) -> int:
        """Copy everything that is there now, on the calling thread.

        Returns:
            How many records were new to the database.

        Raises:
            LedgerUnavailable: The database did not take them; what was copied before stays.
        """
        added = 0
        try:
            outlet = self._outlet = self._outlet or PostgresOutlet(self._dsn)
            for path in ledger_files(self._directory):
                if path.name not in self.refused:
                    added += self._ship_file(outlet, path)
        except BaseException:
            self._disconnect()
            raise
        return added

    def _ship_file(self, outlet: PostgresOutlet, path: Path) -> int:
        """Copy one file as far as it goes; returns how many of its records were new.

        Raises:
            LedgerUnavailable: The database does not answer.
        """
        added = 0
        try:
            for number in self._copy(outlet, path):
                added += number
            self._troubles.pop(path.name, None)
        except LedgerUnavailable:
            raise
        except LedgerCorrupt as error:
            self.refused[path.name] = str(error)
            logger.error(  # noqa: TRY400 - the error is the ledger's finding, not ours
                "%s is not copied to the database any further: %s", path.name, error
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the other files are copied, and this one is tried again
            problem = str(error) if isinstance(error, _Unreadable) else type(error).__name__
            if self._troubles.get(path.name) != problem:
                logger.warning("%s is not copied to the database for now: %s", path.name, problem)
            self._troubles[path.name] = problem
        return added

    def _copy(self, outlet: PostgresOutlet, path: Path) -> Iterator[int]:
        with self._inside():
            chain = SqliteChain(path, timeout=self._busy_timeout)
        try:
            head, size = outlet.position(chain.writer_id, chain.created)
            last = -1
            if head is not None:
                self._compare(chain, head)
                last = head.seq
            while batch := self._read(chain, last + 1):
                headers, payloads = batch
                yield outlet.add(chain.writer_id, headers, payloads)
                self.shipped += len(headers)
                last = headers[-1].seq
            with self._inside():
                checkpoints = [checkpoint for checkpoint in chain.checkpoints() if checkpoint.size > size]
            for checkpoint in checkpoints:
                outlet.add_checkpoint(chain.writer_id, checkpoint)
        finally:
            with self._reading:
                chain.close()

    def _compare(self, chain: SqliteChain, head: Head) -> None:
        """Refuse a file that does not continue what the database holds."""
        with self._inside():
            own = next(chain.headers(head.seq, head.seq + 1), None)
            latest = chain.head()
        if own is not None and own.hash == head.hash:
            return
        if own is None and latest is not None and latest.seq > head.seq:
            return  # pruned here, not there
        raise LedgerCorrupt(
            f"record {head.seq} is another one in the database: the file was rolled back or the chain forked"
        )

    def _read(self, chain: SqliteChain, start: int) -> tuple[list[StoredHeader], list[StoredPayload]] | None:
        with self._inside():
            headers = list(islice(chain.headers(start), self._batch))
            if not headers:
                return None
            return headers, list(chain.payloads(headers[0].seq, headers[-1].seq + 1))

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """Read a file: no fork comes in between, and what goes wrong is not taken for the database's."""
        with self._reading:
            try:
                yield
            except LedgerError as error:
                raise _Unreadable(str(error)) from None

    def _run(self) -> None:
        delay = FIRST_RETRY_SECONDS
        try:
            while True:
                stopping = self._stop.is_set()
                try:
                    if self._directory.is_dir():  # the writer makes it
                        self._lock = self._lock or FileLock.take(self._directory / "shipper.lock")
                    if self._lock is not None:
                        self.ship()
                    self.problem, delay = None, FIRST_RETRY_SECONDS
                except Exception as error:  # noqa: BLE001 - nothing may end the thread: the files wait, and are tried again
                    self._report(error)
                    delay = min(delay * 2, LAST_RETRY_SECONDS)
                if stopping:
                    return
                self._stop.wait(delay if self.problem else self._interval)
        finally:
            self._disconnect()
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    def _report(self, error: Exception) -> None:
        if self.problem is None:
            logger.warning("records are not copied to the database for now: %s", describe(error))
        self.problem = describe(error)

    def _disconnect(self) -> None:
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None

    def _before_fork(self) -> None:
        self._held = self._reading.acquire(timeout=FORK_SECONDS)

    def _after_fork_in_parent(self) -> None:
        if self._held:
            self._reading.release()

    def _after_fork_in_child(self) -> None:
        if self._outlet is not None:
            forks.abandon(self._outlet.forget())
        if self._lock is not None:
            self._lock.forget()
        self._reading = threading.Lock()
        self._stop = threading.Event()
        self._outlet = self._thread = self._lock = None
