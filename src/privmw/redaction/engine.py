"""The engine: candidate regions from the gate, confirmed, checked, weighed by context, and freed of overlaps."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from privmw.errors import ConfigurationError
from privmw.redaction.cues import AFTER, BEFORE, Cues
from privmw.redaction.gate import Gate, Group, RegexGate, Region, group_plans
from privmw.redaction.normalize import may_need_normalising, normalise
from privmw.redaction.plan import Plan
from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.spans import Found, resolve

__all__ = ["SEPARATOR", "Engine", "choose_gate"]

SEPARATOR = "\x00"
"""Stands between joined leaves; no match crosses it, because every search is bounded by its leaf."""

_EDGE = 8
"""A match that ends this close to the edge of its window is searched for again in a larger one."""

_KEYED_LENGTH = 256
"""Characters of a text for which the key above it counts as a context word."""

_PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]+>|\[[A-Z][A-Z0-9_]*_[A-Z0-9]{10}\]")
_PLACEHOLDER_LENGTH = 72


def choose_gate(groups: Sequence[Group], name: str = "auto") -> Gate:
    """Make a gate.

    Args:
        groups: What it has to find.
        name: ``hyperscan``, ``regex``, or ``auto``: Hyperscan where it is installed.

    Raises:
        ConfigurationError: No such gate, or it is not installed, or a trigger cannot be compiled.
    """
    if name == "regex":
        return RegexGate(groups)
    if name not in {"auto", "hyperscan"}:
        raise ConfigurationError(f"there is no gate {name!r}", remedy="Use auto, hyperscan or regex")
    try:
        from privmw.redaction.hyperscan_gate import HyperscanGate
    except ImportError:
        if name == "hyperscan":
            raise ConfigurationError("the hyperscan package is not installed", remedy="pip install hyperscan") from None
        return RegexGate(groups)
    return HyperscanGate(groups)


class Engine:
    """Finds the values of a set of recognizers in texts; immutable, thread-safe, fork-safe.

    Args:
        recognizers: What to find; names must be unique.
        threshold: Matches with a lower score are dropped.
        gate: ``auto``, ``hyperscan`` or ``regex``.
        allow: Values that are never a match, compared as written.
        base64: Look into texts that are base64 as a whole, too.

    Raises:
        ConfigurationError: Two recognizers share a name, or a trigger cannot be compiled.
    """

    def __init__(
        self,
        recognizers: Iterable[Recognizer],
        *,
        threshold: float = 0.5,
        gate: str = "auto",
        allow: Iterable[str] = (),
        base64: bool = False,
    ) -> None:
        self.base64 = base64
        self.recognizers = tuple(recognizers)
        self.threshold = threshold
        self.allow = frozenset(allow)
        names: set[str] = set()
        for recognizer in self.recognizers:
            if recognizer.name in names:
                raise ConfigurationError("two recognizers have this name", source=f"recognizer {recognizer.name}")
            names.add(recognizer.name)
        self.plans = tuple(Plan(recognizer, index, threshold) for index, recognizer in enumerate(self.recognizers))
        self._groups = group_plans(self.plans)
        self._keyed_plans = tuple(plan for plan in self.plans if plan.recognizer.needs_context and plan.bit)
        self._keyed = sum(plan.bit for plan in self._keyed_plans)
        self.cues = Cues(self.plans)
        self.gate = choose_gate(self._groups, gate)
        self._regions = self.gate.regions

    @property
    def version(self) -> str:
        """Hash of the rules: equal engines find the same."""
        digest = hashlib.sha256(f"{self.threshold}".encode())
        for rule in self.recognizers:
            checksum = getattr(rule.checksum, "__qualname__", "") if rule.checksum else ""
            digest.update(f"{rule.name}\0{rule.entity_type}\0{rule.pattern}\0{rule.ignore_case}\0{rule.score}".encode())
            digest.update(f"\0{rule.boosted}\0{checksum}\0{rule.policy}\0{rule.context}\0{rule.needs_context}".encode())
            digest.update(f"\0{rule.context_overrides}\0{int(rule.specificity)}\n".encode())
        return digest.hexdigest()[:16]

    def candidates(self, text: str, key_mask: int = 0) -> list[Found]:
        """Find all confirmed matches of one text, overlaps included, unordered.

        Args:
            text: The text.
            key_mask: Context mask of the keys above the text (:meth:`privmw.redaction.cues.Cues.of_key`).
        """
        regions = self._regions(text)
        found: list[Found] = []
        if regions:
            marked = "<" in text or "[" in text
            done: dict[int, int] = {}
            for region in regions:
                self._region(text, region, 0, len(text), key_mask, marked, done, found)
        if key_mask & self._keyed:
            self._under_key(text, key_mask, found)
        return found

    def find(self, text: str, key_mask: int = 0) -> list[Found]:
        """Find the matches of one text, in its original or normalised form: ordered, without overlaps."""
        found = self.candidates(text, key_mask)
        if may_need_normalising(text):
            plain = normalise(text)
            if plain is not None:
                for start, end, *rest in self.candidates(plain.text, key_mask):
                    low, high = plain.original_span(start, -end)
                    found.append((low, -high, *rest))  # type: ignore[arg-type]
        return resolve(found, text) if found else found

    def find_leaves(self, leaves: Sequence[str], key_masks: Sequence[int] | None = None) -> dict[int, list[Found]]:
        """Find the matches of many texts with one scan.

        Args:
            leaves: The texts.
            key_masks: For each text, the context mask of the keys above it.

        Returns:
            For each text that has matches, by its place: what :meth:`find` gives for it (offsets within that text).
        """
        text = SEPARATOR.join(leaves)
        by_leaf: dict[int, list[Found]] = {}
        self._joined(text, leaves, range(len(leaves)), key_masks, by_leaf)
        if may_need_normalising(text):
            plain = {place: folded for place, leaf in enumerate(leaves) if (folded := normalise(leaf)) is not None}
            if plain:
                texts = [folded.text for folded in plain.values()]
                mapped: dict[int, list[Found]] = {}
                self._joined(SEPARATOR.join(texts), texts, list(plain), key_masks, mapped)
                for place, found in mapped.items():
                    span = plain[place].original_span
                    for start, end, *rest in found:
                        low, high = span(start, -end)
                        by_leaf.setdefault(place, []).append((low, -high, *rest))  # type: ignore[arg-type]
        return {place: resolve(found, leaves[place]) for place, found in by_leaf.items() if found}

    def _joined(
        self,
        text: str,
        leaves: Sequence[str],
        places: Sequence[int],
        key_masks: Sequence[int] | None,
        by_place: dict[int, list[Found]],
    ) -> None:
        """Find the candidates of joined leaves; ``places`` gives each leaf's name in ``key_masks`` and the answer."""
        if key_masks is not None:
            for index, leaf in enumerate(leaves):
                if key_masks[places[index]] & self._keyed:
                    self._under_key(leaf, key_masks[places[index]], by_place.setdefault(places[index], []))
        regions = self._regions(text)
        if not regions:
            return
        ends = [end + index for index, end in enumerate(accumulate(map(len, leaves)))]
        starts = [0, *(end + 1 for end in ends[:-1])]
        marked = "<" in text or "[" in text
        done: dict[int, int] = {}
        by_leaf: dict[int, list[Found]] = {}
        for group, low, high, last in regions:
            index = bisect_right(starts, max(low, 0)) - 1
            while index < len(starts) and starts[index] < high:
                floor, ceiling = starts[index], ends[index]
                found = by_leaf.setdefault(index, [])
                region = [group, max(low, floor), min(high, ceiling), min(last, ceiling)]
                mask = key_masks[places[index]] if key_masks is not None else 0
                self._region(text, region, floor, ceiling, mask, marked, done, found)
                index += 1
        for index, found in by_leaf.items():
            if found:
                floor = starts[index]
                here = by_place.setdefault(places[index], [])
                here.extend((start - floor, end + floor, rank, sure, plan) for start, end, rank, sure, plan in found)

    def context_of(self, text: str, item: Found, key_mask: int = 0) -> str | None:
        """Return the context word or ``"key"`` that speaks for a match, or ``None``."""
        bit = item[4].bit
        if not bit:
            return None
        if key_mask & bit:
            return "key"
        return self.cues.near(text, item[0], -item[1], bit, 0, len(text))

    def score_of(self, text: str, item: Found, key_mask: int = 0) -> float:
        """Return the score of a match: boosted where a checksum or context speaks for it."""
        recognizer = item[4].recognizer
        if item[3] or self.context_of(text, item, key_mask) is not None:
            return recognizer.boosted
        return recognizer.score

    def _under_key(self, text: str, key_mask: int, found: list[Found]) -> None:
        """Run the patterns that a key speaks for: their triggers may ask for a context word in the text itself."""
        stop = min(len(text), _KEYED_LENGTH)
        marked = "<" in text or "[" in text
        for plan in self._keyed_plans:
            if plan.bit & key_mask:
                self._search(text, plan, [0, 0, stop, stop], 0, stop, key_mask, marked, {}, found)

    def _region(
        self,
        text: str,
        region: Region,
        floor: int,
        ceiling: int,
        key_mask: int,
        marked: bool,
        done: dict[int, int],
        found: list[Found],
    ) -> None:
        group = self._groups[region[0]]
        for plan in group.bare:
            self._search(text, plan, region, floor, ceiling, key_mask, marked, done, found)
        if group.guarded:
            mask = key_mask
            if not mask & group.guard:
                low, high = max(floor, region[1] - BEFORE), min(ceiling, region[2] + AFTER)
                mask |= self.cues.mask(text, low, high)
            if mask & group.guard:
                for plan in group.guarded:
                    if mask & plan.bit:
                        self._search(text, plan, region, floor, ceiling, key_mask, marked, done, found)

    def _search(
        self,
        text: str,
        plan: Plan,
        region: Region,
        floor: int,
        ceiling: int,
        key_mask: int,
        marked: bool,
        done: dict[int, int],
        found: list[Found],
    ) -> None:
        _, low, high, last = region
        floor = max(floor, done.get(plan.index, 0))
        low = max(low, floor)
        high = min(high, ceiling)
        fresh = True
        search = plan.search
        while True:
            match = search(text, low, high)
            if match is None:
                return
            stop = match.end()
            if stop + _EDGE > high and high < ceiling:
                high = min(ceiling, high + max(64, high - low))
                continue
            begin = match.start()
            if fresh and begin == low and low > floor:
                low = max(floor, low - max(64, high - low))
                continue
            fresh = False
            start, end = match.span(plan.group) if plan.group else (begin, stop)
            if end > start and not (marked and _in_placeholder(text, start, end)):
                verified = self._verdict(text, plan, start, end, floor, ceiling, key_mask)
                if verified is not None and (not self.allow or text[start:end] not in self.allow):
                    found.append((start, -end, plan.rank_verified if verified else plan.rank, verified, plan))
                    if end >= last:
                        return
                    done[plan.index] = low = end
                    continue
            low = begin + 1

    def _verdict(
        self, text: str, plan: Plan, start: int, end: int, floor: int, ceiling: int, key_mask: int
    ) -> bool | None:
        """Whether a candidate is verified (``True``), stands unverified (``False``), or falls (``None``)."""
        checksum = plan.checksum
        valid = checksum is not None and checksum(text[start:end])
        if plan.guarded or (plan.required and not valid) or (plan.weak and not valid):
            near = bool(key_mask & plan.bit) or (
                plan.bit != 0 and self.cues.near(text, start, end, plan.bit, floor, ceiling) is not None
            )
            if not near:
                return None
            return True if valid or not plan.required or plan.overrides else None
        return valid


def _in_placeholder(text: str, start: int, end: int) -> bool:
    """Whether a span overlaps a placeholder or pseudonym token."""
    return any(
        placeholder.start() < end and placeholder.end() > start
        for placeholder in _PLACEHOLDER.finditer(text, max(0, start - _PLACEHOLDER_LENGTH), end + _PLACEHOLDER_LENGTH)
    )
