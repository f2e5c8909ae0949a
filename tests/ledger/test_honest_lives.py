"""What honest writers leave behind is never an alarm: killed, without a key or with a late one, rotated, restarted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from privmw.ledger.checkpoints import Checkpointer, super_checkpoint
from privmw.ledger.maintenance import purge_directory
from privmw.ledger.reader import open_store
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.signing import SigningKeys
from privmw.ledger.unsigned import is_overdue
from privmw.ledger.verify import verify
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, check, copy_of, edit, found, transfer, write_ledger

DAY = 86_400_000
SCHEDULE = Schedule({"subject_3m": Rule("subject_3m", "P3M", "4")})


def killed(
    directory: Path,
    records: int,
    *,
    keys: SigningKeys | None = KEYS,
    every: int = 1_000,
    host: str = "host",
    time_ms: int = START_MS,
    step_ms: int = 100,
    meanwhile: Callable[[LedgerWriter], object] = lambda writer: None,
) -> None:
    """Run a writer and leave the directory as a SIGKILL would, with what happened meanwhile."""
    clock = ManualClock(time_ms)
    observers = [] if keys is None else [Checkpointer(keys, clock=clock, every=every, directory=directory)]
    live = directory.with_name("live")
    if directory.exists():
        directory.rename(live)
    writer = LedgerWriter(live, clock=clock, host=host, observers=observers)
    writer.start()
    for number in range(records):
        writer.submit(transfer(number, time_ms + number * step_ms), Durability.BEFORE_SEND).wait(20)
    meanwhile(writer)
    writer.flush(20)
    copy_of(live, directory)
    writer.close(20)
    for path in live.iterdir():
        path.unlink()
    live.rmdir()
    for path in directory.glob("*-shm"):
        path.unlink()


class TestKilled:
    """A process that did not close."""

    def test_before_the_first_checkpoint(self, tmp_path: Path) -> None:
        """A minute of records without any checkpoint is no alarm, with or without an anchor's older notes."""
        killed(tmp_path / "l", 20)
        report = check(tmp_path / "l")
        assert ({"UNANCHORED"}, 0) == (found(report), report.exit_code())

    def test_some_seconds_after_a_checkpoint(self, tmp_path: Path) -> None:
        """Nor is a tail behind the last one."""
        killed(tmp_path / "l", 20, every=6)
        report = check(tmp_path / "l")
        assert ({"UNANCHORED"}, 0) == (found(report), report.exit_code())
        assert 0 < report.chains[0].signed < report.chains[0].size

    def test_while_it_closed(self, tmp_path: Path) -> None:
        """Nor an ``epoch.close`` that was not signed any more."""
        file = write_ledger(tmp_path / "l", 20)
        edit(file, "DELETE FROM checkpoints WHERE size = (SELECT max(size) FROM checkpoints)")
        assert ({"UNANCHORED"}, 0) == (found(check(tmp_path / "l")), check(tmp_path / "l").exit_code())

    def test_again_and_again(self, tmp_path: Path) -> None:
        """A process that is killed an hour and an hour again, each time within its first minute, is no alarm."""
        for hour in range(4):
            killed(tmp_path / "l", 5, time_ms=START_MS + hour * 3_600_000)
            report = check(tmp_path / "l")
            assert ({"UNANCHORED"}, 0) == (found(report), report.exit_code()), hour
        assert 1 == len(list((tmp_path / "l").glob("*.sqlite3")))

    def test_and_never_taken_over(self, tmp_path: Path) -> None:
        """Files of hosts that are gone keep their tails; the others go on."""
        for number in range(3):
            killed(tmp_path / "l", 5, host=f"pod-{number}")
        write_ledger(tmp_path / "l", 5)
        assert ({"UNANCHORED"}, 0) == (found(check(tmp_path / "l")), check(tmp_path / "l").exit_code())

    def test_in_the_middle_of_a_purge(self, tmp_path: Path) -> None:
        """What was deleted by then is accounted for, since the purge was signed before it was begun."""
        write_ledger(tmp_path / "l", [transfer(number, purge_after=None) for number in range(5)])

        def purge(writer: LedgerWriter) -> None:
            clock = ManualClock(START_MS + 100 * DAY)
            purge_directory(writer.directory, SCHEDULE, writer, clock=clock, timeout=1.0)

        killed(tmp_path / "l", 1, host="purger", time_ms=START_MS + 100 * DAY, meanwhile=purge)
        report = check(tmp_path / "l")
        assert ({"PURGED", "UNANCHORED"}, 0) >= (found(report), report.exit_code())
        assert "PURGED" in found(report)
        assert 0 == report.exit_code()


