"""Choosing how an answer is restored, by its media type and coding."""

from __future__ import annotations

import zlib

from privmw.egress.events import EventsAnswer
from privmw.egress.restore import Answer, JsonAnswer, LinesAnswer, TextAnswer
from privmw.redaction.pseudonyms import Pseudonymiser

__all__ = ["answer_for"]


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
        self._inflate = zlib.decompressobj(31 if coding == "gzip" else 15)

    def feed(self, data: bytes) -> bytes:
        """Decompress, restore."""
        plain = self._inflate.decompress(data)
        return self._inner.feed(plain) if plain else b""

    def end(self) -> bytes:
        """What is left in both."""
        return self._inner.feed(self._inflate.flush()) + self._inner.end()
