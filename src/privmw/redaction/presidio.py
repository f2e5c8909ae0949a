"""Presidio both ways: its pattern recognizers compiled into our gate, and our core inside its ``AnalyzerEngine``.

Importing this module imports presidio-analyzer (some three seconds); nothing in privmw does so before it is asked for.
It also keeps Presidio off the network: its e-mail recognizer would fetch the public suffix list on first use, and gets
the copy that ``tldextract`` ships instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import tldextract
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, PatternRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import IbanRecognizer, UrlRecognizer

from privmw.errors import ConfigurationError
from privmw.redaction.ner import NerTier
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.registry import builtin_recognizers
from privmw.redaction.redactor import Redactor

__all__ = ["GateRecognizer", "NerRecognizer", "go_offline", "predefined_recognizers", "recognizers_from"]

_CONTEXT_GAIN = 0.35
_CONTEXT_FLOOR = 0.4
"""What a context word is worth to Presidio: ``LemmaContextAwareEnhancer``'s defaults."""

_LONGEST = 128
"""Characters before and behind a hit in which one of Presidio's patterns is searched at first."""

_LONGEST_URL = 2048
"""The same for URLs, which are triggered by any dot: their list of 1,500 top-level domains takes seconds to compile."""

_INLINE = re.compile(r"\(\?([aiLmsux]+)\)")


def go_offline() -> None:
    """Make ``tldextract`` use the public suffix list that it ships, process-wide, and never the network or a cache."""
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


go_offline()


def predefined_recognizers(languages: Iterable[str] | None = None) -> list[Any]:
    """Make every pattern recognizer that Presidio ships, those that are off by default included.

    Args:
        languages: Only those that Presidio files under these languages; ``None`` = all.
    """
    from presidio_analyzer import predefined_recognizers as shipped

    wanted = None if languages is None else frozenset(languages)
    classes: list[Any] = [
        item
        for name, item in sorted(vars(shipped).items())
        if isinstance(item, type) and issubclass(item, PatternRecognizer) and name == item.__name__
    ]
    made = [item() for item in classes if item is not PatternRecognizer]
    return [item for item in made if wanted is None or item.supported_language in wanted]


def recognizers_from(recognizer: Any) -> list[Recognizer]:
    """Compile one of Presidio's pattern recognizers, predefined or a user's own.

    Each of its patterns, and its deny list, becomes one or two of ours. Without validators one is enough. With them,
    what ``validate_result`` confirms has the score 1, as in Presidio; what it leaves open keeps the pattern's score, or
    that score plus 0.35 beside a context word; what it or ``invalidate_result`` refuses is no match.

    Args:
        recognizer: A ``PatternRecognizer``.

    Raises:
        ConfigurationError: It is no ``PatternRecognizer``, brings an ``analyze`` of its own, or has a pattern that the
            standard library's ``re`` does not know.
    """
    name = _snake(str(getattr(recognizer, "name", type(recognizer).__name__)))
    kind: Any = type(recognizer)
    if issubclass(kind, IbanRecognizer):
        return _ibans(name, recognizer)
    if not issubclass(kind, PatternRecognizer) or kind.analyze is not PatternRecognizer.analyze:
        raise ConfigurationError(
            "only a PatternRecognizer that leaves analyze() alone can be compiled",
            source=f"recognizer {name}",
            remedy="Run it in an AnalyzerEngine, beside privmw.redaction.presidio.GateRecognizer",
        )
    compiled: list[Recognizer] = []
    for place, pattern in enumerate(recognizer.patterns):
        compiled += _compile(f"presidio_{name}_{place}", recognizer, pattern)
    return compiled


def _compile(name: str, recognizer: Any, pattern: Any) -> list[Recognizer]:
    flags = int(recognizer.global_regex_flags or 0)  # the regex module's flags have the values of re's
    source, inline = _stdlib(str(pattern.regex))
    for flag, letter in ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"), (re.VERBOSE, "x")):
        inline |= {letter} if flags & flag else set()
    ignore_case = "i" in inline
    prefix = "".join(sorted(inline & {"m", "s", "x"}))
    context = tuple(dict.fromkeys(str(word).lower() for word in recognizer.context or () if str(word).strip()))
    score = float(pattern.score)
    base = Recognizer(
        name=name,
        entity_type=str(recognizer.supported_entities[0]),
        pattern=f"(?{prefix}){source}" if prefix else source,
        trigger=r"\.[a-z]{2}" if isinstance(recognizer, UrlRecognizer) else "",
        ignore_case=ignore_case,
        lookback=_LONGEST_URL if isinstance(recognizer, UrlRecognizer) else _LONGEST,
        lookahead=_LONGEST,
        score=score,
        boosted=round(min(1.0, max(score + _CONTEXT_GAIN, _CONTEXT_FLOOR)), 4) if context else score,
        context=context,
        source=f"Presidio, {type(recognizer).__name__}, pattern {pattern.name!r}",
    )
    _refuse_foreign_syntax(base)
    kind = type(recognizer)
    validates = kind.validate_result is not PatternRecognizer.validate_result
    if not validates and kind.invalidate_result is PatternRecognizer.invalidate_result:
        return [base]
    made = []
    required = ChecksumPolicy.REQUIRED
    if validates:
        confirmed = _verdict(recognizer, confirmed=True)
        made.append(
            replace(base, name=f"{name}_valid", checksum=confirmed, policy=required, score=1.0, boosted=1.0, context=())
        )
    left_open = _verdict(recognizer, confirmed=False)
    return [*made, replace(base, name=f"{name}_open", checksum=left_open, policy=required)]


