"""What the laws ask of a record of processing is there: each item resolves from a stored record, its payload or the register."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from privmw import ConsentState, identify, install, purpose, record_consent, uninstall
from privmw.context import open_context
from privmw.ledger.canonical import parse
from privmw.ledger.chain import Chain
from privmw.ledger.query import Criteria, Ledger
from privmw.ledger.record import record_from
from privmw.ledger.sqlite import DirectoryStore
from privmw.types import RecordKind
from tests.ledger.golden_records import ALL, RECORDS
from tests.ledger.live_app import live_settings, partner

POLICY: dict[str, Any] = {
    "controller": {
        "name": "Acme Co., Ltd.",
        "country": "KR",
        "contact": "privacy@acme.example",
        "privacy_officer": "CPO",
        "phone": "+82-2-000-0000",
        "address": "1 Sejong-daero, Seoul",
        "representative": "Acme EU B.V.",
        "joint_controllers": ["Acme Japan K.K."],
        "measures": ["TLS 1.3 in transit", "AES-256 at rest", "access by role, logged"],
        "regimes": ["kr", "eu", "uk"],
    },
    "policy": {"id": "acme", "version": "2026-04-17", "timing": "on each request, over the network"},
    "purposes": {
        "support_reply": {
            "use": "essential.service.ai_inference",
            "legal_basis": "contract",
            "retention_class": "subject_3m",
            "feature": "AI replies",
            "data_subjects": ["customer"],
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
            "mechanism": {"kr": "28-8(1)3", "eu": "A46-2-c", "uk": "IDTA"},
            "mechanism_ref": "scc-7",
            "contract_ref": "dpa-2026-1",
            "contract_type": "service_provider",
            "measures": ["no storage (store=false)", "SOC 2 report of 2026"],
            "contact": "privacy@openai.com",
            "refusal": {"how": "Settings > Privacy", "effect": "AI replies are unavailable"},
        }
    },
}

# "H" is a member of the header of an intent, "O" of its outcome, "P" of the payload, "C" of the consent's record, "R" a path
# in the register as its `policy` record keeps it; all that an item names must be there. Items: GDPR art. 30(1) and (2) and
# 44-49, UK GDPR, PIPA art. 28-8 with the Decree and the PIPC's Standard, CCPA with 11 CCR.
MATRIX: Mapping[str, tuple[str, ...]] = {
    "GDPR 30(1)(a), 30(2)(a) controller": (
        "H controller_ref",
        "H controller_role",
        "R controller.name",
        "R controller.contact",
        "R controller.address",
        "R controller.role",
    ),
    "GDPR 30(1)(a) joint controller": ("R controller.joint_controllers",),
    "GDPR 30(1)(a), 30(2)(a) representative": ("R controller.representative",),
    "GDPR 30(1)(a), 30(2)(a) data protection officer": ("R controller.privacy_officer", "R controller.phone"),
    "GDPR 30(1)(b), 30(2)(b) purposes": ("H purpose", "R purposes.support_reply.use"),
    "GDPR 30(1)(c) categories of data subjects": (
        "H data_subject_categories",
        "R purposes.support_reply.data_subjects",
    ),
    "GDPR 30(1)(c) categories of data": ("H data_categories", "R recipients.openai.data_categories"),
    "GDPR 30(1)(d) recipients, in third countries too": (
        "H recipient_id",
        "H recipient_legal_name",
        "H destination_country",
        "R recipients.openai.legal_name",
    ),
    "GDPR 30(1)(e), 30(2)(c), 44-49 third countries and safeguards": (
        "H destination_country",
        "H mechanism.eu",
        "H mechanism_ref",
        "R recipients.openai.countries",
        "R recipients.openai.mechanism.eu",
        "R recipients.openai.mechanism_ref",
    ),
    "GDPR 30(1)(f) erasure": (
        "H retention_class",
        "H recipient_retention",
        "R retention.subject_3m.period",
        "R retention.subject_3m.clause",
        "R recipients.openai.retention",
    ),
    "GDPR 30(1)(g), 30(2)(d), 32 security measures": (
        "H removed",
        "H pseudonymised",
        "H detector_version",
        "R controller.measures",
        "R recipients.openai.measures",
    ),
    "GDPR 30(1)(g), 32 encryption in transit": ("O tls.protocol.version",),
    "GDPR 28(3) contract with a processor": (
        "H contract_ref",
        "H transfer_kind",
        "R recipients.openai.contract_ref",
        "R recipients.openai.transfer_kind",
    ),
    "UK GDPR 44-49 adequacy, IDTA or addendum": (
        "H destination_country",
        "H mechanism.uk",
        "H mechanism_ref",
        "R recipients.openai.mechanism.uk",
    ),
    "PIPA 28-8(1) ground": ("H mechanism.kr", "H transfer_kind", "H consent_state", "R recipients.openai.mechanism.kr"),
    "PIPA 28-8(2) 1 items": ("H data_categories", "P item_fields", "R recipients.openai.data_categories"),
    "PIPA 28-8(2) 2 country, time and method": (
        "H destination_country",
        "H country_evidence",
        "H time",
        "O network.protocol.name",
        "R recipients.openai.countries",
        "R policy.timing",
    ),
    "PIPA 28-8(2) 3 recipient's name and contact": (
        "H recipient_legal_name",
        "H recipient_contact",
        "R recipients.openai.contact",
    ),
    "PIPA 28-8(2) 4 purpose and period": (
        "H purpose",
        "H recipient_retention",
        "R purposes.support_reply.use",
        "R recipients.openai.retention",
    ),
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
        "H time",
        "H retention_class",
        "R retention.subject_3m.period",
    ),
    "PIPC Standard Art. 8 integrity of logs": ("H prev_hash", "H seq", "H writer_id", "H epoch", "H payload_commit"),
    "CCPA 1798.135, 11 CCR 7025 signals": ("H gpc", "H opt_out"),
    "CCPA 1798.140 sale or sharing, type of contract": (
        "H sale_or_share",
        "H contract_ref",
        "R recipients.openai.sale_or_share",
        "R recipients.openai.contract_type",
        "R recipients.openai.contract_ref",
    ),
    "GDPR 5(1)(b) purpose limitation": ("H rule_id", "H policy_version", "H decision", "H legal_basis"),
    "GDPR 7(1) proof of consent": (
        "H consent_state",
        "H notice_version",
        "H legal_basis",
        "P consent_record_ref",
        "C consent_state",
        "C notice_version",
        "C purpose",
        "C legal_basis",
        "C policy_version",
        "C controller_ref",
        "C time",
        "R policy.version",
    ),
}

# What a policy or an app need not have, and what a golden record shows that it can be kept where there is one.
WHERE_PRESENT: Mapping[str, tuple[str, ...]] = {
    "policy by digest": ("H policy_sha256",),
    "provenance of content (C2PA)": ("H provenance",),
    "special categories and national ids": ("H special_category", "H contains_national_id"),
    "due date of the payload": ("H purge_after",),
    "encryption in transit": ("H tls.protocol.version", "H network.protocol.name"),
}


def resolver(where: Mapping[str, Any]) -> Callable[[str], Any]:
    """Look up a path whose member names may hold dots themselves."""

    def resolve(path: str) -> Any:
        if path in where:
            return where[path]
        head, _, rest = path.partition(".")
        return resolver(where[head])(rest)

    return resolve


Sources = dict[str, Callable[[str], Any]]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """A real transfer over TLS through an installed privmw, as its ledger keeps it."""
    folder = tmp_path_factory.mktemp("matrix")
    with partner(folder / "certificate.pem") as recipient:
        openai = {**POLICY["recipients"]["openai"], "hosts": {f"127.0.0.1:{recipient.port}": "US"}}
        sections = {**POLICY, "recipients": {"openai": openai}}
        install(live_settings(folder / "ledger", recipient.port, sections=sections))
        try:
            with open_context(), purpose("support_reply"), recipient.client() as client:
                identify(subject_id="u_1")
                record_consent("support_reply", ConsentState.GIVEN, notice_version="2026-04-17")
                prompt = [{"role": "user", "content": "write to alice@example.com"}]
                body = {"model": "gpt-5", "messages": prompt, "store": False}
                client.post(f"{recipient.url}/v1/chat/completions", json=body).raise_for_status()
        finally:
            uninstall()
    with Ledger.open(folder / "ledger") as ledger:
        (transfer,) = ledger.transfers(Criteria(kinds=frozenset({RecordKind.TRANSFER})))
        (policy,) = ledger.entries(Criteria(kinds=frozenset({RecordKind.POLICY})))
        (consent,) = ledger.entries(Criteria(kinds=frozenset({RecordKind.CONSENT})))
    (chain,) = DirectoryStore(folder / "ledger").chains()
    headers = {row.seq: parse(row.header) for row in chain.headers()}
    (payload,) = [parse(row.data) for row in chain.payloads(transfer.entry.seq, transfer.entry.seq + 1)]
    chain.close()
    assert transfer.result is not None
    return {
        "H": resolver(headers[transfer.entry.seq]),
        "O": resolver(headers[transfer.result.seq]),
        "P": resolver(payload),
        "C": resolver(headers[consent.seq]),
        "R": resolver(policy.record.details["register"]),  # type: ignore[arg-type]
    }


@pytest.fixture(scope="module")
def golden() -> Sources:
    """The golden record that has every member."""
    sealed = Chain("acme/web-1/1", 1).seal(record_from(ALL, RECORDS[1][1]))
    assert sealed.payload is not None
    return {"H": resolver(parse(sealed.header)), "P": resolver(parse(sealed.payload))}


def unresolved(places: tuple[str, ...], sources: Sources) -> list[str]:
    """The places that hold no value; False is a value, empty is none."""
    missing = []
    for place in places:
        kind, path = place.split(" ", 1)
        try:
            value = sources[kind](path)
        except KeyError:
            value = None
        if value in (None, "", [], {}):
            missing.append(place)
    return missing


@pytest.mark.parametrize("item", MATRIX)
def test_what_the_law_asks_resolves(item: str, sources: Sources) -> None:
    """Each place that an item names holds a value, for a transfer that really went out."""
    assert [] == unresolved(MATRIX[item], sources)


@pytest.mark.parametrize("item", WHERE_PRESENT)
def test_what_there_may_be_is_kept(item: str, golden: Sources) -> None:
    """What only some transfers have has its place in the record."""
    assert [] == unresolved(WHERE_PRESENT[item], golden)


def test_a_place_that_is_missing_is_noticed(sources: Sources) -> None:
    """The lookup finds nothing for a member that does not exist, so that the matrix above can fail."""
    assert ["H recipient_nickname", "R controller.nickname"] == unresolved(
        ("H recipient_nickname", "H recipient_id", "R controller.nickname"), sources
    )
