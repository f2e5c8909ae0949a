"""What counts as a container of values, and what its members are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from typing import Any

__all__ = ["extra_of", "is_container", "is_pair", "members_of"]

_NAME = 64
"""Characters of the longest name that may stand beside its value."""

_FIELDS: dict[type, tuple[str, ...]] = {}


def is_container(value: Any) -> bool:
    """Whether a value is a collection, or an object with fields."""
    return isinstance(value, (Mapping, list, tuple, set, frozenset)) or bool(_field_names(value) or extra_of(value))


def members_of(value: Any) -> tuple[list[Any], bool]:
    """Return the members of a container, and whether they are pairs of a key, or name of a field, and a value."""
    if isinstance(value, Mapping):
        return list(value.items()), True
    if isinstance(value, (list, set, frozenset)):
        return list(value), False
    if isinstance(value, tuple):
        names = getattr(value, "_fields", None)
        if names is not None and len(names) == len(value):
            return list(zip(names, value, strict=True)), True
        return list(value), False
    fields = [(name, getattr(value, name)) for name in _field_names(value) if hasattr(value, name)]
    return [*fields, *extra_of(value).items()], True


def extra_of(value: Any) -> dict[str, Any]:
    """Fields of a pydantic model that its class does not declare (``extra="allow"``, as models of SDKs do)."""
    extra = getattr(value, "__pydantic_extra__", None)
    return extra if isinstance(extra, dict) else {}


def is_pair(items: Sequence[Any]) -> bool:
    """Whether two members may be a header or parameter: a name and its value."""
    return len(items) == 2 and isinstance(items[0], (str, bytes)) and len(items[0]) <= _NAME


def _field_names(value: Any) -> tuple[str, ...]:
    """Field names of a dataclass, attrs class or pydantic model; empty for everything else."""
    cls = type(value)
    names = _FIELDS.get(cls)
    if names is None:
        if is_dataclass(cls):
            names = tuple(field.name for field in dataclass_fields(cls))
        elif hasattr(cls, "__attrs_attrs__"):
            names = tuple(attribute.name for attribute in cls.__attrs_attrs__)
        elif isinstance(getattr(cls, "__pydantic_fields__", None), dict):
            names = tuple(cls.__pydantic_fields__)
        else:
            names = ()
        if len(_FIELDS) < 4096:
            _FIELDS[cls] = names
    return names
