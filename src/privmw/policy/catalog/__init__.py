"""Known recipients, one TOML file each: facts about a company, not a permission to send it anything.

Each file names where every fact comes from in ``[sources]``; what nobody confirmed starts with ``not verified``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from privmw.policy.hosts import HostRule
from privmw.types import JSONValue, PayloadMode

__all__ = ["CatalogEntry", "Housekeeping", "NoStore", "entries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoStore:
    """How a request tells its provider not to keep it.

    Attributes:
        path: Part of the URL path that it is understood on; empty for every path.
        body: JSON members to set.
        headers: Headers to set.
    """

    path: str = ""
    body: Mapping[str, JSONValue]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Housekeeping:
    """An endpoint that carries no personal data (tokens, warm-up), so that clients can start.

    Attributes:
        host: Exact host.
        path: Exact URL path.
        methods: Methods that are exempt.
        empty: Only requests without a body are.
    """

    host: str
    path: str
    methods: frozenset[str]
    empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """What is publicly known of one recipient.

    Attributes:
        key: Register key.
        legal_name: Company.
        ai: Runs inference on what it gets.
        channel: ``outbound`` (a client library in the app), ``ambient`` (sees traffic by its place in the network) or
            ``browser`` (a script in the page).
        countries: Default destinations, used where the settings name none.
        hosts: Patterns of its endpoints.
        policy_url: Its own privacy policy.
        provider_name: OpenTelemetry ``gen_ai.provider.name``.
        payload: Default form of personal data.
        stores_by_default: Keeps requests unless told otherwise; ``None`` where nobody confirmed either.
        default_retention: For how long (ISO 8601), where known.
        no_store: Switches that a request can carry.
        housekeeping: Endpoints without personal data.
        sources: Where each fact comes from.
    """

    key: str
    legal_name: str
    ai: bool
    channel: str
    countries: tuple[str, ...]
    hosts: tuple[HostRule, ...]
    policy_url: str
    provider_name: str | None
    payload: PayloadMode
    stores_by_default: bool | None
    default_retention: str | None
    no_store: tuple[NoStore, ...]
    housekeeping: tuple[Housekeeping, ...]
    sources: Mapping[str, str]


@cache
def entries() -> Mapping[str, CatalogEntry]:
    """Every built-in entry by key, read once."""
    found = {}
    for item in sorted(files(__package__).iterdir(), key=lambda path: path.name):
        key, _, suffix = item.name.rpartition(".")
        if suffix == "toml":
            found[key] = _entry(key, tomllib.loads(item.read_text("utf-8")))
    return found


def _entry(key: str, data: dict[str, Any]) -> CatalogEntry:
    return CatalogEntry(
        key=key,
        legal_name=data.pop("legal_name"),
        ai=data.pop("ai", False),
        channel=data.pop("channel", "outbound"),
        countries=tuple(data.pop("countries")),
        hosts=tuple(HostRule(recipient=key, **host) for host in data.pop("hosts", ())),
        policy_url=data.pop("policy_url"),
        provider_name=data.pop("provider_name", None),
        payload=PayloadMode(data.pop("payload")),
        stores_by_default=data.pop("stores_by_default", None),
        default_retention=data.pop("default_retention", None),
        no_store=tuple(
            NoStore(path=switch.get("path", ""), body=switch.get("body", {}), headers=switch.get("headers", {}))
            for switch in data.pop("no_store", ())
        ),
        housekeeping=tuple(
            Housekeeping(
                host=rule["host"], path=rule["path"], methods=frozenset(rule["methods"]), empty=rule.get("empty", False)
            )
            for rule in data.pop("housekeeping", ())
        ),
        sources=data.pop("sources"),
        **data,  # a key that we do not know is an error
    )
