"""sentry-relay (Rust): server-side rules ``@common`` on every string of an event, through JSON and cffi."""

from __future__ import annotations

from typing import Any

LABEL = "sentry-relay @common"
PACKAGE = "sentry-relay"
_state: dict[str, Any] = {}
_CONFIG = {"applications": {"$string": ["@common"]}}


def setup() -> None:
    from sentry_relay.processing import pii_strip_event

    _state["strip"] = pii_strip_event


def entities() -> int:
    return 9


def text(data: str) -> str:
    return str(_state["strip"](_CONFIG, {"message": data})["logentry"]["formatted"])


def value(data: Any) -> Any:
    return _state["strip"](_CONFIG, {"platform": "python", **(data if "event_id" in data else {"extra": data})})
