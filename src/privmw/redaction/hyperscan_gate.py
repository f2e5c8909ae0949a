"""The gate over Hyperscan: one block scan of a text's UTF-8 bytes for all recognizers.

What the binding demands (python-hyperscan 0.9): every object a scan touches is kept for the gate's life, because the
binding borrows references; each scan has a scratch of its own, because the GIL is released meanwhile; callbacks only
append; no start offsets, no streams. Texts come from ``str``, so the bytes are always valid UTF-8.
"""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Callable, Sequence
from typing import Any

import hyperscan

from privmw.errors import ConfigurationError
from privmw.redaction import compilecache
from privmw.redaction.gate import Group, Region

__all__ = ["HyperscanGate"]

_CONTINUATION = bytes(range(0x80, 0xC0))
_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
_REGION_LIMIT = 16_384
"""Characters after which a region of ever more hits is cut, so that no pattern sees an unbounded text at once."""


class _Lane:
    """What one scan needs for itself: scratch, list of hits, callback."""

    __slots__ = ("callback", "hits", "scratch")

    def __init__(self, database: Any) -> None:
        self.scratch = hyperscan.Scratch(database)
        self.hits: list[int] = []
        append = self.hits.append

        def callback(group: int, start: int, end: int, flags: int, context: object) -> None:
            append(end << 16 | group)

        self.callback: Callable[[int, int, int, int, object], None] = callback


class HyperscanGate:
    """Finds candidate regions with one Hyperscan scan.

    Args:
        groups: Groups of recognizers; their order gives the ids.

    Raises:
        ConfigurationError: A trigger cannot be compiled; names the recognizer.
    """

    name = "hyperscan"

    def __init__(self, groups: Sequence[Group]) -> None:
        self._database = _database(groups)
        self._scan = self._database.scan
        self._lanes: list[_Lane] = [_Lane(self._database)]
        self._back = [group.lookback for group in groups]
        self._ahead = [group.lookahead for group in groups]

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
            return hits
        found = sorted(hits)
        hits.clear()
        lanes.append(lane)
        if len(data) != len(text):
            _to_characters(found, data)
        back, ahead = self._back, self._ahead
        if len(found) == 1:
            hit = found[0]
            group, end = hit & 0xFFFF, hit >> 16
            return [[group, end - back[group], end + ahead[group], end]]
        regions: list[Region] = []
        latest: dict[int, Region] = {}
        for hit in found:
            group, end = hit & 0xFFFF, hit >> 16
            region = latest.get(group)
            low = end - back[group]
            if region is not None and low <= region[2] and end - region[1] < _REGION_LIMIT:
                region[2] = end + ahead[group]
                region[3] = end
            else:
                latest[group] = region = [group, low, end + ahead[group], end]
                regions.append(region)
        return regions


def _to_characters(hits: list[int], data: bytes) -> None:
    """Turn sorted byte offsets into character offsets, in place."""
    position = characters = 0
    for index, hit in enumerate(hits):
        end = hit >> 16
        if end != position:
            characters += len(data[position:end].translate(None, _CONTINUATION))
            position = end
        hits[index] = characters << 16 | hit & 0xFFFF


def _expression(group: Group) -> tuple[bytes, int]:
    flags = 0
    trigger = group.trigger
    if group.derived:
        flags |= hyperscan.HS_FLAG_PREFILTER
        trigger = _NAMED_GROUP.sub("(", trigger)
    if group.derived or not trigger.isascii():
        flags |= hyperscan.HS_FLAG_UTF8
    if group.ignore_case:
        flags |= hyperscan.HS_FLAG_CASELESS
    return trigger.encode(), flags


def _database(groups: Sequence[Group]) -> Any:
    expressions = [_expression(group) for group in groups]
    rules = hashlib.sha256(repr(expressions).encode())
    rules.update(f"{hyperscan.__version__} {platform.machine()} {platform.system()}".encode())
    key = rules.hexdigest()[:32]
    blob = compilecache.load(key)
    if blob is not None:
        try:
            return hyperscan.loadb(blob, hyperscan.HS_MODE_BLOCK)
        except hyperscan.error:
            blob = None  # made on another CPU: compile again
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[expression for expression, _ in expressions],
            ids=list(range(len(expressions))),
            flags=[flags for _, flags in expressions],
        )
    except hyperscan.error:
        _name_the_culprit(groups, expressions)
        raise
    compilecache.store(key, hyperscan.dumpb(database))
    return database


def _name_the_culprit(groups: Sequence[Group], expressions: Sequence[tuple[bytes, int]]) -> None:
    """A failed compilation does not say which pattern is at fault: try them one by one."""
    for group, (expression, flags) in zip(groups, expressions, strict=True):
        try:
            hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(expressions=[expression], ids=[0], flags=[flags])
        except hyperscan.error as error:
            names = ", ".join(plan.recognizer.name for plan in (*group.bare, *group.guarded))
            raise ConfigurationError(
                f"its {'pattern' if group.derived else 'trigger'} cannot be compiled: {error}",
                source=f"recognizer {names}",
                field="pattern" if group.derived else "trigger",
                remedy="Give it a simpler trigger",
            ) from None
