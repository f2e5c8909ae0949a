"""Whether content carries Content Credentials: a C2PA manifest, which says where a picture or a sound comes from.

A manifest store is a JUMBF box of a fixed type (C2PA 2.1, section 11.1). Its 16 bytes are looked for, as they are and in each
of the three ways in which base64 writes them. A manifest inside a compressed stream (of a PDF) is not found.
"""

from __future__ import annotations

import base64
from typing import Final

__all__ = ["Watch", "has_manifest"]

_TYPE: Final = bytes.fromhex("63327061 0011 0010 8000 00aa00389b71")
_LONGEST: Final = 24


def _encoded(offset: int) -> bytes:
    """What base64 makes of the type at this distance from a multiple of three, without the ends that neighbours share."""
    text = base64.b64encode(bytes(offset) + _TYPE)
    return text[-(-offset * 4 // 3) : len(text) - 4]


_MARKS: Final = (_TYPE, *(_encoded(offset) for offset in range(3)))
_TEXTS: Final = tuple(mark.decode() for mark in _MARKS[1:])


def has_manifest(content: bytes | str) -> bool:
    """Whether there is a manifest in bytes, or in a text that holds base64 (of either alphabet)."""
    if isinstance(content, bytes):
        return any(mark in content for mark in _MARKS)
    return any(mark in content for mark in _TEXTS)


class Watch:
    """Looks for a manifest in a stream.

    Attributes:
        found: Whether there was one so far.
    """

    __slots__ = ("_tail", "found")

    def __init__(self) -> None:
        self.found = False
        self._tail = b""

    def feed(self, data: bytes) -> None:
        """Look at the next bytes."""
        if not self.found:
            self._tail += data
            self.found = has_manifest(self._tail)
            self._tail = self._tail[-_LONGEST:]
