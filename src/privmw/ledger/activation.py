"""``policy.activated``: which policy the records after it were decided by, and what changed in it.

The record's details hold the register as a snapshot of plain values, its digest, and the differences from the snapshot
before. With the snapshots on record, the register that decided a transfer years ago can be shown, and each change with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from privmw.errors import LedgerError
from privmw.ledger.canonical import canonical
from privmw.ledger.chain import Sealed
from privmw.ledger.clock import SystemClock
from privmw.ledger.query import Criteria, Ledger
from privmw.ledger.writing.observer import OpenChain
from privmw.policy.diff import differences, snapshot
from privmw.policy.register import Register
from privmw.types import Clock, Durability, RecordKind, TransferRecord, TransferSink, new_record_id

__all__ = ["PolicyActivation", "activation"]

EVENT: Final = "policy.activated"


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
