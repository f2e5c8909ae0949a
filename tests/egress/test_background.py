"""Transfers of SDKs that send from threads of their own: what the policy says of them, declared or not."""

from __future__ import annotations

from typing import Any

import pytest

from privmw.context import RequestContext, enter_context, exit_context, open_context
from privmw.egress.background import BackgroundTransfers
from privmw.policy.register import Register
from privmw.types import ConsentState, DecisionKind, Enforcement, RecordKind
from tests.egress.support import ListSink, register

PURPOSES = {"stats": {"use": "analytics.reporting.product_usage", "legal_basis": "consent"}}
DECLARED = {
    "posthog": {
        "purposes": ["stats"], "fixed_purpose": "stats", "countries": ["DE"], "mechanism": {"kr": "28-8(1)5"},
        "data_categories": ["user"],
    }
}  # fmt: skip
FOUND = {"EMAIL_ADDRESS": 2, "SUBJECT_ID": 1}
GIVEN = {"stats": ConsentState.GIVEN}


def transfers(known: Register, sink: ListSink) -> BackgroundTransfers:
    """What the runtime makes of a register."""
    return BackgroundTransfers(known, sink, detector_version="1", enforcement=known.enforcement)


def undeclared(sink: ListSink, **sections: Any) -> BackgroundTransfers:
    """The same where no recipient is declared, as without any settings."""
    return transfers(register({}, **sections), sink)


SIGNALS: dict[str, tuple[RequestContext, str]] = {
    "gpc": (RequestContext(gpc=True), "optout.gpc"),
    "account": (RequestContext(opt_out=True), "optout.account"),
    "minor": (RequestContext(minor=True), "subject.minor"),
    "restricted": (RequestContext(restricted=True), "subject.restricted"),
    "objected": (RequestContext(objected=frozenset({"analytics.reporting"})), "subject.objected"),
    "withdrawn": (RequestContext(transfer_withdrawn=True), "transfer.withdrawn"),
}


@pytest.mark.parametrize("signal", SIGNALS)
def test_an_opt_out_counts_although_nobody_declared_the_recipient(signal: str, sink: ListSink) -> None:
    """A register that is still being written is no reason to send what a person has refused."""
    who, reason = SIGNALS[signal]
    with open_context(who):
        assert not undeclared(sink).permit("posthog", FOUND, refusable=True)
    (record,) = sink.records
    assert (RecordKind.DENIED, DecisionKind.DENY, reason) == (record.kind, record.decision, record.reason_code)
    assert "posthog" == record.recipient_id


@pytest.mark.parametrize("signal", SIGNALS)
def test_error_reports_are_no_analytics(signal: str, sink: ListSink) -> None:
    """An undeclared recipient of error reports gets them redacted, and a gap is recorded."""
    with open_context(SIGNALS[signal][0]):
        assert undeclared(sink).permit("sentry", FOUND)
    assert [DecisionKind.GAP] == [record.decision for record in sink.records]


def test_an_opt_out_outlives_the_context(sink: ListSink) -> None:
    """What reports a request from outside of all middleware, when its context has closed, still heeds its opt-out."""
    exit_context(enter_context(RequestContext(gpc=True), outlives=True))
    try:
        assert not undeclared(sink).permit("posthog", {}, refusable=True)
    finally:
        exit_context(enter_context(RequestContext(), outlives=True))


def test_without_a_signal_an_undeclared_recipient_is_a_gap(sink: ListSink) -> None:
    """It gets its redacted items, and the record says what was removed from them."""
    permit = undeclared(sink).permit
    assert permit("posthog", FOUND, refusable=True)
    with open_context(RequestContext()):
        assert permit("posthog", FOUND, refusable=True)
    for record in sink.records:
        assert (DecisionKind.GAP, "recipient.undeclared", FOUND) == (
            record.decision,
            record.reason_code,
            dict(record.removed),
        )


def test_the_kill_switch_counts_too(sink: ListSink) -> None:
    """A suspended recipient gets nothing, declared or not."""
    suspended = {"suspended": {"recipients": ["posthog", "sentry"]}}
    assert not undeclared(sink, **suspended).permit("sentry", {})
    assert not undeclared(sink, **suspended).permit("posthog", {}, refusable=True)
    assert not transfers(register(DECLARED, purposes=PURPOSES, **suspended), sink).permit("posthog", {})
    assert {"country.suspended"} == {record.reason_code for record in sink.records}


def test_a_declared_one_says_what_was_removed(sink: ListSink) -> None:
    """What left was redacted, so the record says so: how many values of which kind, and of which category."""
    permit = transfers(register(DECLARED, purposes=PURPOSES), sink).permit
    with open_context(RequestContext(consent=dict(GIVEN))):
        assert permit("posthog", FOUND, refusable=True)
        assert permit("posthog", {}, refusable=True)
    redacted, plain = sink.records
    assert (DecisionKind.ALLOW_REDACTED, DecisionKind.ALLOW) == (redacted.decision, plain.decision)
    assert FOUND == redacted.removed
    assert ("user.contact.email", "user.unique_id") == redacted.data_categories
    assert not redacted.pseudonymised
    assert {} == plain.removed


def test_a_declared_one_follows_its_purpose(sink: ListSink) -> None:
    """Consent and opt-outs as the register says."""
    permit = transfers(register(DECLARED, purposes=PURPOSES), sink).permit
    with open_context(RequestContext()):
        assert not permit("posthog", FOUND, refusable=True)
    with open_context(RequestContext(consent=dict(GIVEN), gpc=True)):
        assert not permit("posthog", FOUND, refusable=True)
    assert ["consent.missing", "optout.gpc"] == [record.reason_code for record in sink.records]
    assert [{}, {}] == [dict(record.removed) for record in sink.records]


def test_a_declared_one_without_a_purpose_is_like_an_undeclared_one(sink: ListSink) -> None:
    """Without a fixed purpose nothing says what these items are for; a gap, unless the person refused."""
    known = register({"posthog": {"purposes": ["stats"], "countries": ["DE"]}}, purposes=PURPOSES)
    permit = transfers(known, sink).permit
    assert permit("posthog", {}, refusable=True)
    with open_context(RequestContext(gpc=True)):
        assert not permit("posthog", {}, refusable=True)


def test_shadow_permits_and_records(sink: ListSink) -> None:
    """Under ``shadow`` everything is sent, and the record says what would have been refused."""
    with open_context(RequestContext(gpc=True)):
        assert undeclared(sink, enforcement=Enforcement.SHADOW).permit("posthog", {}, refusable=True)
    assert ["optout.gpc"] == [record.reason_code for record in sink.records]
