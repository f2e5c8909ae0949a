"""Settings of the NER tier, and the model that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol

from privmw.errors import ConfigurationError

__all__ = ["NerOptions", "SpanModel", "load_model"]

Overload = Literal["block", "core_only", "wait"]

_ENTITIES = frozenset({"PERSON", "STREET_ADDRESS", "LOCATION", "DATE_OF_BIRTH"})


class SpanModel(Protocol):
    """What the tier needs of a model; thread-safe."""

    @property
    def entity_types(self) -> frozenset[str]:
        """What it can find."""

    def find(self, text: str) -> Sequence[Any]:
        """Spans with ``entity_type``, ``start``, ``end`` and ``score``: ordered, not overlapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NerOptions:
    """Settings of the tier.

    Attributes:
        model: ``rampart`` (shipped by the ``ner`` extra), the folder of an ONNX token-classification model, or
            ``spacy:NAME`` for an installed spaCy pipeline.
        entities: Entity types to take from the model.
        threshold: Probability from which an uncapitalised word counts; capitalised ones count earlier.
        workers: Threads; each text runs on one.
        queue: Calls that may wait for a thread, however many texts each has.
        timeout: Seconds that one call may take.
        overload: What happens when the queue is full or the time is up.
        remembered: Texts whose results are remembered.

    Raises:
        ConfigurationError: A number is not positive, or ``overload`` is unknown.
    """

    model: str = "rampart"
    entities: frozenset[str] = _ENTITIES
    threshold: float = 0.4
    workers: int = 1
    queue: int = 64
    timeout: float = 30.0
    overload: Overload = "block"
    remembered: int = 4096

    def __post_init__(self) -> None:
        for name in ("workers", "queue", "timeout"):
            if not getattr(self, name) > 0:
                raise ConfigurationError("must be more than zero", field=f"ner.{name}")
        if self.overload not in {"block", "core_only", "wait"}:
            raise ConfigurationError("is unknown", field="ner.overload", remedy="Use block, core_only or wait")


def load_model(options: NerOptions) -> SpanModel:
    """Load the model that the options name, once for all tiers of the process that ask for the same.

    Raises:
        ConfigurationError: It is not installed, or not a model.
    """
    return _load(options.model, options.threshold)


@lru_cache(maxsize=2)
def _load(model: str, threshold: float) -> SpanModel:
    if model.startswith("spacy:"):
        from privmw.redaction.nerspacy import SpacyModel

        return SpacyModel(model.removeprefix("spacy:"))
    from privmw.redaction.nermodel import OnnxModel, find_model

    return OnnxModel(find_model(model), threshold=threshold)
