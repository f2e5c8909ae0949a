"""Processes that come from one another: each has its own chain, none inherits a thread, a lock or a connection."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger.kill_helpers import ROOT
from tests.ledger.writing_helpers import kinds, stored

PREFORK = """
import os, sys, threading
from pathlib import Path
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.writing_helpers import intent
writer = LedgerWriter(Path(sys.argv[1]))
if sys.argv[2] == "used":
    writer.submit(intent(), Durability.BEFORE_SEND).wait(10)
    stop = threading.Event()
    def busy():
        while not stop.is_set():
            writer.submit(intent(), Durability.BEFORE_SEND).wait(10)
    threads = [threading.Thread(target=busy) for _ in range(2)]
    [thread.start() for thread in threads]
children = []
for number in range(6):
    child = os.fork()
    if child == 0:
        for _ in range(3):
            writer.submit(intent(), Durability.BEFORE_SEND).wait(10)
        if number % 2:
            os._exit(0)
        writer.close()
        os._exit(0)
    children.append(child)
assert [0] * 6 == [os.waitpid(child, 0)[1] for child in children]
if sys.argv[2] == "used":
    stop.set()
    [thread.join() for thread in threads]
writer.submit(intent(), Durability.BEFORE_SEND).wait(10)
print(writer.written)
"""


@pytest.mark.parametrize("state", ["fresh", "used"])
def test_forked_children_have_chains_of_their_own(tmp_path: Path, state: str) -> None:
    """Children forked before or amid writing write at once; parent and children lose and repeat nothing."""
    command = [sys.executable, "-W", "ignore", "-c", PREFORK, str(tmp_path / "ledger"), state]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=ROOT)
    assert 0 == done.returncode, done.stderr
    members = stored(tmp_path / "ledger")
    assert 6 * 3 + int(done.stdout) == kinds(members).count("transfer")
    ids = [header["record_id"] for header in members]
    assert len(ids) == len(set(ids))
    pids = {header["details"]["pid"] for header in members if header["kind"] == "epoch.open"}  # type: ignore[index]
    assert 7 == len(pids)


INHERITED = """
import os, sys
from pathlib import Path
from privmw.errors import LedgerUnavailable
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.writing_helpers import intent
writer = LedgerWriter(Path(sys.argv[1]), group_ms=500)
writer.start()
writer.flush()
receipt = writer.submit(intent())
child = os.fork()
if child == 0:
    try:
        receipt.wait(5)
    except LedgerUnavailable as error:
        os._exit(7 if "parent" in str(error) else 1)
    os._exit(2)
assert 7 == os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
receipt.wait(5)
"""


def test_a_child_does_not_wait_for_its_parents_records(tmp_path: Path) -> None:
    """A receipt that crossed a fork says so in the child, and is kept in the parent."""
    command = [sys.executable, "-W", "ignore", "-c", INHERITED, str(tmp_path / "ledger")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert 0 == done.returncode, done.stderr
    assert ["epoch.open", "transfer", "epoch.close"] == kinds(stored(tmp_path / "ledger"))


POOL = """
import multiprocessing, sys
from pathlib import Path
from privmw.ledger.writer import LedgerWriter
from tests.ledger.writing_helpers import intent

writer = None

def work(directory):
    global writer
    writer = writer or LedgerWriter(Path(directory))
    for _ in range(5):
        writer.submit(intent())

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[2])
    processes = [multiprocessing.Process(target=work, args=(sys.argv[1],)) for _ in range(3)]
    if sys.argv[2] == "fork":
        writer = LedgerWriter(Path(sys.argv[1]))
        writer.submit(intent())
        writer.flush()
    [process.start() for process in processes]
    [process.join() for process in processes]
    assert [0] * 3 == [process.exitcode for process in processes]
"""


@pytest.mark.parametrize(("method", "expected"), [("fork", 16), ("spawn", 15)])
def test_multiprocessing_children_write_all_before_they_end(tmp_path: Path, method: str, expected: int) -> None:
    """Children that never call close() still end with everything written and their epoch closed."""
    script = tmp_path / "pool.py"
    script.write_text(POOL)
    command = [sys.executable, "-W", "ignore", str(script), str(tmp_path / "ledger"), method]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, env=environment)
    assert 0 == done.returncode, done.stderr
    members = stored(tmp_path / "ledger")
    assert expected == kinds(members).count("transfer")
    assert kinds(members).count("epoch.open") == kinds(members).count("epoch.close")
    assert method in multiprocessing.get_all_start_methods()


UPKEEP = """
import os, sys, threading, time
from pathlib import Path
from privmw.ledger.maintenance import DONE_FILE, Maintenance
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.signing import SigningKeys
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.writing_helpers import FakeClock, intent
directory = Path(sys.argv[1])
clock = FakeClock()
writer = LedgerWriter(directory, clock=clock)
schedule = Schedule({"subject_3m": Rule("subject_3m", "P1D")})
job = Maintenance(directory, schedule, writer, clock=clock)
stop = threading.Event()
purged = []

def upkeep():
    while not stop.is_set():
        for index in range(20):
            writer.submit(intent(index, time_ms=clock.now - 10 * 86_400_000))
        writer.flush()
        (directory / DONE_FILE).unlink(missing_ok=True)
        clock.now += 3_600_000  # no pause after a purge that met an obstacle is longer
        report = job.run_due()
        purged.append(sum(item.count for item in report.payloads))

thread = threading.Thread(target=upkeep)
thread.start()
slowest = 0
for _ in range(15):
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        writer.submit(intent(), Durability.BEFORE_SEND).wait(10)
        os._exit(0)
    slowest = max(slowest, time.monotonic() - began)
    assert 0 == os.waitpid(child, 0)[1]
stop.set()
thread.join()
writer.close()
assert sum(purged) >= 20, purged
assert slowest < 8, slowest
"""


def test_a_fork_amid_a_purge_neither_hangs_nor_waits_for_its_time_to_run_out(tmp_path: Path) -> None:
    """A process that forks while its upkeep purges goes on at once, and so do its children."""
    command = [sys.executable, "-W", "ignore", "-c", UPKEEP, str(tmp_path / "ledger")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=ROOT)
    assert 0 == done.returncode, done.stderr
    assert 16 <= kinds(stored(tmp_path / "ledger")).count("epoch.open")
