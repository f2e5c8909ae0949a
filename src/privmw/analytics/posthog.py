"""PostHog: events stripped in the caller's context, and what goes over the wire (flags included) once more.

Both clients are covered, ``Posthog`` and ``AsyncPosthog``, and both capture endpoints. A person who may not be reported
gets no flags either: the SDK reads an answer without any, and nothing is asked.

Not covered: the opt-in ``metrics=`` and ``traces=`` pipelines, which have exporters of their own; ``emails``, which send
what they are told to whom they are told; and PostHog's JavaScript in pages that the app renders.
"""

from __future__ import annotations

import importlib
import re
import threading
from collections.abc import Callable
from typing import Any

from privmw.analytics.identifiers import IdentifierStripper, Removed
from privmw.context import handled
from privmw.errors import ConfigurationError
from privmw.types import Permit

try:
    import posthog.request as posthog_request
    from posthog.client import Client
except ImportError as error:  # pragma: no cover - exercised by the installation without extras
    raise ConfigurationError("posthog is not installed", remedy="pip install 'privmw[posthog]'") from error

__all__ = ["PosthogRedactor", "install", "uninstall"]

_PROPERTIES = frozenset({"properties", "$set", "$set_once", "person_properties", "group_properties"})
_IDS = frozenset({"distinct_id", "device_id", "$device_id", "$anon_distinct_id"})
# What the SDK writes into an event; anything else in these members is somebody's text.
_SHAPES = {
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}"),
    "timestamp": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"),
}
_TRANSPORT = ("timeout", "max_retries", "client")  # arguments beside the members of a request for flags
_NO_FLAGS = b'{"flags":{},"featureFlags":{},"featureFlagPayloads":{},"errorsWhileComputingFlags":false}'


