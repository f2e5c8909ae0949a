"""Counts the commands that a PyMongo client sends to its database as ambient transfers.

MongoClient(uri, event_listeners=[AmbientCommandListener(counter, "mongodb_atlas")])
"""

from __future__ import annotations

from typing import Any

from pymongo.monitoring import CommandListener

from privmw.ledger.ambient import AmbientCounter

__all__ = ["AmbientCommandListener"]

_HOUSEKEEPING = frozenset({"hello", "isMaster", "ismaster", "ping", "endSessions", "killCursors", "buildInfo"})


class AmbientCommandListener(CommandListener):
    """A PyMongo command listener; it looks at the command's name only.

    Args:
        counter: Where commands are counted.
        source: Declared source of the counter.
    """

    def __init__(self, counter: AmbientCounter, source: str) -> None:
        self._counter = counter
        self._source = source

    def started(self, event: Any) -> None:
        """Count a command that carries or asks for data."""
        if event.command_name not in _HOUSEKEEPING:
            self._counter.count(self._source)

    def succeeded(self, event: Any) -> None:
        """Nothing."""

    def failed(self, event: Any) -> None:
        """Nothing."""
