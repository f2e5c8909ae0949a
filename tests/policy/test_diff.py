"""What changed between two versions of a policy, and whether people must be told."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from privmw.policy.diff import differences, snapshot
from privmw.policy.register import Register
from privmw.settings import PrivacySettings

OLD: dict[str, Any] = {
    "controller": {"name": "A", "country": "KR", "contact": "a@example.org"},
    "purposes": {"chat": {"use": "essential.service.ai_inference", "legal_basis": "contract"}},
    "recipients": {
        "openai": {"purposes": ["chat"], "countries": ["US", "EU"], "data_categories": ["user.content"], "contact": "x"}
    },
    "retention": {"short": {"period": "P3M"}},
}


def register(values: dict[str, Any]) -> Register:
    """A register from arguments alone."""
    return Register.from_settings(PrivacySettings(**values))


def changed(path: str, value: object) -> dict[str, Any]:
    """The old settings with one of them changed, or added."""
    values = deepcopy(OLD)
    *parents, last = path.split(".")
    here = values
    for parent in parents:
        here = here.setdefault(parent, {})
    here[last] = value
    return values


def changes(values: dict[str, Any]) -> list[dict[str, Any]]:
    """What the values change in the old settings."""
    return list(differences(snapshot(register(OLD)), snapshot(register(values))))


def told(values: dict[str, Any]) -> set[tuple[str, str, bool]]:
    """Path, kind and whether people must be told, of each change."""
    return {(change["path"], change["change"], change["material"]) for change in changes(values)}


def test_nothing_changed() -> None:
    """A register does not differ from itself."""
    assert [] == changes(OLD)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("recipients.anthropic", {"purposes": ["chat"]}, ("recipients.anthropic", "added", True)),
        ("recipients.openai.countries", ["US", "EU", "IN"], ("recipients.openai.countries", "changed", True)),
        ("recipients.openai.countries", ["US"], ("recipients.openai.countries", "changed", False)),
        ("recipients.openai.data_categories", ["user"], ("recipients.openai.data_categories", "changed", True)),
        ("recipients.openai.contact", "y", ("recipients.openai.contact", "changed", False)),
        ("recipients.openai.sale_or_share", True, ("recipients.openai.sale_or_share", "changed", True)),
        ("purposes.ads", {"use": "marketing"}, ("purposes.ads", "added", True)),
        ("purposes.chat.legal_basis", "consent", ("purposes.chat.legal_basis", "changed", True)),
        ("retention.short.period", "P6M", ("retention.short.period", "changed", True)),
        ("retention.long", {"period": "P5Y"}, ("retention.long", "added", False)),
        ("controller.country", "US", ("controller.country", "changed", True)),
        ("controller.contact", "b@example.org", ("controller.contact", "changed", False)),
        ("policy.version", "2", ("policy.version", "changed", False)),
    ],
)
def test_changes_and_whether_they_are_material(path: str, value: object, expected: tuple[str, str, bool]) -> None:
    """A new recipient, country, category, purpose, basis or period is material; a new contact or version is not."""
    assert expected in told(changed(path, value))


def test_members_gained_and_lost() -> None:
    """A list's change says which members came and went."""
    [change] = changes(changed("recipients.openai.countries", ["US", "KR"]))
    assert (["KR"], ["EU"]) == (change["added"], change["removed"])


def test_a_recipient_that_went_is_not_material() -> None:
    """Fewer recipients need no new consent."""
    assert {("recipients.openai", "removed", False)} == told({**deepcopy(OLD), "recipients": {}})
