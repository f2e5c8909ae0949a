"""``privmw transfers`` and ``privmw purge`` at the edges: far away times, huge numbers, folders of somebody else, following."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from privmw.cli import main
from privmw.ledger.query import Criteria, Ledger, Transfer
from privmw.ledger.writer import LedgerWriter
from privmw.types import ConsentState, Durability, RecordKind
from tests.ledger.kill_helpers import ROOT, heed_interrupts
from tests.ledger.writing_helpers import intent


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with five transfers, a second apart, the last of them now."""
    writer = LedgerWriter(tmp_path / "ledger")
    now = time.time_ns() // 1_000_000
    for number in range(5):
        writer.submit(intent(number, time_ms=now - (4 - number) * 1000, recipient_id=f"r{number}"))
    writer.close()
    return tmp_path / "ledger"


def code_of(*arguments: str) -> int:
    """The exit code of a command, also where the argument parser ends it."""
    try:
        return main(list(arguments))
    except SystemExit as error:
        return int(error.code or 0)


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [
        ("transfers", ["--since", "999999w"], "further back than the calendar"),
        ("transfers", ["--since", "9" * 4400 + "w"], "neither an ISO 8601 time nor an age"),
        ("transfers", ["--until", "tomorrow"], "neither an ISO 8601 time nor an age"),
        ("transfers", ["--limit", "99999999999999999999"], "--limit"),
        ("transfers", ["--limit", "1" * 5000], "--limit"),
        ("purge", ["--timeout", "nan"], "--timeout: must be from 0 to 86400 seconds"),
        ("purge", ["--timeout", "inf"], "--timeout: must be from 0 to 86400 seconds"),
        ("purge", ["--timeout", "1e300"], "--timeout: must be from 0 to 86400 seconds"),
    ],
)
def test_what_no_ledger_can_answer_is_exit_code_2(
    ledger: Path, command: str, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence that names the option, and no traceback."""
    assert 2 == code_of(command, str(ledger), *arguments)
    said = capsys.readouterr()
    assert "" == said.out
    assert words in said.err


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "0001-01-01", "99999w"])
@pytest.mark.parametrize("option", ["--since", "--until"])
def test_the_ends_of_the_calendar_are_times(
    ledger: Path, option: str, moment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first and the last moment that can be written can be asked for."""
    assert 0 == code_of("transfers", str(ledger), option, moment, "--json")
    assert (moment > "9" and moment[-1] != "w") is ((option == "--since") is ("" == capsys.readouterr().out))


STRANGER = """
import contextlib, io, os, sys
from privmw.cli import main
with contextlib.redirect_stdout(io.StringIO()):  # loads what may not be readable any more afterwards
    main(["purge", "--dry-run", sys.argv[2]]); main(["transfers", sys.argv[2]])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that everybody may enter, with a ledger in it that belongs to one account."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        writer = LedgerWriter(folder / "ledger")
        writer.submit(intent())
        writer.close()
        yield folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("command", ["transfers", "purge"])
@pytest.mark.parametrize(("closed", "code"), [("ledger", 2), ("folder", 2), ("file", 1)])
def test_somebody_elses_ledger_is_not_an_empty_one(shared: Path, command: str, closed: str, code: int) -> None:
    """What may not be read is said, with exit code 2; where only a file may not, 1: never "no transfers match"."""
    if closed == "folder":
        shared.chmod(0o700)
    if closed == "file":
        (shared / "ledger").chmod(0o755)
    arguments = [sys.executable, "-c", STRANGER, command, str(shared / "ledger")]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60)
    assert "Traceback" not in done.stderr
    assert (2 if command == "purge" else code) == done.returncode, done.stderr
    assert done.stderr
    if code == 2:
        assert "" == done.stdout


class TestFollow:
    """``--follow`` with a beginning and an end."""

    def test_it_begins_with_the_latest(self, ledger: Path) -> None:
        """``--limit`` says how many older ones come first, like ``tail``; then new ones come."""
        command = [sys.executable, "-m", "privmw", "transfers", str(ledger), "--follow", "--json", "--limit", "2"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=heed_interrupts)
        assert process.stdout is not None
        older = [json.loads(process.stdout.readline())["recipient_id"] for _ in range(2)]
        writer = LedgerWriter(ledger)
        writer.submit(intent(recipient_id="new"), Durability.BEFORE_SEND).wait(5)
        newer = json.loads(process.stdout.readline())["recipient_id"]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        writer.close()
        assert (["r3", "r4"], "new") == (older, newer)

    def test_it_ends_when_no_more_can_come(self, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """With ``--until`` in the past it shows what there is and ends."""
        assert 0 == main(["transfers", str(ledger), "--follow", "--since", "1h", "--until", "2020-01-01"])
        assert "" == capsys.readouterr().out
        assert 0 == main(["transfers", str(ledger), "--follow", "--since", "1h", "--until", "0m", "--csv"])
        assert 6 == len(capsys.readouterr().out.splitlines())

    def test_it_ends_at_its_time(self, ledger: Path) -> None:
        """What comes before the end is shown, what comes after it is not."""
        until = time.time_ns() // 1_000_000 + 1_500
        seen: list[Transfer] = []

        def follow() -> None:
            with Ledger.open(ledger) as opened:
                seen.extend(opened.follow(Criteria(until_ms=until), interval=0.05))

        thread = threading.Thread(target=follow)
        thread.start()
        time.sleep(0.3)
        writer = LedgerWriter(ledger)
        writer.submit(intent(recipient_id="before"), Durability.BEFORE_SEND).wait(5)
        writer.submit(intent(time_ms=until + 5_000, recipient_id="after"), Durability.BEFORE_SEND).wait(5)
        thread.join(20)
        writer.close()
        assert not thread.is_alive()
        assert ["before"] == [transfer.record.recipient_id for transfer in seen]


def test_a_decision_on_consent_shows_in_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--kind consent`` lists who decided what for which purpose, and which signal changed."""
    writer = LedgerWriter(tmp_path / "ledger")
    members: dict[str, Any] = {
        "kind": RecordKind.CONSENT,
        "decision": None,
        "recipient_id": None,
        "server_address": None,
    }
    writer.submit(intent(**members, consent_state=ConsentState.WITHDRAWN, details={"event": "consent.changed"}))
    signal_changed = {"event": "signal.changed", "signal": "gpc", "on": True}
    writer.submit(intent(**members, purpose=None, consent_state=None, details=signal_changed))
    writer.close()
    assert 0 == main(["transfers", str(tmp_path / "ledger"), "--kind", "consent", "--csv"])
    _, first, second = capsys.readouterr().out.splitlines()
    assert ",consent,,withdrawn," in first
    assert ",consent,,gpc on," in second
