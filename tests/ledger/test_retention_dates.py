"""The retention schedule as dates: ends of months, leap days, changes of the clock, the day itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from privmw.errors import ConfigurationError
from privmw.ledger.retention import DEFAULT_HEADER, Rule, Schedule, add_period, zone_named
from privmw.settings.periods import parse_period
from tests.ledger.proof_helpers import ManualClock


def at(text: str) -> int:
    """Milliseconds of an ISO moment, UTC unless it says otherwise."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2026-01-15", "P3M", "2026-04-15"),
        ("2025-11-30", "P3M", "2026-02-28"),
        ("2027-11-30", "P3M", "2028-02-29"),
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2028-01-31", "P1M", "2028-02-29"),
        ("2026-10-31", "P1M", "2026-11-30"),
        ("2028-02-29", "P1Y", "2029-02-28"),
        ("2028-02-29", "P4Y", "2032-02-29"),
        ("2026-12-31", "P2M", "2027-02-28"),
        ("2026-12-01", "P1M", "2027-01-01"),
        ("2026-03-28", "P2D", "2026-03-30"),
        ("2026-01-01", "P2W", "2026-01-15"),
        ("2026-01-01", "P1M2D", "2026-02-03"),
        ("2026-01-01", "PT12H", "2026-01-02"),
        ("2026-01-01", "PT24H", "2026-01-02"),
        ("2026-01-01", "PT25H", "2026-01-03"),
        ("2026-01-01", "P0D", "2025-12-31"),
        ("2026-01-01", "PT0S", "2025-12-31"),
        ("2026-01-01", "P9999Y", "9999-12-31"),
        ("9999-12-30", "P5D", "9999-12-31"),
    ],
)
def test_ends_of_periods(start: str, period: str, end: str) -> None:
    """A period ends on the calendar day that the law counts to."""
    parsed = parse_period(period)
    assert parsed is not None
    assert date.fromisoformat(end) == add_period(date.fromisoformat(start), parsed)


@dataclass
class Class:
    """A retention class as a register has it."""

    key: str
    period: str | None
    clause: str | None = None
    covers: tuple[str, ...] = ()


def schedule(zone: str = "UTC") -> Schedule:
    """Three months for one class, thirty days for payloads otherwise, a year for headers."""
    classes = [
        Class("subject_3m", "P3M", "4"),
        Class("other", "P30D", "4(2)", ("transfer_payload",)),
        Class("headers", "P1Y", "16", ("transfer_record",)),
        Class("vague", None),
    ]
    return Schedule.from_classes(classes, zone=zone_named(zone))


def test_the_day_itself() -> None:
    """What is due on a day is kept through that day's last millisecond and due from the next day's first."""
    rules = schedule()
    due = rules.payload_due(at("2026-01-15T09:00"), "subject_3m", None)
    assert date(2026, 4, 15) == due
    clock = ManualClock(at("2026-04-15T23:59:59.999"))
    assert not due < rules.today(clock)
    clock.now_ms += 1
    assert due < rules.today(clock)


@pytest.mark.parametrize(
    ("zone", "time", "due"),
    [
        ("UTC", "2026-01-15T15:30+00:00", "2026-04-15"),
        ("Asia/Seoul", "2026-01-15T15:30+00:00", "2026-04-16"),  # half past midnight of the 16th there
        ("America/Los_Angeles", "2026-01-15T07:30+00:00", "2026-04-14"),  # still the 14th there
        ("Europe/Berlin", "2026-03-28T23:30+00:00", "2026-06-29"),  # the night in which clocks go forward
        ("Europe/Berlin", "2026-10-25T00:30+00:00", "2027-01-25"),  # the hour that comes twice, first time
        ("Europe/Berlin", "2026-10-25T01:30+00:00", "2027-01-25"),  # and second time
    ],
)
def test_days_are_those_of_the_zone(zone: str, time: str, due: str) -> None:
    """Dates are counted where the controller is, whatever the clocks there do."""
    assert date.fromisoformat(due) == schedule(zone).payload_due(at(time), "subject_3m", None)


@pytest.mark.parametrize(
    ("zone", "last", "first"),
    [
        ("Europe/Berlin", "2026-03-29T21:59:59.999+00:00", "2026-03-29T22:00+00:00"),  # a day of 23 hours
        ("Europe/Berlin", "2026-10-25T22:59:59.999+00:00", "2026-10-25T23:00+00:00"),  # a day of 25 hours
        ("Asia/Seoul", "2026-03-29T14:59:59.999+00:00", "2026-03-29T15:00+00:00"),
    ],
)
def test_midnight_on_days_of_23_and_25_hours(zone: str, last: str, first: str) -> None:
    """The day turns at local midnight, also on the days on which clocks change."""
    rules = schedule(zone)
    before, after = rules.today(ManualClock(at(last))), rules.today(ManualClock(at(first)))
    assert 1 == (after - before).days


def test_which_rule_holds() -> None:
    """A class has its own rule; none, and one without a number, that of payloads; an undeclared one none at all."""
    rules = schedule()
    assert ["subject_3m", "other", "other", "other", None] == [
        rule and rule.key for rule in map(rules.rule_for, ("subject_3m", "vague", "", None, "unknown"))
    ]
    assert rules.payload_due(at("2026-01-15T09:00"), "unknown", "2026-02-01") is None
    assert date(2027, 1, 15) == rules.header_due(at("2026-01-15T09:00"))


def test_defaults_without_a_register() -> None:
    """Without any class, payloads go after three months and headers after five years."""
    rules = Schedule({})
    assert date(2026, 4, 15) == rules.payload_due(at("2026-01-15T09:00"), None, None)
    assert date(2031, 1, 15) == rules.header_due(at("2026-01-15T09:00"))
    assert "P5Y" in repr(DEFAULT_HEADER)


@pytest.mark.parametrize(
    ("promised", "due"),
    [("2026-02-01", "2026-02-01"), ("2036-02-01", "2026-04-15"), ("nonsense", "2026-04-15"), (None, "2026-04-15")],
)
def test_the_earlier_of_promise_and_schedule_holds(promised: str | None, due: str) -> None:
    """A record's own date is kept where it is earlier; a longer one does not outlive the schedule."""
    assert date.fromisoformat(due) == schedule().payload_due(at("2026-01-15T09:00"), "subject_3m", promised)


@pytest.mark.parametrize("time_ms", [2**53, -(2**53)])
def test_absurd_times_have_a_date(time_ms: int) -> None:
    """A damaged time never stops a purge."""
    assert isinstance(schedule().payload_due(time_ms, None, None), date)


def test_mistakes_are_named() -> None:
    """A period or zone that is none is a configuration error."""
    with pytest.raises(ConfigurationError, match="ISO 8601"):
        Rule("x", "3 months")
    with pytest.raises(ConfigurationError, match="time zone"):
        zone_named("Mars/Olympus")
    with pytest.raises(ConfigurationError, match="time zone"):
        zone_named("../../etc/passwd")
