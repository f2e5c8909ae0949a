"""Redaction of what leaves through OpenTelemetry: spans and log records.

Each span is rebuilt when it ends, in the thread that ends it, before any processor of any provider gets it; each log record
before it reaches a processor. Exporters are a second gate, for spans that somebody made or changed on the way. Processors
and exporters that are added by hand cannot do this: one that stands behind another comes too late, and a span that has
ended can no longer be edited.

Nothing of OpenTelemetry is imported here: its modules are patched when the app imports them.
"""

from __future__ import annotations

from privmw.otel import hooks
from privmw.otel.redactor import TelemetryRedactor
from privmw.types import ValueRedactor

__all__ = ["TelemetryRedactor", "install", "installed", "uninstall"]


def install(redactor: ValueRedactor) -> TelemetryRedactor:
    """Redact every span and log record of every provider, until :func:`uninstall`; installing again replaces the redactor.

    Raises:
        ConfigurationError: OpenTelemetry's SDK has no place to hook into.
    """
    surface = TelemetryRedactor(redactor)
    hooks.install(surface)
    return surface


def uninstall() -> None:
    """Undo :func:`install`; harmless when nothing is installed."""
    hooks.uninstall()


def installed() -> bool:
    """Whether spans and log records are being redacted."""
    return hooks.current() is not None
