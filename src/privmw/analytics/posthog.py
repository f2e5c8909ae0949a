"""PostHog: events stripped in the caller's thread, and what goes over the wire (flags included) once more.

Not covered: the opt-in ``metrics=`` and ``traces=`` pipelines, which have exporters of their own, and PostHog's
JavaScript in pages that the app renders.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from privmw.analytics.identifiers import IdentifierStripper
from privmw.errors import ConfigurationError

try:
    import posthog.request as posthog_request
    from posthog.client import Client
except ImportError as error:  # pragma: no cover - exercised by the installation without extras
    raise ConfigurationError("posthog is not installed", remedy="pip install 'privmw[posthog]'") from error

__all__ = ["PosthogRedactor", "install", "uninstall"]

_STRIPPED = ("properties", "$set", "$set_once", "person_properties", "group_properties")


class PosthogRedactor:
    """``before_send`` callback: returns a stripped copy, or ``None`` to drop the event.

    Args:
        stripper: What removes direct identifiers.
        permit: Asked before each event; ``False`` drops it (opt-out, no consent, undeclared).

    Attributes:
        dropped: Events not sent because of the policy or an opt-out.
        failures: Events not sent because stripping failed.
    """

    def __init__(self, stripper: IdentifierStripper, *, permit: Callable[[], bool] = lambda: True) -> None:
        self._stripper = stripper
        self._permit = permit
        self.dropped = 0
        self.failures = 0

    def __call__(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Strip one event; never raises, and drops the event when stripping fails."""
        try:
            if not self._permit():
                self.dropped += 1
                return None
            return self.strip(event)
        except Exception:  # noqa: BLE001 - fail closed
            self.failures += 1
            return None

    def strip(self, body: dict[str, Any]) -> dict[str, Any]:
        """Strip an event or a flags request."""
        safe = dict(body)
        if safe.get("distinct_id") is not None:
            safe["distinct_id"] = self._stripper.reference(safe["distinct_id"])
        for key in _STRIPPED:
            if isinstance(safe.get(key), dict):
                safe[key] = self._stripper.properties(safe[key])
        return safe

    def body(self, body: dict[str, Any]) -> dict[str, Any]:
        """Strip a whole request body: a batch of events or a flags request."""
        safe = self.strip(body)
        if isinstance(body.get("batch"), list):
            safe["batch"] = [self.strip(event) for event in body["batch"]]
        return safe


_lock = threading.Lock()
_undo: list[Callable[[], None]] = []


def install(stripper: IdentifierStripper, *, permit: Callable[[], bool] = lambda: True) -> PosthogRedactor:
    """Strip the events of every PostHog client, existing ones included, until :func:`uninstall`."""
    uninstall()
    redactor = PosthogRedactor(stripper, permit=permit)
    run_before_send, post = getattr(Client, "_run_before_send", None), posthog_request.post
    if run_before_send is None:
        raise ConfigurationError(
            "this version of posthog has no Client._run_before_send",
            remedy="Pass before_send=PosthogRedactor(...) to each client, or install posthog 7.91",
        )

    def redacting_before_send(self: Client, event: dict[str, Any], drops: Any = None) -> dict[str, Any] | None:
        theirs = run_before_send(self, event, drops)
        return None if theirs is None else redactor(theirs)

    def redacting_post(
        api_key: str,
        host: str | None = None,
        path: str | None = None,
        gzip: bool = False,
        timeout: float = 15,
        session: Any = None,
        **body: Any,
    ) -> Any:
        agent = {"_user_agent": body.pop("_user_agent")} if "_user_agent" in body else {}
        return post(api_key, host, path, gzip, timeout, session, **agent, **redactor.body(body))

    def restore() -> None:
        Client._run_before_send = run_before_send  # type: ignore[method-assign]
        posthog_request.post = post

    with _lock:
        Client._run_before_send = redacting_before_send  # type: ignore[method-assign]
        posthog_request.post = redacting_post
        _undo.append(restore)
    return redactor


def uninstall() -> None:
    """Undo :func:`install`; harmless when nothing is installed."""
    with _lock:
        while _undo:
            _undo.pop()()
