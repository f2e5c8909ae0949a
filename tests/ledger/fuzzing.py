"""Damage for ledgers, and what a ledger says, to tell whether the damage matters."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

CONTENT = (
    "SELECT seq, epoch, time, intent, hash, header FROM headers ORDER BY seq",
    "SELECT h.seq, f.kind, f.decision, f.reason_code, f.recipient, f.country, f.purpose, f.categories"
    " FROM headers h LEFT JOIN facets f ON f.id = h.facet ORDER BY seq",
    "SELECT * FROM payloads ORDER BY seq",
    "SELECT seq FROM headers INDEXED BY headers_time ORDER BY time, seq",
    "SELECT seq FROM payloads WHERE subject_ref > '' ORDER BY subject_ref",
    "SELECT value FROM meta WHERE key = 'writer_id'",
)


def content(directory: Path) -> list[list[list[Any]]]:
    """Everything that the ledger says, file by file, or that it can not be read."""
    said: list[list[list[Any]]] = []
    for path in sorted(directory.glob("*.sqlite3")):
        connection = sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)
        try:
            said.append([connection.execute(statement).fetchall() for statement in CONTENT])
        except (sqlite3.Error, ValueError, OverflowError, MemoryError) as error:
            said.append([[type(error)]])
        finally:
            connection.close()
    return said


def change_byte(path: Path, rng: random.Random) -> int:
    """Change one byte; returns its place."""
    data = bytearray(path.read_bytes())
    place = rng.randrange(len(data))
    data[place] ^= rng.randrange(1, 256)
    path.write_bytes(data)
    _make_old(path)
    return place


def damage_file(path: Path, rng: random.Random) -> None:
    """Cut, fill, shuffle or splice a file, or change one byte of it."""
    data = bytearray(path.read_bytes())
    if not data:
        return
    start = rng.randrange(len(data))
    stop = min(len(data), start + rng.choice([1, 8, 100, 4096, len(data)]))
    kind = rng.randrange(7)
    if kind == 0:
        del data[start:]
    elif kind == 1:
        del data[start:stop]
    elif kind == 2:
        data[start:stop] = rng.randbytes(stop - start)
    elif kind == 3:
        data[start:stop] = bytes(stop - start)
    elif kind == 4:
        data[start:start] = data[start:stop]
    elif kind == 5:
        data[start:stop] = b"\xff" * (stop - start)
    else:
        data[start] ^= rng.randrange(1, 256)
    path.write_bytes(data)
    _make_old(path)


def _make_old(path: Path) -> None:
    """Let it look as if nobody wrote it just now: a log that a live writer may still write is looked at several times."""
    then = time.time() - 60
    os.utime(path, (then, then))
