"""CRC-32 that some issuers append to their tokens. A valid one is proof; an invalid one proves nothing."""

from __future__ import annotations

import zlib

__all__ = ["atlassian_crc", "base62_crc"]

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _base62(number: int, width: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(width, "0")


def base62_crc(text: str) -> bool:
    """True where the last six characters are the CRC-32 of the random part in base 62 (GitHub, npm)."""
    body = text.rpartition("_")[2]
    return len(body) > 6 and body[-6:] == _base62(zlib.crc32(body[:-6].encode()), 6)


def atlassian_crc(text: str) -> bool:
    """True where the last eight hexadecimal digits are the CRC-32 of what stands before them (Atlassian)."""
    body, _, crc = text.rpartition("=")
    if len(crc) != 8:
        return False
    return crc.lower() in {f"{zlib.crc32(body.encode()):08x}", f"{zlib.crc32(f'{body}='.encode()):08x}"}
