r"""Text as a reader would see it: escapes decoded, look-alike characters folded, with a way back to the original.

Percent-encoding (also of itself), JSON and Python escapes (``\u0040``, ``\n``), HTML entities, full-width and
mathematical forms, digits of other scripts, invisible characters, typographic dashes and spaces, decomposed letters;
colours of terminals; numbers that a line break or spaced hyphens take apart.
Both the original and the normalised text are searched; matches in the latter are mapped back.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

__all__ = ["BROKEN_NUMBER", "Normalised", "codes_in", "may_need_normalising", "normalise"]

_REMEMBERED = 8192
_PASSES = 4
"""Escapes within escapes are followed this far."""

_CONTROL = r"\[[0-9;:?]{0,32}[ -/]{0,4}[@-~]"
_ESCAPED_CODE = rf"\\(?:u001[bB]|x1[bB]|033|e){_CONTROL}"
_CODE = re.compile(rf"\x1b{_CONTROL}")
"""A colour or another control sequence of a terminal (ECMA-48)."""

_ANY_CODE = re.compile(rf"\x1b{_CONTROL}|{_ESCAPED_CODE}")
_ESCAPE = re.compile(
    rf"{_ESCAPED_CODE}"
    r"|(?:%[0-9A-Fa-f]{2})+"
    r"|(?:\\u[0-9A-Fa-f]{4})+"
    r"|\\x[0-9A-Fa-f]{2}"
    r"|\\[nrt\"/\\]"
    r"|&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});"
)

_PLUS = re.compile(r"(?<=[0-9A-Za-z.)])\+(?=[0-9A-Za-z(])")
"""A space in a form or query (application/x-www-form-urlencoded)."""

_SPACED_HYPHEN = re.compile(r" - (?<=[0-9] - )(?=[0-9])")
_LINE_BREAK = re.compile(r"\n(?:(?<=[0-9]\n)|(?<=[0-9][ .)\r-]\n)|(?<=[0-9][ .)-]\r\n))[ \t]{0,8}(?=[-.]?[0-9])")
_BEFORE_BREAK = re.compile(r"(?<![0-9A-Za-z,;|_/.-])(?<![0-9]:)\+?\(?[0-9](?:[ .()-]{0,2}[0-9])*[ .)-]?\Z")
_BEHIND_BREAK = re.compile(r"[-.]?[0-9](?:[ .-]?[0-9])*+(?![0-9A-Za-z,;|_/:])")
_DATE = re.compile(r"[0-9]{4}[-.][0-9]{1,2}[-.][0-9]")
_WITHIN = 40
"""Characters before a line break in which the number that it takes apart begins."""

_FEWEST = 9
_MOST = 19
"""Digits of such a number."""

_ALONE = (
    "\u00a0\u00ad\u00b2\u00b3\u00b9\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59"
    "\u180e\u2000-\u2015\u2024\u2028-\u202f\u205f-\u2064\u2070-\u2079\u207b\u2080-\u2089\u208b"
    "\u2100-\u214f\u2212\u2215\u2460-\u249b\u24b6-\u24ea\u3000\u3164\ufb00-\ufb06\ufe00-\ufe0f\ufe52-\ufe6b\ufeff"
    "\uff01-\uff5e\uffa0\U0001d400-\U0001d7ff\U000e0001-\U000e007f"
)
"""Characters that are folded whatever stands beside them."""

_RUN = re.compile(f"[{_ALONE}]+")
_FOLDABLE = re.compile(f"[{_ALONE}\u0300-\u036f\u1100-\u11ff]")
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0001-\U000e007f]+"
)
_CLUSTER = re.compile(
    "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"  # a Hangul syllable in letters
    "|[^\\W\\d_][\u0300-\u036f]+"  # a letter and its accents
    "|" + _FOLDABLE.pattern
)
_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u207b\u208b\u2212\ufe58\ufe63\uff0d")


Places = Iterable[tuple[int, Iterable[tuple[int, str]]]]
"""Where pieces stand, and for each the characters that it takes and what becomes of them."""


class Normalised:
    """A normalised text and the way back, which is found out when it is asked for the first time.

    Attributes:
        text: The text to search.
    """

    __slots__ = ("_maps", "_passes", "text")

    def __init__(self, text: str, passes: list[Callable[[], Places]]) -> None:
        self.text = text
        self._passes = passes
        self._maps: list[_Map] | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of the normalised text to the smallest span of the original that holds all of it."""
        if self._maps is None:
            self._maps = [_Map(places()) for places in reversed(self._passes)]
        for back in self._maps:
            start, end = back.start(start), back.end(end)
        return start, end


