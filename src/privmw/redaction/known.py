"""Finds the exact values of the persons whom the app has identified in the current request: no model, no guessing.

``identify(name="Kim Minji", email="...")`` makes these values known for the rest of the request. Here they become one
compiled search behind a few substring tests, so that a text in which nobody is mentioned costs next to nothing. Escaped
and full-width spellings are found in the normalised text; how names and telephone numbers vary is in ``spellings``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from privmw.context import Identity, RequestContext, current_context, latest_context
from privmw.redaction.normalize import may_need_normalising, normalise
from privmw.redaction.spellings import spellings_of
from privmw.redaction.tokens import PLACEHOLDER

__all__ = ["Known", "KnownMatch", "current_known", "known_of"]

_CACHE = "known"


class KnownMatch(NamedTuple):
    """One known value in a text; offsets count characters of the original text."""

    entity_type: str
    start: int
    end: int


class Known:
    """The known values of one request.

    They are compiled when the first text comes that may hold one: compiling takes more than a millisecond, and most
    requests never see such a text.

    Args:
        identities: Who is known.
    """

    __slots__ = ("_compiled", "_kinds", "_needles", "_source", "_wide_needles")

    def __init__(self, identities: Iterable[Identity]) -> None:
        spellings = {spelling.pattern: spelling for identity in identities for spelling in spellings_of(identity)}
        ordered = sorted(spellings.values(), key=lambda spelling: -spelling.length)
        needles = {spelling.needle.casefold() for spelling in ordered}
        fewest = [needle for needle in needles if not any(other != needle and other in needle for other in needles)]
        self._needles = tuple(needle for needle in fewest if needle.isascii())
        self._wide_needles = tuple(needle for needle in fewest if not needle.isascii())
        self._kinds = [spelling.entity_type for spelling in ordered]
        self._source = "|".join([f"({spelling.pattern})" for spelling in ordered])
        self._compiled: re.Pattern[str] | None = None

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def __repr__(self) -> str:
        return f"Known({len(self._kinds)} spellings)"

    def may_be_in(self, text: str) -> bool:
        """Whether a text, or joined texts, can hold a known value at all: a few substring tests."""
        if self._has_needle(text):
            return True
        plain = normalise(text) if may_need_normalising(text) else None
        return plain is not None and self._has_needle(plain.text)

    def find(self, text: str) -> list[KnownMatch]:
        """Find known values: ordered, not overlapping, placeholders and pseudonym tokens left out."""
        if not self._kinds or not self.may_be_in(text):
            return []
        found = self._search(text)
        plain = normalise(text) if may_need_normalising(text) else None
        if plain is not None:
            for match in self._search(plain.text):
                found.append(KnownMatch(match.entity_type, *plain.original_span(match.start, match.end)))
        if not found:
            return found
        taken = [placeholder.span() for placeholder in PLACEHOLDER.finditer(text)] if "<" in text or "[" in text else []
        found.sort(key=lambda match: (match.start, -match.end))
        kept: list[KnownMatch] = []
        end = 0
        for match in found:
            if match.start >= end and not any(low < match.end and match.start < high for low, high in taken):
                kept.append(match)
                end = match.end
        return kept

    def _has_needle(self, text: str) -> bool:
        lower = text.casefold()
        for needle in self._needles:
            if needle in lower:
                return True
        return not text.isascii() and any(needle in lower for needle in self._wide_needles)

    def _search(self, text: str) -> list[KnownMatch]:
        if self._compiled is None:
            self._compiled = re.compile(self._source)
        return [
            KnownMatch(self._kinds[(match.lastindex or 1) - 1], *match.span())
            for match in self._compiled.finditer(text)
            if match.end() > match.start()
        ]


def current_known() -> Known | None:
    """The known values of the running request, or of the one that has just ended; ``None`` where nobody is known."""
    context = current_context() or latest_context()
    if context is None or not context.identities:
        return None
    return known_of(context)


def known_of(context: RequestContext) -> Known | None:
    """The known values of a request, compiled once and dropped when an identity is added."""
    known: Known | None = context.cache.get(_CACHE)
    if known is None:
        known = context.cache[_CACHE] = Known(context.identities)
    return known or None
