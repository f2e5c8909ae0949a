"""Confirms candidates: the exact pattern, the checksum, the context, and what must never be a match.

The loops are written out where a function for each step would cost as much as the step.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from privmw.redaction.cues import AFTER, BEFORE, Cues, speaking
from privmw.redaction.document import Document, overlaps
from privmw.redaction.gate import Area, Candidates, Points
from privmw.redaction.joined import Joined
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

_PREFIX = 32
"""Characters that a value may have before its first digit."""

_NEAR = 96
"""Characters around a word in which values begin that it may be said of."""

_SUFFIX = 32
"""Characters that a search may see behind a window, for the lookaheads of its patterns."""

Plans = tuple[Plan, ...]


class _Spoken(NamedTuple):
    """Guarded plans of a context mask: those whose values hold a digit, and the others; the width of their values."""

    with_digits: Plans
    others: Plans
    width: int


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
        self._contesting = tuple(plan for plan in self._guarded if plan.contests)
        self._contest = sum(plan.bit for plan in self._contesting)

    def confirm(
        self, text: str, candidates: Candidates, joined: Joined | None, marks: Mapping[int, int]
    ) -> list[Found]:
        """Return the matches in a text, overlaps left in.

        Args:
            text: The text, or several joined ones.
            candidates: Where to search.
            joined: Tells the joined texts apart; ``None`` for a single one.
            marks: Context masks of the keys above a text, by its place.
        """
        areas, points, cues, _ = candidates
        doc = Document(text, joined, marks, cues)
        if points:
            self._at(doc, points)
        for area in areas:
            if not (area[3][0].yields and doc.settled(area[4], area[2])):
                self._in(doc, area)
        guard = self._guard
        spoken = [(place, mask & guard) for place, mask in marks.items() if mask & guard] if marks else ()
        if cues or spoken:
            doc.take()
            known = self._by_mask
            for end, mask in cues:
                mask &= guard
                if mask:
                    plans = known.get(mask) or self._spoken(mask)
                    doc.look(end)
                    self._speak(doc, plans, end - AFTER - plans.width, end + BEFORE + plans.width)
                    if mask & self._contest and doc.taken:
                        self._contend(doc, mask, end - _NEAR, end + _NEAR)
            if cues and spoken:
                doc.done = {}  # a key speaks for all of its text, also for what is before the words in it
            for place, mask in spoken:
                doc.look_at(place)
                if mask & self._contest and doc.taken:
                    self._contend(doc, mask, doc.floor, doc.floor + _NEAR)
                self._speak(doc, self._spoken(mask), doc.floor, doc.floor + _UNDER_KEY)
        return doc.found

    def _at(self, doc: Document, points: Sequence[Points]) -> None:
        """Take the matches that begin at known places, and leave what a better one covers."""
        text, done, allow, found = doc.text, doc.done, self._allow, doc.found
        for base, (starts, solid, _) in points:
            doc.look(base + starts[0].offset)
            floor, ceiling = doc.floor, doc.ceiling
            behind = base + solid
            for offset, plan, ends_bare, ends_verified in starts:
                low = base + offset
                match = plan.match(text, low, ceiling)
                if match is None or low < done.get(plan.index, floor):
                    continue
                start, end = match.span(plan.group)
                verified: bool | None = False
                if not plan.direct:
                    start, end, verified = self._judge(doc, plan, low, start, end)
                if verified is None or (doc.placeholders and overlaps(start, end, doc.placeholders)):
                    continue
                if allow and text[start:end] in allow:
                    continue
                found.append((start, -end, plan.rank_verified if verified else plan.rank, verified, plan))
                done[plan.index] = end
                if end >= behind and start == low and (ends_verified if verified else ends_bare):
                    break

    def _in(self, doc: Document, area: Area) -> None:
        """Take the matches of an area's plans."""
        low, high, last, plans, first = area
        doc.look(first - 1)
        known = 0
        for plan in plans:
            if known and plan.recognizer.specificity < known:
                return  # who knows the value better has it already
            if self._search(doc, plan, low, high, last, first):
                known = plan.recognizer.specificity
        while last - 1 > doc.ceiling:  # hits of one kind in neighbouring texts make one area
            doc.look_at(doc.place + 1)
            for plan in plans:
                self._search(doc, plan, low, high, last)

    def _search(self, doc: Document, plan: Plan, low: int, high: int, last: int, first: int = 0) -> bool:
        """Take the matches of a plan in ``text[low:high]``; behind ``last`` no further one is expected.

        Returns:
            Whether one match holds everything from the first hit to the last, and stands as it is.
        """
        done, floor, ceiling = doc.done, doc.floor, doc.ceiling
        low = max(low, floor)
        high = min(high, ceiling)
        position = done.get(plan.index, low)
        match = plan.search(doc.text, max(low, position), high)
        if match is None:
            return False
        begin, stop = match.span()
        if plan.plain and last <= stop <= high - _EDGE and begin > low and self._plain(doc):
            start, end = match.span(plan.group)
            if plan.direct or not doc.labelled(plan.other, start, end):  # type: ignore[arg-type]
                doc.found.append((start, -end, plan.rank, False, plan))
                done[plan.index] = end
                return begin < first
        self._follow(doc, plan, match, low, high, last)
        return False

    def _plain(self, doc: Document) -> bool:
        """Whether nothing but overlaps can keep a match from standing."""
        return not (doc.taken or self._allow or doc.placeholders)

    def _speak(self, doc: Document, spoken: _Spoken, low: int, high: int) -> None:
        """Run the plans that a context word or key speaks for, where nothing stronger was found."""
        low, high = max(low, doc.floor), min(high, doc.ceiling)
        for plan in spoken.others:
            self._search(doc, plan, low, high, high)
            doc.leave(plan, high)
        if not spoken.with_digits:
            return
        digit = doc.digit(low)
        while digit < high:
            first, behind = doc.gap(digit, low, high)
            first = max(first, digit - _PREFIX)
            for plan in spoken.with_digits:
                self._search(doc, plan, first, min(behind + _SUFFIX, high), behind)
                doc.leave(plan, behind)
            digit = doc.digit(behind)

    def _contend(self, doc: Document, mask: int, low: int, high: int) -> None:
        """Let plans whose check or name decides have values near their word too that were taken for something else."""
        plans = [plan for plan in self._contesting if plan.bit & mask]
        for start in doc.taken_in(max(low, doc.floor), min(high, doc.ceiling)):
            for plan in plans:
                match = plan.match(doc.text, start, doc.ceiling)
                if match is not None:
                    begin, end, valid = self._judge(doc, plan, start, *match.span(plan.group))
                    if valid:
                        doc.found.append((begin, -end, plan.rank_verified, True, plan))

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

    def _follow(self, doc: Document, plan: Plan, match: re.Match[str] | None, low: int, high: int, last: int) -> None:
        """Take the first match of a plan in an area, and those behind it."""
        text, floor, ceiling, taken, done = doc.text, doc.floor, doc.ceiling, doc.taken, doc.done
        search, covered = plan.search, doc.placeholders
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
                if end > start and not (covered and overlaps(start, end, covered)):
                    verified = False
                    if not plan.direct:
                        start, end, verified = self._judge(doc, plan, begin, start, end)
                if (
                    verified is None
                    or (taken and overlaps(start, end, taken))
                    or (self._allow and text[start:end] in self._allow)
                ):
                    position = begin + 1 if stop - begin < _LONG else begin + (stop - begin) // 2
                else:
                    doc.found.append((start, -end, plan.rank_verified if verified else plan.rank, verified, plan))
                    done[plan.index] = position = end
                    if end >= last:
                        return
            match = search(text, position, high)

    def _judge(self, doc: Document, plan: Plan, begin: int, start: int, end: int) -> tuple[int, int, bool | None]:
        """Where a candidate begins and ends, and whether it is verified, stands unverified, or falls (``None``)."""
        text, checksum = doc.text, plan.checksum
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
            bit = plan.bit
            if not bit or (required and not valid and not plan.overrides):
                return start, end, None
            directly = plan.close or (required and not valid and not plan.guarded)
            if not (doc.key_mask & bit or self._spoken_for(doc, start, end, plan, directly)):
                return start, end, None
            valid = True
        if plan.other is not None and doc.labelled(plan.other, start, end):
            return start, end, None
        return start, end, bool(valid)

    def _spoken_for(self, doc: Document, start: int, end: int, plan: Plan, directly: bool) -> bool:
        """Whether a context word of a plan stands near, or right beside; asked of the text only where the gate saw one."""
        cues, bit = doc.cues, plan.bit
        for place in range(bisect_right(cues, (start - plan.within, 0)), len(cues)):
            at, mask = cues[place]
            if at > end + AFTER + BEFORE:
                return False
            if mask & bit:
                heard = doc.heard.get((start, end))
                if heard is None:
                    heard = doc.heard[start, end] = self._cues.around(doc.text, start, end, doc.floor, doc.ceiling)
                return speaking(heard, doc.text, start, end, plan, directly=directly) is not None
        return False
