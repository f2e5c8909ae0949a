"""Value types and protocols that the rooms of privmw share. Standard library only."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeAlias

__all__ = [
    "Clock",
    "ConsentState",
    "CountingRedactor",
    "Decision",
    "DecisionKind",
    "Durability",
    "Enforcement",
    "JSONValue",
    "Match",
    "Outcome",
    "PayloadMode",
    "Permit",
    "ReasonCode",
    "Receipt",
    "RecordKind",
    "SubjectPayload",
    "TransferKind",
    "TransferRecord",
    "TransferSink",
    "ValueRedactor",
    "new_record_id",
]

JSONValue: TypeAlias = "bool | int | float | str | list[JSONValue] | dict[str, JSONValue] | None"


class Match(NamedTuple):
    """One piece of personal data or one secret in a text.

    Attributes:
        entity_type: Presidio-style name (``EMAIL_ADDRESS``, ``KR_RRN``).
        start: Offset of its first character.
        end: Offset after its last character.
        score: Confidence from 0 to 1.
    """

    entity_type: str
    start: int
    end: int
    score: float


class Enforcement(StrEnum):
    """Whether decisions are carried out (``block``) or only recorded (``shadow``)."""

    BLOCK = "block"
    SHADOW = "shadow"


class DecisionKind(StrEnum):
    """What the policy says of a transfer; ``gap`` = the register has no answer and enforcement is ``shadow``."""

    ALLOW = "allow"
    ALLOW_REDACTED = "allow_redacted"
    DENY = "deny"
    GAP = "gap"


class PayloadMode(StrEnum):
    """In which form personal data may go to a recipient for a purpose."""

    ORIGINALS = "originals"
    PSEUDONYMS = "pseudonyms"
    REDACTED = "redacted"
    DENY = "deny"


class ConsentState(StrEnum):
    """State of the data subject's consent, after DPV (ConsentGiven, ConsentRefused, ...)."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    NOT_REQUIRED = "not_required"


class TransferKind(StrEnum):
    """Legal nature of a transfer (PIPA 28-8(1), GDPR 13-14)."""

    ENTRUSTMENT = "entrustment"
    PROVISION = "provision"
    STORAGE = "storage"
    INQUIRY = "inquiry"
    LEGAL = "legal"
    AFFILIATE = "affiliate"
    USER_DIRECTED = "user_directed"


class ReasonCode(StrEnum):
    """Stable reason of a refusal; alike in errors, records, metrics and reports."""

    PURPOSE_MISSING = "purpose.missing"
    PURPOSE_UNDECLARED = "purpose.undeclared"
    PURPOSE_NOT_ALLOWED = "purpose.not_allowed_for_recipient"
    RECIPIENT_UNDECLARED = "recipient.undeclared"
    CATEGORY_UNDECLARED = "category.undeclared_for_recipient"
    COUNTRY_UNDECLARED = "country.undeclared"
    COUNTRY_SUSPENDED = "country.suspended"
    COUNTRY_UNKNOWN = "country.unknown"
    MECHANISM_MISSING = "mechanism.missing"
    CONSENT_MISSING = "consent.missing"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONSENT_EXPIRED = "consent.expired"
    TRANSFER_WITHDRAWN = "transfer.withdrawn"
    OPTOUT_GPC = "optout.gpc"
    OPTOUT_ACCOUNT = "optout.account"
    SUBJECT_MINOR = "subject.minor"
    SUBJECT_RESTRICTED = "subject.restricted"
    SUBJECT_OBJECTED = "subject.objected"
    CONTENT_NATIONAL_ID = "content.national_id"
    CONTENT_SENSITIVE = "content.sensitive"
    CONTENT_CARD = "content.card"
    CONTENT_UNSCANNABLE = "content.unscannable"
    TRANSPORT_CLEARTEXT = "transport.cleartext"
    TRANSPORT_UNVERIFIED = "transport.unverified"
    STORAGE_NOT_DISABLED = "provider.storage_not_disabled"
    LEDGER_UNAVAILABLE = "ledger.unavailable"
    GUARD_OVERLOADED = "guard.overloaded"
    GUARD_FAILED = "guard.failed"


