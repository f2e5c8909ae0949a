"""Where checkpoints are kept outside the reach of whoever can change the ledger.

Without an anchor, whoever is root on the host can rewrite all of it, checkpoints included. Two anchors are built in; an
object store with a retention lock, a timestamping service or a witness fits the same protocol.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from privmw.ledger.anchorfile import AFRESH, ends_whole
from privmw.ledger.notes import MAX_NOTE_BYTES, parse_checkpoint, parse_note

__all__ = ["EVENT_NAME", "Anchor", "FileAnchor", "OtlpAnchor"]

EVENT_NAME = "privmw.ledger.checkpoint"

LOCK_SECONDS = 1.0
"""How long an append waits for another process's: it is made on the writer's own thread, and is tried again."""


class Anchor(Protocol):
    """Keeps signed notes elsewhere."""

    def keep(self, notes: Sequence[bytes]) -> None:
        """Keep these notes, in order; called on the writer's thread, so it must not block for long.

        What it raises is logged by type; the notes are offered again.
        """


class FileAnchor:
    """An append-only file: on another machine's disk, or on a volume that only takes appends (``chattr +a``).

    Notes stand one after the other, an empty line after each; :mod:`privmw.ledger.anchorfile` reads them. Nothing that
    stands in the file is ever changed: what was cut short is left as it is, and the next note starts afresh behind it.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, notes: Sequence[bytes]) -> None:
        """Append durably, in one write where the disk takes it, while no other process does.

        Raises:
            OSError: They could not be written, or another process is at it.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _lock(descriptor)
            data = b"".join(note + b"\n" for note in notes)
            size = os.fstat(descriptor).st_size
            if not ends_whole(os.pread(descriptor, MAX_NOTE_BYTES, max(size - MAX_NOTE_BYTES, 0))):
                data = AFRESH + data
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


def _lock(descriptor: int) -> None:
    """Keep other processes from appending until the descriptor is closed, where the file's volume has locks."""
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.01)
        except OSError:
            return  # without locks, appends of one write each do not mix on a local disk
        else:
            return
