"""In how many ways a known person's name, telephone number, address or id is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from privmw.context import Identity

__all__ = ["Spelling", "spellings_of"]


class Spelling(NamedTuple):
    """One way to write a known value.

    Attributes:
        entity_type: What the value is.
        pattern: Source of its search.
        needle: A piece of text that is in every text that the pattern matches, in any case.
        length: Letters and digits of the value; where two spellings begin at one place, the longer counts.
    """

    entity_type: str
    pattern: str
    needle: str
    length: int


_LETTER = "0-9A-Za-z\u00c0-\u024f\u0370-\u052f"
_LEFT = rf"(?<![{_LETTER}])"
_RIGHT = rf"(?![{_LETTER}])"
_BETWEEN_NAMES = r"[\s.,_+\-\u00b7]{0,3}"
_BETWEEN_DIGITS = r"[\s.\-()/\u00b7_]{0,3}"
_HANGUL = re.compile("[가-힣]{2,5}")
_WIDE = re.compile("[가-힣一-鿿぀-ヿ]")
_PART = re.compile(r"[^\s,;]+")
_COUNTRY_CODE = re.compile(
    r"\A(?:\+|00)(1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|3[578][0-9]|42[0-9]|85[2356]|88[06]|9[679][0-9])"
)

_FAMILY_OF_TWO = frozenset({"남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방"})
_PARTICLE = (
    "(?:씨|님|군|양|선생님|고객님|회원님|사장님|교수님|대표님|팀장님|과장님|부장님)?"
    "(?:이?에게서?|한테서?|께서는?|께|이?가|은|는|을|를|의|와|과|이?랑|이?라고|이?라는|이며|이고|이다|입니다|이?에요|예요|이야|야|아|도|만|"
    "부터|까지|보다|처럼|으?로)?"
)

_NOT_NAMES = frozenset({
    "de", "da", "do", "dos", "das", "di", "du", "del", "della", "van", "von", "der", "den", "ten", "ter", "bin", "ibn",
    "al", "el", "la", "le", "and", "the", "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "jr", "sr", "ii", "iii", "iv",
})  # fmt: skip
"""Parts of names that say nobody's name alone."""

_ALSO_WORDS = frozenset({
    "will", "mark", "may", "june", "april", "august", "grace", "hope", "joy", "rose", "bill", "rob", "art", "frank",
    "chase", "grant", "drew", "dean", "page", "young", "king", "long", "white", "black", "brown", "green", "gray",
    "grey",
    "price", "hall", "hill", "wood", "field", "rich", "pat", "sue", "ray", "faith", "summer", "autumn", "dawn", "ivy",
    "lane", "street", "park", "song", "sun", "moon", "noon", "kind", "case", "cash", "cook", "baker", "banks", "bell",
    "best", "bond", "bush", "cross", "day", "fish", "fox", "gates", "good", "hand", "house", "light", "little", "love",
    "major", "mayor", "moore", "nice", "noble", "north", "west", "power", "rice", "stone", "strong", "sweet", "ward",
    "wise", "wolf", "read", "reed", "max", "min", "error", "null", "none", "test", "user", "admin", "guest", "true",
})  # fmt: skip
"""Names that are ordinary words too: they count only when written with a capital."""


def spellings_of(identity: Identity) -> Iterator[Spelling]:
    """Yield all spellings of all values of one person; values too short to mean one person yield none."""
    if identity.email:
        yield from _address(identity.email.strip())
    if identity.name:
        for form in sorted({unicodedata.normalize("NFC", identity.name), unicodedata.normalize("NFKC", identity.name)}):
            yield from _name(form.strip())
    if identity.phone:
        yield from _phone(unicodedata.normalize("NFKC", identity.phone))
    if identity.subject_id:
        yield from _id("SUBJECT_ID", identity.subject_id)
    for entity_type, value in identity.extra:
        yield from _extra(entity_type, unicodedata.normalize("NFKC", value).strip())


def _any_case(source: str) -> str:
    return f"(?i:{source})"


def _address(email: str) -> Iterator[Spelling]:
    if "@" in email and len(email) > 4:
        yield Spelling("EMAIL_ADDRESS", _LEFT + _any_case(re.escape(email)) + _RIGHT, _longest_run(email), len(email))


