"""PostHog's asynchronous client, which sends through httpx, under the guard of outbound calls and without it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import posthog.async_client
import pytest
from posthog import AsyncPosthog, Posthog

from privmw.analytics import posthog as surface
from privmw.analytics.identifiers import IdentifierStripper
from privmw.demo.standins import StandIn, posthog_standin
from privmw.egress.guard import Guard
from privmw.egress.hooks import httpx as hook
from privmw.errors import ConfigurationError
from privmw.redaction.redactor import Redactor
from tests.analytics.test_posthog import EMAIL, Broken
from tests.egress.support import ListSink, recipient, register

pytestmark = pytest.mark.anyio

USER = "u_" + "12345"  # a report of an exception holds lines of source code, which are nobody's data
PLANTED = (b"ana.ruiz", b"ana%2eruiz", b"ruiz", b"example.org", b"203.0.113.9", USER.encode())


@pytest.fixture
def capture() -> Iterator[StandIn]:
    """A PostHog capture endpoint on loopback."""
    with posthog_standin() as standin:
        yield standin
    surface.uninstall()
    hook.uninstall()


@pytest.fixture
def stripper() -> IdentifierStripper:
    """A stripper with a fixed key."""
    return IdentifierStripper(Redactor(profile="analytics"), key=b"k" * 32, recipient="posthog")


@pytest.fixture
def sink() -> ListSink:
    """Where the guard's records go."""
    return ListSink()


@pytest.fixture
async def client(capture: StandIn) -> AsyncIterator[AsyncPosthog]:
    """An asynchronous client."""
    made = AsyncPosthog("phc_Zq3v9LmT4xWc7RbN2kHs8PdY6fGj1VuA5eQoXzCiB0M", host=capture.base_url)
    yield made
    await made.shutdown()


async def _captured(client: AsyncPosthog) -> None:
    properties = {"fullName": "Ana Ruiz", "$ip": "203.0.113.9", "note": EMAIL, "form": [{"last_name": "Ruiz"}]}
    client.capture(f"signed up {EMAIL}", distinct_id=USER, properties=properties, groups={"company": EMAIL})
    await client.flush()


async def _at_once(client: AsyncPosthog) -> None:
    await client.capture_immediate("opened", distinct_id=EMAIL, properties={"note": EMAIL})


async def _set(client: AsyncPosthog) -> None:
    client.set(distinct_id=EMAIL, properties={"email": EMAIL, "last name": "Ruiz"})
    await client.flush()


async def _group(client: AsyncPosthog) -> None:
    client.group_identify("company", EMAIL, {"owner": EMAIL})
    await client.flush()


async def _alias(client: AsyncPosthog) -> None:
    client.alias(EMAIL, USER)
    await client.flush()


def _fail() -> None:
    customer = EMAIL.partition("@")[0]  # noqa: F841 - a local variable that the SDK would send
    raise LookupError(f"nobody at {EMAIL}")


async def _exception(client: AsyncPosthog) -> None:
    client.capture_exception_code_variables = True
    try:
        _fail()
    except LookupError as error:
        client.capture_exception(error, distinct_id=EMAIL)
    await client.flush()


async def _flags(client: AsyncPosthog) -> None:
    await client.evaluate_flags(EMAIL, groups={"company": EMAIL}, person_properties={"email": EMAIL}, device_id=USER)


ACTIONS: dict[str, Callable[[AsyncPosthog], Awaitable[None]]] = {
    "capture": _captured,
    "capture at once": _at_once,
    "set": _set,
    "group": _group,
    "alias": _alias,
    "exception": _exception,
    "flags": _flags,
}


def _guarded(capture: StandIn, sink: ListSink, *, declared: bool) -> None:
    terms = recipient(capture.host, purposes=["asked"], fixed_purpose="asked", mechanism={"kr": "28-8(1)5"})
    known = register({"posthog": terms} if declared else {})
    hook.install(Guard(known, Redactor(profile="ai"), sink, keys=[b"k" * 32]))


