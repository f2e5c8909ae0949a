"""The gate: from a text to the few places where a recognizer's pattern may match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from privmw.redaction.plan import Plan

__all__ = ["Gate", "Group", "RegexGate", "Region", "group_plans"]

Region = list[int]
"""``[group, low, high, last]``: search ``text[low:high]`` with a group's patterns; ``last`` = end of the last hit.

A value that ends at or before ``last`` may be followed by another one in the same region.
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Recognizers that share one trigger, hence one callback of the gate.

    Attributes:
        trigger: Hyperscan pattern, or a recognizer's own pattern where it declares no trigger.
        derived: The trigger is a recognizer's own pattern, to be compiled as a prefilter.
        ignore_case: Letters match in either case.
        lookback: Characters before a hit that belong to the region.
        lookahead: Characters behind a hit that belong to the region.
        bare: Plans whose pattern runs at once.
        guarded: Plans whose pattern runs only where one of their context words is near.
        guard: Context mask of ``guarded``.
    """

    trigger: str
    derived: bool
    ignore_case: bool
    lookback: int
    lookahead: int
    bare: tuple[Plan, ...]
    guarded: tuple[Plan, ...]
    guard: int


class Gate(Protocol):
    """Finds candidate regions of all recognizers in one pass."""

    name: str

    def regions(self, text: str) -> Sequence[Region]:
        """Return the regions to search, in any order; a text without any costs one scan."""


def group_plans(plans: Sequence[Plan]) -> tuple[Group, ...]:
    """Put plans with the same trigger into one group."""
    members: dict[tuple[str, bool, bool], list[Plan]] = {}
    for plan in plans:
        recognizer = plan.recognizer
        key = (recognizer.trigger or recognizer.pattern, not recognizer.trigger, recognizer.ignore_case)
        members.setdefault(key, []).append(plan)
    groups = []
    for (trigger, derived, ignore_case), group in members.items():
        guarded = tuple(plan for plan in group if plan.guarded)
        groups.append(
            Group(
                trigger=trigger,
                derived=derived,
                ignore_case=ignore_case,
                lookback=max(plan.recognizer.lookback for plan in group),
                lookahead=max(plan.recognizer.lookahead for plan in group),
                bare=tuple(plan for plan in group if not plan.guarded),
                guarded=guarded,
                guard=sum(plan.bit for plan in guarded),
            )
        )
    return tuple(groups)


class RegexGate:
    """Lets every pattern run over the whole text: slow, exact, without native code.

    Gives the same answers as the Hyperscan gate; the fallback where there is no wheel for it, and its oracle in tests.
    """

    name = "regex"

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = range(len(groups))

    def regions(self, text: str) -> Sequence[Region]:
        """Return one region per group: the whole text."""
        length = len(text)
        return [[index, 0, length, length] for index in self._groups]
