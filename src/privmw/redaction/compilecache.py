"""Compiled databases on disk, one folder per user, so that a start costs a load and not a compilation.

A database is native code's input and is trusted once loaded. It is therefore read only from a folder and a file that
belong to this user and that nobody else may write, and only when its digest is right; anything else counts as absent.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

__all__ = ["cache_directory", "load", "store"]

_DIGEST = hashlib.sha256().digest_size
_KEPT = 64
"""Databases kept; the least recently written go first."""


def cache_directory() -> Path | None:
    """Folder of the cache: ``PRIVMW_CACHE_DIR``, else ``privmw`` under ``XDG_CACHE_HOME`` or ``~/.cache``.

    Returns ``None`` where ``PRIVMW_CACHE_DIR`` is empty (no cache wanted) or the user has no home.
    """
    chosen = os.environ.get("PRIVMW_CACHE_DIR")
    if chosen is not None:
        return Path(chosen) if chosen else None
    try:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    except RuntimeError:
        return None
    return Path(base) / "privmw"


def load(key: str) -> bytes | None:
    """Read what :func:`store` wrote under a key, or ``None`` where that is absent, damaged or not safe to trust."""
    folder = cache_directory()
    if folder is None or not _private(folder):
        return None
    path = folder / f"{key}.hsdb"
    try:
        if not _private(path):
            return None
        data = path.read_bytes()
    except OSError:
        return None
    digest, blob = data[:_DIGEST], data[_DIGEST:]
    return blob if digest == hashlib.sha256(blob).digest() else None


def store(key: str, blob: bytes) -> bool:
    """Write a database, atomically; returns whether it was kept. A folder that cannot be written is no error."""
    folder = cache_directory()
    if folder is None:
        return False
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(folder):
            return False
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(blob).digest() + blob)
            Path(temporary).replace(folder / f"{key}.hsdb")
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _prune(folder)
    except OSError:
        return False
    return True


def _private(path: Path) -> bool:
    """Whether a file or folder is this user's own and writable by nobody else."""
    try:
        status = path.lstat()
    except OSError:
        return False
    if stat.S_ISLNK(status.st_mode):
        return False
    owner = os.getuid() if hasattr(os, "getuid") else status.st_uid
    return status.st_uid == owner and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _prune(folder: Path) -> None:
    files = sorted(folder.glob("*.hsdb"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[_KEPT:]:
        with contextlib.suppress(OSError):
            path.unlink()
