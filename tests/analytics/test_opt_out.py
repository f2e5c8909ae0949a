"""Opt-outs through the whole app: what a request's signals do to events and flags, with PostHog declared or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from posthog import AsyncPosthog, Posthog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from privmw import ConsentState, PrivacyMiddleware, PrivacySettings, Runtime, current_context
from privmw.demo.standins import StandIn, posthog_standin

PURPOSE = {"use": "analytics.reporting.product_usage", "legal_basis": "consent"}


@pytest.fixture
def capture() -> Iterator[StandIn]:
    """A PostHog capture endpoint on loopback."""
    with posthog_standin() as standin:
        yield standin


def _settings(capture: StandIn, folder: Path, *, declared: bool) -> PrivacySettings:
    terms = {
        "hosts": {capture.host: "DE"}, "countries": ["DE"], "fixed_purpose": "stats", "mechanism": {"kr": "28-8(1)5"},
        "data_categories": ["user"], "allow_cleartext": True,
    }  # fmt: skip
    declaration: dict[str, Any] = {"purposes": {"stats": PURPOSE}, "recipients": {"posthog": terms}}
    return PrivacySettings(
        controller={"name": "Example", "country": "KR", "contact": "privacy@example.com"},
        ledger={"directory": str(folder / "ledger")},
        **(declaration if declared else {}),
    )


async def _endpoint(request: Request) -> PlainTextResponse:
    who = current_context()
    assert who is not None
    who.consent["stats"] = ConsentState.GIVEN
    who.opt_out |= "account" in request.query_params
    action, host = request.path_params["action"], request.query_params["host"]
    if action.startswith("async"):
        client = AsyncPosthog("phc", host=host)
        if action == "async event":
            client.capture("opened", distinct_id="1")
        else:
            await client.evaluate_flags("1")
        await client.shutdown()
    else:
        plain = Posthog("phc", host=host, sync_mode=True)
        plain.capture("opened", distinct_id="1") if action == "event" else plain.get_all_flags("1")
        plain.shutdown()
    return PlainTextResponse("done")


SIGNALS: dict[str, dict[str, Any]] = {
    "Sec-GPC": {"headers": {"sec-gpc": "1"}},
    "cookie": {"headers": {"cookie": "a=b; privmw_opt_out=1"}},
    "account": {"params": {"account": "1"}},
}
ACTIONS = ("event", "flags", "async event", "async flags")
Ask = Callable[..., int]


@pytest.fixture(params=[True, False], ids=["declared", "undeclared"])
def ask(request: pytest.FixtureRequest, capture: StandIn, tmp_path: Path) -> Iterator[Ask]:
    """Send the app a request, and count what PostHog was sent."""
    runtime = Runtime(_settings(capture, tmp_path, declared=request.param))
    app = Starlette(routes=[Route("/{action}", _endpoint)], middleware=[Middleware(PrivacyMiddleware, runtime=runtime)])
    with TestClient(app) as client:

        def asking(action: str, params: dict[str, str] | None = None, **more: Any) -> int:
            capture.clear()
            client.get(f"/{action}", params={"host": capture.base_url, **(params or {})}, **more).raise_for_status()
            return len(capture.received)

        yield asking


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("signal", SIGNALS)
def test_an_opted_out_request_sends_nothing(ask: Ask, capture: StandIn, signal: str, action: str) -> None:
    """Whichever way a person opts out, no connection is made for them, whether or not PostHog is declared."""
    assert 0 == ask(action, **SIGNALS[signal])
    assert 0 == capture.connections


@pytest.mark.parametrize("action", ACTIONS)
def test_any_other_request_sends_its_event(ask: Ask, action: str) -> None:
    """Without a signal the same request is reported, so the test above could fail."""
    assert 1 == ask(action)
    assert 1 == ask(action, headers={"sec-gpc": "0", "cookie": "privmw_opt_out=0"})
