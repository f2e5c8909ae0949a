"""Reads a ledger file for verification, with a reader of its own: what judges the writer should not share its code.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from privmw.ledger.schema import FORMAT, columns_of, facet_of, meta_problem, schema_problem
from privmw.ledger.sources import NotJudgeable
from privmw.ledger.wal import WalState, wal_state

__all__ = ["FileChain", "FileHeader", "Opened", "is_unavailable", "open_files"]


_CHECK_CACHE = -16_384
"""KiB of pages that SQLite may keep while it checks indexes; its default of 2 MiB makes it read many pages twice."""


BUSY_SECONDS = 10.0
"""How long another process's lock on a file is waited for."""

MAX_ROW_BYTES = 64 * 1024 * 1024
"""Longest row that is read: in a damaged file a length may be any number, and memory must not follow it."""


_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
    }
)  # fmt: skip
"""SQLite's primary result codes that say nothing about what the file holds."""


class FileHeader(NamedTuple):
    """A header as stored."""

    seq: int
    epoch: int
    time_ms: int
    hash: bytes
    header: bytes
    facet: int
    intent: bytes | None


class FilePayload(NamedTuple):
    """A payload as stored."""

    seq: int
    salt: bytes
    data: bytes
    retention_class: str | None
    purge_after: str | None
    subject_ref: str | None


class FileCheckpoint(NamedTuple):
    """A signed note as stored."""

    size: int
    note: str


class FileChain:
    """One ledger file, opened read-only.

    Args:
        path: The file.

    Raises:
        NotJudgeable: It can not be opened from here, or is of a later format.
        sqlite3.Error: It is no database, or a damaged one.
        ValueError: It is a database, but no ledger.
    """

    _COLUMNS = "seq, epoch, time, hash, header, facet, intent"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self._checking: _Check | None = None
        self._wal = path.with_name(path.name + "-wal")
        self._facets: dict[int, tuple[str, ...]] = {}
        self._connection = _connect(path, self._wal)
        try:
            meta = dict(self._connection.execute("SELECT key, value FROM meta"))
        except sqlite3.Error:
            self._connection.close()
            raise
        if meta.get("format") != FORMAT or not isinstance(meta.get("writer_id"), str):
            self._connection.close()
            if str(meta.get("format")).startswith("privmw-ledger-"):
                raise NotJudgeable(f"{self.name} is of another format than {FORMAT}")
            raise ValueError("no ledger file")
        self.writer_id: str = meta["writer_id"]
        self._meta = meta

    def problems(self) -> list[str]:
        """What is wrong with the file itself: its tables, triggers and views, and what it says of itself."""
        objects = self._connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
        return [problem for problem in (schema_problem(objects), meta_problem(self._meta)) if problem is not None]

    def headers(self, start: int = 0, stop: int | None = None) -> Iterator[FileHeader]:
        """Headers with ``start <= seq < stop`` in order."""
        return map(FileHeader._make, self._range(f"SELECT {self._COLUMNS} FROM headers", start, stop))

    def payloads(self, start: int = 0, stop: int | None = None) -> Iterator[FilePayload]:
        """Payloads with ``start <= seq < stop`` in order."""
        columns = "seq, salt, data, retention_class, purge_after, subject_ref"
        return map(FilePayload._make, self._range(f"SELECT {columns} FROM payloads", start, stop))

    def checkpoints(self) -> Iterator[FileCheckpoint]:
        """Signed notes, ordered by size."""
        return map(FileCheckpoint._make, self._connection.execute("SELECT size, note FROM checkpoints ORDER BY size"))

    def subtrees(self) -> Iterator[tuple[int, int, bytes]]:
        """Subtrees kept for pruned headers."""
        return iter(self._connection.execute("SELECT level, position, hash FROM subtrees").fetchall())

    def special(self) -> Iterator[FileHeader]:
        """Records of the kinds ``epoch.open``, ``purge`` and ``checkpoint``."""
        kinds = "SELECT id FROM facets WHERE kind IN ('epoch.open', 'purge', 'checkpoint')"
        rows = self._connection.execute(f"SELECT {self._COLUMNS} FROM headers WHERE facet IN ({kinds}) ORDER BY seq")
        return map(FileHeader._make, rows)

    def columns_fit(self, row: FileHeader, members: Mapping[str, Any]) -> bool:
        """Whether ``epoch``, ``time``, ``intent`` and the facet are those that the header gives."""
        if (row.epoch, row.time_ms, row.intent) != columns_of(members):
            return False
        facet = self._facets.get(row.facet)
        if facet is None:  # a live writer may have added one since
            columns = "kind, decision, reason_code, recipient, country, purpose, categories"
            self._facets = {item[0]: item[1:] for item in self._connection.execute(f"SELECT id, {columns} FROM facets")}
            facet = self._facets.get(row.facet)
        return facet == tuple(facet_of(members))

    def size(self) -> int:
        """One more than the highest ``seq``; 0 where it can not be told."""
        try:
            (last,) = self._connection.execute("SELECT max(seq) FROM headers").fetchone()
        except sqlite3.Error:
            return 0
        return last + 1 if isinstance(last, int) else 0

    def check_beside(self) -> None:
        """Begin with what :meth:`inconsistencies` tells, on a thread: SQLite works while Python reads records."""
        if self._checking is None:
            self._checking = _Check(self.path, self._wal)

    def inconsistencies(self) -> Iterator[str]:
        """What SQLite's own check finds: an index that hides a record from a search, pages used twice."""
        if self._checking is None:
            return iter(_check(self._connection))
        return iter(self._checking.lines())

    def unfinished(self) -> WalState:
        """How the file's write-ahead log ends."""
        return wal_state(self._wal)

    def log_age(self) -> float:
        """Seconds since the write-ahead log was written, 0 where that can not be told."""
        try:
            return time.time() - self._wal.stat().st_mtime
        except OSError:
            return 0.0

    def close(self) -> None:
        """Close the file."""
        if self._checking is not None:
            self._checking.stop()
        self._connection.close()

    def _range(self, select: str, start: int, stop: int | None) -> Iterator[Any]:
        if stop is None:
            return iter(self._connection.execute(f"{select} WHERE seq >= ? ORDER BY seq", (start,)))
        return iter(self._connection.execute(f"{select} WHERE seq >= ? AND seq < ? ORDER BY seq", (start, stop)))


