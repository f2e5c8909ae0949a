"""Second half of a walk: the value again, with the texts that changed."""

from __future__ import annotations

import copy
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any

from privmw.redaction.collect import CONTAINER, Collector, Slot
from privmw.redaction.containers import extra_of, members_of
from privmw.redaction.limits import FAILED

__all__ = ["Rebuilder"]

_NAMED = re.compile(r"[A-Za-z_$@][A-Za-z_$@.:/-]{0,39}[0-9]{0,3}")


_OWN = object()
"""Stands for a key where the path is that of the value itself."""


def _shown(key: Any) -> str:
    """A key in a path; keys that may be personal data themselves do not show."""
    return key if isinstance(key, str) and _NAMED.fullmatch(key) else "*"


class _Changed(Exception):
    """A container is not what it was when its texts were collected."""


class Rebuilder:
    """Rebuilds one value; goes into those containers only in which something changed.

    Args:
        collected: What the first half of the walk saw.
        changed: New texts by place.
        name: How a key is written in a path; keys that may be personal data themselves are not shown by default.

    Attributes:
        fields: JSON paths of what was replaced, in order, with repetitions.
        failures: Containers that could not be rebuilt and were replaced whole.
    """

    def __init__(self, collected: Collector, changed: Mapping[int, str], name: Callable[[Any], str] = _shown) -> None:
        self._name = name
        self._leaves = collected.leaves
        self._tree = collected.tree
        self._slots = collected.slots
        self._keys = collected.keys
        self._new: Mapping[int, Any] = {**changed, **collected.forced} if collected.forced else changed
        self._places = sorted(self._new)
        self._place = self._number = 0
        self.fields: list[str] = []
        self.failures = 0

    def rebuild(self, value: Any, slot: Slot | None, path: str = "", key: Any = _OWN) -> Any:
        """Return a value with what was replaced in it.

        Args:
            value: The value that comes next in the order in which it was collected.
            slot: Its slot.
            path: JSON path of the mapping that holds it, or, without a key, its own.
            key: Its key in that mapping.
        """
        if slot is None or slot == CONTAINER:
            of = type(value)
            if of is dict or of is list or of is tuple or slot is not None:
                return self._container(value, path, key)
            if of is not str:
                return value
            slot = self._place
            if self._leaves[slot] is not value:
                raise _Changed
            if slot not in self._new:
                self._place = slot + 1
                return value
        places = (slot,) if isinstance(slot, int) else slot
        self._place = places[-1] + 1
        for place in places:
            new = self._new.get(place)
            if new is not None:
                self.fields.append(self._path(path, key))
                if isinstance(new, str) and isinstance(value, (bytes, bytearray, memoryview)):
                    encoded = new.encode("utf-8", "surrogateescape")
                    return bytearray(encoded) if isinstance(value, bytearray) else encoded
                return new
        return value

    def _container(self, value: Any, path: str, key: Any) -> Any:
        number = self._number
        end, behind = self._tree[number]
        at = bisect_left(self._places, self._place)
        new = value
        if at < len(self._places) and self._places[at] < end:
            self._number = number + 1
            try:
                new = self._members(value, number, path if key is _OWN else self._path(path, key))
                if (self._place, self._number) != (end, behind):
                    raise _Changed  # noqa: TRY301 - what raises in here has one way out
            except Exception:  # noqa: BLE001 - changed by another thread, or a foreign container that cannot be made anew
                self.failures += 1
                self.fields.append(self._path(path, key))
                new = FAILED
        self._place, self._number = end, behind
        return new

    def _path(self, path: str, key: Any) -> str:
        """The path of a member."""
        if key is _OWN:
            return path or "$"
        return f"{path}.{self._name(key)}" if path else self._name(key)

    def _members(self, value: Any, number: int, path: str) -> Any:
        members, named = members_of(value)
        return self._pairs(value, members, number, path) if named else self._items(value, members, number, path)

    def _items(self, value: Any, members: list[Any], number: int, path: str) -> Any:
        get = self._slots.get
        path += "[]"
        return _same_kind(value, [self.rebuild(item, get((number, at)), path) for at, item in enumerate(members)])

    def _pairs(self, value: Any, members: list[Any], number: int, path: str) -> Any:
        slots, keys = self._slots, self._keys
        items = []
        renamed = False
        for index, (key, item) in enumerate(members):
            new_key = key
            place = keys.get((number, index)) if keys else None
            if place is not None:
                self._place = place + 1
                text = self._new.get(place)
                if text is not None:
                    new_key = text.encode("utf-8", "surrogateescape") if isinstance(key, bytes) else text
                    renamed = True
            if new_key is not key:
                self.fields.append(self._path(path, new_key))
            slot = slots.get((number, index)) if slots else None
            items.append((new_key, self.rebuild(item, slot, path, new_key)))
        return _same_mapping(value, members, _apart(members, items) if renamed else items)


def _apart(old: list[tuple[Any, Any]], new: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Keep keys distinct that became equal when they were redacted."""
    taken = {key for (key, _), (new_key, _) in zip(old, new, strict=True) if key is new_key}
    items = []
    for (key, _), (new_key, value) in zip(old, new, strict=True):
        if new_key is not key:
            base, number = new_key, 1
            while new_key in taken:
                number += 1
                new_key = base + (b"#%d" % number if isinstance(base, bytes) else f"#{number}")
            taken.add(new_key)
        items.append((new_key, value))
    return items


def _same_kind(value: Any, items: list[Any]) -> Any:
    cls = type(value)
    if cls is list:
        return items
    if isinstance(value, (set, frozenset)):
        return cls(items)
    try:
        return cls(items)
    except Exception:  # noqa: BLE001 - a subclass with a constructor of its own
        return tuple(items) if isinstance(value, tuple) else items


def _same_mapping(value: Any, old: list[tuple[Any, Any]], items: list[tuple[Any, Any]]) -> Any:
    if type(value) is dict:
        return dict(items)
    if isinstance(value, tuple):
        return type(value)._make(item for _, item in items)  # type: ignore[attr-defined]
    if isinstance(value, dict):
        new = copy.copy(value)
        new.clear()
        new.update(items)
        return new
    if isinstance(value, Mapping):
        return dict(items)
    new = copy.copy(value)
    extra = extra_of(new)
    if extra and extra is extra_of(value):
        raise _Changed  # a copy that shares them with the input
    for (name, before), (_, item) in zip(old, items, strict=True):
        if item is not before:
            if name in extra:
                extra[name] = item
            else:
                object.__setattr__(new, name, item)
    return new
