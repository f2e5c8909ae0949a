"""Which recipient stands behind a host: exact names, ``*.suffix`` and regional patterns, each lookup cached."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from privmw.policy.regions import country_of_region

__all__ = ["Destination", "HostIndex", "HostRule"]

_CACHE_LIMIT = 4096
_REGION = "{region}"


@dataclass(frozen=True, slots=True)
class HostRule:
    """One host pattern of a recipient.

    Attributes:
        pattern: ``api.example.com``, ``*.example.com`` (children only), ``{region}-api.example.com``, each with an
            optional ``:port``.
        recipient: Register key.
        country: Where such a host stands; ``None`` where only a region in the name or the settings can tell.
        evidence: ``host`` where the name itself says so, ``config`` where settings do, else ``assumed``.
        provider_name: OpenTelemetry ``gen_ai.provider.name``, where a recipient has several.
    """

    pattern: str
    recipient: str
    country: str | None = None
    evidence: str = "assumed"
    provider_name: str | None = None


class Destination(NamedTuple):
    """The answer of a lookup."""

    rule: HostRule
    country: str | None
    evidence: str


class HostIndex:
    """Answers :meth:`find` from a dictionary; the longest suffix wins, a later rule beats an earlier equal one."""

    __slots__ = ("_cache", "_exact", "_regional", "_suffix")

    def __init__(self, rules: Iterable[HostRule]) -> None:
        self._exact: dict[str, HostRule] = {}
        self._suffix: dict[str, HostRule] = {}
        self._regional: list[tuple[re.Pattern[str], HostRule]] = []
        self._cache: dict[tuple[str, int | None], Destination | None] = {}
        for rule in rules:
            if _REGION in rule.pattern:
                self._regional.append((_compiled(rule.pattern), rule))
            elif rule.pattern.startswith("*."):
                self._suffix[rule.pattern[2:]] = rule
            else:
                self._exact[rule.pattern] = rule
        self._regional.sort(key=lambda item: -len(item[1].pattern))

    def find(self, host: str, port: int | None = None) -> Destination | None:
        """The rule for a host, or ``None``.

        Args:
            host: Host name or address in any case, or ``host:port``.
            port: Port, for patterns that name one.
        """
        key = (host, port)
        try:
            return self._cache[key]
        except KeyError:
            pass
        found = self._search(*_split(host.lower(), port))
        if len(self._cache) >= _CACHE_LIMIT:
            self._cache.clear()  # a crawler of hosts must not grow it without end
        self._cache[key] = found
        return found

    def _search(self, host: str, port: int | None) -> Destination | None:
        shown = f"[{host}]" if ":" in host else host
        for name in (f"{shown}:{port}", shown, host):
            rule = self._exact.get(name)
            if rule is not None:
                return Destination(rule, rule.country, rule.evidence)
        for name in (f"{shown}:{port}", host):
            for pattern, rule in self._regional:
                match = pattern.fullmatch(name)
                if match is not None:
                    country = rule.country or country_of_region(match["region"])
                    return Destination(rule, country, "host" if country else "assumed")
        for ending in (f":{port}", ""):
            rest = host
            while "." in rest:
                rest = rest.partition(".")[2]
                rule = self._suffix.get(rest + ending)
                if rule is not None:
                    return Destination(rule, rule.country, rule.evidence)
        return None


def _split(host: str, port: int | None) -> tuple[str, int | None]:
    if port is None and (host.count(":") == 1 or "]:" in host):
        host, _, digits = host.rpartition(":")
        port = int(digits) if digits.isdecimal() else None
    return host.strip("[]").rstrip("."), port


def _compiled(pattern: str) -> re.Pattern[str]:
    before, _, after = pattern.partition(_REGION)
    source = re.escape(before).replace(r"\*", "[a-z0-9._-]+") + "(?P<region>[a-z0-9-]+)"
    return re.compile(source + re.escape(after).replace(r"\*", "[a-z0-9._-]+"))
