"""A process that writes records of mixed durability and says which ones it was told are durable; others kill it."""

import signal
import subprocess
import sys
from pathlib import Path

from privmw.ledger.checkpoints import Checkpointer
from privmw.ledger.clock import SystemClock
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.proof_helpers import KEYS
from tests.ledger.writing_helpers import intent, outcome_of

ROOT = Path(__file__).parents[2]


def heed_interrupts() -> None:
    """In a child process: let SIGINT end it, also where the checks run in the background of a shell, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main(directory: str) -> None:
    """Write until killed: an intent that is waited for, its outcome, and a best-effort record."""
    observers = [Checkpointer(KEYS, clock=SystemClock(), every=20, directory=Path(directory))]
    writer = LedgerWriter(Path(directory), host="kill", observers=observers)
    index = 0
    unseen = []
    while True:
        index += 1
        record = intent(index)
        writer.submit(record, Durability.BEFORE_SEND).wait(30)
        print(record.record_id, flush=True)
        result = outcome_of(record)
        unseen.append((result.record_id, writer.submit(result, Durability.GROUP)))
        extra = intent(index)
        unseen.append((extra.record_id, writer.submit(extra, Durability.BEST_EFFORT)))
        for name, receipt in unseen:
            if receipt.durable:
                print(name, flush=True)
        unseen = [(name, receipt) for name, receipt in unseen if not receipt.durable]


def spawn(directory: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start such a process; it appends the ids of durable records to ``log``."""
    with log.open("ab") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.kill_helpers", str(directory)], stdout=stream, cwd=ROOT
        )


if __name__ == "__main__":
    main(sys.argv[1])
