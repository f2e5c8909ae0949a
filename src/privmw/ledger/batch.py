"""One batch of records on its way into the chain; what can not be stored is refused alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

from privmw.ledger.chain import Sealed
from privmw.ledger.losses import describe
from privmw.ledger.receipts import Item
from privmw.ledger.session import Session
from privmw.types import TransferRecord

__all__ = ["Written", "write_batch"]

_TYPE_REFUSED: Final = sqlite3.SQLITE_CONSTRAINT | 12 << 8
"""``SQLITE_CONSTRAINT_DATATYPE`` of strict tables, which the sqlite3 module does not name."""

_RECORD_CODES: Final = frozenset({
    sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_CONSTRAINT_NOTNULL, _TYPE_REFUSED,
})  # fmt: skip
_RECORD_ERRORS: Final = (
    sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError,
    TypeError, ValueError, KeyError, AttributeError, OverflowError,
)  # fmt: skip


class Written(NamedTuple):
    """What became of a batch.

    Attributes:
        sealed: What was appended, durably, and the observers are to be told of.
        refused: Why a record was refused, by ``id(item)``.
        left: Items that were not written, and may be yet.
        error: What keeps the file from being written, ``None`` where nothing does.
    """

    sealed: list[Sealed]
    refused: dict[int, str]
    left: Sequence[Item] = ()
    error: Exception | None = None


def write_batch(session: Session, gap: TransferRecord | None, items: Sequence[Item], landed: frozenset[str]) -> Written:
    """Seal records and append them in one transaction, or one by one where the file refuses them together.

    Args:
        session: The open file.
        gap: Record of what was lost before, to stand in front of the others.
        items: What is to be written.
        landed: ``record_id`` of what was written already by an attempt that seemed to fail.

    Raises:
        Exception: The file can not be written now, or is broken; nothing of the batch was written.
    """
    chain = session.chain
    mark = chain.head
    sealed = [chain.seal(gap)] if gap is not None else []
    refused: dict[int, str] = {}
    for item in items:
        if _is_new(item, landed):
            try:
                sealed.append(chain.seal(item.record))  # type: ignore[arg-type]
            except Exception as error:  # noqa: BLE001 - whatever it is, a record must be refused or kept, not forgotten
                refused[id(item)] = _refusal(error)
    if not sealed:
        return Written(sealed, refused)
    try:
        session.append(sealed)
    except BaseException as error:
        chain.rewind(mark)
        if not _blames_a_record(error):
            raise
        return _one_by_one(session, gap, items, landed, refused)
    return Written(sealed, refused)


def _one_by_one(
    session: Session, gap: TransferRecord | None, items: Sequence[Item], landed: frozenset[str], refused: dict[int, str]
) -> Written:
    if gap is not None:
        _alone(session, gap)
    for position, item in enumerate(items):
        if id(item) in refused or not _is_new(item, landed):
            continue
        try:
            _alone(session, item.record)  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - as above
            if not _blames_a_record(error):
                left = items[position:]
                return Written([], {key: refused[key] for key in refused.keys() - set(map(id, left))}, left, error)
            refused[id(item)] = _refusal(error)
    return Written([], refused)


def _alone(session: Session, record: TransferRecord) -> None:
    chain = session.chain
    mark = chain.head
    sealed = [chain.seal(record)]
    try:
        session.append(sealed)
    except BaseException:
        chain.rewind(mark)
        raise
    session.tell(sealed)


def _is_new(item: Item, landed: frozenset[str]) -> bool:
    return item.record is not None and item.record.record_id not in landed


def _blames_a_record(error: BaseException) -> bool:
    """Whether types or size of what was written are at fault, so that the next attempt would fail alike."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code in _RECORD_CODES or code & 0xFF in _RECORD_CODES
    return isinstance(error, _RECORD_ERRORS)


def _refusal(error: Exception) -> str:
    return f"the record cannot be stored: {describe(error)}"
