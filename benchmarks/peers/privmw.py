"""This project, default profile."""

from __future__ import annotations

from typing import Any

LABEL = "privmw"
PACKAGE = "privmw"
_state: dict[str, Any] = {}


def setup() -> None:
    from privmw.redaction.redactor import Redactor

    _state["redactor"] = redactor = Redactor()
    _state["text"], _state["value"] = redactor.text, redactor.value


def entities() -> int:
    return len(_state["redactor"].entity_types)


def text(data: str) -> str:
    return str(_state["text"](data))


def value(data: Any) -> Any:
    return _state["value"](data)
