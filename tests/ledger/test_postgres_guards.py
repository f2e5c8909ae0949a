"""What the database itself refuses: to its owner, to the account that prunes, and to the one that writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from privmw.errors import LedgerCorrupt, LedgerUnavailable
from privmw.ledger import postgres
from privmw.ledger.postgres import connect, is_ready, migrate, rows
from privmw.ledger.postgres_store import PostgresStore
from privmw.ledger.purge import purge
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.shipper import Shipper
from privmw.ledger.sqlite import DirectoryStore
from privmw.ledger.writer import LedgerWriter
from privmw.types import RecordKind
from tests.ledger.conftest import Database
from tests.ledger.proof_helpers import START_MS, ManualClock, transfer, write_ledger
from tests.ledger.test_postgres import same, same_count, write
from tests.ledger.writing_helpers import kinds, stored

DAY = 86_400_000
OLD = START_MS - 800 * DAY


def shipped(directory: Path, dsn: str) -> None:
    """Copy a directory."""
    shipper = Shipper(directory, dsn)
    shipper.ship()
    shipper.close()


def prune_record(directory: Path, below: int, period: str = "P1Y") -> None:
    """Put on record that headers of the ledger's writer are pruned."""
    with closing(DirectoryStore(directory)) as store:
        (named,) = [chain.writer_id for chain in store.chains() if chain.writer_id.startswith("default/host/")]
    details: dict[str, Any] = {"action": "prune", "writer": named, "below": below, "period": period}
    writer = LedgerWriter(directory, clock=ManualClock(START_MS), host="purger")
    writer.submit(transfer(0, kind=RecordKind.PURGE, payload=None, details={**details, "root": "00" * 32}))
    writer.close(10)


def prune(database: Database, below: int) -> int:
    """Prune as the account that may."""
    with connect(database.dsn) as connection:
        rows(connection, "SET ROLE privmw_purger")
        statement = "SELECT prune(id, %s, '{}', '{}', '{}') FROM writers WHERE writer_id LIKE 'default/host/%%'"
        number: int = rows(connection, statement, (below,))[0][0]
        return number


@pytest.fixture
def old(tmp_path: Path, fleet: Database) -> Path:
    """A ledger whose headers are 800 days old, and its copy."""
    records = [transfer(number, OLD, purge_after=None) for number in range(20)]
    write_ledger(tmp_path / "l", records, clock=ManualClock(OLD))
    shipped(tmp_path / "l", fleet.dsn)
    return tmp_path / "l"


class TestPruning:
    """The function ``prune``."""

    def test_what_is_on_record_and_old_enough_goes(self, old: Path, fleet: Database) -> None:
        """With the record in the copy, headers past their period are pruned."""
        prune_record(old, 10)
        shipped(old, fleet.dsn)
        before = same_count(fleet)
        assert 10 == prune(fleet, 10)
        assert before - 10 == same_count(fleet)

    def test_without_a_record_nothing_goes(self, old: Path, fleet: Database) -> None:
        """The purger's account alone, which can add no record, prunes nothing; nor does a record of another number."""
        with pytest.raises(LedgerCorrupt, match="no purge record"):
            prune(fleet, 10)
        prune_record(old, 9)
        shipped(old, fleet.dsn)
        with pytest.raises(LedgerCorrupt, match="no purge record"):
            prune(fleet, 10)

    @pytest.mark.parametrize("period", ["P5Y", "P0D"])
    def test_young_headers_stay(self, tmp_path: Path, fleet: Database, period: str) -> None:
        """Headers that are younger than the period on record stay; so do those younger than the owner's bound."""
        recent = time.time_ns() // 1_000_000 - 30 * DAY  # by the database's own clock
        records = [transfer(number, recent, purge_after=None) for number in range(20)]
        write_ledger(tmp_path / "l", records, clock=ManualClock(recent))
        prune_record(tmp_path / "l", 10, period)
        shipped(tmp_path / "l", fleet.dsn)
        with pytest.raises(LedgerCorrupt, match="younger than their retention period"):
            prune(fleet, 10)
        assert 24 <= same_count(fleet)

    def test_the_owner_sets_the_bound(self, old: Path, fleet: Database) -> None:
        """A longer bound of the owner's holds against any record, and the purger can not move it."""
        prune_record(old, 10)
        shipped(old, fleet.dsn)
        with connect(fleet.dsn) as connection:
            rows(connection, "UPDATE limits SET minimum_header_age = '5 years'")
            rows(connection, "SET ROLE privmw_purger")
            with pytest.raises(LedgerUnavailable, match="permission denied"):
                rows(connection, "UPDATE limits SET minimum_header_age = '0'")
        with pytest.raises(LedgerCorrupt, match=r"privmw_ledger\.limits"):
            prune(fleet, 10)

    def test_the_latest_header_stays(self, old: Path, fleet: Database) -> None:
        """A whole chain is never pruned, whatever is on record."""
        prune_record(old, 10_000)
        shipped(old, fleet.dsn)
        with pytest.raises(LedgerCorrupt, match="never pruned"):
            prune(fleet, 10_000)


