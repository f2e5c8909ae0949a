"""``privmw transfers`` as a person and a program use it."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from privmw.cli import main
from privmw.ledger.writer import LedgerWriter
from privmw.types import DecisionKind, Durability, RecordKind
from tests.ledger.kill_helpers import heed_interrupts
from tests.ledger.writing_helpers import intent, outcome_of

START = 1_772_000_000_000  # 2026-02-25T06:13:20Z


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A ledger of two transfers and a refusal."""
    writer = LedgerWriter(tmp_path / "ledger")
    sent = intent(1, time_ms=START)
    writer.submit(sent)
    writer.submit(outcome_of(sent))
    writer.submit(intent(2, time_ms=START + 60_000, recipient_id="anthropic", rule_id="=cmd()", purpose="=cmd()"))
    writer.submit(
        intent(
            3,
            time_ms=START + 3_600_000,
            kind=RecordKind.DENIED,
            decision=DecisionKind.DENY,
            reason_code="recipient.undeclared",
            recipient_id="[red]x.example[/red]",
            destination_country=None,
        )
    )
    writer.close()
    return tmp_path / "ledger"


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints."""
    assert 0 == main(["transfers", *arguments])
    return capsys.readouterr().out


def test_the_table_names_what_matters(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Time, recipient, country, purpose, decision, outcome, reason, categories and counts are in one line each."""
    lines = output(capsys, str(directory)).splitlines()
    assert 4 == len(lines)
    for word in (
        "2026-02-25 06:13:20.000",
        "openai",
        "US",
        "support_reply",
        "allow_redacted",
        "sent",
        "EMAIL_ADDRESS:2",
    ):
        assert word in lines[1]
    assert "unknown" in lines[2]
    assert "recipient.undeclared" in lines[3]
    assert "[red]x.example[/red]" in lines[3]


def test_without_rich_the_table_is_plain(
    directory: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The optional library changes how it looks, not what it says."""
    rich = [line.split() for line in output(capsys, str(directory)).splitlines()]
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert rich == [line.split() for line in output(capsys, str(directory)).splitlines()]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--recipient", "openai", "--recipient", "anthropic"], 2),
        (["--country", "us"], 2),
        (["--decision", "deny"], 1),
        (["--category", "user.contact", "--purpose", "support_reply"], 2),
        (["--subject", "subject-2"], 1),
        (["--since", "2026-02-25T06:14"], 2),
        (["--since", "2026-02-25T15:14+09:00", "--until", "2026-02-25T07:00Z"], 1),
        (["--since", "1d"], 0),
        (["--limit", "2"], 2),
        (["--kind", "epoch.open"], 1),
    ],
)
def test_filters(directory: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: int) -> None:
    """Each filter leaves what it names, as JSON lines."""
    lines = output(capsys, str(directory), "--json", *arguments).splitlines()
    assert expected == len([json.loads(line) for line in lines])


def test_json_holds_intent_payload_and_result(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names are those on disk, with the place of each record."""
    first = json.loads(output(capsys, str(directory), "--json").splitlines()[0])
    assert ("api.openai.com", 1, "sent", 200) == (
        first["server.address"],
        first["seq"],
        first["outcome"],
        first["result"]["http.response.status_code"],
    )
    assert "subject-1" == first["payload"]["subject_ref"]


def test_csv_is_safe_to_open_in_a_spreadsheet(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cells that look like formulas are quoted."""
    rows = list(csv.DictReader(io.StringIO(output(capsys, str(directory), "--csv"))))
    assert ["support_reply", "'=cmd()", "support_reply"] == [row["purpose"] for row in rows]


def test_nothing_found_is_not_nothing_sent(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty answer says what it does not mean."""
    assert "does not mean" in output(capsys, str(directory), "--recipient", "nobody")


def test_mistakes_end_with_2_and_damage_with_1(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong directory or option is refused; a part that cannot be read makes the answer incomplete."""
    assert 2 == main(["transfers", str(tmp_path / "nowhere")])
    assert 2 == main(["transfers", str(directory), "--limit", "0"])
    with pytest.raises(SystemExit, match="2"):
        main(["transfers", str(directory), "--since", "yesterday"])
    (directory / "junk.sqlite3").write_bytes(b"junk" * 100)
    assert 1 == main(["transfers", str(directory)])
    assert "not read: junk.sqlite3" in capsys.readouterr().err


def test_follow_prints_until_interrupted(tmp_path: Path) -> None:
    """New transfers are printed at once, and Ctrl-C is a normal end."""
    writer = LedgerWriter(tmp_path)
    writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    command = [sys.executable, "-m", "privmw", "transfers", str(tmp_path), "--follow", "--json"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=heed_interrupts)
    assert process.stdout is not None
    until = time.monotonic() + 20
    while time.monotonic() < until:  # it follows from when it looks first, so offer until it does
        writer.submit(intent(7, recipient_id="mistral"), Durability.BEFORE_SEND).wait(5)
        time.sleep(0.3)
        if os.get_blocking(process.stdout.fileno()):
            os.set_blocking(process.stdout.fileno(), False)
        line = process.stdout.readline()
        if line:
            break
    process.send_signal(signal.SIGINT)
    assert 0 == process.wait(10)
    process.stdout.close()
    writer.close()
    assert "mistral" == json.loads(line)["recipient_id"]
