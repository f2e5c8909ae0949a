"""Verify and purge on a real PostgreSQL: the same verdicts as on the files that were shipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from privmw.ledger.checkpoints import Checkpointer
from privmw.ledger.maintenance import purge_directory
from privmw.ledger.postgres import connect, migrate
from privmw.ledger.purge import PurgeReport
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.shipper import Shipper
from privmw.ledger.verdicts import Report
from privmw.ledger.verify import verify
from privmw.ledger.writer import LedgerWriter
from tests.ledger.conftest import Database
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, check, found, transfer, write_ledger

DAY = 86_400_000


def ship(directory: Path, database: Database) -> None:
    """Copy a directory to a database with the ledger's tables."""
    connection = connect(database.dsn)
    migrate(connection)
    connection.close()
    shipper = Shipper(directory, database.dsn)
    shipper.ship()
    shipper.close()


def look(database: Database, *anchors: Path) -> Report:
    """Verify the database with the test's key."""
    return verify(database.dsn, keys=KEYS.trusted("privmw"), anchors=anchors)


def purge_copy(directory: Path, database: Database, now_ms: int) -> PurgeReport:
    """Purge the database; the record goes through a writer of the directory."""
    clock = ManualClock(now_ms)
    observers = [Checkpointer(KEYS, clock=clock, every=1)]
    writer = LedgerWriter(directory, clock=clock, host="purger", observers=observers)
    schedule = Schedule({"subject_3m": Rule("subject_3m", "P3M", "4")}, header=Rule("h", "P1Y", "16"))
    report = purge_directory(directory, schedule, writer, clock=clock, dsn=database.dsn, timeout=5.0)
    writer.close(20)
    assert report is not None
    return report


def test_a_shipped_ledger_is_as_sound_as_its_files(tmp_path: Path, database: Database) -> None:
    """Sizes, roots, checkpoints and anchors verify on the copy exactly as on the files."""
    for host in ("a", "b"):
        write_ledger(tmp_path / "l", 20, host=host, anchor=tmp_path / "anchor")
    ship(tmp_path / "l", database)
    report = look(database, tmp_path / "anchor")
    assert {"OK"} == found(report)
    files = check(tmp_path / "l", tmp_path / "anchor")
    assert {(c.writer_id, c.size, c.root, c.anchored) for c in files.chains} == {
        (c.writer_id, c.size, c.root, c.anchored) for c in report.chains
    }
    assert "1 given" == report.keys


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (
            "UPDATE headers SET header = replace(encode(header, 'escape'), '\"US\"', '\"DE\"')::bytea WHERE seq = 5",
            "ALTERED",
        ),
        ("UPDATE payloads SET subject_ref = 'nobody' WHERE seq = 5", "ALTERED"),
        ("UPDATE facets SET country = 'DE' WHERE country = 'US'", "ALTERED"),
        ("DELETE FROM headers WHERE seq = 5", "MISSING"),
        ("DELETE FROM payloads WHERE seq = 5", "MISSING"),
        ("DELETE FROM headers WHERE seq > 5", "TRUNCATED"),
        ("UPDATE checkpoints SET note = 'nonsense'", "ALTERED"),
    ],
)
def test_what_a_superuser_changes_is_found(tmp_path: Path, database: Database, statement: str, verdict: str) -> None:
    """Where the triggers are switched off by the server's superuser, the verdict is that of a file changed alike."""
    write_ledger(tmp_path / "l", 20)
    ship(tmp_path / "l", database)
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET search_path = privmw_ledger")
        connection.execute(statement.encode())
    report = look(database)
    assert {verdict} == found(report), report.as_dict()
    assert 1 == report.exit_code()


def test_purging_the_copy_is_on_record_there(tmp_path: Path, database: Database) -> None:
    """Payloads go from the database, the record is shipped before that, and both sides verify, again after a prune."""
    start = START_MS - 600 * DAY  # the database has a clock of its own
    records = [transfer(number, start, purge_after=None) for number in range(30)]
    write_ledger(tmp_path / "l", records, clock=ManualClock(start))
    ship(tmp_path / "l", database)
    report = purge_copy(tmp_path / "l", database, start + 100 * DAY)
    assert (30, []) == (report.payloads[0].count, report.obstacles)
    assert {"PURGED"} <= found(look(database)) <= {"PURGED", "UNANCHORED"}
    files = check(tmp_path / "l")
    assert ({"PURGED"}, True) == (found(files), "not carried out" in files.findings[0].detail)
    later = purge_copy(tmp_path / "l", database, start + 500 * DAY)
    assert later.headers, later.obstacles
    assert {"PURGED"} <= found(look(database)) <= {"PURGED", "UNANCHORED"}


def test_an_empty_database_can_not_be_judged(database: Database) -> None:
    """A database with tables and no chain is exit code 2."""
    connection = connect(database.dsn)
    migrate(connection)
    connection.close()
    assert 2 == look(database).exit_code()


def cutting(database: Database, times: int) -> Callable[[int], None]:
    """Cuts every connection to the database after a block was read, so many times."""
    left = iter(range(times))

    def cut(records: int) -> None:
        if next(left, None) is not None:
            with psycopg.connect(database.dsn, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'privmw'"
                )

    return cut


@pytest.mark.parametrize(("times", "code"), [(1, 0), (100, 2)])
def test_a_connection_that_breaks_is_no_finding(times: int, code: int, tmp_path: Path, database: Database) -> None:
    """A server that goes away says nothing about the ledger: it is asked once more, and then nothing can be judged."""
    write_ledger(tmp_path / "l", 3_000)
    ship(tmp_path / "l", database)
    report = verify(database.dsn, keys=KEYS.trusted("privmw"), progress=cutting(database, times))
    assert ({"OK"}, code) == (found(report), report.exit_code()), report.as_dict()


def test_a_record_before_the_first_is_found(tmp_path: Path, database: Database) -> None:
    """Nothing can be added where no walk comes by; what stands there all the same is ALTERED."""
    write_ledger(tmp_path / "l", 10)
    ship(tmp_path / "l", database)
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET search_path = privmw_ledger")
        columns = "writer, epoch, -1, time, facet, intent, hash, header"
        statement = f"INSERT INTO headers SELECT {columns} FROM headers WHERE seq = 3".encode()
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(statement)
        connection.execute("ALTER TABLE headers DROP CONSTRAINT headers_seq_check")
        connection.execute(statement)
    report = look(database)
    assert ({"ALTERED"}, 1) == (found(report), report.exit_code())
    assert -1 == report.findings[0].position


def test_a_copy_may_have_its_checkpoints_later(tmp_path: Path, database: Database) -> None:
    """A copy that is behind holds records whose checkpoints are still to come: that can not be judged, and is no accusation."""
    write_ledger(tmp_path / "l", 10)
    ship(tmp_path / "l", database)
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute(b"DELETE FROM privmw_ledger.checkpoints")
    report = look(database)
    assert ({"UNKNOWN_KEY"}, 2) == (found(report), report.exit_code())
