"""A spaCy pipeline as the model of the NER tier, for those who have one installed."""

from __future__ import annotations

from typing import Any

from privmw.errors import ConfigurationError
from privmw.redaction.nermodel import LABELS
from privmw.redaction.nerrules import Span, by_rules

__all__ = ["SpacyModel"]


class SpacyModel:
    """A loaded spaCy pipeline; only its entities are used.

    Args:
        name: Package or folder of the pipeline, or the pipeline itself.

    Raises:
        ConfigurationError: spaCy or the pipeline is not installed, or it recognises no entities.
    """

    def __init__(self, name: Any) -> None:
        try:
            import spacy

            self._pipeline: Any = spacy.load(name, exclude=["lemmatizer"]) if isinstance(name, str) else name
        except (ImportError, OSError):
            raise ConfigurationError(
                "spaCy or this pipeline is not installed",
                field="ner.model",
                remedy="pip install spacy and the pipeline, or use the model of privmw[ner]",
            ) from None
        pipes: list[Any] = [
            self._pipeline.get_pipe(name) for name in ("ner", "entity_ruler") if name in self._pipeline.pipe_names
        ]
        labels = {str(label) for pipe in pipes for label in pipe.labels}
        self.entity_types = frozenset(LABELS[label] for label in labels if label in LABELS)
        if not self.entity_types:
            raise ConfigurationError("this spaCy pipeline recognises no entities that count", field="ner.model")

    def find(self, text: str) -> list[Span]:
        """Find the entities of a text, ordered, not overlapping."""
        return by_rules(
            text,
            [
                Span(LABELS[entity.label_], entity.start_char, entity.end_char, 0.85)
                for entity in self._pipeline(text).ents
                if entity.label_ in LABELS
            ],
        )
