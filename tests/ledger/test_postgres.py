"""The fleet's ledger on a real PostgreSQL: shipped once, asked and purged like files, append-only."""

import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from privmw.errors import LedgerCorrupt, LedgerUnavailable
from privmw.ledger.postgres import connect, migrate, rows
from privmw.ledger.postgres_store import PostgresStore
from privmw.ledger.query import Criteria, Ledger
from privmw.ledger.reader import StoredCheckpoint
from privmw.ledger.shipper import Shipper
from privmw.ledger.sqlite import DirectoryStore
from privmw.ledger.writer import LedgerWriter
from privmw.types import DecisionKind, Durability, RecordKind
from tests.ledger.conftest import Database
from tests.ledger.kill_helpers import ROOT
from tests.ledger.writing_helpers import FakeClock, intent, outcome_of


def write(directory: Path, number: int = 30, **options: str) -> list[str]:
    """Write intents with outcomes and some refusals; returns the ids."""
    writer = LedgerWriter(directory, **options)  # type: ignore[arg-type]
    ids = []
    for index in range(number):
        kind = RecordKind.DENIED if index % 10 == 3 else RecordKind.TRANSFER
        changes: dict[str, Any] = {"kind": kind, "decision": DecisionKind.DENY} if kind is RecordKind.DENIED else {}
        record = intent(index, recipient_id=("openai", "anthropic")[index % 2], **changes)
        writer.submit(record)
        writer.submit(outcome_of(record))
        ids += [record.record_id]
    writer.close()
    return ids


def ship(directory: Path, dsn: str, **options: int) -> int:
    """Copy a directory once; returns how many records were new."""
    shipper = Shipper(directory, dsn, **options)
    try:
        return shipper.ship()
    finally:
        shipper.close()


def same(directory: Path, dsn: str) -> int:
    """Compare every chain of a directory with the database's, byte by byte; returns the number of headers."""
    files, database = DirectoryStore(directory), PostgresStore(dsn)
    there = {chain.writer_id: chain for chain in database.chains()}
    total = 0
    for chain in files.chains():
        copy = there[chain.writer_id]
        headers = list(chain.headers())
        assert headers == list(copy.headers())
        assert list(chain.payloads()) == list(copy.payloads())
        assert list(chain.checkpoints()) == list(copy.checkpoints())
        assert [] == list(copy.facet_mismatches())
        assert (chain.head(), chain.count()) == (copy.head(), copy.count())
        total += len(headers)
    files.close()
    database.close()
    return total


def test_a_directory_is_copied_whole_and_once(tmp_path: Path, database: Database) -> None:
    """Rows are equal on both sides; shipping again adds nothing; what comes later is added."""
    write(tmp_path / "ledger", host="a")
    write(tmp_path / "ledger", host="b")
    shipper = Shipper(tmp_path / "ledger", database.dsn, batch=7)
    assert 124 == shipper.ship()
    assert 0 == shipper.ship()
    shipper.close()
    assert 124 == same(tmp_path / "ledger", database.dsn)
    write(tmp_path / "ledger", 1, host="a")
    assert 4 == ship(tmp_path / "ledger", database.dsn)
    assert 128 == same(tmp_path / "ledger", database.dsn)


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(),
        Criteria(recipients=frozenset({"openai"})),
        Criteria(decisions=frozenset({DecisionKind.DENY}), countries=frozenset({"US"})),
        Criteria(purposes=frozenset({"support_reply"}), categories=frozenset({"user.contact"})),
        Criteria(subject_ref="subject-7"),
        Criteria(categories=frozenset({"user.health"})),
    ],
)
def test_questions_get_the_same_answers_as_on_files(tmp_path: Path, database: Database, criteria: Criteria) -> None:
    """Both stores return the same transfers with the same outcomes in the same order, both ways and in part."""
    write(tmp_path / "ledger")
    ship(tmp_path / "ledger", database.dsn)
    with Ledger.open(tmp_path / "ledger") as files, Ledger.open(database.dsn) as fleet:
        for newest_first in (False, True):
            for limit in (None, 5):
                expected = list(files.transfers(criteria, newest_first=newest_first, limit=limit))
                assert expected == list(fleet.transfers(criteria, newest_first=newest_first, limit=limit))


