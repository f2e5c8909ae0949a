"""Opens a ledger for reading, wherever it is kept."""

from __future__ import annotations

from pathlib import Path

from privmw.ledger.stores.reader import Store
from privmw.ledger.stores.sqlite import DirectoryStore

__all__ = ["open_store"]


def open_store(source: Path | str) -> Store:
    """Open a ledger for reading.

    Args:
        source: Directory of ledger files, one such file, or a ``postgresql://`` DSN.

    Raises:
        LedgerUnavailable: There is nothing at that place, or the server does not answer.
    """
    text = str(source)
    if text.startswith(("postgresql://", "postgres://")):
        from privmw.ledger.stores.postgres_store import PostgresStore  # needs psycopg

        return PostgresStore(text)
    return DirectoryStore(Path(source))
