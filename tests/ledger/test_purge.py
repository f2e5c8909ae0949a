"""Purging for real: bytes gone from every file, records that account for it, and a chain that still verifies."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from privmw.cli import main
from privmw.errors import ConfigurationError, LedgerUnavailable
from privmw.ledger.anchors import FileAnchor
from privmw.ledger.checkpoints import Checkpointer
from privmw.ledger.files import FileLock
from privmw.ledger.holds import HOLDS_FILE, Hold, HoldFile
from privmw.ledger.maintenance import LOCK_FILE, Maintenance, purge_directory
from privmw.ledger.purge import PurgeReport
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability, TransferRecord
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, check, edit, found, transfer, write_ledger

DAY = 86_400_000
SCHEDULE = Schedule(
    {"subject_3m": Rule("subject_3m", "P3M", "4"), "short": Rule("short", "P7D", "4(2)")},
    header=Rule("headers", "P1Y", "16"),
)


def records(count: int, **changes: Any) -> list[TransferRecord]:
    """Records of the first of January, with no date of their own."""
    return [transfer(number, purge_after=None, **changes) for number in range(count)]


def run(directory: Path, now_ms: int, *, schedule: Schedule = SCHEDULE, dry_run: bool = False) -> PurgeReport:
    """Purge as the command does: with a writer of its own."""
    clock = ManualClock(now_ms)
    writer = LedgerWriter(
        directory,
        clock=clock,
        host="purger",
        observers=[Checkpointer(KEYS, clock=clock, every=1)],
    )
    try:
        report = purge_directory(directory, schedule, writer, clock=clock, dry_run=dry_run, timeout=1.0)
    finally:
        writer.close(20)
    assert report is not None
    return report


def canaries(directory: Path) -> set[str]:
    """Every planted value that can still be read in any byte of the ledger's files."""
    seen = set()
    for path in directory.iterdir():
        data = path.read_bytes()
        for kind in (b"subject-", b"request-"):
            start = data.find(kind)
            while start >= 0:
                seen.add(data[start : start + 21].decode("latin-1"))
                start = data.find(kind, start + 1)
    return seen


def salts(file: Path) -> list[bytes]:
    """The salts in a file."""
    connection = sqlite3.connect(file)
    try:
        return [row[0] for row in connection.execute("SELECT salt FROM payloads")]
    finally:
        connection.close()


def test_purged_payloads_leave_no_byte_and_the_chain_verifies(tmp_path: Path) -> None:
    """After the period no byte of payload or salt is left in any file, records account for it, nothing else changed."""
    file = write_ledger(tmp_path, records(3_000))
    kept = salts(file)
    assert len(canaries(tmp_path)) == 6_000
    report = run(tmp_path, START_MS + 91 * DAY)
    assert report.complete
    assert [("subject_3m", "4", "P3M", 3_000, 1, 3_000)] == [
        (item.retention_class, item.clause, item.period, item.count, item.first, item.last) for item in report.payloads
    ]
    assert set() == canaries(tmp_path)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(salt in everything for salt in kept)
    verdict = check(tmp_path)
    assert {"PURGED"} == found(verdict)
    assert (0, 0) == (verdict.exit_code(), verdict.exit_code(strict=True))
    assert [(1, 3_000, 3_000)] == [(item.position, item.last, item.count) for item in verdict.findings]


def test_subjects_in_random_order_leave_no_byte(tmp_path: Path) -> None:
    """The index over subjects splits and merges its pages; of what was purged nothing is left in any of them."""
    order = list(range(4_000))
    random.Random(3).shuffle(order)
    mixed = [transfer(n, purge_after=None, retention_class=("short", "subject_3m")[n % 3 == 0]) for n in order]
    for start in range(0, 4_000, 500):
        write_ledger(tmp_path, mixed[start : start + 500])
    assert run(tmp_path, START_MS + 9 * DAY).complete
    left = {name[8:14] for name in canaries(tmp_path)}
    assert {f"{number:06d}" for number in order if number % 3 == 0} == left
    assert {"PURGED"} == found(check(tmp_path))
    assert run(tmp_path, START_MS + 100 * DAY).complete
    assert set() == canaries(tmp_path)


