"""A record that can not be stored is refused alone, whatever is wrong with it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privmw.errors import LedgerUnavailable
from privmw.ledger.chain import Sealed
from privmw.ledger.observer import OpenChain
from privmw.types import Durability, SubjectPayload
from tests.ledger.test_writer_faults import connection_of, opened
from tests.ledger.writing_helpers import intent, kinds, stored


@pytest.mark.parametrize(
    "changes",
    [
        {"data_categories": (1, 2)},
        {"recipient_id": ["openai"]},
        {"retention_class": 5},
        {"purge_after": 20260401},
        {"payload": SubjectPayload(subject_ref=7)},  # type: ignore[arg-type]
        {"time_ms": "now"},
        {"intent_id": 3},
        {"feature": "x" * 20_000_000},
        {"payload": SubjectPayload(route="x" * 20_000_000)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_record_that_can_not_be_stored_is_refused_alone(tmp_path: Path, changes: dict[str, Any]) -> None:
    """It is counted as lost; records beside and after it are written to the same file, those that are waited for too."""
    writer = opened(tmp_path / "ledger", group_ms=200)
    bad = writer.submit(replace(intent(), **changes))
    good = [writer.submit(intent(number)) for number in range(3)]
    for _ in range(3):
        writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    for receipt in good:
        receipt.wait(5)
    with pytest.raises(LedgerUnavailable, match="cannot be stored"):
        bad.wait(5)
    writer.close()
    members = stored(tmp_path / "ledger")
    assert 6 == kinds(members).count("transfer")
    assert [{"record.invalid": 1}] == [header["details"]["reasons"] for header in members if header["kind"] == "gap"]  # type: ignore[index]
    assert 1 == len(list((tmp_path / "ledger").glob("*.sqlite3")))


class ComesAndGoes:
    """An observer that does nothing."""

    def opened(self, chain: OpenChain) -> None:
        """Nothing."""

    def committed(self, records: Sequence[Sealed]) -> None:
        """Nothing."""

    def tick(self, time_ms: int) -> None:
        """Nothing."""

    def closing(self) -> None:
        """Nothing."""


class PickyConnection:
    """A real connection that takes no header with a certain text in it, for whatever reason a database may have."""

    def __init__(self, real: sqlite3.Connection, error: Exception) -> None:
        self._real = real
        self._error = error
        self.refusals = 0

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement, or refuse it."""
        if statement.startswith("INSERT INTO headers") and any(b"poison" in v for v in values[0] if type(v) is bytes):
            self.refusals += 1
            raise self._error
        return self._real.execute(statement, *values)

    def close(self) -> None:
        """Close the real one."""
        self._real.close()


def test_what_only_the_database_finds_wrong_is_refused_alone(tmp_path: Path) -> None:
    """A batch that the database refuses for one record in it is written record by record; nobody else is denied."""
    told: list[int] = []

    class Watcher(ComesAndGoes):
        def committed(self, records: Sequence[Sealed]) -> None:
            told.extend(record.seq for record in records)

    writer = opened(tmp_path / "ledger", group_ms=200, observers=[Watcher()])
    picky = PickyConnection(connection_of(writer), sqlite3.DataError("string or blob too big"))
    writer._session._file._connection = picky  # type: ignore[union-attr]
    receipts = [writer.submit(intent(number, feature="poison" if number == 4 else "chat")) for number in range(9)]
    writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    assert [number == 4 for number in range(9)] == [receipt.problem is not None for receipt in receipts]
    assert "cannot be stored: string or blob too big" in str(receipts[4].problem)
    writer.close()
    assert 2 == picky.refusals
    members = stored(tmp_path / "ledger")
    assert 9 == kinds(members).count("transfer")
    assert list(range(len(members))) == told


def test_a_disk_that_fails_amid_single_records_loses_none(tmp_path: Path) -> None:
    """Where the disk fails while a batch is written record by record, what was written counts and the rest is tried again."""
    writer = opened(tmp_path / "ledger", group_ms=200)
    picky = PickyConnection(connection_of(writer), sqlite3.DataError("string or blob too big"))
    writer._session._file._connection = picky  # type: ignore[union-attr]
    begun = 0
    real = picky.execute

    def execute(statement: str, *values: Any) -> sqlite3.Cursor:
        nonlocal begun
        begun += statement.startswith("BEGIN")
        if begun == 5 and statement.startswith("BEGIN"):  # one for the batch, then one for each record
            raise sqlite3.OperationalError("disk I/O error")
        return real(statement, *values)

    picky.execute = execute  # type: ignore[method-assign]
    receipts = [writer.submit(intent(number, feature="poison" if number == 1 else "chat")) for number in range(6)]
    receipts.append(writer.submit(intent(details={"ratio": 0.5})))
    for receipt in (*receipts[:1], *receipts[2:6]):
        receipt.wait(5)
    writer.close()
    members = stored(tmp_path / "ledger")
    sent = [header["record_id"] for header in members if header["kind"] == "transfer"]
    assert (5, 5) == (len(sent), len(set(sent)))
    assert (5, 2) == (writer.written, writer.lost)
    assert [1, 6] == [number for number, receipt in enumerate(receipts) if receipt.problem is not None]
