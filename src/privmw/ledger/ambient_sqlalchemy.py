"""Counts the statements that an SQLAlchemy engine sends to its database as ambient transfers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

from privmw.ledger.ambient import AmbientCounter

__all__ = ["count_statements"]


def count_statements(engine: Engine, counter: AmbientCounter, source: str) -> Callable[[], None]:
    """Count every statement of an engine; neither text nor parameters are looked at.

    Args:
        engine: The engine; pass ``engine.sync_engine`` of an asynchronous one.
        counter: Where statements are counted.
        source: Declared source of the counter.

    Returns:
        A function that ends the counting.
    """

    def after(*arguments: Any) -> None:
        counter.count(source)

    event.listen(engine, "after_cursor_execute", after)

    def stop() -> None:
        event.remove(engine, "after_cursor_execute", after)

    return stop
