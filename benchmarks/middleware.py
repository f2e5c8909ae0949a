"""What a request pays for the middleware: time inside the app, and requests per second under a real server."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.tables import microseconds, show
from benchmarks.timing import percentile

__all__ = ["collect", "report"]

CLIENTS = 16
BODY = b'{"product":"desk lamp","amount":2,"note":"leave it at the reception, please; somebody is there until six"}'
_GET = b"GET /items/42?page=2 HTTP/1.1\r\nhost: app\r\naccept: application/json\r\nuser-agent: bench\r\n\r\n"
_POST = (
    b"POST /orders HTTP/1.1\r\nhost: app\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY)
) + BODY
REQUESTS = {"GET": _GET, "POST": _POST}

CLASSES = ("none", "Context", "LogRedaction", "SentryRedaction", "Purpose", "Analytics", "InputGuard", "TransferLog")
ALL = "all, as PrivacyMiddleware"

Message = dict[str, Any]
App = Callable[[Any, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Coroutine[Any, Any, None]]


def make_app(name: str) -> Any:
    """A FastAPI app with two routes and one of the classes, or none, or all."""
    from fastapi import FastAPI

    from privmw import middleware

    app = FastAPI()

    @app.get("/items/{number}")
    async def item(number: int, page: int = 1) -> dict[str, int]:
        """Looks nothing up."""
        return {"number": number, "page": page}

    @app.post("/orders")
    async def order(order: dict[str, Any]) -> dict[str, int]:
        """Takes a body."""
        return {"members": len(order)}

    if name == ALL:
        app.add_middleware(middleware.PrivacyMiddleware)
    elif name != CLASSES[0]:
        app.add_middleware(getattr(middleware, f"{name}Middleware"))
    return app


def served() -> Any:
    """The app that the server process runs, chosen by a variable."""
    return make_app(os.environ["BENCH_MIDDLEWARE"])


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder with settings, whose ledger is thrown away, as working directory."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


@asynccontextmanager
async def _running(app: App) -> AsyncIterator[None]:
    """An app between its start and its shutdown, which gives back the surfaces it took."""
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    started = asyncio.Event()
    inbox.put_nowait({"type": "lifespan.startup"})

    async def send(message: Message) -> None:
        if not message["type"].endswith(".complete"):
            raise SystemExit(message["type"])
        started.set()

    task = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, inbox.get, send))
    await started.wait()
    try:
        yield
    finally:
        inbox.put_nowait({"type": "lifespan.shutdown"})
        await task


async def _inside(seconds: float) -> dict[str, dict[str, float]]:
    """Median microseconds of one call of the app, without a server; the apps take turns."""
    apps = {name: make_app(name) for name in (*CLASSES, ALL)}
    async with AsyncExitStack() as stack:
        for app in apps.values():
            await stack.enter_async_context(_running(app))
        return await _compared(apps, seconds)


async def _compared(apps: dict[str, App], seconds: float) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for method, path, query, body in (("GET", "/items/42", b"page=2", b""), ("POST", "/orders", b"", BODY)):
        times: dict[str, list[float]] = {name: [] for name in apps}
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            for name, app in apps.items():
                for _ in range(50):
                    start = time.perf_counter_ns()
                    await _call(app, method, path, query, body)
                    times[name].append((time.perf_counter_ns() - start) / 1e3)
        found[method] = {name: statistics.median(some) for name, some in times.items()}
    return found


async def _call(app: App, method: str, path: str, query: bytes, body: bytes) -> None:
    scope: Message = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": query, "root_path": "", "client": ("10.0.0.9", 40_000),
        "server": ("10.0.0.1", 80), "state": {},
        "headers": [(b"host", b"app"), (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))],
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise SystemExit(f"the app answered {message['status']}")

    await app(scope, receive, send)


class _Server:
    """A uvicorn process with one worker, uvloop and its access log on."""

    def __init__(self, name: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.middleware:served", "--loop", "uvloop"]
        root = str(Path(__file__).parents[1])
        environment = {**os.environ, "BENCH_MIDDLEWARE": name, "PYTHONPATH": os.pathsep.join((root, *sys.path))}
        self._process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        """Until it answers."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit("the server did not start")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)


async def _load(port: int, request: bytes, seconds: float) -> float:
    """Requests per second that the server answers to some clients with connections of their own."""
    until = time.perf_counter() + seconds

    async def client() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answered = 0
        while time.perf_counter() < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit("the server answered " + head[9:12].decode())
            length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
            await reader.readexactly(int(length))
            answered += 1
        writer.close()
        return answered

    start = time.perf_counter()
    answered = sum(await asyncio.gather(*(client() for _ in range(CLIENTS))))
    return answered / (time.perf_counter() - start)


def _served(seconds: float, rounds: int) -> dict[str, dict[str, float]]:
    """Requests per second with and without the middleware, in turns, and the median of the ratios of neighbours."""
    import uvloop

    found: dict[str, dict[str, float]] = {}
    with _folder() as folder:
        servers = {name: _Server(name, folder) for name in (CLASSES[0], ALL)}
        try:
            for server in servers.values():
                server.wait()
            for method, request in REQUESTS.items():
                rates: dict[str, list[float]] = {name: [] for name in servers}
                for turn in range(rounds + 1):
                    for name, server in servers.items():
                        rate = uvloop.run(_load(server.port, request, seconds))
                        if turn:  # the first one warms up
                            rates[name].append(rate)
                bare, guarded = rates.values()
                ratios = [with_it / without for without, with_it in zip(bare, guarded, strict=True)]
                found[method] = {
                    "bare_per_s": statistics.median(bare),
                    "privmw_per_s": statistics.median(guarded),
                    "ratio": statistics.median(ratios),
                    "worst_ratio": percentile([-ratio for ratio in ratios], 1.0) * -1,
                }
        finally:
            for server in servers.values():
                server.stop()
    return found


def collect(*, quick: bool) -> dict[str, Any]:
    """Measure both."""
    import uvloop

    with _folder():
        inside = uvloop.run(_inside(0.2 if quick else 5.0))
    return {"inside_us": inside, "served": _served(0.2 if quick else 2.0, 1 if quick else 9)}


def report(results: dict[str, Any]) -> None:
    """Print the tables."""
    inside = results["inside_us"]
    rows = []
    for name in (*CLASSES, ALL):
        added = [microseconds(inside[method][name] - inside[method][CLASSES[0]]) for method in inside]
        if name == CLASSES[0]:
            added = [microseconds(inside[method][name]) for method in inside]
        label = "FastAPI alone" if name == CLASSES[0] else name if name == ALL else f"{name}Middleware"
        rows.append([label, *added])
    show("Added to one request inside the app, median", ["", *inside], rows)
    rows = [
        [method, f"{row['bare_per_s']:,.0f}", f"{row['privmw_per_s']:,.0f}", f"{row['ratio']:.1%}"]
        for method, row in results["served"].items()
    ]
    show("Requests per second, uvicorn with uvloop, access log on", ["", "bare", "PrivacyMiddleware", "ratio"], rows)
