"""Restoring answers: whichever way they are cut, in every shape that providers use."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privmw.egress.answers import answer_for
from privmw.egress.restore import Answer
from privmw.redaction.pseudonyms import Pseudonymiser
from tests.egress.support import EMAIL

SSE = "text/event-stream; charset=utf-8"
NAMES = Pseudonymiser([b"k" * 32], "test")
TOKEN = NAMES.token("EMAIL_ADDRESS", EMAIL)
NASTY = 'a "quoted"\n\\name'
NASTY_TOKEN = NAMES.token("PERSON", NASTY)


def answer(content_type: str = SSE, coding: str = "") -> Answer:
    """How an answer of that type is restored."""
    chosen = answer_for(content_type, coding, NAMES)
    assert chosen is not None
    return chosen


def restored(data: bytes, content_type: str = SSE, *, size: int = 10**9) -> bytes:
    """A body restored in chunks of a size."""
    chosen = answer(content_type)
    return b"".join(chosen.feed(data[at : at + size]) for at in range(0, len(data), size)) + chosen.end()


def events(*bodies: dict[str, Any], eol: str = "\n") -> bytes:
    """Bodies as server-sent events."""
    return "".join(f"data: {json.dumps(body, ensure_ascii=False)}{eol}{eol}" for body in bodies).encode()


def bodies(data: bytes) -> list[dict[str, Any]]:
    """The JSON of server-sent events."""
    lines = data.decode().replace("\r\n", "\n").split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def halves(text: str) -> tuple[str, str]:
    """A text cut inside its token."""
    at = text.index("[") + 9
    return text[:at], text[at:]


def chat(**delta: Any) -> dict[str, Any]:
    """An OpenAI chat chunk."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def tool_call(arguments: str) -> dict[str, Any]:
    """An OpenAI chat chunk of a tool call."""
    return chat(tool_calls=[{"index": 0, "function": {"arguments": arguments}}])


def block(**delta: Any) -> dict[str, Any]:
    """An Anthropic delta."""
    return {"type": "content_block_delta", "index": 1, "delta": delta}


def joined(path: Callable[[Any], str | None], data: bytes) -> str:
    """The fragments of one field, joined."""
    texts = []
    for body in bodies(data):
        try:
            texts.append(path(body) or "")
        except (KeyError, IndexError, TypeError):
            continue
    return "".join(texts)


def response_delta(kind: str, text: str, **place: Any) -> dict[str, Any]:
    """A delta of OpenAI's Responses API."""
    return {"type": f"response.{kind}.delta", "output_index": 0, **place, "delta": text}


def candidate(text: str) -> dict[str, Any]:
    """A Gemini chunk."""
    return {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}}]}


def cohere(text: str) -> dict[str, Any]:
    """A Cohere delta."""
    return {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}}


Make = Callable[[str], dict[str, Any]]
Read = Callable[[Any], str | None]

SHAPES: dict[str, tuple[Make, Read]] = {
    "chat": (lambda t: chat(content=t), lambda b: b["choices"][0]["delta"]["content"]),
    "reasoning": (lambda t: chat(reasoning_content=t), lambda b: b["choices"][0]["delta"]["reasoning_content"]),
    "unknown": (lambda t: chat(novel=t), lambda b: b["choices"][0]["delta"]["novel"]),
    "completion": (lambda t: {"choices": [{"index": 0, "text": t}]}, lambda b: b["choices"][0]["text"]),
    "messages": (lambda t: block(type="text_delta", text=t), lambda b: b["delta"]["text"]),
    "responses": (lambda t: response_delta("output_text", t, content_index=0), lambda b: b["delta"]),
    "summary": (lambda t: response_delta("reasoning_summary_text", t, summary_index=0), lambda b: b["delta"]),
    "gemini": (candidate, lambda b: b["candidates"][0]["content"]["parts"][0]["text"]),
    "cohere": (cohere, lambda b: b["delta"]["message"]["content"]["text"]),
    "mistral": (lambda t: {"type": "message.output.delta", "content": t}, lambda b: b["content"]),
}


@pytest.mark.parametrize(("make", "read"), SHAPES.values(), ids=list(SHAPES))
@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_a_token_over_two_events_is_restored(
    make: Callable[[str], dict[str, Any]], read: Callable[[Any], str | None], eol: str
) -> None:
    """In every provider's shape, a token cut over two events comes back as its original, in one piece."""
    first, second = halves(f"안녕 {TOKEN} 끝")
    data = events(make(first), make(second), eol=eol)
    for size in (1, 7, 10**9):
        out = restored(data, size=size)
        assert f"안녕 {EMAIL} 끝" == joined(read, out.replace(b"\r", b"\n") if eol == "\r" else out)


