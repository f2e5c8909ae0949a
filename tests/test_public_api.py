"""The names that users import."""

import subprocess
import sys

import pytest

import privmw


def test_every_public_name_resolves() -> None:
    """Each name of ``__all__`` is sorted, has a home and can be imported."""
    assert sorted(privmw.__all__) == privmw.__all__
    assert set(privmw._HOMES) == set(privmw.__all__)
    for name in privmw.__all__:
        assert getattr(privmw, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A mistyped name fails like in any module."""
    with pytest.raises(AttributeError, match="module 'privmw' has no attribute 'Redactr'"):
        privmw.Redactr  # noqa: B018


def test_the_import_is_light() -> None:
    """``import privmw`` and its contexts load no third-party package; the budget over starlette is 50 ms."""
    code = (
        "import sys, starlette.applications, time; before = set(sys.modules); start = time.perf_counter();"
        "import privmw; privmw.purpose; privmw.identify; print(time.perf_counter() - start);"
        "print(sorted({m.split('.')[0] for m in set(sys.modules) - before if not m.startswith('privmw')}))"
    )
    seconds, modules = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert float(seconds) < 0.05
    heavy = ("presidio", "pydantic", "fideslang", "sentry", "httpx", "hyperscan", "cryptography", "phonenumbers")
    assert not [name for name in heavy if name in modules]
