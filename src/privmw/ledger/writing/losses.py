"""Counting the records that could not be written, until a ``gap`` record can say so."""

from __future__ import annotations

import sqlite3
from collections import Counter

from privmw.errors import LedgerError
from privmw.types import RecordKind, TransferRecord, new_record_id

__all__ = ["Losses", "describe", "time_of"]


def describe(error: Exception) -> str:
    """Words for an error: SQLite's and the operating system's messages hold no values, only paths at most."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error) if isinstance(error, LedgerError | sqlite3.Error) else type(error).__name__


def time_of(record: TransferRecord, fallback: int) -> int:
    """The record's time, or another where it is none: a record may be lost for exactly that reason."""
    time_ms: object = record.time_ms
    return time_ms if isinstance(time_ms, int) else fallback


class Losses:
    """Records lost since the last ``gap`` record, by reason; its owner holds a lock around it.

    Attributes:
        total: How many records were lost over the writer's life.
    """

    def __init__(self) -> None:
        self.total = 0
        self._reasons: Counter[str] = Counter()
        self._first = 0
        self._last = 0

    def __bool__(self) -> bool:
        return bool(self._reasons)

    def add(self, reason: str, time_ms: int) -> None:
        """Count one lost record.

        Args:
            reason: ``queue.full``, ``disk``, ``record.invalid`` or ``closed``.
            time_ms: The record's time.
        """
        self._first = min(self._first, time_ms) if self._reasons else time_ms
        self._last = max(self._last, time_ms) if self._reasons else time_ms
        self._reasons[reason] += 1
        self.total += 1

    def gap(self, time_ms: int) -> TransferRecord | None:
        """Make the record that tells of what was lost so far, ``None`` when nothing was."""
        if not self._reasons:
            return None
        return TransferRecord(
            kind=RecordKind.GAP,
            record_id=new_record_id(time_ms),
            time_ms=time_ms,
            details={
                "count": self._reasons.total(),
                "from": self._first,
                "to": self._last,
                "reasons": dict(self._reasons),
            },
        )

    def settle(self, gap: TransferRecord) -> None:
        """Take off what a durable ``gap`` record told; what was lost meanwhile stays."""
        told = gap.details["reasons"]
        assert isinstance(told, dict)
        self._reasons.subtract(told)
        self._reasons = +self._reasons
