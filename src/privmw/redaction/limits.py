"""Bounds of one redaction call, and what is put in place of what exceeds them."""

from __future__ import annotations

from dataclasses import dataclass

from privmw.errors import ConfigurationError

__all__ = ["FAILED", "LIMITED", "Limits"]

FAILED = "<REDACTION_FAILED>"
"""Stands for a string or subtree whose redaction raised."""

LIMITED = "<REDACTION_LIMIT>"
"""Stands for a string or subtree that exceeds a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one call; what exceeds one is replaced whole by :data:`LIMITED`, or refused where nothing may be lost.

    Attributes:
        bytes: Longest text or value that is scanned, in characters of all its strings together. A text that is longer
            is replaced whole; in a value the strings behind that point are.
        depth: Deepest nesting that is followed; deeper subtrees are replaced whole, and so is one that contains itself.
        items: Most containers (dictionaries, lists, models) in one value; those behind that point are replaced whole.
        matches: Most matches in one text or value; a text with more, or the strings behind that point, are replaced.
        time: Seconds after which the rest of a value is replaced unread; looked at between scans, of which the largest
            is bounded by ``bytes``.

    Raises:
        ConfigurationError: A limit is not positive, or ``depth`` is above 250.
    """

    bytes: int = 8_000_000
    depth: int = 64
    items: int = 200_000
    matches: int = 20_000
    time: float = 5.0

    def __post_init__(self) -> None:
        for name in ("bytes", "depth", "items", "matches", "time"):
            if not getattr(self, name) > 0:
                raise ConfigurationError("a limit must be more than zero", field=f"limits.{name}")
        if self.depth > 250:
            raise ConfigurationError(
                "values are followed 250 levels deep at most", field="limits.depth", remedy="Use a number up to 250"
            )