def test_headers_cannot_be_changed(tmp_path: Path, database: Database) -> None:
    """Not even the owner may update, delete or truncate headers by plain SQL."""
    write(tmp_path / "ledger")
    ship(tmp_path / "ledger", database.dsn)
    with connect(database.dsn) as connection:
        for statement in ("UPDATE headers SET time = 0", "DELETE FROM headers", "TRUNCATE headers CASCADE"):
            with pytest.raises(LedgerCorrupt, match="append-only"):
                rows(connection, statement)


def test_each_role_may_do_its_part_only(tmp_path: Path, database: Database) -> None:
    """The writer cannot read payloads or delete, the verifier cannot write, the purger cannot add headers."""
    write(tmp_path / "ledger", 2)
    with connect(database.dsn) as owner:
        assert ["0001_tables.sql", "0002_roles.sql", "0003_guards.sql", "0004_places.sql"] == migrate(owner)
        assert [] == migrate(owner)
        for role in ("writer", "verifier", "purger"):
            rows(owner, f"DROP ROLE IF EXISTS app_{role}")
            rows(owner, f"CREATE ROLE app_{role} LOGIN IN ROLE privmw_{role}")
    dsn = {role: database.dsn.replace("postgres:@", f"app_{role}@") for role in ("writer", "verifier", "purger")}
    assert 6 == ship(tmp_path / "ledger", dsn["writer"])
    refused = {
        "writer": [
            "SELECT data FROM payloads",
            "DELETE FROM payloads",
            "SELECT header FROM headers",
            "UPDATE checkpoints SET note = ''",
            "SELECT erase_deleted()",
            "SELECT delete_payloads(1, '{1}')",
        ],
        "verifier": ["INSERT INTO facets VALUES (DEFAULT)", "DELETE FROM payloads", "SELECT delete_payloads(1, '{1}')"],
        "purger": ["INSERT INTO headers SELECT * FROM headers", "DELETE FROM payloads", "UPDATE headers SET time = 0"],
    }
    for role, statements in refused.items():
        with connect(dsn[role]) as connection:
            for statement in statements:
                with pytest.raises(LedgerUnavailable, match="permission denied"):
                    rows(connection, statement)
    with Ledger.open(dsn["verifier"]) as ledger:
        assert 2 == len(list(ledger.transfers()))
    store = PostgresStore(dsn["purger"])
    (chain,) = [store.open_purgeable(chain.writer_id) for chain in store.chains()]
    assert 1 == chain.delete_payloads([1, 2])
    assert chain.erase().complete
    chain.close()
    store.close()


def table_bytes(database: Database) -> bytes:
    """Everything in the files of the payload partitions."""
    data = Path(parse_qs(urlsplit(database.dsn).query)["host"][0])
    with connect(database.dsn) as connection:
        rows(connection, "CHECKPOINT")
        found = rows(connection, "SELECT pg_relation_filepath(relid) FROM pg_partition_tree('payloads') WHERE isleaf")
    paths = [data / path for (path,) in found if path is not None]
    return b"".join(path.read_bytes() for path in paths)


def test_purged_payloads_leave_the_tables_files(tmp_path: Path, database: Database) -> None:
    """After delete and erase no byte of a purged payload is in its partition's file; the others are unharmed."""
    write(tmp_path / "ledger", 40)
    ship(tmp_path / "ledger", database.dsn)
    assert b"subject-39" in table_bytes(database)
    store = PostgresStore(database.dsn)
    (chain,) = [store.open_purgeable(chain.writer_id) for chain in store.chains()]
    kept = [item for item in chain.payloads() if item.subject_ref in {"subject-0", "subject-7"}]
    gone = [item.seq for item in chain.payloads() if item not in kept]
    assert len(gone) == chain.delete_payloads(gone)
    assert b"subject-39" in table_bytes(database)
    assert chain.erase().complete
    left = table_bytes(database)
    assert b"subject-39" not in left
    assert b"subject-7" in left
    assert kept == list(chain.payloads())
    chain.delete_payloads([item.seq for item in kept])
    assert chain.erase().complete
    with connect(database.dsn) as connection:
        leaves = "SELECT count(*) FROM pg_partition_tree('payloads') WHERE isleaf AND level = 2"
        assert [(0,)] == rows(connection, leaves)
    chain.close()
    store.close()


