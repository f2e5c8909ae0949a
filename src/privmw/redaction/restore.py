"""Putting originals back where tokens stand, in whole texts and in streamed fragments.

Models rewrite tokens: they drop brackets, change case, escape underscores, wrap lines, percent-encode links. So
matching compares letters and digits only, inside brackets of any kind, or without brackets where the token is upper
case. What is shaped like a token but was never issued here stays as it is and is counted.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from typing import TypeVar

from privmw.redaction.tokens import CODE_LENGTH, IGNORED, TOKEN, squeeze

__all__ = ["StreamRestorer", "Vault"]

T = TypeVar("T")

_LONGEST = 160  # characters between the brackets: some 40 of a token, the rest is room for inserted spaces
_DEEPEST = 200  # nesting of a value; orjson itself refuses more than 254

_SPELLING = r"""
    (?P<escape>%(slash)s)? (?P<open> [\[［【] | %%5[Bb] )
    (?P<inner> [A-Za-z0-9%(ignored)s]{%(shortest)d,%(longest)d}? )
    (?P<close> %(slash)s )? (?: [\]］】] | %%5[Dd] )
  |
    (?P<bare> [A-Z] (?<! [A-Za-z0-9][A-Z] ) [A-Z0-9_\\]{%(shortest)d,%(longest)d}+ (?! [A-Za-z0-9_\\] ) )
