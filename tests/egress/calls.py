"""Calls through the real SDKs, each returning what the app reads."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import openai

from privmw.demo.standins import StandIn
from tests.egress.support import PROMPT

ANSWER = f"You wrote: {PROMPT}"
CHAT_TOOL: Any = [{"type": "function", "function": {"name": "send", "parameters": {"type": "object"}}}]
RESPONSES_TOOL: Any = [{"type": "function", "name": "send", "parameters": {"type": "object"}, "strict": False}]
MESSAGES_TOOL: Any = [{"name": "send", "input_schema": {"type": "object"}}]
MESSAGES: Any = [{"role": "user", "content": PROMPT}]
ARGUMENTS = {"recipient": "support", "note": ANSWER}


def openai_client(server: StandIn) -> openai.OpenAI:
    """A client of the stand-in."""
    return openai.OpenAI(base_url=server.base_url, api_key="key-for-tests")


def async_openai_client(server: StandIn) -> openai.AsyncOpenAI:
    """An asynchronous client of the stand-in."""
    return openai.AsyncOpenAI(base_url=server.base_url, api_key="key-for-tests")


def anthropic_client(server: StandIn) -> anthropic.Anthropic:
    """A client of the stand-in."""
    return anthropic.Anthropic(base_url=server.base_url, api_key="key-for-tests")


def async_anthropic_client(server: StandIn) -> anthropic.AsyncAnthropic:
    """An asynchronous client of the stand-in."""
    return anthropic.AsyncAnthropic(base_url=server.base_url, api_key="key-for-tests")


def chat(client: openai.OpenAI) -> object:
    """The text of a chat completion."""
    return client.chat.completions.create(model="gpt-test", messages=MESSAGES).choices[0].message.content


def chat_streamed(client: openai.OpenAI) -> object:
    """The text of a streamed chat completion."""
    stream = client.chat.completions.create(model="gpt-test", messages=MESSAGES, stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def chat_tool(client: openai.OpenAI) -> object:
    """The parsed arguments of a tool call."""
    answer = client.chat.completions.create(model="gpt-test", messages=MESSAGES, tools=CHAT_TOOL)
    call: Any = (answer.choices[0].message.tool_calls or [])[0]
    return json.loads(call.function.arguments)


def chat_tool_streamed(client: openai.OpenAI) -> object:
    """The parsed arguments of a streamed tool call."""
    stream = client.chat.completions.create(model="gpt-test", messages=MESSAGES, tools=CHAT_TOOL, stream=True)
    calls = [call for chunk in stream for call in chunk.choices[0].delta.tool_calls or []]
    return json.loads("".join(call.function.arguments or "" for call in calls if call.function))


def responses(client: openai.OpenAI) -> object:
    """The text of a response."""
    return client.responses.create(model="gpt-test", input=PROMPT).output_text


def responses_streamed(client: openai.OpenAI) -> object:
    """The text of a streamed response, which must say it twice."""
    stream = client.responses.create(model="gpt-test", input=PROMPT, stream=True)
    text, whole = "", ""
    for event in stream:
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type == "response.completed":
            whole = event.response.output_text
    assert whole == text
    return text


def responses_tool_streamed(client: openai.OpenAI) -> object:
    """The parsed arguments of a streamed function call, which must say them twice."""
    stream = client.responses.create(model="gpt-test", input=PROMPT, tools=RESPONSES_TOOL, stream=True)
    text, done = "", ""
    for event in stream:
        if event.type == "response.function_call_arguments.delta":
            text += event.delta
        elif event.type == "response.function_call_arguments.done":
            done = event.arguments
    assert done == text
    return json.loads(text)


def message(client: anthropic.Anthropic) -> object:
    """A message."""
    return client.messages.create(model="claude-test", max_tokens=99, messages=MESSAGES)


def message_streamed(client: anthropic.Anthropic) -> object:
    """A streamed message."""
    with client.messages.stream(model="claude-test", max_tokens=99, messages=MESSAGES) as stream:
        return stream.get_final_message()
