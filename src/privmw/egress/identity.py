"""What a request is from its outside: in-process, loopback, an AI endpoint, signed; and which headers are text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

__all__ = ["endpoint_of", "is_in_process", "is_loopback", "is_signed", "strip_propagation", "text_headers"]

# (package, class): transports that call an app or a function in this very process.
_IN_PROCESS = frozenset({
    ("httpx", "ASGITransport"), ("httpx", "WSGITransport"), ("httpx", "MockTransport"),
    ("httpx2", "ASGITransport"), ("httpx2", "WSGITransport"), ("httpx2", "MockTransport"),
    ("starlette", "_TestClientTransport"),
})  # fmt: skip

# What endpoint of which dialect a path names; the operation is OpenTelemetry's `gen_ai.operation.name`.
_ENDPOINTS = (
    (re.compile(r"/chat/completions\Z|/v2/chat\Z|/converse(?:-stream)?\Z"), "chat"),
    (re.compile(r"/responses\Z|/conversations\Z|/v1/messages(?:/count_tokens|/batches)?\Z|/interactions\Z"), "chat"),
    (re.compile(r"/completions\Z|/fim\Z"), "text_completion"),
    (re.compile(r":(?:stream)?generateContent\Z", re.IGNORECASE), "generate_content"),
    (re.compile(r"/embeddings\Z|/v2/embed\Z|:(?:batch)?EmbedContents?\Z", re.IGNORECASE), "embeddings"),
)

_PROPAGATION = frozenset({"baggage", "tracestate", "sentry-trace"})

# Credentials for the recipient itself, and headers that HTTP and SDKs write; all others are the app's own.
_NOT_TEXT = frozenset({
    "authorization", "proxy-authorization", "x-api-key", "api-key", "xi-api-key", "x-goog-api-key", "cookie", "host",
    "accept", "accept-encoding", "accept-language", "connection", "content-type", "content-length", "content-encoding",
    "transfer-encoding", "user-agent", "te", "expect", "date", "traceparent", "x-request-id", "idempotency-key",
    "anthropic-version", "anthropic-beta", "openai-organization", "openai-project", "openai-beta", "x-goog-api-client",
    "x-goog-user-project", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "if-none-match", "range",
})  # fmt: skip
_NOT_TEXT_PREFIXES = ("x-stainless-", "x-fern-", "sec-", "x-sentry-")


def is_in_process(transport: object) -> bool:
    """Whether a transport (or a class it derives from) stays inside this process, as test clients do."""
    return any((kind.__module__.partition(".")[0], kind.__name__) in _IN_PROCESS for kind in type(transport).__mro__)


def is_loopback(host: str) -> bool:
    """Whether a host can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, section 6.3
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def endpoint_of(path: str) -> str | None:
    """The operation of a known AI endpoint, on whatever host; ``None`` for any other path."""
    return next((operation for pattern, operation in _ENDPOINTS if pattern.search(path)), None)


def is_signed(headers: Iterable[tuple[str, str]], query: str) -> bool:
    """Whether a signature over the request was computed already (AWS Signature Version 4), so nothing may change."""
    if "X-Amz-Signature=" in query:
        return True
    return any(name.lower() == "authorization" and value.startswith("AWS4-") for name, value in headers)


def strip_propagation(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers without what tracing adds for the app's own services: baggage may hold anything, user ids included."""
    return [(name, value) for name, value in headers if name.lower() not in _PROPAGATION]


def text_headers(headers: list[tuple[str, str]]) -> list[int]:
    """Positions of the headers whose values the app chose."""
    return [
        at
        for at, (name, _) in enumerate(headers)
        if (lower := name.lower()) not in _NOT_TEXT and not lower.startswith(_NOT_TEXT_PREFIXES)
    ]
