"""``[ner]``: the model that finds names, addresses and places in what goes to AI providers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from privmw.settings.fields import Section, from_list_text, problem
from privmw.settings.nearest import did_you_mean

__all__ = ["NER_ENTITIES", "NerSettings"]

NER_ENTITIES = ("DATE_OF_BIRTH", "LOCATION", "NRP", "ORGANIZATION", "PERSON", "STREET_ADDRESS")
"""What a model may be asked for."""

_WORDS = {"auto": "auto", "true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False}
_WORDS |= {"off": False}


def _enabled(value: Any) -> Any:
    known = value if isinstance(value, bool) else _WORDS.get(str(value).strip().lower())
    if known is None:
        raise problem("this is not one of the choices", "It may be 'auto', true or false.")
    return known


def _entities(value: tuple[str, ...]) -> tuple[str, ...]:
    for entity in value:
        if entity not in NER_ENTITIES:
            near = did_you_mean(entity, NER_ENTITIES)
            raise problem("no model finds this entity type", near or f"It may be {', '.join(NER_ENTITIES)}.")
    if not value:
        raise problem("the list is empty", "Write enabled = false to switch the tier off.")
    return value


class NerSettings(Section):
    """``[ner]``: names, addresses and places in AI prompts, found by a model.

    ``enabled``: ``"auto"`` uses the tier where its libraries are installed (``privmw[ner]``), ``true`` insists on it: what
    is missing stops the start. ``overload``: what happens when ``queue`` calls wait or one takes longer than
    ``timeout`` seconds: ``block`` refuses the call, ``core_only`` sends it as the patterns alone would, flagged in its
    record, ``wait`` waits.
    """

    enabled: Annotated[Literal["auto"] | bool, BeforeValidator(_enabled)] = "auto"
    model: str = Field(default="rampart", min_length=1)
    entities: Annotated[tuple[str, ...], BeforeValidator(from_list_text), AfterValidator(_entities)] = (
        "PERSON",
        "STREET_ADDRESS",
        "LOCATION",
        "DATE_OF_BIRTH",
    )
    threshold: float = Field(default=0.4, gt=0, le=1)
    workers: int = Field(default=1, ge=1, le=64)
    queue: int = Field(default=64, ge=1)
    timeout: float = Field(default=30.0, gt=0)
    overload: Literal["block", "core_only", "wait"] = "block"
