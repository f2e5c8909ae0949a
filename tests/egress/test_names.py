"""Names that nobody declared, in AI prompts: the real model, the real SDK, the bytes that arrived."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from privmw.demo.standins import StandIn
from privmw.egress.guard import Guard
from privmw.egress.hooks import httpx as hook
from privmw.errors import TransferDenied
from privmw.purposes import purpose
from privmw.redaction.ner import NerOptions, NerRedactor, NerTier
from privmw.redaction.nermodel import Span
from privmw.redaction.redactor import Redactor
from privmw.types import RecordKind
from tests.egress.calls import CHAT_TOOL, async_openai_client, openai_client
from tests.egress.conftest import Install
from tests.egress.support import ListSink, recipient, register

pytestmark = pytest.mark.anyio

NAME = "Margaret Dunleavy"
PROMPT = f"Please draft a short reply to {NAME}, thanking her for the feedback."
MESSAGES: Any = [{"role": "user", "content": PROMPT}]


class Slow:
    """A model that takes its time, and finds the one name."""

    entity_types = frozenset({"PERSON"})

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.texts: list[str] = []
        self.threads: set[str] = set()

    def find(self, text: str) -> list[Span]:
        """Wait, then find."""
        time.sleep(self.seconds)
        self.texts.append(text)
        self.threads.add(threading.current_thread().name)
        at = text.find(NAME)
        return [Span("PERSON", at, at + len(NAME), 0.9)] if at >= 0 else []


@pytest.fixture
def tiers() -> Iterator[list[NerTier]]:
    """Tiers that a test makes are closed behind it."""
    made: list[NerTier] = []
    yield made
    for tier in made:
        tier.close()


def _guard(
    install: Install, redactor: Redactor, tiers: list[NerTier], model: Any = None, settings: Any = None, **options: Any
) -> NerTier:
    tier = NerTier(NerOptions(**options), model=model)
    tiers.append(tier)
    install(redactor=NerRedactor(redactor, tier), **(settings or {}))
    return tier


def _content(server: StandIn) -> str:
    return str(server.received[-1].json()["messages"][-1]["content"])


def test_a_name_arrives_as_a_pseudonym(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier], sink: ListSink
) -> None:
    """The name that only the model can find does not arrive, and the answer holds it again, whole and streamed."""
    _guard(install, redactor, tiers)
    with openai_client(openai_server) as client, purpose("reply"):
        answer = client.chat.completions.create(model="gpt-test", messages=MESSAGES).choices[0].message.content
        stream = client.chat.completions.create(model="gpt-test", messages=MESSAGES, stream=True)
        streamed = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert f"You wrote: {PROMPT}" == answer == streamed
    assert "Please draft a short reply to [PERSON_" == _content(openai_server)[:38]
    assert b"dunleavy" not in openai_server.everything().lower()
    intent = sink.intents()[0]
    assert {"PERSON": 1} == intent.removed
    assert ("user.name",) == intent.data_categories
    assert {} == intent.details


async def test_the_same_for_asynchronous_calls(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier]
) -> None:
    """The asynchronous client, whole and streamed; a long body as well."""
    _guard(install, redactor, tiers, timeout=30.0)
    filler = "The quarterly figures were discussed at some length and nothing was decided. " * 20
    long: Any = [{"role": "user", "content": f"{filler} {PROMPT}"}]
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 200_000}}
    with_image: Any = [{"role": "user", "content": [{"type": "text", "text": PROMPT}, image]}]
    async with async_openai_client(openai_server) as client:
        with purpose("reply"):
            whole = await client.chat.completions.create(model="gpt-test", messages=long)
            stream = await client.chat.completions.create(model="gpt-test", messages=MESSAGES, stream=True)
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
            seen = await client.chat.completions.create(model="gpt-test", messages=with_image)
    assert f"You wrote: {filler} {PROMPT}" == whole.choices[0].message.content
    assert f"You wrote: {PROMPT}" == "".join(pieces)
    assert NAME in (seen.choices[0].message.content or "")
    assert b"dunleavy" not in openai_server.everything().lower()


async def test_the_event_loop_is_free_while_the_model_works(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier]
) -> None:
    """A model that works for half a second makes no timer late, and never runs on the loop's thread."""
    model = Slow(0.5)
    _guard(install, redactor, tiers, model)
    late: list[float] = []

    async def beat() -> None:
        while True:
            due = time.perf_counter() + 0.005
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - due)

    async with async_openai_client(openai_server) as client:
        with purpose("reply"):
            await client.models.list()  # what the SDK loads on first use is not the model's
            watch = asyncio.create_task(beat())
            started = time.perf_counter()
            await client.chat.completions.create(model="gpt-test", messages=MESSAGES)
            took = time.perf_counter() - started
            watch.cancel()
    assert took >= 0.5
    assert len(late) >= 40
    assert max(late) < 0.25
    assert threading.main_thread().name not in model.threads


