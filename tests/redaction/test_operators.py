"""Operators: what replaces a match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from presidio_anonymizer.entities import OperatorConfig
from presidio_anonymizer.operators import Decrypt

from privmw.errors import ConfigurationError
from privmw.redaction.operators import Operator, compile_operators, placeholder
from privmw.redaction.tokens import is_token

KEY = "0123456789abcdef"


def apply(name: str, params: Mapping[str, Any] | None = None, original: str = "a@b.co") -> str:
    """Run one operator on one match."""
    return compile_operators({"EMAIL_ADDRESS": Operator(name, params or {})})("EMAIL_ADDRESS", original)


@pytest.mark.parametrize(
    ("expected", "name", "params"),
    [
        ("<EMAIL_ADDRESS>", "replace", {}),
        ("[mail]", "replace", {"new_value": "[mail]"}),
        ("", "redact", {}),
        ("******", "mask", {}),
        ("##b.co", "mask", {"masking_char": "#", "chars_to_mask": 2}),
        ("a@b.##", "mask", {"masking_char": "#", "chars_to_mask": 2, "from_end": True}),
        ("a@b.co", "mask", {"chars_to_mask": 0, "from_end": True}),
        ("******", "mask", {"chars_to_mask": 99, "from_end": True}),
        ("a@b.co", "keep", {}),
        ("A@B.CO", "custom", {"lambda": str.upper}),
    ],
)
def test_replacements(expected: str, name: str, params: dict[str, Any]) -> None:
    """Each operator does what its name says."""
    assert expected == apply(name, params)


def test_default_operator() -> None:
    """DEFAULT stands for every type that is not named; without one, the placeholder does."""
    replace = compile_operators({"DEFAULT": Operator("redact"), "PERSON": Operator("keep")})
    assert ("", "Ann") == (replace("EMAIL_ADDRESS", "a@b.co"), replace("PERSON", "Ann"))
    assert compile_operators({"PERSON": Operator("keep")})("EMAIL_ADDRESS", "a@b.co") == "<EMAIL_ADDRESS>"
    assert placeholder is compile_operators(None)


def test_presidio_operator_config() -> None:
    """Presidio's own configuration objects are taken as they are."""
    config = OperatorConfig("mask", {"masking_char": "*", "chars_to_mask": 3, "from_end": False})
    assert compile_operators({"DEFAULT": config})("PERSON", "Anna") == "***a"


def test_hash_is_keyed_and_stable() -> None:
    """The same value and key give the same hash; another key gives another."""
    first = apply("hash", {"salt": KEY})
    assert first == apply("hash", {"key": KEY.encode()})
    assert first != apply("hash", {"key": KEY[::-1]})
    assert (64, 128) == (len(first), len(apply("hash", {"salt": KEY, "hash_type": "sha512"})))


def test_encrypt_is_what_presidio_decrypts() -> None:
    """A text encrypted here is decrypted by Presidio's operator, and no two are alike."""
    first, second = apply("encrypt", {"key": KEY}), apply("encrypt", {"key": KEY})
    assert first != second
    assert Decrypt().operate(first, {"key": KEY}) == "a@b.co"


def test_pseudonymise_is_stable() -> None:
    """The operator makes the tokens of its key and scope, and leaves tokens alone."""
    params = {"key": KEY, "scope": "t"}
    token = apply("pseudonymise", params)
    assert is_token(token)
    assert token == apply("pseudonymise", params) == apply("pseudonymise", params, token)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("mosk", {}),
        ("replace", {"new_value": 1}),
        ("mask", {"masking_char": "**"}),
        ("mask", {"chars_to_mask": -1}),
        ("mask", {"chars_to_mask": True}),
        ("hash", {}),
        ("hash", {"salt": "short"}),
        ("hash", {"salt": KEY, "hash_type": "md5"}),
        ("encrypt", {"key": "short"}),
        ("custom", {}),
        ("pseudonymise", {"key": b"short"}),
    ],
)
def test_mistakes_are_refused(name: str, params: dict[str, Any]) -> None:
    """A wrong operator is refused at start-up, by the place where it stands, without its key."""
    with pytest.raises(ConfigurationError) as caught:
        apply(name, params)
    assert (caught.value.field or "").startswith("operators.EMAIL_ADDRESS")
    assert "short" not in str(caught.value)