@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.integers(0, 60), max_size=12), chunk=st.integers(1, 90))
def test_cuts_make_no_difference(cuts: list[int], chunk: int) -> None:
    """However text is cut into events and events into chunks, the app reads the same."""
    text = f"a [b {TOKEN}, {TOKEN}{TOKEN} [EMAIL_ADD 안녕 _{TOKEN}_"
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in pairwise(places)]
    data = events(*(chat(content=piece) for piece in pieces)) + b"data: [DONE]\n\n"
    out = restored(data, size=chunk)
    assert text.replace(TOKEN, EMAIL) == joined(lambda b: b["choices"][0]["delta"]["content"], out)
    assert out.endswith(b"data: [DONE]\n\n")


def test_fields_do_not_mix() -> None:
    """Two choices and two tool calls that take turns each keep their own half of a token."""
    first, second = halves(TOKEN)

    def choice(index: int, text: str) -> dict[str, Any]:
        return {"choices": [{"index": index, "delta": {"content": text}}]}

    out = restored(events(choice(0, first), choice(1, "x" + first), choice(1, second + "y"), choice(0, second)))
    texts: dict[int, str] = {0: "", 1: ""}
    for body in bodies(out):
        texts[body["choices"][0]["index"]] += body["choices"][0]["delta"]["content"]
    assert {0: EMAIL, 1: f"x{EMAIL}y"} == texts


@pytest.mark.parametrize("size", [1, 3, 10**9])
def test_originals_are_escaped_in_arguments(size: int) -> None:
    """An original with quotes, a line break and a backslash cannot change a tool call or a structured output."""
    source = json.dumps({"name": NASTY_TOKEN, "n": 1})
    pieces = [source[at : at + 5] for at in range(0, len(source), 5)]
    tools = restored(events(*map(tool_call, pieces)), size=size)
    assert {"name": NASTY, "n": 1} == json.loads(
        joined(lambda b: b["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"], tools)
    )
    structured = restored(events(*(chat(content=piece) for piece in pieces)), size=size)
    assert {"name": NASTY, "n": 1} == json.loads(joined(lambda b: b["choices"][0]["delta"]["content"], structured))
    partial = restored(events(*(block(type="input_json_delta", partial_json=piece) for piece in pieces)), size=size)
    assert {"name": NASTY, "n": 1} == json.loads(joined(lambda b: b["delta"]["partial_json"], partial))


def test_repeated_whole_texts_are_restored() -> None:
    """The events that repeat the whole text or the whole arguments are restored as well."""
    done = {"type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": TOKEN}
    item: dict[str, Any] = {"type": "function_call", "arguments": json.dumps({"a": NASTY_TOKEN})}
    whole = {"type": "response.completed", "response": {"output": [{"content": [{"text": TOKEN}]}, item]}}
    first, second = bodies(restored(events(done, whole)))
    assert EMAIL == first["text"]
    output = second["response"]["output"]
    assert (EMAIL, {"a": NASTY}) == (output[0]["content"][0]["text"], json.loads(output[1]["arguments"]))


