"""Settings come from four places in one order, and refuse what is mistyped without showing it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from privmw.errors import ConfigurationError
from privmw.settings import PrivacySettings
from privmw.types import Enforcement, PayloadMode

CANARY = "canary-9f2c"


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test starts in an empty folder with no variables of ours."""
    for name in list(os.environ):
        if name.startswith("PRIVMW_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(**values: Any) -> ConfigurationError:
    """Make settings that must be refused, and return the error."""
    with pytest.raises(ConfigurationError) as caught:
        PrivacySettings(**values)
    return caught.value


def test_defaults_protect() -> None:
    """With no file and no variable, decisions are carried out, surfaces are on and unknown hosts are denied."""
    settings = PrivacySettings()
    assert Enforcement.BLOCK is settings.enforcement
    assert settings.logs.enabled
    assert settings.sentry.enabled
    assert settings.analytics.enabled
    assert settings.ledger.enabled
    assert settings.egress.unknown_hosts == "deny"
    assert {} == settings.recipients


def test_order_of_places(empty_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments win over the environment, the environment over privmw.toml, and that over pyproject.toml."""
    (empty_place / "pyproject.toml").write_text(
        '[tool.privmw.ledger]\ndeployment = "project"\ndirectory = "project"\nqueue_limit = 1\ncheckpoint_every = 1\n'
    )
    (empty_place / "privmw.toml").write_text(
        '[ledger]\ndeployment = "file"\ndirectory = "file"\nqueue_limit = 2\n', encoding="utf-8"
    )
    monkeypatch.setenv("PRIVMW_LEDGER__DEPLOYMENT", "variable")
    monkeypatch.setenv("PRIVMW_LEDGER__DIRECTORY", "variable")
    settings = PrivacySettings(ledger={"deployment": "argument"})
    assert settings.ledger.deployment == "argument"
    assert settings.ledger.directory == "variable"
    assert settings.ledger.queue_limit == 2
    assert settings.ledger.checkpoint_every == 1


def test_sections_merge_across_places(empty_place: Path) -> None:
    """A host added by argument leaves the rest of a recipient as the file declares it."""
    (empty_place / "privmw.toml").write_text(
        '[purposes.chat]\nuse = "essential.service.ai_inference"\n'
        '[recipients.openai]\npurposes = ["chat"]\ncountries = ["US"]\npayload = "redacted"\n'
    )
    settings = PrivacySettings(recipients={"openai": {"hosts": {"127.0.0.1:9001": "US"}}})
    assert settings.recipients["openai"].purposes == ("chat",)
    assert settings.recipients["openai"].hosts == {"127.0.0.1:9001": "US"}
    assert settings.recipients["openai"].payload == {"default": PayloadMode.REDACTED}


def test_variables_carry_lists_tables_and_dynamic_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable may hold a comma list or JSON, and may name a purpose or recipient of its own."""
    monkeypatch.setenv("PRIVMW_PURPOSES__SUPPORT_REPLY__USE", "essential.service.ai_inference")
    monkeypatch.setenv("PRIVMW_RECIPIENTS__OPENAI__PURPOSES", "support_reply")
    monkeypatch.setenv("PRIVMW_RECIPIENTS__OPENAI__HOSTS", '{"127.0.0.1:9001": "US"}')
    monkeypatch.setenv("PRIVMW_EGRESS__FIRST_PARTY", "a.example, *.b.example")
    settings = PrivacySettings()
    assert settings.purposes["support_reply"].use == "essential.service.ai_inference"
    assert settings.recipients["openai"].hosts == {"127.0.0.1:9001": "US"}
    assert settings.egress.first_party == ("a.example", "*.b.example")
    assert settings.source_of("purposes", "support_reply", "use") == "PRIVMW_PURPOSES__SUPPORT_REPLY__USE"


def test_settings_cannot_be_changed() -> None:
    """Settings are frozen, and so is each section."""
    settings = PrivacySettings()
    with pytest.raises(ValueError, match="frozen"):
        settings.enforcement = Enforcement.SHADOW  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        settings.ledger.directory = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "field", "near"),
    [
        ({"enforcment": CANARY}, "enforcment", "enforcement"),
        ({"enforcement": "shadwo"}, "enforcement", "shadow"),
        ({"controller": {"contry": CANARY}}, "controller.contry", "country"),
        ({"controller": {"country": "Korea"}}, "controller.country", "KR"),
        ({"controller": {"country": "kr"}}, "controller.country", "KR"),
        ({"controller": {"regimes": ["kt"]}}, "controller.regimes.0", "kr"),
        (
            {"purposes": {"a": {"use": "essential.service.ai_inferense"}}},
            "purposes.a.use",
            "essential.service.ai_inference",
        ),
        ({"purposes": {"a": {"use": "ai_inference"}}}, "purposes.a.use", "essential.service.ai_inference"),
        ({"purposes": {"a": {"use": "essential", "legal_basis": "contrct"}}}, "purposes.a.legal_basis", "contract"),
        (
            {"recipients": {"openai": {"data_categories": ["user.contact.emial"]}}},
            "recipients.openai.data_categories.0",
            "user.contact.email",
        ),
        ({"recipients": {"openai": {"countries": ["USA"]}}}, "recipients.openai.countries.0", "US"),
        ({"recipients": {"openai": {"payload": "pseudonym"}}}, "recipients.openai.payload.default", "pseudonyms"),
        ({"recipients": {"openai": {"mechanism": {"kr": "28-8(1)8"}}}}, "recipients.openai.mechanism", "28-8(1)"),
        ({"recipients": {"openai": {"transfer_kind": "entrustmnt"}}}, "recipients.openai.transfer_kind", "entrustment"),
        ({"retention": {"a": {"period": "3 months"}}}, "retention.a.period", "P3M"),
        ({"retention": {"a": {"period": "90d"}}}, "retention.a.period", "P90D"),
        (
            {"purposes": {"chat": {"use": "essential"}}, "recipients": {"openai": {"purposes": ["chaat"]}}},
            "recipients.openai.purposes",
            "chat",
        ),
        (
            {
                "purposes": {"chat": {"use": "essential", "retention_class": "thre"}},
                "retention": {"three": {"period": "P3M"}},
            },
            "purposes.chat.retention_class",
            "three",
        ),
    ],
)
def test_mistyped_settings_name_field_and_nearest(values: dict[str, Any], field: str, near: str) -> None:
    """A wrong key, purpose, category, country, period or reference is told by its field and nearest right spelling."""
    error = refused(**values)
    assert field == error.field
    assert near in (error.remedy or "")
    assert error.source == "PrivacySettings(...)"
    assert CANARY not in f"{error!r} {error}"


