"""The middleware classes, alone and in any mix, in front of a real app."""

import itertools
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from privmw import (
    PrivacyMiddleware,
    PrivacySettings,
    Purpose,
    Runtime,
    TransferDenied,
    current_context,
    identify,
    purpose,
)
from privmw.context import RequestContext, open_context
from privmw.errors import ConfigurationError
from privmw.logs import stdlib
from privmw.middleware import (
    AnalyticsMiddleware,
    ContextMiddleware,
    InputGuardMiddleware,
    LogRedactionMiddleware,
    PurposeMiddleware,
    SentryRedactionMiddleware,
    TransferLogMiddleware,
)
from privmw.middleware.base import SurfaceMiddleware
from privmw.middleware.problem import find_denial
from privmw.purposes import resolve
from privmw.types import ConsentState, ReasonCode

ALL = (
    ContextMiddleware,
    TransferLogMiddleware,
    LogRedactionMiddleware,
    SentryRedactionMiddleware,
    AnalyticsMiddleware,
    PurposeMiddleware,
    InputGuardMiddleware,
)
RRN = "900214-2345671"


def _settings(tmp_path: Path, **sections: Any) -> PrivacySettings:
    return PrivacySettings(ledger={"directory": str(tmp_path / "ledger")}, **sections)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A runtime with a ledger of its own."""
    made = Runtime(_settings(tmp_path))
    yield made
    assert not stdlib.installed(), "a surface outlived its app"


def _denial() -> TransferDenied:
    return TransferDenied(
        ReasonCode.CONSENT_WITHDRAWN, recipient="openai", purpose="ai_chat", feature="AI chat", alternative="ask us"
    )


async def _home(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _denied(_: Request) -> PlainTextResponse:
    raise _denial()


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse((await request.body()).decode())


async def _streamed_denial(_: Request) -> StreamingResponse:
    async def pieces() -> Any:
        yield "first "
        raise _denial()

    return StreamingResponse(pieces(), media_type="text/plain")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    text = await socket.receive_text()
    if text == "deny":
        raise _denial()
    await socket.send_text(text)
    await socket.close()


ROUTES = [
    Route("/", _home),
    Route("/denied", _denied),
    Route("/echo", _echo, methods=["POST"]),
    Route("/streamed", _streamed_denial),
    WebSocketRoute("/ws", _socket),
]


@pytest.mark.parametrize("names", [*((one,) for one in ALL), *itertools.permutations(ALL[1:], 2)], ids=str)
def test_every_class_works_alone_and_in_any_mix(names: tuple[type[SurfaceMiddleware], ...], runtime: Runtime) -> None:
    """Behind any selection, in any order, plain requests, websockets and lifespan work as before."""
    needs_context = AnalyticsMiddleware in names
    mix = ([ContextMiddleware] if needs_context else []) + list(names)
    app = Starlette(routes=ROUTES, middleware=[Middleware(one, runtime=runtime) for one in mix])
    with TestClient(app) as client:
        assert "hello" == client.get("/").text
        with client.websocket_connect("/ws") as socket:
            socket.send_text("ping")
            assert "ping" == socket.receive_text()


def test_each_opens_the_context_that_it_needs(runtime: Runtime) -> None:
    """A class mounted alone knows the route's purpose, the opt-out cookie and the signal of the browser."""
    seen: list[tuple[str | None, bool, bool]] = []

    @purpose("support_reply")
    async def reply(_: Request) -> PlainTextResponse:
        context = current_context()
        assert context is not None
        seen.append((resolve(context), context.opt_out, context.gpc))
        return PlainTextResponse("ok")

    for one in ALL:
        app = Starlette(routes=[Route("/", reply)], middleware=[Middleware(one, runtime=runtime)])
        with TestClient(app, headers={"cookie": "privmw_opt_out=1", "sec-gpc": "1"}) as client:
            client.get("/")
        assert ("support_reply", one is AnalyticsMiddleware, True) == seen.pop()


def test_a_body_that_is_rewritten_leaves_the_purpose_known(tmp_path: Path) -> None:
    """Middleware that hands on a copy of the scope does not hide the route's purpose from the guard."""
    seen: list[str | None] = []

    @purpose("support_reply")
    async def reply(request: Request) -> PlainTextResponse:
        seen.append(resolve(current_context()))
        return PlainTextResponse((await request.body()).decode())

    runtime = Runtime(_settings(tmp_path, input_guard={"action": "redact"}))
    route = Route("/", reply, methods=["POST"])
    app = Starlette(routes=[route], middleware=[Middleware(PrivacyMiddleware, runtime=runtime)])
    with TestClient(app) as client:
        assert "id <KR_RRN>" == client.post("/", content=f"id {RRN}").text
    assert ["support_reply"] == seen


