"""A multipart/form-data body (RFC 7578) as parts that can be changed and written again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote_to_bytes

__all__ = ["MultipartBody", "Part"]

_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'(?<![\w*])name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILENAME = re.compile(rb'(?<![\w*])filename="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILENAME_BARE = re.compile(rb'(?<![\w*])filename=(?!")([^\s;]+)', re.IGNORECASE)
_FILENAME_EXTENDED = re.compile(rb";\s*filename\*\s*=\s*([^;\r\n]*)", re.IGNORECASE)  # RFC 5987
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
    def filenames(self) -> list[str]:
        """File names as given, one for each spelling; empty where it is not a file."""
        names = []
        found = _FILENAME.search(self.headers) or _FILENAME_BARE.search(self.headers)
        if found:
            names.append(found[1].decode("utf-8", "replace"))
        extended = _FILENAME_EXTENDED.search(self.headers)
        if extended:
            names.append(unquote_to_bytes(extended[1].rpartition(b"'")[2]).decode("utf-8", "replace"))
        return names

    @property
    def is_file(self) -> bool:
        """Whether it is a file and not a field."""
        return bool(self.filenames)

    @property
    def media_type(self) -> str:
        """Media type, ``text/plain`` for a field without one."""
        found = _TYPE.search(self.headers)
        if found:
            return found[1].decode("latin-1").strip().lower()
        return "application/octet-stream" if self.is_file else "text/plain"

    @property
    def is_plain(self) -> bool:
        """Whether the content is sent without a transfer coding."""
        found = _CODING.search(self.headers)
        return found is None or found[1].lower() in (b"7bit", b"8bit", b"binary")

    def rename_file(self, filename: str) -> None:
        """Give the file another name, in one spelling."""
        quoted = filename.replace("\\", "\\\\").replace('"', "%22").encode()
        named = b'filename="' + quoted + b'"'
        headers = self.headers
        if _FILENAME.search(headers) is None and _FILENAME_BARE.search(headers) is None:
            self.headers = _FILENAME_EXTENDED.sub(lambda _: b"; " + named, headers)
            return
        headers = _FILENAME_EXTENDED.sub(b"", headers)
        for pattern in (_FILENAME, _FILENAME_BARE):
            headers = pattern.sub(lambda _: named, headers)
        self.headers = headers


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
