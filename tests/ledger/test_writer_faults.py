"""What becomes of records when the disk, the file or another program does not play along."""

import pkgutil
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from privmw.errors import LedgerUnavailable
from privmw.ledger.stores import connection
from privmw.ledger.writing.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.writing_helpers import intent, kinds, stored


class FaultyConnection:
    """A real connection that fails once at one statement, before or after carrying it out."""

    def __init__(self, real: sqlite3.Connection, statement: str, *, after: bool) -> None:
        self._real = real
        self._statement = statement
        self._after = after
        self.fired = False

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement, or fail."""
        hit = not self.fired and statement.startswith(self._statement)
        if hit:
            self.fired = True
            if not self._after:
                raise sqlite3.OperationalError("disk I/O error")
        cursor = self._real.execute(statement, *values)
        if hit:
            raise sqlite3.OperationalError("disk I/O error")
        return cursor

    def close(self) -> None:
        """Close the real one."""
        self._real.close()


def opened(directory: Path, **options: Any) -> LedgerWriter:
    """A writer whose epoch is open."""
    writer = LedgerWriter(directory, busy_timeout=0.05, **options)
    writer.start()
    writer.flush()
    return writer


def connection_of(writer: LedgerWriter) -> sqlite3.Connection:
    """The connection of a writer's open file."""
    file = writer._session._file
    assert file is not None
    return file._connection


@pytest.mark.parametrize(
    "statement",
    ["BEGIN", "SELECT id FROM facets", "INSERT INTO facets", "INSERT INTO headers", "INSERT INTO payloads", "COMMIT"],
)
@pytest.mark.parametrize("after", [False, True])
def test_a_fault_at_any_step_loses_and_repeats_nothing(tmp_path: Path, statement: str, after: bool) -> None:
    """The call that must be recorded is refused, the record in the same batch that may wait is written exactly once."""
    writer = opened(tmp_path / "ledger", group_ms=200)
    faulty = FaultyConnection(connection_of(writer), statement, after=after)
    writer._session._file._connection = faulty  # type: ignore[union-attr]
    patient = intent()
    waiting = writer.submit(patient)
    with pytest.raises(LedgerUnavailable, match="disk I/O error"):
        writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    waiting.wait(5)
    writer.close()
    assert faulty.fired
    members = stored(tmp_path / "ledger")
    assert 1 == [header["record_id"] for header in members].count(patient.record_id)
    assert [{"disk": 1}] == [header["details"]["reasons"] for header in members if header["kind"] == "gap"]  # type: ignore[index]
    assert (1, 1) == (writer.written, writer.lost)


