"""Redaction of everything that sentry-sdk sends: at its hooks, and once more at its transport.

The hooks run in the request's own thread, where the data subject is known; the transport is the last gate, which also
sees what has no hook (sessions, attachments, envelope headers) and what the SDK sends when a hook fails.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from privmw.context import context_of
from privmw.errors import ConfigurationError
from privmw.types import ValueRedactor

try:
    from sentry_sdk import client as sentry_client
    from sentry_sdk import get_client
    from sentry_sdk.envelope import Envelope, Item, PayloadRef
    from sentry_sdk.transport import Transport
except ImportError as error:  # pragma: no cover - exercised by the installation without extras
    raise ConfigurationError("sentry-sdk is not installed", remedy="pip install 'privmw[sentry]'") from error

if TYPE_CHECKING:
    from sentry_sdk.client import BaseClient

__all__ = ["RedactingTransport", "SentryRedactor", "install", "protect", "uninstall"]

FAILED = "<REDACTION_FAILED>"
_REFERENCE = "pseudonym-"
_Hook = Callable[[Any, Any], Any]
_HOOKS = {
    "before_send": "event",
    "before_send_transaction": "event",
    "before_breadcrumb": "item",
    "before_send_log": "item",
    "before_send_metric": "item",
    "before_send_span": "span",
}
_SKELETON = ("event_id", "timestamp", "start_timestamp", "level", "platform", "type")
_logger = logging.getLogger("privmw.sentry")


class SentryRedactor:
    """Redacts events, breadcrumbs, logs, metrics, spans and sessions.

    Besides what the redactor finds, it drops by structure what is personal whatever it looks like: local variables of
    frames, request bodies, cookies, and all of ``user`` but a keyed reference of its id.

    Args:
        redactor: What finds and replaces personal data.
        reference_key: Key of the references that replace user ids; random per process when ``None``, so that references
            of different processes cannot be joined.

    Attributes:
        failures: How many items were replaced by a skeleton because redaction failed.
    """

    def __init__(self, redactor: ValueRedactor, *, reference_key: bytes | None = None) -> None:
        self._redactor = redactor
        self._key = reference_key or secrets.token_bytes(32)
        self.failures = 0

    def event(self, event: Any, hint: Any = None) -> Any:
        """Redact an error event or a transaction; a hint's attachments are dropped."""
        try:
            if isinstance(hint, dict) and hint.get("attachments"):
                hint["attachments"] = []
            exc_info = hint.get("exc_info") if isinstance(hint, dict) else None
            with context_of(exc_info[1] if exc_info else None):
                return self._redactor.value(self._pruned(event))
        except Exception:  # noqa: BLE001 - the SDK would send some items as they were
            return self._skeleton(event)

    def item(self, item: Any, hint: Any = None) -> Any:
        """Redact a breadcrumb, log or metric; ``None``, which drops it, when that fails."""
        try:
            return self._redactor.value(item)
        except Exception:  # noqa: BLE001 - the SDK would send some items as they were
            self.failures += 1
            return None

    def span(self, span: Any, hint: Any = None) -> Any:
        """Redact a streamed span, which a hook may rename but not drop."""
        try:
            return self._redactor.value(span)
        except Exception:  # noqa: BLE001 - the SDK would send some items as they were
            self.failures += 1
            return {"name": FAILED, "attributes": {}}

    def reference(self, user_id: object) -> str:
        """The keyed reference under which a user id is counted; a reference stays as it is."""
        if isinstance(user_id, str) and user_id.startswith(_REFERENCE):
            return user_id
        return (
            _REFERENCE
            + hmac.new(self._key, str(user_id).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]
        )

    def envelope(self, envelope: Envelope) -> Envelope:
        """Redact a whole envelope; attachments and what cannot be read are left out."""
        safe = Envelope(headers=self._redactor.value(envelope.headers))
        for item in envelope.items:
            payload = self._payload(item)
            if payload is not None:
                headers = {key: value for key, value in item.headers.items() if key != "length"}
                safe.add_item(Item(payload=PayloadRef(json=payload), headers=self._redactor.value(headers)))
        return safe

    def _payload(self, item: Item) -> Any:
        if item.headers.get("type") == "attachment":
            return None
        payload = item.payload.json if item.payload.json is not None else _parsed(item.payload.get_bytes())
        if payload is None:
            self.failures += 1
            return None
        kind = item.headers.get("type")
        if kind in ("event", "transaction"):
            return self.event(payload)
        if kind == "session" and isinstance(payload, dict):
            payload = {key: value for key, value in payload.items() if key not in ("did", "attrs")} | {
                "attrs": {key: value for key, value in payload.get("attrs", {}).items() if key != "ip_address"}
            }
        return self.item(payload)

    def _pruned(self, event: Any) -> Any:
        event = dict(event)
        user = event.pop("user", None)
        if isinstance(user, dict) and user.get("id") is not None:
            event["user"] = {"id": self.reference(user["id"])}
        if isinstance(event.get("request"), dict):
            dropped = ("data", "cookies", "env")
            event["request"] = {key: value for key, value in event["request"].items() if key not in dropped}
        for holder in ("exception", "threads"):
            values = (event.get(holder) or {}).get("values")
            if values:
                event[holder] = {**event[holder], "values": [_without_variables(value) for value in values]}
        if event.get("stacktrace"):
            event = _without_variables(event)
        return event

    def _skeleton(self, item: Any) -> Any:
        """What is left of an event that could not be redacted: that it happened."""
        self.failures += 1
        if not isinstance(item, dict):
            return None
        return {key: item[key] for key in _SKELETON if key in item} | {"message": FAILED}


