"""Signs checkpoints over a growing chain, and one super-checkpoint over all chains.

A :class:`Checkpointer` follows one writer (:class:`privmw.ledger.writing.observer.Observer`). It builds the tree from what the
writer committed, not from what the file says later, and never signs a tree that is not an extension of the one it
signed before (C2SP: "MUST not sign"). What was there when it opened the chain is read in slices, so that a long chain
does not hold up the first record.
"""

from __future__ import annotations

import base64
import logging
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from privmw.errors import ConfigurationError, LedgerError
from privmw.ledger.anchors import Anchor
from privmw.ledger.auditing.filejudge import KEYS_FILE
from privmw.ledger.auditing.merkle import CompactRange, MerkleError
from privmw.ledger.auditing.notes import (
    Checkpoint,
    NoteError,
    Signed,
    check_note,
    is_key_name,
    origin_of,
    parse_checkpoint,
    parse_note,
)
from privmw.ledger.auditing.testimony import read_writers, super_root
from privmw.ledger.canonical import parse
from privmw.ledger.chain import Sealed
from privmw.ledger.leftovers import sign_leftovers
from privmw.ledger.signing import SigningKeys, verify_signature
from privmw.ledger.stores.reader import Criteria, Store, StoredCheckpoint
from privmw.ledger.writing.observer import OpenChain
from privmw.types import Clock, Durability, RecordKind, TransferRecord, TransferSink, new_record_id

__all__ = ["Checkpointer", "super_checkpoint"]

logger = logging.getLogger("privmw.ledger")

_SLICE = 20_000
_KEPT_NOTES = 1_000
_TOLD_MS = 7 * 86_400_000
_LOOKED_AT = 16


