"""Ambient transfers: what every request sends anyway to hosting, CDN and database, counted instead of recorded one by one.

A counter closes an hour with one record per source (kind ``ambient``), whose details say ``count``, ``from`` and ``to``.
The counts of a running hour live in memory: a killed process loses them, which is why ambient records never stand for
single transfers. Sources are fed by the middleware, and by what an app attaches to an :class:`AmbientSource`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from privmw.errors import ConfigurationError
from privmw.ledger import forks
from privmw.ledger.chain import Sealed
from privmw.ledger.clock import SystemClock
from privmw.ledger.observer import OpenChain
from privmw.types import Clock, Durability, RecordKind, TransferRecord, TransferSink, new_record_id

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["AmbientCounter", "AmbientSource"]

logger = logging.getLogger("privmw.ledger")

HOUR_MS: Final = 3_600_000


class AmbientSource:
    """One recipient that receives something with every request, statement or command.

    Counting does no I/O and never raises: it happens inside the app's own queries.

    Args:
        recipient: Key of the register.
        counter: Gives the counter at the time of counting, ``None`` where no ledger is kept.
    """

    def __init__(self, recipient: str, counter: Callable[[], AmbientCounter | None]) -> None:
        self.recipient = recipient
        self._counter = counter
        self._failed = False

    def count(self, *, number: int = 1, bytes_out: int = 0, bytes_in: int = 0) -> None:
        """Count transfers.

        Args:
            number: How many.
            bytes_out: Bytes sent, when known.
            bytes_in: Bytes received, when known.
        """
        try:
            counter = self._counter()
            if counter is not None:
                counter.count(self.recipient, number=number, bytes_out=bytes_out, bytes_in=bytes_in)
        except Exception as error:  # noqa: BLE001 - whatever it is, the app's query has nothing to do with it
            if not self._failed:
                logger.warning("an ambient transfer was not counted: %s", type(error).__name__)
            self._failed = True

    def sqlalchemy(self, engine: Engine | AsyncEngine) -> Callable[[], None]:
        """Count every statement of an SQLAlchemy engine; neither text nor parameters are looked at.

        Args:
            engine: The engine, asynchronous or not.

        Returns:
            A function that ends the counting.

        Raises:
            ConfigurationError: This is no engine.
        """
        from privmw.ledger.ambient_sqlalchemy import count_statements

        return count_statements(engine, self)

    def pymongo(self) -> Any:
        """A listener for ``MongoClient(uri, event_listeners=[...])`` that counts commands; it looks at their names only."""
        from privmw.ledger.ambient_pymongo import AmbientCommandListener

        return AmbientCommandListener(self)


@dataclass(slots=True)
class _Source:
    """One source's running hour."""

    template: TransferRecord
    count: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    first_ms: int = 0


class AmbientCounter:
    """Counts per source and hour. As an observer of the writer it closes hours in time without a thread of its own.

    Args:
        sink: Where the records go.
        clock: Source of time.
        period_ms: Length of an "hour".
    """

    def __init__(self, sink: TransferSink, *, clock: Clock | None = None, period_ms: int = HOUR_MS) -> None:
        self._sink = sink
        self._clock = clock if clock is not None else SystemClock()
        self._period = period_ms
        self._sources: dict[str, _Source] = {}
        self._lock = threading.Lock()
        self._period_end = 0
        forks.follow(self)

    def declare(self, source: str, template: TransferRecord) -> None:
        """Make a source known.

        Args:
            source: Its name, the recipient's register key as a rule.
            template: What its records say of recipient, country, purpose, categories and retention; ``kind``, decision, ids,
                time, details and payload are replaced.
        """
        with self._lock:
            self._sources[source] = _Source(
                replace(template, kind=RecordKind.AMBIENT, decision=None, payload=None, intent_id=None)
            )

    def count(self, source: str, *, number: int = 1, bytes_out: int = 0, bytes_in: int = 0) -> None:
        """Count transfers to a source; cheap, and without I/O.

        Args:
            source: A declared source.
            number: How many.
            bytes_out: Bytes sent, when known.
            bytes_in: Bytes received, when known.

        Raises:
            ConfigurationError: The source was not declared.
        """
        counted = self._sources.get(source)
        if counted is None:
            raise ConfigurationError(
                f"ambient source {source!r} is not declared", remedy="Name a recipient of the register"
            )
        now = self._clock.time_ms()
        if now >= self._period_end:
            self.tick(now)
        with self._lock:
            if not counted.count:
                counted.first_ms = now
            counted.count += number
            counted.bytes_out += bytes_out
            counted.bytes_in += bytes_in

    def flush(self) -> None:
        """Record what was counted so far; call it before the ledger is closed."""
        self._close_period(self._clock.time_ms())

    def opened(self, chain: OpenChain) -> None:
        """Nothing."""

    def committed(self, records: Sequence[Sealed]) -> None:
        """Nothing."""

    def tick(self, time_ms: int) -> None:
        """Record an hour that is over."""
        if time_ms >= self._period_end:
            self._close_period(time_ms)

    def closing(self) -> None:
        """Nothing: by now it is too late for a record; see :meth:`flush`."""

    def _close_period(self, now: int) -> None:
        records = []
        with self._lock:
            end = min(now, self._period_end) if self._period_end else now
            self._period_end = now - now % self._period + self._period
            for counted in self._sources.values():
                if counted.count:
                    records.append(_record(counted, now, end))
                    counted.count = counted.bytes_out = counted.bytes_in = 0
        for record in records:
            self._sink.submit(record, Durability.GROUP)

    def _before_fork(self) -> None:
        self._lock.acquire()

    def _after_fork_in_parent(self) -> None:
        self._lock.release()

    def _after_fork_in_child(self) -> None:
        self._lock = threading.Lock()
        for counted in self._sources.values():  # the parent records them
            counted.count = counted.bytes_out = counted.bytes_in = 0


def _record(counted: _Source, now: int, end: int) -> TransferRecord:
    return replace(
        counted.template,
        record_id=new_record_id(now),
        time_ms=now,
        bytes_out=_bucket(counted.bytes_out),
        bytes_in=_bucket(counted.bytes_in),
        details={"count": counted.count, "from": counted.first_ms, "to": max(end, counted.first_ms)},
    )


def _bucket(number: int) -> int | None:
    """The next power of two, as everywhere in records; ``None`` where nothing was said."""
    return 1 << (number - 1).bit_length() if number > 0 else None
