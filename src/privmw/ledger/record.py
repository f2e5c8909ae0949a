"""What a transfer record looks like on disk: its provable header, its purgeable payload, and the commitment between them.

Header: a flat object of the members in :data:`MEMBERS` (OpenTelemetry names where OpenTelemetry has one), plus the
writer's ``schema``, ``writer_id``, ``epoch``, ``seq``, ``prev_hash``, ``payload_commit`` and, where the wall clock stepped
back, ``clock_back_ms``. Absent members mean "not known or not applicable"; nothing is written as ``null``. Hashes are
lower-case hex. Nothing in it relates to one person.

Payload: an object of the members of :class:`privmw.types.SubjectPayload`, absent when empty. It may be deleted at any
time together with its salt; the header then still holds ``payload_commit`` = SHA-256(0x02 ‖ salt ‖ payload bytes),
which says nothing about it, because the salt is 32 random bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final

from privmw.types import (
    ConsentState,
    DecisionKind,
    Enforcement,
    Outcome,
    RecordKind,
    SubjectPayload,
    TransferKind,
    TransferRecord,
)

__all__ = [
    "MEMBERS",
    "SALT_SIZE",
    "SCHEMA",
    "WRITER_MEMBERS",
    "commitment",
    "header_members",
    "payload_members",
    "record_from",
]

SCHEMA: Final = 1
"""Version of the header's form; a reader refuses a higher one."""

SALT_SIZE: Final = 32

_SCALARS: Final = {
    "record_id": "record_id",
    "time_ms": "time",
    "intent_id": "intent_id",
    "policy_id": "policy_id",
    "policy_version": "policy_version",
    "policy_sha256": "policy_sha256",
    "rule_id": "rule_id",
    "reason_code": "reason_code",
    "status_code": "http.response.status_code",
    "duration_ms": "duration_ms",
    "controller_ref": "controller_ref",
    "controller_role": "controller_role",
    "recipient_id": "recipient_id",
    "recipient_legal_name": "recipient_legal_name",
    "recipient_contact": "recipient_contact",
    "contract_ref": "contract_ref",
    "server_address": "server.address",
    "server_port": "server.port",
    "network_protocol_name": "network.protocol.name",
    "tls_protocol_version": "tls.protocol.version",
    "destination_country": "destination_country",
    "country_evidence": "country_evidence",
    "origin_country": "origin_country",
    "purpose": "purpose",
    "legal_basis": "legal_basis",
    "feature": "feature",
    "mechanism_ref": "mechanism_ref",
    "special_category": "special_category",
    "contains_national_id": "contains_national_id",
    "pseudonymised": "pseudonymised",
    "detector_version": "detector_version",
    "recipient_retention": "recipient_retention",
    "retention_requested": "retention_requested",
    "notice_version": "notice_version",
    "gpc": "gpc",
    "opt_out": "opt_out",
    "sale_or_share": "sale_or_share",
    "refusal_effect": "refusal_effect",
    "provenance": "provenance",
    "gen_ai_provider_name": "gen_ai.provider.name",
    "gen_ai_request_model": "gen_ai.request.model",
    "gen_ai_operation_name": "gen_ai.operation.name",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "bytes_out": "bytes_out",
    "bytes_in": "bytes_in",
    "retention_class": "retention_class",
    "purge_after": "purge_after",
}
_ENUMS: Final[dict[str, type[StrEnum]]] = {
    "kind": RecordKind,
    "decision": DecisionKind,
    "enforcement": Enforcement,
    "outcome": Outcome,
    "transfer_kind": TransferKind,
    "consent_state": ConsentState,
}
_LISTS: Final = ("data_categories", "data_subject_categories")
_MAPS: Final = ("mechanism", "removed", "details")

MEMBERS: Final[Mapping[str, str]] = {**_SCALARS, **{name: name for name in (*_ENUMS, *_LISTS, *_MAPS)}}
"""Attribute of :class:`privmw.types.TransferRecord` → member of the header."""

WRITER_MEMBERS: Final = ("schema", "writer_id", "epoch", "seq", "prev_hash", "payload_commit", "clock_back_ms")
"""Members that the writer adds."""