def _stdlib(source: str) -> tuple[str, set[str]]:
    r"""Rewrite what only the ``regex`` module takes: inline flags in the middle, a leading lookbehind of any width.

    ``(?<=claim\s*)[0-9]+`` becomes ``(?:claim\s*)(?P<value>[0-9]+)``: the same match, found by its group.
    """
    flags = set("".join(_INLINE.findall(source)))
    source = _INLINE.sub("", source)
    if source.startswith("(?<="):
        try:
            re.compile(source)
        except re.error:
            end = _closing(source)
            source = f"(?:{source[4:end]})(?P<value>{source[end + 1 :]})"
    return source, flags


def _closing(source: str) -> int:
    """Where the first group of a pattern is closed."""
    depth = place = 0
    in_class = False
    while place < len(source):
        char = source[place]
        if char == "\\":
            place += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char in "()":
            depth += 1 if char == "(" else -1
            if not depth:
                return place
        place += 1
    return len(source) - 1


def _verdict(recognizer: Any, *, confirmed: bool) -> Callable[[str], bool | None]:
    """Make a check of the texts that a recognizer's validators confirm (``True``), or leave open (``None``)."""

    def check(text: str) -> bool | None:
        try:
            valid = recognizer.validate_result(text)
            refused = bool(recognizer.invalidate_result(text))
        except Exception:  # noqa: BLE001 - a validator that fails cannot speak against a match
            valid, refused = None, False
        if confirmed:
            return bool(valid) and not refused
        return None if valid is None and not refused else False

    check.__qualname__ = f"{type(recognizer).__qualname__}.{'valid' if confirmed else 'open'}"
    return check


def _ibans(name: str, recognizer: Any) -> list[Recognizer]:
    """Presidio tries the groups of its IBAN pattern from the right; ours bounds the length by country instead."""
    entity_type = str(recognizer.supported_entities[0])
    ours = [item for item in builtin_recognizers() if item.entity_type == "IBAN_CODE"]
    return [replace(item, name=f"presidio_{name}_{item.name}", entity_type=entity_type) for item in ours]


def _refuse_foreign_syntax(recognizer: Recognizer) -> None:
    try:
        re.compile(recognizer.pattern)
    except re.error as error:
        raise ConfigurationError(
            f"its pattern uses syntax that the standard library's re does not know: {error}",
            source=f"recognizer {recognizer.name}",
            field="pattern",
            remedy="Write it in stdlib re syntax, or run the recognizer in an AnalyzerEngine",
        ) from None


def _snake(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^0-9A-Za-z]+", "_", name.removesuffix("Recognizer"))
    return parted.strip("_").lower() or "unnamed"


class GateRecognizer(EntityRecognizer):
    """Our core as one recognizer of an ``AnalyzerEngine``; finds all its entity types in one scan.

    Args:
        redactor: The configured core; without one, the default profile.
        supported_language: Language under which the engine files it; the core itself asks for none.
        name: Name in the results' metadata.
    """

    def __init__(
        self, redactor: Redactor | None = None, *, supported_language: str = "en", name: str = "GateRecognizer"
    ) -> None:
        self.redactor = redactor if redactor is not None else Redactor()
        self._label = name
        super().__init__(
            supported_entities=sorted(self.redactor.entity_types), supported_language=supported_language, name=name
        )

    def load(self) -> None:
        """Nothing to load: the core is compiled when the redactor is made."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Find values in a text.

        Args:
            text: The text.
            entities: Entity types asked for; empty = all.
            nlp_artifacts: Not needed.
        """
        del nlp_artifacts
        results = []
        for found in self.redactor.explain(text):
            if entities and found.entity_type not in entities:
                continue
            explanation = AnalysisExplanation(
                recognizer=self._label,
                original_score=found.score,
                pattern_name=found.recognizer,
                validation_result=found.checksum == "valid",
                textual_explanation=f"Detected by `{self._label}` using `{found.recognizer}`",
            )
            metadata = {
                RecognizerResult.RECOGNIZER_NAME_KEY: self._label,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            }
            results.append(
                RecognizerResult(found.entity_type, found.start, found.end, found.score, explanation, metadata)
            )
        return results


class NerRecognizer(EntityRecognizer):
    """The NER tier as a recognizer of an ``AnalyzerEngine``: names, addresses and places, in the tier's own threads.

    Args:
        tier: The tier; without one, the shipped model with default options.
        supported_language: Language under which the engine files it.
        name: Name in the results' metadata.

    Raises:
        ConfigurationError: The model is not installed, or not a model.
    """

    def __init__(
        self, tier: NerTier | None = None, *, supported_language: str = "en", name: str = "NerRecognizer"
    ) -> None:
        self.tier = tier if tier is not None else NerTier()
        self._label = name
        super().__init__(
            supported_entities=sorted(self.tier.options.entities), supported_language=supported_language, name=name
        )

    def load(self) -> None:
        """Load the model; called by Presidio when the recognizer is made."""
        self.tier.load()

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Find names, addresses and places in a text.

        Args:
            text: The text.
            entities: Entity types asked for; empty = all.
            nlp_artifacts: Not needed.

        Raises:
            RedactionError: The tier is full or slow and its options say ``block``, or the model failed.
        """
        del nlp_artifacts
        explanation = AnalysisExplanation(
            recognizer=self._label, original_score=0.0, textual_explanation=f"Detected by {self.tier.options.model}"
        )
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self._label,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        return [
            RecognizerResult(found.entity_type, found.start, found.end, found.score, explanation, metadata)
            for found in self.tier.find([text])(text)
            if not entities or found.entity_type in entities
        ]