def test_no_setting_lets_the_owner_delete(tmp_path: Path, fleet: Database) -> None:
    """Headers are deleted by nobody's plain SQL: neither a setting nor the purger's role opens the trigger."""
    write(tmp_path / "ledger", 3)
    shipped(tmp_path / "ledger", fleet.dsn)
    with connect(fleet.dsn) as connection:
        rows(connection, "SET privmw_ledger.pruning = 'on'")
        with pytest.raises(LedgerCorrupt, match="append-only"):
            rows(connection, "DELETE FROM headers WHERE seq = 1")
        rows(connection, "SET ROLE privmw_purger")
        with pytest.raises(LedgerUnavailable, match="permission denied"):
            rows(connection, "DELETE FROM headers WHERE seq = 1")


@pytest.fixture
def owner(database: Database) -> Iterator[str]:
    """DSN of an account with the rights that docs/fleet.md asks for and no more; it is taken away afterwards."""
    name = "ledger_owner"
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN CREATEROLE".encode())
        connection.execute(f"GRANT CREATE ON DATABASE {connection.info.dbname} TO {name}".encode())
        if connection.execute("SELECT FROM pg_roles WHERE rolname = 'privmw_pruner'").fetchone() is not None:
            connection.execute(f"GRANT privmw_pruner TO {name} WITH ADMIN OPTION".encode())  # of another ledger here
    yield database.dsn.replace("postgres:@", f"{name}@")
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS privmw_ledger CASCADE")
        connection.execute(f"DROP OWNED BY {name}".encode())
        for role in ("privmw_writer", "privmw_verifier", "privmw_purger", "privmw_pruner"):
            connection.execute(f"REVOKE {role} FROM {name}".encode())
        connection.execute(f"DROP ROLE {name}".encode())


def test_an_owner_who_is_no_superuser_can_set_it_up(tmp_path: Path, owner: str) -> None:
    """The tables are made with the rights that docs/fleet.md asks for, and the trigger holds against their owner."""
    with connect(owner) as connection:
        assert [name for name, _ in postgres._migrations()] == migrate(connection)
        write(tmp_path / "ledger", 3)
        shipped(tmp_path / "ledger", owner)
        with pytest.raises(LedgerCorrupt, match="append-only"):
            rows(connection, "DELETE FROM headers WHERE seq = 1")


def test_a_database_of_an_older_version_is_upgraded(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables with rows in them take the newer migrations; what was copied before is not copied again."""
    older = [item for item in postgres._migrations() if item[0] < "0003"]
    with monkeypatch.context() as patch, connect(database.dsn) as connection:
        patch.setattr(postgres, "_migrations", lambda: older)
        assert ["0001_tables.sql", "0002_roles.sql"] == migrate(connection)
        columns = "(kind, decision, reason_code, recipient, country, purpose, categories)"
        for kind in ("transfer", "epoch.open"):
            rows(connection, f"INSERT INTO facets {columns} VALUES (%s, '', '', 'x', '', '', '')", (kind,))
    with connect(database.dsn) as connection:
        assert not is_ready(connection)
        assert [name for name, _ in postgres._migrations()[2:]] == migrate(connection)
        assert [(2,)] == rows(connection, "SELECT count(DISTINCT key) FROM facets")
    write(tmp_path / "ledger", 10)
    shipped(tmp_path / "ledger", database.dsn)
    assert 22 == same(tmp_path / "ledger", database.dsn)


def test_headers_that_the_database_keeps_are_an_obstacle(old: Path, fleet: Database) -> None:
    """Where the owner's bound is longer than the schedule, payloads go, headers stay without a record of pruning, and why."""
    with connect(fleet.dsn) as connection:
        rows(connection, "UPDATE limits SET minimum_header_age = '10 years'")
    clock = ManualClock(START_MS)
    writer = LedgerWriter(old, clock=clock, host="purger")
    schedule = Schedule({"subject_3m": Rule("subject_3m", "P3M")}, header=Rule("header", "P1Y"))
    with closing(PostgresStore(fleet.dsn)) as store:
        reports = [
            purge(store, schedule, writer, clock=clock, publish=lambda: shipped(old, fleet.dsn)) for _ in range(3)
        ]
    writer.close(10)
    assert [20, 0, 0] == [sum(item.count for item in report.payloads) for report in reports]
    assert [True] * 3 == ["minimum_header_age" in report.obstacles[0][1] for report in reports]
    assert [[]] * 3 == [report.headers for report in reports]
    assert 1 == kinds(stored(old)).count("purge")
