"""Positions in plain requests to a declared recipient that is no AI provider, by httpx and httpx2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from tests.leaks.sdks import Act, Sdks, in_thread

__all__ = ["HTTP"]

_ORDERS: dict[str, Any] = {"url": "/orders"}

Made = Callable[[str], dict[str, Any]]

_REQUESTS: dict[str, Made] = {
    "body": lambda value: {"json": {"customer": {"note": [value]}}},
    "key in the body": lambda value: {"json": {"by customer": {value: 1}}},
    "form": lambda value: {"data": {"note": value}},
    "multipart": lambda value: {"data": {"note": value}, "files": {"file": ("a.txt", f"about {value}".encode())}},
    "text": lambda value: {"content": f"about {value}".encode(), "headers": {"content-type": "text/plain"}},
    "query": lambda value: {"params": {"note": value}, "json": {}},
    "path": lambda value: {"url": f"/customers/{quote(value, safe='')}/orders", "json": {}},
    "header": lambda value: {"headers": {"x-customer": value, "user-agent": value}, "json": {}},
    "cookie": lambda value: {"headers": {"cookie": f"who={quote(value)}"}, "json": {}},
}


def _async(made: Made) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        await sdks.http.post(**(_ORDERS | made(value)))

    return run


def _sync(made: Made) -> Act:
    def run(value: str, sdks: Sdks) -> None:
        sdks.http_sync.post(**(_ORDERS | made(value)))

    return in_thread(run)


HTTP: dict[str, Act] = {
    **{f"{position}, async": _async(made) for position, made in _REQUESTS.items()},
    **{f"{position}, sync": _sync(made) for position, made in _REQUESTS.items()},
}
