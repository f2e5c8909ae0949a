"""The request's context: who is asking, what they allowed, and why data may leave on their behalf.

One mutable :class:`RequestContext` sits in one ContextVar. Everyone mutates that object instead of setting the
variable, because a value set in a worker thread or in a task group of its own would be lost to the endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from privmw.consent import Consent, ConsentLookup, consent_of
from privmw.errors import ConfigurationError
from privmw.types import ConsentState, SubjectPayload

__all__ = [
    "Identity",
    "RequestContext",
    "current_context",
    "handled",
    "identify",
    "is_handled",
    "latest_context",
    "on_identity",
    "open_context",
    "require_context",
]


@dataclass(frozen=True, slots=True)
class Identity:
    """What the app knows of the person who is asking; these exact values are redacted on every surface.

    Attributes:
        subject_id: The app's own id of the person.
        email: E-mail address.
        name: Full name as displayed; its parts are redacted too.
        phone: Phone number in any notation.
        extra: Further values by Presidio entity name (``{"KR_RRN": "..."}``).
    """

    subject_id: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    extra: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(slots=True, eq=False)
class RequestContext:
    """All that privmw knows of one request or job.

    Attributes:
        request_id: Id of the request, for the purgeable part of records.
        trace_id: W3C trace id, 32 hex digits, or ``None``.
        scope: The ASGI scope, from which the purpose is resolved lazily, or ``None`` in a job.
        default_purpose: Purpose that a router's dependency declared for the request.
        identities: Everyone identified in this request, latest last.
        tenant: The app's own id of the tenant.
        conversation: Id that keeps pseudonyms stable over the turns of one conversation.
        consent: Consents known to the app, or their states alone, by purpose key; beats ``consent_lookup``.
        consent_lookup: Asked at send time for purposes that ``consent`` does not hold.
        consent_recorder: Writes a decision to the ledger of the app that the request belongs to.
        transfer_withdrawn: The person withdrew from overseas transfer.
        gpc: The request carried ``Sec-GPC: 1``.
        opt_out: The account or a cookie opts out of analytics.
        minor: The person is below the policy's age limit.
        restricted: Processing is restricted to storage and legal purposes.
        objected: Purposes the person objected to.
        denied: An outbound call of this request was refused.
        input_flags: Entity types that :class:`~privmw.middleware.InputGuardMiddleware` saw in what the user sent.
        relied: Consents as they were looked up last in this request, by purpose key.
        cache: Derived objects of other modules, by their key, dropped when an identity is added.
    """

    request_id: str | None = None
    trace_id: str | None = None
    scope: Mapping[str, Any] | None = field(default=None, repr=False)
    default_purpose: str | None = None
    identities: tuple[Identity, ...] = field(default=(), repr=False)
    tenant: str | None = field(default=None, repr=False)
    conversation: str | None = field(default=None, repr=False)
    consent: dict[str, ConsentState | Consent] = field(default_factory=dict)
    consent_lookup: ConsentLookup | None = field(default=None, repr=False)
    consent_recorder: Callable[[RequestContext, str, ConsentState, str | None], Consent] | None = field(
        default=None, repr=False
    )
    transfer_withdrawn: bool = False
    gpc: bool = False
    opt_out: bool = False
    minor: bool = False
    restricted: bool = False
    objected: frozenset[str] = frozenset()
    denied: bool = False
    input_flags: frozenset[str] = frozenset()
    relied: dict[str, Consent] = field(default_factory=dict, repr=False)
    cache: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def subject_id(self) -> str | None:
        """The latest known subject id."""
        return next((who.subject_id for who in reversed(self.identities) if who.subject_id), None)

    def add_identity(self, identity: Identity) -> None:
        """Remember a person for the rest of the request."""
        self.identities = (*self.identities, identity)
        self.cache.clear()

    def consent_for(self, purpose: str) -> ConsentState:
        """The person's consent to a purpose as of now.

        Raises:
            ConfigurationError: The lookup's answer is no consent state.
        """
        known: object = self.consent.get(purpose)
        if known is None and self.consent_lookup is not None:
            known = self.consent_lookup(self.subject_id, purpose)
        consent = self.relied[purpose] = consent_of(known)
        return consent.state

    def payload(
        self,
        reference: Callable[[str], str] | None,
        *,
        item_fields: tuple[str, ...] = (),
        consent_record_ref: str | None = None,
    ) -> SubjectPayload:
        """What a record may keep of the request until it is purged.

        Args:
            reference: Turns a subject or tenant id into a keyed reference; without it neither is kept.
            item_fields: JSON paths of the fields that held personal data.
            consent_record_ref: Id of the consent's record that a transfer relies on.
        """
        path = getattr((self.scope or {}).get("route"), "path", None)
        subject = self.subject_id
        return SubjectPayload(
            subject_ref=reference(subject) if subject is not None and reference is not None else None,
            consent_record_ref=consent_record_ref,
            tenant_ref=reference(self.tenant) if self.tenant is not None and reference is not None else None,
            request_id=self.request_id,
            trace_id=self.trace_id,
            route=path if isinstance(path, str) else None,
            item_fields=item_fields,
        )


_current: ContextVar[RequestContext | None] = ContextVar("privmw_context", default=None)
_latest: ContextVar[RequestContext | None] = ContextVar("privmw_latest_context", default=None)

current_context: Callable[[], RequestContext | None] = _current.get
"""Return the context of the running request or job, or ``None`` outside one."""


latest_context: Callable[[], RequestContext | None] = _latest.get
"""Return the context of the connection that this task handles or has just handled, ``None`` where there is none.

