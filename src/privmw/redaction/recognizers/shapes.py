"""Building blocks of patterns that recognizers share.

Patterns are stdlib ``re`` sources under ``re.ASCII``: a Hangul syllable beside a digit is a boundary. Triggers are
Hyperscan sources in byte mode without lookaround.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from privmw.redaction.numbershapes import SHAPES
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity

__all__ = [
    "DDMMYY",
    "LEFT",
    "MMDD",
    "NOT_SIZE",
    "NUM_LEFT",
    "NUM_RIGHT",
    "RIGHT",
    "SIEVE",
    "YYMMDD",
    "keyed",
    "never",
    "not_after",
    "or_size",
]

LEFT = r"(?<![0-9A-Za-z])"
"""Not in the middle of an ASCII word; an underscore before it is allowed (``scan_AB123456C.pdf``)."""

RIGHT = r"(?![0-9A-Za-z])"
"""The word ends here."""

NOT_SIZE = r"(?!->|\()"
"""Not a size in a garbage collector's log: ``8433225K->613629K(5029310K)``."""

NUM_LEFT = r"(?<![0-9A-Za-z])(?<![0-9][._-])"
"""Not inside a word, and not a later part of a longer dotted or hyphenated number."""

NUM_RIGHT = r"(?![0-9A-Za-z])(?![.-][0-9])(?!_[0-9]{3})"
"""The number ends here, and no dot or hyphen continues it."""

MMDD = r"(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|[12][0-9]))"
"""A month and a day that exist together."""

YYMMDD = "[0-9]{2}" + MMDD
"""A date of birth as most national numbers write it."""

DDMMYY = r"(?:(?:0[1-9]|[12][0-9]|3[01])(?:0[13578]|1[02])|(?:0[1-9]|[12][0-9]|30)(?:0[469]|11)|(?:0[1-9]|[12][0-9])02)[0-9]{2}"
"""The same, day first."""

SIEVE = "|".join(SHAPES)
"""Sieve of numbers in groups, long numbers, and codes of capitals and digits; dates, times and short counters pass by."""


def never(_text: str) -> bool:
    """Stand for a check that nothing passes: with ``overrides``, a word is needed even where a threshold of 0 waives it."""
    return False


def or_size(check: Callable[[str], bool]) -> Callable[[str], bool | None]:
    """Return a check that cannot say of digits with a unit of memory behind them (``8433225K``): a number, or a size.

    Args:
        check: The check of the number.
    """

    def checked(text: str) -> bool | None:
        return None if check(text) and text[-1] in "KM" else check(text)

    checked.__qualname__ = f"or_size({check.__qualname__})"
    return checked


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
    checksum: Callable[[str], bool | None] | None = None,
    policy: ChecksumPolicy | None = None,
    score: float = 0.3,
    boosted: float = 0.85,
    overrides: bool = False,
    ignore_case: bool = True,
    lookback: int = 96,
    lookahead: int = 64,
    within: int = 64,
    far: float | None = None,
    other: str = "",
    specificity: Specificity = Specificity.SPECIFIC,
    default: bool = True,
    source: str = "",
) -> Recognizer:
    """Declare a recognizer of weak structure, which stands only beside one of its context words.

    Args:
        name: Unique name.
        entity_type: Entity type.
        pattern: Exact pattern.
        shape: Trigger source of the value, or of its beginning, without boundaries; for when context is waived.
        context: Words that name the entity.
        checksum: Check of the matched text.
        policy: What a failed check means; ``required`` where a checksum is given.
        score: Confidence of a bare match.
        boosted: Confidence beside a context word.
        overrides: A context word rescues a match that failed its check, which then counts only where context is waived.
        ignore_case: Letters match in either case.
        lookback: Characters before the trigger's end where the value may begin.
        lookahead: Characters after the trigger's end where it may go on.
        within: Characters before the value in which a context word counts; few for values that are digits and no more.
        far: Confidence beside a context word that other words separate from the value.
        other: Reads a label of something else backwards.
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
        trigger=shape,
        lookback=lookback,
        lookahead=lookahead,
        within=within,
        far=far,
        other=other,
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
