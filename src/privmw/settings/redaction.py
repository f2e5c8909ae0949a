"""``[redaction]`` and ``[recognizers.KEY]``: what is looked for, and what replaces it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from privmw.settings.fields import KeyName, Section, Texts, from_list_text, problem
from privmw.settings.nearest import did_you_mean

__all__ = [
    "PROFILE_NAMES",
    "LimitSettings",
    "OperatorSettings",
    "ProfileSettings",
    "RecognizerSettings",
    "Recognizers",
    "RedactionSettings",
]

PROFILE_NAMES = ("default", "logs", "errors", "analytics", "ai")
"""The profiles that there are."""

_ENTITY = re.compile(r"[A-Z][A-Z0-9_]*")

Score = Annotated[float, Field(ge=0.0, le=1.0)]


def _entities(value: Any) -> Any:
    return value if value == "all" else from_list_text(value)


def _operators(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: {"name": item} if isinstance(item, str) else item for key, item in value.items()}
    return value


def _profile(value: str) -> str:
    if value not in PROFILE_NAMES:
        raise problem("there is no redaction profile of this name", did_you_mean(value, PROFILE_NAMES))
    return value


def _entity(value: str) -> str:
    if _ENTITY.fullmatch(value) is None:
        near = re.sub("[^A-Z0-9]+", "_", value.upper()).strip("_0123456789")
        raise problem(
            "an entity type is capital letters, digits and '_', so that its placeholder is known as one",
            f"Did you mean {near!r}?" if _ENTITY.fullmatch(near) else None,
        )
    return value


class LimitSettings(Section):
    """``[redaction.limits]``: bounds of one redaction; what is not set is the profile's own.

    ``max_bytes`` counts the characters of all strings together, ``max_items`` the containers (objects, lists).
    """

    max_bytes: int | None = Field(default=None, ge=1)
    max_depth: int | None = Field(default=None, ge=1)
    max_matches: int | None = Field(default=None, ge=1)
    max_items: int | None = Field(default=None, ge=1)
    max_seconds: float | None = Field(default=None, gt=0)


class OperatorSettings(Section):
    """``[redaction.operators.ENTITY]``: what replaces a value, in Presidio's terms; ``DEFAULT`` is for all others."""

    name: str
    params: dict[str, str | int | bool] = Field(default_factory=dict)


Entities = Annotated[tuple[str, ...] | Literal["all"] | None, BeforeValidator(_entities)]
Operators = Annotated[dict[str, OperatorSettings], BeforeValidator(_operators)]


class ProfileSettings(Section):
    """``[redaction.profiles.NAME]``: changes of one profile alone, ``default``, ``logs``, ``errors``, ``analytics`` or ``ai``.

    What is set here wins over ``[redaction]``, limit by limit and operator by operator; ``also``, ``without`` and
    ``allow_list`` join what stands there.
    """

    entities: Entities = None
    also: Texts = ()
    without: Texts = ()
    threshold: Score | None = None
    allow_list: Texts = ()
    operators: Operators = Field(default_factory=dict)
    limits: LimitSettings = LimitSettings()
    base64: bool | None = None


class RedactionSettings(Section):
    """``[redaction]``: changes of all profiles.

    ``profile`` is the one where none is named. ``entities`` replaces a profile's entity types, ``also`` adds some,
    ``without`` takes some out. ``allow_list`` holds values that are never a match. ``base64`` looks into texts that are
    base64 as a whole, too.
    """

    profile: str = "default"
    entities: Entities = None
    also: Texts = ()
    without: Texts = ()
    threshold: Score | None = None
    allow_list: Texts = ()
    operators: Operators = Field(default_factory=dict)
    limits: LimitSettings = LimitSettings()
    base64: bool | None = None
    profiles: dict[Annotated[str, AfterValidator(_profile)], ProfileSettings] = Field(default_factory=dict)


class RecognizerSettings(Section):
    """``[recognizers.KEY]``: one kind of value of the app's own.

    ``checksum_policy`` says what a failed checksum means: ``required`` (the default) drops the match, ``boosts`` keeps it
    at ``score``. With a valid checksum or a context word a match has the score 1.
    """

    entity_type: Annotated[str, AfterValidator(_entity)]
    regex: str
    context: Texts = ()
    checksum: str | None = None
    checksum_policy: Literal["required", "boosts"] | None = None
    score: Score = 0.6
    ignore_case: bool = False
    needs_context: bool = False


Recognizers = dict[KeyName, RecognizerSettings]
