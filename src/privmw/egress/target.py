"""The texts of a request's path and query."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl, quote, unquote, urlencode

from privmw.egress.jsonbody import is_name
from privmw.egress.leaves import Leaves

__all__ = ["collect_target"]

# Credentials and signatures for the recipient itself; without them the call would fail.
_CREDENTIALS = frozenset({"key", "api_key", "api-key", "apikey", "access_token", "token", "sig", "signature", "alt"})
_CREDENTIAL = re.compile(r"[\w.~+/=:-]+", re.ASCII)  # and what one looks like


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
        if not _is_credential(*pair):
            leaves.add(pair[1], partial(_put, pair, 1, changed), ("query",), pair[0], prose=False)
        leaves.add(pair[0], partial(_put, pair, 0, changed), ("query", "*"), prose=False)

    def render() -> str:
        return "/".join(segments) + mark + (urlencode([(name, value) for name, value in pairs]) if changed else query)

    return render


def _is_credential(name: str, value: str) -> bool:
    name = name.lower()
    return (name in _CREDENTIALS or name.startswith("x-amz-")) and _CREDENTIAL.fullmatch(value) is not None


def _put_segment(segments: list[str], at: int, text: str) -> None:
    segments[at] = quote(text, safe="")


def _put(pair: list[str], at: int, changed: list[bool], text: str) -> None:
    pair[at] = text
    changed.append(True)
