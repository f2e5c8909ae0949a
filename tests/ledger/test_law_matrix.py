"""What the laws ask of a record of processing is there: each item resolves from a stored record, its payload or the register."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from privmw.ledger.activation import snapshot
from privmw.ledger.canonical import parse
from privmw.ledger.chain import Chain
from privmw.ledger.record import record_from
from privmw.policy.register import Register
from privmw.settings import PrivacySettings
from tests.ledger.golden_records import ALL, RECORDS

POLICY: dict[str, Any] = {
    "controller": {
        "name": "Acme Co., Ltd.",
        "country": "KR",
        "contact": "privacy@acme.example",
        "privacy_officer": "CPO",
    },
    "policy": {"id": "acme", "version": "2026-04-17"},
    "purposes": {
        "support_reply": {
            "use": "essential.service.ai_inference",
            "legal_basis": "contract",
            "retention_class": "subject_3m",
            "feature": "AI replies",
        }
    },
    "retention": {"subject_3m": {"period": "P3M", "clause": "4"}},
    "recipients": {
        "openai": {
            "purposes": ["support_reply"],
            "data_categories": ["user.content.private"],
            "countries": ["US"],
            "retention": "P30D",
            "transfer_kind": "entrustment",
            "mechanism": {"kr": "28-8(1)3"},
            "contact": "privacy@openai.com",
            "refusal": {"how": "Settings > Privacy", "effect": "AI replies are unavailable"},
        }
    },
}

# "H" is a member of the header, "P" of the payload, "R" a path in the register; all that an item names must be there.
MATRIX: Mapping[str, tuple[str, ...]] = {
    "GDPR 30(1)(a), 30(2)(a) controller": (
        "H controller_ref",
        "H controller_role",
        "R controller.name",
        "R controller.contact",
        "R controller.privacy_officer",
    ),
    "GDPR 30(1)(b) purposes": ("H purpose", "R purposes.support_reply.use"),
    "GDPR 30(1)(c) categories of subjects and data": ("H data_subject_categories", "H data_categories"),
    "GDPR 30(1)(d) recipients": ("H recipient_id", "H recipient_legal_name", "R recipients.openai.legal_name"),
    "GDPR 30(1)(e), 44-49 third countries and safeguards": (
        "H destination_country",
        "H mechanism.eu",
        "H mechanism_ref",
    ),
    "UK adequacy or IDTA": ("H destination_country", "H mechanism.uk", "H mechanism_ref"),
    "GDPR 30(1)(f) erasure": (
        "H retention_class",
        "H recipient_retention",
        "R retention.subject_3m.period",
        "R retention.subject_3m.clause",
    ),
    "GDPR 30(1)(g) measures": ("H tls.protocol.version", "H removed", "H pseudonymised"),
    "PIPA 28-8(1) ground": ("H mechanism.kr", "H transfer_kind", "H consent_state", "R recipients.openai.mechanism.kr"),
    "PIPA 28-8(2) 1 items": ("H data_categories", "P item_fields"),
    "PIPA 28-8(2) 2 country, time and method": (
        "H destination_country",
        "H time",
        "H network.protocol.name",
        "H tls.protocol.version",
    ),
    "PIPA 28-8(2) 3 recipient's name and contact": (
        "H recipient_legal_name",
        "H recipient_contact",
        "R recipients.openai.contact",
    ),
    "PIPA 28-8(2) 4 purpose and period": ("H purpose", "H recipient_retention", "R recipients.openai.retention"),
    "PIPA 28-8(2) 5 refusal, procedure and effect": (
        "H refusal_effect",
        "R recipients.openai.refusal_how",
        "R recipients.openai.refusal_effect",
    ),
    "PIPA Decree 29-5(2) pseudonymised processing": (
        "H pseudonymised",
        "H purpose",
        "H data_categories",
        "H recipient_id",
        "H purge_after",
    ),
    "PIPC Standard Art. 8 integrity of logs": ("H prev_hash", "H seq", "H writer_id", "H epoch", "H payload_commit"),
    "CCPA signals and sale": (
        "H gpc",
        "H opt_out",
        "H sale_or_share",
        "H contract_ref",
        "R recipients.openai.transfer_kind",
    ),
    "GDPR 5(1)(b), 7(1) purpose limitation and consent": (
        "H rule_id",
        "H policy_version",
        "H policy_sha256",
        "H consent_state",
        "H notice_version",
        "P consent_record_ref",
    ),
}


def resolver(where: Mapping[str, Any]) -> Callable[[str], Any]:
    """Look up a path whose member names may hold dots themselves."""

    def resolve(path: str) -> Any:
        if path in where:
            return where[path]
        head, _, rest = path.partition(".")
        return resolver(where[head])(rest)

    return resolve


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Callable[[str], Any]]:
    """A sealed record, its payload, and the register it was decided by."""
    sealed = Chain("acme/web-1/1", 1).seal(record_from(ALL, RECORDS[1][1]))
    assert sealed.payload is not None
    register = Register.from_settings(PrivacySettings(**POLICY))
    return {
        "H": resolver(parse(sealed.header)),
        "P": resolver(parse(sealed.payload)),
        "R": resolver(snapshot(register)),
    }


@pytest.mark.parametrize("item", MATRIX)
def test_what_the_law_asks_resolves(item: str, sources: dict[str, Callable[[str], Any]]) -> None:
    """Each place that an item names holds a value; False is a value, empty is none."""
    for place in MATRIX[item]:
        kind, path = place.split(" ", 1)
        assert sources[kind](path) not in (None, "", [], {}), f"{item}: {place}"


def test_a_place_that_is_missing_is_noticed(sources: dict[str, Callable[[str], Any]], tmp_path: Path) -> None:
    """The lookup fails for a member that does not exist, so that the matrix above can fail."""
    with pytest.raises(KeyError):
        sources["H"]("recipient_nickname")