class RedactingTransport(Transport):
    """A Sentry transport that redacts each envelope before the real one gets it; drops it when that fails.

    Args:
        inner: The transport that sends.
        redactor: What redacts envelopes.
        permit: Asked before each envelope; ``False`` drops it. The runtime decides and records the transfer here.
    """

    def __init__(
        self, inner: Transport, redactor: SentryRedactor, *, permit: Callable[[], bool] = lambda: True
    ) -> None:
        super().__init__(getattr(inner, "options", None))
        self.inner = inner
        self._redactor = redactor
        self._permit = permit

    def capture_envelope(self, envelope: Envelope) -> None:
        """Redact and pass on; never raises."""
        try:
            safe = self._redactor.envelope(envelope) if self._permit() else None
        except Exception:  # noqa: BLE001 - the SDK would send some items as they were
            self._redactor.failures += 1
            return
        if safe is not None and safe.items:
            self.inner.capture_envelope(safe)

    def flush(self, timeout: float, callback: Any = None) -> None:
        """Wait for the inner transport."""
        self.inner.flush(timeout, callback)

    def kill(self) -> None:
        """Stop the inner transport."""
        self.inner.kill()

    def is_healthy(self) -> bool:
        """Whether the inner transport is."""
        return self.inner.is_healthy()

    def record_lost_event(self, *args: Any, **kwargs: Any) -> None:
        """Let the inner transport count it."""
        self.inner.record_lost_event(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def protect(
    client: BaseClient, redactor: SentryRedactor, *, permit: Callable[[], bool] = lambda: True
) -> Callable[[], None]:
    """Put a client's hooks, transport and Spotlight behind the redactor; the user's own hooks run first.

    Returns:
        A function that undoes it.
    """
    options, before = client.options, {name: client.options.get(name) for name in _HOOKS}
    variables = options.get("include_local_variables")
    for name, method in _HOOKS.items():
        options[name] = _composed(before[name], getattr(redactor, method))
    options["include_local_variables"] = False
    if options.get("data_collection") and (options["data_collection"] or {}).get("provided_by_user", False):
        _logger.warning(
            "sentry-sdk option data_collection switches most categories on; privmw redacts what it collects"
        )
    transport, spotlight = client.transport, getattr(client, "spotlight", None)
    if transport is not None:
        client.transport = RedactingTransport(transport, redactor, permit=permit)
    if spotlight is not None:
        client.spotlight = RedactingTransport(spotlight, redactor, permit=permit)  # type: ignore[assignment]

    def undo() -> None:
        options.update(before)
        options["include_local_variables"] = variables
        client.transport = transport
        if spotlight is not None:
            client.spotlight = spotlight

    return undo


_lock = threading.Lock()
_undo: list[Callable[[], None]] = []


def install(
    redactor: ValueRedactor, *, reference_key: bytes | None = None, permit: Callable[[], bool] = lambda: True
) -> SentryRedactor:
    """Protect the current client and every later one, until :func:`uninstall`."""
    uninstall()
    sentry = SentryRedactor(redactor, reference_key=reference_key)
    original = sentry_client._Client._init_impl

    def init_impl(self: sentry_client._Client) -> None:
        original(self)
        with _lock:
            _undo.append(protect(self, sentry, permit=permit))

    def restore() -> None:
        sentry_client._Client._init_impl = original  # type: ignore[method-assign]

    with _lock:
        _undo.append(restore)
        sentry_client._Client._init_impl = init_impl  # type: ignore[method-assign]
        if get_client().is_active():
            _undo.append(protect(get_client(), sentry, permit=permit))
    return sentry


def uninstall() -> None:
    """Undo :func:`install`; harmless when nothing is installed."""
    with _lock:
        while _undo:
            _undo.pop()()


def _composed(theirs: _Hook | None, ours: _Hook) -> _Hook:
    if theirs is None:
        return ours

    def both(item: Any, hint: Any) -> Any:
        try:
            item = theirs(item, hint)
        except Exception:  # noqa: BLE001 - the SDK would send some items as they were
            return ours(None, hint)
        return None if item is None else ours(item, hint)

    return both


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _without_variables(value: Any) -> Any:
    frames = ((value or {}).get("stacktrace") or {}).get("frames") if isinstance(value, dict) else None
    if not frames:
        return value
    bare = [{key: part for key, part in frame.items() if key != "vars"} for frame in frames]
    return {**value, "stacktrace": {**value["stacktrace"], "frames": bare}}
