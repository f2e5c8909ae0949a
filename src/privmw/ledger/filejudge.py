"""Judges a directory of ledger files: its chains, and what only shows in the files themselves.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from privmw.ledger.filechain import FileChain, NotJudgeable, open_files
from privmw.ledger.judge import Judge
from privmw.ledger.notes import NoteError, TrustedKey, VerifySignature, parse_keys
from privmw.ledger.settle import Ahead, Parse
from privmw.ledger.verdicts import Report, Verdict
from privmw.ledger.wal import WalState

__all__ = ["KEYS_FILE", "READ_ERRORS", "judge_files"]

KEYS_FILE = "verifier-keys.txt"
"""Where writers leave their public keys in the ledger's directory, for want of better ones."""

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
    anchors: Sequence[tuple[str, bytes]] = (),
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
        anchors: Notes kept elsewhere, as ``(where, note)``.
        progress: Told the number of records read, block by block.
        only: Start of the writers' ids that are to be there; anchored notes of others are left aside.
        ahead: Settles a chain's blocks in other processes, told whether purges of its payloads are claimed.
    """
    where = "given"
    if keys is None:
        where = "the ledger's own directory, where whoever changes the ledger can change them too"
        keys = _published_keys(source if source.is_dir() else source.parent)
    for attempt in range(2):
        try:
            chains, broken, unjudged = open_files(source)
        except NotJudgeable as error:
            return Report(unjudged=[str(error)])
        try:
            report = Judge(
                chains,
                keys=keys,
                verify=verify,
                parse=parse,
                errors=errors,
                anchors=anchors,
                progress=progress,
                only=only,
                ahead=ahead,
            ).run()
            if attempt == 0 and Verdict.MISSING in report.verdicts:
                continue  # a purge, a prune or a new writer may have come between two looks: look again at what is there
            for chain in chains:
                _judge_file(chain, report, errors)
            break
        finally:
            for chain in chains:
                chain.close()
    for name in broken:
        report.add(Verdict.ALTERED, name, None, "the file can not be read as a ledger file")
    report.unjudged.extend(unjudged)
    if not chains and not broken and not unjudged and not report.findings:
        report.unjudged.append(f"{source} holds no ledger file")
    report.keys = f"{len(keys)} from {where}" if keys else "none"
    return report


def _published_keys(directory: Path) -> list[TrustedKey]:
    try:
        return parse_keys((directory / KEYS_FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, NoteError):
        return []  # then no checkpoint can be believed, which the report says


def _judge_file(chain: FileChain, report: Report, errors: tuple[type[Exception], ...]) -> None:
    """What only shows in the file itself: its end, and its indexes."""
    state = _log_state(chain)
    if state is WalState.TORN:
        report.add(Verdict.TORN, chain.writer_id, None, "the write-ahead log ends in an unfinished transaction")
    elif state is WalState.DAMAGED:
        report.add(Verdict.ALTERED, chain.writer_id, None, "the write-ahead log is damaged; records in it are lost")
    if any(item.chain == chain.writer_id and item.verdict is Verdict.ALTERED for item in report.findings):
        return
    try:
        problems = list(chain.inconsistencies())
    except errors:
        problems = ["it can not be checked"]
    if problems:
        report.add(Verdict.ALTERED, chain.writer_id, None, "the file's pages or indexes are damaged")


def _log_state(chain: FileChain) -> WalState:
    """How the log ends, once it stands still: a live writer's log may end anywhere for a moment."""
    state = chain.unfinished()
    for _ in range(3):
        if state is WalState.CLEAN or chain.log_age() > _STILL_SECONDS:
            break
        time.sleep(0.02)
        state = chain.unfinished()
    return state
