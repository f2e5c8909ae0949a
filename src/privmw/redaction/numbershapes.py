"""Shapes of numbers: how a handful of triggers wakes dozens of national numbers, cards and telephones.

A trigger made of digits and capitals alone has no literal that Hyperscan could look for, and a scan slows down with each
such trigger. Recognizers of structured numbers therefore share a few :data:`SHAPES` as their sieve, which Hyperscan
merges into one small automaton; they fire once where a long number, a number in groups, or a code of capitals and digits
begins. What stands there is reduced to its shape (each digit a ``0``, each capital an ``A``), and each recognizer's
pattern to what it looks like after the same reduction. Which patterns fit a shape, and where in it, is then a question
with few answers, and a table remembers them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = ["SHAPES", "WIDEST", "Token", "abstract", "reduced", "token_at"]

_END = r"(?:[^0-9 .-]|[ .-][^0-9]|[ .-]?$)"

SHAPES: tuple[str, ...] = (
    rf"[0-9](?:[ .-]?[0-9]){{10}}{_END}",
    rf"[0-9](?:-?[0-9]){{8}}(?:{_END}|[ .][0-9])",
    rf"[0-9](?: ?[0-9]){{8}}(?:{_END}|[.-][0-9])",
    rf"[0-9](?:\.?[0-9]){{9}}(?:{_END}|[ -][0-9])",
    r"[0-9]{4}[A-Z]",
    r"[0-9]{6} ?[-~(+A-Z/]",
    r"[0-9]{2}[A-Z][0-9]{3}",
    r"[0-9]\) ?[0-9]{3}",
)
"""Hyperscan sources that fire where a structured number may stand; rarely elsewhere.

