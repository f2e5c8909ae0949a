"""Asks a ledger what went where, when, why and on which ground, over one or many writers.

    with Ledger.open("privmw-ledger") as ledger:
        for transfer in ledger.transfers(Criteria(countries=frozenset({"US"})), limit=100):
            print(transfer.record.recipient_id, transfer.outcome)

What is read is what stands there: :mod:`privmw.ledger.verify` judges whether it is what was written.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Self, TypeVar

import orjson

from privmw.errors import LedgerCorrupt
from privmw.ledger.facets import matches
from privmw.ledger.reader import Criteria, ReadableChain, Store, StoredHeader, open_store
from privmw.ledger.record import header_members, record_from
from privmw.ledger.schema import facet_of
from privmw.types import DecisionKind, Enforcement, Outcome, TransferRecord

__all__ = ["Criteria", "Entry", "Ledger", "Transfer"]

_BATCH = 256

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One record with its place.

    Attributes:
        record: The record; its payload is ``None`` where it has none or it was purged.
        writer_id: Whose chain it is in.
        epoch: Epoch of the writer.
        seq: Its number in the chain.
        purged: It had a payload, which was purged.
        clock_back_ms: By how much the clock had gone back, 0 where it had not.
    """

    record: TransferRecord
    writer_id: str
    epoch: int
    seq: int
    purged: bool = False
    clock_back_ms: int = 0


@dataclass(frozen=True, slots=True)
class Transfer:
    """An intent with its outcome, or any other record by itself.

    Attributes:
        entry: The intent, with its place.
        result: The record of its outcome, ``None`` when there is none.
    """

    entry: Entry
    result: Entry | None = None

    @property
    def record(self) -> TransferRecord:
        """The intent."""
        return self.entry.record

    @property
    def outcome(self) -> Outcome | None:
        """How it ended: ``unknown`` for an intent without an outcome record, ``None`` for what was not to be sent."""
        if self.result is not None:
            return self.result.record.outcome or Outcome.UNKNOWN
        if self.record.outcome is not None:
            return self.record.outcome
        if self.record.decision is None:
            return None
        refused = self.record.decision is DecisionKind.DENY and self.record.enforcement is not Enforcement.SHADOW
        return None if refused else Outcome.UNKNOWN


