"""docs/ledger.md is a specification: its vectors are recomputed here, from its words rather than from privmw's code."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privmw.ledger.canonical import canonical, parse
from privmw.ledger.chain import leaf_hash
from privmw.ledger.merkle import CompactRange, Tree, verify_consistency, verify_inclusion
from privmw.ledger.notes import Checkpoint, Signed, check_note, origin_of, parse_checkpoint, parse_keys, parse_note
from privmw.ledger.record import MEMBERS, WRITER_MEMBERS, commitment
from privmw.ledger.schema import TABLES
from privmw.ledger.signing import SigningKeys, verify_signature
from privmw.ledger.testimony import super_root
from privmw.ledger.verdicts import Severity, Verdict
from privmw.types import ConsentState, DecisionKind, Enforcement, Outcome, RecordKind, SubjectPayload, TransferKind

DOCUMENT = Path(__file__).parents[2] / "docs" / "ledger.md"


@pytest.fixture(scope="module")
def vectors() -> Any:
    """The vectors at the end of the document."""
    block = re.search(r"```json\n(.*?)\n```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return json.loads(block.group(1))


def sha256(data: bytes) -> bytes:
    """As the document writes it."""
    return hashlib.sha256(data).digest()


def test_canonical_form(vectors: Any) -> None:
    """Values give the written bytes, and the bytes are read back."""
    for item in vectors["canonical"]:
        assert item["utf8"].encode() == canonical(item["value"])
    for item in vectors["headers"]:
        assert item["utf8"].encode() == canonical(parse(item["utf8"].encode()))


def test_hashes_by_the_words_of_the_document(vectors: Any) -> None:
    """Record hash, chain, commitment, tree and key id come out with nothing but SHA-256."""
    previous = "00" * 32
    hashes = []
    for seq, item in enumerate(vectors["headers"]):
        members = json.loads(item["utf8"])
        assert (seq, previous) == (members["seq"], members["prev_hash"])
        assert item["hash"] == sha256(b"\x00" + item["utf8"].encode()).hex()
        previous = item["hash"]
        hashes.append(bytes.fromhex(previous))
    payload = vectors["payload"]
    computed = sha256(b"\x02" + bytes.fromhex(payload["salt"]) + payload["utf8"].encode()).hex()
    assert payload["payload_commit"] == computed == json.loads(vectors["headers"][1]["utf8"])["payload_commit"]
    pair = sha256(b"\x01" + hashes[0] + hashes[1])
    roots = [sha256(b""), hashes[0], pair, sha256(b"\x01" + pair + hashes[2])]
    assert vectors["roots"] == [root.hex() for root in roots]
    assert vectors["subtrees_of_3"] == [[1, 0, pair.hex()], [0, 2, hashes[2].hex()]]
    ids = vectors["ids_sha256"]
    assert ids["sha256"] == sha256("".join(item + "\n" for item in ids["record_ids"]).encode()).hex()


def test_note_by_the_words_of_the_document(vectors: Any) -> None:
    """The note comes out byte for byte from seed, origin, size and root."""
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vectors["key"]["seed"]))
    public = private.public_key().public_bytes_raw()
    origin = "privmw/" + json.loads(vectors["headers"][0]["utf8"])["writer_id"]
    text = f"{origin}\n3\n{base64.b64encode(bytes.fromhex(vectors['roots'][3])).decode()}\n"
    key_id = sha256(origin.encode() + b"\n\x01" + public)[:4]
    assert vectors["key"]["key_id_under_origin"] == key_id.hex()
    signature = base64.b64encode(key_id + private.sign(text.encode())).decode()
    assert vectors["note"] == f"{text}\n\u2014 {origin} {signature}\n"
    name_id = sha256(b"privmw\n\x01" + public)[:4].hex()
    encoded = base64.b64encode(b"\x01" + public).decode()
    assert vectors["key"]["verifier_key"] == f"privmw+{name_id}+{encoded}"


def test_the_implementation_agrees(vectors: Any) -> None:
    """Privmw's own functions give the same."""
    headers = [item["utf8"].encode() for item in vectors["headers"]]
    leaves = [leaf_hash(header) for header in headers]
    tree = CompactRange()
    roots = [tree.root().hex()]
    for leaf in leaves:
        tree.append(leaf)
        roots.append(tree.root().hex())
    assert vectors["roots"] == roots
    assert vectors["subtrees_of_3"] == [[level, at, item.hex()] for level, at, item in tree.nodes()]
    whole = Tree(3, lambda start, stop: leaves[start:stop])
    assert vectors["inclusion_of_1_in_3"] == [item.hex() for item in whole.inclusion(1)]
    assert vectors["consistency_of_2_in_3"] == [item.hex() for item in whole.consistency(2)]
    assert verify_inclusion(leaves[1], 1, 3, whole.inclusion(1), tree.root())
    assert verify_consistency(2, 3, whole.consistency(2), bytes.fromhex(roots[2]), tree.root())
    payload = vectors["payload"]
    assert payload["payload_commit"] == commitment(bytes.fromhex(payload["salt"]), payload["utf8"].encode()).hex()
    note = parse_note(vectors["note"].encode())
    keys = parse_keys(vectors["key"]["verifier_key"])
    assert Signed.VALID == check_note(note, keys, verify_signature)
    checkpoint = parse_checkpoint(note.text)
    assert checkpoint.origin == origin_of(json.loads(headers[0])["writer_id"])
    assert vectors["note"].encode() == SigningKeys([bytes.fromhex(vectors["key"]["seed"])]).sign(checkpoint.text())
    listed = vectors["super_checkpoint"]
    writers = [Checkpoint(origin, size, base64.b64decode(root)) for origin, size, root in listed["writers"]]
    assert listed["root"] == super_root(writers).hex()


def test_every_verdict_is_specified_with_its_exit_code() -> None:
    """The table of verdicts names each one, with the exit code that the program gives."""
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    codes = {Severity.SOUND: "0", Severity.NOTICE: "0", Severity.PROBLEM: "1", Severity.UNJUDGED: "2"}
    assert table == {verdict.value: codes[verdict.severity] for verdict in Verdict}
    assert all(verdict.meaning and verdict.remedy for verdict in Verdict)


def test_every_member_and_word_of_a_record_is_named() -> None:
    """A second implementation finds each member of header and payload, and each word of a closed set, in the document."""
    text = DOCUMENT.read_text(encoding="utf-8").partition("## Golden vectors")[0]
    members = {*MEMBERS.values(), *WRITER_MEMBERS, *(item.name for item in fields(SubjectPayload))}
    words = {
        str(word)
        for kind in (RecordKind, DecisionKind, Enforcement, Outcome, TransferKind, ConsentState)
        for word in kind
    }
    assert set() == {name for name in members | words if f"`{name}`" not in text}


def test_a_row_for_each_table() -> None:
    """Each table of a file is there with its columns."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, columns in re.findall(r"CREATE TABLE (\w+) \((.*?)\n?\) STRICT", TABLES, re.DOTALL):
        (row,) = re.findall(rf"^\| `{name}` \| (.*) \|$", text, re.MULTILINE)
        own = re.findall(r"(?:^|, |\n)\s*(\w+) (?:TEXT|INTEGER|BLOB)", columns)
        assert own == [column for column in re.findall(r"`(\w+)`", row) if column in own], name
