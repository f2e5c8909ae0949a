"""Check digits of European personal and company numbers."""

from __future__ import annotations

from privmw.redaction.checksums.arithmetic import (
    ascii_upper,
    is_date,
    luhn_values,
    mod11_10,
    repeated,
    values,
    weighted,
)

__all__ = [
    "be_rrn", "ch_ahv", "cz_birth_number", "de_document", "de_health_insurance", "de_lanr", "de_social_security", "de_tax_id",
    "de_vat", "dk_cpr", "es_cif", "es_nif", "fi_hetu", "fr_nir", "fr_spi", "ie_pps", "it_fiscal_code", "lv_code",
    "no_fnr", "pl_id_card", "pl_pesel", "se_organisation", "se_personnummer", "tr_national_id", "uk_nhs",
]  # fmt: skip

_NIF_LETTERS = b"TRWAGMYFPDXBNJZSQVHLCKE"
_HETU_MARKS = b"0123456789ABCDEFHJKLMNPRSTUVWXY"
_PPS_LETTERS = b"WABCDEFGHIJKLMNOPQRSTUV"
_SVNR_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_CF_ODD: dict[int, int] = dict(zip(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", _ODD[:10] + _ODD, strict=True))
_CF_EVEN: dict[int, int] = dict(zip(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (*range(10), *range(26)), strict=True))


def uk_nhs(text: str) -> bool:
    """Return whether an NHS number passes mod 11; a check value of 10 is never issued."""
    digits = values(text)
    return len(digits) == 10 and not repeated(digits) and -weighted(digits[:9], range(10, 1, -1)) % 11 == digits[9]


def ie_pps(text: str) -> bool:
    """Return whether an Irish PPSN's check letter is right; a second letter weighs nine."""
    compact = ascii_upper(text).encode()
    if len(compact) not in (8, 9) or not compact[:7].isdigit():
        return False
    total = weighted(values(text)[:7], range(8, 1, -1))
    if len(compact) == 9 and compact[8:] != b"W":
        total += 9 * (compact[8] - 64)
    return compact[7] == _PPS_LETTERS[total % 23]


def de_tax_id(text: str) -> bool:
    """Return whether a German tax id passes ISO 7064 mod 11,10 and repeats no digit more than three times."""
    digits = values(text)
    if len(digits) != 11 or digits[0] == 0 or max(map(digits[:10].count, range(10))) > 3:
        return False
    return mod11_10(digits)


def de_vat(text: str) -> bool:
    """Return whether a German VAT number passes ISO 7064 mod 11,10."""
    digits = values(text)[-9:]
    return len(digits) == 9 and digits[0] != 0 and mod11_10(digits)


def de_document(text: str) -> bool | None:
    """Return whether a German identity card or passport number passes the ICAO 9303 check (weights 7 3 1)."""
    signs = values(text)
    if len(signs) == 9:
        if text[0] in "Tt" and text[1:].isdigit():
            return None  # identity cards before November 2010 have no check digit
        return weighted(signs[:8], (7, 3, 1) * 3) % 10 == signs[8]
    return len(signs) == 10 and weighted(signs[:9], (7, 3, 1) * 3) % 10 == signs[9]


def de_social_security(text: str) -> bool:
    """Return whether a German pension insurance number's check digit is right."""
    signs = values(text)
    if len(signs) != 12 or not 10 <= signs[8] <= 35:
        return False
    letter = signs[8] - 9
    spread = (*signs[:8], letter // 10, letter % 10, *signs[9:11])
    return (
        sum(sum(divmod(digit * weight, 10)) for digit, weight in zip(spread, _SVNR_WEIGHTS, strict=True)) % 10
        == signs[11]
    )


def de_health_insurance(text: str) -> bool:
    """Return whether a German health insurance number (KVNR) passes its Luhn-like check."""
    signs = values(text)
    if len(signs) != 10 or not 10 <= signs[0] <= 35:
        return False
    letter = signs[0] - 9
    spread = (letter // 10, letter % 10, *signs[1:9])
    return sum(sum(divmod(digit * (1 + place % 2), 10)) for place, digit in enumerate(spread)) % 10 == signs[9]


def de_lanr(text: str) -> bool:
    """Return whether a German physician number's seventh digit checks the first six (weights 4 9)."""
    digits = values(text)
    return len(digits) == 9 and not repeated(digits) and -weighted(digits[:6], (4, 9) * 3) % 10 == digits[6]


def fr_nir(text: str) -> bool:
    """Return whether a French social security number's key is 97 minus the number modulo 97; Corsica is 2A and 2B."""
    compact = ascii_upper(text)
    if len(compact) != 15:
        return False
    head = compact[:13].replace("2A", "19", 1) if compact[5:7] == "2A" else compact[:13]
    head = head.replace("2B", "18", 1) if compact[5:7] == "2B" else head
    return head.isdigit() and compact[13:].isdigit() and 97 - int(head) % 97 == int(compact[13:])


def fr_spi(text: str) -> bool:
    """Return whether a French tax number's last three digits are the first ten modulo 511."""
    digits = ascii_upper(text)
    return len(digits) == 13 and digits.isdigit() and int(digits[:10]) % 511 == int(digits[10:])


def es_nif(text: str) -> bool:
    """Return whether a Spanish DNI or NIE letter is right (mod 23; X, Y, Z lead as 0, 1, 2)."""
    compact = ascii_upper(text).encode()
    number = compact[:-1].translate(bytes.maketrans(b"XYZ", b"012"))
    return len(compact) in (8, 9) and number.isdigit() and _NIF_LETTERS[int(number) % 23] == compact[-1]


def es_cif(text: str) -> bool:
    """Return whether a Spanish company number's check digit or letter is right."""
    signs = values(text)
    if len(signs) != 9 or max(signs[1:8]) > 9:
        return False
    total = sum(signs[2:8:2]) + sum(sum(divmod(digit * 2, 10)) for digit in signs[1:8:2])
    check = -total % 10
    return signs[8] == check or signs[8] == (19 if check == 0 else 9 + check)


def it_fiscal_code(text: str) -> bool:
    """Return whether an Italian codice fiscale's check letter is right; letters in place of digits are allowed."""
    compact = ascii_upper(text).encode()
    if len(compact) != 16 or not compact.isalnum():
        return False
    total = sum(_CF_ODD[sign] for sign in compact[0:15:2]) + sum(_CF_EVEN[sign] for sign in compact[1:15:2])
    return compact[15] == 65 + total % 26


def be_rrn(text: str) -> bool:
    """Return whether a Belgian national number's last two digits are 97 minus the rest modulo 97 (2 leads from 2000)."""
    digits = ascii_upper(text)
    if len(digits) != 11 or not digits.isdigit():
        return False
    number, check = int(digits[:9]), int(digits[9:])
    return check in (97 - number % 97, 97 - (2_000_000_000 + number) % 97)


def pl_pesel(text: str) -> bool:
    """Return whether a Polish PESEL's date (month carries the century) and check digit are right."""
    digits = values(text)
    if len(digits) != 11 or not 1 <= (digits[2] * 10 + digits[3]) % 20 <= 12:
        return False
    return weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def pl_id_card(text: str) -> bool:
    """Return whether a Polish identity card number (three letters, six digits) passes its 7-3-1 check."""
    signs = values(text)
    return len(signs) == 9 and weighted(signs, (7, 3, 1, 9, 7, 3, 1, 7, 3)) % 10 == 0


def cz_birth_number(text: str) -> bool:
    """Return whether a Czech or Slovak birth number is right; nine digits (before 1954) have no check digit."""
    digits = values(text)
    if len(digits) not in (9, 10) or max(digits) > 9:
        return False
    month = digits[2] * 10 + digits[3]
    for shift in (70, 50, 20):
        if month > shift:
            month -= shift
            break
    if not is_date(digits[0] * 10 + digits[1], month, digits[4] * 10 + digits[5]):
        return False
    if len(digits) == 9:
        return digits[0] * 10 + digits[1] < 54
    number = int(ascii_upper(text))
    return number % 11 == 0 or (number // 10 % 11 == 10 and digits[9] == 0)


def ch_ahv(text: str) -> bool:
    """Return whether a Swiss AHV number (756…) passes its EAN-13 check."""
    digits = values(text)
    return len(digits) == 13 and digits[:3] == b"\x07\x05\x06" and weighted(digits, (1, 3) * 6 + (1,)) % 10 == 0


def fi_hetu(text: str) -> bool:
    """Return whether a Finnish personal identity code's date and control sign are right."""
    compact = text.strip().upper().encode()
    if len(compact) != 11 or not compact[:6].isdigit() or not compact[7:10].isdigit():
        return False
    day, month, year = int(compact[:2]), int(compact[2:4]), int(compact[4:6])
    return is_date(year, month, day) and _HETU_MARKS[int(compact[:6] + compact[7:10]) % 31] == compact[10]


def se_personnummer(text: str) -> bool:
    """Return whether a Swedish personal or coordination number's date (day plus 60) and Luhn digit are right."""
    digits = values(text.replace("+", ""))
    if len(digits) not in (10, 12):
        return False
    if len(digits) == 12 and digits[0] * 10 + digits[1] not in (18, 19, 20):
        return False
    century = 0 if len(digits) == 10 else (digits[0] * 10 + digits[1]) * 100
    short = digits[-10:]
    day = short[4] * 10 + short[5]
    year = century + short[0] * 10 + short[1]
    if year == 1900:
        year = 1901
    return is_date(year, short[2] * 10 + short[3], day - 60 if day > 60 else day) and luhn_values(short)


def se_organisation(text: str) -> bool:
    """Return whether a Swedish organisation number passes Luhn; its third digit is at least 2."""
    digits = values(text)
    return len(digits) == 10 and digits[2] >= 2 and luhn_values(digits)


def no_fnr(text: str) -> bool:
    """Return whether a Norwegian birth or D-number's two mod-11 digits are right."""
    digits = values(text)
    if len(digits) != 11 or repeated(digits):
        return False
    return (
        weighted(digits[:10], (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
        and weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    )


def dk_cpr(text: str) -> bool:
    """Return whether a Danish CPR number passes mod 11, which many issued since 2007 do not."""
    digits = values(text)
    return len(digits) == 10 and weighted(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def lv_code(text: str) -> bool:
    """Return whether a Latvian personal code passes its old check; numbers that begin with 32 have none."""
    digits = values(text)
    if len(digits) != 11:
        return False
    if digits[:2] == b"\x03\x02":
        return True
    return (1101 - weighted(digits[:10], (1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11 % 10 == digits[10]


def tr_national_id(text: str) -> bool:
    """Return whether a Turkish identity number's two check digits are right."""
    digits = values(text)
    if len(digits) != 11 or digits[0] == 0:
        return False
    first = (sum(digits[0:9:2]) * 7 - sum(digits[1:8:2])) % 10
    return first == digits[9] and sum(digits[:10]) % 10 == digits[10]
