"""What can not be read here and now is not judged, and what nobody should read stops no verifier."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from privmw.cli import main
from privmw.ledger import filechain
from privmw.ledger.canonical import canonical
from privmw.ledger.chain import leaf_hash
from privmw.ledger.filejudge import KEYS_FILE
from privmw.ledger.maintenance import purge_directory
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.writer import LedgerWriter
from tests.ledger.kill_helpers import ROOT
from tests.ledger.mutations import rows
from tests.ledger.proof_helpers import START_MS, ManualClock, check, edit, found, transfer, write_ledger

DAY = 86_400_000


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a file exclusively, as another program may."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("UPDATE meta SET value = value WHERE key = 'created'")
    try:
        yield
    finally:
        connection.close()


class TestLocked:
    """A file that another process holds."""

    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(filechain, "BUSY_SECONDS", 0.1)

    def test_says_nothing_about_itself(self, tmp_path: Path) -> None:
        """It can not be judged, nor is it missing because another writer has seen it; what is wrong elsewhere is found."""
        file = write_ledger(tmp_path, 5, host="a")
        other = write_ledger(tmp_path, 5, host="b")
        with locked(file):
            report = check(tmp_path)
            assert ({"OK"}, 2) == (found(report), report.exit_code()), report.as_dict()
            assert f"{file.name} can not be read now" in report.unjudged[0]
            edit(other, "DELETE FROM payloads WHERE seq = 2")
            assert 2 == check(tmp_path).exit_code()
            edit(other, "UPDATE headers SET hash = zeroblob(32) WHERE seq = 3")
            assert {"ALTERED"} == found(check(tmp_path))
        assert {"ALTERED", "MISSING"} == found(check(tmp_path))

    def test_may_hold_the_purge_record(self, tmp_path: Path) -> None:
        """What was purged on its word is not missing."""
        write_ledger(tmp_path, [transfer(number, purge_after=None) for number in range(5)], keys=None)
        clock = ManualClock(START_MS + 100 * DAY)
        writer = LedgerWriter(tmp_path, clock=clock, host="purger")
        schedule = Schedule({"subject_3m": Rule("subject_3m", "P3M", "4")})
        purge_directory(tmp_path, schedule, writer, clock=clock)
        writer.close(20)
        (purger,) = tmp_path.glob("default-purger-*.sqlite3")
        with locked(purger):
            report = check(tmp_path, keys=None)
            assert ({"UNANCHORED"}, 2) == (found(report), report.exit_code()), report.as_dict()

    def test_while_it_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A disk that fails in the middle says nothing about the records behind."""
        write_ledger(tmp_path, 5)
        headers = filechain.FileChain.headers
        reads: list[int] = []

        def failing(self: filechain.FileChain, start: int = 0, stop: int | None = None) -> Any:
            reads.append(start)
            if start == 0 and len(reads) > 1:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
                raise error
            return headers(self, start, stop)

        monkeypatch.setattr(filechain.FileChain, "headers", failing)
        report = check(tmp_path)
        assert ({"OK"}, 2) == (found(report), report.exit_code()), report.as_dict()
        assert "can not be read on from record 0" in report.unjudged[0]


