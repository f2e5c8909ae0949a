"""Redacts Sentry's items, and remembers until they leave how many values were taken out of each."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from privmw.context import context_of
from privmw.sentry.pruning import Counts, prune_attributes, prune_event
from privmw.types import CountingRedactor

if TYPE_CHECKING:
    from sentry_sdk.envelope import Envelope, Item

__all__ = ["FAILED", "SentryRedactor"]

FAILED = "<REDACTION_FAILED>"
_REFERENCE = re.compile(r"pseudonym-[0-9a-f]{16}")
_SKELETON = ("event_id", "timestamp", "start_timestamp", "level", "platform", "type")
_NOTE = "privmw.removed"  # carries counts from an item's own hook to the transport, where it is taken off
_REMEMBERED = 256  # events between their hook and the transport, which follows at once


class SentryRedactor:
    """Redacts events, breadcrumbs, logs, metrics, spans and sessions.

    Besides what the redactor finds, it drops by structure what is personal whatever it looks like
    (:mod:`privmw.sentry.pruning`). Breadcrumbs, logs, metrics and spans carry what was removed from them as
    ``privmw.removed`` until the transport takes it off.

    Args:
        redactor: What finds and replaces personal data.
        reference_key: Key of the references that replace user ids; random per process when ``None``, so that references
            of different processes cannot be joined.

    Attributes:
        failures: How many items were replaced by a skeleton because redaction failed.
    """

    def __init__(self, redactor: CountingRedactor, *, reference_key: bytes | None = None) -> None:
        self._redactor = redactor
        self._key = reference_key or secrets.token_bytes(32)
        self._removed: OrderedDict[str, Counts] = OrderedDict()
        self._lock = threading.Lock()
        self.failures = 0

    def event(self, event: Any, hint: Any = None) -> Any:
        """Redact an error event or a transaction; a hint's attachments are dropped."""
        try:
            if isinstance(hint, dict) and hint.get("attachments"):
                hint["attachments"] = []
            exc_info = hint.get("exc_info") if isinstance(hint, dict) else None
            with context_of(exc_info[1] if exc_info else None):
                safe, counts = self._event(event)
            self._remember(safe.get("event_id"), counts)
            return safe
        except Exception:  # noqa: BLE001 - the SDK would send some items as they were
            return self._skeleton(event)

    def breadcrumb(self, crumb: Any, hint: Any = None) -> Any:
        """Redact a breadcrumb; ``None``, which drops it, when that fails."""
        return self._noted(crumb, "data")

    def item(self, item: Any, hint: Any = None) -> Any:
        """Redact a log or metric; ``None``, which drops it, when that fails."""
        return self._noted(item, "attributes")

    def span(self, span: Any, hint: Any = None) -> Any:
        """Redact a streamed span, which a hook may rename but not drop."""
        safe = self._noted(span, "attributes")
        return {"name": FAILED, "attributes": {}} if safe is None else safe

    def reference(self, user_id: object) -> str:
        """The keyed reference under which a user id is counted; a reference stays as it is."""
        text = str(user_id)
        if _REFERENCE.fullmatch(text):
            return text
        digest = hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"pseudonym-{digest.hexdigest()[:16]}"

    def headers(self, headers: Any) -> Any:
        """Redact the headers of an envelope or item."""
        return self._redactor.value(headers)

    def payload(self, item: Item) -> tuple[Any, Counts]:
        """Redact the payload of an envelope's item; ``None`` leaves the item out (attachments, what cannot be read)."""
        kind = item.headers.get("type")
        if kind == "attachment":
            return None, {}
        payload = item.payload.json if item.payload.json is not None else _parsed(item.payload.get_bytes())
        if payload is None:
            self.failures += 1
            return None, {}
        if kind in ("event", "transaction"):
            return self._sent_event(payload)
        if kind == "session" and isinstance(payload, dict):
            payload = _without_person(payload)
        try:
            return self._item(payload)
        except Exception:  # noqa: BLE001 - fail closed
            self.failures += 1
            return None, {}

    def envelope(self, envelope: Envelope) -> tuple[Any, list[tuple[Any, Any]], Counts]:
        """Redact a whole envelope.

        Returns:
            Its headers, its items as pairs of headers and payload, and what was removed from them, in their hooks too.
        """
        items, removed = [], Counts()
        for item in envelope.items:
            payload, counts = self.payload(item)
            if payload is not None:
                items.append((self.headers({k: v for k, v in item.headers.items() if k != "length"}), payload))
                _add(removed, counts)
        return self.headers(envelope.headers), items, removed

    def _event(self, event: Any) -> tuple[Any, Counts]:
        counts = Counts()
        pruned = prune_event(event, self.reference, counts)
        crumbs = pruned.get("breadcrumbs")
        if isinstance(crumbs, Mapping) and isinstance(crumbs.get("values"), list):
            values = [_without_note(crumb, "data", counts) for crumb in crumbs["values"]]
            pruned["breadcrumbs"] = {**crumbs, "values": values}
        safe, found = self._redactor.counted(pruned)
        _add(counts, found)
        return safe, counts

    def _sent_event(self, event: Any) -> tuple[Any, Counts]:
        try:
            safe, counts = self._event(event)
            _add(counts, self._recall(safe.get("event_id")))
            return safe, counts
        except Exception:  # noqa: BLE001 - fail closed
            return self._skeleton(event), {}

    def _item(self, item: Any) -> tuple[Any, Counts]:
        """Redact a log, metric or span, or many of them as one payload."""
        counts = Counts()
        if isinstance(item, Mapping) and isinstance(item.get("items"), list):
            item = {**item, "items": [self._pruned(one, counts) for one in item["items"]]}
        else:
            item = self._pruned(item, counts)
        safe, found = self._redactor.counted(item)
        _add(counts, found)
        return safe, counts

    def _pruned(self, item: Any, counts: Counts) -> Any:
        item = _without_note(item, "attributes", counts)
        if not isinstance(item, Mapping) or not isinstance(item.get("attributes"), Mapping):
            return item
        return {**item, "attributes": prune_attributes(item["attributes"], self.reference, counts)}

    def _noted(self, item: Any, holder: str) -> Any:
        try:
            safe, counts = self._item(item)
        except Exception:  # noqa: BLE001 - the SDK would send some items as they were
            safe, counts = None, {}
        if not isinstance(safe, dict):
            self.failures += 1
            return None
        if counts:
            note = " ".join(f"{entity}:{count}" for entity, count in counts.items())
            safe = {**safe, holder: {**(safe.get(holder) or {}), _NOTE: note}}
        return safe

    def _remember(self, event_id: Any, counts: Counts) -> None:
        if not counts or not isinstance(event_id, str):
            return
        with self._lock:
            self._removed[event_id] = counts
            while len(self._removed) > _REMEMBERED:
                self._removed.popitem(last=False)

    def _recall(self, event_id: Any) -> Counts:
        with self._lock:
            return self._removed.pop(event_id, {}) if isinstance(event_id, str) else {}

    def _skeleton(self, item: Any) -> Any:
        """What is left of an event that could not be redacted: that it happened."""
        self.failures += 1
        if not isinstance(item, dict):
            return None
        return {key: item[key] for key in _SKELETON if key in item} | {"message": FAILED}


def _without_person(session: dict[str, Any]) -> dict[str, Any]:
    attributes = {key: value for key, value in session.get("attrs", {}).items() if key != "ip_address"}
    return {key: value for key, value in session.items() if key not in ("did", "attrs")} | {"attrs": attributes}


def _without_note(item: Any, holder: str, counts: Counts) -> Any:
    """An item without what its hook noted, which is added to the counts."""
    held = item.get(holder) if isinstance(item, Mapping) else None
    if not isinstance(held, Mapping) or _NOTE not in held:
        return item
    note = held[_NOTE]
    note = note.get("value") if isinstance(note, Mapping) else note  # as it stands in an envelope
    for entity, _, count in (pair.rpartition(":") for pair in str(note).split()):
        if entity and count.isascii() and count.isdigit():
            counts[entity] = counts.get(entity, 0) + int(count)
    return {**item, holder: {key: value for key, value in held.items() if key != _NOTE}}


def _add(counts: Counts, more: Mapping[str, int]) -> None:
    for entity, count in more.items():
        counts[entity] = counts.get(entity, 0) + count


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None
