"""``privmw demo``: the example app under real traffic, what it handled on the left, what left it on the right."""

from __future__ import annotations

import argparse
import importlib.util
import json
import textwrap
from dataclasses import asdict
from itertools import zip_longest
from typing import TYPE_CHECKING

from privmw.errors import ConfigurationError

if TYPE_CHECKING:
    from privmw.demo.run import Arrival, Report

__all__ = ["HELP", "configure", "run"]

HELP = "Runs the example app against stand-ins on loopback; needs no network and no account."
_NEEDED = {
    "fastapi": "fastapi",
    "uvicorn": "uvicorn",
    "openai": "openai",
    "anthropic": "anthropic",
    "posthog": "posthog",
}
_COLUMN = 58


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--off", action="store_true", help="run the same app without privmw, to see what leaks")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo; exit code 0 when nothing planted arrived anywhere (or with ``--off``), 1 otherwise."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(f"the demo needs {', '.join(missing)}", remedy="pip install 'privmw[demo]'")
    from privmw.demo.run import run as run_demo

    if not arguments.json:
        print("Starting the example app under uvicorn, with stand-ins for OpenAI, Anthropic, Sentry and PostHog.")
        print("The first start on a machine compiles the rules, which takes a moment ...", flush=True)
    report = run_demo(protected=not arguments.off)
    print(json.dumps(asdict(report) | {"leaks": report.leaks}, indent=2) if arguments.json else _told(report))
    return 1 if report.protected and (report.leaks or not report.restored) else 0


def _told(report: Report) -> str:
    parts = [_title("What the user did, and got"), *_steps(report)]
    parts += ["", _title(f"{'What the app handled':<{_COLUMN}} | What each recipient received, read off the wire")]
    for arrival in report.arrivals:
        parts += _arrived(arrival)
    if report.protected:
        parts += ["", _title("The transfer ledger"), *_ledger(report)]
    parts += ["", _summary(report)]
    return "\n".join(parts)


def _steps(report: Report) -> list[str]:
    lines = []
    for step in report.steps:
        note = f"denied: {step.reason}" if step.reason else " ".join(step.answer.split())
        lines.append(f"  {step.status}  {step.title:<34} {textwrap.shorten(note, 74, placeholder=' ...')}")
    return lines


def _arrived(arrival: Arrival) -> list[str]:
    unit = ("line" if arrival.recipient == "application log" else "request") + "s" * (arrival.requests != 1)
    planted = ", ".join(arrival.planted) or "none"
    mark = "LEAK " if arrival.planted else "clean"
    head = f"{mark}  {arrival.recipient}: {arrival.requests} {unit}, {arrival.bytes:,} bytes"
    left = textwrap.wrap(arrival.handled, _COLUMN)
    right = [
        head,
        f"planted values: {planted}",
        *textwrap.wrap(arrival.received, _COLUMN, max_lines=5, placeholder=" ..."),
    ]
    rows = zip_longest(left, right, fillvalue="")
    return [*(f"{one:<{_COLUMN}} | {other}".rstrip() for one, other in rows), f"{'':<{_COLUMN}} |"]


def _ledger(report: Report) -> list[str]:
    rows = [f"  {'decision':<15} {'recipient':<12} {'purpose':<18} {'reason or what was replaced'}"]
    for row in report.transfers:
        removed = row.get("removed") or {}
        note = row.get("reason_code") or ", ".join(f"{count} {kind}" for kind, count in sorted(removed.items())) or "-"
        cells = (str(row.get("decision")), str(row.get("recipient_id")), str(row.get("purpose") or "-"))
        first, *more = textwrap.wrap(note, 68) or ["-"]
        rows.append(f"  {cells[0]:<15} {cells[1]:<12} {cells[2]:<18} {first}")
        rows += [f"  {'':<47} {line}" for line in more]
    verdict = report.verdict.get("verdict") or report.verdict.get("verdicts")
    rows.append(f"  privmw verify says: {verdict}")
    return rows


def _summary(report: Report) -> str:
    if not report.protected:
        return f"Without privmw, {report.leaks} planted values arrived where the policy does not allow them."
    restored = "was restored for the user" if report.restored else "was NOT restored for the user"
    if report.leaks:
        return f"{report.leaks} planted values arrived somewhere: this is a bug. The streamed answer {restored}."
    return f"No planted value left the app, and the streamed answer {restored}. Compare: scripts/demo --off"


def _title(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"
