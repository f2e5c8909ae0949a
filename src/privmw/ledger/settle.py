"""Looks at a whole block of records for the usual case, in which nothing is wrong with any of them.

It decides nothing else: a block that it does not settle is read again row by row by :mod:`privmw.ledger.walk`, which says
what is wrong and where. A block depends on nothing outside it but the link of its first record, so blocks can be settled
in any order, in other processes too.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from privmw.ledger.sources import HeaderRow, PayloadRow

__all__ = ["BLOCK", "Ahead", "Parse", "Settled", "settle"]

BLOCK = 2048

Parse = Callable[[bytes], dict[str, Any]]
"""Reads canonical JSON; raises one of the errors given beside it."""


class Settled(NamedTuple):
    """A block of records without a flaw.

    Attributes:
        start: ``seq`` of the first; the others follow without a gap.
        link: ``prev_hash`` of the first.
        digests: Their hashes, 32 bytes each.
        gaps: ``seq`` of records that say that others were lost.
        payloads: ``[seq, record_id, retention class, time, purge_after, gone]`` of those with a payload, where purges of
            them are claimed.
    """

    start: int
    link: str
    digests: bytes
    gaps: Sequence[int]
    payloads: Sequence[Sequence[Any]]


class Ahead(Protocol):
    """Settles blocks before they are asked for."""

    def get(self, start: int) -> Settled | None:
        """The block of :data:`BLOCK` records from ``start``, a multiple of it; ``None`` when it was not settled."""

    def close(self) -> None:
        """Stop."""


def settle(
    rows: Sequence[HeaderRow],
    payloads: Mapping[int, PayloadRow],
    writer_id: str,
    parse: Parse,
    fits: Callable[[Any, Mapping[str, Any]], bool],
    errors: tuple[type[Exception], ...],
    *,
    claimed: bool,
) -> Settled | None:
    """Check a block.

    Args:
        rows: Headers, in order.
        payloads: The payloads of these, by ``seq``.
        writer_id: Whose chain it is.
        parse: Reads canonical JSON.
        fits: Whether the columns of a row say what its header says.
        errors: What reading and parsing may raise.
        claimed: Whether purges of this writer's payloads are on record: only then may one be gone here.

    Returns:
        The block, ``None`` when there is anything to look at more closely.
    """
    sha256 = hashlib.sha256
    digests: list[bytes] = []
    gaps: list[int] = []
    accounts: list[tuple[int, str, str, int, str | None, bool]] = []
    link = previous = ""
    expected = start = rows[0].seq
    try:
        for row in rows:
            header, seq = row.header, row.seq
            digest = sha256(b"\x00" + header).digest()
            if seq != expected or digest != row.hash:
                return None
            members = parse(header)
            link_here = members.get("prev_hash")
            if not _is_in_place(members, writer_id, seq) or not fits(row, members):
                return None
            if previous and link_here != previous:
                return None
            link = link or str(link_here)
            previous = digest.hex()
            digests.append(digest)
            if members["kind"] == "gap":
                gaps.append(seq)
            payload = payloads.get(seq)
            if payload is not None or "payload_commit" in members:
                if not _is_accounted(payload, members, parse, errors, claimed=claimed):
                    return None
                if claimed:
                    get = members.get
                    terms = (get("retention_class") or "", members["time"], get("purge_after"))
                    accounts.append((seq, members["record_id"], *terms, payload is None))
            expected = seq + 1
    except errors:
        return None
    return Settled(start, link, b"".join(digests), gaps, accounts)


def _is_in_place(members: Mapping[str, Any], writer_id: str, seq: int) -> bool:
    """Whether these are the members of a record of this writer at this place."""
    get = members.get
    return (
        get("seq") == seq
        and get("writer_id") == writer_id
        and get("schema") == 1
        and type(get("seq")) is type(get("epoch")) is type(get("time")) is int
        and type(get("kind")) is type(get("record_id")) is type(get("prev_hash")) is str
    )


def _is_accounted(
    payload: PayloadRow | None,
    members: Mapping[str, Any],
    parse: Parse,
    errors: tuple[type[Exception], ...],
    *,
    claimed: bool,
) -> bool:
    """Whether a payload is the right one, or may be gone."""
    commit = members.get("payload_commit")
    if payload is None or commit is None:
        return payload is None and claimed
    return payload_fits(payload, members, commit, parse, errors)


def payload_fits(
    payload: PayloadRow, members: Mapping[str, Any], commit: object, parse: Parse, errors: tuple[type[Exception], ...]
) -> bool:
    """Whether a payload is the one that its header commits to, with its search columns."""
    salt = payload.salt
    if hashlib.sha256(b"\x02" + salt + payload.data).hexdigest() != commit or len(salt) != 32:
        return False
    try:
        content = parse(payload.data)
    except errors:
        return False
    return (payload.retention_class, payload.purge_after, payload.subject_ref) == (
        members.get("retention_class"),
        members.get("purge_after"),
        content.get("subject_ref"),
    )
