"""Log events through OpenTelemetry's API, which goes wherever the application sends its logs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

__all__ = ["EventEmitter"]


class EventEmitter:
    """Emits named events on the instrumentation scope ``privmw.ledger``.

    Args:
        provider: An OpenTelemetry ``LoggerProvider``; the global one when ``None``.
    """

    def __init__(self, provider: Any = None) -> None:
        from opentelemetry._logs import get_logger, get_logger_provider

        self._provider = provider
        self._logger = get_logger("privmw.ledger", logger_provider=provider or get_logger_provider())

    @property
    def unheard(self) -> bool:
        """Whether there is no provider to take the events, as long as the application sets none."""
        from opentelemetry._logs import NoOpLoggerProvider, get_logger_provider
        from opentelemetry._logs._internal import ProxyLoggerProvider

        return isinstance(self._provider or get_logger_provider(), NoOpLoggerProvider | ProxyLoggerProvider)

    def emit(self, name: str, attributes: Mapping[str, Any], *, time_ns: int | None = None) -> None:
        """Emit one event.

        Args:
            name: Name of the event.
            attributes: Its attributes.
            time_ns: When it happened, in nanoseconds since the Unix epoch; now when ``None``.
        """
        from opentelemetry._logs import LogRecord, SeverityNumber

        now = time.time_ns()
        self._logger.emit(
            LogRecord(
                timestamp=now if time_ns is None else time_ns,
                observed_timestamp=now,
                severity_number=SeverityNumber.INFO,
                event_name=name,
                attributes=dict(attributes),
            )
        )