def verify_in_time(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command; a hang is an error."""
    command = [sys.executable, "-m", "privmw", "verify", str(directory), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, errors="surrogateescape", timeout=30, cwd=ROOT,
        env={**os.environ, **environment}, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize("suffix", ["x.sqlite3", "-wal", "-shm", "-journal", KEYS_FILE])
def test_named_pipes_are_not_waited_for(suffix: str, tmp_path: Path) -> None:
    """A pipe in place of any file is not opened: exit code 2, or as if it were not there."""
    file = write_ledger(tmp_path, 5)
    (tmp_path / KEYS_FILE).unlink()
    os.mkfifo(file.with_name(file.name + suffix) if suffix.startswith("-") else tmp_path / suffix)
    done = verify_in_time(tmp_path)
    assert 2 == done.returncode
    assert suffix == KEYS_FILE or "is no regular file" in done.stdout


def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    """A link to a file that is not there can not be judged."""
    write_ledger(tmp_path, 5)
    (tmp_path / "x.sqlite3").symlink_to(tmp_path / "nowhere.sqlite3")
    assert 2 == check(tmp_path).exit_code()


def test_names_in_another_encoding(tmp_path: Path) -> None:
    """A file whose name is no UTF-8 is reported on a terminal that takes nothing else."""
    write_ledger(tmp_path, 5)
    (tmp_path / os.fsdecode(b"\xff.sqlite3")).write_bytes(b"no database" * 1_000)
    for encoding in ("utf-8:strict", "ascii:strict"):
        done = verify_in_time(tmp_path, PYTHONIOENCODING=encoding)
        assert 1 == done.returncode
        assert "ALTERED in \\udcff.sqlite3" in done.stdout


def test_ids_that_would_write_lines_of_their_own(tmp_path: Path) -> None:
    """What stands in a file can not pretend to be a line of the report, nor move the cursor."""
    file = write_ledger(tmp_path, 5)
    edit(file, ("UPDATE meta SET value = ? WHERE key = 'writer_id'", ("x\x1b[2J\nverdict: OK\nkeys: 1",)))
    done = verify_in_time(tmp_path)
    assert 1 == done.returncode
    assert "\x1b" not in done.stdout
    assert ["verdict: ALTERED"] == [line for line in done.stdout.splitlines() if line.startswith("verdict")]
    assert "x\\x1b[2J\\nverdict: OK" in done.stdout
    assert 1 == json.loads(verify_in_time(tmp_path, "--json").stdout)["exit_code"]


def test_the_exit_code_outlives_the_reader(tmp_path: Path) -> None:
    """Where nobody reads the report, a problem is exit code 1 all the same."""
    file = write_ledger(tmp_path, 5)
    edit(file, "DELETE FROM payloads WHERE seq = 2")
    for options in ([], ["-u"]):
        reading, writing = os.pipe()
        os.close(reading)
        command = [sys.executable, *options, "-m", "privmw", "verify", str(tmp_path)]
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=30, cwd=ROOT, check=False)
        os.close(writing)
        assert (1, b"") == (done.returncode, done.stderr)


def test_an_interrupted_verification_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C is one line and exit code 130."""

    def interrupted(*arguments: object, **options: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("privmw.ledger.verify.verify", interrupted)
    assert 130 == main(["verify", str(tmp_path)])
    assert "interrupted" in capsys.readouterr().err


def rewrite_one(file: Path, seq: int, **changes: Any) -> None:
    """Change one record and the columns beside it."""
    members = {**dict(rows(file))[seq], **changes}
    header = canonical(members)
    edit(
        file,
        ("UPDATE headers SET header = ?, hash = ?, time = ? WHERE seq = ?",
         (header, leaf_hash(header), members["time"], seq)),
    )  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"removed": [1]}, {"removed": 5}, {"data_categories": [1, 2]}, {"data_categories": "user"}, {"mechanism": "x"},
        {"time": 2**53 - 1}, {"time": -(2**53) + 1}, {"kind": "weird"}, {"kind": ["transfer"]}, {"recipient_id": [1]},
        {"details": []}, {"retention_class": [1]}, {"purge_after": 5}, {"gpc": {}}, {"intent_id": 7},
    ],
    ids=str,
)  # fmt: skip
def test_records_of_odd_members_are_named(
    changes: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Members of another form than they have are no stack trace, in verify and in transfers."""
    file = write_ledger(tmp_path, 5)
    rewrite_one(file, 3, **changes)
    assert 1 == main(["verify", str(tmp_path)])
    code = main(["transfers", str(tmp_path), "--kind", "transfer"])
    assert code in (0, 2)
    assert main(["transfers", str(tmp_path), "--json"]) in (0, 2)


@pytest.mark.parametrize("created", ["abc", "", "9" * 5_000, "-5"])
def test_a_file_that_was_made_at_no_time(created: str, tmp_path: Path) -> None:
    """What ``meta`` says of the file's making is reported by verify, and stops neither the list nor the purge."""
    file = write_ledger(tmp_path, 5)
    edit(file, ("UPDATE meta SET value = ? WHERE key = 'created'", (created,)))
    assert 1 == main(["verify", str(tmp_path)])
    assert 0 == main(["transfers", str(tmp_path)])
    assert main(["purge", str(tmp_path), "--dry-run"]) in (0, 1)


def test_many_pipes(tmp_path: Path) -> None:
    """A directory full of pipes is looked through at once."""
    for number in range(50):
        os.mkfifo(tmp_path / f"{number}.sqlite3")
    began = time.monotonic()
    report = check(tmp_path)
    assert (2, 50) == (report.exit_code(), len(report.unjudged))
    assert time.monotonic() - began < 5


def test_a_log_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails under the write-ahead log says nothing about how it ends."""
    write_ledger(tmp_path, 5)

    def failing(self: filechain.FileChain) -> object:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(filechain.FileChain, "unfinished", failing)
    report = check(tmp_path)
    assert ({"OK"}, 2) == (found(report), report.exit_code())
