"""The gate over Hyperscan: one block scan of a text's UTF-8 bytes for all recognizers.

What the binding demands (python-hyperscan 0.9): every object a scan touches is kept for the gate's life, because the
binding borrows references; each scan has a scratch of its own, because the GIL is released meanwhile; callbacks only
append; no start offsets, no streams.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from privmw.redaction.cuewords import word_triggers
from privmw.redaction.gate import NOTHING, Candidates, Fits, Group, Points, Start, Word
from privmw.redaction.hyperscan_database import CASELESS, PREFILTER, SINGLE, UTF8, Rule, database, scratch
from privmw.redaction.normalize import BROKEN_NUMBER
from privmw.redaction.numbershapes import WIDEST, reduced, token_at
from privmw.redaction.plan import Plan
from privmw.redaction.shapetable import ShapeTable

__all__ = ["HyperscanGate"]

_CONTINUATION = bytes(range(0x80, 0xC0))
_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
_NAMED_REFERENCE = re.compile(r"\(\?P=(\w+)\)")
_AREA_LIMIT = 16_384
"""Characters after which an area of ever more hits is cut, so that no pattern sees an unbounded text at once."""

_LOOSE = 32
"""Characters around a shape in which a plan is searched for that it does not hold whole."""

_LONG_SHAPE = 160
"""A longer shape is looked at in pieces that overlap by half."""

_OVERLAP = 72
"""How far a token may reach back into an earlier one that was cut."""


class _Lane:
    """What one scan needs for itself: scratch, list of hits, callback."""

    __slots__ = ("callback", "hits", "scratch")

    def __init__(self, of: Any) -> None:
        self.scratch = scratch(of)
        self.hits: list[int] = []
        append = self.hits.append

        def callback(number: int, start: int, end: int, flags: int, context: object) -> None:
            append(end << 16 | number)

        self.callback: Callable[[int, int, int, int, object], None] = callback


class HyperscanGate:
    """Finds candidates with Hyperscan.

    The triggers of values are those of the recognizers, and a sieve that stands for the triggers of all kinds of numbers
    (:mod:`privmw.redaction.numbershapes`). Context words wake the guarded plans, and speak for others.

    Args:
        groups: Groups of recognizers; their order gives the ids.
        hearing: Plans for which a context word can decide.

    Raises:
        ConfigurationError: A trigger cannot be compiled; names the recognizer.
    """

    name = "hyperscan"

    def __init__(self, groups: Sequence[Group], hearing: Sequence[Plan]) -> None:
        self._sieve = len(groups)
        rules = [_rule(number, group) for number, group in enumerate(groups) if not group.sieve]
        sieved = [group for group in groups if group.sieve]
        owners = {group.sieve: group.plans[0].recognizer.name for group in sieved}
        rules += [Rule(self._sieve, sieve.encode(), 0, owner) for sieve, owner in owners.items()]
        self._masks: list[int] = []
        rules += [Rule(self._sieve + 1, source.encode(), SINGLE, "line breaks") for source in BROKEN_NUMBER]
        rules += self._word_rules(hearing)
        self._shapes = ShapeTable([plan for group in sieved for plan in group.plans]) if sieved else None
        self._database = database(rules)
        self._scan = self._database.scan
        self._lanes: list[_Lane] = []
        self._groups = [
            (group.lookback, group.lookahead, _beyond(group.reach), group.generic, group.plans) for group in groups
        ]

    def _word_rules(self, hearing: Sequence[Plan]) -> list[Rule]:
        masks: dict[str, int] = {}
        for plan in hearing:
            for trigger in word_triggers(plan.recognizer.context):
                masks[trigger] = masks.get(trigger, 0) | plan.bit
        self._masks = list(masks.values())
        first = self._sieve + 2
        return [Rule(first + place, trigger.encode(), 0, trigger) for place, trigger in enumerate(masks)]

    def candidates(self, text: str) -> Candidates:
        """Return where to search, hits of one group that lie close together merged."""
        try:
            data = text.encode()
        except UnicodeEncodeError:
            data = text.encode("utf-8", "replace")  # a lone surrogate becomes one "?": offsets stay
        lanes = self._lanes
        try:
            lane = lanes.pop()
        except IndexError:
            lane = _Lane(self._database)
        hits = lane.hits
        self._scan(data, lane.callback, 0, None, lane.scratch)  # a lane whose scan raised is not used again
        if not hits:
            lanes.append(lane)
            return NOTHING
        found = sorted(hits)
        hits.clear()
        lanes.append(lane)
        return self._places(found, data, len(data) == len(text))

    def _places(self, found: list[int], data: bytes, same: bool) -> Candidates:
        """Turn hits into candidates; ``same``: bytes and characters count alike."""
        groups, sieve = self._groups, self._sieve
        areas: list[Any] = []
        late: list[Any] = []
        points: list[Points] = []
        cues: list[Word] = []
        numbers: list[tuple[int, int]] = []
        latest: dict[int, Any] = {}
        position = characters = 0
        broken = False
        for hit in found:
            number = hit & 0xFFFF
            end = at = hit >> 16
            if not same:
                if at != position:
                    characters += _characters(data, position, at)
                    position = at
                end = characters
            if number > sieve:
                if number == sieve + 1:
                    broken = True
                else:
                    cues.append((end, self._masks[number - sieve - 2]))
                continue
            if number == sieve:
                numbers.append((at, end))
                continue
            back, ahead, beyond, generic, plans = groups[number]
            low = end - back
            area = latest.get(number)
            if area is not None and low <= area[1] and end - area[0] < _AREA_LIMIT:
                area[1], area[2] = end + ahead, end
                continue
            if beyond is not None:
                first = at - back if at > back else 0
                cut = data[first:at].translate(beyond).rfind(b"|")
                if cut >= 0:
                    low = first + cut if same else end - _characters(data, first + cut, at)
            latest[number] = area = [low, end + ahead, end, plans, end]
            (late if generic else areas).append(area)
        if numbers:
            self._shaped(numbers, data, same, areas, points)
        return areas + late if late else areas, points, cues, broken

    def _shaped(
        self, numbers: list[tuple[int, int]], data: bytes, same: bool, areas: list[Any], points: list[Points]
    ) -> None:
        """Add what fits the shapes around hits of the sieve, given as bytes and as characters."""
        symbols = reduced(data)
        fitting = self._shapes.fits  # type: ignore[union-attr]
        looked = 0
        for at, end in numbers:
            if at - 2 <= looked:
                continue
            first, shape, open_end = token_at(symbols, at, looked - _OVERLAP if looked > _OVERLAP else 0)
            looked = first + len(shape) - (WIDEST if open_end else 0)
            low = first if same else end - _characters(data, first, at)
            fits = fitting(shape) if len(shape) <= _LONG_SHAPE else self._long(shape)
            if fits.starts:
                points.append((low, fits))
            if fits.loose:
                areas.append([low - _LOOSE, low + len(shape) + _LOOSE, low + len(shape), fits.loose, low])

    def _long(self, shape: bytes) -> Fits:
        """What fits a long shape, found piece by piece."""
        starts: dict[tuple[int, Plan], None] = {}
        loose: dict[Plan, None] = {}
        for first in range(0, len(shape), _LONG_SHAPE // 2):
            fits = self._shapes.fits(shape[first : first + _LONG_SHAPE])  # type: ignore[union-attr]
            starts.update(dict.fromkeys((first + start.offset, start.plan) for start in fits.starts))
            loose.update(dict.fromkeys(fits.loose))
        return Fits(
            tuple(Start(offset, plan, False, False) for offset, plan in sorted(starts)), len(shape), tuple(loose)
        )


def _characters(data: bytes, start: int, end: int) -> int:
    """How many characters begin in some bytes."""
    return len(data[start:end].translate(None, _CONTINUATION))


def _beyond(reach: str) -> bytes | None:
    """A table that turns ASCII characters outside a class into ``|``."""
    if not reach:
        return None
    inside = re.compile(f"[{reach}]", re.ASCII)
    return bytes(code if code >= 128 or inside.match(chr(code)) else ord("|") for code in range(256))


def _rule(number: int, group: Group) -> Rule:
    flags = CASELESS if group.ignore_case else 0
    trigger = group.trigger
    if group.derived:
        flags |= PREFILTER
        trigger = _unnamed(trigger)
    if group.derived or not trigger.isascii():
        flags |= UTF8
    names = ", ".join(plan.recognizer.name for plan in group.plans)
    return Rule(number, trigger.encode(), flags, names)


def _unnamed(pattern: str) -> str:
    """A pattern without the names of its groups, which Hyperscan's back references do not know."""
    if "(?P=" in pattern:
        numbers = re.compile(pattern).groupindex
        pattern = _NAMED_REFERENCE.sub(lambda match: rf"(?:\{numbers[match[1]]})", pattern)
    return _NAMED_GROUP.sub("(", pattern)
