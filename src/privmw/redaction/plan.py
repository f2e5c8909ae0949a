"""A recognizer made ready to run: its pattern compiled on first use, its decisions precomputed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from privmw.errors import ConfigurationError
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.labels import reads

__all__ = ["Plan", "compile_pattern", "digits_and_width"]

_STRONG = 0.7

Search = Callable[[str, int, int], "re.Match[str] | None"]


def compile_pattern(recognizer: Recognizer) -> re.Pattern[str]:
    """Compile a recognizer's pattern the way the engine runs it.

    Raises:
        ConfigurationError: The pattern is not valid, or matches the empty string.
    """
    flags = re.ASCII | (re.IGNORECASE if recognizer.ignore_case else re.NOFLAG)
    try:
        pattern = re.compile(recognizer.pattern, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigurationError(
            f"its pattern cannot be compiled: {error}",
            source=f"recognizer {recognizer.name}",
            field="pattern",
            remedy="Use stdlib re syntax",
        ) from None
    if pattern.match(""):
        raise ConfigurationError(
            "its pattern matches the empty string",
            source=f"recognizer {recognizer.name}",
            field="pattern",
            remedy="Require at least one character",
        )
    return pattern


def digits_and_width(pattern: str) -> tuple[bool, int]:
    """Whether everything that a pattern matches holds an ASCII digit, and how many characters that is at most."""
    parser: Any = re._parser  # type: ignore[attr-defined]
    parsed = parser.parse(pattern, re.ASCII)
    return _needs_digit(parsed), int(parsed.getwidth()[1])


def _needs_digit(nodes: Iterable[tuple[Any, Any]]) -> bool:
    return any(_is_digit(str(op), argument) for op, argument in nodes)


def _is_digit(op: str, argument: Any) -> bool:
    if op == "LITERAL":
        return bool(48 <= argument <= 57)
    if op == "IN":
        return all(
            (str(kind) == "LITERAL" and 48 <= item <= 57)
            or (str(kind) == "RANGE" and item[0] >= 48 and item[1] <= 57)
            or (str(kind) == "CATEGORY" and str(item) == "CATEGORY_DIGIT")
            for kind, item in argument
        )
    if op == "SUBPATTERN":
        return _needs_digit(argument[3])
    if op == "BRANCH":
        return all(_needs_digit(branch) for branch in argument[1])
    if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return argument[0] > 0 and _needs_digit(argument[2])
    return op == "ATOMIC_GROUP" and _needs_digit(argument)


class Plan:
    """One recognizer inside an engine.

    Attributes:
        recognizer: The declaration.
        entity_type: Its entity type.
        index: Its place in the engine, which breaks ties.
        search: ``pattern.search``; the first call compiles the pattern.
        match: ``pattern.match``, likewise.
        group: Group that is the match, 0 for all of it.
        plain: A match of the pattern is neither checked nor weighed by context.
        direct: Such a match stands as it is.
        other: Reads a label of something else backwards, if such a one matters; the first call compiles the pattern.
        required: A failed checksum drops the match.
        guarded: Stands only with a context word or key, so that the engine looks for one before it runs the pattern; a
            threshold of 0 waives that.
        hears: A context word can decide whether a match stands.
        has_digit: Every value holds an ASCII digit (known once prepared, for guarded plans).
        strong: An unverified match, too, keeps guarded plans away from its text.
        width: Longest value (known once prepared, for guarded plans).
        bit: This plan's bit in context masks, 0 without context words.
        within: Characters before a value in which a context word counts.
        contests: A valid value beside a word may have been taken for another, by a plan that needs no word.
        close: Nothing but connecting words may stand between a context word and a value.
        yields: Its matches lose against more specific ones of the same value.
        rank: Order among matches of the same span when not verified; lower is better.
        rank_verified: The same when a checksum or context word spoke for it.
    """

    __slots__ = (
        "bit",
        "checksum",
        "close",
        "contests",
        "direct",
        "entity_type",
        "group",
        "guarded",
        "has_digit",
        "hears",
        "index",
        "match",
        "other",
        "overrides",
        "plain",
        "rank",
        "rank_verified",
        "recognizer",
        "required",
        "search",
        "strong",
        "weak",
        "width",
        "within",
        "yields",
    )

    def __init__(self, recognizer: Recognizer, index: int, threshold: float) -> None:
        boosts = recognizer.checksum is not None and recognizer.policy is not ChecksumPolicy.NONE
        self.recognizer = recognizer
        self.entity_type = recognizer.entity_type
        self.index = index
        self.checksum = recognizer.checksum if boosts else None
        self.required = boosts and recognizer.policy is ChecksumPolicy.REQUIRED
        self.overrides = recognizer.context_overrides and bool(recognizer.context)
        self.weak = recognizer.score < threshold
        waived = threshold <= 0
        self.guarded = not waived and (recognizer.needs_context or (self.weak and self.checksum is None))
        self.plain = self.checksum is None and not self.guarded and not self.weak
        self.other: Callable[[str], object] | None = self._first_other if recognizer.other and not waived else None
        self.direct = self.plain and self.other is None
        self.bit = 1 << index if recognizer.context else 0
        self.yields = recognizer.secret and recognizer.specificity < Specificity.SPECIFIC
        self.strong = recognizer.score >= _STRONG
        self.hears = bool(self.bit) and (self.guarded or self.weak or (self.required and self.overrides))
        specificity = (9 - int(recognizer.specificity)) * 100_000_000
        self.rank = specificity + 50_000_000 + (100 - int(recognizer.score * 100)) * 10_000 + index
        self.rank_verified = specificity + (100 - int(recognizer.boosted * 100)) * 10_000 + index
        self.group: int | str = 0
        self.has_digit = False
        self.width = 0
        self.within = recognizer.within
        self.close = recognizer.far is not None and recognizer.far < threshold
        self.contests = self.guarded and self.required and (self.close or not self.overrides)
        self.search: Search = self._first_search
        self.match: Search = self._first_match

    def prepare(self) -> None:
        """Compile the pattern now.

        Raises:
            ConfigurationError: See :func:`compile_pattern`.
        """
        pattern = compile_pattern(self.recognizer)
        if self.guarded:
            self.has_digit, self.width = digits_and_width(self.recognizer.pattern)
        self.group = pattern.groupindex.get("value", 0)
        self.search = pattern.search
        self.match = pattern.match

    def _first_search(self, text: str, start: int, end: int) -> re.Match[str] | None:
        self.prepare()
        return self.search(text, start, end)

    def _first_match(self, text: str, start: int, end: int) -> re.Match[str] | None:
        self.prepare()
        return self.match(text, start, end)

    def _first_other(self, before: str) -> object:
        self.other = reads(self.recognizer.other).match
        return self.other(before)

    def __lt__(self, other: Plan) -> bool:
        return self.index < other.index
