"""Joins what is known of the identified persons with what the engine finds, as matches like any other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from privmw.redaction.known import Known
from privmw.redaction.plan import Plan
from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.spans import Found, resolve
from privmw.redaction.tokens import TOKEN
from privmw.types import Match

__all__ = ["with_known", "with_names"]

_PLACEHOLDER = re.compile(rf"<[A-Z][A-Z0-9_]+>|{TOKEN.pattern}")

_EDGES = " \t\r\n,.;:!?()\"'"


@lru_cache(maxsize=256)
def _plan(entity_type: str) -> Plan:
    """Stands for a known value where the engine's matches name their recognizer; any verified rank, so it wins."""
    return Plan(Recognizer(name="identified", entity_type=entity_type, pattern="identified", score=1.0), 0, 0.0)


def with_known(text: str, found: list[Found], known: Known) -> list[Found]:
    """Add known values to the matches of a text, and resolve overlaps; placeholders and tokens are left alone."""
    matches = known.find(text)
    if not matches:
        return found
    return resolve([*found, *((one.start, -one.end, 0, True, _plan(one.entity_type)) for one in matches)], text)


def with_names(text: str, found: list[Found], names: Sequence[Match]) -> list[Found]:
    """Add what a model found to the matches of a text, as far as neither they nor placeholders cover it."""
    if not names:
        return found
    taken = [(item[0], -item[1]) for item in found]
    if "<" in text or "[" in text:
        taken += [match.span() for match in _PLACEHOLDER.finditer(text)]
    taken.sort()
    added = list(found)
    for name in names:
        start = name.start
        crossed = [(low, high) for low, high in taken if low < name.end and name.start < high]
        for low, high in [*crossed, (name.end, name.end)]:
            piece = text[start : max(start, low)]
            bare = piece.strip(_EDGES)
            if any(map(str.isalnum, bare)):
                begin = start + piece.index(bare)
                added.append((begin, -(begin + len(bare)), 0, False, _plan(name.entity_type)))
            start = max(start, high)
    return sorted(added, key=lambda item: item[0])
