"""decide(): every reason, the order of reasons, and what an allowed transfer is obliged to."""

from __future__ import annotations

import statistics
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from timeit import repeat
from typing import Any

import pytest

from privmw.policy.decision import ORDER, TransferRequest, decide
from privmw.policy.register import Register
from privmw.settings import PrivacySettings
from privmw.types import ConsentState, DecisionKind, Durability, PayloadMode, ReasonCode

RRN = "user.government_id.national_identification_number"
CARD = "user.financial.credit_card"
EMAIL = "user.contact.email"
SETTINGS: dict[str, Any] = {
    "controller": {"country": "KR"},
    "purposes": {
        "chat": {"use": "essential.service.ai_inference", "legal_basis": "contract", "feature": "Chat"},
        "speech": {"use": "essential.service.ai_inference", "legal_basis": "contract"},
        "sign_in": {"use": "essential.service.authentication", "legal_basis": "contract"},
        "records": {"use": "essential.legal_obligation", "legal_basis": "legal_obligation"},
        "usage": {"use": "analytics.reporting.product_usage", "legal_basis": "consent"},
        "metrics": {"use": "analytics.reporting.system.performance", "legal_basis": "legitimate_interests"},
        "letters": {"use": "marketing.communications.email", "legal_basis": "consent"},
        "training": {"use": "train_ai_system", "legal_basis": "consent"},
    },
    "recipients": {
        "openai": {
            "purposes": ["chat", "speech", "sign_in", "records", "usage", "metrics", "letters", "training"],
            "deny_purposes": ["marketing"],
            "data_categories": ["user.contact", "user.content.private"],
            "deny_categories": ["user.health_and_medical"],
            "countries": ["US"],
            "mechanism": {"kr": "28-8(1)3"},
            "payload": {"speech": "originals", "training": "originals", "metrics": "deny"},
        },
        "azure": {"purposes": ["chat"], "countries": ["US", "EU"], "mechanism": {"kr": "28-8(1)3"}},
        "groq": {"purposes": ["chat"]},
        "xai": {"purposes": ["chat"], "mechanism": {"kr": "28-8(1)3"}, "storage": "forbid"},
        "fal": {"purposes": ["chat"], "mechanism": {"kr": "28-8(1)3"}, "storage": "forbid"},
        "mistral": {
            "purposes": ["chat"],
            "mechanism": {"kr": "28-8(1)5"},
            "payload": "originals",
            "data_categories": [RRN],
        },
        "partner": {
            "hosts": {"api.partner.example": "KR"},
            "purposes": ["chat"],
            "countries": ["KR"],
            "transfer_kind": "provision",
        },
        "local": {
            "hosts": {"127.0.0.1:9001": "KR"},
            "purposes": ["chat"],
            "countries": ["KR"],
            "allow_cleartext": True,
        },
    },
    "egress": {"first_party": ["*.internal.example"]},
}


def register(**changes: Any) -> Register:
    """The register of these tests, with changed sections."""
    return Register.from_settings(PrivacySettings(**{**SETTINGS, **changes}))


