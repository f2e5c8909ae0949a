"""Legal holds: what must not be purged although it is due.

Holds lie in ``legal-holds.json`` in the ledger's directory, not in the chain, because a hold may name a data subject's
reference. That a hold was placed or released is on record: a ``purge`` record with the hold's name, never its subjects.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from privmw.errors import ConfigurationError
from privmw.types import Clock, Durability, RecordKind, TransferRecord, TransferSink, new_record_id

__all__ = ["HOLDS_FILE", "Hold", "HoldFile"]

HOLDS_FILE = "legal-holds.json"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What a hold keeps; an empty or absent member asks for all, members are "and".

    Attributes:
        name: Case number or the like; it goes on record, so it must name nobody.
        classes: Retention classes.
        writers: Writers' ids.
        since_ms: Records at or after this time.
        until_ms: Records before this time.
        subject_refs: Keyed references of data subjects.
    """

    name: str
    classes: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    since_ms: int | None = None
    until_ms: int | None = None
    subject_refs: tuple[str, ...] = ()

    def keeps(self, writer_id: str, time_ms: int, retention_class: str, subject_ref: str | None) -> bool:
        """Whether a payload falls under the hold."""
        return (
            (not self.classes or retention_class in self.classes)
            and (not self.writers or writer_id in self.writers)
            and (self.since_ms is None or time_ms >= self.since_ms)
            and (self.until_ms is None or time_ms < self.until_ms)
            and (not self.subject_refs or subject_ref in self.subject_refs)
        )


class HoldFile:
    """The holds of one ledger.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> list[Hold]:
        """Read all holds.

        Raises:
            ConfigurationError: The file can not be read; nothing may be purged then.
        """
        try:
            value = json.loads(self.path.read_text(encoding="utf-8"))
            return [_read(item) for item in value]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise ConfigurationError(
                "can not be read as a list of legal holds, so nothing may be purged", source=str(self.path)
            ) from None

    def place(self, hold: Hold, sink: TransferSink, clock: Clock, *, timeout: float = 10.0) -> None:
        """Place a hold, or replace the one of the same name.

        Raises:
            ConfigurationError: Its name is malformed.
            LedgerUnavailable: It could not be recorded; it is in force nevertheless.
        """
        if not _NAME.fullmatch(hold.name):
            raise ConfigurationError("a hold's name is up to 64 letters, digits, dots, dashes", field="hold")
        self._write([item for item in self.load() if item.name != hold.name] + [hold])
        details: dict[str, Any] = {"action": "hold.placed", "hold": hold.name, "classes": list(hold.classes)}
        details |= {"writers": list(hold.writers), "by_subject": bool(hold.subject_refs)}
        details |= {key: value for key, value in (("from", hold.since_ms), ("to", hold.until_ms)) if value is not None}
        _record(sink, clock, details, timeout)

    def release(self, name: str, sink: TransferSink, clock: Clock, *, timeout: float = 10.0) -> None:
        """Release a hold; what it kept is purged with the next run.

        Raises:
            ConfigurationError: There is none of that name.
            LedgerUnavailable: It could not be recorded, and stays in force.
        """
        holds = self.load()
        if name not in {item.name for item in holds}:
            raise ConfigurationError("there is no hold of that name", source=str(self.path), field="release")
        _record(sink, clock, {"action": "hold.released", "hold": name}, timeout)
        self._write([item for item in holds if item.name != name])

    def _write(self, holds: Sequence[Hold]) -> None:
        unfinished = self.path.with_name(self.path.name + ".new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump([asdict(item) for item in holds], file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)


def _read(item: dict[str, Any]) -> Hold:
    since, until = item.get("since_ms"), item.get("until_ms")
    if not isinstance(item["name"], str) or any(type(value) not in {int, type(None)} for value in (since, until)):
        raise TypeError
    lists = {name: tuple(str(text) for text in item.get(name, ())) for name in ("classes", "writers", "subject_refs")}
    return Hold(name=item["name"], since_ms=since, until_ms=until, **lists)


def _record(sink: TransferSink, clock: Clock, details: dict[str, Any], timeout: float) -> None:
    now = clock.time_ms()
    record = TransferRecord(kind=RecordKind.PURGE, record_id=new_record_id(now), time_ms=now, details=details)
    sink.submit(record, Durability.BEFORE_SEND).wait(timeout)
