"""The file that a writer holds: claimed under its lock, appended to in one transaction per batch, reopened after an error."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from privmw.errors import LedgerCorrupt, LedgerError
from privmw.ledger.canonical import parse
from privmw.ledger.chain import GENESIS, Chain, Head, Sealed, leaf_hash
from privmw.ledger.connection import connect, create, read_meta
from privmw.ledger.files import FileLock, ledger_files, make_directory, new_file_name, prefix_of, sync_directory
from privmw.ledger.reader import StoredCheckpoint
from privmw.ledger.schema import Facet, schema_problem

__all__ = ["LedgerFile", "Position", "claim"]

_CHUNKS = (64, 16, 4, 1)
"""Rows per INSERT. One statement per chunk means one release of the GIL per chunk: on a busy process each further one
may cost the writer a whole switch interval (5 ms)."""

_SIBLINGS = 16


class Position(NamedTuple):
    """Where some chain stood when it was last seen.

    Attributes:
        writer_id: Whose chain.
        epoch: Its epoch.
        seq: Its latest record.
        hash: That record's hash.
        closed: Whether that record is an ``epoch.close``.
    """

    writer_id: str
    epoch: int
    seq: int
    hash: bytes
    closed: bool

    def member(self) -> dict[str, Any]:
        """As a member of ``details``."""
        return {**self._asdict(), "hash": self.hash.hex()}


class LedgerFile:
    """One open ledger file; belongs to the thread that writes it.

    Args:
        path: The file.
        lock: Its lock, held.
        busy_timeout: Seconds to wait for another process's transaction.

    Attributes:
        chain: The chain in it, ready for the next record.
        previous: Where it stood when it was claimed, ``None`` in a new file.
    """

    def __init__(self, path: Path, lock: FileLock, busy_timeout: float) -> None:
        self.path = path
        self._lock = lock
        self._busy_timeout = busy_timeout
        self._facets: dict[Facet, int] = {}
        self._attempted: bytes | None = None
        self._connection = connect(path, writable=True, timeout=busy_timeout)
        try:
            self._identity = _identity(path)
            self._refuse_others()
            self.writer_id = read_meta(self._connection, path.name)["writer_id"]
            self.previous = _position(self._connection, self.writer_id)
            latest = self._connection.execute("SELECT max(time) FROM headers").fetchone()[0]
        except BaseException:
            self._connection.close()
            raise
        head = Head(self.previous.seq, self.previous.hash, latest) if self.previous else Head(-1, GENESIS, 0)
        self.chain = Chain(self.writer_id, self.previous.epoch + 1 if self.previous else 1, head)

    @property
    def epoch(self) -> int:
        """Number of the running epoch."""
        return self.chain.epoch

    def append(self, records: Sequence[Sealed]) -> None:
        """Write a batch durably, all of it or nothing.

        Raises:
            sqlite3.Error: Nothing of it counts as written; see :meth:`reopen`.
        """
        self._attempted = records[-1].hash
        run = self._connection.execute
        fresh: list[Facet] = []
        run("BEGIN IMMEDIATE")
        try:
            headers: list[tuple[Any, ...]] = []
            payloads: list[tuple[Any, ...]] = []
            for record in records:
                facet = record.facet
                number = self._facets.get(facet)
                if number is None:
                    number = self._facets[facet] = self._facet(facet)
                    fresh.append(facet)
                place = (record.seq, record.epoch, record.time_ms)
                headers.append((*place, number, record.intent, record.hash, record.header))
                if record.payload is not None:
                    get = record.members.get
                    due = (get("retention_class"), get("purge_after"), record.subject_ref)
                    payloads.append((record.seq, record.salt, record.payload, *due))
            self._insert("headers", 7, headers)
            self._insert("payloads", 6, payloads)
            run("COMMIT")
        except BaseException:
            for facet in fresh:
                self._facets.pop(facet, None)
            with suppress(sqlite3.Error):
                run("ROLLBACK")
            raise
        self._attempted = None

    def intact(self) -> bool:
        """Whether the file is still the one at its path; a deleted one would swallow records."""
        try:
            return _identity(self.path) == self._identity
        except OSError:
            return False

    def reopen(self) -> bool:
        """Open the file anew after an error.

        An error of COMMIT does not tell whether the batch is on disk, so its last hash is looked for.

        Returns:
            Whether the batch that failed last turned out to be written; the chain then stands behind it.

        Raises:
            LedgerCorrupt: The file is gone, no ledger file any more, or its chain does not stand where it stood.
            sqlite3.Error: It still cannot be used.
        """
        self.disconnect()
        if not self.intact():
            raise LedgerCorrupt(f"{self.path.name} was removed or replaced")
        self._connection = connect(self.path, writable=True, timeout=self._busy_timeout)
        self._refuse_others()
        position = _position(self._connection, self.writer_id)
        found = Head(position.seq, position.hash, self.chain.head.time_ms) if position else Head(-1, GENESIS, 0)
        if found[:2] == self.chain.head[:2]:
            return False
        if position is not None and position.hash == self._attempted:
            self.chain.rewind(found)
            return True
        raise LedgerCorrupt(f"{self.path.name} was changed by another program")

    def hashes(self, start: int, stop: int | None = None) -> Sequence[bytes]:
        """Leaf hashes of the stored headers with ``start <= seq < stop``."""
        end = 2**62 if stop is None else stop
        rows = self._connection.execute(
            "SELECT hash FROM headers WHERE seq >= ? AND seq < ? ORDER BY seq", (start, end)
        )
        return [row[0] for row in rows]

    def subtrees(self) -> Sequence[tuple[int, int, bytes]]:
        """Subtree hashes kept when headers were pruned."""
        return self._connection.execute(
            "SELECT level, position, hash FROM subtrees ORDER BY level, position"
        ).fetchall()

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """The latest signed note, ``None`` when there is none."""
        row = self._connection.execute("SELECT size, time, note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
        return StoredCheckpoint(*row) if row else None

    def put_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a signed note, in a transaction of its own."""
        self._connection.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", checkpoint)

    def disconnect(self) -> None:
        """Close the connection and keep the lock."""
        self._facets.clear()
        with suppress(sqlite3.Error):
            self._connection.close()

    def close(self) -> None:
        """Close the file and let the next process take it over."""
        self.disconnect()
        self._lock.release()

    def forget(self) -> sqlite3.Connection:
        """In a forked child: drop the lock's copy without unlocking, and hand out the connection, which nobody may close."""
        self._lock.forget()
        return self._connection

    def _refuse_others(self) -> None:
        """Write to no file with tables or triggers that are not the ledger's: what is told to be durable must be there."""
        problem = schema_problem(self._connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name"))
        if problem is not None:
            raise LedgerCorrupt(f"{self.path.name} is not as it was made: {problem}")

    def _facet(self, facet: Facet) -> int:
        run = self._connection.execute
        columns = "kind, decision, reason_code, recipient, country, purpose, categories"
        row = run(f"SELECT id FROM facets WHERE ({columns}) = (?, ?, ?, ?, ?, ?, ?)", facet).fetchone()
        if row is None:
            row = run(f"INSERT INTO facets ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id", facet).fetchone()
        number: int = row[0]
        return number

    def _insert(self, table: str, width: int, rows: list[tuple[Any, ...]]) -> None:
        row = f"({', '.join('?' * width)})"
        start = 0
        for size in _CHUNKS:
            statement = f"INSERT INTO {table} VALUES {', '.join([row] * size)}"
            while len(rows) - start >= size:
                values = [value for entry in rows[start : start + size] for value in entry]
                self._connection.execute(statement, values)
                start += size


def claim(
    directory: Path, deployment: str, host: str, time_ms: int, busy_timeout: float
) -> tuple[LedgerFile, list[Position]]:
    """Take over a file of this deployment and host that nobody holds, or start one.

    A file that cannot be read, or whose latest record does not match its hash, is left for ``verify`` to judge.

    Args:
        directory: The ledger directory; made when missing.
        deployment: Name of the deployment.
        host: Name of the host.
        time_ms: Now.
        busy_timeout: Seconds to wait for another process's transaction.

    Returns:
        The file, and where the directory's other chains stand, for ``epoch.open``.

    Raises:
        OSError: The directory cannot be written.
        sqlite3.Error: The disk is full, or the like.
    """
    make_directory(directory)
    mine: LedgerFile | None = None
    prefix = prefix_of(deployment, host)
    files = ledger_files(directory)
    for path in files:
        if path.name.startswith(prefix) and (mine := _take_over(path, deployment, host, busy_timeout)) is not None:
            break
    if mine is None:
        mine = _start(directory, deployment, host, time_ms, busy_timeout)
    others = [path for path in files if path != mine.path][-_SIBLINGS:]
    return mine, [seen for path in others if (seen := _look(path)) is not None]


def _take_over(path: Path, deployment: str, host: str, busy_timeout: float) -> LedgerFile | None:
    lock = FileLock.take(path.with_suffix(".lock"))
    if lock is None:
        return None
    try:
        file = LedgerFile(path, lock, busy_timeout)
    except (sqlite3.Error, LedgerError, OSError):
        lock.release()
        return None
    meta = read_meta(file._connection, path.name)
    if (meta.get("deployment"), meta.get("host")) != (deployment, host):
        file.close()
        return None
    return file


def _start(directory: Path, deployment: str, host: str, time_ms: int, busy_timeout: float) -> LedgerFile:
    name, unique = new_file_name(deployment, host, time_ms)
    path = directory / name
    lock = FileLock.take(path.with_suffix(".lock"))
    assert lock is not None, "the name is new, so nobody can hold its lock"
    try:
        writer_id = f"{deployment}/{host}/{unique}"
        create(path, {"writer_id": writer_id, "deployment": deployment, "host": host, "created": str(time_ms)})
        sync_directory(directory)
        return LedgerFile(path, lock, busy_timeout)
    except BaseException:
        lock.release()
        if not path.exists():
            lock.path.unlink(missing_ok=True)
        raise


def _look(path: Path) -> Position | None:
    """See where another writer's chain stands; ``None`` when that cannot be told."""
    try:
        connection = connect(path, writable=False, timeout=0.1)
    except sqlite3.Error:
        return None
    try:
        return _position(connection, read_meta(connection, path.name)["writer_id"])
    except (sqlite3.Error, LedgerError):
        return None
    finally:
        connection.close()


def _position(connection: sqlite3.Connection, writer_id: str) -> Position | None:
    """Read the latest record.

    Raises:
        LedgerCorrupt: It does not match its hash, or is another writer's.
    """
    row = connection.execute("SELECT seq, epoch, hash, header FROM headers ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        return None
    seq, epoch, digest, header = row
    members = parse(header) if leaf_hash(header) == digest else {}
    if (members.get("writer_id"), members.get("seq"), members.get("epoch")) != (writer_id, seq, epoch):
        raise LedgerCorrupt("the latest record does not match its hash or its place")
    return Position(writer_id, epoch, seq, digest, members.get("kind") == "epoch.close")


def _identity(path: Path) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 - Path.stat builds a Path's worth of objects on the writer's hot path
    return status.st_dev, status.st_ino
