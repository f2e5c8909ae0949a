"""logfire's scrubber: seventeen keyword patterns on keys and values; a value that holds one goes whole."""

from __future__ import annotations

from typing import Any

LABEL = "logfire scrubber"
PACKAGE = "logfire"
_state: dict[str, Any] = {}


def setup() -> None:
    from logfire._internal.scrubbing import DEFAULT_PATTERNS, Scrubber

    _state["scrubber"], _state["patterns"] = Scrubber(None), len(DEFAULT_PATTERNS)


def entities() -> int:
    return int(_state["patterns"])


def text(data: str) -> str:
    return str(_state["scrubber"].scrub_value(("message",), data)[0])


def value(data: Any) -> Any:
    return _state["scrubber"].scrub_value(("attributes",), data)[0]
