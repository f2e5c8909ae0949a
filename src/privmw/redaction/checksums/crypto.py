"""Checksums of cryptocurrency addresses."""

from __future__ import annotations

import hashlib

__all__ = ["base58check", "bech32", "eip55", "wallet"]

_BASE58 = {sign: place for place, sign in enumerate(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_BECH32 = {sign: place for place, sign in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32M = 0x2BC830A3
_RIPPLE = str.maketrans(
    "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz",
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
)

_ROTATIONS = (
    (0, 36, 3, 41, 18), (1, 44, 10, 45, 2), (62, 6, 43, 15, 61), (28, 55, 25, 21, 56), (27, 20, 39, 8, 14),
)  # fmt: skip
_MASK = (1 << 64) - 1


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


def eip55(text: str) -> bool:
    """Return whether an Ethereum address passes EIP-55; addresses in one case carry no checksum and pass."""
    address = text[2:]
    if address in (address.lower(), address.upper()):
        return len(set(address.lower())) > 4
    digest = keccak256(address.lower().encode()).hex()
    return all(
        sign.isdigit() or sign.isupper() == (int(nibble, 16) >= 8)
        for sign, nibble in zip(address, digest, strict=False)
    )


def wallet(text: str) -> bool:
    """Return whether an address of any supported kind passes its own checksum."""
    if text[:2] == "0x":
        return eip55(text)
    lower = text[:5].lower()
    if lower.startswith(("bc1", "tb1", "ltc1", "addr1")):
        return bech32(text)
    if text[:1] == "r":
        return base58check(text.translate(_RIPPLE))
    if text[:1] in ("4", "8") and len(text) > 90:
        return True  # Monero: 95 characters, Keccak checksum over its own block encoding
    return base58check(text)


def keccak256(data: bytes) -> bytes:
    """Return the Keccak-256 digest of up to 135 bytes (the original padding, not SHA3-256)."""
    block = bytearray(data + b"\x01" + bytes(135 - len(data)))
    block[135] |= 0x80
    lanes = [[int.from_bytes(block[8 * (x + 5 * y) : 8 * (x + 5 * y) + 8], "little") if x + 5 * y < 17 else 0 for y in range(5)]
             for x in range(5)]  # fmt: skip
    register = 1
    for _ in range(24):
        lanes, register = _keccak_round(lanes, register)
    return b"".join(lanes[place % 5][place // 5].to_bytes(8, "little") for place in range(4))


def _keccak_round(lanes: list[list[int]], register: int) -> tuple[list[list[int]], int]:
    parity = [lane[0] ^ lane[1] ^ lane[2] ^ lane[3] ^ lane[4] for lane in lanes]
    effect = [parity[x - 1] ^ _rotate(parity[(x + 1) % 5], 1) for x in range(5)]
    moved = [[0] * 5 for _ in range(5)]
    for x in range(5):
        for y in range(5):
            moved[y][(2 * x + 3 * y) % 5] = _rotate(lanes[x][y] ^ effect[x], _ROTATIONS[x][y])
    mixed = [
        [moved[x][y] ^ (~moved[(x + 1) % 5][y] & moved[(x + 2) % 5][y] & _MASK) for y in range(5)] for x in range(5)
    ]
    for bit in range(7):
        register = (register << 1 ^ (register >> 7) * 0x71) % 256
        if register & 2:
            mixed[0][0] ^= 1 << (1 << bit) - 1
    return mixed, register


def _rotate(lane: int, by: int) -> int:
    return (lane << by | lane >> 64 - by) & _MASK if by else lane
