"""Tells a secret from what stands in its place: placeholders, templates, masks, ordinary words.

Every function takes the matched text and returns whether it may be a secret; none raises. They are a recognizer's
``checksum`` with policy ``required``, so that documentation and already redacted text stay as they are.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise

__all__ = ["looks_random", "not_masked", "plausible_key", "plausible_password", "spread", "strong_random"]

_LOOKED_AT = 512
"""Characters of a value that decide whether it is one, so that a long one costs no more than a short one."""

_SHUFFLED = 12
"""Letters of a value without a digit that may have been drawn at random."""

_MASKS = "xX*.#-_?•0"
_ASCII_MASKS = _MASKS.encode("ascii", "ignore")
_TEMPLATE = re.compile(r"\$\{|\$\(|\{\{|^\$[A-Za-z_]\w*$|^%[A-Za-z_]\w*%$|^%\(?\w*\)?[sdr]$|^<|^\{[^}]*\}$", re.ASCII)
_HEX = re.compile(r"[0-9a-f-]+|[0-9A-F-]+", re.ASCII)
_CALLED = re.compile(r"[A-Za-z_][\w.]*\((?:\.\.\.|[A-Za-z_]\w*=|\)|\Z)", re.ASCII)
_CALL = re.compile(r"[A-Za-z_][\w.]*[(\[]", re.ASCII)
_PATH = re.compile(
    r"/?(?:(?:[a-z_.-]+|[0-9]{1,4}|[0-9a-z_.=-]*[0-9]{4}[0-9_-]*)/){2,}[0-9A-Za-z_.=-]*\.[a-z0-9]{2,7}", re.ASCII
)
_NAMED = re.compile(
    r"[a-z]+(?:[:/._#-](?:[a-z]+|[0-9]{1,12}))+|[a-z_]{2,32}=(?:[A-Za-z_]{1,32}|-?[0-9]{1,6})", re.ASCII
)
"""Words and numbers with signs between them (the key of a cache, a topic, a slug), or an argument by its name."""

_DOTTED = re.compile(r"(?:[A-Za-z_]+\.)+[A-Za-z_]+", re.ASCII)
_NOT_A_PASSWORD = re.compile(
    r"(?:your|the|my|a)[ _-]|enter |change[_-]?me|[A-Za-z_][\w.]*\((?:[^)]*\))?$"
    r"|(?:os|process|self|config|settings)\.\w",
    re.IGNORECASE | re.ASCII,
)
_DULL = frozenset(
    word
    for line in (
        "none null nil true false undefined nan string str bytes bool int number object optional required empty",
        "default password passwd secret token basic bearer digest hidden masked removed unknown invalid missing",
        "expired incorrect wrong correct changed reset updated failed success error ok yes no not set unset is was",
    )
    for word in line.split()
)


def spread(text: str) -> float:
    """How many different characters a text has, 1.0 = as many as random text of its length and alphabet could have."""
    size = len(text)
    if size < 2:
        return 0.0
    kinds = len(set(text))
    alphabet = 16 if kinds <= 17 and _HEX.fullmatch(text) else 36 if text.islower() or text.isupper() else 64
    return math.log2(kinds) / math.log2(min(size, alphabet))


def not_masked(text: str) -> bool:
    """False where one filler character (``x``, ``*``, ``0`` ...) makes up most of the text."""
    text = text[:_LOOKED_AT]
    if "YOUR" in text or "your" in text:
        return False
    half = len(text) // 2
    if text.isascii() and len(text.encode().translate(None, _ASCII_MASKS)) >= len(text) - half:
        return True  # all fillers together make up no more than half
    return all(text.count(char) <= half for char in _MASKS)


def _stands_in(text: str) -> bool:
    """Whether a word of a placeholder is in the text. A chain of ``in``: ten times as fast as one pattern."""
    low = text[:_LOOKED_AT].lower()
    return (
        ("your" in low or "xxxx" in low or "example" in low or "***" in low or "..." in low or "_here" in low)
        or ("change" in low or "replace" in low or "placeholder" in low or "dummy" in low or "insert" in low)
        or ("redacted" in low or "filtered" in low or "scrubbed" in low or "put_" in low or "todo" in low)
        or ("abcdefghij" in low or "0123456789" in low or "1234567890" in low)
    )


def plausible_key(text: str) -> bool:
    """True for a value that an issuer could have drawn at random: varied characters, digits or capitals among them."""
    return len(set(text)) > 5 and (not text.isalpha() or _shuffled(text)) and not _stands_in(text)


def _shuffled(text: str) -> bool:
    """Whether letters change case more often than those of words written together."""
    size = len(text)
    changes = sum(before.islower() != after.islower() for before, after in pairwise(text))
    return size >= _SHUFFLED and changes * 3 > size


def looks_random(text: str) -> bool:
    """True where the characters are spread as in random text, with hexadecimal digits and UUIDs let through."""
    text = text[:_LOOKED_AT]
    size = len(text)
    if size < 8 or text.isdigit() or _stands_in(text) or text[0] in "$%<{" or "${" in text or "{{" in text:
        return False
    if ("(" in text or "[" in text) and _CALL.match(text):
        return False
    if _NAMED.fullmatch(text) or ("/" in text and _PATH.fullmatch(text)):
        return False
    if not any(map(str.isdigit, text)) and (
        text.islower() or text.isupper() or _DOTTED.fullmatch(text) is not None or (size < 16 and not _shuffled(text))
    ):
        return False
    return spread(text) >= 0.72


def strong_random(text: str) -> bool:
    """True for random text that is not a bare hexadecimal number or UUID, which are mostly ids and hashes."""
    return looks_random(text) and not _HEX.fullmatch(text)


def plausible_password(text: str) -> bool:
    """True unless the text is a template, a mask, or one of the words that follow ``password`` in messages."""
    bare = text.strip("\"'`.,;:!?()")
    if not bare or bare.lower() in _DULL or _TEMPLATE.search(bare):
        return False
    if _NOT_A_PASSWORD.match(bare) or _CALLED.match(text):
        return False
    return not (len(set(bare)) == 1 and bare[0] in _MASKS) and not re.fullmatch(r"[xX*#.•]+", bare)
