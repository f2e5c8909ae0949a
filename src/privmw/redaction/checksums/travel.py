"""Check digits of machine readable travel documents."""

from __future__ import annotations

import re

__all__ = ["mrz"]

_LINE = re.compile(
    r"(?P<number>[0-9A-Z<]{9})(?P<a>[0-9<])[A-Z<]{3}(?P<birth>[0-9]{6})(?P<b>[0-9])[MFX<](?P<expiry>[0-9]{6})(?P<c>[0-9])"
    r"|[IAC][0-9A-Z<][A-Z<]{3}(?P<number1>[0-9A-Z<]{9})(?P<a1>[0-9<])[0-9A-Z<]{15}\s{1,4}"
    r"(?P<birth1>[0-9]{6})(?P<b1>[0-9])[MFX<](?P<expiry1>[0-9]{6})(?P<c1>[0-9])"
)


def _digit(field: str) -> int:
    values = (0 if char == "<" else int(char, 36) for char in field)
    return sum(value * weight for value, weight in zip(values, (7, 3, 1) * 5, strict=False)) % 10


def mrz(text: str) -> bool:
    """Return whether number, birth date and expiry of a machine readable zone have their check digits (ICAO 9303, 7-3-1)."""
    for found in _LINE.finditer(text):
        fields = found.groupdict()
        kind = "1" if fields["number"] is None else ""
        pairs = (("number", "a"), ("birth", "b"), ("expiry", "c"))
        if all(
            fields[digit + kind] == "<" or str(_digit(fields[name + kind])) == fields[digit + kind]
            for name, digit in pairs
        ):
            return True
    return False