def test_a_reader_that_blocks_erasure_is_reported(tmp_path: Path, database: Database) -> None:
    """A session that holds the payloads open makes the erasure incomplete, and says so."""
    write(tmp_path / "ledger", 3)
    ship(tmp_path / "ledger", database.dsn)
    store = PostgresStore(database.dsn)
    (chain,) = [store.open_purgeable(chain.writer_id) for chain in store.chains()]
    chain.delete_payloads([1])
    with psycopg.connect(database.dsn) as reader:
        reader.execute("SELECT * FROM privmw_ledger.payloads")
        erasure = chain.erase(timeout=0.2)
        assert (False, True) == (erasure.complete, "another session" in str(erasure.obstacle))
    assert chain.erase().complete
    chain.close()
    store.close()


def test_pruning_keeps_subtrees_instead(tmp_path: Path, database: Database) -> None:
    """Headers below a number go, the given subtree hashes and the rest of the chain stay; checkpoints are kept once."""
    clock = FakeClock(FakeClock().now - 500 * 86_400_000)
    writer = LedgerWriter(tmp_path / "ledger", clock=clock)
    for number in range(10):
        writer.submit(intent(number, time_ms=clock.now))
    writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    details = {"action": "prune", "writer": writer.writer_id, "below": 4, "period": "P1Y"}
    writer.submit(intent(kind=RecordKind.PURGE, payload=None, details=details))
    writer.close()
    ship(tmp_path / "ledger", database.dsn)
    store = PostgresStore(database.dsn)
    (chain,) = [store.open_purgeable(chain.writer_id) for chain in store.chains()]
    assert 4 == chain.prune(4, [(2, 0, b"h" * 32)])
    assert [(2, 0, b"h" * 32)] == list(chain.subtrees())
    assert list(range(4, 14)) == [row.seq for row in chain.headers()]
    assert {row.seq for row in chain.payloads()} < set(range(4, 14))
    for _ in range(2):
        chain.put_checkpoint(StoredCheckpoint(4, 1, "note"))
    assert [StoredCheckpoint(4, 1, "note")] == list(chain.checkpoints())
    chain.close()
    store.close()


def test_a_fork_is_refused_and_named(tmp_path: Path, database: Database) -> None:
    """A file that was rolled back and written to again is not mixed with what the database holds."""
    write(tmp_path / "ledger", 2, host="a")
    (path,) = (tmp_path / "ledger").glob("*.sqlite3")
    shutil.copytree(tmp_path / "ledger", tmp_path / "backup")
    write(tmp_path / "ledger", 2, host="a")
    ship(tmp_path / "ledger", database.dsn)
    write(tmp_path / "backup", 9, host="a")
    forked = Shipper(tmp_path / "backup", database.dsn)
    forked.ship()
    forked.close()
    assert {path.name} == set(forked.refused)
    assert 12 == same(tmp_path / "ledger", database.dsn)


def test_shipping_survives_a_server_restart(tmp_path: Path, database: Database) -> None:
    """While the server is down records wait in the files; afterwards each is in the database once."""
    writer = LedgerWriter(tmp_path / "ledger")
    writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    shipper = Shipper(tmp_path / "ledger", database.dsn, interval=0.02, batch=5)
    shipper.start()
    for number in range(40):
        writer.submit(intent(number), Durability.BEFORE_SEND).wait(5)
        if number == 20:
            database.restart()
    writer.close()
    until = time.monotonic() + 30
    while shipper.shipped < 43 and time.monotonic() < until:
        time.sleep(0.05)
    shipper.close()
    assert 43 == same(tmp_path / "ledger", database.dsn)


