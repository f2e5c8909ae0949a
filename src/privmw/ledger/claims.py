"""What purge records say was removed, and whether that accounts for what is gone.

A purge record's ``details`` are one of

``{"action": "payload", "writer", "class", "clause", "period", "today", "runs", "count", "ids_sha256"}``
    Payloads of one retention class (``""`` for none) of one writer. ``runs`` are ``[first, last]`` pairs of ``seq``,
    both included, ascending; *every* record of that class with a payload commitment inside a run was removed, no other.
    ``count`` is their number, ``ids_sha256`` the SHA-256 over their ``record_id``, each followed by a newline, in order
    of ``seq``. ``today`` is the date by which they were due, in the controller's time zone.
``{"action": "prune", "writer", "clause", "period", "today", "below", "root"}``
    Headers with ``seq < below`` of one writer; ``root`` is the RFC 6962 root over all of them, in hex.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from privmw.settings.periods import Period, add_period, parse_period

__all__ = ["ClaimTracker", "PayloadClaim", "Place", "PruneClaim", "Run", "Terms", "outside", "read_claim", "union"]

Run = tuple[int, int]
"""First and last ``seq``, both included."""

_EASTMOST = timedelta(hours=14)
_WESTMOST = timedelta(hours=-12)
"""A purge record names a day of the controller's time zone but not the zone; somewhere it must have been that day."""


class Place(NamedTuple):
    """Where a record stands.

    Attributes:
        chain: Which of the chains that are judged, by its index.
        seq: Its number there.
    """

    chain: int
    seq: int


_NOWHERE = Place(-1, -1)


class Terms(NamedTuple):
    """What every purge record states.

    Attributes:
        place: Where it stands.
        writer: Whose payloads or headers it is about.
        period: How long they were kept.
        today: The day it was, by which they were due.
        made_ms: Time of the record itself.
        next_ms: Time of the ``epoch.open`` that follows in its chain, ``None`` where none does.
    """

    place: Place
    writer: str
    period: Period
    today: date
    made_ms: int
    next_ms: int | None

    def problem(self) -> str | None:
        """Why no honest purge makes such a record, ``None`` where one may."""
        if self.today > _date_at(self.made_ms, _EASTMOST):
            return "and the purge record names a day that had not come"
        if self.next_ms is not None and self.today > _date_at(self.next_ms, _EASTMOST):
            return "and the purge record names a later day than the records behind it"
        return None


class PruneClaim(NamedTuple):
    """One removal of old headers.

    Attributes:
        terms: What the record states.
        below: First header that was kept.
        root: RFC 6962 root over the others, hex.
    """

    terms: Terms
    below: int
    root: str


class PayloadClaim:
    """One purge of payloads, checked while the headers of its writer pass by.

    Attributes:
        terms: What the record states.
        retention_class: Class of the payloads, ``""`` for none.
        runs: Runs of records that it names.
        gone: Runs of records of that class whose payload is gone.
        present: How many payloads that it names are still there; ``first_present`` is the first.
    """

    def __init__(self, terms: Terms, retention_class: str, runs: list[Run], count: int, digest: str) -> None:
        self.terms = terms
        self.retention_class = retention_class
        self.runs = runs
        self.gone: list[Run] = []
        self.present = 0
        self.first_present = -1
        self._count = count
        self._digest = digest
        self._hash = hashlib.sha256()
        self._seen = 0
        self._latest_ms: int | None = None
        self._running = False

    def meet(self, seq: int, record_id: str, time_ms: int, purge_after: str | None, *, gone: bool) -> None:
        """A record inside one of the runs passes by."""
        self._hash.update(record_id.encode("utf-8", "surrogatepass") + b"\n")
        self._seen += 1
        if not _is_before(purge_after, self.terms.today) and (self._latest_ms is None or time_ms > self._latest_ms):
            self._latest_ms = time_ms
        if gone:
            if self._running:
                self.gone[-1] = (self.gone[-1][0], seq)
            else:
                self.gone.append((seq, seq))
        else:
            if not self.present:
                self.first_present = seq
            self.present += 1
        self._running = gone

    def problem(self, minimum_index: int) -> str | None:
        """Why it does not account for what is gone, ``None`` where it does.

        Args:
            minimum_index: First header that was not pruned; count and digest can not be checked where some were.
        """
        if self.runs and self.runs[0][0] < minimum_index:
            fits = self._seen <= self._count
        else:
            fits = self._seen == self._count and self._hash.hexdigest() == self._digest
        if not fits:
            return "and their purge record does not fit them"
        if self._latest_ms is not None:
            due = add_period(_date_at(self._latest_ms, _WESTMOST), self.terms.period)
            if due >= self.terms.today:
                return "and by their purge record they were not due yet"
        return self.terms.problem()


