"""Triggers for context words: what wakes the recognizers that stand only beside one of their words.

A word's trigger fires on a superset of where :class:`privmw.redaction.cues.Cues` sees the word: whole, as a part of
``snake_case`` or ``camelCase``, with a plural ``s``; words of scripts without spaces also inside a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from privmw.redaction.cues import words_of

__all__ = ["word_triggers"]

_SHORT = 5
_DOTTED = 4
_DOT = r"\."
"""Words of so few letters are written with dots as well (``D.O.B.``), and those of two with a slash (``D/L``)."""

_GAP = r"[^0-9A-Za-z\x80-\xff]{0,3}"


def word_triggers(phrases: Iterable[str]) -> list[str]:
    """Return the Hyperscan sources (byte mode) that fire at the end of a recognizer's context words or phrases.

    A phrase that holds another one wakes nothing more, and is left out.

    Args:
        phrases: Words or phrases, lower case; the words of a phrase must follow one another closely. Short words that
            people write with capitals inside (``KBank``) may be given so, which adds that spelling.
    """
    split: dict[tuple[str, ...], str] = {}
    for phrase in phrases:
        words = tuple(words_of(phrase.lower()))
        split[words] = max(split.get(words, ""), phrase if phrase.isascii() and phrase.isalpha() else "", key=_capitals)
    split.pop((), None)
    return [
        _trigger(words, spelling if _capitals(spelling) else "")
        for words, spelling in sorted(split.items())
        if len(words) == 1 or not any(_holds(words, other) for other in split if len(other) < len(words))
    ]


def _capitals(spelling: str) -> int:
    return sum(map(str.isupper, spelling))


def _holds(words: tuple[str, ...], other: tuple[str, ...]) -> bool:
    size = len(other)
    return any(words[at : at + size] == other for at in range(len(words) - size + 1))


@cache
def _trigger(words: tuple[str, ...], spelling: str) -> str:
    first, last = (word.isascii() and len(word) <= _SHORT for word in (words[0], words[-1]))
    end = r"s?(?:$|[^a-z])" if last else ""
    if not first:
        return f"(?i:{_phrase(words)}){end}"
    rest = f"(?i:s?{_GAP}{_phrase(words[1:])}){end}" if words[1:] else end and f"(?i:s?){end[2:]}"
    return "|".join([*(form + rest for form in _forms(words[0])), *_unusual(words, spelling)])


def _phrase(words: tuple[str, ...]) -> str:
    return (f"s?{_GAP}").join(_source(word) for word in words)


def _forms(word: str) -> Sequence[str]:
    """A short word in lower case, as a title and in capitals, where it may begin: the only ways that it is seen.

    Written out, each is a literal with one character before it; in one pattern that ignores case, with the borders of all
    three, it made the database of a scan and the time to compile it half as large again.
    """
    if not word.isalpha():
        return (rf"(?:^|[^0-9])(?i:{word})",)
    return rf"(?:^|[^A-Za-z]){word}", word.capitalize(), rf"(?:^|[^A-Z]){word.upper()}"


def _unusual(words: tuple[str, ...], spelling: str) -> Iterator[str]:
    """Spellings of one short word that are neither lower case, title nor capitals: with capitals inside, or with dots."""
    if len(words) > 1 or not words[0].isalpha():
        return
    if spelling:
        yield spelling
    if 1 < len(words[0]) <= _DOTTED:
        yield f"(?:^|[^A-Za-z])(?i:{'[./]'.join(words[0]) if len(words[0]) == 2 else _DOT.join(words[0])})"


def _source(word: str) -> str:
    return "".join(re.escape(char) if char.isascii() else _either_case(char) for char in word)


def _either_case(char: str) -> str:
    """Hyperscan folds the case of ASCII letters only."""
    forms = sorted({char, *(form for form in (char.upper(), char.lower()) if len(form) == 1)})
    sources = ["".join(f"\\x{byte:02x}" for byte in form.encode()) for form in forms]
    return sources[0] if len(sources) == 1 else f"(?:{'|'.join(sources)})"
