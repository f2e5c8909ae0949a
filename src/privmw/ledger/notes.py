"""Signed notes and checkpoints in the forms of C2SP (c2sp.org/signed-note v1, c2sp.org/tlog-checkpoint).

A note is a text, an empty line and signature lines; a checkpoint is a note whose text is *origin*, *size*, *root*.
The origin of a writer's tree is ``privmw/<writer_id>`` (:func:`origin_of`), and the name of the key in the signature
line is the origin, as the specification recommends; one Ed25519 key therefore has another key id under each origin.

Parsing is strict: whatever is not exactly the specified form is refused. Standard library only; this file is also part
of the exported auditor. Signing needs a private key and lives in :mod:`privmw.ledger.signing`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote

__all__ = [
    "Checkpoint",
    "Note",
    "NoteError",
    "NoteSignature",
    "Signed",
    "TrustedKey",
    "check_note",
    "key_id",
    "note_bytes",
    "origin_of",
    "parse_checkpoint",
    "parse_keys",
    "parse_note",
    "strict_base64",
]

MAX_NOTE_BYTES = 65_536
MAX_SIGNATURES = 64
MAX_SIZE = 2**53 - 1

_ED25519 = b"\x01"
_SIGNATURE_LINE = "\u2014 "
_SPKI_PREFIX = bytes.fromhex(
    "302a300506032b6570032100"
)  # SubjectPublicKeyInfo of Ed25519 (RFC 8410), then the 32-byte key

VerifySignature = Callable[[bytes, bytes, bytes], bool]
"""Takes public key, message, signature; tells whether the signature is valid. Never raises."""


class NoteError(ValueError):
    """Bytes are not a signed note, a checkpoint or a verifier key."""


class Signed(Enum):
    """What a note's signatures amount to."""

    VALID = "valid"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: name of the key, first four bytes that tell keys apart, signature proper."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A parsed note; its text means nothing until :func:`check_note` says ``VALID``."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True)
class Checkpoint:
    """Head of a tree.

    Attributes:
        origin: Which tree (``privmw/shop/<writer>/<epoch>``).
        size: Number of leaves.
        root: RFC 6962 root hash at that size.
    """

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text: three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


@dataclass(frozen=True)
class TrustedKey:
    """A public key and whose checkpoints it may sign.

    Attributes:
        public: 32-byte Ed25519 public key.
        name: Origin, or leading path segments of origins (``privmw/shop``); empty for any.
    """

    public: bytes
    name: str = ""

    def covers(self, origin: str) -> bool:
        """Whether this key may sign for an origin."""
        return not self.name or origin == self.name or origin.startswith(self.name + "/")

    def text(self) -> str:
        """The verifier-key line ``<name>+<key id>+<base64>``, as other signed-note tools write it."""
        if not is_key_name(self.name):
            raise NoteError("a verifier key needs a name without spaces and plus signs")
        encoded = base64.b64encode(_ED25519 + self.public).decode("ascii")
        return f"{self.name}+{key_id(self.name, self.public).hex()}+{encoded}"


def origin_of(writer_id: str) -> str:
    """Origin of a writer's checkpoints; what a key name can not hold is percent-encoded."""
    return "privmw/" + quote(writer_id, safe="/:@._~-")


def is_key_name(name: str) -> bool:
    """Whether a string may name a key: not empty, no Unicode space, no plus, no control character."""
    return bool(name) and not any(char.isspace() or char == "+" or char < " " for char in name)


