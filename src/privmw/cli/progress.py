"""Progress of a command that reads a long ledger."""

from __future__ import annotations

import sys
import time

__all__ = ["Progress"]


class Progress:
    """A line on standard error, once per second, where somebody looks at it.

    Args:
        quiet: Show nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._count = 0
        self._next = time.monotonic() + 1.0

    def __call__(self, records: int) -> None:
        """Count records that were read."""
        self._count += records
        if self._shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + 1.0
            print(f"\r{self._count:,} records", end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Clear the line."""
        if self._shown:
            print("\r" + " " * 30 + "\r", end="", file=sys.stderr, flush=True)
