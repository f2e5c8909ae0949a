"""What is known of one or more joined texts while they are looked at: where each begins and ends, and what was found."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from privmw.redaction.cues import Cue
from privmw.redaction.gate import Word
from privmw.redaction.joined import Joined
from privmw.redaction.marks import path_above
from privmw.redaction.plan import Plan
from privmw.redaction.recognizers.labels import LABEL, key_label
from privmw.redaction.spans import Found

__all__ = ["Document", "Span", "overlaps"]

_OPENS = " \t\r\n\0\"'`=:,;&<>([{|"
_CLOSES = " \t\r\n\0\"'<>,;"
"""What stands before and behind a value that is not part of a longer one; so does nothing, at an end of the text."""

_DIGIT = re.compile("[0-9]")
_SPACE = re.compile(r"\s")
_ANGLE = re.compile(r"<[A-Z][A-Z0-9_]+>")
_SQUARE = re.compile(r"\[[A-Z][A-Z0-9_]*_[A-Z0-9]{10}\]")

Span = tuple[int, int]


class Document:
    """One text, or several joined ones, and what was found so far.

    One text at a time is the one that is looked at: nothing outside of it is seen but by lookbehinds.

    Args:
        text: The text, or several joined ones.
        joined: Tells the joined texts apart; ``None`` for a single one.
        marks: Context masks of the keys above a text, by its place.
        cues: Context words, some of which may turn out to be none.

    Attributes:
        text: The text, or several joined ones.
        marks: Context masks of the keys above a text, by its place.
        cues: Context words, some of which may turn out to be none.
        floor: Where the text that is looked at begins.
        ceiling: Where it ends.
        key_mask: Context mask of the keys above it.
        found: Matches; overlaps are left in it.
        taken: What guarded plans keep away from, in order and apart.
        done: By plan, where its last match ended.
        place: Place of the text that is looked at.
    """

    floor = place = key_mask = 0
    taken: Sequence[Span] = ()
    _placeholders: list[Span] | None = None
    _standing: list[Span] | None = None
    _free: str | None = None
    _digit: Span = (0, -1)

    def __init__(self, text: str, joined: Joined | None, marks: Mapping[int, int], cues: Sequence[Word]) -> None:
        self.text = text
        self.marks = marks
        self.cues = cues
        self.found: list[Found] = []
        self.done: dict[int, int] = {}
        self._joined = joined
        if joined is None:
            self.ceiling = len(text)
        else:
            self.ceiling = joined.bounds(0)[1]
        if marks:
            self.key_mask = marks.get(0, 0)

    @cached_property
    def heard(self) -> dict[Span, Sequence[Cue]]:
        """Context words around matches, by their span."""
        return {}

    def look(self, position: int) -> None:
        """Look at the text that holds a position, the end of each counted to it."""
        if self._joined is not None and not self.floor <= position <= self.ceiling:
            self.look_at(self._joined.holding(position))

    def look_at(self, place: int) -> None:
        """Look at the text of a place."""
        if self._joined is not None:
            self.place = place
            self.floor, self.ceiling = self._joined.bounds(place)
            self.key_mask = self.marks.get(place, 0)

    @property
    def placeholders(self) -> list[Span]:
        """Spans of placeholders and pseudonym tokens, which are never a match, in order."""
        if self._placeholders is None:
            text = self.text
            spans: list[Span] = []
            if "<" in text:
                spans = [match.span() for match in _ANGLE.finditer(text)]
            if "[" in text and "_" in text:
                spans += [match.span() for match in _SQUARE.finditer(text)]
                spans.sort()
            self._placeholders = spans
        return self._placeholders

    def labelled(self, other: Callable[[str], object], start: int, end: int) -> bool:
        """Whether a label, or the key above, says that a match is something else."""
        floor = self.floor
        if start > floor:
            before = start - LABEL
            if other(self.text[max(floor, before) : start][::-1]):
                return True
        if self._joined is None or _SPACE.search(self.text, floor, self.ceiling):
            return False
        path = path_above(self.marks, self.place)
        return bool(path) and other(key_label(path)) is not None

    def settled(self, first: int, last: int) -> bool:
        """Whether hits lie inside one verified match that stands by itself, so that nothing vaguer can win over it.

        May be asked once everything is found that is not vague.
        """
        if self._standing is None:
            self._standing = sorted((item[0], -item[1]) for item in self.found if item[3] and not item[4].yields)
        at = bisect_left(self._standing, (first, 0)) - 1
        if at < 0 or last > self._standing[at][1]:
            return False
        start, end = self._standing[at]
        return self.text[start - 1 : start] in _OPENS and self.text[end : end + 1] in _CLOSES

    def take(self) -> None:
        """Keep what is found by now, where it is verified or strong, from the guarded plans, which begin anew."""
        self.done = {}
        self.taken = apart([(item[0], -item[1]) for item in self.found if item[3] or item[4].strong])

    def taken_in(self, low: int, high: int) -> list[int]:
        """Where those matches begin that are taken, in a part of the text."""
        taken = self.taken
        return [taken[at][0] for at in range(bisect_left(taken, (low, 0)), bisect_left(taken, (high, 0)))]

    def digit(self, low: int) -> int:
        """Where the first digit from a position on stands that is not taken; the end of everything where there is none.

        The latest answer is remembered, because those who ask do so from left to right.
        """
        asked, answer = self._digit
        if not asked <= low <= answer:
            if self._free is None:
                self._free = self._blanked()
            match = _DIGIT.search(self._free, low)
            answer = len(self.text) if match is None else match.start()
            self._digit = low, answer
        return answer

    def _blanked(self) -> str:
        """The text with blanks for what is taken."""
        text = self.text
        parts: list[str] = []
        position = 0
        for start, end in self.taken:
            parts += (text[position:start], " " * (end - start))
            position = end
        return "".join([*parts, text[position:]])

    def gap(self, position: int, low: int, high: int) -> Span:
        """The part of ``low:high`` around a position that is not taken."""
        taken = self.taken
        behind = bisect_right(taken, (position, position))
        if behind:
            low = max(low, taken[behind - 1][1])
        return low, min(high, taken[behind][0]) if behind < len(taken) else high

    def leave(self, plan: Plan, position: int) -> None:
        """Remember that a plan has seen everything that ends before a position."""
        seen = position - plan.width
        if seen > self.done.get(plan.index, 0):
            self.done[plan.index] = seen


def apart(spans: list[Span]) -> list[Span]:
    """Spans in order, those that overlap made one."""
    spans.sort()
    behind = 0
    for start, end in spans:
        if start < behind:
            return _merged(spans)
        behind = end
    return spans


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged = [spans[0]]
    for start, end in spans:
        if start >= merged[-1][1]:
            merged.append((start, end))
        elif end > merged[-1][1]:
            merged[-1] = merged[-1][0], end
    return merged


def overlaps(start: int, end: int, spans: Sequence[Span]) -> bool:
    """Whether a span overlaps with one of some others, which are in order."""
    index = bisect_right(spans, (end - 1, 1 << 62)) - 1
    return index >= 0 and spans[index][1] > start
