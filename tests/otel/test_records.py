"""What exporters get of OpenTelemetry's log records."""

from __future__ import annotations

import logging
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler, LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, InMemoryLogRecordExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from privmw import Redactor, identify
from privmw.context import open_context
from privmw.ledger.otlp import OtlpObserver
from privmw.ledger.stores.sqlite import DirectoryStore
from privmw.ledger.writing.writer import LedgerWriter
from privmw.logs import stdlib
from tests.ledger.writing_helpers import intent, outcome_of
from tests.otel.support import EMAIL, FAILED, Breaking, logs_to, protected


def _emit(**what: Any) -> Any:
    with logs_to() as (provider, exporter):
        provider.get_logger("tests").emit(LogRecord(**what))
        (got,) = exporter.get_finished_logs()
    return got


def _everything(record: Any) -> str:
    inner, scope = record.log_record, record.instrumentation_scope
    parts = [inner.body, dict(inner.attributes), inner.event_name, inner.severity_text, record.resource.attributes]
    return repr((*parts, scope and (scope.name, scope.attributes), inner.exception))


def _error() -> LookupError:
    return LookupError(f"nothing for {EMAIL}")


POSITIONS: dict[str, dict[str, Any]] = {
    "body": {"body": f"about {EMAIL}"},
    "nested body": {"body": {"list": [1, {"note": EMAIL}]}},
    "bytes": {"body": EMAIL.encode()},
    "attribute": {"attributes": {"note": EMAIL}},
    "attribute's key": {"attributes": {f"by {EMAIL}": 1}},
    "nested attribute": {"attributes": {"deep": {"list": [{"note": EMAIL}]}}},
    "event's name": {"event_name": f"seen {EMAIL}"},
    "severity": {"severity_text": EMAIL},
    "exception": {"exception": _error()},
}


@pytest.mark.parametrize("position", POSITIONS)
def test_no_text_of_a_record_leaves_as_it_was(position: str) -> None:
    """Wherever a value stands in a record, the exporter gets a placeholder; without the surface it gets the value."""
    bare = _emit(**POSITIONS[position])
    with protected():
        safe = _emit(**POSITIONS[position])
    assert EMAIL in _everything(bare)
    assert EMAIL not in _everything(safe)
    assert "<EMAIL_ADDRESS>" in _everything(safe)


def test_the_rest_of_a_record_stays_as_it_is() -> None:
    """Numbers, times, ids and severity beside a value that goes; the app's own record is not changed."""
    context = trace.set_span_in_context(
        trace.NonRecordingSpan(trace.SpanContext(1, 2, is_remote=False, trace_flags=trace.TraceFlags(1)))
    )
    attributes: dict[str, Any] = {
        "http.response.status_code": 200,
        "code.lineno": 4111111111111111,
        "ok": True,
        "note": EMAIL,
    }
    given: dict[str, Any] = {
        "timestamp": 5,
        "observed_timestamp": 6,
        "severity_number": SeverityNumber.WARN,
        "context": context,
    }
    record = LogRecord(body=EMAIL, attributes=attributes, event_name="seen", severity_text="WARN", **given)
    with protected(), logs_to() as (provider, exporter):
        provider.get_logger("tests", "1.2").emit(record)
        (got,) = exporter.get_finished_logs()
    safe: Any = got.log_record
    assert attributes | {"note": "<EMAIL_ADDRESS>"} == dict(safe.attributes)
    assert (5, 6, SeverityNumber.WARN, "WARN") == (
        safe.timestamp, safe.observed_timestamp, safe.severity_number, safe.severity_text,
    )  # fmt: skip
    assert (1, 2, 1, "seen") == (safe.trace_id, safe.span_id, safe.trace_flags, safe.event_name)
    assert ("tests", "1.2") == (got.instrumentation_scope.name, got.instrumentation_scope.version)  # type: ignore[union-attr]
    assert EMAIL == record.body


def test_a_clean_record_passes_as_it_is() -> None:
    """Nothing is rebuilt where nothing was found."""
    record = LogRecord(body="nothing", attributes={"n": 1})
    with protected(), logs_to() as (provider, exporter):
        provider.get_logger("tests").emit(record)
        (got,) = exporter.get_finished_logs()
    assert record is got.log_record


class Adding(LogRecordProcessor):
    """A processor that adds an attribute, as those do that copy baggage; and keeps what it got."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Add."""
        self.got.append((log_record.log_record.body, dict(log_record.log_record.attributes or {})))
        log_record.log_record.attributes["added"] = f"{EMAIL} for Mirae Seong"  # type: ignore[index]

    def shutdown(self) -> None:
        """Nothing to stop."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing to send."""
        return True


