"""The ledger where it has to live: several workers, forks of a loaded app, reloads, full disks and folders that are read-only.

Each time: what arrived is on record, what could not be recorded durably did not arrive, and ``verify`` finds nothing wrong.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from privmw.ledger.auditing.verdicts import Verdict
from privmw.ledger.verify import verify
from tests.ledger.kill_helpers import ROOT
from tests.ledger.live_app import Partner, partner
from tests.ledger.writing_helpers import kinds, stored

NO_ALARM = {Verdict.OK, Verdict.UNANCHORED, Verdict.GAP}

APP = """
import os
from pathlib import Path
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from privmw import PrivacyMiddleware, install
from tests.ledger.live_app import call_async, live_settings

PARTNER = int(os.environ["PARTNER"])
SETTINGS = live_settings(Path(os.environ["LEDGER"]), PARTNER)
runtime = install(SETTINGS)
runtime.ledger.flush()  # before the workers are forked, where the server loads the app first

async def send(request):
    answer = f"{os.getpid()} {await call_async(PARTNER)}"
    return PlainTextResponse(answer, headers={"connection": "close"})

app = PrivacyMiddleware(Starlette(routes=[Route("/", send)]), settings=SETTINGS)
"""


@pytest.fixture(scope="module")
def recipient() -> Iterator[Partner]:
    """Who receives the transfers."""
    with partner() as server:
        yield server


@contextmanager
def serving(folder: Path, recipient: Partner, command: list[str]) -> Iterator[str]:
    """Run a server of the app; yields its address and stops it as a service manager does."""
    (folder / "deployed.py").write_text(APP)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    values = {"PYTHONPATH": f"{ROOT}:{folder}", "LEDGER": str(folder / "ledger"), "PARTNER": str(recipient.port)}
    arguments = [part.format(port=port) for part in command]
    server = subprocess.Popen([sys.executable, "-m", *arguments], cwd=folder, env={**os.environ, **values})
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        finally:
            server.kill()


def ask(address: str, number: int, *, workers: int = 1, past: frozenset[str] = frozenset()) -> frozenset[str]:
    """Ask until so many answers came, of so many workers that were not there before.

    Returns:
        The workers that answered.
    """
    seen: set[str] = set()
    answered = 0
    until = time.monotonic() + 60
    while answered < number or len(seen - past) < workers:
        assert time.monotonic() < until, "the workers did not answer"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                pid, outcome = answer.read().decode().split()
        except OSError:
            time.sleep(0.05)
            continue
        assert "sent" == outcome
        seen.add(pid)
        answered += 1
    return frozenset(seen)


def judged(ledger: Path, arrived: int) -> list[dict[str, object]]:
    """Everything recorded, with as many intents and outcomes as transfers arrived, and no alarm."""
    members = stored(ledger)
    transfers = [header for header in members if header["kind"] == "transfer"]
    assert arrived == sum("intent_id" not in header for header in transfers)
    assert arrived == sum("intent_id" in header for header in transfers)
    report = verify(ledger)
    assert (0, set()) == (report.exit_code(), set(report.verdicts) - NO_ALARM), report.as_dict()
    return members


def closed(members: list[dict[str, object]]) -> bool:
    """Whether each epoch that was opened was closed."""
    return kinds(members).count("epoch.open") == kinds(members).count("epoch.close")


def test_uvicorn_with_four_workers(tmp_path: Path, recipient: Partner) -> None:
    """Four workers, a file and a policy record for each new one; all of them close their epochs when the server stops."""
    before = len(recipient.bodies)
    command = ["uvicorn", "deployed:app", "--workers", "4", "--port", "{port}", "--log-level", "error"]
    with serving(tmp_path, recipient, command) as address:
        ask(address, 30, workers=2)
    members = judged(tmp_path / "ledger", len(recipient.bodies) - before)
    assert closed(members)
    assert 4 == len({header["writer_id"] for header in members})


def test_gunicorn_with_a_preloaded_app(tmp_path: Path, recipient: Partner) -> None:
    """Workers that are forks of a process whose ledger runs and has written write files of their own."""
    before = len(recipient.bodies)
    command = ["gunicorn", "deployed:app", "--preload", "--workers", "2", "--worker-class", "asgi"]
    command += ["--bind", "127.0.0.1:{port}", "--log-level", "error", "--no-control-socket"]
    with serving(tmp_path, recipient, command) as address:
        ask(address, 30, workers=2)
    members = judged(tmp_path / "ledger", len(recipient.bodies) - before)
    assert closed(members)
    assert 3 == len({header["writer_id"] for header in members})


def test_uvicorn_reload(tmp_path: Path, recipient: Partner) -> None:
    """A changed source file ends one process and starts another, which takes the closed file over."""
    before = len(recipient.bodies)
    command = ["uvicorn", "deployed:app", "--reload", "--port", "{port}", "--log-level", "error"]
    with serving(tmp_path, recipient, command) as address:
        first = ask(address, 5)
        (tmp_path / "deployed.py").write_text(f"{APP}\n")
        ask(address, 1, past=first)
    members = judged(tmp_path / "ledger", len(recipient.bodies) - before)
    assert closed(members)
    assert (1, 2) == (len({header["writer_id"] for header in members}), kinds(members).count("epoch.open"))


def namespace() -> list[str]:
    """A command prefix that gives a process mounts of its own, empty where this system allows nobody to have them."""
    for prefix in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        try:
            trial = [*prefix, "sh", "-c", "mount -t tmpfs none /mnt"]
            if subprocess.run(trial, capture_output=True, check=False, timeout=20).returncode == 0:
                return prefix
        except OSError:
            continue
    return []


def on_small_disk(script: str, folder: Path, *arguments: object, limit: str) -> None:
    """Run a script that gets a folder on a small disk, or one in which no file may grow beyond a limit."""
    (folder / "disk").mkdir()
    python = [sys.executable, "-W", "ignore", "-c", script, str(folder), limit, *map(str, arguments)]
    command = python
    if limit == "mounted":
        command = [
            *namespace(),
            "sh",
            "-c",
            f'mount -t tmpfs -o size=640k none "{folder}/disk" && exec "$@"',
            "sh",
            *python,
        ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=ROOT)
    assert 0 == done.returncode, done.stderr


FULL = """
import resource, shutil, subprocess, sys, time
from pathlib import Path
from privmw import install, uninstall
from tests.ledger.live_app import call, live_settings

