"""Attributes that can be nobody's, by the semantic conventions: closed enumerations, measured numbers, versions.

Only these are not looked at, and only where the value is of that kind. No attribute is exempt that may hold a text: in
``url.query``, ``db.query.text`` or ``exception.message`` is what people wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["is_structural"]

_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY", "_OTHER"}
)
_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_VERSIONS = frozenset({"1.0", "1.1", "2", "2.0", "3", "3.0"})
_OPERATIONS = frozenset({
    "chat", "create_agent", "embeddings", "execute_tool", "generate_content", "invoke_agent", "text_completion",
})  # fmt: skip
_EVENTS = frozenset({
    "http.request", "http.response.start", "http.response.body", "http.disconnect", "websocket.connect",
    "websocket.accept", "websocket.receive", "websocket.send", "websocket.disconnect", "websocket.close",
})  # fmt: skip

_WORDS: Mapping[str, frozenset[str]] = {
    "asgi.event.type": _EVENTS,
    "exception.escaped": frozenset({"True", "False"}),
    "gen_ai.operation.name": _OPERATIONS,
    "gen_ai.token.type": frozenset({"input", "output"}),
    "http.flavor": _VERSIONS,
    "http.method": _METHODS,
    "http.request.method": _METHODS,
    "http.scheme": _SCHEMES,
    "network.protocol.name": frozenset({"amqp", "http", "mqtt"}),
    "network.protocol.version": _VERSIONS,
    "network.transport": frozenset({"pipe", "quic", "tcp", "udp", "unix"}),
    "network.type": frozenset({"ipv4", "ipv6"}),
    "otel.status_code": frozenset({"OK", "ERROR"}),
    "telemetry.sdk.language": frozenset({"python"}),
    "telemetry.sdk.name": frozenset({"opentelemetry"}),
    "url.scheme": _SCHEMES,
}

_NUMBERS = frozenset({
    "client.port", "code.column.number", "code.line.number", "code.lineno", "db.operation.batch.size",
    "db.response.returned_rows", "gen_ai.request.choice.count", "gen_ai.request.max_tokens", "gen_ai.request.seed",
    "gen_ai.request.top_k", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "http.request.body.size",
    "http.request.resend_count", "http.request.size", "http.request_content_length", "http.response.body.size",
    "http.response.size", "http.response.status_code", "http.response_content_length", "http.status_code",
    "messaging.batch.message_count", "messaging.kafka.offset", "messaging.message.body.size", "net.host.port",
    "net.peer.port", "network.local.port", "network.peer.port", "process.parent_pid", "process.pid",
    "rpc.grpc.status_code", "server.port", "thread.id",
})  # fmt: skip

_VERSION = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){0,3}")


def is_structural(key: str, value: Any) -> bool:
    """Whether an attribute is of a kind that can be nobody's."""
    kind = type(value)
    if kind is str:
        words = _WORDS.get(key)
        if words is not None and value in words:
            return True
        return key.endswith(".version") and _VERSION.fullmatch(value) is not None
    return kind is int and key in _NUMBERS
