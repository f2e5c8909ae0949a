"""``[ner]``: what may be set, and what a mistake is answered with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from privmw.errors import ConfigurationError
from privmw.redaction.configured import configured_tier
from privmw.settings import PrivacySettings


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test starts in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("section", "field", "message"),
    [
        ({"enabled": "perhaps"}, "ner.enabled", "'auto', true or false"),
        ({"overload": "blok"}, "ner.overload", "'block'"),
        ({"overload": "ignore"}, "ner.overload", "'core_only'"),
        ({"entities": ["PERSONS"]}, "ner.entities", "'PERSON'"),
        ({"entities": []}, "ner.entities", "enabled = false"),
        ({"workers": 0}, "ner.workers", "greater than equal 1"),
        ({"queue": 0}, "ner.queue", "greater than equal 1"),
        ({"timeout": 0}, "ner.timeout", "greater than 0"),
        ({"threshold": 2}, "ner.threshold", "less than equal 1"),
        ({"model": ""}, "ner.model", ""),
        ({"modle": "x"}, "ner.modle", "'model'"),
    ],
)
def test_a_mistake_names_its_field_and_what_to_write(section: dict[str, Any], field: str, message: str) -> None:
    """A wrong setting is refused with its field, and with what it may be."""
    with pytest.raises(ConfigurationError) as caught:
        PrivacySettings(ner=section)
    assert (caught.value.field or "").startswith(field)
    assert message in str(caught.value)


@pytest.mark.parametrize(("text", "expected"), [("auto", "auto"), ("true", True), ("0", False)])
def test_variables_switch_the_tier(text: str, expected: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """``PRIVMW_NER__ENABLED`` takes words, and lists of entities are written with commas."""
    monkeypatch.setenv("PRIVMW_NER__ENABLED", text)
    monkeypatch.setenv("PRIVMW_NER__ENTITIES", "PERSON, LOCATION")
    settings = PrivacySettings()
    assert expected == settings.ner.enabled
    assert ("PERSON", "LOCATION") == settings.ner.entities


def test_auto_means_where_the_model_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed, the tier is on by default; with a library missing it is off, unless it was asked for."""
    assert configured_tier(PrivacySettings()) is not None
    assert configured_tier(PrivacySettings(ner={"enabled": False})) is None
    monkeypatch.setattr("privmw.redaction.configured.find_spec", lambda name: None if name == "tokenizers" else name)
    assert configured_tier(PrivacySettings()) is None
    assert configured_tier(PrivacySettings(ner={"enabled": True})) is not None


def test_options_reach_the_tier(empty_place: Path) -> None:
    """What the section says is what the tier does; a folder is one beside the settings file."""
    section = 'model = "models/own"\nentities = ["PERSON"]\nworkers = 2\nqueue = 3\ntimeout = 0.5\noverload = "wait"\n'
    (empty_place / "privmw.toml").write_text("[ner]\nenabled = true\n" + section)
    tier = configured_tier(PrivacySettings())
    assert tier is not None
    options = tier.options
    assert str(empty_place / "models/own") == options.model
    assert (frozenset({"PERSON"}), 2, 3, 0.5, "wait") == (
        options.entities,
        options.workers,
        options.queue,
        options.timeout,
        options.overload,
    )
    with pytest.raises(ConfigurationError, match=r"ner\.model"):
        tier.load()
