"""The leak matrix as data: the places of an app where a value can stand, by the surface that it leaves through."""

from __future__ import annotations

from tests.leaks.ai_positions import ANTHROPIC, OPENAI
from tests.leaks.analytics_positions import POSTHOG
from tests.leaks.http_positions import HTTP
from tests.leaks.log_positions import LOG
from tests.leaks.otel_positions import OTEL
from tests.leaks.sdks import Act
from tests.leaks.sentry_positions import SENTRY

__all__ = ["POSITIONS"]

POSITIONS: dict[str, dict[str, Act]] = {
    "log": LOG,
    "otel": OTEL,
    "sentry": SENTRY,
    "openai": OPENAI,
    "anthropic": ANTHROPIC,
    "http": HTTP,
    "posthog": POSTHOG,
}
"""By surface, then position: what to do with a value."""