def _leaks(capture: StandIn) -> list[bytes]:
    everything = capture.everything().lower()
    return [value for value in PLANTED if value in everything]


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
@pytest.mark.parametrize("action", ACTIONS)
async def test_no_direct_identifier_arrives(
    action: str, declared: bool, capture: StandIn, client: AsyncPosthog, stripper: IdentifierStripper, sink: ListSink
) -> None:
    """Events and requests for flags arrive stripped, with the project's key, whatever the guard would make of them."""
    _guarded(capture, sink, declared=declared)
    surface.install(stripper)
    await ACTIONS[action](client)
    (received,) = capture.wait_for(1)
    assert [] == _leaks(capture)
    body = received.json()
    assert client.api_key == (body.get("api_key") or body.get("token"))
    assert [] == sink.records  # the surface decides and records, not the guard


@pytest.mark.parametrize("action", ACTIONS)
async def test_without_privmw_it_arrives(action: str, capture: StandIn, client: AsyncPosthog) -> None:
    """The negative control."""
    await ACTIONS[action](client)
    capture.wait_for(1)
    assert [] != _leaks(capture)


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_opt_out_sends_nothing(
    action: str, capture: StandIn, client: AsyncPosthog, stripper: IdentifierStripper
) -> None:
    """Where the policy does not permit the transfer, no connection is made, not for flags either."""
    redactor = surface.install(stripper, permit=lambda _: False)
    await ACTIONS[action](client)
    assert 0 == capture.connections
    assert 1 == redactor.dropped


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_stripper_that_raises_drops_it(action: str, capture: StandIn, client: AsyncPosthog) -> None:
    """If our own code fails, the original is not sent."""
    redactor = surface.install(IdentifierStripper(Broken(), key=b"k" * 32, recipient="posthog"))
    await ACTIONS[action](client)
    assert 0 == capture.connections
    assert 1 == redactor.failures


async def test_the_apps_own_hook_runs_first(capture: StandIn, stripper: IdentifierStripper) -> None:
    """What it adds is stripped as well."""
    surface.install(stripper)

    async def add(event: dict[str, Any]) -> dict[str, Any]:
        return {**event, "properties": {**event["properties"], "added": EMAIL}}

    client = AsyncPosthog("phc_test", host=capture.base_url, before_send=add)
    client.capture("opened", distinct_id="1")
    await client.shutdown()
    (received,) = capture.wait_for(1)
    assert "<EMAIL_ADDRESS>" == received.json()["batch"][0]["properties"]["added"]


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_the_newer_capture_endpoint_is_covered(
    asynchronous: bool, capture: StandIn, stripper: IdentifierStripper
) -> None:
    """It has a transport of its own, under both clients; a permitted batch is stripped once more there."""
    surface.install(stripper)
    if asynchronous:
        client = AsyncPosthog("phc_test", host=capture.base_url, capture_mode="v1")
        client.capture(f"opened {EMAIL}", distinct_id=EMAIL, properties={"last_name": "Ruiz", "note": EMAIL})
        await client.shutdown()
    else:
        plain = Posthog("phc_test", host=capture.base_url, capture_mode="v1", sync_mode=True)
        plain.capture(f"opened {EMAIL}", distinct_id=EMAIL, properties={"last_name": "Ruiz", "note": EMAIL})
        plain.shutdown()
    received = capture.wait_for(1)[0]
    assert received.target.startswith("/i/v1/analytics/events")
    assert [] == _leaks(capture)


def test_a_version_without_a_place_to_hook_into_is_refused(
    stripper: IdentifierStripper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installation fails loudly, and leaves nothing half done."""
    before = Posthog._run_before_send
    monkeypatch.delattr(posthog.async_client.AsyncClient, "_process_event")
    with pytest.raises(ConfigurationError, match=r"AsyncClient\._process_event"):
        surface.install(stripper)
    assert before is Posthog._run_before_send


def test_uninstalling_gives_everything_back(stripper: IdentifierStripper) -> None:
    """Whatever was replaced is as before."""
    places = [
        (posthog.async_client.AsyncClient, "_process_event"),
        (posthog.async_client, "_async_flags"),
        (posthog._async_consumer, "async_batch_post"),
        (posthog.capture_v1, "_post_v1"),
        (posthog.request, "post"),
        (Posthog, "_run_before_send"),
    ]
    before = [getattr(owner, name) for owner, name in places]
    surface.install(stripper)
    assert all(getattr(owner, name) is not one for (owner, name), one in zip(places, before, strict=True))
    surface.uninstall()
    assert before == [getattr(owner, name) for owner, name in places]
