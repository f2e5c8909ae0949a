"""From a decided call to the records of it: the provable header, and the part that relates to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from privmw.consent import Consent
from privmw.context import RequestContext
from privmw.egress.hostnames import HostNames
from privmw.egress.jsonbody import is_name
from privmw.egress.leaves import TextRewriter
from privmw.egress.outgoing import Outgoing
from privmw.policy.decision import TransferRequest
from privmw.policy.members import members_of
from privmw.policy.register import Register
from privmw.types import (
    Decision,
    DecisionKind,
    Enforcement,
    JSONValue,
    RecordKind,
    SubjectPayload,
    TransferRecord,
    new_record_id,
)

__all__ = ["Findings", "Recorder"]

_REMEMBERED = 4096


@dataclass(slots=True)
class Findings:
    """What was found and done in one request.

    Attributes:
        removed: How many values of each entity type were replaced.
        categories: Data categories found.
        fields: Where, as JSON paths.
        attachments: Binary content sent as it is, by media type.
        model: Model asked for.
        operation: GenAI operation, ``None`` where the endpoint is not known as one.
        retention: What the request asks of the provider's retention (``store=false``).
        size: Bytes of the body as sent, bucketed.
        provenance: Whether binary content that is sent as it is carries a C2PA manifest.
        names_searched: ``False`` where the NER tier was to look for names and did not look at everything.
    """

    removed: Mapping[str, int] = field(default_factory=dict)
    categories: frozenset[str] = frozenset()
    fields: tuple[str, ...] = ()
    attachments: Mapping[str, int] = field(default_factory=dict)
    model: str | None = None
    operation: str | None = None
    retention: str | None = None
    size: int | None = None
    names_searched: bool = True
    provenance: bool = False

    def details(self) -> dict[str, JSONValue]:
        """What a record says beyond its named fields; nothing per person."""
        said: dict[str, JSONValue] = {}
        if self.attachments:
            said["attachments"] = dict(self.attachments)
        if not self.names_searched:
            said["ner"] = "core_only"
        return said


class Recorder:
    """Builds the records of one guard.

    Args:
        register: Says who the recipients are.
        enforcement: Whether decisions are carried out.
        detector_version: Hash of the detection rules.
        subject_ref: Turns a subject or tenant id into a keyed reference; without it none is recorded.
        time_ms: The clock.
        redactor: Keeps personal data in the names of hosts and models out of records; without it, names must be the
            register's own.
    """

    def __init__(
        self,
        register: Register,
        *,
        enforcement: Enforcement,
        detector_version: str,
        subject_ref: Callable[[str], str] | None,
        time_ms: Callable[[], int],
        redactor: TextRewriter | None = None,
    ) -> None:
        self._redactor = redactor
        self._hosts = HostNames(register, redactor) if redactor is not None else None
        self._register = register
        self._enforcement = enforcement
        self._detector_version = detector_version
        self._subject_ref = subject_ref
        self._time_ms = time_ms
        self._said: dict[tuple[str, str | None, str, int | None], dict[str, Any]] = {}

    def intent(
        self,
        outgoing: Outgoing,
        asked: TransferRequest,
        decision: Decision,
        found: Findings,
        who: RequestContext | None,
    ) -> TransferRecord:
        """The record of a transfer that is about to happen, or of one that may not."""
        now = self._time_ms()
        host = self.host(outgoing)
        relied = who.relied.get(asked.purpose or "") if who is not None else None
        kind = RecordKind.TRANSFER
        if decision.kind is DecisionKind.DENY:
            kind = RecordKind.DENIED
        members = {
            "kind": kind,
            "record_id": new_record_id(now),
            "time_ms": now,
            "rule_id": decision.rule_id or None,
            "decision": decision.kind,
            "reason_code": decision.reason_code,
            "enforcement": self._enforcement,
            "recipient_id": self.recipient(outgoing, decision),
            "server_address": host,
            "server_port": outgoing.port or (443 if outgoing.scheme == "https" else 80),
            "destination_country": decision.country,
            "country_evidence": decision.country_evidence,
            "purpose": decision.purpose,
            "feature": decision.feature,
            "data_categories": tuple(sorted(found.categories)),
            "removed": dict(found.removed),
            "pseudonymised": bool(found.removed) and decision.payload == "pseudonyms",
            "detector_version": self._detector_version,
            "retention_requested": found.retention,
            "consent_state": asked.consent,
            "notice_version": relied.notice_version if relied is not None else None,
            "gpc": asked.gpc,
            "opt_out": asked.opt_out,
            "provenance": "preserved" if found.provenance else None,
            "gen_ai_request_model": self._model(found.model),
            "gen_ai_operation_name": found.operation,
            "bytes_out": found.size,
            "details": found.details(),
            "payload": self._payload(who, found, relied),
            **self._declared(decision, outgoing),
        }
        return TransferRecord.of(members)

    def host(self, outgoing: Outgoing) -> str:
        """The host's name as records and errors may hold it."""
        return outgoing.host if self._hosts is None else self._hosts.of(outgoing.host, outgoing.port)

    def recipient(self, outgoing: Outgoing, decision: Decision) -> str:
        """The declared recipient of a transfer, or the name of its host."""
        declared = decision.recipient if self._register.recipient(decision.recipient) is not None else None
        return declared or self.host(outgoing)

    def outcome(self, intent: TransferRecord, **members: Any) -> TransferRecord:
        """The record of how an intended transfer ended."""
        now = self._time_ms()
        return TransferRecord.of(
            {
                "kind": intent.kind,
                "record_id": new_record_id(now),
                "time_ms": now,
                "intent_id": intent.record_id,
                "policy_id": intent.policy_id,
                "policy_version": intent.policy_version,
                "policy_sha256": intent.policy_sha256,
                "recipient_id": intent.recipient_id,
                "purpose": intent.purpose,
                "retention_class": intent.retention_class,
                **members,
            }
        )

    def _model(self, name: str | None) -> str | None:
        """A model's name, unless it is none or holds something personal: apps may name models of their own as they like."""
        if name is None or self._redactor is None or not is_name(name):
            return None
        try:
            safe = self._redactor.transform(name, lambda entity_type, _: f"<{entity_type}>").value
            return name if safe == name else None
        except Exception:  # noqa: BLE001 - whatever it is, the record goes without
            return None

    def _payload(self, who: RequestContext | None, found: Findings, relied: Consent | None) -> SubjectPayload | None:
        if who is None:
            return SubjectPayload(item_fields=found.fields) if found.fields else None
        consented = relied.record_id if relied is not None else None
        return who.payload(self._subject_ref, item_fields=found.fields, consent_record_ref=consented)

    def _declared(self, decision: Decision, outgoing: Outgoing) -> dict[str, Any]:
        """What the register says of policy, recipient and purpose; worked out once for each host."""
        key = (decision.recipient, decision.purpose, outgoing.host, outgoing.port)
        known = self._said.get(key)
        if known is None:
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            known = self._said[key] = _declared(self._register, decision, outgoing)
        return known


def _declared(register: Register, decision: Decision, outgoing: Outgoing) -> dict[str, Any]:
    recipient = register.recipient(decision.recipient)
    members = members_of(register, recipient, register.purposes.get(decision.purpose or ""))
    if recipient is not None:
        members["gen_ai_provider_name"] = _provider(register, outgoing) or recipient.provider_name
    return members


def _provider(register: Register, outgoing: Outgoing) -> str | None:
    destination = register.destination(outgoing.host.lower(), outgoing.port)
    return destination.rule.provider_name if destination is not None else None
