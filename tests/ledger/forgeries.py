"""Changes to a ledger by somebody who knows its format, but not the signing key.

Each leaves the ledger as consistent as the format allows: hashes, columns and, where said, chains fit again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from privmw.ledger.canonical import canonical
from privmw.ledger.chain import leaf_hash
from privmw.ledger.merkle import CompactRange
from privmw.ledger.schema import columns_of, facet_of
from privmw.ledger.signing import SigningKeys
from privmw.types import RecordKind
from tests.ledger.mutations import first, newest, rewrite, rows
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, edit, transfer, write_ledger

DAY = 86_400_000
LATER = START_MS + 200 * DAY


def insert(file: Path, seq: int, members: dict[str, Any]) -> None:
    """Put a record into a file, with the columns that belong to it."""
    header, facet = canonical(members), facet_of(members)
    epoch, time_ms, intent = columns_of(members)
    columns = "kind, decision, reason_code, recipient, country, purpose, categories"
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints=ON")
    connection.execute(f"INSERT OR IGNORE INTO facets ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", facet)
    (number,) = connection.execute(f"SELECT id FROM facets WHERE ({columns}) = (?, ?, ?, ?, ?, ?, ?)", facet).fetchone()
    row = (seq, epoch, time_ms, number, intent, leaf_hash(header), header)
    connection.execute("INSERT INTO headers VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    connection.close()


def payload_claim(file: Path, runs: Sequence[tuple[int, int]], **changes: Any) -> dict[str, Any]:
    """What a purge record would say about payloads of the class that the tests' records have."""
    members = dict(rows(file))
    ids = [str(members[seq]["record_id"]) for start, stop in runs for seq in range(start, stop + 1)]
    return {
        "action": "payload",
        "writer": members[min(members)]["writer_id"],
        "class": "subject_3m",
        "period": "P3M",
        "today": "2026-07-20",
        "runs": [list(run) for run in runs],
        "count": len(ids),
        "ids_sha256": hashlib.sha256("".join(name + "\n" for name in ids).encode()).hexdigest(),
        **changes,
    }


def prune(file: Path, below: int) -> dict[str, Any]:
    """Drop headers as a prune does; returns what its record would say."""
    members = dict(rows(file))
    tree = CompactRange()
    for seq in range(below):
        tree.append(leaf_hash(canonical(members[seq])))
    edit(
        file,
        *(("INSERT INTO subtrees VALUES (?, ?, ?)", node) for node in tree.nodes()),
        *(f"DELETE FROM {table} WHERE seq < {below}" for table in ("payloads", "headers")),
    )
    terms = {"writer": members[0]["writer_id"], "period": "P5Y", "today": "2031-07-20"}
    return {"action": "prune", **terms, "below": below, "root": tree.root().hex()}


def record_purge(ledger: Path, details: dict[str, Any], *, keys: SigningKeys | None, time_ms: int = LATER) -> Path:
    """Write a purge record with a writer of its own."""
    record = transfer(1, time_ms, kind=RecordKind.PURGE, payload=None, details=details)
    return write_ledger(ledger, [record], keys=keys, host="purger", clock=ManualClock(time_ms))


def place_before_the_first(file: Path, details: dict[str, Any]) -> None:
    """Put a purge record where no walk comes by."""
    opened = dict(rows(file))[max(dict(rows(file)))]
    claim = {"kind": "purge", "seq": -1, "prev_hash": "00" * 32, "time": LATER, "details": details}
    insert(file, -1, {**opened, **claim})


def purge_on_a_record_before_the_first(ledger: Path) -> None:
    """Payloads are deleted, and a purge record at -1 says so."""
    place_before_the_first(first(ledger), payload_claim(first(ledger), [(3, 5)]))
    edit(first(ledger), "DELETE FROM payloads WHERE seq BETWEEN 3 AND 5")


def prune_on_a_record_before_the_first(ledger: Path) -> None:
    """Headers are dropped, and a purge record at -1 says so."""
    place_before_the_first(first(ledger), prune(first(ledger), 8))


def delete_a_writer_as_pruned(ledger: Path) -> None:
    """A whole file is deleted, and a purge record at -1 of another one says that it was pruned."""
    writer = dict(rows(newest(ledger)))[0]["writer_id"]
    terms = {"action": "prune", "period": "P5Y", "today": "2026-07-20", "below": 10**9, "root": "00" * 32}
    place_before_the_first(first(ledger), {**terms, "writer": writer})
    for path in ledger.glob("default-other-*"):
        path.unlink()


def delete_a_writer_and_record_it(ledger: Path) -> None:
    """The same, on record in the sound chain of a new writer that has no key."""
    writer = dict(rows(first(ledger)))[0]["writer_id"]
    for path in ledger.glob("default-host-*"):
        path.unlink()
    terms = {"action": "prune", "period": "P5Y", "today": "2026-07-20", "below": 10**9, "root": "00" * 32}
    record_purge(ledger, {**terms, "writer": writer}, keys=None)


