"""The leak matrix as data: made-up values, and the places of an app where each can stand."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import sentry_sdk
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from posthog import Posthog
from starlette.requests import Request

VALUES = {
    "name": "Mirae Seong",
    "identified e-mail": "mirae.seong@example.org",
    "identified phone": "010-4821-7735",
    "somebody else's e-mail": "ivo.brandt@example.net",
    "phone": "+82 10-9931-0042",
    "card": "4111 1111 1111 1111",
    "IBAN": "DE89 3704 0044 0532 0130 00",
    "IPv4": "203.0.113.77",
    "IPv6": "2001:db8:85a3::8a2e:370:7334",
    "KR RRN": "900214-2345671",
    "KR FRN": "900214-6345672",
    "US SSN": "219-09-9999",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "OpenAI key": "sk-proj-" + "Zq3v9LmT4xWc7RbN2kHs8PdY6fGj1VuA5eQoXzCiB0MtKlWnSrEhJyUa",
    "URL credentials": "https://deploy:" + "Hq7vR2mZ9x@db.example.com/prod",
}
"""Values by what they are. The first three belong to the identified data subject."""

# What must not arrive of a value whose remainder may: of a URL only the userinfo is a secret.
SECRET_PART = {"URL credentials": "deploy:Hq7vR2mZ9x"}


@dataclass
class Sdks:
    """The real SDKs, pointed at the stand-ins."""

    openai: AsyncOpenAI
    anthropic: AsyncAnthropic
    posthog: Posthog


Act = Callable[[str, Request, Sdks], Awaitable[Any]]
logger = logging.getLogger("leaks")


def _fail(value: str) -> None:
    customer = value  # noqa: F841 - a local variable that reports would carry
    raise LookupError(f"nothing found for {value}")


async def _log_exception(value: str, _: Request, __: Sdks) -> None:
    try:
        _fail(value)
    except LookupError:
        logger.exception("failed")


async def _log_chained(value: str, _: Request, __: Sdks) -> None:
    try:
        try:
            _fail(value)
        except LookupError as error:
            raise RuntimeError("while answering") from error
    except RuntimeError:
        logger.exception("failed")


def _log(act: Callable[[str, Request], None]) -> Act:
    async def run(value: str, request: Request, _: Sdks) -> None:
        act(value, request)

    return run


async def _sentry_exception(value: str, _: Request, __: Sdks) -> None:
    try:
        _fail(value)
    except LookupError as error:
        sentry_sdk.capture_exception(error)


def _sentry(set_up: Callable[[Any, str], Any]) -> Act:
    async def run(value: str, _: Request, __: Sdks) -> None:
        with sentry_sdk.new_scope() as scope:
            set_up(scope, value)
            scope.capture_message("hello")

    return run


async def _sentry_request(value: str, request: Request, _: Sdks) -> None:
    sentry_sdk.capture_message(f"seen at {request.url} with {dict(request.headers)}")


async def _chat(sdks: Sdks, **changes: Any) -> None:
    body: dict[str, Any] = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "hello"}]} | changes
    await sdks.openai.chat.completions.create(**body)


def _openai(body: Callable[[str], dict[str, Any]]) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        await _chat(sdks, **body(value))

    return run


async def _openai_responses(value: str, _: Request, sdks: Sdks) -> None:
    await sdks.openai.responses.create(model="gpt-5-mini", instructions=f"About {value}", input=f"Write to {value}")


async def _openai_stream(value: str, _: Request, sdks: Sdks) -> None:
    messages: Any = [{"role": "user", "content": f"about {value}"}]
    async for _chunk in await sdks.openai.chat.completions.create(model="gpt-5-mini", messages=messages, stream=True):
        pass


def _history(value: str) -> list[dict[str, Any]]:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": json.dumps({"who": value})}}
    return [
        {"role": "user", "content": "find it"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": f"found {value}"},
    ]


def _tool(value: str) -> list[dict[str, Any]]:
    parameters = {"type": "object", "properties": {"who": {"type": "string", "default": value, "enum": [value]}}}
    return [
        {"type": "function", "function": {"name": "find", "description": f"Finds {value}", "parameters": parameters}}
    ]


def _anthropic(changes: Callable[[str], dict[str, Any]]) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        body: dict[str, Any] = {
            "model": "claude-sonnet-4-6",
            "max_tokens": 100,
            "messages": [{"role": "user", "content": "hello"}],
        }
        await sdks.anthropic.messages.create(**(body | changes(value)))

    return run


def _anthropic_history(value: str) -> dict[str, Any]:
    use = {"type": "tool_use", "id": "t1", "name": "find", "input": {"who": value}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": f"found {value}"}]}
    return {
        "messages": [
            {"role": "user", "content": "find it"},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result]},
        ]
    }


def _posthog(properties: Callable[[str], dict[str, Any]], *, distinct_id: str | None = "1") -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        sdks.posthog.capture("happened", distinct_id=distinct_id or value, properties=properties(value))

    return run


POSITIONS: dict[str, dict[str, Act]] = {
    "log": {
        "message": _log(lambda value, _: logger.info(f"about {value}")),  # noqa: G004
        "argument": _log(lambda value, _: logger.info("about %s and %r", value, {"v": value})),
        "extra": _log(lambda value, _: logger.info("about", extra={"note": {"deep": [value]}})),
        "exception": _log_exception,
        "chained exception": _log_chained,
        "header": _log(lambda _, request: logger.info("header %s", request.headers["x-value"])),
        "query": _log(lambda _, request: logger.info("query %s", request.url.query)),
        "path": _log(lambda _, request: logger.info("path %s", request.scope["raw_path"].decode())),
        "cookie": _log(lambda _, request: logger.info("cookie %s", request.headers["cookie"])),
    },
    "sentry": {
        "message": _sentry(lambda scope, value: scope.capture_message(f"about {value}")),
        "exception and locals": _sentry_exception,
        "user": _sentry(lambda scope, value: scope.set_user({"id": value, "email": value, "username": value})),
        "tag": _sentry(lambda scope, value: scope.set_tag("note", value)),
        "context": _sentry(lambda scope, value: scope.set_context("order", {"note": [value]})),
        "breadcrumb": _sentry(lambda scope, value: scope.add_breadcrumb({"message": value, "data": {"note": value}})),
        "url-and-headers": _sentry_request,
    },
    "openai": {
        "prompt": _openai(lambda value: {"messages": [{"role": "user", "content": f"about {value}"}]}),
        "system prompt": _openai(lambda value: {"messages": [{"role": "system", "content": f"You serve {value}"}]}),
        "content parts": _openai(
            lambda value: {"messages": [{"role": "user", "content": [{"type": "text", "text": value}]}]}
        ),
        "tool arguments and results": _openai(lambda value: {"messages": _history(value)}),
        "tool schema": _openai(lambda value: {"tools": _tool(value)}),
        "metadata": _openai(lambda value: {"metadata": {"customer": value}}),
        "user": _openai(lambda value: {"user": value, "safety_identifier": value}),
        "unknown member": _openai(lambda value: {"extra_body": {"anything": {"deep": [value]}}}),
        "header": _openai(lambda value: {"extra_headers": {"x-customer": value}}),
        "streamed": _openai_stream,
        "responses": _openai_responses,
    },
    "anthropic": {
        "prompt": _anthropic(lambda value: {"messages": [{"role": "user", "content": f"about {value}"}]}),
        "system prompt": _anthropic(lambda value: {"system": [{"type": "text", "text": f"You serve {value}"}]}),
        "tool input and result": _anthropic(_anthropic_history),
        "metadata": _anthropic(lambda value: {"metadata": {"user_id": value}}),
        "stop sequence": _anthropic(lambda value: {"stop_sequences": [value]}),
    },
    "posthog": {
        "property": _posthog(lambda value: {"note": f"about {value}"}),
        "nested property": _posthog(lambda value: {"form": [{"note": value}]}),
        "distinct id": _posthog(lambda _: {}, distinct_id=None),
        "person": _posthog(lambda value: {"$set": {"note": value}, "$set_once": {"first_note": value}}),
    },
}
"""By surface, then position: what to do with a value."""


def forms(value: str) -> set[bytes]:
    """The shapes in which a value may lie in captured bytes, lower case."""
    texts = {
        value,
        quote(value),
        quote(value, safe=""),
        quote_plus(value),
        json.dumps(value)[1:-1],
        json.dumps(json.dumps(value))[3:-3],
    }
    found = {text.lower().encode() for text in texts}
    for lead in ("", "a", "aa"):  # base64 of a value differs with its offset in the text around it
        found.add(base64.b64encode((lead + value).encode())[4:-4].lower())
    return found