class Checkpointer:
    """Signs a checkpoint each so many records, each so many seconds with new ones, and when the chain is closed.

    A verifier takes a longer stretch without a checkpoint for one whose checkpoints were removed
    (:mod:`privmw.ledger.auditing.unsigned`), so these bounds hold by the records' own times, whatever the clock or the disk does.
    Signed at once: what an earlier process left unsigned, and a purge, before anything is deleted on its word.

    Args:
        keys: Keys, the last of which signs.
        clock: Source of the checkpoints' times.
        every: Records between checkpoints.
        seconds: Longest time that a record stays without one.
        anchors: Where checkpoints are kept outside the ledger.
        directory: The ledger's directory, to leave the public keys in; ``None`` leaves them nowhere.

    Attributes:
        signed: How many checkpoints were signed.
        refused: Why none is signed any more (the stored chain contradicts an earlier checkpoint), ``None`` otherwise.
    """

    def __init__(
        self,
        keys: SigningKeys,
        *,
        clock: Clock,
        every: int = 1_000,
        seconds: float = 60.0,
        anchors: Sequence[Anchor] = (),
        directory: Path | None = None,
    ) -> None:
        if every < 1 or seconds <= 0:
            raise ConfigurationError("checkpoints need a positive number of records and seconds", field="ledger")
        self._keys = keys
        self._clock = clock
        self._every = every
        self._interval_ms = int(seconds * 1000)
        self._anchors = tuple(anchors)
        self._directory = directory
        self._unsent: dict[int, deque[bytes]] = {id(anchor): deque(maxlen=_KEPT_NOTES) for anchor in self._anchors}
        self.signed = 0
        self.refused: str | None = None
        self._chain: OpenChain | None = None

    def opened(self, chain: OpenChain) -> None:
        """Begin with a chain; see :class:`privmw.ledger.writing.observer.Observer`."""
        self._chain = chain
        self._origin = origin_of(chain.writer_id)
        self._tree = CompactRange()
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._last_ms = self._clock.time_ms()
        self.refused = None
        self._at_once = False
        self._first_ms: int | None = None
        self._previous: Checkpoint | None = None
        if not is_key_name(self._origin):
            raise ConfigurationError("the writer's id can not be the origin of a checkpoint")
        self._publish()
        nodes = chain.subtrees()
        try:
            if nodes:
                self._tree = CompactRange.from_nodes(sum(1 << level for level, _, _ in nodes), nodes)
            self._previous = self._read_previous(chain.latest_checkpoint())
        except (MerkleError, NoteError) as error:
            self._refuse(str(error))
        self._signed_size = self._previous.size if self._previous else 0
        if self._previous is not None and self._previous.size < self._tree.size:
            self._previous = None  # it lies in the pruned prefix

    def committed(self, records: Sequence[Sealed]) -> None:
        """Take in durable records."""
        self._waiting.extend((record.seq, record.hash) for record in records)
        inherited = self._first_ms is None and records[0].seq > self._signed_size
        if self._first_ms is None:
            self._first_ms = records[0].time_ms
        span = max(record.time_ms for record in records) - self._first_ms
        if inherited or span >= self._interval_ms or any(record.members["kind"] == "purge" for record in records):
            self._at_once = True
        self._catch_up(_SLICE)
        if self._at_once or self._tree.size - self._signed_size >= self._every:
            self._sign()

    def tick(self, time_ms: int) -> None:
        """Sign when the time is up, and offer the anchors again what they did not take."""
        self._catch_up(_SLICE)
        if self._at_once or time_ms - self._last_ms >= self._interval_ms:
            self._sign()
        elif any(self._unsent.values()):
            self._anchor()

    def closing(self) -> None:
        """Sign over everything."""
        while self._catch_up(_SLICE):
            pass
        self._sign()

    def _catch_up(self, limit: int) -> bool:
        """Bring the tree up to what is durable; tells whether there is more to do."""
        chain = self._chain
        if chain is None or self.refused is not None:
            self._waiting.clear()
            return False
        while self._waiting and self._waiting[0][0] <= self._tree.size:
            seq, leaf = self._waiting.popleft()
            if seq == self._tree.size:
                self._append(leaf)
        if not self._waiting:
            return False
        leaves = chain.hashes(self._tree.size, min(self._waiting[0][0], self._tree.size + limit))
        if not leaves:
            self._refuse("stored records are missing")
            return False
        for leaf in leaves:
            self._append(leaf)
        return self.refused is None

    def _append(self, leaf: bytes) -> None:
        self._check_previous()
        if self.refused is None:
            self._tree.append(leaf)
            self._check_previous()

    def _check_previous(self) -> None:
        if self._previous is not None and self._previous.size == self._tree.size:
            if self._previous.root != self._tree.root():
                self._refuse("the stored records are not those of the latest checkpoint")
            self._previous = None

    def _sign(self) -> None:
        if self.refused is not None or self._chain is None or self._waiting or self._previous is not None:
            return
        size = self._tree.size
        if size <= self._signed_size:
            return
        now = self._clock.time_ms()
        note = self._keys.sign(Checkpoint(self._origin, size, self._tree.root()).text())
        self._chain.put_checkpoint(StoredCheckpoint(size, now, note.decode()))
        self._signed_size = size
        self._last_ms = now
        self._at_once = False
        self._first_ms = None
        self.signed += 1
        for waiting in self._unsent.values():
            waiting.append(note)
        self._anchor()

    def _anchor(self) -> None:
        for anchor in self._anchors:
            waiting = self._unsent[id(anchor)]
            if not waiting:
                continue
            try:
                anchor.keep(list(waiting))
            except Exception as error:  # noqa: BLE001 - an anchor that is down must not stop the ledger; it is tried again
                logger.warning(
                    "checkpoints could not be anchored: %s in %s", type(error).__name__, type(anchor).__name__
                )
            else:
                waiting.clear()

    def _read_previous(self, stored: StoredCheckpoint | None) -> Checkpoint | None:
        if stored is None:
            return None
        note = parse_note(stored.note.encode())
        checkpoint = parse_checkpoint(note.text)
        if checkpoint.origin != self._origin or checkpoint.size != stored.size:
            raise NoteError("the latest checkpoint is another chain's")
        if check_note(note, self._keys.trusted(), verify_signature) is Signed.BAD:
            raise NoteError("the latest checkpoint's signature is wrong")
        return checkpoint

    def _refuse(self, reason: str) -> None:
        self.refused = reason
        logger.error("no more checkpoints are signed for this chain: %s; run privmw verify", reason)

    def _publish(self) -> None:
        if self._directory is None:
            return
        path = self._directory / KEYS_FILE
        try:
            known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            fresh = [line for key in self._keys.trusted("privmw") if (line := key.text()) not in known]
            if fresh:
                with path.open("a", encoding="utf-8") as file:
                    file.write("".join(line + "\n" for line in fresh))
        except OSError as error:
            logger.warning("public keys could not be left in the ledger's directory: %s", error.strerror)


