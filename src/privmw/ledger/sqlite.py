"""A ledger directory as a store: every file a chain, read beside its live writer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from privmw.errors import LedgerCorrupt, LedgerError, LedgerUnavailable
from privmw.ledger.canonical import parse
from privmw.ledger.connection import connect, read_meta, translate
from privmw.ledger.files import ledger_files
from privmw.ledger.reader import Criteria, Erasure, StoredCheckpoint, StoredHeader, StoredPayload
from privmw.ledger.schema import FACET_COLUMNS, Facet, columns_of, facet_of, intent_key
from privmw.ledger.scrub import scrub
from privmw.ledger.sqlite_find import HEADER, find

__all__ = ["DirectoryStore", "SqliteChain"]

_PAYLOAD: Final = "seq, salt, data, retention_class, purge_after, subject_ref"
_CHUNK: Final = 500
_LAST: Final = 2**62


class SqliteChain:
    """One ledger file.

    Args:
        path: The file.
        writable: Open it to purge, to prune or to keep a checkpoint.
        timeout: Seconds to wait for another process's transaction.

    Raises:
        LedgerCorrupt: It is not a ledger file.
        LedgerUnavailable: It cannot be opened.
    """

    def __init__(self, path: Path, *, writable: bool = False, timeout: float = 5.0) -> None:
        self.path = path
        self.name = path.name
        self._timeout = timeout
        try:
            self._connection = connect(path, writable=writable, timeout=timeout)
        except sqlite3.Error as error:
            raise translate(error, path.name) from None
        try:
            meta = read_meta(self._connection, path.name)
            self.writer_id = meta["writer_id"]
            self.created = _time_of(meta.get("created"))
        except sqlite3.Error as error:
            self._connection.close()
            raise translate(error, path.name) from None
        except BaseException:
            self._connection.close()
            raise

    def head(self) -> StoredHeader | None:
        """The latest record, ``None`` in an empty chain."""
        return next(self._headers("ORDER BY h.seq DESC LIMIT 1"), None)

    def count(self) -> int:
        """How many headers are stored."""
        number: int = next(self._rows("SELECT count(*) FROM headers"))[0]
        return number

    def headers(self, start: int = 0, stop: int | None = None) -> Iterator[StoredHeader]:
        """Headers with ``start <= seq < stop``, ordered by ``seq``."""
        return self._headers("WHERE h.seq >= ? AND h.seq < ? ORDER BY h.seq", (start, _LAST if stop is None else stop))

    def payloads(self, start: int = 0, stop: int | None = None) -> Iterator[StoredPayload]:
        """Payloads that are still there, ordered by ``seq``."""
        statement = f"SELECT {_PAYLOAD} FROM payloads WHERE seq >= ? AND seq < ? ORDER BY seq"
        return map(StoredPayload._make, self._rows(statement, (start, _LAST if stop is None else stop)))

    def facet_mismatches(self) -> Iterator[int]:
        """``seq`` of the records whose search columns do not say what their header says."""
        columns = ", ".join(f"f.{column}" for column in FACET_COLUMNS)
        statement = f"SELECT {HEADER}, h.intent, {columns} FROM headers h LEFT JOIN facets f ON f.id = h.facet"
        for seq, epoch, time_ms, _, header, intent, *facet in self._rows(f"{statement} ORDER BY h.seq"):
            try:
                members = parse(header)
                fits = (epoch, time_ms, intent) == columns_of(members) and tuple(facet) == facet_of(members)
            except (LedgerError, KeyError, TypeError):
                fits = False
            if not fits:
                yield seq

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Signed notes, ordered by size."""
        rows = self._rows("SELECT size, time, note FROM checkpoints ORDER BY size")
        return map(StoredCheckpoint._make, rows)

    def subtrees(self) -> Iterator[tuple[int, int, bytes]]:
        """``(level, position, hash)`` of the subtrees kept when headers were pruned."""
        return self._rows("SELECT level, position, hash FROM subtrees ORDER BY level, position")

    def find(
        self, criteria: Criteria, *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[StoredHeader]:
        """Records that match, ordered by time."""
        return find(self._rows, criteria, newest_first=newest_first, limit=limit)

    def outcomes(self, intent_ids: Sequence[str]) -> Iterator[StoredHeader]:
        """Records whose ``intent_id`` is one of these."""
        for start in range(0, len(intent_ids), _CHUNK):
            keys = [intent_key(intent) for intent in intent_ids[start : start + _CHUNK]]
            yield from self._headers(f"WHERE h.intent IN ({', '.join('?' * len(keys))}) ORDER BY h.seq", keys)

    def payloads_of(self, seqs: Sequence[int]) -> Iterator[StoredPayload]:
        """Payloads of these records that are still there."""
        for start in range(0, len(seqs), _CHUNK):
            numbers = seqs[start : start + _CHUNK]
            marks = ", ".join("?" * len(numbers))
            statement = f"SELECT {_PAYLOAD} FROM payloads WHERE seq IN ({marks}) ORDER BY seq"
            yield from map(StoredPayload._make, self._rows(statement, numbers))

    def delete_payloads(self, seqs: Sequence[int]) -> int:
        """Delete payloads with their salts in one transaction; returns how many there were."""
        with _Transaction(self._connection, self.name):
            run = self._connection.execute
            return sum(run("DELETE FROM payloads WHERE seq = ?", (seq,)).rowcount for seq in seqs)

    def erase(self, *, timeout: float = 5.0) -> Erasure:
        """Make deleted bytes unreadable: ``secure_delete`` zeroed them, the checkpoint moves the zeros into the file.

        Copies that SQLite left in the unallocated parts of pages are overwritten by :mod:`privmw.ledger.scrub`.
        A reader that holds an old snapshot keeps the write-ahead log, and the deleted bytes in it, alive.
        """
        try:
            obstacle = self._empty_log(timeout)
            if obstacle is None:
                obstacle = scrub(self._connection, self.path, timeout=timeout)
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise translate(error, self.name) from None
        except OSError as error:
            raise LedgerUnavailable(f"{self.name}: {error.strerror}") from None
        return Erasure(complete=obstacle is None, obstacle=obstacle)

    def _empty_log(self, timeout: float) -> str | None:
        until = time.monotonic() + timeout
        # SQLite would wait for readers longer than it was told to.
        self._connection.execute("PRAGMA busy_timeout=100")
        while True:
            try:
                busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite3.OperationalError:
                busy = 1
            if not busy:
                self._connection.execute(f"PRAGMA busy_timeout={int(self._timeout * 1000)}")
                return None
            if time.monotonic() >= until:
                return f"a connection that reads {self.name} keeps its write-ahead log"
            time.sleep(0.02)

    def put_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a signed note; the same size again replaces it."""
        with _Transaction(self._connection, self.name):
            self._connection.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", checkpoint)

    def prune(self, below: int, subtrees: Sequence[tuple[int, int, bytes]]) -> int:
        """Drop headers with ``seq < below`` and keep these subtree hashes instead, in one transaction."""
        with _Transaction(self._connection, self.name):
            self._connection.execute("DELETE FROM subtrees")
            self._connection.executemany("INSERT INTO subtrees VALUES (?, ?, ?)", subtrees)
            self._connection.execute("DELETE FROM payloads WHERE seq < ?", (below,))
            return self._connection.execute("DELETE FROM headers WHERE seq < ?", (below,)).rowcount

    def prunable_until_ms(self) -> int | None:
        """No bound."""
        return None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def facets(self) -> Iterator[tuple[int, Facet]]:
        """Each combination of searched members that occurs, with its number."""
        for number, *facet in self._rows(f"SELECT id, {', '.join(FACET_COLUMNS)} FROM facets"):
            yield number, Facet(*facet)

    def _headers(self, clauses: str, values: Sequence[Any] = ()) -> Iterator[StoredHeader]:
        return map(StoredHeader._make, self._rows(f"SELECT {HEADER} FROM headers h {clauses}", values))

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        try:
            # Not "yield from": it would close the cursor of an abandoned answer, perhaps after the connection.
            for row in self._connection.execute(statement, values):  # noqa: UP028
                yield row
        except sqlite3.Error as error:
            raise translate(error, self.name) from None


class DirectoryStore:
    """A directory of ledger files, or one file.

    Raises:
        LedgerUnavailable: There is nothing at that place, or it may not be read.
    """

    def __init__(self, source: Path) -> None:
        try:
            if not source.exists():
                raise LedgerUnavailable(f"there is no ledger at {source}")
            if source.is_dir():
                next(source.iterdir(), None)  # else a folder that may not be read is an empty one
        except OSError as error:
            raise LedgerUnavailable(f"{source} can not be read: {error.strerror}") from None
        self._source = source
        self._seen: set[Path] = set()
        self._problems: list[tuple[str, str]] = []
        self._chains: dict[str, SqliteChain] = {}
        self._copies: list[SqliteChain] = []
        self.refresh()

    def refresh(self) -> None:
        """Take up files that have come since the store was opened."""
        for path in ledger_files(self._source) if self._source.is_dir() else [self._source]:
            if path in self._seen:
                continue
            self._seen.add(path)
            try:
                chain = SqliteChain(path)
            except LedgerError as error:
                self._problems.append((path.name, str(error)))
                continue
            if chain.writer_id in self._chains:
                self._copies.append(chain)
                continue
            self._chains[chain.writer_id] = chain

    def chains(self) -> list[SqliteChain]:
        """Every readable chain, oldest first."""
        return list(self._chains.values())

    def copies(self) -> list[SqliteChain]:
        """Further files of writers that :meth:`chains` has one of; they are purged, and answer no question."""
        return list(self._copies)

    def unreadable(self) -> list[tuple[str, str]]:
        """Name and problem of what should be a chain and cannot be read as one."""
        return list(self._problems)

    def open_purgeable(self, name: str) -> SqliteChain:
        """Open one chain to purge it.

        Args:
            name: The chain's name, or the id of its writer.

        Raises:
            LedgerUnavailable: It cannot be written.
            LedgerCorrupt: There is no such chain, or it cannot be read.
        """
        for chain in (*self._chains.values(), *self._copies):
            if name in (chain.name, chain.writer_id):
                return SqliteChain(chain.path, writable=True)
        raise LedgerCorrupt("there is no such writer in this ledger")

    def close(self) -> None:
        """Close every file."""
        for chain in (*self._chains.values(), *self._copies):
            chain.close()


class _Transaction:
    """``BEGIN IMMEDIATE`` … ``COMMIT``, with SQLite's errors turned into the ledger's."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = name

    def __enter__(self) -> None:
        self._run("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._run("COMMIT")
            return
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            raise translate(error, self._name) from None

    def _run(self, statement: str) -> None:
        try:
            self._connection.execute(statement)
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise translate(error, self._name) from None


def _time_of(text: object) -> int:
    """When a file says that it was made; 0 where it says something else, which ``privmw verify`` reports."""
    try:
        return int(str(text)) if len(str(text)) <= 16 else 0
    except ValueError:
        return 0
