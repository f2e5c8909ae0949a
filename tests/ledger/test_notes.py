"""Signed notes and checkpoints: the specification's own form, published vectors, and nothing else."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from privmw.errors import ConfigurationError
from privmw.ledger.auditing.ed25519 import verify_ed25519
from privmw.ledger.auditing.notes import (
    Checkpoint,
    Note,
    NoteError,
    NoteSignature,
    Signed,
    TrustedKey,
    check_note,
    key_id,
    note_bytes,
    parse_checkpoint,
    parse_keys,
    parse_note,
)
from privmw.ledger.signing import SigningKeys, verify_signature

SEED = bytes(range(32))
ORIGIN = "privmw/shop/host/0190a0c0"
# Example note of golang.org/x/mod/sumdb/note (PeterNeumann), with its verifier key.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# RFC 8032, section 7.1: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def checkpoint_text(size: int = 7) -> str:
    """Text of a checkpoint over some root."""
    return Checkpoint(ORIGIN, size, bytes(32)).text()


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_both_verifiers_accept_rfc_8032(public: str, message: str, signature: str) -> None:
    """The plain Python check and the library's agree with the standard's test vectors."""
    for verify in (verify_ed25519, verify_signature):
        assert verify(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))
        assert not verify(bytes.fromhex(public), bytes.fromhex(message) + b"x", bytes.fromhex(signature))


def test_published_note_verifies() -> None:
    """A note signed by Go's implementation parses, and its key id and signature check."""
    (key,) = parse_keys(GO_KEY)
    note = parse_note(GO_NOTE.encode())
    assert key_id("PeterNeumann", key.public) == note.signatures[0].key_id
    assert verify_ed25519(key.public, note.text.encode(), note.signatures[0].signature)
    assert GO_KEY == key.text()


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=60), st.integers(0, 511))
def test_verifiers_agree_on_damaged_signatures(seed: bytes, message: bytes, bit: int) -> None:
    """With any one bit of a signature flipped, both verifiers refuse it; unflipped, both accept it."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes_raw()
    signature = private.sign(message)
    damaged = bytearray(signature)
    damaged[bit // 8] ^= 1 << bit % 8
    assert verify_ed25519(public, message, signature)
    assert not verify_ed25519(public, message, bytes(damaged))
    assert not verify_signature(public, message, bytes(damaged))


def test_malleable_and_malformed_signatures_are_refused() -> None:
    """A signature whose S is not reduced, and keys and signatures of a wrong length, are invalid, never an error."""
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    public, signature = private.public_key().public_bytes_raw(), private.sign(b"m")
    order = 2**252 + 27742317777372353535851937790883648493
    larger = int.from_bytes(signature[32:], "little") + order
    for verify in (verify_ed25519, verify_signature):
        assert not verify(public, b"m", signature[:32] + larger.to_bytes(32, "little"))
        assert not verify(public, b"m", signature[:63])
        assert not verify(public[:31], b"m", signature)
        assert not verify(b"\xff" * 32, b"m", signature)


def test_signed_checkpoint_round_trip() -> None:
    """What is signed is read back and verifies under the name of its origin."""
    keys = SigningKeys([SEED])
    note = parse_note(keys.sign(checkpoint_text()))
    assert Checkpoint(ORIGIN, 7, bytes(32)) == parse_checkpoint(note.text)
    assert ORIGIN == note.signatures[0].name
    assert Signed.VALID == check_note(note, keys.trusted("privmw/shop"), verify_signature)
    assert Signed.VALID == check_note(note, keys.trusted(), verify_ed25519)


def test_rotation_signs_with_the_last_and_verifies_with_all() -> None:
    """After a new key is added, notes of the old one still verify, and new notes do not under the old one alone."""
    old, both = SigningKeys([SEED]), SigningKeys([SEED, bytes(32)])
    before, after = parse_note(old.sign(checkpoint_text())), parse_note(both.sign(checkpoint_text(9)))
    assert Signed.VALID == check_note(before, both.trusted(), verify_signature)
    assert Signed.VALID == check_note(after, both.trusted(), verify_signature)
    assert Signed.UNKNOWN == check_note(after, old.trusted(), verify_signature)


def test_signature_of_a_known_key_must_verify() -> None:
    """One failing signature of a trusted key spoils the note, and unknown ones are ignored."""
    keys = SigningKeys([SEED])
    note = parse_note(keys.sign(checkpoint_text()))
    stranger = NoteSignature(ORIGIN, b"abcd", bytes(64))
    broken = NoteSignature(ORIGIN, note.signatures[0].key_id, bytes(64))
    assert Signed.VALID == check_note(Note(note.text, (stranger, *note.signatures)), keys.trusted(), verify_signature)
    assert Signed.BAD == check_note(Note(note.text, (*note.signatures, broken)), keys.trusted(), verify_signature)
    assert Signed.UNKNOWN == check_note(note, keys.trusted("privmw/other"), verify_signature)
    renamed = NoteSignature("privmw/other", note.signatures[0].key_id, note.signatures[0].signature)
    assert Signed.UNKNOWN == check_note(Note(note.text, (renamed,)), keys.trusted(), verify_signature)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\xe2\x80\x94 name AAAAAAE=",
        b"text\n\n- name AAAAAAE=\n",
        b"text\n\n\xe2\x80\x94 na+me AAAAAAE=\n",
        b"text\n\n\xe2\x80\x94  AAAAAAE=\n",
        b"text\n\n\xe2\x80\x94 name AAAAAA==\n",
        b"text\n\n\xe2\x80\x94 name AAAAAAF=\n",
        b"text\n\n\xe2\x80\x94 name AAAA AAE=\n",
        b"te\rxt\n\n\xe2\x80\x94 name AAAAAAE=\n",
        b"te\x00xt\n\n\xe2\x80\x94 name AAAAAAE=\n",
        b"\xff\n\n\xe2\x80\x94 name AAAAAAE=\n",
        b"text\n\n" + b"\xe2\x80\x94 name AAAAAAE=\n" * 65,
        b"t" * 70_000 + b"\n\n\xe2\x80\x94 name AAAAAAE=\n",
    ],
)
def test_malformed_notes_are_refused(data: bytes) -> None:
    """Whatever is not exactly a note is refused."""
    with pytest.raises(NoteError):
        parse_note(data)


def test_sixteen_signatures_are_accepted() -> None:
    """The specification's minimum of 16 signatures is accepted."""
    assert 16 == len(parse_note(b"text\n\n" + "— name AAAAAAE=\n".encode() * 16).signatures)


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"o\n1\n{ROOT}",
        f"o\n1\n{ROOT}\nextension\n",
        f"\n1\n{ROOT}\n",
        f"o o\n1\n{ROOT}\n",
        f"o\n01\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n\u0661\n{ROOT}\n",
        f"o\n{'9' * 5000}\n{ROOT}\n",
        f"o\n9999999999999999\n{ROOT}\n",
        f"o\n\n{ROOT}\n",
        f"o\n1\n{ROOT[:-1]}\n",
        f"o\n1\n{ROOT[:-2]}B=\n",
        "o\n1\nAAAA\n",
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    """Whatever is not exactly a checkpoint is refused."""
    with pytest.raises(NoteError):
        parse_checkpoint(text)


