"""What is wrong with one file keeps no other from the database, and no file ends the shipper's thread."""

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from privmw.errors import LedgerUnavailable
from privmw.ledger import shipper as module
from privmw.ledger.files import ledger_files
from privmw.ledger.maintenance import purge_directory
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.shipper import Shipper
from privmw.ledger.sqlite import SqliteChain
from privmw.ledger.writer import LedgerWriter
from privmw.types import SubjectPayload, TransferRecord
from tests.ledger.conftest import Database
from tests.ledger.proof_helpers import START_MS, ManualClock, transfer, write_ledger
from tests.ledger.test_postgres import same, same_count, write
from tests.ledger.writing_helpers import intent

LONG = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(125))
"""No compression brings this below what an index entry may hold."""


def put(directory: Path, host: str, *records: TransferRecord) -> Path:
    """Write records to a file of their own."""
    before = set(directory.glob("*.sqlite3"))
    writer = LedgerWriter(directory, host=host)
    for record in records:
        writer.submit(record)
    writer.close()
    (path,) = set(directory.glob("*.sqlite3")) - before
    return path


@contextmanager
def copying(directory: Path, dsn: str) -> Iterator[Shipper]:
    """A shipper at work."""
    shipper = Shipper(directory, dsn, interval=0.02)
    shipper.start()
    yield shipper
    shipper.close()


def copied(database: Database, count: int, shipper: Shipper) -> bool:
    """Whether the database holds so many headers within ten seconds, with the thread alive."""
    until = time.monotonic() + 10
    while time.monotonic() < until and same_count(database) != count:
        time.sleep(0.05)
    return same_count(database) == count and shipper._thread is not None and shipper._thread.is_alive()


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient_id": LONG, "server_address": LONG},
        {"data_categories": tuple(f"user.{LONG[number * 8 : number * 8 + 8]}" for number in range(900))},
    ],
    ids=["recipient", "categories"],
)
def test_what_is_searched_by_may_be_long(tmp_path: Path, fleet: Database, changes: dict[str, Any]) -> None:
    """A recipient or a list of categories longer than an index entry is copied like any other, and found again."""
    put(tmp_path / "ledger", "a", intent(), intent(**changes), intent())
    with copying(tmp_path / "ledger", fleet.dsn) as shipper:
        assert copied(fleet, 5, shipper), shipper.problem
    assert 5 == same(tmp_path / "ledger", fleet.dsn)


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient_id": "a\0b"},
        {"intent_id": LONG},
        {"payload": SubjectPayload(subject_ref=LONG)},
        {"retention_class": LONG, "payload": SubjectPayload(request_id="1")},
    ],
    ids=["NUL", "intent", "subject", "class"],
)
def test_what_the_database_can_not_hold_stays_in_its_file(
    tmp_path: Path, fleet: Database, caplog: pytest.LogCaptureFixture, changes: dict[str, Any]
) -> None:
    """The file is named once with the reason, which holds nothing of the record; files before and after it are copied."""
    put(tmp_path / "ledger", "a", intent())
    path = put(tmp_path / "ledger", "b", intent(), intent(**changes))
    put(tmp_path / "ledger", "c", intent())
    with copying(tmp_path / "ledger", fleet.dsn) as shipper:
        assert copied(fleet, 6, shipper), shipper.problem
        put(tmp_path / "ledger", "d", intent())
        assert copied(fleet, 9, shipper), shipper.problem
        assert shipper.problem is None
        assert {path.name} == set(shipper.refused)
    assert 1 == sum(path.name in message for message in caplog.messages)
    assert LONG[:40] not in caplog.text


def test_a_file_that_can_not_be_read_is_passed_over(tmp_path: Path, fleet: Database) -> None:
    """Nonsense in a file's own description, or no ledger at all, ends neither the thread nor the copying of others."""
    odd = put(tmp_path / "ledger", "a", intent())
    connection = sqlite3.connect(odd)
    connection.execute("UPDATE meta SET value = 'abc' WHERE key = 'created'")
    connection.commit()
    connection.close()
    (tmp_path / "ledger" / "default-b-1.sqlite3").write_bytes(b"junk" * 500)
    put(tmp_path / "ledger", "c", intent())
    with copying(tmp_path / "ledger", fleet.dsn) as shipper:
        assert copied(fleet, 3, shipper) or copied(fleet, 6, shipper)
        put(tmp_path / "ledger", "d", intent())
        assert copied(fleet, 6, shipper) or copied(fleet, 9, shipper)


