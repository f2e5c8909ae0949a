"""Putting originals back into an answer while it streams through: JSON, JSON lines, text, server-sent events."""

from __future__ import annotations

import codecs
from typing import Any, Protocol

from privmw.egress.codec import dumps, loads, loads_document
from privmw.redaction.pseudonyms import Pseudonymiser

__all__ = [
    "OPAQUE",
    "SHORTEST",
    "Answer",
    "JsonAnswer",
    "LinesAnswer",
    "TextAnswer",
    "restore_document",
    "restore_json",
]

LARGEST = 32 * 1024 * 1024
"""Bytes of one JSON answer that are held to be restored; a larger one passes with its tokens in it."""

SHORTEST = 12
"""Characters of the shortest token in any spelling."""

OPAQUE = frozenset({
    "signature", "thoughtSignature", "thought_signature", "encrypted_content", "obfuscation", "id", "model", "object",
    "type", "role", "system_fingerprint", "finish_reason", "stop_reason",
})  # fmt: skip
"""Members that hold no text, or must come back unchanged."""

_ARGUMENTS = frozenset({"arguments", "partial_json"})


class Answer(Protocol):
    """An answer's body on its way in."""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes as they came, and return what may be passed on now."""

    def end(self) -> bytes:
        """Return what is still held back, once the body has ended."""


def restore_json(value: Any, names: Pseudonymiser) -> bool:
    """Restore every text below a parsed object or array in place, JSON inside strings included.

    Returns:
        Whether anything is different now.
    """
    if type(value) is dict:
        return _restore_object(value, names)
    changed = False
    if type(value) is list:
        for at, item in enumerate(value):
            kind = type(item)
            if kind is str:
                restored = restore_string(item, names)
                if restored is not item:
                    value[at] = restored
                    changed = True
            elif kind is dict or kind is list:
                changed |= restore_json(item, names)
    return changed


def _restore_object(value: dict[str, Any], names: Pseudonymiser) -> bool:
    if value.get("type") in ("thinking", "redacted_thinking") and "signature" in value:
        return False  # signed by its maker, and to be sent back as it came
    changed = False
    for key, item in value.items():
        kind = type(item)
        if kind is str:
            if len(item) < SHORTEST or key in OPAQUE:
                continue
            restored = restore_string(item, names, key=key)
            if restored is not item:
                value[key] = restored
                changed = True
        elif kind is dict or kind is list:
            changed |= restore_json(item, names)
    return changed


def restore_string(text: str, names: Pseudonymiser, *, key: str = "") -> str:
    """Restore one text; in JSON source, values are escaped so that they cannot change its structure."""
    source = key in _ARGUMENTS or (text[:1] in ("{", "[") and loads_document(text) is not None)
    restored = names.restore_text(text, json_string=source)
    return text if restored == text else restored


def restore_document(data: bytes, names: Pseudonymiser) -> bytes:
    """Restore one JSON document; what is no JSON, or nested beyond all measure, passes with its tokens in it."""
    try:
        value = loads(data)
        if type(value) is str:
            restored = restore_string(value, names)
            return data if restored is value else dumps(restored)
        changed = restore_json(value, names)
    except (ValueError, RecursionError):
        return data
    return dumps(value) if changed else data


class JsonAnswer:
    """A whole JSON document: it can be restored only once it is complete."""

    def __init__(self, names: Pseudonymiser) -> None:
        self._names = names
        self._held: bytearray | None = bytearray()

    def feed(self, data: bytes) -> bytes:
        """Hold the bytes back, unless the document grows beyond all measure."""
        if self._held is None:
            return data
        self._held += data
        return b"" if len(self._held) <= LARGEST else self._give_up()

    def end(self) -> bytes:
        """The document with originals in place of tokens."""
        if not self._held:
            return b""
        data = self._give_up()
        return restore_document(data, self._names)

    def _give_up(self) -> bytes:
        data = bytes(self._held or b"")
        self._held = None
        return data


class LinesAnswer:
    """One JSON document a line."""

    def __init__(self, names: Pseudonymiser) -> None:
        self._names = names
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Restore the lines that are complete."""
        *lines, self._held = (self._held + data).split(b"\n")
        return b"".join(restore_document(line, self._names) + b"\n" for line in lines)

    def end(self) -> bytes:
        """Restore a last line without a line end."""
        held, self._held = self._held, b""
        return restore_document(held, self._names)


class TextAnswer:
    """Plain text in UTF-8, characters and tokens cut anywhere."""

    def __init__(self, names: Pseudonymiser) -> None:
        self._text = names.stream()
        # Bytes that are no UTF-8 survive the round trip.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def feed(self, data: bytes) -> bytes:
        """Restore all but a tail that may be the start of a token."""
        return self._text.feed(self._decoder.decode(data)).encode("utf-8", "surrogateescape")

    def end(self) -> bytes:
        """Give the tail."""
        rest = self._text.feed(self._decoder.decode(b"", final=True)) + self._text.flush()
        return rest.encode("utf-8", "surrogateescape")
