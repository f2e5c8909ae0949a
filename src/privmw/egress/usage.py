"""What an AI call says of itself: model, operation and token counts, read from head and tail of the answer."""

from __future__ import annotations

import re

__all__ = ["Meter", "bucket"]

_SPAN = 4096
_COUNT = re.compile(
    rb'"(?:(prompt_tokens|input_tokens|promptTokenCount)|completion_tokens|output_tokens|candidatesTokenCount)"'
    rb"\s*:\s*(\d{1,9})"
)


class Meter:
    """Counts an answer's bytes and keeps just enough of them to find its token counts.

    Attributes:
        size: Bytes so far.
    """

    __slots__ = ("_head", "_tail", "size")

    def __init__(self) -> None:
        self.size = 0
        self._head = b""
        self._tail = b""

    def feed(self, data: bytes) -> None:
        """Look at the next bytes."""
        self.size += len(data)
        if len(self._head) < _SPAN:
            self._head += data[: _SPAN - len(self._head)]
        self._tail = data[-_SPAN:] if len(data) >= _SPAN else (self._tail + data)[-_SPAN:]

    def tokens(self) -> tuple[int | None, int | None]:
        """Input and output tokens, bucketed; ``None`` where the answer does not say."""
        sent, got = _counts(self._head) if self.size > _SPAN else (None, None)
        last_sent, last_got = _counts(self._tail)
        return last_sent if last_sent is not None else sent, last_got if last_got is not None else got


def _counts(data: bytes) -> tuple[int | None, int | None]:
    sent = got = None
    for is_input, digits in _COUNT.findall(data):
        if is_input:
            sent = digits
        else:
            got = digits
    return bucket(int(sent)) if sent is not None else None, bucket(int(got)) if got is not None else None


def bucket(number: int) -> int:
    """The next power of two: exact sizes can identify a message, and these records outlive the message."""
    return 0 if number <= 0 else 1 << (number - 1).bit_length()