def test_nothing_goes_before_its_day(tmp_path: Path) -> None:
    """On the last day nothing goes; on the next one everything does; a second run finds nothing."""
    write_ledger(tmp_path, records(5))
    last = int(datetime(2026, 4, 1, 23, 59, 59, tzinfo=UTC).timestamp() * 1000)
    early = run(tmp_path, last)
    assert ([], date(2026, 4, 1)) == (early.payloads, early.next_due)
    assert 5 == run(tmp_path, last + 1_000).payloads[0].count
    assert [] == run(tmp_path, last + 2_000).payloads


def test_classes_go_by_their_own_periods(tmp_path: Path) -> None:
    """Of mixed classes each goes on its day, in runs that leave the others alone, and all of it verifies."""
    mixed = [
        transfer(number, purge_after=None, retention_class=("short", "subject_3m", None)[number % 3])
        for number in range(30)
    ]
    write_ledger(tmp_path, mixed)
    assert [("short", 10)] == [
        (item.retention_class, item.count) for item in run(tmp_path, START_MS + 9 * DAY).payloads
    ]
    assert {"PURGED"} == found(check(tmp_path))
    later = run(tmp_path, START_MS + 95 * DAY)
    assert {("subject_3m", 10), ("", 10)} == {(item.retention_class, item.count) for item in later.payloads}
    assert {None, "4"} == {item.clause for item in later.payloads}
    assert {"PURGED"} == found(check(tmp_path))
    assert set() == canaries(tmp_path)


def test_records_that_come_due_day_by_day(tmp_path: Path) -> None:
    """Runs on successive days account for one another's holes."""
    spread = [transfer(n, START_MS + n * DAY, purge_after=None, retention_class="short") for n in range(20)]
    write_ledger(tmp_path, spread)
    for day in range(8, 30, 3):
        run(tmp_path, START_MS + day * DAY)
        assert {"PURGED"} == found(check(tmp_path))
    assert set() == canaries(tmp_path)


def test_a_payload_taken_beside_a_purge_is_missing(tmp_path: Path) -> None:
    """Whoever deletes one payload more than the purge record says is found out."""
    mixed = [
        transfer(number, purge_after=None, retention_class=("short", "subject_3m")[number % 2]) for number in range(20)
    ]
    file = write_ledger(tmp_path, mixed)
    run(tmp_path, START_MS + 9 * DAY)
    edit(file, "DELETE FROM payloads WHERE seq = 8")
    assert "MISSING" in found(check(tmp_path))


def test_without_its_purge_record_a_hole_is_missing(tmp_path: Path) -> None:
    """The purge record's chain is deleted: what it explained is MISSING."""
    write_ledger(tmp_path, records(5))
    run(tmp_path, START_MS + 100 * DAY)
    for path in tmp_path.glob("default-purger-*"):
        path.unlink()
    assert {"MISSING"} == found(check(tmp_path))


def test_a_purge_record_that_lies_does_not_cover(tmp_path: Path) -> None:
    """A purge record whose digest does not fit the records of its runs explains nothing."""
    file = write_ledger(tmp_path, records(5))
    with sqlite3.connect(file) as connection:
        writer_id = connection.execute("SELECT value FROM meta WHERE key = 'writer_id'").fetchone()[0]
    connection.close()
    from privmw.types import RecordKind

    details = {"action": "payload", "writer": writer_id, "class": "subject_3m", "runs": [[1, 5]], "count": 5}
    forged = transfer(0, kind=RecordKind.PURGE, payload=None, details={**details, "ids_sha256": "00" * 32})
    write_ledger(tmp_path, [forged], host="other")
    edit(file, "DELETE FROM payloads")
    assert {"MISSING"} == found(check(tmp_path))


