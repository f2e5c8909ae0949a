"""Looks into a SQLite write-ahead log: does it end cleanly, in an unfinished transaction, or was it damaged?

SQLite itself silently ignores everything from the first frame that does not check, so that a damaged frame takes
acknowledged records away without a word. What a process that dies leaves is another thing: each transaction is synced
before the next begins, and its frames are written in order, each with its header first. So the *last* transaction may lack
its end, and the last frame of it its page; behind that come the end of the file, or frames of the log's former use. A whole
transaction that does not check was changed. (A power failure can leave one too, until the next process opens the file.)

The format is that of sqlite.org/fileformat2.html, section 4.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import struct
import sys
from array import array
from enum import Enum
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

__all__ = ["WalState", "wal_state"]

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = 0x377F0682
_MASK = 0xFFFFFFFF

_Order = Literal["little", "big"]
"""In which byte order the checksums of a log are computed."""


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
            return WalState.DAMAGED  # it is written in one piece
        magic, version, page_size, _, *salts, sum1, sum2 = _HEADER.unpack(head)
        order: _Order = "big" if magic & 1 else "little"
        if magic & ~1 != _MAGIC or version != 3007000 or not 512 <= page_size <= 65536 or page_size & (page_size - 1):
            return WalState.DAMAGED
        state = _checksum(head[:24], (0, 0), order)
        if state != (sum1, sum2):
            return WalState.DAMAGED
        committed = True
        while frame := _Frame.read(file, page_size, (salts[0], salts[1])):
            fits = frame.whole and _state_after(frame, state, order) == frame.sums
            if not fits or not frame.belongs:
                break
            state, committed = frame.sums, frame.commit != 0
        else:
            return WalState.CLEAN if committed else WalState.TORN
        if fits or _header_was_changed(frame, state, order):
            return WalState.DAMAGED  # all of it checks but its salts, or but one of the two numbers before them
        rest = [frame]
        while following := _Frame.read(file, page_size, (salts[0], salts[1])):
            rest.append(following._replace(page=b""))
        return _judge_rest(rest, committed=committed)


class _Frame(NamedTuple):
    """One page as it was written.

    Attributes:
        number: Number of the page.
        commit: Size of the database in pages where this ends a transaction, otherwise 0.
        sums: Checksum over all frames up to this one.
        belongs: Whether its salts are those of the log, and not of its former use.
        whole: Whether nothing of it is missing at the end of the file.
        page: The page.
    """

    number: int
    commit: int
    sums: tuple[int, int]
    belongs: bool
    whole: bool
    page: bytes

    @classmethod
    def read(cls, file: BinaryIO, page_size: int, salts: tuple[int, int]) -> _Frame | None:
        """Read the next one, ``None`` at the end of the file."""
        data = file.read(_FRAME.size + page_size)
        if len(data) < _FRAME.size:
            return None if not data else cls(0, 0, (0, 0), belongs=False, whole=False, page=b"")
        number, commit, salt1, salt2, sum1, sum2 = _FRAME.unpack_from(data)
        whole = len(data) == _FRAME.size + page_size
        return cls(number, commit, (sum1, sum2), (salt1, salt2) == salts, whole, data[_FRAME.size :])


def _judge_rest(frames: list[_Frame], *, committed: bool) -> WalState:
    """Frames from the first that does not check, to the end of the file."""
    end = next((index for index, frame in enumerate(frames) if frame.belongs and frame.commit), None)
    if end is None:
        return WalState.TORN if any(frame.belongs for frame in frames) or not committed else WalState.CLEAN
    if any(frame.belongs for frame in frames[end + 1 :]):
        return WalState.DAMAGED  # others were synced behind it
    if not all(frame.belongs and frame.whole for frame in frames[: end + 1]):
        return WalState.TORN
    # One frame alone may be a header behind which a killed process wrote no page any more, where the page of the log's
    # former use is still there.
    return WalState.TORN if end == 0 and len(frames) > 1 else WalState.DAMAGED


def _state_after(frame: _Frame, state: tuple[int, int], order: _Order) -> tuple[int, int]:
    return _checksum(_numbers(frame) + frame.page, state, order)


def _numbers(frame: _Frame) -> bytes:
    return struct.pack(">2I", frame.number, frame.commit)


def _header_was_changed(frame: _Frame, state: tuple[int, int], order: _Order) -> bool:
    """Whether a frame would check with another page number, or with another commit mark: nobody but an editor makes that.

    The checksum can be computed backwards over the page, which leaves one pair of numbers that would give it.
    """
    if not frame.whole or not frame.belongs:
        return False
    one, two = frame.sums
    words = _words(frame.page, order)
    for index in range(len(words) - 2, -1, -2):
        two = (two - words[index + 1] - one) & _MASK
        one = (one - words[index] - two) & _MASK
    number = (one - state[0] - state[1]) & _MASK
    commit = (two - state[1] - one) & _MASK
    there = _words(_numbers(frame), order)
    return number == there[0] or commit == there[1]


def _checksum(data: bytes, start: tuple[int, int], order: _Order) -> tuple[int, int]:
    """SQLite's running checksum over pairs of 32-bit words."""
    words = _words(data, order)
    one, two = start
    for index in range(0, len(words), 2):
        one = (one + words[index] + two) & _MASK
        two = (two + words[index + 1] + one) & _MASK
    return one, two


def _words(data: bytes, order: _Order) -> array[int]:
    words = array("I", data[: len(data) // 8 * 8])
    if order != sys.byteorder:
        words.byteswap()
    return words