class _Map:
    """Where the replaced pieces of one pass lie, in the new text and in the old."""

    __slots__ = ("new_ends", "new_starts", "old_ends", "old_starts")

    def __init__(self, places: Places) -> None:
        self.new_starts: list[int] = []
        self.new_ends: list[int] = []
        self.old_starts: list[int] = []
        self.old_ends: list[int] = []
        old = new = 0
        for start, pieces in places:
            new += start - old
            old = start
            for length, text in pieces:
                self.new_starts.append(new)
                self.old_starts.append(old)
                new += len(text)
                old += length
                self.new_ends.append(new)
                self.old_ends.append(old)

    def start(self, position: int) -> int:
        index = bisect_right(self.new_starts, position) - 1
        while index >= 0 and self.new_ends[index] == position == self.new_starts[index]:
            index -= 1  # something removed right before the span does not belong to it
        if index < 0:
            following = bisect_right(self.new_starts, position) - 1
            return position if following < 0 else self.old_ends[following]
        if position < self.new_ends[index]:
            return self.old_starts[index]
        last = bisect_right(self.new_starts, position) - 1
        return self.old_ends[last] + position - self.new_ends[last]

    def end(self, position: int) -> int:
        last = position - 1
        index = bisect_right(self.new_starts, last) - 1
        if index < 0:
            return position
        if last < self.new_ends[index]:
            return self.old_ends[index]
        return self.old_ends[index] + last - self.new_ends[index] + 1


BROKEN_NUMBER = (
    r"[0-9](?:\n|[ .)-]\n|\r\n|[ .)-]\r\n)[ \t]{0,8}[-.]?[0-9]",
    r"[0-9] - [0-9]",
    r"\x1b\[",
)
"""Fire where a line break, spaced hyphen or terminal code may stand in a value; for the gate, because a search of its own
would cost every text more."""


def may_need_normalising(text: str) -> bool:
    """Whether :func:`normalise` could change a text without :data:`BROKEN_NUMBER`; nearly free for plain ASCII."""
    if not text.isascii() and _FOLDABLE.search(text) is not None:
        return True
    if ("%" in text or "\\" in text or "&" in text) and _ESCAPE.search(text) is not None:
        return True
    return "+" in text and "=" in text and _PLUS.search(text) is not None


def normalise(text: str) -> Normalised | None:
    """Decode and fold a text, or return ``None`` where that changes nothing."""
    passes: list[Callable[[], Places]] = []
    current = text
    if "+" in text and "=" in text:  # before the percent escapes, of which one stands for a plus that is meant
        current = _pass(current, _PLUS, _space, passes)
    for _ in range(_PASSES):
        before = current
        if "%" in current or "\\" in current or "&" in current:
            current = _pass(current, _ESCAPE, _decode, passes)
        if "\x1b" in current:
            current = _pass(current, _CODE, _nothing, passes)
        if not current.isascii():
            current = _pass(_RUN.sub(_fold_run, current), _INVISIBLE, _nothing, passes)
            current = _pass(current, _CLUSTER, _fold, passes)
        if current == before:
            break
    if "\n" in current:
        current = _join_lines(current, passes)
    if " - " in current:
        current = _pass(current, _SPACED_HYPHEN, _hyphen, passes)
    return Normalised(current, passes) if current != text else None


def codes_in(text: str) -> list[tuple[int, int]]:
    """Spans of terminal codes, of which the last letter looks like part of what follows."""
    return [code.span() for code in _ANY_CODE.finditer(text)] if "[" in text else []


def _pass(
    text: str,
    pattern: re.Pattern[str],
    pieces: Callable[[str], Iterable[tuple[int, str]]],
    passes: list[Callable[[], Places]],
) -> str:
    """Replace what a pattern matches by the pieces it is made of."""
    fixed = _FIXED.get(pieces)
    new, count = pattern.subn(
        (lambda match: "".join([piece for _, piece in pieces(match[0])])) if fixed is None else fixed, text
    )
    if count:
        passes.append(lambda: ((match.start(), pieces(match[0])) for match in pattern.finditer(text)))
    return new


def _join_lines(text: str, passes: list[Callable[[], Places]]) -> str:
    places = list(_breaks(text))
    if not places:
        return text
    parts: list[str] = []
    position = 0
    for start, ((length, joint),) in places:
        parts += (text[position:start], joint)
        position = start + length
    passes.append(lambda: places)
    return "".join([*parts, text[position:]])


