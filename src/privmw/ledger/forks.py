"""What becomes of writers when their process forks (gunicorn preload, multiprocessing)."""

from __future__ import annotations

import os
import sys
import weakref
from typing import Any, Protocol

__all__ = ["abandon", "close_in_child_process", "follow"]


class _Forkable(Protocol):
    def _before_fork(self) -> None: ...

    def _after_fork_in_parent(self) -> None: ...

    def _after_fork_in_child(self) -> None: ...


class _Closable(Protocol):
    def close(self, timeout: float = ...) -> None: ...


_writers: weakref.WeakSet[Any] = weakref.WeakSet()
_held: list[_Forkable] = []
_abandoned: list[object] = []


def follow(writer: _Forkable) -> None:
    """Reset this writer (or shipper) in each child that is forked while it lives."""
    _writers.add(writer)


def abandon(connection: object) -> None:
    """Keep an inherited connection for the child's whole life and beyond.

    SQLite forbids to use or close a connection across a fork: closing would drop the parent's view of the write-ahead
    log. Closing one to PostgreSQL would end the parent's session. The extra reference outlives the interpreter's
    shutdown, which empties module globals.
    """
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
    _abandoned.append(connection)


def close_in_child_process(writer: _Closable) -> None:
    """Close a writer when a ``multiprocessing`` child ends: such a child runs its own finalizers, not ``atexit``."""
    processes = sys.modules.get("multiprocessing.process")
    if processes is None or processes.parent_process() is None:
        return
    from multiprocessing.util import Finalize

    reference = weakref.ref(writer)

    def close() -> None:
        if (target := reference()) is not None:
            target.close()

    Finalize(None, close, exitpriority=0)


def _before() -> None:
    # Those that wait for a writer while they hold a lock of their own (a purge for its record) come before the writers.
    _held[:] = sorted(_writers, key=lambda item: getattr(item, "fork_rank", 1))
    for writer in _held:
        writer._before_fork()


def _in_parent() -> None:
    for writer in _held:
        writer._after_fork_in_parent()
    _held.clear()


def _in_child() -> None:
    for writer in _held:
        writer._after_fork_in_child()
    _held.clear()


os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