Nine digits in a row, with hyphens or with spaces, ten with dots, eleven with any of these, each reported once, behind the
last digit; digits that run into a capital; an area code in brackets. Dates, times, versions and short counters pass by.
Together they stay below 256 states: from there on a scan takes twice the time for every byte (measured), so a new shape
has to earn its place.
"""

_KEPT = " -./+()_~&\r\n"
_CUT = "|"


def _symbol(code: int) -> str:
    char = chr(code)
    if "0" <= char <= "9":
        return "0"
    if "A" <= char <= "Z":
        return "A"
    return char if char in _KEPT else _CUT


_SYMBOLS = [_symbol(code) for code in range(128)]
_TABLE = "".join(_SYMBOLS).encode() + _CUT.encode() * 128
_PREIMAGES = {symbol: frozenset(code for code in range(128) if _SYMBOLS[code] == symbol) for symbol in set(_SYMBOLS)}

_FURTHEST = 1024
WIDEST = 64
"""Longest match that a shape around a hit holds whole."""

Token = tuple[int, bytes, bool]
"""``(start, shape, cut)``: where a shape begins, and whether it goes on behind its end."""


def reduced(data: bytes) -> bytes:
    """Reduce UTF-8 text to the symbols of shapes, one for each byte.

    Lower-case letters, non-ASCII characters and most signs become what bounds a shape.
    """
    return data.translate(_TABLE)


def token_at(symbols: bytes, end: int, floor: int) -> Token:
    """Return the shape around a hit.

    Args:
        symbols: The text, reduced.
        end: Where the hit ended: inside a number or up to two bytes behind it.
        floor: Where an earlier token ended.
    """
    middle = end - 2
    low = symbols.rfind(b"|", max(floor, end - _FURTHEST), middle) + 1
    if not low:
        low = max(floor, end - _FURTHEST)
    high = symbols.find(b"|", middle, end + _FURTHEST)
    if high < 0:
        high = min(end + _FURTHEST, len(symbols))
        return low, symbols[low:high], high < len(symbols)
    return low, symbols[low:high], False


def abstract(pattern: str, ignore_case: bool) -> tuple[str, int, bool]:
    """Reduce a pattern the way :func:`token_at` reduces a text: it matches the shape of all that the pattern matches.

    The result ends before the first part that a token cannot hold: what bounds tokens, or too much. What a class
    matches is widened to all characters of the same symbols. Negative lookarounds are narrowed to symbols that stand
    for forbidden characters only; positive ones are dropped.

    Args:
        pattern: stdlib ``re`` source.
        ignore_case: It matches letters in either case.

    Returns:
        Source of a pattern over shapes, how many characters it matches at least, and whether it is the whole pattern.

    Raises:
        KeyError: The pattern uses what has no reduced form (a conditional group).
    """
    parser: Any = re._parser  # type: ignore[attr-defined]
    flags = re.ASCII | (re.IGNORECASE if ignore_case else re.NOFLAG)
    parsed = parser.parse(pattern, flags)
    source = ""
    least = most = 0
    for node in parsed:
        part = _sequence([node], ignore_case)
        low, high = parser.SubPattern(parsed.state, [node]).getwidth()
        most += high
        if r"\|" in part or most > WIDEST:
            return source, least, False
        source += part
        least += low
    return source, least, True


def _sequence(nodes: Iterable[tuple[Any, Any]], fold: bool) -> str:
    return "".join(_MAKERS[str(op)](argument, fold) for op, argument in nodes)


def _class(symbols: Iterable[str]) -> str:
    return "[" + "".join(re.escape(symbol) for symbol in sorted(symbols)) + "]"


def _widened(members: Iterable[int], fold: bool) -> str:
    return _class({_SYMBOLS[code] if code < 128 else _CUT for code in _folded(members, fold)})


def _folded(members: Iterable[int], fold: bool) -> set[int]:
    codes = set(members)
    if fold:
        codes |= {ord(chr(code).swapcase()) for code in codes if code < 128 and chr(code).isalpha()}
    return codes


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
            members.update(range(argument[0], min(argument[1], 128) + 1))
        else:
            members.update(_CATEGORIES[str(argument)])
    return set(range(129)) - members if negated else members


def _category(source: str) -> frozenset[int]:
    pattern = re.compile(source, re.ASCII)
    return frozenset(code for code in range(129) if pattern.match(chr(code)))


_CATEGORIES: Mapping[str, frozenset[int]] = {
    f"CATEGORY_{name}": _category(source)
    for name, source in (
        ("DIGIT", r"\d"),
        ("NOT_DIGIT", r"\D"),
        ("SPACE", r"\s"),
        ("NOT_SPACE", r"\S"),
        ("WORD", r"\w"),
        ("NOT_WORD", r"\W"),
    )
}


def _repeat(argument: Any, fold: bool) -> str:
    low, high, nodes = argument
    upper = "" if str(high) == "MAXREPEAT" else str(int(high))
    return f"(?:{_sequence(nodes, fold)}){{{low},{upper}}}"


def _subpattern(argument: Any, fold: bool) -> str:
    number, added, removed, nodes = argument
    inner = bool(added & re.IGNORECASE) or (fold and not removed & re.IGNORECASE)
    return f"({'' if number is not None else '?:'}{_sequence(nodes, inner)})"


def _branch(argument: Any, fold: bool) -> str:
    return "(?:" + "|".join(_sequence(branch, fold) for branch in argument[1]) + ")"


def _refused(argument: Any, fold: bool) -> str:
    """A negative lookaround: kept as far as its symbols stand for nothing but what it forbids."""
    direction, nodes = argument
    source = _narrow(nodes, fold)
    return "" if source is None else f"(?{'<' if direction < 0 else ''}!{source})"


def _narrow(nodes: Iterable[tuple[Any, Any]], fold: bool) -> str | None:
    source = ""
    for op, argument in nodes:
        kind = str(op)
        if kind in {"LITERAL", "IN"}:
            codes = _folded((argument,) if kind == "LITERAL" else _members(argument), fold)
            symbols = [symbol for symbol, preimage in _PREIMAGES.items() if symbol != _CUT and preimage <= codes]
            if not symbols:
                return None
            source += _class(symbols)
        elif kind == "BRANCH":
            branches = [narrow for branch in argument[1] if (narrow := _narrow(branch, fold)) is not None]
            if not branches:
                return None
            source += f"(?:{'|'.join(branches)})"
        elif kind == "SUBPATTERN":
            inner = _narrow(argument[3], fold)
            if inner is None:
                return None
            source += f"(?:{inner})"
        else:
            return None
    return source


_MAKERS: Mapping[str, Callable[[Any, bool], str]] = {
    "LITERAL": lambda argument, fold: _widened((argument,), fold),
    "NOT_LITERAL": lambda argument, fold: _widened(set(range(129)) - {argument}, fold),
    "IN": lambda argument, fold: _widened(_members(argument), fold),
    "ANY": lambda _argument, fold: _widened(set(range(129)) - {10}, fold),
    "AT": lambda _argument, _fold: "",
    "ASSERT": lambda _argument, _fold: "",
    "ASSERT_NOT": _refused,
    "GROUPREF": lambda argument, _fold: f"\\{argument}",
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "SUBPATTERN": _subpattern,
    "BRANCH": _branch,
}
