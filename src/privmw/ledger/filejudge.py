"""Judges a directory of ledger files: its chains, and what only shows in the files themselves.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from privmw.ledger.claims import Place
from privmw.ledger.filechain import FileChain, is_unavailable, open_files
from privmw.ledger.judge import Judge
from privmw.ledger.notes import NoteError, TrustedKey, VerifySignature, parse_keys
from privmw.ledger.settle import Ahead, Parse
from privmw.ledger.sources import NotJudgeable
from privmw.ledger.verdicts import Report, Verdict
from privmw.ledger.wal import WalState

__all__ = ["KEYS_FILE", "MOST_LOOKS", "READ_ERRORS", "judge_files", "read_published_keys"]

KEYS_FILE = "verifier-keys.txt"
"""Where writers leave their public keys in the ledger's directory, for want of better ones."""

MOST_KEY_BYTES = 1_000_000
"""Longest file of public keys that is read."""

MOST_LOOKS = 5
"""How often a ledger is read at most while a purge is under way."""

_STILL_SECONDS = 2.0

READ_ERRORS: tuple[type[Exception], ...] = (
    sqlite3.Error, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, MemoryError
)  # fmt: skip
"""What reading damaged rows may raise."""


def judge_files(
    source: Path,
    *,
    keys: Sequence[TrustedKey] | None,
    verify: VerifySignature,
    parse: Parse,
    errors: tuple[type[Exception], ...],
    anchors: Sequence[tuple[str, Sequence[bytes]]] = (),
    progress: Callable[[int], None] | None = None,
    only: str = "",
    ahead: Callable[[FileChain, bool], Ahead | None] | None = None,
) -> Report:
    """Judge a directory of ledger files, or one file.

    Args:
        source: Where they are.
        keys: Public keys to trust; ``None`` takes those in the directory itself.
        verify: Ed25519 verification.
        parse: Reads canonical JSON.
        errors: What reading and parsing may raise.
        anchors: Notes kept elsewhere, by where they were kept.
        progress: Told the number of records read, block by block.
        only: Start of the writers' ids that are to be there; anchored notes of others are left aside.
        ahead: Settles a chain's blocks in other processes, told whether purges of its payloads are claimed.
    """
    given = keys is not None
    where = "given" if given else "the ledger's own directory, where whoever changes the ledger can change them too"
    if keys is None:
        keys = read_published_keys(source if source.is_dir() else source.parent)
    seen: frozenset[Place] | None = None
    for attempt in range(MOST_LOOKS):
        try:
            opened = open_files(source)
        except NotJudgeable as error:
            return Report(unjudged=[str(error)])
        try:
            judge = Judge(
                opened.chains,
                keys=keys,
                verify=verify,
                parse=parse,
                errors=errors,
                unavailable=is_unavailable,
                given=given,
                anchors=anchors,
                progress=progress,
                only=only,
                ahead=ahead,
                unread=[name for name, _ in opened.unread],
                alone=not source.is_dir(),
            )
            report = judge.run()
            if Verdict.MISSING in report.verdicts and seen != judge.purges and attempt + 1 < MOST_LOOKS:
                seen = judge.purges
                continue  # a purge, a prune or a new writer may have come between two looks: look again at what is there
            for chain in opened.chains:
                _judge_file(chain, report, errors)
            break
        finally:
            for chain in opened.chains:
                chain.close()
    for name in opened.broken:
        report.add(Verdict.ALTERED, name, None, "the file can not be read as a ledger file")
    report.unjudged.extend(reason for _, reason in opened.unread)
    if not opened.chains and not opened.broken and not opened.unread and not report.findings:
        report.unjudged.append(f"{source} holds no ledger file")
    report.keys = f"{len(keys)} from {where}" if keys else "none"
    return report


def read_published_keys(directory: Path) -> list[TrustedKey]:
    """Public keys that writers left in the ledger's directory, which prove nothing against whoever can write there."""
    path = directory / KEYS_FILE
    try:
        if not path.is_file():  # a named pipe would be waited for
            return []
        with path.open("rb") as file:
            return parse_keys(file.read(MOST_KEY_BYTES).decode("utf-8"))
    except (OSError, UnicodeDecodeError, NoteError):
        return []  # then no checkpoint can be believed, which the report says


def _judge_file(chain: FileChain, report: Report, errors: tuple[type[Exception], ...]) -> None:
    """What only shows in the file itself: its tables, its end, and its indexes."""
    _judge_tables(chain, report, errors)
    try:
        state = _log_state(chain)
    except OSError as error:
        report.unjudged.append(f"the write-ahead log of {chain.name} can not be read ({error.strerror})")
        return
    if state is WalState.TORN:
        report.add(Verdict.TORN, chain.writer_id, None, "the write-ahead log ends in an unfinished transaction")
    elif state is WalState.DAMAGED:
        detail = "the write-ahead log is damaged; records in it are lost"
        report.add(Verdict.ALTERED, chain.writer_id, None, detail)
    if any(item.chain == chain.writer_id and item.verdict is Verdict.ALTERED for item in report.findings):
        return
    try:
        problems = list(chain.inconsistencies())
    except errors as error:
        if is_unavailable(error):
            report.unjudged.append(f"{chain.name} can not be read now: {error}")
            return
        problems = ["it can not be checked"]
    if problems:
        report.add(Verdict.ALTERED, chain.writer_id, None, "the file's pages or indexes are damaged")


def _judge_tables(chain: FileChain, report: Report, errors: tuple[type[Exception], ...]) -> None:
    try:
        problems = chain.problems()
    except errors as error:
        if is_unavailable(error):
            return  # which is said of its records
        problems = ["its tables can not be listed"]
    for problem in problems:
        report.add(Verdict.ALTERED, chain.writer_id, None, f"the file is not as it was made: {problem}")


def _log_state(chain: FileChain) -> WalState:
    """How the log ends, once it stands still: a live writer's log may end anywhere for a moment."""
    state = chain.unfinished()
    for _ in range(3):
        if state is WalState.CLEAN or chain.log_age() > _STILL_SECONDS:
            break
        time.sleep(0.02)
        state = chain.unfinished()
    return state
