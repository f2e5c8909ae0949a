"""Finds the records of one writer in PostgreSQL that match criteria, in order of time, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from privmw.ledger.facets import facet_condition
from privmw.ledger.reader import Criteria, StoredHeader

__all__ = ["HEADER", "find"]

HEADER: Final = "h.seq, h.epoch, h.time, h.hash, h.header"

PAGES: Final = (64, 1_000)
"""Records of the first page, and of each later one."""

_MOST_RANGES: Final = 64
"""Matching facets up to which later pages are merged from their ranges, too."""

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
    order = f"ORDER BY h.time {direction}, h.seq {direction} LIMIT %s"
    # The sum keeps the planner from sorting all that the facets have: here the time index gives the order.
    some = f"h.facet + 0 = ANY (ARRAY(SELECT id FROM facets WHERE {condition})) AND" if condition else ""
    left = limit if limit is not None else _LAST
    size, ranges = min(left, PAGES[0]), bool(condition)
    while left > 0:
        span = (writer, since, until, *mark)
        if criteria.subject_ref is not None:
            join = f"JOIN payloads p USING (writer, seq) WHERE p.subject_ref = %s AND {some} {within} {order}"
            page = run(f"SELECT {HEADER} FROM headers h {join}", (criteria.subject_ref, *wanted, *span, size))
        elif ranges:
            page = run(_ranges(condition, within, order), (*span, *wanted, size, *span, size, size))
        else:
            page = run(f"SELECT {HEADER} FROM headers h WHERE {some} {within} {order}", (*wanted, *span, size))
        found = [StoredHeader._make(row) for row in page]
        yield from found
        left -= len(found)
        if len(found) < size:
            return
        mark = (found[-1].time_ms, found[-1].seq)
        if ranges and size == PAGES[0]:
            ranges = run(f"SELECT count(*) FROM facets WHERE {condition}", wanted)[0][0] <= _MOST_RANGES
        size = min(left, PAGES[1])


def _ranges(condition: str, within: str, order: str) -> str:
    """A page merged from the index ranges of facets: of those alone whose ranges begin first."""
    begin = f"SELECT h.time, h.seq FROM headers h WHERE h.facet = id AND {within} {order.replace('%s', '1')}"
    first = f"SELECT id FROM facets, LATERAL ({begin}) AS h WHERE {condition} {order}"
    inner = f"SELECT h.* FROM headers h WHERE h.facet = wanted.id AND {within} {order}"
    return f"SELECT {HEADER} FROM ({first}) AS wanted, LATERAL ({inner}) AS h {order}"