def test_what_a_processor_adds_is_redacted_before_it_is_exported_in_whatever_thread() -> None:
    """Processors get redacted records, and may change them; the batch's thread still knows whose record it is."""
    adding, exporter = Adding(), InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(adding)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    with protected():
        with open_context():
            identify(name="Mirae Seong")
            provider.get_logger("tests").emit(LogRecord(body=f"{EMAIL} for Mirae Seong"))
        provider.force_flush()
    provider.shutdown()
    assert [("<EMAIL_ADDRESS> for <PERSON>", {})] == adding.got
    (got,) = exporter.get_finished_logs()
    inner: Any = got.log_record
    assert ("<EMAIL_ADDRESS> for <PERSON>",) * 2 == (inner.body, inner.attributes["added"])


def test_a_record_of_a_thread_without_a_request_belongs_to_that_of_its_span() -> None:
    """Instrumentation of threads takes OpenTelemetry's own context along, and nothing else."""
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("tests")
    with protected(), logs_to() as (provider, exporter):
        with open_context():
            identify(name="Mirae Seong")
            around = trace.set_span_in_context(tracer.start_span("work"))
        record = LogRecord(body="for Mirae Seong", context=around)
        thread = threading.Thread(target=provider.get_logger("tests").emit, args=(record,))
        thread.start()
        thread.join()
        (got,) = exporter.get_finished_logs()
    assert "for <PERSON>" == got.log_record.body


@pytest.mark.parametrize("logs", [True, False])
def test_the_handler_of_the_standard_library_exports_redacted_records(logs: bool) -> None:
    """With the surface of the standard library's logging beneath, and without it."""
    with logs_to() as (provider, exporter), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        handler = LoggingHandler(logger_provider=provider)
        logger = logging.getLogger("tests.otel")
        logger.addHandler(handler)
        if logs:
            stdlib.install(Redactor(profile="logs"))
        try:
            with protected():
                try:
                    raise _error()
                except LookupError:
                    logger.exception("about %s", EMAIL, extra={"note": {"deep": [EMAIL]}})
        finally:
            stdlib.uninstall()
            logger.removeHandler(handler)
        (got,) = exporter.get_finished_logs()
    assert EMAIL not in _everything(got)
    assert "about <EMAIL_ADDRESS>" == got.log_record.body


def test_a_redactor_that_fails_lets_nothing_of_a_record_leave() -> None:
    """The app goes on, and what leaves says that something was logged, how grave it was, and how much it held."""
    with protected(Breaking()) as surface:
        got = _emit(body=EMAIL, attributes={"note": EMAIL}, severity_number=SeverityNumber.WARN, event_name=EMAIL)
    assert EMAIL not in _everything(got)
    assert (FAILED, 1, SeverityNumber.WARN) == (
        got.log_record.body,
        got.dropped_attributes,
        got.log_record.severity_number,
    )
    assert 1 <= surface.failures


def test_a_redactor_that_logs_does_not_go_round_in_circles() -> None:
    """What redaction itself logs leaves as a skeleton."""
    with logs_to() as (provider, exporter):
        logger = provider.get_logger("tests")

        class Logging(Breaking):
            def value(self, value: Any) -> Any:
                logger.emit(LogRecord(body=f"looking at {value}"))
                return value

        with protected(Logging()):
            logger.emit(LogRecord(body="outer"))
        bodies = {item.log_record.body for item in exporter.get_finished_logs()}
    assert {FAILED, "outer"} == bodies


def test_a_resource_that_cannot_be_looked_at_is_left_out() -> None:
    """It is looked at apart from the records, and fails apart."""

    class Picky(Breaking):
        def value(self, value: Any) -> Any:
            if EMAIL in repr(value):
                raise RuntimeError
            return value

    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = LoggerProvider(resource=Resource({"owner": EMAIL}), shutdown_on_exit=False)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    with protected(Picky()):
        provider.get_logger("tests").emit(LogRecord(body="fine"))
        provider.shutdown()
    (got,) = exporter.get_finished_logs()
    assert ("fine", {}) == (got.log_record.body, dict(got.resource.attributes))


def test_the_ledgers_own_events_are_left_as_they_are(tmp_path: Path) -> None:
    """Their hashes fit to their members: headers hold nothing of a person, and are not looked at again."""
    with protected(Breaking()) as surface, logs_to() as (provider, exporter):
        writer = LedgerWriter(tmp_path / "ledger", observers=[OtlpObserver(provider)])
        first = intent(1)
        for record in (first, outcome_of(first)):
            writer.submit(record)
        writer.close()
        sent = [dict(item.log_record.attributes or {}) for item in exporter.get_finished_logs()]
    (chain,) = DirectoryStore(tmp_path / "ledger").chains()
    stored = [row.hash.hex() for row in chain.headers()]
    chain.close()
    assert stored == [item["privmw.hash"] for item in sent]
    assert 0 == surface.failures
