"""Content Credentials (C2PA) in what is sent and received: left as they are, and on record."""

from __future__ import annotations

import base64
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from privmw.egress.guard import Guard
from privmw.egress.hooks import httpx as hook
from privmw.egress.provenance import Watch, has_manifest
from privmw.purposes import purpose
from privmw.redaction.redactor import Redactor
from tests.egress.support import ListSink, recipient, register

MANIFEST = bytes.fromhex("0000002a6a756d62 000000226a756d64 63327061 0011 0010 8000 00aa00389b71 03") + b"c2pa\0"
PLAIN = b"\x89PNG\r\n\x1a\n" + b"\0\1\2\3" * 300
SIGNED = PLAIN + b"caBX" + MANIFEST + b"\0\1\2\3" * 300


@pytest.mark.parametrize("offset", range(4))
def test_a_manifest_is_found_in_bytes_and_in_base64(offset: int) -> None:
    """Wherever it stands, and however the base64 falls; a picture without one has none."""
    shifted = b"x" * offset + SIGNED
    assert has_manifest(shifted)
    assert has_manifest(base64.b64encode(shifted).decode())
    assert has_manifest(base64.urlsafe_b64encode(shifted).decode())
    assert not has_manifest(b"x" * offset + PLAIN)
    assert not has_manifest(base64.b64encode(b"x" * offset + PLAIN).decode())


@pytest.mark.parametrize("size", [1, 7, 40, 10_000])
@pytest.mark.parametrize("content", [SIGNED, base64.b64encode(SIGNED)])
def test_a_manifest_is_found_across_chunks(content: bytes, size: int) -> None:
    """A stream is watched in pieces of any size."""
    watch = Watch()
    for start in range(0, len(content), size):
        watch.feed(content[start : start + size])
    assert watch.found


class _Handler(http.server.BaseHTTPRequestHandler):
    bodies: list[bytes]
    answer: bytes
    media: str

    def do_POST(self) -> None:
        """Keep the body, send the answer."""
        self.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-type", self.media)
        self.send_header("content-length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base names it so
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[tuple[str, type[_Handler]]]:
    """A provider of pictures."""
    handler = type("Handler", (_Handler,), {"bodies": [], "answer": b"{}", "media": "application/json"})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"127.0.0.1:{running.server_address[1]}", handler
        running.shutdown()
        thread.join()


@pytest.fixture
def sink(server: tuple[str, type[_Handler]], redactor: Redactor) -> Iterator[ListSink]:
    """Where the records of an installed guard go."""
    found = ListSink()
    known = register({"pictures": recipient(server[0], unscannable=["reply"])})
    hook.install(Guard(known, redactor, found))
    yield found
    hook.uninstall()


URI = f"data:image/png;base64,{base64.b64encode(SIGNED).decode()}"
BODIES: list[dict[str, Any]] = [
    {"files": {"image": ("a.png", SIGNED, "image/png")}, "data": {"prompt": "mail a@example.com"}},
    {"json": {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": URI}}]}]}},
    {
        "json": {
            "inlineData": {"mime_type": "image/png", "data": base64.b64encode(SIGNED).decode()},
            "q": "a@example.com",
        }
    },
    {"content": SIGNED, "headers": {"content-type": "image/png"}},
]


@pytest.mark.parametrize("body", BODIES, ids=["multipart", "data URI", "base64", "raw"])
def test_what_is_sent_keeps_its_manifest_and_says_so(
    server: tuple[str, type[_Handler]], sink: ListSink, body: dict[str, Any]
) -> None:
    """The manifest arrives byte by byte, though the texts beside it are rewritten; the intent's record says "preserved"."""
    host, handler = server
    with httpx.Client(trust_env=False) as client, purpose("reply"):
        client.post(f"http://{host}/v1/images/edits", **body).raise_for_status()
    (arrived,) = handler.bodies
    assert MANIFEST in arrived or base64.b64encode(SIGNED) in arrived
    assert b"a@example.com" not in arrived
    assert ["preserved"] == [record.provenance for record in sink.intents()]
    assert [None] == [record.provenance for record in sink.outcomes()]


@pytest.mark.parametrize(
    ("media", "answer"),
    [
        ("image/png", SIGNED),
        ("application/json", b'{"data":[{"b64_json":"' + base64.b64encode(SIGNED) + b'"}]}'),
    ],
)
def test_an_answer_with_a_manifest_says_so(
    server: tuple[str, type[_Handler]], sink: ListSink, media: str, answer: bytes
) -> None:
    """A picture that comes back with a manifest reaches the app as it is; the outcome's record says "present"."""
    host, handler = server
    handler.media, handler.answer = media, answer
    with httpx.Client(trust_env=False) as client, purpose("reply"):
        got = client.post(f"http://{host}/v1/images/generations", json={"prompt": "a cat"})
    assert answer == got.content
    assert [(None, "present")] == [
        (intent.provenance, outcome.provenance) for intent, outcome in zip(sink.intents(), sink.outcomes(), strict=True)
    ]


def test_without_a_manifest_nothing_is_said(server: tuple[str, type[_Handler]], sink: ListSink) -> None:
    """A plain picture has no provenance to keep."""
    with httpx.Client(trust_env=False) as client, purpose("reply"):
        client.post(f"http://{server[0]}/x", files={"image": ("a.png", PLAIN, "image/png")}).raise_for_status()
    assert {None} == {record.provenance for record in sink.records}
