"""Counts the commands that a PyMongo client sends to its database as ambient transfers."""

from __future__ import annotations

from typing import Any

from pymongo.monitoring import CommandListener

from privmw.ledger.ambient import AmbientSource

__all__ = ["AmbientCommandListener"]

_HOUSEKEEPING = frozenset({"hello", "isMaster", "ismaster", "ping", "endSessions", "killCursors", "buildInfo"})


class AmbientCommandListener(CommandListener):
    """A PyMongo command listener; it looks at the command's name only.

    Args:
        source: What is counted.
    """

    def __init__(self, source: AmbientSource) -> None:
        self._source = source

    def started(self, event: Any) -> None:
        """Count a command that carries or asks for data."""
        if event.command_name not in _HOUSEKEEPING:
            self._source.count()

    def succeeded(self, event: Any) -> None:
        """Nothing."""

    def failed(self, event: Any) -> None:
        """Nothing."""
