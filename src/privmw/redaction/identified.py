"""Joins what is known of the identified persons with what the engine finds, as matches like any other."""

from __future__ import annotations

import re
from functools import lru_cache

from privmw.redaction.known import Known
from privmw.redaction.plan import Plan
from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.spans import Found, resolve
from privmw.redaction.tokens import TOKEN

__all__ = ["with_known"]

_PLACEHOLDER = re.compile(rf"<[A-Z][A-Z0-9_]+>|{TOKEN.pattern}")


@lru_cache(maxsize=256)
def _plan(entity_type: str) -> Plan:
    """Stands for a known value where the engine's matches name their recognizer; any verified rank, so it wins."""
    return Plan(Recognizer(name="identified", entity_type=entity_type, pattern="identified", score=1.0), 0, 0.0)


def with_known(text: str, found: list[Found], known: Known) -> list[Found]:
    """Add known values to the matches of a text, and resolve overlaps; placeholders and tokens are left alone."""
    matches = known.find(text)
    if not matches:
        return found
    if "<" in text or "[" in text:
        taken = [match.span() for match in _PLACEHOLDER.finditer(text)]
        matches = [one for one in matches if not any(low < one.end and one.start < high for low, high in taken)]
    return resolve([*found, *((one.start, -one.end, 0, True, _plan(one.entity_type)) for one in matches)], text)
