"""``[redaction]``, its profiles, and ``[recognizers.KEY]``: what each setting changes, and how a mistake is answered."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from privmw.cli import main
from privmw.errors import ConfigurationError, RedactionError
from privmw.redaction.configured import configured_redactor
from privmw.redaction.limits import LIMITED
from privmw.redaction.redactor import Redactor
from privmw.runtime import Runtime
from privmw.settings import PrivacySettings

MAIL = "mail ana@example.org"
CARD = "card 4111 1111 1111 1111"


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test starts in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def redactor_of(text: str, profile: str) -> Redactor:
    """The redactor that a settings file asks for."""
    Path("privmw.toml").write_text(text, "utf-8")
    return configured_redactor(PrivacySettings(), profile)


def refused(text: str) -> ConfigurationError:
    """How a settings file is refused when the app starts."""
    Path("privmw.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        Runtime(PrivacySettings(ledger={"enabled": False}))
    return caught.value


def test_a_profiles_section_changes_that_profile_alone() -> None:
    """Entity set, operators and allow-list of one profile leave the others as they are."""
    text = """
    [redaction]
    allow_list = ["ops@example.org"]
    operators = { CREDIT_CARD = "redact" }
    [redaction.profiles.logs]
    entities = ["EMAIL_ADDRESS", "CREDIT_CARD"]
    allow_list = ["ana@example.org"]
    [redaction.profiles.logs.operators]
    CREDIT_CARD = { name = "mask", params = { chars_to_mask = 15 } }
    """
    logs, errors = redactor_of(text, "logs"), redactor_of(text, "errors")
    assert {"EMAIL_ADDRESS", "CREDIT_CARD"} == logs.entity_types
    assert MAIL == logs.text(MAIL)
    assert "mail <EMAIL_ADDRESS>" == errors.text(MAIL)
    assert "card ***************1111" == logs.text(CARD)
    assert "card " == errors.text(CARD)
    assert "to ops@example.org" == logs.text("to ops@example.org") == errors.text("to ops@example.org")


def test_a_profile_wins_over_what_all_share() -> None:
    """What both say is taken from the profile, setting by setting; limits one by one."""
    text = """
    [redaction]
    threshold = 0.9
    entities = ["EMAIL_ADDRESS"]
    limits = { max_bytes = 40, max_matches = 1 }
    [redaction.profiles.ai]
    threshold = 0.3
    limits = { max_matches = 5 }
    """
    prompts, logs = redactor_of(text, "ai"), redactor_of(text, "logs")
    assert (0.3, 0.9) == (prompts.profile.threshold, logs.profile.threshold)
    assert (40, 5) == (prompts.limits.bytes, prompts.limits.matches)
    assert (40, 1) == (logs.limits.bytes, logs.limits.matches)
    assert LIMITED == logs.text("a@example.org, b@example.org")
    assert "<EMAIL_ADDRESS>, <EMAIL_ADDRESS>" == prompts.text("a@example.org, b@example.org")
    assert logs.limits.time == Redactor(profile="logs").limits.time


def test_types_are_added_and_taken_out() -> None:
    """``also`` and ``without`` change the set that there is."""
    text = """
    [redaction]
    without = ["EMAIL_ADDRESS"]
    [redaction.profiles.analytics]
    also = ["URL"]
    without = ["IP_ADDRESS"]
    """
    analytics, errors = redactor_of(text, "analytics"), redactor_of(text, "errors")
    assert "URL" in analytics.entity_types
    assert "URL" not in errors.entity_types
    assert not {"EMAIL_ADDRESS", "IP_ADDRESS"} & analytics.entity_types
    assert "IP_ADDRESS" in errors.entity_types
    assert "EMAIL_ADDRESS" not in errors.entity_types


def test_base64_is_looked_into_where_it_is_asked_for() -> None:
    """For one profile, or for all."""
    hidden = base64.b64encode(MAIL.encode()).decode()
    logs = redactor_of("[redaction.profiles.logs]\nbase64 = true", "logs")
    assert "<EMAIL_ADDRESS>" == logs.text(hidden)
    assert hidden == redactor_of("[redaction.profiles.logs]\nbase64 = true", "errors").text(hidden)
    assert "<EMAIL_ADDRESS>" == redactor_of("[redaction]\nbase64 = true", "errors").text(hidden)
    off = "[redaction]\nbase64 = true\n[redaction.profiles.logs]\nbase64 = false"
    assert hidden == redactor_of(off, "logs").text(hidden)


def test_more_containers_than_allowed_are_replaced_unread() -> None:
    """``max_items`` bounds the containers of a value; those behind that point are replaced, or the value is refused."""
    redactor = redactor_of("[redaction.limits]\nmax_items = 3", "errors")
    assert 3 == redactor.limits.items
    assert [["a"], ["b"], LIMITED, LIMITED] == redactor.value([["a"], ["b"], ["c"], {"d": "e"}])
    assert 2 == redactor.failures["limit"]
    with pytest.raises(RedactionError) as caught:
        redactor.transform([["a"], ["b"], ["c"]], lambda entity, original: entity)
    assert "items" == caught.value.limit


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("[redaction.profiles.log]\nthreshold = 0.5", "redaction.profiles", "Did you mean 'logs'?"),
        ("[redaction.profiles.logs]\ntreshold = 0.5", "redaction.profiles.logs.treshold", "'threshold'"),
        ("[redaction.profiles.logs]\nthreshold = 5", "redaction.profiles.logs.threshold", "less than equal 1"),
        ('[redaction.profiles.ai]\nentities = ["EMAIL_ADRESS"]', "redaction.profiles.ai.entities", "EMAIL_ADDRESS?"),
        ('[redaction]\nentities = ["EMAIL_ADRESS"]', "redaction.entities", "EMAIL_ADDRESS?"),
        ('[redaction]\nwithout = ["EMAIL_ADRESS"]', "redaction.without", "EMAIL_ADDRESS?"),
        ('[redaction.profiles.ai]\nalso = ["URLS"]', "redaction.profiles.ai.also", "URL?"),
        ('[redaction.operators]\nEMAIL_ADRESS = "mask"', "redaction.operators.EMAIL_ADRESS", "'EMAIL_ADDRESS'?"),
        ('[redaction.operators]\nEMAIL_ADDRESS = "maks"', "redaction.operators.EMAIL_ADDRESS", "Did you mean mask?"),
        (
            '[redaction.profiles.logs.operators]\nEMAIL_ADDRESS = "maks"',
            "redaction.profiles.logs.operators.EMAIL_ADDRESS",
            "Did you mean mask?",
        ),
        (
            "[redaction.profiles.logs.limits]\nmax_depth = 900",
            "redaction.profiles.logs.limits.max_depth",
            "up to 250",
        ),
        ("[redaction.limits]\nmax_depth = 900", "redaction.limits.max_depth", "up to 250"),
        (
            '[recognizers.badge]\nentity_type = "BADGE"\nregex = "B[0-9]+"\nchecksum_policy = "boosts"',
            "recognizers.badge.checksum_policy",
            "Name a checksum",
        ),
        (
            '[recognizers.badge]\nentity_type = "BADGE"\nregex = "B[0-9]+"\nchecksum = "luhn"\nchecksum_policy = "bost"',
            "recognizers.badge.checksum_policy",
            "'boosts'",
        ),
        ('[recognizers.badge]\nentity_type = "Badge 1"\nregex = "B[0-9]+"', "recognizers.badge.entity_type", "BADGE"),
        ('[recognizers.badge]\nentity_type = "BADGE"\nregex = "B[0-9"', "recognizers.badge.regex", "stdlib re"),
        ('[logs]\nprofile = "log"', "logs.profile", "logs"),
    ],
)
def test_a_mistake_stops_the_start_with_its_file_and_field(text: str, field: str, message: str) -> None:
    """The error names the file, the setting and what may be written instead."""
    error = refused(text)
    assert ("privmw.toml", field) == (error.source, error.field)
    assert message in str(error)


def test_what_a_failed_checksum_means_is_settable() -> None:
    """``required`` drops the match, ``boosts`` keeps it at its base score."""
    badge = (
        '[recognizers.badge]\nentity_type = "BADGE"\nregex = "B-(?P<value>[0-9]{6})"\nchecksum = "luhn"\nscore = 0.55\n'
    )
    valid, wrong = "B-123455", "B-123456"
    required, boosts = redactor_of(badge, "default"), redactor_of(badge + 'checksum_policy = "boosts"', "default")
    assert [[1.0], []] == [[match.score for match in required.find(text)] for text in (valid, wrong)]
    assert [[1.0], [0.55]] == [[match.score for match in boosts.find(text)] for text in (valid, wrong)]


def test_variables_set_a_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entity types in the names of variables are found again, whatever their case."""
    settings: dict[str, Any] = {
        "PRIVMW_REDACTION__PROFILES__LOGS__THRESHOLD": "0.8",
        "PRIVMW_REDACTION__PROFILES__LOGS__OPERATORS__EMAIL_ADDRESS": "redact",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    logs = configured_redactor(PrivacySettings(), "logs")
    assert 0.8 == logs.profile.threshold
    assert "mail " == logs.text(MAIL)


def test_the_profiles_differ() -> None:
    """Each profile has what its surface needs: certainty for logs, street addresses for analytics, time for prompts."""
    logs, errors, analytics, prompts = (Redactor(profile=name) for name in ("logs", "errors", "analytics", "ai"))
    vague = "passport of our guest 463748047"
    assert [vague, "passport of our guest <US_PASSPORT>"] == [logs.text(vague), errors.text(vague)]
    street = "ship to 12 Main Street, Springfield"
    assert street == errors.text(street)
    assert street != analytics.text(street)
    assert logs.limits.time < errors.limits.time < prompts.limits.time
    assert logs.limits.bytes < prompts.limits.bytes
    versions = {logs.version, errors.version, analytics.version, prompts.version}
    assert 4 == len(versions)


def test_scan_uses_the_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``privmw scan`` finds what the app would: own recognizers and profiles of privmw.toml included."""
    Path("privmw.toml").write_text(
        '[recognizers.ticket]\nentity_type = "TICKET"\nregex = "TCK-[0-9]{6}"\n'
        '[redaction.profiles.logs]\nwithout = ["EMAIL_ADDRESS"]\n',
        "utf-8",
    )
    (tmp_path / "notes.txt").write_text(f"TCK-123456\n{MAIL}\n", "utf-8")
    assert 1 == main(["scan", "notes.txt", "--profile", "logs", "--explain"])
    printed = capsys.readouterr().out
    assert "1:1\tTICKET" in printed
    assert "recognizer settings_ticket" in printed
    assert "EMAIL" not in printed
    assert 1 == main(["scan", "notes.txt", "--entities", "EMAIL_ADDRESS"])
    assert "2:6\tEMAIL_ADDRESS" in capsys.readouterr().out
    (tmp_path / "other.toml").write_text('[redaction]\nwithout = ["EMAIL_ADDRESS"]\n', "utf-8")
    assert 0 == main(["scan", "notes.txt", "--config", "other.toml"])
