"""Reads an append-only file of signed notes (:class:`privmw.ledger.anchors.FileAnchor` writes them).

Notes stand one after the other, an empty line after each. What is unfinished at the end is crash residue and ignored; so is
what stands unfinished before two empty lines, by which the next writer starts anew without changing what is there. Where
the rest of such a note comes later, because its writer was only slow, the two are put together.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from privmw.ledger.notes import MAX_NOTE_BYTES, NoteError, parse_checkpoint, parse_note

__all__ = ["AFRESH", "ends_whole", "read_anchor_file"]

AFRESH = b"\n\n\n"
"""Put behind what is unfinished: ends its line, and leaves two empty ones."""

_SIGNATURE = "\u2014 ".encode()


def read_anchor_file(path: Path) -> Iterator[bytes]:
    """Every note, in order; what is not a note comes as it is, so that it is reported.

    Raises:
        OSError: The file can not be read.
    """
    with path.open("rb") as file:
        yield from _notes(file)


def ends_whole(tail: bytes) -> bool:
    """Whether another note may follow the end of an anchor file, of which this is the last :data:`MAX_NOTE_BYTES`."""
    if not tail or tail.endswith(AFRESH):
        return True
    blocks = tail.removesuffix(b"\n").split(b"\n\n")
    return tail.endswith(b"\n\n") and len(blocks) > 1 and _is_whole(blocks[-2] + b"\n\n" + blocks[-1])


def _notes(file: BinaryIO) -> Iterator[bytes]:
    text = torn = b""
    for block, empty_lines in _blocks(file):
        signed = block.startswith(_SIGNATURE)
        if text and (signed or empty_lines != 1):
            piece, text = text + b"\n" + block, b""
        else:
            if text:
                yield text  # it has no signatures
            piece, text = block, b""
            if empty_lines == 1 and not signed:
                text = block
                continue
        piece = piece if _is_whole(piece) else _joined(torn, piece)
        if empty_lines == 1 or _is_whole(piece):
            yield piece
        elif empty_lines > 1:
            torn = piece


def _blocks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Lines that follow one another, and how many empty lines follow them; 0 at the end."""
    lines: list[bytes] = []
    length = empty = 0
    while line := file.readline(MAX_NOTE_BYTES):
        if line == b"\n":
            empty += 1
            continue
        if lines and (empty or length > MAX_NOTE_BYTES):
            yield b"".join(lines), max(empty, 1)
            lines, length = [], 0
        empty = 0
        lines.append(line)
        length += len(line)
    if lines:
        yield b"".join(lines), empty


def _is_whole(piece: bytes) -> bool:
    """Whether nothing of a note is missing at either end."""
    try:
        note = parse_note(piece)
        origin = parse_checkpoint(note.text).origin
    except NoteError:
        return False
    return note.signatures[0].name == origin and all(len(item.signature) == 64 for item in note.signatures)


def _joined(torn: bytes, rest: bytes) -> bytes:
    """A note whose pieces stand apart; the rest alone where they do not make one."""
    for line_ends in range(3):  # the tear may have been in a line, or at its end, or in the empty line
        whole = torn.rstrip(b"\n") + b"\n" * line_ends + rest
        if _is_whole(whole):
            return whole
    return rest
