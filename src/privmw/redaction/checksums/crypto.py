"""Checksums of cryptocurrency addresses."""

from __future__ import annotations

import hashlib

__all__ = ["base58check", "bech32", "varied", "wallet"]

_BASE58 = {sign: place for place, sign in enumerate(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_BECH32 = {sign: place for place, sign in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32M = 0x2BC830A3
_RIPPLE = str.maketrans(
    "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz",
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
)


def base58check(text: str) -> bool:
    """Return whether a base58 text ends in the first four bytes of the double SHA-256 of the rest."""
    number = 0
    for sign in text.encode():
        place = _BASE58.get(sign)
        if place is None:
            return False
        number = number * 58 + place
    padding = len(text) - len(text.lstrip("1"))
    raw = bytes(padding) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(raw) < 21:
        return False
    return hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def bech32(text: str) -> bool:
    """Return whether a text passes the Bech32 (BIP 173) or Bech32m (BIP 350) checksum."""
    if text not in (text.lower(), text.upper()):
        return False
    prefix, _, data = text.lower().rpartition("1")
    if not prefix or len(data) < 6 or any(sign not in _BECH32 for sign in data):
        return False
    expanded = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    check = 1
    for value in (*expanded, *(_BECH32[sign] for sign in data)):
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, factor in enumerate(_GENERATOR):
            if top >> place & 1:
                check ^= factor
    return check in (1, _BECH32M)


def varied(text: str) -> bool:
    """Return whether a hexadecimal address is more than a few digits repeated, as examples and zero addresses are."""
    return len(set(text[2:].lower())) > 4


def wallet(text: str) -> bool:
    """Return whether an address of any supported kind passes its own checksum."""
    lower = text[:5].lower()
    if lower.startswith(("bc1", "tb1", "ltc1", "addr1")):
        return bech32(text)
    if text[:1] == "r":
        return base58check(text.translate(_RIPPLE))
    if text[:1] in ("4", "8") and len(text) > 90:
        return True  # Monero: 95 characters, Keccak checksum over its own block encoding
    return base58check(text)
