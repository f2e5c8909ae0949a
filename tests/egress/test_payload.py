"""What is found in request bodies of all media types, and that they stay what they were otherwise."""

from __future__ import annotations

import base64
import gzip
import json
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privmw.egress.leaves import Leaves, Replace, Rewriting
from privmw.egress.payload import Body, Unscannable, read_body
from privmw.redaction.pseudonyms import Pseudonymiser
from privmw.redaction.redactor import Redactor, Transformed
from tests.egress.support import EMAIL

JSON = "application/json"
BOUNDARY = "multipart/form-data; boundary=XX"


def rewrite(redactor: Redactor, body: Body) -> tuple[bytes, Rewriting]:
    """The body with tokens in place of what was found."""
    rewriting = body.leaves.rewrite(redactor.transform, Pseudonymiser([b"k" * 32], "test").token)
    return body.render(), rewriting


def rewritten(redactor: Redactor, value: object, *, ai: bool = True) -> Any:
    """A JSON body with tokens in place of what was found."""
    data, _ = rewrite(redactor, read_body(JSON, "", json.dumps(value).encode(), ai=ai))
    return json.loads(data)


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [{"role": "user", "content": EMAIL}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": EMAIL}]}]},
        {"input": [{"type": "function_call_output", "call_id": "c_1", "output": EMAIL}]},
        {"input": EMAIL},
        {"user": EMAIL},
        {"metadata": {"user_id": EMAIL, "id": EMAIL, "type": EMAIL, "model": EMAIL}},
        {"metadata": {EMAIL: 1}},
        {EMAIL: {"x": 1}},
        {"messages": [{"tool_calls": [{"function": {"arguments": json.dumps({"id": EMAIL})}}]}]},
        {"messages": [{"content": json.dumps([json.dumps({"a": EMAIL})])}]},
        {"messages": [{"content": [{"type": "tool_use", "input": {"role": EMAIL}}]}]},
        {"contents": [{"parts": [{"functionCall": {"args": {"type": EMAIL}}}]}]},
        {"tools": [{"input_schema": {"properties": {"x": {"default": EMAIL}}}}]},
        {"file": {"file_data": "data:text/plain;base64," + base64.b64encode(f"I am {EMAIL}".encode()).decode()}},
        {
            "source": {
                "media_type": "text/plain",
                "data": base64.b64encode(f"I am {EMAIL} {'x' * 60}".encode()).decode(),
            }
        },
        {"url": f"data:text/plain,{EMAIL}"},
        {"model": EMAIL},
        {"a": [[[{"b": [EMAIL]}]]]},
        [EMAIL],
        EMAIL,
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_no_position_hides_a_value(redactor: Redactor, value: object) -> None:
    """An e-mail address is found wherever it stands in a JSON body, in its structural members too."""
    found = json.dumps(rewritten(redactor, value))
    hidden = base64.b64encode(f"I am {EMAIL}".encode()).decode()[:20]
    assert EMAIL not in found
    assert hidden not in found
    if "base64" not in found and "media_type" not in found:
        assert "EMAIL_ADDRESS_" in found


@pytest.mark.parametrize(
    "value",
    [
        {"model": "claude-3-sonnet-20240229", "stream": True, "temperature": 1.0, "max_tokens": 4096},
        {
            "messages": [
                {"role": "assistant", "tool_calls": [{"id": "call_6KQlxELWhphiY7wr0DV9WW5S", "type": "function"}]}
            ]
        },
        {
            "contents": [
                {"parts": [{"thoughtSignature": "EpwICpkIAXLI2nxlU6gsWZaZHRYkX1orzuM8vSUFwaAt1JRxEC2hJzPAcAu3PWaK"}]}
            ]
        },
        {"content": [{"type": "thinking", "thinking": f"of {EMAIL}", "signature": "abc"}]},
        {
            "include": ["reasoning.encrypted_content"],
            "previous_response_id": "resp_68c35098e6fc819e80fb94b25b7d031b0f2d67",
        },
        {"image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"}},
        {"big": 123456789012345678901234567890, "seed": 1764500140, "created_at": 1764500140123},
        {"lone": "\ud800", "text": "plain"},
    ],
    ids=lambda value: json.dumps(value)[:50],
)
def test_structure_is_left_alone(redactor: Redactor, value: object) -> None:
    """Models, ids, signatures, signed thoughts, images and measures come out as they went in."""
    assert value == rewritten(redactor, value)