async def test_a_synchronous_call_on_the_event_loop_works(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier]
) -> None:
    """Who blocks the loop for an answer blocks it for the model as well; the name is found all the same."""
    _guard(install, redactor, tiers, Slow())
    with openai_client(openai_server) as client, purpose("reply"):
        client.chat.completions.create(model="gpt-test", messages=MESSAGES)
    assert "[PERSON_" in _content(openai_server)


@pytest.mark.parametrize("crowded", [False, True], ids=["slow", "full"])
async def test_block_refuses_and_sends_nothing(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier], sink: ListSink, crowded: bool
) -> None:
    """A full queue or a slow model ends in a refusal with its own reason, sync and async, and no byte leaves."""
    # The queue must still be full when the SDK has built its types, which takes a busy machine a second.
    tier = _guard(install, redactor, tiers, Slow(1.5 if crowded else 0.3), timeout=30.0 if crowded else 0.05, queue=1)
    others = [asyncio.create_task(tier.find_async([f"Text {number}"])) for number in range(2 if crowded else 0)]
    await asyncio.sleep(0.01)
    with purpose("reply"):
        async with async_openai_client(openai_server) as client:
            with pytest.raises(TransferDenied) as caught:
                await client.chat.completions.create(model="gpt-test", messages=MESSAGES)
        with openai_client(openai_server) as plain, pytest.raises(TransferDenied, match=r"guard\.overloaded"):
            plain.chat.completions.create(model="gpt-test", messages=MESSAGES)
    await asyncio.gather(*others)
    assert "guard.overloaded" == caught.value.reason_code
    assert caught.value.remedy
    assert "ner." in caught.value.remedy
    assert (0, 0) == (openai_server.connections, openai_server.bytes_received)
    assert ["guard.overloaded"] * 2 == [record.reason_code for record in sink.of(RecordKind.DENIED)]
    assert {"full" if crowded else "slow": 2} == dict(tier.skipped)


async def test_core_only_goes_out_flagged_and_counted(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier], sink: ListSink
) -> None:
    """The call goes out as the core alone would send it; its record says so, and the tier counts it."""
    tier = _guard(install, redactor, tiers, Slow(0.3), timeout=0.05, overload="core_only")
    messages: Any = [{"role": "user", "content": f"{PROMPT} Mail alice@example.com."}]
    async with async_openai_client(openai_server) as client:
        with purpose("reply"):
            await client.chat.completions.create(model="gpt-test", messages=messages)
    assert NAME in _content(openai_server)
    assert "alice@example.com" not in _content(openai_server)
    assert {"ner": "core_only"} == sink.intents()[0].details
    assert {"slow": 1} == dict(tier.skipped)


async def test_wait_waits(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier], sink: ListSink
) -> None:
    """However slow the model and however full the queue, the call waits and goes out complete."""
    _guard(install, redactor, tiers, Slow(0.1), timeout=0.01, queue=1, overload="wait")
    messages: Any = [{"role": "user", "content": f"{PROMPT} {number}"} for number in range(4)]
    async with async_openai_client(openai_server) as client:
        with purpose("reply"):
            await client.chat.completions.create(model="gpt-test", messages=messages)
    assert b"dunleavy" not in openai_server.everything().lower()
    assert {} == sink.intents()[0].details


async def test_a_failing_model_refuses(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier]
) -> None:
    """A model that breaks is not taken for one that found nothing, and the refusal holds no text."""

    class Broken(Slow):
        def find(self, text: str) -> list[Span]:
            raise ValueError(text)

    _guard(install, redactor, tiers, Broken(), overload="core_only")
    async with async_openai_client(openai_server) as client:
        with purpose("reply"), pytest.raises(TransferDenied) as caught:
            await client.chat.completions.create(model="gpt-test", messages=MESSAGES)
    assert NAME not in str(caught.value)
    assert 0 == openai_server.bytes_received


