"""One outbound request on its way through the guard."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from privmw.context import RequestContext
from privmw.egress.answers import answer_for
from privmw.egress.identity import endpoint_of, is_signed, strip_propagation, text_headers
from privmw.egress.leaves import Leaves, Replace
from privmw.egress.outgoing import Outgoing, Prepared
from privmw.egress.payload import Body, Unscannable, read_body
from privmw.egress.records import Findings
from privmw.egress.restore import Answer
from privmw.egress.target import collect_target
from privmw.egress.usage import Meter, bucket
from privmw.errors import LedgerUnavailable, RedactionError, TransferDenied
from privmw.policy.decision import TransferRequest, decide
from privmw.policy.vocabulary import categories_of
from privmw.redaction.pseudonyms import Pseudonymiser
from privmw.types import (
    Decision,
    DecisionKind,
    Durability,
    Outcome,
    PayloadMode,
    ReasonCode,
    Receipt,
    TransferRecord,
)

if TYPE_CHECKING:
    from privmw.egress.guard import Guard

__all__ = ["Call", "Reply"]

_LONGEST_MODEL = 128  # a longer name is no name


class Call:
    """A request that may leave, from its decision to the record of its outcome.

    A hook calls, in this order: :meth:`prepare`, :meth:`wait` or :meth:`wait_async`, then sends, then
    :meth:`answered` or :meth:`failed`.
    """

    __slots__ = ("_asked", "_decision", "_guard", "_intent", "_names", "_outgoing", "_receipt", "_started", "_who")

    def __init__(
        self,
        guard: Guard,
        outgoing: Outgoing,
        asked: TransferRequest,
        decision: Decision,
        who: RequestContext | None,
    ) -> None:
        self._guard = guard
        self._outgoing = outgoing
        self._asked = asked
        self._decision = decision
        self._who = who
        self._names: Pseudonymiser | None = None
        self._intent: TransferRecord | None = None
        self._receipt: Receipt | None = None
        self._started = time.monotonic()

    def prepare(self, body: bytes | None) -> Prepared:
        """Look into a request, decide again with what was found, rewrite it, and hand in the record of the intent.

        Args:
            body: The whole body, empty where there is none; ``None`` where it cannot be had.

        Raises:
            TransferDenied: It may not leave.
        """
        try:
            return self._prepare(body)
        except TransferDenied:
            raise
        except Unscannable as error:
            code, remedy = ReasonCode.CONTENT_UNSCANNABLE, f"The guard met {error}."
        except RedactionError:
            code, remedy = ReasonCode.CONTENT_UNSCANNABLE, "The body exceeds a limit of [redaction.limits]."
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the original must not leave
            code, remedy = ReasonCode.GUARD_FAILED, f"The guard itself failed ({type(error).__name__})."
        # Outside the handlers: the error may hold a value, and must not become the denial's context.
        denial = replace(self._decision, kind=DecisionKind.DENY, reason_code=code, remedy=remedy)
        self.deny(denial)
        return self._unchanged()

    def _prepare(self, body: bytes | None) -> Prepared:
        outgoing, decision = self._outgoing, self._decision
        operation = endpoint_of(outgoing.path)
        found = Findings(operation=operation)
        mode = decision.payload
        leaves = Leaves()
        headers = strip_propagation(outgoing.headers)
        content = self._content(body, found, ai=operation is not None)
        if content is not None:
            leaves = content.leaves
        target = collect_target(outgoing.target, leaves, ai=operation is not None)
        values = [value for _, value in headers]
        for at in text_headers(headers):
            leaves.add(values[at], lambda text, at=at: values.__setitem__(at, text), ("header",), headers[at][0])  # type: ignore[misc]
        rewriting = leaves.rewrite(self._guard.redactor, self._replacement(mode))
        found.categories = frozenset(categories_of(rewriting.counts))
        found.attachments = leaves.attachments
        self._decide_again(found)
        changed = rewriting.changed or (content is not None and content.ambiguous)
        if changed and is_signed(outgoing.headers, outgoing.query):
            raise Unscannable("a request that was signed before it could be rewritten")
        found.removed, found.fields = (rewriting.counts if rewriting.changed else {}), rewriting.fields
        changed |= self._override(content, found)
        new_headers = [(name, value) for (name, _), value in zip(headers, values, strict=True)]
        for name, value in self._decision.header_overrides.items():
            new_headers = [pair for pair in new_headers if pair[0].lower() != name.lower()] + [(name, value)]
        rendered = content.render() if content is not None and changed else None
        if rendered is not None:
            new_headers = [pair for pair in new_headers if pair[0].lower() != "content-encoding"]
        size = rendered if rendered is not None else body
        found.size = bucket(len(size)) if size is not None else None
        if self._names is not None and self._names.distinct:
            new_headers = [pair for pair in new_headers if pair[0].lower() != "accept-encoding"]
            new_headers.append(("accept-encoding", "identity"))
        self._submit(found)
        if not self._guard.enforcing:
            return self._unchanged()
        return Prepared(target(), new_headers, rendered)

    def _content(self, body: bytes | None, found: Findings, *, ai: bool) -> Body | None:
        """The body's texts; ``None`` where there is no body, or one that may go without being looked into."""
        if body == b"":
            return None
        outgoing = self._outgoing
        try:
            content = read_body(outgoing.header("content-type"), outgoing.header("content-encoding"), body, ai=ai)
        except Unscannable as error:
            self._asked = replace(self._asked, unscannable=True)
            why = str(error)
        else:
            if content.document is not None:
                model = content.document.get("model")
                found.model = model if isinstance(model, str) and len(model) < _LONGEST_MODEL else None
            return content
        decision = decide(self._guard.register, self._asked)
        if not decision.allowed:
            self.deny(replace(decision, remedy=f"The guard met {why}. {decision.remedy or ''}".rstrip()))
        return None

    def _replacement(self, mode: PayloadMode) -> Replace:
        if mode is PayloadMode.ORIGINALS:
            return lambda _, original: original
        if mode is PayloadMode.PSEUDONYMS:
            self._names = self._guard.names(self._who)
            return self._names.token
        return lambda entity_type, _: f"<{entity_type}>"

    def _decide_again(self, found: Findings) -> None:
        if not found.categories:
            return
        self._asked = replace(self._asked, categories=found.categories)
        decision = decide(self._guard.register, self._asked)
        if not decision.allowed:
            self.deny(decision, found)
        self._decision = decision

    def _override(self, content: Body | None, found: Findings) -> bool:
        """Set what the register obliges a request to say, such as ``store: false``."""
        members = self._decision.body_overrides
        headers = self._decision.header_overrides
        said = [f"{name}={str(value).lower()}" for name, value in sorted({**members, **headers}.items())]
        found.retention = ",".join(said) or None
        if not members:
            return False
        if content is None:
            raise Unscannable("a body in which the provider's storage cannot be switched off")
        return content.override(members)

    def _submit(self, found: Findings) -> None:
        self._intent = self._guard.recorder.intent(self._outgoing, self._asked, self._decision, found, self._who)
        try:
            receipt = self._guard.sink.submit(self._intent, self._decision.durability)
        except LedgerUnavailable:
            if self._decision.durability is Durability.BEFORE_SEND:
                self._without_ledger()
            return
        if self._decision.durability is Durability.BEFORE_SEND:
            self._receipt = receipt

    def wait(self) -> None:
        """Block until the intent is durable, where it must be before the bytes leave.

        Raises:
            TransferDenied: It could not be made durable.
        """
        if self._receipt is None:
            return
        try:
            self._receipt.wait(self._guard.record_timeout)
            return
        except LedgerUnavailable:
            pass
        self._without_ledger()

    async def wait_async(self) -> None:
        """The same without blocking the event loop."""
        if self._receipt is None:
            return
        try:
            await self._receipt.wait_async(self._guard.record_timeout)
            return
        except LedgerUnavailable:
            pass
        self._without_ledger()

    def _without_ledger(self) -> None:
        self.deny(
            replace(
                self._decision,
                kind=DecisionKind.DENY,
                reason_code=ReasonCode.LEDGER_UNAVAILABLE,
                remedy="The record of this transfer could not be made durable.",
            )
        )

    def deny(self, decision: Decision, found: Findings | None = None) -> None:
        """Record a refusal, and raise it unless the guard only watches.

        Raises:
            TransferDenied: Always, when decisions are carried out.
        """
        guard = self._guard
        record = guard.recorder.intent(self._outgoing, self._asked, decision, found or Findings(), self._who)
        with suppress(LedgerUnavailable):  # the refusal stands, whether or not it can be recorded
            guard.sink.submit(record, Durability.GROUP)
        if guard.enforcing:
            _refuse(decision, self._outgoing.host)

    def _unchanged(self) -> Prepared:
        return Prepared(self._outgoing.target, self._outgoing.headers)

    def failed(self) -> None:
        """Record that the request could not be sent, or its answer not be received."""
        self._outcome(outcome=Outcome.FAILED)

    def answered(
        self, status: int, content_type: str, content_encoding: str, protocol: str | None, tls: str | None
    ) -> Reply:
        """Take the head of an answer.

        Args:
            status: Status code.
            content_type: Value of that header, possibly empty.
            content_encoding: Value of that header, possibly empty.
            protocol: HTTP version (``HTTP/1.1``).
            tls: TLS version, ``None`` without TLS.
        """
        names = self._names
        answer = answer_for(content_type, content_encoding, names) if names is not None and names.distinct else None
        head: dict[str, int | str | None] = {
            "status_code": status,
            "network_protocol_name": (protocol or "http").lower(),
            "tls_protocol_version": tls,
        }
        return Reply(self, answer, names, head)

    def _outcome(self, **members: object) -> None:
        intent, self._intent = self._intent, None
        if intent is None:
            return  # recorded already
        duration = bucket(int((time.monotonic() - self._started) * 1000))
        record = self._guard.recorder.outcome(intent, duration_ms=duration, **members)
        with suppress(LedgerUnavailable):  # the intent without an outcome reads as unknown
            self._guard.sink.submit(record, Durability.GROUP)


