"""Holds what is gone from a chain against the purges on record: which of it they account for, and which not.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum

from privmw.ledger.claims import Place, PruneClaim, Run, outside, union
from privmw.ledger.verdicts import Report, Verdict
from privmw.ledger.walk import ChainWalk

__all__ = ["Trust", "judge_purges"]


class Trust(Enum):
    """What the place of a record is worth; the value says why it is worth nothing."""

    FULL = ""
    PENDING = "and their purge record is not signed yet"
    UNREAD = "and their purge record can not be looked at"
    UNSIGNED = "and nobody signed their purge record"
    UNSOUND = "and their purge record stands in no sound chain"


_LATER = frozenset({Trust.PENDING, Trust.UNREAD})
"""What another look may show to be sound."""


def judge_purges(
    walk: ChainWalk,
    prunes: Iterable[PruneClaim],
    trust: Callable[[Place], Trust],
    report: Report,
    *,
    whole: bool,
) -> None:
    """Judge what is gone from one chain.

    Args:
        walk: The chain, read.
        prunes: Removals of its headers on record.
        trust: What the place of a purge record is worth.
        report: Where findings go.
        whole: Whether all of the ledger is in view: otherwise a purge record may stand where nobody can look.
    """
    _judge_headers(walk, prunes, trust, report, whole=whole)
    _judge_payloads(walk, trust, report)
    if walk.unexplained is not None:
        first, last, count = walk.unexplained
        what = "payloads are gone and no purge record names them"
        if whole:
            report.add(Verdict.MISSING, walk.summary.writer_id, first, what, last=last, count=count)
        else:
            report.unjudged.append(
                f"{walk.summary.writer_id}: {what} where one could be looked for ({first} to {last})"
            )


def _judge_headers(
    walk: ChainWalk, prunes: Iterable[PruneClaim], trust: Callable[[Place], Trust], report: Report, *, whole: bool
) -> None:
    if walk.kept_root is None:
        return
    name, below = walk.summary.writer_id, walk.summary.minimum_index
    reasons: list[str] = []
    for claim in prunes:
        if (claim.below, claim.root) != (below, walk.kept_root):
            continue
        worth, problem = trust(claim.terms.place), claim.terms.problem()
        if worth is Trust.FULL and problem is None:
            report.add(Verdict.PURGED, name, 0, "headers pruned at the end of their retention", last=below - 1)
            return
        reasons.append(problem or worth.value)
    if {worth.value for worth in _LATER} & set(reasons) or not (reasons or whole):
        why = reasons[0] if reasons else "and no purge record names them where one could be looked for"
        report.unjudged.append(f"{name}: headers are gone {why} (0 to {below - 1})")
        return
    why = reasons[0] if reasons else "and no purge record names them"
    report.add(Verdict.MISSING, name, 0, f"headers are gone {why}", last=below - 1)


def _judge_payloads(walk: ChainWalk, trust: Callable[[Place], Trust], report: Report) -> None:
    name = walk.summary.writer_id
    accounted: dict[str, list[Run]] = {}
    doubtful = []
    for claim in walk.claims:
        if claim.present:
            what = "a purge is on record that was not carried out: payloads are still there"
            report.add(Verdict.PURGED, name, claim.first_present, what, count=claim.present)
        worth, problem = trust(claim.terms.place), claim.problem(walk.summary.minimum_index)
        if worth is not Trust.FULL or problem is not None:
            doubtful.append((claim, worth, problem))
            continue
        accounted.setdefault(claim.retention_class, []).extend(claim.runs)
        if claim.gone:
            first, last = claim.gone[0][0], claim.gone[-1][1]
            report.add(Verdict.PURGED, name, first, "payloads purged on schedule", last=last)
    joined = {retention_class: union(runs) for retention_class, runs in accounted.items()}
    for claim, worth, problem in doubtful:
        left = outside(claim.gone, joined.get(claim.retention_class, ()))
        if not left:
            continue  # nothing is gone, or a later purge accounts for it: this one was killed before it came far
        first, last = left[0][0], left[-1][1]
        what = f"payloads are gone {problem or worth.value}"
        if problem is None and worth in _LATER:
            report.unjudged.append(f"{name}: {what} ({first} to {last})")
        else:
            report.add(Verdict.MISSING, name, first, what, last=last)
