"""Periods of retention: the date part of ISO 8601 durations, because a policy speaks of days, months and years.

Standard library only; this file is also part of the exported auditor of the ledger.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import NamedTuple

__all__ = ["Period", "add_period", "parse_period", "suggest_period"]

_ISO = re.compile(
    r"P(?=\d|T)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?"
)
_WORDS = re.compile(r"(\d{1,5})\s*(year|month|week|day|hour|minute|second|y|mo|w|d|h|min|s|m)s?", re.IGNORECASE)
_UNIT = {"year": "Y", "y": "Y", "month": "M", "mo": "M", "m": "M", "week": "W", "w": "W", "day": "D", "d": "D"}
_TIME_UNIT = {"hour": "H", "h": "H", "minute": "M", "min": "M", "second": "S", "s": "S"}


class Period(NamedTuple):
    """A parsed duration; calendar months stay months, so that P3M is three calendar months."""

    months: int
    days: int
    seconds: int

    @property
    def approximate_days(self) -> float:
        """Length for comparisons: a month counts as 30.44 days."""
        return self.months * 30.44 + self.days + self.seconds / 86400


def parse_period(text: str) -> Period | None:
    """Read an ISO 8601 duration (``P3M``, ``P30D``, ``PT0S``), or return ``None`` when it is not one."""
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return Period(years * 12 + months, weeks * 7 + days, hours * 3600 + minutes * 60 + seconds)


def add_period(start: date, period: Period) -> date:
    """Last day of a period that begins on ``start``; parts of days count as whole ones, P0D ends the day before."""
    if period == (0, 0, 0):
        return start - timedelta(days=1)
    months = start.year * 12 + start.month - 1 + period.months
    year, month = divmod(months, 12)
    if year > date.max.year:
        return date.max
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    try:
        return date(year, month + 1, day) + timedelta(days=period.days + -(-period.seconds // 86_400))
    except OverflowError:
        return date.max


def suggest_period(text: str) -> str | None:
    """The ISO 8601 spelling of "3 months", "90d" or "p3m", or ``None``."""
    upper = text.strip().upper()
    for candidate in (upper, "P" + upper, "PT" + upper):
        if parse_period(candidate) is not None:
            return candidate
    found = _WORDS.fullmatch(text.strip())
    if found is None:
        return None
    number, unit = found.group(1), found.group(2).lower()
    return f"P{number}{_UNIT[unit]}" if unit in _UNIT else f"PT{number}{_TIME_UNIT[unit]}"