def test_privacy_middleware_mounts_all_and_takes_all_out_again(runtime: Runtime) -> None:
    """Surfaces are installed exactly while the app runs."""
    app = Starlette(routes=ROUTES, middleware=[Middleware(PrivacyMiddleware, runtime=runtime)])
    assert not stdlib.installed()
    with TestClient(app) as client:
        assert stdlib.installed()
        assert "hello" == client.get("/").text
    assert not stdlib.installed()


def test_an_unhandled_denial_becomes_a_problem(runtime: Runtime) -> None:
    """The user gets 403 with reason, feature and alternative, and nothing about the value."""
    app = Starlette(routes=ROUTES, middleware=[Middleware(PrivacyMiddleware, runtime=runtime)])
    with TestClient(app) as client:
        response = client.get("/denied")
    assert 403 == response.status_code
    assert "application/problem+json" == response.headers["content-type"]
    assert {
        "type": "urn:privmw:denied:consent.withdrawn",
        "title": "This would send data in a way the privacy policy does not allow",
        "status": 403,
        "reason": "consent.withdrawn",
        "purpose": "ai_chat",
        "feature": "AI chat",
        "alternative": "ask us",
    } == response.json()


def test_a_denial_in_a_mounted_app_becomes_a_problem_too(runtime: Runtime) -> None:
    """An app of its own under a path answers 500 before the denial gets out; other failures of it stay what they are."""
    sub = FastAPI()

    @sub.get("/denied")
    async def denied() -> None:
        current_context().denied = True  # type: ignore[union-attr]
        raise _denial()

    @sub.get("/broken")
    async def broken() -> None:
        raise LookupError("no such thing")

    @sub.get("/handled")
    async def handled() -> JSONResponse:
        current_context().denied = True  # type: ignore[union-attr]
        return JSONResponse({"answer": "a fallback"}, 500)

    app = FastAPI()
    app.mount("/sub", sub)
    app.add_middleware(PrivacyMiddleware, runtime=runtime)
    with TestClient(app, raise_server_exceptions=False) as client:
        assert (403, "consent.withdrawn") == (
            (answer := client.get("/sub/denied")).status_code,
            answer.json()["reason"],
        )
        assert (500, "Internal Server Error") == ((answer := client.get("/sub/broken")).status_code, answer.text)
        assert (500, {"answer": "a fallback"}) == ((answer := client.get("/sub/handled")).status_code, answer.json())


def test_a_denial_after_the_response_began_goes_upwards(runtime: Runtime) -> None:
    """A response that has begun cannot become another one."""
    app = Starlette(routes=ROUTES, middleware=[Middleware(PrivacyMiddleware, runtime=runtime)])
    with TestClient(app) as client, pytest.raises(TransferDenied):
        client.get("/streamed")


def test_a_denial_closes_a_websocket_with_its_reason(runtime: Runtime) -> None:
    """Code 1008 is RFC 6455's policy violation."""
    app = Starlette(routes=ROUTES, middleware=[Middleware(PrivacyMiddleware, runtime=runtime)])
    with TestClient(app) as client, client.websocket_connect("/ws") as socket:
        socket.send_text("deny")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert 1008 == closed.value.code
    assert "consent.withdrawn" == closed.value.reason


def test_denials_are_found_in_chains_and_groups() -> None:
    """SDKs and task groups wrap exceptions; other errors stay what they are."""
    denial = _denial()
    wrapped = RuntimeError("connection error")
    wrapped.__cause__ = denial
    cycle = ValueError()
    cycle.__context__ = cycle
    assert denial is find_denial(ExceptionGroup("tasks", [ValueError(), wrapped]))
    assert find_denial(cycle) is None


def test_the_context_is_one_per_request_and_resolves_the_purpose(runtime: Runtime) -> None:
    """Endpoint, sync dependency, background thread and router default all see the same object."""
    seen: list[Any] = []

    def auth() -> None:  # a sync dependency runs in a worker thread
        identify(subject_id="u_1", email="ana@example.org")

    router = APIRouter(dependencies=[Depends(Purpose("router_default")), Depends(auth)])

    @router.get("/marked")
    @purpose("marked")
    def marked() -> None:
        seen.append(current_context())

    @router.get("/default")
    async def default() -> None:
        seen.append(current_context())

    app = FastAPI()
    app.include_router(router)
    app.add_middleware(PrivacyMiddleware, runtime=runtime)
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    with TestClient(app, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "sec-gpc": "1"}) as client:
        client.get("/marked")
        client.get("/default")
    first, second = seen
    assert first is not second
    assert ["marked", "router_default"] == [resolve(first), resolve(second)]
    assert "u_1" == first.subject_id
    assert first.gpc
    assert trace == first.trace_id
    assert current_context() is None


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ConsentState.GIVEN, "given"),
        ("withdrawn", "withdrawn"),
        (True, "given"),
        (False, "refused"),
        (None, "unknown"),
    ],
)
def test_a_consent_lookup_may_answer_simply(answer: Any, state: str) -> None:
    """A state, its name, or yes and no."""
    assert state == RequestContext(consent_lookup=lambda _subject, _purpose: answer).consent_for("ai_chat")


