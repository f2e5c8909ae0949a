"""What a writer leaves unsigned: a minute at most, whatever the clock and the disk do, and nothing that deletes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from privmw.ledger.checkpoints import Checkpointer
from privmw.ledger.notes import parse_checkpoint, parse_note
from privmw.ledger.reader import open_store
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability, RecordKind
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, copy_of, transfer, write_ledger

MINUTE = 60_000


class Kept:
    """An anchor that remembers."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def keep(self, notes: Sequence[bytes]) -> None:
        """Remember the sizes."""
        self.sizes += [parse_checkpoint(parse_note(note).text).size for note in notes]


def writer_of(directory: Path, anchor: Kept, *, every: int = 1_000) -> LedgerWriter:
    """A writer whose clock stands still, so that only what the records say can be a reason to sign."""
    clock = ManualClock()
    observers = [Checkpointer(KEYS, clock=clock, every=every, anchors=[anchor])]
    return LedgerWriter(directory, clock=clock, host="host", observers=observers)


def head_of(directory: Path) -> int:
    """How many records the one chain has."""
    store = open_store(directory)
    (chain,) = store.chains()
    head = chain.head()
    store.close()
    return -1 if head is None else head.seq + 1


def test_records_a_minute_apart_are_not_left_unsigned(tmp_path: Path) -> None:
    """After a standstill (a frozen container, a full disk) records of two times arrive at once: they are signed at once."""
    anchor = Kept()
    writer = writer_of(tmp_path, anchor)
    writer.submit(transfer(1, START_MS), Durability.GROUP)
    writer.flush(20)
    assert [] == anchor.sizes
    writer.submit(transfer(2, START_MS + MINUTE - 1), Durability.GROUP)
    writer.flush(20)
    writer.flush(20)
    assert [] == anchor.sizes
    writer.submit(transfer(3, START_MS + MINUTE), Durability.GROUP)
    writer.flush(20)
    writer.flush(20)
    assert [4] == anchor.sizes
    writer.close(20)


def test_what_a_killed_process_left_is_signed_by_the_next(tmp_path: Path) -> None:
    """A process that takes a file over signs what it finds unsigned as soon as its epoch is open: crash loops leave no tail."""
    left = Kept()
    killed = writer_of(tmp_path / "live", left)
    killed.submit(transfer(1), Durability.BEFORE_SEND).wait(10)
    directory = copy_of(tmp_path / "live", tmp_path / "left")
    killed.close(20)
    anchor = Kept()
    writer = writer_of(directory, anchor)
    writer.start()
    writer.flush(20)
    writer.flush(20)
    assert [3] == anchor.sizes  # the two records of the killed process, and this one's epoch.open
    writer.close(20)


def test_a_purge_is_signed_before_anybody_acts_on_it(tmp_path: Path) -> None:
    """When the receipt of a purge record says that it is durable, the checkpoint over it is there already."""
    anchor = Kept()
    writer = writer_of(tmp_path, anchor)
    record = transfer(1, kind=RecordKind.PURGE, payload=None, details={"action": "hold.released", "hold": "x"})
    writer.submit(record, Durability.BEFORE_SEND).wait(10)
    assert [head_of(tmp_path)] == anchor.sizes
    writer.close(20)


def test_an_epoch_is_signed_up_to_its_close_before_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However a process ends while it closes, no more than the ``epoch.close`` is without a checkpoint."""
    anchor = Kept()
    heads: list[tuple[int, list[int]]] = []
    closing = Checkpointer.closing

    def noting(self: Checkpointer) -> None:
        closing(self)
        heads.append((head_of(tmp_path), list(anchor.sizes)))

    monkeypatch.setattr(Checkpointer, "closing", noting)
    writer = writer_of(tmp_path, anchor)
    writer.submit(transfer(1), Durability.BEFORE_SEND).wait(10)
    writer.close(20)
    assert [(2, [2]), (3, [2, 3])] == heads


def test_a_file_that_was_closed_is_not_signed_again(tmp_path: Path) -> None:
    """Where nothing was left unsigned there is no reason to sign at once."""
    write_ledger(tmp_path, 3)
    anchor = Kept()
    writer = writer_of(tmp_path, anchor)
    writer.start()
    writer.flush(20)
    writer.flush(20)
    assert [] == anchor.sizes
    writer.close(20)