def test_a_member_named_twice_hides_nothing(redactor: Redactor) -> None:
    """A parser keeps the last of two members of one name; what the first one held is not sent either."""
    body = read_body(JSON, "", f'{{"a": "{EMAIL}", "a": "clean"}}'.encode(), ai=True)
    data, rewriting = rewrite(redactor, body)
    assert body.ambiguous
    assert not rewriting.changed
    assert b'{"a":"clean"}' == data
    nested = rewritten(redactor, {"content": f'{{"a": "{EMAIL}", "a": "clean"}}'})
    assert EMAIL not in nested["content"]
    assert not read_body(JSON, "", b'{ "a": 1.0, "b": {"a": "\\u00e9"} }', ai=True).ambiguous


def test_a_number_can_be_personal(redactor: Redactor) -> None:
    """A card given as a JSON number is replaced by a text."""
    found = rewritten(redactor, {"args": {"card": 4111111111111111, "amount": 12}})
    assert isinstance(found["args"]["card"], str)
    assert 12 == found["args"]["amount"]
    assert "4111111111111111" not in json.dumps(found)


def test_a_replacement_cannot_change_nested_json(redactor: Redactor) -> None:
    """Arguments are rewritten value by value: the inner document keeps its members."""
    arguments = json.dumps({"to": EMAIL, "text": 'say "hi"\n' + EMAIL, "n": 1})
    found = rewritten(redactor, {"function": {"arguments": arguments}})
    inner = json.loads(found["function"]["arguments"])
    assert ["to", "text", "n"] == list(inner)
    assert inner["text"] == 'say "hi"\n' + inner["to"]


def test_what_was_found_once_is_replaced_everywhere(redactor: Redactor) -> None:
    """A value recognised in one place is replaced in another where nothing around it gives it away."""
    body = {"metadata": {"ssn": "078-05-1121"}, "messages": [{"content": "again, 078-05-1121."}]}
    found = json.dumps(rewritten(redactor, body))
    assert "078-05-1121" not in found
    secret = {"metadata": {"password": "kingfisher blue"}, "messages": [{"content": "is kingfisher blue long enough?"}]}
    assert "kingfisher" not in json.dumps(rewritten(redactor, secret))


def test_what_only_a_model_finds_is_repeated_in_prose_alone() -> None:
    """A name found once is replaced in other prose, not in keys and tool names, which a provider would then refuse."""

    def transform(value: Any, replace: Replace) -> Transformed:
        new = [replace("PERSON", "Dunleavy") if text == "Dunleavy" else text for text in value]
        return Transformed(new, {"PERSON": 1}, ())

    leaves = Leaves()
    texts = ["Dunleavy", "ask Dunleavy\\", "Dunleavys", "Dunleavy_tool"]
    for at, prose in enumerate([True, True, True, False]):
        leaves.add(texts[at], partial(texts.__setitem__, at), ("x",), prose=prose)
    rewriting = leaves.rewrite(transform, lambda entity, _: f"[{entity}\\1]")
    assert ["[PERSON\\1]", "ask [PERSON\\1]\\", "Dunleavys", "Dunleavy_tool"] == texts
    assert {"PERSON": 2} == rewriting.counts


def test_binary_content_is_counted(redactor: Redactor) -> None:
    """Images and audio are not looked into, and the record says how many there were."""
    png = base64.b64encode(bytes(range(256))).decode()
    value = {"content": [{"source": {"media_type": "image/png", "data": png}}, {"url": f"data:audio/wav;base64,{png}"}]}
    body = read_body(JSON, "", json.dumps(value).encode(), ai=True)
    rewrite(redactor, body)
    assert {"image/png": 1, "audio/wav": 1} == body.leaves.attachments


def test_forms(redactor: Redactor) -> None:
    """Form fields are rewritten and stay a form."""
    data, rewriting = rewrite(
        redactor, read_body("application/x-www-form-urlencoded", "", b"a=1&to=alice%40example.com", ai=False)
    )
    assert data.startswith(b"a=1&to=%5BEMAIL_ADDRESS_")
    assert {"EMAIL_ADDRESS": 1} == dict(rewriting.counts)


