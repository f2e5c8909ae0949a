"""Counts the commands that a PyMongo client sends to its database as ambient transfers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pymongo.monitoring import CommandListener

__all__ = ["AmbientCommandListener"]

_HOUSEKEEPING = frozenset({"hello", "isMaster", "ismaster", "ping", "endSessions", "killCursors", "buildInfo"})


class AmbientCommandListener(CommandListener):
    """A PyMongo command listener; it looks at the command's name only.

    Args:
        count: Called for each command.
    """

    def __init__(self, count: Callable[[], object]) -> None:
        self._count = count

    def started(self, event: Any) -> None:
        """Count a command that carries or asks for data."""
        if event.command_name not in _HOUSEKEEPING:
            self._count()

    def succeeded(self, event: Any) -> None:
        """Nothing."""

    def failed(self, event: Any) -> None:
        """Nothing."""
