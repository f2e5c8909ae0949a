"""What a request is from its outside: in-process, loopback, an AI endpoint, signed; and which headers are text."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from weakref import WeakKeyDictionary

from privmw.egress.outgoing import Outgoing

__all__ = ["endpoint_of", "is_in_process", "is_loopback", "is_signed", "layout_of"]

# (package, class): transports that call an app or a function in this very process.
_IN_PROCESS = frozenset({
    ("httpx", "ASGITransport"), ("httpx", "WSGITransport"), ("httpx", "MockTransport"),
    ("httpx2", "ASGITransport"), ("httpx2", "WSGITransport"), ("httpx2", "MockTransport"),
    ("starlette", "_TestClientTransport"),
})  # fmt: skip

# What endpoint of which dialect a path names; the operation is OpenTelemetry's `gen_ai.operation.name`.
_ENDPOINTS = (
    (r"/chat/completions|/v2/chat|/converse(?:-stream)?", "chat"),
    (r"/responses|/conversations|/v1/messages(?:/count_tokens|/batches)?|/interactions", "chat"),
    (r"/completions|/fim", "text_completion"),
    (r"(?i::(?:stream)?generateContent)", "generate_content"),
    (r"(?i:/embeddings|/v2/embed|:(?:batch)?EmbedContents?)", "embeddings"),
)
_ENDPOINT = re.compile(rf"(?:{'|'.join(f'({pattern})' for pattern, _ in _ENDPOINTS)})\Z")
_OPERATIONS = tuple(operation for _, operation in _ENDPOINTS)

_STAYS: WeakKeyDictionary[type, bool] = WeakKeyDictionary()

_PROPAGATION = frozenset({"baggage", "tracestate", "sentry-trace"})
"""Headers that tracing adds for the app's own services: baggage may hold anything, user ids included."""

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
    kind = type(transport)
    stays = _STAYS.get(kind)
    if stays is None:
        stays = any((base.__module__.partition(".")[0], base.__name__) in _IN_PROCESS for base in kind.__mro__)
        _STAYS[kind] = stays
    return stays


@lru_cache(maxsize=1024)
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
    found = _ENDPOINT.search(path)
    return _OPERATIONS[found.lastindex - 1] if found is not None and found.lastindex else None


def is_signed(outgoing: Outgoing) -> bool:
    """Whether a signature over the request was computed already (AWS Signature Version 4), so nothing may change."""
    return "X-Amz-Signature=" in outgoing.query or outgoing.header("authorization").startswith("AWS4-")


@lru_cache(maxsize=256)
def layout_of(lower: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Which headers go out, and which of those the app chose the values of; an SDK sends the same ones each time.

    Args:
        lower: Names of the headers in lower case, in order.

    Returns:
        Positions of the headers that go out, and, counted among them, of those whose values may hold anything.
    """
    keep = tuple(at for at, name in enumerate(lower) if name not in _PROPAGATION)
    kept = [lower[at] for at in keep]
    texts = [at for at, name in enumerate(kept) if name not in _NOT_TEXT and not name.startswith(_NOT_TEXT_PREFIXES)]
    return keep, tuple(texts)
