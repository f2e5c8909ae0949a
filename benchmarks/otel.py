"""What a span and a log record of OpenTelemetry cost more with the surface installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.tables import microseconds, show
from benchmarks.timing import measure

__all__ = ["ATTRIBUTES", "collect", "report"]

ATTRIBUTES: dict[str, Any] = {
    "http.request.method": "GET",
    "http.response.status_code": 200,
    "http.route": "/orders/{order_id}",
    "url.scheme": "https",
    "url.path": "/orders/8412",
    "server.address": "api.example.com",
    "server.port": 443,
    "network.protocol.version": "1.1",
}
"""Attributes of a server's span; the other workload has an e-mail address in ``url.path``."""


def _spans(attributes: dict[str, Any], seconds: float) -> dict[str, float]:
    from opentelemetry.sdk.trace import TracerProvider

    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("opentelemetry.instrumentation.asgi")
    return measure(lambda: tracer.start_span("GET /orders/{order_id}", attributes=attributes).end(), seconds)


def _records(body: str, seconds: float) -> dict[str, float]:
    from opentelemetry._logs import LogRecord
    from opentelemetry.sdk._logs import LoggerProvider

    logger = LoggerProvider(shutdown_on_exit=False).get_logger("app")
    return measure(lambda: logger.emit(LogRecord(body=body, attributes={"order": "8412"})), seconds)


def collect(*, quick: bool) -> dict[str, Any]:
    """Time everything without the surface and with it, outside of a request."""
    from privmw import Redactor, otel

    seconds = 0.05 if quick else 2.0
    work: dict[str, Callable[[], dict[str, float]]] = {
        "span, 8 attributes, clean": lambda: _spans(ATTRIBUTES, seconds),
        "span, 8 attributes, one value": lambda: _spans(
            ATTRIBUTES | {"url.path": "/orders/by/ana.ruiz@example.org"}, seconds
        ),
        "log record, clean": lambda: _records("the order was sent to the other hall", seconds),
        "log record, one value": lambda: _records("the order was sent to ana.ruiz@example.org", seconds),
    }
    result: dict[str, Any] = {}
    for name, run in work.items():
        bare = run()
        otel.install(Redactor(profile="logs"))
        try:
            with_surface = run()
        finally:
            otel.uninstall()
        result[name] = {"bare_us": bare["median_us"], "with_us": with_surface["median_us"]}
    return {"otel": result}


def report(result: dict[str, Any]) -> None:
    """Print the table."""
    rows = [
        [name, microseconds(timed["bare_us"]), microseconds(timed["with_us"] - timed["bare_us"])]
        for name, timed in result["otel"].items()
    ]
    show("OpenTelemetry, from start to end, no exporter", ["", "SDK alone", "added"], rows)
