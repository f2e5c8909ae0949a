"""One process's turn at a file: claimed when first needed, epochs opened and closed, replaced when it breaks."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privmw.errors import LedgerCorrupt, LedgerError
from privmw.ledger.chain import Chain, Sealed
from privmw.ledger.connection import BROKEN_CODES
from privmw.ledger.forks import abandon
from privmw.ledger.observer import Observer
from privmw.ledger.storage import LedgerFile, Position, claim
from privmw.types import RecordKind, TransferRecord, new_record_id

__all__ = ["Session"]

logger = logging.getLogger("privmw.ledger")


class Session:
    """Belongs to the writer's thread.

    Args:
        directory: The ledger directory.
        deployment: Name of the deployment.
        host: Name of the host.
        busy_timeout: Seconds to wait for another process's transaction.
        observers: Told of everything that became durable.
    """

    def __init__(
        self, directory: Path, deployment: str, host: str, busy_timeout: float, observers: Sequence[Observer]
    ) -> None:
        self._directory = directory
        self._deployment = deployment
        self._host = host
        self._busy_timeout = busy_timeout
        self._observers = observers
        self._file: LedgerFile | None = None
        self._lost_file: dict[str, Any] | None = None
        self._others: list[Position] = []
        self._epoch_opened = False
        self._failed = False
        self._pending: Sequence[Sealed] = ()
        self._told: Sequence[Sealed] = ()

    @property
    def writer_id(self) -> str | None:
        """Whose chain is open, ``None`` when none is."""
        return self._file.writer_id if self._file is not None else None

    @property
    def chain(self) -> Chain:
        """The open chain."""
        assert self._file is not None
        return self._file.chain

    def ensure_open(self, time_ms: int) -> frozenset[str]:
        """Have a file that can be written, with its epoch opened.

        Returns:
            ``record_id`` of each record of the batch that failed last and turned out to be written after all.

        Raises:
            OSError: The directory cannot be written.
            sqlite3.Error: The file cannot be written.
            LedgerError: It cannot be read any more; the next call starts another one.
        """
        landed: frozenset[str] = frozenset()
        if self._file is not None and not self._file.intact():
            self._give_up("removed or replaced")
        if self._file is not None and self._failed:
            landed = self._recover(self._file)
        if self._file is None:
            self._file, self._others = claim(self._directory, self._deployment, self._host, time_ms, self._busy_timeout)
            self._epoch_opened = False
            for observer in self._observers:
                self._guarded(observer.opened, self._file)
        self._failed = False
        if not self._epoch_opened:
            self._write_own([self._open_record(time_ms)])
            self._epoch_opened = True
        return landed

    def append(self, records: Sequence[Sealed]) -> None:
        """Write a batch durably, all of it or nothing.

        The observers hear of a purge here already, before its receipt is settled: whoever waits for it deletes next, and by
        then the record that accounts for it is signed.
        """
        assert self._file is not None
        self._pending = records
        self._file.append(records)
        self._pending = ()
        if any(record.members["kind"] == RecordKind.PURGE for record in records):
            self.tell(records)

    def failed(self, error: Exception) -> None:
        """Take note that writing failed, and let go of a file that is broken."""
        self._failed = True
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if self._file is not None and (isinstance(error, LedgerCorrupt) or code in BROKEN_CODES):
            self._give_up(str(error))

    def tell(self, records: Sequence[Sealed]) -> None:
        """Tell the observers of what became durable, once."""
        if records and records is not self._told:
            self._told = records
            for observer in self._observers:
                self._guarded(observer.committed, records)

    def tick(self, time_ms: int) -> None:
        """Let the observers do what is due."""
        for observer in self._observers:
            self._guarded(observer.tick, time_ms)

    def close(self, time_ms: int, *, lost: int) -> None:
        """Write ``epoch.close`` and let go of the file."""
        if self._file is None:
            return
        try:
            if self._epoch_opened and not self._failed:
                self._closing()
                self._write_own([_record(RecordKind.EPOCH_CLOSE, time_ms, {"lost": lost})])
                self._closing()
        except (sqlite3.Error, OSError, LedgerError) as error:
            logger.warning("the ledger's epoch was not closed: %s", type(error).__name__)
        finally:
            self._file.close()
            self._file = None

    def forget(self) -> None:
        """In a forked child: leave the parent's file alone."""
        if self._file is not None:
            abandon(self._file.forget())

    def _recover(self, file: LedgerFile) -> frozenset[str]:
        try:
            written = file.reopen()
        except LedgerCorrupt as error:
            self._give_up(str(error))
            return frozenset()
        records, self._pending = self._pending, ()
        if not written:
            return frozenset()
        self._epoch_opened = True
        self.tell(records)
        return frozenset(str(record.members["record_id"]) for record in records)

    def _give_up(self, reason: str) -> None:
        """Leave a file for ``verify`` to judge, keeping its lock, so that nobody takes it over while this process lives."""
        file = self._file
        assert file is not None
        logger.error("a ledger file is left and another one started: %s", reason)
        head = file.chain.head
        self._lost_file = {
            "writer_id": file.writer_id,
            "epoch": file.epoch,
            "seq": head.seq,
            "hash": head.hash.hex(),
            "left": reason,
        }
        file.disconnect()
        self._file = None
        self._pending = ()

    def _open_record(self, time_ms: int) -> TransferRecord:
        assert self._file is not None
        details: dict[str, Any] = {"pid": os.getpid(), "siblings": [other.member() for other in self._others]}
        if self._file.previous is not None:
            details["previous"] = self._file.previous.member()
        if self._lost_file is not None:
            details["left"] = self._lost_file
        return _record(RecordKind.EPOCH_OPEN, time_ms, details)

    def _write_own(self, records: Sequence[TransferRecord]) -> None:
        mark = self.chain.head
        sealed = [self.chain.seal(record) for record in records]
        try:
            self.append(sealed)
        except BaseException:
            self.chain.rewind(mark)
            raise
        self.tell(sealed)

    def _closing(self) -> None:
        for observer in self._observers:
            self._guarded(observer.closing)

    def _guarded(self, call: Any, *arguments: Any) -> None:
        try:
            call(*arguments)
        except Exception as error:  # noqa: BLE001 - a copy, an alert or a note must never stop the record itself
            logger.warning(
                "a ledger observer failed: %s in %s", type(error).__name__, getattr(call, "__qualname__", call)
            )


def _record(kind: RecordKind, time_ms: int, details: dict[str, Any]) -> TransferRecord:
    return TransferRecord(kind=kind, record_id=new_record_id(time_ms), time_ms=time_ms, details=details)
