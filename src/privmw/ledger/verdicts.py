"""What a verification can find, what each finding means, and what to do about it.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, StrEnum

__all__ = ["ChainSummary", "Finding", "Report", "Severity", "Verdict"]


class Severity(Enum):
    """What a verdict means for the exit code.

    ``SOUND`` 0 · ``NOTICE`` 0 (1 when strict): explained by the ledger itself, no sign of tampering · ``PROBLEM`` 1 ·
    ``UNJUDGED`` 2: nothing can be said before somebody supplies what is missing.
    """

    SOUND = "sound"
    NOTICE = "notice"
    PROBLEM = "problem"
    UNJUDGED = "unjudged"


class Verdict(StrEnum):
    """Outcome of a verification, worst first."""

    ALTERED = "ALTERED"
    REORDERED = "REORDERED"
    MISSING = "MISSING"
    TRUNCATED = "TRUNCATED"
    FORKED = "FORKED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    GAP = "GAP"
    TORN = "TORN"
    UNANCHORED = "UNANCHORED"
    PURGED = "PURGED"
    OK = "OK"

    @property
    def severity(self) -> Severity:
        """What it means for the exit code."""
        return _MEANINGS[self][0]

    @property
    def meaning(self) -> str:
        """What it means, in one sentence."""
        return _MEANINGS[self][1]

    @property
    def remedy(self) -> str:
        """What to do about it, in one sentence."""
        return _MEANINGS[self][2]


_MEANINGS = {
    Verdict.ALTERED: (
        Severity.PROBLEM,
        "Stored bytes are not the ones that were recorded.",
        "Keep the files as they are, compare with a backup or the OTLP copy, and find out who could write there.",
    ),
    Verdict.REORDERED: (
        Severity.PROBLEM,
        "Records stand at places other than those they were written at.",
        "Keep the files as they are and compare with a backup or the OTLP copy.",
    ),
    Verdict.MISSING: (
        Severity.PROBLEM,
        "A record, a payload, the checkpoints over records or a whole writer is gone, and no purge record accounts for it.",
        "Look for a lost file, an incomplete restore, a writer or purge without the signing key; otherwise treat it as deletion.",
    ),
    Verdict.TRUNCATED: (
        Severity.PROBLEM,
        "A signed checkpoint covers more records than are there: the end was cut off.",
        "Look for an old backup or a lost -wal file; otherwise treat it as deletion.",
    ),
    Verdict.FORKED: (
        Severity.PROBLEM,
        "There are two histories of one writer: the records are consistent, but not those that were signed.",
        "Find out which one the off-host anchor names; the other was made up, or a file was copied and written on.",
    ),
    Verdict.UNKNOWN_KEY: (
        Severity.UNJUDGED,
        "Records are signed by a key that is not among the trusted ones, or by none, so nothing proves them yet.",
        "Pass the public key of that time with --key, or let a process with the key sign; otherwise treat it as forged.",
    ),
    Verdict.GAP: (
        Severity.NOTICE,
        "The ledger itself says that records were lost here (full queue, full disk).",
        "Read the gap record for how many and why; transfers in that time are not fully on record.",
    ),
    Verdict.TORN: (
        Severity.NOTICE,
        "The write-ahead log ends in an unfinished transaction, which does not count: a process died while writing.",
        "Nothing, the next writer clears it away; where no process died, compare with an anchor: a log that was cut looks alike.",
    ),
    Verdict.UNANCHORED: (
        Severity.NOTICE,
        "Records after the last checkpoint are chained, but whoever can write the files could still rewrite them.",
        "Set ledger.signing_key_file and anchor checkpoints off this host; verify against the anchor.",
    ),
    Verdict.PURGED: (
        Severity.NOTICE,
        "A purge record accounts for each payload or old header that is gone, or is to go.",
        "Nothing; this is retention at work. Where a purge was not carried out, run privmw purge.",
    ),
    Verdict.OK: (Severity.SOUND, "Everything is as it was recorded.", "Nothing."),
}


@dataclass
class Finding:
    """One verdict on one chain, at its first bad position.

    Attributes:
        verdict: What was found.
        chain: Writer whose chain it is about, or the name of the file.
        position: ``seq`` of the first record concerned, ``None`` where no record is.
        detail: What exactly was seen; no personal data.
        count: How many records are concerned.
        last: ``seq`` of the last record concerned.
    """

    verdict: Verdict
    chain: str
    position: int | None
    detail: str
    count: int = 1
    last: int | None = None

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "verdict": self.verdict.value,
            "severity": self.verdict.severity.value,
            "chain": self.chain,
            "position": self.position,
            "last": self.last,
            "count": self.count,
            "detail": self.detail,
            "meaning": self.verdict.meaning,
            "remedy": self.verdict.remedy,
        }


@dataclass
class ChainSummary:
    """What was looked at of one chain.

    Attributes:
        writer_id: Whose chain it is.
        name: Name of its file.
        records: Headers read.
        minimum_index: First position that was not pruned.
        size: Records it has, pruned ones included.
        signed: Records covered by a checkpoint of a trusted key, in the ledger or in an anchor.
        anchored: Records covered by a checkpoint from an anchor.
        root: Root hash at ``size``, hex.
    """

    writer_id: str
    name: str
    records: int = 0
    minimum_index: int = 0
    size: int = 0
    signed: int = 0
    anchored: int = 0
    root: str = ""

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return dict(self.__dict__)


@dataclass
class Report:
    """Outcome of verifying a ledger.

    Attributes:
        chains: What was looked at.
        findings: Everything that is not plain OK, one entry per chain and kind.
        unjudged: What could not be looked at, and why.
        keys: Where the trusted keys come from.
    """

    chains: list[ChainSummary] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)
    keys: str = ""

    def add(
        self,
        verdict: Verdict,
        chain: str,
        position: int | None,
        detail: str,
        *,
        last: int | None = None,
        count: int | None = None,
    ) -> None:
        """Add a finding, or widen the one of the same chain, verdict and detail."""
        through = position if last is None else last
        if count is None:
            count = 1 if position is None or through is None else through - position + 1
        for known in self.findings:
            if (known.verdict, known.chain, known.detail) == (verdict, chain, detail):
                known.count += count
                if through is not None:
                    known.last = through if known.last is None else max(known.last, through)
                if position is not None:
                    known.position = position if known.position is None else min(known.position, position)
                return
        self.findings.append(Finding(verdict, chain, position, detail, count, through))

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """All verdicts; ``OK`` alone when there is nothing to say."""
        return frozenset(finding.verdict for finding in self.findings) or frozenset({Verdict.OK})

    @property
    def verdict(self) -> Verdict:
        """The worst verdict."""
        order = list(Verdict)
        return min(self.verdicts, key=order.index)

    @property
    def told(self) -> str:
        """The worst verdict in words: never one of sound ledgers where something could not be looked at."""
        sound = self.verdict.severity in {Severity.SOUND, Severity.NOTICE}
        return "cannot judge" if self.unjudged and sound else self.verdict.value

    def exit_code(self, *, strict: bool = False) -> int:
        """0 sound, 1 a problem, 2 cannot judge; a problem outweighs what could not be judged.

        Args:
            strict: Count notices other than ``PURGED`` as problems.
        """
        severities = {verdict.severity for verdict in self.verdicts}
        notices = {verdict for verdict in self.verdicts if verdict.severity is Severity.NOTICE} - {Verdict.PURGED}
        if Severity.PROBLEM in severities or (strict and notices):
            return 1
        return 2 if Severity.UNJUDGED in severities or self.unjudged else 0

    def lines(self) -> Iterator[str]:
        """The report in words; what could move the cursor or break the line is shown as what it is."""
        return map(_printable, self._lines())

    def _lines(self) -> Iterator[str]:
        for chain in self.chains:
            kept = f" from {chain.minimum_index:,}" if chain.minimum_index else ""
            covered = f"{chain.signed:,} signed" + (f", {chain.anchored:,} anchored" if chain.anchored else "")
            yield f"{chain.writer_id}: {chain.records:,} records{kept}, {covered}"
        for finding in self.findings:
            place = "" if finding.position is None else f" at {finding.position}"
            if finding.last is not None and finding.last != finding.position:
                place += f" to {finding.last}"
            yield ""
            yield f"{finding.verdict.value}{place} in {finding.chain}: {finding.detail}"
            yield f"  means: {finding.verdict.meaning}"
            yield f"  do: {finding.verdict.remedy}"
        for reason in self.unjudged:
            yield ""
            yield f"cannot judge: {reason}"
        yield ""
        yield f"keys: {self.keys or 'none'}"
        yield f"verdict: {self.told}"

    def as_dict(self, *, strict: bool = False) -> dict[str, object]:
        """For ``--json``."""
        return {
            "verdict": self.told,
            "exit_code": self.exit_code(strict=strict),
            "keys": self.keys,
            "chains": [chain.as_dict() for chain in self.chains],
            "findings": [finding.as_dict() for finding in self.findings],
            "unjudged": list(self.unjudged),
        }


def _printable(line: str) -> str:
    """Names and ids come from files that anybody may have written."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