def super_checkpoint(
    store: Store,
    keys: SigningKeys,
    sink: TransferSink,
    *,
    deployment: str,
    clock: Clock,
    anchors: Sequence[Anchor] = (),
    timeout: float = 10.0,
) -> Checkpoint | None:
    """Sign one statement over the latest checkpoints of all writers, so that a missing writer shows.

    What writers that are gone left unsigned is signed first, also what was written before there was a key.
    Only checkpoints of these keys are taken in, and one that did
    not change is named again after a week: files of hosts that are gone would otherwise fill every statement, and what was
    said once holds for as long as its record is kept. The statement becomes a ``checkpoint`` record in the chain of
    ``sink``, with the list of writers in it, and goes to the anchors behind the checkpoints it is about.

    Args:
        store: The whole ledger.
        keys: Keys, the last of which signs.
        sink: Where the record goes.
        deployment: Name of the deployment; the origin is ``privmw/<deployment>``.
        clock: Source of the record's time.
        anchors: Where it is kept outside the ledger.
        timeout: Seconds to wait for the record to be durable.

    Returns:
        The statement, ``None`` when there is nothing new to say.

    Raises:
        LedgerUnavailable: The record could not be made durable.
    """
    told = _told_lately(store, keys, clock.time_ms() - _TOLD_MS)
    sign_leftovers(store, keys, clock, unsigned=True)
    latest = _latest_signed(store, keys)
    latest = {origin: item for origin, item in latest.items() if told.get(origin) != item[0].size}
    if not latest:
        return None
    writers = [latest[origin][0] for origin in sorted(latest, key=str.encode)]
    whole = Checkpoint(origin_of(deployment.replace("/", "%2F")), len(writers), super_root(writers))
    signed = keys.sign(whole.text())
    now = clock.time_ms()
    sink.submit(
        TransferRecord(
            kind=RecordKind.CHECKPOINT,
            record_id=new_record_id(now),
            time_ms=now,
            details={
                "note": signed.decode(),
                "writers": [[item.origin, item.size, base64.b64encode(item.root).decode()] for item in writers],
            },
        ),
        Durability.BEFORE_SEND,
    ).wait(timeout)
    for anchor in anchors:
        anchor.keep([*(latest[item.origin][1] for item in writers), signed])
    return whole


def _latest_signed(store: Store, keys: SigningKeys) -> dict[str, tuple[Checkpoint, bytes]]:
    """The latest checkpoint of each writer that these keys signed, with its note, by origin."""
    latest: dict[str, tuple[Checkpoint, bytes]] = {}
    for chain in store.chains():
        for stored in reversed(deque(chain.checkpoints(), _LOOKED_AT)):
            data = stored.note.encode("utf-8", "surrogatepass")
            checkpoint = _believed(data, keys)
            if checkpoint is None:
                continue
            if checkpoint.origin == origin_of(chain.writer_id) and checkpoint.size == stored.size:
                latest[checkpoint.origin] = (checkpoint, data)
                break
    return latest


def _told_lately(store: Store, keys: SigningKeys, since_ms: int) -> dict[str, int]:
    """Sizes that super-checkpoints of these keys named since some time, by origin."""
    told: dict[str, int] = {}
    for chain in store.chains():
        for row in chain.find(Criteria(kinds=frozenset({RecordKind.CHECKPOINT}), since_ms=since_ms)):
            try:
                details = parse(row.header)["details"]
                signed = _believed(str(details["note"]).encode("utf-8", "surrogatepass"), keys)
                writers = read_writers(details["writers"])
            except (LedgerError, KeyError, TypeError):
                continue
            if signed is None or writers is None or signed.root != super_root(writers):
                continue
            for item in writers:
                told[item.origin] = max(item.size, told.get(item.origin, 0))
    return told


def _believed(data: bytes, keys: SigningKeys) -> Checkpoint | None:
    try:
        note = parse_note(data)
        checkpoint = parse_checkpoint(note.text)
    except NoteError:
        return None
    return checkpoint if check_note(note, keys.trusted(), verify_signature) is Signed.VALID else None
