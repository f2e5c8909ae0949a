"""The gate: from a text to the few places where a recognizer's pattern may match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from privmw.redaction.plan import Plan

__all__ = ["GUARDED", "LOOSE", "POINT", "Gate", "Group", "RegexGate", "Region", "group_plans"]

Region = list[int]
"""``[group, low, high, last, mask]``: search ``text[low:high]`` with a group's patterns.

``last`` = end of the last hit; a value that ends before it may be followed by another one in the same region. Instead of
a group's number: :data:`POINT`, :data:`LOOSE` or :data:`GUARDED`.
"""

POINT = -1
"""The plan whose index is ``mask`` can match at ``low`` only."""

LOOSE = -2
"""The plan whose index is ``mask`` can match anywhere in the region."""

GUARDED = -3
"""The guarded plans in the context mask ``mask`` can match anywhere in the region."""


@dataclass(frozen=True, slots=True)
class Group:
    """Recognizers that share one trigger, hence one callback of the gate.

    Attributes:
        trigger: Hyperscan pattern, or a recognizer's own pattern where it declares no trigger.
        sieve: Coarser pattern that fires wherever the trigger does; empty = none.
        derived: The trigger is a recognizer's own pattern, to be compiled as a prefilter.
        ignore_case: Letters match in either case.
        lookback: Characters before a hit that belong to the region.
        lookahead: Characters behind a hit that belong to the region.
        plans: Plans whose pattern runs there.
    """

    trigger: str
    sieve: str
    derived: bool
    ignore_case: bool
    lookback: int
    lookahead: int
    plans: tuple[Plan, ...]


class Gate(Protocol):
    """Finds candidate regions of all recognizers in one pass."""

    name: str

    def regions(self, text: str) -> Sequence[Region]:
        """Return the regions to search, guarded ones last; a text without any costs one scan."""


def group_plans(plans: Sequence[Plan]) -> tuple[Group, ...]:
    """Put plans with the same trigger into one group; guarded plans have no trigger of their own."""
    members: dict[tuple[str, str, bool, bool], list[Plan]] = {}
    for plan in plans:
        if plan.guarded:
            continue
        rule = plan.recognizer
        derived = not rule.trigger
        key = (rule.trigger or rule.pattern, "" if derived else rule.sieve, derived, rule.ignore_case)
        members.setdefault(key, []).append(plan)
    return tuple(
        Group(
            trigger=trigger,
            sieve=sieve,
            derived=derived,
            ignore_case=ignore_case,
            lookback=max(plan.recognizer.lookback for plan in group),
            lookahead=max(plan.recognizer.lookahead for plan in group),
            plans=tuple(group),
        )
        for (trigger, sieve, derived, ignore_case), group in members.items()
    )


class RegexGate:
    """Lets every pattern run over the whole text: slow, exact, without native code.

    Gives the same answers as the Hyperscan gate; the fallback where there is no wheel for it, and its oracle in tests.
    """

    name = "regex"

    def __init__(self, groups: Sequence[Group], guarded: Sequence[Plan]) -> None:
        self._groups = range(len(groups))
        self._guard = sum(plan.bit for plan in guarded)

    def regions(self, text: str) -> Sequence[Region]:
        """Return one region per group: the whole text."""
        length = len(text)
        regions = [[index, 0, length, length, 0] for index in self._groups]
        if self._guard:
            regions.append([GUARDED, 0, length, length, self._guard])
        return regions
