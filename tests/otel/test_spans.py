"""What exporters get of spans."""

from __future__ import annotations

import contextvars
import io
import threading
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace import Span as SdkSpan
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from privmw import Redactor, identify, otel
from privmw.context import RequestContext, open_context
from tests.otel.support import EMAIL, FAILED, Breaking, exported, protected, tracing_to

STRUCTURE: dict[str, Any] = {
    "http.request.method": "GET",
    "http.response.status_code": 200,
    "http.route": "/users/{user_id}/orders",
    "url.scheme": "https",
    "url.path": "/api/v1/orders/8412",
    "server.address": "api.example.com",
    "server.port": 8443,
    "network.protocol.version": "1.1",
    "http.response.body.size": 4111111111111111,
    "db.system.name": "postgresql",
    "db.query.text": "SELECT * FROM orders WHERE id = $1",
    "gen_ai.request.model": "gpt-5-mini-2026-04-17",
    "gen_ai.response.id": "chatcmpl-9J3uRUsDzSDl3ZfQ7LrXc0P4pTqKa",
    "gen_ai.response.finish_reasons": ("stop",),
    "gen_ai.usage.input_tokens": 4111111111111111,
    "gen_ai.request.temperature": 0.7,
    "thread.id": 4111111111111111,
    "thread.name": "MainThread",
    "code.line.number": 412,
    "code.function.name": "app.views.create",
    "error.type": "500",
    "messaging.kafka.offset": 4111111111111111,
    "service.version": "1.4.2.1",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "celery.task_id": "2e8f6ab4-5f27-4dd9-8f31-1a1c1e9d2c3b",
    "sampled": True,
}


def _link(value: str) -> Link:
    return Link(SpanContext(1, 2, is_remote=True), {"note": value})


def _raised(span: Any, value: str) -> None:
    try:
        raise LookupError(f"nothing for {value}")  # noqa: TRY301
    except LookupError as error:
        span.record_exception(error)
        span.set_status(Status(StatusCode.ERROR, f"LookupError: {error}"))


POSITIONS = {
    "name": lambda span: span.update_name(f"GET /users/{EMAIL}"),
    "attribute": lambda span: span.set_attribute("note", f"about {EMAIL}"),
    "attribute's key": lambda span: span.set_attribute(f"by {EMAIL}", 1),
    "attribute of texts": lambda span: span.set_attribute("notes", ["none", EMAIL]),
    "nested attribute": lambda span: span.set_attribute("deep", {"list": [{"note": EMAIL}]}),
    "bytes": lambda span: span.set_attribute("raw", EMAIL.encode()),
    "event's name": lambda span: span.add_event(f"saw {EMAIL}"),
    "event's attribute": lambda span: span.add_event("saw", {"who": EMAIL}),
    "exception and status": lambda span: _raised(span, EMAIL),
    "link": lambda span: span.add_link(SpanContext(1, 2, is_remote=True), {"note": EMAIL}),
}


@pytest.mark.parametrize("position", POSITIONS)
def test_no_text_of_a_span_leaves_as_it_was(position: str) -> None:
    """Wherever a value stands in a span, the exporter gets a placeholder; without the surface it gets the value."""
    act = POSITIONS[position]
    bare = exported(act)
    with protected():
        safe = exported(act)
    assert EMAIL in _everything(bare)
    assert EMAIL not in _everything(safe)
    assert "<EMAIL_ADDRESS>" in _everything(safe)