"""


def _spelling(slash: str) -> re.Pattern[str]:
    ignored = "".join(re.escape(char) for char in IGNORED)
    sizes = {"shortest": CODE_LENGTH + 1, "longest": _LONGEST}
    # The first character is looked at before the alternatives are tried: four times faster over prose.
    source = r"(?= [\\\[［【%%A-Z] ) (?:" + _SPELLING + ")"
    return re.compile(source % {"slash": slash, "ignored": ignored, **sizes}, re.VERBOSE)


_IN_TEXT = _spelling(r"\\")
_IN_JSON = _spelling(r"\\\\")  # in the source of a JSON string a backslash is written twice

_BARE_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_\\"
_BARE_START = re.compile(r"[A-Z](?<![A-Za-z0-9][A-Z])")
_UNCLOSED = re.compile(r"\[[A-Z0-9_]{0,80}\Z")


class Vault:
    """The tokens of one request and their originals; lives no longer than the request.

    Attributes:
        sent: How many times a token was put in place of an original.
        restored: How many times an original was put back.
        unknown: How many tokens a model invented, or carried over from elsewhere; they are left as they are.
    """

    __slots__ = ("_exact", "_keys", "_originals", "_types", "restored", "sent", "unknown")

    def __init__(self) -> None:
        self.sent = self.restored = self.unknown = 0
        self._originals: dict[str, str] = {}  # by letters and digits alone
        self._exact: dict[str, str] = {}  # by what stands between the brackets of a token as issued
        self._keys: list[str] | None = None
        self._types: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Vault(sent={self.sent}, restored={self.restored}, unknown={self.unknown})"

    def __len__(self) -> int:
        return len(self._originals)

    def add(self, entity_type: str, code: str, original: str) -> bool:
        """Remember a token; ``False`` if the same token already stands for another original."""
        squeezed = self._types.get(entity_type)
        if squeezed is None:
            squeezed = self._types[entity_type] = squeeze(entity_type)
        if self._originals.setdefault(squeezed + code, original) != original:
            return False
        self._exact[f"{entity_type}_{code}"] = original
        self._keys = None
        return True

    def original(self, spelling: str) -> str | None:
        """The original of a token in any spelling, ``None`` where it is not one of ours."""
        exact = self._exact.get(spelling)
        return exact if exact is not None else self._originals.get(squeeze(spelling))

    def opens(self, spelling: str) -> bool:
        """Whether a text may be the beginning of one of our tokens, in any spelling, brackets left out."""
        keys = self._keys
        if keys is None:
            keys = self._keys = sorted(self._originals)
        prefix = squeeze(spelling)
        at = bisect_left(keys, prefix)
        return at < len(keys) and keys[at].startswith(prefix)

    def restore_text(self, text: str, *, json_string: bool = False) -> str:
        """Put originals back in a whole text.

        Args:
            text: What came back.
            json_string: The text is JSON source, and tokens stand inside its strings: originals are escaped for that.
        """
        if self._originals and self._may_hold_token(text):
            text = self._restore_exact(text, json_string)
        self.count_unknown(text)
        return text

    def _restore_exact(self, text: str, json_string: bool) -> str:
        """Put originals back where tokens stand as issued; where others may stand besides, look for all spellings."""
        between: list[str] = []
        parts: list[str] = []
        start = 0
        for found in TOKEN.finditer(text):
            original = self._exact.get(found[0][1:-1])
            if original is not None:
                at, end = found.span()
                between.append(text[start:at])
                parts += (between[-1], _escape(original) if json_string else original)
                start = end
        between.append(text[start:])
        if self._may_hold_token("\n".join(between)):
            return self.restore_span(text, 0, len(text), json_string)
        parts.append(between[-1])
        self.restored += len(between) - 1
        return "".join(parts)

    def restore_span(self, text: str, start: int, end: int, json_string: bool) -> str:
        """Put originals back in ``text[start:end]``; what lies around it is looked at but not returned."""
        parts = []
        search = (_IN_JSON if json_string else _IN_TEXT).search
        found = search(text, start)
        while found is not None and found.start() < end:
            keep = rest = ""
            stop = found.end()
            bare = found["bare"]
            if bare is not None:
                spelling = bare.rstrip("_\\")
                stop -= len(bare) - len(spelling)
            else:
                spelling = found["inner"]
            original = self.original(spelling)
            if original is None:
                found = search(text, found.start() + 1)
                continue
            if found["escape"] and not found["close"] and "\\" not in spelling:
                keep = found["escape"]  # a path's backslash before a token, not Markdown's escape of a bracket
            elif found["close"] and not found["escape"]:
                rest = found["close"]
            parts.append(text[start : found.start()])
            parts.append(keep + (_escape(original) if json_string else original) + rest)
            start = stop
            self.restored += 1
            found = search(text, start)
        parts.append(text[start:end])
        return "".join(parts)

    def restore_value(self, value: T) -> T:
        """Put originals back in every string of a JSON-like value, keys too; untouched parts come out identical."""
        return self._restore(value, 0)  # type: ignore[return-value]

    def count_unknown(self, text: str) -> None:
        """Count the tokens left in a text that has been restored."""
        if "[" in text:
            self.unknown += len(TOKEN.findall(text))

    def _may_hold_token(self, text: str) -> bool:
        return (
            "[" in text
            or "%5" in text
            or (not text.isascii() and ("［" in text or "【" in text))
            or any(entity_type.partition("_")[0] in text for entity_type in self._types)
        )

    def _restore(self, value: object, depth: int) -> object:
        if isinstance(value, str):
            restored = self.restore_text(value)
            return value if restored == value else restored
        if depth > _DEEPEST:
            return value
        if type(value) is dict:
            return self._restore_dict(value, depth)
        if type(value) is list or type(value) is tuple:
            items = [self._restore(item, depth + 1) for item in value]
            changed = any(new is not old for new, old in zip(items, value, strict=True))
            return type(value)(items) if changed else value
        return value

    def _restore_dict(self, value: dict[object, object], depth: int) -> object:
        changed = False
        items: dict[object, object] = {}
        for key, item in value.items():
            new_key = self._restore(key, depth + 1) if isinstance(key, str) else key
            if new_key is not key and (new_key in value or new_key in items):
                new_key = key  # two keys may not become one
            new_item = items[new_key] = self._restore(item, depth + 1)
            changed = changed or new_key is not key or new_item is not item
        return items if changed else value


class StreamRestorer:
    """Restores a text that arrives in fragments, each text field of an answer with a restorer of its own.

    A fragment is passed on at once, but for a tail that may be the beginning of a token of this vault. Whatever way a
    text is cut into fragments, what comes out joined is what :meth:`Vault.restore_text` makes of the whole.
    """

    __slots__ = ("_before", "_held", "_json_string", "_unclosed", "_vault")

    def __init__(self, vault: Vault, *, json_string: bool = False) -> None:
        self._vault = vault
        self._json_string = json_string
        self._held = ""
        self._before = ""  # last character passed on, which decides whether a word begins
        self._unclosed = ""  # end of what was passed on, where a token never issued here may still be completed

    @property
    def held(self) -> int:
        """How many characters are held back now."""
        return len(self._held)

    def feed(self, fragment: str) -> str:
        """Take the next fragment and return what may be shown now, possibly nothing."""
        if not len(self._vault):
            self._count_unknown(fragment)
            return fragment
        text = self._before + self._held + fragment
        return self._pass_on(text, self._open_from(text))

    def flush(self) -> str:
        """End the field: return what was held back."""
        if not self._held:
            return ""
        text = self._before + self._held
        return self._pass_on(text, len(text))

    def _pass_on(self, text: str, end: int) -> str:
        start = len(self._before)
        self._held = text[end:]
        if end <= start:
            return ""
        restored = self._vault.restore_span(text, start, end, self._json_string)
        self._before = text[end - 1]
        self._count_unknown(restored)
        return restored

    def _open_from(self, text: str) -> int:
        """Where the tail begins that may still become a token; the length of the text where there is none."""
        start = self._open_bracket(text)
        if start < 0:
            start = self._open_word(text)
        if start < 0:
            start = len(text)
            if text[-1:] == "%":
                start -= 1
            elif text[-2:] == "%5":
                start -= 2
        for _ in range(2 if self._json_string else 1):  # an escape belongs to the bracket that may follow it
            if start > len(self._before) and text[start - 1] == "\\":
                start -= 1
        return start

    def _open_bracket(self, text: str) -> int:
        at, width = text.rfind("["), 1
        if not text.isascii():
            at = max(at, text.rfind("［"), text.rfind("【"))
        if "%5" in text:
            encoded = max(text.rfind("%5B"), text.rfind("%5b"))
            if encoded > at:
                at, width = encoded, 3
        if at < len(self._before) or len(text) - at > _LONGEST + 8:
            return -1
        inner = text[at + width :]
        if inner[-1:] == "%" or inner[-2:] == "%5":
            inner = inner[: inner.rindex("%")]
        return at if self._vault.opens(inner) else -1

    def _open_word(self, text: str) -> int:
        run = len(text.rstrip(_BARE_CHARS))
        if run == len(text):
            return -1
        starts = _BARE_START.finditer(text, max(run, len(self._before), len(text) - _LONGEST))
        return next((start.start() for start in starts if self._vault.opens(text[start.start() :])), -1)

    def _count_unknown(self, passed_on: str) -> None:
        if not self._unclosed and "[" not in passed_on:
            return
        text = self._unclosed + passed_on
        self._vault.count_unknown(text)
        found = _UNCLOSED.search(text)
        self._unclosed = found[0] if found else ""


def _escape(original: str) -> str:
    return json.dumps(original, ensure_ascii=False)[1:-1]
