"""Recipients whose SDK sends from a thread of its own (Sentry, PostHog): decided and recorded at their own surface.

Their bodies are redacted there, always; what is left to ask is whether anything may go to them now.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from privmw.context import RequestContext, current_context
from privmw.egress.outgoing import Outgoing
from privmw.egress.records import Findings, Recorder
from privmw.errors import LedgerUnavailable
from privmw.policy.decision import TransferRequest, decide
from privmw.policy.register import Register
from privmw.types import ConsentState, DecisionKind, Durability, Enforcement, TransferSink

__all__ = ["BackgroundTransfers"]


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

    def permit(self, recipient_id: str) -> bool:
        """Whether an item may go to a recipient now.

        An undeclared one gets its redacted items, recorded as a gap: losing error reports because a register is still
        being written would help nobody. A declared one gets them as its purpose, consent and opt-outs allow.
        """
        recipient = self._register.recipients.get(recipient_id)
        who = current_context()
        host = recipient.hosts[0].pattern.removeprefix("*.") if recipient is not None else recipient_id
        purpose = recipient.fixed_purpose if recipient is not None else None
        asked = self._request(host, purpose, who)
        decision = decide(self._register, asked)
        if recipient is None or purpose is None:
            decision = replace(decision, kind=DecisionKind.GAP, recipient=recipient_id)
        outgoing = Outgoing(method="POST", scheme="https", host=asked.host, port=None, target="/")
        record = self._recorder.intent(outgoing, asked, decision, Findings(), who)
        with suppress(LedgerUnavailable):  # an error report is never worth more than the app; the writer counts losses
            self._sink.submit(record, Durability.BEST_EFFORT)
        return decision.kind is not DecisionKind.DENY or not self._enforcing

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