def test_the_process_and_the_library_are_redacted_too() -> None:
    """Resource, instrumentation scope and the vendors' part of the trace context."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"host.owner": EMAIL, "service.name": "shop"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    parent = SpanContext(
        1, 2, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("who", EMAIL), ("v", "1")])
    )
    context = trace.set_span_in_context(trace.NonRecordingSpan(parent))
    with protected():
        tracer = provider.get_tracer(f"by {EMAIL}", "1.0", attributes={"owner": EMAIL})
        tracer.start_span("work", context=context, links=[Link(parent)]).end()
    span: Any = exporter.get_finished_spans()[0]
    assert EMAIL not in _everything(span)
    assert "shop" == span.resource.attributes["service.name"]
    assert ("by <EMAIL_ADDRESS>", "1.0") == (span.instrumentation_scope.name, span.instrumentation_scope.version)
    assert {"v": "1"} == dict(span.context.trace_state) == dict(span.links[0].context.trace_state)
    assert (1, parent.span_id) == (span.context.trace_id, span.parent.span_id)


def test_structure_stays_as_it_is() -> None:
    """Numbers, enumerations, ids, kinds, times and counts are those of the live span, beside a value that goes."""
    with protected():
        exporter = InMemorySpanExporter()
        tracer = tracing_to(exporter).get_tracer("tests", "1.2")
        live: Any = tracer.start_span(
            "work", kind=SpanKind.CLIENT, attributes=STRUCTURE | {"note": EMAIL}, start_time=5
        )
        live.add_event("first", {"n": 1}, timestamp=6)
        live.add_event("second", {"note": EMAIL}, timestamp=7)
        live.set_status(StatusCode.ERROR, "no answer")
        live.end(9)
    safe: Any = exporter.get_finished_spans()[0]
    assert STRUCTURE | {"note": "<EMAIL_ADDRESS>"} == dict(safe.attributes)
    assert EMAIL == live.attributes["note"], "the app's own span has changed"
    assert live.context == safe.context
    assert (SpanKind.CLIENT, 5, 9, "work") == (safe.kind, safe.start_time, safe.end_time, safe.name)
    assert (StatusCode.ERROR, "no answer") == (safe.status.status_code, safe.status.description)
    assert [6, 7] == [event.timestamp for event in safe.events]
    assert live.resource is safe.resource
    assert live.instrumentation_scope is safe.instrumentation_scope


def test_what_was_dropped_is_still_counted() -> None:
    """The counters of limits that the SDK enforced survive."""
    with protected():
        span = exported(lambda span: [span.set_attribute(f"k{n}", EMAIL if n == 130 else "v") for n in range(131)])
    assert 3 == span.dropped_attributes
    assert 128 == len(span.attributes)


def test_a_clean_span_passes_as_it_is() -> None:
    """Nothing is rebuilt where nothing was found."""
    live: list[Any] = []

    def act(span: Any) -> None:
        span.set_attributes(STRUCTURE)
        live.append(span)

    with protected() as surface:
        span = exported(act)
        handmade = ReadableSpan("work", attributes=STRUCTURE)
        assert handmade is surface.spans.redact(handmade)
    assert span._attributes is live[0]._attributes


class Taking(SpanProcessor):
    """A processor of the app's own that keeps what it is given."""

    def __init__(self) -> None:
        self.taken: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        """Keep it."""
        self.taken.append(span)


def test_every_processor_gets_the_redacted_span_whenever_it_was_added() -> None:
    """Before installation, after it, after the tracer was made, first or last: there is no order to get wrong."""
    before, after, console = Taking(), Taking(), io.StringIO()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(before)
    tracer = provider.get_tracer("tests")
    with protected():
        span = tracer.start_span(EMAIL)
        provider.add_span_processor(after)
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=console)))
        span.end()
        later = TracerProvider(shutdown_on_exit=False)
        later.add_span_processor(after)
        later.get_tracer("tests").start_span(EMAIL).end()
    assert ["<EMAIL_ADDRESS>"] * 3 == [span.name for span in (*before.taken, *after.taken)]
    assert EMAIL not in console.getvalue()
    assert "<EMAIL_ADDRESS>" in console.getvalue()


class Ending(SpanProcessor):
    """Hands the live span to an exporter when it starts and once more before it ends, as some vendors do."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter

    def on_start(self, span: SdkSpan, parent_context: Any = None) -> None:
        """Export it as it is."""
        self.exporter.export([span])

    def _on_ending(self, span: SdkSpan) -> None:
        self.exporter.export(spans=(one for one in [span]))  # type: ignore[arg-type]


def test_an_exporter_that_is_given_live_or_handmade_spans_gets_them_redacted() -> None:
    """Exporters are the second gate, in classes made before and after installation, and by every way of calling."""
    before = InMemorySpanExporter()

    with protected():

        class Later(SpanExporter):
            def __init__(self) -> None:
                self.got: list[ReadableSpan] = []

            def export(self, spans: Any) -> SpanExportResult:
                self.got += spans
                return SpanExportResult.SUCCESS

        later = Later()
        for exporter in (before, later):
            provider = TracerProvider(shutdown_on_exit=False)
            provider.add_span_processor(Ending(exporter))
            provider.get_tracer("tests").start_span("work", attributes={"note": EMAIL}).end()
            exporter.export((ReadableSpan(EMAIL, attributes={"plain": EMAIL}),))
    got = (*before.get_finished_spans(), *later.got)
    assert 6 == len(got)
    assert not [span for span in got if EMAIL in _everything(span)]


def test_a_handmade_span_given_to_a_processor_keeps_the_request_of_its_thread() -> None:
    """Some vendors build spans themselves; the batch's thread knows no request, the one that hands them over does."""
    exporter = InMemorySpanExporter()
    processor = BatchSpanProcessor(exporter)
    context = SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags(1))
    with protected(), open_context():
        identify(name="Mirae Seong")
        processor.on_end(ReadableSpan("for Mirae Seong", context, attributes={}))
        processor.force_flush()
    processor.shutdown()  # type: ignore[no-untyped-call]
    (span,) = exporter.get_finished_spans()
    assert "for <PERSON>" == span.name


