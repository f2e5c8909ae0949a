"""Redaction of everything that sentry-sdk sends: at its hooks, and once more at its transport.

The hooks run in the request's own thread, where the data subject is known; the transport is the last gate, which also
sees what has no hook (sessions, attachments, envelope headers) and what the SDK sends when a hook fails.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from privmw.errors import ConfigurationError
from privmw.sentry.redactor import SentryRedactor
from privmw.types import CountingRedactor, Permit

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

_Hook = Callable[[Any, Any], Any]
_HOOKS = {
    "before_send": "event",
    "before_send_transaction": "event",
    "before_breadcrumb": "breadcrumb",
    "before_send_log": "item",
    "before_send_metric": "item",
    "before_send_span": "span",
}
_logger = logging.getLogger("privmw.sentry")


class RedactingTransport(Transport):
    """A Sentry transport that redacts each envelope before the real one gets it; drops it when that fails.

    Args:
        inner: The transport that sends.
        redactor: What redacts envelopes.
        permit: Asked before each envelope, with what was removed from it; ``False`` drops it. The runtime decides and
            records the transfer here.
    """

    def __init__(self, inner: Transport, redactor: SentryRedactor, *, permit: Permit = lambda _: True) -> None:
        super().__init__(getattr(inner, "options", None))
        self.inner = inner
        self._redactor = redactor
        self._permit = permit

    def capture_envelope(self, envelope: Envelope) -> None:
        """Redact and pass on; never raises."""
        try:
            headers, items, removed = self._redactor.envelope(envelope)
            if not items or not self._permit(removed):
                return
            safe = Envelope(headers=headers)
            for head, payload in items:
                safe.add_item(Item(payload=PayloadRef(json=payload), headers=head))
        except Exception:  # noqa: BLE001 - the SDK would send some items as they were
            self._redactor.failures += 1
            return
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


def protect(client: BaseClient, redactor: SentryRedactor, *, permit: Permit = lambda _: True) -> Callable[[], None]:
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
    redactor: CountingRedactor, *, reference_key: bytes | None = None, permit: Permit = lambda _: True
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