class Durability(StrEnum):
    """When a record counts as written.

    ``before_send``: after fsync, and the caller waits; ``group``: with the next group commit, nobody waits;
    ``best_effort``: like group, and dropped first (counted) when the queue is full.
    """

    BEFORE_SEND = "before_send"
    GROUP = "group"
    BEST_EFFORT = "best_effort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Answer of the policy to one intended transfer.

    Attributes:
        kind: What may happen.
        reason_code: Why it may not, ``None`` where it may.
        rule_id: Which rule of the register decided (``recipients.openai``), for the record.
        payload: In which form personal data may leave.
        recipient: Register key, or the host where it is undeclared.
        purpose: Purpose key, ``None`` where unresolved.
        country: ISO 3166-1 alpha-2 code of the destination, ``None`` where unknown.
        country_evidence: ``host``, ``response``, ``config`` or ``assumed``.
        durability: How durable the intent record must be before the bytes leave.
        body_overrides: JSON members that must be set in the request body (``{"store": False}``).
        header_overrides: Request headers that must be set (``{"X-Fal-Store-IO": "0"}``).
        feature: Name of the feature that a refusal takes away.
        alternative: What the data subject can do instead.
        remedy: What a developer can do about a refusal.
    """

    kind: DecisionKind
    reason_code: ReasonCode | None = None
    rule_id: str = ""
    payload: PayloadMode = PayloadMode.REDACTED
    recipient: str = ""
    purpose: str | None = None
    country: str | None = None
    country_evidence: str = "assumed"
    durability: Durability = Durability.GROUP
    body_overrides: Mapping[str, JSONValue] = field(default_factory=dict)
    header_overrides: Mapping[str, str] = field(default_factory=dict)
    feature: str | None = None
    alternative: str | None = None
    remedy: str | None = None

    @property
    def allowed(self) -> bool:
        """Whether the transfer may happen."""
        return self.kind is not DecisionKind.DENY


class RecordKind(StrEnum):
    """What a ledger record is about."""

    EPOCH_OPEN = "epoch.open"
    EPOCH_CLOSE = "epoch.close"
    TRANSFER = "transfer"
    AMBIENT = "ambient"
    DENIED = "denied"
    GAP = "gap"
    CONSENT = "consent"
    PURGE = "purge"
    POLICY = "policy"
    CHECKPOINT = "checkpoint"


class Outcome(StrEnum):
    """How an intended transfer ended; an intent with no outcome record reads as ``unknown``."""

    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectPayload:
    """The purgeable part of a record: all that relates to a person, and nothing that identifies one directly.

    Never stored: prompt text, values found, raw IP address, user id, URL query.

    Attributes:
        subject_ref: Keyed, rotating reference of the data subject (never the user id itself).
        consent_record_ref: Reference of the consent record relied upon.
        tenant_ref: Keyed reference of the tenant.
        request_id: Id of the request that caused the transfer.
        trace_id: W3C trace id, 32 hex digits.
        route: Route template (``/users/{id}``), never the path.
        item_fields: JSON paths of the fields that held personal data (``messages[].content``).
    """

    subject_ref: str | None = None
    consent_record_ref: str | None = None
    tenant_ref: str | None = None
    request_id: str | None = None
    trace_id: str | None = None
    route: str | None = None
    item_fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TransferRecord:
    """One ledger record before its writer chains it.

    All fields but ``payload`` belong to the provable header, which holds nothing per person; the writer adds
    ``writer_id``, ``epoch``, ``seq``, ``prev_hash`` and the commitment to the payload. Sizes and token counts are
    bucketed by whoever fills them. Names on disk follow OpenTelemetry (``server.address``); see docs/ledger.md.

    Attributes:
        kind: What the record is about.
        record_id: UUIDv7; an outcome names its intent in ``intent_id``.
        time_ms: Milliseconds since the Unix epoch, UTC.
        details: Kind-specific members (purge range, ambient counts, policy diff), JSON-like, nothing per person.
        payload: The purgeable part, or ``None``.
    """

    kind: RecordKind
    record_id: str
    time_ms: int
    intent_id: str | None = None
    policy_id: str | None = None
    policy_version: str | None = None
    policy_sha256: str | None = None
    rule_id: str | None = None
    decision: DecisionKind | None = None
    reason_code: str | None = None
    enforcement: Enforcement | None = None
    outcome: Outcome | None = None
    status_code: int | None = None
    duration_ms: int | None = None
    controller_ref: str | None = None
    controller_role: str | None = None
    recipient_id: str | None = None
    recipient_legal_name: str | None = None
    recipient_contact: str | None = None
    contract_ref: str | None = None
    transfer_kind: TransferKind | None = None
    server_address: str | None = None
    server_port: int | None = None
    network_protocol_name: str | None = None
    tls_protocol_version: str | None = None
    destination_country: str | None = None
    country_evidence: str | None = None
    origin_country: str | None = None
    purpose: str | None = None
    legal_basis: str | None = None
    feature: str | None = None
    mechanism: Mapping[str, str] = field(default_factory=dict)
    mechanism_ref: str | None = None
    data_categories: tuple[str, ...] = ()
    data_subject_categories: tuple[str, ...] = ()
    special_category: bool | None = None
    contains_national_id: bool | None = None
    removed: Mapping[str, int] = field(default_factory=dict)
    pseudonymised: bool | None = None
    detector_version: str | None = None
    recipient_retention: str | None = None
    retention_requested: str | None = None
    consent_state: ConsentState | None = None
    notice_version: str | None = None
    gpc: bool | None = None
    opt_out: bool | None = None
    sale_or_share: bool | None = None
    refusal_effect: str | None = None
    provenance: str | None = None
    gen_ai_provider_name: str | None = None
    gen_ai_request_model: str | None = None
    gen_ai_operation_name: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    bytes_out: int | None = None
    bytes_in: int | None = None
    retention_class: str | None = None
    purge_after: str | None = None
    details: Mapping[str, JSONValue] = field(default_factory=dict)
    payload: SubjectPayload | None = None

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> TransferRecord:
        """Make a record from members that are known to be its fields, without the constructor's 60 assignments.

        Args:
            members: By name; ``kind``, ``record_id`` and ``time_ms`` must be among them.
        """
        record = object.__new__(cls)
        state = record.__dict__
        state["mechanism"], state["removed"], state["details"] = {}, {}, {}
        state.update(members)
        return record


class Receipt(Protocol):
    """Promise that a submitted record becomes durable."""

    def wait(self, timeout: float) -> None:
        """Block until the record is durable.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            LedgerUnavailable: The record is not durable, and may never be.
        """

    async def wait_async(self, timeout: float) -> None:  # noqa: ASYNC109 - mirrors wait(); no task is cancelled
        """The same without blocking the event loop."""


class TransferSink(Protocol):
    """Where surfaces hand their records; the ledger is one, a list in a test another."""

    def submit(self, record: TransferRecord, durability: Durability = Durability.GROUP) -> Receipt:
        """Take a record, without I/O on the calling thread.

        Raises:
            LedgerUnavailable: ``before_send`` was asked for and the sink cannot take it.
        """


def new_record_id(time_ms: int) -> str:
    """Make a UUIDv7 (RFC 9562, section 5.7) for a record: sortable by time, otherwise random."""
    value = (time_ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF000 << 64) | 0x7000 << 64
    value = value & ~(0xC000 << 48) | 0x8000 << 48
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class ValueRedactor(Protocol):
    """What log, Sentry and analytics surfaces need of :class:`privmw.Redactor`."""

    def text(self, text: str) -> str:
        """Redact a string; never raises."""

    def value(self, value: Any) -> Any:
        """Redact a JSON-like value into one of the same shape, the same object where it was clean; never raises."""


class CountingRedactor(ValueRedactor, Protocol):
    """What the surfaces that record their transfers need of it."""

    def counted(self, value: Any) -> tuple[Any, Mapping[str, int]]:
        """Redact as ``value`` does, and say how many values of each entity type were replaced; never raises."""


Permit: TypeAlias = "Callable[[Mapping[str, int]], bool]"
"""Decides whether an item may leave now, and records it; given how many values of each entity type were removed."""


class Clock(Protocol):
    """Source of wall-clock time, so that tests can move it."""

    def time_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
