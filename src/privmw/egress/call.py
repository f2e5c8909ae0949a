"""One outbound request on its way through the guard."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from anyio import to_thread

from privmw.context import RequestContext
from privmw.egress.answers import answer_for
from privmw.egress.identity import is_signed
from privmw.egress.leaves import NameFinder, Names, Replace
from privmw.egress.means import Means
from privmw.egress.outgoing import Outgoing, Prepared
from privmw.egress.payload import Body, Unscannable
from privmw.egress.reading import Reading, read
from privmw.egress.records import Findings
from privmw.egress.refusal import refuse
from privmw.egress.reply import Reply
from privmw.egress.usage import bucket
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

__all__ = ["Call"]

T = TypeVar("T")

_LONG = 16 * 1024  # bytes of a body that would hold up the event loop for milliseconds, where it is full of values


class Call:
    """A request that may leave, from its decision to the record of its outcome.

    A hook calls, in this order: :meth:`prepare` and :meth:`wait`, or :meth:`prepare_async` and :meth:`wait_async`, then
    sends, then :meth:`answered` or :meth:`failed`.
    """

    __slots__ = ("_asked", "_decision", "_intent", "_means", "_names", "_outgoing", "_receipt", "_started", "_who")

    def __init__(
        self,
        means: Means,
        outgoing: Outgoing,
        asked: TransferRequest,
        decision: Decision,
        who: RequestContext | None,
    ) -> None:
        self._means = means
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
            reading = self._read(body)
            finder = self._finder(reading)
            return self._rewrite(reading, finder.look(reading.leaves.prose()) if finder is not None else None)
        except TransferDenied:
            raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the original must not leave
            denial = self._denial(error)
        # Outside the handler: the error may hold a value, and must not become the denial's context.
        self.deny(denial)
        return self._unchanged()

    async def prepare_async(self, body: bytes | None) -> Prepared:
        """The same without blocking the event loop: a model works in threads of its own, a long body in another one.

        Args:
            body: See :meth:`prepare`.

        Raises:
            TransferDenied: It may not leave.
        """
        run = _in_thread if body is not None and len(body) > _LONG else _here
        try:
            reading = await run(self._read, body)
            finder = self._finder(reading)
            names = await finder.prepare(reading.leaves.prose()) if finder is not None else None
            return await run(self._rewrite, reading, names)
        except TransferDenied:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            denial = self._denial(error)
        self.deny(denial)
        return self._unchanged()

    def _denial(self, error: Exception) -> Decision:
        if isinstance(error, Unscannable):
            code, remedy = ReasonCode.CONTENT_UNSCANNABLE, f"The guard met {error}."
        elif isinstance(error, RedactionError):
            code = ReasonCode.GUARD_OVERLOADED if error.limit == "model" else ReasonCode.CONTENT_UNSCANNABLE
            remedy = f"{error.remedy or 'The body exceeds a limit of [redaction.limits]'}."
        else:
            code, remedy = ReasonCode.GUARD_FAILED, f"The guard itself failed ({type(error).__name__})."
        return replace(self._decision, kind=DecisionKind.DENY, reason_code=code, remedy=remedy)

    def _read(self, body: bytes | None) -> Reading:
        reading = read(self._outgoing, body)
        if reading.problem is not None:
            self._asked = replace(self._asked, unscannable=True)
            decision = decide(self._means.register, self._asked)
            if not decision.allowed:
                self.deny(
                    replace(decision, remedy=f"The guard met {reading.problem}. {decision.remedy or ''}".rstrip())
                )
        return reading

    def _finder(self, reading: Reading) -> NameFinder | None:
        """Who looks for names in this request: nobody where it goes to no AI provider."""
        return self._means.finder_for(reading.operation, self._decision)

    def _rewrite(self, reading: Reading, names: Names | None) -> Prepared:
        outgoing, content, leaves = self._outgoing, reading.content, reading.leaves
        found = Findings(operation=reading.operation, model=reading.model, attachments=leaves.attachments)
        found.provenance = reading.provenance
        found.names_searched = names is None or names.complete
        rewriting = leaves.rewrite(self._means.transform(names), self._replacement(self._decision.payload))
        found.categories = categories_of(rewriting.counts)
        self._decide_again(found)
        changed = rewriting.changed or (content is not None and content.ambiguous)
        if changed and is_signed(outgoing):
            raise Unscannable("a request that was signed before it could be rewritten")
        found.removed, found.fields = (rewriting.counts if rewriting.changed else {}), rewriting.fields
        changed |= self._override(content, found)
        added = dict(self._decision.header_overrides)
        dropped = [name.lower() for name in added]
        rendered = content.render() if content is not None and changed else None
        size = reading.size
        if rendered is not None:
            dropped.append("content-encoding")
            size = len(rendered)
        found.size = bucket(size) if size is not None else None
        if self._names is not None and self._names.distinct:
            dropped.append("accept-encoding")
            added["accept-encoding"] = "identity"
        self._submit(found)
        if not self._means.enforcing:
            return self._unchanged()
        headers = reading.headers_without(*dropped) if dropped else reading.headers
        return Prepared(reading.target(), [*headers, *added.items()], rendered)

    def _replacement(self, mode: PayloadMode) -> Replace:
        if mode is PayloadMode.ORIGINALS:
            return lambda _, original: original
        if mode is PayloadMode.PSEUDONYMS:
            self._names = self._means.names(self._who)
            return self._names.token
        return lambda entity_type, _: f"<{entity_type}>"

    def _decide_again(self, found: Findings) -> None:
        if not found.categories:
            return
        self._asked = self._asked.with_categories(found.categories)
        decision = decide(self._means.register, self._asked)
        if not decision.allowed:
            self.deny(decision, found)
        self._decision = decision

    def _override(self, content: Body | None, found: Findings) -> bool:
        """Set what the register obliges a request to say, such as ``store: false``."""
        members = self._decision.body_overrides
        headers = self._decision.header_overrides
        if not members and not headers:
            return False
        said = [f"{name}={str(value).lower()}" for name, value in sorted({**members, **headers}.items())]
        found.retention = ",".join(said) or None
        if not members:
            return False
        if content is None:
            raise Unscannable("a body in which the provider's storage cannot be switched off")
        return content.override(members)

    def _submit(self, found: Findings) -> None:
        self._intent = self._means.recorder.intent(self._outgoing, self._asked, self._decision, found, self._who)
        try:
            receipt = self._means.sink.submit(self._intent, self._decision.durability)
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
            self._receipt.wait(self._means.record_timeout)
            return
        except LedgerUnavailable:
            pass
        self._without_ledger()

    async def wait_async(self) -> None:
        """The same without blocking the event loop."""
        if self._receipt is None:
            return
        try:
            await self._receipt.wait_async(self._means.record_timeout)
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
        means = self._means
        with suppress(Exception):  # the refusal stands, whether or not it can be recorded
            record = means.recorder.intent(self._outgoing, self._asked, decision, found or Findings(), self._who)
            means.sink.submit(record, Durability.GROUP)
        if means.enforcing:
            refuse(decision, means.recorder.recipient(self._outgoing, decision), self._who)

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
        return Reply(self._outcome, answer, names, head)

    def _outcome(self, **members: object) -> None:
        intent, self._intent = self._intent, None
        if intent is None:
            return  # recorded already
        duration = bucket(int((time.monotonic() - self._started) * 1000))
        record = self._means.recorder.outcome(intent, duration_ms=duration, **members)
        with suppress(LedgerUnavailable):  # the intent without an outcome reads as unknown
            self._means.sink.submit(record, Durability.GROUP)


async def _here(work: Callable[..., T], *arguments: Any) -> T:
    return work(*arguments)


async def _in_thread(work: Callable[..., T], *arguments: Any) -> T:
    return await to_thread.run_sync(work, *arguments)
