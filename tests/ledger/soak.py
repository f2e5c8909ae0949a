"""Damages ledgers for as long as it is told, and holds ``verify`` to three things: it ends, it does not fail, it notices.

    python -m tests.ledger.soak --minutes 5 [--seed N]

Each round takes one of several real ledgers (closed, crashed, purged, pruned, of several writers), damages files, anchors
or keys, and verifies. A round that takes longer than a minute ends the run with a stack trace. Exit code 1 at the first
failure, whose ledger is kept; the seed repeats the choices, though not the bytes that are random in each ledger.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from privmw.ledger.anchors import FileAnchor
from privmw.ledger.checkpoints import Checkpointer, super_checkpoint
from privmw.ledger.maintenance import purge_directory
from privmw.ledger.reader import open_store
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.writer import LedgerWriter
from tests.ledger.fuzzing import content, damage_file
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, check, copy_of, found, transfer, write_ledger

DAY = 86_400_000
HANG_SECONDS = 60


def make(base: Path) -> list[Path]:
    """Real ledgers to damage, each with an anchor file beside its directory."""
    made = []
    closed = base / "closed"
    write_ledger(closed / "ledger", 60, every=20, anchor=closed / "anchor")
    made.append(closed)
    several = base / "several"
    for host in ("a", "b", "c"):
        write_ledger(several / "ledger", 15, every=5, host=host, anchor=several / "anchor")
    _super(several)
    made.append(several)
    crashed = base / "crashed"
    clock = ManualClock()
    anchors = [FileAnchor(base / "anchor")]
    writer = LedgerWriter(
        base / "live", clock=clock, host="host", observers=[Checkpointer(KEYS, clock=clock, every=5, anchors=anchors)]
    )
    for number in range(20):
        writer.submit(transfer(number))
        if number % 5 == 4:
            writer.flush(20)
    crashed.mkdir()
    copy_of(base / "live", crashed / "ledger")
    shutil.copy(base / "anchor", crashed / "anchor")
    writer.close(20)
    made.append(crashed)
    for name, days in (("purged", 150), ("pruned", 500)):
        shutil.copytree(closed, base / name)
        _purge(base / name, days)
        made.append(base / name)
    return made


def _super(folder: Path) -> None:
    clock = ManualClock(START_MS + 1000)
    anchors = [FileAnchor(folder / "anchor")]
    writer = LedgerWriter(
        folder / "ledger", clock=clock, host="a", observers=[Checkpointer(KEYS, clock=clock, every=1, anchors=anchors)]
    )
    store = open_store(folder / "ledger")
    super_checkpoint(store, KEYS, writer, deployment="default", clock=clock, anchors=anchors)
    store.close()
    writer.close(20)


def _purge(folder: Path, days: int) -> None:
    clock = ManualClock(START_MS + days * DAY)
    anchors = [FileAnchor(folder / "anchor")]
    writer = LedgerWriter(
        folder / "ledger", clock=clock, host="b", observers=[Checkpointer(KEYS, clock=clock, every=1, anchors=anchors)]
    )
    schedule = Schedule({"subject_3m": Rule("subject_3m", "P3M", "4")}, header=Rule("header", "P1Y", "16"))
    purge_directory(folder / "ledger", schedule, writer, clock=clock)
    writer.close(20)


def one_round(original: Path, work: Path, rng: random.Random) -> tuple[str, frozenset[str]]:
    """Damage a copy and verify it.

    Returns:
        ``same`` or ``changed``, as to what the ledger says; ``cut`` where it lost its end with the checkpoints in it and
        nothing was anchored, which docs/ledger.md says can not be seen; and the verdicts.

    Raises:
        AssertionError: It was changed, and nobody noticed.
    """
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(original, work)
    files = [path for path in sorted(work.rglob("*")) if path.is_file() and path.stat().st_size]
    for path in rng.sample(files, rng.randint(1, min(3, len(files)))):
        for _ in range(rng.choice((1, 1, 1, 3))):
            damage_file(path, rng)
    anchored = rng.random() < 0.5
    anchors = [work / "anchor"] if anchored else []
    clean = frozenset(found(check(original / "ledger", *([original / "anchor"] if anchored else []))))
    report = check(work / "ledger", *anchors)
    verdicts = frozenset(found(report))
    says, said = content(work / "ledger"), content(original / "ledger")
    noticed = verdicts != clean or bool(report.unjudged)
    if says == said:
        return "same", verdicts
    if not noticed and not anchored and _lost_its_end(says, said):
        return "cut", verdicts
    assert noticed, f"changed and not noticed: {sorted(verdicts)}"
    # A log that was cut looks like that of a killed process; nothing else that was changed may pass.
    assert report.exit_code() != 0 or "TORN" in verdicts, f"changed and passed: {sorted(verdicts)}"
    return "changed", verdicts


def _lost_its_end(says: list[list[list[Any]]], said: list[list[list[Any]]]) -> bool:
    """Whether each file holds the first records of what it held, and nothing else."""
    if len(says) != len(said) or any(len(now) != len(then) for now, then in zip(says, said, strict=True)):
        return False
    headers = [(now[0], then[0]) for now, then in zip(says, said, strict=True)]
    return all(now and now == then[: len(now)] for now, then in headers)


def main(argv: list[str] | None = None) -> int:
    """Run until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=None, help="repeats a run; random when left out")
    options = parser.parse_args(argv)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="ledger-soak") as folder:
        originals = make(Path(folder) / "originals")
        verdicts: Counter[str] = Counter()
        rounds = 0
        outcomes: Counter[str] = Counter()
        slowest = 0.0
        until = time.monotonic() + options.minutes * 60
        while time.monotonic() < until:
            rng = random.Random(f"{seed}/{rounds}")
            original = originals[rounds % len(originals)]
            faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
            began = time.monotonic()
            try:
                outcome, seen = one_round(original, Path(folder) / "work", rng)
            except Exception:
                kept = Path(tempfile.mkdtemp(prefix="ledger-soak-failed-"))
                shutil.copytree(Path(folder) / "work", kept / "damaged")
                shutil.copytree(original, kept / "original")
                print(f"failed: seed {seed}, round {rounds}, ledger {original.name}; kept in {kept}", file=sys.stderr)
                raise
            faulthandler.cancel_dump_traceback_later()
            slowest = max(slowest, time.monotonic() - began)
            rounds += 1
            outcomes[outcome] += 1
            verdicts.update(seen)
    print(
        f"{rounds:,} damaged ledgers, slowest {slowest:.2f} s; {outcomes['changed']:,} said something else: all noticed"
    )
    print(
        f"{outcomes['cut']:,} lost their end at a checkpoint with no anchor to tell; {outcomes['same']:,} said the same"
    )
    print("verdicts: " + ", ".join(f"{name} {number:,}" for name, number in verdicts.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
