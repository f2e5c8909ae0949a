"""What is text in a request body, by its media type, and the body again once its texts are rewritten."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from privmw.egress.codec import dumps, hides_members, loads
from privmw.egress.content import Text, Unscannable, text_of
from privmw.egress.jsonbody import collect_json, holds_token_ids
from privmw.egress.leaves import Leaves
from privmw.egress.multipart import MultipartBody, Part
from privmw.types import JSONValue

__all__ = ["Body", "Unscannable", "read_body"]

LARGEST = 32 * 1024 * 1024
"""Bytes of a body that are scanned at most, after decompression."""

_LINES = (".jsonl", ".ndjson")


class Body:
    """A request body with its texts collected.

    Attributes:
        leaves: Its texts.
        document: The parsed body where it is a JSON object, else ``None``.
        ambiguous: The original bytes hold more than was parsed, so they must not be sent even if nothing was found.
    """

    __slots__ = ("_render", "ambiguous", "document", "leaves")

    def __init__(
        self,
        leaves: Leaves,
        render: Callable[[], bytes],
        document: dict[str, Any] | None = None,
        *,
        ambiguous: bool = False,
    ) -> None:
        self.leaves = leaves
        self.document = document
        self.ambiguous = ambiguous
        self._render = render

    def override(self, members: Mapping[str, JSONValue]) -> bool:
        """Set members of a JSON object; ``True`` if that changed anything.

        Raises:
            Unscannable: The body is no JSON object, so the members cannot be set.
        """
        if self.document is None:
            raise Unscannable("members cannot be set in a body that is no JSON object")
        changed = False
        for name, value in members.items():
            if name not in self.document or self.document[name] != value:
                self.document[name] = value
                changed = True
        return changed

    def render(self) -> bytes:
        """The body with all texts as they are now."""
        return self._render()


def read_body(content_type: str, content_encoding: str, data: bytes | None, *, ai: bool) -> Body:
    """Find the texts of a body.

    Args:
        content_type: Value of that header, possibly empty.
        content_encoding: Value of that header, possibly empty.
        data: The whole body, ``None`` where it cannot be had.
        ai: The request goes to an AI endpoint of known shape, so some members are structural.

    Raises:
        Unscannable: Its type, coding, size or form cannot be looked into.
    """
    if data is None:
        raise Unscannable("a body that streams or is above [egress] max_body_bytes")
    if len(data) > LARGEST:
        raise Unscannable("body too large to be scanned")
    data = _decompressed(content_encoding.strip().lower(), data)
    leaves = Leaves()
    if not data:
        return Body(leaves, lambda: b"")
    media = content_type.partition(";")[0].strip().lower()
    if media == "application/json" or media.endswith("+json"):
        return _json(data, leaves, ai=ai)
    if media in ("application/x-ndjson", "application/jsonl", "application/json-seq"):
        return _json_lines(data, leaves)
    if media == "application/x-www-form-urlencoded":
        return _form(data, leaves)
    if media == "multipart/form-data":
        return _multipart(content_type, data, leaves)
    if media.startswith("text/") or media in ("application/xml", "application/graphql"):
        return _text(data, leaves)
    if not media:
        return _json(data, leaves, ai=ai)
    raise Unscannable(f"no way to look into {media if media.isascii() and len(media) < 80 else 'this media type'}")


def _decompressed(coding: str, data: bytes) -> bytes:
    if coding in ("", "identity"):
        return data
    if coding not in ("gzip", "deflate"):
        raise Unscannable("unknown content coding")
    inflate = zlib.decompressobj(31 if coding == "gzip" else 15)
    try:
        plain = inflate.decompress(data, LARGEST + 1)
    except (zlib.error, gzip.BadGzipFile):
        raise Unscannable("broken content coding") from None
    if len(plain) > LARGEST or inflate.unconsumed_tail or inflate.unused_data or not inflate.eof:
        raise Unscannable("body too large to be scanned")
    return plain


def _parsed(data: bytes) -> Any:
    try:
        return loads(data)
    except ValueError:
        raise Unscannable("a body that is no valid JSON") from None


def _json(data: bytes, leaves: Leaves, *, ai: bool) -> Body:
    value = _parsed(data)
    if ai and holds_token_ids(value):
        raise Unscannable("a prompt given as token numbers")
    ambiguous = hides_members(data, value)
    holder = collect_json(value, leaves, free=not ai)
    document = value if isinstance(value, dict) else None
    return Body(leaves, lambda: dumps(holder[""]), document, ambiguous=ambiguous)


def _json_lines(data: bytes, leaves: Leaves) -> Body:
    return _lines([(line, _parsed(line)) for line in data.splitlines() if line.strip()], leaves)


def _lines(lines: list[tuple[bytes, Any]], leaves: Leaves) -> Body:
    ambiguous = any(hides_members(line, value) for line, value in lines)
    holders = [collect_json(value, leaves, free=not _is_request(value)) for _, value in lines]
    return Body(leaves, lambda: b"".join(dumps(holder[""]) + b"\n" for holder in holders), ambiguous=ambiguous)


def _is_request(value: Any) -> bool:
    """Whether a line is one request of a batch, whose body is a provider's and not the application's own."""
    return isinstance(value, dict) and (type(value.get("body")) is dict or type(value.get("params")) is dict)


def _form(data: bytes, leaves: Leaves) -> Body:
    try:
        pairs = parse_qsl(data.decode(), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise Unscannable("a broken form body") from None
    fields: list[dict[str, str]] = [{name: value} for name, value in pairs]
    collect_json(fields, leaves, free=True)
    return Body(leaves, lambda: urlencode([pair for field in fields for pair in field.items()]).encode())


def _text(data: bytes, leaves: Leaves) -> Body:
    holder = collect_json(_decoded(data), leaves, free=True)
    return Body(leaves, lambda: holder[""].encode())


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Unscannable("a text in another encoding than UTF-8") from None


def _multipart(content_type: str, data: bytes, leaves: Leaves) -> Body:
    form = MultipartBody.parse(content_type, data)
    if form is None:
        raise Unscannable("a broken multipart body")
    ambiguous = False
    for part in form.parts:
        if not part.is_plain:
            raise Unscannable("a part of a form in a transfer coding")
        for name in part.filenames:
            leaves.add(name, part.rename_file, ("filename",), "filename", prose=False)
        text = text_of(part.content, part.media_type)
        if text is None:
            leaves.attach(part.media_type, part.content)
        else:
            ambiguous |= _part(part, text, leaves)
    return Body(leaves, form.render, ambiguous=ambiguous)


def _part(part: Part, text: Text, leaves: Leaves) -> bool:
    """Collect the texts of a field or file; ``True`` where its bytes hold more than was read and must be rewritten."""
    inner = Leaves()
    documents = _documents(part) if part.is_file else None
    if documents is None:
        field = {part.name: text.text}
        collect_json(field, inner, free=True)
        inner.hand_over(leaves, partial(_put_field, part, field, text))
        return False
    body = _lines(documents, inner)
    inner.hand_over(leaves, partial(_put_body, part, body))
    if body.ambiguous:
        _put_body(part, body)
    return body.ambiguous


def _documents(part: Part) -> list[tuple[bytes, Any]] | None:
    """The lines of a file of JSON documents, as batches of requests are; ``None`` for any other text."""
    named = any(name.lower().endswith(_LINES) for name in part.filenames)
    if not named and part.content.lstrip()[:1] != b"{":
        return None
    try:
        return [(line, _parsed(line)) for line in part.content.splitlines() if line.strip()]
    except Unscannable:
        if named:
            raise
        return None


def _put_body(part: Part, body: Body) -> None:
    part.content = body.render()


def _put_field(part: Part, field: dict[str, str], text: Text) -> None:
    # A field's name is scanned too, for what it is worth as context, but a form keeps its field names.
    part.content = text.encode(next(iter(field.values())))
