"""Settles the blocks of a long ledger file in other processes, for a verifier that takes them up in order.

    python -m privmw.ledger.ahead FILE FIRST STEP STOP CLAIMED      # what such a process runs

Process *k* of *n* settles every *n*-th block and writes one line of JSON for each to its standard output; the pipe's
buffer keeps it from running far ahead. A block that is not settled, and everything that a dead process did not do, the
verifier reads itself, so that these processes can make it faster and nothing else.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import orjson

from privmw.ledger.canonical import parse
from privmw.ledger.filechain import FileChain
from privmw.ledger.filejudge import READ_ERRORS
from privmw.ledger.settle import BLOCK, Settled, settle
from privmw.ledger.sources import NotJudgeable

__all__ = ["BlocksAhead", "processors"]

LEAST_BLOCKS = 16
"""Shorter files are read sooner than a process starts."""

MOST_JOBS = 64
"""More processes than that are not started, whoever asks for them."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class BlocksAhead:
    """Processes that settle the full blocks of one file.

    Args:
        path: The file.
        size: How many records it has.
        jobs: How many processes.
        claimed: Whether purges of this writer's payloads are on record.
    """

    def __init__(self, path: Path, size: int, *, jobs: int, claimed: bool) -> None:
        self._stop = size // BLOCK
        self._workers: list[subprocess.Popen[bytes]] = []
        for first in range(jobs):
            command = [sys.executable, "-m", __name__, str(path.absolute())]
            command += map(str, (first, jobs, self._stop, int(claimed)))
            # Our own module by our own interpreter: no shell, nothing that anybody else wrote but the file's path.
            self._workers.append(
                subprocess.Popen(  # noqa: S603
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            )

    @classmethod
    def of(cls, chain: FileChain, jobs: int, *, claimed: bool) -> BlocksAhead | None:
        """Processes for a chain that is worth it, ``None`` for a short one."""
        size = chain.size()
        if jobs < 2 or size < LEAST_BLOCKS * BLOCK:
            return None
        return cls(chain.path, size, jobs=min(jobs, size // BLOCK, MOST_JOBS), claimed=claimed)

    def get(self, start: int) -> Settled | None:
        """The block of :data:`BLOCK` records from ``start``; blocks before it are not to be had any more."""
        number = start // BLOCK
        if number >= self._stop or not self._workers:
            return None
        stream = self._workers[number % len(self._workers)].stdout
        assert stream is not None
        while line := stream.readline():
            found = orjson.loads(line)
            if found[0] == start:
                return None if len(found) == 1 else Settled(start, found[1], bytes.fromhex(found[2]), *found[3:])
        return None

    def close(self) -> None:
        """End the processes."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.kill()
            worker.communicate()


def main(arguments: Sequence[str]) -> int:
    """Settle every so manieth block of a file."""
    first, step, stop, claimed = map(int, arguments[1:])
    try:
        chain = FileChain(Path(arguments[0]))
    except NotJudgeable:
        return 2
    except READ_ERRORS:
        return 2
    for start in range(first * BLOCK, stop * BLOCK, step * BLOCK):
        sys.stdout.buffer.write(_line(chain, start, claimed=bool(claimed)) + b"\n")
        sys.stdout.buffer.flush()
    chain.close()
    return 0


def _line(chain: FileChain, start: int, *, claimed: bool) -> bytes:
    try:
        rows = list(islice(chain.headers(start), BLOCK))
        payloads = {row.seq: row for row in chain.payloads(start, start + BLOCK)}
    except READ_ERRORS:
        return orjson.dumps([start])
    if len(rows) < BLOCK or rows[0].seq != start:
        return orjson.dumps([start])
    block = settle(rows, payloads, chain.writer_id, parse, chain.columns_fit, READ_ERRORS, claimed=claimed)
    if block is None:
        return orjson.dumps([start])
    return orjson.dumps([block.start, block.link, block.digests.hex(), block.gaps, block.payloads])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
