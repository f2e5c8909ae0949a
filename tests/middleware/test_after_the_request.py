"""What is written outside of all middleware, when a request's context has closed: access log, traceback, Sentry's report."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from privmw.demo.standins import sentry_standin

SERVED = """
import sys
import sentry_sdk, uvicorn
from fastapi import FastAPI
from privmw import PrivacyMiddleware, identify

port, dsn, lifespan = int(sys.argv[1]), sys.argv[2], sys.argv[3]
sentry_sdk.init(dsn, traces_sample_rate=1.0, send_default_pii=True)
app = FastAPI()
app.add_middleware(PrivacyMiddleware)


@app.get("/{kind}/{name}")
async def greet(kind: str, name: str) -> str:
    identify(subject_id=7, name="Mirae Seong")
    sentry_sdk.set_context("customer", {"shown": "Mirae Seong"})
    with sentry_sdk.start_span(op="greet", name="greet Mirae Seong") as span:
        span.set_data("name", "mirae seong")
    if kind == "crash":
        raise LookupError("nobody of this name")
    return "hello"


uvicorn.run(app, port=port, lifespan=lifespan)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with settings that let Sentry be sent to."""
    (tmp_path / "privmw.toml").write_text("[ledger]\nenabled = false\n[egress]\nenabled = false\n")
    return tmp_path


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> int:
    """Ask until the server answers."""
    until = time.monotonic() + 110
    while True:
        try:
            return httpx.get(url, trust_env=False, timeout=30).status_code
        except httpx.ConnectError:
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.1)


@pytest.mark.parametrize("lifespan", ["on", "off"])
def test_the_identity_is_known_until_the_server_is_done(folder: Path, lifespan: str, free_port: int) -> None:
    """Neither the access log of a crashed request, nor its traceback, nor a transaction shows whose request it was."""
    with sentry_standin() as ingest:
        command = [sys.executable, "-c", SERVED, str(free_port), ingest.base_url, lifespan]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            for path in ("fine", "crash"):
                get(f"http://127.0.0.1:{free_port}/{path}/Mirae%20Seong?name=Mirae+Seong")
            until = time.monotonic() + 20
            while ingest.everything().count(b'"type":"transaction"') < 2 and time.monotonic() < until:
                time.sleep(0.1)
        finally:
            server.terminate()
            output = server.communicate(timeout=20)[0]
        sent = ingest.everything()
    assert 2 == output.count('HTTP/1.1" '), output
    assert "LookupError" in output
    assert sent.count(b'"type":"transaction"') >= 2
    assert b"LookupError" in sent
    for spelling in ("mirae", "seong"):
        assert spelling not in output.lower()
        assert spelling.encode() not in sent.lower()