def _breaks(text: str) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Find the line breaks within numbers; columns of numbers and lines that begin with a date hold none."""
    for match in _LINE_BREAK.finditer(text):
        start, end = match.span()
        if text[start - 1 : start] == "\r":
            start -= 1
        before = _BEFORE_BREAK.search(text[max(0, start - _WITHIN) : start])
        behind = _BEHIND_BREAK.match(text, end, end + _WITHIN)
        if before is None or behind is None or _DATE.match(text, end):
            continue
        digits = sum(map(str.isdigit, before[0])), sum(map(str.isdigit, behind[0]))
        if (
            min(digits) > 1
            and _FEWEST <= sum(digits) <= _MOST
            and not _in_column(text, start - len(before[0]), behind.end())
        ):
            yield start, [(end - start, _joint(before[0], behind[0]))]


def _in_column(text: str, start: int, end: int) -> bool:
    """Whether two lines that are numbers as a whole have a third one beside them."""
    if text[max(0, start - 1) : start] not in {"", "\n"} or text[end : end + 1] not in {"", "\r", "\n"}:
        return False
    above, below = text[max(0, start - _WITHIN) : start].rstrip(), text[end : end + _WITHIN].lstrip()
    return above[-1:].isdigit() or below[:1].isdigit()


def _joint(before: str, behind: str) -> str:
    """What stands between two parts of a number: a space where its groups are set apart by spaces and one is complete."""
    if not (before[-1].isdigit() and behind[0].isdigit()):
        return ""
    groups, following = before.split(" "), behind.split(" ")
    complete = len(groups[-1]) == len(groups[-2] if len(groups) > 1 else following[0])
    return " " if complete and len(groups) + len(following) > 2 else ""


def _hyphen(spaced: str) -> Iterable[tuple[int, str]]:
    return ((len(spaced), "-"),)


def _nothing(invisible: str) -> Iterable[tuple[int, str]]:
    return ((len(invisible), ""),)


def _space(plus: str) -> Iterable[tuple[int, str]]:
    return ((len(plus), " "),)


_FIXED: dict[object, str] = {_hyphen: "-", _nothing: "", _space: " "}
"""What a pass always writes, so that no function has to be called for each place."""


_decoded: dict[str, tuple[tuple[int, str], ...]] = {}
_SHORT = 24


def _decode(escape: str) -> Iterable[tuple[int, str]]:
    known = _decoded.get(escape)
    if known is None:
        known = tuple(_decode_slowly(escape))
        if len(escape) <= _SHORT and len(_decoded) < _REMEMBERED:
            _decoded[escape] = known
    return known


def _decode_slowly(escape: str) -> Iterator[tuple[int, str]]:
    """Yield ``(characters of the escape, what they stand for)``; an escape that stands for nothing stays."""
    if "[" in escape:
        yield len(escape), ""
    elif escape[0] == "%":
        yield from _decode_percent(escape)
    elif escape[0] == "&":
        plain = html.unescape(escape)
        yield len(escape), plain if plain != escape else escape
    elif escape[1] == "u":
        yield from _decode_utf16(escape)
    elif escape[1] == "x":
        yield len(escape), chr(bytes.fromhex(escape[2:])[0])
    else:
        yield len(escape), {"n": "\n", "r": "\r", "t": "\t"}.get(escape[1], escape[1])


def _decode_percent(escape: str) -> Iterator[tuple[int, str]]:
    data = bytes.fromhex(escape.replace("%", ""))
    position = 0
    while position < len(data):
        lead = data[position]
        size = 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        piece = data[position : position + size]
        try:
            plain = piece.decode()
        except UnicodeDecodeError:
            size, plain = 1, escape[position * 3 : position * 3 + 3]
        yield size * 3, plain
        position += size


def _decode_utf16(escape: str) -> Iterator[tuple[int, str]]:
    units = [int(unit, 16) for unit in escape.split("\\u")[1:]]
    index = 0
    while index < len(units):
        unit = units[index]
        if 0xD800 <= unit < 0xDC00 and index + 1 < len(units) and 0xDC00 <= units[index + 1] < 0xE000:
            yield 12, chr(0x10000 + ((unit - 0xD800) << 10) + units[index + 1] - 0xDC00)
            index += 2
        else:
            yield 6, chr(unit)
            index += 1


class _OneForOne(dict[int, str]):
    """What a character is folded to where that is one character, so that no offset moves; itself where it is not."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = _fold_slowly(char)
        self[code] = plain = plain if len(plain) == 1 else char
        return plain


_one_for_one = _OneForOne()


def _fold_run(run: re.Match[str]) -> str:
    return run[0].translate(_one_for_one)


_folded: dict[str, str] = {}


def _fold(cluster: str) -> Iterable[tuple[int, str]]:
    plain = _folded.get(cluster)
    if plain is None:
        plain = _fold_slowly(cluster)
        if len(_folded) < _REMEMBERED:
            _folded[cluster] = plain
    return ((len(cluster), plain),)


def _fold_slowly(cluster: str) -> str:
    if len(cluster) > 1:
        return unicodedata.normalize("NFKC", cluster)
    if cluster in _DASHES:
        return "-"
    digit = unicodedata.decimal(cluster, None)
    if digit is not None:
        return str(digit)
    kind = unicodedata.category(cluster)
    if kind in {"Cf", "Mn"} or cluster in "\u115f\u1160\u3164\uffa0":
        return ""
    if kind in {"Zl", "Zp"}:
        return "\n"
    return unicodedata.normalize("NFKC", cluster)
