"""The chain: each record names the hash of the one before it.

The hash of a record is SHA-256(0x00 ‖ canonical header), which makes it the leaf hash of RFC 6962 as well: the chain and
the Merkle tree share their hashes. ``prev_hash`` of the first record is 32 zero bytes. ``seq`` counts from 0 without
gaps over the whole file; ``epoch`` counts from 1 and grows by one each time a process takes the file over, which its
first record (``epoch.open``) says. ``writer_id`` is ``<deployment>/<host>/<UUID of the file>``. A Merkle tree therefore
spans all epochs of one writer, and a checkpoint's origin is ``privmw/<writer_id>``.
"""

from __future__ import annotations

import hashlib
import os
from typing import Final, NamedTuple

from privmw.ledger.canonical import NotCanonicalError, canonical
from privmw.ledger.record import SALT_SIZE, SCHEMA, commitment, header_members, payload_members
from privmw.ledger.schema import Facet, columns_of, facet_of
from privmw.types import TransferRecord

__all__ = ["GENESIS", "Chain", "Head", "Sealed", "leaf_hash"]

GENESIS: Final = bytes(32)
"""``prev_hash`` of the record with ``seq`` 0."""

CLOCK_TOLERANCE_MS: Final = 2_000
"""How far a record's time may lie behind the latest one before it counts as a clock that went back; records of
concurrent requests reach the queue a little out of order."""


MAX_RECORD_BYTES: Final = 16 * 1024 * 1024
"""Largest header, and largest payload; far below what a reader accepts (:data:`privmw.ledger.filechain.MAX_ROW_BYTES`)."""


def leaf_hash(header: bytes) -> bytes:
    """Hash a canonical header: SHA-256(0x00 ‖ header), the leaf hash of RFC 6962."""
    return hashlib.sha256(b"\x00" + header).digest()


class Head(NamedTuple):
    """Where a chain stands.

    Attributes:
        seq: Number of the latest record, -1 when there is none.
        hash: Its hash, :data:`GENESIS` when there is none.
        time_ms: Latest time of any record so far.
    """

    seq: int
    hash: bytes
    time_ms: int


class Sealed(NamedTuple):
    """A record with its place in the chain, as it is stored.

    Attributes:
        seq: Its number in the file.
        epoch: Number of the epoch it belongs to.
        time_ms: Its time.
        hash: Hash of the header.
        header: Canonical bytes of the header.
        members: The header's members, for indexes and exporters.
        salt: Salt of the payload, ``None`` without one.
        payload: Canonical bytes of the payload, ``None`` without one.
        subject_ref: The payload's reference of the data subject, for its index.
        facet: What the header is searched by.
        intent: Key of the intent that the header names, ``None`` without one.
    """

    seq: int
    epoch: int
    time_ms: int
    hash: bytes
    header: bytes
    members: dict[str, object]
    salt: bytes | None
    payload: bytes | None
    subject_ref: str | None
    facet: Facet
    intent: bytes | None


class Chain:
    """Seals records one after another; not thread-safe, its writer owns it.

    Args:
        writer_id: Whose chain it is.
        epoch: Number of the current epoch.
        head: Where it stands now.
    """

    def __init__(self, writer_id: str, epoch: int, head: Head | None = None) -> None:
        self.writer_id = writer_id
        self.epoch = epoch
        self.head = head if head is not None else Head(-1, GENESIS, 0)

    def seal(self, record: TransferRecord) -> Sealed:
        """Give a record its place, hash and commitment, and move the head to it.

        The record's time is kept as its caller saw it. Where it lies more than :data:`CLOCK_TOLERANCE_MS` behind the
        latest one, ``clock_back_ms`` says by how much: order is ``seq``, time is testimony.

        Raises:
            NotCanonicalError: It cannot be represented, or not be stored; the chain is unchanged.
        """
        seq, previous, latest = self.head
        seq += 1
        header = header_members(record)
        header["schema"] = SCHEMA
        header["writer_id"] = self.writer_id
        header["epoch"] = self.epoch
        header["seq"] = seq
        header["prev_hash"] = previous.hex()
        if latest - record.time_ms > CLOCK_TOLERANCE_MS:
            header["clock_back_ms"] = latest - record.time_ms
        salt = payload = subject_ref = None
        if record.payload is not None and (members := payload_members(record.payload)):
            salt = os.urandom(SALT_SIZE)
            payload = canonical(members)
            subject_ref = record.payload.subject_ref
            header["payload_commit"] = commitment(salt, payload).hex()
        data = canonical(header)
        facet, intent = _columns(header, subject_ref)
        if len(data) > MAX_RECORD_BYTES or (payload is not None and len(payload) > MAX_RECORD_BYTES):
            raise NotCanonicalError("", "larger than a record may be")
        digest = leaf_hash(data)
        self.head = Head(seq, digest, max(latest, record.time_ms))
        return Sealed(seq, self.epoch, record.time_ms, digest, data, header, salt, payload, subject_ref, facet, intent)

    def rewind(self, head: Head) -> None:
        """Go back to where the chain stood: what was sealed since was not written."""
        self.head = head


def _columns(header: dict[str, object], subject_ref: str | None) -> tuple[Facet, bytes | None]:
    """Derive what stands beside a header in the tables; a column that can not be derived must not reach them."""
    get = header.get
    try:
        facet = facet_of(header)
        "".join((*facet, get("retention_class", ""), get("purge_after", ""), subject_ref or ""))  # type: ignore[arg-type]
        return facet, columns_of(header)[2]
    except (TypeError, AttributeError):
        raise NotCanonicalError("", "a member that is searched for is no text") from None
