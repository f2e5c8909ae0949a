"""Positions in calls of AI providers, by the SDKs of OpenAI and Anthropic, synchronous, asynchronous and streamed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import openai
from starlette.requests import Request

from tests.leaks.sdks import Act, Sdks, in_thread

__all__ = ["ANTHROPIC", "OPENAI"]

GPT = "gpt-5-mini"
CLAUDE = "claude-sonnet-4-6"
Members = Callable[[str], dict[str, Any]]


def _said(value: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": f"about {value}"}]}


def _cookie(value: str) -> dict[str, Any]:
    return {"extra_headers": {"Cookie": f"session=1; who={quote(value)}; last=2"}}


def _usual_headers(value: str) -> dict[str, Any]:
    names = ("User-Agent", "Idempotency-Key", "X-Request-Id", "X-Stainless-Helper", "Accept-Language")
    return {"extra_headers": dict.fromkeys(names, f"a {value}")}


def _openai(members: Members) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        body: dict[str, Any] = {"model": GPT, "messages": [{"role": "user", "content": "hello"}]}
        await sdks.openai.chat.completions.create(**(body | members(value)))

    return run


async def _responses(value: str, _: Request, sdks: Sdks) -> None:
    await sdks.openai.responses.create(model=GPT, instructions=f"About {value}", input=f"Write to {value}")


async def _streamed(value: str, _: Request, sdks: Sdks) -> None:
    body: Any = _said(value)
    async for _chunk in await sdks.openai.chat.completions.create(model=GPT, stream=True, **body):
        pass


async def _path(value: str, _: Request, sdks: Sdks) -> None:
    with suppress(openai.NotFoundError):  # the stand-in has no such place
        await sdks.openai.post(f"/users/{quote(value, safe='')}/notes", cast_to=object, body={"note": "hello"})


async def _file(value: str, _: Request, sdks: Sdks) -> None:
    await sdks.openai.files.create(file=("notes", f"about {value}".encode()), purpose="user_data")


async def _batch(value: str, _: Request, sdks: Sdks) -> None:
    line = json.dumps({"custom_id": value, "body": {"model": GPT, **_said(value)}})
    await sdks.openai.files.create(file=("batch.jsonl", f"{line}\n{line}\n".encode()), purpose="batch")


async def _file_name(value: str, _: Request, sdks: Sdks) -> None:
    await sdks.openai.files.create(file=(f"{value}.bin", b"\0"), purpose="user_data")


async def _embedding(value: str, _: Request, sdks: Sdks) -> None:
    await sdks.openai.embeddings.create(model="embed", input=[f"about {value}"])


async def _image(value: str, _: Request, sdks: Sdks) -> None:
    await sdks.openai.images.generate(model="image", prompt=f"a card for {value}")


def _sync(value: str, sdks: Sdks) -> None:
    body: Any = _said(value) | {"user": value}
    sdks.openai_sync.chat.completions.create(model=GPT, **body)


def _sync_streamed(value: str, sdks: Sdks) -> None:
    with sdks.openai_sync.responses.create(model=GPT, input=f"Write to {value}", stream=True) as stream:
        for _event in stream:
            pass


def _history(value: str) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": json.dumps({"who": value})}}
    return {
        "messages": [
            {"role": "user", "content": "find it"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": f"found {value}"},
        ]
    }


def _tool(value: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {"who": {"type": "string", "default": value, "enum": [value]}}}
    function = {"name": "find", "description": f"Finds {value}", "parameters": parameters}
    return {"tools": [{"type": "function", "function": function}]}


def _parts(value: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": value}]}]}


def _data_uri(value: str) -> dict[str, Any]:
    data = base64.b64encode(f"about {value}".encode()).decode()
    file = {"filename": "a.bin", "file_data": f"data:application/octet-stream;base64,{data}"}
    return {"messages": [{"role": "user", "content": [{"type": "file", "file": file}]}]}


OPENAI: dict[str, Act] = {
    "prompt": _openai(_said),
    "system prompt": _openai(lambda value: {"messages": [{"role": "system", "content": f"You serve {value}"}]}),
    "content parts": _openai(_parts),
    "tool arguments and results": _openai(_history),
    "tool schema": _openai(_tool),
    "metadata": _openai(lambda value: {"metadata": {"customer": value}}),
    "user": _openai(lambda value: {"user": value, "safety_identifier": value}),
    "unknown member": _openai(lambda value: {"extra_body": {"anything": {"deep": [value]}}}),
    "header": _openai(lambda value: {"extra_headers": {"x-customer": value}}),
    "usual headers": _openai(_usual_headers),
    "cookie": _openai(_cookie),
    "query": _openai(lambda value: {"extra_query": {"for": value}}),
    "query name": _openai(lambda value: {"extra_query": {value: "1"}}),
    "path": _path,
    "streamed": _streamed,
    "responses": _responses,
    "file": _file,
    "file name": _file_name,
    "batch": _batch,
    "data uri": _openai(_data_uri),
    "embedding": _embedding,
    "image prompt": _image,
    "sync": in_thread(_sync),
    "sync streamed": in_thread(_sync_streamed),
}


def _body(members: dict[str, Any]) -> dict[str, Any]:
    return {"model": CLAUDE, "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}]} | members


def _anthropic(members: Members) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        await sdks.anthropic.messages.create(**_body(members(value)))

    return run


async def _message_streamed(value: str, _: Request, sdks: Sdks) -> None:
    async with sdks.anthropic.messages.stream(**_body(_said(value))) as stream:
        await stream.get_final_message()


async def _upload(value: str, _: Request, sdks: Sdks) -> None:
    await sdks.anthropic.beta.files.upload(file=("notes", f"about {value}".encode()))


def _message_sync(value: str, sdks: Sdks) -> None:
    sdks.anthropic_sync.messages.create(**_body(_said(value)))


def _message_sync_streamed(value: str, sdks: Sdks) -> None:
    with sdks.anthropic_sync.messages.stream(**_body(_said(value))) as stream:
        stream.get_final_message()


def _tool_use(value: str) -> dict[str, Any]:
    use = {"type": "tool_use", "id": "t1", "name": "find", "input": {"who": value}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": f"found {value}"}]}
    return {
        "messages": [
            {"role": "user", "content": "find it"},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result]},
        ]
    }


ANTHROPIC: dict[str, Act] = {
    "prompt": _anthropic(_said),
    "system prompt": _anthropic(lambda value: {"system": [{"type": "text", "text": f"You serve {value}"}]}),
    "tool input and result": _anthropic(_tool_use),
    "metadata": _anthropic(lambda value: {"metadata": {"user_id": value}}),
    "stop sequence": _anthropic(lambda value: {"stop_sequences": [value]}),
    "header": _anthropic(lambda value: {"extra_headers": {"x-customer": value}}),
    "usual headers": _anthropic(_usual_headers),
    "cookie": _anthropic(_cookie),
    "query": _anthropic(lambda value: {"extra_query": {"for": value}}),
    "file": _upload,
    "streamed": _message_streamed,
    "sync": in_thread(_message_sync),
    "sync streamed": in_thread(_message_sync_streamed),
}