REGISTER = register()
CHAT = TransferRequest(host="api.openai.com", purpose="chat", path="/v1/responses")
CASES: tuple[tuple[ReasonCode, Mapping[str, Any]], ...] = (
    (ReasonCode.RECIPIENT_UNDECLARED, {"host": "api.anthropic.com"}),
    (ReasonCode.RECIPIENT_UNDECLARED, {"host": "api.unheard-of.example"}),
    (ReasonCode.RECIPIENT_UNDECLARED, {"host": "api.openai.com.evil.example"}),
    (ReasonCode.TRANSPORT_CLEARTEXT, {"scheme": "http"}),
    (ReasonCode.TRANSPORT_CLEARTEXT, {"scheme": "WS"}),
    (ReasonCode.TRANSPORT_UNVERIFIED, {"verified": False}),
    (ReasonCode.PURPOSE_MISSING, {"purpose": None}),
    (ReasonCode.PURPOSE_UNDECLARED, {"purpose": "chatt"}),
    (ReasonCode.PURPOSE_NOT_ALLOWED, {"purpose": "letters", "consent": ConsentState.GIVEN}),
    (ReasonCode.PURPOSE_NOT_ALLOWED, {"purpose": "metrics"}),
    (ReasonCode.COUNTRY_UNKNOWN, {"host": "acme.openai.azure.com"}),
    (ReasonCode.COUNTRY_UNKNOWN, {"host": "acme.openai.azure.com", "region": "nowhere-1"}),
    (ReasonCode.COUNTRY_UNDECLARED, {"host": "eu.api.openai.com"}),
    (ReasonCode.COUNTRY_UNDECLARED, {"host": "eu.api.openai.com", "region": "US"}),
    (ReasonCode.COUNTRY_UNDECLARED, {"host": "acme.openai.azure.com", "region": "koreacentral"}),
    (ReasonCode.TRANSFER_WITHDRAWN, {"transfer_withdrawn": True}),
    (ReasonCode.MECHANISM_MISSING, {"host": "api.groq.com"}),
    (ReasonCode.MECHANISM_MISSING, {"host": "api.partner.example"}),
    (ReasonCode.SUBJECT_RESTRICTED, {"restricted": True}),
    (ReasonCode.SUBJECT_MINOR, {"minor": True}),
    (ReasonCode.SUBJECT_OBJECTED, {"objected": frozenset({"chat"})}),
    (ReasonCode.SUBJECT_OBJECTED, {"objected": frozenset({"essential.service"})}),
    (ReasonCode.OPTOUT_GPC, {"purpose": "usage", "gpc": True, "consent": ConsentState.GIVEN}),
    (ReasonCode.OPTOUT_ACCOUNT, {"purpose": "usage", "opt_out": True, "consent": ConsentState.GIVEN}),
    (ReasonCode.CONSENT_WITHDRAWN, {"purpose": "usage", "consent": ConsentState.WITHDRAWN}),
    (ReasonCode.CONSENT_EXPIRED, {"purpose": "usage", "consent": ConsentState.EXPIRED}),
    (ReasonCode.CONSENT_MISSING, {"purpose": "usage"}),
    (ReasonCode.CONSENT_MISSING, {"purpose": "usage", "consent": ConsentState.REFUSED}),
    (ReasonCode.CONSENT_MISSING, {"purpose": "usage", "consent": ConsentState.NOT_REQUIRED}),
    (ReasonCode.CONTENT_UNSCANNABLE, {"unscannable": True}),
    (ReasonCode.CONTENT_NATIONAL_ID, {"purpose": "speech", "categories": frozenset({RRN, CARD})}),
    (ReasonCode.CONTENT_NATIONAL_ID, {"host": "api.mistral.ai", "categories": frozenset({RRN})}),
    (ReasonCode.CONTENT_CARD, {"purpose": "speech", "categories": frozenset({CARD, EMAIL})}),
    (
        ReasonCode.CONTENT_SENSITIVE,
        {"purpose": "speech", "categories": frozenset({"user.demographic.religious_belief"})},
    ),
    (ReasonCode.CONTENT_SENSITIVE, {"categories": frozenset({"user.health_and_medical.record_id"})}),
    (ReasonCode.CATEGORY_UNDECLARED, {"purpose": "speech", "categories": frozenset({"user.name"})}),
    (ReasonCode.STORAGE_NOT_DISABLED, {"host": "api.x.ai", "path": "/v1/chat/completions"}),
)


@pytest.mark.parametrize(("reason", "changed"), CASES)
def test_each_reason_is_given_for_its_cause(reason: ReasonCode, changed: Mapping[str, Any]) -> None:
    """A request that is allowed but for one thing is denied with that thing's reason, in the form deny."""
    decision = decide(REGISTER, replace(CHAT, **changed))
    assert (DecisionKind.DENY, reason) == (decision.kind, decision.reason_code)
    assert PayloadMode.DENY is decision.payload
    assert not decision.allowed
    assert {} == decision.body_overrides


def test_each_reason_of_the_policy_has_a_case() -> None:
    """Every reason code that the policy decides on is in the table above, in the documented order of reasons."""
    outside = {ReasonCode.LEDGER_UNAVAILABLE, ReasonCode.GUARD_OVERLOADED, ReasonCode.GUARD_FAILED}
    tested = {reason for reason, _ in CASES} | {ReasonCode.COUNTRY_SUSPENDED}
    assert set(ReasonCode) - outside == tested
    assert set(ORDER) == tested
    assert len(ORDER) == len(set(ORDER))


