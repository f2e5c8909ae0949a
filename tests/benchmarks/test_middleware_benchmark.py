"""The apps that are compared answer, with and without a real server, and every figure is printed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_command_prints_every_figure() -> None:
    """Each class by itself, all together, and the rates with and without; in a process of its own, whose logs it redacts."""
    command = [sys.executable, "-m", "benchmarks", "middleware", "--quick", "--format", "plain"]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=110)
    assert 0 == done.returncode, done.stderr[-2000:]
    for row in ("FastAPI alone", "InputGuardMiddleware", "all, as PrivacyMiddleware", "Requests per second"):
        assert row in done.stdout
