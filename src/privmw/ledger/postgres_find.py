"""Finds the records of one writer in PostgreSQL that match criteria, in order of time, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, Final

from privmw.ledger.facets import facet_condition
from privmw.ledger.reader import Criteria, StoredHeader

__all__ = ["HEADER", "find"]

HEADER: Final = "h.seq, h.epoch, h.time, h.hash, h.header"

PAGES: Final = (64, 256, 1_000)
"""Records of the first page, of the second, and of each later one."""

_MOST_RANGES: Final = 64
"""Index ranges up to which later pages are merged, too."""

_LAST: Final = 2**62


def find(
    run: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]],
    writer: int,
    criteria: Criteria,
    *,
    newest_first: bool,
    limit: int | None,
) -> Iterator[StoredHeader]:
    """Find records.

    Args:
        run: Runs a statement with its values and returns the rows.
        writer: The writer's number.
        criteria: What is asked for.
        newest_first: In which order.
        limit: Most records to give.
    """
    condition, wanted = facet_condition(criteria, "unnest(%s::text[]) AS given (value)")
    since = criteria.since_ms if criteria.since_ms is not None else -_LAST
    until = criteria.until_ms if criteria.until_ms is not None else _LAST
    direction, beyond = ("DESC", "<") if newest_first else ("ASC", ">")
    mark = (until, 0) if newest_first else (since, -1)
    within = f"h.writer = %s AND h.time >= %s AND h.time < %s AND (h.time, h.seq) {beyond} (%s, %s)"
    order = f"ORDER BY h.time {direction}, h.seq {direction}"
    # "IS TRUE" has the facets hashed and each record looked up in them: the time index gives the order. As a join the
    # planner would sort all that the facets have.
    some = f"(h.facet IN (SELECT id FROM facets WHERE {condition})) IS TRUE AND" if condition else ""
    left = limit if limit is not None else _LAST
    ranges = bool(condition)
    for number in count():
        size = min(left, PAGES[min(number, len(PAGES) - 1)])
        span = (writer, since, until, *mark)
        if number == 1 and ranges:
            begun = f"SELECT count(*) FROM ({_begins(condition, within, order)}) AS begun"
            ranges = run(begun, (*span, *wanted))[0][0] <= _MOST_RANGES
        if criteria.subject_ref is not None:
            join = f"JOIN payloads p USING (writer, seq) WHERE p.subject_ref = %s AND {some} {within} {order} LIMIT %s"
            page = run(f"SELECT {HEADER} FROM headers h {join}", (criteria.subject_ref, *wanted, *span, size))
        elif ranges:
            page = run(_ranges(condition, within, order), (*span, *wanted, size, *span, size, size))
        else:
            tail = f"WHERE {some} {within} {order} LIMIT %s"
            page = run(f"SELECT {HEADER} FROM headers h {tail}", (*wanted, *span, size))
        found = [StoredHeader._make(row) for row in page]
        yield from found
        left -= len(found)
        if len(found) < size or not left:
            return
        mark = (found[-1].time_ms, found[-1].seq)


def _begins(condition: str, within: str, order: str) -> str:
    """Where the index range of each matching facet begins."""
    begin = f"SELECT h.time, h.seq FROM headers h WHERE h.facet = id AND {within} {order} LIMIT 1"
    return f"SELECT id, h.time, h.seq FROM facets, LATERAL ({begin}) AS h WHERE {condition}"


def _ranges(condition: str, within: str, order: str) -> str:
    """A page merged from index ranges: from those alone that begin first."""
    first = f"SELECT id FROM ({_begins(condition, within, order)}) AS h {order} LIMIT %s"
    inner = f"SELECT h.* FROM headers h WHERE h.facet = wanted.id AND {within} {order} LIMIT %s"
    return f"SELECT {HEADER} FROM ({first}) AS wanted, LATERAL ({inner}) AS h {order} LIMIT %s"