def test_many_short_runs_take_several_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what is due lies in many pieces, several purge records share them, and all of it verifies."""
    monkeypatch.setattr("privmw.ledger.due.RUNS_PER_RECORD", 5)
    pieces = [transfer(n, START_MS + (n % 2) * 50 * DAY, purge_after=None) for n in range(40)]
    write_ledger(tmp_path, pieces)
    report = run(tmp_path, START_MS + 100 * DAY)
    assert [5, 5, 5, 5] == [item.count for item in report.payloads]
    assert {"PURGED"} == found(check(tmp_path))
    assert 20 == sum(item.count for item in run(tmp_path, START_MS + 200 * DAY).payloads)
    assert set() == canaries(tmp_path)


def test_altered_records_do_not_stop_a_purge(tmp_path: Path) -> None:
    """A record that can not be read is left for verify; the others are purged."""
    file = write_ledger(tmp_path, records(5))
    edit(file, "UPDATE headers SET header = zeroblob(5) WHERE seq = 2")
    assert 4 == sum(item.count for item in run(tmp_path, START_MS + 100 * DAY).payloads)
    assert "ALTERED" in found(check(tmp_path))


def test_dry_run_changes_nothing(tmp_path: Path) -> None:
    """A dry run shows what is due and touches no file, not even its own chain's."""
    write_ledger(tmp_path, records(5))
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.sqlite3")}
    report = run(tmp_path, START_MS + 100 * DAY, dry_run=True)
    assert (True, 5) == (report.dry_run, report.payloads[0].count)
    assert before == {path.name: path.read_bytes() for path in tmp_path.glob("*.sqlite3")}


def test_a_reader_that_blocks_erasure_is_reported(tmp_path: Path) -> None:
    """While a long reader keeps old pages alive the purge says so; afterwards the next run finishes the job."""
    file = write_ledger(tmp_path, records(2_000))
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM payloads").fetchone()
    report = run(tmp_path, START_MS + 100 * DAY)
    assert not report.complete
    assert report.obstacles
    assert canaries(tmp_path)
    reader.execute("COMMIT")
    reader.close()
    assert run(tmp_path, START_MS + 100 * DAY).complete
    assert set() == canaries(tmp_path)
    assert {"PURGED"} == found(check(tmp_path))


