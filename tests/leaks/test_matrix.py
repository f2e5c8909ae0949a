"""The leak matrix: every value in every position, judged by the bytes that left."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sentry_sdk
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from privmw import PrivacyMiddleware, PrivacySettings, Runtime, current_context, identify, purpose
from privmw.demo.standins import (
    Reply,
    StandIn,
    anthropic_standin,
    openai_standin,
    posthog_standin,
    sentry_standin,
)
from tests.leaks.otel_positions import Telemetry
from tests.leaks.positions import POSITIONS
from tests.leaks.sdks import Sdks
from tests.leaks.values import VALUES, leaked

pytestmark = pytest.mark.filterwarnings("ignore:The send_default_pii option")
CELLS = [(surface, position) for surface, positions in POSITIONS.items() for position in positions]

# Values that a position cannot carry at all, so that neither run can say anything about them.
HEADERS = {"header", "cookie", "url-and-headers"}


class World:
    """One app with its SDKs and stand-ins, and everything that left it."""

    def __init__(self, stack: ExitStack, folder: Path, *, protected: bool) -> None:
        make = (openai_standin, anthropic_standin, sentry_standin, posthog_standin)
        standins = [stack.enter_context(one()) for one in make]
        standins += [stack.enter_context(StandIn(name, lambda _: Reply(b"{}"))) for name in ("http", "otel")]
        self.standins = {standin.name: standin for standin in standins}
        self.stream = io.StringIO()
        self.telemetry = Telemetry(self.standins["otel"].base_url)
        stack.callback(self.telemetry.shutdown)
        self.sdks = Sdks({name: standin.base_url for name, standin in self.standins.items()}, self.telemetry)
        handler = logging.StreamHandler(self.stream)
        handler.setFormatter(_Everything())
        logging.getLogger("leaks").addHandler(handler)
        logging.getLogger("leaks").setLevel(logging.INFO)
        stack.callback(logging.getLogger("leaks").removeHandler, handler)
        sentry_sdk.init(
            self.standins["sentry"].base_url, send_default_pii=True, default_integrations=False, max_value_length=5000
        )
        stack.callback(lambda: sentry_sdk.get_global_scope().set_client(None))
        stack.callback(lambda: sentry_sdk.get_client().close(timeout=0.5))
        middleware = [Middleware(PrivacyMiddleware, runtime=Runtime(self._settings(folder)))] if protected else []
        route = Route("/{surface}/{position}/{value:path}", _endpoint, methods=["POST"])
        app = Starlette(routes=[route], middleware=middleware, lifespan=self._lifespan)
        app.state.sdks = self.sdks
        self.client = stack.enter_context(TestClient(app))

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.sdks.aclose()

    def _settings(self, folder: Path) -> PrivacySettings:
        recipient = {
            "purposes": ["chat"],
            "countries": ["US"],
            "data_categories": ["user", "system"],
            "payload": "pseudonyms",
            "allow_cleartext": True,
            "mechanism": {"kr": "28-8(1)3"},
        }
        return PrivacySettings(
            controller={"name": "Example", "country": "KR", "contact": "privacy@example.com"},
            purposes={"chat": {"use": "essential.service.ai_inference", "legal_basis": "contract"}},
            recipients={
                name: recipient | {"hosts": {self.standins[name].host: "US"}}
                for name in ("openai", "anthropic", "http")
            },
            ledger={"directory": str(folder / "ledger")},
        )

    def play(self, surface: str, position: str, value: str) -> None:
        """Let a request put a value in a position, and the SDKs send what they have."""
        headers = {}
        if position in HEADERS:
            headers = {"x-value": value, "cookie": f"note={quote(value)}"}
        self.client.post(
            f"/{surface}/{position}/{quote(value, safe='')}",
            params={"value": value},
            headers=headers,
            json={"note": value},
        ).raise_for_status()
        if surface == "sentry":
            sentry_sdk.flush(2)
        if surface == "otel":
            self.telemetry.flush()

    def left(self, surface: str) -> bytes:
        """Everything that left through a surface since the last look."""
        if surface == "log":
            text = self.stream.getvalue()
            self.stream.seek(0)
            self.stream.truncate()
            return text.encode()
        standin = self.standins[surface]
        everything = standin.everything()
        standin.clear()
        return everything


class _Everything(logging.Formatter):
    """Prints what JSON formatters print: message, traceback and every extra."""

    def format(self, record: logging.LogRecord) -> str:
        extras = {key: value for key, value in vars(record).items() if key == "note"}
        return f"{super().format(record)} {extras} {record.args}"


@purpose("chat")
async def _endpoint(request: Request) -> PlainTextResponse:
    if current_context() is not None:
        identify(
            subject_id="u_48213",
            name=VALUES["name"],
            email=VALUES["identified e-mail"],
            phone=VALUES["identified phone"],
        )
    params = request.path_params
    sdks: Any = request.app.state.sdks
    await POSITIONS[params["surface"]][params["position"]](request.query_params["value"], request, sdks)
    return PlainTextResponse("done")


def _leaks(world: World, surface: str, position: str) -> dict[str, bool]:
    found = {}
    for kind, value in VALUES.items():
        world.left(surface)
        world.play(surface, position, value)
        left = world.left(surface)
        assert left, f"nothing left through {surface}, so nothing was tested"
        found[kind] = leaked(kind, left)
    return found


@pytest.fixture(scope="class")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The app, with privmw or without it, as the test class says."""
    with ExitStack() as stack:
        yield World(stack, tmp_path_factory.mktemp("leaks"), protected=request.cls is TestProtected)


class TestProtected:
    """The app with privmw."""

    @pytest.mark.parametrize(("surface", "position"), CELLS)
    def test_no_value_leaves(self, surface: str, position: str, world: World) -> None:
        """No value arrives in any form, wherever it stood."""
        leaks = _leaks(world, surface, position)
        assert [] == [kind for kind, leaked in leaks.items() if leaked]


class TestBare:
    """The same app without privmw: the negative control."""

    @pytest.mark.parametrize(("surface", "position"), CELLS)
    def test_every_value_leaves(self, surface: str, position: str, world: World) -> None:
        """Every cell leaks, so the test above would see it."""
        leaks = _leaks(world, surface, position)
        assert [] == [kind for kind, leaked in leaks.items() if not leaked]
