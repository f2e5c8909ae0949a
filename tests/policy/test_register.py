"""Settings become a register; what cannot is told by its place."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from privmw.errors import ConfigurationError
from privmw.policy.register import Register
from privmw.settings import PrivacySettings
from privmw.types import PayloadMode, TransferKind

ROOT = Path(__file__).parents[2]
CRAISEE = ROOT / "examples" / "craisee" / "privmw.toml"
UPFLUX = ROOT / "tests" / "registers" / "upflux.toml"


def build(**values: Any) -> Register:
    """A register from arguments alone."""
    return Register.from_settings(PrivacySettings(**values))


def test_first_register_loads_whole() -> None:
    """The first published policy: 25 recipients, 15 of them AI, each with purpose, category, country and ground."""
    register = Register.from_settings(PrivacySettings(config_file=CRAISEE))
    assert len(register.recipients) == 25
    assert sum(item.ai for item in register.recipients.values()) == 15
    assert {} == register.known
    for item in register.recipients.values():
        assert item.purposes, item.key
        assert item.data_categories, item.key
        assert item.countries, item.key
        assert item.mechanism, item.key
        assert item.legal_name, item.key
    assert len(register.groups["ai_inference"].recipients) == 15
    assert (ROOT / "examples" / "craisee" / "policy.md").read_bytes()
    digest = hashlib.sha256((ROOT / "examples" / "craisee" / "policy.md").read_bytes()).hexdigest()
    assert digest == register.policy.sha256


def test_second_register_loads_whole() -> None:
    """The second published policy: two regimes, a processor without a catalogue entry, prospects as data subjects."""
    register = Register.from_settings(PrivacySettings(config_file=UPFLUX))
    assert register.controller.regimes == ("kr", "eu")
    assert register.purposes["prospecting"].data_subjects == ("prospect",)
    assert not register.recipients["mailer"].catalogued
    assert {"prospecting", "improvement"} == register.recipients["openai"].purposes


def test_settings_merge_over_the_catalogue() -> None:
    """Hosts add up, what is declared wins, and what is not comes from the catalogue."""
    chat = {"chat": {"use": "essential.service.ai_inference"}}
    openai = build(
        purposes=chat,
        recipients={"openai": {"purposes": ["chat"], "hosts": {"proxy.example": "KR"}, "legal_name": "OpenAI Ireland"}},
    ).recipients["openai"]
    assert openai.legal_name == "OpenAI Ireland"
    assert openai.policy_url == "https://openai.com/policies/privacy-policy/"
    assert openai.countries == ("US",)
    assert not openai.countries_declared
    assert openai.payload == {"default": PayloadMode.PSEUDONYMS}
    assert TransferKind.ENTRUSTMENT is openai.transfer_kind
    assert {"api.openai.com", "proxy.example"} <= {rule.pattern for rule in openai.hosts}


def test_declared_hosts_beat_the_catalogues() -> None:
    """A host that settings pin to a country has it, with the settings as evidence."""
    register = build(recipients={"azure": {"hosts": {"acme.openai.azure.com": "KR"}}})
    found = register.destination("acme.openai.azure.com")
    assert found is not None
    assert ("KR", "config") == (found.country, found.evidence)


def test_purpose_rules_name_uses_and_denials_win() -> None:
    """A data use names every purpose under it; what is denied stays denied, however it is allowed."""
    purposes = {
        "chat": {"use": "essential.service.ai_inference"},
        "login": {"use": "essential.service.authentication"},
        "ads": {"use": "marketing.advertising"},
    }
    recipients = {
        "a": {"hosts": ["a.example"], "purposes": ["essential.service"]},
        "b": {"hosts": ["b.example"], "purposes": ["essential", "login"], "deny_purposes": ["login"]},
        "c": {"hosts": ["c.example"], "purposes": ["chat"], "deny_purposes": ["essential"]},
        "d": {"hosts": ["d.example"], "fixed_purpose": "ads"},
    }
    register = build(purposes=purposes, recipients=recipients)
    assert [{"chat", "login"}, {"chat"}, set(), {"ads"}] == [set(register.recipients[key].purposes) for key in "abcd"]
    assert {"chat", "login"} == register.purposes_under("essential")
    assert register.uses_under("marketing")
    assert not register.uses_under("analytics")


@pytest.mark.parametrize(
    ("values", "field", "remedy"),
    [
        ({"recipients": {"opnai": {"purposes": []}}}, "recipients.opnai", "Did you mean 'openai'?"),
        ({"recipients": {"my_own_thing": {}}}, "recipients.my_own_thing", 'Add hosts = ["api.example.com"].'),
        ({"suspended": {"recipients": ["anthopic"]}}, "suspended.recipients", "Did you mean 'anthropic'?"),
        ({"policy": {"file": "nowhere.md"}}, "policy.file", "Name the published text, relative to the settings file."),
    ],
)
def test_wrong_registers_are_refused(values: dict[str, Any], field: str, remedy: str) -> None:
    """An unknown recipient, a kill switch for nobody and a missing policy are errors with place and remedy."""
    with pytest.raises(ConfigurationError) as caught:
        build(**values)
    assert (field, remedy) == (caught.value.field, caught.value.remedy)


def test_one_byte_of_the_policy_changes_its_digest(tmp_path: Path) -> None:
    """The digest is that of the file's bytes, found beside the settings file."""
    (tmp_path / "p.toml").write_text('[policy]\nfile = "policy.md"\n')
    digests = set()
    for text in (b"We keep nothing.", b"We keep nothing!"):
        (tmp_path / "policy.md").write_bytes(text)
        digest = Register.from_settings(PrivacySettings(config_file=tmp_path / "p.toml")).policy.sha256
        assert hashlib.sha256(text).hexdigest() == digest
        digests.add(digest)
    assert len(digests) == 2
