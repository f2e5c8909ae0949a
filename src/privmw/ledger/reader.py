"""How a ledger is read, and how it is purged: the same for a directory of files and for PostgreSQL.

A :class:`Store` is a whole ledger: many chains, one per writer. :func:`open_store` opens one by path or DSN. ``query``,
``verify`` and ``retention`` know these protocols only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from privmw.ledger.schema import Facet
from privmw.types import DecisionKind, RecordKind

__all__ = [
    "Criteria",
    "Erasure",
    "PurgeableChain",
    "ReadableChain",
    "Store",
    "StoredCheckpoint",
    "StoredHeader",
    "StoredPayload",
    "open_store",
]


class StoredHeader(NamedTuple):
    """A header as it stands in the store; nothing about it has been checked.

    Attributes:
        seq: Column ``seq``.
        epoch: Column ``epoch``.
        time_ms: Column ``time``.
        hash: Column ``hash``.
        header: The canonical bytes.
    """

    seq: int
    epoch: int
    time_ms: int
    hash: bytes
    header: bytes


class StoredPayload(NamedTuple):
    """A payload that has not been purged.

    Attributes:
        seq: Number of its header.
        salt: Salt of its commitment.
        data: Its canonical bytes.
        retention_class: Key of its retention class, or ``None``.
        purge_after: ISO date after which it must be gone, or ``None``.
        subject_ref: Keyed reference of the data subject, or ``None``.
    """

    seq: int
    salt: bytes
    data: bytes
    retention_class: str | None
    purge_after: str | None
    subject_ref: str | None


class StoredCheckpoint(NamedTuple):
    """A signed note over the first ``size`` records."""

    size: int
    time_ms: int
    note: str


class Erasure(NamedTuple):
    """What became of deleted bytes.

    Attributes:
        complete: No byte of what was deleted is left in the store's own files.
        obstacle: What keeps some of them (a long reader that blocks the WAL checkpoint), ``None`` when complete.
    """

    complete: bool
    obstacle: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Which records are asked for; an empty set asks for all. Sets are "any of", criteria are "and".

    Attributes:
        since_ms: Records at or after this time.
        until_ms: Records before this time.
        kinds: Record kinds.
        decisions: Decisions.
        recipients: Recipients: register keys, or hosts of undeclared ones.
        countries: Destination countries, ISO 3166-1 alpha-2.
        purposes: Purpose keys; a key also matches the keys under it (``essential.service`` matches ``essential.service.ai``).
        categories: Data categories, prefix-matched alike; one of a record's categories must match.
        subject_ref: Keyed reference of a data subject; finds nothing where the payload was purged.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    kinds: frozenset[RecordKind] = field(default_factory=frozenset)
    decisions: frozenset[DecisionKind] = field(default_factory=frozenset)
    recipients: frozenset[str] = field(default_factory=frozenset)
    countries: frozenset[str] = field(default_factory=frozenset)
    purposes: frozenset[str] = field(default_factory=frozenset)
    categories: frozenset[str] = field(default_factory=frozenset)
    subject_ref: str | None = None


class ReadableChain(Protocol):
    """One writer's chain, read only."""

    @property
    def writer_id(self) -> str:
        """Whose chain it is."""

    @property
    def name(self) -> str:
        """How to name it to a person: the file's name, or the writer's id."""

    def head(self) -> StoredHeader | None:
        """The latest record, ``None`` in an empty chain."""

    def count(self) -> int:
        """How many headers are stored."""

    def headers(self, start: int = 0, stop: int | None = None) -> Iterator[StoredHeader]:
        """Headers with ``start <= seq < stop``, ordered by ``seq``; a streaming read in constant memory."""

    def payloads(self, start: int = 0, stop: int | None = None) -> Iterator[StoredPayload]:
        """Payloads that are still there, ordered by ``seq``; a streaming read."""

    def facet_mismatches(self) -> Iterator[int]:
        """``seq`` of the records whose search columns do not say what their header says."""

    def facets(self) -> Iterator[tuple[int, Facet]]:
        """Each combination of searched members that occurs, with its number."""

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Signed notes, ordered by size."""

    def subtrees(self) -> Iterator[tuple[int, int, bytes]]:
        """``(level, position, hash)`` of the subtrees kept when headers were pruned."""

    def find(
        self, criteria: Criteria, *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[StoredHeader]:
        """Records that match, ordered by time."""

    def outcomes(self, intent_ids: Sequence[str]) -> Iterator[StoredHeader]:
        """Records whose ``intent_id`` is one of these."""

    def payloads_of(self, seqs: Sequence[int]) -> Iterator[StoredPayload]:
        """Payloads of these records that are still there."""

    def prunable_until_ms(self) -> int | None:
        """Headers after this time may not be pruned, whatever the schedule says; ``None`` where the store sets no bound."""

    def close(self) -> None:
        """Release it."""


class PurgeableChain(ReadableChain, Protocol):
    """One writer's chain, opened to purge, to prune or to keep a checkpoint."""

    def delete_payloads(self, seqs: Sequence[int]) -> int:
        """Delete payloads with their salts in one transaction; returns how many there were."""

    def erase(self, *, timeout: float = 5.0) -> Erasure:
        """Make deleted bytes unreadable in the store's files (WAL included)."""

    def put_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a signed note; the same size again replaces it."""

    def prune(self, below: int, subtrees: Sequence[tuple[int, int, bytes]]) -> int:
        """Drop headers with ``seq < below`` and keep these subtree hashes instead, in one transaction."""


class Store(Protocol):
    """A whole ledger."""

    def chains(self) -> Sequence[ReadableChain]:
        """Every readable chain, oldest first."""

    def copies(self) -> Sequence[ReadableChain]:
        """Further files of writers that :meth:`chains` has one of; they are purged, and answer no question."""

    def refresh(self) -> None:
        """Take up writers that have come since the store was opened."""

    def unreadable(self) -> list[tuple[str, str]]:
        """Name and problem of what should be a chain and cannot be read as one."""

    def open_purgeable(self, name: str) -> PurgeableChain:
        """Open one chain to purge it.

        Args:
            name: The chain's name, or the id of its writer.

        Raises:
            LedgerUnavailable: It cannot be written.
            LedgerCorrupt: There is no such chain, or it cannot be read.
        """

    def close(self) -> None:
        """Release everything."""


def open_store(source: Path | str) -> Store:
    """Open a ledger for reading.

    Args:
        source: Directory of ledger files, one such file, or a ``postgresql://`` DSN.

    Raises:
        LedgerUnavailable: There is nothing at that place, or the server does not answer.
    """
    text = str(source)
    if text.startswith(("postgresql://", "postgres://")):
        from privmw.ledger.postgres_store import PostgresStore

        return PostgresStore(text)
    from privmw.ledger.sqlite import DirectoryStore

    return DirectoryStore(Path(source))
