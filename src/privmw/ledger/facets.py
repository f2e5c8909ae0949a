"""Which facets satisfy criteria: as a condition in SQL, and for one record at hand."""

from __future__ import annotations

from privmw.ledger.reader import Criteria
from privmw.ledger.schema import Facet

__all__ = ["facet_condition", "matches"]


def facet_condition(criteria: Criteria, each: str) -> tuple[str, list[list[str]]]:
    """Write criteria as a condition on the table ``facets``, in words that SQLite and PostgreSQL share.

    Args:
        criteria: What is asked for; time and subject are not looked at.
        each: What makes rows with a column ``value`` of one parameter, a list of texts.

    Returns:
        The condition, empty where every facet satisfies it, and the lists that it takes.
    """
    exact = (
        ("kind", criteria.kinds),
        ("decision", criteria.decisions),
        ("recipient", criteria.recipients),
        ("country", criteria.countries),
    )
    conditions = [f"{column} IN (SELECT value FROM {each})" for column, wanted in exact if wanted]
    lists = [sorted(map(str, wanted)) for _, wanted in exact if wanted]
    if criteria.purposes:
        under = "purpose = value OR substr(purpose, 1, length(value) + 1) = value || '.'"
        conditions.append(f"EXISTS (SELECT 1 FROM {each} WHERE {under})")
        lists.append(sorted(criteria.purposes))
    if criteria.categories:  # a text holds another if it is not the same without it
        listed = "' ' || categories || ' '"
        held = (f"replace({listed}, ' ' || value || '{end}', '') <> {listed}" for end in (" ", "."))
        conditions.append(f"EXISTS (SELECT 1 FROM {each} WHERE {' OR '.join(held)})")
        lists.append(sorted(criteria.categories))
    return " AND ".join(conditions), lists


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
