"""The names that users import."""

import subprocess
import sys
from pathlib import Path

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
    runs = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.splitlines()
        for _ in range(3)
    ]
    assert min(float(seconds) for seconds, _ in runs) < 0.05
    modules = runs[0][1]
    heavy = ("presidio", "pydantic", "fideslang", "sentry", "httpx", "hyperscan", "cryptography", "phonenumbers")
    assert not [name for name in heavy if name in modules]


_WITHOUT_EXTRAS = """
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder

EXTRAS = {extras!r}

class Without(MetaPathFinder):
    find_distributions = staticmethod(PathFinder.find_distributions)

    def __init__(self, finders):
        self.finders = finders

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in EXTRAS:
            for finder in self.finders:
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    return spec

sys.meta_path[:] = [Without(sys.meta_path[:])]
import privmw
for name in privmw.__all__:
    getattr(privmw, name)
privmw.install()
privmw.uninstall()
import privmw.cli
print("works")
"""


def test_nothing_of_an_extra_is_needed(tmp_path: Path) -> None:
    """A bare installation imports, installs every surface it can, and takes them out again."""
    extras = ["psycopg", "onnxruntime", "tokenizers", "sentry_sdk", "posthog", "openai", "anthropic", "httpx", "httpx2"]
    code = _WITHOUT_EXTRAS.format(extras=[*extras, "rich", "fastapi"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (0, "works") == (done.returncode, done.stdout.strip()[-5:]), done.stderr
