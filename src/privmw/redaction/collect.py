"""First half of a walk: what texts a value holds, and where.

Most members are strings, and most containers exact dictionaries and lists of them. Of these nothing is remembered but
how many texts they hold, so that a walk that finds nothing costs little more than a look at each member.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from time import monotonic
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any
from uuid import UUID

from privmw.redaction.containers import is_container, is_pair, members_of
from privmw.redaction.limits import FAILED, LIMITED, Limits
from privmw.redaction.meanings import LONG, SMALL, Keys, text_of_key
from privmw.redaction.operators import Replace
from privmw.redaction.tokens import PLACEHOLDER

__all__ = ["CONTAINER", "Collector", "Slot"]

_EXACT = 2**53
"""Below this a float without a fraction is a whole number."""

_SOMETIMES = 1023
"""Containers between two looks at the time limit, a power of two less one."""

_DIRECTORY = re.compile(r"[/~]|[A-Za-z]:\\")
"""What the working directory of a process begins with, which is called ``PWD`` like many a password."""

CONTAINER = -1
"""Slot of a member that is a container but neither an exact dictionary, list nor tuple."""

Slot = int | tuple[int, ...]
"""Place of a member's text, or of several alternatives, or :data:`CONTAINER`."""


class Collector:
    """Collects the texts of one value.

    Containers are numbered in the order in which they are entered.

    Attributes:
        leaves: The texts, in order. A member that is replaced without a look has an empty one.
        marks: Context masks of those texts that have one, by place.
        forced: What is put in place of a member without a look at it, by the place of its text.
        tree: By container, the place behind its last text and the number behind its last container.
        slots: Slots by container and member. Where there is none, a string has the next place, an exact dictionary, list
            or tuple is a container, and everything else has no text.
        keys: Places of the texts of those keys that are looked at, by container and member.
        limited: Which limits were hit (``depth``, ``items``, ``time``), each time.
        started: When the walk began, for its time limit.
    """

    __slots__ = (
        "_active", "_depth", "_every_key", "_keys", "_limits", "_most", "_replace", "_under",
        "forced", "keys", "leaves", "limited", "marks", "slots", "started", "tree",
    )  # fmt: skip

    def __init__(self, keys: Keys, limits: Limits, replace: Replace, every_key: bool) -> None:
        self.leaves: list[str] = []
        self.marks: dict[int, int] = {}
        self.forced: dict[int, Any] = {}
        self.tree: list[tuple[int, int]] = []
        self.slots: dict[tuple[int, int], Slot] = {}
        self.keys: dict[tuple[int, int], int] = {}
        self.limited: list[str] = []
        self.started = monotonic()
        self._keys = keys
        self._under = keys.under
        self._limits = limits
        self._depth = limits.depth
        self._most = limits.items
        self._replace = replace
        self._every_key = every_key
        self._active: set[int] = set()

    def collect(self, value: Any) -> Slot | None:
        """Collect a whole value; returns its slot."""
        if type(value) is str:
            self.leaves.append(value)
            return 0
        return self._member(value, "", 0, None, 0)

    def _member(self, value: Any, parent: str, mask: int, kind: str | None, depth: int) -> Slot | None:
        """Collect anything but a string without a secret key above it."""
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
        if isinstance(value, Enum):
            return self._enumerated(value, mask)
        if isinstance(value, (date, time, timedelta, UUID)):
            return self._leaf(str(value), mask) if mask else None
        if is_container(value):
            slot = self._container(value, parent, mask, kind, depth)
            return CONTAINER if slot is None else slot
        return self._object(value, mask, kind)

    def _container(self, value: Any, parent: str, mask: int, kind: str | None, depth: int) -> int | None:
        """Collect a container; returns the place of its replacement where there is one."""
        active, identity = self._active, id(value)
        if depth >= self._depth or identity in active:
            return self._limit("depth")
        tree, leaves = self.tree, self.leaves
        number, first = len(tree), len(leaves)
        if number >= self._most:
            return self._limit("items")
        if number & _SOMETIMES == _SOMETIMES and monotonic() - self.started > self._limits.time:
            return self._limit("time")
        tree.append((0, 0))
        active.add(identity)
        try:
            of = type(value)
            if mask or kind is not None or self._every_key:
                self._any(value, number, parent, mask, kind, depth + 1)
            elif of is dict:
                self._dictionary(value, number, parent, depth + 1)
            elif (of is list or of is tuple) and not is_pair(value):
                self._list(value, number, parent, depth + 1)
            else:
                self._any(value, number, parent, 0, None, depth + 1)
        except Exception:  # noqa: BLE001 - a foreign mapping or a container changed while it was read
            self._forget(number, first)
            self.limited.append("type")
            return self._force(FAILED)
        finally:
            active.discard(identity)
        tree[number] = len(leaves), len(tree)
        return None

    def _dictionary(self, value: dict[Any, Any], number: int, parent: str, depth: int) -> None:
        """Collect an exact dictionary, quickly where none of its keys says anything."""
        names = tuple(value)
        known = self._under(parent)
        if known.get(names) != 0:
            self._pairs(value, list(value.items()), number, parent, 0, None, depth)
            if "value" not in value:
                self._keys.learn_all(known, names)
            return
        append = self.leaves.append
        for name, item in value.items():
            of = type(item)
            if of is str:
                append(item)
                continue
            if item is None or of is bool or of is float or (of is int and -SMALL < item < SMALL):
                continue
            below = name if type(name) is str else parent
            if of is dict or of is list:
                slot: Slot | None = self._container(item, below, 0, None, depth)
            else:
                slot = self._member(item, below, 0, None, depth)
            if slot is not None:
                self.slots[number, names.index(name)] = slot

    def _list(self, value: Any, number: int, parent: str, depth: int) -> None:
        """Collect a list or tuple."""
        append = self.leaves.append
        for index, item in enumerate(value):
            of = type(item)
            if of is str:
                append(item)
                continue
            if item is None or of is bool or of is float or (of is int and -SMALL < item < SMALL):
                continue
            if of is dict or of is list:
                slot: Slot | None = self._container(item, parent, 0, None, depth)
            else:
                slot = self._member(item, parent, 0, None, depth)
            if slot is not None:
                self.slots[number, index] = slot

    def _any(self, value: Any, number: int, parent: str, mask: int, kind: str | None, depth: int) -> None:
        """Collect a container of any kind."""
        members, named = members_of(value)
        if named:
            self._pairs(value, members, number, parent, mask, kind, depth)
        else:
            self._items(members, number, parent, mask, kind, depth)

    def _pairs(
        self, value: Any, members: list[Any], number: int, parent: str, mask: int, kind: str | None, depth: int
    ) -> None:
        keys, leaves, marks, every_key = self._keys, self.leaves, self.marks, self._every_key
        known = self._under(parent)
        get = known.get
        named = self._named(value) if type(value) is dict and "value" in value else None
        quiet = not mask and kind is None and named is None and not every_key
        for index, (key, item) in enumerate(members):
            said = get(key)
            if quiet and said == 0 and type(item) is str:
                leaves.append(item)
                continue
            if said is None:
                said = keys.learn(known, parent, key)
            below, secret = mask, kind
            if mask and keys.apart(key):
                below = 0
            if said:
                said_mask, said_kind, look = said  # type: ignore[misc]
                below |= said_mask
                if said_kind and not (secret or _no_secret(value, key, item)):
                    secret = said_kind
            else:
                look = False
            if look or every_key:
                self._key(number, index, key)
            if named and key == "value":
                below |= named[0]
                secret = secret or named[1]
            if secret is None and type(item) is str:
                if below:
                    marks[len(leaves)] = below
                leaves.append(item)
                continue
            slot = self._member(item, key if type(key) is str else parent, below, secret, depth)
            if slot is not None:
                self.slots[number, index] = slot

    def _items(self, members: list[Any], number: int, parent: str, mask: int, kind: str | None, depth: int) -> None:
        leaves, marks = self.leaves, self.marks
        pair = is_pair(members)
        for index, item in enumerate(members):
            if pair and index:  # a header or parameter: ("authorization", "Bearer ...")
                said = self._keys.of_name(members[0])
                if said:
                    mask |= said[0]
                    kind = kind or said[1]
            if kind is None and type(item) is str:
                if mask:
                    marks[len(leaves)] = mask
                leaves.append(item)
                continue
            slot = self._member(item, parent, mask, None if pair and not index else kind, depth)
            if slot is not None:
                self.slots[number, index] = slot

    def _named(self, value: dict[Any, Any]) -> tuple[int, str | None] | None:
        """What ``{"name": "authorization", "value": ...}`` says of its value."""
        name = next((value[word] for word in _NAMES if value.get(word)), None)
        said = self._keys.of_name(name) if isinstance(name, str) else None
        return said[:2] if said else None

    def _key(self, number: int, index: int, key: Any) -> None:
        text = text_of_key(key)
        if text:
            self.keys[number, index] = self._leaf(text, 0)

    def _leaf(self, text: str, mask: int) -> int:
        place = len(self.leaves)
        if mask:
            self.marks[place] = mask
        self.leaves.append(text)
        return place

    def _force(self, replacement: Any) -> int:
        """Put something in place of a member without a look at it."""
        place = self._leaf("", 0)
        self.forced[place] = replacement
        return place

    def _number(self, value: Any, mask: int) -> int | None:
        if type(value) is int and not mask and -SMALL < value < SMALL:
            return None
        if isinstance(value, int):
            return self._leaf(int.__repr__(value), mask) if abs(value) < LONG else None
        if mask and isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
            return self._leaf(str(int(value)), mask)
        if mask or isinstance(value, Decimal):
            return self._leaf(str(value), mask)
        return None

    def _enumerated(self, value: Enum, mask: int) -> Slot | None:
        """What serialisers make of a member of an enumeration: its value, and its name where the keys say something."""
        texts = [value.value] if isinstance(value.value, str) else []
        if mask:
            texts.append(str(value))
        return tuple(self._leaf(text, mask) for text in texts) or None

    def _secret(self, value: Any, kind: str) -> int | None:
        text = value if isinstance(value, str) else str(value) if not isinstance(value, (bytes, bytearray)) else None
        if text is None:
            text = bytes(value).decode("utf-8", "surrogateescape")
        if not text or PLACEHOLDER.fullmatch(text):
            return self._leaf(text, 0) if isinstance(value, str) else None
        new = self._replace(kind, text)
        return self._force(
            type(value)(new.encode("utf-8", "surrogateescape")) if isinstance(value, (bytes, bytearray)) else new
        )

    def _object(self, value: Any, mask: int, kind: str | None) -> Slot | None:
        cls: Any = type(value)
        if isinstance(value, _SHOW_NOTHING) or (cls.__repr__ is object.__repr__ and cls.__str__ is object.__str__):
            return None
        try:
            shown, told = repr(value), str(value)
        except Exception:  # noqa: BLE001 - a foreign __repr__
            self.limited.append("type")
            return self._force(FAILED)
        if kind is not None:
            return self._secret(told, kind)
        place = self._leaf(shown, mask)
        return place if told == shown else (place, self._leaf(told, mask))

    def _limit(self, name: str) -> int:
        self.limited.append(name)
        return self._force(LIMITED)

    def _forget(self, number: int, first: int) -> None:
        """Take back what was collected from a container on."""
        del self.tree[number:], self.leaves[first:]
        for of_place in (self.marks, self.forced):
            for place in [place for place in of_place if place >= first]:
                del of_place[place]
        for of_member in (self.slots, self.keys):
            for member in [member for member in of_member if member[0] >= number]:
                del of_member[member]


def _no_secret(value: Any, key: Any, item: Any) -> bool:
    """Whether a member is none, whatever its key is called: a number of tokens, a piece of a model's answer, a directory."""
    if isinstance(item, (int, float)) and str(key)[-6:].lower() == "tokens":
        return True
    if key == "token" and isinstance(value, Mapping) and "logprob" in value:
        return True
    return isinstance(item, str) and str(key)[-3:].lower() == "pwd" and _DIRECTORY.match(item) is not None


_NAMES = ("name", "key", "field", "label", "parameter", "param", "attribute", "property", "header")
"""Members that name what stands under ``value``."""

_SHOW_NOTHING = (type, FunctionType, BuiltinFunctionType, ModuleType, range, slice, complex, type(Ellipsis))
