"""Spans of matches: which one stands where several overlap, and the text rebuilt with replacements."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from privmw.redaction.plan import Plan

__all__ = ["Found", "rebuild", "resolve"]

Found: TypeAlias = "tuple[int, int, int, bool, Plan]"
"""``(start, -end, rank, verified, plan)``: sorts by earlier start, then longer, then better rank.

A plain tuple, because a dense text makes dozens of them per call. ``verified`` = a checksum or a context word spoke for
the match. Offsets count characters of the original text.
"""

_KEPT = 4
"""Letters or digits that the rest of a trimmed match must have to stay a match of its own."""


Nearer: TypeAlias = "Callable[[str, Found, Found, int], bool]"
"""``(text, ahead, other, key_mask)``: whether a nearer word speaks for the other of two matches of the same span."""


def resolve(found: list[Found], text: str, nearer: Nearer | None = None, key_mask: int = 0) -> list[Found]:
    """Turn candidate matches into ordered ones that do not overlap.

    Earlier start wins, then the longer, then the better rank (specificity, verification, score). A match that begins
    later, is verified and covers most of an unverified one wins over it; so does a more specific one that covers all
    letters and digits of it. What a loser covers beyond the winner stays covered when it holds at least four letters or
    digits, so that a partial overlap does not leak its tail. Of two matches of the same span and no less specific type,
    the one that a nearer word speaks for wins.

    Args:
        found: Candidate matches.
        text: The text.
        nearer: Compares the words of two matches.
        key_mask: Context mask of the keys above the text, for ``nearer``.
    """
    if len(found) < 2:
        return found
    found.sort()
    end = -1
    for item in found:
        if item[0] < end:
            return _resolve_overlaps(found, text, nearer, key_mask)
        end = -item[1]
    return found


def _resolve_overlaps(found: list[Found], text: str, nearer: Nearer | None, key_mask: int) -> list[Found]:
    heap = list(found)  # sorted, hence a heap
    resolved: list[Found] = []
    current = heapq.heappop(heap)
    while heap:
        other = heapq.heappop(heap)
        end, other_end = -current[1], -other[1]
        if other[0] >= end:
            resolved.append(current)
            current = other
        elif _beats(other, current, text):
            for start, stop in ((current[0], other[0]), (other_end, end)):
                _push_rest(heap, current, start, stop, text)
            heapq.heappush(heap, other)
            current = heapq.heappop(heap)
        elif other[:2] == current[:2]:
            if nearer is not None and _of_another_type(current, other) and nearer(text, current, other, key_mask):
                current = other
        elif other_end > end:
            _push_rest(heap, other, end, other_end, text)
    resolved.append(current)
    return resolved


def _of_another_type(ahead: Found, other: Found) -> bool:
    one, two = ahead[4].recognizer, other[4].recognizer
    return one.entity_type != two.entity_type and two.specificity >= one.specificity


def _beats(later: Found, earlier: Found, text: str) -> bool:
    """Whether a match that sorts behind another wins over it all the same."""
    more = later[4].recognizer.specificity - earlier[4].recognizer.specificity
    if not later[3] or more < 0:
        return False
    start, end = earlier[0], -earlier[1]
    if more and not _holds(text, start, later[0]) and not _holds(text, -later[1], end):
        return True  # the same value, and who knows it better leaves the signs around it out
    if earlier[3]:
        return False
    return -later[1] - later[0] > (end - start) // 2 and (later[0], later[1]) != (earlier[0], earlier[1])


def _holds(text: str, start: int, end: int) -> bool:
    return start < end and any(map(str.isalnum, text[start:end]))


def _push_rest(heap: list[Found], item: Found, start: int, stop: int, text: str) -> None:
    if text.startswith("@", start) and item[4].entity_type == "EMAIL_ADDRESS":
        return  # a host without the name before it is nobody's
    if stop - start >= _KEPT and sum(map(str.isalnum, text[start:stop])) >= _KEPT:
        heapq.heappush(heap, (start, -stop, *item[2:]))


def rebuild(text: str, found: Sequence[Found], replace: Callable[[str, str], str]) -> str:
    """Replace resolved matches, left to right, in one pass over the original text.

    Args:
        text: The original text.
        found: Result of :func:`resolve`.
        replace: ``(entity_type, original) -> replacement``.
    """
    parts: list[str] = []
    position = 0
    for start, minus_end, _, _, plan in found:
        parts += (text[position:start], replace(plan.entity_type, text[start:-minus_end]))
        position = -minus_end
    parts.append(text[position:])
    return "".join(parts)
