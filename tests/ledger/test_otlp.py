"""The OpenTelemetry copy, received by a real OTLP/HTTP server on loopback."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

from privmw.ledger.otlp import OtlpObserver
from privmw.ledger.sqlite import DirectoryStore
from privmw.ledger.writer import LedgerWriter
from privmw.types import DecisionKind, RecordKind
from tests.ledger.writing_helpers import intent, outcome_of


class Receiver:
    """An OTLP/HTTP collector that keeps what it gets.

    Attributes:
        url: Where it listens.
        bodies: Raw request bodies.
        events: Log records received.
        points: ``(metric, attributes, value)`` of the data points received.
    """

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.events: list[Any] = []
        self.points: list[tuple[str, dict[str, str], int]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.take(self.path, body)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base names it so
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, path: str, body: bytes) -> None:
        """Parse one request."""
        self.bodies.append(body)
        if path == "/v1/logs":
            logs = ExportLogsServiceRequest.FromString(body)
            self.events += [
                item for group in logs.resource_logs for scope in group.scope_logs for item in scope.log_records
            ]
            return
        metrics = ExportMetricsServiceRequest.FromString(body)
        for metric in [m for group in metrics.resource_metrics for scope in group.scope_metrics for m in scope.metrics]:
            for point in metric.sum.data_points or metric.gauge.data_points:
                labels = {item.key: item.value.string_value for item in point.attributes}
                self.points.append((metric.name, labels, point.as_int))

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    server = Receiver()
    yield server
    server.close()


def attributes(event: Any) -> dict[str, Any]:
    """Attributes of a received log record as plain values."""

    def plain(value: Any) -> Any:
        kind = value.WhichOneof("value")
        return [plain(item) for item in value.array_value.values] if kind == "array_value" else getattr(value, kind)

    return {item.key: plain(item.value) for item in event.attributes}


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
