"""Recipients whose SDK sends from a thread of its own (Sentry, PostHog): decided and recorded at their own surface.

Their bodies are redacted there, always; what is left to ask is whether anything may go to them now.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from privmw.context import RequestContext, current_context, latest_context
from privmw.egress.outgoing import Outgoing
from privmw.egress.records import Findings, Recorder
from privmw.errors import LedgerUnavailable
from privmw.policy.decision import TransferRequest, decide
from privmw.policy.register import Register
from privmw.policy.vocabulary import categories_of, is_under
from privmw.types import (
    ConsentState,
    Decision,
    DecisionKind,
    Durability,
    Enforcement,
    PayloadMode,
    ReasonCode,
    TransferSink,
)

__all__ = ["BackgroundTransfers"]

_ANALYTICS = "analytics"


class BackgroundTransfers:
    """Decides on, and records, what background SDKs send.

    Args:
        register: Declared recipients and purposes.
        sink: Takes the records.
        detector_version: Hash of the detection rules.
        enforcement: ``shadow`` permits everything and records what would have been denied.
        subject_ref: Turns a subject or tenant id into a keyed reference for the record.
    """

    def __init__(
        self,
        register: Register,
        sink: TransferSink,
        *,
        detector_version: str,
        enforcement: Enforcement = Enforcement.BLOCK,
        subject_ref: Callable[[str], str] | None = None,
    ) -> None:
        self._register = register
        self._sink = sink
        self._enforcing = enforcement is Enforcement.BLOCK
        self._recorder = Recorder(
            register,
            enforcement=enforcement,
            detector_version=detector_version,
            subject_ref=subject_ref,
            time_ms=lambda: time.time_ns() // 1_000_000,
        )

    def permit(self, recipient_id: str, removed: Mapping[str, int], *, refusable: bool = False) -> bool:
        """Whether an item may go to a recipient now.

        An undeclared one gets its redacted items, recorded as a gap: losing error reports because a register is still
        being written would help nobody. What a person has refused it does not get: an opt-out needs no declaration. A
        declared one gets them as its purpose, consent and opt-outs allow.

        Args:
            recipient_id: Key of the recipient.
            removed: How many values of each entity type its surface took out.
            refusable: The recipient does analytics, which a person may refuse.
        """
        recipient = self._register.recipients.get(recipient_id)
        who = current_context() or latest_context()  # some report a request when its context has closed
        host = recipient.hosts[0].pattern.removeprefix("*.") if recipient is not None else recipient_id
        purpose = recipient.fixed_purpose if recipient is not None else None
        asked = self._request(host, purpose, who)
        decision = decide(self._register, asked)
        if recipient is None or purpose is None:
            decision = self._without_purpose(recipient_id, decision, who if refusable else None)
        outgoing = Outgoing(method="POST", scheme="https", host=asked.host, port=None, target="/")
        found = Findings()
        if decision.kind is not DecisionKind.DENY:
            found = Findings(removed=removed, categories=categories_of(removed))
            redacted = decision.kind is DecisionKind.ALLOW and removed
            kind = DecisionKind.ALLOW_REDACTED if redacted else decision.kind
            decision = replace(decision, kind=kind, payload=PayloadMode.REDACTED)
        record = self._recorder.intent(outgoing, asked, decision, found, who)
        with suppress(LedgerUnavailable):  # an error report is never worth more than the app; the writer counts losses
            self._sink.submit(record, Durability.BEST_EFFORT)
        return decision.kind is not DecisionKind.DENY or not self._enforcing

    def _without_purpose(self, recipient_id: str, decision: Decision, who: RequestContext | None) -> Decision:
        """The decision where nothing says what the items are for."""
        refused = _refusal(who) if who is not None else None
        if recipient_id in self._register.suspended_recipients:
            refused = ReasonCode.COUNTRY_SUSPENDED
        if refused is not None:
            kind = DecisionKind.DENY if self._enforcing else DecisionKind.ALLOW
            return replace(decision, kind=kind, recipient=recipient_id, reason_code=refused, remedy=None)
        return replace(decision, kind=DecisionKind.GAP, recipient=recipient_id)

    def _request(self, host: str, purpose: str | None, who: RequestContext | None) -> TransferRequest:
        if who is None:
            return TransferRequest(host=host, scheme="https", purpose=purpose)
        return TransferRequest(
            host=host,
            scheme="https",
            purpose=purpose,
            consent=who.consent_for(purpose) if purpose is not None else ConsentState.UNKNOWN,
            gpc=who.gpc,
            opt_out=who.opt_out,
            minor=who.minor,
            restricted=who.restricted,
            objected=who.objected,
            transfer_withdrawn=who.transfer_withdrawn,
        )


def _refusal(who: RequestContext) -> ReasonCode | None:
    """What a person has said against analytics of any kind, in the order of :data:`privmw.policy.decision.ORDER`."""
    objected = any(is_under(key, _ANALYTICS) for key in who.objected)
    said = (
        (who.transfer_withdrawn, ReasonCode.TRANSFER_WITHDRAWN),
        (who.restricted, ReasonCode.SUBJECT_RESTRICTED),
        (who.minor, ReasonCode.SUBJECT_MINOR),
        (objected, ReasonCode.SUBJECT_OBJECTED),
        (who.gpc, ReasonCode.OPTOUT_GPC),
        (who.opt_out, ReasonCode.OPTOUT_ACCOUNT),
    )
    return next((reason for holds, reason in said if holds), None)
