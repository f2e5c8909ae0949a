"""What purge records say was removed, and whether that accounts for what is gone.

A purge record's ``details`` are one of

``{"action": "payload", "writer", "class", "clause", "period", "today", "runs", "count", "ids_sha256"}``
    Payloads of one retention class (``""`` for none) of one writer. ``runs`` are ``[first, last]`` pairs of ``seq``,
    both included, ascending; *every* record of that class with a payload commitment inside a run was removed, no other.
    ``count`` is their number, ``ids_sha256`` the SHA-256 over their ``record_id``, each followed by a newline, in order
    of ``seq``. ``today`` is the date by which they were due, in the controller's time zone.
``{"action": "prune", "writer", "clause", "period", "today", "below", "root"}``
    Headers with ``seq < below`` of one writer; ``root`` is the RFC 6962 root over all of them, in hex.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["ClaimTracker", "PayloadClaim", "PruneClaim", "read_claim"]


class PayloadClaim:
    """One purge of payloads, checked while the headers of its writer pass by."""

    def __init__(self, writer: str, retention_class: str, runs: list[tuple[int, int]], count: int, digest: str) -> None:
        self.writer = writer
        self.retention_class = retention_class
        self.runs = runs
        self._count = count
        self._digest = digest
        self._hash = hashlib.sha256()
        self._seen = 0
        self.missing = 0
        self.first_missing = -1
        self.last_missing = -1
        self.present = 0

    def meet(self, seq: int, record_id: str, *, gone: bool) -> None:
        """A record inside one of the runs passes by."""
        self._hash.update(record_id.encode("utf-8", "surrogatepass") + b"\n")
        self._seen += 1
        if gone:
            if not self.missing:
                self.first_missing = seq
            self.missing += 1
            self.last_missing = seq
        else:
            self.present += 1

    def holds(self, minimum_index: int) -> bool:
        """Whether count and digest are those of the records met; beyond check where some of them were pruned."""
        if self.runs and self.runs[0][0] < minimum_index:
            return self._seen <= self._count
        return self._seen == self._count and self._hash.hexdigest() == self._digest


class PruneClaim:
    """One removal of old headers."""

    def __init__(self, writer: str, below: int, root: str) -> None:
        self.writer = writer
        self.below = below
        self.root = root


def read_claim(header: Mapping[str, Any]) -> PayloadClaim | PruneClaim | None:
    """Read the details of a purge record; ``None`` when they claim nothing that can be checked."""
    details = header.get("details")
    if header.get("kind") != "purge" or not isinstance(details, dict) or not isinstance(details.get("writer"), str):
        return None
    writer = details["writer"]
    if details.get("action") == "prune":
        below, root = details.get("below"), details.get("root")
        return PruneClaim(writer, below, root) if type(below) is int and isinstance(root, str) else None
    if details.get("action") != "payload":
        return None
    retention_class, count, digest = details.get("class"), details.get("count"), details.get("ids_sha256")
    runs = _read_runs(details.get("runs"))
    if runs is None or not isinstance(retention_class, str) or type(count) is not int or not isinstance(digest, str):
        return None
    return PayloadClaim(writer, retention_class, runs, count, digest)


class ClaimTracker:
    """Finds the claims that cover each record of one writer, as ``seq`` goes up."""

    def __init__(self, claims: Iterable[PayloadClaim]) -> None:
        self.claims = list(claims)
        self._waiting: dict[str, list[tuple[int, int, PayloadClaim]]] = {}
        self._active: dict[str, list[tuple[int, PayloadClaim]]] = {}
        for claim in self.claims:
            for first, last in claim.runs:
                self._waiting.setdefault(claim.retention_class, []).append((first, last, claim))
        for waiting in self._waiting.values():
            waiting.sort(key=lambda item: item[0], reverse=True)

    def covering(self, seq: int, retention_class: str) -> list[PayloadClaim]:
        """Claims over a record; must be asked in ascending order of ``seq``."""
        waiting = self._waiting.get(retention_class)
        if waiting is None:
            return []
        active = self._active.get(retention_class, [])
        if active and any(last < seq for last, _ in active):
            active = [item for item in active if item[0] >= seq]
        while waiting and waiting[-1][0] <= seq:
            _, last, claim = waiting.pop()
            if last >= seq:
                active.append((last, claim))
        self._active[retention_class] = active
        return [claim for _, claim in active]


def _read_runs(value: object) -> list[tuple[int, int]] | None:
    if not isinstance(value, list):
        return None
    runs: list[tuple[int, int]] = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or any(type(number) is not int for number in pair):
            return None
        first, last = pair
        if first > last or (runs and first <= runs[-1][1]):
            return None
        runs.append((first, last))
    return runs