def test_the_order_of_reasons() -> None:
    """Where several things are wrong, the reason that comes first in ORDER is given."""
    wrong: dict[str, Any] = {}
    steps: tuple[tuple[ReasonCode, dict[str, Any]], ...] = (
        (ReasonCode.CATEGORY_UNDECLARED, {"purpose": "usage2", "categories": frozenset({"user.name"})}),
        (ReasonCode.CONTENT_SENSITIVE, {"categories": frozenset({"user.name", "user.biometric"})}),
        (ReasonCode.CONTENT_CARD, {"categories": frozenset({"user.name", "user.biometric", CARD})}),
        (ReasonCode.CONTENT_NATIONAL_ID, {"categories": frozenset({"user.name", "user.biometric", CARD, RRN})}),
        (ReasonCode.CONTENT_UNSCANNABLE, {"unscannable": True}),
        (ReasonCode.CONSENT_MISSING, {"consent": ConsentState.UNKNOWN}),
        (ReasonCode.CONSENT_EXPIRED, {"consent": ConsentState.EXPIRED}),
        (ReasonCode.CONSENT_WITHDRAWN, {"consent": ConsentState.WITHDRAWN}),
        (ReasonCode.OPTOUT_ACCOUNT, {"opt_out": True}),
        (ReasonCode.OPTOUT_GPC, {"gpc": True}),
        (ReasonCode.SUBJECT_OBJECTED, {"objected": frozenset({"analytics"})}),
        (ReasonCode.SUBJECT_MINOR, {"minor": True}),
        (ReasonCode.SUBJECT_RESTRICTED, {"restricted": True}),
        (ReasonCode.MECHANISM_MISSING, {"host": "us.api.openai.com"}),
        (ReasonCode.TRANSFER_WITHDRAWN, {"transfer_withdrawn": True}),
        (ReasonCode.COUNTRY_UNDECLARED, {"host": "eu.api.openai.com"}),
        (ReasonCode.COUNTRY_UNKNOWN, {"host": "api.openai.com", "region": "nowhere-1"}),
        (ReasonCode.PURPOSE_NOT_ALLOWED, {"purpose": "letters"}),
        (ReasonCode.PURPOSE_UNDECLARED, {"purpose": "nothing"}),
        (ReasonCode.PURPOSE_MISSING, {"purpose": None}),
        (ReasonCode.TRANSPORT_UNVERIFIED, {"verified": False}),
        (ReasonCode.TRANSPORT_CLEARTEXT, {"scheme": "http"}),
        (ReasonCode.RECIPIENT_UNDECLARED, {"host": "nobody.example"}),
    )
    recipients = {
        "openai": {"purposes": ["usage2"], "countries": ["US"], "payload": "originals", "mechanism": {"kr": "28-8(1)3"}}
    }
    purposes = {
        "usage2": {"use": "analytics.reporting", "legal_basis": "consent"},
        "letters": {"use": "marketing", "legal_basis": "consent"},
    }
    with_ground = register(recipients=recipients, purposes=purposes)
    groundless = register(recipients={"openai": {**recipients["openai"], "mechanism": {}}}, purposes=purposes)
    request = replace(CHAT, purpose="usage2", consent=ConsentState.GIVEN)
    given: list[ReasonCode | None] = []
    for reason, more in steps:
        wrong |= more
        late = ORDER.index(reason) <= ORDER.index(ReasonCode.MECHANISM_MISSING)
        given.append(decide(groundless if late else with_ground, replace(request, **wrong)).reason_code)
    assert [reason for reason, _ in steps] == given
    assert sorted((reason for reason, _ in steps), key=ORDER.index, reverse=True) == given


def test_an_allowed_transfer_and_its_obligations() -> None:
    """Pseudonyms, country with evidence, no storing, and a durable record, because it goes abroad."""
    decision = decide(REGISTER, replace(CHAT, categories=frozenset({EMAIL, RRN})))
    assert DecisionKind.ALLOW_REDACTED is decision.kind
    assert decision.reason_code is None
    assert PayloadMode.PSEUDONYMS is decision.payload
    assert ("openai", "chat", "Chat") == (decision.recipient, decision.purpose, decision.feature)
    assert ("US", "assumed") == (decision.country, decision.country_evidence)
    assert Durability.BEFORE_SEND is decision.durability
    assert {"store": False} == decision.body_overrides


