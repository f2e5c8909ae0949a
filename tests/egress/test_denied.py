"""A refused call: at once, unretried, zero bytes, recorded."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import anthropic
import openai
import pytest

from privmw.context import RequestContext, open_context
from privmw.demo.standins import StandIn
from privmw.errors import TransferDenied
from privmw.purposes import purpose
from privmw.types import ConsentState, RecordKind
from tests.egress.calls import (
    MESSAGES,
    anthropic_client,
    async_anthropic_client,
    async_openai_client,
    chat,
    chat_streamed,
    message,
    message_streamed,
    openai_client,
)
from tests.egress.conftest import Install
from tests.egress.support import EMAIL, BrokenRedactor, ListSink

pytestmark = pytest.mark.anyio


def _chain(error: BaseException | None) -> list[BaseException]:
    links = []
    while error is not None:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links


def _check(caught: Exception, elapsed: float, server: StandIn, sink: ListSink, reason: str) -> None:
    denials = [error for error in _chain(caught) if isinstance(error, TransferDenied)]
    assert [reason] == [str(error.reason_code) for error in denials]
    assert (0, 0) == (server.connections, server.bytes_received)
    assert [reason] == [str(record.reason_code) for record in sink.of(RecordKind.DENIED)]
    assert elapsed < 0.1


@pytest.fixture
def warm() -> None:
    """SDKs build their types on first use, which takes longer than a refusal may."""
    unreachable: Any = "http://127.0.0.1:9"
    for client in (
        openai.OpenAI(base_url=unreachable, api_key="k", max_retries=0),
        anthropic.Anthropic(base_url=unreachable, api_key="k", max_retries=0),
    ):
        with pytest.raises((openai.APIConnectionError, anthropic.APIConnectionError)), client:
            chat(client) if isinstance(client, openai.OpenAI) else message(client)


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("call", [chat, chat_streamed])
def test_openai_is_refused_at_once(
    openai_server: StandIn, install: Install, sink: ListSink, call: Callable[[openai.OpenAI], object]
) -> None:
    """Without a purpose: one attempt, no connection, the refusal in the chain, within 100 ms."""
    install()
    with openai_client(openai_server) as client:
        start = time.perf_counter()
        with pytest.raises(Exception, match=r"purpose\.missing") as caught:
            call(client)
    _check(caught.value, time.perf_counter() - start, openai_server, sink, "purpose.missing")


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("call", [message, message_streamed])
def test_anthropic_is_refused_at_once(
    anthropic_server: StandIn, install: Install, sink: ListSink, call: Callable[[anthropic.Anthropic], object]
) -> None:
    """The same for Anthropic's SDK, which would retry any exception that is not its own."""
    install()
    with anthropic_client(anthropic_server) as client:
        start = time.perf_counter()
        with pytest.raises(Exception, match=r"purpose\.missing") as caught:
            call(client)
    _check(caught.value, time.perf_counter() - start, anthropic_server, sink, "purpose.missing")


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
async def test_asynchronous_openai_is_refused_at_once(
    openai_server: StandIn, install: Install, sink: ListSink, streamed: bool
) -> None:
    """The same for the asynchronous client."""
    install()
    async with async_openai_client(openai_server) as client:
        start = time.perf_counter()
        with pytest.raises(TransferDenied) as caught:
            await client.chat.completions.create(model="gpt-test", messages=MESSAGES, stream=streamed)
    _check(caught.value, time.perf_counter() - start, openai_server, sink, "purpose.missing")


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
async def test_asynchronous_anthropic_is_refused_at_once(
    anthropic_server: StandIn, install: Install, sink: ListSink, streamed: bool
) -> None:
    """The same for the asynchronous client."""
    install()
    async with async_anthropic_client(anthropic_server) as client:
        start = time.perf_counter()
        with pytest.raises(TransferDenied) as caught:
            await client.messages.create(model="claude-test", max_tokens=99, messages=MESSAGES, stream=streamed)
    _check(caught.value, time.perf_counter() - start, anthropic_server, sink, "purpose.missing")


