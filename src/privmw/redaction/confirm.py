"""Confirms candidates: the exact pattern, the checksum, the context, and what must never be a match.

The loops are written out where a function for each step would cost as much as the step.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from privmw.redaction.cues import AFTER, BEFORE, Cue, Cues, speaking
from privmw.redaction.gate import Candidates, Points, Word
from privmw.redaction.plan import Plan
from privmw.redaction.spans import Found

__all__ = ["Confirmer"]

_EDGE = 8
"""A match that ends this close to the edge of its area is searched for again in a larger one."""

_STEP = 64
_LONG = 256
"""After a longer match fell, the search does not go on at the next character but in the middle of it."""

_REMEMBERED = 4096
_UNDER_KEY = 1024
"""Characters of a text that the patterns its key speaks for look at."""

_WIDE = 160
"""Characters of a value at most for which the search beside a context word reaches out."""

_WINDOW = 16_384
"""Characters after which a window of ever more context words is cut."""

_PREFIX = 32
"""Characters that a value may have before its first digit."""

_SUFFIX = 32
"""Characters that a search may see behind a window, for the lookaheads of its patterns."""

_OPENS = " \t\r\n\0\"'`=:,;&<>([{|"
_CLOSES = " \t\r\n\0\"'<>,;"
"""What stands before and behind a value that is not part of a longer one; so does nothing, at an end of the text."""

_DIGIT = re.compile("[0-9]")
_ANGLE = re.compile(r"<[A-Z][A-Z0-9_]+>")
_SQUARE = re.compile(r"\[[A-Z][A-Z0-9_]*_[A-Z0-9]{10}\]")

Span = tuple[int, int]
Plans = tuple[Plan, ...]


class _Spoken(NamedTuple):
    """Guarded plans of a context mask: those whose values hold a digit, and the others; the width of their values."""

    with_digits: Plans
    others: Plans
    width: int


class _Leaf:
    """One text that is looked at, alone or joined with others, and what was found in it so far.

    Attributes:
        text: The text, or several joined ones.
        floor: Where this one begins; nothing before it is seen but by lookbehinds.
        ceiling: Where it ends.
        key_mask: Context mask of the keys above it.
        cues: Context words in it, some of which may turn out to be none.
        found: Matches; overlaps are left in it.
        taken: What guarded plans keep away from.
        done: By plan, where its last match ended.
        heard: Context words around matches, by their span.
    """

    __slots__ = ("_placeholders", "ceiling", "cues", "done", "floor", "found", "heard", "key_mask", "taken", "text")

    def __init__(
        self, text: str, floor: int, ceiling: int, key_mask: int, cues: Sequence[Word], found: list[Found]
    ) -> None:
        self.text = text
        self.floor = floor
        self.ceiling = ceiling
        self.key_mask = key_mask
        self.cues = cues
        self.found = found
        self.taken: Sequence[Span] = ()
        self.done: dict[int, int] = {}
        self.heard: dict[Span, Sequence[Cue]] = {}
        self._placeholders: list[Span] | None = None

    @property
    def placeholders(self) -> list[Span]:
        """Spans of placeholders and pseudonym tokens, which are never a match, in order."""
        if self._placeholders is None:
            text, floor, ceiling = self.text, self.floor, self.ceiling
            spans: list[Span] = []
            if text.find("<", floor, ceiling) >= 0:
                spans = [match.span() for match in _ANGLE.finditer(text, floor, ceiling)]
            if text.find("[", floor, ceiling) >= 0 and text.find("_", floor, ceiling) >= 0:
                spans += [match.span() for match in _SQUARE.finditer(text, floor, ceiling)]
                spans.sort()
            self._placeholders = spans
        return self._placeholders

    def settled(self, first: int, last: int) -> bool:
        """Whether hits lie inside one verified match that stands by itself, so that nothing vaguer can win over it."""
        for start, minus_end, _, verified, plan in self.found:
            if verified and start < first and last <= -minus_end and not plan.yields:
                return self.text[start - 1 : start] in _OPENS and self.text[-minus_end : 1 - minus_end] in _CLOSES
        return False


class Confirmer:
    """Turns candidates of the gate into matches.

    Args:
        guarded: Plans that stand only with a context word or key.
        cues: Finds context words.
        allow: Values that are never a match.
    """

    def __init__(self, guarded: Sequence[Plan], cues: Cues, allow: frozenset[str]) -> None:
        self._guarded = tuple(guarded)
        self._guard = sum(plan.bit for plan in guarded)
        self._cues = cues
        self._allow = allow
        self._by_mask: dict[int, _Spoken] = {}

    def confirm(
        self, text: str, candidates: Candidates, floor: int, ceiling: int, key_mask: int, found: list[Found]
    ) -> None:
        """Add the matches in ``text[floor:ceiling]`` to ``found``.

        Args:
            text: The text, or several joined ones.
            candidates: Where to search.
            floor: Where the text to look at begins.
            ceiling: Where it ends.
            key_mask: Context mask of the keys above it.
            found: Result; overlaps are left in it.
        """
        areas, points, cues, _ = candidates
        leaf = _Leaf(text, floor, ceiling, key_mask, cues, found)
        if points:
            self._at(leaf, points)
        for low, high, last, plans, first in areas:
            if plans[0].yields and leaf.settled(first, last):
                continue
            self._within(leaf, plans, max(low, floor), min(high, ceiling), last)
        masked = key_mask & self._guard
        if cues or masked:
            leaf.taken = sorted((item[0], -item[1]) for item in found if item[3] or item[4].strong)
            leaf.done = {}
            if cues:
                self._beside(leaf)
            if masked:
                self._speak(leaf, self._spoken(masked), floor, min(ceiling, floor + _UNDER_KEY))

    def _at(self, leaf: _Leaf, points: Sequence[Points]) -> None:
        """Take the matches that begin at known places."""
        text, ceiling, floor, done, allow = leaf.text, leaf.ceiling, leaf.floor, leaf.done, self._allow
        for base, starts in points:
            for offset, plan in starts:
                low = base + offset
                match = plan.match(text, low, ceiling)
                if match is not None and low >= done.get(plan.index, floor):
                    start, end = match.span(plan.group)
                    verified: bool | None = False
                    if not plan.direct:
                        start, end, verified = self._judge(leaf, plan, low, start, end)
                    if verified is None or (leaf.placeholders and _overlaps(start, end, leaf.placeholders)):
                        continue
                    if not allow or text[start:end] not in allow:
                        leaf.found.append((start, -end, plan.rank_verified if verified else plan.rank, verified, plan))
                        done[plan.index] = end

    def _within(self, leaf: _Leaf, plans: Plans, low: int, high: int, last: int) -> None:
        """Take the matches of plans in ``text[low:high]``; behind ``last`` no further one is expected."""
        done = leaf.done
        for plan in plans:
            position = done.get(plan.index, low)
            match = plan.search(leaf.text, max(low, position), high)
            if match is not None:
                begin, stop = match.span()
                if plan.direct and last <= stop <= high - _EDGE and begin > low and self._plain(leaf):
                    start, end = match.span(plan.group)
                    leaf.found.append((start, -end, plan.rank, False, plan))
                    done[plan.index] = end
                else:
                    self._follow(leaf, plan, match, low, high, last)

    def _plain(self, leaf: _Leaf) -> bool:
        """Whether nothing but overlaps can keep a match from standing."""
        return not (leaf.taken or self._allow or leaf.placeholders)

    def _beside(self, leaf: _Leaf) -> None:
        """Take the matches of guarded plans beside their context words, windows that touch merged."""
        low = high = mask = 0
        for end, said in leaf.cues:
            said &= self._guard
            if not said:
                continue
            width = self._spoken(said).width
            start = end - AFTER - width
            if mask and start <= high and end - low < _WINDOW:
                mask |= said
                high = max(high, end + BEFORE + width)
            else:
                if mask:
                    self._speak(leaf, self._spoken(mask), max(low, leaf.floor), min(high, leaf.ceiling))
                low, high, mask = start, end + BEFORE + width, said
        if mask:
            self._speak(leaf, self._spoken(mask), max(low, leaf.floor), min(high, leaf.ceiling))

    def _speak(self, leaf: _Leaf, spoken: _Spoken, low: int, high: int) -> None:
        """Run the plans that a context word or key speaks for, where nothing stronger was found."""
        if spoken.others:
            self._within(leaf, spoken.others, low, high, high)
        if spoken.with_digits:
            for first, behind in _gaps(low, high, leaf.taken):
                digit = _DIGIT.search(leaf.text, first, behind)
                if digit is not None:
                    first = max(first, digit.start() - _PREFIX)
                    self._within(leaf, spoken.with_digits, first, min(behind + _SUFFIX, high), behind)

    def _spoken(self, mask: int) -> _Spoken:
        spoken = self._by_mask.get(mask)
        if spoken is None:
            plans = [plan for plan in self._guarded if plan.bit & mask]
            for plan in plans:
                plan.prepare()
            spoken = _Spoken(
                tuple(plan for plan in plans if plan.has_digit),
                tuple(plan for plan in plans if not plan.has_digit),
                max((min(plan.width, _WIDE) for plan in plans), default=0),
            )
            if len(self._by_mask) < _REMEMBERED:
                self._by_mask[mask] = spoken
        return spoken

    def _follow(self, leaf: _Leaf, plan: Plan, match: re.Match[str] | None, low: int, high: int, last: int) -> None:
        """Take the first match of a plan in an area, and those behind it."""
        text, floor, ceiling, taken, done = leaf.text, leaf.floor, leaf.ceiling, leaf.taken, leaf.done
        search, covered = plan.search, leaf.placeholders
        position = max(low, done.get(plan.index, 0))
        fresh = position == low
        while match is not None:
            begin, stop = match.span()
            if begin >= last:
                return  # a value without a hit of this area in it: an area of its own looks at it
            if stop + _EDGE > high and high < ceiling:  # the area may have cut it
                high = min(ceiling, high + max(_STEP, high - low))
            elif fresh and begin == position and begin > floor:
                low = position = max(floor, low - max(_STEP, high - low))
            else:
                fresh = False
                start, end = match.span(plan.group)
                verified: bool | None = None
                if end > start and not (covered and _overlaps(start, end, covered)):
                    verified = False
                    if not plan.direct:
                        start, end, verified = self._judge(leaf, plan, begin, start, end)
                if (
                    verified is None
                    or (taken and _overlaps(start, end, taken))
                    or (self._allow and text[start:end] in self._allow)
                ):
                    position = begin + 1 if stop - begin < _LONG else begin + (stop - begin) // 2
                else:
                    leaf.found.append((start, -end, plan.rank_verified if verified else plan.rank, verified, plan))
                    done[plan.index] = position = end
                    if end >= last:
                        return
            match = search(text, position, high)

    def _judge(self, leaf: _Leaf, plan: Plan, begin: int, start: int, end: int) -> tuple[int, int, bool | None]:
        """Where a candidate begins and ends, and whether it is verified, stands unverified, or falls (``None``)."""
        text, checksum = leaf.text, plan.checksum
        valid = checksum is not None and checksum(text[start:end])
        required = plan.required and valid is not None  # None: the check leaves it open
        if required and not valid:
            cut = text.rfind(" ", start, end)
            while cut > start:  # without what follows a space in it, as in "<card number> 12/27"
                match = plan.match(text, begin, cut)
                if match is not None and match.end() == cut and checksum(text[slice(*match.span(plan.group))]):  # type: ignore[misc]
                    (start, end), valid = match.span(plan.group), True
                    break
                cut = text.rfind(" ", start, cut)
        if plan.guarded or ((required or plan.weak) and not valid):
            if required and not valid and not plan.overrides:
                return start, end, None
            bit = plan.bit
            spoken = bit and (leaf.key_mask & bit or self._spoken_for(leaf, start, end, plan))
            return start, end, True if spoken else None
        return start, end, bool(valid)

    def _spoken_for(self, leaf: _Leaf, start: int, end: int, plan: Plan) -> bool:
        """Whether a context word of a plan stands near; asked of the text only where the gate saw one."""
        cues, bit = leaf.cues, plan.bit
        for place in range(bisect_right(cues, (start - plan.within, 0)), len(cues)):
            at, mask = cues[place]
            if at > end + AFTER + BEFORE:
                return False
            if mask & bit:
                heard = leaf.heard.get((start, end))
                if heard is None:
                    heard = leaf.heard[start, end] = self._cues.around(leaf.text, start, end, leaf.floor, leaf.ceiling)
                return speaking(heard, start, end, plan) is not None
        return False


def _gaps(low: int, high: int, taken: Sequence[Span]) -> list[Span]:
    """The parts of ``low:high`` between spans."""
    if not taken:
        return [(low, high)]
    gaps = []
    for start, end in taken[max(0, bisect_right(taken, (low, low)) - 1) :]:
        if start >= high:
            break
        if start > low:
            gaps.append((low, start))
        low = max(low, end)
    if low < high:
        gaps.append((low, high))
    return gaps


def _overlaps(start: int, end: int, spans: Sequence[Span]) -> bool:
    index = bisect_right(spans, (end - 1, 1 << 62)) - 1
    return index >= 0 and spans[index][1] > start
