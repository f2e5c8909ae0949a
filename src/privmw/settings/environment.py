"""Reads ``PRIVMW_*`` variables: ``PRIVMW_LEDGER__QUEUE_LIMIT=500``, lists as ``a,b`` or JSON.

pydantic-settings ignores a variable it does not know; here a mistyped one is an error, because a protection that was
meant to be switched on would otherwise silently stay off.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from privmw.settings.nearest import did_you_mean
from privmw.settings.problems import Origin, Problem, child_annotation, field_names

__all__ = ["CONFIG_VARIABLE", "PREFIX", "read_environment"]

PREFIX = "PRIVMW_"
CONFIG_VARIABLE = "PRIVMW_CONFIG"
"""Names the settings file instead of ``./privmw.toml``."""

_OTHERS = frozenset({CONFIG_VARIABLE, "PRIVMW_CACHE_DIR", "PRIVMW_PYTHON"})
"""Variables that steer privmw without being settings."""


def read_environment(environment: Mapping[str, str], model: type[BaseModel]) -> tuple[Origin, list[Problem]]:
    """Collect the settings that the environment holds.

    Returns:
        The settings, and a problem for each variable that names none.
    """
    data: dict[str, Any] = {}
    variables: dict[tuple[str, ...], str] = {}
    problems: list[Problem] = []
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in _OTHERS:
            continue
        path = tuple(part.lower() for part in name[len(PREFIX) :].split("__"))
        annotation, problem = _resolve(name, path, model)
        if problem is not None:
            problems.append(problem)
            continue
        value, bad = _decode(environment[name], annotation)
        if bad:
            problems.append(Problem(name, ".".join(path), "is not valid JSON"))
            continue
        here = data
        for part in path[:-1]:
            inner = here.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = here[part] = {}
            here = inner
        here[path[-1]] = value
        variables[path] = name
    return Origin("environment", data, variables), problems


def _resolve(name: str, path: tuple[str, ...], model: type[BaseModel]) -> tuple[Any, Problem | None]:
    here: Any = model
    for depth, part in enumerate(path):
        below = child_annotation(here, part) if part else None
        if below is None:
            names = field_names(here)
            stem = PREFIX + "".join(f"{done.upper()}__" for done in path[:depth])
            known = {stem + known.upper() for known in names}
            if depth == 0:
                known |= _OTHERS
            return None, Problem(name, ".".join(path), "there is no such setting", did_you_mean(name, known))
        here = below
    return here, None


def _decode(text: str, annotation: Any) -> tuple[Any, bool]:
    stripped = text.strip()
    if annotation is str or not stripped.startswith(("{", "[")):
        return text, False
    try:
        return json.loads(stripped), False
    except ValueError:
        return None, True
