"""The texts of a request's path and query."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl, quote, unquote, urlencode

from privmw.egress.jsonbody import is_name
from privmw.egress.leaves import Leaves

__all__ = ["collect_target"]

# Credentials and signatures for the recipient itself; without them the call would fail.
_CREDENTIALS = frozenset({"key", "api_key", "api-key", "apikey", "access_token", "token", "sig", "signature", "alt"})


def collect_target(target: str, leaves: Leaves, *, ai: bool) -> Callable[[], str]:
    """Hand the texts of a path with query to the leaves.

    Args:
        target: Path and query as they stand in the request line.
        leaves: Takes the texts.
        ai: The path is that of an AI endpoint: segments that are plain names and ids stay.

    Returns:
        A function that gives the target with its texts as they are then.
    """
    path, mark, query = target.partition("?")
    segments = path.split("/")
    changed: list[bool] = []
    for at, segment in enumerate(segments):
        if segment and not (ai and is_name(segment)):
            leaves.add(unquote(segment), partial(_put_segment, segments, at), ("path",), prose=False)
    pairs = [list(pair) for pair in parse_qsl(query, keep_blank_values=True)] if query else []
    for pair in pairs:
        if pair[0].lower() not in _CREDENTIALS and not pair[0].lower().startswith("x-amz-"):
            leaves.add(pair[1], partial(_put_value, pair, changed), ("query",), pair[0], prose=False)

    def render() -> str:
        return "/".join(segments) + mark + (urlencode([(name, value) for name, value in pairs]) if changed else query)

    return render


def _put_segment(segments: list[str], at: int, text: str) -> None:
    segments[at] = quote(text, safe="")


def _put_value(pair: list[str], changed: list[bool], text: str) -> None:
    pair[1] = text
    changed.append(True)
