"""How much an honest writer leaves unsigned behind its last checkpoint.

A writer signs at least each minute of its records' time, and once before it closes an epoch. Whatever ends it in between
(a kill, a power cut) leaves less than a minute of one epoch unsigned, or an ``epoch.close`` alone; the next writer of the
file signs it. More than that has lost the checkpoints that were over it.

After a file was taken over, the tree over what it holds is read again in slices between commits, and nothing is signed
before that is done: a second for each :data:`RECORDS_PER_SECOND` records.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from privmw.ledger.settle import Parse
from privmw.ledger.sources import HeaderRow

__all__ = ["GRACE_MS", "RECORDS_PER_SECOND", "is_overdue"]

GRACE_MS = 60_000
"""Longest time between the first and the last record of an epoch that stand without a checkpoint."""

RECORDS_PER_SECOND = 10_000


def is_overdue(
    rows: Iterable[HeaderRow], minimum_index: int, parse: Parse, errors: tuple[type[Exception], ...]
) -> bool:
    """Whether an honest writer would have signed some of these records by now.

    Args:
        rows: Headers behind the last checkpoint, in order.
        minimum_index: First header of the chain that was not pruned.
        parse: Reads canonical JSON.
        errors: What it may raise.
    """
    epoch: int | None = None
    first_ms = limit = number = 0
    for row in rows:
        kind = _kind(row.header, parse, errors)
        if row.epoch != epoch:
            epoch, first_ms, number = row.epoch, row.time_ms, 0
            reading_ms = (row.seq - minimum_index) * 1000 // RECORDS_PER_SECOND if kind == "epoch.open" else 0
            limit = GRACE_MS + reading_ms
        number += 1
        if row.time_ms - first_ms >= limit or (kind == "epoch.close" and number > 1):
            return True
    return False


def _kind(header: bytes, parse: Parse, errors: tuple[type[Exception], ...]) -> Any:
    """The kind of a record that opens or closes an epoch; others need not be parsed."""
    if b'"kind":"epoch.' not in header:
        return None
    try:
        return parse(header).get("kind")
    except errors:
        return None
