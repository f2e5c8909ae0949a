"""Canonical bytes: RFC 8785 without floats, held down by golden vectors and an implementation of its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.ledger.canonical import MAX_INTEGER, NotCanonicalError, canonical, parse

GOLDEN = json.loads((Path(__file__).parent / "golden" / "canonical.json").read_text(encoding="utf-8"))

text = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


def written_plainly(value: Any) -> str:
    """RFC 8785 as its text says, character by character."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: list(memoryview(key.encode("utf-16-le")).cast("H")))
        return "{" + ",".join(f"{written_plainly(key)}:{written_plainly(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written_plainly, value)) + "]"
    if isinstance(value, str):
        short = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
        return '"' + "".join(short.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in value) + '"'
    return str(value) if value is not None and not isinstance(value, bool) else json.dumps(value)


@given(st.dictionaries(text, values, max_size=6))
def test_any_object_is_written_as_the_standard_says(value: dict[str, Any]) -> None:
    """Bytes equal those of a plain implementation, and reading them gives the object back."""
    data = canonical(value)
    assert written_plainly(value).encode() == data
    assert value == parse(data)


@pytest.mark.parametrize("vector", GOLDEN["objects"], ids=lambda vector: vector["name"])
def test_golden_objects(vector: dict[str, Any]) -> None:
    """The published vectors hold."""
    assert vector["canonical"].encode() == canonical(vector["value"])


@pytest.mark.parametrize("data", GOLDEN["refused"])
def test_other_spellings_are_refused(data: str) -> None:
    """Bytes that mean the same but are written otherwise are not canonical."""
    with pytest.raises(NotCanonicalError):
        parse(data.encode())


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": 1.0}, "a: float"),
        ({"a": {"b": [1, 2.5]}}, r"a\.b\[1\]: float"),
        ({"a": MAX_INTEGER + 1}, "a: integer beyond"),
        ({"a": {"b": b"x"}}, r"a\.b: bytes"),
        ({"a": {1: 2}}, "a: a key is not a string"),
        ({"a": "\ud800"}, "not representable"),
        ({"\ud800": "a"}, "not representable"),
    ],
)
def test_what_has_no_canonical_form_is_named_by_its_place(value: dict[str, Any], place: str) -> None:
    """The error says where the problem is and never what stood there."""
    with pytest.raises(NotCanonicalError, match=place):
        canonical(value)


def test_deep_nesting_is_refused() -> None:
    """No input makes the check recurse without bound."""
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(NotCanonicalError, match="nested too deeply"):
        canonical({"a": deep})