class _Check:
    """SQLite's check of a file, on a thread and a connection of its own."""

    def __init__(self, path: Path, wal: Path) -> None:
        self._lines: list[str] = []
        self._error: Exception | None = None
        self._connection = _connect(path, wal)
        self._thread = threading.Thread(target=self._run, name="privmw-integrity-check", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._lines = _check(self._connection)
        except (sqlite3.Error, ValueError, OverflowError) as error:
            self._error = error

    def lines(self) -> list[str]:
        """What was found.

        Raises:
            sqlite3.Error: The file can not be checked.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._lines

    def stop(self) -> None:
        """Give up, where nobody wants to know any more."""
        while self._thread.is_alive():
            self._connection.interrupt()
            self._thread.join(0.05)
        self._connection.close()


def _check(connection: sqlite3.Connection) -> list[str]:
    connection.execute(f"PRAGMA cache_size={_CHECK_CACHE}")
    return [str(line) for (line,) in connection.execute("PRAGMA integrity_check(3)") if line != "ok"]


class Opened(NamedTuple):
    """The files of a ledger.

    Attributes:
        chains: Those that could be opened, oldest first.
        broken: Names of those that are not readable as what they should be.
        unread: Name and reason of those that could not be looked at.
    """

    chains: list[FileChain]
    broken: list[str]
    unread: list[tuple[str, str]]


def open_files(source: Path) -> Opened:
    """Open a directory of ledger files, or one file.

    Raises:
        NotJudgeable: There is nothing at that place, or it may not be read.
    """
    try:
        paths = sorted(source.glob("*.sqlite3"), key=lambda path: path.stem[-32:]) if source.is_dir() else [source]
        if not source.exists():
            raise NotJudgeable(f"{source} does not exist")
        if not source.is_dir() and source.suffix != ".sqlite3":
            raise NotJudgeable(f"{source} is no ledger: name a directory of ledger files, or one of them (.sqlite3)")
    except OSError as error:
        raise NotJudgeable(f"{source} can not be read ({error.strerror})") from None
    opened = Opened([], [], [])
    for path in paths:
        try:
            opened.chains.append(FileChain(path))
        except NotJudgeable as error:
            opened.unread.append((path.name, str(error)))
        except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
            if is_unavailable(error):
                opened.unread.append((path.name, f"{path.name} can not be read now: {error}"))
            else:
                opened.broken.append(path.name)
    return opened


def is_unavailable(error: Exception) -> bool:
    """Whether SQLite could not get at a file, because of a lock or the disk; that says nothing about what it holds."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNAVAILABLE


def _connect(path: Path, wal: Path) -> sqlite3.Connection:
    # Never open() the file itself: closing it again would drop the locks of every other connection in this process.
    for suffix in ("", "-wal", "-shm", "-journal"):
        _look_at(path.with_name(path.name + suffix))
    pending = wal.exists() and wal.stat().st_size > 0
    if not os.access(path, os.R_OK) or (pending and not os.access(wal, os.R_OK)):
        raise NotJudgeable(f"{path.name} can not be read (permission denied)")
    writable = os.access(path.parent, os.W_OK)
    if not writable and pending:
        raise NotJudgeable(f"{path.name} has a write-ahead log: copy both to a folder that can be written to")
    # Without a log there is nothing to share with a writer, so a folder that can not be written to does not matter.
    mode = "mode=ro" if writable else "mode=ro&immutable=1"
    uri = f"{path.absolute().as_uri()}?{mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_ROW_BYTES)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _look_at(path: Path) -> None:
    """Refuse what opening would wait for (a named pipe), or what may not even be looked at."""
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return
    except OSError as error:
        raise NotJudgeable(f"{path.name} can not be read ({error.strerror})") from None
    if not regular:
        raise NotJudgeable(f"{path.name} is no regular file")
