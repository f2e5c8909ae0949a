"""Periods are ISO 8601 durations."""

from __future__ import annotations

import pytest

from privmw.settings.periods import Period, parse_period, suggest_period


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P3M", Period(3, 0, 0)),
        ("P5Y", Period(60, 0, 0)),
        ("P1Y2M3W4D", Period(14, 25, 0)),
        ("PT0S", Period(0, 0, 0)),
        ("PT1H30M", Period(0, 0, 5400)),
        ("P30D", Period(0, 30, 0)),
    ],
)
def test_valid_periods(text: str, expected: Period) -> None:
    """Months stay calendar months, weeks become days, times seconds."""
    assert expected == parse_period(text)


@pytest.mark.parametrize("text", ["", "P", "PT", "3M", "p3m", "P3", "P-3M", "a few months", "[30-90 days]", "P3M "])
def test_wrong_periods(text: str) -> None:
    """What is not a duration is none, also where it looks nearly like one."""
    assert parse_period(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3 months", "P3M"), ("90d", "P90D"), ("p3m", "P3M"), ("1 hour", "PT1H"), ("a few months", None), ("", None)],
)
def test_suggestions(text: str, expected: str | None) -> None:
    """Numbers with units get their ISO spelling; vague words get none."""
    assert expected == suggest_period(text)
