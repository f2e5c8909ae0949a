"""Many texts as one, so that one scan looks at all of them; and which of them a place in it belongs to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from privmw.redaction.gate import SEPARATOR

__all__ = ["Joined"]


class Joined:
    """Texts joined into one.

    Args:
        leaves: The texts.

    Attributes:
        text: All of them.
    """

    __slots__ = ("_ends", "_leaves", "_places", "text")

    def __init__(self, leaves: Sequence[str]) -> None:
        self.text = SEPARATOR.join(leaves)
        self._leaves = leaves
        self._places = range(len(leaves))
        self._ends: list[int] = []

    def bounds(self, place: int) -> tuple[int, int]:
        """Where a text begins and ends."""
        ends = self._ends or self._measured()
        return (ends[place - 1] + 1 if place else 0), ends[place]

    def holding(self, position: int) -> int:
        """Place of the text that holds a position, the end of each counted to it."""
        ends = self._ends or self._measured()
        return min(bisect_left(ends, position), len(ends) - 1)

    def with_any(self, characters: str) -> Iterator[int]:
        """Places of the texts that hold one of some characters, each once, in order."""
        if len(self._places) < 8:
            yield from self._places
            return
        text = self.text
        found = set()
        for character in characters:
            position = text.find(character)
            while position >= 0:
                place = self.holding(position)
                found.add(place)
                position = text.find(character, self.bounds(place)[1])
        yield from sorted(found)

    def _measured(self) -> list[int]:
        """Ends of the texts."""
        self._ends = [end + place for place, end in enumerate(accumulate(map(len, self._leaves)))]
        return self._ends
