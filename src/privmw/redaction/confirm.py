"""Confirms candidates: the exact pattern, the checksum, the context, and what must never be a match."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from privmw.redaction.cues import Cues
from privmw.redaction.gate import GUARDED, LOOSE, POINT, Group, Region
from privmw.redaction.plan import Plan
from privmw.redaction.spans import Found

__all__ = ["Confirmer"]

_EDGE = 8
"""A match that ends this close to the edge of its window is searched for again in a larger one."""

_STEP = 64
_STRONG = 0.7
"""Score from which a match keeps guarded plans away from its text, checksum or not."""

_REMEMBERED = 4096
_UNDER_KEY = 1024
"""Characters of a text that the patterns its key speaks for look at."""

_PREFIX = 32
"""Characters that a value may have before its first digit."""

_DIGIT = re.compile("[0-9]")
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]+>|\[[A-Z][A-Z0-9_]*_[A-Z0-9]{10}\]")
_PLACEHOLDER_LENGTH = 72


class Confirmer:
    """Turns regions of the gate into matches.

    Args:
        plans: All plans, by their index.
        groups: Groups of the gate.
        guarded: Plans that stand only with a context word or key.
        cues: Finds context words.
        allow: Values that are never a match.
    """

    def __init__(
        self, plans: Sequence[Plan], groups: Sequence[Group], guarded: Sequence[Plan], cues: Cues, allow: frozenset[str]
    ) -> None:
        self._all = tuple(plans)
        self._plans = [group.plans for group in groups]
        self._guarded = tuple(guarded)
        self._guard = sum(plan.bit for plan in guarded)
        self._cues = cues
        self._allow = allow
        self._by_mask: dict[int, tuple[tuple[Plan, ...], tuple[Plan, ...]]] = {}

    def confirm(
        self, text: str, regions: Sequence[Region], floor: int, ceiling: int, key_mask: int, found: list[Found]
    ) -> None:
        """Add the matches in ``text[floor:ceiling]`` to ``found``.

        Args:
            text: The text, or several joined ones.
            regions: Where to search, guarded regions last.
            floor: Where the text to look at begins; nothing before it is seen but by lookbehinds.
            ceiling: Where it ends.
            key_mask: Context mask of the keys above it.
            found: Result; overlaps are left in it.
        """
        marked = text.find("<", floor, ceiling) >= 0 or text.find("[", floor, ceiling) >= 0
        done: dict[int, int] = {}
        for number, low, high, last, mask in regions:
            if number == POINT:
                plan = self._all[mask]
                if low >= floor and low >= done.get(mask, 0):
                    match = plan.match(text, low, ceiling)
                    if match is not None:
                        self._take(text, plan, match, floor, ceiling, key_mask, marked, done, found)
            elif number == GUARDED:
                break
            else:
                low, high = max(low, floor), min(high, ceiling)
                for plan in (self._all[mask],) if number == LOOSE else self._plans[number]:
                    match = plan.search(text, max(low, done.get(plan.index, 0)), high)
                    if match is not None:
                        self._follow(
                            text, plan, match, low, high, last, floor, ceiling, key_mask, marked, done, found, ()
                        )
        masked = key_mask & self._guard
        if masked or (regions and regions[-1][0] == GUARDED):
            self._confirm_guarded(text, regions, floor, ceiling, key_mask, marked, found)

    def _confirm_guarded(
        self,
        text: str,
        regions: Sequence[Region],
        floor: int,
        ceiling: int,
        key_mask: int,
        marked: bool,
        found: list[Found],
    ) -> None:
        """Run the plans that a context word or key speaks for, where nothing stronger was found."""
        taken = sorted((item[0], -item[1]) for item in found if item[3] or item[4].recognizer.score >= _STRONG)
        masked = key_mask & self._guard
        places = [region for region in regions if region[0] == GUARDED]
        if masked:
            places.append([GUARDED, floor, min(ceiling, floor + _UNDER_KEY), ceiling, masked])
        done: dict[int, int] = {}
        for _, low, high, last, mask in places:
            low, high = max(low, floor), min(high, ceiling)
            with_digits, others = self._plans_in(mask)
            digit = _free_digit(text, low, high, taken)
            first = high if digit < 0 else max(low, digit - _PREFIX)
            for plans, start in ((with_digits, first), (others, low)):
                if start < high:
                    for plan in plans:
                        match = plan.search(text, max(start, done.get(plan.index, 0)), high)
                        if match is not None:
                            self._follow(
                                text,
                                plan,
                                match,
                                start,
                                high,
                                last,
                                floor,
                                ceiling,
                                key_mask,
                                marked,
                                done,
                                found,
                                taken,
                            )

    def _plans_in(self, mask: int) -> tuple[tuple[Plan, ...], tuple[Plan, ...]]:
        """Guarded plans of a context mask: those whose values hold a digit, and the others."""
        split = self._by_mask.get(mask)
        if split is None:
            plans = [plan for plan in self._guarded if plan.bit & mask]
            for plan in plans:
                plan.prepare()
            split = (
                tuple(plan for plan in plans if plan.has_digit),
                tuple(plan for plan in plans if not plan.has_digit),
            )
            if len(self._by_mask) < _REMEMBERED:
                self._by_mask[mask] = split
        return split

    def _take(
        self,
        text: str,
        plan: Plan,
        match: re.Match[str],
        floor: int,
        ceiling: int,
        key_mask: int,
        marked: bool,
        done: dict[int, int],
        found: list[Found],
    ) -> None:
        """Take a match that was looked for at one place only."""
        start, end = match.span(plan.group)
        if start < end and not (marked and _in_placeholder(text, start, end)):
            verified = self._verdict(text, plan, start, end, floor, ceiling, key_mask)
            if verified is not None and not (self._allow and text[start:end] in self._allow):
                found.append((start, -end, plan.rank_verified if verified else plan.rank, verified, plan))
                done[plan.index] = end

    def _follow(
        self,
        text: str,
        plan: Plan,
        match: re.Match[str] | None,
        low: int,
        high: int,
        last: int,
        floor: int,
        ceiling: int,
        key_mask: int,
        marked: bool,
        done: dict[int, int],
        found: list[Found],
        taken: Sequence[tuple[int, int]],
    ) -> None:
        """Take the first match of a plan in a region, and those behind it."""
        search = plan.search
        position = max(low, done.get(plan.index, 0))
        fresh = position == low
        while match is not None:
            begin, stop = match.span()
            if stop + _EDGE > high and high < ceiling:  # the window may have cut it
                high = min(ceiling, high + max(_STEP, high - low))
            elif fresh and begin == position and begin > floor:
                low = position = max(floor, low - max(_STEP, high - low))
            else:
                fresh = False
                start, end = match.span(plan.group) if plan.group else (begin, stop)
                verified = None
                if end > start and not (marked and _in_placeholder(text, start, end)):
                    verified = self._verdict(text, plan, start, end, floor, ceiling, key_mask)
                if (
                    verified is None
                    or (taken and _overlaps(start, end, taken))
                    or (self._allow and text[start:end] in self._allow)
                ):
                    position = begin + 1
                else:
                    found.append((start, -end, plan.rank_verified if verified else plan.rank, verified, plan))
                    done[plan.index] = position = end
                    if end >= last:
                        return
            match = search(text, position, high)

    def _verdict(
        self, text: str, plan: Plan, start: int, end: int, floor: int, ceiling: int, key_mask: int
    ) -> bool | None:
        """Whether a candidate is verified (``True``), stands unverified (``False``), or falls (``None``)."""
        checksum = plan.checksum
        valid = checksum is not None and checksum(text[start:end])
        required = plan.required and valid is not None  # None: the check leaves it open
        if plan.guarded or ((required or plan.weak) and not valid):
            if required and not valid and not plan.overrides:
                return None
            bit = plan.bit
            if not bit or not (key_mask & bit or self._cues.near(text, start, end, bit, floor, ceiling) is not None):
                return None
            return True
        return bool(valid)


def _free_digit(text: str, low: int, high: int, taken: Sequence[tuple[int, int]]) -> int:
    """Offset of the first digit outside the spans taken, or -1."""
    match = _DIGIT.search(text, low, high)
    while match is not None:
        digit = match.start()
        index = bisect_right(taken, (digit, len(text) + 1)) - 1
        if index < 0 or taken[index][1] <= digit:
            return digit
        match = _DIGIT.search(text, taken[index][1], high)
    return -1


def _overlaps(start: int, end: int, taken: Sequence[tuple[int, int]]) -> bool:
    index = bisect_right(taken, (end - 1, len(taken) and 1 << 62)) - 1
    return index >= 0 and taken[index][1] > start


def _in_placeholder(text: str, start: int, end: int) -> bool:
    """Whether a span overlaps a placeholder or pseudonym token."""
    return any(
        placeholder.start() < end and placeholder.end() > start
        for placeholder in _PLACEHOLDER.finditer(text, max(0, start - _PLACEHOLDER_LENGTH), end + _PLACEHOLDER_LENGTH)
    )
