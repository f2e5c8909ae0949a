"""Looks into a SQLite write-ahead log: does it end cleanly, in an unfinished transaction, or was it damaged?

SQLite itself silently ignores everything from the first frame that does not check, so that a damaged frame takes
acknowledged records away without a word. A process that dies can only leave the *last* transaction unfinished, for each
one is synced before the next begins. The format is that of sqlite.org/fileformat2.html, section 4.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import struct
import sys
from array import array
from enum import Enum
from pathlib import Path

__all__ = ["WalState", "wal_state"]

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = 0x377F0682
_MASK = 0xFFFFFFFF


class WalState(Enum):
    """How a write-ahead log ends."""

    CLEAN = "clean"
    TORN = "torn"
    DAMAGED = "damaged"


def wal_state(path: Path) -> WalState:
    """Read a write-ahead log, one frame at a time.

    Args:
        path: The ``-wal`` file; one that does not exist or is empty is clean.

    Raises:
        OSError: It can not be read.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return WalState.CLEAN
    with file:
        head = file.read(_HEADER.size)
        if not head:
            return WalState.CLEAN
        if len(head) < _HEADER.size:
            return WalState.TORN
        magic, version, page_size, _, salt1, salt2, sum1, sum2 = _HEADER.unpack(head)
        swap = (magic & 1) == (sys.byteorder == "little")
        if magic & ~1 != _MAGIC or version != 3007000 or not 512 <= page_size <= 65536 or page_size & (page_size - 1):
            return WalState.DAMAGED
        state = _checksum(head[:24], (0, 0), swap=swap)
        if state != (sum1, sum2):
            return WalState.DAMAGED
        ends_committed = True
        while True:
            frame = file.read(_FRAME.size + page_size)
            if not frame:
                return WalState.CLEAN if ends_committed else WalState.TORN
            if len(frame) < _FRAME.size:
                return WalState.CLEAN if ends_committed else WalState.TORN
            _, commit, own1, own2, sum1, sum2 = _FRAME.unpack_from(frame)
            state = _checksum(frame[:8] + frame[_FRAME.size :], state, swap=swap)
            if len(frame) < _FRAME.size + page_size or (own1, own2, sum1, sum2) != (salt1, salt2, *state):
                break
            ends_committed = commit != 0
        rest = [frame]
        while len(frame) == _FRAME.size + page_size:
            frame = file.read(_FRAME.size + page_size)
            rest.append(frame[: _FRAME.size])
        return _judge_rest(rest, (salt1, salt2), ends_committed=ends_committed)


def _judge_rest(frames: list[bytes], salts: tuple[int, int], *, ends_committed: bool) -> WalState:
    """Frames from the first that does not check: left over from before, one torn transaction, or more than that."""
    committed = belongs = False
    for frame in frames:
        if len(frame) < _FRAME.size:
            continue
        _, commit, own1, own2, _, _ = _FRAME.unpack_from(frame)
        if (own1, own2) != salts:
            continue
        if committed:
            return WalState.DAMAGED
        belongs = True
        committed = commit != 0
    if belongs:
        return WalState.TORN
    return WalState.CLEAN if ends_committed else WalState.TORN


def _checksum(data: bytes, start: tuple[int, int], *, swap: bool) -> tuple[int, int]:
    """SQLite's running checksum over pairs of 32-bit words."""
    words = array("I", data[: len(data) // 8 * 8])
    if swap:
        words.byteswap()
    one, two = start
    for index in range(0, len(words), 2):
        one = (one + words[index] + two) & _MASK
        two = (two + words[index + 1] + one) & _MASK
    return one, two