def test_an_identity_is_remembered_for_a_span_that_ends_elsewhere() -> None:
    """It ends in a thread that knows no request, or in another's; children of a thread without one ask their parent."""
    exporter = InMemorySpanExporter()
    tracer = tracing_to(exporter).get_tracer("tests")

    def end(span: Any) -> None:
        child = tracer.start_span("child of Mirae Seong", trace.set_span_in_context(span))
        child.end()
        with open_context():
            identify(name="Ole Lund")
            span.end()

    with protected():
        with open_context():
            span = tracer.start_span("for Mirae Seong and Ole Lund")
            identify(name="Mirae Seong")
        thread = threading.Thread(target=lambda: contextvars.Context().run(end, span))
        thread.start()
        thread.join()
    assert ["child of <PERSON>", "for <PERSON> and <PERSON>"] == [s.name for s in exporter.get_finished_spans()]


def test_a_span_around_the_request_learns_who_asked() -> None:
    """A server's span starts before the request's context opens, and may end where it is not known."""
    exporter = InMemorySpanExporter()
    tracer = tracing_to(exporter).get_tracer("tests")
    with protected():
        server = tracer.start_span("GET /Mirae Seong")
        with open_context(RequestContext()), trace.use_span(server):
            tracer.start_span("inside").end()
            identify(name="Mirae Seong")
        server.end()
        job = tracer.start_span("job of Ole Lund")
        with open_context(RequestContext()), trace.use_span(job):
            identify(name="Ole Lund")
        job.end()
    assert ["inside", "GET /<PERSON>", "job of <PERSON>"] == [span.name for span in exporter.get_finished_spans()]


@pytest.mark.parametrize("value", ["raises", "answers with a text"])
def test_a_redactor_that_fails_lets_nothing_of_a_span_leave(value: str) -> None:
    """What leaves says that there was a span: ids, times, kind and status, and how much was dropped."""

    class Odd(Breaking):
        def value(self, value: Any) -> Any:
            return FAILED

    def act(span: Any) -> None:
        span.set_attributes({"note": EMAIL, "n": 1})
        span.add_link(SpanContext(1, 2, is_remote=True), {"note": EMAIL})
        _raised(span, EMAIL)

    with protected(Breaking() if value == "raises" else Odd()) as surface:
        span = exported(act, owner=EMAIL)
    assert EMAIL not in _everything(span)
    assert (FAILED, StatusCode.ERROR, FAILED) == (span.name, span.status.status_code, span.status.description)
    assert ({}, 2, 1, 1) == (dict(span.attributes), span.dropped_attributes, span.dropped_events, len(span.links))
    assert span.end_time > span.start_time
    assert 1 <= surface.failures


def test_a_value_that_cannot_be_rebuilt_does_not_leave() -> None:
    """A redactor answers with a text for one part of a span only."""

    class Partly(Breaking):
        def value(self, value: Any) -> Any:
            return [FAILED if isinstance(part, dict) else part for part in value]

    with protected(Partly()):
        span = exported(lambda span: span.set_attribute("note", EMAIL))
    assert EMAIL not in _everything(span)


def test_uninstalling_puts_everything_back() -> None:
    """Afterwards the classes are as they were, and spans leave as they are; twice does no harm."""
    classes = (
        SdkSpan,
        SimpleSpanProcessor,
        BatchSpanProcessor,
        SpanExporter,
        InMemorySpanExporter,
        ConsoleSpanExporter,
    )
    before = [dict(vars(one)) for one in classes]
    with protected():
        assert otel.installed()
        assert before != [dict(vars(one)) for one in classes]
    otel.uninstall()
    assert not otel.installed()
    assert before == [dict(vars(one)) for one in classes]
    assert EMAIL == exported(lambda span: span.update_name(EMAIL)).name


def test_a_wrapper_around_ours_stays_and_lets_spans_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody wrapped the method since, nothing is put back over theirs."""
    with protected():
        ours = SdkSpan._readable_span

        def theirs(self: SdkSpan) -> ReadableSpan:
            return ours(self)

        monkeypatch.setattr(SdkSpan, "_readable_span", theirs)
    assert SdkSpan._readable_span is theirs
    assert EMAIL == exported(lambda span: span.update_name(EMAIL)).name
    with protected():
        assert "<EMAIL_ADDRESS>" == exported(lambda span: span.update_name(EMAIL)).name
    monkeypatch.undo()
    otel.uninstall()


def test_installing_again_takes_the_new_redactor() -> None:
    """Without a moment in between in which spans pass."""
    with protected(Breaking()):
        otel.install(Redactor(profile="logs"))
        assert "<EMAIL_ADDRESS>" == exported(lambda span: span.update_name(EMAIL)).name


def _everything(span: Any) -> str:
    """All that an exporter could read in a span."""
    scope = span.instrumentation_scope
    parts = [
        span.name, span.status.description, dict(span.attributes), dict(span.resource.attributes),
        scope and (scope.name, scope.version, dict(scope.attributes or {})),
        dict(span.context.trace_state) if span.context else "",
        [(event.name, dict(event.attributes or {})) for event in span.events],
        [(dict(link.context.trace_state), dict(link.attributes or {})) for link in span.links],
    ]  # fmt: skip
    return repr(parts)
