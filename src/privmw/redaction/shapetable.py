"""A table from the shape of a number to the recognizers that any number of that shape may belong to."""

from __future__ import annotations

from collections.abc import Mapping

from privmw.redaction.gate import Group
from privmw.redaction.hyperscan_database import SINGLE, Rule, database, scratch
from privmw.redaction.numbershapes import abstract, shape_at

__all__ = ["ShapeTable"]

_REMEMBERED = 16_384


class ShapeTable:
    """Answers which groups' triggers may match at a hit of a sieve.

    A shape seen for the first time is scanned with the reduced triggers; thereafter it costs one look-up. There are
    few shapes of numbers in practice; once too many were seen, new ones are scanned each time.

    Args:
        groups: Groups with a sieve, by their number.
    """

    def __init__(self, groups: Mapping[int, Group]) -> None:
        rules = [
            Rule(number, abstract(group.trigger, group.ignore_case).encode(), SINGLE, group.plans[0].recognizer.name)
            for number, group in groups.items()
        ]
        self._database = database(rules)
        self._known: dict[bytes, tuple[int, ...]] = {}

    def groups_at(self, data: bytes, end: int) -> tuple[int, ...]:
        """Numbers of the groups that may have a value around a sieve's hit.

        Args:
            data: UTF-8 text.
            end: Where the hit ended.
        """
        shape = shape_at(data, end)
        numbers = self._known.get(shape)
        if numbers is None:
            seen: set[int] = set()

            def callback(number: int, *_rest: object) -> None:
                seen.add(number)

            self._database.scan(shape, callback, 0, None, scratch(self._database))
            numbers = tuple(sorted(seen))
            if len(self._known) < _REMEMBERED:
                self._known[shape] = numbers
        return numbers
