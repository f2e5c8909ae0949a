"""What is text in a JSON body: every string and long number but the names of models, roles, ids and signatures."""

from __future__ import annotations

import base64
import re
from functools import partial
from typing import Any

from privmw.egress.codec import dumps_text, hides_members, loads_document
from privmw.egress.content import Text, base64_content, text_of
from privmw.egress.leaves import Leaves

__all__ = ["collect_json", "holds_token_ids", "is_name"]

# Members that providers define and parse. Skipped only where the value looks like a name.
_STRUCTURAL = frozenset({
    "model", "models", "role", "type", "id", "object", "tool_call_id", "tool_use_id", "call_id", "previous_response_id",
    "item_id", "response_id", "file_id", "conversation", "container", "media_type", "mime_type", "mimeType", "format",
    "detail", "encoding_format", "service_tier", "finish_reason", "stop_reason", "status", "tool_choice", "voice",
    "response_format", "truncation", "effort", "verbosity", "input_type", "quality", "size", "cachedContent",
})  # fmt: skip
# Opaque to everyone but the provider that issued them; edited, the call would fail.
_OPAQUE = frozenset({"signature", "thoughtSignature", "thought_signature", "encrypted_content"})
# Below these the application chooses the keys, so no key is structural any more.
_FREE = frozenset({
    "arguments", "args", "input", "input_schema", "parameters", "schema", "json_schema", "metadata", "labels",
    "variables", "response", "output", "documents", "properties",
})  # fmt: skip
_CONVERSATION_LISTS = frozenset({"input", "output"})  # in the Responses API a list of messages, elsewhere free objects
_ENCODED = frozenset({"data", "bytes", "file_data", "b64_json", "fileData", "inlineData"})

_USUAL = _STRUCTURAL | _FREE | frozenset({"messages", "content", "text", "name", "temperature", "tools", "function"})
_ROLES = frozenset({"user", "assistant", "system", "developer", "tool", "text", "message", "function"})

_NAME = re.compile(r"(?=.*[A-Za-z_])(?!.*\d{6})[\w.:/+=-]{1,200}", re.ASCII)
_OPAQUE_ID = re.compile(r"[A-Za-z][A-Za-z]{0,15}[-_][A-Za-z0-9_-]{4,200}", re.ASCII)
_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z_$0-9-]{0,63}", re.ASCII)
_DATA_URI = re.compile(r"(data:)([\w.+/-]*)((?:;[\w.=+\"-]+)*?)(;base64)?,", re.ASCII | re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_\r\n-]{64,}={0,2}\s*", re.ASCII)
_SHORT_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}", re.ASCII)
_MEASURES = re.compile(r"seed|.*(?:_at|_tokens|_ms|time|timestamp|created|index|bytes|size)", re.IGNORECASE)

_DEEPEST_NESTED = 4
_SHORTEST_FILE = 64
_LONG = 4096  # no word is that long; what looks like base64 then is base64


def collect_json(value: Any, leaves: Leaves, *, free: bool = False) -> dict[str, Any]:
    """Hand every text of a parsed JSON body to the leaves.

    Args:
        value: The parsed body; texts are put back into it.
        leaves: Takes the texts.
        free: The body's members are the application's own, so none is structural.

    Returns:
        A holder whose member ``""`` is the body, also after rewriting a body that is a bare string.
    """
    holder = {"": value}
    _Walk(leaves).member(holder, "", value, (), free=free)
    return holder


def holds_token_ids(body: Any) -> bool:
    """Whether a prompt is given as token numbers, which cannot be scanned."""
    if not isinstance(body, dict):
        return False
    given = body.get("input", body.get("prompt"))
    if isinstance(given, list) and given and isinstance(given[0], list):
        given = given[0]
    return isinstance(given, list) and bool(given) and type(given[0]) is int


