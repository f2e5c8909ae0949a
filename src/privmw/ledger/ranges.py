"""Merges many index ranges by time, each opened only when its turn comes.

A question may match thousands of facets, most of whose records lie far from the end that is asked for. Where each range
begins is read first, at one look into the index each; a range is opened when everything before its beginning was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush

from privmw.ledger.reader import StoredHeader

__all__ = ["merged"]


def merged(
    begins: Iterable[tuple[int, int]],
    open_range: Callable[[int], Iterator[StoredHeader]],
    rest_after: Callable[[StoredHeader], Iterator[StoredHeader]],
    *,
    newest_first: bool,
    most_open: int,
) -> Iterator[StoredHeader]:
    """Give the records of all ranges in order of time, then of ``seq``.

    Args:
        begins: Time of each range's first record, and its facet, in the order asked for.
        open_range: Opens the range of a facet.
        rest_after: Gives what comes after a record in any other way.
        newest_first: Which way.
        most_open: Number of open ranges from which on the rest is read in that other way.
    """
    sign = -1 if newest_first else 1
    heap: list[tuple[int, int, StoredHeader, Iterator[StoredHeader]]] = []

    def advance(rows: Iterator[StoredHeader]) -> None:
        row = next(rows, None)
        if row is not None:
            heappush(heap, (sign * row.time_ms, sign * row.seq, row, rows))

    upcoming = iter(begins)
    following = next(upcoming, None)
    row: StoredHeader | None = None
    while heap or following is not None:
        while following is not None and (not heap or sign * following[0] <= heap[0][0]):
            advance(open_range(following[1]))
            following = next(upcoming, None)
        if row is not None and len(heap) > most_open:
            yield from rest_after(row)
            return
        if heap:
            _, _, row, rows = heappop(heap)
            yield row
            advance(rows)