class Reply:
    """An answer's body on its way in: restored, measured, and recorded when it ends.

    Attributes:
        restores: Whether its bytes may change, so that its length and coding are no longer what its head says.
    """

    __slots__ = ("_answer", "_call", "_counted", "_head", "_meter", "_names", "restores")

    def __init__(
        self, call: Call, answer: Answer | None, names: Pseudonymiser | None, head: dict[str, int | str | None]
    ) -> None:
        self._call = call
        self._answer = answer
        self._names = names
        self._head = head
        self._meter = Meter()
        self._counted = (names.restored, names.unknown) if names is not None else (0, 0)
        self.restores = answer is not None

    def feed(self, data: bytes) -> bytes:
        """Take bytes as they came, return what the app may read now."""
        self._meter.feed(data)
        return data if self._answer is None else self._answer.feed(data)

    def end(self) -> bytes:
        """Return what was held back, and record the outcome."""
        rest = b"" if self._answer is None else self._answer.end()
        self.close()
        return rest

    def close(self, *, failed: bool = False) -> None:
        """Record the outcome, also of an answer that nobody read to its end."""
        tokens_in, tokens_out = self._meter.tokens()
        details = {}
        if self._names is not None:
            restored, unknown = self._counted
            details = {
                "pseudonyms_restored": self._names.restored - restored,
                "pseudonyms_unknown": self._names.unknown - unknown,
            }
        self._call._outcome(
            outcome=Outcome.FAILED if failed else Outcome.SENT,
            input_tokens=tokens_in,
            output_tokens=tokens_out,
            bytes_in=bucket(self._meter.size),
            details=details,
            **self._head,
        )


def _refuse(decision: Decision, host: str) -> NoReturn:
    raise TransferDenied(
        decision.reason_code or ReasonCode.GUARD_FAILED,
        recipient=decision.recipient or host,
        purpose=decision.purpose,
        feature=decision.feature,
        alternative=decision.alternative,
        remedy=decision.remedy,
    )
