"""Positions in PostHog's events and requests for flags, of both of its clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from tests.leaks.sdks import Act, Sdks

__all__ = ["POSTHOG"]

_HAPPENED: dict[str, Any] = {"event": "happened", "distinct_id": "1"}
_ASKS: dict[str, Any] = {"distinct_id": "1"}

Members = Callable[[str], dict[str, Any]]


def _capture(members: Members) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        sdks.posthog.capture(**(_HAPPENED | members(value)))

    return run


def _flags(members: Members) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        sdks.posthog.get_all_flags(**(_ASKS | members(value)))

    return run


def _capture_async(members: Members) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        sdks.posthog_async.capture(**(_HAPPENED | members(value)))
        await sdks.posthog_async.flush()

    return run


def _flags_async(members: Members) -> Act:
    async def run(value: str, _: Request, sdks: Sdks) -> None:
        await sdks.posthog_async.evaluate_flags(**(_ASKS | members(value)))

    return run


async def _group(value: str, _: Request, sdks: Sdks) -> None:
    sdks.posthog.group_identify("company", value, {"note": value})


async def _alias(value: str, _: Request, sdks: Sdks) -> None:
    sdks.posthog.alias(value, "2")


_EVENT: dict[str, Members] = {
    "property": lambda value: {"properties": {"note": f"about {value}"}},
    "nested property": lambda value: {"properties": {"form": [{"note": value}]}},
    "distinct id": lambda value: {"distinct_id": value},
    "event name": lambda value: {"event": f"seen {value}"},
    "group value": lambda value: {"groups": {"company": value}},
    "page": lambda value: {"properties": {"$current_url": f"https://app.example.com/?for={value}"}},
}
_ASKED: dict[str, Members] = {
    "distinct id": lambda value: {"distinct_id": value},
    "person": lambda value: {"person_properties": {"note": value}},
    "group value": lambda value: {"groups": {"company": value}},
    "group property": lambda value: {"groups": {"company": "c"}, "group_properties": {"company": {"note": value}}},
}

POSTHOG: dict[str, Act] = {
    **{position: _capture(members) for position, members in _EVENT.items()},
    "person": _capture(lambda value: {"properties": {"$set": {"note": value}, "$set_once": {"first_note": value}}}),
    "group": _group,
    "alias": _alias,
    **{f"flags, {position}": _flags(members) for position, members in _ASKED.items()},
    **{f"{position}, async": _capture_async(members) for position, members in _EVENT.items()},
    **{f"flags, {position}, async": _flags_async(members) for position, members in _ASKED.items()},
}
