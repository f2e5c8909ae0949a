"""The Hyperscan gate and the regex gate find the same: the oracle for every trigger, sieve and context word."""

from __future__ import annotations

import importlib.util
import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.from_pattern import draw
from privmw.redaction.engine import Engine
from privmw.redaction.recognizers.registry import builtin_recognizers
from privmw.redaction.selection import engine_for, select


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
PII: dict[str, tuple[str, str]] = _load("pii_examples").EXAMPLES
secrets = _load("secret_examples")
RECOGNIZERS = builtin_recognizers()
WORDS = sorted({word for recognizer in RECOGNIZERS for word in recognizer.context})
VALUES = sorted(
    {value for marked, _ in PII.values() for value in MARK.findall(marked)}
    | {secrets.build(template) for templates in secrets.TEMPLATES.values() for template in templates}
)
TEXTS = sorted({MARK.sub(r"\1", part) for pair in PII.values() for part in pair} | set(secrets.HARMLESS))
GLUE = (
    *(
        "",
        " ",
        "  ",
        "-",
        ".",
        ",",
        ", ",
        "/",
        ":",
        "\n",
        "\r\n",
        "\t",
        "|",
        ";",
        '"',
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
    ),
    *("=", "&", "?", "_", "<", ">", "@", "#", "~", "*", "^", "$", "`", "+", "\x00", "0", "1", "12", "A", "z", "X", "e"),
    *(
        "번호",
        "는",
        "입니다",
        "é",
        "ü",
        "ั",
        "１",
        "２",
        "—",
        "\u200b",
        "😀",
        "\ud800",
        "%20",
        "%2D",
        "\\n",
        "&nbsp;",
        "+82",
        "\x1b[35m",
        "=",
        "version ",
        '": "',
        "/",
    ),
)
LINES = (
    "2026-11-23 10:05:03,431 INFO app [worker-3] order_id=84213377 mail={} took=43ms",
    '{{"ts":1764012345678,"user":"{}","phone":"{}","items":[1,2,{}]}}',
    "GET /api/v1/users/{}?email={}&ts=1764012345 HTTP/1.1 200 78075 0.043",
    "{},{},{}",
    '["{}", "{}"]',
    "<td>{}</td><td>{}</td>",
    "고객 {} 님의 번호는 {}입니다.",
    "Dear {},\nyour card number is {}.\r\nRegards",
)
BEFORE = ("", " ", "은", '"', "=", "x:", "x " * 50)
BEHIND = ("", "이다", ",", ",1", " x" * 50)


class Hit(NamedTuple):
    """What an engine says of one place."""

    start: int
    end: int
    recognizer: str
    verified: bool


@cache
def engines() -> tuple[Engine, Engine]:
    """The default set through either gate."""
    chosen = select((), None)
    return engine_for(chosen, 0.5, "hyperscan", frozenset(), False), engine_for(
        chosen, 0.5, "regex", frozenset(), False
    )


def hits(found: Sequence[Any]) -> list[Hit]:
    """Matches in a form that can be compared."""
    return [Hit(item[0], -item[1], item[4].recognizer.name, item[3]) for item in found]


def same(text: str, key_mask: int = 0) -> None:
    """Hold that both gates lead to the same matches."""
    fast, slow = engines()
    assert hits(slow.find(text, key_mask)) == hits(fast.find(text, key_mask))


pieces = st.one_of(
    st.sampled_from(VALUES),
    st.sampled_from(VALUES),
    st.sampled_from(WORDS),
    st.sampled_from(TEXTS),
    st.sampled_from(GLUE),
    st.sampled_from(["<EMAIL_ADDRESS>", "<KR_RRN>", "[EMAIL_ADDRESS_QWXKTRBMPD]"]),
    st.text("0123456789", min_size=1, max_size=24),
    st.tuples(st.sampled_from(VALUES), st.integers(1, 60)).map(lambda cut: cut[0][: cut[1]]),
    st.tuples(st.sampled_from(VALUES), st.integers(1, 60), st.sampled_from(GLUE)).map(
        lambda cut: cut[0][: cut[1]] + cut[2] + cut[0][cut[1] :]
    ),
    st.tuples(st.sampled_from(WORDS), st.sampled_from(("=", ": ", " is ", "는 ", '":"')), st.sampled_from(VALUES)).map(
        "".join
    ),
)
joined = st.lists(st.tuples(pieces, st.sampled_from(GLUE)), min_size=1, max_size=5).map(
    lambda parts: "".join(piece + glue for piece, glue in parts)
)


