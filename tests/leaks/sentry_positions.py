"""Positions in what an app hands to Sentry itself; what its integrations collect is in ``sentry_app``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sentry_sdk
from starlette.requests import Request

from tests.leaks.log_positions import fail
from tests.leaks.sdks import Act, Sdks

__all__ = ["SENTRY"]


async def _exception(value: str, _: Request, __: Sdks) -> None:
    try:
        fail(value)
    except LookupError as error:
        sentry_sdk.capture_exception(error)


def _scoped(set_up: Callable[[Any, str], Any]) -> Act:
    async def run(value: str, _: Request, __: Sdks) -> None:
        with sentry_sdk.new_scope() as scope:
            set_up(scope, value)
            scope.capture_message("hello")

    return run


async def _request(_: str, request: Request, __: Sdks) -> None:
    sentry_sdk.capture_message(f"seen at {request.url} with {dict(request.headers)}")


async def _body(_: str, request: Request, __: Sdks) -> None:
    sentry_sdk.capture_message(f"got {await request.body()!r}")


SENTRY: dict[str, Act] = {
    "message": _scoped(lambda scope, value: scope.capture_message(f"about {value}")),
    "exception and locals": _exception,
    "user": _scoped(lambda scope, value: scope.set_user({"id": value, "email": value, "username": value})),
    "tag": _scoped(lambda scope, value: scope.set_tag("note", value)),
    "context": _scoped(lambda scope, value: scope.set_context("order", {"note": [value]})),
    "breadcrumb": _scoped(lambda scope, value: scope.add_breadcrumb({"message": value, "data": {"note": value}})),
    "url-and-headers": _request,
    "body": _body,
}
