"""Profiles: what is looked for on a surface, how sure the core must be, and what replaces it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from privmw.errors import ConfigurationError
from privmw.redaction.limits import Limits

__all__ = ["PROFILES", "Profile", "profile_named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Settings of a redactor.

    Attributes:
        name: Its name.
        entities: Entity types to find; ``None`` = the default set, ``("all",)`` = everything known.
        also: Entity types added to that set.
        without: Entity types taken out of it.
        threshold: Lowest score that counts, 0 to 1.
        operators: What replaces a match, by entity type; ``DEFAULT`` stands for the others.
        limits: Bounds of one call.
        allow_list: Values that are never a match.
        base64: Look into texts that are base64 as a whole, too.
    """

    name: str
    entities: tuple[str, ...] | None = None
    also: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    threshold: float = 0.5
    operators: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    limits: Limits = field(default_factory=Limits)
    allow_list: frozenset[str] = frozenset()
    base64: bool = False


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(name="default"),
            Profile(name="logs", threshold=0.6, limits=Limits(bytes=1_000_000, time=1.0)),
            Profile(name="errors", limits=Limits(time=2.0)),
            Profile(
                name="analytics", also=frozenset({"STREET_ADDRESS"}), limits=Limits(bytes=1_000_000, depth=32, time=1.0)
            ),
            Profile(name="ai", threshold=0.4),
        )
    }
)
"""The profiles that come with privmw.

``logs`` asks for more certainty than the others, because a log is full of numbers that are nobody's, and ends earlier,
because a line is redacted in the thread that logs it, which may be the event loop's.
``errors`` keeps the default certainty: an event holds what people typed, and goes to another company.
``analytics`` adds what is no identifier in a log, but a direct one in an event: street addresses. No event is larger than
its limits; the services refuse it.
``ai`` asks for less certainty, because what a prompt holds is written by people and goes to another company.
"""


def profile_named(name: str) -> Profile:
    """Look a profile up.

    Raises:
        ConfigurationError: There is none of that name.
    """
    try:
        return PROFILES[name]
    except KeyError:
        raise ConfigurationError(
            "there is no redaction profile of this name", field="profile", remedy=f"Use one of {', '.join(PROFILES)}"
        ) from None
