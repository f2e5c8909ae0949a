"""PostHog: what its real SDK sends to a capture endpoint on loopback."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from posthog import Posthog

from privmw.analytics import posthog
from privmw.analytics.identifiers import IdentifierStripper
from privmw.analytics.signals import global_privacy_control, opt_out_cookie
from privmw.demo.standins import StandIn, posthog_standin
from privmw.redaction.redactor import Redactor

EMAIL = "ana.ruiz@example.org"
PLANTED = (b"ana", b"ruiz", b"example.org", b"203.0.113.9", b"u_12345", b"010-1234-5678", b"gangnam")


@pytest.fixture
def capture() -> Iterator[StandIn]:
    """A PostHog capture endpoint on loopback."""
    with posthog_standin() as standin:
        yield standin


@pytest.fixture
def stripper() -> IdentifierStripper:
    """A stripper with a fixed key."""
    return IdentifierStripper(Redactor(profile="analytics"), key=b"k" * 32, recipient="posthog")


@pytest.fixture
def client(capture: StandIn) -> Iterator[Posthog]:
    """A PostHog client that sends to the stand-in at once."""
    made = Posthog("phc_test", host=capture.base_url, sync_mode=True, enable_exception_autocapture=False)
    yield made
    made.shutdown()
    posthog.uninstall()


class Broken(Redactor):
    """A redactor with a bug, whose error carries the value."""

    def value(self, value: Any) -> Any:
        """Fail."""
        raise RuntimeError(str(value))

    counted = value


ACTIONS: dict[str, Callable[[Posthog], object]] = {
    "distinct id": lambda client: client.capture("opened", distinct_id=EMAIL),
    "user id": lambda client: client.capture("opened", distinct_id="u_12345"),
    "e-mail property": lambda client: client.capture("opened", distinct_id="1", properties={"contact": EMAIL}),
    "name property": lambda client: client.capture("opened", distinct_id="1", properties={"fullName": "Ana Ruiz"}),
    "nested": lambda client: client.capture("x", distinct_id="1", properties={"form": [{"last_name": "Ruiz"}]}),
    "set": lambda client: client.set(distinct_id="1", properties={"email": EMAIL, "first name": "Ana"}),
    "ip": lambda client: client.capture("opened", distinct_id="1", properties={"$ip": "203.0.113.9"}),
    "url": lambda client: client.capture(
        "opened", distinct_id="1", properties={"$current_url": f"https://a.example/u?mail={EMAIL}"}
    ),
    "phone": lambda client: client.capture("opened", distinct_id="1", properties={"note": "call 010-1234-5678"}),
    "address": lambda client: client.capture("opened", distinct_id="1", properties={"street": "Gangnam-daero 479"}),
    "prompt": lambda client: client.capture("$ai", distinct_id="1", properties={"$ai_input": [{"content": "ana"}]}),
    "alias": lambda client: client.alias(previous_id="u_12345", distinct_id=EMAIL),
    "flags": lambda client: client.get_all_flags(EMAIL, person_properties={"email": EMAIL}),
    "name of the event": lambda client: client.capture(f"signed up {EMAIL}", distinct_id="1"),
    "groups": lambda client: client.capture("opened", distinct_id="1", groups={"company": EMAIL}),
    "group": lambda client: client.group_identify("company", EMAIL, {"owner": EMAIL, "name": "Ana Ruiz"}),
    "groups of flags": lambda client: client.get_all_flags(
        "1", groups={"company": EMAIL}, group_properties={"company": {"owner": EMAIL}}
    ),
    "device of flags": lambda client: client.get_all_flags("1", device_id=EMAIL),
    "tuple": lambda client: client.capture("opened", distinct_id="1", properties={"people": ({"surname": "Ruiz"},)}),
}


def _leaks(capture: StandIn) -> bool:
    everything = capture.everything().lower()
    return any(value in everything for value in PLANTED)


@pytest.mark.parametrize("action", ACTIONS)
def test_no_direct_identifier_arrives(
    action: str, capture: StandIn, client: Posthog, stripper: IdentifierStripper
) -> None:
    """Wherever an identifier stands in an event or a flags request, the wire does not carry it."""
    posthog.install(stripper)
    ACTIONS[action](client)
    capture.wait_for(1)
    assert not _leaks(capture)


@pytest.mark.parametrize("action", ACTIONS)
def test_without_privmw_the_identifier_arrives(action: str, capture: StandIn, client: Posthog) -> None:
    """The same actions leak when privmw is off, so the test above could fail."""
    ACTIONS[action](client)
    capture.wait_for(1)
    assert _leaks(capture)


def test_events_stay_useful(capture: StandIn, client: Posthog, stripper: IdentifierStripper) -> None:
    """Ordinary properties, vendor control keys and the identity of a person over events are kept."""
    posthog.install(stripper)
    for _ in range(2):
        client.capture("bought", distinct_id=EMAIL, properties={"plan": "pro", "count": 3, "path": "/pricing"})
    events = [event for one in capture.wait_for(2) for event in one.json()["batch"]]
    first, second = events
    assert first["distinct_id"] == second["distinct_id"]
    assert first["distinct_id"].startswith("anon-")
    assert {"plan": "pro", "count": 3, "path": "/pricing"}.items() <= first["properties"].items()
    assert first["properties"]["$geoip_disable"] is True
    assert "$lib" in first["properties"]


def test_an_opt_out_sends_nothing(capture: StandIn, client: Posthog, stripper: IdentifierStripper) -> None:
    """Where the policy does not permit the transfer, no connection is made."""
    redactor = posthog.install(stripper, permit=lambda _: False)
    client.capture("opened", distinct_id="1")
    client.flush()
    assert 0 == capture.connections
    assert 1 == redactor.dropped


def test_a_stripper_that_raises_drops_the_event(capture: StandIn, client: Posthog) -> None:
    """If our own code fails, the original is not sent."""
    redactor = posthog.install(IdentifierStripper(Broken(), key=b"k" * 32, recipient="posthog"))
    client.capture("opened", distinct_id=EMAIL, properties={"contact": EMAIL})
    assert {} == (client.get_all_flags(EMAIL) or {})
    client.flush()
    assert 0 == capture.connections
    assert 2 == redactor.failures


def test_an_event_of_the_apps_own_hook_is_stripped_too(capture: StandIn, stripper: IdentifierStripper) -> None:
    """A before_send of the app may write into members that the SDK fills itself."""

    def add(event: dict[str, Any]) -> dict[str, Any]:
        return {**event, "timestamp": f"when {EMAIL} came", "note": [EMAIL]}

    posthog.install(stripper)
    client = Posthog("phc_test", host=capture.base_url, sync_mode=True, before_send=add)
    client.capture("opened", distinct_id="1")
    client.shutdown()
    capture.wait_for(1)
    assert not _leaks(capture)


def test_group_keys_stay_together(capture: StandIn, client: Posthog, stripper: IdentifierStripper) -> None:
    """A group that is named after a person is one group in events and in requests for flags; others keep their key."""
    posthog.install(stripper)
    client.capture("opened", distinct_id="1", groups={"company": EMAIL, "plan": "pro"})
    client.get_all_flags("1", groups={"company": EMAIL, "plan": "pro"})
    event, flags = (one.json() for one in capture.wait_for(2))
    groups = event["batch"][0]["properties"]["$groups"]
    assert groups == flags["groups"]
    assert groups["company"].startswith("anon-")
    assert "pro" == groups["plan"]


def test_what_was_removed_is_handed_over(capture: StandIn, client: Posthog, stripper: IdentifierStripper) -> None:
    """The record of a transfer is given how many values of which kind did not leave, those without a pattern too."""
    told: list[Mapping[str, int]] = []

    def permit(removed: Mapping[str, int]) -> bool:
        told.append(dict(removed))
        return True

    posthog.install(stripper, permit=permit)
    properties = {"contact": EMAIL, "fullName": "Ana Ruiz", "note": f"to {EMAIL}", "$ip": "203.0.113.9", "plan": "pro"}
    client.capture("opened", distinct_id="u_12345", properties=properties)
    assert [{"SUBJECT_ID": 1, "PERSON": 1, "EMAIL_ADDRESS": 2, "IP_ADDRESS": 1}] == told


def test_nobody_is_asked_for_the_flags_of_someone_who_opted_out(
    capture: StandIn, client: Posthog, stripper: IdentifierStripper, caplog: pytest.LogCaptureFixture
) -> None:
    """No connection, no retry, no error: the app gets what it gets where no flag is set."""
    redactor = posthog.install(stripper, permit=lambda _: False)
    assert {} == client.get_all_flags(EMAIL, person_properties={"plan": "pro"})
    assert not client.evaluate_flags(EMAIL).is_enabled("f")
    assert 0 == capture.connections
    assert redactor.dropped >= 2
    assert [] == caplog.records


def test_what_cannot_be_stripped_again_is_left_out_of_its_batch(
    capture: StandIn, client: Posthog, stripper: IdentifierStripper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look, right before the wire, fails closed as the first one does."""
    redactor = posthog.install(stripper)
    strip, calls = redactor.strip, iter((True, False))

    def once(body: dict[str, Any], removed: Any = None) -> dict[str, Any]:
        if next(calls):
            return body  # as if the first look had missed everything
        raise RuntimeError(str(strip))

    monkeypatch.setattr(redactor, "strip", once)
    client.capture("opened", distinct_id=EMAIL, properties={"contact": EMAIL})
    assert [] == capture.wait_for(1)[0].json()["batch"]
    assert not _leaks(capture)
    assert 1 == redactor.failures


