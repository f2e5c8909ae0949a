"""Blocks settled as one, here or in other processes, lead to the very report that reading row by row leads to."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from privmw.ledger import ahead, walk
from privmw.ledger.checkpoints import Checkpointer
from privmw.ledger.maintenance import purge_directory
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.settle import BLOCK
from privmw.ledger.verify import verify
from privmw.ledger.writer import LedgerWriter
from privmw.types import RecordKind, TransferRecord
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, edit, transfer, write_ledger

SIZE = BLOCK * 2 + 100
LATER = START_MS + 200 * 86_400_000
SCHEDULE = Schedule({"short": Rule("short", "P1M", "4")}, payload=Rule("long", "P9Y", "5"))


def records() -> Iterator[TransferRecord]:
    """Payloads of two classes in turn, one of which is soon due, and a gap in the second block."""
    for number in range(SIZE):
        changes: dict[str, Any] = {"retention_class": "short" if number % 3 == 0 else "long", "purge_after": None}
        if number == BLOCK + 7:
            changes = {"kind": RecordKind.GAP, "payload": None, "details": {"count": 1}}
        yield transfer(number, **changes)


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A ledger of two full blocks and a bit, and the same after a purge of every third payload."""
    base = tmp_path_factory.mktemp("settle")
    write_ledger(base / "whole", list(records()), every=1500)
    shutil.copytree(base / "whole", base / "purged")
    clock = ManualClock(LATER)
    observers = [Checkpointer(KEYS, clock=clock)]
    writer = LedgerWriter(base / "purged", clock=clock, host="purger", observers=observers)
    report = purge_directory(base / "purged", SCHEDULE, writer, clock=clock)
    writer.close(20)
    assert report is not None
    assert 1_000 < report.payloads[0].count
    return {"whole": base / "whole", "purged": base / "purged"}


def reports(directory: Path, monkeypatch: pytest.MonkeyPatch, *, jobs: int) -> list[dict[str, object]]:
    """The report by rows, and by blocks that this or other processes settle."""
    monkeypatch.setattr(ahead, "LEAST_BLOCKS", 1)
    keys = KEYS.trusted("privmw")
    by_blocks = verify(directory, keys=keys, jobs=jobs).as_dict()
    with monkeypatch.context() as rows:
        rows.setattr(walk, "settle", lambda *arguments, **options: None)
        by_rows = verify(directory, keys=keys).as_dict()
    return [by_rows, by_blocks]


def moved(file: Path, first: int, second: int) -> None:
    """Let two records change places."""
    edit(
        file,
        f"UPDATE headers SET seq = -1 WHERE seq = {first}",
        f"UPDATE headers SET seq = {first} WHERE seq = {second}",
        f"UPDATE headers SET seq = {second} WHERE seq = -1",
    )


EDITS: dict[str, Callable[[Path], None] | Sequence[str]] = {
    "nothing": (),
    "a header": (f"UPDATE headers SET header = CAST(replace(header, 'US', 'DE') AS BLOB) WHERE seq = {BLOCK + 3}",),
    "a hash": ("UPDATE headers SET hash = zeroblob(32) WHERE seq = 5",),
    "the last of a block": (f"DELETE FROM headers WHERE seq = {BLOCK - 1}",),
    "the first of a block": (f"DELETE FROM headers WHERE seq = {BLOCK}",),
    "a whole block": (f"DELETE FROM headers WHERE seq >= {BLOCK} AND seq < {2 * BLOCK}",),
    "more than the rest": (f"DELETE FROM headers WHERE seq > {BLOCK + 9}",),
    "two places": lambda file: moved(file, 10, BLOCK + 10),
    "a column": (f"UPDATE headers SET time = time + 1 WHERE seq = {BLOCK + 1}",),
    "a facet": ("UPDATE facets SET country = 'DE' WHERE kind = 'transfer'",),
    "an intent": ("UPDATE headers SET intent = x'00' WHERE seq = 9",),
    "a payload": ("UPDATE payloads SET data = CAST(replace(data, 'canary', 'parrot') AS BLOB) WHERE seq = 3",),
    "a salt": (f"UPDATE payloads SET salt = zeroblob(32) WHERE seq = {BLOCK + 3}",),
    "a payload's column": (f"UPDATE payloads SET subject_ref = 'nobody' WHERE seq = {BLOCK + 3}",),
    "a payload's class": (f"UPDATE payloads SET retention_class = 'x' WHERE seq = {BLOCK + 3}",),
    "no payload": ("DELETE FROM payloads WHERE seq IN (2, 4000)",),
    "one payload too many": ("INSERT INTO payloads SELECT 0, salt, data, NULL, NULL, NULL FROM payloads LIMIT 1",),
    "a checkpoint": ("UPDATE checkpoints SET note = 'nonsense' WHERE size < 2000",),
}