def test_purge_while_the_writer_writes(tmp_path: Path) -> None:
    """A process of its own purges while another one keeps writing: both succeed, and everything verifies."""
    clock = ManualClock(START_MS)
    writer = LedgerWriter(tmp_path, clock=clock, host="live", observers=[Checkpointer(KEYS, clock=clock, every=50)])
    for record in records(400):
        writer.submit(record, Durability.GROUP)
    writer.flush(20)
    clock.now_ms += 100 * DAY
    script = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from tests.ledger.test_purge import run
        report = run(Path({str(tmp_path)!r}), {clock.now_ms})
        print(report.payloads[0].count, report.obstacles)
    """)
    purger = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    number = 400
    while purger.poll() is None:
        writer.submit(transfer(number, clock.now_ms, purge_after=None), Durability.BEFORE_SEND).wait(10)
        number += 1
    out, _ = purger.communicate(timeout=30)
    writer.flush(20)
    writer.close(20)
    assert out.startswith("400 ")
    assert 0 == writer.lost
    assert number > 401
    report = check(tmp_path)
    assert {"PURGED"} == found(report), report.as_dict()
    # What SQLite moved since then may have left part of a younger value behind, which the purge of that one removes.
    assert not [name for name in canaries(tmp_path) if name[8:14].isdigit() and name[8:14] < "000400"]


def test_verifying_and_purging_keep_the_locks_of_this_process(tmp_path: Path) -> None:
    """Neither opens and closes a ledger file behind SQLite's back, which would drop its locks.

    Another process that opens and closes the file would then think itself alone, and delete the live write-ahead log.
    """
    clock = ManualClock(START_MS)
    writer = LedgerWriter(tmp_path, clock=clock, host="live")
    for record in records(50):
        writer.submit(record, Durability.GROUP)
    writer.flush(20)
    check(tmp_path)
    clock.now_ms += 100 * DAY
    purge_directory(tmp_path, SCHEDULE, writer, clock=clock)
    check(tmp_path)
    writer.submit(transfer(1, clock.now_ms, purge_after=None), Durability.BEFORE_SEND).wait(10)
    (file,) = tmp_path.glob("*.sqlite3")
    script = f"import sqlite3; c = sqlite3.connect({str(file)!r}); c.execute('SELECT count(*) FROM headers'); c.close()"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)
    assert file.with_name(file.name + "-wal").exists()
    writer.submit(transfer(2, clock.now_ms, purge_after=None), Durability.BEFORE_SEND).wait(10)
    writer.close(20)
    report = check(tmp_path, keys=None)
    assert {"PURGED", "UNANCHORED"} == found(report)
    assert [55] == [item.size for item in report.chains]


def test_a_crash_between_record_and_deletion_is_harmless(tmp_path: Path) -> None:
    """Where only the purge record was written, verify says so without alarm, and the next run removes what it names."""
    write_ledger(tmp_path, records(5))

    class Dies(RuntimeError):
        """The process is killed."""

    clock = ManualClock(START_MS + 100 * DAY)
    writer = LedgerWriter(tmp_path, clock=clock, host="purger", observers=[Checkpointer(KEYS, clock=clock, every=1)])

    class Sink:
        """Dies right after the record is durable."""

        def submit(self, record: TransferRecord, durability: Durability = Durability.GROUP) -> object:
            writer.submit(record, durability).wait(10)
            raise Dies

    with pytest.raises(Dies):
        purge_directory(tmp_path, SCHEDULE, Sink(), clock=clock)  # type: ignore[arg-type]
    writer.close(20)
    report = check(tmp_path)
    assert ({"PURGED"}, 0) == (found(report), report.exit_code(strict=True))
    assert [(1, 5, True)] == [(i.position, i.count, "not carried out" in i.detail) for i in report.findings]
    assert 5 == run(tmp_path, clock.now_ms).payloads[0].count
    assert {"PURGED"} == found(check(tmp_path))


def test_nothing_is_deleted_when_the_record_can_not_be_written(tmp_path: Path) -> None:
    """No purge record, no purge."""
    write_ledger(tmp_path, records(5))
    clock = ManualClock(START_MS + 100 * DAY)
    writer = LedgerWriter(tmp_path, clock=clock, host="purger")
    writer.start()
    writer.close(10)
    with pytest.raises(LedgerUnavailable):
        purge_directory(tmp_path, SCHEDULE, writer, clock=clock)
    assert 10 == len(canaries(tmp_path))


class TestPrune:
    """Headers at the end of their own retention."""

    def test_old_headers_go_and_the_rest_stays_provable(self, tmp_path: Path) -> None:
        """The old prefix is dropped, the root stays what it was, later checkpoints and anchors still hold."""
        old = [transfer(n, START_MS + n * 1000, purge_after=None) for n in range(100)]
        write_ledger(tmp_path, old, anchor=tmp_path.parent / "anchor")
        clock = ManualClock(START_MS + 300 * DAY)
        new = [transfer(n, clock.now_ms, purge_after=None) for n in range(100, 120)]
        file = write_ledger(tmp_path, new, anchor=tmp_path.parent / "anchor", clock=clock)
        before = next(item for item in check(tmp_path).chains if item.name == file.name)
        report = run(tmp_path, START_MS + 370 * DAY)
        assert [("16", "P1Y", 102, 102)] == [(i.clause, i.period, i.count, i.below) for i in report.headers]
        after = check(tmp_path, tmp_path.parent / "anchor")
        assert {"PURGED", "UNANCHORED"} >= found(after)
        summary = next(item for item in after.chains if item.name == file.name)
        assert (102, before.size, before.root) == (summary.minimum_index, summary.size, summary.root)
        assert before.size == summary.anchored

    def test_pruned_without_a_record_is_missing(self, tmp_path: Path) -> None:
        """Whoever drops headers and leaves the right hashes, but no record, is found out."""
        file = write_ledger(tmp_path, records(10))
        from privmw.ledger.merkle import CompactRange

        connection = sqlite3.connect(file)
        tree = CompactRange()
        for (leaf,) in connection.execute("SELECT hash FROM headers WHERE seq < 6 ORDER BY seq"):
            tree.append(leaf)
        connection.close()
        edit(
            file,
            "DELETE FROM headers WHERE seq < 6",
            "DELETE FROM payloads WHERE seq < 6",
            *(("INSERT INTO subtrees VALUES (?, ?, ?)", node) for node in tree.nodes()),
        )
        assert {"MISSING"} == found(check(tmp_path))

    def test_altered_subtrees_are_noticed(self, tmp_path: Path) -> None:
        """The kept hashes are as protected as the headers were."""
        write_ledger(tmp_path, records(10))
        run(tmp_path, START_MS + 400 * DAY)
        assert {"PURGED"} == found(check(tmp_path))
        for file in tmp_path.glob("default-host-*.sqlite3"):
            edit(file, "UPDATE subtrees SET hash = zeroblob(32)")
        assert 1 == check(tmp_path).exit_code()

    def test_writing_goes_on_after_a_prune(self, tmp_path: Path) -> None:
        """A later epoch chains and signs on above the pruned prefix."""
        write_ledger(tmp_path, records(10))
        late = START_MS + 400 * DAY
        run(tmp_path, late)
        write_ledger(tmp_path, [transfer(99, late, purge_after=None)], clock=ManualClock(late))
        assert {"PURGED"} == found(check(tmp_path))

    def test_purge_records_stay_while_they_explain_something(self, tmp_path: Path) -> None:
        """A purge record outlives its own period as long as the hole it explains is there."""
        write_ledger(tmp_path, [transfer(n, START_MS, purge_after=None) for n in range(4)])
        run(tmp_path, START_MS + 100 * DAY)
        for day in (200, 366, 420, 470, 600, 900):
            run(tmp_path, START_MS + day * DAY)
            assert {"PURGED"} == found(check(tmp_path)), day

    def test_evidence_of_tampering_is_not_tidied_away(self, tmp_path: Path) -> None:
        """Nothing from an altered record on is pruned."""
        file = write_ledger(tmp_path, records(10))
        edit(file, "UPDATE headers SET header = CAST(replace(header, '\"US\"', '\"DE\"') AS BLOB) WHERE seq = 4")
        report = run(tmp_path, START_MS + 400 * DAY)
        assert [4] == [item.below for item in report.headers if item.writer_id.startswith("default/host/")]
        assert "ALTERED" in found(check(tmp_path))


class TestHolds:
    """Legal holds."""

    def place(self, directory: Path, hold: Hold | None, release: str | None = None) -> None:
        """Place or release a hold, on record."""
        clock = ManualClock(START_MS)
        writer = LedgerWriter(
            directory, clock=clock, host="officer", observers=[Checkpointer(KEYS, clock=clock, every=1)]
        )
        holds = HoldFile(directory / HOLDS_FILE)
        if hold is not None:
            holds.place(hold, writer, clock)
        if release is not None:
            holds.release(release, writer, clock)
        writer.close(20)

    def test_a_hold_keeps_until_released(self, tmp_path: Path) -> None:
        """What is held stays and is counted; after the release it goes; all of it is on record and verifies."""
        write_ledger(tmp_path, records(10))
        self.place(tmp_path, Hold(name="case-7", subject_refs=("subject-000003-canary", "subject-000004-canary")))
        report = run(tmp_path, START_MS + 100 * DAY)
        assert (2, 8) == (report.held, report.payloads[0].count)
        assert {"PURGED"} == found(check(tmp_path))
        assert {"request-000003-canary", "request-000004-canary"} == {n for n in canaries(tmp_path) if "request" in n}
        self.place(tmp_path, None, release="case-7")
        assert 2 == run(tmp_path, START_MS + 100 * DAY).payloads[0].count
        assert {"PURGED"} == found(check(tmp_path))
        assert set() == canaries(tmp_path)

    def test_subjects_of_a_hold_never_enter_the_chain(self, tmp_path: Path) -> None:
        """A hold's data subjects stand in its own file, readable by the owner, and in no header."""
        self.place(tmp_path, Hold(name="case-7", subject_refs=("subject-000003-canary",)))
        assert 0o600 == (tmp_path / HOLDS_FILE).stat().st_mode & 0o777
        for file in tmp_path.glob("*.sqlite3"):
            assert b"subject-000003" not in file.read_bytes()
            connection = sqlite3.connect(file)
            texts = [row[0] for row in connection.execute("SELECT header FROM headers")]
            connection.close()
            assert any(b"hold.placed" in text for text in texts)

    @pytest.mark.parametrize(
        ("hold", "kept"),
        [
            (Hold(name="h"), 9),
            (Hold(name="h", classes=("short",)), 3),
            (Hold(name="h", classes=("short", "subject_3m")), 6),
            (Hold(name="h", since_ms=START_MS + 5 * DAY), 4),
            (Hold(name="h", until_ms=START_MS + 5 * DAY), 5),
            (Hold(name="h", writers=("nobody",)), 0),
        ],
    )
    def test_what_a_hold_keeps(self, tmp_path: Path, hold: Hold, kept: int) -> None:
        """Members of a hold are "and", absent ones ask for all."""
        mixed = [
            transfer(n, START_MS + n * DAY, purge_after=None, retention_class=("short", "subject_3m", None)[n % 3])
            for n in range(9)
        ]
        write_ledger(tmp_path, mixed)
        self.place(tmp_path, hold)
        assert kept == run(tmp_path, START_MS + 200 * DAY).held

    def test_unreadable_holds_stop_the_purge(self, tmp_path: Path) -> None:
        """Where the holds can not be read, nothing is purged."""
        write_ledger(tmp_path, records(3))
        for text in ("{", "[1]", '[{"classes": []}]', '[{"name": "x", "since_ms": "1"}]'):
            (tmp_path / HOLDS_FILE).write_text(text)
            with pytest.raises(ConfigurationError, match="holds"):
                run(tmp_path, START_MS + 100 * DAY)
        assert 6 == len(canaries(tmp_path))

    def test_names_are_checked(self, tmp_path: Path) -> None:
        """A malformed name and the release of an unknown hold are errors."""
        tmp_path.mkdir(exist_ok=True)
        with pytest.raises(ConfigurationError):
            self.place(tmp_path, Hold(name="case of somebody"))
        with pytest.raises(ConfigurationError):
            self.place(tmp_path, None, release="nothing")


