"""The engine: candidate regions from the gate, confirmed, checked, weighed by context, and freed of overlaps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from privmw.errors import ConfigurationError
from privmw.redaction.base64text import decoded
from privmw.redaction.confirm import Confirmer
from privmw.redaction.cues import Cues
from privmw.redaction.gate import NOTHING, Candidates, Gate, Group, RegexGate, group_plans
from privmw.redaction.joined import Joined
from privmw.redaction.marks import Marks, path_above
from privmw.redaction.normalize import codes_in, may_need_normalising, normalise
from privmw.redaction.plan import Plan
from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.spans import Found, resolve

__all__ = ["Engine", "choose_gate"]

_UNMARKED: Mapping[int, int] = {}


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
        raise ConfigurationError("there is no gate of this name", field="gate", remedy="Use auto, hyperscan or regex")
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
        unguarded = {plan.entity_type for plan in self.plans if not plan.guarded}
        for plan in self.plans:
            plan.contests = plan.contests and plan.entity_type not in unguarded
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
            digest.update(
                f"\0{rule.context_overrides}\0{rule.within}\0{int(rule.specificity)}\0{rule.other}\0{rule.far}\n".encode()
            )
        return digest.hexdigest()[:16]

    def candidates(self, text: str, key_mask: int = 0) -> list[Found]:
        """Find all confirmed matches of one text, overlaps included, unordered.

        Args:
            text: The text.
            key_mask: Context mask of the keys above the text (:meth:`privmw.redaction.cues.Cues.of_key`).
        """
        return self._confirmed(text, self._candidates(text), key_mask)

    def _confirmed(self, text: str, candidates: Candidates, key_mask: int) -> list[Found]:
        if candidates is not NOTHING or key_mask & self._guard:
            return self._confirm(text, candidates, None, {0: key_mask} if key_mask else _UNMARKED)
        return []

    def find(self, text: str, key_mask: int = 0) -> list[Found]:
        """Find the matches of one text, in its original or normalised form: ordered, without overlaps."""
        candidates = self._candidates(text)
        found = self._confirmed(text, candidates, key_mask)
        if candidates[3] or may_need_normalising(text):
            plain = normalise(text)
            if plain is not None:
                found = _readable(text, found)
                for start, end, *rest in self.candidates(plain.text, key_mask):
                    low, high = plain.original_span(start, -end)
                    found.append((low, -high, *rest))  # type: ignore[arg-type]
        if self.base64:
            found += self._whole(text, key_mask)
        return resolve(found, text, self._nearer, key_mask) if found else found

    def _whole(self, text: str, key_mask: int) -> list[Found]:
        """A text that says something to be found in base64 is a match as a whole."""
        said = decoded(text)
        inner = self.candidates(said, key_mask) if said else []
        return [(0, -len(text), *resolve(inner, said or "")[0][2:])] if inner else []

    def find_leaves(self, leaves: Sequence[str], key_masks: Mapping[int, int] = _UNMARKED) -> dict[int, list[Found]]:
        """Find the matches of many texts with one scan.

        Args:
            leaves: The texts.
            key_masks: Context mask of the keys above a text, by its place, where they say something.

        Returns:
            For each text that has matches, by its place: what :meth:`find` gives for it (offsets within that text).
        """
        joined = Joined(leaves)
        candidates = self._candidates(joined.text)
        found = self._find_joined(joined, candidates, key_masks)
        if candidates[3] or may_need_normalising(joined.text):
            self._normalised(joined, leaves, key_masks, found)
        if self.base64:
            for place, leaf in enumerate(leaves):
                found.setdefault(place, []).extend(self._whole(leaf, key_masks.get(place, 0)))
        return {
            place: resolve(items, leaves[place], self._nearer, key_masks.get(place, 0))
            for place, items in found.items()
            if items
        }

    def _nearer(self, text: str, ahead: Found, other: Found, key_mask: int) -> bool:
        """Whether a word nearer to the value speaks for another match of it than for the one that is ahead."""
        ahead_bit, other_bit = ahead[4].bit, other[4].bit
        if key_mask & (ahead_bit | other_bit):
            return not key_mask & ahead_bit
        for _, _, mask in self.cues.around(text, ahead[0], -ahead[1], 0, len(text)):
            if mask & (ahead_bit | other_bit):
                return not mask & ahead_bit
        return False

    def _find_joined(
        self, joined: Joined, candidates: Candidates, key_masks: Mapping[int, int]
    ) -> dict[int, list[Found]]:
        """Find the candidates of joined leaves, by place, with offsets within each."""
        by_place: dict[int, list[Found]] = {}
        if candidates is NOTHING and not any(mask & self._guard for mask in key_masks.values()):
            return by_place
        for start, minus_end, rank, sure, plan in self._confirm(joined.text, candidates, joined, key_masks):
            place = joined.holding(start)
            floor = joined.bounds(place)[0]
            by_place.setdefault(place, []).append((start - floor, minus_end + floor, rank, sure, plan))
        return by_place

    def _normalised(
        self, joined: Joined, leaves: Sequence[str], key_masks: Mapping[int, int], by_place: dict[int, list[Found]]
    ) -> None:
        """Add what is found in leaves once escapes are decoded and look-alikes folded."""
        places = joined.with_any("%\\&+\n-\x1b") if joined.text.isascii() else range(len(leaves))
        plain = {place: folded for place in places if (folded := normalise(leaves[place])) is not None}
        if not plain:
            return
        originals = list(plain)
        masks = Marks(
            {index: key_masks[place] for index, place in enumerate(originals) if place in key_masks},
            lambda index: path_above(key_masks, originals[index]),
        )
        texts = Joined([folded.text for folded in plain.values()])
        by_place.update({place: _readable(leaves[place], by_place[place]) for place in originals if place in by_place})
        for index, found in self._find_joined(texts, self._candidates(texts.text), masks).items():
            place = originals[index]
            span = plain[place].original_span
            for start, end, *rest in found:
                low, high = span(start, -end)
                by_place.setdefault(place, []).append((low, -high, *rest))  # type: ignore[arg-type]

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
        if recognizer.far is not None and not self._spoken_directly(text, item, key_mask):
            return recognizer.far if item[3] or self.context_of(text, item, key_mask) else recognizer.score
        if item[3] or self.context_of(text, item, key_mask) is not None:
            return recognizer.boosted
        return recognizer.score

    def _spoken_directly(self, text: str, item: Found, key_mask: int) -> bool:
        plan = item[4]
        if key_mask & plan.bit:
            return True
        return self.cues.near(text, item[0], -item[1], plan, 0, len(text), directly=True) is not None


def _readable(text: str, found: list[Found]) -> list[Found]:
    """Leave out what takes the end of a terminal code for its own beginning."""
    codes = codes_in(text)
    return [item for item in found if not any(low < item[0] < high for low, high in codes)] if codes else found
