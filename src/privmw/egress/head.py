"""The headers of a request: which go out, and what in them is text.

All but credentials is. What HTTP libraries and SDKs write themselves an app may write too, so it is searched as well, but
as one text without the headers' names: these promise numbers and ids of machines, and would make values of them.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple

from privmw.egress.leaves import Leaves

__all__ = ["collect_headers"]

_PROPAGATION = frozenset({"baggage", "tracestate", "sentry-trace"})
"""Headers that tracing adds for the app's own services: baggage may hold anything, user ids included."""

# Credentials for the recipient itself, and what frames the body and names the host; without them no call would succeed.
_NOT_TEXT = frozenset({
    "authorization", "proxy-authorization", "x-api-key", "api-key", "xi-api-key", "x-goog-api-key",
    "x-amz-security-token", "x-amz-date", "x-amz-content-sha256", "host", "content-length", "transfer-encoding",
})  # fmt: skip
_USUAL = frozenset({
    "accept", "accept-encoding", "accept-language", "connection", "content-type", "content-encoding", "user-agent",
    "te", "expect", "date", "traceparent", "x-request-id", "idempotency-key", "anthropic-version", "anthropic-beta",
    "openai-organization", "openai-project", "openai-beta", "x-goog-api-client", "x-goog-user-project",
    "if-none-match", "range",
})  # fmt: skip
_USUAL_PREFIXES = ("x-stainless-", "x-fern-", "sec-", "x-sentry-")

_BETWEEN = "\n~~\n"  # no value has line ends, and no number goes on over it


class _Layout(NamedTuple):
    keep: tuple[int, ...]
    usual: tuple[int, ...]
    own: tuple[int, ...]
    cookies: tuple[int, ...]


@lru_cache(maxsize=256)
def _layout_of(lower: tuple[str, ...]) -> _Layout:
    """Positions of the headers that go out and, counted among them, of those that are text; SDKs repeat themselves."""
    keep = tuple(at for at, name in enumerate(lower) if name not in _PROPAGATION)
    usual, own, cookies = [], [], []
    for at, name in enumerate(lower[place] for place in keep):
        if name in _USUAL or name.startswith(_USUAL_PREFIXES):
            usual.append(at)
        elif name == "cookie":
            cookies.append(at)
        elif name not in _NOT_TEXT:
            own.append(at)
    return _Layout(keep, tuple(usual), tuple(own), tuple(cookies))


def collect_headers(
    headers: list[tuple[str, str]], lower: list[str], leaves: Leaves
) -> tuple[list[tuple[str, str]], list[str]]:
    """Hand the texts of headers to the leaves.

    Args:
        headers: Names and values in order.
        lower: The names in lower case.
        leaves: Takes the texts.

    Returns:
        The headers that go out, which are rewritten in place, and their names in lower case.
    """
    keep, usual, own, cookies = _layout_of(tuple(lower))
    out = [headers[at] for at in keep]
    if usual:
        joined = _BETWEEN.join([out[at][1] for at in usual])
        leaves.add(joined, partial(_put_joined, out, usual), ("header",), prose=False)
    for at in own:
        leaves.add(out[at][1], partial(_put, out, at), ("header",), out[at][0], prose=False)
    for at in cookies:
        _collect_cookies(out, at, leaves)
    return out, [lower[at] for at in keep]


def _put(headers: list[tuple[str, str]], at: int, value: str) -> None:
    headers[at] = (headers[at][0], value)


def _put_joined(headers: list[tuple[str, str]], places: tuple[int, ...], joined: str) -> None:
    for at, value in zip(places, joined.split(_BETWEEN), strict=True):
        headers[at] = (headers[at][0], value)


def _collect_cookies(headers: list[tuple[str, str]], at: int, leaves: Leaves) -> None:
    """Names and values one by one: a session of the recipient stays, a value that anyone would know does not."""
    name = headers[at][0]
    pieces = [part for pair in headers[at][1].split(";") for part in pair.partition("=")]

    def put(place: int, text: str) -> None:
        pieces[place] = text
        pairs = ["".join(pieces[start : start + 3]) for start in range(0, len(pieces), 3)]
        headers[at] = (name, ";".join(pairs))

    for place, piece in enumerate(pieces):
        if place % 3 != 1 and piece:
            leaves.add(piece, partial(put, place), ("header",), prose=False)
