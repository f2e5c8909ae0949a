"""Records on disk: golden vectors, round trips, and what a header may hold."""

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from privmw.ledger.canonical import NotCanonicalError, canonical, parse
from privmw.ledger.chain import Chain
from privmw.ledger.record import MEMBERS, commitment, header_members, payload_members, record_from
from privmw.ledger.schema import columns_of, facet_of, intent_key
from privmw.types import SubjectPayload, TransferRecord
from tests.ledger.golden_records import ALL, RECORDS, WRITER
from tests.ledger.make_golden import vectors
from tests.ledger.writing_helpers import intent, outcome_of

GOLDEN = json.loads((Path(__file__).parent / "golden" / "records.json").read_text(encoding="utf-8"))


def test_golden_records_are_sealed_to_the_published_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Header bytes, hashes, links and commitments of a whole chain equal the vectors a second implementation uses."""
    salts = iter([bytes.fromhex(salt) for _, payload, salt in RECORDS if payload is not None])
    monkeypatch.setattr("privmw.ledger.chain.os.urandom", lambda size: next(salts))
    chain = Chain(WRITER, 1)
    for (members, payload, _), vector in zip(RECORDS, GOLDEN, strict=True):
        sealed = chain.seal(record_from(members, payload))
        assert vector["header"].encode() == sealed.header
        assert vector["hash"] == sealed.hash.hex()
        assert vector.get("payload") == (sealed.payload.decode() if sealed.payload else None)


def test_the_vectors_follow_from_the_published_rules() -> None:
    """Computed from the standard library alone, they come out the same."""
    assert GOLDEN == vectors()


def test_every_field_has_a_member_and_survives_the_round_trip() -> None:
    """No field of a record is forgotten on disk, and reading gives back what was written."""
    names = {field.name for field in fields(TransferRecord)} - {"payload"}
    assert names == set(MEMBERS)
    assert len(names) == len(set(MEMBERS.values()))
    outcome = RECORDS[2][0]
    assert names - {"reason_code"} == {name for name, member in MEMBERS.items() if member in {**ALL, **outcome}}
    for members, payload, _ in RECORDS:
        record = record_from(members, payload)
        back = record_from(parse(canonical(header_members(record))), payload)
        assert record == back


def test_payload_members_are_those_of_the_payload() -> None:
    """Every field of a payload is stored when it is set, and none when it is not."""
    full = RECORDS[1][1]
    assert full is not None
    assert {field.name for field in fields(SubjectPayload)} == set(full)
    assert {} == payload_members(SubjectPayload())


def test_a_header_holds_nothing_of_the_payload() -> None:
    """What relates to a person is behind the commitment, and two equal payloads have different ones."""
    chain = Chain("w", 1)
    record = intent(payload=SubjectPayload(subject_ref="SUBJECT", request_id="REQUEST", trace_id="TRACE", route="/R"))
    first, second = chain.seal(record), chain.seal(record)
    assert not any(word in first.header for word in (b"SUBJECT", b"REQUEST", b"TRACE", b"/R"))
    assert first.members["payload_commit"] != second.members["payload_commit"]
    assert first.salt is not None
    assert first.payload is not None
    expected = hashlib.sha256(b"\x02" + first.salt + first.payload).hexdigest()
    assert expected == first.members["payload_commit"] == commitment(first.salt, first.payload).hex()


def test_a_record_that_cannot_be_sealed_leaves_the_chain_as_it_was() -> None:
    """The next record takes the number the bad one would have had."""
    chain = Chain("w", 1)
    chain.seal(intent())
    head = chain.head
    with pytest.raises(NotCanonicalError):
        chain.seal(intent(details={"x": float("nan")}))
    assert head == chain.head
    assert 1 == chain.seal(intent()).seq


def test_columns_are_derived_from_the_header() -> None:
    """Search columns say what the header says; an undeclared recipient is found by its host."""
    record = outcome_of(intent())
    header: dict[str, Any] = {**header_members(record), "epoch": 3}
    assert (3, record.time_ms, intent_key(str(record.intent_id))) == columns_of(header)
    assert (
        "transfer",
        "allow_redacted",
        "",
        "openai",
        "US",
        "support_reply",
        "user.contact.email user.content.private",
    ) == (facet_of(header))
    assert "host.example" == facet_of({"kind": "denied", "server.address": "host.example"}).recipient
    assert b"not-a-uuid" == intent_key("not-a-uuid")


def test_members_of_a_later_version_are_left_out() -> None:
    """A reader of today shows what it knows of a record of tomorrow."""
    record = record_from(ALL, RECORDS[1][1])
    assert record == record_from({**ALL, "new.member": 1}, {**(RECORDS[1][1] or {}), "new_member": 1})
