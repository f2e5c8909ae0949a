"""A request body as text while it streams: decompressed, decoded, and with values replaced so that JSON stays JSON."""

from __future__ import annotations

import re
import zlib
from codecs import getincrementaldecoder, lookup
from collections.abc import Sequence
from functools import lru_cache

from privmw.types import Match

__all__ = ["BodyText", "Unreadable", "in_string", "replaced"]

_TEXTUAL = ("application/json", "application/x-www-form-urlencoded", "text/", "application/xml", "application/graphql")
_CODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_STEP = 65_536
_MOST = 64 * 1024 * 1024
"""Bytes that a compressed body may unfold to."""

_BEFORE_NUMBER = ":[,"
"""What stands before a number in JSON; so does nothing, where it is all."""

_QUOTES = re.compile(r'\\.|"', re.DOTALL)


class Unreadable(Exception):
    """A body that cannot be looked into."""


class BodyText:
    """Turns the bytes of one body into text, piece by piece.

    Args:
        media_type: Value of ``Content-Type``, possibly empty.
        coding: Value of ``Content-Encoding``, possibly empty.

    Attributes:
        rewritable: The text may be changed and sent on as UTF-8.
        is_json: Values are written as JSON.
    """

    def __init__(self, media_type: str, coding: str) -> None:
        charset, self.is_json, textual = _read(media_type)
        self._coding = coding.strip().lower()
        self.rewritable = textual and not self._coding
        if self._coding == "identity":
            self._coding = ""
        self._unfold = zlib.decompressobj(wbits=47) if self._coding in _CODINGS else None
        self._decoder = getincrementaldecoder(charset)("surrogateescape" if charset == "utf-8" else "replace")
        self._size = 0

    def feed(self, data: bytes, *, last: bool) -> str:
        """Return the text of the next bytes.

        NUL characters are left out, so that the digits of UTF-16 stand side by side also where nothing names it.

        Raises:
            Unreadable: The content coding is unknown or broken, or the body unfolds to too much.
        """
        text = self._decoder.decode(self._plain(data), final=last)
        if "\0" in text:
            self.rewritable = False
            text = text.replace("\0", "")
        return text

    def _plain(self, data: bytes) -> bytes:
        if not self._coding:
            return data
        if self._unfold is None:
            raise Unreadable
        try:
            return self._unfolded(data)
        except zlib.error:
            if self._coding != "deflate" or self._size:
                raise Unreadable from None
        self._unfold = zlib.decompressobj(wbits=-15)  # what many call deflate has no header
        try:
            return self._unfolded(data)
        except zlib.error:
            raise Unreadable from None

    def _unfolded(self, data: bytes) -> bytes:
        assert self._unfold is not None
        parts = []
        while data:
            parts.append(self._unfold.decompress(data, _STEP))
            self._size += len(parts[-1])
            if self._size > _MOST:
                raise Unreadable
            data = self._unfold.unconsumed_tail
        return b"".join(parts)


@lru_cache(256)
def _read(media_type: str) -> tuple[str, bool, bool]:
    """Charset, whether it is JSON, and whether it is text that may be changed and sent on as UTF-8."""
    kind, _, parameters = media_type.lower().partition(";")
    kind = kind.strip()
    charset = _charset(parameters)
    is_json = kind == "application/json" or "+json" in kind
    textual = not kind or kind.startswith(_TEXTUAL) or is_json
    return charset, is_json, textual and charset in {"utf-8", "ascii"}


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            try:
                return lookup(value.strip("\"' ")).name
            except LookupError:
                return "utf-8"
    return "utf-8"


def in_string(text: str, inside: bool) -> bool:
    """Whether the end of a piece of JSON lies inside a string, given whether its start does."""
    for sign in _QUOTES.finditer(text):
        if sign[0] == '"':
            inside = not inside
    return inside


def replaced(text: str, matches: Sequence[Match], *, inside: bool | None = None) -> str:
    """Replace matches by their entity types.

    Args:
        text: The text.
        matches: Ordered, not overlapping.
        inside: For JSON, whether the start lies inside a string: numbers are then replaced by strings.
    """
    parts = []
    position = 0
    for match in matches:
        before = text[position : match.start]
        parts.append(before)
        placeholder = f"<{match.entity_type}>"
        if inside is not None:
            inside = in_string(before, inside)
            if not inside and text[: match.start].rstrip()[-1:] in _BEFORE_NUMBER:
                placeholder = f'"{placeholder}"'
        parts.append(placeholder)
        position = match.end
    parts.append(text[position:])
    return "".join(parts)
