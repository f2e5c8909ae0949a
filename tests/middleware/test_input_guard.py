"""What users must not send in: blocked, redacted or flagged while it streams in."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from privmw import PrivacyMiddleware, PrivacySettings, Runtime, current_context, identify
from privmw.middleware import InputGuardMiddleware

RRN = "900214-2345671"
JSON = {"content-type": "application/json"}


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse((await request.body()).decode())


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())
    await socket.close()


ROUTES = [Route("/echo", _echo, methods=["POST"]), WebSocketRoute("/ws", _socket)]


def _settings(tmp_path: Path, **sections: Any) -> PrivacySettings:
    return PrivacySettings(ledger={"directory": str(tmp_path / "ledger")}, **sections)


def _app(tmp_path: Path, action: str, routes: list[Route], kind: Any = InputGuardMiddleware) -> Starlette:
    runtime = Runtime(_settings(tmp_path, input_guard={"action": action}))
    return Starlette(routes=routes, middleware=[Middleware(kind, runtime=runtime)])


@pytest.mark.parametrize("body", [f'{{"note": "my number is {RRN}"}}', f'{{"note": "{RRN[:7]}', "x" * 700 + RRN])
@pytest.mark.parametrize("size", [1, 7, 64, 5000])
def test_forbidden_input_is_redacted_however_it_is_cut(body: str, size: int, tmp_path: Path) -> None:
    """Wherever the chunks are cut, the app reads the body without the number, and reads all the rest."""
    runtime = Runtime(_settings(tmp_path, input_guard={"action": "redact"}))
    app = Starlette(routes=ROUTES, middleware=[Middleware(InputGuardMiddleware, runtime=runtime)])
    content = body.encode()
    with TestClient(app) as client:
        pieces = (content[at : at + size] for at in range(0, len(content), size))
        answer = client.post("/echo", content=pieces, headers={"content-type": "application/json"}).text
    assert RRN not in answer
    assert body.replace(RRN, "<KR_RRN>") == answer


def test_forbidden_input_is_blocked_whatever_the_app_does(tmp_path: Path) -> None:
    """The user gets 422 with the entity type and never the value, also where the app swallows errors."""

    async def swallow(request: Request) -> JSONResponse:
        try:
            await request.body()
        except Exception:  # noqa: BLE001 - that is the point
            return JSONResponse({})
        return JSONResponse({"ok": True})

    runtime = Runtime(_settings(tmp_path, input_guard={"action": "block"}))
    routes = [Route("/", swallow, methods=["POST"])]
    app = Starlette(routes=routes, middleware=[Middleware(InputGuardMiddleware, runtime=runtime)])
    with TestClient(app) as client:
        response = client.post("/", json={"note": RRN})
        clean = client.post("/", json={"note": "nothing here"})
    assert 422 == response.status_code
    assert "content.national_id" == response.json()["reason"]
    assert "KR_RRN" == response.json()["found"]
    assert RRN not in response.text
    assert {"ok": True} == clean.json()


def test_forbidden_input_is_flagged(tmp_path: Path) -> None:
    """The default only notes what was found."""
    seen: list[Any] = []

    async def note(request: Request) -> PlainTextResponse:
        body = await request.body()
        context = current_context()
        seen.append(sorted(context.input_flags) if context else None)
        return PlainTextResponse(body)

    runtime = Runtime(_settings(tmp_path))
    app = Starlette(
        routes=[Route("/", note, methods=["POST"])], middleware=[Middleware(PrivacyMiddleware, runtime=runtime)]
    )
    with TestClient(app) as client:
        assert RRN == client.post("/", content=RRN).text
    assert [["KR_RRN"]] == seen


def test_websocket_messages_are_guarded(tmp_path: Path) -> None:
    """A frame is redacted before the app reads it."""
    runtime = Runtime(_settings(tmp_path, input_guard={"action": "redact"}))
    app = Starlette(routes=ROUTES, middleware=[Middleware(InputGuardMiddleware, runtime=runtime)])
    with TestClient(app) as client, client.websocket_connect("/ws") as socket:
        socket.send_text(f"it is {RRN}")
        assert "it is <KR_RRN>" == socket.receive_text()


def test_a_blocked_body_never_reaches_the_app(tmp_path: Path) -> None:
    """The app is told that the client went away: from the value on, and its beginning held back, it reads nothing."""
    seen: list[bytes] = []

    async def collect(request: Request) -> PlainTextResponse:
        async for piece in request.stream():
            seen.append(piece)  # noqa: PERF401 - what came before the end must be kept
        return PlainTextResponse("stored")

    app = _app(tmp_path, "block", [Route("/", collect, methods=["POST"])])
    with TestClient(app) as client:
        for size in (3, 5000):
            pieces = [f"{'x' * 600} my number is {RRN} and so on"[at : at + size] for at in range(0, 660, size)]
            assert 422 == client.post("/", content=(piece.encode() for piece in pieces)).status_code
        assert "stored" == client.post("/", content=b"y" * 1000).text
    assert set(b"".join(seen)) <= set(b"xy")
    assert 1000 == b"".join(seen).count(b"y")


def test_a_number_in_json_becomes_a_string(tmp_path: Path) -> None:
    """JSON stays JSON, however it is cut: beside text, in number position, behind an escaped quote."""
    body = '{"rrn": 9002142345671, "note": "say \\"id: ' + RRN + '\\", ok", "ids": [' + RRN.replace("-", "") + ", 1]}"
    expected = {"rrn": "<KR_RRN>", "note": 'say "id: <KR_RRN>", ok', "ids": ["<KR_RRN>", 1]}
    app = _app(tmp_path, "redact", [Route("/echo", _echo, methods=["POST"])])
    with TestClient(app) as client:
        for size in (1, 13, 5000):
            pieces = (body.encode()[at : at + size] for at in range(0, len(body), size))
            assert expected == json.loads(client.post("/echo", content=pieces, headers=JSON).text)


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"content-encoding": "gzip"}, gzip.compress(f"it is {RRN}".encode())),
        ({"content-encoding": "deflate"}, zlib.compress(f"it is {RRN}".encode())),
        ({"content-encoding": "deflate"}, _deflated(f"it is {RRN}".encode())),
        ({"content-type": "application/json; charset=utf-16"}, f'{{"rrn": "{RRN}"}}'.encode("utf-16")),
        ({"content-type": "application/json"}, f'{{"rrn": "{RRN}"}}'.encode("utf-16-le")),
        ({"content-type": "application/octet-stream"}, f"it is {RRN}".encode()),
    ],
    ids=["gzip", "zlib", "deflate", "utf-16", "utf-16 unnamed", "octets"],
)
@pytest.mark.parametrize("action", ["block", "redact"])
def test_what_cannot_be_rewritten_is_blocked(
    tmp_path: Path, headers: dict[str, str], content: bytes, action: str
) -> None:
    """Compressed and oddly encoded bodies are looked into as well."""
    app = _app(tmp_path, action, [Route("/echo", _echo, methods=["POST"])])
    with TestClient(app) as client:
        assert (422, "KR_RRN") == (
            (answer := client.post("/echo", content=content, headers=headers)).status_code,
            answer.json()["found"],
        )


@pytest.mark.parametrize(
    ("coding", "content"), [("br", b"whatever"), ("gzip", b"no gzip"), ("gzip", gzip.compress(bytes(80_000_000)))]
)
def test_what_cannot_be_looked_into_is_refused(tmp_path: Path, coding: str, content: bytes) -> None:
    """An unknown or broken coding, and a body that unfolds without end, get 415; a flag is no reason to refuse."""
    for action, status in (("block", 415), ("redact", 415), ("flag", 200)):

        async def count(request: Request) -> PlainTextResponse:
            return PlainTextResponse(str(len(await request.body())))

        app = _app(tmp_path, action, [Route("/", count, methods=["POST"])])
        with TestClient(app) as client:
            assert status == client.post("/", content=content, headers={"content-encoding": coding}).status_code


def test_path_and_query_are_guarded(tmp_path: Path) -> None:
    """A query is rewritten; a path cannot be."""

    async def show(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.query_params.get("q", ""))

    routes = [Route("/show", show), Route("/users/{id}", show)]
    with TestClient(_app(tmp_path, "redact", routes)) as client:
        assert "it is <KR_RRN>, ok" == client.get("/show", params={"q": f"it is {RRN}, ok"}).text
        assert 422 == client.get(f"/users/{RRN}").status_code
    with TestClient(_app(tmp_path, "block", routes)) as client:
        assert 422 == client.get("/show", params={"q": RRN}).status_code
        assert 200 == client.get("/show", params={"q": "nothing"}).status_code
    with TestClient(_app(tmp_path, "flag", routes)) as client:
        assert RRN == client.get("/show", params={"q": RRN}).text


def test_flags_outlive_the_identity_and_the_identity_stays_in_the_body(tmp_path: Path) -> None:
    """What was noted is still known after ``identify()``; a person's own name is nothing that they must not send in."""
    seen: list[Any] = []

    async def note(request: Request) -> PlainTextResponse:
        identify(name="Ana Ruiz")
        body = await request.body()
        identify(subject_id="u_1")
        seen.append(sorted(current_context().input_flags))  # type: ignore[union-attr]
        return PlainTextResponse(body)

    app = _app(tmp_path, "redact", [Route("/", note, methods=["POST"])], PrivacyMiddleware)
    with TestClient(app) as client:
        assert "Ana Ruiz, <KR_RRN>" == client.post("/", content=f"Ana Ruiz, {RRN}").text
    assert [["KR_RRN"]] == seen
