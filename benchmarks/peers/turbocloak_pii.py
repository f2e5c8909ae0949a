"""turbocloak (Rust), its function for personal data alone: no secrets are looked for."""

from __future__ import annotations

from typing import Any

LABEL = "turbocloak, PII only"
PACKAGE = "turbocloak"
_state: dict[str, Any] = {}


def setup() -> None:
    import turbocloak

    _state["text"] = turbocloak.sanitize_text


def entities() -> int:
    return 5


def text(data: str) -> str:
    return str(_state["text"](data))
