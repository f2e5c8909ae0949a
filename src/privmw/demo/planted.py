"""The personal values that the demo plants, and how to find them again in whatever arrived."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

__all__ = ["PLANTED", "found_in"]

PLANTED = {
    "name": "Mirae Seong",
    "e-mail": "mirae.seong@example.org",
    "phone": "010-4821-7735",
    "national id": "900214-2345671",
    "card": "4111 1111 1111 1111",
    "IP address": "203.0.113.9",
}
"""Made-up values, by what they are."""


def found_in(data: bytes) -> list[str]:
    """Names of the planted values that some bytes hold, in plain, percent-encoded, JSON-escaped or base64 form."""
    lowered = data.lower()
    return [name for name, value in PLANTED.items() if any(form in lowered for form in _forms(value))]


def _forms(value: str) -> set[bytes]:
    texts = {value, quote(value), quote(value, safe=""), json.dumps(value)[1:-1], value.replace(" ", "")}
    forms = {text.lower().encode() for text in texts}
    for lead in ("", "a", "aa"):  # base64 of a value differs with its offset in the text around it
        coded = base64.b64encode((lead + value).encode())
        forms.add(coded[4:-4].lower())
    return forms
