"""Records, clocks and readings that the tests of the write path share."""

import time
from pathlib import Path

from privmw.ledger.canonical import parse
from privmw.ledger.chain import GENESIS, leaf_hash
from privmw.ledger.stores.sqlite import DirectoryStore, SqliteChain
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


class FakeClock:
    """A clock that stands where a test puts it."""

    def __init__(self, now: int = 1_772_000_000_000) -> None:
        self.now = now

    def time_ms(self) -> int:
        """The time it was set to."""
        return self.now


def intent(index: int = 0, *, time_ms: int | None = None, **changes: object) -> TransferRecord:
    """A plausible transfer record; ``changes`` replace fields."""
    now = time_ms if time_ms is not None else time.time_ns() // 1_000_000
    fields: dict[str, object] = {
        "kind": RecordKind.TRANSFER,
        "record_id": new_record_id(now),
        "time_ms": now,
        "policy_id": "acme",
        "policy_version": "2026-04-17",
        "policy_sha256": "5e" * 32,
        "rule_id": "recipients.openai",
        "decision": DecisionKind.ALLOW_REDACTED,
        "enforcement": Enforcement.BLOCK,
        "recipient_id": "openai",
        "recipient_legal_name": "OpenAI OpCo, LLC",
        "transfer_kind": TransferKind.ENTRUSTMENT,
        "server_address": "api.openai.com",
        "server_port": 443,
        "destination_country": "US",
        "country_evidence": "config",
        "purpose": "support_reply",
        "legal_basis": "contract",
        "mechanism": {"kr": "28-8(1)3", "eu": "A46-2-c"},
        "data_categories": ("user.content.private", "user.contact.email"),
        "removed": {"EMAIL_ADDRESS": 2},
        "consent_state": ConsentState.NOT_REQUIRED,
        "retention_class": "subject_3m",
        "purge_after": "2026-05-25",
        "payload": SubjectPayload(
            subject_ref=f"subject-{index}",
            request_id=f"request-{index}",
            route="/reply",
            item_fields=("messages[].content",),
        ),
    }
    return TransferRecord(**{**fields, **changes})  # type: ignore[arg-type]


def outcome_of(record: TransferRecord, ended: Outcome = Outcome.SENT) -> TransferRecord:
    """The outcome record of an intent."""
    return intent(
        time_ms=record.time_ms + 40,
        intent_id=record.record_id,
        outcome=ended,
        status_code=200,
        payload=None,
        recipient_id=record.recipient_id,
        destination_country=record.destination_country,
        purpose=record.purpose,
    )


def stored(directory: Path) -> list[dict[str, object]]:
    """Every header of a ledger directory, checked: hashes, links, numbers and epochs of each chain fit."""
    found: list[dict[str, object]] = []
    for chain in DirectoryStore(directory).chains():
        found += chain_members(chain)
        chain.close()
    return found


def chain_members(chain: SqliteChain) -> list[dict[str, object]]:
    """Every header of a chain, checked."""
    found: list[dict[str, object]] = []
    previous, epoch = GENESIS, 0
    for seq, row in enumerate(chain.headers()):
        members = parse(row.header)
        assert (seq, leaf_hash(row.header), previous.hex()) == (row.seq, row.hash, members["prev_hash"])
        assert (chain.writer_id, seq) == (members["writer_id"], members["seq"])
        epoch += members["kind"] == "epoch.open"
        assert epoch == members["epoch"] == row.epoch
        previous = row.hash
        found.append(members)
    assert [] == list(chain.facet_mismatches())
    return found


def kinds(members: list[dict[str, object]]) -> list[object]:
    """The kinds of headers, in order."""
    return [header["kind"] for header in members]
