"""A tracer, a logger and what their exporters get, for the tests of the OpenTelemetry surface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from privmw import Redactor, otel

__all__ = ["EMAIL", "FAILED", "Breaking", "exported", "logs_to", "protected", "tracing_to"]

EMAIL = "ivo.brandt@example.net"
FAILED = "<REDACTION_FAILED>"


class Breaking:
    """A redactor that raises."""

    def text(self, text: str) -> str:
        """Raise."""
        raise RuntimeError(f"cannot look at {text}")

    def value(self, value: Any) -> Any:
        """Raise."""
        raise RuntimeError(f"cannot look at {value}")


@contextmanager
def protected(redactor: Any = None) -> Iterator[otel.TelemetryRedactor]:
    """Have the surface installed for a block."""
    surface = otel.install(Redactor(profile="logs") if redactor is None else redactor)
    try:
        yield surface
    finally:
        otel.uninstall()


def tracing_to(exporter: SpanExporter, **resource: str) -> TracerProvider:
    """A provider that hands each span to an exporter at its end."""
    provider = TracerProvider(resource=Resource(resource), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


def exported(act: Callable[[Any], Any], **resource: str) -> Any:
    """The one span that an exporter gets when something is done with a span."""
    exporter = InMemorySpanExporter()
    provider = tracing_to(exporter, **resource)
    span = provider.get_tracer("tests").start_span("work")
    act(span)
    span.end()
    (got,) = exporter.get_finished_spans()
    return got


@contextmanager
def logs_to() -> Iterator[tuple[LoggerProvider, InMemoryLogRecordExporter]]:
    """A provider of loggers, and the exporter that its records go to."""
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = LoggerProvider(resource=Resource({}), shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    yield provider, exporter
    provider.shutdown()
