"""The ledger's commands in the hands of somebody who does not know them: what is wrong, where, what to do, and the exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from privmw.cli import main
from tests.ledger.kill_helpers import ROOT
from tests.ledger.proof_helpers import START_MS, ManualClock, transfer, write_ledger
from tests.ledger.test_deployments import namespace

DAY = 86_400_000
RETENTION = '[retention.subject_3m]\nperiod = "P3M"\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a ledger whose payloads were due long ago, in a folder that its settings name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "privmw.toml").write_text(f'{RETENTION}[ledger]\ndirectory = "records"\n')
    old = START_MS - 800 * DAY
    records = [transfer(number, old, purge_after=None) for number in range(5)]
    write_ledger(tmp_path / "records", records, clock=ManualClock(old))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; returns its exit code and what it said on standard output and error."""
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("command", ["transfers", "verify", "purge"])
def test_without_arguments_the_settings_name_the_ledger(
    place: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command finds ``ledger.directory`` of privmw.toml by itself."""
    code, out, _ = said(capsys, command)
    assert 0 == code
    assert "openai" in out or "default/host/" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["transfers", "none"], r"there is no ledger at none. Name a directory, a ledger file or a postgresql:// DSN"),
        (["purge", "none"], "none: is not a ledger directory. Name the directory, or run this where privmw.toml is"),
        (["purge", "--dsn", "mysql://u:hunter2@h"], "--dsn: is not a postgresql:// URI"),
        (["purge", "--class", "x"], "--class: narrows a legal hold, not a purge. Use it with --hold NAME"),
        (["purge", "--from", "2026-01-01"], "--from: narrows a legal hold"),
        (["purge", "--hold", "a", "--release", "b"], "only one of --holds, --hold, --release and --dry-run"),
        (["purge", "--hold", "a", "--dry-run"], "only one of --holds, --hold, --release and --dry-run"),
        (["purge", "--timeout", "-1"], "--timeout: must be from 0 to 86400 seconds"),
        (["verify", "--jobs", "0"], "--jobs: must be 1 or more"),
        (["transfers", "--limit", "0"], "--limit: must be 1 or more"),
    ],
)
def test_mistakes_are_named_with_a_remedy(
    place: Path, arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake is exit code 2, one sentence that names it, nothing on standard output, and nothing was purged."""
    code, out, err = said(capsys, *arguments)
    assert (2, "") == (code, out)
    assert expected in err
    assert "hunter2" not in err
    assert 0 == main(["purge", "--dry-run"])
    assert "would remove 5 payloads" in capsys.readouterr().out


@pytest.mark.parametrize("source", ["none", "privmw.toml"])
def test_what_can_not_be_judged_is_never_called_sound(
    place: Path, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing ledger and a file of another kind are exit code 2 and the verdict ``cannot judge``, in words and in JSON."""
    assert 2 == main(["verify", source])
    assert "verdict: cannot judge" in capsys.readouterr().out
    assert 2 == main(["verify", source, "--json"])
    report = json.loads(capsys.readouterr().out)
    assert ("cannot judge", 2) == (report["verdict"], report["exit_code"])
    assert source in report["unjudged"][0]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--recipient", "opena"], "no record has the recipient that --recipient asks for. Did you mean 'openai'?"),
        (
            ["--purpose", "suport_reply"],
            "no record has the purpose that --purpose asks for. Did you mean 'support_reply'?",
        ),
        (["--country", "kr"], "no record has the country that --country asks for. It may be 'US'."),
        (["--category", "user.contact"], "no record has the category that --category asks for"),
    ],
)
def test_a_question_that_can_find_nothing_says_so(
    place: Path, arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A word that occurs nowhere in the ledger is told beside the empty answer; one that does occur is not."""
    code, out, err = said(capsys, "transfers", *arguments)
    assert (0, True) == (code, "no transfers match" in out)
    assert hint in err
    code, _, err = said(capsys, "transfers", "--country", "us", "--since", "1d")
    assert (0, "") == (code, err)


def test_json_of_every_command_can_be_read(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--json`` standard output holds JSON and nothing else."""
    read: list[Any] = []
    for command in ("transfers", "verify", "purge"):
        code, out, err = said(capsys, command, "--json")
        assert (0, "") == (code, err)
        read.append([json.loads(line) for line in out.splitlines()] if command == "transfers" else json.loads(out))
    assert [5, "UNANCHORED", True] == [len(read[0]), read[1]["verdict"], read[2]["complete"]] or read[1][
        "verdict"
    ] == "OK"


def test_the_anchor_of_the_settings_is_used(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``privmw verify`` without arguments holds the ledger against ``ledger.anchor_file``, and sees that a writer is gone."""
    assert 0 == main(["verify", "--new-key", "key.pem"])
    (place / "privmw.toml").write_text(
        f'{RETENTION}[ledger]\ndirectory = "records"\nsigning_key_file = "key.pem"\nanchor_file = "elsewhere/anchor"\n'
    )
    (place / "elsewhere").mkdir()
    assert 0 == main(["purge"])
    assert (place / "elsewhere" / "anchor").stat().st_size
    capsys.readouterr()
    for path in (place / "records").glob("*.sqlite3"):
        path.unlink()
    assert 1 == main(["verify"])
    assert "MISSING" in capsys.readouterr().out


READ_ONLY = """
import subprocess, sys
disk = sys.argv[1]
def run(*command):
    done = subprocess.run([sys.executable, "-m", "privmw", *command, disk + "/records"], capture_output=True, text=True)
    print(done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1])
run("transfers"); run("verify"); run("purge"); run("purge", "--dry-run")
"""


def test_a_read_only_copy_is_read_and_not_purged(place: Path) -> None:
    """On a read-only disk transfers are listed and verified; a purge is exit code 2 with the reason, and no stack trace."""
    prefix = namespace()
    script = [sys.executable, "-W", "ignore", "-c", READ_ONLY, str(place)]
    command = [
        *prefix,
        "sh",
        "-c",
        f'mount --bind "{place}" "{place}" && mount -o remount,bind,ro "{place}" && exec "$@"',
    ]
    if not prefix:  # nobody may mount here: drop root's rights, or any user's right to write
        (place / "records").chmod(0o555)
        command = [] if os.getuid() else ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"]
        script = [*command, *script]
        command = ["sh", "-c", 'exec "$@"']
    done = subprocess.run([*command, "sh", *script], capture_output=True, text=True, timeout=100, cwd=ROOT)
    (place / "records").chmod(0o700)
    lines = done.stdout.splitlines()
    assert ["0", "0", "2", "2"] == [line.split()[0] for line in lines], done.stdout + done.stderr
    assert all("can not be written" in line for line in lines[2:])
