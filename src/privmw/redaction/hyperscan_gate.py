"""The gate over Hyperscan: one block scan of a text's UTF-8 bytes for all recognizers.

What the binding demands (python-hyperscan 0.9): every object a scan touches is kept for the gate's life, because the
binding borrows references; each scan has a scratch of its own, because the GIL is released meanwhile; callbacks only
append; no start offsets, no streams. Texts come from ``str``, so the bytes are always valid UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from privmw.redaction.cues import AFTER, BEFORE, words_of
from privmw.redaction.cuewords import word_trigger
from privmw.redaction.gate import GUARDED, LOOSE, POINT, Group, Region
from privmw.redaction.hyperscan_database import CASELESS, PREFILTER, UTF8, Rule, database, scratch
from privmw.redaction.numbershapes import token_at
from privmw.redaction.plan import Plan
from privmw.redaction.shapetable import ShapeTable

__all__ = ["HyperscanGate"]

_CONTINUATION = bytes(range(0x80, 0xC0))
_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
_REGION_LIMIT = 16_384
"""Characters after which a region of ever more hits is cut, so that no pattern sees an unbounded text at once."""

_LOOSE = 32
"""Characters around a shape in which a plan is searched for that it does not hold whole."""

_LONG_SHAPE = 160
"""A longer shape is looked at in pieces that overlap by half."""

_OVERLAP = 72
"""How far a token may reach back into an earlier one that was cut."""

_GUARDED_BACK = AFTER + 96
_GUARDED_AHEAD = BEFORE + 24
"""Characters around a context word in which a value that it speaks for begins, or ends."""


class _Lane:
    """What one scan needs for itself: scratch, list of hits, callback."""

    __slots__ = ("callback", "hits", "scratch")

    def __init__(self, of: Any) -> None:
        self.scratch = scratch(of) if of is not None else None
        self.hits: list[int] = []
        append = self.hits.append

        def callback(number: int, start: int, end: int, flags: int, context: object) -> None:
            append(end << 16 | number)

        self.callback: Callable[[int, int, int, int, object], None] = callback


class HyperscanGate:
    """Finds candidate regions with one Hyperscan scan.

    Three kinds of triggers are in it: those of the recognizers; sieves, which stand for the triggers of all kinds of
    numbers (:mod:`privmw.redaction.numbershapes`); and context words, which wake the guarded plans.

    Args:
        groups: Groups of recognizers; their order gives the ids.
        guarded: Plans that need a context word.

    Raises:
        ConfigurationError: A trigger cannot be compiled; names the recognizer.
    """

    name = "hyperscan"

    def __init__(self, groups: Sequence[Group], guarded: Sequence[Plan]) -> None:
        self._sieve = len(groups)
        rules = [_rule(number, group) for number, group in enumerate(groups) if not group.sieve]
        sieved = [group for group in groups if group.sieve]
        owners = {group.sieve: group.plans[0].recognizer.name for group in sieved}
        rules += [Rule(self._sieve, sieve.encode(), 0, owner) for sieve, owner in owners.items()]
        self._words: list[int] = []
        rules += self._word_rules(guarded)
        self._shapes = ShapeTable([plan for group in sieved for plan in group.plans]) if sieved else None
        self._database = database(rules) if rules else None
        self._scan = self._database.scan if self._database is not None else _nothing
        self._lanes: list[_Lane] = []
        self._back = [group.lookback for group in groups]
        self._ahead = [group.lookahead for group in groups]

    def _word_rules(self, guarded: Sequence[Plan]) -> list[Rule]:
        masks: dict[str, int] = {}
        for plan in guarded:
            for phrase in filter(words_of, plan.recognizer.context):
                trigger = word_trigger(phrase)
                masks[trigger] = masks.get(trigger, 0) | plan.bit
        self._words = list(masks.values())
        return [Rule(self._sieve + 1 + place, trigger.encode(), 0, trigger) for place, trigger in enumerate(masks)]

    def regions(self, text: str) -> Sequence[Region]:
        """Return the regions around all hits, hits of one group that lie close together merged."""
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
            return ()
        found = sorted(hits)
        hits.clear()
        lanes.append(lane)
        return self._merge(found, data, len(data) == len(text))

    def _merge(self, found: list[int], data: bytes, same: bool) -> list[Region]:
        back, ahead, sieve = self._back, self._ahead, self._sieve
        regions: list[Region] = []
        guarded: list[Region] = []
        latest: dict[int, Region] = {}
        position = characters = looked = 0
        for hit in found:
            number = hit & 0xFFFF
            end = at = hit >> 16
            if not same:
                if at != position:
                    characters += len(data[position:at].translate(None, _CONTINUATION))
                    position = at
                end = characters
            if number < sieve:
                region = latest.get(number)
                low = end - back[number]
                if region is not None and low <= region[2] and end - region[1] < _REGION_LIMIT:
                    region[2], region[3] = end + ahead[number], end
                else:
                    latest[number] = region = [number, low, end + ahead[number], end, 0]
                    regions.append(region)
            elif number == sieve:
                if at - 2 > looked:
                    first, behind, shape, cut = token_at(data, at, looked - _OVERLAP if looked > _OVERLAP else 0)
                    looked = at if cut else behind
                    low = first if same else end - len(data[first:at].translate(None, _CONTINUATION))
                    self._points(shape, low, regions)
            else:
                mask = self._words[number - sieve - 1]
                low = end - _GUARDED_BACK
                if guarded and low <= guarded[-1][3] and end - guarded[-1][1] < _REGION_LIMIT:
                    region = guarded[-1]
                    region[2] = region[3] = end + _GUARDED_AHEAD
                    region[4] |= mask
                else:
                    guarded.append([GUARDED, low, end + _GUARDED_AHEAD, end + _GUARDED_AHEAD, mask])
        return regions + guarded if guarded else regions

    def _points(self, shape: bytes, low: int, regions: list[Region]) -> None:
        """Add what fits a shape that begins at character ``low``."""
        fits = self._shapes.fits  # type: ignore[union-attr]
        if len(shape) <= _LONG_SHAPE:
            points, loose = fits(shape)
            regions += [[POINT, low + offset, low + offset + 1, 0, plan] for offset, plan in points]
            regions += [[LOOSE, low - _LOOSE, low + len(shape) + _LOOSE, low + len(shape), plan] for plan in loose]
            return
        seen: dict[tuple[int, int], None] = {}
        around: dict[int, None] = {}
        for start in range(0, len(shape), _LONG_SHAPE // 2):
            points, loose = fits(shape[start : start + _LONG_SHAPE])
            seen.update(dict.fromkeys((low + start + offset, plan) for offset, plan in points))
            around.update(dict.fromkeys(loose))
        regions += [[POINT, at, at + 1, 0, plan] for at, plan in sorted(seen)]
        regions += [[LOOSE, low - _LOOSE, low + len(shape) + _LOOSE, low + len(shape), plan] for plan in around]


def _nothing(*_arguments: object) -> None:
    """Scans for nothing, where there is no recognizer."""


def _rule(number: int, group: Group) -> Rule:
    flags = CASELESS if group.ignore_case else 0
    trigger = group.trigger
    if group.derived:
        flags |= PREFILTER
        trigger = _NAMED_GROUP.sub("(", trigger)
    if group.derived or not trigger.isascii():
        flags |= UTF8
    names = ", ".join(plan.recognizer.name for plan in group.plans)
    return Rule(number, trigger.encode(), flags, names)
