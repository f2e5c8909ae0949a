"""Tables of a ledger file (SQLite), and which columns are derived from a header.

A ledger directory (mode 0700) holds one file per writer, ``<deployment>-<host>-<uuid>.sqlite3`` (mode 0600), with its
``-wal`` and ``-shm`` while it is in use, and ``….lock``, on which the writing process holds an exclusive flock. One file
is one chain. A process takes over a file of its own deployment and host that nobody holds and opens a new epoch in it;
otherwise it starts a file. Files ending in ``.tmp`` are unfinished and hold no record.

======================  ==============================================================================================
``meta``                ``format`` (this module's :data:`FORMAT`), ``writer_id``, ``deployment``, ``host``, ``created`` (ms)
``headers``             one row per record: canonical bytes, their hash, and columns derived from them for search
``facets``              each distinct combination of the members that are searched for; ``headers.facet`` points here
``payloads``            what may be purged, with its salt; deleting a row is a purge
``checkpoints``         signed notes over the first ``size`` records
``subtrees``            after pruning: hashes of complete subtrees left of the first kept record (RFC 6962 coordinates)
======================  ==============================================================================================

``headers.header`` is the record; ``epoch``, ``time``, ``facet``, ``intent`` and ``hash`` must equal what
:func:`columns_of`, :func:`facet_of` and :func:`privmw.ledger.chain.leaf_hash` derive from it. In ``facets``, absent is
the empty string, and ``categories`` are joined by single spaces in ascending order.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

__all__ = ["FACET_COLUMNS", "FORMAT", "TABLES", "Facet", "columns_of", "facet_of", "meta_problem", "schema_problem"]

FORMAT: Final = "privmw-ledger-1"

TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE facets (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, decision TEXT NOT NULL, reason_code TEXT NOT NULL, recipient TEXT NOT NULL,
    country TEXT NOT NULL, purpose TEXT NOT NULL, categories TEXT NOT NULL,
    UNIQUE (kind, decision, reason_code, recipient, country, purpose, categories)
) STRICT;
CREATE TABLE headers (
    seq INTEGER PRIMARY KEY CHECK (seq >= 0),
    epoch INTEGER NOT NULL,
    time INTEGER NOT NULL,
    facet INTEGER NOT NULL REFERENCES facets (id),
    intent BLOB,
    hash BLOB NOT NULL,
    header BLOB NOT NULL
) STRICT;
CREATE INDEX headers_time ON headers (time, facet);
CREATE INDEX headers_facet ON headers (facet, time);
CREATE INDEX headers_intent ON headers (intent) WHERE intent IS NOT NULL;
CREATE TABLE payloads (
    seq INTEGER PRIMARY KEY CHECK (seq >= 0),
    salt BLOB NOT NULL,
    data BLOB NOT NULL,
    retention_class TEXT,
    purge_after TEXT,
    subject_ref TEXT
) STRICT;
CREATE INDEX payloads_due ON payloads (retention_class, purge_after);
CREATE INDEX payloads_subject ON payloads (subject_ref) WHERE subject_ref IS NOT NULL;
CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, time INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
CREATE TABLE subtrees (
    level INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
"""

FACET_COLUMNS: Final = ("kind", "decision", "reason_code", "recipient", "country", "purpose", "categories")


_STATISTICS: Final = {
    "sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}
"""Tables that SQLite's ``ANALYZE`` leaves behind, and nothing else of their names: a trigger may have any."""

_LATER_CHECK: Final = " CHECK (seq >= 0)"
"""Files that were made before it had none."""


class Facet(NamedTuple):
    """The searched members of a header, in the order of :data:`FACET_COLUMNS`; absent is ``""``."""

    kind: str
    decision: str
    reason_code: str
    recipient: str
    country: str
    purpose: str
    categories: str


def facet_of(header: Mapping[str, Any]) -> Facet:
    """Derive the facet of a header; ``recipient`` falls back to ``server.address`` where none is declared."""
    get = header.get
    return Facet(
        get("kind", ""),
        get("decision", ""),
        get("reason_code", ""),
        get("recipient_id") or get("server.address", ""),
        get("destination_country", ""),
        get("purpose", ""),
        " ".join(get("data_categories", ())),
    )


def columns_of(header: Mapping[str, Any]) -> tuple[int, int, bytes | None]:
    """Derive ``epoch``, ``time`` and ``intent`` (16 bytes of the UUID) of a header."""
    intent = header.get("intent_id")
    return header["epoch"], header["time"], None if intent is None else intent_key(intent)


def intent_key(record_id: str) -> bytes:
    """Turn a record id into the key of the intent index: its 16 bytes, or its UTF-8 when it is no UUID."""
    if len(record_id) == 36:
        try:
            key = bytes.fromhex(record_id.replace("-", ""))
        except ValueError:
            key = b""
        digits = key.hex()
        if f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}" == record_id:
            return key  # as uuid.UUID would have it, several times sooner
    try:
        return uuid.UUID(record_id).bytes
    except ValueError:
        return record_id.encode()


def schema_problem(objects: Iterable[tuple[str, str | None]]) -> str | None:
    """What is wrong with the tables of a file, ``None`` where they are the ledger's own.

    A trigger may undo what a writer was told is durable, or copy payloads to where no purge comes by; a view may show
    other records than those that are stored.

    Args:
        objects: Name and statement of each table, index, view and trigger, as ``sqlite_schema`` lists them.
    """
    expected = {_name_of(statement): statement for statement in map(_plain, TABLES.split(";")) if statement}
    for name, statement in objects:
        if statement is None and name.startswith("sqlite_autoindex_"):
            continue
        if statement is not None and statement == _STATISTICS.get(name):
            continue
        if name not in expected:
            return f"there is something that is no part of a ledger file: {name}"
        if statement is None or _plain(statement) != expected.pop(name):
            return f"{name} is not what it is in a ledger file"
    return f"{min(expected)} is missing" if expected else None


def meta_problem(meta: Mapping[str, Any]) -> str | None:
    """What is wrong with the rows of ``meta``, ``None`` where they fit one another."""
    if set(meta) != {"format", "writer_id", "deployment", "host", "created"}:
        return "meta has other rows than it should"
    place, _, unique = str(meta["writer_id"]).rpartition("/")
    if place != f"{meta['deployment']}/{meta['host']}":
        return "deployment and host are not the writer's"
    # The UUID is one of version 7: its first 48 bits are the time at which the file was made.
    if not re.fullmatch(r"[0-9a-f]{32}", unique) or str(int(unique[:12], 16)) != meta["created"]:
        return "the time at which the file was made is not the writer's"
    return None


def _plain(statement: str) -> str:
    return " ".join(statement.split()).replace(_LATER_CHECK, "")


def _name_of(statement: str) -> str:
    return statement.split()[2]
