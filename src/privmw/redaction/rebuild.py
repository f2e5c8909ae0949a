"""Second half of a walk: the value again, with the texts that changed."""

from __future__ import annotations

import copy
import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from privmw.redaction.limits import FAILED
from privmw.redaction.node import Forced, Node

__all__ = ["Rebuilder"]

_NAMED = re.compile(r"[A-Za-z_$@][A-Za-z_$@.:/-]{0,39}[0-9]{0,3}")


class Rebuilder:
    """Rebuilds one value.

    Attributes:
        fields: JSON paths of what was replaced, in order, with repetitions.
        failures: Containers that could not be rebuilt and were replaced whole.
    """

    def __init__(self, leaves: list[str], changed: dict[int, str]) -> None:
        self._leaves = leaves
        self._changed = changed
        self._places = sorted(changed)
        self.fields: list[str] = []
        self.failures = 0

    def rebuild(self, value: Any, slot: Any, path: str = "") -> Any:
        """Return a value with what its slot says was replaced."""
        if type(slot) is Node:
            return self._node(slot, path)
        if type(slot) is Forced:
            self.fields.append(path or "$")
            return slot.value
        if slot is None:
            return value
        for place in (slot,) if isinstance(slot, int) else slot:
            new = self._changed.get(place)
            if new is not None:
                self.fields.append(path or "$")
                if isinstance(value, (bytes, bytearray, memoryview)):
                    encoded = new.encode("utf-8", "surrogateescape")
                    return bytearray(encoded) if isinstance(value, bytearray) else encoded
                return new
        return value

    def _node(self, node: Node, path: str) -> Any:
        if not node.forced:
            at = bisect_left(self._places, node.first)
            if at == len(self._places) or self._places[at] >= node.last:
                return node.value
        try:
            if node.names:
                return self._columns(node, path)
            return self._pairs(node, path) if node.pairs else self._items(node, path)
        except Exception:  # noqa: BLE001 - a foreign container that cannot be made anew
            self.failures += 1
            self.fields.append(path or "$")
            return FAILED

    def _items(self, node: Node, path: str) -> Any:
        path += "[]"
        slots = node.slots
        place = node.first
        items = []
        for index, item in enumerate(node.items):
            slot = slots.get(index)
            if slot is None and type(item) is str:
                slot = place
            new = item if slot is None else self.rebuild(item, slot, path)
            place = _after(slot, place)
            items.append(new)
        return _same_kind(node.value, items)

    def _columns(self, node: Node, path: str) -> Any:
        """Rebuild a dictionary whose keys stay as they are."""
        changed, slots, names = self._changed, node.slots, node.names
        members = node.members.copy()
        place = node.first
        for index, item in enumerate(node.members):
            slot = slots.get(index)
            if slot is None:
                if type(item) is not str:
                    continue
                slot = place
                if place not in changed:
                    place += 1
                    continue
            members[index] = self.rebuild(item, slot, _below(path, names[index]))
            place = _after(slot, place)
        return dict(zip(names, members, strict=True))

    def _pairs(self, node: Node, path: str) -> Any:
        slots, keys = node.slots, node.keys
        place = node.first
        items = []
        renamed = False
        for index, (key, item) in enumerate(node.items):
            new_key = key
            if keys is not None and index in keys:
                place = keys[index] + 1
                text = self._changed.get(keys[index])
                if text is not None:
                    new_key = text.encode("utf-8", "surrogateescape") if isinstance(key, bytes) else text
                    renamed = True
            slot = slots.get(index)
            if slot is None and type(item) is str:
                slot = place
            below = _below(path, new_key)
            if new_key is not key:
                self.fields.append(below)
            new = item if slot is None else self.rebuild(item, slot, below)
            place = _after(slot, place)
            items.append((new_key, new))
        if renamed:
            items = _apart(node.items, items)
        return _same_mapping(node, items)


def _below(path: str, key: Any) -> str:
    """The path of a member; keys that may be personal data themselves do not show in it."""
    name = key if isinstance(key, str) and _NAMED.fullmatch(key) else "*"
    return f"{path}.{name}" if path else name


def _after(slot: Any, place: int) -> int:
    """Place of the text that follows a member."""
    if slot is None or type(slot) is Forced:
        return place
    if type(slot) is Node:
        return slot.last
    return (slot if isinstance(slot, int) else int(slot[-1])) + 1


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


def _same_mapping(node: Node, items: list[tuple[Any, Any]]) -> Any:
    value = node.value
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
    for (name, old), (_, item) in zip(node.items, items, strict=True):
        if item is not old:
            object.__setattr__(new, name, item)
    return new
