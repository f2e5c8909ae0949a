"""Periods of retention: the date part of ISO 8601 durations, because a policy speaks of days, months and years."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Period", "parse_period", "suggest_period"]

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
