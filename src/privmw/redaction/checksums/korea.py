"""Check digits of Korean numbers.

Resident numbers issued or changed since 2020-10-05 carry random digits and no check digit, and foreigner numbers on
real cards were found to break the published formula; their recognizers only let these functions raise a score.
"""

from __future__ import annotations

from privmw.redaction.checksums.arithmetic import repeated, values, weighted

__all__ = ["kr_bare_frn", "kr_bare_rrn", "kr_brn", "kr_corporate", "kr_frn", "kr_rrn"]

_RRN_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BRN_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_CORPORATE_WEIGHTS = (1, 2) * 6
_EPOCH = ("17", "18")
"""Leading digits of milliseconds since 1970 from November 2023 to 2030: as often a time as a child's number."""


def kr_rrn(text: str) -> bool:
    """Return whether a resident registration number (주민등록번호) carries a valid check digit."""
    digits = values(text)
    return len(digits) == 13 and (11 - weighted(digits[:12], _RRN_WEIGHTS) % 11) % 10 == digits[12]


def kr_frn(text: str) -> bool:
    """Return whether a foreigner registration number (외국인등록번호) carries a valid check digit."""
    digits = values(text)
    return len(digits) == 13 and (13 - weighted(digits[:12], _RRN_WEIGHTS) % 11) % 10 == digits[12]


def kr_bare_rrn(text: str) -> bool:
    """Return whether 13 digits are a resident number with a valid check digit, and no milliseconds since 1970."""
    return text[:2] not in _EPOCH and kr_rrn(text)


def kr_bare_frn(text: str) -> bool:
    """Return whether 13 digits are a foreigner number with a valid check digit, and no milliseconds since 1970."""
    return text[:2] not in _EPOCH and kr_frn(text)


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
