"""Texts that a pattern matches, drawn by a seeded generator: planted values for accuracy runs and recognizer tests.

Nothing that looks like a secret is stored in the repository; every value is put together here when it is needed.
"""

from __future__ import annotations

import random
import re
import string
from typing import Any

__all__ = ["draw"]

_PRINTABLE = [ord(char) for char in string.ascii_letters + string.digits + "_-.+/"]
_ALL = sorted({*range(32, 127)})
_MORE = 6


def draw(pattern: str, rng: random.Random, flags: re.RegexFlag = re.ASCII) -> tuple[str, str]:
    """Draw a text that the pattern was written for.

    Lookarounds are passed over, so the caller checks the text against the pattern and draws again where it must.

    Args:
        pattern: stdlib ``re`` source.
        rng: Source of chance.
        flags: Flags of the pattern.

    Returns:
        The text, and the part of it that the group ``value`` matched (all of it where there is no such group).
    """
    parser: Any = re._parser  # type: ignore[attr-defined]
    tree = parser.parse(pattern, flags)
    names = {number: name for name, number in tree.state.groupdict.items()}
    kept: dict[str, str] = {}
    text = _sequence(tree, rng, names, kept)
    return text, kept.get("value", text)


def _sequence(nodes: Any, rng: random.Random, names: dict[int, str], kept: dict[str, str]) -> str:
    return "".join(_node(str(op), argument, rng, names, kept) for op, argument in nodes)


def _node(op: str, argument: Any, rng: random.Random, names: dict[int, str], kept: dict[str, str]) -> str:
    if op == "LITERAL":
        return chr(argument)
    if op == "NOT_LITERAL":
        return chr(rng.choice([code for code in _PRINTABLE if code != argument]))
    if op == "ANY":
        return chr(rng.choice(_PRINTABLE))
    if op == "IN":
        return chr(rng.choice(_members(argument)))
    if op == "BRANCH":
        branches = [branch for branch in argument[1] if len(branch)]
        return _sequence(rng.choice(branches or argument[1]), rng, names, kept)
    if op == "SUBPATTERN":
        group, _, _, nodes = argument
        text = _sequence(nodes, rng, names, kept)
        if group in names:
            kept[names[group]] = text
        return text
    if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        low, high, nodes = argument
        most = min(int(high), low + _MORE) if low else min(int(high), 1)
        return "".join(_sequence(nodes, rng, names, kept) for _ in range(rng.randint(low, most)))
    if op == "ATOMIC_GROUP":
        return _sequence(argument, rng, names, kept)
    return ""  # assertions take no room


def _members(items: Any) -> list[int]:
    negated = False
    codes: set[int] = set()
    for op, argument in items:
        kind = str(op)
        if kind == "NEGATE":
            negated = True
        elif kind == "LITERAL":
            codes.add(argument)
        elif kind == "RANGE":
            codes.update(range(argument[0], argument[1] + 1))
        elif kind == "CATEGORY":
            name = str(argument)
            digits, words, spaces = set(range(48, 58)), {ord(c) for c in string.ascii_letters + "_"}, {32}
            chosen = digits if name.endswith("DIGIT") else digits | words if name.endswith("WORD") else spaces
            codes.update(set(_ALL) - chosen if "NOT" in name else chosen)
    if negated:
        return [code for code in _PRINTABLE if code not in codes]
    return sorted(codes)
