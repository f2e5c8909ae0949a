"""What calls are decided on and carried out with: one set for all calls of a guard, without any state of a request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from privmw.context import RequestContext
from privmw.egress.leaves import NameFinder, Names, TextRewriter, Transform
from privmw.egress.records import Recorder
from privmw.policy.register import Register
from privmw.redaction.pseudonyms import Pseudonymiser
from privmw.types import Decision, Enforcement, TransferSink

__all__ = ["Means"]

_AI_USES = ("essential.service.ai_inference", "train_ai_system")


class Means:
    """Register, redactor, recorder and sink of a guard; :class:`~privmw.egress.guard.Guard` says what each is for.

    Attributes:
        register: Declared recipients and purposes.
        sink: Takes the records.
        recorder: Makes them.
        record_timeout: Seconds to wait for a record that must be durable before its request is sent.
        enforcing: Decisions are carried out, and not only recorded.
    """

    def __init__(
        self,
        register: Register,
        redactor: TextRewriter | NameFinder,
        sink: TransferSink,
        *,
        keys: Sequence[bytes],
        enforcement: Enforcement,
        record_timeout: float,
        subject_ref: Callable[[str], str] | None,
        time_ms: Callable[[], int],
    ) -> None:
        self.register = register
        self.sink = sink
        self.record_timeout = record_timeout
        self.enforcing = enforcement is Enforcement.BLOCK
        self._finder = redactor if isinstance(redactor, NameFinder) else None
        self._core = redactor.core if isinstance(redactor, NameFinder) else redactor
        self.recorder = Recorder(
            register,
            enforcement=enforcement,
            detector_version=redactor.version,
            subject_ref=subject_ref,
            time_ms=time_ms,
            redactor=self._core,
        )
        self._ai = frozenset().union(*map(register.purposes_under, _AI_USES))
        self._keys = keys

    def finder_for(self, operation: str | None, decision: Decision) -> NameFinder | None:
        """Who looks for names with a model: only in what goes to an AI provider, by endpoint, recipient or purpose.

        Args:
            operation: GenAI operation, ``None`` where the endpoint is not known as one.
            decision: Whom it goes to, and what for.
        """
        if self._finder is None or operation is not None or decision.purpose in self._ai:
            return self._finder
        recipient = self.register.recipient(decision.recipient)
        return self._finder if recipient is not None and recipient.ai else None

    def transform(self, names: Names | None) -> Transform:
        """What rewrites texts: the core, together with what a model found in them, if it was asked."""
        if self._finder is None or names is None:
            return self._core.transform
        return partial(self._finder.transform, names=names)

    def names(self, who: RequestContext | None) -> Pseudonymiser:
        """The pseudonyms of a tenant's conversation, or of its subject, or of a request where neither is known.

        They live in the request's context, so that all calls of one request share them and nothing outlives it.
        """
        if who is None:
            return Pseudonymiser(self._keys, "")
        scope = f"{who.tenant or ''}\0{who.conversation or who.subject_id or who.request_id or ''}"
        key = f"egress.names\0{scope}"
        names: Pseudonymiser | None = who.cache.get(key)
        if names is None:
            names = who.cache[key] = Pseudonymiser(self._keys, scope)
        return names
