"""Files of a ledger directory: their names, their modes, and the lock that says who writes one."""

from __future__ import annotations

import fcntl
import os
import re
import time
import uuid
from pathlib import Path

from privmw.types import new_record_id

__all__ = ["SUFFIX", "FileLock", "ledger_files", "make_directory", "new_file_name", "prefix_of", "sync_directory"]

SUFFIX = ".sqlite3"

_STALE_SECONDS = 3600


class FileLock:
    """An exclusive flock, held until released or until the process ends, however it ends.

    A lock file of its own is used because SQLite locks byte ranges of the database itself. The lock belongs to the open
    file description: a forked child must only close its copy (:meth:`forget`).
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path) -> FileLock | None:
        """Take the lock, or return ``None`` when another process holds it.

        Raises:
            OSError: The lock file cannot be made, or the file system has no locks.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise
        return cls(path, descriptor)

    def release(self) -> None:
        """Let the next process have it."""
        if self._descriptor >= 0:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            self.forget()

    def forget(self) -> None:
        """Close this process's copy without unlocking."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def make_directory(directory: Path) -> None:
    """Make a ledger directory that only its owner may enter, and clear away what a crash left unfinished in it.

    The mode of a directory that exists is left as it is.

    Raises:
        OSError: It cannot be made, or something else is there.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    oldest = time.time() - _STALE_SECONDS
    for leftover in directory.glob("*.tmp"):
        if leftover.stat().st_mtime < oldest:
            leftover.unlink(missing_ok=True)


def ledger_files(directory: Path) -> list[Path]:
    """Ledger files of a directory, oldest first (names hold a UUIDv7)."""
    return sorted(directory.glob(f"*{SUFFIX}"), key=lambda path: path.stem[-32:])


def prefix_of(deployment: str, host: str) -> str:
    """Start of the names of one deployment's files on one host."""
    return f"{_plain(deployment)}-{_plain(host)}-"


def new_file_name(deployment: str, host: str, time_ms: int) -> tuple[str, str]:
    """Name a new file.

    Returns:
        The file's name, and the UUID in it as 32 hex digits.
    """
    unique = uuid.UUID(new_record_id(time_ms)).hex
    return f"{prefix_of(deployment, host)}{unique}{SUFFIX}", unique


def sync_directory(directory: Path) -> None:
    """Make a rename in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]+", "_", name) or "_"
