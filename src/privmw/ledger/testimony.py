"""What is known of a chain from elsewhere: checkpoints that were signed over it, and where other writers saw it stand.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from privmw.ledger.claims import Place
from privmw.ledger.merkle import CompactRange, leaf_hash
from privmw.ledger.notes import Checkpoint

__all__ = ["Requirement", "Sighting", "read_sightings", "read_writers", "super_root"]


@dataclass(frozen=True)
class Requirement:
    """A signed statement that the first ``size`` records have this root.

    Attributes:
        size: Number of records.
        root: Their RFC 6962 root.
        source: Where the statement stands (``ledger``, ``anchor``, ``super-checkpoint``).
    """

    size: int
    root: bytes
    source: str


@dataclass(frozen=True)
class Sighting:
    """What another writer saw of a chain when it opened an epoch.

    Attributes:
        writer: Whose chain.
        seq: Number of the latest record then.
        hash: Its hash, hex.
        place: Where the record stands that says so.
    """

    writer: str
    seq: int
    hash: str
    place: Place


def read_sightings(header: dict[str, Any], place: Place) -> list[Sighting]:
    """Where an ``epoch.open`` record says that chains stood: the directory's others, its own, and one that was left."""
    details = header.get("details")
    if not isinstance(details, dict):
        return []
    siblings = details.get("siblings")
    listed = [*(siblings if isinstance(siblings, list) else ()), details.get("previous"), details.get("left")]
    found = []
    for item in listed:
        if not isinstance(item, dict):
            continue
        writer, seq, digest = item.get("writer_id"), item.get("seq"), item.get("hash")
        if isinstance(writer, str) and type(seq) is int and seq >= 0 and isinstance(digest, str):
            found.append(Sighting(writer, seq, digest, place))
    return found


def read_writers(value: object) -> list[Checkpoint] | None:
    """The list of writers in a super-checkpoint: ``[origin, size, root in base64]`` each."""
    if not isinstance(value, list):
        return None
    found = []
    for item in value:
        if not isinstance(item, list) or len(item) != 3:
            return None
        origin, size, root = item
        if not isinstance(origin, str) or type(size) is not int or not isinstance(root, str):
            return None
        try:
            found.append(Checkpoint(origin, size, base64.b64decode(root, validate=True)))
        except (binascii.Error, ValueError):
            return None
    return found


def super_root(writers: Iterable[Checkpoint]) -> bytes:
    """Root over the checkpoints of all writers: RFC 6962 over their note texts, in order of origin."""
    tree = CompactRange()
    for item in sorted(writers, key=lambda checkpoint: checkpoint.origin.encode()):
        tree.append(leaf_hash(item.text().encode()))
    return tree.root()
