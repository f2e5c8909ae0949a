"""Drives the example app against stand-in recipients, and reports what each of them received."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from privmw.demo.planted import PLANTED, found_in
from privmw.demo.samples import closest, texts_of
from privmw.demo.standins import StandIn, anthropic_standin, openai_standin, posthog_standin, sentry_standin

__all__ = ["Arrival", "Report", "Step", "run"]

_START_SECONDS = 180
"""On a slow machine the first start compiles the rules for a minute or more."""

_COUNTRIES = {"openai": "US", "anthropic": "US", "sentry": "US", "posthog": "DE"}
_TEXT = (
    f"Please call {PLANTED['phone']} or mail {PLANTED['e-mail']}. My number is {PLANTED['national id']}, "
    f"my card {PLANTED['card']}, I am {PLANTED['name']}."
)
_REQUESTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("chat, streamed (OpenAI)", "/chat", {"text": _TEXT}),
    ("letter (Anthropic)", "/letters", {"text": _TEXT}),
    ("image prompt (OpenAI)", "/images", {"text": f"A birthday card for {PLANTED['name']}, {PLANTED['e-mail']}"}),
    ("support ticket that crashes", "/support", {"text": _TEXT}),
    ("analytics event, no consent given", "/events", {"text": _TEXT}),
    ("consent to analytics given", "/consent", {"analytics": True}),
    ("analytics event", "/events", {"text": _TEXT}),
    ("newsletter: purpose not allowed", "/newsletter", {"text": _TEXT}),
    ("route without a purpose", "/untagged", {"text": _TEXT}),
    ("consent to transfers withdrawn", "/consent", {"overseas": False}),
    ("chat after the withdrawal", "/chat", {"text": _TEXT}),
)


@dataclass
class Step:
    """One request to the app, and what the user got."""

    title: str
    status: int
    answer: str
    reason: str | None = None


@dataclass
class Arrival:
    """What one recipient received in the whole run, as it came off the wire.

    Attributes:
        recipient: Who received it.
        requests: How many requests, or lines of a log.
        bytes: How many bytes.
        planted: Which of the planted values were in them, in any form.
        handled: A text that the app handled, of which something had to go to this recipient.
        received: What the bytes made of it.
    """

    recipient: str
    requests: int
    bytes: int
    planted: list[str]
    handled: str
    received: str


@dataclass
class Report:
    """Everything the demo has to show."""

    protected: bool
    steps: list[Step] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    restored: bool = False
    transfers: list[dict[str, Any]] = field(default_factory=list)
    verdict: dict[str, Any] = field(default_factory=dict)

    @property
    def leaks(self) -> int:
        """How many planted values arrived somewhere, over all recipients."""
        return sum(len(arrival.planted) for arrival in self.arrivals)


def run(*, protected: bool) -> Report:
    """Run the demo.

    Args:
        protected: ``False`` runs the same app without privmw, to show what leaks.

    Raises:
        RuntimeError: The app did not start.
    """
    report = Report(protected)
    standins = [openai_standin(), anthropic_standin(), sentry_standin(), posthog_standin()]
    with tempfile.TemporaryDirectory(prefix="privmw-demo-") as folder, ExitStack() as stack:
        for standin in standins:
            stack.enter_context(standin)
        ledger, log = Path(folder) / "ledger", Path(folder) / "app.log"
        port = _free_port()
        with log.open("wb") as output:
            app = subprocess.Popen(
                [sys.executable, "-m", "privmw.demo.serve"],
                env=_environment(standins, port, ledger, protected=protected),
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )
            try:
                _drive(f"http://127.0.0.1:{port}", report, app, log)
            finally:
                app.terminate()
                app.wait(20)
        report.arrivals = [_arrival(standin) for standin in standins]
        text = log.read_bytes()
        welcome = f"welcome {PLANTED['name']} <{PLANTED['e-mail']}>, phone {PLANTED['phone']}"
        received = closest(text.decode("utf-8", "replace").splitlines(), welcome)
        report.arrivals.append(
            Arrival("application log", text.count(b"\n"), len(text), found_in(text), welcome, received)
        )
        if protected:
            report.transfers = _json_of("transfers", str(ledger))
            (report.verdict,) = _json_of("verify", str(ledger))
    return report


def _drive(base: str, report: Report, app: subprocess.Popen[bytes], log: Path) -> None:
    once = httpx.Limits(max_keepalive_connections=0)  # the server closes a connection after the crash
    headers = {"x-forwarded-for": PLANTED["IP address"]}
    with httpx.Client(base_url=base, timeout=20, headers=headers, limits=once) as client:
        _wait_until_up(client, app, log)
        body = {
            "email": PLANTED["e-mail"],
            "name": PLANTED["name"],
            "phone": PLANTED["phone"],
            "password": "s3cret-Pa55",
        }
        signed_up = client.post("/sign-up", json=body)
        report.steps.append(Step("sign-up", signed_up.status_code, "session opened"))
        client.headers["authorization"] = f"Bearer {signed_up.json()['session']}"
        for title, path, content in _REQUESTS:
            response = client.post(path, json=content)
            reason = None
            if response.headers.get("content-type") == "application/problem+json":
                reason = response.json()["reason"]
            report.steps.append(Step(title, response.status_code, response.text, reason))
        report.restored = PLANTED["e-mail"] in report.steps[1].answer


def _wait_until_up(client: httpx.Client, app: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if app.poll() is not None:
            said = log.read_text("utf-8", "replace")[-2000:]
            raise RuntimeError(f"the demo app ended with code {app.returncode} before it answered:\n{said}")
        try:
            client.get("/openapi.json")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the demo app did not answer within {_START_SECONDS} seconds")


def _environment(standins: list[StandIn], port: int, ledger: Path, *, protected: bool) -> dict[str, str]:
    openai, anthropic, sentry, posthog = standins
    plan = {
        "protected": protected,
        "port": port,
        "ledger": str(ledger),
        "signing_key": str(ledger.with_name("signing-key.pem")),
        "hosts": {standin.name: (standin.host, _COUNTRIES[standin.name]) for standin in standins},
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PRIVMW_")}
    return inherited | {
        "PRIVMW_DEMO": json.dumps(plan),
        "OPENAI_BASE_URL": openai.base_url,
        "OPENAI_API_KEY": "demo",
        "ANTHROPIC_BASE_URL": anthropic.base_url,
        "ANTHROPIC_API_KEY": "demo",
        "SENTRY_DSN": sentry.base_url,
        "POSTHOG_HOST": posthog.base_url,
    }


def _arrival(standin: StandIn) -> Arrival:
    texts = [text for one in standin.received for text in texts_of(one.content())]
    planted = found_in(standin.everything())
    return Arrival(standin.name, len(standin.received), standin.bytes_received, planted, _TEXT, closest(texts, _TEXT))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _json_of(command: str, ledger: str) -> Any:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "privmw", command, ledger, "--json"], capture_output=True, text=True, check=False
    )
    try:
        lines = [json.loads(line) for line in done.stdout.splitlines()]
    except ValueError:
        lines = [json.loads(done.stdout)] if done.stdout.strip() else []
    if not lines:
        raise RuntimeError(f"privmw {command} said: {done.stderr.strip()}")
    return lines
