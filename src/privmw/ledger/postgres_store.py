"""A fleet's ledger in PostgreSQL as a store: the same questions, proofs and purges as on files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from privmw.errors import LedgerCorrupt, LedgerError, LedgerUnavailable
from privmw.ledger.canonical import parse
from privmw.ledger.postgres import Connection, connect, is_ready, rows, transaction
from privmw.ledger.postgres_find import HEADER, find
from privmw.ledger.reader import Criteria, Erasure, StoredCheckpoint, StoredHeader, StoredPayload
from privmw.ledger.schema import FACET_COLUMNS, Facet, columns_of, facet_of, intent_key

__all__ = ["PostgresChain", "PostgresStore"]

_PAYLOAD: Final = "seq, salt, data, nullif(class, ''), purge_after, subject_ref"
_PAGE: Final = 1_000
_LAST: Final = 2**62


class PostgresChain:
    """One writer's chain.

    Args:
        connection: Shared with the store.
        number: The writer's number in the database.
        writer_id: Whose chain it is.
        dsn: Set when the chain has a connection of its own, which is closed with it.
    """

    def __init__(self, connection: Connection, number: int, writer_id: str, *, owned: bool = False) -> None:
        self._connection = connection
        self._number = number
        self._owned = owned
        self.writer_id = writer_id
        self.name = writer_id

    def head(self) -> StoredHeader | None:
        """The latest record, ``None`` in an empty chain."""
        return next(self._headers("WHERE h.writer = %s ORDER BY h.seq DESC LIMIT 1", (self._number,)), None)

    def count(self) -> int:
        """How many headers are stored."""
        number: int = self._rows("SELECT count(*) FROM headers WHERE writer = %s", (self._number,))[0][0]
        return number

    def headers(self, start: int = 0, stop: int | None = None) -> Iterator[StoredHeader]:
        """Headers with ``start <= seq < stop``, ordered by ``seq``, read page by page."""
        clauses = "WHERE h.writer = %s AND h.seq >= %s AND h.seq < %s ORDER BY h.seq LIMIT %s"
        while page := list(self._headers(clauses, (self._number, start, _LAST if stop is None else stop, _PAGE))):
            yield from page
            start = page[-1].seq + 1

    def payloads(self, start: int = 0, stop: int | None = None) -> Iterator[StoredPayload]:
        """Payloads that are still there, ordered by ``seq``, read page by page."""
        statement = (
            f"SELECT {_PAYLOAD} FROM payloads WHERE writer = %s AND seq >= %s AND seq < %s ORDER BY seq LIMIT %s"
        )
        while page := self._rows(statement, (self._number, start, _LAST if stop is None else stop, _PAGE)):
            yield from map(StoredPayload._make, page)
            start = page[-1][0] + 1

    def facet_mismatches(self) -> Iterator[int]:
        """``seq`` of the records whose search columns do not say what their header says."""
        facets = dict(self.facets())
        columns = "seq, epoch, time, intent, header, facet"
        statement = f"SELECT {columns} FROM headers WHERE writer = %s AND seq >= %s ORDER BY seq LIMIT %s"
        start = 0
        while page := self._rows(statement, (self._number, start, _PAGE)):
            start = page[-1][0] + 1
            for seq, epoch, time_ms, intent, header, facet in page:
                try:
                    members = parse(header)
                    fits = (epoch, time_ms, intent) == columns_of(members) and facets.get(facet) == facet_of(members)
                except (LedgerError, KeyError, TypeError):
                    fits = False
                if not fits:
                    yield seq

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Signed notes, ordered by size."""
        statement = "SELECT size, time, note FROM checkpoints WHERE writer = %s ORDER BY size"
        return map(StoredCheckpoint._make, self._rows(statement, (self._number,)))

    def subtrees(self) -> Iterator[tuple[int, int, bytes]]:
        """``(level, position, hash)`` of the subtrees kept when headers were pruned."""
        statement = "SELECT level, position, hash FROM subtrees WHERE writer = %s ORDER BY level, position"
        yield from self._rows(statement, (self._number,))

    def find(
        self, criteria: Criteria, *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[StoredHeader]:
        """Records that match, ordered by time."""
        return find(self._rows, self._number, criteria, newest_first=newest_first, limit=limit)

    def outcomes(self, intent_ids: Sequence[str]) -> Iterator[StoredHeader]:
        """Records whose ``intent_id`` is one of these."""
        keys = [intent_key(intent) for intent in intent_ids]
        yield from self._headers("WHERE h.writer = %s AND h.intent = ANY(%s) ORDER BY h.seq", (self._number, keys))

    def payloads_of(self, seqs: Sequence[int]) -> Iterator[StoredPayload]:
        """Payloads of these records that are still there."""
        statement = f"SELECT {_PAYLOAD} FROM payloads WHERE writer = %s AND seq = ANY(%s) ORDER BY seq"
        yield from map(StoredPayload._make, self._rows(statement, (self._number, list(seqs))))

    def delete_payloads(self, seqs: Sequence[int]) -> int:
        """Delete payloads with their salts in one transaction; returns how many there were."""
        number: int = self._rows("SELECT delete_payloads(%s, %s)", (self._number, list(seqs)))[0][0]
        return number

    def erase(self, *, timeout: float = 5.0) -> Erasure:
        """Drop partitions that are empty now, and rewrite those with deleted rows, so that the table's files hold none.

        The server's write-ahead log and its backups are the database's own retention; docs/ledger.md says so.
        """
        try:
            with transaction(self._connection):
                self._rows("SELECT set_config('lock_timeout', %s, true)", (f"{int(timeout * 1000)}ms",))
                self._rows("SELECT erase_deleted()")
        except LedgerUnavailable as error:
            if "lock timeout" not in str(error):
                raise
            return Erasure(
                complete=False, obstacle="another session reads the payloads; deleted rows remain until it ends"
            )
        return Erasure(complete=True, obstacle=None)

    def put_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a signed note; one of the same size stays."""
        values = (self._number, *checkpoint)
        self._rows("INSERT INTO checkpoints VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", values)

    def prune(self, below: int, subtrees: Sequence[tuple[int, int, bytes]]) -> int:
        """Drop headers with ``seq < below`` and keep these subtree hashes instead, in one transaction."""
        levels, positions, hashes = [list(column) for column in zip(*subtrees, strict=True)] or ([], [], [])
        number: int = self._rows(
            "SELECT prune(%s, %s, %s::int[], %s::bigint[], %s::bytea[])",
            (self._number, below, levels, positions, hashes),
        )[0][0]
        return number

    def prunable_until_ms(self) -> int | None:
        """The owner's bound: headers after this time are younger than ``limits.minimum_header_age``."""
        statement = "SELECT floor(extract(epoch FROM now() - minimum_header_age) * 1000)::bigint FROM limits"
        bound: int = self._rows(statement)[0][0]
        return bound

    def close(self) -> None:
        """Close its connection, if it has one of its own."""
        if self._owned:
            self._connection.close()

    def facets(self) -> Iterator[tuple[int, Facet]]:
        """Each combination of searched members that occurs, with its number."""
        for number, *facet in self._rows(f"SELECT id, {', '.join(FACET_COLUMNS)} FROM facets"):
            yield number, Facet(*facet)

    def _headers(self, clauses: str, values: Sequence[Any]) -> Iterator[StoredHeader]:
        return map(StoredHeader._make, self._rows(f"SELECT {HEADER} FROM headers h {clauses}", values))

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return rows(self._connection, statement, values)


class PostgresStore:
    """The database's chains.

    Args:
        dsn: ``postgresql://`` URI.

    Raises:
        LedgerUnavailable: The server does not answer, or holds no ledger.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection = connect(dsn)
        try:
            if not is_ready(self._connection):
                raise LedgerUnavailable("the database holds no ledger, or one of an older version")  # noqa: TRY301
            self.refresh()
        except BaseException:
            self._connection.close()
            raise

    def refresh(self) -> None:
        """Take up writers that have come since the store was opened."""
        found = rows(self._connection, "SELECT id, writer_id FROM writers ORDER BY created, id")
        self._chains = {writer_id: PostgresChain(self._connection, number, writer_id) for number, writer_id in found}
        self._numbers = {writer_id: number for number, writer_id in found}

    def chains(self) -> list[PostgresChain]:
        """Every chain, oldest first."""
        return list(self._chains.values())

    def copies(self) -> list[PostgresChain]:
        """Nothing: a writer is there once."""
        return []

    def unreadable(self) -> list[tuple[str, str]]:
        """Nothing: a database is readable or it is not."""
        return []

    def open_purgeable(self, name: str) -> PostgresChain:
        """Open one chain to purge it, by the id of its writer; needs the role ``privmw_purger``.

        Raises:
            LedgerCorrupt: There is no such chain.
            LedgerUnavailable: The server does not answer.
        """
        number = self._numbers.get(name)
        if number is None:
            raise LedgerCorrupt("there is no such writer in this ledger")
        return PostgresChain(connect(self._dsn), number, name, owned=True)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