def test_identifiers_are_no_prose(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier]
) -> None:
    """The model sees descriptions and arguments, not names of tools and members; a name found leaves these alone."""
    model = Slow()
    _guard(install, redactor, tiers, model)
    tool = {"name": "Dunleavy", "description": f"Writes to {NAME}.", "parameters": {"properties": {"Margaret": {}}}}
    tools: Any = [{"type": "function", "function": tool}, *CHAT_TOOL]
    called = {"id": "call_1", "type": "function", "function": {"name": "Dunleavy", "arguments": f'{{"to": "{NAME}"}}'}}
    messages: Any = [{"role": "assistant", "tool_calls": [called]}, *MESSAGES]
    with openai_client(openai_server) as client, purpose("reply"):
        client.chat.completions.create(
            model="gpt-test", messages=messages, tools=tools, extra_headers={"x-note": "From Margaret"}
        )
    assert {tool["description"], NAME, PROMPT} == set(model.texts)
    sent = openai_server.received[-1].json()
    function = sent["tools"][0]["function"]
    assert ("Dunleavy", ["Margaret"]) == (function["name"], list(function["parameters"]["properties"]))
    assert "[PERSON_" in function["description"]
    assert "[PERSON_" in sent["messages"][0]["tool_calls"][0]["function"]["arguments"]


def test_only_ai_providers_cost_a_look(
    openai_server: StandIn, anthropic_server: StandIn, redactor: Redactor, tiers: list[NerTier], sink: ListSink
) -> None:
    """The model is asked where endpoint, recipient or purpose is one of AI; what goes elsewhere is left to the core."""
    model = Slow()
    tier = NerTier(NerOptions(), model=model)
    tiers.append(tier)
    purposes = {
        "reply": {"use": "essential.service.ai_inference", "legal_basis": "contract"},
        "billing": {"use": "essential.service.payment_processing", "legal_basis": "contract"},
    }
    both = {"purposes": ["reply", "billing"]}
    recipients = {
        "shop": recipient(openai_server.host, **both),
        "anthropic": recipient(anthropic_server.host, **both),
    }
    hook.install(Guard(register(recipients, purposes=purposes), NerRedactor(redactor, tier), sink, keys=[b"k" * 32]))
    try:
        for server, key, path in (
            (openai_server, "billing", "/charges"),
            (openai_server, "reply", "/speak"),
            (openai_server, "billing", "/v1/chat/completions"),
            (anthropic_server, "billing", "/v1/anything"),
        ):
            with purpose(key), httpx.Client() as client:
                url = server.base_url.removesuffix("/v1") + path
                client.post(url, json={"messages": [{"content": f"{path}: {NAME}"}]})
    finally:
        hook.uninstall()
    assert [f"{path}: {NAME}" for path in ("/speak", "/v1/chat/completions", "/v1/anything")] == model.texts
    assert NAME in openai_server.received[0].body.decode()


def test_an_original_that_was_not_declared_is_refused(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier]
) -> None:
    """Where originals may go, a name counts as one that the register must have declared."""
    _guard(install, redactor, tiers, Slow(), {"payload": {"default": "originals"}, "data_categories": ["user.contact"]})
    with openai_client(openai_server) as client, purpose("reply"), pytest.raises(TransferDenied) as caught:
        client.chat.completions.create(model="gpt-test", messages=MESSAGES)
    assert "category.undeclared_for_recipient" == caught.value.reason_code


def test_shadow_records_names_and_changes_nothing(
    openai_server: StandIn, install: Install, redactor: Redactor, tiers: list[NerTier], sink: ListSink
) -> None:
    """Under ``shadow`` the name leaves as it is and stands in the record as a category; a slow model refuses nothing."""
    _guard(install, redactor, tiers, Slow(), {"sections": {"enforcement": "shadow"}})
    with openai_client(openai_server) as client, purpose("reply"):
        client.chat.completions.create(model="gpt-test", messages=MESSAGES)
        _guard(install, redactor, tiers, Slow(0.3), {"sections": {"enforcement": "shadow"}}, timeout=0.01)
        client.chat.completions.create(model="gpt-test", messages=MESSAGES)
    assert [PROMPT, PROMPT] == [item.json()["messages"][0]["content"] for item in openai_server.received]
    assert ("user.name",) == sink.intents()[0].data_categories
    assert ["guard.overloaded"] == [record.reason_code for record in sink.of(RecordKind.DENIED)]