def key_id(name: str, public: bytes) -> bytes:
    """First four bytes of SHA-256(name || 0x0A || 0x01 || public key)."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def note_bytes(text: str, signatures: Iterable[NoteSignature]) -> bytes:
    """Write a note.

    Raises:
        NoteError: The text does not end in a newline, holds control characters, or a key name is malformed.
    """
    lines = []
    for item in signatures:
        if not is_key_name(item.name):
            raise NoteError("a key name is empty or holds a space or a plus sign")
        encoded = base64.b64encode(item.key_id + item.signature).decode("ascii")
        lines.append(f"{_SIGNATURE_LINE}{item.name} {encoded}\n")
    data = f"{text}\n{''.join(lines)}".encode()
    if parse_note(data).text != text:
        raise NoteError("this text can not be a note's")
    return data


def parse_note(data: bytes) -> Note:
    """Read a signed note.

    Raises:
        NoteError: It is not exactly of the specified form.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise NoteError("the note is too long")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteError("the note is not UTF-8") from None
    if any(char < " " and char != "\n" for char in whole):
        raise NoteError("the note holds a control character")
    head, separator, tail = whole.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteError("the note has no signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("the note has too many signatures")
    return Note(head + "\n", tuple(_parse_signature(line) for line in lines))


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note text as a checkpoint; extension lines are refused, for nobody could audit them.

    Raises:
        NoteError: It is not exactly origin, size and root.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise NoteError("a checkpoint has three lines")
    origin, size, root = lines[:3]
    if not is_key_name(origin):
        raise NoteError("the origin is empty or holds a space or a plus sign")
    if not (size.isascii() and size.isdigit() and len(size) <= 16) or str(int(size)) != size or int(size) > MAX_SIZE:
        raise NoteError("the tree size is not a plain decimal number")
    digest = strict_base64(root)
    if len(digest) != 32:
        raise NoteError("the root hash is not 32 bytes")
    return Checkpoint(origin, int(size), digest)


def check_note(note: Note, keys: Iterable[TrustedKey], verify: VerifySignature) -> Signed:
    """Check a note's signatures against the trusted keys.

    A signature whose name is the note's first line and whose key id fits a trusted key must verify; others are ignored.

    Args:
        note: The parsed note.
        keys: Every key that may have signed, old ones included.
        verify: Ed25519 verification.

    Returns:
        ``VALID`` when one verifies and none fails, ``BAD`` when one of a trusted key fails, ``UNKNOWN`` without any.
    """
    origin = note.text.partition("\n")[0]
    known = {key_id(origin, key.public): key for key in keys if key.covers(origin)}
    outcome = Signed.UNKNOWN
    for item in note.signatures:
        key = known.get(item.key_id)
        if item.name != origin or key is None:
            continue
        if len(item.signature) != 64 or not verify(key.public, note.text.encode(), item.signature):
            return Signed.BAD
        outcome = Signed.VALID
    return outcome


def parse_keys(text: str) -> list[TrustedKey]:
    """Read public keys: verifier-key lines and PEM blocks in any mix; ``#`` starts a comment line.

    Raises:
        NoteError: A line is neither, or a key is not Ed25519.
    """
    keys: list[TrustedKey] = []
    block: list[str] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if block is not None:
            if line == "-----END PUBLIC KEY-----":
                keys.append(TrustedKey(_public_from_der(strict_base64("".join(block)), number)))
                block = None
            else:
                block.append(line)
        elif line == "-----BEGIN PUBLIC KEY-----":
            block = []
        elif line and not line.startswith("#"):
            keys.append(_parse_verifier_key(line, number))
    if block is not None:
        raise NoteError("a PEM block has no end")
    return keys


def _parse_verifier_key(line: str, number: int) -> TrustedKey:
    name, _, rest = line.partition("+")
    hashed, _, encoded = rest.partition("+")
    data = strict_base64(encoded)
    if len(data) != 33 or data[:1] != _ED25519 or not is_key_name(name):
        raise NoteError(f"line {number} is no Ed25519 verifier key")
    if key_id(name, data[1:]).hex() != hashed:
        raise NoteError(f"line {number}: the key id does not fit name and key")
    return TrustedKey(data[1:], name)


def _public_from_der(data: bytes, number: int) -> bytes:
    if len(data) != 44 or not data.startswith(_SPKI_PREFIX):
        raise NoteError(f"line {number}: the PEM block is no Ed25519 public key")
    return data[12:]


def _parse_signature(line: str) -> NoteSignature:
    if not line.startswith(_SIGNATURE_LINE):
        raise NoteError("a signature line does not begin with an em dash")
    name, space, encoded = line[len(_SIGNATURE_LINE) :].partition(" ")
    if not space or not is_key_name(name):
        raise NoteError("a signature line has no key name")
    data = strict_base64(encoded)
    if len(data) < 5:
        raise NoteError("a signature is too short")
    return NoteSignature(name, data[:4], data[4:])


def strict_base64(encoded: str) -> bytes:
    """Read base64 of the standard alphabet, padded, without stray bits.

    Raises:
        NoteError: It is something else.
    """
    try:
        data = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise NoteError("not base64") from None
    if (
        base64.b64encode(data).decode("ascii") != encoded
    ):  # two spellings of one value would be two notes of one meaning
        raise NoteError("not canonical base64")
    return data
