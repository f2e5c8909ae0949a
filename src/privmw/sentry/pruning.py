"""What is taken out of Sentry's items by structure, because it is personal whatever it looks like.

Of events: the person but a reference of the id, request bodies, cookies and credentials, local variables. Logs, metrics and
spans carry the same as attributes, and spans of AI calls the whole conversation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

__all__ = ["Counts", "Reference", "prune_attributes", "prune_event"]

Counts = dict[str, int]
"""How many values of each entity type were taken out."""

Reference = Callable[[object], str]
"""Makes the keyed reference of a user id; a reference stays as it is."""

_USER_ID = "user.id"
_USER = {
    "id": "SUBJECT_ID",
    "email": "EMAIL_ADDRESS",
    "ip_address": "IP_ADDRESS",
    "username": "USERNAME",
    "name": "PERSON",
}
_REQUEST = frozenset({"data", "cookies", "env"})
_HEADERS = {"cookie": "COOKIE", "set-cookie": "COOKIE", "authorization": "SECRET", "proxy-authorization": "SECRET"}

# Of AI calls only what was said: a segment of the name says which part of the conversation, never a count or a setting.
_SAID = (
    "messages?|input_messages|input|output|text|prompts?|completion|choice|content|arguments|result|tool_calls"
    "|system_instructions|responses|reasoning_content"
)
# Attributes of logs, metrics and spans; what they held, by entity type, where it is of a single one.
_ATTRIBUTES = (
    (r"user\.email", "EMAIL_ADDRESS"),
    (r"user\.ip_address", "IP_ADDRESS"),
    (r"user\.(?:full_)?name", "PERSON"),
    (r"user\.username|enduser\..+", "USERNAME"),
    (r"user\..+", ""),
    (r"http\.(?:request|response)\.(?:header\.(?:set-)?)?cookies?(?:\..+)?", "COOKIE"),
    (r"http\.(?:request|response)\.header\.(?:proxy-)?authorization", "SECRET"),
    (r"http\.(?:request|response)\.body(?:\..+)?", ""),
    (rf"(?:gen_ai|ai)\.(?:\w+\.)*(?:{_SAID})(?:\.\w+)*", ""),
)
_ATTRIBUTE = re.compile("|".join(f"({pattern})" for pattern, _ in _ATTRIBUTES))


@lru_cache(maxsize=4096)
def _class_of(name: str) -> str | None:
    """Entity type of a dropped attribute, empty where it is of no single one; ``None`` for one that is kept."""
    found = _ATTRIBUTE.fullmatch(name)
    return _ATTRIBUTES[found.lastindex - 1][1] if found is not None and found.lastindex else None


def prune_attributes(attributes: Mapping[Any, Any], reference: Reference, counts: Counts) -> dict[str, Any]:
    """A copy of attributes without those that are personal by their name, the user's id as a reference."""
    kept = {}
    for name, value in attributes.items():
        if name == _USER_ID:
            kept[name] = _referred(value, reference, counts)
            continue
        entity = _class_of(name) if isinstance(name, str) else None
        if entity is None:
            kept[name] = value
        elif entity and value is not None:
            _count(counts, entity)
    return kept


def _referred(value: Any, reference: Reference, counts: Counts) -> Any:
    if isinstance(value, Mapping) and "value" in value:  # as it stands in an envelope
        return {**value, "value": _referred(value["value"], reference, counts)}
    made = reference(value)
    if made != value:
        _count(counts, "SUBJECT_ID")
    return made


def prune_event(event: Mapping[str, Any], reference: Reference, counts: Counts) -> dict[str, Any]:
    """A copy of an error event or transaction without what is personal by where it stands."""
    pruned = dict(event)
    user = pruned.pop("user", None)
    if isinstance(user, Mapping):
        for key, entity in _USER.items():
            if key != "id" and user.get(key) is not None:
                _count(counts, entity)
        if user.get("id") is not None:
            pruned["user"] = {"id": _referred(user["id"], reference, counts)}
    if isinstance(pruned.get("request"), Mapping):
        pruned["request"] = _request(pruned["request"], counts)
    for holder in ("exception", "threads"):
        values = (pruned.get(holder) or {}).get("values")
        if values:
            pruned[holder] = {**pruned[holder], "values": [_without_variables(value) for value in values]}
    if pruned.get("stacktrace"):
        pruned = _without_variables(pruned)
    trace = (pruned.get("contexts") or {}).get("trace")
    if isinstance(trace, Mapping):
        pruned["contexts"] = {**pruned["contexts"], "trace": _span(trace, reference, counts)}
    if isinstance(pruned.get("spans"), list):
        pruned["spans"] = [_span(span, reference, counts) for span in pruned["spans"]]
    return pruned


def _request(request: Mapping[str, Any], counts: Counts) -> dict[str, Any]:
    if request.get("cookies"):
        _count(counts, "COOKIE")
    kept = {key: value for key, value in request.items() if key not in _REQUEST}
    headers = kept.get("headers")
    if isinstance(headers, Mapping):
        kept["headers"] = {name: value for name, value in headers.items() if str(name).lower() not in _HEADERS}
        for name in headers:
            if entity := _HEADERS.get(str(name).lower()):
                _count(counts, entity)
    return kept


def _span(span: Any, reference: Reference, counts: Counts) -> Any:
    data = span.get("data") if isinstance(span, Mapping) else None
    if not isinstance(data, Mapping):
        return span
    return {**span, "data": prune_attributes(data, reference, counts)}


def _without_variables(value: Any) -> Any:
    frames = ((value or {}).get("stacktrace") or {}).get("frames") if isinstance(value, dict) else None
    if not frames:
        return value
    bare = [{key: part for key, part in frame.items() if key != "vars"} for frame in frames]
    return {**value, "stacktrace": {**value["stacktrace"], "frames": bare}}


def _count(counts: Counts, entity: str) -> None:
    counts[entity] = counts.get(entity, 0) + 1
