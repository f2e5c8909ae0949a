"""The texts of one request, wherever they stood, rewritten together in one scan and put back in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias, runtime_checkable

from privmw.egress.provenance import has_manifest
from privmw.types import Match

__all__ = ["Leaves", "NameFinder", "Names", "Replace", "Rewriting", "TextRewriter", "Transform"]

Replace = Callable[[str, str], str]
"""Gives the replacement of ``(entity_type, original)``."""

Put = Callable[[str], object]
"""Puts a new text where the old one stood."""

# Keys that say nothing about their text; any other key goes along as context ("ssn": "...").
_PROMPT_KEYS = frozenset({"content", "text", "input", "prompt", "instructions", "system", "description", ""})

_SHORTEST_REPEAT = 6
_OPEN_CLASS = frozenset({"PERSON", "STREET_ADDRESS", "LOCATION", "DATE_OF_BIRTH", "NRP", "ORGANIZATION"})


class _Transformed(Protocol):
    @property
    def value(self) -> Any: ...
    @property
    def counts(self) -> Mapping[str, int]: ...


Transform: TypeAlias = "Callable[[object, Replace], _Transformed]"


class TextRewriter(Protocol):
    """The part of :class:`privmw.redaction.redactor.Redactor` that egress needs."""

    @property
    def version(self) -> str:
        """Hash of the rules, for the record."""

    def transform(self, value: object, replace: Replace, /) -> _Transformed:
        """Replace what is found in every string of a JSON-like value.

        Raises:
            RedactionError: The value exceeds a limit or could not be scanned.
        """


class Names(Protocol):
    """What a model found in some texts (:class:`privmw.redaction.ner.Findings`)."""

    @property
    def complete(self) -> bool:
        """Whether it looked at all of them."""

    def __call__(self, text: str) -> Sequence[Match]:
        """The matches of one text."""


@runtime_checkable
class NameFinder(Protocol):
    """A rewriter that can have a model look for names first (:class:`privmw.redaction.ner.NerRedactor`)."""

    @property
    def version(self) -> str:
        """Hash of the rules and name of the model, for the record."""

    @property
    def core(self) -> TextRewriter:
        """The rewriter without the model."""

    def look(self, value: object) -> Names:
        """Have the model look at texts; blocks.

        Raises:
            RedactionError: The model is too busy or too slow, and the call must not go on without it.
        """

    async def prepare(self, value: object) -> Names:
        """The same without blocking the event loop."""

    def transform(self, value: object, replace: Replace, /, *, names: Names) -> _Transformed:
        """Replace what is found, names too."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What one rewriting did.

    Attributes:
        counts: How many values of each entity type were replaced.
        fields: Where, as JSON paths without positions (``messages[].content``), sorted.
    """

    counts: Mapping[str, int]
    fields: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether any text is different now."""
        return bool(self.fields)


class Leaves:
    """Collects texts with a way to put each one back.

    Attributes:
        attachments: Binary content that is not looked into, by media type.
        provenance: Whether some of it carries a C2PA manifest.
    """

    __slots__ = ("_leaves", "attachments", "provenance")

    def __init__(self) -> None:
        self._leaves: list[tuple[str, Put, tuple[str, ...], str, bool]] = []
        self.attachments: dict[str, int] = {}
        self.provenance = False

    def __len__(self) -> int:
        return len(self._leaves)

    def add(self, text: str, put: Put, path: tuple[str, ...], key: str = "", *, prose: bool = True) -> None:
        """Take a text.

        Args:
            text: The text.
            put: Puts its new form back.
            path: Where it stands.
            key: The key it stands under.
            prose: People may have written it, so a model may look for names in it; not so in keys, numbers, headers.
        """
        self._leaves.append((text, put, path, key, prose))

    def prose(self) -> list[str]:
        """The texts in which a model may look for names."""
        return [leaf[0] for leaf in self._leaves if leaf[4]]

    def attach(self, media_type: str, content: bytes | str) -> None:
        """Count binary content that is sent as it is; a text is its base64."""
        self.provenance = self.provenance or has_manifest(content)
        name = media_type.partition(";")[0].strip().lower() or "application/octet-stream"
        self.attachments[name] = self.attachments.get(name, 0) + 1

    def hand_over(self, outer: Leaves, after: Callable[[], object]) -> None:
        """Give all texts to outer leaves; ``after`` runs whenever one of them was put back."""

        def then(put: Put, text: str) -> None:
            put(text)
            after()

        for text, put, path, key, prose in self._leaves:
            outer.add(text, partial(then, put), path, key, prose=prose)
        outer.provenance = outer.provenance or self.provenance
        for media_type, count in self.attachments.items():
            outer.attachments[media_type] = outer.attachments.get(media_type, 0) + count

    def rewrite(self, transform: Transform, replace: Replace) -> Rewriting:
        """Replace in all texts what the rewriter finds, and every further occurrence of the same values.

        A value that was recognised by its surroundings in the question stands without them in the answer, which is
        sent back with the next turn; so whatever was found anywhere is replaced everywhere. What only a model finds is
        replaced in prose alone: in a key or a tool's name it would be another word, and the call would fail.

        Args:
            transform: Finds what is to be replaced, and replaces it (:meth:`TextRewriter.transform`).
            replace: Says by what.

        Raises:
            RedactionError: Some text could not be scanned; nothing has been put back then.
        """
        leaves = self._leaves
        if not leaves:
            return Rewriting({}, ())
        found: dict[str, tuple[str, str]] = {}

        def remember(entity_type: str, original: str) -> str:
            replacement = replace(entity_type, original)
            if replacement != original:
                found[original] = (entity_type, replacement)
            return replacement

        values: list[Any] = [text if key in _PROMPT_KEYS else {key: text} for text, _, _, key, _ in leaves]
        transformed = transform(values, remember)
        counts = dict(transformed.counts)
        if transformed.value is values:
            return Rewriting(counts, ())
        texts = [next(iter(item.values())) if type(item) is dict else item for item in transformed.value]
        if found:
            self._repeat(texts, found, counts)
        fields: dict[str, None] = {}
        # From the last to the first: a key is taken before its value, and may be renamed only after it.
        for at in range(len(texts) - 1, -1, -1):
            text, put, path, _, _ = leaves[at]
            if texts[at] is not text and texts[at] != text:
                put(texts[at])
                fields[".".join(path).replace(".[]", "[]")] = None
        return Rewriting(counts, tuple(sorted(fields)))

    def _repeat(self, texts: list[str], found: Mapping[str, tuple[str, str]], counts: dict[str, int]) -> None:
        everything = "\n".join(texts)
        for original, (entity_type, replacement) in found.items():
            if len(original) < _SHORTEST_REPEAT or original not in everything:
                continue
            # Letters and digits around it would make it another value; Hangul particles do not.
            pattern = re.compile(rf"(?<![A-Za-z0-9]){re.escape(original)}(?![A-Za-z0-9])")
            new = replacement.replace("\\", r"\\")
            for at, text in enumerate(texts):
                if original in text and (self._leaves[at][4] or entity_type not in _OPEN_CLASS):
                    texts[at], times = pattern.subn(new, text)
                    counts[entity_type] = counts.get(entity_type, 0) + times
