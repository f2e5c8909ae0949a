"""Stand-ins for the recipients of an app: small loopback servers that answer in a vendor's shape and keep every byte.

They let a demo or a test look at what really arrived, taken from the wire, where no real provider may be called.
"""

from privmw.demo.standins.anthropic import anthropic_standin
from privmw.demo.standins.collectors import posthog_standin, sentry_standin
from privmw.demo.standins.openai import openai_standin
from privmw.demo.standins.server import Received, Reply, StandIn

__all__ = ["Received", "Reply", "StandIn", "anthropic_standin", "openai_standin", "posthog_standin", "sentry_standin"]
