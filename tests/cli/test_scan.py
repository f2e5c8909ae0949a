"""``privmw scan``."""

import io
import json
import sys
from pathlib import Path

import pytest

from privmw.cli import main

TEXT = "nothing here\nmail ana@example.org\ncard 4111 1111 1111 1111\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A file with two values."""
    path = tmp_path / "notes.txt"
    path.write_text(TEXT, "utf-8")
    return str(path)


def test_it_lists_places_and_never_values(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Line, column and type are told; the exit code says that something was found."""
    assert main(["scan", file, "--explain"]) == 1
    printed = capsys.readouterr().out
    assert "2:6\tEMAIL_ADDRESS" in printed
    assert "3:6\tCREDIT_CARD" in printed
    assert "checksum valid" in printed
    assert "ana@" not in printed
    assert "4111" not in printed


def test_json_has_one_object_per_match(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts read positions and scores."""
    assert main(["scan", file, "--json"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["line"], row["column"], row["entity_type"]) for row in rows] == [
        (2, 6, "EMAIL_ADDRESS"),
        (3, 6, "CREDIT_CARD"),
    ]


def test_it_redacts_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As a filter it prints the text without the values."""

    class Input:
        buffer = io.BytesIO(TEXT.encode())

    monkeypatch.setattr(sys, "stdin", Input())
    assert main(["scan", "-", "--redact"]) == 1
    assert capsys.readouterr().out == "nothing here\nmail <EMAIL_ADDRESS>\ncard <CREDIT_CARD>\n"


def test_entities_narrow_the_search(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what was asked for is found; a clean result is exit code 0."""
    assert main(["scan", file, "--entities", "KR_RRN"]) == 0
    assert "nothing found" in capsys.readouterr().err


def test_mistakes_are_exit_code_2(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file and a mistyped entity type say what to do."""
    assert main(["scan", file + ".missing"]) == 2
    assert main(["scan", file, "--entities", "EMAIL_ADRESS"]) == 2
    told = capsys.readouterr().err
    assert "Name a readable file" in told
    assert "EMAIL_ADDRESS" in told