class _Walk:
    __slots__ = ("_leaves", "_nested")

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves
        self._nested = 0

    def member(self, holder: Any, key: Any, value: Any, path: tuple[str, ...], *, free: bool) -> None:
        kind = type(value)
        if kind is str:
            self._text(holder, key, value, path, free=free)
        elif kind is dict:
            self._dict(value, path, free=free)
        elif kind is list:
            inside = (*path, "[]")
            for at, item in enumerate(value):
                self.member(value, at, item, inside, free=free)
        elif kind is int and 10**8 <= abs(value) < 10**19 and not _MEASURES.fullmatch(str(key)):
            # A card or national id given as a number: replaced by a text where it is recognised.
            self._leaves.add(str(value), partial(holder.__setitem__, key), path, str(key), prose=False)

    def _dict(self, node: dict[str, Any], path: tuple[str, ...], *, free: bool) -> None:
        if not free and node.get("signature") and node.get("type") == "thinking":
            return  # made by the provider, signed by it, and refused when edited
        for key, item in node.items():  # renamed and replaced only once everything is collected
            plain = key in _USUAL or _PLAIN_KEY.fullmatch(key) is not None
            if free or not plain:
                self._leaves.add(key, partial(_rename, node, key), (*path, "*"), prose=False)
            if not free and type(item) is str and (key in _OPAQUE or (key in _STRUCTURAL and is_name(item))):
                continue
            opens = free or (key in _FREE and not (key in _CONVERSATION_LISTS and type(item) is list))
            self.member(node, key, item, (*path, key if plain and not free else "*"), free=opens)

    def _text(self, holder: Any, key: Any, text: str, path: tuple[str, ...], *, free: bool) -> None:
        if not text:
            return
        put = partial(holder.__setitem__, key)
        if text[:1] in "dD" and text[:5].lower() == "data:" and (uri := _DATA_URI.match(text)):
            self._data_uri(text, uri, put, path)
            return
        if self._base64(text, holder, key, put, path):
            return
        if text[0] in "{[ \n\t" and self._nested < _DEEPEST_NESTED:
            document = loads_document(text)
            if document is not None and not hides_members(text.encode("utf-8", "surrogatepass"), document):
                self._document(document, put, path)
                return
        # The provider's own "name" (of a tool, a participant) is an identifier, and refused if it is anything else.
        prose = free or key != "name" or not is_name(text)
        self._leaves.add(text, put, path, key if type(key) is str else "", prose=prose)

    def _document(self, document: Any, put: Any, path: tuple[str, ...]) -> None:
        """JSON inside a string: rewritten value by value, so that no replacement can change its structure."""
        inner = Leaves()
        self._nested += 1
        outer, self._leaves = self._leaves, inner
        self.member({}, "", document, path, free=True)
        self._leaves = outer
        self._nested -= 1
        inner.hand_over(outer, partial(_put_document, put, document))

    def _data_uri(self, text: str, uri: re.Match[str], put: Any, path: tuple[str, ...]) -> None:
        media = uri[2].lower() or "text/plain"
        raw = base64_content(text[uri.end() :]) if uri[4] else None
        if raw is None:
            self._leaves.add(text, put, path)  # not in base64, so all of it is text, also what is called a picture
            return
        content = text_of(raw, media)
        if content is None:
            self._leaves.attach(media, raw)
        else:
            self._leaves.add(content.text, partial(_put_base64, put, text[: uri.end()], content), path)

    def _base64(self, text: str, holder: Any, key: Any, put: Any, path: tuple[str, ...]) -> bool:
        """Look into a text that is base64 as a whole; ``False`` where it is none, or may be something else."""
        encoded = key in _ENCODED
        if len(text) < _SHORTEST_FILE or _BASE64.fullmatch(text) is None:
            if not encoded or _SHORT_BASE64.fullmatch(text) is None:
                return False
            encoded = False  # so short that it may just as well be a word, which is looked at as it stands as well
        raw = base64_content(text)
        media = holder.get("media_type") or holder.get("mimeType") if isinstance(holder, dict) else None
        media = media.lower() if isinstance(media, str) else ""
        content = text_of(raw, media, certain=False) if raw is not None else None
        if content is None:
            if encoded or len(text) > _LONG:
                self._leaves.attach(media, raw if raw is not None else text)
                return True
            return False
        self._leaves.add(content.text, partial(_put_base64, put, "", content), path)
        return encoded or len(text) >= _SHORTEST_FILE


def is_name(text: str) -> bool:
    """Whether a text looks like the name of a model or an id: letters, no spaces, no at sign, no long number."""
    return text in _ROLES or _NAME.fullmatch(text) is not None or _OPAQUE_ID.fullmatch(text) is not None


def _put_base64(put: Any, prefix: str, content: Text, text: str) -> None:
    put(prefix + base64.b64encode(content.encode(text)).decode())


def _put_document(put: Any, document: Any) -> None:
    put(dumps_text(document))


def _rename(node: dict[str, Any], key: str, new: str) -> None:
    while new in node:  # two keys may not become one
        new += "_"
    items = list(node.items())
    node.clear()
    node.update((new if old == key else old, item) for old, item in items)
