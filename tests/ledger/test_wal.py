"""Write-ahead logs: SQLite's own files, cut and damaged, must be told apart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from privmw.ledger.wal import WalState, wal_state

FRAME = 24 + 4096


@pytest.fixture
def log(tmp_path: Path) -> bytes:
    """A log of five transactions of one frame and a last one of several."""
    file = tmp_path / "x.db"
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b)")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for number in range(5):
        connection.execute("INSERT INTO t VALUES (?, 'x')", (number,))
    connection.execute("INSERT INTO t SELECT value + 10, zeroblob(900) FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12]')")
    data = Path(f"{file}-wal").read_bytes()
    connection.close()
    assert 0 == (len(data) - 32) % FRAME
    assert (len(data) - 32) // FRAME > 7
    return data


def state(tmp_path: Path, data: bytes) -> WalState:
    """State of a log with these bytes."""
    path = tmp_path / "log"
    path.write_bytes(data)
    return wal_state(path)


def flipped(data: bytes, place: int) -> bytes:
    """The same with one bit changed."""
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def test_whole_logs_are_clean(tmp_path: Path, log: bytes) -> None:
    """No log, an empty one, a header alone, whole transactions, and old frames behind them are clean."""
    assert WalState.CLEAN == wal_state(tmp_path / "none")
    assert WalState.CLEAN == state(tmp_path, b"")
    assert WalState.CLEAN == state(tmp_path, log[:32])
    assert WalState.CLEAN == state(tmp_path, log)
    for count in range(1, 6):
        assert WalState.CLEAN == state(tmp_path, log[: 32 + count * FRAME])
    stale = bytearray(log[32:])
    for start in range(0, len(stale), FRAME):
        stale[start + 8] ^= 0xFF  # another salt: frames of the log's former use
    assert WalState.CLEAN == state(tmp_path, log + bytes(stale))


def test_a_cut_last_transaction_is_torn(tmp_path: Path, log: bytes) -> None:
    """Cut anywhere in its last transaction, a log is torn, or clean where nothing of it is left."""
    start = 32 + 5 * FRAME
    for cut in range(start + 24, len(log) - 1, 997):
        assert WalState.TORN == state(tmp_path, log[:cut])


def test_a_whole_last_transaction_that_does_not_check_is_damage(tmp_path: Path, log: bytes) -> None:
    """No process that dies leaves all of a transaction with one wrong byte in it, wherever that is."""
    for frame in range(5, (len(log) - 32) // FRAME):
        for place in (*range(24), 24, 100, 4119):
            changed = flipped(log, 32 + frame * FRAME + place)
            assert WalState.DAMAGED == state(tmp_path, changed), (frame, place)
    for place in (4, 5, 6, 7):  # the mark that ends it, taken away whole
        at = len(log) - FRAME
        if any(log[at + 4 : at + 8]):
            assert WalState.DAMAGED == state(tmp_path, log[: at + 4] + bytes(4) + log[at + 8 :]), place
    for cut in range(1, 32):
        assert WalState.DAMAGED == state(tmp_path, log[:cut])


def test_a_log_in_its_second_use(tmp_path: Path, log: bytes) -> None:
    """Where old frames stand behind, a killed process may have written the header of a frame and not its page."""
    stale = bytearray(log[32:])
    for start in range(0, len(stale), FRAME):
        stale[start + 8] ^= 0xFF
    frames = (len(log) - 32) // FRAME
    for frame in range(frames):
        start = 32 + frame * FRAME
        header_only = log[: start + 24] + b"old" * 1365 + b"x" + bytes(stale)
        assert WalState.TORN == state(tmp_path, header_only), frame
        if frame < frames - 1:  # with a frame behind that was written after it
            behind = log[: start + 24] + b"old" * 1365 + b"x" + log[start + FRAME :] + bytes(stale)
            assert WalState.DAMAGED == state(tmp_path, behind), frame


def test_damage_before_the_last_transaction_is_damage(tmp_path: Path, log: bytes) -> None:
    """A frame that does not check with whole transactions and more behind it was damaged, for each one was synced."""
    for frame in range(4):
        for place in (0, 5, 9, 17, 24, 4000):
            assert WalState.DAMAGED == state(tmp_path, flipped(log, 32 + frame * FRAME + place)), (frame, place)


def test_a_damaged_header_is_damage(tmp_path: Path, log: bytes) -> None:
    """Every byte of the log's header counts."""
    for place in range(32):
        assert WalState.DAMAGED == state(tmp_path, flipped(log, place)), place


def test_both_byte_orders_of_checksums() -> None:
    """SQLite's checksum is computed in either byte order."""
    from privmw.ledger.wal import _checksum

    assert (1 << 24, 1 << 24) == _checksum(b"\x00\x00\x00\x01\x00\x00\x00\x00", (0, 0), "little")
    assert (1, 1) == _checksum(b"\x00\x00\x00\x01\x00\x00\x00\x00", (0, 0), "big")