class TestMaintenance:
    """The background job."""

    def test_once_a_day_and_super_checkpoint_once_an_hour(self, tmp_path: Path) -> None:
        """Purges run once per local day, super-checkpoints once per hour, and a missing writer then shows."""
        write_ledger(tmp_path / "l", records(5), host="one")
        write_ledger(tmp_path / "l", records(5), host="two")
        clock = ManualClock(START_MS)
        writer = LedgerWriter(
            tmp_path / "l", clock=clock, host="app", observers=[Checkpointer(KEYS, clock=clock, every=1)]
        )
        reports: list[PurgeReport] = []
        anchor = FileAnchor(tmp_path / "anchor")
        job = Maintenance(
            tmp_path / "l", SCHEDULE, writer, clock=clock, keys=KEYS, anchors=[anchor], on_report=reports.append
        )
        assert job.run_due() is not None
        assert job.run_due() is None
        clock.now_ms += DAY
        assert job.run_due() is not None
        clock.now_ms += 100 * DAY
        job.run_due()
        assert [0, 0, 10] == [sum(item.count for item in report.payloads) for report in reports]
        writer.close(20)
        assert {"PURGED"} == found(check(tmp_path / "l"))
        assert (tmp_path / "anchor").read_text().count("\nprivmw/default\n2\n") or "privmw/default\n2\n" in (
            tmp_path / "anchor"
        ).read_text()
        for path in (tmp_path / "l").glob("default-two-*"):
            path.unlink()
        report = check(tmp_path / "l")
        assert any(f.verdict.value == "MISSING" and "default/two/" in f.chain for f in report.findings)

    def test_one_process_at_a_time(self, tmp_path: Path) -> None:
        """While another process purges, this one does nothing."""
        write_ledger(tmp_path, records(5))
        lock = FileLock.take(tmp_path / LOCK_FILE)
        assert lock is not None
        clock = ManualClock(START_MS + 100 * DAY)
        writer = LedgerWriter(tmp_path, clock=clock, host="app")
        assert purge_directory(tmp_path, SCHEDULE, writer, clock=clock) is None
        assert Maintenance(tmp_path, SCHEDULE, writer, clock=clock, keys=KEYS).run_due() is None
        lock.release()
        writer.close(5)

    def test_thread_starts_and_stops(self, tmp_path: Path) -> None:
        """The thread can be started twice and stopped, and started again."""
        clock = ManualClock()
        writer = LedgerWriter(tmp_path, clock=clock)
        job = Maintenance(tmp_path, SCHEDULE, writer, clock=clock)
        job.start()
        job.start()
        job.stop()
        job.start()
        job.stop()
        writer.close(5)


