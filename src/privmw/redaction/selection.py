"""From settings to an engine: which recognizers a redactor runs, and one engine for all that run the same."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

from privmw.errors import ConfigurationError
from privmw.redaction.engine import Engine
from privmw.redaction.plan import compile_pattern
from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.registry import all_recognizers
from privmw.redaction.recognizers.shapes import never

__all__ = ["OTHER_ENTITIES", "engine_for", "select"]

OTHER_ENTITIES = frozenset(
    {"PERSON", "SUBJECT_ID", "LOCATION", "ORGANIZATION", "NRP", "DATE_TIME", "DATE_OF_BIRTH", "PASSWORD", "SECRET"}
)
"""Entity types that come from the request's identities, from keys or from a model, and from no pattern."""


def select(
    recognizers: Iterable[Any],
    entities: Iterable[str] | Literal["all"] | None,
    without: Iterable[str] = (),
    also: Iterable[str] = (),
) -> tuple[Recognizer, ...]:
    """Choose the recognizers of a redactor.

    Args:
        recognizers: A user's own, ours or Presidio's ``PatternRecognizer``; they join the default set.
        entities: Entity types to find, ``"all"``, or ``None`` for the default set.
        without: Entity types to take out of it.
        also: Entity types to add to it.

    Raises:
        ConfigurationError: An entity type is unknown, a name is taken, or a user's pattern is not valid.
    """
    own = _own(recognizers)
    known = (*all_recognizers(), *own)
    names = {recognizer.entity_type for recognizer in known} | OTHER_ENTITIES
    excluded, added = frozenset(without), frozenset(also)
    _refuse_unknown(excluded, names, "without")
    _refuse_unknown(added, names, "also")
    if entities == "all":
        chosen: Sequence[Recognizer] = known
    elif entities is None:
        chosen = [recognizer for recognizer in known if recognizer.default or recognizer.entity_type in added]
    else:
        wanted = frozenset((entities,) if isinstance(entities, str) else entities)
        if wanted == {"all"}:
            return select(recognizers, "all", without)
        _refuse_unknown(wanted, names, "entities")
        chosen = [recognizer for recognizer in known if recognizer.entity_type in wanted | added]
    return tuple(recognizer for recognizer in chosen if recognizer.entity_type not in excluded)


def _own(recognizers: Iterable[Any]) -> tuple[Recognizer, ...]:
    own: list[Recognizer] = []
    for item in recognizers:
        if isinstance(item, Recognizer):
            own.append(item)
        else:
            from privmw.redaction.presidio import recognizers_from

            own += recognizers_from(item)
    for recognizer in own:
        compile_pattern(recognizer)
    return tuple(own)


def _refuse_unknown(wanted: Iterable[str], names: frozenset[str] | set[str], field: str) -> None:
    for name in sorted(set(wanted) - names):
        near = difflib.get_close_matches(str(name).upper(), names, 1, 0.5)
        raise ConfigurationError(
            "there is no entity type of this name",
            field=field,
            remedy=f"Did you mean {near[0]}?" if near else "See Redactor().entity_types",
        )


@lru_cache(maxsize=32)
def engine_for(
    recognizers: tuple[Recognizer, ...], threshold: float, gate: str, allow: frozenset[str], base64: bool
) -> Engine:
    """Build an engine, or return the one that already does the same.

    What cannot reach the threshold is left out, and what stands by its name alone where a threshold of 0 waives words:
    who asks for that wants the numbers that are valid.
    """
    reachable = tuple(item for item in recognizers if max(item.score, item.boosted) >= threshold)
    if threshold <= 0:
        reachable = tuple(item for item in reachable if item.far != 0 or item.checksum is not never)
    return Engine(reachable, threshold=threshold, gate=gate, allow=allow, base64=base64)
