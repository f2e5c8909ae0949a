"""Stand-ins that only take: Sentry's ingest and PostHog's capture."""

from __future__ import annotations

from privmw.demo.standins.server import Received, Reply, StandIn

__all__ = ["posthog_standin", "sentry_standin"]


class _Sentry(StandIn):
    @property
    def base_url(self) -> str:
        """The DSN to give to the Sentry SDK."""
        return f"http://public@{self.host}/1"


def sentry_standin() -> StandIn:
    """Make a stand-in for Sentry's ingest; its ``base_url`` is the DSN, and envelopes arrive gzipped."""
    return _Sentry("sentry", lambda _: Reply(b'{"id":"0123456789abcdef0123456789abcdef"}'))


def posthog_standin() -> StandIn:
    """Make a stand-in for PostHog's capture, batch and flags endpoints."""

    def answer(received: Received) -> Reply:
        if "/flags" in received.target or "/decide" in received.target:
            return Reply(b'{"flags":{},"featureFlags":{},"featureFlagPayloads":{},"errorsWhileComputingFlags":false}')
        return Reply(b'{"status":1}')

    return StandIn("posthog", answer)
