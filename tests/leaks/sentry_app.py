"""An app with Sentry's real integrations, run as a program of its own: they patch a process for good.

    python -m tests.leaks.sentry_app on|off whole|streamed

Every value is put into every position; what the ingest received of each is printed as JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
import sentry_sdk
from fastapi import FastAPI, Request
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel
from sentry_sdk import logger as sentry_logger
from sentry_sdk.integrations.fastapi import FastApiIntegration
from sentry_sdk.integrations.httpx import HttpxIntegration
from sentry_sdk.integrations.openai import OpenAIIntegration
from sentry_sdk.integrations.starlette import StarletteIntegration
from starlette.testclient import TestClient

from privmw import PrivacyMiddleware, PrivacySettings, Runtime, current_context, identify, purpose
from privmw.demo.standins import StandIn, openai_standin, sentry_standin
from tests.leaks.log_positions import fail
from tests.leaks.values import VALUES, leaked

__all__ = ["POSITIONS"]

logger = logging.getLogger("shop")


class Note(BaseModel):
    """What a customer writes."""

    text: str = ""
    ids: list[str] = []


def _who() -> None:
    if current_context() is not None:
        identify(
            subject_id="u_48213",
            name=VALUES["name"],
            email=VALUES["identified e-mail"],
            phone=VALUES["identified phone"],
        )


def _app(standin: StandIn) -> FastAPI:
    clients: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        clients["async"] = AsyncOpenAI(base_url=standin.base_url, api_key="k", max_retries=0)
        clients["sync"] = OpenAI(base_url=standin.base_url, api_key="k", max_retries=0)
        clients["http"] = httpx.AsyncClient(base_url=standin.base_url)
        yield
        await clients["async"].close()
        await clients["http"].aclose()
        clients["sync"].close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/quiet/{note}")
    async def quiet(note: str, body: Note) -> str:
        """Nothing but a transaction."""
        _who()
        return "fine"

    @app.post("/crash/{note}")
    async def crash(note: str, body: Note) -> str:
        """An error that nobody handles."""
        _who()
        raise LookupError("nothing found")

    @app.post("/sync-crash/{note}")
    def sync_crash(note: str, body: Note) -> str:
        """The same in a thread."""
        _who()
        raise LookupError("nothing found")

    @app.post("/act/{action}")
    @purpose("chat")
    async def act(action: str, request: Request) -> str:
        """What an endpoint itself does with a value."""
        _who()
        value = request.headers["x-planted"]
        await _ACTIONS[action](value, clients)
        return "fine"

    return app


async def _span(value: str, _: Any) -> None:
    with sentry_sdk.start_span(op="task", name=f"serve {value}") as span:
        span.set_data("note", value)
        span.set_tag("customer", value)


async def _named(value: str, _: Any) -> None:
    sentry_sdk.get_current_scope().set_transaction_name(f"serve {value}")


async def _context(value: str, _: Any) -> None:
    sentry_sdk.set_context("order", {"note": value})
    sentry_sdk.set_tag("note", value)
    sentry_sdk.set_user({"id": value, "email": value, "username": value})


async def _log(value: str, _: Any) -> None:
    logger.error("about %s", value, extra={"note": value})
    sentry_logger.info("about {who}", who=value)


async def _log_of_user(value: str, _: Any) -> None:
    sentry_sdk.set_user({"id": value, "email": value, "username": value})
    sentry_logger.info("hello")
    sentry_sdk.metrics.count("hello", 1, attributes={"who": value})


async def _raise(value: str, _: Any) -> None:
    fail(value)


async def _prompt(value: str, clients: Any) -> None:
    messages: Any = [{"role": "user", "content": f"about {value}"}]
    await clients["async"].chat.completions.create(model="gpt-5-mini", messages=messages)


async def _sync_prompt(value: str, clients: Any) -> None:
    messages: Any = [{"role": "user", "content": f"about {value}"}]
    await asyncio.to_thread(clients["sync"].chat.completions.create, model="gpt-5-mini", messages=messages)


async def _outgoing(value: str, clients: Any) -> None:
    await clients["http"].get(f"/customers/{quote(value, safe='')}", params={"note": value})


_ACTIONS: dict[str, Callable[[str, Any], Any]] = {
    "span": _span,
    "transaction name": _named,
    "context, tag and user": _context,
    "log": _log,
    "log and metric of a user": _log_of_user,
    "unhandled error": _raise,
    "AI call": _prompt,
    "AI call, sync": _sync_prompt,
    "outgoing request": _outgoing,
}

Ask = Callable[[str], dict[str, Any]]


def _json(value: str) -> dict[str, Any]:
    return {"json": {"text": f"about {value}", "ids": [value]}}


_REQUESTS: dict[str, Ask] = {
    "body": lambda value: {"url": "/crash/1", **_json(value)},
    "body, sync": lambda value: {"url": "/sync-crash/1", **_json(value)},
    "query": lambda value: {"url": "/crash/1", "params": {"note": value}, "json": {}},
    "path": lambda value: {"url": f"/crash/{quote(value, safe='')}", "json": {}},
    "header": lambda value: {"url": "/crash/1", "headers": {"x-note": value, "user-agent": value}, "json": {}},
    "cookie": lambda value: {"url": "/crash/1", "headers": {"cookie": f"a=1; note={quote(value)}; b=2"}, "json": {}},
    "transaction, body": lambda value: {"url": "/quiet/1", **_json(value)},
    "transaction, query": lambda value: {"url": "/quiet/1", "params": {"note": value}, "json": {}},
    "transaction, path": lambda value: {"url": f"/quiet/{quote(value, safe='')}", "json": {}},
    "transaction, header": lambda value: {"url": "/quiet/1", "headers": {"x-note": value}, "json": {}},
    "transaction, cookie": lambda value: {"url": "/quiet/1", "headers": {"cookie": f"note={quote(value)}"}, "json": {}},
}


def _acting(action: str) -> Ask:
    return lambda value: {"url": f"/act/{quote(action)}", "headers": {"x-planted": value}}


POSITIONS: dict[str, Ask] = {**_REQUESTS, **{action: _acting(action) for action in _ACTIONS}}
"""What request puts a value where."""


def _settings(standin: StandIn, folder: str) -> PrivacySettings:
    terms = {
        "hosts": {standin.host: "US"}, "purposes": ["chat"], "countries": ["US"], "data_categories": ["user", "system"],
        "allow_cleartext": True, "mechanism": {"kr": "28-8(1)3"},
    }  # fmt: skip
    return PrivacySettings(
        controller={"name": "Example", "country": "KR", "contact": "privacy@example.com"},
        purposes={"chat": {"use": "essential.service.ai_inference", "legal_basis": "contract"}},
        recipients={"openai": terms},
        ledger={"directory": folder},
    )


def main(*, protected: bool, streamed: bool) -> None:
    """Play the whole matrix and print what leaked, by position and kind of value."""
    warnings.simplefilter("ignore")
    with ExitStack() as stack:
        openai, ingest = stack.enter_context(openai_standin()), stack.enter_context(sentry_standin())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        more: dict[str, Any] = {"trace_lifecycle": "stream"} if streamed else {"profiles_sample_rate": 1.0}
        sentry_sdk.init(
            ingest.base_url,
            traces_sample_rate=1.0,
            send_default_pii=True,
            enable_logs=True,
            max_value_length=5000,
            # What FastAPI's users get by default, less those integrations that import half of the index.
            auto_enabling_integrations=False,
            integrations=[StarletteIntegration(), FastApiIntegration(), HttpxIntegration(), OpenAIIntegration()],
            **more,
        )
        app = _app(openai)
        if protected:
            app.add_middleware(PrivacyMiddleware, runtime=Runtime(_settings(openai, folder)))
        client = stack.enter_context(TestClient(app, raise_server_exceptions=False))
        result: dict[str, dict[str, bool | None]] = {}
        for position, ask in POSITIONS.items():
            found: dict[str, bool | None] = {}
            for kind, value in VALUES.items():
                ingest.clear()
                client.post(**ask(value))
                sentry_sdk.flush(5)
                found[kind] = leaked(kind, ingest.everything()) if ingest.received else None
            result[position] = found
        print(json.dumps(result))  # read by the test that started this program


if __name__ == "__main__":
    main(protected=sys.argv[1] == "on", streamed=sys.argv[2] == "streamed")
