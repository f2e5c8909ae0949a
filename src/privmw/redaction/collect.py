"""First half of a walk: what texts a value holds, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from time import monotonic
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any
from uuid import UUID

from privmw.redaction.limits import FAILED, LIMITED, Limits
from privmw.redaction.meanings import LONG, SMALL, Keys, text_of_key
from privmw.redaction.node import Forced, Node
from privmw.redaction.operators import Replace
from privmw.redaction.tokens import PLACEHOLDER

__all__ = ["Collector"]

_CONTAINERS = 200_000


class Collector:
    """Collects the texts of one value.

    Attributes:
        leaves: The texts, in order.
        marks: Context masks of those texts that have one, by place.
        forced: Whether anything is replaced without a look.
        limited: Which limits were hit (``depth``, ``items``), each time.
        started: When the walk began, for its time limit.
    """

    __slots__ = (
        "_active", "_containers", "_every_key", "_keys", "_limits", "_replace",
        "forced", "leaves", "limited", "marks", "started",
    )  # fmt: skip

    def __init__(self, keys: Keys, limits: Limits, replace: Replace, every_key: bool) -> None:
        self.leaves: list[str] = []
        self.marks: dict[int, int] = {}
        self.limited: list[str] = []
        self.forced = False
        self.started = monotonic()
        self._keys = keys
        self._limits = limits
        self._replace = replace
        self._every_key = every_key
        self._containers = 0
        self._active: set[int] = set()

    def collect(self, value: Any) -> Any:
        """Collect a whole value; returns its slot."""
        if isinstance(value, str):
            self.leaves.append(value)
            return 0
        return self._member(value, "", 0, None, 0)

    def _member(self, value: Any, parent: str, mask: int, kind: str | None, depth: int) -> Any:
        """Collect anything but a string without a secret key above it; ``None`` where there is nothing to look at."""
        kind_of = type(value)
        if kind_of is dict or kind_of is list or kind_of is tuple:
            return self._container(value, parent, mask, kind, depth)
        if value is None or kind_of is bool:
            return None
        if kind is not None and isinstance(value, (str, bytes, bytearray, int, float, Decimal)):
            return self._secret(value, kind)
        if isinstance(value, str):
            return self._leaf(str.__str__(value), mask)
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, Enum):
            return self._number(value, mask)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self._leaf(bytes(value).decode("utf-8", "surrogateescape"), mask)
        if isinstance(value, (date, time, timedelta, UUID, Enum)):
            return self._leaf(str(value), mask) if mask else None
        if isinstance(value, (Mapping, list, tuple, set, frozenset)) or _field_names(value):
            return self._container(value, parent, mask, kind, depth)
        return self._object(value, mask, kind)

    def _container(self, value: Any, parent: str, mask: int, kind: str | None, depth: int) -> Any:
        """Collect a container; also called by itself, for exact dictionaries and lists, without a detour."""
        identity = id(value)
        self._containers += 1
        if depth >= self._limits.depth or identity in self._active:
            return self._limit("depth")
        if self._containers > _CONTAINERS:
            return self._limit("items")
        if not self._containers % 1024 and monotonic() - self.started > self._limits.time:
            return self._limit("time")
        self._active.add(identity)
        node: Node | None = None
        try:
            if type(value) is dict:
                names = tuple(value)
                node = Node(value, list(value.values()), len(self.leaves), True, names)
                known = self._keys.under(parent)
                if mask or kind or self._every_key or known.get(names) != 0:
                    node.members, node.names = node.items, ()
                    self._pairs(node, parent, mask, kind, depth + 1)
                    if not (mask or kind or self._every_key) and "value" not in value:
                        self._keys.learn_all(known, names)
                else:
                    self._columns(node, parent, depth + 1)
            elif (type(value) is list or type(value) is tuple) and not (mask or kind) and not _is_pair(value):
                node = Node(value, list(value), len(self.leaves), False)
                self._columns(node, parent, depth + 1)
            else:
                node = self._read(value)
                if node.pairs:
                    self._pairs(node, parent, mask, kind, depth + 1)
                else:
                    self._items(node, parent, mask, kind, depth + 1)
            node.last = len(self.leaves)
        except Exception:  # noqa: BLE001 - a foreign mapping or a container changed while it was read
            if node is not None:
                del self.leaves[node.first :]
                for place in [place for place in self.marks if place >= node.first]:
                    del self.marks[place]
            self.limited.append("type")
            self.forced = True
            return Forced(FAILED)
        finally:
            self._active.discard(identity)
        return node

    def _read(self, value: Any) -> Node:
        first = len(self.leaves)
        if isinstance(value, Mapping):
            return Node(value, list(value.items()), first, pairs=True)
        if isinstance(value, (list, set, frozenset)):
            return Node(value, list(value), first, pairs=False)
        if isinstance(value, tuple):
            names = getattr(value, "_fields", None)
            if names is not None and len(names) == len(value):
                return Node(value, list(zip(names, value, strict=True)), first, pairs=True)
            return Node(value, list(value), first, pairs=False)
        items = [(name, getattr(value, name)) for name in _field_names(value) if hasattr(value, name)]
        return Node(value, items, first, pairs=True)

    def _columns(self, node: Node, parent: str, depth: int) -> None:
        """Collect the members of a list, or of a dictionary whose keys say nothing."""
        append, names = self.leaves.append, node.names
        for index, item in enumerate(node.members):
            kind_of = type(item)
            if kind_of is str:
                append(item)
                continue
            if kind_of is int and -SMALL < item < SMALL:
                continue
            if item is None or kind_of is bool or kind_of is float:
                continue
            name = names[index] if names else parent
            if type(name) is not str:
                name = parent
            if kind_of is dict or kind_of is list:
                slot = self._container(item, name, 0, None, depth)
            else:
                slot = self._member(item, name, 0, None, depth)
            node.put(index, slot)

    def _pairs(self, node: Node, parent: str, mask: int, kind: str | None, depth: int) -> None:
        keys, leaves, marks, every_key = self._keys, self.leaves, self.marks, self._every_key
        append = leaves.append
        known = keys.under(parent)
        get = known.get
        named = self._named(node) if type(node.value) is dict and "value" in node.value else None
        quiet = not mask and kind is None and named is None and not every_key
        for index, (key, item) in enumerate(node.members):
            said = get(key)
            if quiet and said == 0 and type(item) is str:
                append(item)
                continue
            if said is None:
                said = keys.learn(known, parent, key)
            below, secret = mask, kind
            if said:
                said_mask, said_kind, look = said  # type: ignore[misc]
                below |= said_mask
                if said_kind and not (secret or self._about_tokens(node, key, item)):
                    secret = said_kind
            else:
                look = False
            if look or every_key:
                self._key(node, index, key)
            if named and key == "value":
                below |= named[0]
                secret = secret or named[1]
            if secret is None and type(item) is str:
                if below:
                    marks[len(leaves)] = below
                append(item)
                continue
            slot = self._member(item, key if type(key) is str else parent, below, secret, depth)
            node.put(index, slot)

    def _items(self, node: Node, parent: str, mask: int, kind: str | None, depth: int) -> None:
        leaves, marks = self.leaves, self.marks
        items = node.members
        pair = _is_pair(items)
        for index, item in enumerate(items):
            if pair and index:  # a header or parameter: ("authorization", "Bearer ...")
                said = self._keys.of_name(items[0])
                if said:
                    mask |= said[0]
                    kind = kind or said[1]
            if kind is None and type(item) is str:
                if mask:
                    marks[len(leaves)] = mask
                leaves.append(item)
                continue
            slot = self._member(item, parent, mask, None if pair and not index else kind, depth)
            node.put(index, slot)

    def _named(self, node: Node) -> tuple[int, str | None] | None:
        """What ``{"name": "authorization", "value": ...}`` says of its value."""
        name = node.value.get("name") or node.value.get("key")
        said = self._keys.of_name(name) if isinstance(name, str) else None
        return said[:2] if said else None

    @staticmethod
    def _about_tokens(node: Node, key: Any, item: Any) -> bool:
        """A number of tokens, or a piece of a model's answer, not a credential."""
        if isinstance(item, (int, float)) and str(key)[-6:].lower() == "tokens":
            return True
        return key == "token" and isinstance(node.value, Mapping) and "logprob" in node.value

    def _key(self, node: Node, index: int, key: Any) -> None:
        text = text_of_key(key)
        if text:
            if node.keys is None:
                node.keys = {}
            node.keys[index] = len(self.leaves)
            self.leaves.append(text)

    def _leaf(self, text: str, mask: int) -> int:
        place = len(self.leaves)
        if mask:
            self.marks[place] = mask
        self.leaves.append(text)
        return place

    def _number(self, value: Any, mask: int) -> int | None:
        if type(value) is int and not mask and -SMALL < value < SMALL:
            return None
        if isinstance(value, int):
            return self._leaf(int.__repr__(value), mask) if abs(value) < LONG else None
        if mask or isinstance(value, Decimal):
            return self._leaf(str(value), mask)
        return None

    def _secret(self, value: Any, kind: str) -> Forced | int | None:
        text = value if isinstance(value, str) else str(value) if not isinstance(value, (bytes, bytearray)) else None
        if text is None:
            text = bytes(value).decode("utf-8", "surrogateescape")
        if not text or PLACEHOLDER.fullmatch(text):  # stays, but rebuilding counts one text for every string
            return self._leaf(text, 0) if isinstance(value, str) else None
        self.forced = True
        new = self._replace(kind, text)
        if isinstance(value, (bytes, bytearray)):
            return Forced(type(value)(new.encode("utf-8", "surrogateescape")))
        return Forced(new)

    def _object(self, value: Any, mask: int, kind: str | None) -> Any:
        cls: Any = type(value)
        if isinstance(value, _SHOW_NOTHING) or (cls.__repr__ is object.__repr__ and cls.__str__ is object.__str__):
            return None
        try:
            shown, told = repr(value), str(value)
        except Exception:  # noqa: BLE001 - a foreign __repr__
            self.forced = True
            self.limited.append("type")
            return Forced(FAILED)
        if kind is not None:
            return self._secret(told, kind)
        place = self._leaf(shown, mask)
        return place if told == shown else (place, self._leaf(told, mask))

    def _limit(self, name: str) -> Forced:
        self.limited.append(name)
        self.forced = True
        return Forced(LIMITED)


def _is_pair(items: Sequence[Any]) -> bool:
    """Whether two members may be a header or parameter: a name and its value."""
    return len(items) == 2 and isinstance(items[0], (str, bytes)) and len(items[0]) <= 64


_SHOW_NOTHING = (type, FunctionType, BuiltinFunctionType, ModuleType, range, slice, complex, type(Ellipsis))

_FIELDS: dict[type, tuple[str, ...]] = {}


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
