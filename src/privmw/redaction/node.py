"""What a walk remembers of a container between reading it and rebuilding it."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Forced", "Node"]


class Forced(NamedTuple):
    """Replaces a value without a look at it."""

    value: Any


class Node:
    """A container as it was when it was read, so that another thread changing it cannot mislead the rebuilding.

    Attributes:
        value: The container.
        members: Its members: ``(key, value)`` pairs or values; of a mapping read by columns, the values.
        names: The keys of a mapping read by columns.
        first: Place of its first text.
        last: Place behind its last text.
        slots: By member: a node, a forced replacement, a text's place or a tuple of alternatives; strings have none,
            their texts follow one another.
        keys: Places of the texts of those keys that are looked at, by member.
        forced: Something in it is replaced without a look.
        pairs: Members are pairs.
    """

    __slots__ = ("first", "forced", "keys", "last", "members", "names", "pairs", "slots", "value")

    def __init__(self, value: Any, members: list[Any], first: int, pairs: bool, names: tuple[Any, ...] = ()) -> None:
        self.value = value
        self.members = members
        self.names = names
        self.first = self.last = first
        self.slots: dict[int, Any] = {}
        self.keys: dict[int, int] | None = None
        self.forced = False
        self.pairs = pairs

    def put(self, index: int, slot: Any) -> None:
        """Remember the slot of a member; ``None`` is none."""
        if slot is not None:
            self.slots[index] = slot
            if type(slot) is Forced or (type(slot) is Node and slot.forced):
                self.forced = True

    @property
    def items(self) -> list[Any]:
        """The members, pairs as pairs."""
        return list(zip(self.names, self.members, strict=True)) if self.names else self.members