def test_a_mistake_of_our_own_costs_one_file_only(
    tmp_path: Path, fleet: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is raised over one file is logged once by its type; the file is tried again, the others are copied."""
    unlucky = put(tmp_path / "ledger", "a", intent())
    put(tmp_path / "ledger", "b", intent())
    fails = True

    class Chain(SqliteChain):
        def __init__(self, path: Path, **options: Any) -> None:
            if path == unlucky and fails:
                raise RuntimeError("somebody's secret")
            super().__init__(path, **options)

    monkeypatch.setattr(module, "SqliteChain", Chain)
    with copying(tmp_path / "ledger", fleet.dsn) as shipper:
        assert copied(fleet, 3, shipper)
        time.sleep(0.2)
        fails = False
        assert copied(fleet, 6, shipper)
    assert 1 == sum(unlucky.name in message and "RuntimeError" in message for message in caplog.messages)
    assert "secret" not in caplog.text


def test_a_locked_file_costs_neither_the_session_nor_the_others(tmp_path: Path, fleet: Database) -> None:
    """A file that another program holds is copied when it lets go; until then the others are."""
    held = put(tmp_path / "ledger", "a", intent())
    put(tmp_path / "ledger", "b", intent())
    shipper = Shipper(tmp_path / "ledger", fleet.dsn, busy_timeout=0.05)
    other = sqlite3.connect(held, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    other.execute("UPDATE meta SET value = value")
    assert 3 == shipper.ship()
    outlet = shipper._outlet
    assert outlet is not None
    other.execute("COMMIT")
    other.close()
    assert 3 == shipper.ship()
    assert outlet is shipper._outlet
    shipper.close()


def test_an_error_outside_any_file_does_not_end_the_thread(
    tmp_path: Path, fleet: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where even listing the files fails in a way that nobody foresaw, the thread lives and goes on."""
    put(tmp_path / "ledger", "a", intent())

    def fail(directory: Path) -> list[Path]:
        raise ValueError("somebody's secret")

    monkeypatch.setattr(module, "ledger_files", fail)
    monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0.02)
    with copying(tmp_path / "ledger", fleet.dsn) as shipper:
        until = time.monotonic() + 10
        while shipper.problem is None and time.monotonic() < until:
            time.sleep(0.02)
        assert "ValueError" == shipper.problem
        monkeypatch.setattr(module, "ledger_files", ledger_files)
        assert copied(fleet, 3, shipper)


def test_nothing_is_deleted_from_the_copy_before_its_record_is_there(tmp_path: Path, fleet: Database) -> None:
    """Where the file with the purge record is not copied, the purge of the database stops before the first deletion."""
    old = START_MS - 800 * 86_400_000
    write_ledger(tmp_path / "l", [transfer(n, old, purge_after=None) for n in range(5)], clock=ManualClock(old))
    shipper = Shipper(tmp_path / "l", fleet.dsn)
    shipper.ship()
    shipper.close()
    clock = ManualClock(START_MS)
    writer = LedgerWriter(tmp_path / "l", clock=clock, host="purger")
    writer.submit(intent(recipient_id="a\0b"))  # for which the database refuses the purger's file
    schedule = Schedule({"subject_3m": Rule("subject_3m", "P3M")})
    with pytest.raises(LedgerUnavailable, match="did not reach the database"):
        purge_directory(tmp_path / "l", schedule, writer, clock=clock, dsn=fleet.dsn, timeout=5.0)
    writer.close(10)
    assert same_count(fleet) == 7
    assert 5 == payloads_in(fleet)


def payloads_in(database: Database) -> int:
    """How many payloads the database holds."""
    from privmw.ledger.postgres import connect, rows

    with connect(database.dsn) as connection:
        number: int = rows(connection, "SELECT count(*) FROM payloads")[0][0]
        return number


def test_files_of_dead_writers_are_copied_beside_a_bad_one(tmp_path: Path, fleet: Database) -> None:
    """What other processes left is copied whole although an older file is refused."""
    put(tmp_path / "ledger", "a", intent(recipient_id="a\0b"))
    write(tmp_path / "ledger", 5, host="b")
    shipper = Shipper(tmp_path / "ledger", fleet.dsn)
    assert 12 == shipper.ship()
    shipper.close()
