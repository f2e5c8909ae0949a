"""``policy.activated``: which policy the records after it were decided by, and what changed in it.

The record's details hold the register as a snapshot of plain values, its digest, and the differences from the snapshot
before. With the snapshots on record, the register that decided a transfer years ago can be shown, and each change with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from privmw.errors import LedgerError
from privmw.ledger.canonical import canonical
from privmw.ledger.chain import Sealed
from privmw.ledger.clock import SystemClock
from privmw.ledger.observer import OpenChain
from privmw.ledger.query import Criteria, Ledger
from privmw.policy.diff import MATERIAL
from privmw.policy.register import Register
from privmw.types import Clock, Durability, RecordKind, TransferRecord, TransferSink, new_record_id

__all__ = ["PolicyActivation", "activation", "differences", "snapshot"]

EVENT: Final = "policy.activated"

_TABLES: Final = ("purposes", "recipients", "retention")
_SECTIONS: Final = ("controller", "policy")


class PolicyActivation:
    """Records the policy when a chain is opened and the ledger's latest one is another (an observer of the writer).

    Args:
        register: The policy in force.
        sink: The writer.
        directory: The ledger directory, where the latest policy is looked up.
        clock: Source of time.
    """

    def __init__(self, register: Register, sink: TransferSink, directory: Path, *, clock: Clock | None = None) -> None:
        self._register = register
        self._sink = sink
        self._directory = directory
        self._clock = clock if clock is not None else SystemClock()

    def opened(self, chain: OpenChain) -> None:
        """Compare with the latest policy on record, and record what is new."""
        record = activation(self._register, _latest(self._directory), self._clock.time_ms())
        if record is not None:
            self._sink.submit(record, Durability.GROUP)

    def committed(self, records: Sequence[Sealed]) -> None:
        """Nothing."""

    def tick(self, time_ms: int) -> None:
        """Nothing."""

    def closing(self) -> None:
        """Nothing."""


def activation(register: Register, previous: Mapping[str, Any] | None, time_ms: int) -> TransferRecord | None:
    """Make the record of a policy that becomes active.

    Args:
        register: The policy in force.
        previous: ``details`` of the latest policy record, ``None`` when there is none.
        time_ms: Now.

    Returns:
        The record, ``None`` when the latest one says the same.
    """
    current = snapshot(register)
    digest = hashlib.sha256(canonical(current)).hexdigest()
    if previous is not None and previous.get("register_sha256") == digest:
        return None
    older = previous.get("register", {}) if previous is not None else {}
    return TransferRecord(
        kind=RecordKind.POLICY,
        record_id=new_record_id(time_ms),
        time_ms=time_ms,
        policy_id=register.policy.id,
        policy_version=register.policy.version,
        policy_sha256=register.policy.sha256,
        enforcement=register.enforcement,
        details={
            "event": EVENT,
            "register_sha256": digest,
            "register": current,
            "changes": list(differences(older, current)) if previous is not None else [],
        },
    )


def snapshot(register: Register) -> dict[str, Any]:
    """Plain values of all that the register declares; absent values and what has no plain form are left out."""
    tables = {name: {key: _plain(item) for key, item in getattr(register, name).items()} for name in _TABLES}
    return {**tables, **{name: _plain(getattr(register, name)) for name in _SECTIONS}}


def differences(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Compare two snapshots, in order of path.

    Yields:
        ``path``, ``change`` (added, removed, changed), ``material`` (people must be told of it), and for lists the members
        that came (``added``) and went (``removed``), for values the ``before`` and ``after``.
    """
    for table in _TABLES:
        before, after = older.get(table, {}), newer.get(table, {})
        for key in sorted(before.keys() | after.keys()):
            path = f"{table}.{key}"
            if key not in before:
                yield {"path": path, "change": "added", "material": table != "retention"}
            elif key not in after:
                yield {"path": path, "change": "removed", "material": False}
            else:
                yield from _compare(path, before[key], after[key])
    for section in _SECTIONS:
        yield from _compare(section, older.get(section, {}), newer.get(section, {}))


def _compare(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        change: dict[str, Any] = {"path": f"{path}.{name}", "change": "changed", "material": name in MATERIAL}
        if isinstance(old, list) or isinstance(new, list):
            change["added"] = [item for item in new or [] if item not in (old or [])]
            change["removed"] = [item for item in old or [] if item not in (new or [])]
            change["material"] = change["material"] and bool(change["added"])
        else:
            change.update({"before": old, "after": new})
        yield change


def _plain(item: Any) -> dict[str, Any]:
    found = ((field.name, _value(getattr(item, field.name))) for field in fields(item))
    return {name: value for name, value in found if value is not None and value not in ([], {})}


def _value(value: object) -> Any:
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain for key, item in value.items() if (plain := _value(item)) is not None}
    if isinstance(value, AbstractSet):
        return sorted(str(item) for item in value)
    if isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
        return [str(item) for item in value]
    return None


def _latest(directory: Path) -> Mapping[str, Any] | None:
    try:
        with Ledger.open(directory) as ledger:
            wanted = Criteria(kinds=frozenset({RecordKind.POLICY}))
            for entry in ledger.entries(wanted, newest_first=True, limit=20):
                if entry.record.details.get("event") == EVENT:
                    return entry.record.details
    except LedgerError:
        return None  # an unreadable ledger is `privmw verify`'s affair; the policy is then recorded anew
    return None
