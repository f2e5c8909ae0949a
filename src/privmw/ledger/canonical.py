"""Canonical JSON (RFC 8785, JCS) for what the ledger hashes.

The same members give the same bytes in every implementation: UTF-8, no white space, keys ordered by UTF-16 code units,
shortest escapes. JCS writes numbers as IEEE doubles; the ledger keeps clear of that by allowing integers within
±(2^53 - 1) and no floats, so that the decimal digits are the canonical form.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import compress
from typing import Any

import orjson

from privmw.errors import LedgerError

__all__ = ["MAX_INTEGER", "NotCanonicalError", "canonical", "parse"]

MAX_INTEGER = 2**53 - 1
"""Largest magnitude of an integer that every JSON reader keeps exact (RFC 7493, section 2.2)."""

MAX_DEPTH = 16
"""Deepest nesting that is accepted; headers use three levels."""

_SCALARS = frozenset({str, bool, type(None)})
_FLAT = _SCALARS | {int}
_NESTED = frozenset({list, dict})
_ONE_DEEP = _FLAT | _NESTED


class NotCanonicalError(LedgerError):
    """A value has no canonical form here; names its place, never its content.

    Attributes:
        path: Where it is (``details.ratio``).
    """

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(f"{path or 'value'}: {problem}")


def canonical(value: Mapping[str, Any]) -> bytes:
    """Write a JSON object canonically.

    Args:
        value: Members of strings, integers, booleans, ``None``, lists, tuples and string-keyed mappings.

    Returns:
        The canonical UTF-8 bytes.

    Raises:
        NotCanonicalError: A float, an integer beyond :data:`MAX_INTEGER`, a lone surrogate, a key that is not a string or
            another type is in it.
    """
    try:
        if _is_usual(value, 0):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except TypeError:
        pass  # the walk below finds what is wrong, and where
    plain = _check(value, "", 0)
    try:
        if plain:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return orjson.dumps(_ordered(value))
    except (TypeError, ValueError):
        raise NotCanonicalError("", "not representable as UTF-8 JSON") from None


def parse(data: bytes) -> dict[str, Any]:
    """Read a JSON object back, and refuse bytes that are not its canonical form.

    Args:
        data: What :func:`canonical` wrote.

    Raises:
        NotCanonicalError: It is no JSON object, or not written canonically.
    """
    try:
        value = orjson.loads(data)
    except ValueError:
        raise NotCanonicalError("", "not JSON") from None
    if type(value) is dict and (_is_plain(value) if data.isascii() else _is_usual(value, 0)):
        # The usual header needs no look at each member: ASCII keys sort alike everywhere, and nothing is a float.
        try:
            if orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER) == data:
                return value
        except TypeError:
            pass  # an integer beyond 2^53 - 1
    if type(value) is not dict or canonical(value) != data:
        raise NotCanonicalError("", "not a canonical JSON object")
    return value


def _is_plain(value: dict[str, Any]) -> bool:
    """Tell cheaply that what was read from ASCII holds no float and is not nested deeply; ``False``: it might."""
    members = value.values()
    kinds = set(map(type, members))
    if kinds <= _FLAT:
        return True
    if not kinds <= _ONE_DEEP:
        return False
    for member in compress(members, map(_NESTED.__contains__, map(type, members))):
        if not set(map(type, member if type(member) is list else member.values())) <= _FLAT:
            return False
    return True


def _is_usual(value: Mapping[str, Any], depth: int) -> bool:
    """Tell cheaply that there is nothing to refuse but perhaps integers, and that all keys are ASCII."""
    if depth > MAX_DEPTH or not "".join(value).isascii():
        return False
    members = value.values()
    if set(map(type, members)) <= _FLAT:
        return True
    for member in members:
        kind = type(member)
        if kind is dict:
            if not _is_usual(member, depth + 1):
                return False
        elif kind is list:
            if not set(map(type, member)) <= _FLAT:
                return False
        elif kind not in _FLAT:
            return False
    return True


def _check(value: Mapping[str, Any], path: str, depth: int) -> bool:
    """Refuse what has no canonical form; tell whether all keys are ASCII (then byte order is UTF-16 order)."""
    if depth > MAX_DEPTH:
        raise NotCanonicalError(path, "nested too deeply")
    ascii_keys = True
    for key, member in value.items():
        if not isinstance(key, str):
            raise NotCanonicalError(path, "a key is not a string")
        ascii_keys = ascii_keys and key.isascii()
        if type(member) not in _SCALARS:
            ascii_keys = _check_member(member, f"{path}.{key}" if path else key, depth) and ascii_keys
    return ascii_keys


def _check_member(value: object, path: str, depth: int) -> bool:
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise NotCanonicalError(path, "integer beyond 2^53 - 1")
        return True
    if isinstance(value, dict):
        return _check(value, path, depth + 1)
    if isinstance(value, list | tuple):
        if depth > MAX_DEPTH:
            raise NotCanonicalError(path, "nested too deeply")
        checked = [_check_member(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
        return all(checked)
    raise NotCanonicalError(path, f"{type(value).__name__} has no canonical form")


def _ordered(value: Any) -> Any:
    """Rebuild with keys in UTF-16 order, which orjson then keeps."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _ordered(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    return value
