"""Refusals as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import orjson
from starlette.types import Message, Send

from privmw.errors import TransferDenied

__all__ = ["find_denial", "problem", "send_problem"]


def find_denial(error: BaseException) -> TransferDenied | None:
    """The denial in an exception's chain of causes, contexts and groups, or ``None``."""
    pending, seen = [error], set[int]()
    while pending:
        current = pending.pop()
        if isinstance(current, TransferDenied):
            return current
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, BaseExceptionGroup):
            pending.extend(current.exceptions)
        pending.extend(linked for linked in (current.__cause__, current.__context__) if linked is not None)
    return None


def problem(denial: TransferDenied) -> dict[str, str | int]:
    """What the caller of the app is told: why, which feature is affected, and what to do instead."""
    told: dict[str, str | int | None] = {
        "type": f"urn:privmw:denied:{denial.reason_code}",
        "title": "This would send data in a way the privacy policy does not allow",
        "status": 403,
        "reason": denial.reason_code,
        "purpose": denial.purpose,
        "feature": denial.feature,
        "alternative": denial.alternative,
    }
    return {key: value for key, value in told.items() if value is not None}


async def send_problem(send: Send, status: int, body: dict[str, str | int]) -> None:
    """Send a whole problem response."""
    content = orjson.dumps(body)
    start: Message = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(content)).encode("ascii")),
            (b"cache-control", b"no-store"),
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": content})
