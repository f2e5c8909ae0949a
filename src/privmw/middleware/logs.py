"""Log records and spans without personal data while the app runs."""

from __future__ import annotations

from privmw.middleware.base import SurfaceMiddleware
from privmw.runtime import Surface

__all__ = ["LogRedactionMiddleware"]


class LogRedactionMiddleware(SurfaceMiddleware):
    """Installs the log and OpenTelemetry surfaces while the app runs.

    Middleware alone cannot redact logs: the server logs tracebacks outside of it. So this class wraps no message, it
    switches the redaction of :mod:`privmw.logs.stdlib` and :mod:`privmw.otel` on at start-up and off at shutdown.
    """

    surfaces = (Surface.LOGS, Surface.OTEL)
