"""An OpenAI-shaped stand-in: chat completions, responses, embeddings, images, speech and files, plain and streamed.

Its model repeats what it was told, so that whatever arrived comes back; given tools it calls the first one with that
text as an argument.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from privmw.demo.standins.files import file_reply, is_form
from privmw.demo.standins.pieces import Cut, event, user_text
from privmw.demo.standins.server import Received, Reply, StandIn

__all__ = ["openai_standin"]

_USAGE = {"prompt_tokens": 42, "completion_tokens": 17, "total_tokens": 59}
_RESPONSE_USAGE = {
    "input_tokens": 42,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 17,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 59,
}


def openai_standin(cut: Cut | None = None) -> StandIn:
    """Make a stand-in for api.openai.com and the many that speak its dialect.

    Args:
        cut: How streamed answers are cut.
    """
    model = _Model(cut or Cut())
    return StandIn("openai", model.answer, path="/v1")


def _said(body: dict[str, Any]) -> str:
    messages = body.get("messages") or []
    texts = [user_text(m.get("content")) for m in messages if m.get("role") != "system"]
    return f"You wrote: {texts[-1] if texts else ''}"


def _heard(body: dict[str, Any]) -> str:
    given = body.get("input")
    if isinstance(given, list):
        given = user_text([item for item in given if isinstance(item, dict)][-1:])
    return f"You wrote: {given or ''}"


def _arguments(text: str) -> str:
    return json.dumps({"recipient": "support", "note": text}, ensure_ascii=False)


class _Model:
    def __init__(self, cut: Cut) -> None:
        self._cut = cut

    def answer(self, received: Received) -> Reply:
        path = received.target.split("?")[0]
        if path.endswith(("/images/edits", "/audio/transcriptions")):
            return _json({"created": 1, "text": "done", "data": [{"url": "http://127.0.0.1/image.png"}]})
        if received.method == "GET":
            return _json({"object": "list", "data": []})
        if path.endswith("/files"):
            return file_reply(received)
        if is_form(received):
            return _json({"error": {"message": "no such path", "type": "invalid_request_error"}}, 404)
        body = received.json()
        if path.endswith("/chat/completions"):
            return self._stream(self._chat_events(body)) if body.get("stream") else _json(_chat(body))
        if path.endswith("/responses"):
            return self._stream(self._response_events(body)) if body.get("stream") else _json(_response(body))
        if path.endswith("/embeddings"):
            return _json({"object": "list", "model": body.get("model"), "data": [_embedding()], "usage": _USAGE})
        if path.endswith("/images/generations"):
            return _json({"created": 1, "data": [{"url": "http://127.0.0.1/i.png", "revised_prompt": body["prompt"]}]})
        if path.endswith("/audio/speech"):
            return Reply(b"ID3" + bytes(64), content_type="audio/mpeg")
        return _json({"error": {"message": "no such path", "type": "invalid_request_error"}}, 404)

    def _stream(self, events: Iterator[bytes]) -> Reply:
        return Reply(self._cut.chunks(events), content_type="text/event-stream; charset=utf-8")

    def _chat_events(self, body: dict[str, Any]) -> Iterator[bytes]:
        def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body.get("model")}
            return event({**head, "choices": [choice]})

        text = _said(body)
        yield chunk({"role": "assistant", "content": ""})
        if body.get("tools"):
            function = {"name": body["tools"][0]["function"]["name"], "arguments": ""}
            yield chunk({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]})
            for piece in self._cut.pieces(_arguments(text)):
                yield chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        else:
            for piece in self._cut.pieces(text):
                yield chunk({"content": piece})
        yield chunk({}, "tool_calls" if body.get("tools") else "stop")
        if (body.get("stream_options") or {}).get("include_usage"):
            yield event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": _USAGE})
        yield b"data: [DONE]\n\n"

    def _response_events(self, body: dict[str, Any]) -> Iterator[bytes]:
        whole = _response(body)
        item = whole["output"][0]
        number = iter(range(10**6))

        def send(kind: str, **members: Any) -> bytes:
            return event({"type": kind, "sequence_number": next(number), **members}, kind)

        yield send("response.created", response={**whole, "status": "in_progress", "output": []})
        place: dict[str, Any] = {"item_id": item["id"], "output_index": 0}
        if item["type"] == "function_call":
            yield send("response.output_item.added", output_index=0, item={**item, "arguments": ""})
            for piece in self._cut.pieces(item["arguments"]):
                yield send("response.function_call_arguments.delta", **place, delta=piece)
            yield send("response.function_call_arguments.done", **place, arguments=item["arguments"], name=item["name"])
        else:
            place["content_index"] = 0
            part = item["content"][0]
            yield send("response.output_item.added", output_index=0, item={**item, "content": []})
            yield send("response.content_part.added", **place, part={**part, "text": ""})
            for piece in self._cut.pieces(part["text"]):
                yield send("response.output_text.delta", **place, delta=piece, logprobs=[])
            yield send("response.output_text.done", **place, text=part["text"], logprobs=[])
            yield send("response.content_part.done", **place, part=part)
        yield send("response.output_item.done", output_index=0, item=item)
        yield send("response.completed", response=whole)


def _json(value: dict[str, Any], status: int = 200) -> Reply:
    return Reply(json.dumps(value, ensure_ascii=False).encode(), status)


def _embedding() -> dict[str, Any]:
    return {"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}


def _chat(body: dict[str, Any]) -> dict[str, Any]:
    text = _said(body)
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if body.get("tools"):
        function = {"name": body["tools"][0]["function"]["name"], "arguments": _arguments(text)}
        message = {**message, "content": None}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    finish = "tool_calls" if body.get("tools") else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body.get("model")}
    return {**head, "choices": [choice], "usage": _USAGE}


def _response(body: dict[str, Any]) -> dict[str, Any]:
    text = _heard(body)
    item: dict[str, Any]
    if body.get("tools"):
        item = {"id": "fc_1", "type": "function_call", "status": "completed", "call_id": "call_1"}
        item |= {"name": body["tools"][0]["name"], "arguments": _arguments(text)}
    else:
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
        item = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [part]}
    head = {"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "error": None}
    rest: dict[str, Any] = {
        "instructions": body.get("instructions"),
        "metadata": body.get("metadata") or {},
        "tools": [],
    }
    tail = {"parallel_tool_calls": True, "tool_choice": "auto", "store": body.get("store", True)}
    return {**head, "model": body.get("model"), "output": [item], "usage": _RESPONSE_USAGE, **rest, **tail}
