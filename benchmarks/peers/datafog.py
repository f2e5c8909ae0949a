"""datafog (Python), its regex engine."""

from __future__ import annotations

from typing import Any

LABEL = "datafog"
PACKAGE = "datafog"
_state: dict[str, Any] = {}


def setup() -> None:
    import datafog

    _state["redact"], _state["entities"] = datafog.redact, len(datafog.get_supported_entities())


def entities() -> int:
    return int(_state["entities"])


def text(data: str) -> str:
    return str(_state["redact"](data).redacted_text)