def test_nothing_found_is_a_plain_allow() -> None:
    """Where there is nothing to replace, the transfer is allowed as it is."""
    assert DecisionKind.ALLOW is decide(REGISTER, CHAT).kind


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/v1/responses", {"store": False}), ("/v1/chat/completions", {"store": False}), ("/v1/embeddings", {})],
)
def test_storing_is_switched_off_where_the_endpoint_knows_the_switch(path: str, expected: dict[str, bool]) -> None:
    """The member goes only to endpoints that understand it; others would refuse the request."""
    assert expected == decide(REGISTER, replace(CHAT, path=path)).body_overrides


def test_storing_may_be_declared() -> None:
    """Where the policy says that the provider stores, nothing is switched off."""
    openai = {**SETTINGS["recipients"]["openai"], "storage": "allow"}
    assert {} == decide(register(recipients={"openai": openai}), CHAT).body_overrides


def test_header_switch_and_attested_storage() -> None:
    """A header switch satisfies `forbid`, and so does a named agreement where no switch exists."""
    fal = decide(REGISTER, TransferRequest(host="queue.falrun.com", purpose="chat", path="/fal-ai/flux"))
    assert {"X-Fal-Store-IO": "0"} == fal.header_overrides
    xai = {**SETTINGS["recipients"]["xai"], "storage_evidence": "zero retention, 2026-01-02"}
    request = TransferRequest(host="api.x.ai", purpose="chat", path="/v1/chat/completions")
    assert decide(register(recipients={"xai": xai}), request).allowed


def test_standing_does_not_end_what_a_law_or_sign_in_needs() -> None:
    """Minors, restricted persons and those who withdrew keep legal records and sign-in where these are exempt."""
    assert decide(REGISTER, replace(CHAT, purpose="records", restricted=True, minor=True)).allowed
    assert decide(REGISTER, replace(CHAT, purpose="records", objected=frozenset({"records"}))).allowed
    assert decide(REGISTER, replace(CHAT, purpose="sign_in", minor=True, transfer_withdrawn=True)).allowed
    assert not decide(REGISTER, replace(CHAT, purpose="sign_in", restricted=True)).allowed


def test_opt_out_ends_analytics_only() -> None:
    """Sec-GPC and opt-out do not end what the person asked for."""
    assert decide(REGISTER, replace(CHAT, gpc=True, opt_out=True)).allowed
    assert decide(REGISTER, replace(CHAT, purpose="usage", consent=ConsentState.GIVEN)).allowed


def test_training_never_gets_originals() -> None:
    """Even where the settings say originals, model training gets pseudonyms."""
    decision = decide(REGISTER, replace(CHAT, purpose="training", consent=ConsentState.GIVEN))
    assert PayloadMode.PSEUDONYMS is decision.payload


def test_declared_originals_go() -> None:
    """A category below a declared one goes as it is, where the purpose has originals."""
    decision = decide(REGISTER, replace(CHAT, purpose="speech", categories=frozenset({EMAIL})))
    assert (DecisionKind.ALLOW, PayloadMode.ORIGINALS) == (decision.kind, decision.payload)


def test_special_categories_need_their_own_key() -> None:
    """A rule for all of `user` does not show that anybody thought of national ids, cards or religion."""
    openai = {
        **SETTINGS["recipients"]["openai"],
        "data_categories": ["user", "user.demographic"],
        "deny_categories": [],
    }
    wide = register(recipients={"openai": openai})
    for category in (RRN, CARD, "user.biometric.voice", "user.demographic.religious_belief"):
        assert not decide(wide, replace(CHAT, purpose="speech", categories=frozenset({category}))).allowed
    own = {**openai, "data_categories": ["user", RRN, CARD, "user.biometric", "user.demographic.religious_belief"]}
    narrow = register(recipients={"openai": own})
    for category in (RRN, CARD, "user.biometric.voice", "user.demographic.religious_belief"):
        assert decide(narrow, replace(CHAT, purpose="speech", categories=frozenset({category}))).allowed


