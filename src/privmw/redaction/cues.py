"""Context words: the words near a value, and the keys above it, that say what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from privmw.redaction.attribution import LABELS_NEXT, NEUTRAL, behind_until, connected, harmless, own_label
from privmw.redaction.plan import Plan

__all__ = ["AFTER", "BEFORE", "Cue", "Cues", "about_something_else", "speaking", "words_of"]

BEFORE = 64
"""Characters before a value in which a context word counts at most."""

AFTER = 24
"""Characters behind a value in which a context word counts."""

_PARTS = 4
"""Tokens that one word may be torn into by its capitals or dots."""

_GAP = 3
"""Characters that may stand between two words of a phrase."""

_RUN_ON = "\u0e00-\u0e4e\u0e80-\u0ece\u1000-\u109f\u1780-\u17d3\u3040-\u30ff\u3131-\u318e\u4e00-\u9fff\uac00-\ud7a3"
"""Thai, Lao, Burmese, Khmer, kana, Hangul, Han: scripts that glue a word to the next, or to a particle."""

_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0970-\u09e3"
    "\u0a00-\u0a65\u0a80-\u0ae3\u0b00-\u0b63\u0b80-\u0be5\u0c00-\u0c63\u0c80-\u0ce3\u0d00-\u0d63"
)
"""Accents and vowel signs, with the letters of their scripts: a word goes on over them."""

_OTHER = rf"(?:[^\W\d_a-zA-Z{_RUN_ON}]|[{_MARKS}])"
_ASCII_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_WORD = re.compile(
    rf"[A-Z]+(?=[A-Z][a-z])|[A-Z]++(?!{_OTHER}|[a-z])|[A-Z]?[a-z]++(?!{_OTHER})|[0-9]+"
    rf"|[\u3131-\u318e\uac00-\ud7a3]+|[\u3040-\u30ff\u4e00-\u9fff]+|[\u0e00-\u0e4e]+|[\u0e80-\u0ece]+|[\u1000-\u109f]+"
    rf"|[\u1780-\u17d3]+|(?:{_OTHER}|[a-zA-Z])+"
)
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*>|\[[A-Z][A-Z0-9_]*_[A-Z0-9]{10}\]")
_GLUED = re.compile(f"[{_RUN_ON}]")

Cue = tuple[int, int, int]
"""``(start, end, mask)`` of one context word in a text."""


def words_of(text: str) -> list[str]:
    """Split a key or phrase into lower-case words: ``cardNumber``, ``card-number`` and ``card[number]`` alike."""
    return [word.lower() for word in (_ASCII_WORD if text.isascii() else _WORD).findall(text)]


def about_something_else(key: str) -> bool:
    """Whether the last word of a key says that it is about something else than what is named beside it (``phone_id``)."""
    for word in reversed(words_of(key)):
        if word not in NEUTRAL:
            return harmless(word)
    return False


class Cues:
    """Finds the context words of all recognizers at once.

    Latin words match whole (a plural ``s`` is allowed), with camelCase, snake_case and kebab-case taken apart, so that
    "public" never speaks for "lic". Hangul, kana and Han words match inside a run as well, because particles and
    compounds are glued to them. Words inside a placeholder do not count.
    """

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._first: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        self._glued: dict[str, list[tuple[str, int]]] = {}
        self._whole: dict[str, int] = {}
        self._keys: dict[str, int] = {}
        masks: dict[tuple[str, ...], int] = {}
        for plan in plans:
            for phrase in plan.recognizer.context:
                words = tuple(words_of(phrase.lower()))
                if words:
                    masks[words] = masks.get(words, 0) | plan.bit
        for words, mask in masks.items():
            if len(words) == 1 and _GLUED.match(words[0]):
                self._glued.setdefault(words[0][0], []).append((words[0], mask))
            else:
                self._first.setdefault(words[0], []).append((words[1:], mask))
                if len(words) > 1 and all(map(str.isascii, words)):
                    whole = "".join(words)
                    self._whole[whole] = self._whole.get(whole, 0) | mask

    def of_key(self, key: str) -> int:
        """Mask of the recognizers that a mapping key, header or parameter name speaks for."""
        mask = self._keys.get(key)
        if mask is None:
            mask = self.mask(key)
            if len(self._keys) < 4096 and len(key) <= 128:
                self._keys[key] = mask
        return mask

    def mask(self, key: str) -> int:
        """Mask of the recognizers that a key speaks for."""
        found, head = self._cues(key, 0, len(key))
        mask = 0
        for cue in found:
            if cue[1] > head:
                mask |= cue[2]
        for word in _ASCII_WORD.findall(key):
            mask |= self._whole.get(word.lower(), 0)
        return mask

    def around(self, text: str, start: int, end: int, floor: int, ceiling: int) -> Sequence[Cue]:
        """Return the context words around a match, the nearest before it first, those behind it after all others.

        Args:
            text: The text.
            start: Where the match begins.
            end: Where it ends.
            floor: Where the leaf that holds the match begins.
            ceiling: Where that leaf ends.
        """
        before = max(floor, start - BEFORE)
        while floor < before < start and _cuts_word(text, before):
            before += 1
        own = own_label(text, before, start)
        found, head = self._cues(text, before if own < 0 else own, start)
        cues = [cue for cue in reversed(found) if cue[1] > head]
        if own >= 0:
            return cues
        behind = behind_until(text, end, min(ceiling, end + AFTER))
        while end < behind < ceiling and _cuts_word(text, behind):
            behind -= 1
        first = end
        while first < behind and _cuts_word(text, first):
            first += 1
        cues += [cue for cue in self._cues(text, first, behind)[0] if not LABELS_NEXT.match(text, cue[1], ceiling)]
        return cues

    def near(
        self, text: str, start: int, end: int, plan: Plan, floor: int, ceiling: int, *, directly: bool = False
    ) -> str | None:
        """Return the context word that speaks for a match of a plan, or ``None``.

        Arguments as for :meth:`around`, and ``directly`` as for :func:`speaking`.
        """
        cue = speaking(self.around(text, start, end, floor, ceiling), text, start, end, plan, directly=directly)
        return None if cue is None else text[cue[0] : cue[1]]

    def _cues(self, text: str, start: int, end: int) -> tuple[list[Cue], int]:
        """Context words of a piece of a text, and where its last word begins if a cue must hold that word to count."""
        ascii_only = text.isascii()
        tokens = list((_ASCII_WORD if ascii_only else _WORD).finditer(text, start, end))
        words = [token[0].lower() for token in tokens]
        cues: list[Cue] = []
        for index, word in enumerate(words):
            position = tokens[index].start()
            for last, entries in self._entries(text, tokens, words, index):
                if _in_code(text, position, tokens[last].end()):
                    continue
                for rest, bits in entries:
                    if not rest or (self._follows(words, last + 1, rest) and _close(tokens, last, len(rest))):
                        cues.append((position, tokens[last + len(rest)].end(), bits))
            if not ascii_only and self._glued and _GLUED.match(word):
                cues += self._inside(word, position)
        if not cues:
            return cues, 0
        if "<" in text or "[" in text:
            covered = [span.span() for span in _PLACEHOLDER.finditer(text, max(0, start - 64), end + 64)]
            if covered:
                cues = [cue for cue in cues if not any(low <= cue[0] < high for low, high in covered)]
        return cues, _head(tokens, words)

    def _entries(
        self, text: str, tokens: Sequence[re.Match[str]], words: Sequence[str], index: int
    ) -> Iterator[tuple[int, Sequence[tuple[tuple[str, ...], int]]]]:
        """What begins at a token: with it as a word, or with it and those glued to it (``WhatsApp``, ``D.O.B.``)."""
        word = words[index]
        entries = self._first.get(word)
        if entries is None and word[-1] == "s":
            entries = self._first.get(word[:-1])
        if entries is not None:
            yield index, entries
        for last in range(index + 1, min(index + _PARTS, len(words))):
            gap = text[tokens[last - 1].end() : tokens[last].start()]
            if gap and (gap not in {".", "/"} or len(words[last - 1]) > 1 or len(words[last]) > 1):
                return
            word += words[last]
            joined = self._first.get(word)
            if joined is None and word[-1] == "s":
                joined = self._first.get(word[:-1])
            if joined is not None:
                yield last, joined

    def _inside(self, word: str, offset: int) -> Iterator[Cue]:
        for start, char in enumerate(word):
            for glued, bits in self._glued.get(char, ()):
                if word.startswith(glued, start):
                    yield offset + start, offset + start + len(glued), bits

    @staticmethod
    def _follows(words: Sequence[str], index: int, rest: tuple[str, ...]) -> bool:
        if index + len(rest) > len(words):
            return False
        for offset, expected in enumerate(rest):
            word = words[index + offset]
            if word != expected and word != expected + "s":
                return False
        return True


def speaking(cues: Sequence[Cue], text: str, start: int, end: int, plan: Plan, *, directly: bool = False) -> Cue | None:
    """The first of the context words around a match that speaks for a plan, ``None`` where none does.

    Args:
        cues: The context words, as :meth:`Cues.around` gives them.
        text: The text.
        start: Where the match begins.
        end: Where it ends.
        plan: The plan.
        directly: Nothing but connecting words may stand between.
    """
    bit, within = plan.bit, plan.within
    for cue in cues:
        if cue[2] & bit and (start - cue[0] <= within if cue[0] < start else cue[1] - end <= within):
            if not directly:
                return cue
            if cue[0] >= start:
                if connected(text, end, cue[0]):
                    return cue
            elif connected(text, cue[1], start) and not _in_path(text, cue, start):
                return cue
    return None


def _head(tokens: Sequence[re.Match[str]], words: Sequence[str]) -> int:
    """Where the last word begins that is not neutral, if it says that the label is about something else; else 0."""
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        if word not in NEUTRAL:
            return tokens[index].start() if harmless(word) else 0
    return 0


def _in_path(text: str, cue: Cue, start: int) -> bool:
    """Whether a context word and the value behind it are parts of one path: ``/img/mobile-12345678.png``."""
    return text[cue[0] - 1 : cue[0]] == "/" and not any(map(str.isspace, text[cue[1] : start])) and cue[1] < start


def _in_code(text: str, start: int, end: int) -> bool:
    """Whether digits before a word, or digits and a letter behind it, are glued to it: ``x9tel4``, ``p4cep00p``."""
    if start and text[start - 1].isdigit() and not (text[start].isupper() and text[start + 1 : start + 2].islower()):
        return text[start - 1].isascii()
    if not text[end : end + 1].isdigit():
        return False
    while text[end : end + 1].isdigit():
        end += 1
    after = text[end : end + 1]
    return after.isascii() and after.isalpha() and not after.isupper()


def _cuts_word(text: str, place: int) -> bool:
    """Whether a place lies inside a word, of which then no part counts; scripts that run on are never cut."""
    after = text[place]
    return after.isascii() and after.isalnum() and text[place - 1].isalnum()


def _close(tokens: Sequence[re.Match[str]], index: int, count: int) -> bool:
    """Whether the words of a phrase follow one another closely."""
    return all(tokens[place + 1].start() - tokens[place].end() <= _GAP for place in range(index, index + count))
