"""The records that wait to be written, in the order in which they will be."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from privmw.ledger.receipts import Item
from privmw.types import Durability

__all__ = ["Backlog"]


class Backlog:
    """A queue with a front of its own for what is said of a chain as it opens; whoever uses it holds the writer's lock.

    Attributes:
        urgent: How many of the items have somebody waiting.
    """

    __slots__ = ("_front", "_items", "urgent")

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._front = 0
        self.urgent = 0

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def add(self, item: Item) -> None:
        """Have an item written after all others."""
        self._items.append(item)
        self.urgent += item.durability is Durability.BEFORE_SEND

    def add_to_front(self, item: Item) -> None:
        """Have an item written before all others but those that came to the front earlier."""
        self._items.insert(self._front, item)
        self._front += 1
        self.urgent += item.durability is Durability.BEFORE_SEND

    def take(self, most: int) -> list[Item]:
        """Take items from the front."""
        items = [self._items.popleft() for _ in range(min(most, len(self._items)))]
        self._front = max(0, self._front - len(items))
        self.urgent -= sum(item.durability is Durability.BEFORE_SEND for item in items)
        return items

    def take_front(self) -> list[Item]:
        """Take what came to the front."""
        return self.take(self._front)

    def clear(self) -> None:
        """Forget all items."""
        self.take(len(self._items))
