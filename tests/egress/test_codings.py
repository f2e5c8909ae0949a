"""Answers that come compressed although `identity` was asked for."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import openai
import pytest

from privmw.demo.standins import Received, Reply, StandIn
from privmw.egress.guard import Guard
from privmw.egress.hooks import httpx as hook
from privmw.purposes import purpose
from privmw.redaction.redactor import Redactor
from privmw.types import Outcome
from tests.egress.support import EMAIL, ListSink, recipient, register

pytestmark = pytest.mark.anyio

BODY = {"model": "m", "messages": [{"role": "user", "content": f"I am {EMAIL}"}]}
both = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


def _deflated(data: bytes, window: int) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, window)
    return deflate.compress(data) + deflate.flush()


Encode = Callable[[bytes], bytes]

CODINGS: dict[str, tuple[str, Encode]] = {
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", lambda data: _deflated(data, -15)),
}
BROKEN: dict[str, tuple[str, Encode]] = {
    "gzip": ("gzip", lambda data: b"no gzip at all" + data),
    "gzip, broken later": ("gzip", lambda data: gzip.compress(data, mtime=0)[:60] + b"\xff" * 90),
    "deflate": ("deflate", lambda data: b"\xff\xff\xff" + data),
}


class Provider:
    """A provider that answers in a given coding, one byte a chunk."""

    def __init__(self) -> None:
        self.coding, self.encode = CODINGS["gzip"]

    def answer(self, received: Received) -> Reply:
        """Repeat the token that came."""
        (token,) = re.findall(rb"\[EMAIL_ADDRESS_[A-Z]+\]", received.body) or [b"none"]
        message = {"role": "assistant", "content": f"hello {token.decode()}, and goodbye {'word ' * 200}"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        data = self.encode(json.dumps(body).encode())
        pieces = (data[at : at + 1] for at in range(len(data)))
        return Reply(pieces, headers=(("content-encoding", self.coding),))


@pytest.fixture
def provider() -> Provider:
    """How the provider answers."""
    return Provider()


@pytest.fixture
def server(provider: Provider, redactor: Redactor, sink: ListSink) -> Iterator[StandIn]:
    """The provider, declared, with the guard installed."""
    with StandIn("openai", provider.answer, path="/v1") as standin:
        known = register({"openai": recipient(standin.host)})
        hook.install(Guard(known, redactor, sink, keys=[b"k" * 32]))
        yield standin
        hook.uninstall()


@both
@pytest.mark.parametrize("coding", CODINGS)
def test_both_kinds_of_deflate_and_gzip_are_restored(
    provider: Provider, server: StandIn, library: Any, coding: str
) -> None:
    """Some servers send deflate without the header that its name promises."""
    provider.coding, provider.encode = CODINGS[coding]
    with purpose("reply"), library.Client() as client:
        answer = client.post(f"{server.base_url}/chat/completions", json=BODY).json()
    assert f"hello {EMAIL}" in answer["choices"][0]["message"]["content"]


@both
@pytest.mark.parametrize("coding", BROKEN)
def test_a_broken_coding_is_the_librarys_own_error(
    provider: Provider, server: StandIn, sink: ListSink, library: Any, coding: str
) -> None:
    """As without privmw: ``DecodingError``, which knows its request, and a record that says it failed."""
    provider.coding, provider.encode = BROKEN[coding]
    with purpose("reply"), library.Client() as client, pytest.raises(library.DecodingError) as caught:
        client.post(f"{server.base_url}/chat/completions", json=BODY)
    assert caught.value.request.url.path.endswith("/chat/completions")
    assert EMAIL not in str(caught.value)
    assert (Outcome.FAILED, 200) == sink.outcome()


@both
async def test_it_is_for_asynchronous_clients_too(provider: Provider, server: StandIn, library: Any) -> None:
    """The same for both asynchronous clients."""
    with purpose("reply"):
        async with library.AsyncClient() as client:
            provider.coding, provider.encode = BROKEN["gzip"]
            with pytest.raises(library.DecodingError):
                await client.post(f"{server.base_url}/chat/completions", json=BODY)
            provider.coding, provider.encode = CODINGS["raw deflate"]
            answer = (await client.post(f"{server.base_url}/chat/completions", json=BODY)).json()
    assert EMAIL in answer["choices"][0]["message"]["content"]


def test_an_sdk_treats_it_as_a_failed_connection(provider: Provider, server: StandIn) -> None:
    """The error is one that SDKs know: openai retries it, and reports it as its own."""
    provider.coding, provider.encode = BROKEN["gzip"]
    with (
        openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=1) as client,
        purpose("reply"),
        pytest.raises(openai.APIConnectionError),
    ):
        client.chat.completions.create(**BODY)  # type: ignore[call-overload]
    assert 2 == len(server.received)
