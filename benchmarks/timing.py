"""Time and memory of one call: medians and tails over many calls, allocations of a single one."""

from __future__ import annotations

import gc
import math
import os
import resource
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["allocations", "measure", "percentile", "resident"]


def percentile(values: list[float], share: float) -> float:
    """Value below which ``share`` of the sorted values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def measure(call: Callable[[], Any], seconds: float) -> dict[str, float]:
    """Time a call in microseconds.

    Single calls are timed one by one, so that the tail is the tail of calls; short ones are timed in small batches for
    the median, because reading the clock costs a noticeable part of them.

    Args:
        call: What to time.
        seconds: About how long to measure.

    Returns:
        ``median_us``, ``p99_us``, ``calls``.
    """
    clock = time.perf_counter_ns
    for _ in range(3):
        call()
    start = clock()
    call()
    once = max(clock() - start, 100)
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        singles: list[float] = []
        deadline = clock() + int(seconds * 0.5e9)
        while clock() < deadline or len(singles) < 5:
            start = clock()
            call()
            singles.append((clock() - start) / 1e3)
            if len(singles) >= 100_000:
                break
        median = statistics.median(singles)
        if once < 20_000:
            batch = max(1, 200_000 // once)
            means: list[float] = []
            deadline = clock() + int(seconds * 0.5e9)
            while clock() < deadline or len(means) < 5:
                start = clock()
                for _ in range(batch):
                    call()
                means.append((clock() - start) / 1e3 / batch)
            median = statistics.median(means)
    finally:
        if enabled:
            gc.enable()
    return {"median_us": median, "p99_us": percentile(singles, 0.99), "calls": len(singles)}


def allocations(call: Callable[[], Any]) -> int:
    """Peak bytes that Python's allocator handed out during one call."""
    call()
    tracemalloc.start()
    try:
        call()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        call()
        return max(0, tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()


def resident() -> float:
    """Resident memory of this process in MB (its peak, where the system does not tell the current one)."""
    pages = Path("/proc/self/statm")
    if pages.exists():  # a peak would count the parent's memory, which a child has until it executes its own program
        return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024
