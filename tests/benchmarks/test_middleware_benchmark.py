"""The apps that are compared answer under a real server, and every figure is printed."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import main
from privmw.logs import stdlib


def test_the_command_prints_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    """Each class by itself, all together, and the rates with and without."""
    assert 0 == main(["middleware", "--quick", "--format", "plain"])
    printed = capsys.readouterr().out
    for row in ("FastAPI alone", "InputGuardMiddleware", "all, as PrivacyMiddleware", "Requests per second"):
        assert row in printed
    assert not stdlib.installed(), "the apps give back what they took"
