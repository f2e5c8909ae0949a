"""``python -m benchmarks``: speed beside the peers; ``own``, ``accuracy``, ``egress`` … for the rest; ``docs`` writes tables."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.tables import FORMATS, use

__all__ = ["COMMANDS", "main"]


def _speed(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[Any], None]]:
    speed = import_module("benchmarks.speed")
    return speed.collect(options.only, quick=options.quick), speed.report


def _own(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[Any], None]]:
    own = import_module("benchmarks.own")
    return own.collect(quick=options.quick, only=options.only), own.report


def _accuracy(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[Any], None]]:
    accuracy = import_module("benchmarks.accuracy")
    return accuracy.collect(options.data, quick=options.quick, profile=options.profile), accuracy.report


def _egress(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[Any], None]]:
    egress = import_module("benchmarks.egress")
    return egress.collect(quick=options.quick), egress.report


def _middleware(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[Any], None]]:
    middleware = import_module("benchmarks.middleware")
    return middleware.collect(quick=options.quick), middleware.report


def _otel(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[Any], None]]:
    otel = import_module("benchmarks.otel")
    return otel.collect(quick=options.quick), otel.report


def _ledger(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[Any], None]]:
    ledger = import_module("benchmarks.ledger")
    return ledger.collect(options.only, quick=options.quick), ledger.report


def _names(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[Any], None]]:
    del options
    names = import_module("benchmarks.names")
    return names.collect(), names.report


def _docs(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[Any], None]]:
    docs = import_module("benchmarks.docs")
    return docs.collect(quick=options.quick), docs.report


COMMANDS: dict[str, Callable[[argparse.Namespace], tuple[dict[str, Any], Callable[[Any], None]]]] = {
    "speed": _speed,
    "own": _own,
    "accuracy": _accuracy,
    "egress": _egress,
    "middleware": _middleware,
    "otel": _otel,
    "ledger": _ledger,
    "names": _names,
    "docs": _docs,
}
"""Each takes the options and returns the results, ready for JSON, and what prints them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("command", nargs="?", choices=sorted(COMMANDS), default="speed")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--format", choices=FORMATS, default="auto", help="how tables are printed")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="peer, workload, part of own or of ledger; may be repeated",
    )
    parser.add_argument("--quick", action="store_true", help="a moment for each, to see that everything runs")
    parser.add_argument("--data", type=Path, metavar="FILE", help="accuracy: JSON Lines with text and spans")
    parser.add_argument("--profile", default="default", help="accuracy: redaction profile")
    options = parser.parse_args(arguments)
    use(options.format)
    results, report = COMMANDS[options.command](options)
    results = {
        "command": options.command,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        **results,
    }
    if options.json:
        json.dump(results, sys.stdout, indent=1)
        print()
    else:
        print(f"Python {results['python']}, {results['machine']}")
        report(results)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