def test_shipping_survives_cut_sessions(tmp_path: Path, database: Database) -> None:
    """Sessions that the server ends again and again cost nothing but time."""
    write(tmp_path / "ledger", 400)
    shipper = Shipper(tmp_path / "ledger", database.dsn, interval=0.01, batch=3)
    with connect(database.dsn) as connection:
        migrate(connection)
        shipper.start()
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        for _ in range(8):
            time.sleep(0.1)
            rows(connection, cut)
    until = time.monotonic() + 60
    while time.monotonic() < until and (shipper.problem or not shipper.shipped or same_count(database) < 802):
        time.sleep(0.1)
    shipper.close()
    assert 802 == same(tmp_path / "ledger", database.dsn)


def same_count(database: Database) -> int:
    """How many headers the database holds."""
    with connect(database.dsn) as connection:
        number: int = rows(connection, "SELECT count(*) FROM headers")[0][0]
        return number


KILLED = """
import sys
from pathlib import Path
from privmw.ledger.shipper import Shipper
Shipper(Path(sys.argv[1]), sys.argv[2], batch=3).ship()
"""


def test_shipping_survives_its_own_death(tmp_path: Path, database: Database) -> None:
    """A shipper killed anywhere is continued by the next one, without loss or repetition."""
    write(tmp_path / "ledger", 300)
    with connect(database.dsn) as connection:
        migrate(connection)
    counts = []
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path / "ledger"), database.dsn], cwd=ROOT)
        before = same_count(database)
        while same_count(database) == before and process.poll() is None:
            time.sleep(0.005)
        process.kill()
        process.wait()
        counts.append(same_count(database))
    assert sorted(set(counts)) == counts
    ship(tmp_path / "ledger", database.dsn)
    assert 602 == same(tmp_path / "ledger", database.dsn)


def test_one_shipper_works_per_directory(tmp_path: Path, database: Database) -> None:
    """Of two shippers one copies; when it stops the other takes over."""
    write(tmp_path / "ledger", 1)
    first = Shipper(tmp_path / "ledger", database.dsn, interval=0.02)
    second = Shipper(tmp_path / "ledger", database.dsn, interval=0.02)
    first.start()
    until = time.monotonic() + 20
    while not first.shipped and time.monotonic() < until:
        time.sleep(0.02)
    second.start()
    time.sleep(0.2)
    assert (4, 0) == (first.shipped, second.shipped)
    first.close()
    write(tmp_path / "ledger", 1)
    while not second.shipped and time.monotonic() < until:
        time.sleep(0.02)
    second.close()
    assert (4, 4) == (first.shipped, second.shipped)


def test_a_server_that_is_not_there_is_said_without_secrets(tmp_path: Path) -> None:
    """The error names the problem and not the password."""
    with pytest.raises(LedgerUnavailable, match="PostgreSQL") as caught:
        Ledger.open(f"postgresql://app:hunter2@/nothing?host={tmp_path}")
    assert "hunter2" not in str(caught.value)


def test_a_clock_back_and_purged_payloads_are_shipped_as_they_are(tmp_path: Path, database: Database) -> None:
    """What a file says of its records, the database says too."""
    clock = FakeClock()
    writer = LedgerWriter(tmp_path / "ledger", clock=clock)
    writer.submit(intent(time_ms=clock.now))
    writer.submit(intent(time_ms=clock.now - 9_000_000))
    writer.close()
    (path,) = (tmp_path / "ledger").glob("*.sqlite3")
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM payloads WHERE seq = 1")
    connection.close()
    ship(tmp_path / "ledger", database.dsn)
    with Ledger.open(database.dsn) as ledger:
        assert [(0, True), (9_000_000, False)] == [
            (entry.clock_back_ms, entry.purged) for entry in sorted(ledger.entries(), key=lambda entry: entry.seq)[1:3]
        ]
