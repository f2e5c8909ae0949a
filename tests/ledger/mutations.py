"""Changes to a ledger, each with the verdict that it causes: two chains of 12 records, both closed and signed.

What these need is a text editor for SQLite. :mod:`tests.ledger.forgeries` holds what takes knowledge of the format.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from privmw.ledger.canonical import canonical, parse
from privmw.ledger.chain import leaf_hash
from privmw.ledger.merkle import CompactRange
from privmw.ledger.notes import Checkpoint, origin_of
from privmw.ledger.signing import SigningKeys
from privmw.ledger.verdicts import Verdict
from tests.ledger.proof_helpers import KEYS, edit, write_ledger

STRANGER = SigningKeys([b"\x07" * 32])


def first(ledger: Path) -> Path:
    """The file of the first chain."""
    return next(ledger.glob("default-host-*.sqlite3"))


def newest(ledger: Path) -> Path:
    """The file of the second chain, of which the first knows nothing."""
    return next(ledger.glob("default-other-*.sqlite3"))


def rows(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """``seq`` and members of each record."""
    connection = sqlite3.connect(file)
    try:
        for seq, header in connection.execute("SELECT seq, header FROM headers ORDER BY seq").fetchall():
            yield seq, parse(header)
    finally:
        connection.close()


def rewrite(file: Path, start: int, change: Callable[[dict[str, object]], None]) -> None:
    """Change one record and chain everything after it anew, as somebody who knows the format would."""
    previous: bytes | None = None
    for seq, members in rows(file):
        if seq < start:
            continue
        if seq == start:
            change(members)
        if previous is not None:
            members["prev_hash"] = previous.hex()
        header = canonical(members)
        previous = leaf_hash(header)
        edit(file, ("UPDATE headers SET header = ?, hash = ? WHERE seq = ?", (header, previous, seq)))


def untouched(ledger: Path) -> None:
    """Change nothing."""


def edit_a_header(ledger: Path) -> None:
    """One recipient country becomes another."""
    edit(first(ledger), "UPDATE headers SET header = CAST(replace(header, '\"US\"', '\"DE\"') AS BLOB) WHERE seq = 5")


def edit_a_header_and_its_hash(ledger: Path) -> None:
    """The same, and the hash beside it fits again."""
    file = first(ledger)
    members = dict(rows(file))[5]
    members["duration_ms"] = 1
    header = canonical(members)
    edit(file, ("UPDATE headers SET header = ?, hash = ? WHERE seq = 5", (header, leaf_hash(header))))


def edit_a_stored_hash(ledger: Path) -> None:
    """A stored hash is overwritten."""
    edit(first(ledger), "UPDATE headers SET hash = zeroblob(32) WHERE seq = 5")


def edit_a_payload(ledger: Path) -> None:
    """A payload names another request."""
    edit(first(ledger), "UPDATE payloads SET data = CAST(replace(data, 'request-', 'requesT-') AS BLOB) WHERE seq = 4")


def edit_a_salt(ledger: Path) -> None:
    """A salt is overwritten."""
    edit(first(ledger), "UPDATE payloads SET salt = zeroblob(32) WHERE seq = 4")


def hide_from_a_subject_search(ledger: Path) -> None:
    """A payload can not be found by its data subject any more."""
    edit(first(ledger), "UPDATE payloads SET subject_ref = 'nobody' WHERE seq = 4")


def postpone_a_purge(ledger: Path) -> None:
    """The column that purges select by says another day than the header."""
    edit(first(ledger), "UPDATE payloads SET purge_after = '2036-01-01' WHERE seq = 4")


def hide_from_a_search_by_country(ledger: Path) -> None:
    """The search columns say another country than the headers."""
    edit(first(ledger), "UPDATE facets SET country = 'DE' WHERE country = 'US'")


def edit_a_time_column(ledger: Path) -> None:
    """The time that searches go by is moved."""
    edit(first(ledger), "UPDATE headers SET time = time - 86400000 WHERE seq = 3")


def add_a_payload(ledger: Path) -> None:
    """A payload appears where none was recorded."""
    edit(first(ledger), "INSERT INTO payloads VALUES (0, zeroblob(32), zeroblob(2), NULL, NULL, NULL)")


def put_another_record_over_one(ledger: Path) -> None:
    """A record is overwritten by a copy of an earlier one."""
    columns = "epoch, time, facet, intent, hash, header"
    edit(
        first(ledger),
        f"UPDATE headers SET ({columns}) = (SELECT {columns} FROM headers WHERE seq = 3) WHERE seq = 6",
    )


def put_another_writers_record_in(ledger: Path) -> None:
    """A record is replaced by the other chain's record of the same number."""
    connection = sqlite3.connect(newest(ledger))
    hashed, header = connection.execute("SELECT hash, header FROM headers WHERE seq = 6").fetchone()
    connection.close()
    edit(first(ledger), ("UPDATE headers SET hash = ?, header = ? WHERE seq = 6", (hashed, header)))


