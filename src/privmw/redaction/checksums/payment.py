"""Check digits of payment numbers: cards, IBAN, ABA routing numbers."""

from __future__ import annotations

import re

from privmw.redaction.checksums.arithmetic import ascii_upper, luhn_values, mod97, repeated, values, weighted

__all__ = ["IBAN_LENGTHS", "aba_routing", "credit_card", "iban", "iban_digits", "is_card_scheme"]

_SCHEME = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"  # Mastercard, 2-series included
    r"|3[47][0-9]{13}"  # American Express
    r"|6(?:011|4[4-9][0-9]|5[0-9]{2})(?:[0-9]{12}|[0-9]{15})"  # Discover
    r"|35[0-9]{14}|35(?:2[89]|[3-8][0-9])[0-9]{15}|(?:2131|1800)[0-9]{11}"  # JCB
    r"|3(?:0[0-5]|[68][0-9]|09)[0-9]{11}|3(?:0[0-59]|[689][0-9])[0-9]{13}"  # Diners Club
    r"|62[0-9]{14,17}|81[0-9]{14}"  # UnionPay
    r"|(?:50[0-9]{2}|5[6-9][0-9]{2}|6(?:304|759|761|762|763|390))[0-9]{8,15}"  # Maestro
    r"|220[0-4][0-9]{12,15}|9792[0-9]{12}|(?:508[125-9]|606[0-9]|6521|6522|353[0-9]|817[0-9])[0-9]{12}"  # Mir, Troy, RuPay
    r"|(?:5067|4576|4011|6363|6277|4389|5041|6509|6516|6550)[0-9]{12}|9[0-9]{15}"  # Elo, Korean domestic (9xxx)
    r"|1(?:220|92[0-9])[0-9]{11}",  # AirPlus (UATP)
)
"""IIN ranges with their lengths, over bare digits (ISO/IEC 7812, scheme rules)."""

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AO": 25, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BF": 28, "BG": 22, "BH": 22,
    "BI": 27, "BJ": 28, "BR": 29, "BY": 28, "CF": 27, "CG": 27, "CH": 21, "CI": 28, "CM": 27, "CR": 22, "CV": 25,
    "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "DZ": 26, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FK": 18, "FO": 18, "FR": 27, "GA": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GQ": 27, "GR": 27, "GT": 28,
    "GW": 25, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IR": 26, "IS": 26, "IT": 27, "JO": 30,
    "KM": 27, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MA": 28,
    "MC": 27, "MD": 24, "ME": 22, "MG": 27, "MK": 19, "ML": 28, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "MZ": 25,
    "NE": 28, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24,
    "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SN": 28, "SO": 23,
    "ST": 25, "SV": 28, "TD": 27, "TG": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip
"""Length of an IBAN by country: SWIFT registry release 99, and the partial registry for African states and Iran."""

_USUAL = 16
_LONGEST = 19
_COUNTRY_DIGITS = {country: "".join(str(int(char, 36)) for char in country) for country in IBAN_LENGTHS}
_ABA_WEIGHTS = (3, 7, 1) * 3


def is_card_scheme(text: str) -> bool:
    """Return whether issuer prefix and length belong to a card scheme."""
    return _SCHEME.fullmatch(text if text.isdigit() else ascii_upper(text)) is not None


def credit_card(text: str) -> bool:
    """Return whether a card number has a scheme's prefix and length and passes the Luhn check.

    Numbers of 12 and 13 digits (old Visa, Maestro) are too common as counters to stand on that, ungrouped ones of more
    than 16 digits as ids of distributed systems (UnionPay of 19 apart), Maestro of 14 and 15 and Korean domestic cards
    as ids of anything; a word has to name them.
    """
    digits = values(text)
    size = len(digits)
    if size < 14 or (text.isdigit() and not _told_by_itself(text, size)):
        return False
    return luhn_values(digits) and not repeated(digits) and is_card_scheme(text)


def _told_by_itself(text: str, size: int) -> bool:
    """Whether ungrouped digits may be a card at all: of sixteen digits, or of an issuer with few others of that length."""
    if size == _USUAL:
        return text[0] != "9"
    if size > _USUAL:
        return size == _LONGEST and text.startswith("62")
    return text[0] != "5" and text[0] != "6"


def iban(text: str) -> bool:
    """Return whether an IBAN has its country's length and passes mod 97 (ISO 13616)."""
    compact = ascii_upper(text)
    country, account = compact[:2], compact[4:]
    if len(compact) != IBAN_LENGTHS.get(country):
        return False
    if compact[2:].isdigit():
        return int(account + _COUNTRY_DIGITS[country] + compact[2:4]) % 97 == 1
    return mod97(account + compact[:4]) == 1


def iban_digits(text: str) -> bool:
    """Return whether an IBAN passes mod 97, whatever its length."""
    compact = ascii_upper(text)
    return mod97(compact[4:] + compact[:4]) == 1


def aba_routing(text: str) -> bool:
    """Return whether nine digits are an ABA routing number: Federal Reserve prefix and 3-7-1 check."""
    digits = values(text)
    if len(digits) != 9 or repeated(digits):
        return False
    prefix = digits[0] * 10 + digits[1]
    if not (prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == 80):
        return False
    return weighted(digits, _ABA_WEIGHTS) % 10 == 0
