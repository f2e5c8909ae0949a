"""The real SDKs of OpenAI and Anthropic under the guard, against stand-ins that keep every byte."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import openai
import pytest

from privmw.demo.standins import StandIn
from privmw.demo.standins.pieces import Cut
from privmw.purposes import purpose
from privmw.types import DecisionKind, Outcome
from tests.egress.calls import (
    ANSWER,
    ARGUMENTS,
    MESSAGES,
    MESSAGES_TOOL,
    anthropic_client,
    async_anthropic_client,
    async_openai_client,
    chat,
    chat_streamed,
    chat_tool,
    chat_tool_streamed,
    openai_client,
    responses,
    responses_streamed,
    responses_tool_streamed,
)
from tests.egress.conftest import Install
from tests.egress.support import EMAIL, PHONE, ListSink

pytestmark = pytest.mark.anyio

OPENAI_CALLS: list[tuple[Callable[[openai.OpenAI], object], object]] = [
    (chat, ANSWER),
    (chat_streamed, ANSWER),
    (chat_tool, ARGUMENTS),
    (chat_tool_streamed, ARGUMENTS),
    (responses, ANSWER),
    (responses_streamed, ANSWER),
    (responses_tool_streamed, ARGUMENTS),
]


@pytest.mark.parametrize(("call", "expected"), OPENAI_CALLS, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize(
    "cut", [Cut(1, 0), Cut(5, 37), Cut(400, 11)], ids=["letters", "events", "bytes"], indirect=False
)
def test_openai_gets_pseudonyms_and_the_app_its_originals(
    openai_server: StandIn, install: Install, call: Callable[[openai.OpenAI], object], expected: object
) -> None:
    """No original reaches the provider, whatever endpoint is called, and the app reads its answer restored."""
    install()
    with openai_client(openai_server) as client, purpose("reply"):
        assert expected == call(client)
    arrived = openai_server.everything()
    assert EMAIL.encode() not in arrived
    assert PHONE.encode() not in arrived
    assert b"[EMAIL_ADDRESS_" in arrived


async def test_asynchronous_openai_client(openai_server: StandIn, install: Install) -> None:
    """The same holds for the asynchronous client, plain and streamed."""
    install()
    async with async_openai_client(openai_server) as client:
        with purpose("reply"):
            answer = await client.chat.completions.create(model="gpt-test", messages=MESSAGES)
            stream = await client.chat.completions.create(model="gpt-test", messages=MESSAGES, stream=True)
            streamed = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
    assert ANSWER == answer.choices[0].message.content
    assert ANSWER == "".join(streamed)
    assert EMAIL.encode() not in openai_server.everything()


def test_anthropic_client(anthropic_server: StandIn, install: Install) -> None:
    """Messages, streamed messages and streamed tool input come back restored; no original was sent."""
    install()
    with anthropic_client(anthropic_server) as client, purpose("reply"):
        answer: Any = client.messages.create(model="claude-test", max_tokens=99, messages=MESSAGES).content[0]
        with client.messages.stream(model="claude-test", max_tokens=99, messages=MESSAGES) as stream:
            streamed = "".join(stream.text_stream)
        with client.messages.stream(
            model="claude-test", max_tokens=99, messages=MESSAGES, tools=MESSAGES_TOOL
        ) as stream:
            tool: Any = stream.get_final_message().content[0]
    assert ANSWER == answer.text
    assert ANSWER == streamed
    assert ARGUMENTS == tool.input
    assert EMAIL.encode() not in anthropic_server.everything()


async def test_asynchronous_anthropic_client(anthropic_server: StandIn, install: Install) -> None:
    """The same holds for the asynchronous client, plain and streamed."""
    install()
    async with async_anthropic_client(anthropic_server) as client:
        with purpose("reply"):
            answer: Any = await client.messages.create(model="claude-test", max_tokens=99, messages=MESSAGES)
            async with client.messages.stream(model="claude-test", max_tokens=99, messages=MESSAGES) as stream:
                streamed = "".join([text async for text in stream.text_stream])
    assert ANSWER == answer.content[0].text
    assert ANSWER == streamed
    assert EMAIL.encode() not in anthropic_server.everything()


def test_every_position_of_a_request_is_covered(openai_server: StandIn, install: Install) -> None:
    """User field, metadata, system prompt, tools, arguments in the history, unknown members, query and header."""
    install()
    history: Any = [
        {"role": "system", "content": f"You serve {EMAIL}"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": EMAIL},
                {"type": "image_url", "image_url": {"url": f"https://h/?m={EMAIL}"}},
            ],
        },
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps({"to": EMAIL})}}
            ],
        },
        {"role": "tool", "tool_call_id": "c", "content": json.dumps({EMAIL: [EMAIL]})},
    ]
    tools: Any = [
        {
            "type": "function",
            "function": {"name": "f", "description": f"mails {EMAIL}", "parameters": {"enum": [EMAIL]}},
        }
    ]
    with openai_client(openai_server) as client, purpose("reply"):
        client.chat.completions.create(
            model="gpt-test",
            messages=history,
            tools=tools,
            user=EMAIL,
            metadata={"owner": EMAIL},
            safety_identifier=EMAIL,
            stop=[EMAIL],
            extra_body={"unknown": {"deep": [EMAIL]}},
            extra_headers={"X-On-Behalf": EMAIL},
            extra_query={"for": EMAIL},
        )
    arrived = openai_server.everything()
    assert EMAIL.encode() not in arrived
    assert b"alice%40" not in arrived
    body = openai_server.received[0].json()
    assert body["model"] == "gpt-test"
    assert json.loads(body["messages"][2]["tool_calls"][0]["function"]["arguments"])["to"] == body["user"]


def test_storage_is_switched_off_and_the_request_recorded(
    openai_server: StandIn, install: Install, sink: ListSink
) -> None:
    """The register's no-store switch is set in the body, and intent and outcome say what happened, without values."""
    install()
    with openai_client(openai_server) as client, purpose("reply"):
        chat(client)
    assert openai_server.received[0].json()["store"] is False
    intent, outcome = sink.records
    assert (DecisionKind.ALLOW_REDACTED, "openai", "reply", "US") == (
        intent.decision,
        intent.recipient_id,
        intent.purpose,
        intent.destination_country,
    )
    assert {"EMAIL_ADDRESS": 1, "PHONE_NUMBER": 1} == dict(intent.removed)
    assert ("chat", "gpt-test", "openai", "store=false") == (
        intent.gen_ai_operation_name,
        intent.gen_ai_request_model,
        intent.gen_ai_provider_name,
        intent.retention_requested,
    )
    assert intent.payload is not None
    assert ("messages[].content",) == intent.payload.item_fields
    assert (intent.record_id, Outcome.SENT, 200) == (outcome.intent_id, outcome.outcome, outcome.status_code)
    assert (64, 32) == (outcome.input_tokens, outcome.output_tokens)
    assert EMAIL not in repr(sink.records)


def test_text_is_shown_before_the_stream_ends(openai_server: StandIn, cut: Cut, install: Install) -> None:
    """A streamed answer is restored as it comes: text is there while the provider still holds back the rest."""
    install()
    cut.hold = threading.Event()
    with openai_client(openai_server) as client, purpose("reply"):
        stream = client.chat.completions.create(model="gpt-test", messages=MESSAGES, stream=True)
        first = next(chunk.choices[0].delta.content for chunk in stream if chunk.choices[0].delta.content)
        cut.hold.set()
        rest = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert ANSWER == first + rest


def test_a_retry_sends_the_same_pseudonyms(openai_server: StandIn, install: Install) -> None:
    """The SDK sends its original body again after a failure, and the provider gets the same tokens again."""
    install()
    openai_server.fail_next = 1
    with openai_client(openai_server) as client, purpose("reply"):
        assert ANSWER == chat(client)
    first, second = openai_server.received
    assert first.body == second.body
    assert EMAIL.encode() not in openai_server.everything()
