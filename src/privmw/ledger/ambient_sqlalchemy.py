"""Counts the statements that an SQLAlchemy engine sends to its database as ambient transfers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from privmw.errors import ConfigurationError
from privmw.ledger.ambient import AmbientSource

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine  # needs greenlet, which a synchronous app has not

__all__ = ["count_statements"]


def count_statements(engine: Engine | AsyncEngine, source: AmbientSource) -> Callable[[], None]:
    """Count every statement of an engine; neither text nor parameters are looked at.

    Args:
        engine: The engine, asynchronous or not.
        source: What is counted.

    Returns:
        A function that ends the counting.

    Raises:
        ConfigurationError: This is no engine.
    """
    target = getattr(engine, "sync_engine", engine)
    if not isinstance(target, Engine):
        raise ConfigurationError("this is no SQLAlchemy engine", remedy="Give what create_engine() returns.")

    def after(*arguments: Any) -> None:
        source.count()

    event.listen(target, "after_cursor_execute", after)

    def stop() -> None:
        event.remove(target, "after_cursor_execute", after)

    return stop