def read_claim(
    header: Mapping[str, Any], place: Place = _NOWHERE, next_ms: int | None = None
) -> PayloadClaim | PruneClaim | None:
    """Read the details of a purge record.

    Args:
        header: Its members.
        place: Where it stands.
        next_ms: Time of the ``epoch.open`` that follows in its chain.

    Returns:
        What it claims, ``None`` where that is nothing that can be checked.
    """
    details = header.get("details")
    if header.get("kind") != "purge" or not isinstance(details, dict):
        return None
    terms = _read_terms(header, details, place, next_ms)
    if terms is None:
        return None
    if details.get("action") == "prune":
        below, root = details.get("below"), details.get("root")
        return PruneClaim(terms, below, root) if type(below) is int and isinstance(root, str) else None
    if details.get("action") != "payload":
        return None
    retention_class, count, digest = details.get("class"), details.get("count"), details.get("ids_sha256")
    runs = _read_runs(details.get("runs"))
    if runs is None or not isinstance(retention_class, str) or type(count) is not int or not isinstance(digest, str):
        return None
    return PayloadClaim(terms, retention_class, runs, count, digest)


def union(runs: Iterable[Run]) -> list[Run]:
    """The same records in runs that are apart, in order."""
    joined: list[Run] = []
    for first, last in sorted(runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def outside(runs: Iterable[Run], others: Sequence[Run]) -> list[Run]:
    """What is left of ascending runs without the parts that lie in a :func:`union` of others."""
    left: list[Run] = []
    index = 0
    for first, last in runs:
        start = first
        while index < len(others) and others[index][1] < start:
            index += 1
        at = index
        while at < len(others) and others[at][0] <= last:
            if others[at][0] > start:
                left.append((start, others[at][0] - 1))
            start = others[at][1] + 1
            at += 1
        if start <= last:
            left.append((start, last))
    return left


class ClaimTracker:
    """Finds the claims that cover each record of one writer, as ``seq`` goes up."""

    def __init__(self, claims: Sequence[PayloadClaim]) -> None:
        self._waiting: dict[str, list[tuple[int, int, PayloadClaim]]] = {}
        self._active: dict[str, list[tuple[int, PayloadClaim]]] = {}
        for claim in claims:
            for first, last in claim.runs:
                self._waiting.setdefault(claim.retention_class, []).append((first, last, claim))
        for waiting in self._waiting.values():
            waiting.sort(key=lambda item: item[0], reverse=True)

    def covering(self, seq: int, retention_class: str) -> list[PayloadClaim]:
        """Claims over a record; must be asked in ascending order of ``seq``."""
        waiting = self._waiting.get(retention_class)
        if waiting is None:
            return []
        active = self._active.get(retention_class, [])
        if active and any(last < seq for last, _ in active):
            active = [item for item in active if item[0] >= seq]
        while waiting and waiting[-1][0] <= seq:
            _, last, claim = waiting.pop()
            if last >= seq:
                active.append((last, claim))
        self._active[retention_class] = active
        return [claim for _, claim in active]


def _read_terms(
    header: Mapping[str, Any], details: Mapping[str, Any], place: Place, next_ms: int | None
) -> Terms | None:
    writer, period, today, made_ms = (*map(details.get, ("writer", "period", "today")), header.get("time"))
    length = parse_period(period) if isinstance(period, str) else None
    day = _read_date(today)
    if not isinstance(writer, str) or length is None or day is None or type(made_ms) is not int:
        return None
    return Terms(place, writer, length, day, made_ms, next_ms)


def _read_runs(value: object) -> list[Run] | None:
    if not isinstance(value, list):
        return None
    runs: list[Run] = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or any(type(number) is not int for number in pair):
            return None
        first, last = pair
        if first > last or (runs and first <= runs[-1][1]):
            return None
        runs.append((first, last))
    return runs


def _read_date(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _is_before(text: str | None, day: date) -> bool:
    """Whether a record's own ``purge_after`` lies before a day; one that is no date promises nothing."""
    promised = _read_date(text)
    return promised is not None and promised < day


def _date_at(time_ms: int, offset: timedelta) -> date:
    """The date at a time, so far from UTC."""
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms) + offset).date()
    except OverflowError:
        return date.max if time_ms > 0 else date.min + timedelta(days=1)