class TestKeys:
    """Ledgers that had no key, or another one."""

    def test_no_key_at_all(self, tmp_path: Path) -> None:
        """Without keys nothing is asked for: closed, killed and purged chains are sound as far as they go."""
        write_ledger(tmp_path / "l", [transfer(number, purge_after=None) for number in range(5)], keys=None)
        killed(tmp_path / "l", 5, keys=None, host="other")
        clock = ManualClock(START_MS + 100 * DAY)
        writer = LedgerWriter(tmp_path / "l", clock=clock, host="purger")
        purge_directory(tmp_path / "l", SCHEDULE, writer, clock=clock)
        writer.close(20)
        report = verify(tmp_path / "l")
        assert ({"PURGED", "UNANCHORED"}, 0) == (found(report), report.exit_code())

    def test_a_key_that_signed_nothing_yet(self, tmp_path: Path) -> None:
        """A key that was made and not used yet proves nothing: that is said, and is no accusation."""
        write_ledger(tmp_path / "l", 5, keys=None)
        report = check(tmp_path / "l")
        assert ({"UNKNOWN_KEY"}, 2) == (found(report), report.exit_code())

    def test_a_key_that_came_later(self, tmp_path: Path) -> None:
        """The first process with a key signs all that its file holds, and saw where the other files stood."""
        write_ledger(tmp_path / "l", 5, keys=None, host="gone")
        write_ledger(tmp_path / "l", 5, keys=None)
        write_ledger(tmp_path / "l", 5)
        report = check(tmp_path / "l")
        assert ({"UNANCHORED"}, 0) == (found(report), report.exit_code())
        assert {0, 14} == {chain.signed for chain in report.chains}

    def test_purges_from_before_the_key(self, tmp_path: Path) -> None:
        """Purges that were recorded without a key count once a record that is signed has seen them."""
        write_ledger(tmp_path / "l", [transfer(number, purge_after=None) for number in range(5)], keys=None)
        clock = ManualClock(START_MS + 100 * DAY)
        writer = LedgerWriter(tmp_path / "l", clock=clock, host="purger")
        purge_directory(tmp_path / "l", SCHEDULE, writer, clock=clock)
        writer.close(20)
        write_ledger(tmp_path / "l", 5, clock=ManualClock(START_MS + 101 * DAY))
        report = check(tmp_path / "l")
        assert ({"PURGED", "UNANCHORED"}, 0) == (found(report), report.exit_code())

    def test_many_files_from_before_the_key(self, tmp_path: Path) -> None:
        """More files than a first record can name are signed with the next super-checkpoint."""
        for number in range(20):
            write_ledger(tmp_path / "l", 1, keys=None, host=f"pod-{number}")
        clock = ManualClock(START_MS + DAY)
        writer = LedgerWriter(tmp_path / "l", clock=clock, host="app", observers=[Checkpointer(KEYS, clock=clock)])
        store = open_store(tmp_path / "l")
        assert super_checkpoint(store, KEYS, writer, deployment="default", clock=clock) is not None
        store.close()
        writer.close(20)
        assert {"OK"} == found(check(tmp_path / "l"))

    def test_rotated_keys(self, tmp_path: Path) -> None:
        """Old and new key verify together whoever signed what."""
        both = SigningKeys([bytes(range(32)), b"\x09" * 32])
        write_ledger(tmp_path / "l", 5)
        killed(tmp_path / "l", 5, keys=both, host="other")
        write_ledger(tmp_path / "l", 5, keys=both)
        report = check(tmp_path / "l", keys=both)
        assert ({"UNANCHORED"}, 0) == (found(report), report.exit_code())


