"""The shape of a pseudonym token: ``[EMAIL_ADDRESS_QWXKTRBMPD]``.

An entity type, so that a model still knows what the value is, and a code of ten letters. The alphabet is Crockford's
base32 without digits and vowels: no recognizer finds a number in a token, no two letters look alike, no code spells a
word, and a model that changes case loses nothing. Ten letters of twenty are 43 bits: with 10,000 values in one
conversation the odds of one collision are 1 in 200,000, and the pseudonymiser resolves it when it happens.
"""

from __future__ import annotations

import re

__all__ = ["ALPHABET", "CODE_LENGTH", "PLACEHOLDER", "TOKEN", "code_of", "contains_token", "is_token", "squeeze"]

ALPHABET = "BCDFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10

TOKEN = re.compile(rf"\[[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_[{ALPHABET}]{{{CODE_LENGTH}}}\]")
"""A token exactly as issued, brackets included."""

PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*>|\[[A-Z][A-Z0-9_]*_[A-Z]{10}\]")
"""What stands for a value already: a placeholder, or anything in the form of a token."""

_BARE = re.compile(rf"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_[{ALPHABET}]{{{CODE_LENGTH}}}")

_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_SPACE: int = len(ALPHABET) ** CODE_LENGTH

IGNORED = "_\\*`-~ \t\r\n\u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""What models and Markdown put between the letters of a token: escapes, emphasis, line breaks, invisible characters."""

_DELETE = dict.fromkeys(map(ord, IGNORED))


def code_of(digest: bytes) -> str:
    """Turn the first eight bytes of a keyed digest into a code of ten letters."""
    number = int.from_bytes(digest[:8], "big") % _SPACE
    pairs = _PAIRS
    return (
        pairs[number % 400]
        + pairs[number // 400 % 400]
        + pairs[number // 160_000 % 400]
        + pairs[number // 64_000_000 % 400]
        + pairs[number // 25_600_000_000]
    )


def is_token(text: str) -> bool:
    """Whether a whole text is a token as issued, with or without its brackets."""
    if text[:1] == "[" and text[-1:] == "]":
        text = text[1:-1]
    return _BARE.fullmatch(text) is not None


def contains_token(text: str) -> bool:
    """Whether a token as issued stands anywhere in a text."""
    return "[" in text and TOKEN.search(text) is not None


def squeeze(text: str) -> str:
    """Reduce a token in any spelling to its letters and digits, upper case."""
    return text.translate(_DELETE).upper()
