"""An OTLP/HTTP collector on loopback that keeps what it gets."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest


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
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
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


def attributes(event: Any) -> dict[str, Any]:
    """Attributes of a received log record as plain values."""

    def plain(value: Any) -> Any:
        kind = value.WhichOneof("value")
        return [plain(item) for item in value.array_value.values] if kind == "array_value" else getattr(value, kind)

    return {item.key: plain(item.value) for item in event.attributes}
