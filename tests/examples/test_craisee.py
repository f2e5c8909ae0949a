"""The example app under real uvicorn, driven by ``privmw demo``."""

import json
import subprocess
import sys
from typing import Any

import pytest


def _demo(*options: str) -> tuple[int, Any]:
    command = [sys.executable, "-m", "privmw", "demo", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_demo_keeps_the_policy() -> None:
    """Nothing planted arrives anywhere, refusals carry their reasons, the answer is restored, the ledger verifies."""
    code, report = _demo()
    assert code == 0
    assert report["leaks"] == 0
    assert report["restored"]
    reasons = [step["reason"] for step in report["steps"] if step["reason"]]
    assert reasons == ["purpose.not_allowed_for_recipient", "purpose.missing", "transfer.withdrawn"]
    arrived = {arrival["recipient"]: arrival["requests"] for arrival in report["arrivals"]}
    assert arrived["openai"] == 2
    assert arrived["anthropic"] == 1
    assert arrived["posthog"] == 1
    assert arrived["sentry"] >= 1
    decisions = {(row["recipient_id"], row["decision"]) for row in report["transfers"]}
    assert {
        ("openai", "allow_redacted"),
        ("openai", "deny"),
        ("posthog", "deny"),
        ("posthog", "allow_redacted"),
    } <= decisions
    assert "OK" in json.dumps(report["verdict"])


def test_without_privmw_the_same_run_leaks() -> None:
    """The negative control: every recipient and the log receive planted values."""
    code, report = _demo("--off")
    assert code == 0
    assert [arrival["recipient"] for arrival in report["arrivals"] if not arrival["planted"]] == []


@pytest.mark.parametrize(
    "arguments", [["--help"], ["check", "--help"], ["scan", "--help"], ["transfers", "--help"], ["verify", "--help"]]
)
def test_every_command_explains_itself(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Help ends with code 0 and names the options."""
    from privmw.cli import main

    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert "--" in capsys.readouterr().out
