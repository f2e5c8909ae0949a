"""Adds rows to PostgreSQL: each exactly once, however often they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from privmw.errors import LedgerCorrupt, LedgerUnavailable
from privmw.ledger.canonical import parse
from privmw.ledger.chain import Head
from privmw.ledger.postgres import Connection, connect, is_ready, migrate, rows, transaction
from privmw.ledger.reader import StoredCheckpoint, StoredHeader, StoredPayload
from privmw.ledger.schema import FACET_COLUMNS, Facet, facet_of, intent_key

__all__ = ["PostgresOutlet"]

_COLUMNS = ", ".join(FACET_COLUMNS)
_FACET_ARRAYS = ", ".join(["%s::text[]"] * len(FACET_COLUMNS))
_FIND_FACETS = f"""
    SELECT id, {_COLUMNS} FROM facets
    WHERE key IN (SELECT facet_key(ARRAY[{_COLUMNS}]) FROM unnest({_FACET_ARRAYS}) AS wanted ({_COLUMNS}))"""


class PostgresOutlet:
    """One connection that adds what writers recorded; needs the role ``privmw_writer`` only.

    Args:
        dsn: ``postgresql://`` URI.

    Raises:
        LedgerUnavailable: The server does not answer, or has no tables and this account may not create them.
    """

    def __init__(self, dsn: str) -> None:
        self._connection: Connection = connect(dsn)
        self._writers: dict[str, int] = {}
        try:
            if not is_ready(self._connection):
                self._create()
        except BaseException:
            self.close()
            raise

    def position(self, writer_id: str, created: int) -> tuple[Head | None, int]:
        """How far a writer's chain was added.

        Args:
            writer_id: The writer, made known when it is not.
            created: When its file was made, in milliseconds.

        Returns:
            Its latest header there, ``None`` when there is none, and the size of its latest checkpoint.
        """
        number = self._writers.get(writer_id)
        if number is None:
            deployment, _, rest = writer_id.partition("/")
            values = (writer_id, deployment, rest.rpartition("/")[0], created)
            statement = "INSERT INTO writers (writer_id, deployment, host, created) VALUES (%s, %s, %s, %s)"
            rows(self._connection, f"{statement} ON CONFLICT DO NOTHING", values)
            number = rows(self._connection, "SELECT id FROM writers WHERE writer_id = %s", (writer_id,))[0][0]
            self._writers[writer_id] = number
        latest = "SELECT seq, hash FROM headers WHERE writer = %s ORDER BY seq DESC LIMIT 1"
        heads = [Head(seq, bytes(digest), 0) for seq, digest in rows(self._connection, latest, (number,))]
        size = rows(self._connection, "SELECT max(size) FROM checkpoints WHERE writer = %s", (number,))[0][0]
        return (heads[0] if heads else None), size or 0

    def add(self, writer_id: str, headers: Sequence[StoredHeader], payloads: Sequence[StoredPayload]) -> int:
        """Add headers with their payloads in one transaction.

        Headers that are there already must be equal; their payloads are not added again, since they may have been purged.

        Args:
            writer_id: A writer that :meth:`position` was asked for.
            headers: Consecutive headers.
            payloads: Payloads of these headers.

        Returns:
            How many headers were new.

        Raises:
            LedgerUnavailable: Nothing was added; try again.
            LedgerCorrupt: Another header stands in the place of one of these: the chain forked. Or the database can not
                hold one of them.
        """
        number = self._writers[writer_id]
        members = [parse(header.header) for header in headers]
        facets = [facet_of(header) for header in members]
        with transaction(self._connection):
            rows(self._connection, "SELECT pg_advisory_xact_lock(hashtext('privmw_ledger.writer'), %s)", (number,))
            known = self._known(facets)
            statement = """
                INSERT INTO headers (writer, epoch, seq, time, facet, intent, hash, header)
                SELECT %s, * FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::int[], %b::bytea[], %b::bytea[], %b::bytea[])
                ON CONFLICT DO NOTHING RETURNING seq"""
            intents = [
                None if (intent := header.get("intent_id")) is None else intent_key(intent) for header in members
            ]
            columns: list[object] = [number]
            columns += [[header.epoch for header in headers], [header.seq for header in headers]]
            columns += [[header.time_ms for header in headers], [known[facet] for facet in facets], intents]
            columns += [[header.hash for header in headers], [header.header for header in headers]]
            added = {seq for (seq,) in rows(self._connection, statement, columns)}
            self._compare(number, [header for header in headers if header.seq not in added])
            times = {header.seq: header.time_ms for header in headers}
            self._add_payloads(number, [payload for payload in payloads if payload.seq in added], times)
        return len(added)

    def add_checkpoint(self, writer_id: str, checkpoint: StoredCheckpoint) -> None:
        """Add a signed note once."""
        values = (self._writers[writer_id], *checkpoint)
        rows(self._connection, "INSERT INTO checkpoints VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", values)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def forget(self) -> Connection:
        """In a forked child: hand out the connection, which nobody may close."""
        return self._connection

    def _create(self) -> None:
        try:
            migrate(self._connection)
        except LedgerUnavailable as error:
            raise LedgerUnavailable(
                f"the ledger's tables are missing or old, and this account may not create them ({error}). "
                "Run `python -m privmw.ledger.postgres DSN` with one that may"
            ) from None

    def _known(self, facets: Sequence[Facet]) -> dict[Facet, int]:
        """Numbers of facets; not kept for the next batch, because the transaction that adds them may be rolled back."""
        arrays = [list(column) for column in zip(*sorted(set(facets)), strict=True)]
        insert = f"INSERT INTO facets ({_COLUMNS}) SELECT * FROM unnest({_FACET_ARRAYS}) ON CONFLICT DO NOTHING"
        rows(self._connection, insert, arrays)
        return {Facet(*columns): number for number, *columns in rows(self._connection, _FIND_FACETS, arrays)}

    def _compare(self, number: int, headers: Sequence[StoredHeader]) -> None:
        if not headers:
            return
        statement = "SELECT seq, epoch, hash FROM headers WHERE writer = %s AND seq = ANY(%s)"
        there = {
            seq: (epoch, bytes(digest))
            for seq, epoch, digest in rows(self._connection, statement, (number, [header.seq for header in headers]))
        }
        for header in headers:
            if there.get(header.seq) != (header.epoch, header.hash):
                raise LedgerCorrupt(f"the database holds another record {header.seq} of this writer: the chain forked")

    def _add_payloads(self, number: int, payloads: Sequence[StoredPayload], times: dict[int, int]) -> None:
        if not payloads:
            return
        months = [_month(times[payload.seq]) for payload in payloads]
        classes = [payload.retention_class or "" for payload in payloads]
        for name, month in sorted(set(zip(classes, months, strict=True))):
            rows(self._connection, "SELECT ensure_partition(%s, %s)", (name, month))
        statement = """
            INSERT INTO payloads (writer, seq, class, month, salt, data, purge_after, subject_ref)
            SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::date[], %b::bytea[], %b::bytea[], %s::text[], %s::text[])
            ON CONFLICT DO NOTHING"""
        columns: list[object] = [number, [payload.seq for payload in payloads], classes, months]
        columns += [[payload.salt for payload in payloads], [payload.data for payload in payloads]]
        columns += [[payload.purge_after for payload in payloads], [payload.subject_ref for payload in payloads]]
        rows(self._connection, statement, columns)


def _month(time_ms: int) -> date:
    return datetime.fromtimestamp(time_ms / 1000, UTC).date().replace(day=1)