CHOSEN = ("nothing", "a header", "the first of a block", "more than the rest", "a payload", "no payload")
"""Damage that is also read without a purge before, and with processes beside, which take their time to start."""


@pytest.mark.parametrize(
    ("which", "jobs", "change"),
    [("purged", 1, change) for change in EDITS]
    + [(which, jobs, change) for which, jobs in (("whole", 1), ("purged", 2)) for change in CHOSEN],
)
def test_every_way_of_reading_reports_the_same(
    which: str, jobs: int, change: str, originals: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each damage, in each place of a block, is reported alike whether rows are read or blocks are settled."""
    shutil.copytree(originals[which], tmp_path / "l")
    file = max((tmp_path / "l").glob("*.sqlite3"), key=lambda path: path.stat().st_size)
    made = EDITS[change]
    made(file) if callable(made) else edit(file, *made)
    by_rows, by_blocks = reports(tmp_path / "l", monkeypatch, jobs=jobs)
    assert by_rows == by_blocks
    assert (change == "nothing") == (by_rows["exit_code"] == 0)


def test_processes_that_die_change_nothing(
    originals: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the processes beside are killed, or can not even start, the verifier reads all of it itself."""
    monkeypatch.setattr(ahead, "LEAST_BLOCKS", 1)
    keys = KEYS.trusted("privmw")
    expected = verify(originals["whole"], keys=keys).as_dict()
    asked: list[int] = []
    get = ahead.BlocksAhead.get

    def killing(self: ahead.BlocksAhead, start: int) -> object:
        asked.append(start)
        for worker in self._workers:
            os.kill(worker.pid, signal.SIGKILL)
        return get(self, start)

    monkeypatch.setattr(ahead.BlocksAhead, "get", killing)
    assert expected == verify(originals["whole"], keys=keys, jobs=2).as_dict()
    assert [0, BLOCK, 2 * BLOCK] == asked
    monkeypatch.setattr(ahead.BlocksAhead, "get", get)
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert expected == verify(originals["whole"], keys=keys, jobs=2).as_dict()


def test_blocks_are_really_settled_beside(originals: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sound ledger every full block comes from another process, and only the rest is read here."""
    monkeypatch.setattr(ahead, "LEAST_BLOCKS", 1)
    seen: list[bool] = []
    get = ahead.BlocksAhead.get

    def noting(self: ahead.BlocksAhead, start: int) -> object:
        block = get(self, start)
        seen.append(block is not None)
        return block

    monkeypatch.setattr(ahead.BlocksAhead, "get", noting)
    assert 0 == verify(originals["whole"], keys=KEYS.trusted("privmw"), jobs=3).exit_code()
    assert [True, True, False] == seen


def test_an_index_that_hides_a_record_is_found_beside(originals: dict[str, Path], tmp_path: Path) -> None:
    """SQLite's own check, which runs on a thread, is part of the verdict."""
    shutil.copytree(originals["whole"], tmp_path / "l")
    file = next((tmp_path / "l").glob("*.sqlite3"))
    index = "CREATE INDEX headers_time ON headers (time, facet)"
    edit(
        file,
        "DROP INDEX headers_time",
        "CREATE INDEX headers_time ON headers (epoch, facet)",
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_schema SET sql = '{index}' WHERE name = 'headers_time'",
    )
    findings = verify(tmp_path / "l", keys=KEYS.trusted("privmw")).findings
    assert ("ALTERED", "the file's pages or indexes are damaged") in {
        (item.verdict.value, item.detail) for item in findings
    }
