"""The lint finds by itself what is wrong with two published policies, and nothing in a sound one."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from privmw.policy.lint import Finding, Severity, lint
from privmw.policy.lint.wording import vague_words
from privmw.policy.register import Register
from privmw.settings import PrivacySettings

ROOT = Path(__file__).parents[2]
FIRST = lint(Register.from_settings(PrivacySettings(config_file=ROOT / "examples" / "craisee" / "privmw.toml")))
SECOND = lint(Register.from_settings(PrivacySettings(config_file=ROOT / "tests" / "registers" / "upflux.toml")))


def fields(findings: tuple[Finding, ...], code: str) -> set[str]:
    """Where a code was found."""
    return {finding.field for finding in findings if finding.code == code}


@pytest.mark.parametrize(
    ("contradiction", "code", "expected"),
    [
        (
            "consent in one clause, opt-out in another",
            "basis.consent_and_opt_out",
            {"purposes.product_analytics.opt_out"},
        ),
        ("the list of providers ends in etc.", "notice.recipient_open_ended", {"groups.ai_inference.stated.recipient"}),
        ("no country per provider", "country.depends_on_settings", {"groups.ai_inference.stated.country"}),
        (
            "contacts promised, only policy pages given",
            "notice.contact_missing",
            {"recipients.openai.contact", "recipients.vercel.contact", "recipients.deepinfra.contact"},
        ),
        ("no class for the transfer record", "retention.transfer_record_missing", {"retention"}),
        ("access logs of users only, not of staff", "retention.operator_access_missing", {"retention"}),
        (
            "backups of 7 days, destroyed without delay",
            "retention.backups_outlive_deletion",
            {"recipients.mongodb_atlas.backups"},
        ),
        (
            "in principle not stored",
            "storage.on_by_default",
            {
                "recipients.fal.storage",
                "recipients.fireworks.storage",
                "recipients.openai.storage",
                "recipients.xai.storage",
                "recipients.elevenlabs.storage",
                "recipients.replicate.storage",
            },
        ),
        ("in principle not stored, in words", "storage.stated_vaguely", {"groups.ai_inference.stated.storage"}),
        ("quality improvement on pseudonyms", "pseudonymisation.purpose", {"purposes.quality_improvement.use"}),
        (
            "country depending on settings",
            "country.depends_on_settings",
            {
                "recipients.aws_s3.stated.country",
                "recipients.sentry.stated.country",
                "recipients.posthog.stated.country",
                "recipients.cloudinary.stated.country",
            },
        ),
        (
            "retention according to settings",
            "retention.vague",
            {
                "recipients.sentry.stated.retention",
                "recipients.posthog.stated.retention",
                "groups.ai_inference.stated.retention",
            },
        ),
        (
            "no period at all",
            "notice.retention_missing",
            {"recipients.sentry.retention", "recipients.posthog.retention"},
        ),
    ],
)
def test_contradictions_of_the_first_policy(contradiction: str, code: str, expected: set[str]) -> None:
    """Each contradiction that a reader of the first policy listed is found, with the setting that holds it."""
    assert expected <= fields(FIRST, code), contradiction


def test_providers_that_no_request_can_stop_from_storing_are_errors() -> None:
    """Where a switch exists the promise can be kept (warning), where none exists it is broken (error)."""
    severity = {one.field.split(".")[1]: one.severity for one in FIRST if one.code == "storage.on_by_default"}
    assert {"xai", "elevenlabs", "replicate"} == {key for key, one in severity.items() if one is Severity.ERROR}
    assert {"openai", "azure", "fireworks", "fal"} == {key for key, one in severity.items() if one is Severity.WARNING}


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("text.unresolved_bracket", "retention.account.stated"),
        ("text.unresolved_bracket", "policy.stated.country"),
        ("retention.vague", "retention.usage_logs.stated"),
        ("retention.vague", "retention.support.stated"),
        ("retention.vague", "retention.financial.stated"),
        ("notice.recipient_open_ended", "groups.providers.stated.recipient"),
        ("country.depends_on_settings", "policy.stated.country"),
        ("country.depends_on_settings", "groups.providers.stated.country"),
        ("notice.refusal_missing", "recipients.openai.refusal.how"),
        ("notice.method_missing", "recipients.openai.timing"),
        ("pseudonymisation.purpose", "purposes.improvement.use"),
        ("policy.file_missing", "policy.file"),
    ],
)
def test_contradictions_of_the_second_policy(code: str, field: str) -> None:
    """Drafting brackets, "a few months", "e.g. 7 years" and what its notices lack are found."""
    assert field in fields(SECOND, code)


SOUND: dict[str, Any] = {
    "controller": {"name": "A", "country": "KR", "contact": "a@example.org"},
    "policy": {"id": "p", "version": "1", "timing": "TLS, at the time of use", "destruction": "without_delay"},
    "purposes": {
        "chat": {"use": "essential.service.ai_inference", "legal_basis": "contract", "retention_class": "payload"}
    },
    "recipients": {
        "groq": {
            "purposes": ["chat"],
            "data_categories": ["user.content.private"],
            "countries": ["US"],
            "contact": "privacy@groq.example",
            "contract_ref": "DPA 1",
            "retention": "PT0S",
            "mechanism": {"kr": "28-8(1)3"},
            "refusal": {"how": "Settings", "effect": "No chat"},
        }
    },
    "retention": {
        "record": {"period": "P5Y", "covers": ["transfer_record"]},
        "payload": {"period": "P3M", "covers": ["transfer_payload"]},
        "staff": {"period": "P2Y", "covers": ["operator_access"]},
    },
}


def linted(tmp_path: Path, change: dict[str, Any] | None = None) -> tuple[Finding, ...]:
    """Findings of the sound settings with sections merged over."""
    values = deepcopy(SOUND)
    for section, content in (change or {}).items():
        if isinstance(content, dict):
            for key, value in content.items():
                old = values.setdefault(section, {}).get(key)
                values[section][key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        else:
            values[section] = content
    (tmp_path / "policy.md").write_text("A policy.")
    (tmp_path / "p.toml").write_text('[policy]\nfile = "policy.md"\n')
    return lint(Register.from_settings(PrivacySettings(config_file=tmp_path / "p.toml", **values)))


def test_a_sound_policy_has_no_findings(tmp_path: Path) -> None:
    """The lint has nothing to say of a register that is whole."""
    assert () == linted(tmp_path)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"controller": {"name": None}}, "controller.name_missing"),
        ({"controller": {"contact": None}}, "controller.contact_missing"),
        ({"policy": {"version": None}}, "policy.version_missing"),
        ({"policy": {"timing": None}}, "notice.method_missing"),
        ({"recipients": {"groq": {"data_categories": []}}}, "notice.items_missing"),
        ({"recipients": {"groq": {"countries": []}}}, "notice.country_missing"),
        ({"recipients": {"groq": {"contact": ""}}}, "notice.contact_missing"),
        ({"recipients": {"groq": {"retention": None}}}, "notice.retention_missing"),
        ({"recipients": {"groq": {"refusal": {"how": "", "effect": "x"}}}}, "notice.refusal_missing"),
        ({"recipients": {"groq": {"refusal": {"how": "x", "effect": ""}}}}, "notice.effect_missing"),
        ({"recipients": {"groq": {"mechanism": {}}}}, "mechanism.missing"),
        ({"recipients": {"groq": {"contract_ref": None}}}, "contract.missing"),
        ({"recipients": {"groq": {"transfer_kind": "provision"}}}, "provision.ground_missing"),
        ({"recipients": {"groq": {"purposes": []}}}, "recipient.no_purpose"),
        ({"recipients": {"groq": {"purposes": []}}}, "purpose.no_recipient"),
        ({"recipients": {"groq": {"countries": None}}}, "country.from_catalogue"),
        ({"recipients": {"groq": {"countries": ["US", "EU"]}}}, "country.depends_on_settings"),
        ({"recipients": {"groq": {"retention": "P1Y"}}}, "retention.mismatch"),
        ({"recipients": {"groq": {"backups": "P7D"}}}, "retention.backups_outlive_deletion"),
        ({"recipients": {"mine": {"hosts": ["m.example"], "purposes": ["chat"]}}}, "notice.name_missing"),
        ({"retention": {"record": {"covers": []}}}, "retention.transfer_record_missing"),
        ({"retention": {"staff": {"covers": []}}}, "retention.operator_access_missing"),
        ({"retention": {"staff": {"period": "P3M"}}}, "retention.operator_access_short"),
        ({"retention": {"record": {"period": None}}}, "retention.no_period"),
        ({"purposes": {"chat": {"use": "marketing.advertising"}}}, "basis.consent_expected"),
        ({"purposes": {"chat": {"legal_basis": "consent", "opt_out": True}}}, "basis.consent_and_opt_out"),
        ({"enforcement": "shadow", "suspended": {"countries": ["FR"]}}, "suspended.in_shadow"),
        ({"recipients": {"groq": {"stated": {"items": "prompts and so on"}}}}, "notice.items_open_ended"),
        ({"recipients": {"groq": {"stated": {"contact": "as needed"}}}}, "notice.contact_open_ended"),
        ({"recipients": {"groq": {"stated": {"recipient": "Groq 등"}}}}, "notice.recipient_open_ended"),
    ],
)
def test_one_change_one_finding(change: dict[str, Any], code: str, tmp_path: Path) -> None:
    """Taking one thing from a sound policy yields the finding that names it."""
    found = linted(tmp_path, change)
    assert code in {finding.code for finding in found}
    assert all(finding.what and finding.field and finding.remedy for finding in found)


def test_default_period_against_the_stated_one(tmp_path: Path) -> None:
    """A stated week where the provider keeps 30 days is a contradiction, unless an agreement is named."""
    xai = {**SOUND["recipients"]["groq"], "retention": "P7D"}
    assert "retention.mismatch" in {one.code for one in linted(tmp_path, {"recipients": {"xai": xai}})}
    agreed = {**xai, "storage_evidence": "agreement of 2026-01-02"}
    assert "retention.mismatch" not in {one.code for one in linted(tmp_path, {"recipients": {"xai": agreed}})}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OpenAI, Anthropic, etc.", ("etc",)),
        ("depending on settings", ("depending on",)),
        ("a few months", ("a few",)),
        ("e.g. 7 years", ("e.g",)),
        ("according to organization settings", ("according to organization settings",)),
        ("five years", ()),
        ("Seoul", ()),
        ("the etching shop", ()),
    ],
)
def test_vague_words(text: str, expected: tuple[str, ...]) -> None:
    """Words that leave something open are found as whole words, clear ones are left alone."""
    assert expected == vague_words(text)


def test_order_of_findings() -> None:
    """Errors come before warnings, and nothing comes twice."""
    severities = [finding.severity for finding in FIRST]
    assert sorted(severities, key=lambda one: one is not Severity.ERROR) == severities
    assert len(set(FIRST)) == len(FIRST)
