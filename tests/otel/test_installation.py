"""How the OpenTelemetry surface comes in and goes, and what it knows of the requests of an app."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx2
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import privmw
from privmw import ConfigurationError, PrivacySettings, Runtime, identify, otel
from privmw.middleware import LogRedactionMiddleware
from privmw.otel import hooks
from privmw.runtime import Surface
from tests.otel.support import EMAIL, exported

NAMES = ["Mirae Seong", "Ole Lund", "Ana Ruiz", "Kwame Mensah"]


def _runtime(**settings: Any) -> Runtime:
    return Runtime(PrivacySettings(ledger={"enabled": False}, **settings))


def _name() -> Any:
    return exported(lambda span: span.update_name(f"{EMAIL} +82 10-9931-0042")).name


def test_the_middleware_of_logs_installs_it_while_the_app_runs() -> None:
    """As ``PrivacyMiddleware`` does, which mounts that class; the leak matrix runs with it."""
    app = Starlette(middleware=[Middleware(LogRedactionMiddleware, runtime=_runtime())])
    assert not otel.installed()
    with TestClient(app):
        assert otel.installed()
        assert "<EMAIL_ADDRESS> <PHONE_NUMBER>" == _name()
    assert not otel.installed()


def test_install_without_an_app() -> None:
    """In workers and scripts."""
    privmw.install(PrivacySettings(ledger={"enabled": False}))
    try:
        assert otel.installed()
    finally:
        privmw.uninstall()
    assert not otel.installed()


def test_settings_switch_it_off_and_choose_its_profile() -> None:
    """``[otel] enabled`` and ``profile``; a profile that there is not stops the start."""
    off = _runtime(otel={"enabled": False})
    off.use(Surface.OTEL)
    assert not otel.installed()
    off.release(Surface.OTEL)
    with pytest.raises(ConfigurationError, match="profile"):
        _runtime(otel={"profile": "unknown"})
    seen = []
    for settings in ({}, {"otel": {"profile": "ai"}}):
        runtime = _runtime(**settings)
        runtime.use(Surface.OTEL)
        seen.append(hooks.current()._parts._redactor)  # type: ignore[union-attr]
        runtime.release(Surface.OTEL)
        assert seen[-1] is runtime.redactor_for("ai" if settings else "logs")


def test_an_app_without_opentelemetry_does_not_import_it() -> None:
    """The SDK is patched when it is imported, and costs nothing before."""
    code = """
import sys, privmw
privmw.install(privmw.PrivacySettings(ledger={"enabled": False}))
print(any(name.startswith("opentelemetry") for name in sys.modules))
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
spans, logs = InMemorySpanExporter(), InMemoryLogRecordExporter()
tracers, loggers = TracerProvider(), LoggerProvider()
tracers.add_span_processor(SimpleSpanProcessor(spans))
loggers.add_log_record_processor(SimpleLogRecordProcessor(logs))
tracers.get_tracer("t").start_span("ivo.brandt@example.net").end()
loggers.get_logger("l").emit(body="ivo.brandt@example.net")
print(spans.get_finished_spans()[0].name, logs.get_finished_logs()[0].log_record.body)
privmw.uninstall()
tracers.get_tracer("t").start_span("ivo.brandt@example.net").end()
print(spans.get_finished_spans()[1].name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ["False", "<EMAIL_ADDRESS> <EMAIL_ADDRESS>", EMAIL] == done.stdout.splitlines(), done.stderr


@pytest.mark.parametrize("missing", ["class", "method"])
def test_an_sdk_that_it_does_not_know_stops_the_start(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """With an error that says what to do, and nothing of the surface in place."""
    module = ModuleType("opentelemetry.sdk.trace")
    if missing == "method":
        module.Span = type("Span", (), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", module)
    surface = SimpleNamespace(spans=None, records=None)
    with pytest.raises(ConfigurationError, match=r"otel\.enabled = false"):
        hooks.install(surface)  # type: ignore[arg-type]
    assert not otel.installed()


class Instrumented:
    """What the instrumentation of an ASGI app does: a span around the whole app, outside of all middleware."""

    def __init__(self, app: Any, tracer: Any) -> None:
        self.app = app
        self.tracer = tracer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Trace one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with self.tracer.start_as_current_span(f"GET {scope['path']}", attributes={"url.path": scope["path"]}):
            await self.app(scope, receive, send)


@pytest.mark.anyio
@pytest.mark.parametrize("between", [True, False])
async def test_concurrent_requests_keep_their_identities_apart(between: bool) -> None:
    """Each span loses the name of who asked, and no other; also the server's, around middleware with tasks of its own."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("tests")
    together = asyncio.Barrier(len(NAMES))

    async def endpoint(request: Request) -> PlainTextResponse:
        identify(name=request.path_params["name"])
        await together.wait()
        with tracer.start_as_current_span("inside") as span:
            span.set_attribute("all", ", ".join(NAMES))
            await asyncio.to_thread(lambda: tracer.start_span(f"thread of {request.path_params['name']}").end())
        await together.wait()
        return PlainTextResponse("done")

    async def passing(request: Request, call_next: Any) -> Any:
        return await call_next(request)

    runtime = _runtime()
    middleware = [Middleware(LogRedactionMiddleware, runtime=runtime)]
    if between:
        middleware.insert(0, Middleware(BaseHTTPMiddleware, dispatch=passing))
    app = Instrumented(Starlette(routes=[Route("/{name}", endpoint)], middleware=middleware), tracer)
    try:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://app") as client:
            await asyncio.gather(*(client.get(f"/{name}") for name in NAMES))
        provider.force_flush()
    finally:
        for surface in LogRedactionMiddleware.surfaces:  # without a lifespan the first request installs them
            runtime.release(surface)
        provider.shutdown()
    spans: Any = exporter.get_finished_spans()
    assert 3 * len(NAMES) == len(spans)
    servers = [span for span in spans if span.parent is None]
    assert {("GET /<PERSON>", "/<PERSON>")} == {(span.name, span.attributes["url.path"]) for span in servers}
    inside = {span.attributes["all"] for span in spans if span.name == "inside"}
    assert {", ".join("<PERSON>" if one == name else one for one in NAMES) for name in NAMES} == inside
    assert len(NAMES) == sum(span.name == "thread of <PERSON>" for span in spans)
    assert trace.INVALID_SPAN is trace.get_current_span()
