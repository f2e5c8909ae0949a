"""Choosing how an answer is restored, by its media type and coding."""

from __future__ import annotations

import zlib

from privmw.egress.events import EventsAnswer
from privmw.egress.restore import Answer, JsonAnswer, LinesAnswer, TextAnswer
from privmw.redaction.pseudonyms import Pseudonymiser

__all__ = ["BrokenCoding", "answer_for"]

_HEADER = 2  # bytes of the header of RFC 1950


class BrokenCoding(Exception):
    """An answer does not decompress; its hook turns this into the error that its HTTP library has for that."""


def answer_for(content_type: str, content_encoding: str, names: Pseudonymiser) -> Answer | None:
    """How to restore an answer, ``None`` for one that holds no text (audio, images) or cannot be read.

    Such an answer passes as it is; what tokens it may hold stay in it, and no original is shown to anyone.
    """
    answer = _by_media(content_type.partition(";")[0].strip().lower(), names)
    coding = content_encoding.strip().lower()
    if answer is None or coding in ("", "identity"):
        return answer
    if coding in ("gzip", "deflate"):  # sent although `identity` was asked for
        return _Inflated(answer, coding)
    return None


def _by_media(media: str, names: Pseudonymiser) -> Answer | None:
    if media == "text/event-stream":
        return EventsAnswer(names)
    if media in ("application/x-ndjson", "application/jsonl", "application/json-seq", "application/stream+json"):
        return LinesAnswer(names)
    if media == "application/json" or media.endswith("+json"):
        return JsonAnswer(names)
    if media.startswith("text/") or media in ("application/xml", "application/x-subrip"):
        return TextAnswer(names)
    return None


class _Inflated:
    """An answer that arrives compressed and is passed on plain."""

    def __init__(self, inner: Answer, coding: str) -> None:
        self._inner = inner
        self._coding = coding
        self._inflate: zlib._Decompress | None = None
        self._start = b""

    def feed(self, data: bytes) -> bytes:
        """Decompress, restore."""
        if self._inflate is None:
            data = self._start + data
            if len(data) < _HEADER:
                self._start = data
                return b""
            self._inflate = zlib.decompressobj(_window(self._coding, data))
        try:
            plain = self._inflate.decompress(data)
        except zlib.error as error:
            raise BrokenCoding(str(error)) from None
        return self._inner.feed(plain) if plain else b""

    def end(self) -> bytes:
        """What is left in both."""
        rest = self._inflate.flush() if self._inflate is not None else b""
        return self._inner.feed(rest) + self._inner.end()


def _window(coding: str, start: bytes) -> int:
    """What zlib is to expect: for deflate the header of RFC 1950, or none, as some servers understand the name."""
    if coding == "gzip":
        return 31
    has_header = start[0] & 15 == zlib.DEFLATED and int.from_bytes(start[:_HEADER], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
