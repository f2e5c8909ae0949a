"""Recall, precision and leak rate, per entity type, on generated or given texts.

A value counts as found *exactly* where a match has its type and span, and by *overlap* where a match touches it. It
*leaks* where any letter or digit of it is still readable in the redacted text. A match of an expected type that touches
no expected value of its type is a false alarm; on texts that list no values every match is one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.data import people
from benchmarks.secret_samples import secrets
from benchmarks.tables import show

__all__ = ["Row", "collect", "read", "report", "score"]


class Row(NamedTuple):
    """A text and what is in it: ``(entity type or None, start, end)``."""

    text: str
    spans: list[tuple[str | None, int, int]]


def read(path: Path) -> Iterator[Row]:
    """Read JSON Lines: ``text`` and ``spans``, each span ``[start, end]`` or ``{"start", "end", "type"}``.

    ``entity`` (or ``rule``) names the type of bare spans; a row whose ``should_match`` is false has no values.

    Raises:
        SystemExit: A line is not such an object.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            default = item.get("entity") or item.get("rule")
            yield Row(item["text"], [_span(span, default) for span in item["spans"]])
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise SystemExit(f"{path.name}: line {number} is not a row of text and spans") from error


def _span(span: Any, default: str | None) -> tuple[str | None, int, int]:
    if isinstance(span, dict):
        kind = span.get("type") or span.get("entity_type") or span.get("label") or default
        return kind, int(span["start"]), int(span["end"])
    return (span[2] if len(span) > 2 else default), int(span[0]), int(span[1])


def score(rows: Iterable[Row], redactor: Any) -> dict[str, dict[str, float]]:
    """Count per entity type: ``expected``, ``exact``, ``overlap``, ``covered``, ``leaked``, ``false``, ``found``."""
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        matches = redactor.find(row.text)
        hidden = bytearray(len(row.text))
        for match in matches:
            hidden[match.start : match.end] = b"\1" * (match.end - match.start)
        touched: set[int] = set()
        for kind, start, end in row.spans:
            line = counts[str(kind or "?")]
            line["expected"] += 1
            over = [i for i, m in enumerate(matches) if m.start < end and m.end > start]
            touched.update(over)
            line["overlap"] += bool(over)
            line["exact"] += any((matches[i].start, matches[i].end) == (start, end) for i in over)
            line["typed"] += any(matches[i].entity_type == kind for i in over)
            line["leaked"] += any(row.text[i].isalnum() and not hidden[i] for i in range(start, end))
        for index, match in enumerate(matches):
            counts[match.entity_type]["found"] += 1
            if index not in touched:
                counts[match.entity_type]["false"] += 1
    return {kind: dict(line) for kind, line in counts.items()}


def collect(data: Path | None, *, quick: bool, profile: str) -> dict[str, Any]:
    """Score the default rules on generated texts, or on a file."""
    from privmw.redaction.redactor import Redactor

    redactor = Redactor(profile=profile)
    if data is not None:
        sources = {data.name: list(read(data))}
    else:
        count = 240 if quick else 2400
        sources = {
            "personal data and secrets in sentences": [Row(text, list(spans)) for text, spans in people(count)],
            "every kind of secret": [Row(text, list(spans)) for text, spans in secrets(1 if quick else 4)],
        }
    return {"profile": profile, "sources": {name: score(rows, redactor) for name, rows in sources.items()}}


def report(result: dict[str, Any], *, detail: bool = True) -> None:
    """Print one table per source."""
    for name, counts in result["sources"].items():
        rows = [_row(kind, line) for kind, line in sorted(counts.items())] if detail else []
        total: dict[str, float] = defaultdict(float)
        for line in counts.values():
            for key, value in line.items():
                total[key] += value
        head = ["", "values", "found by overlap", "span exact", "leak rate", "matches", "false alarms", "precision"]
        show(f"{name} (profile {result['profile']})", head, [*rows, _row("all", total)])


def _row(kind: str, line: dict[str, float]) -> list[str]:
    expected, found, false = line.get("expected", 0), line.get("found", 0), line.get("false", 0)

    def share(key: str) -> str:
        return f"{line.get(key, 0) / expected:.1%}" if expected else ""

    precision = f"{1 - false / found:.1%}" if found else ""
    return [
        kind,
        f"{expected:.0f}",
        share("overlap"),
        share("exact"),
        share("leaked"),
        f"{found:.0f}",
        f"{false:.0f}",
        precision,
    ]
