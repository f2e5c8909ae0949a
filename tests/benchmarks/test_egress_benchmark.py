"""The workload of an AI call is what it says, and runs."""

from __future__ import annotations

import json

import pytest

from benchmarks.__main__ import main
from benchmarks.egress import CLEAN, DENSE
from privmw.redaction.redactor import Redactor


def test_the_prompts_have_4_kb() -> None:
    """4,098 characters in six turns; one body with five values, one with none."""
    redactor = Redactor(profile="ai")
    for body, values in ((CLEAN, 0), (DENSE, 5)):
        turns = [message["content"] for message in json.loads(body)["messages"][1:]]
        assert 4098 == sum(map(len, turns))
        assert values == sum(redactor.transform(turns, lambda entity, _: entity).counts.values())


def test_the_command_prints_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    """As a table for people, and as JSON."""
    assert 0 == main(["egress", "--quick", "--format", "plain"])
    printed = capsys.readouterr().out
    for row in ("rewrite and restore, five values", "httpx call", "decision", "streamed answer", "seen before"):
        assert row in printed
