"""Writing: order, durability, queue, close, and epochs over restarts."""

import asyncio
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from privmw.errors import LedgerUnavailable
from privmw.ledger.chain import Sealed
from privmw.ledger.observer import OpenChain
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability, RecordKind, TransferRecord, TransferSink
from tests.ledger.writing_helpers import FakeClock, intent, kinds, outcome_of, stored

pytestmark = pytest.mark.anyio


def test_records_are_chained_in_the_order_they_were_submitted(tmp_path: Path) -> None:
    """Every record is stored once, in order, between epoch.open and epoch.close, and all hashes fit."""
    writer = LedgerWriter(tmp_path / "ledger")
    records = [intent(index) for index in range(300)]
    for record in records:
        writer.submit(record)
    writer.close()
    members = stored(tmp_path / "ledger")
    assert ["epoch.open", *["transfer"] * 300, "epoch.close"] == kinds(members)
    assert [record.record_id for record in records] == [header["record_id"] for header in members[1:-1]]
    assert (300, 0, 0) == (writer.written, writer.lost, writer.waiting)


def test_the_writer_is_a_transfer_sink(tmp_path: Path) -> None:
    """Surfaces may hold the writer as the sink they know."""
    sink: TransferSink = LedgerWriter(tmp_path / "ledger")
    sink.submit(intent(), Durability.BEFORE_SEND).wait(5)
    assert ["epoch.open", "transfer"] == kinds(stored(tmp_path / "ledger"))


def test_a_waited_for_record_is_in_the_file(tmp_path: Path) -> None:
    """Once wait() returns, another connection sees the record."""
    writer = LedgerWriter(tmp_path / "ledger")
    for count in range(1, 6):
        writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
        assert count + 1 == len(stored(tmp_path / "ledger"))
    writer.close()


async def test_waiting_leaves_the_event_loop_free(tmp_path: Path) -> None:
    """While a record is on its way to the disk, other tasks run, and no call of the ledger holds the loop up."""
    writer = LedgerWriter(tmp_path / "ledger")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(tick())
    await asyncio.gather(*(writer.submit(intent(), Durability.BEFORE_SEND).wait_async(5) for _ in range(50)))
    task.cancel()
    assert ticks > 1
    assert 50 == writer.written
    writer.close()


def test_many_threads_may_submit(tmp_path: Path) -> None:
    """Records of many threads form one chain without loss."""
    writer = LedgerWriter(tmp_path / "ledger")

    def work() -> None:
        for index in range(200):
            writer.submit(intent(index), Durability.BEFORE_SEND if index % 50 == 0 else Durability.GROUP)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert 1002 == len(stored(tmp_path / "ledger"))


def test_a_restart_takes_the_file_over_in_a_new_epoch(tmp_path: Path) -> None:
    """The second process's epoch names the first one's head and continues its chain in the same file."""
    for _ in range(2):
        writer = LedgerWriter(tmp_path / "ledger", host="web-1")
        writer.submit(intent())
        writer.close()
    members = stored(tmp_path / "ledger")
    assert ["epoch.open", "transfer", "epoch.close"] * 2 == kinds(members)
    details = members[3]["details"]
    assert isinstance(details, dict)
    assert {"closed": True, "epoch": 1, "seq": 2} == {
        key: details["previous"][key] for key in ("closed", "epoch", "seq")
    }
    assert members[3]["prev_hash"] == details["previous"]["hash"]


def test_writers_at_the_same_time_have_files_of_their_own(tmp_path: Path) -> None:
    """A file that is held is not taken over; the later writer names where the earlier one stood."""
    first = LedgerWriter(tmp_path / "ledger")
    first.submit(intent(), Durability.BEFORE_SEND).wait(5)
    second = LedgerWriter(tmp_path / "ledger")
    second.submit(intent(), Durability.BEFORE_SEND).wait(5)
    assert first.writer_id != second.writer_id
    first_id = first.writer_id
    second.close()
    first.close()
    members = stored(tmp_path / "ledger")
    assert 6 == len(members)
    siblings = [header["details"] for header in members if header["kind"] == "epoch.open"][1]
    assert isinstance(siblings, dict)
    assert [(first_id, 1)] == [(seen["writer_id"], seen["seq"]) for seen in siblings["siblings"]]


