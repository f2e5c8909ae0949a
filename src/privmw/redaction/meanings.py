"""What the keys of mappings mean for the values under them, remembered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from privmw.redaction.cues import about_something_else
from privmw.redaction.keys import secret_kind
from privmw.redaction.limits import FAILED

__all__ = ["LONG", "SMALL", "Keys", "Known", "text_of_key"]

_IDENTIFIER = re.compile(r"[A-Za-z_$@][A-Za-z0-9_]*(?:[-.:/ ][A-Za-z_][A-Za-z0-9_]*)*")
_DIGITS = re.compile(r"[0-9]{5}")
_REMEMBERED = 8192
_PACKAGE_LISTS = frozenset({"modules", "packages", "dependencies", "requirements", "versions"})
"""Keys above names of packages, of which some are called like secrets (``quart-auth``)."""

SMALL = 100_000
"""A whole number below this is looked at only where its key says what it is."""

LONG = 1 << 4096
"""A number beyond this is not written out."""

Known = tuple[int, "str | None", bool]
"""What a key says: context mask, secret it names, whether its own text must be looked at."""


class Keys:
    """What keys say, remembered for keys that look like identifiers (others may be personal data themselves)."""

    def __init__(self, mask: Callable[[str], int]) -> None:
        self._mask = mask
        self._under: dict[str, dict[Any, Known | int]] = {}
        self._apart: dict[str, bool] = {}
        self._count = 0

    def under(self, parent: str) -> dict[Any, Known | int]:
        """What is remembered of keys under a parent key; 0 = the key says nothing."""
        known = self._under.get(parent)
        if known is None:
            known = {}
            if self._count < _REMEMBERED and _plain(parent):
                self._under[parent] = known
                self._count += 1
        return known

    def learn(self, known: dict[Any, Known | int], parent: str, key: Any) -> Known | int:
        """Find out what a key says."""
        text = text_of_key(key)
        if text is None:
            return 0
        short = text[:128]
        mask = self._mask(short) | self._mask(f"{parent}.{short}") if parent else self._mask(short)
        kind = secret_kind(short) if parent not in _PACKAGE_LISTS else None
        plain = _plain(text)
        said: Known | int = (mask, kind, not plain) if mask or kind or not plain else 0
        if plain and self._count < _REMEMBERED:
            known[key] = said
            self._count += 1
        return said

    def apart(self, key: Any) -> bool:
        """Whether a key is about something else than what the keys above it name: ``phone.id``, ``card.created``."""
        known = self._apart.get(key) if type(key) is str else None
        if known is None:
            text = text_of_key(key)
            known = text is not None and about_something_else(text[:128])
            if type(key) is str and len(self._apart) < _REMEMBERED and _plain(key):
                self._apart[key] = known
        return known

    def learn_all(self, known: dict[Any, Known | int], names: tuple[Any, ...]) -> None:
        """Remember that none of some keys says anything, if so."""
        if len(names) <= 64 and self._count < _REMEMBERED and all(known.get(name) == 0 for name in names):
            known[names] = 0
            self._count += 1

    def of_name(self, name: str | bytes) -> Known | None:
        """What a name says that stands beside its value, if it looks like a name at all."""
        known = self.under("")
        said = known.get(name)
        if said is None:
            text = text_of_key(name)
            said = self.learn(known, "", name) if text and _plain(text) else 0
        return said or None  # type: ignore[return-value]


def _plain(text: str) -> bool:
    return len(text) <= 64 and (not text or (_IDENTIFIER.fullmatch(text) is not None and not _DIGITS.search(text)))


def text_of_key(key: Any) -> str | None:
    """The text of a mapping key, ``None`` for one that holds none."""
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return key.decode("utf-8", "surrogateescape")
    if key is None or isinstance(key, (bool, float)):
        return None
    if isinstance(key, int):
        return str(key) if SMALL <= abs(key) < LONG else None
    if isinstance(key, tuple):
        return " ".join(text_of_key(part) or "" for part in key[:32])
    try:
        return str(key)
    except Exception:  # noqa: BLE001 - a foreign __str__
        return FAILED
