"""docs/redaction.md is run: what it says a redactor returns is what one returns."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from privmw.cli import main
from privmw.redaction.configured import configured_redactor
from privmw.redaction.limits import LIMITED
from privmw.redaction.profiles import PROFILES
from privmw.redaction.recognizers import registry
from privmw.redaction.redactor import Redactor
from privmw.runtime import Runtime
from privmw.settings import PrivacySettings
from privmw.settings.redaction import PROFILE_NAMES

DOCUMENT = (Path(__file__).parents[2] / "docs" / "redaction.md").read_text("utf-8")
BLOCKS = [(kind, body) for kind, body in re.findall(r"```(\w+)\n(.*?)```", DOCUMENT, re.DOTALL)]


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test starts in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(kind: str) -> list[str]:
    """The blocks of one language, those of a package's files left out."""
    return [body for found, body in BLOCKS if found == kind and not body.startswith("# ")]


def file(name: str) -> str:
    """The block that shows a file."""
    return "".join(body for _, body in BLOCKS if body.startswith(f"# {name}"))


def test_every_block_is_of_a_kind_that_is_run() -> None:
    """A block in another language would not be tested."""
    assert {"python", "toml", "sh", "text"} == {kind for kind, _ in BLOCKS}


def test_python() -> None:
    """The blocks run in order; what stands behind an expression is its value."""
    names: dict[str, Any] = {}
    compared = 0
    for body in blocks("python"):
        lines = body.splitlines()
        for node in ast.parse(body).body:
            source = ast.unparse(node)
            told = lines[(node.end_lineno or 1) - 1][node.end_col_offset or 0 :].strip()
            if isinstance(node, ast.Expr) and told.startswith("# "):
                assert told[2:] == repr(eval(source, names)), source
                compared += 1
            else:
                exec(source, names)
    assert compared >= 18


def redactor_of(body: str, profile: str) -> Redactor:
    """The redactor that a block of settings gives; the app starts with it."""
    Path("privmw.toml").write_text(body, "utf-8")
    Runtime(PrivacySettings(ledger={"enabled": False}))
    return configured_redactor(PrivacySettings(), profile)


def test_settings_of_profiles() -> None:
    """The profiles' block does what its comments say."""
    body = next(one for one in blocks("toml") if "profiles.logs" in one)
    logs, analytics = redactor_of(body, "logs"), redactor_of(body, "analytics")
    text = "support@example.com, 10.1.2.3, ana@example.org"
    assert "support@example.com, 10.1.2.3, ****example.org" == logs.text(text)
    assert "<IP_ADDRESS>" in analytics.text(text)
    assert "URL" in analytics.entity_types - logs.entity_types
    assert (0.7, 100_000) == (logs.profile.threshold, logs.limits.bytes)
    assert "card " == analytics.text("card 4111 1111 1111 1111")


def test_recognizers_of_the_settings() -> None:
    """The recognizers' block does what its comments say."""
    body = next(one for one in blocks("toml") if "recognizers.badge" in one)
    redactor = redactor_of(body, "default")
    assert "<TICKET>, 123456, badge <BADGE>" == redactor.text("TCK-123456, 123456, badge 123456")
    assert {"사번": "<BADGE>", "no": "123456"} == redactor.value({"사번": "123456", "no": "123456"})
    assert [1.0, 0.6] == [redactor.find(text)[0].score for text in ("M-12345674", "M-12345678")]


def test_settings_of_limits() -> None:
    """The limits' block works, and the table names all of them."""
    redactor = redactor_of(next(one for one in blocks("toml") if "[redaction.limits]" in one), "default")
    assert LIMITED == redactor.text("a@b.co, c@b.co, d@b.co")
    assert 1000 == redactor.limits.items
    for name in ("max_bytes", "max_depth", "max_items", "max_matches", "max_seconds"):
        assert f"| `{name}` |" in DOCUMENT


def test_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with these two files is found by its entry point."""
    (tmp_path / "acme_recognizers.py").write_text(file("acme_recognizers.py"), "utf-8")
    ((group, points),) = tomllib.loads(file("pyproject.toml"))["project"]["entry-points"].items()
    monkeypatch.syspath_prepend(str(tmp_path))
    listed = [EntryPoint(name, value, group) for name, value in points.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: [point for point in listed if point.group == group])
    try:
        registry.installed_recognizers.cache_clear()
        registry.all_recognizers.cache_clear()
        redactor = Redactor(entities=["ACME_CONTRACT", "EMAIL_ADDRESS"])
        assert "<ACME_CONTRACT>, AC1234561" == redactor.text("AC1234560, AC1234561")
    finally:
        sys.modules.pop("acme_recognizers", None)
        registry.installed_recognizers.cache_clear()
        registry.all_recognizers.cache_clear()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``privmw scan --explain`` prints what the page shows."""
    (tmp_path / "notes.txt").write_text("mail ana@example.org\ncard 4111 1111 1111 1111\n", "utf-8")
    (command,), (printed,) = blocks("sh"), blocks("text")
    assert 1 == main(command.split()[1:])
    assert printed == capsys.readouterr().out


def test_the_table_of_profiles() -> None:
    """Thresholds and limits of the table are those of the profiles, which the settings know by the same names."""
    assert PROFILE_NAMES == tuple(PROFILES)
    for name, profile in PROFILES.items():
        row = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"| {profile.threshold} |" in row
        told = [f"{profile.limits.bytes:,} characters", f"{profile.limits.depth} levels", f"{profile.limits.time:g} s"]
        standard = PROFILES["default"].limits
        usual = [f"{standard.bytes:,} characters", f"{standard.depth} levels", f"{standard.time:g} s"]
        for mine, default in zip(told, usual, strict=True):
            assert mine in row or (mine == default and name != "default"), mine
    bare = [item for item in registry.builtin_recognizers() if item.default and not item.needs_context]
    assert not [item.name for item in bare if 0.4 <= item.score < 0.5], "then ai finds more, and the page must say so"
