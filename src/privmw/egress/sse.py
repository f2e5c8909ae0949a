"""Server-sent events (HTML standard, section 9.2) as bytes in, whole events out, wherever TCP cut them."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Event", "EventSplitter"]

_END = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE = re.compile(rb"\r\n|\n|\r")


@dataclass(slots=True)
class Event:
    """One event.

    Attributes:
        raw: The event as it came, with the blank line that ends it.
        data: Its data lines joined, ``None`` where it has none (comments, pings).
        name: Value of its event field, possibly empty.
    """

    raw: bytes
    data: bytes | None
    name: bytes = b""

    def with_data(self, data: bytes) -> bytes:
        """The event as bytes with other data; its further fields and comments stay as they were."""
        eol = b"\r\n" if b"\r\n" in self.raw else b"\n" if b"\n" in self.raw else b"\r"
        lines: list[bytes] = []
        placed = False
        for line in _LINE.split(self.raw):
            if line[:4] == b"data" and (len(line) == 4 or line[4:5] == b":"):
                if not placed:
                    lines.extend(b"data: " + part for part in _LINE.split(data))
                    placed = True
            elif line:
                lines.append(line)
        return eol.join(lines) + eol + eol


class EventSplitter:
    """Cuts a byte stream into events."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[Event]:
        """Take bytes and return the events that are complete now."""
        buffer = self._buffer + data if self._buffer else data
        if b"\r" not in buffer:  # all vendors but a few
            *blocks, self._buffer = buffer.split(b"\n\n")
            return [_read(block + b"\n\n") for block in blocks]
        events = []
        start = 0
        for found in _END.finditer(buffer):
            if found.end() == len(buffer) and buffer.endswith(b"\r"):
                break  # its line feed may be in the next chunk
            events.append(_read(buffer[start : found.end()]))
            start = found.end()
        self._buffer = buffer[start:]
        return events

    def end(self) -> Event | None:
        """What is left when the stream has ended."""
        rest, self._buffer = self._buffer, b""
        return _read(rest) if rest else None


def _read(raw: bytes) -> Event:
    if raw[:6] == b"data: " and raw[-2:] == b"\n\n" and raw.find(b"\n") == len(raw) - 2:
        return Event(raw, raw[6:-2])
    data: list[bytes] = []
    name = b""
    for line in raw.split(b"\n") if b"\r" not in raw else _LINE.split(raw):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value
    return Event(raw, b"\n".join(data) if data else None, name)
