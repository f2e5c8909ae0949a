"""The facade: a configured redactor of texts, values and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

from privmw.errors import ConfigurationError, RedactionError
from privmw.redaction.identified import with_known, with_names
from privmw.redaction.jsontext import redact_json
from privmw.redaction.known import Known, current_known
from privmw.redaction.limits import FAILED, LIMITED, Limits
from privmw.redaction.normalize import normalise
from privmw.redaction.operators import Operator, OperatorLike, Replace, compile_operators
from privmw.redaction.plan import Plan
from privmw.redaction.profiles import Profile, profile_named
from privmw.redaction.selection import engine_for, select
from privmw.redaction.spans import Found, rebuild
from privmw.redaction.values import Walker
from privmw.types import Match

__all__ = ["Explanation", "Operator", "Redactor", "Transformed"]

T = TypeVar("T")


class Explanation(NamedTuple):
    """A match and why it is one.

    Attributes:
        entity_type: What it is.
        start: Offset of its first character.
        end: Offset after its last character.
        score: Confidence from 0 to 1.
        recognizer: Name of the recognizer.
        checksum: ``"valid"``, ``"invalid"``, or ``None`` where the recognizer has none.
        context: The context word that spoke for it, or ``None``.
        source: Law, standard or vendor page that the recognizer's shape comes from.
    """

    entity_type: str
    start: int
    end: int
    score: float
    recognizer: str
    checksum: str | None
    context: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Transformed:
    """Result of :meth:`Redactor.transform`.

    Attributes:
        value: The new value; the very same object where nothing was found.
        counts: How many matches of each entity type were replaced.
        fields: JSON paths of the texts that changed.
    """

    value: Any
    counts: Mapping[str, int]
    fields: tuple[str, ...]


class Redactor:
    """Finds personal data and secrets, and replaces them; thread-safe, fork-safe, without I/O.

    Args:
        profile: Name of a profile (``default``, ``logs``, ``errors``, ``analytics``, ``ai``) or one of your own.
        entities: Entity types to find instead of the profile's, or ``"all"``.
        threshold: Lowest score that counts, 0 to 1, instead of the profile's.
        operators: What replaces a match, by entity type (``DEFAULT`` for the others); Presidio's ``OperatorConfig`` or
            our ``Operator``. They join the profile's.
        allow_list: Values that are never a match, compared as written.
        recognizers: Recognizers of your own, or Presidio's ``PatternRecognizer``; they join the built-in ones.
        limits: Bounds of one call, instead of the profile's.
        base64: Look into texts that are base64 as a whole, too; instead of what the profile says.
        gate: ``auto``, ``hyperscan`` or ``regex`` (slow, the same answers).

    Attributes:
        profile: The profile as given.
        entity_types: What this redactor can find.
        version: Hash of the rules; equal versions find the same. Recorded with each transfer.
        failures: Texts replaced whole, by ``"failed"`` and ``"limit"``.

    Raises:
        ConfigurationError: Unknown profile, entity type or operator, or a pattern that cannot be used (named).
    """

    def __init__(
        self,
        *,
        profile: str | Profile = "default",
        entities: Iterable[str] | Literal["all"] | None = None,
        threshold: float | None = None,
        operators: Mapping[str, OperatorLike] | None = None,
        allow_list: Iterable[str] = (),
        recognizers: Iterable[Any] = (),
        limits: Limits | None = None,
        base64: bool | None = None,
        gate: str = "auto",
    ) -> None:
        self.profile = profile_named(profile) if isinstance(profile, str) else profile
        threshold = self.profile.threshold if threshold is None else threshold
        if not 0 <= threshold <= 1:
            raise ConfigurationError("the threshold must lie between 0 and 1", field="threshold")
        self.limits = limits or self.profile.limits
        wanted = self.profile.entities if entities is None else entities
        also = self.profile.also if entities is None else ()
        chosen = select(recognizers, wanted, self.profile.without, also)
        allowed = self.profile.allow_list | frozenset(allow_list)
        self._engine = engine_for(
            chosen, float(threshold), gate, allowed, self.profile.base64 if base64 is None else base64
        )
        self._replace: Replace = compile_operators({**self.profile.operators, **(operators or {})})
        self.entity_types = frozenset(recognizer.entity_type for recognizer in chosen)
        self.failures: Counter[str] = Counter()
        self._walker = Walker(key_mask=self._engine.cues.of_key, limits=self.limits, failed=self._count)
        self._find = self._engine.find
        self._longest = self.limits.bytes
        self._most = self.limits.matches

    @property
    def version(self) -> str:
        """Hash of the rules."""
        return self._engine.version

    def find(self, text: str) -> list[Match]:
        """Find the matches of a text: ordered, without overlaps, offsets in its characters."""
        score = self._engine.score_of
        return [Match(item[4].entity_type, item[0], -item[1], score(text, item)) for item in self._find(text)]

    def explain(self, text: str) -> list[Explanation]:
        """Find the matches of a text, each with what spoke for it."""
        explained = []
        for item in self._find(text):
            plan, start, end = item[4], item[0], -item[1]
            rule = plan.recognizer
            checksum = _checked(plan, text[start:end])
            context = self._engine.context_of(text, item)
            score = rule.boosted if item[3] or context is not None else rule.score
            explained.append(
                Explanation(plan.entity_type, start, end, score, rule.name, checksum, context, rule.source)
            )
        return explained

    def text(self, text: str) -> str:
        """Redact a text.

        Never raises: a text that cannot be looked at is replaced whole by ``<REDACTION_FAILED>``, one beyond the
        limits by ``<REDACTION_LIMIT>``.
        """
        try:
            if len(text) > self._longest:
                self._count("limit")
                return LIMITED
            found = self._find(text)
            known = current_known()
            if known is not None:
                found = with_known(text, found, known)
            if not found:
                return text
            return self._rebuilt(text, found, self._replace)
        except Exception:  # noqa: BLE001 - fail closed: what cannot be looked at does not leave
            self._count("failed")
            return FAILED

    def value(self, value: T) -> T:
        """Redact a JSON-like value into one of the same shape; the same object where nothing is found.

        Never raises and never changes the input.
        """
        try:
            if type(value) is str:
                return self.text(value)  # type: ignore[return-value,arg-type]
            result: T = self._walked(value, self._replace)
            return result
        except Exception:  # noqa: BLE001 - fail closed: what cannot be looked at does not leave
            self._count("failed")
            return FAILED  # type: ignore[return-value]

    def counted(self, value: T) -> tuple[T, Mapping[str, int]]:
        """Redact a value as :meth:`value` does, and say how many values of each entity type were replaced."""
        counts: dict[str, int] = {}

        def replace(entity_type: str, original: str) -> str:
            new = self._replace(entity_type, original)
            if new != original:
                counts[entity_type] = counts.get(entity_type, 0) + 1
            return new

        try:
            return self._walked([value], replace)[0], counts
        except Exception:  # noqa: BLE001 - fail closed: what cannot be looked at does not leave
            self._count("failed")
            return FAILED, {}  # type: ignore[return-value]

    def _walked(self, value: Any, replace: Replace) -> Any:
        known = current_known()
        rewrite = self._rewriter(replace, None, known)
        return self._walker.walk(value, rewrite, replace, every_key=known is not None).value

    def json(self, data: bytes) -> bytes:
        """Redact a JSON document; the same bytes where nothing is found. What is no JSON is redacted as text.

        Never raises; see :mod:`privmw.redaction.jsontext` for long numbers, ``NaN`` and repeated keys.
        """
        try:
            return redact_json(data, self.value, self.text)
        except Exception:  # noqa: BLE001 - fail closed
            self._count("failed")
            return f'"{FAILED}"'.encode()

    def transform(
        self, value: object, replace: Replace, *, names: Callable[[str], Sequence[Match]] | None = None
    ) -> Transformed:
        """Replace what is found in a JSON-like value by what a function says, for example by pseudonyms.

        Args:
            value: A text or JSON-like value.
            replace: ``(entity_type, original) -> replacement``.
            names: Matches of the NER tier in a text; where they overlap with the core's, the core's stand.

        Raises:
            RedactionError: A limit was exceeded, or a text could not be looked at: the value must not be used.
        """
        counts: Counter[str] = Counter()

        def counting(entity_type: str, original: str) -> str:
            new = replace(entity_type, original)
            counts[entity_type] += 1
            return new

        try:
            known = current_known()
            rewrite = self._rewriter(counting, counts, known, names)
            walked = self._walker.walk(value, rewrite, counting, strict=True, every_key=known is not None)
        except RedactionError:
            raise
        except Exception as error:
            raise RedactionError("type", remedy="The value could not be looked at") from error
        return Transformed(walked.value, dict(counts), walked.fields)

    def texts(self, value: object) -> list[str]:
        """The texts of a value that :meth:`transform` looks at, for a model to look at them first."""
        return self._walker.texts(value)

    def _rewriter(
        self,
        replace: Replace,
        counts: Counter[str] | None,
        known: Known | None,
        names: Callable[[str], Sequence[Match]] | None = None,
    ) -> Any:
        strict = counts is not None

        def rewrite(leaves: Sequence[str], masks: Mapping[int, int]) -> dict[int, str]:
            found = self._engine.find_leaves(leaves, masks)
            if known is not None and known.may_be_in("\n".join(leaves)):
                merged = {place: with_known(leaf, found.get(place, []), known) for place, leaf in enumerate(leaves)}
                found = {place: items for place, items in merged.items() if items}
            if names is not None:
                merged = {
                    place: with_names(leaf, found.get(place, []), names(leaf)) for place, leaf in enumerate(leaves)
                }
                found = {place: items for place, items in merged.items() if items}
            left = self._most
            changed: dict[int, str] = {}
            for place, items in found.items():
                left -= len(items)
                if left < 0:
                    if strict:
                        raise RedactionError("matches")
                    self._count("limit")
                    changed[place] = LIMITED
                else:
                    changed[place] = rebuild(leaves[place], items, replace)
            return changed

        return rewrite

    def _rebuilt(self, text: str, found: list[Found], replace: Replace) -> str:
        if len(found) > self._most:
            self._count("limit")
            return LIMITED
        return rebuild(text, found, replace)

    def _count(self, kind: str) -> None:
        self.failures[kind] += 1


def _checked(plan: Plan, value: str) -> str | None:
    """What the checksum of a recognizer says of a match, or of what it says once escapes are decoded."""
    if plan.checksum is None:
        return None
    valid = plan.checksum(value)
    if valid is False:
        plain = normalise(value)
        valid = plain is not None and plan.checksum(plain.text)
    return None if valid is None else "valid" if valid else "invalid"
