"""All recognizers there are: the ones that come with privmw, and those that installed packages bring."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from privmw.errors import ConfigurationError
from privmw.redaction.recognizers.base import Recognizer

__all__ = ["ENTRY_POINT_GROUP", "all_recognizers", "builtin_recognizers", "installed_recognizers"]

ENTRY_POINT_GROUP = "privmw.recognizers"
"""Entry points of this group name a :class:`Recognizer` or an iterable of them."""

_PACKAGES = ("privmw.redaction.recognizers", "privmw.redaction.recognizers.secrets")


@cache
def builtin_recognizers() -> tuple[Recognizer, ...]:
    """Collect ``RECOGNIZERS`` of every module in the recognizers' packages, in the order of the modules' names.

    Raises:
        ConfigurationError: Two recognizers share a name.
    """
    collected: list[Recognizer] = []
    for package in _PACKAGES:
        for module in sorted(pkgutil.iter_modules(import_module(package).__path__), key=lambda module: module.name):
            collected += getattr(import_module(f"{package}.{module.name}"), "RECOGNIZERS", ())
    _refuse_duplicates(collected)
    return tuple(collected)


@cache
def installed_recognizers() -> tuple[Recognizer, ...]:
    """Load the recognizers that installed packages offer under the entry point group ``privmw.recognizers``.

    Raises:
        ConfigurationError: An entry point cannot be loaded or names something else.
    """
    collected: list[Recognizer] = []
    for point in entry_points(group=ENTRY_POINT_GROUP):
        source = f"entry point {point.name} ({ENTRY_POINT_GROUP})"
        try:
            loaded = point.load()
        except Exception as error:
            raise ConfigurationError(f"cannot be loaded: {type(error).__name__}", source=source) from error
        items = (loaded,) if isinstance(loaded, Recognizer) else tuple(loaded) if isinstance(loaded, Iterable) else ()
        if not items or not all(isinstance(item, Recognizer) for item in items):
            raise ConfigurationError(
                "does not name recognizers",
                source=source,
                remedy="Point it at a privmw Recognizer or a tuple of them",
            )
        collected += items
    return tuple(collected)


@cache
def all_recognizers() -> tuple[Recognizer, ...]:
    """Return built-in and installed recognizers.

    Raises:
        ConfigurationError: Two share a name, or an entry point is wrong.
    """
    collected = (*builtin_recognizers(), *installed_recognizers())
    _refuse_duplicates(collected)
    return collected


def _refuse_duplicates(recognizers: Iterable[Recognizer]) -> None:
    seen: set[str] = set()
    for recognizer in recognizers:
        if recognizer.name in seen:
            raise ConfigurationError("two recognizers have this name", source=f"recognizer {recognizer.name}")
        seen.add(recognizer.name)
