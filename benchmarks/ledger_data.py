"""Records as an app makes them, for the benchmarks of the ledger: deterministic, with many rare recipients among the old ones."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from privmw.ledger.writer import LedgerWriter
from privmw.types import (
    ConsentState,
    DecisionKind,
    Enforcement,
    Outcome,
    RecordKind,
    SubjectPayload,
    TransferKind,
    TransferRecord,
    new_record_id,
)

__all__ = ["START", "fill", "pair", "records"]

RECIPIENTS = ("openai", "anthropic", "posthog", "sentry", "mistral", "groq", "atlas", "cloudinary")
COUNTRIES = ("US", "US", "DE", "US", "FR", "US", "SG", "IL")
PURPOSES = ("support_reply", "chat", "product_analytics", "errors")
START = 1_772_000_000_000
CRAWLED = 5_000
"""Undeclared hosts, each refused once: the first of every ten records until all have been."""


def pair(index: int, time_ms: int) -> tuple[TransferRecord, TransferRecord]:
    """An intent as the egress guard makes it, and its outcome."""
    which = index % len(RECIPIENTS)
    denied = index % 50 == 49
    record = TransferRecord(
        kind=RecordKind.DENIED if denied else RecordKind.TRANSFER,
        record_id=new_record_id(time_ms),
        time_ms=time_ms,
        policy_id="acme",
        policy_version="2026-04-17",
        policy_sha256="5e" * 32,
        rule_id=f"recipients.{RECIPIENTS[which]}",
        decision=DecisionKind.DENY if denied else DecisionKind.ALLOW_REDACTED,
        reason_code="consent.withdrawn" if denied else None,
        enforcement=Enforcement.BLOCK,
        controller_ref="acme",
        controller_role="controller",
        recipient_id=RECIPIENTS[which],
        recipient_legal_name="A Processor, Inc.",
        transfer_kind=TransferKind.ENTRUSTMENT,
        server_address=f"api.{RECIPIENTS[which]}.example",
        server_port=443,
        network_protocol_name="http",
        destination_country=COUNTRIES[which],
        country_evidence="host",
        origin_country="KR",
        purpose=PURPOSES[index // 7 % len(PURPOSES)],
        legal_basis="contract",
        mechanism={"kr": "28-8(1)3", "eu": "A46-2-c"},
        data_categories=("user.content.private", "user.contact.email"),
        removed={"EMAIL_ADDRESS": 1 + index % 3, "PHONE_NUMBER": 1},
        pseudonymised=True,
        detector_version="3f9ac01b",
        retention_requested="store=false",
        consent_state=ConsentState.NOT_REQUIRED,
        gpc=False,
        opt_out=False,
        gen_ai_provider_name=RECIPIENTS[which],
        gen_ai_request_model="gpt-5",
        gen_ai_operation_name="chat",
        bytes_out=4096,
        retention_class="subject_3m",
        purge_after="2026-05-25",
        payload=SubjectPayload(
            subject_ref=hashlib.sha256(str(index % 20_000).encode()).hexdigest()[:32],
            request_id=f"{index:032x}",
            trace_id=f"{index * 7919:032x}",
            route="/conversations/{id}/reply",
            item_fields=("messages[].content",),
        ),
    )
    outcome = TransferRecord(
        kind=record.kind,
        record_id=new_record_id(time_ms + 400),
        time_ms=time_ms + 400,
        intent_id=record.record_id,
        outcome=Outcome.SENT,
        status_code=200,
        duration_ms=400,
        recipient_id=record.recipient_id,
        purpose=record.purpose,
        bytes_in=2048,
        input_tokens=1024,
        output_tokens=256,
    )
    return record, outcome


def crawled(index: int) -> TransferRecord:
    """A refusal of a host that nobody declared; its fellow is an intent of another kind."""
    record, _ = pair(index, START + index * 100)
    host = f"host-{index // 5}.example"
    return replace(
        record,
        kind=RecordKind.DENIED,
        decision=DecisionKind.DENY,
        reason_code="recipient.undeclared",
        recipient_id=host,
        server_address=host,
        destination_country=None,
        purpose="crawl",
    )


def records(number: int, offset: int = 0) -> list[TransferRecord]:
    """Intents and outcomes in turn."""
    made: list[TransferRecord] = []
    for index in range(offset, offset + number // 2):
        first, second = pair(index, START + index * 100)
        made += [crawled(index) if index % 5 == 0 and index // 5 < CRAWLED else first, second]
    return made


def fill(directory: Path, number: int) -> float:
    """Write many records through the writer; returns bytes per record on disk."""
    writer = LedgerWriter(directory, queue_limit=40_000)
    for first in range(0, number, 10_000):
        for record in records(10_000, offset=first // 2):
            writer.submit(record)
        writer.flush(120)
    writer.close(120)
    return sum(path.stat().st_size for path in directory.iterdir()) / number