def break_a_signature(ledger: Path) -> None:
    """A signature of the trusted key does not fit its checkpoint."""
    edit(
        first(ledger),
        "UPDATE checkpoints SET note = replace(note, char(10) || '12' || char(10), char(10) || '11' || char(10))",
    )


def swap_two_records(ledger: Path) -> None:
    """Two records change places, and their payloads with them."""
    edit(
        first(ledger),
        *(f"UPDATE {table} SET seq = -1 WHERE seq = 5" for table in ("headers", "payloads")),
        *(f"UPDATE {table} SET seq = 5 WHERE seq = 6" for table in ("headers", "payloads")),
        *(f"UPDATE {table} SET seq = 6 WHERE seq = -1" for table in ("headers", "payloads")),
    )


def rotate_records(ledger: Path) -> None:
    """A stretch of records is turned round."""
    edit(
        first(ledger),
        *(f"UPDATE {table} SET seq = -seq WHERE seq BETWEEN 3 AND 7" for table in ("headers", "payloads")),
        *(f"UPDATE {table} SET seq = 10 + seq WHERE seq < 0" for table in ("headers", "payloads")),
    )


def cut_the_end(ledger: Path) -> None:
    """The last records are deleted; the checkpoint over them is left."""
    edit(first(ledger), *(f"DELETE FROM {table} WHERE seq > 8" for table in ("headers", "payloads")))


def delete_a_record(ledger: Path) -> None:
    """A record in the middle is deleted."""
    edit(first(ledger), *(f"DELETE FROM {table} WHERE seq = 5" for table in ("headers", "payloads")))


def delete_a_record_and_close_the_gap(ledger: Path) -> None:
    """A record is deleted and the later ones are renumbered."""
    edit(
        first(ledger),
        *(f"DELETE FROM {table} WHERE seq = 5" for table in ("headers", "payloads")),
        *(f"UPDATE {table} SET seq = seq - 1 WHERE seq > 5" for table in ("headers", "payloads")),
    )


def delete_a_payload(ledger: Path) -> None:
    """A payload is deleted and nothing says so."""
    edit(first(ledger), "DELETE FROM payloads WHERE seq = 4")


def delete_a_writer(ledger: Path) -> None:
    """A whole file is deleted, of which another writer's first record tells."""
    for path in ledger.glob("default-host-*"):
        path.unlink()


def rewrite_history(ledger: Path) -> None:
    """A record is changed and everything after it chained anew."""
    rewrite(first(ledger), 5, lambda members: members.update(duration_ms=1))


def sign_another_history(ledger: Path) -> None:
    """A second checkpoint of the trusted key names another root for the same records."""
    file = first(ledger)
    writer = dict(rows(file))[0]["writer_id"]
    note = KEYS.sign(Checkpoint(origin_of(str(writer)), 10, bytes(32)).text()).decode()
    edit(file, ("INSERT OR REPLACE INTO checkpoints VALUES (10, 0, ?)", (note,)))


def write_on_in_a_copy(ledger: Path) -> None:
    """A file is copied, and the copy written on elsewhere, as after a restored backup."""
    file = first(ledger)
    shutil.copy(file, file.with_name(file.name.replace("default-host-", "default-copy-")))
    copy = next(ledger.glob("default-copy-*.sqlite3"))
    edit(copy, "DELETE FROM headers WHERE seq > 10", "DELETE FROM checkpoints WHERE size > 10")
    header = dict(rows(file))[11] | {"details": {"lost": 1}}
    data = canonical(header)
    facet = "(SELECT id FROM facets WHERE kind = 'epoch.close')"
    time = header["time"]
    edit(copy, (f"INSERT INTO headers VALUES (11, 1, ?, {facet}, NULL, ?, ?)", (time, leaf_hash(data), data)))


def sign_with_a_strangers_key(ledger: Path) -> None:
    """The checkpoints are signed anew by a key that nobody trusts."""
    for file in ledger.glob("*.sqlite3"):
        connection = sqlite3.connect(file, isolation_level=None)
        for size, note in connection.execute("SELECT size, note FROM checkpoints").fetchall():
            text = note.partition("\n\n")[0] + "\n"
            connection.execute("UPDATE checkpoints SET note = ? WHERE size = ?", (STRANGER.sign(text).decode(), size))
        edit(file, "UPDATE checkpoints SET time = time")
        connection.close()


def grow_without_a_key(ledger: Path) -> None:
    """A process without the key writes on, and closes: nobody signs what it wrote."""
    write_ledger(ledger, 3, keys=None)


def remove_later_checkpoints(ledger: Path) -> None:
    """The newest chain keeps an early checkpoint only."""
    file = newest(ledger)
    tree = CompactRange()
    for _, members in list(rows(file))[:4]:
        tree.append(leaf_hash(canonical(members)))
    origin = origin_of(str(dict(rows(file))[0]["writer_id"]))
    note = KEYS.sign(Checkpoint(origin, 4, tree.root()).text()).decode()
    edit(file, "DELETE FROM checkpoints", ("INSERT INTO checkpoints VALUES (4, 0, ?)", (note,)))


def remove_every_checkpoint(ledger: Path) -> None:
    """The newest chain, which no other writer has seen, loses all of its checkpoints."""
    edit(newest(ledger), "DELETE FROM checkpoints")


