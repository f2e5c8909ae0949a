"""Shapes of numbers: how the gate wakes dozens of national numbers, cards and telephones with a handful of triggers.

A trigger made of digits and capitals alone has no literal that Hyperscan could look for, and a scan slows down with each
such trigger. Those recognizers are therefore woken in two steps. A few :data:`SHAPES`, which Hyperscan merges into one
small automaton, fire once where a long number, a number in groups, or a code of capitals and digits begins. What stands
there is then reduced to its shape (each digit a ``0``, each capital an ``A``), and a table remembers for each shape which
recognizers' triggers could match any number of that shape. The table is filled by scanning the shape itself with the
same triggers after the same reduction, so it never loses a recognizer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = ["SHAPES", "abstract", "shape_at"]

_START = "(?:^|[^0-9A-Za-z])"
_SEPARATOR = r"(?:[-. /]{1,2}|\xe2\x80\x93)"


def _codes() -> str:
    """Ten capitals and digits, at least one of each; says so at the tenth."""
    letter_first = [f"[A-Z]{{{k}}}[0-9]{'[0-9A-Z]' * (9 - k)}" for k in range(1, 10)]
    digit_first = [f"[0-9]{{{k}}}[A-Z][0-9A-Z]{{{9 - k}}}" for k in range(1, 8)]
    return "|".join([*letter_first, *digit_first])


SHAPES: tuple[str, ...] = (
    f"{_START}[0-9]{{8}}",
    f"{_START}[0-9]{{7}}[A-W]",
    f"{_START}(?:{_codes()})",
    f"{_START}(?:[A-Z]{{1,4}}-?[0-9]{{6}}|[A-Z][0-9]{{3}}[A-Z][0-9]{{4}})",
    rf"[0-9]{_SEPARATOR}[0-9]{{2,6}}{_SEPARATOR}[0-9]{{3}}",
    r"[0-9]{6}[-+/ .~_][0-9]{4}",
    r"[0-9]{6} [-~./] [0-9]{4}",
    r"[0-9]{6}[-. ]?\r?\n[0-9]{7}",
    r"[0-9]{6}(?:\xe2[\x80\x88].|\xc2\xb7)[0-9]{4}",
    f"{_START}[0-9]{{6}}[-+A-FU-Y][0-9]{{3}}[A-Y]",
    r"[0-9]\) ?-?[0-9]{3,4}[-. ][0-9]{2}",
    "[0-9] [0-9]{2} [0-9]{2} [0-9A-D]",
    r"[0-9][.][0-9]{2}[.][0-9]{2}[.][0-9]{2}",
    "[0-9]-[0-9]{2}-[0-9]{2}-[0-9A-D]",
    "[0-9]-[0-9]{6}-[0-9]{2}",
    "[1-9][A-Y][0-9A-Y][0-9]-[A-Y]",
    "[0-9] [0-9]{6} [A-Z]",
    f"{_START}[13][1-9A-HJ-NP-Za-km-z]{{24}}",
)
"""Hyperscan sources that fire where a structured number may stand; rarely elsewhere."""

_KEPT = b" -./+()_~&:\r\n"
_CUT = ord("|")


def _table() -> bytes:
    table = bytearray([_CUT]) * 256
    for byte in range(256):
        char = chr(byte)
        if byte >= 0x80:
            table[byte] = 0x80
        elif char.isdigit():
            table[byte] = ord("0")
        elif char.isupper():
            table[byte] = ord("A")
        elif byte in _KEPT:
            table[byte] = byte
    return bytes(table)


TABLE = _table()
_BEFORE = 28
_BEHIND = 24


def shape_at(data: bytes, end: int) -> bytes:
    """Reduce what stands around a hit of a shape to its own shape.

    Lower-case letters and most signs bound it; the hit's own bytes always belong to it.

    Args:
        data: UTF-8 text.
        end: Where the hit ended.
    """
    reduced = data[end - _BEFORE if end > _BEFORE else 0 : end + _BEHIND].translate(TABLE)
    middle = min(_BEFORE, end)
    left = reduced.rfind(b"|", 0, middle - 1)
    right = reduced.find(b"|", middle)
    return reduced[left + 1 : right if right >= 0 else None]


def abstract(trigger: str, ignore_case: bool) -> str:
    """Reduce a trigger the way :func:`shape_at` reduces a text: it matches the shape of all that the trigger matches.

    Args:
        trigger: Hyperscan source without lookaround.
        ignore_case: It matches letters in either case.
    """
    parser: Any = re._parser  # type: ignore[attr-defined]
    tree = parser.parse(trigger.encode(), re.IGNORECASE if ignore_case else 0)
    return _sequence(tree, ignore_case)


def _sequence(nodes: Iterable[tuple[Any, Any]], fold: bool) -> str:
    return "".join(_MAKERS[str(op)](argument, fold) for op, argument in nodes)


def _reduced(members: Iterable[int], fold: bool) -> str:
    wanted = set(members)
    if fold:
        wanted |= {ord(chr(byte).swapcase()) for byte in wanted if chr(byte).isascii() and chr(byte).isalpha()}
    images = sorted({TABLE[byte] for byte in wanted})
    return "[" + "".join(f"\\x{byte:02x}" for byte in images) + "]"


def _members(items: Iterable[tuple[Any, Any]]) -> set[int]:
    members: set[int] = set()
    negated = False
    for op, argument in items:
        kind = str(op)
        if kind == "NEGATE":
            negated = True
        elif kind == "LITERAL":
            members.add(argument)
        elif kind == "RANGE":
            members.update(range(argument[0], argument[1] + 1))
        else:
            members.update(_CATEGORIES[str(argument)])
    return set(range(256)) - members if negated else members


def _class_of(source: bytes) -> frozenset[int]:
    pattern = re.compile(source)
    return frozenset(byte for byte in range(256) if pattern.match(bytes([byte])))


_CATEGORIES: Mapping[str, frozenset[int]] = {
    "CATEGORY_DIGIT": _class_of(rb"\d"),
    "CATEGORY_NOT_DIGIT": _class_of(rb"\D"),
    "CATEGORY_SPACE": _class_of(rb"\s"),
    "CATEGORY_NOT_SPACE": _class_of(rb"\S"),
    "CATEGORY_WORD": _class_of(rb"\w"),
    "CATEGORY_NOT_WORD": _class_of(rb"\W"),
}


def _repeat(argument: Any, fold: bool) -> str:
    low, high, nodes = argument
    upper = "" if str(high) == "MAXREPEAT" else str(int(high))
    return f"(?:{_sequence(nodes, fold)}){{{low},{upper}}}"


def _subpattern(argument: Any, fold: bool) -> str:
    _, added, removed, nodes = argument
    inner = bool(added & re.IGNORECASE) or (fold and not removed & re.IGNORECASE)
    return f"(?:{_sequence(nodes, inner)})"


def _branch(argument: Any, fold: bool) -> str:
    return "(?:" + "|".join(_sequence(branch, fold) for branch in argument[1]) + ")"


_MAKERS: Mapping[str, Callable[[Any, bool], str]] = {
    "LITERAL": lambda argument, fold: _reduced((argument,), fold),
    "NOT_LITERAL": lambda argument, fold: _reduced(set(range(256)) - {argument}, fold),
    "IN": lambda argument, fold: _reduced(_members(argument), fold),
    "ANY": lambda _argument, fold: _reduced(set(range(256)) - {10}, fold),
    "AT": lambda _argument, _fold: "",
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "SUBPATTERN": _subpattern,
    "BRANCH": _branch,
}
