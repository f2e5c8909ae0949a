"""Restoring a streamed answer event by event: each text field of the answer has a restorer of its own.

A field is a place in the answer, not in an event: (choice, tool call, content block, member). Its fragments arrive in
many events, interleaved with those of other fields, and a token may be cut over several of them. What one event holds
back, a later event of the same field carries, or an event of its own when the field ends.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from privmw.egress.codec import dumps, loads
from privmw.egress.restore import OPAQUE, SHORTEST, restore_document, restore_string
from privmw.egress.sse import Event, EventSplitter
from privmw.redaction.pseudonyms import Pseudonymiser
from privmw.redaction.restore import StreamRestorer

__all__ = ["EventsAnswer"]

# How the strings below a member are to be read: all are whole, only `text` comes in fragments, all come in fragments.
_WHOLE, _TEXTS, _DELTA = range(3)

_OPENS = {"delta": _DELTA, "choices": _TEXTS, "candidates": _TEXTS}
_NEVER_FRAGMENTS = frozenset({
    "citation", "citations", "citationMetadata", "groundingMetadata", "annotations", "annotation", "logprobs", "name",
})  # fmt: skip
_TEXT_MEMBERS = frozenset({"text", "stringValue"})
_SIGNED = frozenset({"thinking", "signature"})
_SOURCE = frozenset({"arguments", "partial_json", "arguments_delta"})  # JSON source in fragments
_PLAIN_EVENTS = {"message.output.delta": "content", "function.call.delta": "arguments"}  # Mistral's conversations

_PLACES = ("index", "output_index", "content_index", "summary_index")
_ALL_ENDED = frozenset({
    "message_stop", "message-end", "content-end", "tool-call-end", "tool-plan-end", "response.completed",
    "response.failed", "response.incomplete", "conversation.response.done",
})  # fmt: skip
_BASE = len(_PLACES) + 1

_Key = tuple[object, ...]


class _Field:
    """One streamed text field: its restorer, and where its latest fragment stood."""

    __slots__ = ("body", "event", "holder", "key", "restorer")

    def __init__(self, restorer: StreamRestorer) -> None:
        self.restorer = restorer
        self.event: Event
        self.body: dict[str, Any] | None
        self.holder: dict[str, Any]
        self.key: str


class EventsAnswer:
    """A stream of server-sent events.

    Args:
        names: Knows the tokens that were sent.
    """

    def __init__(self, names: Pseudonymiser) -> None:
        self._names = names
        self._splitter = EventSplitter()
        self._fields: dict[_Key, _Field] = {}
        self._inserted = 0
        self._appended = False

    def feed(self, data: bytes) -> bytes:
        """Restore the events that are complete, and pass them on."""
        return b"".join([self._event(event) for event in self._splitter.feed(data)])

    def end(self) -> bytes:
        """Pass on what fields held back, and an event that was cut off."""
        last = self._splitter.end()
        return (self._event(last) if last is not None else b"") + self._flush(_any)

    def _event(self, event: Event) -> bytes:
        data = event.data
        if data is None:
            return event.raw
        if data == b"[DONE]" or event.name == b"done":
            return self._flush(_any) + event.raw
        if data[:1] == b"{" or data[:1] == b"[":
            try:
                body = loads(data)
                if type(body) is dict:
                    return self._json(event, body)
                return event.with_data(restore_document(data, self._names))
            except RecursionError:  # nested beyond all measure: it passes with its tokens in it
                return event.raw
            except ValueError:
                pass
        return self._raw(event, data)

    def _raw(self, event: Event, data: bytes) -> bytes:
        """An event whose data is the text itself."""
        field = self._field((event.name,), source=False)
        field.event, field.body = event, None
        text = data.decode("utf-8", "surrogateescape")
        shown = field.restorer.feed(text)
        return event.raw if shown == text else event.with_data(shown.encode("utf-8", "surrogateescape"))

    def _json(self, event: Event, body: dict[str, Any]) -> bytes:
        kind = body.get("type")
        before = b""
        if type(kind) is str and self._fields and (ended := _ended(kind, body)) is not None:
            before = self._flush(ended, body)
        walk = _Walk(self, event, body, kind if type(kind) is str else "")
        changed = walk.object(body, (kind, *map(body.get, _PLACES)), _WHOLE)
        for place in walk.finished:
            before += self._flush(partial(_stands_in, place), body)
        if self._inserted and type(body.get("sequence_number")) is int:
            body["sequence_number"] += self._inserted
            changed = True
        changed |= self._appended
        self._appended = False
        return before + (event.with_data(dumps(body)) if changed else event.raw)

    def _field(self, key: _Key, *, source: bool) -> _Field:
        field = self._fields.get(key)
        if field is None:
            field = self._fields[key] = _Field(self._names.stream(json_string=source))
        return field

    def _flush(self, ended: Callable[[_Key], bool], body: dict[str, Any] | None = None) -> bytes:
        """End fields: what they held back goes into the event at hand or, before it, into a copy of their last one."""
        events = b""
        for key in [key for key in self._fields if ended(key)]:
            field = self._fields[key]
            rest = field.restorer.flush()
            del self._fields[key]
            if not rest:
                continue
            if field.body is None:
                events += field.event.with_data(rest.encode("utf-8", "surrogateescape"))
            elif field.body is body:
                field.holder[field.key] += rest
                self._appended = True
            else:
                events += self._copy(field, rest, body)
        return events

    def _copy(self, field: _Field, rest: str, body: dict[str, Any] | None) -> bytes:
        copy = field.body
        assert copy is not None
        for other in self._fields.values():
            if other.body is copy:
                other.holder[other.key] = ""
        field.holder[field.key] = rest
        if type(copy.get("sequence_number")) is int:
            following = body.get("sequence_number") if body else None
            copy["sequence_number"] = (
                following + self._inserted if type(following) is int else copy["sequence_number"] + 1
            )
            self._inserted += 1
        return field.event.with_data(dumps(copy))


class _Walk:
    """One pass over a parsed event: fragments go through their fields, whole texts are restored in place.

    Attributes:
        finished: Places of choices that end with this event.
    """

    __slots__ = ("_answer", "_body", "_event", "_kind", "finished")

    def __init__(self, answer: EventsAnswer, event: Event, body: dict[str, Any], kind: str) -> None:
        self._answer = answer
        self._event = event
        self._body = body
        self._kind = kind
        self.finished: list[_Key] = []

    def object(self, node: dict[str, Any], key: _Key, mode: int) -> bool:
        if node.get("type") == "thinking" and "signature" in node:
            return False  # signed by its maker, and to be sent back as it came
        changed = False
        plain = _PLAIN_EVENTS.get(self._kind) if node is self._body else None
        for name, item in node.items():
            kind = type(item)
            if kind is str:
                if not item or name in OPAQUE or name in _SIGNED:
                    continue
                if self._is_fragment(name, mode) or name == plain:
                    changed |= self._fragment(node, name, item, (*key, name))
                elif len(item) >= SHORTEST:
                    changed |= self._whole(node, name, item)
            elif kind is dict and item:
                changed |= self.object(item, (*key, name), _below(name, mode))
            elif kind is list and item:
                changed |= self._list(item, (*key, name), _below(name, mode))
        if mode == _TEXTS and (node.get("finish_reason") or node.get("finishReason")):
            self.finished.append(key[_BASE : _BASE + 2])
        return changed

    def _list(self, items: list[Any], key: _Key, mode: int) -> bool:
        changed = False
        for at, item in enumerate(items):
            kind = type(item)
            if kind is dict:
                # Gemini streams thoughts and answer through the same part number.
                place = (item.get("index", at), item["thought"]) if "thought" in item else (item.get("index", at),)
                changed |= self.object(item, (*key, *place, item.get("jsonPath")), mode)
            elif kind is list:
                changed |= self._list(item, (*key, at), mode)
            elif kind is str and len(item) >= SHORTEST:
                changed |= self._whole(items, at, item)
        return changed

    def _is_fragment(self, name: str, mode: int) -> bool:
        if mode == _DELTA:
            return name not in _NEVER_FRAGMENTS
        return name == "delta" or (mode == _TEXTS and name in _TEXT_MEMBERS)

    def _fragment(self, holder: dict[str, Any], name: str, text: str, key: _Key) -> bool:
        # An answer in JSON (structured output) must stay JSON whatever an original holds.
        source = name in _SOURCE or (name == "delta" and "arguments" in self._kind) or text.lstrip()[:1] == "{"
        field = self._answer._field(key, source=source)
        field.event, field.body, field.holder, field.key = self._event, self._body, holder, name
        shown = field.restorer.feed(text)
        if shown == text:
            return False
        holder[name] = shown
        return True

    def _whole(self, holder: Any, key: Any, text: str) -> bool:
        restored = restore_string(text, self._answer._names, key=key if type(key) is str else "")
        if restored is text:
            return False
        holder[key] = restored
        return True


def _below(name: str, mode: int) -> int:
    if name in _NEVER_FRAGMENTS:
        return _WHOLE
    if name == "message" and mode == _TEXTS:
        return _WHOLE  # the answer so far, beside its delta
    return max(mode, _OPENS.get(name, _WHOLE))


def _stands_in(place: _Key, key: _Key) -> bool:
    return key[_BASE : _BASE + 2] == place


def _any(_: _Key) -> bool:
    return True


def _ended(kind: str, body: dict[str, Any]) -> Callable[[_Key], bool] | None:
    """Which fields an event ends; ``None`` for an event that ends none."""
    if kind in _ALL_ENDED:
        return _any
    if kind == "content_block_stop" or kind.endswith(".done"):
        places = [(at, body[name]) for at, name in enumerate(_PLACES, 1) if name in body]
        return lambda key: len(key) > _BASE and all(key[at] == place for at, place in places)
    return None
