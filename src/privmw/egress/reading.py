"""What of a request is looked at: body, target and headers, their texts collected so that they can be put back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from privmw.egress.head import collect_headers
from privmw.egress.identity import endpoint_of
from privmw.egress.leaves import Leaves
from privmw.egress.outgoing import Outgoing
from privmw.egress.payload import Body, Unscannable, read_body
from privmw.egress.provenance import has_manifest
from privmw.egress.target import collect_target

__all__ = ["Reading", "read"]

_LONGEST_MODEL = 128  # a longer name is no name


@dataclass(slots=True)
class Reading:
    """A request with its texts collected.

    Attributes:
        leaves: Its texts.
        content: The body; ``None`` where there is none, or none that can be looked into.
        target: Gives path and query with the texts as they are then.
        headers: Headers that go out, rewritten in place.
        lower: Their names in lower case.
        operation: Operation of a known AI endpoint, or ``None``.
        model: Model asked for, or ``None``.
        size: Bytes of the body as given, or ``None``.
        problem: Why the body cannot be looked into, or ``None``.
        provenance: Whether content that is sent as it is carries a C2PA manifest.
    """

    leaves: Leaves
    content: Body | None
    target: Callable[[], str]
    headers: list[tuple[str, str]]
    lower: list[str]
    operation: str | None
    model: str | None
    size: int | None
    problem: str | None = None
    provenance: bool = False

    def headers_without(self, *dropped: str) -> list[tuple[str, str]]:
        """The headers but those of some (lower-case) names."""
        return [pair for lower, pair in zip(self.lower, self.headers, strict=True) if lower not in dropped]


def read(outgoing: Outgoing, body: bytes | None) -> Reading:
    """Collect the texts of a request.

    Args:
        outgoing: Its head.
        body: The whole body, empty where there is none; ``None`` where it cannot be had.
    """
    operation = endpoint_of(outgoing.path)
    content = problem = model = None
    provenance = False
    if body != b"":
        try:
            content = read_body(
                outgoing.header("content-type"),
                outgoing.header("content-encoding"),
                body,
                ai=operation is not None,
            )
        except Unscannable as error:
            problem = str(error)
            provenance = body is not None and has_manifest(body)
    if content is not None and content.document is not None:
        named = content.document.get("model")
        model = named if isinstance(named, str) and len(named) < _LONGEST_MODEL else None
    leaves = content.leaves if content is not None else Leaves()
    target = collect_target(outgoing.target, leaves, ai=operation is not None)
    headers, lower = collect_headers(outgoing.headers, outgoing.lower, leaves)
    return Reading(
        leaves=leaves,
        content=content,
        target=target,
        headers=headers,
        lower=lower,
        operation=operation,
        model=model,
        size=len(body) if body is not None else None,
        problem=problem,
        provenance=provenance or leaves.provenance,
    )
