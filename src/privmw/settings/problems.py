"""Turns pydantic's errors, which hold the values they complain about, into ours, which name only the place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from privmw.errors import ConfigurationError
from privmw.settings.fields import PROBLEM
from privmw.settings.nearest import did_you_mean

__all__ = ["Origin", "Problem", "as_error", "child_annotation", "field_names", "problems_of", "source_of"]

_PLAIN = {
    "missing": "is required",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "frozen_instance": "settings cannot be changed once made",
}
_BOUNDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")


class Problem(NamedTuple):
    """One mistake in the settings: where it is and what to do, never what was written there."""

    source: str | None
    field: str
    message: str
    remedy: str | None = None


class Origin(NamedTuple):
    """One place that settings came from, with what it held.

    Attributes:
        label: File name, or ``environment``, or ``PrivacySettings(...)``.
        data: Nested settings of that place.
        variables: Environment variable by path, where the place is the environment.
    """

    label: str
    data: Mapping[str, Any]
    variables: Mapping[tuple[str, ...], str]


def source_of(origins: Sequence[Origin], path: Iterable[str | int]) -> str | None:
    """The place that holds a setting, or the nearest section above it; the first place wins."""
    wanted = tuple(path)
    best, depth = None, 0
    for origin in origins:
        here: Any = origin.data
        reached = 0
        for part in wanted:
            below = _below(here, part)
            if below is None:
                break
            here = below
            reached += 1
        if reached > depth:
            best, depth = _label(origin, wanted[:reached]), reached
    return best


def _below(here: Any, part: str | int) -> Any:
    if isinstance(here, Mapping):
        return here.get(part)
    if isinstance(part, int) and isinstance(here, list | tuple) and part < len(here):
        return here[part]
    return None


def _label(origin: Origin, path: tuple[str | int, ...]) -> str:
    for length in range(len(path), 0, -1):
        name = origin.variables.get(tuple(str(part) for part in path[:length]))
        if name is not None:
            return name
    below = sorted(name for key, name in origin.variables.items() if key[: len(path)] == path)
    return below[0] if below else origin.label


def child_annotation(annotation: Any, key: str) -> Any:
    """The type of ``annotation.key``, or ``None`` where there is no such setting."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        found = annotation.model_fields.get(key)
        return found.annotation if found else None
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return arguments[1]
    if origin is not None and arguments and origin not in (tuple, list):
        for option in arguments:
            found_type = child_annotation(option, key)
            if found_type is not None:
                return found_type
    return None


def field_names(annotation: Any) -> frozenset[str]:
    """The settings that a section may hold; empty where any key may stand, or where there is no section."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return frozenset(annotation.model_fields)
    return frozenset().union(*(field_names(option) for option in get_args(annotation)))


def problems_of(error: ValidationError, model: type[BaseModel], origins: Sequence[Origin]) -> list[Problem]:
    """Read a validation error without its values."""
    found: dict[tuple[str, str], Problem] = {}
    for details in error.errors(include_url=False, include_context=True, include_input=True):
        item = _problem(details, model, origins)
        found.setdefault((item.field, item.message), item)
    return list(found.values())


def _problem(details: ErrorDetails, model: type[BaseModel], origins: Sequence[Origin]) -> Problem:
    location = details["loc"]
    if location and location[-1] == "[key]":
        location = location[:-2]  # the key is what was refused, so it is a value
    path = _settings_path(location, model)
    kind, context = details["type"], details.get("ctx") or {}
    remedy: str | None = None
    if kind == PROBLEM:
        message, remedy = str(context["text"]), str(context["remedy"]) or None
    elif kind == "extra_forbidden":
        message = "there is no such setting"
        parent: Any = model
        for part in path[:-1]:
            parent = child_annotation(parent, str(part))
        remedy = did_you_mean(str(path[-1]), field_names(parent))
    elif kind in ("literal_error", "enum"):
        message = "this is not one of the choices"
        choices = [part.strip("' ") for part in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        remedy = did_you_mean(str(details["input"]), choices) or "It may be " + ", ".join(map(repr, choices)) + "."
    elif kind in _BOUNDS:
        limit = next((value for key, value in context.items() if key in ("gt", "ge", "lt", "le")), None)
        message = f"must be {kind.replace('_', ' ')} {limit}"
    else:
        message = _PLAIN.get(kind, "is not of the right form")
    return Problem(source_of(origins, path), ".".join(str(part) for part in path), message, remedy)


def _settings_path(location: Iterable[str | int], model: type[BaseModel]) -> tuple[str | int, ...]:
    """Drop the parts that pydantic adds for the branches of a union."""
    path: list[str | int] = []
    here: Any = model
    for part in location:
        if isinstance(part, int):
            path.append(part)
            continue
        below = child_annotation(here, part)
        names = field_names(here)
        if below is None and not names:
            continue
        path.append(part)
        here = below
    return tuple(path)


def as_error(problems: Sequence[Problem]) -> ConfigurationError:
    """One error that lists every problem; ``source``, ``field`` and ``remedy`` are the first one's."""
    single = [
        ConfigurationError(item.message, source=item.source, field=item.field or None, remedy=item.remedy)
        for item in problems
    ]
    first = problems[0]
    if len(single) == 1:
        return single[0]
    listed = "".join(f"\n  {error}" for error in single)
    error = ConfigurationError(f"{len(single)} settings are wrong:{listed}")
    error.source, error.field, error.remedy = first.source, first.field, first.remedy
    error.problems = tuple(single)
    return error