def _name(name: str) -> Iterator[Spelling]:
    if _HANGUL.fullmatch(name.replace(" ", "")):
        yield from _korean_name(name)
        return
    every = _PART.findall(name)
    parts = [part for part in every if part.strip(".").lower() not in _NOT_NAMES]
    if len(parts) > 1:
        orders = [every, parts, parts[::-1], [parts[-1], *parts[:-1]], [every[-1], *every[:-1]]]
        if len(parts) > 2:
            orders += [[parts[0], parts[-1]], [parts[-1], parts[0]]]
        for order in orders:
            source = _BETWEEN_NAMES.join(map(re.escape, order))
            yield Spelling("PERSON", _LEFT + _any_case(source) + _RIGHT, max(order, key=len), sum(map(len, order)))
    for part in parts:
        yield from _name_part(part.strip(".'\"()"))


def _name_part(part: str) -> Iterator[Spelling]:
    lower = part.lower()
    if _WIDE.search(part):
        if len(part) >= 2:
            yield Spelling("PERSON", re.escape(part), part, len(part))
        return
    if len(part) < 2 or lower in _NOT_NAMES:
        return
    if len(part) <= 3 or lower in _ALSO_WORDS:
        forms = "|".join(sorted({re.escape(part), re.escape(part.capitalize()), re.escape(part.upper())}))
        source = f"(?:{forms})" if lower != part else re.escape(part.capitalize())
    else:
        source = _any_case(re.escape(part))
    yield Spelling("PERSON", _LEFT + source + _RIGHT, part, len(part))


def _korean_name(name: str) -> Iterator[Spelling]:
    if " " in name:
        family, given = name.split(" ", 1)
        given = given.replace(" ", "")
    else:
        at = 2 if len(name) > 2 and name[:2] in _FAMILY_OF_TWO else 1
        family, given = name[:at], name[at:]
    whole = family + given
    # three syllables mean a person wherever they stand; two may be part of another word
    left, right = ("", "") if len(whole) > 2 else ("(?<![가-힣])", f"(?={_PARTICLE}(?![가-힣]))")
    yield Spelling("PERSON", f"{left}{family} ?{given}{right}", given, len(whole))
    if len(given) >= 2:
        yield Spelling("PERSON", f"(?<![가-힣]){given} {family}(?![가-힣])", given, len(whole))
        yield Spelling("PERSON", f"(?<![가-힣]){given}(?={_PARTICLE}(?![가-힣]))", given, len(given))


def _phone(phone: str) -> Iterator[Spelling]:
    compact = re.sub(r"[^0-9+]", "", phone.replace("(0)", ""))
    code = _COUNTRY_CODE.match(compact)
    digits = re.sub(r"[^0-9]", "", compact)
    if code is not None:
        national = compact[code.end() :].lstrip("0")
        prefix = rf"(?:\+|00)?{code[1]}"
    else:
        national = digits.lstrip("0")
        prefix = r"(?:(?:\+|00)[0-9]{1,3}|82)"
    if len(national) < 6:
        return
    source = rf"(?<![0-9])(?:{prefix}{_BETWEEN_DIGITS})?(?:\(?0{_BETWEEN_DIGITS})?" + _BETWEEN_DIGITS.join(national)
    groups = re.findall(r"[0-9]+", phone)
    needle = national[-min(4, len(groups[-1])) :]
    yield Spelling("PHONE_NUMBER", source + r"(?![0-9])", needle, len(digits))


def _id(entity_type: str, value: str) -> Iterator[Spelling]:
    if len(value) >= (4 if value.isdigit() else 3):
        yield Spelling(
            entity_type, rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", _longest_run(value), len(value)
        )


def _extra(entity_type: str, value: str) -> Iterator[Spelling]:
    core = re.sub(r"[\s.\-/]", "", value)
    if sum(map(str.isdigit, core)) >= 6:
        source = r"[\s.\-/]?".join(map(re.escape, core))
        yield Spelling(entity_type, rf"(?<![0-9A-Za-z]){_any_case(source)}(?![0-9A-Za-z])", core[-3:], len(core))
    elif len(value) >= 3:
        yield Spelling(entity_type, _LEFT + _any_case(re.escape(value)) + _RIGHT, _longest_run(value), len(value))


def _longest_run(value: str) -> str:
    """The longest piece that escaping leaves alone."""
    runs: list[str] = re.findall(r"[^\W_]+", value)
    return max(runs, key=len, default=value)