@pytest.mark.parametrize(
    "values",
    [
        {"enforcement": CANARY},
        {"controller": CANARY},
        {"controller": {"country": CANARY}},
        {"purposes": {"a": {"use": CANARY}}},
        {"retention": {"a": {"period": CANARY}}},
        {"recipients": {"openai": {"hosts": [f"{CANARY} {CANARY}"]}}},
        {"recipients": {"openai": {"hosts": [CANARY, 3]}}},
        {"recipients": {"openai": {"mechanism": {"kr": CANARY}}}},
        {"recipients": {"openai": {"purposes": [CANARY]}}},
        {"redaction": {"entities": {"a": CANARY}}},
        {"redaction": {"threshold": CANARY}},
        {"ledger": {"queue_limit": CANARY}},
        {"pseudonyms": {"keys": {"a": CANARY}}},
        {"egress": {"first_party": f"{CANARY}!"}},
    ],
)
def test_errors_never_hold_the_value(values: dict[str, Any]) -> None:
    """Neither the message, the arguments nor the chained exceptions of an error hold what was written."""
    error = refused(**values)
    seen: BaseException | None = error
    while seen is not None:
        assert CANARY not in f"{seen!r} {seen} {seen.args}"
        seen = seen.__cause__ or seen.__context__


def test_all_mistakes_are_listed_at_once(empty_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run shows every mistake, each with the file or variable that holds it."""
    (empty_place / "privmw.toml").write_text('[controller]\ncountry = "Koreaa"\n[retention.a]\nperiod = "x"\n')
    monkeypatch.setenv("PRIVMW_ENFORCEMENT", CANARY)
    error = refused(ledger={"queue_limit": 0})
    places = {(one.source, one.field) for one in error.problems}
    assert {
        ("privmw.toml", "controller.country"),
        ("privmw.toml", "retention.a.period"),
        ("PRIVMW_ENFORCEMENT", "enforcement"),
        ("PrivacySettings(...)", "ledger.queue_limit"),
    } == places
    assert CANARY not in str(error)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("PRIVMW_ENFORCEMNT", "PRIVMW_ENFORCEMENT"),
        ("PRIVMW_LEDGER__QUEUE_LIMITS", "PRIVMW_LEDGER__QUEUE_LIMIT"),
        ("PRIVMW_RECIPIENTS__OPENAI__PAYLAOD", "PRIVMW_RECIPIENTS__OPENAI__PAYLOAD"),
        ("PRIVMW_CONFG", "PRIVMW_CONFIG"),
    ],
)
def test_unknown_variables_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, near: str) -> None:
    """A variable that names no setting is an error, because a protection would otherwise silently stay off."""
    monkeypatch.setenv(name, CANARY)
    error = refused()
    assert name == error.source
    assert f"Did you mean {near!r}?" == error.remedy
    assert CANARY not in str(error)


def test_broken_json_in_a_variable_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable with broken JSON is named, its text is not shown."""
    monkeypatch.setenv("PRIVMW_RECIPIENTS__OPENAI__HOSTS", '{"' + CANARY)
    error = refused()
    assert error.source == "PRIVMW_RECIPIENTS__OPENAI__HOSTS"
    assert CANARY not in str(error)


def test_broken_toml_is_told_by_line(empty_place: Path) -> None:
    """A file that is not TOML is named with line and column, without its text."""
    (empty_place / "privmw.toml").write_text(f'[controller]\nname = "{CANARY}\n')
    error = refused()
    assert error.source == "privmw.toml"
    assert "line 2" in str(error)
    assert CANARY not in str(error)


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings file that was asked for and is missing is an error, not a silent default."""
    assert "nowhere.toml" in str(refused(config_file="nowhere.toml"))
    monkeypatch.setenv("PRIVMW_CONFIG", "elsewhere.toml")
    assert "elsewhere.toml" in str(refused())


def test_a_named_file_is_read_and_is_the_root(empty_place: Path) -> None:
    """Paths of the policy start from the folder of the settings file that was named."""
    folder = empty_place / "conf"
    folder.mkdir()
    (folder / "p.toml").write_text('enforcement = "shadow"\n')
    settings = PrivacySettings(config_file=folder / "p.toml")
    assert Enforcement.SHADOW is settings.enforcement
    assert folder == settings.root


def test_secrets_do_not_show() -> None:
    """Keys and connection strings stay out of the settings' own text."""
    settings = PrivacySettings(pseudonyms={"keys": [CANARY]}, ledger={"postgres_dsn": CANARY})
    assert CANARY not in f"{settings!r} {settings}"
    assert CANARY == settings.pseudonyms.keys[0].get_secret_value()


def test_vocabulary_needs_no_pydantic() -> None:
    """Reading keys, countries and decisions' modules does not load pydantic, so that start-up stays light."""
    code = (
        "import sys, privmw.policy.decision, privmw.settings.vocabulary;"
        "assert 'pydantic' not in sys.modules and 'fideslang' not in sys.modules"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "" == finished.stderr
