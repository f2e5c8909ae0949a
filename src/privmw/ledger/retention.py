"""How long the ledger keeps what: the retention schedule of the register, as dates.

Dates are calendar dates in the controller's time zone. A period of months ends on the same day of a later month, or on
that month's last day where it is shorter (31 January + P1M = 28 or 29 February; Korean Civil Act, Art. 160). What is
due on a day is kept through that day and removed from the first moment of the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from privmw.errors import ConfigurationError
from privmw.settings.periods import add_period, parse_period
from privmw.types import Clock

__all__ = ["DEFAULT_HEADER", "DEFAULT_PAYLOAD", "RetentionClassLike", "Rule", "Schedule", "add_period", "zone_named"]


class RetentionClassLike(Protocol):
    """A retention class of the register."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def period(self) -> str | None:
        """ISO 8601 duration, ``None`` where the policy gives no number."""

    @property
    def clause(self) -> str | None:
        """Clause of the policy."""

    @property
    def covers(self) -> tuple[str, ...]:
        """What the class is for (``transfer_record``, ``transfer_payload``)."""


class Rule:
    """One retention period and where the policy states it.

    Attributes:
        key: Key of the retention class.
        text: The period as ISO 8601 (``P3M``).
        period: The same, parsed.
        clause: Clause of the policy, ``None`` where privmw's default applies.
    """

    def __init__(self, key: str, text: str, clause: str | None = None) -> None:
        period = parse_period(text)
        if period is None:
            raise ConfigurationError(
                "is not an ISO 8601 duration", field=f"retention.{key}.period", remedy="Write it as P3M or P30D"
            )
        self.key = key
        self.text = text
        self.period = period
        self.clause = clause

    def __repr__(self) -> str:
        return f"Rule({self.key!r}, {self.text!r}, {self.clause!r})"


DEFAULT_PAYLOAD = Rule("privmw_payload", "P3M")
"""For payloads of no class, or of one for which the policy gives no number."""

DEFAULT_HEADER = Rule("privmw_header", "P5Y")
"""For headers, which relate to nobody; five years is how long a policy's history must be shown (reports)."""


class Schedule:
    """When each payload and each header is due.

    Args:
        rules: Rules by key of the retention class; a class that is not among them is unknown, and so is its period.
        payload: Rule for payloads of no class.
        header: Rule for headers.
        zone: Time zone of the controller, in which days begin and end.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        *,
        payload: Rule = DEFAULT_PAYLOAD,
        header: Rule = DEFAULT_HEADER,
        zone: tzinfo = UTC,
    ) -> None:
        self._rules = dict(rules)
        self.payload = payload
        self.header = header
        self.zone = zone

    @classmethod
    def from_classes(cls, classes: Iterable[RetentionClassLike], *, zone: tzinfo = UTC) -> Schedule:
        """Take the retention classes of a register.

        The class that covers ``transfer_record`` rules headers, the one that covers ``transfer_payload`` rules payloads
        of no class, and of classes without a period.

        Raises:
            ConfigurationError: A period is no ISO 8601 duration.
        """
        rules: dict[str, Rule] = {}
        payload, header = DEFAULT_PAYLOAD, DEFAULT_HEADER
        vague: list[str] = []
        for item in classes:
            if item.period is None:
                vague.append(item.key)
                continue
            rule = rules[item.key] = Rule(item.key, item.period, item.clause)
            if "transfer_payload" in item.covers:
                payload = rule
            if "transfer_record" in item.covers:
                header = rule
        return cls({**dict.fromkeys(vague, payload), **rules}, payload=payload, header=header, zone=zone)

    @property
    def digest(self) -> str:
        """Tells this schedule from another one."""
        rules = [f"{key}={rule.text}" for key, rule in sorted(self._rules.items())]
        return hashlib.sha256(
            "\n".join([*rules, self.payload.text, self.header.text, str(self.zone)]).encode()
        ).hexdigest()[:16]

    def today(self, clock: Clock) -> date:
        """The date in the controller's time zone."""
        return _date_of(clock.time_ms(), self.zone)

    def rule_for(self, retention_class: str | None) -> Rule | None:
        """The rule for payloads of a class, ``None`` for a class that nobody declared: five years may have been promised."""
        return self._rules.get(retention_class) if retention_class else self.payload

    def payload_due(self, time_ms: int, retention_class: str | None, purge_after: str | None) -> date | None:
        """Last day on which a payload may be there: the earlier of what its record promised and the schedule's.

        ``None`` where nobody declared the class.
        """
        rule = self.rule_for(retention_class)
        if rule is None:
            return None
        return earliest(add_period(_date_of(time_ms, self.zone), rule.period), _read_date(purge_after))

    def header_due(self, time_ms: int) -> date:
        """Last day on which a header may be there."""
        return add_period(_date_of(time_ms, self.zone), self.header.period)


def zone_named(name: str) -> tzinfo:
    """Find a time zone by its IANA name.

    Raises:
        ConfigurationError: There is none of that name here.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ConfigurationError(
            "there is no time zone of this name here",
            field="ledger.timezone",
            remedy="Use an IANA name such as Asia/Seoul",
        ) from None


def earliest(*days: date | None) -> date | None:
    """The earliest of the dates that are given, ``None`` without any."""
    return min((day for day in days if day is not None), default=None)


def _date_of(time_ms: int, zone: tzinfo) -> date:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)).astimezone(zone).date()
    except OverflowError:
        return date.max if time_ms > 0 else date.min + timedelta(days=1)


def _read_date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
