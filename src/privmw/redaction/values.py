"""Walks JSON-like values: collects all texts in them, has them looked at in one scan, and rebuilds what changed.

Strings, numbers, byte strings, dictionary keys, tuples, named tuples, sets, dataclasses and models are followed; of any
other object ``repr`` and ``str`` are looked at, because that is what a log line or a serialiser makes of it. Keys above
a text are its context, and a key that names a secret redacts what is under it whole. The input is never changed; a
subtree in which nothing was found comes out as the very same object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeAlias

from privmw.errors import RedactionError
from privmw.redaction.collect import Collector, Slot
from privmw.redaction.limits import FAILED, LIMITED, Limits
from privmw.redaction.marks import Marks
from privmw.redaction.meanings import Keys, text_of_key
from privmw.redaction.operators import Replace, placeholder
from privmw.redaction.rebuild import Rebuilder

__all__ = ["Rewrite", "Walked", "Walker"]

Rewrite: TypeAlias = Callable[[Sequence[str], Mapping[int, int]], Mapping[int, str]]
"""Looks at texts; given the context mask of the keys above those of them of which they say something, by place. Returns
the new text of each that changed, by its place."""

_BATCH = 1_000_000


@dataclass(frozen=True, slots=True)
class Walked:
    """Result of a walk.

    Attributes:
        value: The value with replacements, or the input itself where nothing was found.
        fields: JSON paths of what was replaced (``messages[].content``), for records; they hold no values, and ``*``
            for keys that may be some.
    """

    value: Any
    fields: tuple[str, ...] = ()


class Walker:
    """Redacts values with a given scan; thread-safe.

    Args:
        key_mask: Context mask of a key (:meth:`privmw.redaction.cues.Cues.of_key`).
        limits: Bounds of one walk. ``matches`` is for the scan to hold.
        failed: Called with ``"failed"`` or ``"limit"`` for each text or subtree that is replaced for such a reason.
    """

    def __init__(
        self,
        *,
        key_mask: Callable[[str], int],
        limits: Limits | None = None,
        failed: Callable[[str], None] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._keys = Keys(key_mask)
        self._failed = failed or _ignore

    def walk(
        self, value: object, rewrite: Rewrite, replace: Replace, *, strict: bool = False, every_key: bool = False
    ) -> Walked:
        """Redact one value.

        Args:
            value: Anything; JSON-like parts are followed.
            rewrite: Looks at the texts.
            replace: Replaces what is under a key that names a secret.
            strict: Raise instead of replacing what exceeds a limit or fails.
            every_key: Look at every dictionary key, also at those that look like plain identifiers (needed where names
                of persons are searched, as those of a known data subject).

        Raises:
            RedactionError: Only with ``strict``: a limit was exceeded, or a text could not be redacted.
        """
        collector = Collector(self._keys, self.limits, replace, every_key)
        root = collector.collect(value)
        changed: dict[int, str] = {}
        if collector.leaves:
            self._rewrite(collector, rewrite, changed, strict, lambda place: _path_to(value, root, collector, place))
        if collector.limited:
            if strict:
                raise RedactionError(collector.limited[0])
            for _ in collector.limited:
                self._failed("limit")
        if not changed and not collector.forced:
            return Walked(value)
        return self._rebuild(value, root, collector, changed)

    def texts(self, value: object) -> list[str]:
        """The texts of a value that a walk would look at, keys apart."""
        collector = Collector(self._keys, self.limits, placeholder, every_key=False)
        collector.collect(value)
        return collector.leaves

    def _rewrite(
        self,
        collector: Collector,
        rewrite: Rewrite,
        changed: dict[int, str],
        strict: bool,
        path_of: Callable[[int], str],
    ) -> None:
        leaves, marks = collector.leaves, Marks(collector.marks, path_of)
        if sum(map(len, leaves)) <= min(_BATCH, self.limits.bytes):
            self._scan(leaves, marks, 0, rewrite, changed, strict)
            return
        total = first = size = 0
        deadline = collector.started + self.limits.time
        for place, leaf in enumerate(leaves):
            total += len(leaf)
            over = "bytes" if total > self.limits.bytes else "time" if monotonic() > deadline else ""
            if over:
                self._scan(leaves[first:place], _within(marks, first, place), first, rewrite, changed, strict)
                changed.update(dict.fromkeys(range(place, len(leaves)), LIMITED))
                collector.limited.append(over)
                return
            size += len(leaf)
            if size > _BATCH:
                end = place + 1
                self._scan(leaves[first:end], _within(marks, first, end), first, rewrite, changed, strict)
                first, size = end, 0
        self._scan(leaves[first:], _within(marks, first, len(leaves)), first, rewrite, changed, strict)

    def _scan(
        self,
        leaves: Sequence[str],
        masks: Mapping[int, int],
        offset: int,
        rewrite: Rewrite,
        changed: dict[int, str],
        strict: bool,
    ) -> None:
        if not leaves:
            return
        try:
            for place, text in rewrite(leaves, masks).items():
                changed[place + offset] = text
        except RedactionError:
            raise
        except Exception as error:  # whatever fails must not let the original pass
            if strict:
                raise RedactionError("type", remedy="A text could not be redacted") from error
            for place, leaf in enumerate(leaves):
                try:
                    new = rewrite((leaf,), {0: masks.get(place, 0)}).get(0)
                except Exception:  # noqa: BLE001 - the same, one text at a time
                    self._failed("failed")
                    new = FAILED
                if new is not None:
                    changed[place + offset] = new

    def _rebuild(self, value: object, root: Slot | None, collector: Collector, changed: dict[int, str]) -> Walked:
        rebuilder = Rebuilder(collector, changed)
        new = rebuilder.rebuild(value, root)
        if rebuilder.failures:
            for _ in range(rebuilder.failures):
                self._failed("failed")
        return Walked(new, tuple(dict.fromkeys(rebuilder.fields)))


def _within(marks: Marks, first: int, end: int) -> Marks:
    """The marks of some texts, by their place among these."""
    path_of = marks.path_of
    return Marks(
        {place - first: mask for place, mask in marks.items() if first <= place < end},
        lambda place: path_of(place + first),
    )


def _path_to(value: object, root: Slot | None, collector: Collector, place: int) -> str:
    """The keys above the text of a place; empty where the value was changed meanwhile."""
    rebuilder = Rebuilder(collector, {place: ""}, lambda key: text_of_key(key) or "")
    rebuilder.rebuild(value, root)
    return "" if rebuilder.failures else next(iter(rebuilder.fields), "")


def _ignore(kind: str) -> None:
    del kind
