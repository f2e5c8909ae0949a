"""turbocloak (Rust): personal data and secrets are two functions; both run, since the others look for both."""

from __future__ import annotations

from typing import Any

LABEL = "turbocloak"
PACKAGE = "turbocloak"
_state: dict[str, Any] = {}


def setup() -> None:
    import turbocloak

    _state["pii"], _state["secrets"] = turbocloak.sanitize_text, turbocloak.redact_secrets


def entities() -> int:
    return 5 + 17  # e-mail, card, IP address, phone, SSN; kinds of secret named in its documentation


def text(data: str) -> str:
    return str(_state["secrets"](_state["pii"](data)))
