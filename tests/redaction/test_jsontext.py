"""JSON source: exact where untouched, safe where broken."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from privmw.redaction.jsontext import redact_json


def text(value: str) -> str:
    """Stands for a redactor of texts."""
    return value.replace("a@b.co", "<EMAIL_ADDRESS>")


def value(parsed: Any) -> Any:
    """Stands for a redactor of values."""
    source = json.dumps(parsed, ensure_ascii=False)
    return parsed if text(source) == source else json.loads(text(source))


def redact(data: bytes) -> bytes:
    """Redact source with the two above."""
    return redact_json(data, value, text)


@pytest.mark.parametrize(
    "data",
    [b'{ "a" : 1.0, "b":[ ] }\n', b"12345678901234567890123", b'"\\ud800"', b"[NaN]", b"\xff", b"", b"{]", b"null"],
)
def test_untouched_source_is_identical(data: bytes) -> None:
    """Where nothing is found every byte stays, whatever the source."""
    assert data == redact(data)


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        ({"n": 12345678901234567890123, "m": "<EMAIL_ADDRESS>"}, b'{"n": 12345678901234567890123, "m": "a@b.co"}'),
        (["\ud800", "<EMAIL_ADDRESS>"], b'["\\ud800", "a@b.co"]'),
        ([1e400, "<EMAIL_ADDRESS>"], b'[1e400, "a@b.co"]'),
        (["<EMAIL_ADDRESS>"], b'["a\\u0040b.co"]'),
        ({"m": "<EMAIL_ADDRESS>"}, b'{"m": "a@b.co"}'),
    ],
)
def test_values_are_kept(expected: Any, data: bytes) -> None:
    """Long numbers, lone surrogates and infinities are written as they were read."""
    assert expected == json.loads(redact(data))


def test_nan_is_kept() -> None:
    """NaN is not written as null."""
    nan, mail = json.loads(redact(b'[NaN, "a@b.co"]'))
    assert math.isnan(nan)
    assert mail == "<EMAIL_ADDRESS>"


@pytest.mark.parametrize("data", [b'{"m": "a@b.co"', b'\xff {"m": "a@b.co"}', b"[" * 5000 + b'"a@b.co"'])
def test_broken_source_is_redacted_as_text(data: bytes) -> None:
    """What no parser reads is still redacted."""
    assert data.replace(b"a@b.co", b"<EMAIL_ADDRESS>") == redact(data)


def test_a_repeated_key_hides_nothing() -> None:
    """A member that parsers drop cannot carry a value past the redaction."""
    assert b"a@b.co" not in redact(b'{"m": "a@b.co", "m": 1}')
