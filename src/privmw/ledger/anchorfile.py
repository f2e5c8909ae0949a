"""Reads an append-only file of signed notes (:class:`privmw.ledger.anchors.FileAnchor` writes them).

Notes stand one after the other, an empty line after each. An unfinished note at the end is crash residue and ignored.
Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

__all__ = ["read_anchor_file"]


def read_anchor_file(path: Path) -> Iterator[bytes]:
    """Every note, in order; what is not a note comes as it is, so that it is reported.

    Raises:
        OSError: The file can not be read.
    """
    pending: list[bytes] = []
    blocks = 0
    with path.open("rb") as file:
        for line in file:
            pending.append(line)
            if line == b"\n":
                blocks += 1
                if blocks == 2:  # text, empty line, signatures, empty line
                    yield b"".join(pending[:-1])
                    pending = []
                    blocks = 0
