"""Proof that one record is in a signed ledger, to be checked by somebody who has neither the ledger nor privmw.

The form is that of C2SP (c2sp.org/tlog-proof): a text of the record's number, the Merkle audit path from its hash to the
root, and the checkpoint with that root. The record's header stands in the line for extra data, so that a proof and the
trusted keys are all that is needed. ``privmw verify --prove`` makes one (:mod:`privmw.ledger.prove`).

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, NamedTuple

from privmw.ledger.merkle import leaf_hash, verify_inclusion
from privmw.ledger.notes import (
    Checkpoint,
    NoteError,
    Signed,
    TrustedKey,
    VerifySignature,
    check_note,
    origin_of,
    parse_checkpoint,
    parse_note,
    strict_base64,
)
from privmw.ledger.settle import Parse

__all__ = ["Proof", "ProofError", "UnknownSigner", "check_proof", "parse_proof"]

_FORM = b"c2sp.org/tlog-proof@v1"
_MOST_HASHES = 64


class ProofError(ValueError):
    """Bytes are no proof, or prove something else."""


class UnknownSigner(ProofError):
    """The proof hangs on a checkpoint that no trusted key signed."""


class Proof(NamedTuple):
    """What :func:`check_proof` checks; nothing of it is believed before.

    Attributes:
        header: Canonical bytes of the record's header.
        seq: Number of the record in its chain.
        path: Audit path, from the hash beside the record's to the one below the root.
        note: The signed checkpoint.
    """

    header: bytes
    seq: int
    path: Sequence[bytes]
    note: bytes

    def text(self) -> bytes:
        """The proof as it is handed on."""
        lines = [_FORM, b"extra " + base64.b64encode(self.header), b"index %d" % self.seq]
        return b"\n".join([*lines, *map(base64.b64encode, self.path), b"", self.note])


def parse_proof(data: bytes) -> Proof:
    """Read a proof.

    Raises:
        ProofError: It is not one, or has no header in it.
    """
    head, empty_line, note = data.partition(b"\n\n")
    form, extra, index, *hashes = [*head.split(b"\n"), b"", b""]
    hashes = hashes[:-2]
    if form != _FORM or not extra.startswith(b"extra ") or not index.startswith(b"index ") or not empty_line:
        raise ProofError("is no proof of a record")
    number = index.removeprefix(b"index ")
    if not number.isdigit() or len(number) > 16 or b"%d" % int(number) != number or len(hashes) > _MOST_HASHES:
        raise ProofError("is no proof of a record")
    path = [_base64(line) for line in hashes]
    if any(len(item) != 32 for item in path):
        raise ProofError("holds something else than hashes")
    return Proof(_base64(extra.removeprefix(b"extra ")), int(number), path, note)


def check_proof(
    proof: Proof, keys: Sequence[TrustedKey], verify: VerifySignature, parse: Parse, errors: tuple[type[Exception], ...]
) -> tuple[dict[str, Any], Checkpoint]:
    """Check a proof.

    Args:
        proof: The proof.
        keys: Public keys that are trusted.
        verify: Ed25519 verification.
        parse: Reads canonical JSON.
        errors: What it may raise.

    Returns:
        The record's members, and the checkpoint of a chain that it is in.

    Raises:
        UnknownSigner: No trusted key signed the checkpoint.
        ProofError: The record is not in what was signed.
    """
    try:
        note = parse_note(proof.note)
        checkpoint = parse_checkpoint(note.text)
        members = parse(proof.header)
    except NoteError as error:
        raise ProofError(f"holds no checkpoint: {error}") from None
    except errors:
        raise ProofError("holds no record") from None
    outcome = check_note(note, keys, verify)
    if outcome is Signed.BAD:
        raise ProofError("the signature of its checkpoint is wrong")
    if members.get("seq") != proof.seq or origin_of(str(members.get("writer_id"))) != checkpoint.origin:
        raise ProofError("the record is another one than the proof is about")
    leaf = leaf_hash(proof.header)
    if not verify_inclusion(leaf, proof.seq, checkpoint.size, proof.path, checkpoint.root):
        raise ProofError("the record is not in what was signed")
    if outcome is Signed.UNKNOWN:
        raise UnknownSigner("its checkpoint is signed by no trusted key")
    return members, checkpoint


def _base64(line: bytes) -> bytes:
    try:
        return strict_base64(line.decode("ascii"))
    except (UnicodeDecodeError, NoteError):
        raise ProofError("holds something that is not base64") from None
