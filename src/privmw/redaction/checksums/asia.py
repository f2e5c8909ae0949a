"""Check digits of Asian, African and Oceanian numbers."""

from __future__ import annotations

from privmw.redaction.checksums.arithmetic import (
    ascii_upper,
    is_date,
    luhn_values,
    mod11_2,
    repeated,
    values,
    verhoeff_values,
    weighted,
)

__all__ = [
    "ae_eid",
    "au_abn",
    "au_acn",
    "au_medicare",
    "au_tfn",
    "cn_resident_id",
    "cn_uscc",
    "hk_hkid",
    "in_aadhaar",
    "jp_my_number",
    "nz_nhi",
    "ph_tin",
    "ph_umid",
    "sg_nric",
    "th_tnin",
    "tw_id",
    "za_id",
]  # fmt: skip

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_NHI = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_TW_LETTERS = dict(zip(b"ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))
_SG_ST = b"JZIHGFEDCBA"
_SG_FG = b"XWUTRQPNMLK"
_SG_M = b"KLJNPQRTUWX"


def cn_resident_id(text: str) -> bool:
    """Return whether a Chinese resident id's date and ISO 7064 mod 11-2 sign are right."""
    digits = values(text)
    if len(digits) != 18 or max(digits[:17]) > 9:
        return False
    year = digits[6] * 1000 + digits[7] * 100 + digits[8] * 10 + digits[9]
    if not 1880 < year < 2100 or not is_date(year, digits[10] * 10 + digits[11], digits[12] * 10 + digits[13]):
        return False
    return mod11_2(digits)


def cn_uscc(text: str) -> bool:
    """Return whether a Chinese unified social credit code passes mod 31 (weights are powers of 3)."""
    compact = ascii_upper(text)
    if len(compact) != 18 or any(char not in _USCC for char in compact):
        return False
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(compact[:17]))
    return _USCC[-total % 31] == compact[17]


def tw_id(text: str) -> bool:
    """Return whether a Taiwanese national id or residence permit's check digit is right."""
    compact = ascii_upper(text).encode()
    if len(compact) != 10 or compact[0] not in _TW_LETTERS:
        return False
    lead = _TW_LETTERS[compact[0]]
    second = _TW_LETTERS[compact[1]] % 10 if compact[1] in _TW_LETTERS else compact[1] - 48
    digits = (lead // 10, lead % 10, second, *(sign - 48 for sign in compact[2:]))
    return weighted(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def hk_hkid(text: str) -> bool:
    """Return whether a Hong Kong identity card number's check sign (0-9, A) is right."""
    signs = values(text)
    if len(signs) == 8:
        signs = b"\x24" + signs  # a missing first letter counts as 36
    if len(signs) != 9 or max(signs[2:8]) > 9:
        return False
    return (weighted(signs[:8], range(9, 1, -1)) + signs[8]) % 11 == 0


def sg_nric(text: str) -> bool:
    """Return whether a Singaporean NRIC or FIN's check letter is right."""
    compact = ascii_upper(text).encode()
    if len(compact) != 9 or not compact[1:8].isdigit():
        return False
    total = weighted(values(text)[1:8], (2, 7, 6, 5, 4, 3, 2))
    lead = compact[:1]
    if lead in b"ST":
        return _SG_ST[(total + (4 if lead == b"T" else 0)) % 11] == compact[8]
    if lead in b"FG":
        return _SG_FG[(total + (4 if lead == b"G" else 0)) % 11] == compact[8]
    return lead == b"M" and _SG_M[10 - (total + 3) % 11] == compact[8]


def jp_my_number(text: str) -> bool:
    """Return whether a Japanese individual number's check digit is right."""
    digits = values(text)
    if len(digits) != 12 or repeated(digits):
        return False
    remainder = weighted(digits[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return digits[11] == (0 if remainder <= 1 else 11 - remainder)


def in_aadhaar(text: str) -> bool:
    """Return whether an Aadhaar number passes Verhoeff, begins with 2 to 9 and is no palindrome."""
    digits = values(text)
    return (
        len(digits) == 12 and digits[0] > 1 and max(digits) < 10 and digits != digits[::-1] and verhoeff_values(digits)
    )


def th_tnin(text: str) -> bool:
    """Return whether a Thai identity number's check digit is right."""
    digits = values(text)
    if len(digits) != 13 or not 1 <= digits[0] <= 8 or repeated(digits):
        return False
    return (11 - weighted(digits[:12], range(13, 1, -1)) % 11) % 10 == digits[12]


def ph_umid(text: str) -> bool:
    """Return whether a common reference number begins as those issued so far; it has no published check digit."""
    return text.startswith("00")


def ph_tin(text: str) -> bool:
    """Return whether a Philippine TIN's ninth digit is right (weights 9 to 2, mod 11)."""
    digits = values(text)
    return len(digits) in (9, 12) and weighted(digits[:8], range(9, 1, -1)) % 11 == digits[8]


def ae_eid(text: str) -> bool:
    """Return whether an Emirates id (784…) passes Luhn."""
    digits = values(text)
    return len(digits) == 15 and digits[:3] == b"\x07\x08\x04" and luhn_values(digits)


def za_id(text: str) -> bool:
    """Return whether a South African identity number's date, status digit and Luhn digit are right."""
    digits = values(text)
    if len(digits) != 13 or digits[10] > 2:
        return False
    return is_date(digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5]) and luhn_values(
        digits
    )


def au_tfn(text: str) -> bool:
    """Return whether an Australian tax file number (eight or nine digits) passes its weighted mod 11."""
    digits = values(text)
    if repeated(digits):
        return False
    if len(digits) == 8:
        return weighted(digits, (10, 7, 8, 4, 6, 3, 5, 1)) % 11 == 0
    return len(digits) == 9 and weighted(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def au_abn(text: str) -> bool:
    """Return whether an Australian business number passes mod 89."""
    digits = values(text)
    return len(digits) == 11 and (weighted(digits, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10) % 89 == 0


def au_acn(text: str) -> bool:
    """Return whether an Australian company number's check digit is right."""
    digits = values(text)
    return len(digits) == 9 and -weighted(digits[:8], range(8, 0, -1)) % 10 == digits[8]


def au_medicare(text: str) -> bool:
    """Return whether an Australian Medicare number's ninth digit is right; a tenth is the issue number."""
    digits = values(text)
    if len(digits) not in (10, 11) or not 2 <= digits[0] <= 6:
        return False
    return weighted(digits[:8], (1, 3, 7, 9) * 2) % 10 == digits[8]


def nz_nhi(text: str) -> bool:
    """Return whether a New Zealand health index number, old (mod 11) or new (mod 23), is right."""
    compact = ascii_upper(text)
    if len(compact) != 7 or any(char not in _NHI for char in compact[:3]):
        return False
    signs = [_NHI.index(char) + 1 if char in _NHI else int(char) for char in compact[:6] if char.isalnum()]
    total = sum(sign * (7 - place) for place, sign in enumerate(signs))
    if compact[6].isdigit():
        return total % 11 != 0 and str((11 - total % 11) % 10) == compact[6]
    return _NHI[22 - total % 23] == compact[6]
