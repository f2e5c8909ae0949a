"""What all command line tests need."""

import pytest


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as they need to be, whatever terminal the tests run in."""
    monkeypatch.setenv("COLUMNS", "200")
