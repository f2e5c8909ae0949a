"""What a request is from its outside: in-process, loopback, an AI endpoint, signed."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from weakref import WeakKeyDictionary

from privmw.egress.outgoing import Outgoing

__all__ = ["endpoint_of", "is_in_process", "is_loopback", "is_signed", "speaks_to_a_model"]

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

# What can only be a provider's dialect. The rest of the above (/responses, /messages) may be any service's own path.
_DIALECT = re.compile(
    r"(?:/chat/completions"
    r"|/v\d+(?:beta\d?)?/(?:responses|messages(?:/count_tokens|/batches)?|completions|embeddings)"
    r"|(?i::(?:stream)?generateContent|:(?:batch)?EmbedContents?))\Z"
)

_STAYS: WeakKeyDictionary[type, bool] = WeakKeyDictionary()


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


def speaks_to_a_model(outgoing: Outgoing) -> bool:
    """Whether a request is unmistakably one to a model, even on a host where any service may be."""
    return outgoing.method.upper() == "POST" and _DIALECT.search(outgoing.path) is not None


def is_signed(outgoing: Outgoing) -> bool:
    """Whether a signature over the request was computed already (AWS Signature Version 4), so nothing may change."""
    return "X-Amz-Signature=" in outgoing.query or outgoing.header("authorization").startswith("AWS4-")
