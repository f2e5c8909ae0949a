"""Data flows one way."""

from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "privmw"


def test_no_source_file_is_longer_than_four_hundred_lines() -> None:
    """One idea per file: a longer one wants to be split by concept."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in SOURCE.rglob("*.py")}
    assert [str(path.relative_to(SOURCE)) for path, length in lengths.items() if length > 400] == []
