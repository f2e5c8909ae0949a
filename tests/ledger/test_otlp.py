"""The OpenTelemetry copy, received by a real OTLP/HTTP server on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

from privmw.ledger.otlp import OtlpObserver
from privmw.ledger.stores.sqlite import DirectoryStore
from privmw.ledger.writing.writer import LedgerWriter
from privmw.types import DecisionKind, RecordKind
from tests.ledger.otlp_receiver import Receiver, attributes
from tests.ledger.writing_helpers import intent, outcome_of


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    server = Receiver()
    yield server
    server.close()


def test_every_header_arrives_and_nothing_of_a_payload(tmp_path: Path, receiver: Receiver) -> None:
    """Each record is one event ``privmw.transfer`` with its hash; counters match; no subject, request or trace id leaves."""
    logs = LoggerProvider()
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{receiver.url}/v1/logs")))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{receiver.url}/v1/metrics"), 3_600_000)
    meters = MeterProvider([reader])
    observer = OtlpObserver(logs, meters)
    writer = LedgerWriter(tmp_path / "ledger", observers=[observer])
    observer.watch(writer)
    first = intent(1)
    undeclared = intent(
        2,
        kind=RecordKind.DENIED,
        decision=DecisionKind.DENY,
        reason_code="recipient.undeclared",
        recipient_id="x.example",
    )
    for record in (first, outcome_of(first), undeclared):
        writer.submit(record)
    writer.close()
    logs.shutdown()
    meters.shutdown()
    (chain,) = DirectoryStore(tmp_path / "ledger").chains()
    stored = {row.hash.hex(): row for row in chain.headers()}
    chain.close()
    received = [attributes(event) for event in receiver.events]
    assert list(stored) == [item["privmw.hash"] for item in received]
    assert {"privmw.transfer"} == {event.event_name for event in receiver.events}
    assert [row.time_ms * 1_000_000 for row in stored.values()] == [event.time_unix_nano for event in receiver.events]
    transfer = received[1]
    assert ("api.openai.com", "openai", 2) == (
        transfer["server.address"],
        transfer["privmw.recipient_id"],
        transfer["privmw.removed.EMAIL_ADDRESS"],
    )
    assert ["user.contact.email", "user.content.private"] == transfer["privmw.data_categories"]
    assert 200 == received[2]["http.response.status_code"]
    assert not any(b"subject-" in body or b"request-" in body or b"/reply" in body for body in receiver.bodies)
    points = {(name, *sorted(labels.values())): value for name, labels, value in receiver.points}
    assert 1 == points["privmw.transfers", "", "allow_redacted", "openai", "transfer"]
    assert 1 == points["privmw.transfers", "denied", "deny", "recipient.undeclared", "undeclared"]
    assert 1 == points["privmw.transfer.outcomes", "openai", "sent"]
    assert 2 < points["privmw.transfer.removed", "EMAIL_ADDRESS"]
    assert {"privmw.ledger.waiting", "privmw.ledger.lost"} < {name for name, *_ in points}


def test_a_collector_that_is_down_does_not_stop_the_ledger(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Records are written at once although nobody takes the copy."""
    logs = LoggerProvider()
    exporter = OTLPLogExporter(endpoint="http://127.0.0.1:9/v1/logs", timeout=1)
    logs.add_log_record_processor(BatchLogRecordProcessor(exporter))
    writer = LedgerWriter(tmp_path / "ledger", observers=[OtlpObserver(logs, MeterProvider())])
    writer.submit(intent())
    writer.flush(2)
    writer.close()
    assert 1 == writer.written
    logs.shutdown()
