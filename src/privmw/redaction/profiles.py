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
        without: Entity types taken out of that set.
        threshold: Lowest score that counts, 0 to 1.
        operators: What replaces a match, by entity type; ``DEFAULT`` stands for the others.
        limits: Bounds of one call.
        allow_list: Values that are never a match.
    """

    name: str
    entities: tuple[str, ...] | None = None
    without: frozenset[str] = frozenset()
    threshold: float = 0.5
    operators: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    limits: Limits = field(default_factory=Limits)
    allow_list: frozenset[str] = frozenset()


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(name="default"),
            Profile(name="logs", threshold=0.6),
            Profile(name="errors"),
            Profile(name="analytics"),
            Profile(name="ai", threshold=0.4),
        )
    }
)
"""The profiles that come with privmw.

``logs`` asks for more certainty than the others, because a log is full of numbers that are nobody's.
``ai`` asks for less, because what a prompt holds is written by people and goes to another company.
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
