"""What a verification needs of a store: rows as they stand there, unchecked.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

__all__ = ["ChainSource", "CheckpointRow", "HeaderRow", "NotJudgeable", "PayloadRow", "Unavailable"]

Unavailable = Callable[[Exception], bool]
"""Whether an error says nothing about what is stored: a lock, a connection that broke, a disk that can not be read."""


class NotJudgeable(Exception):
    """Something can not be looked at from here, which says nothing about it: locked, no permission, a later format."""


class HeaderRow(Protocol):
    """A header as stored."""

    @property
    def seq(self) -> int:
        """Column ``seq``."""

    @property
    def epoch(self) -> int:
        """Column ``epoch``."""

    @property
    def time_ms(self) -> int:
        """Column ``time``."""

    @property
    def hash(self) -> bytes:
        """Column ``hash``."""

    @property
    def header(self) -> bytes:
        """The canonical bytes."""


class PayloadRow(Protocol):
    """A payload as stored."""

    @property
    def seq(self) -> int:
        """Number of its header."""

    @property
    def salt(self) -> bytes:
        """Salt of its commitment."""

    @property
    def data(self) -> bytes:
        """Its canonical bytes."""

    @property
    def retention_class(self) -> str | None:
        """Column ``retention_class``, which purges select by."""

    @property
    def purge_after(self) -> str | None:
        """Column ``purge_after``, which purges select by."""

    @property
    def subject_ref(self) -> str | None:
        """Column ``subject_ref``, which requests of data subjects select by."""


class CheckpointRow(Protocol):
    """A signed note as stored."""

    @property
    def size(self) -> int:
        """Column ``size``."""

    @property
    def note(self) -> str:
        """The note."""


class ChainSource(Protocol):
    """One writer's chain, read only."""

    @property
    def writer_id(self) -> str:
        """Whose chain it is, as the store says."""

    @property
    def name(self) -> str:
        """How to name it to a person."""

    def headers(self, start: int = 0, stop: int | None = None) -> Iterator[HeaderRow]:
        """Headers with ``start <= seq < stop`` in order."""

    def payloads(self, start: int = 0, stop: int | None = None) -> Iterator[PayloadRow]:
        """Payloads with ``start <= seq < stop`` in order."""

    def checkpoints(self) -> Iterator[CheckpointRow]:
        """Signed notes, ordered by size."""

    def subtrees(self) -> Iterator[tuple[int, int, bytes]]:
        """``(level, position, hash)`` of the subtrees kept for pruned headers."""

    def special(self) -> Iterator[HeaderRow]:
        """Records of the kinds ``epoch.open``, ``purge`` and ``checkpoint``; the first two in order of ``seq``."""

    def columns_fit(self, row: Any, members: Mapping[str, Any]) -> bool:
        """Whether the columns beside a header say what the header says."""

    def inconsistencies(self) -> Iterator[str]:
        """What the store itself finds wrong with its indexes."""

    def check_beside(self) -> None:
        """Begin with :meth:`inconsistencies` while records are read, where the store can."""
