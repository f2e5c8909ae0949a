"""The gate: from a text to the few places where a recognizer's pattern may match."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

from privmw.redaction.cues import BEFORE
from privmw.redaction.normalize import BROKEN_NUMBER
from privmw.redaction.plan import Plan
from privmw.redaction.recognizers.base import Specificity

__all__ = [
    "NOTHING",
    "SEPARATOR",
    "Area",
    "Candidates",
    "Fits",
    "Gate",
    "Group",
    "Points",
    "RegexGate",
    "Start",
    "Word",
    "group_plans",
]

Area: TypeAlias = list[Any]
"""``[low, high, last, plans, first]``: search ``text[low:high]`` with the patterns of ``plans``.

``first`` and ``last`` = ends of the first and the last hit; a value that ends before the last may be followed by another
one in the same area. Areas of plans that yield to any other (:attr:`Group.generic`) come last.
"""


class Start(NamedTuple):
    """Where a match of a plan can begin in a shape.

    Attributes:
        offset: Where, in the shape.
        plan: The plan.
        ends_bare: An unverified match from here to the end of the shape covers whatever the starts behind it may give.
        ends_verified: So does a verified one.
    """

    offset: int
    plan: Plan
    ends_bare: bool
    ends_verified: bool


class Fits(NamedTuple):
    """What fits a shape.

    Attributes:
        starts: Where matches can begin: by offset, and the best plan first.
        solid: How much of the shape is left without the signs at its end.
        loose: Plans that may match around here, but whose matches the shape does not hold whole.
    """

    starts: tuple[Start, ...]
    solid: int
    loose: tuple[Plan, ...]


Points: TypeAlias = tuple[int, Fits]
"""``(low, fits)``: where a shape begins, and what fits it."""

Word: TypeAlias = "tuple[int, int]"
"""``(end, mask)`` of one context word, and the plans it speaks for; ordered by end."""


Candidates: TypeAlias = tuple[list[Area], list[Points], list[Word], bool]
"""What a gate saw in a text; positions count its characters, and may lie a little outside it. Last: whether a line break
or spaced hyphen may take a number apart."""

_BROKEN = re.compile("|".join(BROKEN_NUMBER))

SEPARATOR = "\x00"
"""Stands between joined texts; no match crosses it, because every search is bounded by its text."""

NOTHING: Candidates = ([], [], [], False)
"""Stands for a text without candidates; never added to."""


@dataclass(frozen=True, slots=True)
class Group:
    """Recognizers that share one trigger, hence one callback of the gate.

    Attributes:
        trigger: Hyperscan pattern, or a recognizer's own pattern where it declares no trigger.
        sieve: Coarser pattern that fires wherever the trigger does; empty = none.
        derived: The trigger is a recognizer's own pattern, to be compiled as a prefilter.
        ignore_case: Letters match in either case.
        lookback: Characters before a hit that belong to the area.
        lookahead: Characters behind a hit that belong to the area.
        reach: Characters that stand between the start of a value and a hit, where that is known.
        plans: Plans whose pattern runs there.
    """

    trigger: str
    sieve: str
    derived: bool
    ignore_case: bool
    lookback: int
    lookahead: int
    reach: str
    plans: tuple[Plan, ...]

    @property
    def generic(self) -> bool:
        """Whether every plan's matches yield to more specific ones of the same value."""
        return all(plan.recognizer.specificity < Specificity.SPECIFIC for plan in self.plans)


class Gate(Protocol):
    """Finds candidates of all recognizers in one pass."""

    name: str

    def candidates(self, text: str) -> Candidates:
        """Return where to search; :data:`NOTHING` for most texts."""


def group_plans(plans: Sequence[Plan]) -> tuple[Group, ...]:
    """Put plans with the same trigger into one group; guarded plans have no trigger of their own."""
    members: dict[tuple[str, str, bool, bool, str], list[Plan]] = {}
    for plan in plans:
        if plan.guarded:
            continue
        rule = plan.recognizer
        derived = not rule.trigger
        key = (rule.trigger or rule.pattern, "" if derived else rule.sieve, derived, rule.ignore_case, rule.reach)
        members.setdefault(key, []).append(plan)
    return tuple(
        Group(
            trigger=trigger,
            sieve=sieve,
            derived=derived,
            ignore_case=ignore_case,
            lookback=max(plan.recognizer.lookback for plan in group),
            lookahead=max(plan.recognizer.lookahead for plan in group),
            reach=reach,
            plans=tuple(group),
        )
        for (trigger, sieve, derived, ignore_case, reach), group in members.items()
    )


class RegexGate:
    """Lets every pattern run over the whole text: slow, exact, without native code.

    Gives the same answers as the Hyperscan gate; the fallback where there is no wheel for it, and its oracle in tests.
    """

    name = "regex"

    def __init__(self, groups: Sequence[Group], hearing: Sequence[Plan]) -> None:
        self._plans = tuple(plan for group in groups for plan in group.plans)
        self._hearing = sum(plan.bit for plan in hearing)

    def candidates(self, text: str) -> Candidates:
        """Return the whole text for all plans."""
        length = len(text)
        broken = _BROKEN.search(text) is not None
        everywhere: set[int] = set()
        if self._hearing:
            everywhere.update(range(0, length + BEFORE, BEFORE))
            everywhere.update(place for place, char in enumerate(text) if char == SEPARATOR)
        areas: list[Area] = [[0, length, length, self._plans, 0]] if self._plans else []
        return areas, [], [(end, self._hearing) for end in sorted(everywhere)], broken
