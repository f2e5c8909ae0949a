"""What follows a writer: checkpoints, exporters, shippers. All calls come from the writer's thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from privmw.ledger.chain import Sealed
from privmw.ledger.reader import StoredCheckpoint

__all__ = ["Observer", "OpenChain"]


class OpenChain(Protocol):
    """The chain that is being written, as an observer may use it, on the writer's thread only."""

    @property
    def writer_id(self) -> str:
        """Whose chain it is."""

    @property
    def epoch(self) -> int:
        """Number of the running epoch."""

    def hashes(self, start: int, stop: int | None = None) -> Sequence[bytes]:
        """Leaf hashes of the stored headers with ``start <= seq < stop``, to rebuild a tree after a restart."""

    def subtrees(self) -> Sequence[tuple[int, int, bytes]]:
        """Subtree hashes kept when headers were pruned."""

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """The latest signed note, ``None`` when there is none."""

    def put_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a signed note, in a transaction of its own."""


class Observer(Protocol):
    """Told of everything that became durable. It may submit records to the writer, which never waits for it in turn.

    What it raises is logged by type and counted; it does not stop the writer.
    """

    def opened(self, chain: OpenChain) -> None:
        """A chain was created or taken over; comes before its ``epoch.open`` is committed, and again after a change of file."""

    def committed(self, records: Sequence[Sealed]) -> None:
        """These records are durable, in order."""

    def tick(self, time_ms: int) -> None:
        """About once per second, between commits."""

    def closing(self) -> None:
        """The chain is about to be closed: called before its ``epoch.close`` is written, and again after.

        A process that is killed in between then leaves that one record behind without a checkpoint, and no other.
        """