def test_references_are_scoped_and_never_hashed_twice(stripper: IdentifierStripper) -> None:
    """Two vendors cannot join their references, and stripping twice changes nothing."""
    other = IdentifierStripper(Redactor(), key=b"k" * 32, recipient="mixpanel")
    reference = stripper.reference("u_12345")
    assert reference == stripper.reference(reference)
    assert reference != other.reference("u_12345")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"sec-gpc", b"1")], True),
        ([(b"sec-gpc", b"0"), (b"sec-gpc", b"1")], True),
        ([(b"sec-gpc", b"true")], False),
        ([(b"sec-gpc", b"10")], False),
        ([], False),
    ],
)
def test_only_the_exact_signal_counts(headers: list[tuple[bytes, bytes]], expected: bool) -> None:
    """The GPC draft: only the value 1, in any of several headers."""
    assert expected is global_privacy_control(headers)


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        (b"a=b; optout=1", True),
        (b"optout=0", False),
        (b"optout=", False),
        (b"xoptout=1", False),
        (b'optout="yes"', True),
    ],
)
def test_the_opt_out_cookie_is_read(cookie: bytes, expected: bool) -> None:
    """Any value but nothing, 0 and false opts out."""
    assert expected is opt_out_cookie([(b"cookie", cookie)], "optout")
