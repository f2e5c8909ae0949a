"""What changed between two registers, for the record that a new policy became active."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privmw.policy.register import Register

__all__ = ["MATERIAL", "Change", "changes"]

MATERIAL = frozenset(
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
_SKIPPED = frozenset({"key", "named_purposes", "countries_declared", "catalogued", "declared"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        path: Dotted path of the setting.
        kind: ``added``, ``removed`` or ``changed``.
        material: People must be told of it, and perhaps asked: a new recipient, country, category, purpose or basis, a
            longer list of recipients for a purpose, another period.
        added: Members that a list gained.
        removed: Members that a list lost.
    """

    path: str
    kind: str
    material: bool
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def changes(older: Register, newer: Register) -> tuple[Change, ...]:
    """Every difference, in order of path."""
    found = [
        *_rows("purposes", older.purposes, newer.purposes),
        *_rows("recipients", older.recipients, newer.recipients),
        *_rows("retention", older.retention, newer.retention),
        *_fields("controller", older.controller, newer.controller),
        *_fields("policy", older.policy, newer.policy),
    ]
    return tuple(sorted(found, key=lambda change: change.path))


def _rows(table: str, older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[Change]:
    for key in older.keys() | newer.keys():
        path = f"{table}.{key}"
        if key not in older:
            yield Change(path, "added", table != "retention")
        elif key not in newer:
            yield Change(path, "removed", False)
        else:
            yield from _fields(path, older[key], newer[key])


def _fields(path: str, older: Any, newer: Any) -> Iterator[Change]:
    for field in fields(older):
        before, after = getattr(older, field.name), getattr(newer, field.name)
        if before == after or field.name in _SKIPPED:
            continue
        material = field.name in MATERIAL or (path == "controller" and field.name in ("name", "country"))
        where = f"{path}.{field.name}"
        if _listed(before) and _listed(after):
            added, removed = sorted(set(after) - set(before)), sorted(set(before) - set(after))
            yield Change(where, "changed", material and bool(added), tuple(added), tuple(removed))
        else:
            yield Change(where, "changed", material)


def _listed(value: object) -> bool:
    return isinstance(value, tuple | frozenset) and all(isinstance(item, str) for item in value)
