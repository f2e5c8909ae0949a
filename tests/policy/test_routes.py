"""Remembered answers are the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privmw.policy import decision as policy
from privmw.policy.decision import TransferRequest, decide
from privmw.types import ConsentState, ReasonCode
from tests.policy.test_decision import CARD, CASES, CHAT, EMAIL, RRN, SETTINGS, register

USUAL = register()  # learns over all examples
SHADOW = register(enforcement="shadow")
SUSPENDED = register(suspended={"countries": ["US"], "recipients": ["xai"]})
HOSTS = [
    "api.openai.com",
    "eu.api.openai.com",
    "acme.openai.azure.com",
    "api.groq.com",
    "api.x.ai",
    "fal.run",
    "queue.fal.run",
    "api.mistral.ai",
    "api.partner.example",
    "127.0.0.1:9001",
    "API.OPENAI.com",
    "a.internal.example",
    "oauth2.googleapis.com",
    "login.microsoftonline.com",
    "api.anthropic.com",
    "nobody.example",
]
CATEGORIES = [EMAIL, RRN, CARD, "user.content.private", "user.health_and_medical", "user.demographic.age_range"]
REQUESTS = st.fixed_dictionaries(
    {"host": st.sampled_from(HOSTS)},
    optional={
        "port": st.sampled_from([None, 443, 9001]),
        "scheme": st.sampled_from(["https", "http", "WSS"]),
        "method": st.sampled_from(["GET", "POST"]),
        "path": st.sampled_from(["", "/", "/v1/responses", "/v1/chat/completions", "/token", "/v1/audio/speech"]),
        "purpose": st.sampled_from([None, "unheard-of", *SETTINGS["purposes"]]),
        "categories": st.frozensets(st.sampled_from(CATEGORIES), max_size=2),
        "consent": st.sampled_from(list(ConsentState)),
        "gpc": st.booleans(),
        "opt_out": st.booleans(),
        "minor": st.booleans(),
        "restricted": st.booleans(),
        "objected": st.frozensets(st.sampled_from(["chat", "essential.service"]), max_size=1),
        "transfer_withdrawn": st.booleans(),
        "region": st.sampled_from([None, "US", "koreacentral", "nowhere-1"]),
        "verified": st.booleans(),
        "unscannable": st.booleans(),
        "has_body": st.booleans(),
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(members=REQUESTS)
def test_a_remembered_answer_is_the_one_worked_out(members: dict[str, Any]) -> None:
    """Whatever was asked before, the answer is the one that the whole of the policy gives."""
    request = TransferRequest(**members)
    for known in (USUAL, SHADOW, SUSPENDED):
        expected = policy._decide(known, request)
        assert expected == decide(known, request)
        assert expected == decide(known, request)


@pytest.mark.parametrize(("reason", "changed"), CASES)
def test_every_reason_is_seen_behind_a_remembered_answer(reason: ReasonCode, changed: Mapping[str, Any]) -> None:
    """A request that was allowed a moment ago is refused with the reason that has come up since."""
    known = register()
    for left_out in changed:
        less: dict[str, Any] = {name: value for name, value in changed.items() if name != left_out}
        decide(known, replace(CHAT, **less))
        decide(known, replace(CHAT, **{"consent": ConsentState.GIVEN, **less}))
    assert reason == decide(known, replace(CHAT, **changed)).reason_code


def test_memory_is_bounded() -> None:
    """A crawler that asks for ever new hosts does not make the register grow without end."""
    known = register()
    for number in range(policy._ROUTES + 10):
        decide(known, TransferRequest(host=f"h{number}.example", purpose="chat"))
    assert len(known.routes) <= policy._ROUTES
