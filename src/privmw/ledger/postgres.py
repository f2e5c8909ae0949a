"""Connections to PostgreSQL (15 or later) through psycopg 3, and the schema's migrations.

    python -m privmw.ledger.postgres postgresql://owner@db/app      # create or upgrade the tables

The tables live in the schema ``privmw_ledger``; ``migrations/*.sql`` is their source.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from privmw.errors import LedgerCorrupt, LedgerError, LedgerUnavailable

__all__ = ["Connection", "check_dsn", "connect", "is_ready", "migrate", "rows", "transaction"]

Connection = psycopg.Connection[Any]
"""A connection in autocommit mode with the ledger's schema as its search path."""


def check_dsn(dsn: str) -> str | None:
    """Tell what is wrong with a DSN before anybody connects, without showing it; ``None`` when it can be read."""
    try:
        conninfo_to_dict(dsn)
    except psycopg.Error:
        return "is not a connection URI that libpq can read"
    return None


def connect(dsn: str, *, timeout: int = 10) -> Connection:
    """Open a connection.

    Args:
        dsn: ``postgresql://`` URI.
        timeout: Seconds to wait for the server.

    Raises:
        LedgerUnavailable: The server does not answer, or does not let us in.
    """
    with _translated():
        connection: Connection = psycopg.connect(
            dsn, autocommit=True, connect_timeout=timeout, application_name="privmw"
        )
        if connection.info.server_version < 150000:
            connection.close()
            raise LedgerUnavailable("the ledger needs PostgreSQL 15 or later")
        connection.execute("SET search_path = privmw_ledger, pg_temp")
        return connection


def rows(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement.

    Returns:
        Its rows; an empty list when it returns none.

    Raises:
        LedgerUnavailable: The connection broke, or a right is missing.
        LedgerCorrupt: The server refused the data.
    """
    with _translated():
        cursor = connection.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description is not None else []


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Run a block in one transaction; errors as in :func:`rows`."""
    with _translated(), connection.transaction():
        yield


def is_ready(connection: Connection) -> bool:
    """Whether the ledger's tables are there and up to date."""
    if rows(connection, "SELECT to_regclass('privmw_ledger.migrations')")[0][0] is None:
        return False
    applied = {name for (name,) in rows(connection, "SELECT name FROM privmw_ledger.migrations")}
    return applied >= {name for name, _ in _migrations()}


def migrate(connection: Connection) -> list[str]:
    """Create or upgrade the tables, in one transaction.

    Returns:
        Names of the migrations that were applied now.

    Raises:
        LedgerUnavailable: A right is missing: the account must own the schema and be allowed to create roles.
    """
    done: list[str] = []
    with transaction(connection):
        rows(connection, "SELECT pg_advisory_xact_lock(hashtext('privmw_ledger.migrations'))")
        rows(connection, "CREATE SCHEMA IF NOT EXISTS privmw_ledger")
        table = "privmw_ledger.migrations (name text PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())"
        rows(connection, f"CREATE TABLE IF NOT EXISTS {table}")
        applied = {name for (name,) in rows(connection, "SELECT name FROM privmw_ledger.migrations")}
        for name, text in _migrations():
            if name in applied:
                continue
            with _translated():
                connection.execute(sql.SQL(text))
            rows(connection, "INSERT INTO privmw_ledger.migrations (name) VALUES (%s)", (name,))
            done.append(name)
    return done


def _migrations() -> list[tuple[str, str]]:
    folder = resources.files("privmw.ledger") / "migrations"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda item: item.name)
    return [(item.name, item.read_text(encoding="utf-8")) for item in files]


@contextmanager
def _translated() -> Iterator[None]:
    """Turn psycopg's errors into the ledger's; only the primary message is kept, details may quote rows."""
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or ""
        message = error.diag.message_primary or str(error).split("\n", 1)[0] or type(error).__name__
        # 22 data exception, 23 integrity violation, 54 limit exceeded, and what psycopg itself can not send (NUL in a text):
        # what was sent or stored is wrong, and stays so on the next attempt.
        wrong = state[:2] in {"22", "23", "54"} or isinstance(error, psycopg.DataError)
        kind = LedgerCorrupt if wrong else LedgerUnavailable
        raise kind(f"PostgreSQL: {message}") from None


if __name__ == "__main__":
    try:
        with connect(sys.argv[1]) as opened:
            for migration in migrate(opened):
                print(migration)
    except (IndexError, LedgerError) as problem:
        sys.exit(f"usage: python -m privmw.ledger.postgres DSN\n{problem}")