The server's access log, and what Sentry reports of a request, are written outside of all middleware, when the context has
closed; who was asking must still be known to them. It lives as long as the connection's task.
"""


def require_context(caller: str) -> RequestContext:
    """Return the current context.

    Args:
        caller: What needs it, for the message.

    Raises:
        ConfigurationError: No context is open.
    """
    context = _current.get()
    if context is None:
        raise ConfigurationError(
            f"{caller} was called outside a request",
            remedy='Mount ContextMiddleware (or PrivacyMiddleware), or wrap the job in `with privmw.purpose("..."):`',
        )
    return context


def enter_context(context: RequestContext, *, outlives: bool = False) -> Token[RequestContext | None]:
    """Make a context current; give the token to :func:`exit_context`.

    Args:
        context: The context.
        outlives: It stays this task's :func:`latest_context` when it is no longer current.
    """
    if outlives:
        _latest.set(context)
    return _current.set(context)


def exit_context(token: Token[RequestContext | None]) -> None:
    """Restore what was current before :func:`enter_context`."""
    _current.reset(token)


@contextmanager
def open_context(context: RequestContext | None = None) -> Iterator[RequestContext]:
    """Run a block inside a context of its own."""
    context = context if context is not None else RequestContext()
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def remember_context(error: BaseException, context: RequestContext) -> None:
    """Tie an exception to the context it is leaving: servers and Sentry report it after the context has closed."""
    with suppress(AttributeError):  # an exception class with slots cannot be tied
        error.__privmw_context__ = context  # type: ignore[attr-defined]


@contextmanager
def context_of(error: BaseException | None) -> Iterator[None]:
    """Run a block in the context that an exception left, unless a context is open already."""
    context: RequestContext | None = getattr(error, "__privmw_context__", None)
    if context is None or _current.get() is not None:
        yield
        return
    with open_context(context):
        yield


_handled: ContextVar[bool] = ContextVar("privmw_handled", default=False)

is_handled: Callable[[], bool] = _handled.get
"""Whether what is being sent now was redacted and decided on already, at a surface of its own."""


@contextmanager
def handled() -> Iterator[None]:
    """Send something whose surface has done all there is to do, so that the guard of outbound calls leaves it alone."""
    token = _handled.set(True)
    try:
        yield
    finally:
        _handled.reset(token)


_observers: list[Callable[[RequestContext], None]] = []


def on_identity(observer: Callable[[RequestContext], None]) -> Callable[[], None]:
    """Have a function called, which must not raise, with each context to which :func:`identify` adds somebody.

    Returns:
        A function that undoes it.
    """
    _observers.append(observer)
    return lambda: _observers.remove(observer)


def identify(
    *,
    subject_id: str | int | UUID | None = None,
    email: str | None = None,
    name: str | None = None,
    phone: str | None = None,
    tenant: str | int | UUID | None = None,
    conversation: str | int | UUID | None = None,
    extra: Mapping[str, str] | None = None,
) -> None:
    """Tell privmw who is asking, typically from the auth dependency.

    For the rest of the request these exact values are redacted on every surface (logs, traces, Sentry, analytics, AI
    prompts), in plain, percent-encoded and case-folded form, the name's parts included, with no model involved.

    Args:
        subject_id: The app's own id of the person, a number or UUID too; only a keyed reference of it is ever recorded.
        email: E-mail address.
        name: Full name.
        phone: Phone number in any notation.
        tenant: The app's own id of the tenant; separates pseudonyms.
        conversation: Id of a conversation; keeps pseudonyms stable over its turns.
        extra: Further values by Presidio entity name (``{"KR_RRN": "..."}``).

    Raises:
        ConfigurationError: No request or job context is open, or an argument is not text.
    """
    context = require_context("identify()")
    subject, new_tenant, new_conversation = (
        _id(key, value)
        for key, value in (("subject_id", subject_id), ("tenant", tenant), ("conversation", conversation))
    )
    for key, value in (("email", email), ("name", name), ("phone", phone), *(extra or {}).items()):
        if value is not None and not isinstance(value, str):
            raise ConfigurationError("must be text", field=f"identify({key}=...)", remedy="Pass a string or None")
    if new_tenant is not None:
        context.tenant = new_tenant
    if new_conversation is not None:
        context.conversation = new_conversation
    context.add_identity(Identity(subject, email, name, phone, tuple((extra or {}).items())))
    for observer in _observers:
        observer(context)


def _id(key: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, UUID)) and not isinstance(value, bool):
        return str(value)
    raise ConfigurationError("must be an id", field=f"identify({key}=...)", remedy="Pass a string, an int or a UUID")
