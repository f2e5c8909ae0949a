"""The workload of spans and log records runs."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import main
from privmw import otel


def test_the_command_prints_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    """And leaves nothing installed."""
    assert 0 == main(["otel", "--quick", "--format", "plain"])
    printed = capsys.readouterr().out
    for row in ("span, 8 attributes, clean", "span, 8 attributes, one value", "log record, clean"):
        assert row in printed
    assert not otel.installed()