FIRST_MS: Final = -62_135_596_800_000
LAST_MS: Final = 253_402_300_799_999
"""First millisecond of the year 1 and last one of the year 9999: no calendar here goes further."""


def _scalar(value: Any) -> Any:
    if isinstance(value, list | dict):
        raise TypeError("a member holds several values instead of one")
    return value


def _time(value: Any) -> int:
    if type(value) is not int or not FIRST_MS <= value <= LAST_MS:
        raise ValueError("the time is none")
    return value


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError("a member is no list of words")
    return tuple(value)


def _map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a member is no map")
    return value


_READ: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    **{member: (name, _scalar) for name, member in _SCALARS.items()},
    "time": ("time_ms", _time),
    **{name: (name, {item.value: item for item in words}.__getitem__) for name, words in _ENUMS.items()},
    **{name: (name, _words) for name in _LISTS},
    **{name: (name, _map) for name in _MAPS},
}
"""Member of the header → attribute, and what makes its value from what JSON holds."""

_REQUIRED: Final = {"kind", "record_id", "time_ms"}

_PAYLOAD: Final = ("subject_ref", "consent_record_ref", "tenant_ref", "request_id", "trace_id", "route")

_scalars = attrgetter(*_SCALARS)
_enums = attrgetter(*_ENUMS)
_scalar_members = tuple(_SCALARS.values())
_enum_members = tuple(_ENUMS)


def header_members(record: TransferRecord) -> dict[str, Any]:
    """List the members that the caller of the ledger fills.

    Args:
        record: The record as submitted.

    Returns:
        Members by name, without the writer's own; sorted lists, no ``None``, no empty list or map.
    """
    header: dict[str, Any] = {
        member: value for member, value in zip(_scalar_members, _scalars(record), strict=True) if value is not None
    }
    for member, value in zip(_enum_members, _enums(record), strict=True):
        if value is not None:
            header[member] = str(value)
    if record.data_categories:
        header["data_categories"] = sorted(set(record.data_categories))
    if record.data_subject_categories:
        header["data_subject_categories"] = sorted(set(record.data_subject_categories))
    for member, mapping in (("mechanism", record.mechanism), ("removed", record.removed), ("details", record.details)):
        if mapping:
            header[member] = dict(mapping)
    return header


def payload_members(payload: SubjectPayload) -> dict[str, Any]:
    """List the members of a payload that are set; empty when none is."""
    members: dict[str, Any] = {name: value for name in _PAYLOAD if (value := getattr(payload, name)) is not None}
    if payload.item_fields:
        members["item_fields"] = sorted(set(payload.item_fields))
    return members


def commitment(salt: bytes, payload: bytes) -> bytes:
    """Commit to a payload: SHA-256(0x02 ‖ salt ‖ payload).

    Args:
        salt: 32 random bytes of this record alone.
        payload: Canonical bytes of the payload.
    """
    return hashlib.sha256(b"\x02" + salt + payload).digest()


def record_from(header: Mapping[str, Any], payload: Mapping[str, Any] | None = None) -> TransferRecord:
    """Rebuild a record from what is stored; members of a later schema are left out.

    Args:
        header: Members as :func:`privmw.ledger.canonical.parse` returns them.
        payload: Members of the payload, ``None`` when it has none or it was purged.

    Raises:
        KeyError: An enumerated member holds a word that this version does not know.
        TypeError: ``kind``, ``record_id`` or ``time`` is absent, or a member is not of the form that it has.
        ValueError: The time is none.
    """
    fields: dict[str, Any] = {}
    for member, value in header.items():
        read = _READ.get(member)
        if read is not None:
            name, convert = read
            fields[name] = convert(value)
    if payload is not None:
        known = {name: _scalar(payload[name]) for name in _PAYLOAD if name in payload}
        fields["payload"] = SubjectPayload(**known, item_fields=_words(payload.get("item_fields", [])))
    if not fields.keys() >= _REQUIRED:
        raise TypeError("kind, record_id or time is absent")
    return TransferRecord.of(fields)
