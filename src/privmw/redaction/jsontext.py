"""Redacts JSON source: parsed, walked as a value, written again; untouched source comes out byte for byte.

Whole numbers over 64 bits, ``NaN``, lone surrogates and deep nesting are kept (the standard library reads and writes
what orjson will not). Source that is no JSON, or not UTF-8, is redacted as text. Of repeated keys the last counts, as
in every common parser; the others are dropped where anything is redacted, and where nothing is, the source has been
looked at as text as well, so that a dropped member cannot hide a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import orjson

__all__ = ["redact_json"]

_LONG_NUMBER = re.compile(rb"[0-9]{19}|[0-9]{16,}\.|[0-9][eE]")


def redact_json(data: bytes, value: Callable[[Any], Any], text: Callable[[str], str]) -> bytes:
    """Redact JSON source.

    Args:
        data: UTF-8 source.
        value: Redacts a parsed value, handing back the same object where nothing was found.
        text: Redacts a text, handing back an equal one where nothing was found.
    """
    exact = _LONG_NUMBER.search(data) is not None
    try:
        parsed = json.loads(data) if exact else _parse(data)
    except (ValueError, RecursionError):  # JSONDecodeError and UnicodeDecodeError are ValueErrors
        return text(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    new = value(parsed)
    if new is parsed:
        source = data.decode("utf-8", "surrogateescape")
        if text(source) == source:
            return data
    return _write(new, exact)


def _parse(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)


def _write(value: Any, exact: bool) -> bytes:
    if not exact:
        try:
            if not _holds_nan(value):
                return orjson.dumps(value)
        except (orjson.JSONEncodeError, RecursionError):
            pass
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # a lone surrogate can only be written as an escape
        return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()


def _holds_nan(value: Any) -> bool:
    """Whether a NaN or infinity is in a value, which orjson would write as ``null``."""
    if isinstance(value, float):
        return value != value or value in {float("inf"), float("-inf")}
    if isinstance(value, dict):
        return any(map(_holds_nan, value.values()))
    if isinstance(value, list):
        return any(map(_holds_nan, value))
    return False