def test_a_broken_redactor_lets_nothing_leave(openai_server: StandIn, install: Install, sink: ListSink) -> None:
    """When our own code fails, the call is refused, nothing is sent, and the error does not repeat the value."""
    install(redactor=BrokenRedactor())
    with openai_client(openai_server) as client, purpose("reply"), pytest.raises(TransferDenied) as caught:
        chat(client)
    assert "guard.failed" == caught.value.reason_code
    assert 0 == openai_server.bytes_received
    assert not any(EMAIL in str(error) for error in _chain(caught.value))
    assert ["guard.failed"] == [record.reason_code for record in sink.of(RecordKind.DENIED)]


def test_a_record_that_cannot_be_made_durable_stops_the_call(
    openai_server: StandIn, install: Install, sink: ListSink
) -> None:
    """A transfer abroad whose record is lost is not sent."""
    install()
    sink.receipt.lost = True
    with openai_client(openai_server) as client, purpose("reply"), pytest.raises(TransferDenied) as caught:
        chat(client)
    assert "ledger.unavailable" == caught.value.reason_code
    assert 0 == openai_server.bytes_received


async def test_an_asynchronous_call_waits_for_its_record_too(
    openai_server: StandIn, install: Install, sink: ListSink
) -> None:
    """The same for the asynchronous client."""
    install()
    sink.receipt.lost = True
    async with async_openai_client(openai_server) as client:
        with purpose("reply"), pytest.raises(TransferDenied, match=r"ledger\.unavailable"):
            await client.chat.completions.create(model="gpt-test", messages=MESSAGES)
    assert 0 == openai_server.bytes_received


def test_the_record_is_durable_before_the_bytes_leave(openai_server: StandIn, install: Install, sink: ListSink) -> None:
    """The intent is waited for while the provider has not seen a byte."""
    install()
    seen: list[int] = []
    sink.on_submit = lambda record: seen.append(openai_server.bytes_received)
    with openai_client(openai_server) as client, purpose("reply"):
        chat(client)
    assert 0 == seen[0]
    assert 1 == sink.receipt.waited


def test_a_withdrawal_takes_effect_on_the_next_call(openai_server: StandIn, install: Install) -> None:
    """Consent is asked for at send time: given, then withdrawn within one request."""
    install(purposes=["asked"], mechanism={"kr": "28-8(1)1"})
    state = ConsentState.GIVEN
    with (
        openai_client(openai_server) as client,
        open_context(RequestContext(consent_lookup=lambda _subject, _purpose: state)),
        purpose("asked"),
    ):
        chat(client)
        state = ConsentState.WITHDRAWN
        with pytest.raises(TransferDenied, match=r"consent\.withdrawn"):
            chat(client)
    assert 1 == len(openai_server.received)


def test_an_undeclared_ai_endpoint_is_refused_where_unknown_hosts_may_pass(
    openai_server: StandIn, install: Install
) -> None:
    """A host that nobody declared may be let through as a gap, but not when the path is an AI provider's."""
    install(sections={"egress": {"unknown_hosts": "gap"}})
    with (
        openai.OpenAI(base_url="https://llm.unknown.example/v1", api_key="k") as client,
        purpose("reply"),
        pytest.raises(TransferDenied, match=r"recipient\.undeclared"),
    ):
        chat(client)


def test_shadow_changes_nothing_and_records(openai_server: StandIn, install: Install, sink: ListSink) -> None:
    """Under ``enforcement = "shadow"`` the request leaves as it is, and the record says what would have been wrong."""
    install(sections={"enforcement": "shadow"})
    with openai_client(openai_server) as client:
        chat(client)
    assert EMAIL.encode() in openai_server.received[0].body
    assert b'"store"' not in openai_server.received[0].body
    assert "purpose.missing" == sink.records[0].reason_code


def test_a_record_that_cannot_be_made_stops_the_call(
    openai_server: StandIn, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recorder that fails lets nothing leave, and the refusal stands although there is no record of it."""
    guard = install()

    def broken(*_: object) -> None:
        raise AttributeError(EMAIL)

    monkeypatch.setattr(guard.recorder, "intent", broken)
    with openai_client(openai_server) as client, purpose("reply"), pytest.raises(TransferDenied) as caught:
        chat(client)
    assert "guard.failed" == caught.value.reason_code
    assert 0 == openai_server.bytes_received
    assert not any(EMAIL in str(error) for error in _chain(caught.value))
