"""Field types of the settings, each refusing a wrong spelling with the nearest right one and never with the value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from privmw.settings import vocabulary
from privmw.settings.countries import COUNTRIES, NAMES
from privmw.settings.nearest import did_you_mean
from privmw.settings.periods import parse_period, suggest_period

__all__ = [
    "PROBLEM",
    "Category",
    "Country",
    "HostPattern",
    "KeyName",
    "Mechanisms",
    "PeriodText",
    "Section",
    "Subject",
    "Texts",
    "Use",
    "from_list_text",
    "problem",
]

PROBLEM = "privmw_problem"
"""Type of the errors that our own validators raise; only their text is ever shown."""

MECHANISMS: dict[str, frozenset[str]] = {
    # PIPA art. 28-8(1), subparagraphs 1 to 5
    "kr": frozenset(f"28-8(1){number}" for number in range(1, 6)),
    # GDPR art. 45, 46 and 49, as the Data Privacy Vocabulary enumerates them
    "eu": frozenset(
        (
            "A45-3",
            *(f"A46-2-{letter}" for letter in "abcdef"),
            *(f"A46-3-{letter}" for letter in "ab"),
            *(f"A49-1-{letter}" for letter in "abcdefg"),
            "A49-2",
        )
    ),
    # UK GDPR after the International Data Transfer Agreement of 21 March 2022
    "uk": frozenset(("adequacy", "IDTA", "addendum", "BCR", "data-bridge", "derogation-consent", "derogation")),
}
"""Legal mechanisms of a transfer abroad, by regime."""

_HOST = re.compile(
    r"(\*\.)?[a-z0-9_*{}]([a-z0-9._*{}-]*[a-z0-9*}])?(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?|[0-9a-f:]*::[0-9a-f:]*"
)
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Section(BaseModel):
    """Base of all sections: frozen, no unknown key."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def problem(message: str, remedy: str | None = None) -> PydanticCustomError:
    """An error of a validator; ``message`` and ``remedy`` must not hold the value that was checked."""
    return PydanticCustomError(PROBLEM, "{text}", {"text": message, "remedy": remedy or ""})


def _key_of(what: str, known: Callable[[], Iterable[str]]) -> Callable[[str], str]:
    def check(value: str) -> str:
        choices = frozenset(known())
        if value not in choices:
            raise problem(f"this is not a {what}", did_you_mean(value, choices))
        return value

    return check


def _country(value: str) -> str:
    if value in COUNTRIES or value == "EU":
        return value
    upper = value.strip().upper()
    near = upper if upper in COUNTRIES or upper == "EU" else NAMES.get(value.strip().casefold())
    remedy = f"Did you mean {near!r}?" if near else did_you_mean(value, NAMES)
    raise problem("this is not an ISO 3166-1 alpha-2 country code (or 'EU')", remedy)


def _period(value: str) -> str:
    if parse_period(value) is not None:
        return value
    near = suggest_period(value)
    remedy = f"Did you mean {near!r}?" if near else "Write a number: 'P90D', 'P3M', 'P5Y', or 'PT0S' for none."
    raise problem("this is not a period (ISO 8601 duration)", remedy)


def _host(value: str) -> str:
    lowered = value.strip().lower().rstrip(".")
    if _HOST.fullmatch(lowered) is None:
        raise problem("this is not a host name or pattern", "Write 'api.example.com', '*.example.com' or 'host:port'.")
    return lowered


def _key(value: str) -> str:
    if _KEY.fullmatch(value) is None:
        raise problem("a key is lower-case letters, digits, '_' and '-'")
    return value


def _mechanisms(value: dict[str, str]) -> dict[str, str]:
    for regime, mechanism in value.items():
        known = MECHANISMS.get(regime)
        if known is None:
            raise problem("this names a transfer regime that does not exist", did_you_mean(regime, MECHANISMS))
        if mechanism not in known:
            near = did_you_mean(mechanism, known) or f"For example {min(known)!r}."
            raise problem(f"this is not a mechanism of the {regime!r} regime", near)
    return value


def from_list_text(value: Any) -> Any:
    """Environment variables write a list as ``a,b``; a single word is a list of one."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


Use = Annotated[str, AfterValidator(_key_of("purpose (fideslang data use)", vocabulary.uses))]
Category = Annotated[str, AfterValidator(_key_of("data category (fideslang)", vocabulary.categories))]
Subject = Annotated[str, AfterValidator(_key_of("data subject (fideslang)", vocabulary.subjects))]
Country = Annotated[str, AfterValidator(_country)]
PeriodText = Annotated[str, AfterValidator(_period)]
HostPattern = Annotated[str, AfterValidator(_host)]
KeyName = Annotated[str, AfterValidator(_key)]
Mechanisms = Annotated[dict[str, str], AfterValidator(_mechanisms)]
Texts = Annotated[tuple[str, ...], BeforeValidator(from_list_text)]
