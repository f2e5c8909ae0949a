"""What stands in a purge's way is said, and stands in no other file's way."""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
from pathlib import Path

import pytest

from privmw.cli import main
from privmw.errors import LedgerUnavailable
from privmw.ledger import maintenance
from privmw.ledger.anchors import FileAnchor
from privmw.ledger.canonical import canonical, parse
from privmw.ledger.maintenance import Maintenance
from privmw.ledger.purge import PurgeReport
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.writer import LedgerWriter
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, check, edit, found, transfer, write_ledger
from tests.ledger.test_purge import DAY, SCHEDULE, canaries, records, run

LATER = START_MS + 100 * DAY
MINUTE, HOUR = 60_000, 3_600_000


def damaged(directory: Path, *, host: str, count: int = 400) -> Path:
    """A ledger file in which one page of headers was overwritten."""
    file = write_ledger(directory, records(count), host=host)
    connection = sqlite3.connect(file)
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'headers'").fetchone()
    connection.close()
    data = bytearray(file.read_bytes())
    page = data[(root - 1) * size : root * size]
    (cells,) = struct.unpack_from(">H", page, 3)
    (cell,) = struct.unpack_from(">H", page, 12 + 2 * (cells // 2))
    (child,) = struct.unpack_from(">I", page, cell)
    data[(child - 1) * size : (child - 1) * size + 100] = b"\xee" * 100
    file.write_bytes(data)
    return file


def left(directory: Path, host: str) -> int:
    """How many planted values are in the bytes of one host's files."""
    return sum(path.read_bytes().count(b"-canary") for path in directory.glob(f"default-{host}-*.sqlite3*"))


class TestMaintenance:
    """The background job's parts do not wait for one another."""

    def job(self, directory: Path, clock: ManualClock, **options: object) -> tuple[Maintenance, LedgerWriter]:
        """A job over old payloads, with the writer whose chain it records in."""
        write_ledger(directory, records(5))
        writer = LedgerWriter(directory, clock=clock, host="app")
        return Maintenance(directory, SCHEDULE, writer, clock=clock, keys=KEYS, **options), writer  # type: ignore[arg-type]

    def test_an_anchor_that_is_away_stops_nothing(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """Payloads go although the anchor's disk is not mounted; one super-checkpoint an hour is on record, no more."""
        clock = ManualClock(LATER)
        anchor = FileAnchor(tmp_path / "unmounted" / "anchor")
        job, writer = self.job(tmp_path / "l", clock, anchors=[anchor])
        for _ in range(3):
            job.run_due()
            clock.now_ms += MINUTE
        assert set() == canaries(tmp_path / "l")
        assert "could not be anchored: FileNotFoundError in FileAnchor" in caplog.text
        anchor.path.parent.mkdir()
        job.run_due()
        assert 1 == anchor.path.read_text().count("privmw/default\n1\n")
        clock.now_ms += HOUR
        job.run_due()
        writer.close(10)
        connection = sqlite3.connect(next((tmp_path / "l").glob("default-app-*.sqlite3")))
        kinds = "SELECT count(*) FROM headers JOIN facets ON facets.id = facet WHERE kind = 'checkpoint'"
        assert (2,) == connection.execute(kinds).fetchone()
        connection.close()
        assert 2 == anchor.path.read_text().count("privmw/default\n1\n")

    def test_a_super_checkpoint_that_fails_stops_no_purge(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Where no super-checkpoint can be made, that is logged, and payloads go all the same."""

        def fail(*arguments: object, **options: object) -> None:
            raise LedgerUnavailable("the disk is full")

        monkeypatch.setattr(maintenance, "super_checkpoint", fail)
        job, writer = self.job(tmp_path, ManualClock(LATER))
        report = job.run_due()
        writer.close(10)
        assert report is not None
        assert set() == canaries(tmp_path)
        assert "the disk is full" in caplog.text

    def test_a_copy_that_is_away_does_not_fail_the_files(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The files are purged, and the problem with the database is said without its address."""
        dsn = f"postgresql://purger:hunter2@/nothing?host={tmp_path}"
        job, writer = self.job(tmp_path / "l", ManualClock(LATER), dsn=dsn)
        report = job.run_due()
        writer.close(10)
        assert report is not None
        assert set() == canaries(tmp_path / "l")
        assert "PostgreSQL" in caplog.text
        assert "hunter2" not in caplog.text

    def test_an_obstacle_is_tried_again_in_ever_longer_pauses(self, tmp_path: Path) -> None:
        """A file that stays unreadable has the whole ledger read again after a minute, at last once an hour, not each minute."""
        clock = ManualClock(LATER)
        reports: list[PurgeReport] = []
        job, writer = self.job(tmp_path, clock, on_report=reports.append)
        (tmp_path / "default-x-1.sqlite3").write_bytes(b"junk" * 500)
        tried: list[int] = []
        for minute in range(300):
            job.run_due()
            tried += [minute] * (len(reports) - len(tried))
            clock.now_ms += MINUTE
        (tmp_path / "default-x-1.sqlite3").unlink()
        while len(reports) == len(tried):
            job.run_due()
            clock.now_ms += MINUTE
        writer.close(10)
        assert [0, 1, 3, 7, 15, 31, 63, 123, 183, 243] == tried
        assert [False] * 10 + [True] == [report.complete for report in reports]


def test_a_damaged_file_keeps_no_other_from_its_purge(tmp_path: Path) -> None:
    """The damaged file is named as an obstacle; files after it are purged whole, and what explains the damaged one stays."""
    damaged(tmp_path, host="aaa")
    write_ledger(tmp_path, records(20), host="bbb")
    report = run(tmp_path, LATER)
    assert ["default/aaa"] == [writer.rpartition("/")[0] for writer, _ in report.obstacles]
    assert 0 == left(tmp_path, "bbb")
    assert left(tmp_path, "aaa")


def test_a_record_of_odd_types_keeps_no_other_from_its_purge(tmp_path: Path) -> None:
    """A header whose time or date is no such thing is purged by the columns beside it, and the rest with it."""
    file = write_ledger(tmp_path, [transfer(0, retention_class="short"), *records(3)])
    connection = sqlite3.connect(file)
    (header,) = connection.execute("SELECT header FROM headers WHERE seq = 1").fetchone()
    connection.close()
    changed = canonical({**parse(header), "time": [1], "purge_after": 5})
    edit(file, ("UPDATE headers SET header = ? WHERE seq = 1", (changed,)))
    report = run(tmp_path, LATER)
    assert (4, []) == (sum(item.count for item in report.payloads), report.obstacles)


def test_what_can_not_be_read_is_an_obstacle(tmp_path: Path) -> None:
    """A purge is not complete over a file that it never opened."""
    write_ledger(tmp_path, records(5))
    (tmp_path / "default-x-1.sqlite3").write_bytes(b"\0" * 4096)
    for dry_run in (True, False):
        report = run(tmp_path, LATER, dry_run=dry_run)
        assert (False, ["default-x-1.sqlite3"]) == (report.complete, [name for name, _ in report.obstacles])


def test_a_second_file_of_a_writer_is_purged_too(tmp_path: Path) -> None:
    """A copy that somebody left in the directory keeps nothing, nor does one that is put back after the purge."""
    ledger = tmp_path / "ledger"
    file = write_ledger(ledger, records(5))
    shutil.copy(file, tmp_path / "backup")
    write_ledger(ledger, records(5))
    shutil.copy(file, ledger / f"copy-{'f' * 32}.sqlite3")
    assert run(ledger, LATER).complete
    assert set() == canaries(ledger)
    (tmp_path / "backup").rename(ledger / f"copy-{'e' * 32}.sqlite3")
    assert run(ledger, LATER).complete
    assert set() == canaries(ledger)
    for copy in ledger.glob("copy-*"):
        copy.unlink()
    assert {"PURGED"} == found(check(ledger))


def test_a_copy_needs_no_second_purge_record(tmp_path: Path) -> None:
    """What the original's record says holds for an equal copy: it is written once."""
    file = write_ledger(tmp_path, records(5))
    shutil.copy(file, file.with_name(f"copy-{'f' * 32}.sqlite3"))
    run(tmp_path, LATER)
    connection = sqlite3.connect(next(tmp_path.glob("default-purger-*.sqlite3")))
    kinds = "SELECT count(*) FROM headers JOIN facets ON facets.id = facet WHERE kind = 'purge'"
    assert (1,) == connection.execute(kinds).fetchone()
    connection.close()


class TestUnknownClass:
    """Payloads of a class that the settings do not name."""

    OTHER = Schedule({"short": Rule("short", "P7D", "4")})

    def test_they_stay_and_are_reported(self, tmp_path: Path) -> None:
        """Nothing says when they are due, so nothing is deleted for good; payloads of no class go by the default."""
        mixed = [transfer(n, purge_after=None, retention_class=("payment_5y", None, "short")[n % 3]) for n in range(9)]
        write_ledger(tmp_path, mixed)
        report = run(tmp_path, LATER, schedule=self.OTHER)
        assert {("", 3), ("short", 3)} == {(item.retention_class, item.count) for item in report.payloads}
        ((writer, obstacle),) = report.obstacles
        assert writer.startswith("default/host/")
        assert "3 payloads of the class 'payment_5y' are kept" in obstacle
        assert 6 == len(canaries(tmp_path))
        assert {"PURGED"} == found(check(tmp_path))

    def test_a_class_without_a_number_has_the_default(self, tmp_path: Path) -> None:
        """A class that the policy names without a period is known: the default period applies to it."""
        write_ledger(tmp_path, records(3))
        clock = ManualClock(LATER)
        known = Schedule.from_classes([_Class("subject_3m")])
        assert "P3M" == known.rule_for("subject_3m").text  # type: ignore[union-attr]
        report = run(tmp_path, clock.now_ms, schedule=known)
        assert (True, 3) == (report.complete, report.payloads[0].count)

    def test_the_command_in_another_folder_deletes_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Run away from its privmw.toml, ``privmw purge`` keeps what it knows no period for, and exits with 1."""
        old = START_MS - 400 * DAY
        shop = [transfer(n, old, purge_after=None, retention_class="payment_5y") for n in range(5)]
        write_ledger(tmp_path / "ledger", shop, clock=ManualClock(old))
        monkeypatch.chdir(tmp_path)
        assert 1 == main(["purge", str(tmp_path / "ledger")])
        out = capsys.readouterr().out
        assert "5 payloads of the class 'payment_5y' are kept" in out
        assert "[retention.payment_5y]" in out
        assert 10 == len(canaries(tmp_path / "ledger"))
        assert 1 == main(["purge", str(tmp_path / "ledger"), "--json"])
        assert False is json.loads(capsys.readouterr().out)["complete"]


class _Class:
    """A retention class as the register has it, without a period."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.period = None
        self.clause = "4"
        self.covers: tuple[str, ...] = ()