def invent_a_transfer(ledger: Path) -> None:
    """A transfer that never was is put where no walk comes by, but every search does."""
    members = dict(rows(first(ledger)))[3]
    invented = {name: value for name, value in members.items() if name != "payload_commit"}
    insert(first(ledger), -7, {**invented, "seq": -7, "recipient_id": "evil"})


def purge_without_a_key(ledger: Path) -> None:
    """All payloads are deleted, on record in the sound chain of a new writer that has no key."""
    record_purge(ledger, payload_claim(first(ledger), [(1, 10)]), keys=None)
    edit(first(ledger), "DELETE FROM payloads")


def purge_at_the_end_of_a_signed_chain(ledger: Path) -> None:
    """The same, behind the last checkpoint of a writer that had a key: as if it had been killed just then."""
    details = payload_claim(first(ledger), [(1, 10)])
    edit(first(ledger), "DELETE FROM payloads")
    last = dict(rows(newest(ledger)))[11]
    claim = {"kind": "purge", "seq": 12, "prev_hash": leaf_hash(canonical(last)).hex(), "details": details}
    insert(newest(ledger), 12, {**last, **claim, "time": LATER})


def purge_at_the_end_and_have_it_signed(ledger: Path) -> None:
    """The same, and the next process that has the key takes the file over and signs what it finds."""
    purge_at_the_end_of_a_signed_chain(ledger)
    write_ledger(ledger, 1, host="other")


def purge_in_an_altered_record(ledger: Path) -> None:
    """A signed record is overwritten by a purge record, hash and all."""
    details = payload_claim(first(ledger), [(1, 10)])
    members = dict(rows(newest(ledger)))[5]
    changed = {name: value for name, value in members.items() if name != "payload_commit"}
    edit(newest(ledger), "DELETE FROM headers WHERE seq = 5", "DELETE FROM payloads WHERE seq = 5")
    insert(newest(ledger), 5, {**changed, "kind": "purge", "details": details, "time": LATER})
    edit(first(ledger), "DELETE FROM payloads")


def purge_before_the_day(ledger: Path) -> None:
    """Whoever has the key purges months before the period is over."""
    early = START_MS + 5 * DAY
    details = payload_claim(first(ledger), [(1, 10)], today="2026-01-06")
    edit(first(ledger), "UPDATE headers SET time = time")
    record_purge(ledger, details, keys=KEYS, time_ms=early)
    edit(first(ledger), "DELETE FROM payloads")


def purge_on_a_day_to_come(ledger: Path) -> None:
    """The purge record names the day on which it would have been due, months after its own time."""
    early = START_MS + 5 * DAY
    record_purge(ledger, payload_claim(first(ledger), [(1, 10)]), keys=KEYS, time_ms=early)
    edit(first(ledger), "DELETE FROM payloads")


def rewrite_without_checkpoints(ledger: Path) -> None:
    """A record is changed, everything chained anew, and the checkpoints that would contradict are deleted."""
    rewrite(newest(ledger), 5, lambda members: members.update(duration_ms=1))
    edit(newest(ledger), "DELETE FROM checkpoints")


def hide_a_record_under_the_pruned(ledger: Path) -> None:
    """Below the headers that a real prune dropped, where no walk comes by, an invented one appears."""
    members = dict(rows(first(ledger)))[3]
    details = prune(first(ledger), 8)
    record_purge(ledger, details, keys=KEYS, time_ms=START_MS + 2030 * DAY)
    invented = {name: value for name, value in members.items() if name != "payload_commit"}
    insert(first(ledger), 3, {**invented, "recipient_id": "evil"})


FORGERIES: list[tuple[Callable[[Path], None], set[str], int]] = [
    (purge_on_a_record_before_the_first, {"ALTERED", "MISSING"}, 1),
    (prune_on_a_record_before_the_first, {"ALTERED", "MISSING"}, 1),
    (delete_a_writer_as_pruned, {"ALTERED"}, 1),
    (delete_a_writer_and_record_it, {"MISSING", "UNKNOWN_KEY"}, 1),
    (invent_a_transfer, {"ALTERED"}, 1),
    (purge_without_a_key, {"MISSING", "UNKNOWN_KEY"}, 1),
    (purge_at_the_end_of_a_signed_chain, {"UNANCHORED"}, 2),
    (purge_at_the_end_and_have_it_signed, {"MISSING"}, 1),
    (purge_in_an_altered_record, {"ALTERED", "MISSING"}, 1),
    (purge_before_the_day, {"MISSING"}, 1),
    (purge_on_a_day_to_come, {"MISSING"}, 1),
    (rewrite_without_checkpoints, {"UNKNOWN_KEY"}, 2),
    (hide_a_record_under_the_pruned, {"ALTERED", "PURGED"}, 1),
]
"""Each with all of its verdicts and the exit code, with trusted keys."""
