"""Killed writers: what was acknowledged is there, and every chain is whole."""

import random
import time
from pathlib import Path

import pytest

from privmw.ledger.verdicts import Verdict
from privmw.ledger.verify import verify
from tests.ledger.kill_helpers import spawn
from tests.ledger.proof_helpers import KEYS
from tests.ledger.writing_helpers import stored


def kill_loop(folder: Path, rounds: int, writers: int = 3) -> tuple[int, int]:
    """Start and kill writers that have a key; check and verify the ledger after each round.

    Returns:
        How many records were acknowledged, and how many epochs opened.
    """
    chance = random.Random(7)
    logs = [folder / f"acknowledged-{number}" for number in range(writers)]
    epochs = 0
    for _ in range(rounds):
        before = [log.stat().st_size if log.exists() else 0 for log in logs]
        running = [spawn(folder / "ledger", log) for log in logs]
        until = time.monotonic() + 60
        while any(log.stat().st_size == size for log, size in zip(logs, before, strict=True)):
            assert time.monotonic() < until, "a writer wrote nothing in a minute"
            time.sleep(0.01)
        for process in running:
            time.sleep(chance.random() * 0.1)
            process.kill()
        for process in running:
            process.wait()
        members = stored(folder / "ledger")
        # The last line of a log may be cut; it was then never read as an acknowledgement.
        acknowledged = [line for log in logs for line in log.read_text().split("\n")[:-1] if len(line) == 36]
        there = [str(header["record_id"]) for header in members]
        assert len(there) == len(set(there))
        assert set() == set(acknowledged) - set(there)
        epochs = sum(header["kind"] == "epoch.open" for header in members)
        report = verify(folder / "ledger", keys=KEYS.trusted("privmw"))
        assert report.verdicts <= {Verdict.OK, Verdict.TORN, Verdict.UNANCHORED}, report.as_dict()
        assert 0 == report.exit_code(), report.as_dict()
    return len(acknowledged), epochs


def test_killed_writers_lose_nothing_they_acknowledged(tmp_path: Path) -> None:
    """After 15 kills of 3 writers every acknowledged record is stored once, chains are whole and files are reused."""
    acknowledged, epochs = kill_loop(tmp_path, 5)
    assert acknowledged > 15
    assert 15 == epochs
    assert 3 == len(list((tmp_path / "ledger").glob("*.sqlite3")))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_two_hundred_kills(tmp_path: Path) -> None:
    """The same with 201 kills."""
    assert 201 == kill_loop(tmp_path, 67)[1]
