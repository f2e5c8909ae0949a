"""Real ledgers for the tests of the proof path: written by the real writer, with a clock that the test moves."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from privmw.ledger.anchors import FileAnchor
from privmw.ledger.checkpoints import Checkpointer
from privmw.ledger.signing import SigningKeys
from privmw.ledger.verdicts import Report
from privmw.ledger.verify import verify
from privmw.ledger.writer import LedgerWriter
from privmw.types import DecisionKind, Durability, RecordKind, SubjectPayload, TransferRecord, new_record_id

KEYS = SigningKeys([bytes(range(32))])
START_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now_ms = now_ms

    def time_ms(self) -> int:
        """The time it was set to."""
        return self.now_ms


def transfer(number: int, time_ms: int = START_MS, **changes: Any) -> TransferRecord:
    """A transfer record with a payload, told apart by its number."""
    record = TransferRecord(
        kind=RecordKind.TRANSFER,
        record_id=new_record_id(time_ms),
        time_ms=time_ms,
        decision=DecisionKind.ALLOW_REDACTED,
        recipient_id="openai",
        server_address="api.openai.com",
        destination_country="US",
        purpose="support_reply",
        data_categories=("user.content.private",),
        removed={"EMAIL_ADDRESS": number % 3 + 1},
        retention_class="subject_3m",
        purge_after="2026-04-01",
        payload=SubjectPayload(subject_ref=f"subject-{number:06d}-canary", request_id=f"request-{number:06d}-canary"),
    )
    return replace(record, **changes)


def write_ledger(
    directory: Path,
    records: Sequence[TransferRecord] | int = 10,
    *,
    keys: SigningKeys | None = KEYS,
    every: int = 4,
    anchor: Path | None = None,
    clock: ManualClock | None = None,
    host: str = "host",
) -> Path:
    """Write records to a chain, close it, and return its file."""
    clock = clock or ManualClock()
    before = {path: path.stat().st_mtime_ns for path in directory.glob("*.sqlite3")} if directory.exists() else {}
    if isinstance(records, int):
        records = [transfer(number, clock.now_ms) for number in range(records)]
    observers = []
    if keys is not None:
        anchors = [FileAnchor(anchor)] if anchor is not None else []
        observers.append(Checkpointer(keys, clock=clock, every=every, anchors=anchors, directory=directory))
    writer = LedgerWriter(directory, clock=clock, host=host, observers=observers)
    for record in records:
        writer.submit(record, Durability.GROUP)
    writer.start()
    writer.flush(20)
    writer.close(20)
    (changed,) = [p for p in directory.glob("*.sqlite3") if before.get(p) != p.stat().st_mtime_ns]
    return changed


def edit(file: Path, *statements: str | tuple[str, Sequence[Any]]) -> None:
    """Change a ledger file with SQL, as somebody who has the host would."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints=ON")
    try:
        for statement in statements:
            connection.execute(*((statement,) if isinstance(statement, str) else statement))
    finally:
        connection.close()


def found(report: Report) -> set[str]:
    """The verdicts of a report."""
    return {verdict.value for verdict in report.verdicts}


def check(directory: Path, *anchors: Path, keys: SigningKeys | None = KEYS) -> Report:
    """Verify with the test's key."""
    return verify(directory, keys=None if keys is None else keys.trusted("privmw"), anchors=anchors)


def copy_of(directory: Path, target: Path) -> Path:
    """A copy of a ledger directory to change."""
    shutil.copytree(directory, target)
    return target


Mutation = Callable[[Path], None]
