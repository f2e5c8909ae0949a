"""The example with names that nobody declared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "names" / "ask.py"


def test_the_example_hides_names_and_restores_them(tmp_path: Path) -> None:
    """The provider receives pseudonyms; the app reads its names, whole and streamed."""
    done = subprocess.run(
        [sys.executable, EXAMPLE], capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path
    )
    written, received, read, streamed = (line.split(":", 1)[1].strip() for line in done.stdout.splitlines())
    assert f"You wrote: {written}" == read == streamed
    assert 2 == received.count("[PERSON_")
    assert 1 == received.count("[EMAIL_ADDRESS_")
    for name in ("Margaret", "Dunleavy", "Rajesh", "Venkataraman"):
        assert name in written
        assert name.lower() not in received.lower()
