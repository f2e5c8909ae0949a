"""Positions in log records."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.requests import Request

from tests.leaks.sdks import Act, Sdks

__all__ = ["LOG", "fail"]

logger = logging.getLogger("leaks")


def fail(value: str) -> None:
    """Raise an error with a value in its text and in a local variable, which reports would carry."""
    customer = value  # noqa: F841 - a local variable that reports would carry
    raise LookupError(f"nothing found for {value}")


async def _exception(value: str, _: Request, __: Sdks) -> None:
    try:
        fail(value)
    except LookupError:
        logger.exception("failed")


async def _chained(value: str, _: Request, __: Sdks) -> None:
    try:
        try:
            fail(value)
        except LookupError as error:
            raise RuntimeError("while answering") from error
    except RuntimeError:
        logger.exception("failed")


async def _body(_: str, request: Request, __: Sdks) -> None:
    logger.info("body %r", await request.body())


async def _parsed_body(_: str, request: Request, __: Sdks) -> None:
    logger.info("body %s", await request.json())


def _log(act: Callable[[str, Request], None]) -> Act:
    async def run(value: str, request: Request, _: Sdks) -> None:
        act(value, request)

    return run


LOG: dict[str, Act] = {
    "message": _log(lambda value, _: logger.info(f"about {value}")),  # noqa: G004
    "argument": _log(lambda value, _: logger.info("about %s and %r", value, {"v": value})),
    "extra": _log(lambda value, _: logger.info("about", extra={"note": {"deep": [value]}})),
    "exception": _exception,
    "chained exception": _chained,
    "header": _log(lambda _, request: logger.info("header %s", request.headers["x-value"])),
    "query": _log(lambda _, request: logger.info("query %s", request.url.query)),
    "path": _log(lambda _, request: logger.info("path %s", request.scope["raw_path"].decode())),
    "cookie": _log(lambda _, request: logger.info("cookie %s", request.headers["cookie"])),
    "body": _body,
    "parsed body": _parsed_body,
}
