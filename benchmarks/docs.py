"""Writes the tables of ``docs/benchmarks.md`` again: each stands between two comments that name it."""

from __future__ import annotations

import contextlib
import io
import platform
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.tables import use

__all__ = ["collect", "refresh", "report"]

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def refresh(page: str, name: str, tables: str) -> str:
    """Replace one section of the page.

    Raises:
        SystemExit: The page has no such section.
    """
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"docs/benchmarks.md has no section {name}")
    return pattern.sub(lambda match: f"{match[1]}{tables.strip()}\n\n{match[2]}", page)


def _printed(report: Callable[[Any], None], results: Any) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        report(results)
    return out.getvalue()


def collect(*, quick: bool) -> dict[str, Any]:
    """Run speed, own, middleware and accuracy; returns the text of each section."""
    use("markdown")
    names = ("speed", "own", "middleware", "accuracy")
    speed, own, middleware, accuracy = (import_module(f"benchmarks.{name}") for name in names)
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}.\n"
    sections = {
        "speed": machine + _printed(speed.report, speed.collect([], quick=quick)),
        "own": machine + _printed(own.report, own.collect(quick=quick)),
        "middleware": machine + _printed(middleware.report, middleware.collect(quick=quick)),
        "accuracy": _printed(
            lambda results: accuracy.report(results, detail=False),
            accuracy.collect(None, quick=quick, profile="default"),
        ),
    }
    use("auto")
    return {"sections": sections}


def report(results: dict[str, Any]) -> None:
    """Write the page."""
    page = PAGE.read_text(encoding="utf-8")
    for name, tables in results["sections"].items():
        page = refresh(page, name, tables)
    PAGE.write_text(page, encoding="utf-8")
    print(f"wrote {PAGE.name}")
