"""Positions in spans and OpenTelemetry's log records, as they arrive at a collector by OTLP over HTTP."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any

from opentelemetry import trace
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, StatusCode, TraceFlags, TraceState
from starlette.requests import Request

from tests.leaks.log_positions import fail
from tests.leaks.sdks import Act, Sdks

__all__ = ["OTEL", "Telemetry"]

_FAR = SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1))


class Telemetry:
    """Providers that send to a collector in batches, from a thread of their own.

    Args:
        url: Where the collector listens.
    """

    def __init__(self, url: str) -> None:
        resource = Resource({"service.name": "leaks"})
        self.tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        self.tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url}/v1/traces")))
        self.loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
        self.loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{url}/v1/logs")))

    def flush(self) -> None:
        """Send what has ended."""
        self.tracers.force_flush()
        self.loggers.force_flush()

    def shutdown(self) -> None:
        """Stop the threads."""
        self.tracers.shutdown()
        self.loggers.shutdown()


def _span(act: Callable[[Any, str], Any]) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        with sdks.telemetry.tracers.get_tracer("leaks").start_as_current_span("work") as span:
            act(span, value)

    return run


async def _exception(value: str, _: Request, sdks: Sdks) -> None:
    try:
        with sdks.telemetry.tracers.get_tracer("leaks").start_as_current_span("work"):
            fail(value)
    except LookupError:
        pass


async def _elsewhere(value: str, _: Request, sdks: Sdks) -> None:
    span = sdks.telemetry.tracers.get_tracer("leaks").start_span("work")
    span.set_attribute("note", value)
    await asyncio.get_running_loop().run_in_executor(None, contextvars.Context().run, span.end)


async def _scope(value: str, _: Request, sdks: Sdks) -> None:
    sdks.telemetry.tracers.get_tracer("leaks", attributes={"owner": value}).start_span("work").end()


async def _state(value: str, _: Request, sdks: Sdks) -> None:
    state = TraceState([("who", value)])
    parent = SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1), trace_state=state)
    around = trace.set_span_in_context(trace.NonRecordingSpan(parent))
    sdks.telemetry.tracers.get_tracer("leaks").start_span("work", around, links=[Link(parent)]).end()


async def _request(_: str, request: Request, sdks: Sdks) -> None:
    attributes = {
        "http.request.method": request.method,
        "url.full": str(request.url),
        "url.path": request.scope["raw_path"].decode(),
        "url.query": request.url.query,
        **{f"http.request.header.{name}": [text] for name, text in request.headers.items()},
    }
    sdks.telemetry.tracers.get_tracer("leaks").start_span("POST", attributes=attributes).end()


def _record(made: Callable[[str], dict[str, Any]]) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        sdks.telemetry.loggers.get_logger("leaks").emit(LogRecord(**made(value)))

    return run


OTEL: dict[str, Act] = {
    "span's name": _span(lambda span, value: span.update_name(f"about {value}")),
    "span's attribute": _span(lambda span, value: span.set_attribute("note", value)),
    "span's key": _span(lambda span, value: span.set_attribute(f"by {value}", 1)),
    "span's texts": _span(lambda span, value: span.set_attribute("notes", ["none", value])),
    "span's nested attribute": _span(lambda span, value: span.set_attribute("deep", {"list": [{"note": value}]})),
    "span's structure": _span(
        lambda span, value: span.set_attributes({"http.request.method": value, "url.path": value})
    ),
    "prompt": _span(
        lambda span, value: span.set_attribute("gen_ai.input.messages", f'[{{"content": "I am {value}"}}]')
    ),
    "query of a database": _span(
        lambda span, value: span.set_attribute("db.query.text", f"SELECT * FROM people WHERE it = '{value}'")
    ),
    "event's name": _span(lambda span, value: span.add_event(f"saw {value}")),
    "event": _span(lambda span, value: span.add_event("saw", {"who": value})),
    "status": _span(lambda span, value: span.set_status(StatusCode.ERROR, f"no {value}")),
    "link": _span(lambda span, value: span.add_link(_FAR, {"note": value})),
    "exception": _exception,
    "ended elsewhere": _elsewhere,
    "scope": _scope,
    "trace state": _state,
    "url-and-headers": _request,
    "record's body": _record(lambda value: {"body": f"about {value}"}),
    "record's nested body": _record(lambda value: {"body": {"list": [{"note": value}]}}),
    "record's attribute": _record(lambda value: {"attributes": {"note": {"deep": [value]}}}),
    "record's key": _record(lambda value: {"attributes": {f"by {value}": 1}}),
    "record's name": _record(lambda value: {"event_name": f"saw {value}"}),
    "record's exception": _record(lambda value: {"exception": LookupError(f"no {value}")}),
}
