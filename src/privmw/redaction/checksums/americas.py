"""Check digits of numbers in the Americas."""

from __future__ import annotations

from privmw.redaction.checksums.arithmetic import (
    ascii_upper,
    is_date,
    luhn_values,
    repeated,
    values,
    weighted,
)

__all__ = [
    "ar_cuit", "br_cnpj", "br_cpf", "ca_sin", "cl_rut", "co_nit", "mx_clabe", "mx_curp", "mx_rfc", "us_dea", "us_npi", "us_ssn",
]  # fmt: skip

_NPI_PREFIX = bytes((8, 0, 8, 4, 0))
_SAMPLE_SSN = frozenset({bytes((0, 7, 8, 0, 5, 1, 1, 2, 0)), bytes((1, 2, 3, 4, 5, 6, 7, 8, 9))})
"""Numbers that stand for a number: on a wallet insert of 1938, in forms and documentation."""


def us_ssn(text: str) -> bool:
    """Return whether a Social Security number could have been issued to a person."""
    digits = values(text)
    return len(digits) == 9 and not repeated(digits) and digits not in _SAMPLE_SSN


def us_npi(text: str) -> bool:
    """Return whether a National Provider Identifier passes Luhn with its prefix 80840."""
    digits = values(text)
    return len(digits) == 10 and digits[0] in (1, 2) and not repeated(digits[:9]) and luhn_values(_NPI_PREFIX + digits)


def us_dea(text: str) -> bool:
    """Return whether a DEA registration number's last digit is right."""
    digits = values(text)[-7:]
    return len(digits) == 7 and (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def ca_sin(text: str) -> bool:
    """Return whether a Canadian social insurance number passes Luhn; 0 and 8 never lead one."""
    digits = values(text)
    return len(digits) == 9 and digits[0] not in (0, 8) and not repeated(digits) and luhn_values(digits)


def br_cpf(text: str) -> bool:
    """Return whether a Brazilian CPF's two check digits are right."""
    digits = values(text)
    if len(digits) != 11 or repeated(digits):
        return False
    first = weighted(digits[:9], range(10, 1, -1)) * 10 % 11 % 10
    return first == digits[9] and weighted(digits[:10], range(11, 1, -1)) * 10 % 11 % 10 == digits[10]


def br_cnpj(text: str) -> bool:
    """Return whether a Brazilian CNPJ is right; letters (issued from 2026) count as their ASCII code minus 48."""
    compact = ascii_upper(text)
    if len(compact) != 14 or len(set(compact)) == 1:
        return False
    digits = [ord(char) - 48 for char in compact]
    first = -weighted(digits[:12], (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    second = -weighted(digits[:13], (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return digits[12] == (0 if first > 9 else first) and digits[13] == (0 if second > 9 else second)


def mx_curp(text: str) -> bool:
    """Return whether a Mexican CURP's check digit and date are right."""
    compact = text.strip().upper()
    alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    if len(compact) != 18 or any(char not in alphabet for char in compact):
        return False
    check = -sum(alphabet.index(char) * (18 - place) for place, char in enumerate(compact[:17])) % 10
    return compact[17] == str(check)


def mx_rfc(text: str) -> bool:
    """Return whether a Mexican RFC's date and check character are right."""
    compact = text.strip().upper().replace("-", "").replace(" ", "")
    alphabet = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
    if len(compact) not in (12, 13) or not compact[-9:-3].isdigit():
        return False
    if not is_date(int(compact[-9:-7]), int(compact[-7:-5]), int(compact[-5:-3])):
        return False
    padded = f"{compact[:-1]:>12}"
    if any(char not in alphabet for char in padded):
        return False
    check = -sum(alphabet.index(char) * (13 - place) for place, char in enumerate(padded)) % 11
    return compact[-1] == "0123456789A"[check]


def mx_clabe(text: str) -> bool:
    """Return whether an 18-digit Mexican CLABE account number passes its 3-7-1 check."""
    digits = values(text)
    if len(digits) != 18 or repeated(digits):
        return False
    return (
        -sum(digit * weight % 10 for digit, weight in zip(digits[:17], (3, 7, 1) * 6, strict=False)) % 10 == digits[17]
    )


def ar_cuit(text: str) -> bool:
    """Return whether an Argentine CUIT or CUIL has a known type and a right check digit."""
    digits = values(text)
    if len(digits) != 11 or digits[0] * 10 + digits[1] not in (20, 23, 24, 25, 26, 27, 30, 33, 34, 50, 51, 55):
        return False
    check = -weighted(digits[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return digits[10] == (9 if check == 10 else check)


def cl_rut(text: str) -> bool:
    """Return whether a Chilean RUT's check character (0-9, K) is right."""
    digits = values(text)
    if not 8 <= len(digits) <= 9 or repeated(digits[:-1]):
        return False
    check = -weighted(digits[-2::-1], (2, 3, 4, 5, 6, 7, 2, 3)) % 11
    return digits[-1] == (20 if check == 10 else check)


def co_nit(text: str) -> bool:
    """Return whether a Colombian NIT's check digit is right."""
    digits = values(text)
    if not 9 <= len(digits) <= 11:
        return False
    total = weighted(digits[-2::-1], (3, 7, 13, 17, 19, 23, 29, 37, 41, 43)) % 11
    return digits[-1] == (total if total < 2 else 11 - total)