folder, limit, port = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
if limit == "limited":
    resource.setrlimit(resource.RLIMIT_FSIZE, (160_000, hard))
runtime = install(live_settings(folder / "disk" / "ledger", port))
outcomes = []
while outcomes[-5:] != ["ledger.unavailable"] * 5:  # after the first failure the log may find room once more
    outcomes.append(call(port))
    assert len(outcomes) < 5_000, "the disk took everything"
assert 10 < outcomes.count("sent"), outcomes
assert runtime.ledger.failing
if limit == "limited":
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
else:
    subprocess.run(["mount", "-o", "remount,size=16m", str(folder / "disk")], check=True)
until = time.monotonic() + 30
while call(port) != "sent":
    assert time.monotonic() < until, "it did not recover"
uninstall()
shutil.copytree(folder / "disk" / "ledger", folder / "ledger")
(folder / "denied").write_text(str(outcomes.count("ledger.unavailable")))
"""


@pytest.mark.parametrize("limit", ["mounted", "limited"] if namespace() else ["limited"])
def test_a_full_disk_denies_and_recovers(tmp_path: Path, recipient: Partner, limit: str) -> None:
    """When the disk is full nothing more is sent; with room again it is, and a gap record tells of what was refused."""
    before = len(recipient.bodies)
    on_small_disk(FULL, tmp_path, recipient.port, limit=limit)
    members = stored(tmp_path / "ledger")
    arrived = len(recipient.bodies) - before
    intents = {header["record_id"] for header in members if header["kind"] == "transfer" and "intent_id" not in header}
    # An intent that was written and could not be confirmed in time was not sent: it has no outcome, and reads as unknown.
    answered = {
        header["intent_id"] for header in members if header.get("intent_id") and header.get("outcome") == "sent"
    }
    assert arrived == len(answered & intents)
    gaps = [header["details"]["count"] for header in members if header["kind"] == "gap"]  # type: ignore[index]
    assert sum(gaps) >= int((tmp_path / "denied").read_text())
    report = verify(tmp_path / "ledger")
    assert (0, True) == (report.exit_code(), Verdict.GAP in report.verdicts), report.as_dict()
    assert set() == set(report.verdicts) - NO_ALARM


READ_ONLY = """
import os, shutil, subprocess, sys
from pathlib import Path
from privmw import Runtime, install, uninstall
from tests.ledger.live_app import call, live_settings

folder, limit, port = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
disk = folder / "disk"

def outcome():
    install(live_settings(disk / "ledger", port))
    try:
        return call(port)
    finally:
        uninstall()

def read_only(yes):
    if limit == "mounted":
        subprocess.run(["mount", "-o", "remount," + ("ro" if yes else "rw"), str(disk)], check=True)
    else:
        (disk / "ledger").chmod(0o555 if yes else 0o700)

assert "sent" == outcome()
read_only(True)
if os.fork() == 0:
    if limit == "limited" and os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    os._exit(0 if outcome() == "ledger.unavailable" else 1)
assert 0 == os.wait()[1]
read_only(False)
assert "sent" == outcome()
shutil.copytree(disk / "ledger", folder / "ledger")
"""


@pytest.mark.parametrize("limit", ["mounted", "limited"] if namespace() else ["limited"])
def test_a_read_only_folder_denies(tmp_path: Path, recipient: Partner, limit: str) -> None:
    """In a folder that nobody may write to nothing is sent; before and after it is, in one chain without a flaw."""
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)  # so that a process without rights gets as far as the ledger's own folder
    before = len(recipient.bodies)
    on_small_disk(READ_ONLY, tmp_path, recipient.port, limit=limit)
    assert 2 == len(recipient.bodies) - before
    assert 2 == kinds(judged(tmp_path / "ledger", 2)).count("epoch.open")