@pytest.mark.parametrize(
    ("suspended", "host"),
    [
        ({"recipients": ["openai"]}, "api.openai.com"),
        ({"recipients": ["anthropic"]}, "api.anthropic.com"),
        ({"countries": ["US"]}, "api.openai.com"),
        ({"countries": ["EU"]}, "api.mistral.ai"),
        ({"countries": ["FR"]}, "api.mistral.ai"),
    ],
)
def test_kill_switch(suspended: dict[str, list[str]], host: str) -> None:
    """A suspended recipient or country gets nothing; "somewhere in the EU" is suspended with any member state."""
    decision = decide(register(suspended=suspended), replace(CHAT, host=host))
    assert ReasonCode.COUNTRY_SUSPENDED is decision.reason_code
    assert DecisionKind.DENY is decision.kind


def test_kill_switch_spares_others() -> None:
    """A suspension of one country leaves transfers to another alone."""
    assert decide(register(suspended={"countries": ["FR"]}), CHAT).allowed


@pytest.mark.parametrize(("reason", "changed"), CASES)
def test_shadow_changes_nothing_and_keeps_the_reason(reason: ReasonCode, changed: Mapping[str, Any]) -> None:
    """In shadow every transfer goes as it is; the reason says what would have happened."""
    decision = decide(register(enforcement="shadow"), replace(CHAT, **changed))
    assert decision.allowed
    assert reason is decision.reason_code
    assert PayloadMode.ORIGINALS is decision.payload
    assert {} == decision.body_overrides
    assert {} == decision.header_overrides


def test_shadow_gap_is_what_the_register_does_not_answer() -> None:
    """An undeclared recipient is a gap, a withdrawn consent is not."""
    shadow = register(enforcement="shadow")
    assert DecisionKind.GAP is decide(shadow, replace(CHAT, host="api.anthropic.com")).kind
    withdrawn = replace(CHAT, purpose="usage", consent=ConsentState.WITHDRAWN)
    assert DecisionKind.ALLOW is decide(shadow, withdrawn).kind
    assert {} == decide(shadow, CHAT).body_overrides


def test_first_party_and_unknown_hosts() -> None:
    """The app's own hosts pass; unknown ones are denied, or a gap where the settings say so, known ones never a gap."""
    own = decide(REGISTER, replace(CHAT, host="ledger.internal.example", purpose=None))
    assert (DecisionKind.ALLOW, "egress.first_party") == (own.kind, own.rule_id)
    open_ended = register(egress={"unknown_hosts": "gap"})
    assert DecisionKind.GAP is decide(open_ended, replace(CHAT, host="nobody.example")).kind
    assert DecisionKind.DENY is decide(open_ended, replace(CHAT, host="api.anthropic.com")).kind


def test_housekeeping_needs_no_purpose() -> None:
    """Warm-up and token endpoints pass so that clients can start; not with a body where none belongs, not elsewhere."""
    warm = TransferRequest(host="api.cerebras.ai", method="GET", path="/v1/tcp_warming")
    assert decide(REGISTER, warm).allowed
    assert not decide(REGISTER, replace(warm, method="POST")).allowed
    assert not decide(REGISTER, replace(warm, path="/v1/chat/completions")).allowed
    assert not decide(register(suspended={"recipients": ["cerebras"]}), warm).allowed
    assert decide(REGISTER, TransferRequest(host="oauth2.googleapis.com", path="/token")).allowed


def test_hosts_with_a_port() -> None:
    """A stand-in on loopback is declared with its port, and only that port is it."""
    local = TransferRequest(host="127.0.0.1", port=9001, scheme="http", purpose="chat")
    assert ("local", "KR", "config") == (
        decide(REGISTER, local).recipient,
        decide(REGISTER, local).country,
        decide(REGISTER, local).country_evidence,
    )
    assert decide(REGISTER, replace(local, host="127.0.0.1:9001", port=None)).allowed
    assert not decide(REGISTER, replace(local, port=9002)).allowed
    assert Durability.GROUP is decide(REGISTER, local).durability


def test_mechanism_that_is_consent_asks_for_it() -> None:
    """A transfer that rests on separate consent (PIPA 28-8(1)1) is denied without it, whatever the purpose's basis."""
    openai = {**SETTINGS["recipients"]["openai"], "mechanism": {"kr": "28-8(1)1"}}
    asking = register(recipients={"openai": openai})
    assert ReasonCode.CONSENT_MISSING is decide(asking, CHAT).reason_code
    assert decide(asking, replace(CHAT, consent=ConsentState.GIVEN)).allowed


