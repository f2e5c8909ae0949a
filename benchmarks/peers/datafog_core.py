"""datafog-core (Rust), all entities that its scan activates for text."""

from __future__ import annotations

from typing import Any

LABEL = "datafog-core"
PACKAGE = "datafog-core"
_state: dict[str, Any] = {}


def setup() -> None:
    import datafog_core

    _state["run"] = datafog_core.scan_and_transform
    _state["config"] = CONFIG
    _state["entities"] = len(datafog_core.capabilities()["default_entities"])


CONFIG: dict[str, Any] = {"transform": {"default": {"strategy": "redact"}}}


def entities() -> int:
    return int(_state["entities"])


def text(data: str) -> str:
    return str(_state["run"](data, _state["config"]).text)
