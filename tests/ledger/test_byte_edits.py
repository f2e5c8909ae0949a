"""Damage at random: each changed byte that changes what the ledger says is noticed, and nothing makes verify fail."""

from __future__ import annotations

import random
import shutil
import tracemalloc
from pathlib import Path

import pytest

from privmw.ledger.checkpoints import Checkpointer
from privmw.ledger.signing import SigningKeys
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.fuzzing import change_byte, content, damage_file
from tests.ledger.proof_helpers import KEYS, ManualClock, check, copy_of, found, transfer, write_ledger


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that was closed cleanly: one file, checkpoints over all of it."""
    directory = tmp_path_factory.mktemp("closed") / "ledger"
    write_ledger(directory, 60, every=20)
    return directory


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a killed process leaves it: most of it only in the write-ahead log."""
    base = tmp_path_factory.mktemp("crashed")
    clock = ManualClock()
    observers = [Checkpointer(KEYS, clock=clock, every=5)]
    writer = LedgerWriter(base / "live", clock=clock, host="host", observers=observers)
    for batch in range(4):
        for number in range(5):
            writer.submit(transfer(batch * 5 + number), Durability.GROUP)
        writer.flush(20)
    copy = copy_of(base / "live", base / "ledger")
    writer.close(20)
    assert any(path.stat().st_size for path in copy.glob("*-wal"))
    return copy


def damage(original: Path, work: Path, rounds: int, seed: int) -> tuple[int, list[str]]:
    """Change one byte at a time; return how many edits changed the content, and which of them ended with exit code 0."""
    rng = random.Random(seed)
    before = content(original)
    assert 0 == check(original).exit_code()
    paths = [
        path for path in sorted(original.iterdir()) if path.name.endswith(("sqlite3", "-wal")) and path.stat().st_size
    ]
    weights = [path.stat().st_size for path in paths]
    changed = 0
    missed = []
    for _ in range(rounds):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(original, work)
        (victim,) = rng.choices(paths, weights)
        place = change_byte(work / victim.name, rng)
        report = check(work)
        if content(work) != before:
            changed += 1
            if report.exit_code() == 0:
                missed.append(f"{victim.name[-12:]}:{place} {sorted(found(report))}")
    return changed, missed


@pytest.mark.parametrize("which", ["closed", "crashed"])
def test_byte_edits_that_change_the_content_are_problems(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Of 300 random single-byte edits, no one that changes what the ledger says ends with exit code 0."""
    original: Path = request.getfixturevalue(which)
    changed, missed = damage(original, tmp_path / "work", 300, seed=20260101)
    assert [] == missed
    assert changed > 100


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("which", ["closed", "crashed"])
def test_ten_thousand_byte_edits(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The same over 10,000 edits."""
    original: Path = request.getfixturevalue(which)
    changed, missed = damage(original, tmp_path / "work", 10_000, seed=7)
    assert [] == missed
    assert changed > 3_000


def fuzz(original: Path, work: Path, rounds: int, seed: int) -> None:
    """Cut, fill, shuffle and splice files; verify must come back and never say OK when the content is another."""
    rng = random.Random(seed)
    before = content(original)
    paths = [path.name for path in sorted(original.iterdir()) if path.stat().st_size]
    for _ in range(rounds):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(original, work)
        for name in rng.sample(paths, rng.randint(1, len(paths))):
            damage_file(work / name, rng)
        report = check(work)
        if content(work) != before:
            assert report.exit_code() != 0 or found(report) != {"OK"}


def test_fuzzed_files_never_pass_or_crash(closed: Path, crashed: Path, tmp_path: Path) -> None:
    """Ledgers cut, filled and spliced at random are judged without an error, and a changed one is never plainly OK."""
    fuzz(closed, tmp_path / "work", 150, seed=1)
    fuzz(crashed, tmp_path / "work", 150, seed=2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_fuzzed_files_for_long(closed: Path, crashed: Path, tmp_path: Path) -> None:
    """The same 5,000 times each."""
    fuzz(closed, tmp_path / "work", 5_000, seed=3)
    fuzz(crashed, tmp_path / "work", 5_000, seed=4)


def test_fuzzed_notes_never_pass(closed: Path, tmp_path: Path) -> None:
    """Anchors of damaged notes are reported, never believed and never an error."""
    rng = random.Random(5)
    note = SigningKeys([b"\x01" * 32]).sign("privmw/a/b/c\n5\n" + "A" * 43 + "=\n")
    for _ in range(200):
        data = bytearray(note + b"\n")
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        anchor = tmp_path / "anchor"
        anchor.write_bytes(bytes(data) * 2)
        assert found(check(closed, anchor)) <= {"ALTERED", "UNKNOWN_KEY", "UNANCHORED", "OK"}


def test_lengths_that_lie_cost_no_memory(closed: Path, tmp_path: Path) -> None:
    """Where a row's stored lengths are overwritten, up to many gigabytes, verify answers, in memory that does not follow them."""
    file = next(closed.glob("*.sqlite3"))
    data = file.read_bytes()
    rows = [at for at in range(len(data)) if data.startswith(b'{"country_evidence"', at)] or [
        at for at in range(len(data)) if data.startswith(b'{"data_categories"', at)
    ]
    start = rows[3]
    shutil.copytree(closed, tmp_path / "work")
    target = tmp_path / "work" / file.name
    before = content(closed)
    tracemalloc.start()
    try:
        for place in range(start - 60, start):
            for length in (1, 4, 8):
                target.write_bytes(data[:place] + b"\xff" * length + data[place + length :])
                # Between two rows there may be bytes that say nothing.
                assert {"OK"} != found(check(tmp_path / "work")) or before == content(tmp_path / "work")
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
