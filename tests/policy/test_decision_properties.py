"""decide() has an answer to everything; denials cannot be outweighed; what is unknown is never allowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from privmw.policy.decision import ORDER, TransferRequest, decide
from privmw.policy.register import Register
from privmw.policy.vocabulary import categories, covered
from privmw.settings import PrivacySettings
from privmw.types import ConsentState, Decision, DecisionKind, PayloadMode

PURPOSES = {
    "chat": {"use": "essential.service.ai_inference", "legal_basis": "contract"},
    "usage": {"use": "analytics.reporting.product_usage", "legal_basis": "consent"},
    "records": {"use": "essential.legal_obligation", "legal_basis": "legal_obligation"},
}
HOSTS = (
    "api.openai.com",
    "api.groq.com",
    "api.anthropic.com",
    "acme.openai.azure.com",
    "nobody.example",
    "",
    "::1",
    "a:b:c",
)
RULES = ("user", "user.contact", "user.government_id", "user.financial.credit_card", "user.content.private")
recipient = st.fixed_dictionaries(
    {
        "purposes": st.lists(st.sampled_from((*PURPOSES, "essential", "analytics"))),
        "deny_purposes": st.lists(st.sampled_from((*PURPOSES, "essential.service")), max_size=1),
        "data_categories": st.lists(st.sampled_from(RULES)),
        "deny_categories": st.lists(st.sampled_from(RULES), max_size=1),
        "countries": st.sampled_from((["US"], ["US", "EU"], ["KR"], [])),
        "mechanism": st.sampled_from(({}, {"kr": "28-8(1)3"}, {"kr": "28-8(1)1"})),
        "payload": st.sampled_from(("originals", "pseudonyms", "redacted", "deny")),
        "storage": st.sampled_from(("switch", "forbid", "allow")),
    }
)
registers = st.builds(
    lambda one, other, home, suspended: Register.from_settings(
        PrivacySettings(
            controller={"country": home},
            purposes=PURPOSES,
            recipients={"openai": one, "azure": other},
            suspended={"countries": suspended},
        )
    ),
    recipient,
    recipient,
    st.sampled_from(("KR", "US", "DE", None)),
    st.sampled_from(([], ["US"], ["EU"])),
)
requests = st.builds(
    TransferRequest,
    host=st.sampled_from(HOSTS) | st.text(max_size=20),
    port=st.none() | st.integers(0, 65535),
    scheme=st.sampled_from(("https", "http", "wss", "", "grpc")),
    method=st.sampled_from(("GET", "POST")),
    path=st.sampled_from(("", "/v1/responses", "/v1/embeddings", "/v1/tcp_warming")),
    purpose=st.sampled_from((*PURPOSES, None, "unknown")) | st.text(max_size=10),
    categories=st.frozensets(st.sampled_from(sorted(categories())), max_size=4),
    consent=st.sampled_from(ConsentState),
    gpc=st.booleans(),
    opt_out=st.booleans(),
    minor=st.booleans(),
    restricted=st.booleans(),
    objected=st.frozensets(st.sampled_from(("chat", "analytics")), max_size=1),
    transfer_withdrawn=st.booleans(),
    region=st.none() | st.sampled_from(("us-east-1", "koreacentral", "US", "mars")),
    verified=st.booleans(),
    unscannable=st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(registers, requests)
def test_there_is_always_a_sound_answer(register: Register, request: TransferRequest) -> None:
    """Any register and request gets one decision, allowed without a reason or denied with one, and always the same."""
    decision = decide(register, request)
    assert isinstance(decision, Decision)
    if decision.allowed:
        assert decision.reason_code is None
        assert PayloadMode.DENY is not decision.payload
    else:
        assert decision.reason_code in ORDER
        assert PayloadMode.DENY is decision.payload
    assert decision == decide(register, request)


@settings(max_examples=80, deadline=None)
@given(registers, requests)
def test_what_is_unknown_is_never_allowed(register: Register, request: TransferRequest) -> None:
    """No unknown host, unresolved or undeclared purpose, undeclared recipient or unknown country gets anything."""
    decision = decide(register, request)
    if decision.allowed and not decision.rule_id.endswith(".housekeeping"):
        assert decision.recipient in register.recipients
        assert decision.purpose in register.purposes
        assert decision.country is not None


@settings(max_examples=80, deadline=None)
@given(registers, requests)
def test_denials_win(register: Register, request: TransferRequest) -> None:
    """Whatever allows a transfer, a denied purpose, a denied category or a suspension ends it."""
    decision = decide(register, request)
    target = register.recipients.get(decision.recipient)
    if not decision.allowed or target is None:
        return
    assert decision.purpose in target.purposes
    assert not any(covered(category, target.deny_categories) for category in request.categories)
    assert decision.country not in register.suspended_countries
    worse: tuple[dict[str, Any], ...] = (
        {"scheme": "http"},
        {"verified": False},
        {"purpose": None},
        {"host": "x.example"},
    )
    for change in worse:
        assert DecisionKind.DENY is decide(register, replace(request, **change)).kind


@settings(max_examples=80, deadline=None)
@given(registers, requests, st.frozensets(st.sampled_from(sorted(categories())), max_size=3))
def test_more_content_never_allows_more(register: Register, request: TransferRequest, more: frozenset[str]) -> None:
    """A transfer that is denied stays denied when more personal data are found in it."""
    if not decide(register, request).allowed:
        assert not decide(register, replace(request, categories=request.categories | more)).allowed
