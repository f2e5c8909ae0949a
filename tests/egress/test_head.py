"""Path, query and headers of a request: everything but credentials is text."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import httpx2
import openai
import pytest

from privmw.context import RequestContext, identify, open_context
from privmw.demo.standins import StandIn
from privmw.purposes import purpose
from tests.egress.calls import anthropic_client, openai_client
from tests.egress.conftest import Install
from tests.egress.support import EMAIL, ListSink

NAME = "Margarethe Quast"
MESSAGES: Any = [{"role": "user", "content": "hello"}]
VALUES = (EMAIL.encode(), quote(EMAIL).encode(), NAME.encode(), quote(NAME).encode(), b"Margarethe+Quast")

HEADERS = (
    "User-Agent", "Idempotency-Key", "X-Request-Id", "Referer", "From", "OpenAI-Organization", "OpenAI-Project",
    "X-Stainless-Helper", "Sec-Fetch-Site", "Accept-Language", "X-Goog-User-Project", "Traceparent", "X-Customer",
    "X-Fern-Language", "X-Sentry-Note", "If-None-Match", "Accept", "Date",
)  # fmt: skip


def _arrived(server: StandIn) -> list[bytes]:
    return [value for value in VALUES if value in server.everything()]


def _chat(server: StandIn, **more: Any) -> None:
    with open_context(RequestContext()), purpose("reply"), openai_client(server) as client:
        identify(subject_id="u_1", name=NAME)
        client.chat.completions.create(model="gpt-test", messages=MESSAGES, **more)


@pytest.mark.parametrize("header", HEADERS)
def test_no_header_carries_a_value(header: str, openai_server: StandIn, install: Install) -> None:
    """Also not one that SDKs usually write themselves: an app may write it too."""
    install()
    _chat(openai_server, extra_headers={header: f"a {NAME} {EMAIL}"})
    assert [] == _arrived(openai_server)
    value = openai_server.received[0].header(header.lower()) or ""
    assert value.startswith("a [PERSON_")
    assert "[EMAIL_ADDRESS_" in value


def test_without_the_guard_every_header_carries_it(openai_server: StandIn) -> None:
    """The negative control."""
    for header in HEADERS:
        openai_server.clear()
        _chat(openai_server, extra_headers={header: f"a {NAME} {EMAIL}"})
        assert [EMAIL.encode(), NAME.encode()] == _arrived(openai_server), header


def _cookie(name: str, value: str) -> dict[str, Any]:
    return {"extra_headers": {"Cookie": f"__cf_bm=4Tz.x-1733606148-1.0.1.1-Zq3v9LmT4x; {name}={value}; last=1"}}


QUERIES: dict[str, dict[str, Any]] = {
    "value": {"extra_query": {"for": EMAIL, "who": NAME}},
    "name": {"extra_query": {EMAIL: "1", NAME: "2"}},
    "name of a credential": {"extra_query": {"token": EMAIL, "key": NAME, "sig": EMAIL, "api_key": EMAIL}},
    "cookie": _cookie("who", quote(f"{EMAIL} {NAME}")),
    "name of a cookie": _cookie(quote(EMAIL), quote(NAME)),
    "name of a session": _cookie("session", quote(EMAIL)),
}


@pytest.mark.parametrize("place", QUERIES)
def test_neither_query_nor_cookie_carries_a_value(place: str, openai_server: StandIn, install: Install) -> None:
    """Neither in values nor in names, whatever the names promise."""
    install()
    _chat(openai_server, **QUERIES[place])
    assert [] == _arrived(openai_server)


def test_without_the_guard_query_and_cookie_carry_it(openai_server: StandIn) -> None:
    """The negative control."""
    for place, more in QUERIES.items():
        openai_server.clear()
        _chat(openai_server, **more)
        assert [] != _arrived(openai_server), place


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_path_carries_no_value(openai_server: StandIn, install: Install, library: Any) -> None:
    """Neither before an AI endpoint nor anywhere else."""
    install()
    with open_context(RequestContext()), purpose("reply"), library.Client() as client:
        identify(subject_id="u_1", name=NAME)
        for path in (f"users/{quote(NAME)}/chat/completions", f"stores/{EMAIL}/files", f"stores/{quote(NAME)}"):
            client.post(f"{openai_server.base_url}/{path}", json={"messages": MESSAGES})
    assert 3 == len(openai_server.received)
    assert [] == _arrived(openai_server)


CREDENTIALS = {
    "authorization": "Digest username=alice@example.com, nonce=1",
    "proxy-authorization": "Basic " + base64.b64encode(b"alice@example.com:1").decode(),
    "x-api-key": "sk-proj-Zq3v9LmT4xWc7RbN2kHs8PdY6fGj1VuA5eQoXzCiB0MtKlWnSrEhJyUa",
    "api-key": "0123456789abcdef0123456789abcdef",
    "x-goog-api-key": "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
    "xi-api-key": "sk_0123456789abcdef0123456789abcdef0123456789abcdef",
    "x-amz-security-token": "FwoGZXIvYXdzEJr//////////wEaDKZ",
}


def test_credentials_of_the_recipient_arrive(openai_server: StandIn, install: Install) -> None:
    """Keys, in headers and in the query, are what the call is made with."""
    install(storage="allow")
    query = {"key": "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", "alt": "sse", "token": "tok_0123456789abcdef"}
    with purpose("reply"), httpx.Client() as client:
        client.post(
            f"{openai_server.base_url}/chat/completions", params=query, headers=CREDENTIALS, json={"messages": MESSAGES}
        )
    (received,) = openai_server.received
    assert CREDENTIALS.items() <= dict(received.headers).items()
    assert "?" + "&".join(f"{name}={value}" for name, value in query.items()) in received.target


def _calls(openai_server: StandIn, anthropic_server: StandIn) -> Iterator[Callable[[], object]]:
    headers = {
        "Idempotency-Key": f"stainless-python-retry-{uuid.UUID(int=7)}",
        "X-Request-Id": str(uuid.UUID(int=77)),
        "Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8",
        "Cookie": "__cf_bm=4TzEXfGZ0a-1733606148-1.0.1.1-Zq3v9LmT4xWc7R; _cfuvid=x; session=s%3Aabcd.efgh; d=a=b==",
    }
    organised = openai.OpenAI(
        base_url=openai_server.base_url, api_key="key-for-tests", organization="org-Zq3v9LmT4xWc7RbN2kHs8PdY",
        project="proj_Zq3v9LmT4xWc7RbN2kHs8PdY", default_headers=headers,
    )  # fmt: skip
    yield lambda: organised.chat.completions.create(model="gpt-test", messages=MESSAGES)
    yield lambda: organised.files.create(file=("a.png", b"\x89PNG\0"), purpose="vision")
    client = anthropic_client(anthropic_server)
    beta = ["mcp-client-2025-04-04", "files-api-2025-04-14"]
    yield lambda: client.beta.messages.create(model="m", max_tokens=9, messages=MESSAGES, betas=beta)
    yield organised.close
    yield client.close


def test_what_sdks_write_themselves_arrives_unchanged(
    openai_server: StandIn, anthropic_server: StandIn, install: Install
) -> None:
    """Nothing of it looks like a value, so no call breaks and no trace is cut."""
    heads: list[list[dict[str, str]]] = []
    for guarded in (False, True):
        if guarded:
            install(storage="allow")
        with purpose("reply"):
            for call in _calls(openai_server, anthropic_server):
                call()
        everything = [dict(one.headers) for one in (*openai_server.received, *anthropic_server.received)]
        for head in everything:
            head["content-type"] = head["content-type"].partition(";")[0]  # the boundary is random
        heads.append(everything)
        openai_server.clear()
        anthropic_server.clear()
    plain, guarded_ones = heads
    for before, after in zip(plain, guarded_ones, strict=True):
        assert before == after


def test_headers_count_as_what_was_found(openai_server: StandIn, install: Install, sink: ListSink) -> None:
    """They are searched together with the body: a value found in one is replaced in the other."""
    install()
    body: Any = [{"role": "user", "content": "my password: kingfisher blue"}]
    with purpose("reply"), openai_client(openai_server) as client:
        client.chat.completions.create(
            model="gpt-test", messages=body, metadata={"password": "kingfisher-blue"},
            extra_headers={"User-Agent": "app kingfisher-blue"},
        )  # fmt: skip
    assert b"kingfisher-blue" not in openai_server.everything()
    payload = sink.intents()[0].payload
    assert payload is not None
    assert "header" in payload.item_fields
    assert "kingfisher" not in json.dumps(dict(sink.intents()[0].removed))
