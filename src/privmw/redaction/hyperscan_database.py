"""Hyperscan databases: compiled once, kept on disk and, within a process, for its whole life."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import hyperscan

from privmw.errors import ConfigurationError
from privmw.redaction import compilecache

__all__ = ["CASELESS", "PREFILTER", "SINGLE", "UTF8", "Rule", "database", "scratch"]

CASELESS: int = hyperscan.HS_FLAG_CASELESS
PREFILTER: int = hyperscan.HS_FLAG_PREFILTER
SINGLE: int = hyperscan.HS_FLAG_SINGLEMATCH
UTF8: int = hyperscan.HS_FLAG_UTF8


class Rule(NamedTuple):
    """One expression of a database.

    Attributes:
        number: What its callback is given; several rules may share one.
        expression: Hyperscan source.
        flags: Sum of the flags above.
        owner: Who to name when it cannot be compiled.
    """

    number: int
    expression: bytes
    flags: int
    owner: str


_kept: dict[str, Any] = {}
"""Databases by key: never dropped, because the binding's scratches borrow them."""


def database(rules: Sequence[Rule]) -> Any:
    """Return the block-mode database of some rules.

    Raises:
        ConfigurationError: An expression cannot be compiled; names its owner.
    """
    digest = hashlib.sha256(repr([rule[:3] for rule in rules]).encode())
    digest.update(f"{version('hyperscan')} {platform.machine()} {platform.system()}".encode())
    key = digest.hexdigest()[:32]
    if key not in _kept:
        _kept[key] = _load(key) or _compile(key, rules)
    return _kept[key]


def scratch(of: Any) -> Any:
    """Return a new scratch for a database; a scan needs one of its own."""
    return hyperscan.Scratch(of)


def _load(key: str) -> Any:
    blob = compilecache.load(key)
    if blob is None:
        return None
    try:
        return hyperscan.loadb(blob, hyperscan.HS_MODE_BLOCK)
    except hyperscan.error:
        return None  # made for another processor: compile again


def _compile(key: str, rules: Sequence[Rule]) -> Any:
    compiled = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        compiled.compile(
            expressions=[rule.expression for rule in rules],
            ids=[rule.number for rule in rules],
            flags=[rule.flags for rule in rules],
        )
    except hyperscan.error:
        _name_the_culprit(rules)
        raise
    compilecache.store(key, hyperscan.dumpb(compiled))
    return compiled


def _name_the_culprit(rules: Sequence[Rule]) -> None:
    """A failed compilation does not say which expression is at fault: try them one by one."""
    for rule in rules:
        try:
            hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(
                expressions=[rule.expression], ids=[0], flags=[rule.flags]
            )
        except hyperscan.error as error:
            raise ConfigurationError(
                f"its {'pattern' if rule.flags & PREFILTER else 'trigger'} cannot be compiled: {error}",
                source=f"recognizer {rule.owner}",
                field="pattern" if rule.flags & PREFILTER else "trigger",
                remedy="Give it a simpler trigger",
            ) from None
