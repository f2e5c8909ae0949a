"""Reads signed notes, wherever they stand: those that a trusted key signed become requirements of the chains they name.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

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
)
from privmw.ledger.sources import ChainSource
from privmw.ledger.testimony import Requirement, read_writers, super_root
from privmw.ledger.verdicts import Report, Verdict

__all__ = ["Statements"]


class Statements:
    """The notes of one ledger.

    Args:
        keys: Public keys that are trusted.
        verify: Ed25519 verification.
        report: Where findings go.

    Attributes:
        required: What believed notes say, by origin.
        doubted: By origin, the largest size in a note that was reported instead of believed.
    """

    def __init__(self, keys: Sequence[TrustedKey], verify: VerifySignature, report: Report) -> None:
        self._keys = keys
        self._verify = verify
        self._report = report
        self._checked: dict[bytes, Signed] = {}
        self.required: dict[str, list[Requirement]] = {}
        self.doubted: dict[str, int] = {}

    def read_chain(self, chain: ChainSource) -> None:
        """Take in the checkpoints that a chain keeps of itself."""
        origin = origin_of(chain.writer_id)
        for row in chain.checkpoints():
            checkpoint = self._open(row.note.encode("utf-8", "surrogatepass"), chain.writer_id, "ledger")
            if checkpoint is None:
                self._doubt(origin, row.size)
            elif checkpoint.origin != origin or checkpoint.size != row.size:
                detail = "a checkpoint stands where another belongs"
                self._report.add(Verdict.ALTERED, chain.writer_id, None, detail)
            else:
                self._require(checkpoint, "ledger")

    def read_anchor(self, where: str, notes: Sequence[bytes], only: str) -> None:
        """Take in notes that were kept elsewhere; an anchor without any of this ledger proves nothing.

        Args:
            where: Name of the anchor.
            notes: All that it holds.
            only: Start of the writers' ids that are asked for; notes of others are left aside.
        """
        wanted = origin_of(only).encode()
        used = 0
        for data in notes:
            if not data.startswith(wanted) and data.startswith(b"privmw/"):
                continue  # of a ledger that is kept elsewhere
            checkpoint = self._open(data, where, "anchor")
            if checkpoint is None:
                used += 1
            elif checkpoint.origin.count("/") > 1:  # a super-checkpoint has no chain of its own
                used += 1
                self._require(checkpoint, "anchor")
        if not used:
            of = f" of writers from {only}" if only else ""
            self._report.unjudged.append(
                f"the anchor {where} holds no checkpoint{of}: it was emptied, or is another one"
            )

    def read_super(self, writer: str, seq: int, details: Any) -> None:
        """Take in a super-checkpoint that stands as a record in some chain."""
        if not isinstance(details, dict) or not isinstance(details.get("note"), str):
            return
        signed = self._open(details["note"].encode("utf-8", "surrogatepass"), writer, "super-checkpoint")
        if signed is None:
            return
        writers = read_writers(details.get("writers"))
        if writers is None or (signed.size, signed.root) != (len(writers), super_root(writers)):
            self._report.add(Verdict.ALTERED, writer, seq, "a super-checkpoint does not fit its list of writers")
            return
        for checkpoint in writers:
            self._require(checkpoint, "super-checkpoint")

    def _open(self, data: bytes, chain: str, place: str) -> Checkpoint | None:
        """Read one note and believe it or report it."""
        try:
            note = parse_note(data)
            checkpoint = parse_checkpoint(note.text)
        except NoteError:
            self._report.add(Verdict.ALTERED, chain, None, f"a checkpoint is not one ({place})")
            return None
        digest = hashlib.sha256(data).digest()  # the same note stands in the ledger, in anchors and again in later ones
        outcome = self._checked.get(digest)
        if outcome is None:
            outcome = self._checked[digest] = check_note(note, self._keys, self._verify)
        if outcome is Signed.VALID:
            return checkpoint
        self._doubt(checkpoint.origin, checkpoint.size)
        last = max(checkpoint.size - 1, 0)
        if outcome is Signed.BAD:
            self._report.add(Verdict.ALTERED, chain, last, f"the signature of a checkpoint is wrong ({place})")
        else:
            detail = f"checkpoints are signed by an unknown key ({place})"
            self._report.add(Verdict.UNKNOWN_KEY, chain, last, detail)
        return None

    def _require(self, checkpoint: Checkpoint, source: str) -> None:
        item = Requirement(checkpoint.size, checkpoint.root, source)
        self.required.setdefault(checkpoint.origin, []).append(item)

    def _doubt(self, origin: str, size: int) -> None:
        self.doubted[origin] = max(size, self.doubted.get(origin, 0))
