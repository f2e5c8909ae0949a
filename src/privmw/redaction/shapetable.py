"""A table from the shape of a number to the patterns that fit it, and where in it they begin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from privmw.redaction.hyperscan_database import PREFILTER, SINGLE, Rule, database, scratch
from privmw.redaction.numbershapes import abstract
from privmw.redaction.plan import Plan

__all__ = ["Fits", "ShapeTable"]

_REMEMBERED = 16_384
_TELLING = 8
"""Characters that a beginning needs to stand for the whole."""


class Fits(NamedTuple):
    """What fits a shape.

    Attributes:
        points: ``(offset in the shape, plan)``, by offset: where a match of the plan can begin.
        loose: Plans that may match around here, but whose matches the shape does not hold whole.
    """

    points: tuple[tuple[int, Plan], ...]
    loose: tuple[Plan, ...]


class ShapeTable:
    """Answers which plans may match at a hit of a sieve.

    A shape seen for the first time is scanned with the reduced patterns; thereafter it costs one look-up. There are few
    shapes of numbers in practice; once very many were seen, new ones are scanned each time.

    Args:
        plans: Plans of recognizers with a sieve.
    """

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._plans = {plan.index: plan for plan in plans}
        self._patterns: dict[int, re.Pattern[str] | None] = {}
        rules = []
        for plan in plans:
            rule = plan.recognizer
            source = _source(plan)
            if source is None:
                source = abstract(rule.trigger, rule.ignore_case)[0]
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
        points: list[tuple[int, Plan]] = []
        loose: list[Plan] = []
        for number in sorted(seen):
            pattern = self._pattern(number)
            if pattern is None:
                loose.append(self._plans[number])
                continue
            match = pattern.search(text)
            while match is not None:
                points.append((match.start(), self._plans[number]))
                match = pattern.search(text, match.start() + 1)
        fits = Fits(tuple(sorted(points)), tuple(loose))
        if len(self._known) < _REMEMBERED:
            self._known[shape] = fits
        return fits

    def _pattern(self, number: int) -> re.Pattern[str] | None:
        if number not in self._patterns:
            self._patterns[number] = re.compile(self._sources[number])
        return self._patterns[number]


def _source(plan: Plan) -> str | None:
    """The reduced pattern, or its beginning where a shape holds no more of it; ``None`` where that says too little."""
    source, certain = abstract(plan.recognizer.pattern, plan.recognizer.ignore_case)
    return source if certain >= _TELLING else None
