"""Recall, precision and leak rate, per entity type, on generated or given texts.

A value counts as found *exactly* where a match has its span, by *overlap* where a match touches it, and *typed* where one
that touches it has its type. It *leaks* where any letter or digit of it is still readable in the redacted text. A match
that touches no expected value is a false alarm, and one of another type than the value it touches is one of its own type.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.data import people
from benchmarks.heldout import heldout
from benchmarks.heldout_secrets import issued_secrets
from benchmarks.secret_samples import secrets
from benchmarks.server_logs import server_logs
from benchmarks.tables import show

__all__ = ["Row", "alarms", "collect", "read", "report", "score"]


_RENAMED = {"KR_PHONE": "PHONE_NUMBER"}
"""What the workloads call a value, and the entity type it has."""

_ALWAYS_DETAILED = frozenset({"drawn from national standards"})
_UNTYPED = frozenset({"by its mark", "by its name", "by its place"})
"""Kinds of rows that say how a value is told, not what it is."""


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
            if index not in touched or not _of_type(match, row):
                counts[match.entity_type]["false"] += 1
    return {kind: dict(line) for kind, line in counts.items()}


def _of_type(match: Any, row: Row) -> bool:
    """Whether a value that a match touches has its type; rows that name types in words of their own do not tell."""
    kinds = {kind for kind, start, end in row.spans if match.start < end and match.end > start}
    return match.entity_type in kinds or not all(kind in _known() for kind in kinds)


@cache
def _known() -> frozenset[str]:
    from privmw.redaction.redactor import Redactor

    return Redactor(entities="all").entity_types


def alarms(count: int, profile: str) -> dict[str, Any]:
    """Count false alarms in ordinary server logs: every match but client addresses."""
    from privmw.redaction.redactor import Redactor

    redactor = Redactor(profile=profile)
    kinds: dict[str, int] = defaultdict(int)
    lines = missed = 0
    for line, addresses in server_logs(count):
        matches = redactor.find(line)
        found = {line[match.start : match.end] for match in matches}
        missed += sum(address not in found for address in addresses)
        wrong = [match for match in matches if line[match.start : match.end] not in addresses]
        lines += bool(wrong)
        for match in wrong:
            kinds[match.entity_type] += 1
    return {"lines": count, "with_alarm": lines, "missed_addresses": missed, "by_type": dict(kinds)}


def collect(data: Path | None, *, quick: bool, profile: str) -> dict[str, Any]:
    """Score the default rules on generated texts, or on a file."""
    from privmw.redaction.redactor import Redactor

    redactor = Redactor(profile=profile)
    if data is not None:
        sources = {data.name: list(read(data))}
    else:
        count = 240 if quick else 2400
        sources = {
            "drawn from national standards": [Row(text, list(spans)) for text, spans in heldout(8 if quick else 60)],
            "secrets as issuers describe them": [
                Row(text, list(spans)) for text, spans in issued_secrets(2 if quick else 12)
            ],
            "personal data and secrets in sentences": [
                Row(text, [(_RENAMED.get(kind, kind), start, end) for kind, start, end in spans])
                for text, spans in people(count)
            ],
            "every kind of secret": [Row(text, list(spans)) for text, spans in secrets(1 if quick else 4)],
        }
    result = {"profile": profile, "sources": {name: score(rows, redactor) for name, rows in sources.items()}}
    if data is None:
        size = 2_000 if quick else 20_000
        result["logs"] = {name: alarms(size, name) for name in dict.fromkeys(("logs", profile))}
    return result


def report(result: dict[str, Any], *, detail: bool = True) -> None:
    """Print one table per source."""
    for name, counts in result["sources"].items():
        told = _UNTYPED.intersection(counts)
        detailed = detail or told or name in _ALWAYS_DETAILED
        rows = (
            [_row(kind, line) for kind, line in sorted(counts.items()) if not told or kind in told] if detailed else []
        )
        total: dict[str, float] = defaultdict(float)
        for line in counts.values():
            for key, value in line.items():
                total[key] += value
        head = [
            "",
            "values",
            "found by overlap",
            "of this type",
            "span exact",
            "leak rate",
            "matches",
            "false alarms",
            "precision",
        ]
        show(f"{name} (profile {result['profile']})", head, [*rows, _row("all", total)])
    if "logs" in result:
        show(
            "ordinary server logs",
            [
                "profile",
                "lines",
                "lines with a false alarm",
                "per 1,000 lines",
                "addresses missed",
                "false alarms by type",
            ],
            [_logged(name, counted) for name, counted in result["logs"].items()],
        )


def _logged(name: str, counted: dict[str, Any]) -> list[str]:
    kinds = sorted(counted["by_type"].items(), key=lambda item: (-item[1], item[0]))
    return [
        name,
        f"{counted['lines']:,}",
        f"{counted['with_alarm']}",
        f"{1000 * counted['with_alarm'] / counted['lines']:.2f}",
        f"{counted['missed_addresses']}",
        ", ".join(f"{kind} {number}" for kind, number in kinds) or "none",
    ]


def _row(kind: str, line: dict[str, float]) -> list[str]:
    expected, found, false = line.get("expected", 0), line.get("found", 0), line.get("false", 0)

    def share(key: str) -> str:
        return f"{line.get(key, 0) / expected:.1%}" if expected else ""

    precision = f"{1 - false / found:.1%}" if found else ""
    return [
        kind,
        f"{expected:.0f}",
        share("overlap"),
        share("typed") if line.get("typed") else "",
        share("exact"),
        share("leaked"),
        f"{found:.0f}",
        f"{false:.0f}",
        precision,
    ]
