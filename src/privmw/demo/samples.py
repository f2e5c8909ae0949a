"""Finds in what arrived the piece that a text of the app became, to show both side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["closest", "texts_of"]

_WORD = re.compile(r"[a-z]{2,}")


def texts_of(body: bytes) -> Iterator[str]:
    """All strings in a body of JSON, or of lines of JSON (Sentry's envelopes); other lines as they are."""
    text = body.decode("utf-8", "replace")
    for part in (text, *text.splitlines()):
        try:
            yield from _strings(json.loads(part))
        except ValueError:
            yield part


def closest(texts: Iterable[str], handled: str) -> str:
    """The shortest of the texts that share most words with one that was handled."""
    words = set(_WORD.findall(handled.lower()))
    return max(texts, key=lambda text: (len(words.intersection(_WORD.findall(text.lower()))), -len(text)), default="")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member)
