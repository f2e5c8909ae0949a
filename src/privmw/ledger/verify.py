"""``privmw verify``: is this ledger what was recorded?

Files are read by :mod:`~privmw.ledger.filechain`; PostgreSQL through :mod:`~privmw.ledger.reader`. The judgement itself
is :mod:`~privmw.ledger.judge`, the same for both and for the exported auditor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from privmw.errors import ConfigurationError, LedgerError, LedgerUnavailable
from privmw.ledger.ahead import BlocksAhead
from privmw.ledger.anchorfile import read_anchor_file
from privmw.ledger.canonical import parse
from privmw.ledger.claims import Place
from privmw.ledger.filechain import FileChain
from privmw.ledger.filejudge import MOST_LOOKS, READ_ERRORS, judge_files, read_published_keys
from privmw.ledger.judge import Judge
from privmw.ledger.notes import NoteError, TrustedKey, parse_keys
from privmw.ledger.reader import Criteria, ReadableChain, StoredCheckpoint, StoredHeader, StoredPayload, open_store
from privmw.ledger.schema import columns_of
from privmw.ledger.signing import verify_signature
from privmw.ledger.verdicts import Report, Verdict
from privmw.types import RecordKind

__all__ = ["load_keys", "published_keys", "verify"]

ERRORS: tuple[type[Exception], ...] = (LedgerError, *READ_ERRORS)
"""What reading damaged rows may raise."""


def verify(
    source: Path | str,
    *,
    keys: Sequence[TrustedKey] | None = None,
    anchors: Sequence[Path] = (),
    progress: Callable[[int], None] | None = None,
    only: str = "",
    jobs: int = 1,
) -> Report:
    """Verify a ledger.

    Args:
        source: Directory of ledger files, one such file, or a ``postgresql://`` DSN.
        keys: Public keys to trust, by which records must then be signed; ``None`` takes those that lie in the ledger's
            directory, which prove nothing against someone who can write there, and ask for nothing.
        anchors: Files of notes that were kept elsewhere.
        progress: Told the number of records read, block by block.
        only: Start of the writers' ids that are to be there (``shop/web1/``), where anchors hold notes of other ledgers
            as well; those are left aside.
        jobs: Processes that read long files beside this one, each ``sys.executable``; 1 for none.

    Returns:
        The report; it says ``UNKNOWN_KEY`` where no trusted key fits.

    Raises:
        ConfigurationError: An anchor file can not be read.
        LedgerUnavailable: The PostgreSQL server does not answer.
    """
    notes: list[tuple[str, list[bytes]]] = []
    for path in anchors:
        try:
            notes.append((path.name, list(read_anchor_file(path))))
        except OSError as error:
            raise ConfigurationError(f"can not be read ({error.strerror})", source=str(path)) from None
    text = str(source)
    if text.startswith(("postgresql://", "postgres://")):
        return _verify_store(text, list(keys or ()), notes, progress, only)
    return judge_files(
        Path(source),
        keys=keys,
        verify=verify_signature,
        parse=parse,
        errors=ERRORS,
        anchors=notes,
        progress=progress,
        only=only,
        ahead=None if jobs < 2 else partial(_ahead, jobs),
    )


def _ahead(jobs: int, chain: FileChain, claimed: bool) -> BlocksAhead | None:
    return BlocksAhead.of(chain, jobs, claimed=claimed)


def published_keys(source: Path) -> list[TrustedKey]:
    """Public keys that writers left in a ledger's directory; none where there are none, or none that can be read."""
    return read_published_keys(source if source.is_dir() else source.parent)


def load_keys(path: Path) -> list[TrustedKey]:
    """Read public keys from a file of verifier-key lines and PEM blocks.

    Raises:
        ConfigurationError: It can not be read, is malformed, or holds none.
    """
    try:
        keys = parse_keys(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, NoteError) as error:
        problem = str(error.strerror) if isinstance(error, OSError) else str(error)
        raise ConfigurationError(f"can not be used as public keys: {problem}", source=str(path)) from None
    if not keys:
        raise ConfigurationError("holds no public key", source=str(path))
    return keys


class _StoreChain:
    """A chain of any store, as a verification reads it."""

    def __init__(self, chain: ReadableChain) -> None:
        self._chain = chain
        self.writer_id = chain.writer_id
        self.name = chain.name
        self._mismatches: frozenset[int] | None = None

    def headers(self, start: int = 0, stop: int | None = None) -> Iterator[StoredHeader]:
        return self._chain.headers(start, stop)

    def payloads(self, start: int = 0, stop: int | None = None) -> Iterator[StoredPayload]:
        return self._chain.payloads(start, stop)

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        return self._chain.checkpoints()

    def subtrees(self) -> Iterator[tuple[int, int, bytes]]:
        return self._chain.subtrees()

    def special(self) -> Iterator[StoredHeader]:
        few = self._chain.find(Criteria(kinds=frozenset({RecordKind.EPOCH_OPEN, RecordKind.PURGE})))
        yield from sorted(few, key=lambda row: row.seq)
        yield from self._chain.find(Criteria(kinds=frozenset({RecordKind.CHECKPOINT})))

    def columns_fit(self, row: Any, members: Mapping[str, Any]) -> bool:
        if self._mismatches is None:
            self._mismatches = frozenset(self._chain.facet_mismatches())
        return (row.epoch, row.time_ms) == columns_of(members)[:2] and row.seq not in self._mismatches

    def inconsistencies(self) -> Iterator[str]:
        return iter(())

    def check_beside(self) -> None:
        """Nothing: the server keeps its indexes."""


def _is_unavailable(error: Exception) -> bool:
    return isinstance(error, LedgerUnavailable)


def _verify_store(
    dsn: str,
    keys: list[TrustedKey],
    anchors: list[tuple[str, list[bytes]]],
    progress: Callable[[int], None] | None,
    only: str,
) -> Report:
    seen: frozenset[Place] | None = None
    for attempt in range(MOST_LOOKS):
        store = open_store(dsn)
        try:
            judge = Judge(
                [_StoreChain(chain) for chain in store.chains()],
                keys=keys,
                verify=verify_signature,
                parse=parse,
                errors=ERRORS,
                unavailable=_is_unavailable,
                anchors=anchors,
                progress=progress,
                only=only,
                copied=True,
            )
            report = judge.run()
            if attempt == 0 and judge.cut_off:
                continue  # a connection may break once
            if Verdict.MISSING in report.verdicts and seen != judge.purges and attempt + 1 < MOST_LOOKS:
                seen = judge.purges
                continue  # a purge or a new writer may have come between two looks
            for name, problem in store.unreadable():
                report.add(Verdict.ALTERED, name, None, f"the chain can not be read: {problem}")
            break
        finally:
            store.close()
    if not report.chains and not report.findings:
        report.unjudged.append("the database holds no chain")
    report.keys = f"{len(keys)} given" if keys else "none"
    return report
