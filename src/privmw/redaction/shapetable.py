"""A table from the shape of a number to the patterns that fit it, and where in it they begin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from privmw.redaction.hyperscan_database import PREFILTER, SINGLE, Rule, database, scratch
from privmw.redaction.numbershapes import WIDEST, abstract
from privmw.redaction.plan import Plan

__all__ = ["Fits", "ShapeTable"]

_REMEMBERED = 16_384


class Fits(NamedTuple):
    """What fits a shape.

    Attributes:
        points: ``(offset in the shape, index of the plan)``, by offset: where a match of the plan can begin.
        loose: Indexes of plans that may match around here, but whose matches the shape does not hold whole.
    """

    points: tuple[tuple[int, int], ...]
    loose: tuple[int, ...]


class ShapeTable:
    """Answers which plans may match at a hit of a sieve.

    A shape seen for the first time is scanned with the reduced patterns; thereafter it costs one look-up. There are few
    shapes of numbers in practice; once very many were seen, new ones are scanned each time.

    Args:
        plans: Plans of recognizers with a sieve.
    """

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._patterns: dict[int, re.Pattern[str] | None] = {}
        rules = []
        for plan in plans:
            rule = plan.recognizer
            source = _whole(plan)
            if source is None:
                source = abstract(rule.trigger, rule.ignore_case)
                self._patterns[plan.index] = None
            rules.append(Rule(plan.index, source.encode(), SINGLE | PREFILTER, rule.name))
        self._sources = {rule.number: rule.expression.decode() for rule in rules}
        self._database: Any = database(rules)
        self._known: dict[bytes, Fits] = {}

    def fits(self, shape: bytes) -> Fits:
        """Return what fits a shape, as :func:`privmw.redaction.numbershapes.token_at` gives it."""
        known = self._known.get(shape)
        return known if known is not None else self._look(shape)

    def _look(self, shape: bytes) -> Fits:
        seen: list[int] = []

        def callback(number: int, *_rest: object) -> None:
            seen.append(number)

        self._database.scan(shape, callback, 0, None, scratch(self._database))
        text = shape.decode()
        points: list[tuple[int, int]] = []
        loose: list[int] = []
        for number in sorted(seen):
            pattern = self._pattern(number)
            if pattern is None:
                loose.append(number)
                continue
            match = pattern.search(text)
            while match is not None:
                points.append((match.start(), number))
                match = pattern.search(text, match.start() + 1)
        fits = Fits(tuple(sorted(points)), tuple(loose))
        if len(self._known) < _REMEMBERED:
            self._known[shape] = fits
        return fits

    def _pattern(self, number: int) -> re.Pattern[str] | None:
        if number not in self._patterns:
            self._patterns[number] = re.compile(self._sources[number])
        return self._patterns[number]


def _whole(plan: Plan) -> str | None:
    """The reduced pattern, or ``None`` where a shape does not hold all of a match."""
    parser: Any = re._parser  # type: ignore[attr-defined]
    source = abstract(plan.recognizer.pattern, plan.recognizer.ignore_case)
    wide = parser.parse(plan.recognizer.pattern, re.ASCII).getwidth()[1] > WIDEST
    return None if wide or r"\|" in source else source
