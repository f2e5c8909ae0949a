"""The tables of a ledger file are the ledger's own, for the verifier, for the auditor and for whoever writes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from privmw.ledger.auditing.auditor_main import auditor_main
from privmw.ledger.schema import TABLES
from privmw.ledger.stores.connection import connect, create
from privmw.ledger.verify import verify
from privmw.ledger.writing.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.proof_helpers import KEYS, ManualClock, check, edit, found, transfer, write_ledger

REPLACED = "CREATE VIEW headers AS SELECT * FROM hidden WHERE seq <> 3"

CHANGES = {
    "a trigger that undoes": (
        "CREATE TRIGGER t AFTER INSERT ON headers BEGIN DELETE FROM headers WHERE seq = new.seq; END",
    ),
    "a trigger that copies": (
        "CREATE TABLE shadow (x)",
        "CREATE TRIGGER t AFTER INSERT ON payloads BEGIN INSERT INTO shadow VALUES (new.data); END",
    ),
    "another table": ("CREATE TABLE shadow (x)",),
    "another index": ("CREATE INDEX other ON headers (epoch)",),
    "a view in place of a table": ("ALTER TABLE headers RENAME TO hidden", REPLACED),
    "an index that is gone": ("DROP INDEX headers_time",),
    "a column more": ("ALTER TABLE payloads ADD COLUMN copy TEXT",),
    "a trigger with the name of a statistic": (
        "CREATE TABLE shadow (x)",
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_schema VALUES ('trigger', 'sqlite_stat1', 'headers', 0, "
        "'CREATE TRIGGER sqlite_stat1 AFTER INSERT ON headers BEGIN DELETE FROM headers WHERE seq = new.seq; END')",
        "DROP TABLE shadow",
    ),
    "a statistic of one's own": (
        "ANALYZE",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE sqlite_stat1(tbl,idx,stat,copy)' WHERE name = 'sqlite_stat1'",
    ),
    "a statistic with a name of its own": ("CREATE TABLE stat1 (x)",),
    "another time of making": ("UPDATE meta SET value = 'abc' WHERE key = 'created'",),
    "another host": ("UPDATE meta SET value = 'elsewhere' WHERE key = 'host'",),
    "another deployment": ("UPDATE meta SET value = 'elsewhere' WHERE key = 'deployment'",),
    "a note to oneself": ("INSERT INTO meta VALUES ('who', 'a@b.kr')",),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_part_of_a_ledger_file_is_found(change: str, tmp_path: Path) -> None:
    """Each thing that does not belong into a signed and anchored file is ALTERED, here and in the auditor."""
    file = write_ledger(tmp_path / "l", 5, anchor=tmp_path / "anchor")
    edit(file, *CHANGES[change])
    report = check(tmp_path / "l", tmp_path / "anchor")
    assert ("ALTERED", 1) == (report.verdict.value, report.exit_code())
    assert any("the file is not as it was made" in item.detail for item in report.findings)
    assert 1 == auditor_main([str(tmp_path / "l")])


@pytest.mark.parametrize("change", list(CHANGES)[:8])
def test_nobody_writes_on_in_such_a_file(change: str, tmp_path: Path) -> None:
    """The next process leaves it to verify, and what it tells to be durable is in a file of its own."""
    file = write_ledger(tmp_path, 3, keys=None)
    before = file.read_bytes()
    edit(file, *CHANGES[change])
    changed = file.read_bytes()
    writer = LedgerWriter(tmp_path, host="host", clock=ManualClock())
    for number in range(5):
        writer.submit(transfer(number), Durability.BEFORE_SEND).wait(10)
    writer.close(20)
    assert before != changed == file.read_bytes()
    (other,) = (path for path in tmp_path.glob("*.sqlite3") if path != file)
    connection = sqlite3.connect(other)
    assert (7,) == connection.execute("SELECT count(*) FROM headers").fetchone()
    connection.close()


def test_files_of_before_are_sound_and_written_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was made before numbers had to be positive is a ledger file like any other."""
    with monkeypatch.context() as earlier:
        earlier.setattr("privmw.ledger.stores.connection.TABLES", TABLES.replace(" CHECK (seq >= 0)", ""))
        file = write_ledger(tmp_path, 3)
    write_ledger(tmp_path, 3)
    connection = sqlite3.connect(file)
    assert "CHECK (" in TABLES
    assert (0,) == connection.execute("SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%CHECK (%'").fetchone()
    connection.close()
    assert [file] == list(tmp_path.glob("*.sqlite3"))
    assert {"OK"} == found(check(tmp_path))


def test_numbers_below_zero_are_refused(tmp_path: Path) -> None:
    """A file that is made now takes no row before the first."""
    create(tmp_path / "x.sqlite3", {"writer_id": "d/h/x"})
    connection = connect(tmp_path / "x.sqlite3", writable=True)
    connection.execute("INSERT INTO facets VALUES (1, '', '', '', '', '', '', '')")
    for statement in (
        "INSERT INTO headers VALUES (-1, 1, 1, 1, NULL, x'', x'')",
        "INSERT INTO payloads VALUES (-1, x'', x'', NULL, NULL, NULL)",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    connection.close()


def test_maintenance_of_the_database_is_no_change(tmp_path: Path) -> None:
    """``ANALYZE`` and ``VACUUM`` leave a ledger file what it is."""
    file = write_ledger(tmp_path, 30)
    edit(file, "ANALYZE", "VACUUM")
    assert {"OK"} == found(verify(tmp_path, keys=KEYS.trusted("privmw")))
    write_ledger(tmp_path, 3)
    assert [file] == list(tmp_path.glob("*.sqlite3"))
