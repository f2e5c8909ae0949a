"""What only this project is measured for: threads, an event loop, hostile texts, start-up, imports, memory."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.data import workloads
from benchmarks.hostile import HOSTILE, attack, repeated
from benchmarks.tables import microseconds, show
from benchmarks.timing import percentile

__all__ = ["collect", "report"]

LOADED = ("line-200B-clean", "text-1KB-dense")
"""Workloads that are measured under load."""


def _redactor() -> Any:
    from privmw.redaction.redactor import Redactor

    return Redactor()


def _single(redact: Any, text: str, calls: int) -> list[float]:
    out = []
    clock = time.perf_counter_ns
    for _ in range(calls):
        start = clock()
        redact(text)
        out.append((clock() - start) / 1e3)
    return out


def threads(redact: Any, text: str, calls: int, count: int = 2) -> dict[str, float]:
    """Times of single calls while ``count`` threads redact at once."""
    results: list[list[float]] = []
    gate = threading.Barrier(count)

    def work() -> None:
        gate.wait()
        results.append(_single(redact, text, calls))

    workers = [threading.Thread(target=work) for _ in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    merged = [value for part in results for value in part]
    return {"median_us": statistics.median(merged), "p99_us": percentile(merged, 0.99)}


def event_loop(redact: Any, text: str, calls: int) -> dict[str, float]:
    """How much later than asked a timer fires while tasks on the same loop redact, and the times of the calls."""
    late: list[float] = []
    single: list[float] = []

    async def ticker(stop: asyncio.Event) -> None:
        while not stop.is_set():
            asked = time.perf_counter() + 0.001
            await asyncio.sleep(0.001)
            late.append((time.perf_counter() - asked) * 1e6)

    async def work(count: int) -> None:
        for _ in range(count):
            single.extend(_single(redact, text, 1))
            await asyncio.sleep(0)

    async def main() -> None:
        stop = asyncio.Event()
        watch = asyncio.create_task(ticker(stop))
        await asyncio.gather(*(work(calls // 4) for _ in range(4)))
        stop.set()
        await watch

    asyncio.run(main())
    return {
        "median_us": statistics.median(single),
        "p99_us": percentile(single, 0.99),
        "timer_late_p99_us": percentile(late or [0.0], 0.99),
    }


def hostile(size: int) -> dict[str, float]:
    """Time of texts that are made to be slow, divided by the time of a clean text of the same size."""
    redact = _redactor().text
    text = repeated(_clean(), size)
    base = min(_single(redact, text, 3))
    return {name: min(_single(redact, repeated(seed, size), 3)) / base for name, seed in HOSTILE.items()}


def recognizers(size: int, *, quick: bool) -> dict[str, Any]:
    """The worst of the hostile texts of each recognizer, slowest first."""
    from privmw.redaction.recognizers.registry import builtin_recognizers

    attacked = attack(_redactor().text, builtin_recognizers()[:: 40 if quick else 1], _clean(), size)
    times = [one.times for one in attacked]
    return {
        "recognizers": len(attacked),
        "above_10": sum(one > 10 for one in times),
        "median": statistics.median(times),
        "worst": [one._asdict() for one in attacked[:20]],
    }


def _clean() -> str:
    return str(next(workload.data for workload in workloads() if workload.name == "text-10KB-clean"))


_START = (
    "import time; t=time.perf_counter(); from privmw import Redactor; r=Redactor(); r.text('mail a@example.com');"
    "print((time.perf_counter()-t)*1e3)"
)
_IMPORT = "import time,starlette.applications; t=time.perf_counter(); import privmw; print((time.perf_counter()-t)*1e3)"
_MEMORY = (
    "from benchmarks.timing import resident; b=resident(); from privmw import Redactor; r=Redactor();"
    "r.text('mail a@example.com'); print(resident()-b)"
)


def _fresh(code: str, **environment: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return float(done.stdout)


def collect(*, quick: bool, only: Sequence[str] = ()) -> dict[str, Any]:
    """Run everything of this page, or some of it.

    Args:
        quick: A moment for each.
        only: Of ``load``, ``start-up``, ``hostile``; empty = all.
    """
    result: dict[str, Any] = {}
    if not only or "load" in only:
        result.update(_load(400 if quick else 20_000))
    if not only or "start-up" in only:
        result["start-up"] = _start_up(1 if quick else 5)
    if not only or "hostile" in only:
        size = 20_000 if quick else 1_000_000
        result["hostile"] = {"bytes": size, "times_clean": hostile(size)}
        size = 10_000 if quick else 100_000 if only else 20_000  # the longer ones take a quarter of an hour
        result["recognizers"] = {"bytes": size, **recognizers(size, quick=quick)}
    return result


def _load(calls: int) -> dict[str, Any]:
    redactor = _redactor()
    by_name = {workload.name: workload.data for workload in workloads()}
    result: dict[str, Any] = {}
    for name in LOADED:
        text = by_name[name]
        single = _single(redactor.text, text, calls)
        result[name] = {
            "one thread": {"median_us": statistics.median(single), "p99_us": percentile(single, 0.99)},
            "two threads": threads(redactor.text, text, calls),
            "event loop": event_loop(redactor.text, text, calls),
        }
    return result


def _start_up(repeats: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        cold = _fresh(_START, PRIVMW_CACHE_DIR=folder)
        warm = statistics.median(_fresh(_START, PRIVMW_CACHE_DIR=folder) for _ in range(repeats))
        memory = statistics.median(_fresh(_MEMORY, PRIVMW_CACHE_DIR=folder) for _ in range(repeats))
    return {
        "cold_ms": cold,
        "warm_ms": warm,
        "import_ms": statistics.median(_fresh(_IMPORT) for _ in range(repeats)),
        "rss_mb": memory,
    }


def report(result: dict[str, Any]) -> None:
    """Print the tables."""
    rows = []
    for name in LOADED:
        for how, item in result.get(name, {}).items():
            late = microseconds(item["timer_late_p99_us"]) if "timer_late_p99_us" in item else ""
            rows.append([name, how, microseconds(item["median_us"]), microseconds(item["p99_us"]), late])
    if rows:
        show("Redactor.text under load", ["", "where", "median", "p99", "1 ms timer late, p99"], rows)
    if "start-up" in result:
        start = result["start-up"]
        show(
            "Start-up in a fresh process",
            ["", ""],
            [
                ["Redactor ready, no compiled database yet", f"{start['cold_ms']:.0f} ms"],
                ["Redactor ready, compiled database on disk", f"{start['warm_ms']:.0f} ms"],
                ["import privmw, starlette already there", f"{start['import_ms']:.1f} ms"],
                ["memory added by a Redactor", f"{start['rss_mb']:.0f} MB"],
            ],
        )
    if "hostile" in result:
        _report_hostile(result["hostile"], result["recognizers"])


def _report_hostile(shapes: dict[str, Any], each: dict[str, Any]) -> None:
    times = sorted(shapes["times_clean"].items(), key=lambda item: -item[1])
    title = f"Hostile texts of {shapes['bytes']:,} bytes, times a clean text of that size"
    show(title, ["", "times clean"], [[name, f"{value:.1f}"] for name, value in times])
    show(
        f"Hostile texts of {each['recognizers']} recognizers, the worst of each, {each['bytes']:,} characters: "
        f"median {each['median']:.1f} times clean, {each['above_10']} above 10 times; the worst 20",
        ["recognizer", "times clean", "text", "repeated"],
        [
            [
                one["recognizer"],
                f"{'more than ' if one['endless'] else ''}{one['times']:.1f}",
                one["kind"],
                repr(one["seed"]),
            ]
            for one in each["worst"]
        ],
    )
