"""One module per peer, each with the same names.

``LABEL`` is shown in tables and ``PACKAGE`` is the distribution it comes from; ``setup()`` runs once before timing,
``entities()`` says how many entity types it looks for, ``text(str) -> str`` and ``value(object) -> object`` redact. A
peer that cannot do one of the two leaves it out; it is then shown as not applicable.
"""

from __future__ import annotations

__all__ = ["PEERS"]

PEERS = (
    "privmw",
    "turbocloak",
    "turbocloak_pii",
    "datafog_core",
    "datafog",
    "scrubadub",
    "presidio",
    "sentry",
    "relay",
    "logfire",
    "plain_re",
)
