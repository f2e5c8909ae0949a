"""Texts that are base64 as a whole: what they say, for redactors that were asked to look inside."""

from __future__ import annotations

import base64
import binascii
import re

__all__ = ["decoded"]

_WHOLE = re.compile(r"\s*([0-9A-Za-z+/_-]{8,}={0,2})\s*")
_URL_SAFE = str.maketrans("-_", "+/")


def decoded(text: str) -> str | None:
    """Return what a text says that is base64 (RFC 4648, either alphabet, padded or not), else ``None``."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    body = match[1].rstrip("=").translate(_URL_SAFE)
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
