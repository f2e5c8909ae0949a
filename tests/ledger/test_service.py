"""The whole ledger from settings, as ``privmw.install`` starts and ``uninstall`` stops it: copies, anchors, upkeep, events."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from privmw import ConfigurationError, Runtime, install, uninstall
from privmw.errors import LedgerUnavailable
from privmw.ledger import clock, maintenance
from privmw.ledger.anchorfile import read_anchor_file
from privmw.ledger.assemble import assemble
from privmw.ledger.query import Criteria, Ledger
from privmw.ledger.signing import SigningKeys
from privmw.ledger.verify import verify
from privmw.policy.register import Register
from privmw.runtime import Surface
from privmw.types import Durability, RecordKind
from tests.ledger.conftest import Database
from tests.ledger.kill_helpers import ROOT
from tests.ledger.live_app import Partner, call, live_settings, partner
from tests.ledger.otlp_receiver import Receiver, attributes
from tests.ledger.test_postgres import same
from tests.ledger.writing_helpers import intent, kinds, stored

PERSONAL = "write to alice@example.com"


@pytest.fixture(scope="module")
def recipient() -> Iterator[Partner]:
    """Who receives the transfers."""
    with partner() as server:
        yield server


@pytest.fixture
def installed() -> Iterator[Callable[..., Runtime]]:
    """Installs, and uninstalls at the end whatever happens."""
    yield install
    uninstall()


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that a thread does."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def test_everything_is_in_postgresql_when_the_process_ends(
    tmp_path: Path, fleet: Database, recipient: Partner, installed: Callable[..., Runtime]
) -> None:
    """With ``postgres_dsn`` the copy is equal to the files after uninstall, the closing record and checkpoint included."""
    SigningKeys.create(tmp_path / "key.pem")
    settings = live_settings(
        tmp_path / "ledger",
        recipient.port,
        postgres_dsn=fleet.dsn,
        signing_key_file=str(tmp_path / "key.pem"),
        checkpoint_every=2,
        maintenance=False,  # on a slow machine a super-checkpoint would come in between
    )
    installed(settings)
    assert "sent" == call(recipient.port)
    uninstall()
    assert ["epoch.open", "policy", "transfer", "transfer", "epoch.close"] == kinds(stored(tmp_path / "ledger"))
    assert 5 == same(tmp_path / "ledger", fleet.dsn)
    assert 0 == verify(fleet.dsn, keys=SigningKeys.load(tmp_path / "key.pem").trusted("privmw")).exit_code()


def test_installing_again_copies_again(
    tmp_path: Path, fleet: Database, recipient: Partner, installed: Callable[..., Runtime]
) -> None:
    """A runtime that was taken out and installed again writes a new epoch, which is copied as well."""
    settings = live_settings(tmp_path / "ledger", recipient.port, postgres_dsn=fleet.dsn)
    for _ in range(2):
        installed(settings)
        assert "sent" == call(recipient.port)
        uninstall()
    assert 2 == kinds(stored(tmp_path / "ledger")).count("epoch.open")
    assert 9 == same(tmp_path / "ledger", fleet.dsn)


def test_a_server_that_is_down_does_not_stop_a_transfer(
    tmp_path: Path, recipient: Partner, installed: Callable[..., Runtime], caplog: pytest.LogCaptureFixture
) -> None:
    """The files are the outbox: without the database calls go on, and the log says that nothing is copied."""
    dsn = "postgresql://nobody:secret-word@127.0.0.1:9/none"
    installed(live_settings(tmp_path / "ledger", recipient.port, postgres_dsn=dsn))
    assert "sent" == call(recipient.port)
    wait_until(lambda: "not copied to the database" in caplog.text)
    uninstall()
    assert 5 == len(stored(tmp_path / "ledger"))
    assert "secret-word" not in caplog.text


def test_payloads_are_purged_on_their_day(
    tmp_path: Path,
    database: Database,
    recipient: Partner,
    installed: Callable[..., Runtime],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While the app runs, the day after the period's last removes payloads from files and database; both still verify."""
    now = [1_772_000_000_000]  # 2026-02-25
    monkeypatch.setattr(clock.SystemClock, "time_ms", lambda self: now[0])
    monkeypatch.setattr(maintenance, "FIRST_SECONDS", 0.02)
    monkeypatch.setattr(maintenance, "POLL_SECONDS", 0.02)
    SigningKeys.create(tmp_path / "key.pem")
    settings = live_settings(
        tmp_path / "ledger",
        recipient.port,
        timezone="Asia/Seoul",
        postgres_dsn=database.dsn,
        purge_dsn=database.dsn,
        signing_key_file=str(tmp_path / "key.pem"),
        checkpoint_every=1,
    )
    runtime = installed(settings)
    runtime.guard.recorder._time_ms = lambda: now[0]
    assert "sent" == call(recipient.port, text=PERSONAL)
    assert runtime.ledger is not None
    runtime.ledger.flush()

    def payloads(source: Path | str) -> int:
        try:
            with Ledger.open(source) as ledger:
                return sum(entry.record.payload is not None for entry in ledger.entries(Criteria()))
        except LedgerUnavailable:
            return 0  # the shipper has not made the tables yet

    wait_until(lambda: payloads(database.dsn) == 1)
    now[0] = 1_779_721_200_000 - 1  # the last millisecond of 25 May in Seoul
    time.sleep(0.2)
    assert (1, 1) == (payloads(tmp_path / "ledger"), payloads(database.dsn))
    now[0] += 1
    wait_until(lambda: payloads(tmp_path / "ledger") + payloads(database.dsn) == 0)
    uninstall()
    with Ledger.open(tmp_path / "ledger") as ledger:
        purges = [entry.record.details for entry in ledger.entries(Criteria(kinds=frozenset({RecordKind.PURGE})))]
    assert [("4", "P3M", "2026-05-26")] * 2 == [(item["clause"], item["period"], item["today"]) for item in purges]
    trusted = SigningKeys.load(tmp_path / "key.pem").trusted("privmw")
    for source in (tmp_path / "ledger", database.dsn):
        assert (0, "PURGED") == ((report := verify(source, keys=trusted)).exit_code(), report.verdict.value)


