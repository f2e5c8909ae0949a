"""A multipart/form-data body (RFC 7578) as parts that can be changed and written again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

__all__ = ["MultipartBody", "Part"]

_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'(?<![\w*])name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILENAME = re.compile(rb'(?<![\w*])filename="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILENAME_EXTENDED = re.compile(rb";\s*filename\*=[^;\r\n]*", re.IGNORECASE)
_TYPE = re.compile(rb"^content-type:\s*([^;\r\n]+)", re.IGNORECASE | re.MULTILINE)
_CODING = re.compile(rb"^content-transfer-encoding:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class Part:
    """One field or file.

    Attributes:
        headers: Raw header lines, without the empty line after them.
        content: Raw content.
    """

    headers: bytes
    content: bytes

    @property
    def name(self) -> str:
        """Name of the form field, possibly empty."""
        found = _NAME.search(self.headers)
        return found[1].decode("utf-8", "replace") if found else ""

    @property
    def filename(self) -> str | None:
        """File name as given, ``None`` where it is not a file."""
        found = _FILENAME.search(self.headers)
        return found[1].decode("utf-8", "replace") if found else None

    @property
    def media_type(self) -> str:
        """Media type, ``text/plain`` for a field without one."""
        found = _TYPE.search(self.headers)
        if found:
            return found[1].decode("latin-1").strip().lower()
        return "text/plain" if self.filename is None else "application/octet-stream"

    @property
    def is_plain(self) -> bool:
        """Whether the content is sent without a transfer coding."""
        found = _CODING.search(self.headers)
        return found is None or found[1].lower() in (b"7bit", b"8bit", b"binary")

    def rename_file(self, filename: str) -> None:
        """Give the file another name; a second, extended spelling of the name is dropped."""
        quoted = filename.replace("\\", "\\\\").replace('"', "%22").encode()
        headers = _FILENAME_EXTENDED.sub(b"", self.headers)
        self.headers = _FILENAME.sub(lambda _: b'filename="' + quoted + b'"', headers)


class MultipartBody:
    """All parts of one body, in order."""

    __slots__ = ("_boundary", "parts")

    def __init__(self, boundary: bytes, parts: list[Part]) -> None:
        self._boundary = boundary
        self.parts = parts

    @classmethod
    def parse(cls, content_type: str, data: bytes) -> Self | None:
        """Read a body; ``None`` where it is not well-formed to the last byte."""
        found = _BOUNDARY.search(content_type)
        if found is None:
            return None
        boundary = (found[1] or found[2]).encode()
        mark = b"\r\n--" + boundary
        pieces = (b"\r\n" + data).split(mark)
        # Anything before the first mark or after the last would reach the recipient unseen.
        if len(pieces) < 2 or pieces[0] or pieces[-1].strip() != b"--":
            return None
        parts = []
        for piece in pieces[1:-1]:
            head, blank, content = piece.partition(b"\r\n\r\n")
            if not head.startswith(b"\r\n") or not blank:
                return None
            parts.append(Part(head[2:], content))
        return cls(boundary, parts)

    def render(self) -> bytes:
        """Write the body again, with the same boundary."""
        mark = b"--" + self._boundary
        body = b"".join(mark + b"\r\n" + part.headers + b"\r\n\r\n" + part.content + b"\r\n" for part in self.parts)
        return body + mark + b"--\r\n"
