"""The texts of one request, wherever they stood, rewritten together in one scan and put back in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

__all__ = ["Leaves", "Replace", "Rewriting", "TextRewriter"]

Replace = Callable[[str, str], str]
"""Gives the replacement of ``(entity_type, original)``."""

Put = Callable[[str], object]
"""Puts a new text where the old one stood."""

# Keys that say nothing about their text; any other key goes along as context ("ssn": "...").
_PROMPT_KEYS = frozenset({"content", "text", "input", "prompt", "instructions", "system", "description", ""})

_SHORTEST_REPEAT = 6


class _Transformed(Protocol):
    @property
    def value(self) -> Any: ...
    @property
    def counts(self) -> Mapping[str, int]: ...


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
    """

    __slots__ = ("_keys", "_paths", "_puts", "_texts", "attachments")

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._keys: list[str] = []
        self._puts: list[Put] = []
        self._paths: list[tuple[str, ...]] = []
        self.attachments: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str, put: Put, path: tuple[str, ...], key: str = "") -> None:
        """Take a text, the function that puts its new form back, its path, and the key it stands under."""
        self._texts.append(text)
        self._puts.append(put)
        self._paths.append(path)
        self._keys.append(key)

    def attach(self, media_type: str) -> None:
        """Count binary content that is sent as it is."""
        name = media_type.partition(";")[0].strip().lower() or "application/octet-stream"
        self.attachments[name] = self.attachments.get(name, 0) + 1

    def hand_over(self, outer: Leaves, after: Callable[[], object]) -> None:
        """Give all texts to outer leaves; ``after`` runs whenever one of them was put back."""

        def then(put: Put, text: str) -> None:
            put(text)
            after()

        for text, put, path, key in zip(self._texts, self._puts, self._paths, self._keys, strict=True):
            outer.add(text, partial(then, put), path, key)
        for media_type, count in self.attachments.items():
            outer.attachments[media_type] = outer.attachments.get(media_type, 0) + count

    def rewrite(self, rewriter: TextRewriter, replace: Replace) -> Rewriting:
        """Replace in all texts what the rewriter finds, and every further occurrence of the same values.

        A value that was recognised by its surroundings in the question stands without them in the answer, which is
        sent back with the next turn; so whatever was found anywhere is replaced everywhere.

        Raises:
            RedactionError: Some text could not be scanned; nothing has been put back then.
        """
        if not self._texts:
            return Rewriting({}, ())
        found: dict[str, tuple[str, str]] = {}

        def remember(entity_type: str, original: str) -> str:
            replacement = replace(entity_type, original)
            if replacement != original:
                found[original] = (entity_type, replacement)
            return replacement

        values = [
            text if key in _PROMPT_KEYS else {key: text} for text, key in zip(self._texts, self._keys, strict=True)
        ]
        transformed = rewriter.transform(values, remember)
        counts = dict(transformed.counts)
        texts = [next(iter(item.values())) if isinstance(item, Mapping) else item for item in transformed.value]
        if found:
            _repeat(texts, found, counts)
        fields: dict[str, None] = {}
        # From the last to the first: a key is taken before its value, and may be renamed only after it.
        for at in range(len(texts) - 1, -1, -1):
            if texts[at] != self._texts[at]:
                self._puts[at](texts[at])
                fields[".".join(self._paths[at]).replace(".[]", "[]")] = None
        return Rewriting(counts, tuple(sorted(fields)))


def _repeat(texts: list[str], found: Mapping[str, tuple[str, str]], counts: dict[str, int]) -> None:
    repeated = [one for one in found if len(one) >= _SHORTEST_REPEAT]
    for at, text in enumerate(texts):
        for original in repeated:
            if original in text:
                entity_type, replacement = found[original]
                # Letters and digits around it would make it another value; Hangul particles do not.
                pattern = rf"(?<![A-Za-z0-9]){re.escape(original)}(?![A-Za-z0-9])"
                text, times = re.subn(pattern, replacement.replace("\\", r"\\"), text)
                counts[entity_type] = counts.get(entity_type, 0) + times
                texts[at] = text