def test_an_hourly_super_checkpoint_is_anchored(
    tmp_path: Path, recipient: Partner, installed: Callable[..., Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One super-checkpoint per hour, in the anchor file too; with that file a whole writer that is gone shows."""
    now = [1_772_000_000_000]
    monkeypatch.setattr(clock.SystemClock, "time_ms", lambda self: now[0])
    monkeypatch.setattr(maintenance, "FIRST_SECONDS", 0.02)
    monkeypatch.setattr(maintenance, "POLL_SECONDS", 0.02)
    SigningKeys.create(tmp_path / "key.pem")
    (tmp_path / "elsewhere").mkdir()
    anchor = tmp_path / "elsewhere" / "anchor"
    installed(
        live_settings(
            tmp_path / "ledger",
            recipient.port,
            signing_key_file=str(tmp_path / "key.pem"),
            checkpoint_every=1,
            anchor_file=str(anchor),
        )
    )
    assert "sent" == call(recipient.port)

    def supers() -> int:
        return kinds(stored(tmp_path / "ledger")).count("checkpoint")

    wait_until(lambda: supers() == 1)
    now[0] += 3_599_000
    time.sleep(0.2)
    assert 1 == supers()
    now[0] += 1_000
    wait_until(lambda: supers() == 2)
    uninstall()
    trusted = SigningKeys.load(tmp_path / "key.pem").trusted("privmw")
    assert 2 == sum(note.startswith(b"privmw/default\n") for note in read_anchor_file(anchor))
    assert (0, "OK") == (
        (report := verify(tmp_path / "ledger", keys=trusted, anchors=[anchor])).exit_code(),
        report.verdict.value,
    )
    assert report.chains[0].size == report.chains[0].anchored
    next((tmp_path / "ledger").glob("*.sqlite3")).unlink()
    assert "MISSING" == verify(tmp_path / "ledger", keys=trusted, anchors=[anchor]).verdict.value


EXPORTING = """
import sys
from pathlib import Path
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import set_meter_provider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from privmw import install, uninstall
from tests.ledger.live_app import call, live_settings

folder, port, collector = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
sections = {"egress": {"first_party": [collector.removeprefix("http://")]}}
install(live_settings(folder / "ledger", port, sections=sections, otlp=True, signing_key_file=str(folder / "key.pem")))
logs = LoggerProvider()
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{collector}/v1/logs")))
set_logger_provider(logs)
reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{collector}/v1/metrics"), 3_600_000)
meters = MeterProvider([reader])
set_meter_provider(meters)
assert "sent" == call(port, text="write to alice@example.com")
uninstall()
logs.shutdown()
meters.shutdown()
"""


def test_events_and_checkpoints_reach_the_collector(tmp_path: Path, recipient: Partner) -> None:
    """With ``otlp`` transfers, their metrics and the signed checkpoint go to providers that the app sets after install."""
    SigningKeys.create(tmp_path / "key.pem")
    collector = Receiver()
    try:
        run_script(EXPORTING, tmp_path, recipient.port, collector.url)
    finally:
        collector.close()
    received = [(event.event_name, attributes(event)) for event in collector.events]
    transfers = [item for name, item in received if name == "privmw.transfer" and item["privmw.kind"] == "transfer"]
    hashes = {str(header["record_id"]): header for header in stored(tmp_path / "ledger")}
    assert ["partner"] * 2 == [item["privmw.recipient_id"] for item in transfers]
    assert all(item["privmw.record_id"] in hashes for item in transfers)
    notes = [item["privmw.ledger.note"] for name, item in received if name == "privmw.ledger.checkpoint"]
    (tmp_path / "anchor").write_text("".join(f"{note}\n" for note in notes))
    trusted = SigningKeys.load(tmp_path / "key.pem").trusted("privmw")
    assert "OK" == verify(tmp_path / "ledger", keys=trusted, anchors=[tmp_path / "anchor"]).verdict.value
    points = {(name, labels.get("privmw.recipient_id")): value for name, labels, value in collector.points}
    assert 1 == points["privmw.transfers", "partner"]
    assert (1, 0) == (points["privmw.transfer.outcomes", "partner"], points["privmw.ledger.lost", None])
    assert not any(b"alice" in body for body in collector.bodies)


FORKING = """
import os, signal, sys, threading
from pathlib import Path
from privmw import install, uninstall
from tests.ledger.live_app import call, live_settings

def names():
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("privmw-")}

folder, port, dsn = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
runtime = install(live_settings(folder / "ledger", port, postgres_dsn=dsn))
assert "sent" == call(port)
runtime.ledger.flush()  # the outcome is not waited for, and this process will be killed
everything = {"privmw-ledger", "privmw-shipper", "privmw-maintenance"}
assert everything <= names(), names()
idle = os.fork()
if idle == 0:
    os._exit(len(names() & everything))
assert 0 == os.waitstatus_to_exitcode(os.waitpid(idle, 0)[1])
parent = os.getpid()
if os.fork() == 0:
    os.kill(parent, signal.SIGKILL)
    assert "sent" == call(port)
    assert everything <= names(), names()
    uninstall()
    (folder / "done").write_text(str(os.getpid()))
    os._exit(0)
signal.pause()
"""


def test_a_forked_child_takes_the_copying_over(tmp_path: Path, database: Database, recipient: Partner) -> None:
    """A child that records nothing runs no thread; one that does copies everything, its killed parent's file included."""
    script = [sys.executable, "-W", "ignore", "-c", FORKING, str(tmp_path), str(recipient.port), database.dsn]
    done = subprocess.run(script, capture_output=True, text=True, timeout=100, cwd=ROOT)
    assert -9 == done.returncode, done.stderr
    wait_until(lambda: (tmp_path / "done").exists())
    members = stored(tmp_path / "ledger")
    assert 4 == kinds(members).count("transfer")
    assert len(members) == same(tmp_path / "ledger", database.dsn)


SHORT = """
import sys
from pathlib import Path
from privmw import install
from tests.ledger.live_app import call, live_settings
install(live_settings(Path(sys.argv[1]) / "ledger", int(sys.argv[2]), postgres_dsn=sys.argv[3]))
assert "sent" == call(int(sys.argv[2]))
"""


def test_a_script_that_just_ends_leaves_nothing_behind(tmp_path: Path, fleet: Database, recipient: Partner) -> None:
    """Without uninstall, the end of the process writes, closes and copies."""
    run_script(SHORT, tmp_path, recipient.port, fleet.dsn)
    assert "epoch.close" == kinds(stored(tmp_path / "ledger"))[-1]
    assert 5 == same(tmp_path / "ledger", fleet.dsn)


def test_the_policy_of_a_process_that_ends_at_once_is_on_record(tmp_path: Path) -> None:
    """Of 20 ledgers that are closed right after their start, each holds its policy record, and none says that one was lost."""
    settings = live_settings(tmp_path, 1)
    register = Register.from_settings(settings)
    for number in range(20):
        service = assemble(live_settings(tmp_path / str(number), 1), register)
        service.start()
        service.close()
        assert ["epoch.open", "policy", "epoch.close"] == kinds(stored(tmp_path / str(number)))
        assert 0 == service.writer.lost


def test_one_process_of_many_does_the_daily_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one process has done today no other one does again, until the day or the schedule changes."""
    now = [1_772_000_000_000]
    monkeypatch.setattr(clock.SystemClock, "time_ms", lambda self: now[0])
    settings = live_settings(tmp_path / "ledger", 1)
    changed = live_settings(tmp_path / "ledger", 1, sections={"retention": {"subject_3m": {"period": "P1M"}}})
    services = [assemble(one, Register.from_settings(one)) for one in (settings, settings, changed)]
    jobs = [service.maintenance for service in services]
    for service in services:
        service.writer.start()
        service.writer.flush()
    ran = [job is not None and job.run_due() is not None for job in jobs]
    assert [True, False, True] == ran
    now[0] += 86_400_000
    assert [True, False] == [job is not None and job.run_due() is not None for job in jobs[:2]]
    (tmp_path / "ledger" / maintenance.DONE_FILE).write_text("nonsense")
    assert jobs[1] is not None
    assert jobs[1].run_due() is not None
    for service in services:
        service.writer.close()


@pytest.mark.parametrize(
    ("ledger", "expected"),
    [
        ({"timezone": "Asia/Seol"}, r"ledger\.timezone: there is no time zone of this name here\. Use an IANA name"),
        ({"postgres_dsn": "mysql://u:hunter2@h/d"}, r"ledger\.postgres_dsn: is not a postgresql:// URI"),
        ({"postgres_dsn": "postgresql://u:hunter2@h/d?nonsense=1"}, r"ledger\.postgres_dsn: is not a connection URI"),
        ({"purge_dsn": "postgresql://u:hunter2@h/d"}, r"ledger\.purge_dsn: there is no copy to purge.*postgres_dsn"),
        (
            {"anchor_file": "anchor"},
            r"ledger\.anchor_file: there is nothing to anchor without a signing key.*--new-key",
        ),
        ({"anchor_file": "ledger/anchor", "signing_key_file": "key.pem"}, r"ledger\.anchor_file: lies in the ledger's"),
        ({"anchor_file": "none/anchor", "signing_key_file": "key.pem"}, r"ledger\.anchor_file: can not be appended to"),
        ({"anchor_file": ".", "signing_key_file": "key.pem"}, r"ledger\.anchor_file: can not be appended to"),
        ({"signing_key_file": "none.pem"}, r"ledger\.signing_key_file: can not be read.*--new-key"),
        ({"directory": "key.pem"}, r"ledger\.directory: is not a directory"),
        ({"otlp": True}, r"ledger\.otlp: OpenTelemetry is switched off by OTEL_SDK_DISABLED"),
    ],
)
def test_what_can_not_work_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ledger: dict[str, Any], expected: str
) -> None:
    """Each mistake names its setting and what to do, before anything is installed, and shows no secret."""
    SigningKeys.create(tmp_path / "key.pem")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    settings = live_settings(tmp_path / "ledger", 1, **ledger)
    with pytest.raises(ConfigurationError, match=expected) as caught:
        assemble(settings, Register.from_settings(settings))
    assert "hunter2" not in str(caught.value)
    assert not (tmp_path / "ledger").exists()


def test_a_provider_that_can_not_be_loaded_is_refused(tmp_path: Path) -> None:
    """A misspelt OTEL_PYTHON_LOGGER_PROVIDER is a configuration error of ``ledger.otlp``, not an error of OpenTelemetry."""
    script = """
import os, sys
from pathlib import Path
os.environ["OTEL_PYTHON_LOGGER_PROVIDER"] = "nonsense"
from privmw import ConfigurationError, install
from tests.ledger.live_app import live_settings
try:
    install(live_settings(Path(sys.argv[1]), 1, otlp=True))
except ConfigurationError as error:
    assert "ledger.otlp" in str(error) and "OTEL_PYTHON_LOGGER_PROVIDER" in str(error), error
else:
    sys.exit("it was accepted")
"""
    run_script(script, tmp_path)


def test_upkeep_can_be_left_to_the_command_line(tmp_path: Path) -> None:
    """With ``maintenance = false`` no thread purges."""
    settings = live_settings(tmp_path / "ledger", 1, maintenance=False)
    assert assemble(settings, Register.from_settings(settings)).maintenance is None


def run_script(script: str, *arguments: object) -> None:
    """Run a script in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=ROOT)
    assert 0 == done.returncode, done.stderr


