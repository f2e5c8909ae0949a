r"""The two shapes that most secrets have: a fixed prefix, or a name beside a random value.

A prefixed secret is recognised by itself. Its trigger is the prefix and the first characters of its alphabet, so it
fires once per value. A keyed secret has no mark of its own: its trigger is the issuer's name, a separator and the whole
value, so that prose about the issuer wakes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.secrets.plausibility import not_masked, plausible_key

__all__ = [
    "ALNUM",
    "BASE64",
    "HEX",
    "KEY_GAP",
    "LEFT",
    "LOWER",
    "UUID",
    "WORD",
    "WORDISH",
    "any_case",
    "keyed",
    "prefixed",
]

ALNUM = "[0-9A-Za-z]"
LOWER = "[0-9a-z]"
HEX = "[0-9a-f]"
WORD = r"[0-9A-Za-z_-]"
WORDISH = r"[0-9A-Za-z_=.-]"
BASE64 = "[0-9A-Za-z+/]"
UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

LEFT = r"(?:(?<![0-9A-Za-z_])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
"""Start of a token: no word character before it, except the letter of an escape (``\n``, ``%3D``)."""

KEY_GAP = r"[ \t\w.-]{0,20}[\s\"'\]})\\]{0,4}[?+]?[=:>,|][\s\"'`=:>|\\(\[{]{0,8}"
"""What may stand between an issuer's name and the value: rest of the key, quotes, one separator, quotes."""

_TRIGGER_BODY = 16
_GAP_BYTES = 80
_LONGEST = 4096
"""No key is longer; a bound keeps a text of nothing but beginnings of keys cheap."""

_LAST_REPEAT = re.compile(r"\{([1-9][0-9]*),[0-9]{3,}\}(?=\)*(?:$|\|))")


def any_case(keyword: str) -> str:
    """A pattern for alternatives in any case that begins with one character class, which ``re`` can skip to.

    ``re`` tries every position of a text on a case-insensitive alternation, but leaps to the next character of a class.

    Args:
        keyword: Alternatives, each beginning with a letter, separated by ``|`` outside of groups.
    """
    alternatives, depth, start = [], 0, 0
    for index, char in enumerate(keyword):
        depth += (char == "(") - (char == ")")
        if char == "|" and not depth:
            alternatives.append(keyword[start:index])
            start = index + 1
    alternatives.append(keyword[start:])
    if not all(alternative[0].isalpha() for alternative in alternatives):
        return f"(?i:{keyword})"
    by_letter: dict[str, list[str]] = {}
    for alternative in alternatives:
        by_letter.setdefault(alternative[0].lower(), []).append(alternative[1:])
    cases = {letter: letter + letter.upper() if letter.isascii() else letter for letter in by_letter}
    rests = "|".join(f"(?<=[{cases[letter]}])(?i:{'|'.join(rest)})" for letter, rest in by_letter.items())
    return f"[{''.join(cases.values())}](?:{rests})"


def _begun(prefix: str, left: str) -> str:
    """The prefix and what must hold before it, the prefix first, so that ``re`` can search for it as a literal."""
    if left != LEFT:
        return left + prefix
    behind = rf"(?:(?<![0-9A-Za-z_]{prefix})|(?<=\\[nrt]{prefix})|(?<=%[0-9A-Fa-f]{{2}}{prefix}))"
    if not set(prefix).isdisjoint("|?*+{"):
        try:
            re.compile(behind)
        except re.error:  # a lookbehind has one width; this prefix has several
            return left + prefix
    return prefix + behind


def _shortest(repeat: re.Match[str]) -> str:
    return f"{{{repeat[1]}}}"


def prefixed(
    entity_type: str,
    prefix: str,
    charset: str = ALNUM,
    low: int = 20,
    high: int | None = None,
    *,
    source: str,
    tail: str = "",
    name: str = "",
    exact: bool = False,
    check: Callable[[str], bool] | None = not_masked,
    boosts: Callable[[str], bool] | None = None,
    left: str = LEFT,
    room: int = 64,
    score: float = 0.95,
) -> Recognizer:
    """Declares a secret that starts with a fixed prefix.

    Args:
        entity_type: Name of the entity.
        prefix: Pattern of the prefix, literal as far as possible.
        charset: Character class of what follows.
        low: Fewest characters of ``charset``.
        high: Most characters; ``None`` with ``exact`` unset means any number, so that a longer key leaks no rest.
        source: Where prefix, length and alphabet come from.
        tail: Pattern after the characters (padding, checksum, second part).
        name: Name of the recognizer, when one entity type has several.
        exact: Exactly ``low`` characters, for prefixes too short to stand alone.
        check: Returns False for text that only stands in for a secret.
        boosts: Checksum that raises the score and never rejects; replaces ``check``.
        left: What must hold before the prefix.
        room: Bytes that the prefix may take.
        score: Confidence of a match.
    """
    counts = f"{{{low}}}" if exact else f"{{{low},{_LONGEST if high is None else high}}}"
    closed = "(?![0-9A-Za-z_])" if charset[-2] not in "-=" else f"(?!{charset})"
    if charset[-2] in "-=" and not (exact or tail):
        counts += "+"  # what is not closed at its end is not closed before it
    checksum = boosts or check
    policy = ChecksumPolicy.BOOSTS if boosts else ChecksumPolicy.REQUIRED if check else ChecksumPolicy.NONE
    shown = low if exact and low <= 48 else min(low, _TRIGGER_BODY)
    return Recognizer(
        name=name or entity_type.lower(),
        entity_type=entity_type,
        pattern=f"{_begun(prefix, left)}{charset}{counts}{tail}{closed}",
        trigger=f"{prefix}{charset}{{{shown}}}",
        lookback=shown + room,
        lookahead=max(128, low + 64, (high or 0) + 16),
        score=score,
        boosted=1.0,
        checksum=checksum,
        policy=policy,
        specificity=Specificity.SPECIFIC,
        secret=True,
        source=source,
    )


def keyed(
    entity_type: str,
    keyword: str,
    value: str,
    *,
    source: str,
    length: int,
    name: str = "",
    exact_case: bool = False,
    check: Callable[[str], bool] | None = plausible_key,
    score: float = 0.85,
) -> Recognizer:
    """Declares a secret that is known only by the issuer's name beside it (``mistral_api_key = "..."``).

    Args:
        entity_type: Name of the entity.
        keyword: Pattern of the issuer's name; ASCII case does not matter.
        value: Pattern of the value.
        source: Where length and alphabet come from.
        length: Most characters that ``value`` matches.
        name: Name of the recognizer, when one entity type has several.
        exact_case: The name counts only as ``name``, ``Name`` or ``NAME``, for names that occur inside words.
        check: Returns False for text that only stands in for a secret.
        score: Confidence of a match.
    """
    word = f"(?:{keyword}|{keyword.title()}|{keyword.upper()})" if exact_case else f"(?i:{keyword})"
    exact = word if exact_case else any_case(keyword)
    return Recognizer(
        name=name or entity_type.lower(),
        entity_type=entity_type,
        pattern=rf"{exact}{KEY_GAP}(?P<value>{value})(?![0-9A-Za-z_+/=-]|\.[0-9A-Za-z])",
        trigger=f"{word}{KEY_GAP}(?:{_LAST_REPEAT.sub(_shortest, value)})",
        lookback=length + _GAP_BYTES,
        lookahead=length + 8,
        score=score,
        boosted=1.0,
        checksum=check,
        policy=ChecksumPolicy.REQUIRED if check else ChecksumPolicy.NONE,
        specificity=Specificity.SPECIFIC,
        secret=True,
        source=source,
    )