@pytest.mark.filterwarnings("error")
def test_any_other_answer_of_a_consent_lookup_is_a_mistake_that_is_named() -> None:
    """Above all a coroutine, which would count as neither; its value is not shown."""

    async def lookup(_subject: str | None, _purpose: str) -> ConsentState:
        return ConsentState.GIVEN

    for answer in (lookup, lambda _subject, _purpose: "canary-9f2c"):
        with pytest.raises(
            ConfigurationError, match=r"consent: the consent lookup answered.*current_context"
        ) as caught:
            RequestContext(consent_lookup=answer).consent_for("ai_chat")  # type: ignore[arg-type]
        assert "canary" not in str(caught.value)


@pytest.mark.parametrize("value", [7, UUID(int=7)])
def test_ids_may_be_numbers_and_uuids(value: Any) -> None:
    """What an ORM calls an id is taken as it is; other types are refused by name, and their value is not shown."""
    with open_context() as context:
        identify(subject_id=value, tenant=value, conversation=value)
        assert [str(value)] * 3 == [context.subject_id, context.tenant, context.conversation]
        for wrong in ({"subject_id": b"x"}, {"email": 5}, {"extra": {"KR_RRN": 9002142345671}}, {"tenant": True}):
            with pytest.raises(ConfigurationError, match=r"identify\(\w+=\.\.\.\): must be") as caught:
                identify(**wrong)
            assert "9002142345671" not in str(caught.value)


def test_log_records_of_a_request_lose_the_identity(runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    """The app knows who is asking, so even a name is redacted, with no model involved."""

    async def greet(_: Request) -> PlainTextResponse:
        identify(subject_id="u_77", email="mirae@example.org", name="Mirae Seong")
        logging.getLogger("app").warning("hello Mirae Seong, mirae%%40example.org, %s", "dear mirae")
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/", greet)], middleware=[Middleware(PrivacyMiddleware, runtime=runtime)])
    with TestClient(app) as client:
        client.get("/")
    assert "hello" in caplog.text
    assert "mirae" not in caplog.text.lower()
    assert "seong" not in caplog.text.lower()


def test_a_crash_is_reported_without_the_identity(runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    """Servers log a traceback after the request's context has closed; the person is known all the same."""

    async def crash(_: Request) -> None:
        identify(subject_id="u_77", email="ana@example.org", name="Ana Ruiz")
        raise RuntimeError("no agent for Ana Ruiz")

    app = Starlette(routes=[Route("/", crash)], middleware=[Middleware(PrivacyMiddleware, runtime=runtime)])
    with TestClient(app) as client:
        try:
            client.get("/")
        except RuntimeError:
            logging.getLogger("server").exception("Exception in ASGI application")
    assert "RuntimeError: no agent for" in caplog.text
    assert "Ruiz" not in caplog.text


@pytest.mark.anyio
async def test_without_lifespan_the_surfaces_come_with_the_first_request(tmp_path: Path) -> None:
    """A server that sends no lifespan events is covered too; unknown scope types pass through."""
    runtime = Runtime(_settings(tmp_path))
    reached: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope["type"])
        if scope["type"] == "http":
            await PlainTextResponse("hello")(scope, receive, send)

    async def unused() -> Message:
        raise AssertionError

    async def ignore(_: Message) -> None: ...

    wrapped = PrivacyMiddleware(app, runtime=runtime)
    try:
        transport = httpx.ASGITransport(app=wrapped)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            assert "hello" == (await client.get("/")).text
        assert stdlib.installed()
        await wrapped({"type": "something.else"}, unused, ignore)
        assert ["http", "something.else"] == reached
    finally:
        await wrapped({"type": "lifespan"}, unused, ignore)
    assert not stdlib.installed()


def test_ordinary_errors_are_not_touched(runtime: Runtime) -> None:
    """Only denials become problems."""

    async def missing(_: Request) -> None:
        raise HTTPException(404)

    async def broken(_: Request) -> None:
        raise KeyError("x")

    routes = [Route("/missing", missing), Route("/broken", broken)]
    app = Starlette(routes=routes, middleware=[Middleware(PrivacyMiddleware, runtime=runtime)])
    with TestClient(app) as client:
        assert 404 == client.get("/missing").status_code
        with pytest.raises(KeyError):
            client.get("/broken")
