"""Where checkpoints are kept outside the reach of whoever can change the ledger.

Without an anchor, whoever is root on the host can rewrite all of it, checkpoints included. Two anchors are built in; an
object store with a retention lock, a timestamping service or a witness fits the same protocol.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from privmw.ledger.notes import MAX_NOTE_BYTES, parse_checkpoint, parse_note

__all__ = ["EVENT_NAME", "Anchor", "FileAnchor", "OtlpAnchor"]

EVENT_NAME = "privmw.ledger.checkpoint"


class Anchor(Protocol):
    """Keeps signed notes elsewhere."""

    def keep(self, notes: Sequence[bytes]) -> None:
        """Keep these notes, in order; called on the writer's thread, so it must not block for long.

        What it raises is logged by type; the notes are offered again.
        """


class FileAnchor:
    """An append-only file: on another machine's disk, or on a volume that only takes appends (``chattr +a``).

    Notes stand one after the other, an empty line after each; :mod:`privmw.ledger.anchorfile` reads them.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, notes: Sequence[bytes]) -> None:
        """Append durably, in one write.

        Raises:
            OSError: They could not be written.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            data = b"".join(note + b"\n" for note in notes)
            size = os.fstat(descriptor).st_size
            tail = os.pread(descriptor, MAX_NOTE_BYTES, max(size - MAX_NOTE_BYTES, 0))
            if size and not _ends_with_note(tail):  # an earlier write was cut short
                os.ftruncate(descriptor, _whole_notes(os.pread(descriptor, size, 0)))
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class OtlpAnchor:
    """Emits each note as a log event ``privmw.ledger.checkpoint`` through OpenTelemetry, to any collector behind it.

    The event's attributes are ``privmw.ledger.origin``, ``.size``, ``.root`` (base64) and ``.note``, the signed note.
    """

    def __init__(self, logger_provider: object | None = None) -> None:
        from privmw.ledger.events import EventEmitter

        self._emitter = EventEmitter(logger_provider)

    def keep(self, notes: Sequence[bytes]) -> None:
        """Hand the notes to OpenTelemetry, whose batch processor sends them."""
        for data in notes:
            text = data.decode()
            checkpoint = parse_checkpoint(parse_note(data).text)
            self._emitter.emit(
                EVENT_NAME,
                {
                    "privmw.ledger.origin": checkpoint.origin,
                    "privmw.ledger.size": checkpoint.size,
                    "privmw.ledger.root": checkpoint.text().split("\n")[2],
                    "privmw.ledger.note": text,
                },
            )


def _ends_with_note(tail: bytes) -> bool:
    """Whether the last block is one of signatures, with the empty line behind it."""
    return tail.endswith(b"\n\n") and tail[:-2].rpartition(b"\n\n")[2].startswith("\u2014 ".encode())


def _whole_notes(data: bytes) -> int:
    """Length of the part that consists of whole notes: text, signatures, each ended by an empty line."""
    end = 0
    count = 0
    position = data.find(b"\n\n")
    while position >= 0:
        count += 1
        if count % 2 == 0:
            end = position + 2
        position = data.find(b"\n\n", position + 2)
    return end
