"""The policy on record: once per change, with its digest and what changed."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from privmw.ledger.activation import PolicyActivation, activation
from privmw.ledger.query import Criteria, Ledger
from privmw.ledger.writing.writer import LedgerWriter
from privmw.policy.diff import differences, snapshot
from privmw.policy.register import Register
from privmw.settings import PrivacySettings
from privmw.types import RecordKind
from tests.ledger.test_law_matrix import POLICY


def register(**openai: Any) -> Register:
    """The register, with changed members of one recipient."""
    values = deepcopy(POLICY)
    values["recipients"]["openai"].update(openai)
    return Register.from_settings(PrivacySettings(**values))


def run_once(directory: Path, policy: Register) -> None:
    """One process's life."""
    writer = LedgerWriter(directory)
    writer.observe(PolicyActivation(policy, writer, directory))
    writer.start()
    writer.flush()
    writer.close()


def test_a_policy_is_recorded_once_per_change(tmp_path: Path) -> None:
    """A restart with the same policy adds nothing; a new recipient country is recorded as a material change."""
    for policy in (register(), register(), register(countries=["US", "SG"])):
        run_once(tmp_path, policy)
    with Ledger.open(tmp_path) as ledger:
        found = [entry.record for entry in ledger.entries(Criteria(kinds=frozenset({RecordKind.POLICY})))]
    assert ["policy.activated"] * 2 == [record.details["event"] for record in found]
    assert [] == found[0].details["changes"]
    assert [
        {"path": "recipients.openai.countries", "change": "changed", "material": True, "added": ["SG"], "removed": []}
    ] == found[1].details["changes"]
    assert found[0].details["register_sha256"] != found[1].details["register_sha256"]
    assert "2026-04-17" == found[0].policy_version


def test_what_went_and_what_is_not_material() -> None:
    """A shorter list and a removed recipient need no notice; both are told."""
    older, newer = snapshot(register(countries=["US", "SG"])), snapshot(register())
    assert [(False, [], ["SG"])] == [
        (change["material"], change["added"], change["removed"]) for change in differences(older, newer)
    ]
    newer["recipients"].pop("openai")
    newer["retention"]["year"] = {"period": "P1Y"}
    newer["controller"]["contact"] = "dpo@acme.example"
    assert [("recipients.openai", "removed"), ("retention.year", "added"), ("controller.contact", "changed")] == [
        (change["path"], change["change"]) for change in differences(older, newer)
    ]


def test_the_same_policy_makes_no_record() -> None:
    """The digest decides."""
    first = activation(register(), None, 1)
    assert first is not None
    assert activation(register(), first.details, 2) is None
