"""Check digits of Korean numbers.

Resident numbers issued or changed since 2020-10-05 carry random digits and no check digit, and foreigner numbers on
real cards were found to break the published formula; their recognizers only let these functions raise a score.
"""

from __future__ import annotations

from privmw.redaction.checksums.arithmetic import is_date, repeated, values, weighted

__all__ = ["kr_bare_resident", "kr_brn", "kr_corporate", "kr_frn", "kr_rrn"]

_RRN_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BRN_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_CORPORATE_WEIGHTS = (1, 2) * 6
_EAN_WEIGHTS = (1, 3) * 6


def kr_rrn(text: str) -> bool:
    """Return whether a resident registration number (주민등록번호) carries a valid check digit."""
    digits = values(text)
    return len(digits) == 13 and (11 - weighted(digits[:12], _RRN_WEIGHTS) % 11) % 10 == digits[12]


def kr_frn(text: str) -> bool:
    """Return whether a foreigner registration number (외국인등록번호) carries a valid check digit."""
    digits = values(text)
    return len(digits) == 13 and (13 - weighted(digits[:12], _RRN_WEIGHTS) % 11) % 10 == digits[12]


def kr_bare_resident(text: str) -> bool:
    """Return whether 13 digits without a hyphen or context are plausibly a resident or foreigner number.

    A real date of birth and a valid check digit settle it. Without the check digit, numbers that are more likely
    milliseconds since 1970 (leading 13 to 18) or a Korean EAN-13 article number (leading 880) are refused.
    """
    digits = values(text)
    if len(digits) != 13 or not is_date(*_yymmdd(digits)):
        return False
    total = weighted(digits[:12], _RRN_WEIGHTS) % 11
    base = 13 if digits[6] in (5, 6, 7, 8) else 11
    if (base - total) % 10 == digits[12]:
        return True
    if digits[0] == 1 and 3 <= digits[1] <= 8:
        return False
    is_article = digits[:3] == b"\x08\x08\x00" and -weighted(digits[:12], _EAN_WEIGHTS) % 10 == digits[12]
    return not is_article


def kr_brn(text: str) -> bool:
    """Return whether a business registration number (사업자등록번호) carries a valid check digit."""
    digits = values(text)
    if len(digits) != 10 or repeated(digits):
        return False
    return -(weighted(digits[:9], _BRN_WEIGHTS) + digits[8] * 5 // 10) % 10 == digits[9]


def kr_corporate(text: str) -> bool:
    """Return whether a corporate registration number (법인등록번호) carries a valid check digit."""
    digits = values(text)
    return len(digits) == 13 and -weighted(digits[:12], _CORPORATE_WEIGHTS) % 10 == digits[12]


def _yymmdd(digits: bytes) -> tuple[int, int, int]:
    """Return year of the century, month and day of the six leading digits."""
    return digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5]