def test_examples_alone_and_glued() -> None:
    """Both gates agree on each recognizer's example and near-miss, and with signs, digits and Hangul around them."""
    for name in PII:
        for text in (MARK.sub(r"\1", PII[name][0]), PII[name][1]):
            same(text)
            same(f"은{text}는")
            same(f"1;{text}|2:{text},1")


def test_secrets_alone_and_glued() -> None:
    """Both gates agree on secrets, alone, quoted, in a list and beside one another."""
    for template in (template for templates in secrets.TEMPLATES.values() for template in templates):
        text = secrets.build(template)
        same(text)
        same(f'"{text}",1')
        same(f"{text};{text}\n토큰{text}은")


@pytest.mark.parametrize(
    "behind", [",1", ";2", "|3", ":4", "]5", "\x006", "?7", "+8", "'9", "\ud8000", "~1", "\n2", "\t3"]
)
def test_a_digit_behind_a_sign(behind: str) -> None:
    """A number is seen when only one sign stands between it and the next number, as in CSV and JSON lists."""
    for value in ("960121-1021413", "9601211021413", "01051949123", "219-45-6789", "41111111 1111 1111", "A123456789"):
        same(value + behind)
        same(f"7{behind[0]}{value}{behind}")


@given(joined)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_any_mix(text: str) -> None:
    """Both gates agree on values, cut values, context words and signs in any order."""
    same(text)


@given(st.sampled_from(LINES), st.lists(st.sampled_from(VALUES), min_size=3, max_size=3))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_lines(line: str, values: list[str]) -> None:
    """Both gates agree on log lines, JSON, CSV, HTML, prose and mail that hold values."""
    same(line.format(*values))


@given(st.lists(joined, min_size=1, max_size=5), st.lists(st.sampled_from(WORDS), min_size=5, max_size=5))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_joined_leaves(leaves: list[str], keys: list[str]) -> None:
    """Both gates agree on joined texts with keys above them."""
    fast, slow = engines()
    masks = {place: fast.cues.of_key(keys[place]) for place in range(1, len(leaves), 2)}
    expected = {place: hits(found) for place, found in slow.find_leaves(leaves, masks).items()}
    assert expected == {place: hits(found) for place, found in fast.find_leaves(leaves, masks).items()}


@given(joined, st.sampled_from(WORDS))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_under_a_key(text: str, key: str) -> None:
    """Both gates agree on a text whose key says what it is."""
    same(text, engines()[0].cues.of_key(key))


@given(st.lists(joined, min_size=20, max_size=40), st.integers(0, 3))
@settings(max_examples=10, deadline=None, derandomize=True)
def test_long_texts(parts: list[str], padding: int) -> None:
    """Both gates agree on texts of kilobytes, where hits merge and areas are cut."""
    same((" " * 40 * padding).join(parts))


@pytest.mark.parametrize("initial", sorted({one.name[0] for one in RECOGNIZERS}))
def test_a_trigger_fires_wherever_its_pattern_matches(initial: str) -> None:
    """Alone, and without a need for context, a recognizer finds the same drawn values through either gate."""
    missed = {}
    for recognizer in RECOGNIZERS:
        if recognizer.name.startswith(initial):
            rng = random.Random(recognizer.name)
            flags = re.ASCII | (re.IGNORECASE if recognizer.ignore_case else re.NOFLAG)
            fast, slow = (Engine([recognizer], threshold=0.0, gate=gate) for gate in ("hyperscan", "regex"))
            for _ in range(8):
                text = rng.choice(BEFORE) + draw(recognizer.pattern, rng, flags)[0] + rng.choice(BEHIND)
                if hits(slow.find(text)) != hits(fast.find(text)):
                    missed[recognizer.name] = text
    assert {} == missed


def test_an_area_begins_before_its_value() -> None:
    """The lookback of a recognizer is no shorter than what its trigger can match, so its area holds the whole value."""
    parser: Any = re._parser  # type: ignore[attr-defined]
    short = {}
    for recognizer in RECOGNIZERS:
        widest = parser.parse(recognizer.trigger).getwidth()[1]
        if widest > recognizer.lookback:
            short[recognizer.name] = (widest, recognizer.lookback)
    assert {} == short
