"""Cutting answers the way real servers do: text into events, events into TCP chunks that split characters."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Cut", "event", "user_text"]


@dataclass(slots=True)
class Cut:
    """How a stand-in cuts its streamed answers.

    Attributes:
        text: Characters of text per event; small enough to split any token over several events.
        chunk: Bytes per TCP chunk, blind to events and to UTF-8; 0 = one chunk per event.
        hold: When set, the stream waits for this event before its second half, at most ten seconds.
    """

    text: int = 5
    chunk: int = 37
    hold: threading.Event | None = None

    def pieces(self, text: str) -> list[str]:
        """The text in fragments."""
        return [text[i : i + self.text] for i in range(0, len(text), self.text)] or [""]

    def chunks(self, events: Iterable[bytes]) -> Iterator[bytes]:
        """The events as the chunks that go over the wire."""
        cut = list(self._cut(events))
        for index, chunk in enumerate(cut):
            if self.hold is not None and index == len(cut) // 2:
                self.hold.wait(10)
            yield chunk

    def _cut(self, events: Iterable[bytes]) -> Iterator[bytes]:
        if not self.chunk:
            yield from events
            return
        data = b"".join(events)
        for i in range(0, len(data), self.chunk):
            yield data[i : i + self.chunk]


def event(data: dict[str, Any], name: str | None = None) -> bytes:
    """One server-sent event; JSON in UTF-8, unescaped, as vendors send it."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def user_text(content: object) -> str:
    """The text of a message's content, given as a string or as parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return " ".join(user_text(part.get("text") or part.get("content") or "") for part in content if part)
    return ""
