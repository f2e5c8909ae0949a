"""Which facets satisfy criteria. There are few facets, so they are matched in Python and searched by number."""

from __future__ import annotations

from collections.abc import Iterable

from privmw.ledger.reader import Criteria
from privmw.ledger.schema import Facet

__all__ = ["matches", "matching_facets"]


def matching_facets(facets: Iterable[tuple[int, Facet]], criteria: Criteria) -> list[int] | None:
    """Select facets by number.

    Args:
        facets: Every facet of a chain with its number.
        criteria: What is asked for.

    Returns:
        Numbers of the facets that match, ``None`` when every one does.
    """
    every = True
    chosen: list[int] = []
    for number, facet in facets:
        if matches(facet, criteria):
            chosen.append(number)
        else:
            every = False
    return None if every and chosen else chosen


def matches(facet: Facet, criteria: Criteria) -> bool:
    """Whether a facet satisfies criteria; time and subject are not looked at."""
    return (
        (not criteria.kinds or facet.kind in criteria.kinds)
        and (not criteria.decisions or facet.decision in criteria.decisions)
        and (not criteria.recipients or facet.recipient in criteria.recipients)
        and (not criteria.countries or facet.country in criteria.countries)
        and (not criteria.purposes or _under(facet.purpose, criteria.purposes))
        and (not criteria.categories or any(_under(key, criteria.categories) for key in facet.categories.split(" ")))
    )


def _under(key: str, wanted: frozenset[str]) -> bool:
    return key in wanted or any(key.startswith(f"{prefix}.") for prefix in wanted)
