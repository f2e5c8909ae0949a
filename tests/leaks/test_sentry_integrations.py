"""The leak matrix of what Sentry's own integrations collect from a FastAPI app: default integrations on, all data asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.leaks.sentry_app import POSITIONS
from tests.leaks.values import VALUES

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.parametrize("lifecycle", ["whole", "streamed"]),  # of transactions
]

Cells = dict[str, dict[str, bool | None]]


def play(switch: str, lifecycle: str) -> Cells:
    """What of each value the ingest received, by position and kind of value; ``None`` where it received nothing."""
    command = [sys.executable, "-m", "tests.leaks.sentry_app", switch, lifecycle]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=380)
    assert 0 == done.returncode, done.stderr[-3000:]
    cells: Cells = json.loads(done.stdout.splitlines()[-1])
    assert list(POSITIONS) == list(cells)
    assert all(list(VALUES) == list(row) for row in cells.values())
    return cells


def others(cells: Cells, expected: bool) -> dict[str, list[str]]:
    """The cells that are not as expected."""
    found = {
        position: [kind for kind, leaked in row.items() if leaked is not expected] for position, row in cells.items()
    }
    return {position: kinds for position, kinds in found.items() if kinds}


def test_no_value_leaves(lifecycle: str) -> None:
    """No value arrives in any form, wherever a request or an endpoint puts it; something does arrive each time."""
    assert {} == others(play("on", lifecycle), expected=False)


def test_every_value_leaves_without_privmw(lifecycle: str) -> None:
    """The negative control: every cell leaks, so the test above would see it."""
    assert {} == others(play("off", lifecycle), expected=True)
