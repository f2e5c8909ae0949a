"""Judges a whole ledger: which checkpoints can be believed, each chain by itself, and what only shows across chains.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any

from privmw.ledger.claims import PayloadClaim, PruneClaim, read_claim
from privmw.ledger.merkle import CompactRange, leaf_hash
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
from privmw.ledger.settle import Ahead, Parse
from privmw.ledger.sources import ChainSource
from privmw.ledger.verdicts import Report, Verdict
from privmw.ledger.walk import ChainWalk, Requirement, Sighting

__all__ = ["Judge", "super_root"]


def super_root(writers: Iterable[Checkpoint]) -> bytes:
    """Root over the checkpoints of all writers: RFC 6962 over their note texts, in order of origin."""
    tree = CompactRange()
    for item in sorted(writers, key=lambda checkpoint: checkpoint.origin.encode()):
        tree.append(leaf_hash(item.text().encode()))
    return tree.root()


class Judge:
    """One verification of one ledger.

    Args:
        chains: Every chain that could be opened.
        keys: Public keys that are trusted.
        verify: Ed25519 verification.
        parse: Reads canonical JSON.
        errors: What reading and parsing may raise.
        anchors: Notes kept outside the ledger, as ``(where, note)``.
        progress: Told the number of records read, block by block.
        only: Start of the writers' ids that are to be there; anchored notes of others are left aside.
        ahead: Settles a chain's blocks in other processes, told whether purges of its payloads are claimed.
    """

    def __init__(
        self,
        chains: Sequence[ChainSource],
        *,
        keys: Sequence[TrustedKey],
        verify: VerifySignature,
        parse: Parse,
        errors: tuple[type[Exception], ...],
        anchors: Iterable[tuple[str, bytes]] = (),
        progress: Callable[[int], None] | None = None,
        only: str = "",
        ahead: Callable[[Any, bool], Ahead | None] | None = None,
    ) -> None:
        self._ahead = ahead
        self._only = origin_of(only)
        self._chains = chains
        self._keys = keys
        self._verify = verify
        self._parse = parse
        self._errors = errors
        self._anchors = list(anchors)
        self._progress = progress
        self._required: dict[str, list[Requirement]] = {}
        self._payload_claims: dict[str, list[dict[str, Any]]] = {}
        self._prunes: dict[str, list[PruneClaim]] = {}
        self._sightings: dict[str, list[Sighting]] = {}
        self._unproven: dict[str, int] = {}  # sizes of checkpoints that were reported instead of believed
        self.report = Report()

    def run(self) -> Report:
        """Judge everything."""
        for chain in self._chains:
            self._read_checkpoints(chain)
        for where, data in self._anchors:
            self._read_anchor(where, data)
        for chain in self._chains:
            self._read_special(chain)
        for chain in self._chains:
            self._judge_chain(chain)
        self._judge_absent()
        self._judge_copies()
        return self.report

    def _open_note(self, data: bytes, chain: str, place: str) -> Checkpoint | None:
        """Read one note and believe it or report it."""
        try:
            note = parse_note(data)
            checkpoint = parse_checkpoint(note.text)
        except NoteError:
            self.report.add(Verdict.ALTERED, chain, None, f"a checkpoint is not one ({place})")
            return None
        outcome = check_note(note, self._keys, self._verify)
        if outcome is not Signed.VALID:
            self._doubt(checkpoint.origin, checkpoint.size)
        if outcome is Signed.BAD:
            detail = f"the signature of a checkpoint is wrong ({place})"
            self.report.add(Verdict.ALTERED, chain, max(checkpoint.size - 1, 0), detail)
        elif outcome is Signed.UNKNOWN:
            detail = f"checkpoints are signed by an unknown key ({place})"
            self.report.add(Verdict.UNKNOWN_KEY, chain, max(checkpoint.size - 1, 0), detail)
        return checkpoint if outcome is Signed.VALID else None

    def _doubt(self, origin: str, size: int) -> None:
        self._unproven[origin] = max(size, self._unproven.get(origin, 0))

    def _require(self, checkpoint: Checkpoint, source: str) -> None:
        item = Requirement(checkpoint.size, checkpoint.root, source)
        self._required.setdefault(checkpoint.origin, []).append(item)

    def _read_checkpoints(self, chain: ChainSource) -> None:
        try:
            for row in chain.checkpoints():
                checkpoint = self._open_note(row.note.encode("utf-8", "surrogatepass"), chain.writer_id, "ledger")
                if checkpoint is None:
                    self._doubt(origin_of(chain.writer_id), row.size)
                    continue
                if checkpoint.origin != origin_of(chain.writer_id) or checkpoint.size != row.size:
                    self.report.add(Verdict.ALTERED, chain.writer_id, None, "a checkpoint stands where another belongs")
                    continue
                self._require(checkpoint, "ledger")
        except self._errors:
            self.report.add(Verdict.ALTERED, chain.writer_id, None, "the checkpoints can not be read")

    def _read_anchor(self, where: str, data: bytes) -> None:
        if not data.startswith(self._only.encode()) and data.startswith(b"privmw/"):
            return  # of a ledger that is kept elsewhere
        checkpoint = self._open_note(data, where, "anchor")
        if checkpoint is not None and checkpoint.origin.count("/") > 1:  # a super-checkpoint has no chain of its own
            self._require(checkpoint, "anchor")

    def _read_special(self, chain: ChainSource) -> None:
        try:
            for row in chain.special():
                try:
                    header = self._parse(row.header)
                except self._errors:
                    continue  # the walk reports it
                self._read_one(chain.writer_id, row.seq, header)
        except self._errors:
            self.report.add(Verdict.ALTERED, chain.writer_id, None, "the purge records can not be listed")

    def _read_one(self, writer: str, seq: int, header: dict[str, Any]) -> None:
        if header.get("kind") == "checkpoint":
            self._read_super(writer, seq, header)
        elif header.get("kind") == "epoch.open":
            for seen, sighting in _read_sightings(header):
                self._sightings.setdefault(seen, []).append(sighting)
        else:
            claim = read_claim(header)
            if isinstance(claim, PruneClaim):
                self._prunes.setdefault(claim.writer, []).append(claim)
            elif claim is not None:
                self._payload_claims.setdefault(claim.writer, []).append(header)

    def _read_super(self, writer: str, seq: int, header: dict[str, Any]) -> None:
        details = header.get("details")
        if not isinstance(details, dict) or not isinstance(details.get("note"), str):
            return
        signed = self._open_note(details["note"].encode("utf-8", "surrogatepass"), writer, "super-checkpoint")
        if signed is None:
            return
        writers = _read_writers(details.get("writers"))
        if writers is None or (signed.size, signed.root) != (len(writers), super_root(writers)):
            self.report.add(Verdict.ALTERED, writer, seq, "a super-checkpoint does not fit its list of writers")
            return
        for checkpoint in writers:
            self._require(checkpoint, "super-checkpoint")

    def _judge_chain(self, chain: ChainSource) -> None:
        requirements = self._required.get(origin_of(chain.writer_id), [])
        claims = (read_claim(header) for header in self._payload_claims.get(chain.writer_id, ()))
        chain.check_beside()
        claimed = chain.writer_id in self._payload_claims
        ahead = self._ahead(chain, claimed) if self._ahead is not None else None
        walk = ChainWalk(
            chain,
            self.report,
            parse=self._parse,
            errors=self._errors,
            requirements=requirements,
            sightings=self._sightings.get(chain.writer_id, ()),
            payload_claims=[claim for claim in claims if isinstance(claim, PayloadClaim)],
            prune_claims=self._prunes.get(chain.writer_id, ()),
            progress=self._progress,
            ahead=ahead,
        )
        try:
            walk.run()
        finally:
            if ahead is not None:
                ahead.close()
        summary = walk.summary
        within = [item for item in requirements if item.size <= summary.size]
        summary.signed = max((item.size for item in within), default=0)
        summary.anchored = max((item.size for item in within if item.source == "anchor"), default=0)
        self.report.chains.append(summary)
        covered = summary.anchored if self._anchors else summary.signed
        beyond = any(item.size > summary.size for item in requirements)
        reported = self._unproven.get(origin_of(chain.writer_id), 0) >= summary.size
        if not summary.size and not beyond:  # a writer that died before its first commit leaves such a file, too
            self.report.add(Verdict.UNANCHORED, chain.writer_id, None, "there is no record, and nothing tells of any")
        if covered < summary.size and not beyond and not reported:
            what = "no anchored checkpoint covers these" if self._anchors else "no checkpoint covers these"
            self.report.add(Verdict.UNANCHORED, chain.writer_id, covered, what, last=summary.size - 1)

    def _judge_absent(self) -> None:
        """Writers of whom something is known, but no chain."""
        present = {origin_of(chain.writer_id) for chain in self._chains}
        sizes = {origin: max(item.size for item in items) for origin, items in self._required.items()}
        for writer, sightings in self._sightings.items():
            origin = origin_of(writer)
            sizes[origin] = max(sizes.get(origin, 0), *(item.seq + 1 for item in sightings))
        pruned = {origin_of(writer): max(item.below for item in items) for writer, items in self._prunes.items()}
        for origin, size in sorted(sizes.items()):
            if origin in present or not size:
                continue
            if pruned.get(origin, 0) >= size:
                self.report.add(Verdict.PURGED, origin[7:], 0, "the whole chain was pruned", last=size - 1)
            else:
                self.report.add(Verdict.MISSING, origin[7:], 0, "a whole writer's chain is gone", last=size - 1)

    def _judge_copies(self) -> None:
        """Two files of one writer must not tell two stories."""
        by_writer: dict[str, list[ChainSource]] = {}
        for chain in self._chains:
            by_writer.setdefault(chain.writer_id, []).append(chain)
        for writer, copies in by_writer.items():
            for first, second in combinations(copies, 2):
                seq = self._divergence(first, second)
                if seq is not None:
                    self.report.add(Verdict.FORKED, writer, seq, f"two histories: {first.name} and {second.name}")

    def _divergence(self, first: ChainSource, second: ChainSource) -> int | None:
        try:
            for one, other in zip(first.headers(), second.headers(), strict=False):
                if one.header != other.header:
                    return one.seq
        except self._errors:
            return None  # the walk has said so
        return None


def _read_writers(value: object) -> list[Checkpoint] | None:
    """The list of writers in a super-checkpoint: ``[origin, size, root in base64]`` each."""
    if not isinstance(value, list):
        return None
    found = []
    for item in value:
        if not isinstance(item, list) or len(item) != 3:
            return None
        origin, size, root = item
        if not isinstance(origin, str) or type(size) is not int or not isinstance(root, str):
            return None
        try:
            found.append(Checkpoint(origin, size, base64.b64decode(root, validate=True)))
        except (binascii.Error, ValueError):
            return None
    return found


def _read_sightings(header: dict[str, Any]) -> list[tuple[str, Sighting]]:
    """Where an ``epoch.open`` record says that other chains stood."""
    details = header.get("details")
    if not isinstance(details, dict):
        return []
    siblings = details.get("siblings")
    listed = [*(siblings if isinstance(siblings, list) else ()), details.get("previous")]
    found = []
    for item in listed:
        if not isinstance(item, dict):
            continue
        writer, seq, digest = item.get("writer_id"), item.get("seq"), item.get("hash")
        if isinstance(writer, str) and type(seq) is int and seq >= 0 and isinstance(digest, str):
            found.append((writer, Sighting(seq, digest)))
    return found
