"""JSON in and out: orjson where it is exact, the standard library where orjson would change or refuse a value."""

from __future__ import annotations

import json
from typing import Any

import orjson

__all__ = ["dumps", "dumps_text", "hides_members", "loads", "loads_document"]

# orjson turns integers of more than 64 bits into floats. One translation and one search find a run of 19 digits ten
# times faster than a pattern does.
_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_LONG_NUMBER = b"0" * 19


def loads(data: bytes) -> Any:
    """Parse JSON.

    Raises:
        ValueError: It is not JSON.
    """
    if _LONG_NUMBER not in data.translate(_DIGITS):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:  # lone surrogates and NaN, which Python's own writers produce
            pass
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def loads_document(text: str) -> Any:
    """Parse a string that holds a JSON object or array; ``None`` where it holds anything else."""
    stripped = text.strip()
    if len(stripped) < 2 or stripped[0] + stripped[-1] not in ("{}", "[]"):
        return None
    try:
        return loads(stripped.encode("utf-8", "surrogatepass"))
    except ValueError:
        return None


def hides_members(data: bytes, value: Any) -> bool:
    """Whether a document names a member twice, so that parsing dropped a value which its bytes still hold.

    Args:
        data: The document.
        value: What parsing it gave, unchanged.
    """
    if dumps(value) == data:
        return False
    try:
        json.loads(data, object_pairs_hook=_refuse_twins)
    except KeyError:
        return True
    except (ValueError, RecursionError):
        pass
    return False


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise KeyError
    return members


def dumps(value: Any) -> bytes:
    """Write JSON as compact UTF-8."""
    try:
        return orjson.dumps(value)
    except TypeError:  # long integers, lone surrogates
        return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()


def dumps_text(value: Any) -> str:
    """Write JSON as text, for a JSON string inside JSON."""
    return dumps(value).decode()
