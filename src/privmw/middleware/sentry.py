"""Sentry events without personal data while the app runs."""

from __future__ import annotations

from privmw.middleware.base import SurfaceMiddleware
from privmw.runtime import Surface

__all__ = ["SentryRedactionMiddleware"]


class SentryRedactionMiddleware(SurfaceMiddleware):
    """Installs the Sentry surface while the app runs: every client's hooks and transport, those made later included."""

    surfaces = (Surface.SENTRY,)
