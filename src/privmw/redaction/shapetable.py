"""A table from the shape of a number to the patterns that fit it, and where in it they begin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from privmw.redaction.gate import Fits, Start
from privmw.redaction.hyperscan_database import PREFILTER, SINGLE, Rule, database, scratch
from privmw.redaction.numbershapes import abstract
from privmw.redaction.plan import Plan

__all__ = ["ShapeTable"]

_REMEMBERED = 16_384
_TELLING = 8
"""Characters that a beginning needs to stand for the whole."""


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
        self._open: set[int] = set()
        rules = []
        for plan in plans:
            rule = plan.recognizer
            source, certain, whole = abstract(rule.pattern, rule.ignore_case)
            if certain < _TELLING:
                source = abstract(rule.trigger, rule.ignore_case)[0]
                self._patterns[plan.index] = None
            elif not whole:
                self._open.add(plan.index)
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
        starts: list[tuple[int, int, Plan]] = []
        loose: list[Plan] = []
        for number in sorted(seen):
            plan, pattern = self._plans[number], self._pattern(number)
            if pattern is None:
                loose.append(plan)
                continue
            match = pattern.search(text)
            while match is not None:
                starts.append((match.start(), _best(plan), plan))
                match = pattern.search(text, match.start() + 1)
        fits = Fits(self._in_order(sorted(starts)), _solid(text), tuple(loose))
        if len(self._known) < _REMEMBERED:
            self._known[shape] = fits
        return fits

    def _in_order(self, starts: list[tuple[int, int, Plan]]) -> tuple[Start, ...]:
        """Tell of each start what a match from it to the end of the shape leaves to the others.

        :func:`privmw.redaction.spans.resolve` lets an earlier start win, of the same span the better rank, and a later
        one over it only where that is verified, and the earlier one neither that nor less specific. Which of two checked
        types has the same span is told by the words beside it.
        """
        told = []
        for at, (offset, _, plan) in enumerate(starts):
            rest = [other for other in starts[at + 1 :] if other[2] is not plan]
            contained = not any(other.index in self._open for _, _, other in rest)
            told.append(
                Start(
                    offset,
                    plan,
                    contained and all(other.plain and (at > offset or best >= plan.rank) for at, best, other in rest),
                    contained
                    and all(
                        other.recognizer.specificity <= plan.recognizer.specificity
                        and (at > offset or (best >= plan.rank_verified and not _disputed(plan, other)))
                        for at, best, other in rest
                    ),
                )
            )
        return tuple(told)

    def _pattern(self, number: int) -> re.Pattern[str] | None:
        if number not in self._patterns:
            self._patterns[number] = re.compile(self._sources[number])
        return self._patterns[number]


def _disputed(plan: Plan, other: Plan) -> bool:
    """Whether a word may make another type of a verified match."""
    return (
        other.required
        and bool(other.bit)
        and plan.entity_type != other.entity_type
        and plan.recognizer.specificity == other.recognizer.specificity
    )


def _best(plan: Plan) -> int:
    """The best rank that a match of a plan can have."""
    return plan.rank if plan.plain else plan.rank_verified


def _solid(shape: str) -> int:
    return max(shape.rfind("0"), shape.rfind("A")) + 1