@pytest.mark.parametrize(
    ("break_it", "mend_it", "words"),
    [
        ("PRAGMA max_page_count=1", "PRAGMA max_page_count=1000000", "full"),
        ("PRAGMA query_only=ON", "PRAGMA query_only=OFF", "readonly"),
    ],
)
def test_a_full_or_read_only_disk_refuses_and_recovers(
    tmp_path: Path, break_it: str, mend_it: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own refusals (FULL, READONLY) reach the caller in words, and what may wait is written later."""
    writer = opened(tmp_path / "ledger")
    state = break_it
    real = connection.connect

    def connect(path: Path, **options: Any) -> sqlite3.Connection:
        found = real(path, **options)
        found.execute(state)
        return found

    monkeypatch.setattr("privmw.ledger.writing.storage.connect", connect)
    connection_of(writer).execute(state)
    padding = [intent(details={"padding": "x" * 5000}) for _ in range(3)]
    waiting = [writer.submit(record) for record in padding]
    with pytest.raises(LedgerUnavailable, match=words):
        writer.submit(intent(details={"padding": "x" * 5000}), Durability.BEFORE_SEND).wait(5)
    assert writer.failing
    dropped = writer.submit(intent(), Durability.BEST_EFFORT)
    state = mend_it
    for receipt in waiting:
        receipt.wait(10)
    writer.flush()
    writer.close()
    assert not writer.failing
    assert dropped.problem is None or words in dropped.problem
    members = stored(tmp_path / "ledger")
    assert {record.record_id for record in padding} < {str(header["record_id"]) for header in members}


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file may grow beyond ``size`` bytes, as on a file system that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_bytes_refuses_and_recovers(tmp_path: Path) -> None:
    """The operating system's refusal to write leaves the chain whole, and writing goes on when there is room again."""
    writer = opened(tmp_path / "ledger")
    with file_size_limit(200_000):
        acknowledged = []
        with pytest.raises(LedgerUnavailable):  # noqa: PT012 - how many fit is the file system's affair
            for _ in range(400):
                record = intent(details={"padding": "x" * 2000})
                writer.submit(record, Durability.BEFORE_SEND).wait(5)
                acknowledged.append(record.record_id)
        waiting = writer.submit(intent())
    waiting.wait(10)
    writer.close()
    members = stored(tmp_path / "ledger")
    assert set(acknowledged) < {header["record_id"] for header in members}
    assert "gap" in kinds(members)
    assert 1 == len(list((tmp_path / "ledger").glob("*.sqlite3")))


def test_a_locked_file_refuses_and_recovers(tmp_path: Path) -> None:
    """While another program holds the file, what must be durable is refused; what may wait is written afterwards."""
    writer = opened(tmp_path / "ledger")
    (path,) = (tmp_path / "ledger").glob("*.sqlite3")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    waiting = writer.submit(intent())
    with pytest.raises(LedgerUnavailable, match="locked"):
        writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    assert writer.submit(intent(), Durability.BEST_EFFORT).problem is None
    other.execute("ROLLBACK")
    other.close()
    waiting.wait(10)
    writer.close()
    assert 1 == kinds(stored(tmp_path / "ledger")).count("gap")


def test_a_place_that_is_no_directory_is_refused(tmp_path: Path) -> None:
    """A ledger that cannot even be created denies what must be recorded and keeps the rest until closed."""
    (tmp_path / "ledger").write_text("not a directory")
    writer = LedgerWriter(tmp_path / "ledger")
    with pytest.raises(LedgerUnavailable, match=r"File exists|Not a directory"):
        writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    kept = writer.submit(intent())
    writer.close()
    assert kept.problem is not None
    assert 2 == writer.lost


READ_ONLY = """
import os, sys
from pathlib import Path
from privmw.errors import LedgerUnavailable
from privmw.ledger.stores import connection
from privmw.ledger.writing.writer import LedgerWriter
from privmw.types import Durability, RecordKind, TransferRecord, new_record_id
if os.geteuid() == 0:
    os.seteuid(65534)
writer = LedgerWriter(Path(sys.argv[1]) / "ledger")
record = TransferRecord(kind=RecordKind.TRANSFER, record_id=new_record_id(1), time_ms=1)
try:
    writer.submit(record, Durability.BEFORE_SEND).wait(5)
except LedgerUnavailable as error:
    print(error)
writer.close()
"""


def test_a_read_only_folder_is_refused() -> None:
    """A process that may not write there gets the operating system's reason."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        done = subprocess.run([sys.executable, "-c", READ_ONLY, folder], capture_output=True, text=True, timeout=60)
        assert "the ledger cannot be written: Permission denied\n" == done.stdout, done.stderr
        Path(folder).chmod(0o755)


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    """Garbage under a ledger's name is neither written to nor removed; the writer starts a file of its own."""
    first = opened(tmp_path / "ledger", host="web")
    first.close()
    (path,) = (tmp_path / "ledger").glob("*.sqlite3")
    path.write_bytes(b"garbage" * 1000)
    second = opened(tmp_path / "ledger", host="web")
    second.close()
    assert b"garbage" * 1000 == path.read_bytes()
    assert 2 == len(list((tmp_path / "ledger").glob("*.sqlite3")))
    assert ["epoch.open", "epoch.close"] == kinds(stored(tmp_path / "ledger"))


def remove(path: Path) -> None:
    """Take the file away."""
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def replace(path: Path) -> None:
    """Put another file in its place."""
    other = path.with_name("other")
    other.write_bytes(b"")
    other.rename(path)


@pytest.mark.parametrize("harm", [remove, replace])
def test_a_file_that_vanishes_is_replaced(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """Records do not disappear into a deleted file: a new one is started, and its epoch.open names what was lost."""
    writer = opened(tmp_path / "ledger")
    lost = writer.writer_id
    (path,) = (tmp_path / "ledger").glob("*.sqlite3")
    harm(path)
    writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    writer.close()
    members = stored(tmp_path / "ledger")
    assert ["epoch.open", "transfer", "epoch.close"] == kinds(members)
    details = members[0]["details"]
    assert isinstance(details, dict)
    assert (lost, 0, "removed or replaced") == tuple(details["left"][key] for key in ("writer_id", "seq", "left"))


def test_a_chain_that_somebody_else_wrote_to_is_left(tmp_path: Path) -> None:
    """When the file no longer ends where this writer left it, nothing is chained to what was put there."""
    writer = opened(tmp_path / "ledger")
    before = writer.writer_id
    (path,) = (tmp_path / "ledger").glob("*.sqlite3")
    other = sqlite3.connect(path)
    other.execute("INSERT INTO headers SELECT 1, epoch, time, facet, intent, hash, header FROM headers")
    other.commit()
    other.close()
    with pytest.raises(LedgerUnavailable):
        writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    assert before != writer.writer_id
    writer.close()
    assert 2 == len(list((tmp_path / "ledger").glob("*.sqlite3")))


def test_what_cannot_be_written_until_the_end_is_counted_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Closing a ledger that cannot be written ends in time and says how many records were lost."""
    writer = opened(tmp_path / "ledger")
    (path,) = (tmp_path / "ledger").glob("*.sqlite3")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    receipts = [writer.submit(intent()) for _ in range(3)]
    started = time.monotonic()
    writer.close(2)
    assert time.monotonic() - started < 4
    other.close()
    assert 3 == writer.lost
    assert not any(receipt.durable for receipt in receipts)
    assert any("3 records were lost" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("privmw.ledger.writing.storage", "make_directory"),
        ("fcntl", "flock"),
        ("privmw.ledger.writing.storage", "create"),
        ("pathlib.Path", "rename"),
        ("privmw.ledger.writing.storage", "sync_directory"),
        ("privmw.ledger.writing.storage", "connect"),
    ],
)
def test_a_fault_while_a_file_is_made_leaves_nothing_half_done(
    tmp_path: Path, place: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever step fails, the next attempt comes at once with the next record, and no unfinished file stays."""
    owner = pkgutil.resolve_name(place)
    real = getattr(owner, name)
    fired = threading.Event()

    def fail_once(*arguments: Any, **options: Any) -> Any:
        if not fired.is_set():
            fired.set()
            raise OSError(5, "Input/output error")
        return real(*arguments, **options)

    monkeypatch.setattr(owner, name, fail_once)
    writer = LedgerWriter(tmp_path / "ledger")
    writer.start()
    assert fired.wait(5)
    writer.submit(intent(), Durability.BEFORE_SEND).wait(5)
    writer.close()
    assert [] == list((tmp_path / "ledger").glob("*.tmp*"))
    assert ["epoch.open", "transfer", "epoch.close"] == kinds(stored(tmp_path / "ledger"))