@pytest.mark.parametrize(
    ("stream", "read"),
    [
        (
            [chat(content=TOKEN[:9]), {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}],
            lambda b: b["choices"][0]["delta"]["content"],
        ),
        (
            [{"choices": [{"index": 0, "delta": {"content": TOKEN[:9]}, "finish_reason": "length"}]}],
            lambda b: b["choices"][0]["delta"]["content"],
        ),
        (
            [block(type="text_delta", text=TOKEN[:9]), {"type": "content_block_stop", "index": 1}],
            lambda b: b["delta"]["text"],
        ),
        (
            [
                {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": TOKEN[:9]},
                {"type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": TOKEN[:9]},
            ],
            lambda b: b["delta"],
        ),
        ([chat(content=TOKEN[:9])], lambda b: b["choices"][0]["delta"]["content"]),
    ],
    ids=["chat", "same-event", "messages", "responses", "cut-off"],
)
def test_what_is_held_back_comes_before_the_field_ends(
    stream: list[dict[str, Any]], read: Callable[[Any], str | None]
) -> None:
    """A text that ends in what looks like the start of a token is complete before its end is announced."""
    out = restored(events(*stream))
    assert TOKEN[:9] == joined(read, out)
    assert bodies(out)[-1].get("type") == stream[-1].get("type")


def test_inserted_events_keep_the_numbering() -> None:
    """Where an event is added, the numbers of those after it move on."""
    place = {"output_index": 0, "content_index": 0}
    stream = [
        {"type": "response.output_text.delta", "sequence_number": 4, **place, "delta": "see [EMAIL"},
        {"type": "response.output_text.done", "sequence_number": 5, **place, "text": "see [EMAIL"},
        {"type": "response.completed", "sequence_number": 6, "response": {}},
    ]
    out = bodies(restored(events(*stream)))
    assert [4, 5, 6, 7] == [body["sequence_number"] for body in out]
    assert ["see ", "[EMAIL"] == [body["delta"] for body in out[:2]]


def test_raw_text_events_are_restored() -> None:
    """Replicate's events carry text that is no JSON, with line breaks as several data lines."""
    first, second = halves(f"1. {TOKEN}")
    data = f"event: output\nid: 1\ndata: {first}\n\nevent: output\nid: 2\ndata: {second}\ndata: next\n\n"
    out = restored((data + "event: done\ndata: {}\n\n").encode())
    assert b"data: 1. \n\n" in out
    assert f"event: output\nid: 2\ndata: {EMAIL}\ndata: next\n\n".encode() in out


def test_signed_thoughts_and_signatures_come_back_as_they_were() -> None:
    """What a provider signed must be sent back unchanged, so its tokens stay in it."""
    thought = {"type": "thinking", "thinking": TOKEN, "signature": TOKEN}
    stream = [
        block(type="thinking_delta", thinking=TOKEN),
        block(type="signature_delta", signature=TOKEN),
        {"type": "message", "content": [thought]},
    ]
    assert events(*stream) == restored(events(*stream))
    assert [thought] == json.loads(restored(json.dumps([thought]).encode(), "application/json"))


@pytest.mark.parametrize(
    "data",
    [
        b": ping\n\n",
        b"event: ping\ndata: {\"type\": \"ping\"}\n\n",
        b"data:{\"a\":  1}\n\n",
        b"data: {\"a\":\ndata:  1}\n\n",
        b"retry: 3\n\n",
        b"data: [DONE]\n\n",
        b"data: [1, 2]\n\n",
        b"data: {broken\n\n",
        b"\n\n\n",
        b"data: no end",
        b"data: \xff\xfe\n\n",
        b"data: " + b"[" * 3000 + b"]" * 3000 + b"\n\n",
    ],
)  # fmt: skip
def test_events_without_tokens_keep_their_bytes(data: bytes) -> None:
    """Comments, pings, broken and odd events pass byte for byte."""
    for size in (1, 2, 10**9):
        assert data == restored(data, size=size)


def test_an_event_passes_as_soon_as_it_is_complete() -> None:
    """Nothing waits for the next event."""
    data = events(chat(content="plain text"))
    chosen = answer()
    assert b"" == chosen.feed(data[:-1])
    assert data == chosen.feed(data[-1:])


@pytest.mark.parametrize(
    ("media", "data", "expected"),
    [
        ("application/json", f'{{"a": ["{TOKEN}"], "id": "{TOKEN}"}}', {"a": [EMAIL], "id": TOKEN}),
        ("application/problem+json", f'{{"a":"{TOKEN}"}}', {"a": EMAIL}),
        ("application/x-ndjson", f'{{"a":"{TOKEN}"}}', {"a": EMAIL}),
    ],
)
def test_documents_are_restored(media: str, data: str, expected: object) -> None:
    """JSON and JSON lines, in any chunks; names and ids are left alone."""
    for size in (1, 10**9):
        assert expected == json.loads(restored(data.encode(), media, size=size))


def test_lines_do_not_wait_for_each_other() -> None:
    """A line of JSON is passed on when it is complete."""
    chosen = answer("application/x-ndjson")
    assert f'{{"a":"{EMAIL}"}}\n'.encode() == chosen.feed(f'{{"a":"{TOKEN}"}}\n{{"b"'.encode())


def test_plain_text_survives_any_bytes() -> None:
    """Text is restored in any chunks, and bytes that are no UTF-8 come through."""
    data = f"안녕 {TOKEN} ".encode() + b"\xff\xfe end"
    for size in range(1, 12):
        assert f"안녕 {EMAIL} ".encode() + b"\xff\xfe end" == restored(data, "text/plain", size=size)


def test_compressed_answers_are_opened() -> None:
    """A server that compresses although it was asked not to is understood."""
    chosen = answer("application/json", "gzip")
    data = gzip.compress(json.dumps({"a": TOKEN}).encode())
    out = b"".join(chosen.feed(data[at : at + 5]) for at in range(0, len(data), 5)) + chosen.end()
    assert {"a": EMAIL} == json.loads(out)


@pytest.mark.parametrize(("media", "coding"), [("audio/mpeg", ""), ("image/png", ""), ("application/json", "br")])
def test_what_holds_no_text_is_left_alone(media: str, coding: str) -> None:
    """Audio, images and unknown codings pass untouched."""
    assert answer_for(media, coding, NAMES) is None
