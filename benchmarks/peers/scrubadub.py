"""scrubadub (Python), its default detectors."""

from __future__ import annotations

from typing import Any

LABEL = "scrubadub"
PACKAGE = "scrubadub"
_state: dict[str, Any] = {}


def setup() -> None:
    import scrubadub

    _state["scrubber"] = scrubadub.Scrubber()


def entities() -> int:
    return len(_state["scrubber"]._detectors)


def text(data: str) -> str:
    return str(_state["scrubber"].clean(data))