@pytest.mark.parametrize(
    ("home", "regimes", "host", "reason"),
    [
        ("DE", None, "api.mistral.ai", None),
        ("DE", None, "api.openai.com", ReasonCode.MECHANISM_MISSING),
        ("GB", None, "api.mistral.ai", ReasonCode.MECHANISM_MISSING),
        ("US", None, "api.openai.com", None),
        ("US", ["eu"], "api.openai.com", ReasonCode.MECHANISM_MISSING),
        (None, None, "api.openai.com", None),
    ],
)
def test_each_regime_asks_for_its_own_mechanism(
    home: str | None, regimes: list[str] | None, host: str, reason: ReasonCode | None
) -> None:
    """A Korean ground does not answer for GDPR or the UK; within the EEA nothing is asked."""
    recipients = {name: {"purposes": ["chat"]} for name in ("openai", "mistral")}
    controller = {"country": home, "regimes": regimes}
    assert (
        reason is decide(register(controller=controller, recipients=recipients), replace(CHAT, host=host)).reason_code
    )


def test_fixed_purpose_beats_the_routes() -> None:
    """A processor called in the background has one purpose, whatever route happens to run."""
    recipients = {"sentry": {"fixed_purpose": "records", "countries": ["US"], "mechanism": {"kr": "28-8(1)3"}}}
    background = register(recipients=recipients)
    for purpose in (None, "chat", "nonsense"):
        decision = decide(background, TransferRequest(host="o1.ingest.us.sentry.io", purpose=purpose))
        assert (True, "records") == (decision.allowed, decision.purpose)


@pytest.mark.parametrize("purpose", ["support_reply", None])
@pytest.mark.parametrize("home", [None, "KR"])
@pytest.mark.parametrize("host", ["api.openai.com", "api.anthropic.com", "fal.run"])
def test_remedy_of_an_undeclared_call_allows_it(
    purpose: str | None, home: str | None, host: str, tmp_path: Path
) -> None:
    """The lines that a denial shows are TOML which, pasted behind other tables, allows exactly that call.

    Two tables of three lines; one line more where the transfer abroad needs a ground.
    """
    request = TransferRequest(host=host, purpose=purpose)
    bare = Register.from_settings(PrivacySettings(controller={"country": home}))
    denied = decide(bare, request)
    assert ReasonCode.RECIPIENT_UNDECLARED is denied.reason_code
    lines = str(denied.remedy).splitlines()[1:]
    assert (3 if home is None else 4) == sum(not line.strip().startswith("[") for line in lines)
    assert tomllib.loads("\n".join(lines))
    (tmp_path / "privmw.toml").write_text("[logs]\nenabled = true\n" + "\n".join(lines), encoding="utf-8")
    settings = PrivacySettings(config_file=tmp_path / "privmw.toml", controller={"country": home})
    allowed = decide(Register.from_settings(settings), replace(request, purpose=purpose or "ai_reply"))
    assert allowed.allowed


@pytest.mark.parametrize("host", ["orders.internal", "10.0.0.5", "api.unheard-of.example"])
def test_remedy_of_an_unknown_host_says_how_to_declare_ones_own(host: str) -> None:
    """It may be a service of the app's own, which is no recipient."""
    remedy = str(decide(REGISTER, TransferRequest(host=host, purpose="chat")).remedy)
    assert f'[egress] first_party = ["{host}"]' in remedy
    declared = tomllib.loads("\n".join(remedy.splitlines()[1:]).replace("??", "US"))
    assert [[host]] == [one["hosts"] for one in declared["recipients"].values()]


def test_remedy_names_the_nearest_purpose() -> None:
    """A mistyped purpose in code gets the declared one as a suggestion."""
    assert "'chat'" in str(decide(REGISTER, replace(CHAT, purpose="chatt")).remedy)


def test_a_decision_is_fast() -> None:
    """A decision, allowed or denied, takes microseconds (budget 10 on a quiet machine; the bound here holds on a busy one)."""
    for request in (CHAT, replace(CHAT, host="api.anthropic.com")):
        seconds = statistics.median(repeat(partial(decide, REGISTER, request), number=500, repeat=7)) / 500
        assert seconds < 300e-6