def test_an_app_that_ends_closes_its_epoch_and_others_go_on(tmp_path: Path) -> None:
    """A rest writes ``epoch.close`` at once; records of other threads that come meanwhile are all written, in a new epoch."""
    settings = live_settings(tmp_path / "ledger", 1)
    service = assemble(settings, Register.from_settings(settings))
    service.start()
    service.rest()
    assert ["epoch.open", "policy", "epoch.close"] == kinds(stored(tmp_path / "ledger"))
    stop = threading.Event()
    made: list[int] = []

    def busy() -> None:
        number = 0
        while not stop.is_set():
            service.writer.submit(intent(number), Durability.BEFORE_SEND).wait(30)
            service.writer.submit(intent(number))
            number += 1
        made.append(number * 2)

    threads = [threading.Thread(target=busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        time.sleep(0.01)
        service.rest()
    stop.set()
    for thread in threads:
        thread.join()
    service.close()
    members = stored(tmp_path / "ledger")
    assert sum(made) == kinds(members).count("transfer")
    assert kinds(members).count("epoch.open") == kinds(members).count("epoch.close")
    assert kinds(members).count("epoch.open") > 2
    assert 0 == service.writer.lost


def test_the_guard_alone_leaves_a_closed_epoch(tmp_path: Path, recipient: Partner) -> None:
    """Where only the egress guard is in use, what it recorded is written and the epoch closed when it goes, each time."""
    runtime = Runtime(live_settings(tmp_path / "ledger", recipient.port))
    for _ in range(2):
        runtime.use(Surface.EGRESS)
        assert "sent" == call(recipient.port)
        runtime.release(Surface.EGRESS)
    assert runtime.ledger is not None
    assert 0 == runtime.ledger.lost
    members = stored(tmp_path / "ledger")
    assert ["epoch.open", "policy", "transfer", "transfer", "epoch.close"] == kinds(members)[:5]
    assert ["epoch.open", "transfer", "transfer", "epoch.close"] == kinds(members)[5:]
    uninstall_all(runtime)


def uninstall_all(runtime: Runtime) -> None:
    """Close the ledger for good, which the end of the process would do."""
    assert runtime._ledger is not None
    runtime._ledger.close()