class Ledger:
    """A ledger open for questions.

    Args:
        store: The store, which is closed with the ledger.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._chains = store.chains()

    @classmethod
    def open(cls, source: Path | str) -> Ledger:
        """Open a directory, a file or a ``postgresql://`` DSN.

        Raises:
            LedgerUnavailable: There is nothing at that place, or the server does not answer.
        """
        return cls(open_store(source))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def unreadable(self) -> list[tuple[str, str]]:
        """Name and problem of each part that could not be read; what it held is missing from every answer."""
        copies = [(copy.name, f"{copy.name} is a second file of the same writer") for copy in self._store.copies()]
        return [*self._store.unreadable(), *copies]

    def known(self) -> dict[str, frozenset[str]]:
        """What can be asked for: every recipient, country, purpose and category that occurs in a record."""
        facets = [facet for chain in self._chains for _, facet in chain.facets()]
        return {
            "recipient": frozenset(facet.recipient for facet in facets) - {""},
            "country": frozenset(facet.country for facet in facets) - {""},
            "purpose": frozenset(facet.purpose for facet in facets) - {""},
            "category": frozenset(key for facet in facets for key in facet.categories.split(" ")) - {""},
        }

    def entries(
        self, criteria: Criteria | None = None, *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[Entry]:
        """All matching records of every kind, ordered by time over all writers.

        Raises:
            LedgerCorrupt: A record cannot be read.
        """
        wanted = criteria if criteria is not None else Criteria()
        ranges = [_located(chain, chain.find(wanted, newest_first=newest_first, limit=limit)) for chain in self._chains]
        yield from _read(merge(*ranges, key=_by_time, reverse=newest_first), limit)

    def transfers(
        self, criteria: Criteria | None = None, *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[Transfer]:
        """Matching intents and refusals (records with a decision) with their outcomes.

        Records of other kinds come when ``criteria.kinds`` asks for them.

        Raises:
            LedgerCorrupt: A record cannot be read.
        """
        wanted = _transfers_only(criteria)
        ranges = [_located(chain, chain.find(wanted, newest_first=newest_first)) for chain in self._chains]
        entries = _read(merge(*ranges, key=_by_time, reverse=newest_first), None, ahead=limit)
        found = (entry for entry in entries if entry.record.intent_id is None)
        for batch in _batches(islice(found, limit)):
            outcomes = self._outcomes(batch)
            yield from (Transfer(entry, outcomes.get(entry.record.record_id)) for entry in batch)

    def follow(
        self, criteria: Criteria | None = None, *, interval: float = 0.5, limit: int | None = None
    ) -> Iterator[Transfer]:
        """Yield matching transfers and refusals as they become durable, without their outcomes.

        It ends when ``until_ms`` is over, and goes on for ever without it.

        Args:
            criteria: What is asked for; ``since_ms`` asks for older records first.
            interval: Seconds between two looks.
            limit: Begin with so many older records, the latest.
        """
        wanted = _transfers_only(criteria)
        seen = {chain.writer_id: head.seq for chain in self._chains if (head := chain.head()) is not None}
        if wanted.since_ms is not None or limit is not None:
            older = (
                entry
                for entry in self.entries(wanted, newest_first=limit is not None)
                if entry.seq <= seen.get(entry.writer_id, -1) and entry.record.intent_id is None
            )
            yield from map(Transfer, older if limit is None else reversed(list(islice(older, limit))))
        over = False
        while not over:
            over = wanted.until_ms is not None and time.time_ns() // 1_000_000 >= wanted.until_ms
            for chain in self._chains:
                fresh = list(chain.headers(seen.get(chain.writer_id, -1) + 1))
                yield from (
                    Transfer(entry) for entry in _entries([(chain, row) for row in fresh]) if _fits(entry, wanted)
                )
                if fresh:
                    seen[chain.writer_id] = fresh[-1].seq
            if not over:
                time.sleep(interval)
                self._store.refresh()
                self._chains = self._store.chains()

    def close(self) -> None:
        """Release the store."""
        self._store.close()

    def _outcomes(self, entries: Sequence[Entry]) -> dict[str, Entry]:
        """Find the outcomes of intents: in their own chain nearly always, else in any (a writer may change its file)."""
        open_intents = {entry.record.record_id: entry.writer_id for entry in entries}
        found: dict[str, Entry] = {}
        for own in (True, False):
            for chain in self._chains:
                asked = [
                    intent
                    for intent, writer in open_intents.items()
                    if intent not in found and (writer == chain.writer_id) is own
                ]
                rows = [(chain, row) for row in chain.outcomes(asked)] if asked else []
                for entry in _entries(rows):
                    if entry.record.intent_id is not None:
                        found[entry.record.intent_id] = entry
        return found


def _transfers_only(criteria: Criteria | None) -> Criteria:
    wanted = criteria if criteria is not None else Criteria()
    if wanted.kinds or wanted.decisions:
        return wanted
    return replace(wanted, decisions=frozenset(DecisionKind))


def _fits(entry: Entry, criteria: Criteria) -> bool:
    record = entry.record
    if record.intent_id is not None:
        return False
    if criteria.since_ms is not None and record.time_ms < criteria.since_ms:
        return False
    if criteria.until_ms is not None and record.time_ms >= criteria.until_ms:
        return False
    if criteria.subject_ref is not None and (
        record.payload is None or record.payload.subject_ref != criteria.subject_ref
    ):
        return False
    return matches(facet_of(header_members(record)), criteria)


def _located(chain: ReadableChain, rows: Iterable[StoredHeader]) -> Iterator[tuple[ReadableChain, StoredHeader]]:
    return ((chain, row) for row in rows)


def _by_time(item: tuple[ReadableChain, StoredHeader]) -> int:
    return item[1].time_ms


def _batches(items: Iterable[_T], first: int | None = None) -> Iterator[list[_T]]:
    source = iter(items)
    size = _BATCH if first is None else min(first, _BATCH)
    while batch := list(islice(source, size)):
        yield batch
        size = _BATCH


def _read(
    rows: Iterable[tuple[ReadableChain, StoredHeader]], limit: int | None, ahead: int | None = None
) -> Iterator[Entry]:
    """Records of rows with their payloads; at first no more of them than somebody will look at."""
    for batch in _batches(islice(rows, limit), ahead):
        yield from _entries(batch)


def _entries(rows: Sequence[tuple[ReadableChain, StoredHeader]]) -> Iterator[Entry]:
    payloads: dict[tuple[str, int], bytes] = {}
    for chain in {chain.writer_id: chain for chain, _ in rows}.values():
        numbers = [row.seq for owner, row in rows if owner is chain]
        payloads.update({(chain.writer_id, item.seq): item.data for item in chain.payloads_of(numbers)})
    for chain, row in rows:
        data = payloads.get((chain.writer_id, row.seq))
        try:
            header = orjson.loads(row.header)
            record = record_from(header, None if data is None else orjson.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise LedgerCorrupt(f"record {row.seq} of {chain.name} cannot be read; `privmw verify` tells why") from None
        purged = data is None and "payload_commit" in header
        yield Entry(record, chain.writer_id, row.epoch, row.seq, purged, header.get("clock_back_ms", 0))
