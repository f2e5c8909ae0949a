"""Building blocks of patterns and triggers that recognizers share.

Patterns are stdlib ``re`` sources under ``re.ASCII``: a Hangul syllable beside a digit is a boundary. Triggers are
Hyperscan sources in byte mode without lookaround. A scan of hundreds of triggers stays fast only while almost all of
them begin with a literal, so a recognizer of weak structure is triggered by its context word together with a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from privmw.redaction.numbershapes import SHAPES
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity

__all__ = [
    "DDMMYY",
    "LEFT",
    "MMDD",
    "NUM_LEFT",
    "NUM_RIGHT",
    "RIGHT",
    "SIEVE",
    "YYMMDD",
    "keyed",
    "literal",
    "near",
    "not_after",
]

LEFT = r"(?<![0-9A-Za-z])"
"""Not in the middle of an ASCII word; an underscore before it is allowed (``scan_AB123456C.pdf``)."""

RIGHT = r"(?![0-9A-Za-z])"
"""The word ends here."""

NUM_LEFT = r"(?<![0-9A-Za-z_])(?<![0-9][.-])"
"""Not inside a word, and not a later part of a longer dotted or hyphenated number."""

NUM_RIGHT = r"(?![0-9A-Za-z_])(?![.-][0-9])"
"""The number ends here, and no dot or hyphen continues it."""

MMDD = r"(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|[12][0-9]))"
"""A month and a day that exist together."""

YYMMDD = "[0-9]{2}" + MMDD
"""A date of birth as most national numbers write it."""

DDMMYY = r"(?:(?:0[1-9]|[12][0-9]|3[01])(?:0[13578]|1[02])|(?:0[1-9]|[12][0-9]|30)(?:0[469]|11)|(?:0[1-9]|[12][0-9])02)[0-9]{2}"
"""The same, day first."""

SIEVE = "|".join(SHAPES)
"""Sieve of numbers in groups, long numbers, and codes of capitals and digits; dates, times and short counters pass by."""

_GAP_BEFORE = 40
_GAP_AFTER = 20
_TRAILING = 5
_ALTERNATIVES = 24
_SIGNS = (" ", ":", "=", "#", '"', "_", "-", "[.]")


def literal(word: str) -> str:
    """Return a trigger source for a word: letters as they are, other characters as escaped UTF-8 bytes."""
    parts = []
    for char in word:
        if char == " ":
            parts.append(r"[ _-]?")
        elif char.isascii():
            parts.append(re.escape(char))
        else:
            parts.append("".join(f"\\x{byte:02x}" for byte in char.encode()))
    return "".join(parts)


def near(words: Iterable[str], shape: str, *, after: bool = True, gap: int = _GAP_BEFORE) -> str:
    """Return a trigger that fires where a number of ``shape`` stands within reach of one of ``words``.

    Latin words of one or two letters are left out: they occur inside every text, and serve as keys only. Words of three
    letters fire with the sign that usually follows them. Alternatives are cut into short lists, because Hyperscan looks
    for a long one without literals, ten times slower.

    Args:
        words: Context words; a word that contains another one is left out, as the shorter one finds it too.
        shape: Trigger source of the value, or of its beginning.
        after: Words of five letters and more may also follow the value.
        gap: Bytes between a word and the value behind it.
    """
    kept: list[str] = []
    for word in sorted({word.lower() for word in words}, key=lambda word: (len(word), word)):
        if not (_is_latin(word) and len(word) <= 2) and not any(_covers(short, word) for short in kept):
            kept.append(word)
    leading: list[str] = []
    for word in kept:
        source = literal(word)
        leading += [source + sign for sign in _SIGNS] if _is_latin(word) and len(word) == 3 else [source]
    trailing = [literal(word) for word in kept if after and not (_is_latin(word) and len(word) < _TRAILING)]
    parts = [rf"(?i:{'|'.join(some)})[\s\S]{{0,{gap}}}(?:{shape})" for some in _lists(leading)]
    parts += [rf"(?:{shape})[\s\S]{{0,{_GAP_AFTER}}}(?i:{'|'.join(some)})" for some in _lists(trailing)]
    return "|".join(parts)


def not_after(*words: str, then: str = "[0-9]") -> str:
    """Return a check, to stand behind a value's first character, that none of the words stands right before the value.

    Args:
        words: The words.
        then: Source of the value's first character.
    """
    gaps = ("", " ", ":", ": ", "=", "는 ", "은 ")
    return "".join(rf"(?<!{re.escape(word)}{gap}{then})" for word in words for gap in gaps)


def keyed(
    name: str,
    entity_type: str,
    pattern: str,
    shape: str,
    context: tuple[str, ...],
    *,
    checksum: Callable[[str], bool] | None = None,
    policy: ChecksumPolicy | None = None,
    score: float = 0.3,
    boosted: float = 0.85,
    overrides: bool = False,
    ignore_case: bool = True,
    after: bool = True,
    gap: int = _GAP_BEFORE,
    lookback: int = 96,
    lookahead: int = 64,
    specificity: Specificity = Specificity.SPECIFIC,
    default: bool = True,
    source: str = "",
) -> Recognizer:
    """Declare a recognizer of weak structure, which stands only beside one of its context words.

    Args:
        name: Unique name.
        entity_type: Entity type.
        pattern: Exact pattern.
        shape: Trigger source of the value, or of its beginning, without boundaries.
        context: Words that name the entity.
        checksum: Check of the matched text.
        policy: What a failed check means; ``required`` where a checksum is given.
        score: Confidence of a bare match.
        boosted: Confidence beside a context word.
        overrides: A context word rescues a match that failed its check, which then counts only where context is waived.
        ignore_case: Letters match in either case; the context words in the trigger always do.
        after: The context word may follow the value.
        gap: Bytes between a context word and the value behind it.
        lookback: Characters before the trigger's end where the value may begin.
        lookahead: Characters after the trigger's end where it may go on.
        specificity: Who wins an overlap.
        default: Part of the default set.
        source: Where the shape comes from.
    """
    if policy is None:
        policy = ChecksumPolicy.NONE if checksum is None else ChecksumPolicy.REQUIRED
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=pattern,
        trigger=near(context, shape, after=after, gap=gap),
        lookback=lookback,
        lookahead=lookahead,
        ignore_case=ignore_case,
        score=score,
        boosted=boosted,
        checksum=checksum,
        policy=policy,
        context=context,
        needs_context=True,
        context_overrides=overrides,
        specificity=specificity,
        default=default,
        source=source,
    )


def _is_latin(word: str) -> bool:
    return word.isascii()


def _covers(short: str, word: str) -> bool:
    return not (_is_latin(short) and len(short) <= 3) and literal(short) in literal(word)


def _lists(sources: list[str]) -> list[list[str]]:
    return [sources[place : place + _ALTERNATIVES] for place in range(0, len(sources), _ALTERNATIVES)]
