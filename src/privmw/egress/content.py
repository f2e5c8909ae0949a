"""Whether the content of a file is text, decided by what is in it.

The media type of an upload is an HTTP library's guess from its name (``application/octet-stream`` for a batch of
prompts), so it is asked only where the content itself leaves the question open.
"""

from __future__ import annotations

import base64
import binascii
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from dataclasses import dataclass

__all__ = ["Text", "Unscannable", "base64_content", "is_text_type", "text_of"]

# A byte order mark, and the coding it stands for. That of UTF-32 begins with that of UTF-16.
_MARKS = (
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
_TEXT_TYPE = re.compile(
    r"text/|application/(?:json|jsonl|x-ndjson|xml|csv|x-yaml|yaml|x-sh|javascript|graphql|rtf)\Z|.*\+(?:json|xml)\Z"
)
_BINARY_TYPE = re.compile(
    r"(?:audio|video|font|model)/|image/(?!svg)"
    r"|application/(?:pdf|zip|gzip|x-gzip|x-tar|x-bzip2|x-xz|x-7z-compressed|vnd\.|msword|epub|wasm|java-archive)"
)
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\b\t\n\f\r\x1b")
_BASE64 = str.maketrans("-_", "+/", " \t\r\n")
# Fewer bytes without any control character may be chance: a key or a hash has none in one of a thousand cases.
_SHORTEST_TEXT = 128


class Unscannable(Exception):
    """A body that cannot be looked into; its message says why, and holds nothing of the body."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with the way it was encoded."""

    text: str
    coding: str = "utf-8"
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """Another text, encoded like this one."""
        return self.mark + text.encode(self.coding, "surrogatepass")


def is_text_type(media: str) -> bool:
    """Whether a media type in lower case, without parameters, is one of texts."""
    return _TEXT_TYPE.match(media) is not None


def text_of(content: bytes, media: str, *, certain: bool = True) -> Text | None:
    """Read content as text; ``None`` for binary content, which cannot be looked into and passes as it is.

    Args:
        content: All of it.
        media: Its media type in lower case, without parameters, possibly empty.
        certain: It is known to be a file, so what looks like a text in an unknown encoding is one.

    Raises:
        Unscannable: It is a text in an encoding that nobody names.
    """
    for mark, coding in _MARKS:
        if content.startswith(mark):
            try:
                return Text(content[len(mark) :].decode(coding), coding, mark)
            except UnicodeDecodeError:
                break
    if content.startswith(b"%PDF-"):
        return None  # may be plain ASCII, and breaks when a byte moves
    if b"\0" not in content:
        try:
            return Text(content.decode())
        except UnicodeDecodeError:
            pass
    if is_text_type(media) or (certain and _looks_like_text(content) and _BINARY_TYPE.match(media) is None):
        raise Unscannable("a text in another encoding than UTF-8")
    return None


def _looks_like_text(content: bytes) -> bool:
    return len(content) >= _SHORTEST_TEXT and len(content.translate(None, _CONTROL)) == len(content)


def base64_content(text: str) -> bytes | None:
    """What stands in base64 of either alphabet, padded or not, with line ends or not; ``None`` where it is none."""
    letters = text.translate(_BASE64).rstrip("=")
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
