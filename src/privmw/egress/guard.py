"""The guard: may this request leave at all, and in which form; recorded before and after."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence

from privmw.context import RequestContext, current_context
from privmw.egress.call import Call
from privmw.egress.identity import endpoint_of, is_loopback, speaks_to_a_model
from privmw.egress.leaves import NameFinder, TextRewriter
from privmw.egress.means import Means
from privmw.egress.outgoing import Outgoing
from privmw.egress.records import Findings
from privmw.egress.refusal import refuse
from privmw.errors import ConfigurationError, TransferDenied
from privmw.policy.decision import TransferRequest, decide
from privmw.policy.register import Register
from privmw.purposes import resolve
from privmw.types import (
    ConsentState,
    Decision,
    DecisionKind,
    Durability,
    Enforcement,
    ReasonCode,
    TransferSink,
)

__all__ = ["Guard"]

_HOUSEKEEPING = ".housekeeping"  # of an SDK: tokens, keys; the catalogue lists them, no personal data is in them
_ON_THIS_MACHINE = (
    "This path is that of an AI provider. A proxy that passes prompts on belongs under [recipients]; "
    "a model of your own on this machine under [egress] first_party."
)
_UNKNOWN_HOST = "This path is that of an AI provider. Declare the host under [recipients]."
_GAP_EVERY = 60.0  # seconds between two records of the same undeclared host and purpose


class Guard:
    """Decides on outbound requests and prepares those that may leave.

    A guard knows no HTTP library: hooks call :meth:`open` for each request, each redirect hop included, then the
    methods of the :class:`Call` it returns. It holds no state of any request.

    Args:
        register: Declared recipients and purposes.
        redactor: Finds personal data in texts; one that can look for names (:class:`privmw.redaction.ner.NerRedactor`)
            does so in what goes to AI providers.
        sink: Takes the records.
        keys: Keys of the pseudonyms, oldest first; without any, one is made for the life of this process.
        enforcement: ``shadow`` decides and records, and changes nothing.
        max_body: Largest body in bytes that is scanned.
        record_timeout: Seconds to wait for a record that must be durable before its request is sent.
        subject_ref: Turns a subject or tenant id into a keyed reference for the record.
        time_ms: The clock.
    """

    def __init__(
        self,
        register: Register,
        redactor: TextRewriter | NameFinder,
        sink: TransferSink,
        *,
        keys: Sequence[bytes] = (),
        enforcement: Enforcement = Enforcement.BLOCK,
        max_body: int = 4_000_000,
        record_timeout: float = 2.0,
        subject_ref: Callable[[str], str] | None = None,
        time_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.max_body = max_body
        self.means = Means(
            register,
            redactor,
            sink,
            keys=tuple(keys) or (secrets.token_bytes(32),),
            enforcement=enforcement,
            record_timeout=record_timeout,
            subject_ref=subject_ref,
            time_ms=time_ms,
        )
        self._gaps: dict[tuple[str, str | None], float] = {}

    def open(self, outgoing: Outgoing) -> Call | None:
        """Decide on a request from its outside: recipient, purpose, consent, country, transport.

        Returns:
            What to do next, or ``None`` for a request that is not the guard's business: to this machine, to the app's
            own hosts, or to a host that the settings let pass.

        Raises:
            TransferDenied: It may not leave.
        """
        try:
            return self._open(outgoing)
        except TransferDenied:
            raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the original must not leave
            failure = str(error) if isinstance(error, ConfigurationError) else type(error).__name__
        # Outside the handler: the error may hold a value, and must not become the denial's context.
        self._failed(outgoing, failure)
        return None

    def _open(self, outgoing: Outgoing) -> Call | None:
        host = outgoing.host.lower().rstrip(".")
        who = current_context()
        if is_loopback(host) and self.means.register.hosts.find(host, outgoing.port) is None:
            if speaks_to_a_model(outgoing) and not self.means.register.is_first_party(host, outgoing.port):
                self._refuse_model(outgoing, self._request(outgoing, host, who), who, _ON_THIS_MACHINE)
            return None
        asked = self._request(outgoing, host, who)
        decision = decide(self.means.register, asked)
        if decision.rule_id == "egress.first_party" or decision.rule_id.endswith(_HOUSEKEEPING):
            return None
        if decision.kind is DecisionKind.GAP and self.means.enforcing:
            self._gap(outgoing, asked, decision, who)
            return None
        call = Call(self.means, outgoing, asked, decision, who)
        if not decision.allowed:
            call.deny(decision)
        return call

    def _request(self, outgoing: Outgoing, host: str, who: RequestContext | None) -> TransferRequest:
        recipient = self.means.register.recipient_for_host(host, outgoing.port)
        fixed = recipient.fixed_purpose if recipient is not None else None
        purpose = fixed if fixed is not None else resolve(who)
        if who is None:
            return TransferRequest(
                host=host,
                port=outgoing.port,
                scheme=outgoing.scheme,
                method=outgoing.method,
                path=outgoing.path,
                purpose=purpose,
                verified=outgoing.verified,
                has_body=outgoing.has_body,
            )
        return TransferRequest(
            host=host,
            port=outgoing.port,
            scheme=outgoing.scheme,
            method=outgoing.method,
            path=outgoing.path,
            purpose=purpose,
            consent=who.consent_for(purpose) if purpose is not None else ConsentState.UNKNOWN,
            gpc=who.gpc,
            opt_out=who.opt_out,
            minor=who.minor,
            restricted=who.restricted,
            objected=who.objected,
            transfer_withdrawn=who.transfer_withdrawn,
            verified=outgoing.verified,
            has_body=outgoing.has_body,
        )

    def _gap(self, outgoing: Outgoing, asked: TransferRequest, decision: Decision, who: RequestContext | None) -> None:
        """Let a host that nobody declared pass, as the settings say; but never to an AI endpoint."""
        if endpoint_of(outgoing.path) is not None:
            self._refuse_model(outgoing, asked, who, _UNKNOWN_HOST)
        place = (asked.host, asked.purpose)
        now = time.monotonic()
        if now - self._gaps.get(place, -_GAP_EVERY) >= _GAP_EVERY:
            if len(self._gaps) > 10_000:
                self._gaps.clear()
            self._gaps[place] = now
            record = self.means.recorder.intent(outgoing, asked, decision, Findings(), who)
            self.means.sink.submit(record, Durability.BEST_EFFORT)

    def _refuse_model(
        self, outgoing: Outgoing, asked: TransferRequest, who: RequestContext | None, remedy: str
    ) -> None:
        """Refuse a call to a model that nobody declared; under ``shadow`` it is only recorded."""
        denial = Decision(
            kind=DecisionKind.DENY,
            reason_code=ReasonCode.RECIPIENT_UNDECLARED,
            recipient=asked.host,
            purpose=asked.purpose,
            remedy=remedy,
        )
        Call(self.means, outgoing, asked, denial, who).deny(denial)

    def _failed(self, outgoing: Outgoing, failure: str) -> None:
        if self.means.enforcing:
            host = self.means.recorder.host(outgoing)
            denial = Decision(
                kind=DecisionKind.DENY,
                reason_code=ReasonCode.GUARD_FAILED,
                recipient=host,
                remedy=f"The guard itself failed ({failure}).",
            )
            refuse(denial, host, current_context())
