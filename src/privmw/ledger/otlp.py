"""A copy of every record header as an OpenTelemetry log event, and counters beside it.

The copy is for search, alerts, Kafka or a lake behind any collector. It is not the ledger: exporters drop and repeat. Each
event carries the header's hash and its predecessor's, so that what did arrive can be compared with the ledger. Payloads,
which relate to persons, are never emitted, and no metric is labelled by anything of a person.

The events go to the application's own providers, whenever it sets them; privmw sends nothing by itself. Use a batching log
record processor: a simple one would send on the ledger's own thread.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import orjson
from opentelemetry import metrics

from privmw.ledger.chain import Sealed
from privmw.ledger.events import EventEmitter
from privmw.ledger.writing.observer import OpenChain
from privmw.types import ReasonCode, RecordKind

__all__ = ["EVENT_NAME", "OtlpObserver", "attributes_of"]

logger = logging.getLogger("privmw.ledger")

EVENT_NAME: Final = "privmw.transfer"

_PATIENCE_MS: Final = 30_000

_OPENTELEMETRY: Final = ("server.", "network.", "tls.", "http.", "gen_ai.")
_MAPS: Final = frozenset({"mechanism", "removed"})
_COUNTED: Final = frozenset({RecordKind.TRANSFER, RecordKind.DENIED, RecordKind.AMBIENT})


class _Watched(Protocol):
    @property
    def lost(self) -> int: ...

    @property
    def waiting(self) -> int: ...


class OtlpObserver:
    """Follows a writer (:class:`privmw.ledger.writing.observer.Observer`).

    Args:
        logger_provider: An OpenTelemetry ``LoggerProvider``; the global one when ``None``.
        meter_provider: An OpenTelemetry ``MeterProvider``; the global one when ``None``.
    """

    def __init__(self, logger_provider: Any = None, meter_provider: metrics.MeterProvider | None = None) -> None:
        self._emitter = EventEmitter(logger_provider)
        self._opened_ms: int | None = None
        self._warned = False
        self._meter = metrics.get_meter("privmw.ledger", meter_provider=meter_provider)
        self._transfers = self._meter.create_counter(
            "privmw.transfers",
            unit="{transfer}",
            description="Transfers and refusals by decision, reason and recipient",
        )
        self._outcomes = self._meter.create_counter(
            "privmw.transfer.outcomes", unit="{transfer}", description="How transfers ended, by recipient"
        )
        self._removed = self._meter.create_counter(
            "privmw.transfer.removed", unit="{value}", description="Values removed from payloads, by entity type"
        )

    def watch(self, writer: _Watched) -> None:
        """Publish how many records of a writer wait and how many were lost."""

        def waiting(options: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
            yield metrics.Observation(writer.waiting)

        def lost(options: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
            yield metrics.Observation(writer.lost)

        self._meter.create_observable_gauge("privmw.ledger.waiting", callbacks=[waiting], unit="{record}")
        self._meter.create_observable_counter("privmw.ledger.lost", callbacks=[lost], unit="{record}")

    def opened(self, chain: OpenChain) -> None:
        """Nothing: ``epoch.open`` is a record like any other."""

    def committed(self, records: Sequence[Sealed]) -> None:
        """Emit and count."""
        for record in records:
            self._emitter.emit(EVENT_NAME, attributes_of(record), time_ns=record.time_ms * 1_000_000)
            self._count(record.members)

    def tick(self, time_ms: int) -> None:
        """Say once that nobody takes the events; the provider's own processor sends them."""
        if self._opened_ms is None:
            self._opened_ms = time_ms
        if not self._warned and time_ms - self._opened_ms >= _PATIENCE_MS:
            self._warned = True
            if self._emitter.unheard:
                logger.warning(
                    "ledger.otlp is on, but the application has set no OpenTelemetry LoggerProvider: events go nowhere"
                )

    def closing(self) -> None:
        """Nothing: the provider belongs to the application."""

    def _count(self, members: Mapping[str, Any]) -> None:
        if members["kind"] not in _COUNTED:
            return
        recipient = _recipient(members)
        if "intent_id" in members:
            self._outcomes.add(1, {"privmw.outcome": members.get("outcome", ""), "privmw.recipient_id": recipient})
            return
        labels = {"privmw.kind": members["kind"], "privmw.decision": members.get("decision", "")}
        labels |= {"privmw.reason_code": members.get("reason_code", ""), "privmw.recipient_id": recipient}
        number = members.get("details", {}).get("count", 1) if members["kind"] == RecordKind.AMBIENT else 1
        self._transfers.add(number, labels)
        for entity_type, count in members.get("removed", {}).items():
            self._removed.add(count, {"privmw.entity_type": entity_type})


def attributes_of(record: Sealed) -> dict[str, Any]:
    """Flatten a header into attributes: OpenTelemetry's own names as they are, the others under ``privmw.``."""
    attributes: dict[str, Any] = {"privmw.hash": record.hash.hex()}
    for member, value in record.members.items():
        name = member if member.startswith(_OPENTELEMETRY) else f"privmw.{member}"
        if member in _MAPS and isinstance(value, Mapping):
            attributes.update({f"{name}.{key}": item for key, item in value.items()})
        elif isinstance(value, Mapping):
            attributes[name] = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
        else:
            attributes[name] = value
    return attributes


def _recipient(members: Mapping[str, Any]) -> str:
    """Label of the recipient; undeclared hosts share one, so that their number cannot grow the metric without bound."""
    if members.get("reason_code") == ReasonCode.RECIPIENT_UNDECLARED or "recipient_id" not in members:
        return "undeclared"
    return str(members["recipient_id"])
