"""Writes ``docs/settings.md`` from the settings themselves: ``python -m tests.settings.settings_document``."""

from __future__ import annotations

import re
import types
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from privmw import PrivacySettings
from privmw.settings.fields import Category, Country, HostPattern, KeyName, Mechanisms, PeriodText, Subject, Use

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"

HEAD = """# Settings

Everything that `privmw.toml` may say. Each setting comes from the first place that has it: an argument of
`PrivacySettings(...)`, an environment variable, `privmw.toml`, `[tool.privmw]` in `pyproject.toml`. Without any, the
defaults protect: everything is redacted, and a call to an AI provider that nobody declared is denied.

An environment variable is `PRIVMW_`, the path in capitals, two underscores for each dot: `ledger.directory` is
`PRIVMW_LEDGER__DIRECTORY`. Lists are written with commas. `PRIVMW_CONFIG` names another file than `./privmw.toml`.
A key that does not exist, a wrong value and a mistyped variable are errors that name file, setting and the nearest right
spelling, and never show the value; `privmw check` lists them all, with what would stop the app at its start and what
contradicts itself in the policy. `examples/craisee/privmw.toml` carries a whole published policy.

Purposes (`use`) and data categories are [fideslang](https://ethyca.github.io/fideslang/) keys: dotted, and a key stands for
everything under it. Periods are ISO 8601 durations (`P90D`, `P3M`, `P5Y`; `PT0S` = not kept). Countries are ISO 3166-1
alpha-2 codes, or `EU`.

This page is written from the code (`python -m tests.settings.settings_document`), and a test holds it.
"""


def render() -> str:
    """The whole page."""
    top = {name: field for name, field in PrivacySettings.model_fields.items() if _section(field.annotation) is None}
    parts = [HEAD, "## Top level\n", _table(top)]
    for name, field in PrivacySettings.model_fields.items():
        section = _section(field.annotation)
        if section is not None:
            keyed = get_origin(field.annotation) is dict
            parts += _described(f"[{name}.KEY]" if keyed else f"[{name}]", section)
    return "\n".join(parts)


def _described(title: str, section: type[BaseModel]) -> list[str]:
    told = " ".join((section.__doc__ or "").split())
    told = re.sub(r"^``[^`]*``: ", "", told).replace("``", "`")
    parts = [f"## `{title}`\n", told[:1].upper() + told[1:] + "\n", _table(section.model_fields)]
    for name, field in section.model_fields.items():
        inner = _section(field.annotation)
        if inner is not None:
            below = f"{title[1:-1]}.{name}" + (".KEY" if get_origin(_plain(field.annotation)) is dict else "")
            parts += [part.replace("## ", "### ", 1) for part in _described(f"[{below}]", inner)]
    return parts


def _table(fields: dict[str, FieldInfo]) -> str:
    rows = ["| setting | value | default |", "|---|---|---|"]
    rows += [f"| `{name}` | {_value(field)} | {_default(field)} |" for name, field in fields.items()]
    return "\n".join(rows) + "\n"


def _plain(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _section(annotation: Any) -> type[BaseModel] | None:
    annotation = _plain(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is dict:
        return _section(get_args(annotation)[1])
    return None


_KINDS: dict[Any, str] = {
    str: "text", int: "whole number", float: "number", bool: "`true` or `false`", SecretStr: "secret text", Any: "anything",
}  # fmt: skip


_NAMED: dict[Any, str] = {
    Use: "purpose key of fideslang", Category: "data category of fideslang", Subject: "data subject of fideslang",
    Country: "country", HostPattern: "host or pattern", PeriodText: "period", KeyName: "key",
    Mechanisms: "table: `kr`, `eu`, `uk`",
}  # fmt: skip


def _value(field: FieldInfo) -> str:
    named = [told for kind, told in _NAMED.items() if kind.__metadata__[0] in field.metadata]
    told = named[0] if named else _kind(field.annotation)
    bounds = [
        f"{sign} {getattr(rule, name)}"
        for rule in field.metadata
        for name, sign in (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"))
        if getattr(rule, name, None) is not None
    ]
    return " ".join([told, *bounds])


def _kind(annotation: Any) -> str:
    if annotation in _NAMED:
        return _NAMED[annotation]
    annotation = _plain(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _KINDS:
        return _KINDS[annotation]
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_kind(one) for one in arguments if one is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{str(one).lower() if isinstance(one, bool) else one}`" for one in arguments)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return ", ".join(f"`{one}`" for one in annotation)
    if origin is tuple:
        return f"list: {_kind(arguments[0])}"
    if _section(annotation) is not None:
        return "tables, below" if origin is dict else "table, below"
    if origin is dict:
        return f"table: {_kind(arguments[1])}"
    return str(annotation)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}) or isinstance(value, (BaseModel, dict)):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{', '.join(value)}`" if isinstance(value, tuple) else f"`{value}`"


if __name__ == "__main__":
    DOCUMENT.write_text(render(), "utf-8")
