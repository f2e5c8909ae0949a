"""What is asked of a million records: by time, recipient, country, purpose, decision, category and data subject."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.ledger_data import START
from privmw.ledger.query import Criteria, Ledger
from privmw.types import DecisionKind, RecordKind

__all__ = ["QUESTIONS", "ask"]

QUESTIONS: dict[str, Callable[[int], tuple[Criteria, int | None]]] = {
    "latest 50": lambda count: (Criteria(), 50),
    "country FR, latest 50": lambda count: (Criteria(countries=frozenset({"FR"})), 50),
    "refused, one hour": lambda count: (
        Criteria(
            decisions=frozenset({DecisionKind.DENY}),
            since_ms=START + count * 25,
            until_ms=START + count * 25 + 3_600_000,
        ),
        None,
    ),
    "recipient and purpose, latest 50": lambda count: (
        Criteria(recipients=frozenset({"mistral"}), purposes=frozenset({"chat"})),
        50,
    ),
    "category, first 50": lambda count: (
        Criteria(categories=frozenset({"user.contact"}), since_ms=START + count * 10),
        50,
    ),
    "country, purpose and decision in a day, latest 50": lambda count: (
        Criteria(
            countries=frozenset({"US"}),
            purposes=frozenset({"chat"}),
            decisions=frozenset({DecisionKind.ALLOW_REDACTED}),
            since_ms=START + count * 20,
            until_ms=START + count * 20 + 86_400_000,
        ),
        50,
    ),
    "refused, latest 50 (5,000 recipients, all of them old)": lambda count: (
        Criteria(decisions=frozenset({DecisionKind.DENY}), purposes=frozenset({"crawl"})),
        50,
    ),
    "refused, latest 50": lambda count: (Criteria(decisions=frozenset({DecisionKind.DENY})), 50),
    "refused, first 50 of the later half": lambda count: (
        Criteria(decisions=frozenset({DecisionKind.DENY}), since_ms=START + count * 25),
        50,
    ),
    "purpose, latest 50 (5,000 recipients, all of them old)": lambda count: (
        Criteria(purposes=frozenset({"crawl"})),
        50,
    ),
    "kind, latest 50": lambda count: (Criteria(kinds=frozenset({RecordKind.DENIED})), 50),
    "one recipient of 5,000": lambda count: (Criteria(recipients=frozenset({"host-7.example"})), None),
    "purge records, all": lambda count: (Criteria(kinds=frozenset({RecordKind.PURGE})), None),
    "one subject, all": lambda count: (Criteria(subject_ref=hashlib.sha256(b"7").hexdigest()[:32]), None),
    "nothing found": lambda count: (Criteria(recipients=frozenset({"nobody"})), None),
}


def ask(directory: Path, count: int) -> dict[str, dict[str, float]]:
    """Time each question from opening the ledger to the last answer, in milliseconds (median of 9)."""
    found: dict[str, dict[str, float]] = {}
    for name, question in QUESTIONS.items():
        criteria, limit = question(count)
        times = []
        for _ in range(9):
            start = time.perf_counter()
            with Ledger.open(directory) as ledger:
                answers = len(list(ledger.transfers(criteria, newest_first="latest" in name, limit=limit)))
            times.append((time.perf_counter() - start) * 1e3)
        found[name] = {"median_ms": statistics.median(times), "answers": answers}
    return found