def test_another_host_or_deployment_is_left_alone(tmp_path: Path) -> None:
    """A shared directory never makes two hosts continue one chain."""
    for deployment, host in (("a", "x"), ("a", "y"), ("b", "x")):
        writer = LedgerWriter(tmp_path / "ledger", deployment=deployment, host=host)
        writer.submit(intent())
        writer.close()
    assert 3 == len(list((tmp_path / "ledger").glob("*.sqlite3")))


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """The directory has mode 0700 and every file in it 0600, the write-ahead log included."""
    writer = LedgerWriter(tmp_path / "deep" / "ledger")
    writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    files = list((tmp_path / "deep" / "ledger").iterdir())
    assert 0o700 == (tmp_path / "deep" / "ledger").stat().st_mode & 0o777
    assert {0o600} == {file.stat().st_mode & 0o777 for file in files}
    assert {".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".lock"} == {file.suffix for file in files}
    writer.close()


def test_a_full_queue_refuses_best_effort_first(tmp_path: Path) -> None:
    """At three quarters only best-effort records are dropped, at the limit every one; a gap record tells the count."""
    writer = LedgerWriter(tmp_path / "ledger", queue_limit=8)
    writer._io.acquire()
    receipts = [writer.submit(intent(), Durability.GROUP) for _ in range(6)]
    assert "the ledger's queue is full" == writer.submit(intent(), Durability.BEST_EFFORT).problem
    receipts += [writer.submit(intent(), Durability.GROUP) for _ in range(2)]
    assert "the ledger's queue is full" == writer.submit(intent(), Durability.GROUP).problem
    with pytest.raises(LedgerUnavailable, match="queue is full"):
        writer.submit(intent(), Durability.BEFORE_SEND)
    writer._io.release()
    writer.close()
    members = stored(tmp_path / "ledger")
    gaps = [header["details"] for header in members if header["kind"] == "gap"]
    assert {"queue.full": 3} == {key: value for gap in gaps for key, value in gap["reasons"].items()}  # type: ignore[index]
    assert all(receipt.durable for receipt in receipts)
    assert (8, 3) == (writer.written, writer.lost)


def test_one_bad_record_fails_alone(tmp_path: Path) -> None:
    """A record without a canonical form is refused and counted; those around it are written."""
    writer = LedgerWriter(tmp_path / "ledger")
    bad = writer.submit(intent(details={"ratio": 0.5}), Durability.BEFORE_SEND)
    good = writer.submit(intent(), Durability.BEFORE_SEND)
    good.wait(5)
    with pytest.raises(LedgerUnavailable, match=r"details\.ratio: float"):
        bad.wait(5)
    writer.close()
    assert ["epoch.open", "transfer", "gap", "epoch.close"] == kinds(stored(tmp_path / "ledger"))


def test_flush_means_all_before_it_is_durable(tmp_path: Path) -> None:
    """After flush() nothing waits."""
    writer = LedgerWriter(tmp_path / "ledger")
    receipts = [writer.submit(intent(), Durability.BEST_EFFORT) for _ in range(700)]
    writer.flush(10)
    assert all(receipt.durable for receipt in receipts)
    writer.close()


def test_a_closed_writer_refuses_and_can_be_started_again(tmp_path: Path) -> None:
    """After close() records that must be durable are refused; start() opens a new epoch."""
    writer = LedgerWriter(tmp_path / "ledger")
    writer.submit(intent())
    writer.close()
    writer.close()
    with pytest.raises(LedgerUnavailable, match="closed"):
        writer.submit(intent(), Durability.BEFORE_SEND)
    assert "the ledger is closed" == writer.submit(intent()).problem
    writer.start()
    writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    writer.close()
    assert ["epoch.open", "transfer", "epoch.close", "epoch.open", "gap", "transfer", "epoch.close"] == kinds(
        stored(tmp_path / "ledger")
    )


def test_a_clock_that_goes_back_is_told(tmp_path: Path) -> None:
    """A record keeps the time it came with; a step back beyond the tolerance is stated, jitter is not."""
    clock = FakeClock()
    writer = LedgerWriter(tmp_path / "ledger", clock=clock)
    for back in (0, 1_500, 3_600_000):
        writer.submit(intent(time_ms=clock.now - back), Durability.BEFORE_SEND).wait(5)
    writer.close()
    members = stored(tmp_path / "ledger")[1:-1]
    assert [clock.now, clock.now - 1_500, clock.now - 3_600_000] == [header["time"] for header in members]
    assert [None, None, 3_600_000] == [header.get("clock_back_ms") for header in members]


def test_waiting_ends_with_the_timeout(tmp_path: Path) -> None:
    """A disk that hangs makes wait() raise after its timeout, not hang."""
    writer = LedgerWriter(tmp_path / "ledger")
    writer._io.acquire()
    started = time.monotonic()
    with pytest.raises(LedgerUnavailable, match=r"not durable within 0\.05 s"):
        writer.submit(intent(), Durability.BEFORE_SEND).wait(0.05)
    assert time.monotonic() - started < 1
    writer._io.release()
    writer.close()


async def test_waiting_asynchronously_ends_with_the_timeout(tmp_path: Path) -> None:
    """The same on an event loop, and the late wake-up does no harm."""
    writer = LedgerWriter(tmp_path / "ledger")
    writer._io.acquire()
    with pytest.raises(LedgerUnavailable, match=r"not durable within 0\.05 s"):
        await writer.submit(intent(), Durability.BEFORE_SEND).wait_async(0.05)
    writer._io.release()
    writer.flush()
    await asyncio.sleep(0)
    writer.close()


class _Watcher:
    """Notes what an observer is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.ticks = 0

    def opened(self, chain: OpenChain) -> None:
        self.told.append(f"opened {chain.epoch} {len(chain.hashes(0))}")

    def committed(self, records: list[Sealed]) -> None:
        self.told += [str(record.members["kind"]) for record in records]
        raise RuntimeError("an observer may fail")

    def tick(self, time_ms: int) -> None:
        self.ticks += 1

    def closing(self) -> None:
        self.told.append("closing")


def test_observers_see_what_became_durable_and_may_fail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """They are told in order; what they raise is logged by type only and stops nothing."""
    watcher = _Watcher()
    writer = LedgerWriter(tmp_path / "ledger", observers=[watcher])  # type: ignore[list-item]
    record = intent()
    writer.submit(record, Durability.BEFORE_SEND).wait(5)
    writer.submit(outcome_of(record))
    writer.close()
    assert ["opened 1 0", "epoch.open", "transfer", "transfer", "closing", "epoch.close", "closing"] == watcher.told
    assert watcher.ticks > 0
    assert {"a ledger observer failed: RuntimeError in _Watcher.committed"} == set(caplog.messages)


class _Announcer(_Watcher):
    """Records what it is told on opening, as the policy's activation does, while transfers come from other threads."""

    writer: LedgerWriter

    def opened(self, chain: OpenChain) -> None:
        other = threading.Thread(target=self.writer.submit, args=[intent(1)])
        other.start()
        other.join(5)
        for number in (1, 2):
            self.writer.submit(TransferRecord(kind=RecordKind.POLICY, record_id=f"policy-{number}", time_ms=1))

    def committed(self, records: Sequence[Sealed]) -> None:
        """Nothing."""


def test_what_is_said_of_a_chain_as_it_opens_stands_in_front_of_what_waits(tmp_path: Path) -> None:
    """A reader learns which policy decided the transfers before it reads them, also where a file was replaced meanwhile."""
    announcer = _Announcer()
    announcer.writer = writer = LedgerWriter(tmp_path / "ledger", observers=[announcer])
    writer.submit(intent(0))
    writer.flush()
    [file] = (tmp_path / "ledger").glob("*.sqlite3")
    file.unlink()
    writer.submit(intent(2), Durability.BEFORE_SEND).wait(5)
    writer.close()
    members = stored(tmp_path / "ledger")
    assert ["epoch.open", "policy", "policy", "transfer", "transfer", "epoch.close"] == kinds(members)
    assert ["policy-1", "policy-2"] == [member["record_id"] for member in members[1:3]]