@given(st.binary(max_size=200))
def test_parsers_only_raise_their_own_error(data: bytes) -> None:
    """No input makes the parsers raise anything but NoteError."""
    for attempt in (
        parse_note,
        lambda raw: parse_checkpoint(raw.decode("latin-1")),
        lambda raw: parse_keys(raw.decode("latin-1")),
    ):
        try:
            attempt(data)
        except NoteError:
            continue


def test_every_single_byte_edit_of_a_note_is_noticed() -> None:
    """With any byte of a signed checkpoint changed, the note no longer says VALID with another meaning."""
    keys = SigningKeys([SEED])
    data = keys.sign(checkpoint_text())
    for place in range(len(data)):
        edited = bytearray(data)
        edited[place] ^= 1
        try:
            note = parse_note(bytes(edited))
        except NoteError:
            continue
        assert Signed.VALID != check_note(note, keys.trusted(), verify_signature)


@pytest.mark.parametrize(
    "text",
    [
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("PeterNeumann", "Peter Neumann"),
        GO_KEY[:-4],
        "nonsense",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA",
    ],
)
def test_malformed_keys_are_refused(text: str) -> None:
    """A key file that is not exactly one is refused."""
    with pytest.raises(NoteError):
        parse_keys(text)


def test_keys_come_as_lines_and_as_pem() -> None:
    """Verifier-key lines, PEM blocks and comments may be mixed."""
    public = SigningKeys([SEED]).public_keys[0]
    der = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + public).decode()
    line = TrustedKey(public, "privmw/shop").text()
    text = f"# comment\n{line}\n-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n"
    assert [TrustedKey(public, "privmw/shop"), TrustedKey(public)] == parse_keys(text)


def test_note_text_is_checked_before_signing() -> None:
    """A text that would read back differently is never signed."""
    with pytest.raises(NoteError):
        note_bytes("no newline", [NoteSignature("n", b"abcd", bytes(64))])
    with pytest.raises(NoteError):
        note_bytes("text\n", [NoteSignature("n n", b"abcd", bytes(64))])


class TestKeyFile:
    """The file that holds the signing keys."""

    def test_new_keys_are_appended_and_private(self, tmp_path: Path) -> None:
        """Each new key goes last, the file is its owner's alone, and the last key signs."""
        path = tmp_path / "keys.pem"
        first = SigningKeys.create(path)
        second = SigningKeys.create(path)
        assert 0o600 == path.stat().st_mode & 0o777
        assert first.public_keys[0] == second.public_keys[0]
        assert 2 == len(second.public_keys)
        note = parse_note(second.sign(checkpoint_text()))
        assert key_id(ORIGIN, second.public_keys[1]) == note.signatures[0].key_id
        assert second.public_keys == SigningKeys.load(path).public_keys

    def test_key_inside_the_ledger_is_refused(self, tmp_path: Path) -> None:
        """A key that whoever changes the ledger could read is refused."""
        with pytest.raises(ConfigurationError, match="inside the ledger"):
            SigningKeys.create(tmp_path / "ledger" / "key.pem", ledger=tmp_path / "ledger")

    def test_unusable_files_are_named(self, tmp_path: Path) -> None:
        """A missing, empty or foreign key file is an error that names the file and never its content."""
        path = tmp_path / "keys.pem"
        with pytest.raises(ConfigurationError, match=r"keys\.pem"):
            SigningKeys.load(path)
        path.write_text("hunter2")
        with pytest.raises(ConfigurationError) as caught:
            SigningKeys.load(path)
        assert "hunter2" not in str(caught.value)
        path.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
        with pytest.raises(ConfigurationError, match="Ed25519"):
            SigningKeys.load(path)
        with pytest.raises(ConfigurationError):
            SigningKeys([b"short"])
