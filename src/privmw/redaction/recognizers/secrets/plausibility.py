"""Tells a secret from what stands in its place: placeholders, templates, masks, ordinary words.

Every function takes the matched text and returns whether it may be a secret; none raises. They are a recognizer's
``checksum`` with policy ``required``, so that documentation and already redacted text stay as they are.
"""

from __future__ import annotations

import math
import re
from collections import Counter

__all__ = ["entropy", "looks_random", "not_masked", "plausible_key", "plausible_password", "strong_random"]

_MASKS = frozenset("xX*.#-_?•0")
_WORDS = re.compile(
    r"your|change[_-]?me|replace[_-]?me|placeholder|dummy|redacted|filtered|scrubbed|insert[_-]|put[_-]|todo|xxxx|\*\*\*"
    r"|\.\.\.|_here\b|example|abcdefghij|0123456789|1234567890",
    re.IGNORECASE | re.ASCII,
)
_TEMPLATE = re.compile(r"\$\{|\$\(|\{\{|^\$[A-Za-z_]\w*$|^%[A-Za-z_]\w*%$|^%\(?\w*\)?[sdr]$|^<|^\{[^}]*\}$", re.ASCII)
_HEX = re.compile(r"[0-9a-f-]+|[0-9A-F-]+", re.ASCII)
_CODE = re.compile(r"[A-Za-z_][\w.]*(?:\(|\[)|(?:[a-z_]+\.)+[a-z_]+$|[A-Z][A-Z_]+$|[a-z]+(?:[_-][a-z]+)+$", re.ASCII)
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


def entropy(text: str) -> float:
    """Shannon entropy of a text in bits per character."""
    size = len(text)
    if not size:
        return 0.0
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values())


def not_masked(text: str) -> bool:
    """False where one filler character (``x``, ``*``, ``0`` ...) makes up most of the text."""
    char, count = Counter(text).most_common(1)[0] if text else ("x", 1)
    return not (char in _MASKS and count * 2 > len(text)) and "YOUR" not in text and "your" not in text


def plausible_key(text: str) -> bool:
    """True for a value that an issuer could have drawn at random: varied characters, at least one digit."""
    return entropy(text) >= 2.3 and any(char.isdigit() for char in text) and not _WORDS.search(text)


def looks_random(text: str) -> bool:
    """True where the characters are spread as in random text, with hexadecimal digits and UUIDs let through."""
    size = len(text)
    if size < 8 or _WORDS.search(text) or _TEMPLATE.search(text) or _CODE.match(text):
        return False
    digits = sum(char.isdigit() for char in text)
    if digits == size or (digits == 0 and (text.islower() or text.isupper() or size < 16)):
        return False
    return entropy(text) / math.log2(min(size, 64)) >= 0.72


def strong_random(text: str) -> bool:
    """True for random text that is not a bare hexadecimal number or UUID, which are mostly ids and hashes."""
    return looks_random(text) and not _HEX.fullmatch(text)


def plausible_password(text: str) -> bool:
    """True unless the text is a template, a mask, or one of the words that follow ``password`` in messages."""
    bare = text.strip("\"'`.,;:!?()")
    if not bare or bare.lower() in _DULL or _TEMPLATE.search(bare):
        return False
    if _NOT_A_PASSWORD.match(bare):
        return False
    return not (len(set(bare)) == 1 and bare[0] in _MASKS) and not re.fullmatch(r"[xX*#.•]+", bare)
