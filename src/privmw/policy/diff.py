"""A register as plain values, and what changed between two of them: for the record that a new policy became active."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields
from typing import Any, Final

from privmw.policy.register import Register

__all__ = ["differences", "snapshot"]

_TABLES: Final = ("purposes", "recipients", "retention")
_SECTIONS: Final = ("controller", "policy")
_MATERIAL = frozenset(
    {
        "contract_type",
        "countries",
        "data_categories",
        "default_retention",
        "legal_basis",
        "period",
        "purposes",
        "recipients",
        "retention",
        "sale_or_share",
        "transfer_kind",
        "use",
    }
)
_DERIVED = frozenset({"key", "named_purposes", "countries_declared", "catalogued", "declared"})


def snapshot(register: Register) -> dict[str, Any]:
    """Plain values of all that the register declares; absent values and what has no plain form are left out."""
    tables = {name: {key: _plain(item) for key, item in getattr(register, name).items()} for name in _TABLES}
    return {**tables, **{name: _plain(getattr(register, name)) for name in _SECTIONS}}


def differences(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Compare two snapshots, in order of path.

    Yields:
        ``path``, ``change`` (added, removed, changed), ``material`` (people must be told of it), and for lists the members
        that came (``added``) and went (``removed``), for values the ``before`` and ``after``.
    """
    for table in _TABLES:
        before, after = older.get(table, {}), newer.get(table, {})
        for key in sorted(before.keys() | after.keys()):
            path = f"{table}.{key}"
            if key not in before:
                yield {"path": path, "change": "added", "material": table != "retention"}
            elif key not in after:
                yield {"path": path, "change": "removed", "material": False}
            else:
                yield from _compare(path, before[key], after[key])
    for section in _SECTIONS:
        yield from _compare(section, older.get(section, {}), newer.get(section, {}))


def _compare(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new or name in _DERIVED:
            continue
        change: dict[str, Any] = {"path": f"{path}.{name}", "change": "changed", "material": _is_material(path, name)}
        if isinstance(old, list) or isinstance(new, list):
            change["added"] = [item for item in new or [] if item not in (old or [])]
            change["removed"] = [item for item in old or [] if item not in (new or [])]
            change["material"] = change["material"] and bool(change["added"])
        else:
            change.update({"before": old, "after": new})
        yield change


def _is_material(path: str, name: str) -> bool:
    return name in _MATERIAL or (path == "controller" and name in ("name", "country"))


def _plain(item: Any) -> dict[str, Any]:
    found = ((field.name, _value(getattr(item, field.name))) for field in fields(item))
    return {name: value for name, value in found if value is not None and value not in ([], {})}


def _value(value: object) -> Any:
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain for key, item in value.items() if (plain := _value(item)) is not None}
    if isinstance(value, AbstractSet):
        return sorted(str(item) for item in value)
    if isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
        return [str(item) for item in value]
    return None
