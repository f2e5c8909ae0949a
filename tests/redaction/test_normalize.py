"""Evasions: what a reader would still recognise is found, and the offsets fall on exactly its characters."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privmw.redaction.normalize import BROKEN_NUMBER, Normalised, may_need_normalising, normalise
from privmw.redaction.redactor import Redactor

VALUES = {
    "KR_RRN": "960121-1021413",
    "KR_BRN": "220-81-62517",
    "CREDIT_CARD": "4111 1111 1111 1111",
    "EMAIL_ADDRESS": "jane.doe@example.com",
    "IBAN_CODE": "GB29NWBK60161331926819",
    "PHONE_NUMBER": "010-1234-5678",
    "US_SSN": "219-45-6789",
    "CH_AHV": "756.9217.0769.85",
    "BE_NATIONAL_NUMBER": "85.07.30-033.28",
    "BR_CPF": "111.444.777-35",
    "ES_NIF": "12345678Z",
    "DE_VAT_ID": "DE136695976",
    "CN_RESIDENT_ID": "11010519491231002X",
    "IN_PAN": "ABCPE1234F",
    "AE_EMIRATES_ID": "784-1980-1234567-8",
    "AR_CUIT": "20-05536168-2",
    "IP_ADDRESS": "192.168.10.77",
    "MAC_ADDRESS": "00:1A:2B:3C:4D:5E",
    "CRYPTO": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "STRIPE_API_KEY": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "AWS_ACCESS_KEY_ID": "AKIA" + "IOSFODNN7EXAMPLQ",
}
NUMBERS = ("KR_RRN", "KR_BRN", "CREDIT_CARD", "PHONE_NUMBER", "US_SSN", "CH_AHV", "BR_CPF", "AR_CUIT")


def _digits(zero: int) -> Callable[[str], str]:
    return lambda text: "".join(chr(zero + int(char)) if char.isdigit() else char for char in text)


def _signs(form: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(char if char.isalnum() else form(char) for char in text)


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _written(dash: str, space: str) -> Callable[[str], str]:
    return lambda text: text.replace("-", dash).replace(" ", space)


EVASIONS: dict[str, Callable[[str], str]] = {
    "full-width digits": _digits(0xFF10),
    "full-width": lambda text: "".join(chr(ord(char) + 0xFEE0) if char != " " else char for char in text),
    "mathematical digits": _digits(0x1D7D8),
    "Arabic digits": _digits(0x660),
    "Devanagari digits": _digits(0x966),
    "zero-width spaces": "\u200b".join,
    "zero-width joiners": "\u200d".join,
    "soft hyphens": "\u00ad".join,
    "variation selectors": "\ufe0f".join,
    "percent": lambda text: quote(text, safe=""),
    "percent, all of it": _percent,
    "percent, signs in lower case": _signs(lambda char: f"%{ord(char):02x}"),
    "percent of percent": lambda text: quote(quote(text, safe=""), safe=""),
    "percent of percent, all of it": lambda text: quote(_percent(text), safe=""),
    "percent of full-width digits": lambda text: quote(_digits(0xFF10)(text), safe=""),
    "JSON": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "JSON, signs": _signs(lambda char: f"\\u{ord(char):04X}"),
    "JSON of full-width digits": lambda text: json.dumps(_digits(0xFF10)(text))[1:-1],
    "Python": lambda text: "".join(f"\\x{ord(char):02x}" for char in text),
    "HTML decimal": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "HTML hexadecimal": _signs(lambda char: f"&#x{ord(char):x};"),
    "HTML within percent": lambda text: quote(_signs(lambda char: f"&#{ord(char)};")(text), safe=""),
    "percent within JSON": lambda text: json.dumps(quote(text, safe="")).strip('"').replace("%", "\\u0025"),
    "hyphens and narrow spaces": _written("\u2010", "\u2009"),
    "minus signs and no-break spaces": _written("\u2212", "\u00a0"),
    "en dashes and wide spaces": _written("\u2013", "\u3000"),
    "full-width hyphens and narrow no-break spaces": _written("\uff0d", "\u202f"),
    "word joiners at signs": lambda text: "".join(char if char.isalnum() else f"\u2060{char}\u2060" for char in text),
}


@cache
def redactor() -> Redactor:
    """The default one."""
    return Redactor()


def spans(text: str) -> list[tuple[int, int, str]]:
    """What is found, as offsets of the text."""
    return [(match.start, match.end, match.entity_type) for match in redactor().find(text)]


@pytest.mark.parametrize("evasion", EVASIONS)
def test_evasions(evasion: str) -> None:
    """Every kind of value is found in disguise, its offsets being those of the disguise and nothing else."""
    form = EVASIONS[evasion]
    wrong = {}
    for entity_type, value in VALUES.items():
        disguised = form(value)
        text = f"my id {disguised} ok"
        if [(6, 6 + len(disguised), entity_type)] != spans(text):
            wrong[entity_type] = [text[start:end] for start, end, _ in spans(text)]
        assert f"my id <{entity_type}> ok" == redactor().text(text)
    assert {} == wrong


@pytest.mark.parametrize("entity_type", VALUES)
def test_a_form_field(entity_type: str) -> None:
    """A value in a form body, its spaces written as plus signs, is found."""
    body = f"a=1&note={quote_plus(VALUES[entity_type])}&b=2"
    assert f"a=1&note=<{entity_type}>&b=2" == redactor().text(body)


@pytest.mark.parametrize("particles", [("", "은"), ("번호는", "입니다"), ("(", ")의"), ("고객", "님께"), ("값=", "을")])
def test_particles(particles: tuple[str, str]) -> None:
    """Hangul glued to a value is no part of it, and does not hide it."""
    before, behind = particles
    for entity_type, value in VALUES.items():
        start = len(before)
        assert (start, start + len(value), entity_type) in spans(f"{before}{value}{behind}")


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\n  ", "\\n", "%0A", "%0D%0A", "\\u000a", "&#10;"])
@pytest.mark.parametrize("entity_type", NUMBERS)
def test_a_line_break_in_a_number(entity_type: str, line_break: str) -> None:
    """A number that goes on in the next line is found, wherever the break stands between three of its digits."""
    value = VALUES[entity_type]
    for cut in range(3, len(value) - 2):
        if value[cut] == " ":
            continue
        broken = value[:cut].rstrip() + line_break + value[cut:]
        text = f"no. {broken} ok"
        assert f"no. <{entity_type}> ok" == redactor().text(text), text


@pytest.mark.parametrize(
    "text",
    [
        "41111111\n11111111\n41111111\n11111111",
        "id,4111\n11111111,1111",
        "took=411111111111\n1111-11-11 10:00:00",
        "lines 4111\n1111 1111 1111:5",
        "a 41111111\n11111111b",
        "4111 1111 1111\n1111-01-01",
        "total 4\n111 1111 1111 1111",
    ],
)
def test_columns_are_no_numbers(text: str) -> None:
    """Columns, separated values, dates and counters in neighbouring lines are not put together."""
    assert [] == spans(text)


@pytest.mark.parametrize(
    ("entity_type", "text"),
    [
        ("CREDIT_CARD", "4111-1111 1111-1111"),
        ("CREDIT_CARD", "4111.1111.1111.1111"),
        ("CREDIT_CARD", "4111 - 1111 - 1111 - 1111"),
        ("PHONE_NUMBER", "010.1234-5678"),
        ("PHONE_NUMBER", "010 1234-5678"),
        ("PHONE_NUMBER", "010 - 1234 - 5678"),
        ("PHONE_NUMBER", "+82-10 1234.5678"),
        ("PHONE_NUMBER", "+1 (212) 555.0123"),
        ("KR_RRN", "960121 1021413"),
        ("KR_RRN", "960121 - 1021413"),
        ("KR_RRN", "960121~1021413"),
        ("US_SSN", "219 45 6789"),
        ("US_SSN", "219 - 45 - 6789"),
        ("IBAN_CODE", "GB29-NWBK-6016-1331-9268-19"),
    ],
)
def test_mixed_separators(entity_type: str, text: str) -> None:
    """Whatever separates the groups of a number, it is found whole."""
    assert [(3, 3 + len(text), entity_type)] == spans(f"no {text} ok")


@pytest.mark.parametrize("entity_type", VALUES)
def test_base64_of_a_whole_value(entity_type: str) -> None:
    """A text that is base64 of a value is found as a whole where that was asked for, in each alphabet."""
    asked = Redactor(base64=True)
    for encoded in (base64.b64encode, base64.urlsafe_b64encode):
        text = encoded(f"it is {VALUES[entity_type]} here".encode()).decode()
        assert f"<{entity_type}>" == asked.text(text)
        assert {"k": [f"<{entity_type}>", 1]} == asked.value({"k": [text, 1]})


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("jane@example.com", "jane%40example.com"),
        ("a b", "a%20b"),
        ("50% off", "50% off"),
        ("%zz", "%zz"),
        ("é", "%C3%A9"),
        ("%C3", "%C3"),
        ("%ff@", "%ff%40"),
        ("😀", "\\ud83d\\ude00"),
        ("\ud83d", "\\ud83d"),
        ("a\nb", "a\\nb"),
        ("<b>", "&lt;b&gt;"),
        ("&nosuch;", "&nosuch;"),
        ("@", "%25252540"),
        ("fi", "\ufb01"),
        ("é", "e\u0301"),
        ("가", "\u1100\u1161"),
        ("12", "①②"),
        ("a b=1 2", "a+b=1+2"),
        ("a+b", "a+b"),
        ("010-1234-5678", "010-1234-\n5678"),
        ("1 - x", "1 - x"),
    ],
)
def test_normalised_text(expected: str, text: str) -> None:
    """Escapes and look-alikes become what they stand for; what stands for nothing stays."""
    folded = normalise(text)
    assert expected == (text if folded is None else folded.text)
    assert may_need_normalising(text) or re.search("|".join(BROKEN_NUMBER), text) or folded is None


pieces = st.one_of(
    st.sampled_from(
        ["%40", "%2540", "\\u0040", "&#64;", "\u200b", "１", "\n", "4111", " - ", "+", "=", "\ufb01", "é", "\\n", "가"]
    ),
    st.text(max_size=4),
    st.text("0123456789 -\n%&\\u;", max_size=8),
)
texts = st.lists(pieces, max_size=12).map("".join)


@given(texts)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_the_way_back(text: str) -> None:
    """Spans map back into the text, never backwards, neighbours without overlap; the whole maps to the whole."""
    folded = normalise(text)
    if folded is None:
        return
    length = len(folded.text)
    mapped = [folded.original_span(place, place + 1) for place in range(length)]
    assert all(0 <= start < end <= len(text) for start, end in mapped)
    assert all(here[0] <= there[0] and here[1] <= there[1] for here, there in pairwise(mapped))
    for start in range(0, length, 3):
        for end in range(start + 1, length + 1, 2):
            assert (mapped[start][0], mapped[end - 1][1]) == folded.original_span(start, end)


@given(texts)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_the_original_says_the_same(text: str) -> None:
    """The stretch of the original that a span maps to, normalised by itself, holds what the span holds."""
    folded = normalise(text)
    if folded is None or not _independent(folded, text):
        return
    for place, char in enumerate(folded.text):
        start, end = folded.original_span(place, place + 1)
        piece = normalise(text[start:end])
        assert char in (piece.text if piece else text[start:end])


def _independent(folded: Normalised, text: str) -> bool:
    """Whether every character was folded by itself: no line break, plus sign or hyphen that its neighbours decide on."""
    return not any(sign in folded.text + text for sign in "\n+- \r")


@given(
    st.sampled_from(sorted(VALUES)),
    st.sampled_from(sorted(EVASIONS)),
    st.text("가나 .,;!?()", max_size=6),
    st.integers(0, 3),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_disguises_in_any_surroundings(entity_type: str, evasion: str, around: str, padding: int) -> None:
    """A disguised value is found between any words and signs, and only its own characters are replaced."""
    disguised = EVASIONS[evasion](VALUES[entity_type])
    before, behind = "%41 " * padding + around + " ", " " + around[::-1]
    text = before + disguised + behind
    assert (len(before), len(before) + len(disguised), entity_type) in spans(text)
    assert f"{before}<{entity_type}>{behind}" == redactor().text(text)


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_agrees_with_the_standard_library(text: str) -> None:
    """HTML and percent escapes of any text normalise to what the text normalises to."""
    plain = normalise(text)
    expected = text if plain is None else plain.text
    if "+" in text or "\n" in text or "&" in text or "%" in text or "\\" in text or " - " in text:
        return
    for escaped in (quote(text, safe="", errors="surrogatepass"), html.escape(text)):
        folded = normalise(escaped)
        assert expected == (escaped if folded is None else folded.text)


CODES = (
    "\x1b[35m",
    "\x1b[1;31m",
    "\x1b[0m",
    "\x1b[38;5;208m",
    "\x1b[2K",
    "\\u001b[35m",
    "\\x1b[32m",
    "\\033[1m",
    "\\e[4m",
)
"""Colours of terminals, as they are and as JSON and shells write them."""


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("code", CODES)
def test_colours_hide_nothing(kind: str, code: str) -> None:
    """Behind and between terminal codes a value is found, and the codes stay."""
    value = VALUES[kind]
    text = f"INFO {code}{value}\x1b[0m done"
    (match,) = Redactor().find(text)
    assert (kind, value) == (match.entity_type, text[match.start : match.end])
    assert f"INFO {code}<{kind}>\x1b[0m done" == Redactor().text(text)
    assert [f"{code}<{kind}>\x1b[0m", "x"] == Redactor().value([f"{code}{value}\x1b[0m", "x"])


def test_a_colour_within_a_value() -> None:
    """A value of which a part is highlighted goes whole."""
    assert "a <EMAIL_ADDRESS> b" == Redactor().text("a jane.\x1b[1mdoe\x1b[0m@example.com b")
