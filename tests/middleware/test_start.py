"""A start that fails: the server stops and says why, and where it cannot stop, nothing is answered and nothing leaves."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from privmw import ConfigurationError, PrivacyMiddleware, PrivacySettings, Runtime
from privmw.egress.hooks import httpx as hook
from privmw.logs import stdlib
from privmw.middleware import LogRedactionMiddleware, PurposeMiddleware
from privmw.runtime import Surface
from tests.ledger.kill_helpers import ROOT


async def home(_: Request) -> PlainTextResponse:
    """Answer."""
    return PlainTextResponse("hello")


def app_with(runtime: Runtime, *classes: Any) -> Starlette:
    """An app behind some middleware."""
    return Starlette(routes=[Route("/", home)], middleware=[Middleware(one, runtime=runtime) for one in classes])


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A runtime whose egress guard cannot be installed."""

    def refuse(_: object) -> None:
        raise ConfigurationError("this build has no such function", field="egress.enabled", remedy="Use another one")

    monkeypatch.setattr(hook, "install", refuse)
    made = Runtime(PrivacySettings(ledger={"directory": str(tmp_path / "ledger")}))
    yield made
    for surface in Surface:  # a server without lifespan support never lets go of them
        made.release(surface)
    assert not stdlib.installed()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "classes", [(PurposeMiddleware,), (LogRedactionMiddleware, PurposeMiddleware), (PrivacyMiddleware,)]
)
async def test_a_surface_that_cannot_be_installed_fails_the_start(
    broken: Runtime, classes: tuple[Any, ...], caplog: pytest.LogCaptureFixture
) -> None:
    """The server is told ``lifespan.startup.failed`` with the reason, and whatever was installed before is taken out."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "lifespan.startup"}

    app = app_with(broken, *classes)
    with pytest.raises(ConfigurationError, match="no such function"):
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    assert ["lifespan.startup.failed"] == [message["type"] for message in sent]
    assert "egress.enabled: this build has no such function. Use another one" in sent[0]["message"]
    assert [logging.ERROR] == [record.levelno for record in caplog.records if record.name == "privmw"]
    assert not stdlib.installed()


@pytest.mark.parametrize("classes", [(PurposeMiddleware,), (PrivacyMiddleware,)])
def test_without_lifespan_every_request_is_refused(broken: Runtime, classes: tuple[Any, ...]) -> None:
    """Not only the first one: what could not be installed never lets a request pass."""
    client = TestClient(app_with(broken, *classes), raise_server_exceptions=False)
    assert [500] * 3 == [client.get("/").status_code for _ in range(3)]


def test_a_surface_is_counted_only_once_it_is_installed(broken: Runtime) -> None:
    """A second user of a surface that failed fails, too, and one that does not fail any more is installed."""
    for _ in range(2):
        with pytest.raises(ConfigurationError):
            broken.use(Surface.EGRESS)
    broken.release(Surface.EGRESS)  # harmless


SERVED = """
import sys, uvicorn
from fastapi import FastAPI
from privmw import PrivacyMiddleware

app = FastAPI()
app.add_middleware(PrivacyMiddleware)
app.get("/")(lambda: "hello")
uvicorn.run(app, port=int(sys.argv[1]), lifespan=sys.argv[2])
"""


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('[ner]\nmodel = "/nowhere/model"\n', "privmw.toml: ner.model"),
        ('[logs]\nprofile = "eror"\n', "privmw.toml: logs.profile"),
        ("[controler]\nname = 'x'\n", "privmw.toml: controler"),
    ],
)
@pytest.mark.parametrize("mode", ["auto", "on"])
def test_uvicorn_stops_and_says_why(tmp_path: Path, toml: str, told: str, mode: str) -> None:
    """Whatever is wrong in ``privmw.toml`` stops the server at its start, also where it only tries lifespan."""
    (tmp_path / "privmw.toml").write_text(toml)
    command = [sys.executable, "-c", SERVED, "0", mode]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert 3 == done.returncode, done.stderr
    assert told in done.stderr
    assert "eror" not in done.stderr.replace("error", "")
    assert "Application startup failed" in done.stderr


def test_the_runtime_of_one_app_outlives_that_of_another(tmp_path: Path) -> None:
    """Two apps with settings of their own: when the later one ends, the surfaces are the earlier one's again."""
    first = Runtime(
        PrivacySettings(ledger={"enabled": False}, redaction={"operators": {"DEFAULT": {"name": "redact"}}})
    )
    second = Runtime(PrivacySettings(ledger={"enabled": False}))
    log = logging.getLogger("two runtimes")

    def logged() -> str:
        lines: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
        log.addHandler(handler)
        log.warning("mail a@example.com")
        log.removeHandler(handler)
        return lines[0]

    first.use(Surface.LOGS)
    assert "mail " == logged()
    second.use(Surface.LOGS)
    assert "mail <EMAIL_ADDRESS>" == logged()
    first.use(Surface.LOGS)
    assert "mail <EMAIL_ADDRESS>" == logged()
    second.release(Surface.LOGS)
    assert "mail " == logged()
    first.release(Surface.LOGS)
    first.release(Surface.LOGS)
    assert "mail a@example.com" == logged()
