"""The engine: candidate regions from the gate, confirmed, checked, weighed by context, and freed of overlaps."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from privmw.errors import ConfigurationError
from privmw.redaction.base64text import decoded
from privmw.redaction.confirm import Confirmer
from privmw.redaction.cues import Cues
from privmw.redaction.gate import NOTHING, Candidates, Gate, Group, RegexGate, group_plans
from privmw.redaction.normalize import may_need_normalising, normalise
from privmw.redaction.plan import Plan
from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.spans import Found, resolve

__all__ = ["SEPARATOR", "Engine", "choose_gate"]

SEPARATOR = "\x00"
"""Stands between joined leaves; no match crosses it, because every search is bounded by its leaf."""


def choose_gate(groups: Sequence[Group], hearing: Sequence[Plan], name: str = "auto") -> Gate:
    """Make a gate.

    Args:
        groups: What it has to find.
        hearing: Plans for which a context word can decide.
        name: ``hyperscan``, ``regex``, or ``auto``: Hyperscan where it is installed.

    Raises:
        ConfigurationError: No such gate, or it is not installed, or a trigger cannot be compiled.
    """
    if name == "regex":
        return RegexGate(groups, hearing)
    if name not in {"auto", "hyperscan"}:
        raise ConfigurationError(f"there is no gate {name!r}", remedy="Use auto, hyperscan or regex")
    try:
        from privmw.redaction.hyperscan_gate import HyperscanGate
    except ImportError:
        if name == "hyperscan":
            raise ConfigurationError("the hyperscan package is not installed", remedy="pip install hyperscan") from None
        return RegexGate(groups, hearing)
    return HyperscanGate(groups, hearing)


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
        groups = group_plans(self.plans)
        guarded = tuple(plan for plan in self.plans if plan.guarded and plan.bit)
        self._guard = sum(plan.bit for plan in guarded)
        self.cues = Cues(self.plans)
        self.gate = choose_gate(groups, tuple(plan for plan in self.plans if plan.hears), gate)
        self._confirm = Confirmer(guarded, self.cues, self.allow).confirm
        self._candidates = self.gate.candidates

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
        candidates = self._candidates(text)
        found: list[Found] = []
        if candidates is not NOTHING or key_mask & self._guard:
            self._confirm(text, candidates, 0, len(text), key_mask, found)
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
        if self.base64:
            found += self._whole(text, key_mask)
        return resolve(found, text) if found else found

    def _whole(self, text: str, key_mask: int) -> list[Found]:
        """A text that says something to be found in base64 is a match as a whole."""
        said = decoded(text)
        inner = self.candidates(said, key_mask) if said else []
        return [(0, -len(text), *resolve(inner, said or "")[0][2:])] if inner else []

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
        if self.base64:
            for place, leaf in enumerate(leaves):
                whole = self._whole(leaf, key_masks[place] if key_masks else 0)
                if whole:
                    by_leaf.setdefault(place, []).extend(whole)
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
        candidates = self._candidates(text)
        named: list[int] = []
        if key_masks is not None:
            named = [index for index, place in enumerate(places) if key_masks[place] & self._guard]
        if candidates is NOTHING and not named:
            return
        ends = [end + index for index, end in enumerate(accumulate(map(len, leaves)))]
        starts = [0, *(end + 1 for end in ends[:-1])]
        by_leaf: dict[int, Candidates] = {index: Candidates([], [], []) for index in named}
        for index, share in _shares(candidates, starts, ends, by_leaf).items():
            floor, ceiling = starts[index], ends[index]
            found: list[Found] = []
            self._confirm(text, share, floor, ceiling, key_masks[places[index]] if key_masks else 0, found)
            if found:
                here = by_place.setdefault(places[index], [])
                here.extend((start - floor, end + floor, rank, sure, plan) for start, end, rank, sure, plan in found)

    def context_of(self, text: str, item: Found, key_mask: int = 0) -> str | None:
        """Return the context word or ``"key"`` that speaks for a match, or ``None``."""
        bit = item[4].bit
        if not bit:
            return None
        if key_mask & bit:
            return "key"
        return self.cues.near(text, item[0], -item[1], item[4], 0, len(text))

    def score_of(self, text: str, item: Found, key_mask: int = 0) -> float:
        """Return the score of a match: boosted where a checksum or context speaks for it."""
        recognizer = item[4].recognizer
        if item[3] or self.context_of(text, item, key_mask) is not None:
            return recognizer.boosted
        return recognizer.score


def _shares(
    candidates: Candidates, starts: list[int], ends: list[int], by_leaf: dict[int, Candidates]
) -> dict[int, Candidates]:
    """Share out the candidates of joined leaves: an area to all it reaches, a point or context word to its own."""

    def of(index: int) -> Candidates:
        share = by_leaf.get(index)
        if share is None:
            share = by_leaf[index] = Candidates([], [], [])
        return share

    for area in candidates.areas:
        index = max(0, bisect_right(starts, area[0]) - 1)
        while index < len(starts) and starts[index] < area[1]:
            if area[0] < ends[index]:
                of(index).areas.append(area)
            index += 1
    for point in candidates.points:
        of(bisect_right(starts, point[0] + point[1][0][0]) - 1).points.append(point)
    for cue in candidates.cues:
        of(max(0, bisect_right(starts, cue[0] - 1) - 1)).cues.append(cue)
    return by_leaf
