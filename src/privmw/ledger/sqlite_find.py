"""Finds the records of a ledger file that match criteria, in order of time.

Each matching facet is an index range of its own, already ordered by time, and ranges are merged; the time it takes follows
what is returned, not what is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from privmw.ledger.facets import facet_condition
from privmw.ledger.ranges import merged
from privmw.ledger.reader import Criteria, StoredHeader

__all__ = ["HEADER", "find"]

HEADER: Final = "h.seq, h.epoch, h.time, h.hash, h.header"

_MOST_CURSORS: Final = 1_000
_LAST: Final = 2**62


def find(
    run: Callable[[str, Sequence[Any]], Iterator[Any]], criteria: Criteria, *, newest_first: bool, limit: int | None
) -> Iterator[StoredHeader]:
    """Find records.

    Args:
        run: Runs a statement with its values and gives the rows.
        criteria: What is asked for.
        newest_first: In which order.
        limit: Most records to give.
    """

    def headers(clauses: str, *values: Any) -> Iterator[StoredHeader]:
        return map(StoredHeader._make, run(f"SELECT {HEADER} FROM headers h {clauses}", values))

    condition, lists = facet_condition(criteria, "json_each(?)")
    wanted = [json.dumps(texts) for texts in lists]
    since = criteria.since_ms if criteria.since_ms is not None else -_LAST
    until = criteria.until_ms if criteria.until_ms is not None else _LAST
    most = -1 if limit is None else limit
    direction, edge, beyond = ("DESC", "max", "<") if newest_first else ("ASC", "min", ">")
    within = "h.time >= ? AND h.time < ?"
    order = f"ORDER BY h.time {direction}, h.seq {direction} LIMIT ?"
    some = f"h.facet IN (SELECT id FROM facets WHERE {condition}) AND" if condition else ""
    if criteria.subject_ref is not None:
        # The plus keeps the planner from walking the time index: one subject has few records.
        tail = f"{some} +{within} {order.replace('h.time', '+h.time')}"
        join = "JOIN payloads p ON p.seq = h.seq WHERE p.subject_ref = ? AND"
        return headers(f"{join} {tail}", criteria.subject_ref, *wanted, since, until, most)
    if not condition:
        return headers(f"WHERE {within} {order}", since, until, most)
    # Where each range begins, then the ranges from there, and where too many are open the time index from there.
    first = f"SELECT {edge}(h.time) FROM headers h WHERE h.facet = id AND {within}"
    begins = f"SELECT ({first}) AS begin, id FROM facets WHERE {condition}"
    begins = f"SELECT * FROM ({begins}) WHERE begin NOTNULL ORDER BY begin {direction}"
    passed = f"h.time {beyond}= ? AND (h.time, h.seq) {beyond} (?, ?)"
    walk = f"INDEXED BY headers_time WHERE +{some} {within} AND {passed} {order}"
    found = merged(
        run(begins, (since, until, *wanted)),
        lambda facet: headers(f"WHERE h.facet = ? AND {within} {order}", facet, since, until, most),
        lambda row: headers(walk, *wanted, since, until, row.time_ms, row.time_ms, row.seq, most),
        newest_first=newest_first,
        most_open=_MOST_CURSORS,
    )
    return islice(found, limit)
