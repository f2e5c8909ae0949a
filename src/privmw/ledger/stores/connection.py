"""Connections to ledger files, with the settings that durability and erasure need."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from privmw.errors import LedgerCorrupt, LedgerUnavailable
from privmw.ledger.auditing.filechain import MAX_ROW_BYTES
from privmw.ledger.schema import FORMAT, TABLES

__all__ = ["BROKEN_CODES", "connect", "create", "read_meta", "translate"]

BROKEN_CODES: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT})
"""SQLite's primary result codes after which a file is not written to again."""


def connect(path: Path, *, writable: bool, timeout: float = 5.0) -> sqlite3.Connection:
    """Open a ledger file.

    Writable connections commit with an fsync (``synchronous=FULL``) and overwrite deleted content with zeros
    (``secure_delete``). A reader in a directory that it may not write to falls back to reading the file as immutable,
    which it only does when no write-ahead log lies beside it.

    Args:
        path: The file; it must exist.
        writable: Whether to open it for writing.
        timeout: Seconds to wait for another process's transaction.

    Raises:
        sqlite3.Error: It cannot be opened, or is no database.
    """
    uri = path.absolute().as_uri()
    connection = _open(f"{uri}?mode={'rw' if writable else 'ro'}", timeout)
    try:
        if writable:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        wal = path.with_name(path.name + "-wal")
        if writable or os.access(path.parent, os.W_OK) or (wal.exists() and wal.stat().st_size):
            raise
        return _open(f"{uri}?mode=ro&immutable=1", timeout)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def create(path: Path, meta: dict[str, str]) -> None:
    """Make a ledger file with its tables, readable by its owner only, durable before it has its name.

    Args:
        path: Where it will be.
        meta: Rows of its ``meta`` table.

    Raises:
        OSError: The directory cannot be written.
        sqlite3.Error: The disk is full, or the like.
    """
    unfinished = path.with_name(path.name + ".tmp")
    os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        connection = _open(f"{unfinished.absolute().as_uri()}?mode=rw", 5.0)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(f"BEGIN; {TABLES} COMMIT;")
            connection.executemany("INSERT INTO meta VALUES (?, ?)", [("format", FORMAT), *meta.items()])
        finally:
            connection.close()
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def read_meta(connection: sqlite3.Connection, name: str) -> dict[str, str]:
    """Read a file's ``meta`` table.

    Raises:
        LedgerCorrupt: It is not a ledger file, or one of a later format.
    """
    try:
        meta = dict(connection.execute("SELECT key, value FROM meta"))
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise LedgerCorrupt(f"{name} is not a ledger file") from None
        raise
    if meta.get("format") != FORMAT or not meta.get("writer_id"):
        raise LedgerCorrupt(f"{name} is not a ledger file of format {FORMAT}")
    return meta


def translate(error: sqlite3.Error, name: str) -> LedgerCorrupt | LedgerUnavailable:
    """Turn an error of SQLite into one of the ledger's, by its result code."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in BROKEN_CODES or isinstance(error, sqlite3.DataError | sqlite3.InternalError | sqlite3.InterfaceError):
        return LedgerCorrupt(f"{name} cannot be read as a ledger file: {error}")
    return LedgerUnavailable(f"{name}: {error}")


def _open(uri: str, timeout: float) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=timeout, check_same_thread=False)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_ROW_BYTES)
    return connection