class PosthogRedactor:
    """``before_send`` callback: returns a stripped copy, or ``None`` to drop the event.

    Args:
        stripper: What removes direct identifiers.
        permit: Asked before each event and each request for flags; ``False`` drops it (opt-out, no consent, undeclared).

    Attributes:
        dropped: Events and requests for flags not sent because of the policy or an opt-out.
        failures: The same because stripping failed.
    """

    def __init__(self, stripper: IdentifierStripper, *, permit: Permit = lambda _: True) -> None:
        self._stripper = stripper
        self._permit = permit
        self.dropped = 0
        self.failures = 0

    def __call__(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Strip one event, or a request for flags; never raises, and drops it when stripping fails."""
        try:
            removed: Removed = {}
            safe = self.strip(event, removed)
            if self._permit(removed):
                return safe
            self.dropped += 1
        except Exception:  # noqa: BLE001 - fail closed
            self.failures += 1
        return None

    def strip(self, body: dict[str, Any], removed: Removed | None = None) -> dict[str, Any]:
        """Strip an event or a request for flags; of members that nobody knows, texts are redacted."""
        return {key: self._member(key, value, removed) for key, value in body.items()}

    def _member(self, key: str, value: Any, removed: Removed | None) -> Any:
        if key in _PROPERTIES and isinstance(value, dict):
            return self._stripper.properties(value, removed)
        if key in _IDS and value is not None:
            return self._stripper.reference(value, removed)
        if key == "groups":
            return self._stripper.groups(value, removed)
        shape = _SHAPES.get(key)
        if shape is not None and isinstance(value, str) and shape.fullmatch(value):
            return value
        return self._stripper.value(value, removed)

    def batch(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Strip events that were permitted already, and leave out those for which that fails."""
        safe = []
        for event in events:
            try:
                safe.append(self.strip(event))
            except Exception:  # noqa: BLE001 - fail closed
                self.failures += 1
        return safe


_lock = threading.Lock()
_undo: list[Callable[[], None]] = []


def install(stripper: IdentifierStripper, *, permit: Permit = lambda _: True) -> PosthogRedactor:
    """Strip the events of every PostHog client, existing ones included, until :func:`uninstall`.

    Raises:
        ConfigurationError: This version of posthog has no place to hook into; nothing is installed then.
    """
    uninstall()
    redactor = PosthogRedactor(stripper, permit=permit)
    with _lock:
        try:
            _replace(Client, "_run_before_send", lambda original: _sync_event(original, redactor))
            _replace(posthog_request, "post", lambda original: _sync_post(original, redactor))
            capture = _module("posthog.capture_v1")
            if capture is not None:
                _replace(capture, "_post_v1", lambda original: _sync_batch(original, redactor))
            asynchronous = _module("posthog.async_client")
            if asynchronous is not None:
                _replace(asynchronous.AsyncClient, "_process_event", lambda original: _async_event(original, redactor))
                _replace(asynchronous, "_async_flags", lambda original: _async_flags(original, redactor))
                consumer = importlib.import_module("posthog._async_consumer")
                _replace(consumer, "async_batch_post", lambda original: _async_batch(original, redactor))
        except ConfigurationError:
            _restore()
            raise
    return redactor


def uninstall() -> None:
    """Undo :func:`install`; harmless when nothing is installed."""
    with _lock:
        _restore()


def _restore() -> None:
    while _undo:
        _undo.pop()()


def _module(name: str) -> Any:
    """A module of newer versions, ``None`` where this one has none."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def _replace(owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
    original = getattr(owner, name, None)
    if original is None:
        raise ConfigurationError(
            f"this version of posthog has no {owner.__name__.removeprefix('posthog.')}.{name}",
            remedy="Pass before_send=PosthogRedactor(...) to each client, or install posthog 7.91",
        )
    setattr(owner, name, wrap(original))
    _undo.append(lambda: setattr(owner, name, original))


def _sync_event(original: Any, redactor: PosthogRedactor) -> Any:
    def run_before_send(self: Client, event: dict[str, Any], drops: Any = None) -> dict[str, Any] | None:
        theirs = original(self, event, drops)  # the app's own hook runs first, and cannot add a leak
        return None if theirs is None else redactor(theirs)

    return run_before_send


def _sync_post(original: Any, redactor: PosthogRedactor) -> Any:
    def post(
        api_key: str,
        host: str | None = None,
        path: str | None = None,
        gzip: bool = False,
        timeout: float = 15,
        session: Any = None,
        **body: Any,
    ) -> Any:
        agent = {"_user_agent": body.pop("_user_agent")} if "_user_agent" in body else {}
        safe: dict[str, Any] | None
        if isinstance(body.get("batch"), list):
            safe = {**body, "batch": redactor.batch(body["batch"])}
        else:
            safe = redactor(body)
            if safe is None:
                return _answer_without_flags()
        return original(api_key, host, path, gzip, timeout, session, **agent, **safe)

    return post


def _sync_batch(original: Any, redactor: PosthogRedactor) -> Any:
    def post_v1(api_key: str, host: str | None, body: dict[str, Any], **more: Any) -> Any:
        return original(api_key, host, {**body, "batch": redactor.batch(body["batch"])}, **more)

    return post_v1


def _async_event(original: Any, redactor: PosthogRedactor) -> Any:
    async def process_event(self: Any, event: dict[str, Any]) -> dict[str, Any] | None:
        theirs = await original(self, event)  # in a copy of the caller's context, as our own part
        return None if theirs is None else redactor(theirs)

    return process_event


def _async_flags(original: Any, redactor: PosthogRedactor) -> Any:
    async def flags(api_key: str, host: str | None, **more: Any) -> Any:
        transport = {name: more.pop(name) for name in _TRANSPORT if name in more}
        safe = redactor(more)
        if safe is None:
            return {"flags": {}}
        with handled():
            return await original(api_key, host, **transport, **safe)

    return flags


def _async_batch(original: Any, redactor: PosthogRedactor) -> Any:
    async def batch_post(api_key: str, host: str | None, *, batch: list[dict[str, Any]], **more: Any) -> None:
        with handled():
            await original(api_key, host, batch=redactor.batch(batch), **more)

    return batch_post


def _answer_without_flags() -> Any:
    answer = posthog_request.requests.Response()  # type: ignore[attr-defined]
    answer.status_code = 200
    answer._content = _NO_FLAGS
    return answer
