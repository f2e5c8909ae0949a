"""The wall clock, as :class:`privmw.types.Clock` asks for it."""

from __future__ import annotations

import time

__all__ = ["SystemClock"]


class SystemClock:
    """The operating system's clock."""

    def time_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        return time.time_ns() // 1_000_000
