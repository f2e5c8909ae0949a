"""A loopback HTTP/1.1 server that records each request as its raw bytes and answers through a function."""

from __future__ import annotations

import gzip
import io
import json
import socketserver
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

__all__ = ["Received", "Reply", "StandIn"]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came off the wire.

    Attributes:
        method: Request method.
        target: Path and query.
        headers: Header names (lower case) and values, in order.
        body: Body without transfer coding, still in its content coding.
        raw: Every byte of the request: request line, headers, body with its chunk marks.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    raw: bytes

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)

    def content(self) -> bytes:
        """The body without content coding; Sentry and PostHog send gzip."""
        coding = (self.header("content-encoding") or "").lower()
        if coding == "gzip":
            return gzip.decompress(self.body)
        if coding == "deflate":
            return zlib.decompress(self.body)
        return self.body

    def json(self) -> Any:
        """The body as JSON; ``{}`` where there is none."""
        content = self.content()
        return json.loads(content) if content else {}

    def everything(self) -> bytes:
        """Raw bytes and decoded body together: what a search for planted values must look through."""
        return self.raw + b"\n" + self.content()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a stand-in answers.

    Attributes:
        body: Bytes, or an iterable of byte pieces; each piece is written and flushed by itself, so that the other side
            reads it by itself.
        status: Status code.
        content_type: Media type.
        headers: Further headers.
    """

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class _Tee(io.RawIOBase):
    """Keeps a copy of all that is read from a socket file."""

    def __init__(self, source: BinaryIO, owner: StandIn) -> None:
        self._source = source
        self._owner = owner
        self.copy = bytearray()

    def _keep(self, data: bytes) -> bytes:
        self.copy += data
        self._owner.bytes_received += len(data)
        return data

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._keep(self._source.readline(-1 if size is None else size))

    def read(self, size: int | None = -1, /) -> bytes:
        return self._keep(self._source.read(-1 if size is None else size))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner: StandIn

    def setup(self) -> None:
        super().setup()
        self.owner.connections += 1
        self._tee = _Tee(cast("BinaryIO", self.rfile), self.owner)
        self.rfile = cast("io.BufferedReader", self._tee)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: what a stand-in received must not reach a log."""

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline() not in (b"\r\n", b"\n", b""):
                pass
            return body
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _serve(self) -> None:
        body = self._body()
        headers = tuple((key.lower(), value) for key, value in self.headers.items())
        received = Received(self.command, self.path, headers, body, bytes(self._tee.copy))
        self._tee.copy.clear()
        self.owner.received.append(received)
        self._answer(self.owner.reply_to(received))

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        for name, value in reply.headers:
            self.send_header(name, value)
        if isinstance(reply.body, bytes):
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in reply.body:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815 - names of the base class


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle of a stream is a normal end here."""


class StandIn:
    """A recipient played on loopback.

        with openai_standin() as openai:
            client = OpenAI(base_url=openai.base_url, api_key="k")

    Args:
        name: What it stands for, in tables and messages.
        answer: Makes the reply to a request.
        path: Path prefix of :attr:`base_url`, as the vendor's SDK expects it (``/v1``).

    Attributes:
        received: Every request so far.
        connections: TCP connections accepted so far; zero proves that no byte was sent.
        bytes_received: Bytes read so far.
        fail_next: How many of the next requests are answered with 503 before answering properly.
        redirect_next: URLs to which the next requests are redirected with 307, first one first.
    """

    def __init__(self, name: str, answer: Callable[[Received], Reply], *, path: str = "") -> None:
        self.name = name
        self.received: list[Received] = []
        self.connections = 0
        self.bytes_received = 0
        self.fail_next = 0
        self.redirect_next: list[str] = []
        self._answer = answer
        self._path = path
        self._server: _Server | None = None

    @property
    def host(self) -> str:
        """Host and port, as the register names them (``127.0.0.1:40123``)."""
        return f"127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._server is None:
            raise RuntimeError(f"the stand-in {self.name!r} is not running")
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        """What to give to the vendor's SDK."""
        return f"http://{self.host}{self._path}"

    def reply_to(self, received: Received) -> Reply:
        """The reply to a request, after planned failures and redirects."""
        if self.fail_next > 0:
            self.fail_next -= 1
            return Reply(b'{"error":{"message":"try again"}}', 503, headers=(("retry-after-ms", "1"),))
        if self.redirect_next:
            return Reply(b"", 307, headers=(("location", self.redirect_next.pop(0)),))
        return self._answer(received)

    def everything(self) -> bytes:
        """All that ever arrived, raw and decoded."""
        return b"\n".join(one.everything() for one in self.received)

    def clear(self) -> None:
        """Forget what arrived."""
        self.received.clear()
        self.connections = self.bytes_received = 0

    def wait_for(self, count: int, *, timeout: float = 5.0) -> list[Received]:
        """Wait until so many requests have arrived, and return all.

        Raises:
            TimeoutError: Fewer arrived in time.
        """
        deadline = time.monotonic() + timeout
        while len(self.received) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name}: {len(self.received)} of {count} requests arrived")
            time.sleep(0.005)
        return list(self.received)

    def start(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        handler = type("_Bound", (_Handler,), {"owner": self})
        self._server = _Server(("127.0.0.1", 0), cast("type[socketserver.BaseRequestHandler]", handler))
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name=f"stand-in {self.name}", daemon=True
        ).start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