class TestCommand:
    """``privmw purge``."""

    @pytest.fixture
    def ledger(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A ledger whose payloads have been due for long, and settings beside it."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "privmw.toml").write_text('[retention.subject_3m]\nperiod = "P3M"\nclause = "4"\n')
        old = START_MS - 800 * DAY
        write_ledger(
            tmp_path / "privmw-ledger", [transfer(n, old, purge_after=None) for n in range(5)], clock=ManualClock(old)
        )
        return tmp_path / "privmw-ledger"

    def test_dry_run_then_purge(self, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A dry run shows what a run then does, with the clause; afterwards nothing is due."""
        assert 0 == main(["purge", "--dry-run"])
        assert "would remove 5 payloads" in capsys.readouterr().out
        assert 10 == len(canaries(ledger))
        assert 0 == main(["purge"])
        out = capsys.readouterr().out
        assert "removed 5 payloads" in out
        assert "clause 4" in out
        assert set() == canaries(ledger)
        assert 0 == main(["purge", "--json"])
        assert [] == json.loads(capsys.readouterr().out)["payloads"]
        assert 0 == main(["verify"])

    def test_holds_on_the_command_line(self, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Holds are placed, listed, honoured and released."""
        assert 0 == main(
            ["purge", "--hold", "case-1", "--class", "subject_3m", "--from", "2020-01-01", "--to", "2030-01-01"]
        )
        capsys.readouterr()
        assert 0 == main(["purge", "--holds"])
        assert "case-1" == json.loads(capsys.readouterr().out)[0]["name"]
        assert 0 == main(["purge"])
        assert "5 payloads are due but under a legal hold" in capsys.readouterr().out
        assert 0 == main(["purge", "--release", "case-1"])
        assert 0 == main(["purge", str(ledger)])
        assert set() == canaries(ledger)

    def test_mistakes_are_exit_code_2(self, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A wrong directory, date or zone is named, with exit code 2."""
        assert 2 == main(["purge", str(ledger / "none")])
        assert 2 == main(["purge", "--hold", "x", "--from", "yesterday"])
        assert 2 == main(["purge", "--zone", "Mars/Olympus"])
        lock = FileLock.take(ledger / LOCK_FILE)
        assert lock is not None
        assert 2 == main(["purge"])
        lock.release()
        assert "another process" in capsys.readouterr().err

    def test_a_reader_in_the_way_is_exit_code_1(self, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """What may still be in the files is said, with exit code 1."""
        reader = sqlite3.connect(next(ledger.glob("*.sqlite3")), isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM payloads").fetchone()
        assert 1 == main(["purge", "--timeout", "0.3"])
        assert "NOT COMPLETE" in capsys.readouterr().out
        reader.close()
