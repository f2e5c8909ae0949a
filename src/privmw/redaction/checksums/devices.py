"""Check digits of devices and vehicles."""

from __future__ import annotations

from privmw.redaction.checksums.arithmetic import ascii_upper, luhn_values, repeated, values, weighted

__all__ = ["iccid", "imei", "vin"]

_VIN = {
    sign: value
    for value, signs in enumerate(("0", "1AJ", "2BKS", "3CLT", "4DMU", "5ENV", "6FW", "7GPX", "8HY", "9RZ"))
    for sign in signs
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def imei(text: str) -> bool:
    """Return whether an IMEI passes Luhn (15 digits); an IMEISV (16 digits) has no check digit."""
    digits = values(text)
    return not repeated(digits) and (len(digits) == 16 or (len(digits) == 15 and luhn_values(digits)))


def iccid(text: str) -> bool:
    """Return whether a SIM card number (89…) passes Luhn; 18 and 19 digits may leave the check digit out."""
    digits = values(text)
    return digits[:2] == b"\x08\x09" and (len(digits) == 18 or luhn_values(digits))


def vin(text: str) -> bool:
    """Return whether a vehicle identification number's ninth sign checks it (North America, China; Europe need not)."""
    compact = ascii_upper(text)
    if len(compact) != 17 or any(sign not in _VIN for sign in compact):
        return False
    return compact[8] == "0123456789X"[weighted((_VIN[sign] for sign in compact), _VIN_WEIGHTS) % 11]