def kill_while_closing(ledger: Path) -> None:
    """A process is killed between its last record and the checkpoint over it."""
    edit(newest(ledger), "DELETE FROM checkpoints WHERE size = 12")


def add_a_record_before_the_first(ledger: Path) -> None:
    """A record is put where no verifier that starts at 0 comes by, but every search does."""
    columns = "epoch, time, facet, intent, hash, header"
    edit(first(ledger), f"INSERT INTO headers SELECT -7, {columns} FROM headers WHERE seq = 3")


def add_a_payload_before_the_first_record(ledger: Path) -> None:
    """A payload is put where no purge comes by."""
    edit(first(ledger), "INSERT INTO payloads SELECT -3, salt, data, NULL, NULL, NULL FROM payloads WHERE seq = 3")


def add_a_payload_behind_the_last_record(ledger: Path) -> None:
    """The same at the other end."""
    edit(first(ledger), "INSERT INTO payloads SELECT 9000, salt, data, NULL, NULL, NULL FROM payloads WHERE seq = 3")


def tear_the_log(ledger: Path) -> None:
    """A process dies in the middle of its last transaction: the log ends in an unfinished one."""
    file = first(ledger)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("UPDATE meta SET value = value WHERE key = 'created'")
    connection.execute("BEGIN")
    connection.execute("UPDATE headers SET time = time")
    connection.execute("UPDATE payloads SET purge_after = purge_after")
    connection.execute("COMMIT")
    log = Path(f"{file}-wal")
    data, main_file = log.read_bytes(), file.read_bytes()
    connection.close()
    file.write_bytes(main_file)
    log.write_bytes(data[:-100])


def damage_the_log(ledger: Path) -> None:
    """A byte in an early transaction of the log is changed, so that SQLite ignores it and all that follow."""
    file = first(ledger)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    for _ in range(3):
        connection.execute("UPDATE headers SET time = time")
    log = Path(f"{file}-wal")
    data, main_file = bytearray(log.read_bytes()), file.read_bytes()
    connection.close()
    file.write_bytes(main_file)
    data[32 + 24 + 100] ^= 1
    log.write_bytes(data)


TABLE = [
    (Verdict.OK, untouched),
    (Verdict.ALTERED, edit_a_header),
    (Verdict.ALTERED, edit_a_header_and_its_hash),
    (Verdict.ALTERED, edit_a_stored_hash),
    (Verdict.ALTERED, edit_a_payload),
    (Verdict.ALTERED, edit_a_salt),
    (Verdict.ALTERED, hide_from_a_subject_search),
    (Verdict.ALTERED, postpone_a_purge),
    (Verdict.ALTERED, hide_from_a_search_by_country),
    (Verdict.ALTERED, edit_a_time_column),
    (Verdict.ALTERED, add_a_payload),
    (Verdict.ALTERED, put_another_record_over_one),
    (Verdict.ALTERED, put_another_writers_record_in),
    (Verdict.ALTERED, break_a_signature),
    (Verdict.ALTERED, damage_the_log),
    (Verdict.ALTERED, add_a_record_before_the_first),
    (Verdict.ALTERED, add_a_payload_before_the_first_record),
    (Verdict.ALTERED, add_a_payload_behind_the_last_record),
    (Verdict.REORDERED, swap_two_records),
    (Verdict.REORDERED, rotate_records),
    (Verdict.TRUNCATED, cut_the_end),
    (Verdict.MISSING, delete_a_record),
    (Verdict.MISSING, delete_a_record_and_close_the_gap),
    (Verdict.MISSING, delete_a_payload),
    (Verdict.MISSING, delete_a_writer),
    (Verdict.FORKED, rewrite_history),
    (Verdict.FORKED, sign_another_history),
    (Verdict.FORKED, write_on_in_a_copy),
    (Verdict.MISSING, grow_without_a_key),
    (Verdict.MISSING, remove_later_checkpoints),
    (Verdict.UNKNOWN_KEY, sign_with_a_strangers_key),
    (Verdict.UNKNOWN_KEY, remove_every_checkpoint),
    (Verdict.UNANCHORED, kill_while_closing),
    (Verdict.TORN, tear_the_log),
]

POSITIONS = {
    edit_a_header: 5,
    edit_a_header_and_its_hash: 5,
    edit_a_stored_hash: 5,
    edit_a_payload: 4,
    edit_a_time_column: 3,
    add_a_payload: 0,
    put_another_record_over_one: 6,
    put_another_writers_record_in: 6,
    swap_two_records: 5,
    rotate_records: 3,
    cut_the_end: 9,
    delete_a_record: 5,
    delete_a_record_and_close_the_gap: 5,
    delete_a_payload: 4,
    delete_a_writer: 0,
    grow_without_a_key: 12,
    remove_later_checkpoints: 4,
    remove_every_checkpoint: 0,
    kill_while_closing: 11,
    add_a_record_before_the_first: -7,
    add_a_payload_before_the_first_record: -3,
    add_a_payload_behind_the_last_record: 9000,
}