def test_multipart_stays_whole(redactor: Redactor) -> None:
    """Text parts, text files, batches of requests and file names are rewritten; everything else keeps its bytes."""
    line = json.dumps({"body": {"messages": [{"content": EMAIL}]}})
    parts = [
        ('name="purpose"', "", b"batch"),
        ('name="prompt"', "", f"me: {EMAIL}".encode()),
        (f'name="file"; filename="{EMAIL}.jsonl"', "Content-Type: application/jsonl\r\n", f"{line}\n{line}".encode()),
        ('name="pic"; filename="a.png"', "Content-Type: image/png\r\n", b"\x89PNG\r\n\x00--X"),
    ]
    raw = b"".join(
        f"--XX\r\nContent-Disposition: form-data; {head}\r\n{more}\r\n".encode() + content + b"\r\n"
        for head, more, content in parts
    )
    data, _ = rewrite(redactor, read_body(BOUNDARY, "", raw + b"--XX--\r\n", ai=False))
    assert EMAIL.encode() not in data
    assert 4 == data.count(b"EMAIL_ADDRESS_")
    assert b"\x89PNG\r\n\x00--X\r\n" in data
    assert b'name="purpose"\r\n\r\nbatch\r\n' in data


def test_compressed_bodies_are_opened(redactor: Redactor) -> None:
    """A gzip body is searched like any other and comes out plain."""
    body = read_body(JSON, "gzip", gzip.compress(json.dumps({"to": EMAIL}).encode()), ai=False)
    assert EMAIL.encode() not in rewrite(redactor, body)[0]


def test_plain_text_and_json_lines(redactor: Redactor) -> None:
    """Text and newline-delimited JSON are searched."""
    for media in ("text/plain; charset=utf-8", "application/x-ndjson"):
        data = f'{{"a":"{EMAIL}"}}'.encode()
        assert EMAIL.encode() not in rewrite(redactor, read_body(media, "", data, ai=False))[0]


@pytest.mark.parametrize(
    ("media", "coding", "data"),
    [
        ("application/octet-stream", "", b"abc"),
        ("audio/wav", "", b"abc"),
        ("application/x-protobuf", "", b"abc"),
        (JSON, "br", b"abc"),
        (JSON, "gzip", b"abc"),
        (JSON, "gzip", gzip.compress(b"{}", mtime=0) + b"more"),
        (JSON, "gzip", gzip.compress(b" " * 40_000_000, mtime=0)),
        (JSON, "", b"{not json"),
        (JSON, "", b'{"input":[1,2,3]}'),
        (JSON, "", None),
        ("", "", b"no json"),
        ("text/plain", "", b"\xff\xfe"),
        (BOUNDARY, "", b"--XX\r\nno end"),
        (BOUNDARY, "", b"alice@example.com\r\n--XX\r\na: b\r\n\r\nc\r\n--XX--\r\n"),
        ("multipart/form-data", "", b"--XX--"),
        ("application/x-www-form-urlencoded", "", b"no pairs"),
    ],
)
def test_what_cannot_be_searched_is_said_to_be_so(media: str, coding: str, data: bytes | None) -> None:
    """Unknown types and codings, broken forms, token numbers, bombs: each is refused, and the reason names no value."""
    with pytest.raises(Unscannable) as caught:
        read_body(media, coding, data, ai=True)
    assert "alice" not in str(caught.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30) | st.just(EMAIL),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no bug
@given(value=values, ai=st.booleans())
def test_shapes_are_kept(redactor: Redactor, value: Any, ai: bool) -> None:
    """Whatever a body is, its shape stays and no planted value survives; without one, it stays as it is."""

    def shape(item: Any) -> Any:
        if isinstance(item, dict):
            return [shape(inner) for inner in item.values()]
        return [shape(inner) for inner in item] if isinstance(item, list) else None

    plain = json.loads(json.dumps(value))
    if isinstance(plain, list) and ai and plain and isinstance(plain[0], int):
        return
    found = rewritten(redactor, {"x": plain}, ai=ai)
    assert shape({"x": plain}) == shape(found)
    assert EMAIL not in json.dumps(found)
