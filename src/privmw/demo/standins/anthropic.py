"""An Anthropic-shaped stand-in: messages, plain and streamed, text and tool use, files; its model repeats the user."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from privmw.demo.standins.files import file_reply
from privmw.demo.standins.pieces import Cut, event, user_text
from privmw.demo.standins.server import Received, Reply, StandIn

__all__ = ["anthropic_standin"]


def anthropic_standin(cut: Cut | None = None) -> StandIn:
    """Make a stand-in for api.anthropic.com.

    Args:
        cut: How streamed answers are cut.
    """
    used = cut or Cut()

    def answer(received: Received) -> Reply:
        path = received.target.split("?")[0]
        if received.method == "GET":
            return _json({"data": [], "has_more": False})
        if path.endswith("/files"):
            return file_reply(received)
        body = received.json()
        if path.endswith("/messages/count_tokens"):
            return _json({"input_tokens": 42})
        if not path.endswith("/messages"):
            return _json({"type": "error", "error": {"type": "not_found_error", "message": "no such path"}}, 404)
        if body.get("stream"):
            return Reply(used.chunks(_events(body, used)), content_type="text/event-stream; charset=utf-8")
        return _json(_message(body))

    return StandIn("anthropic", answer)


def _json(value: dict[str, Any], status: int = 200) -> Reply:
    return Reply(json.dumps(value, ensure_ascii=False).encode(), status)


def _message(body: dict[str, Any]) -> dict[str, Any]:
    texts = [user_text(m.get("content")) for m in body.get("messages", [])]
    text = f"You wrote: {texts[-1] if texts else ''}"
    block: dict[str, Any] = {"type": "text", "text": text, "citations": None}
    if body.get("tools"):
        block = {"type": "tool_use", "id": "toolu_1", "name": body["tools"][0]["name"]}
        block["input"] = {"recipient": "support", "note": text}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body.get("model"),
        "content": [block],
        "stop_reason": "tool_use" if body.get("tools") else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 42, "output_tokens": 17},
    }


def _events(body: dict[str, Any], cut: Cut) -> Iterator[bytes]:
    def send(kind: str, **members: Any) -> bytes:
        return event({"type": kind, **members}, kind)

    whole = _message(body)
    block = whole["content"][0]
    yield send("message_start", message={**whole, "content": [], "stop_reason": None})
    if block["type"] == "tool_use":
        yield send("content_block_start", index=0, content_block={**block, "input": {}})
        yield send("ping")
        for piece in cut.pieces(json.dumps(block["input"], ensure_ascii=False)):
            yield send("content_block_delta", index=0, delta={"type": "input_json_delta", "partial_json": piece})
    else:
        yield send("content_block_start", index=0, content_block={"type": "text", "text": ""})
        yield send("ping")
        for piece in cut.pieces(block["text"]):
            yield send("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    yield send("content_block_stop", index=0)
    stop = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield send("message_delta", delta=stop, usage={"output_tokens": 17})
    yield send("message_stop")