class TestRestarted:
    """Long lives."""

    def test_every_day(self, tmp_path: Path) -> None:
        """A process that is stopped and started each day leaves nothing to be said."""
        for day in range(5):
            write_ledger(tmp_path / "l", 5, clock=ManualClock(START_MS + day * DAY), anchor=tmp_path / "anchor")
        assert {"OK"} == found(check(tmp_path / "l", tmp_path / "anchor"))

    def test_after_a_standstill(self, tmp_path: Path) -> None:
        """A process that stood still for hours, wrote on and was killed left nothing of before unsigned."""
        killed(tmp_path / "l", 3, step_ms=3_600_000)
        assert ({"UNANCHORED"}, 0) >= (found(check(tmp_path / "l")), check(tmp_path / "l").exit_code())
        assert 0 == check(tmp_path / "l").exit_code()

    def test_with_a_long_file(self, tmp_path: Path) -> None:
        """A process that took over a long file may take longer until it has read it, and so until it signs."""
        file = write_ledger(tmp_path / "l", [transfer(1), transfer(2, START_MS + 90_000)], keys=None)
        connection = sqlite3.connect(file)
        store = open_store(tmp_path / "l")
        (chain,) = store.chains()
        rows = list(chain.headers(0, 3))
        store.close()
        connection.close()

        def overdue(moved: int) -> bool:
            from privmw.ledger.canonical import parse

            return is_overdue([row._replace(seq=row.seq + moved) for row in rows], 0, parse, (ValueError,))

        assert overdue(0)
        assert not overdue(1_000_000)


class TestOneFile:
    """A file that is looked at by itself."""

    def test_says_nothing_of_the_others(self, tmp_path: Path) -> None:
        """Of one file alone its own records are judged, not that its siblings are somewhere else."""
        write_ledger(tmp_path / "l", 5, host="a")
        file = write_ledger(tmp_path / "l", 5, host="b")
        assert {"OK"} == found(check(file))

    def test_can_not_tell_whether_it_was_purged(self, tmp_path: Path) -> None:
        """Where the purge record stands in another file, what is gone can not be judged."""
        file = write_ledger(tmp_path / "l", [transfer(number, purge_after=None) for number in range(5)])
        killed(tmp_path / "l", 1, host="purger", time_ms=START_MS + 100 * DAY, meanwhile=_purge)
        report = check(tmp_path / "l" / file.name)
        assert ({"OK"}, 2) == (found(report), report.exit_code())
        assert "where one could be looked for (1 to 5)" in report.unjudged[0]


def _purge(writer: LedgerWriter) -> None:
    clock = ManualClock(START_MS + 100 * DAY)
    purge_directory(writer.directory, SCHEDULE, writer, clock=clock, timeout=1.0)


def test_purged_while_it_is_verified(tmp_path: Path) -> None:
    """A purge that goes on while the ledger is read, file after file, is looked at again until it is accounted for."""
    for number in range(4):
        record = transfer(number, purge_after=None, retention_class=f"class_{number}")
        write_ledger(tmp_path / "l", [record], host=f"host-{number}")
    clock = ManualClock(START_MS + 100 * DAY)
    left = iter(range(4))

    def purge_one(records: int) -> None:
        number = next(left, None)
        if number is None:
            return
        rules = {f"class_{other}": Rule("x", "P3M" if other == number else "P9Y") for other in range(4)}
        observers = [Checkpointer(KEYS, clock=clock)]
        writer = LedgerWriter(tmp_path / "l", clock=clock, host=f"purger-{number}", observers=observers)
        purge_directory(tmp_path / "l", Schedule(rules), writer, clock=clock, timeout=1.0)
        writer.close(20)

    report = verify(tmp_path / "l", keys=KEYS.trusted("privmw"), progress=purge_one)
    assert ({"PURGED"}, 0) == (found(report), report.exit_code()), report.as_dict()


@pytest.mark.parametrize("keys", [KEYS, None])
def test_live(keys: SigningKeys | None, tmp_path: Path) -> None:
    """A ledger that is being written is sound at any moment."""
    clock = ManualClock()
    observers = [] if keys is None else [Checkpointer(keys, clock=clock, every=7)]
    writer = LedgerWriter(tmp_path / "l", clock=clock, host="host", observers=observers)
    for number in range(30):
        writer.submit(transfer(number, START_MS + number), Durability.BEFORE_SEND).wait(20)
        if number % 5 == 0:
            report = check(tmp_path / "l", keys=keys)
            assert 0 == report.exit_code(), report.as_dict()
    writer.close(20)
