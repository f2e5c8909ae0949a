"""Keys that settings may use: purposes, data categories, data subjects.

They are fideslang's, read once at build time into ``fideslang.json`` (importing fideslang takes 0.4 s), plus a few of
our own, each placed under a key that fideslang has, so that a rule for the parent also covers it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

__all__ = ["OWN_CATEGORIES", "OWN_USES", "categories", "is_under", "subjects", "uses"]

OWN_USES = (
    "analytics.reporting.product_usage",
    "essential.legal_obligation.provenance_label",
    "essential.service.ai_inference",
    "essential.service.security.content_safety",
)
"""Data uses that fideslang lacks."""

OWN_CATEGORIES = ("user.content.provenance",)
"""Data categories that fideslang lacks (C2PA manifests and AI labels)."""


@cache
def _taxonomy() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = json.loads(files(__package__).joinpath("fideslang.json").read_text("utf-8"))
    return loaded


@cache
def uses() -> frozenset[str]:
    """Every key that ``[purposes.*] use`` may hold."""
    return frozenset((*_taxonomy()["data_uses"], *OWN_USES))


@cache
def categories() -> frozenset[str]:
    """Every key that ``data_categories`` may hold."""
    return frozenset((*_taxonomy()["data_categories"], *OWN_CATEGORIES))


@cache
def subjects() -> frozenset[str]:
    """Every key that ``data_subjects`` may hold."""
    return frozenset(_taxonomy()["data_subjects"])


def is_under(key: str, parent: str) -> bool:
    """Whether a dotted key is ``parent`` or a child of it (``essential`` covers ``essential.service``)."""
    return key == parent or (key.startswith(parent) and key[len(parent)] == ".")
