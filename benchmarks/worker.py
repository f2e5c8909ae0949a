"""One peer in its own process: ``python -m benchmarks.worker PEER SECONDS [WORKLOAD ...]`` prints JSON.

A peer that is not installed says so; one that fails on a workload says with what kind of error.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module, metadata
from typing import Any

from benchmarks.data import Workload, workloads
from benchmarks.timing import allocations, measure, resident

__all__ = ["run"]


def run(peer: str, seconds: float, names: frozenset[str]) -> dict[str, Any]:
    """Measure one peer.

    Args:
        peer: Module name below ``benchmarks.peers``.
        seconds: Time spent on each workload.
        names: Workloads to run; empty = all.
    """
    module = import_module(f"benchmarks.peers.{peer}")
    result: dict[str, Any] = {"peer": peer, "label": module.LABEL, "status": "ok", "workloads": {}}
    before = resident()
    start = time.perf_counter()
    try:
        result["version"] = metadata.version(module.PACKAGE) if module.PACKAGE else "stdlib"
        module.setup()
    except (ImportError, metadata.PackageNotFoundError) as error:
        result["status"] = f"not installed ({getattr(error, 'name', None) or module.PACKAGE})"
        return result
    result["setup_ms"] = (time.perf_counter() - start) * 1e3
    result["entities"] = module.entities()
    for workload in workloads():
        if names and workload.name not in names:
            continue
        result["workloads"][workload.name] = _one(module, workload, seconds)
    result["rss_mb"] = resident() - before
    return result


def _one(module: Any, workload: Workload, seconds: float) -> dict[str, Any]:
    redact: Callable[[Any], Any] | None = getattr(module, "value" if workload.kind == "value" else "text", None)
    if redact is None:
        return {"status": "not applicable"}
    data = workload.data
    if workload.kind == "lines":
        text = redact

        def call() -> Any:
            return [text(line) for line in data]
    else:
        whole = redact

        def call() -> Any:
            return whole(data)

    try:
        out = call()
    except Exception as error:  # noqa: BLE001 - a failing peer is a result, whatever it raises
        return {"status": f"failed ({type(error).__name__})"}
    left = json.dumps(out, ensure_ascii=False, default=str) if workload.kind == "value" else str(out)
    missed = [item.entity_type for item in workload.planted if item.value in left]
    # Time first: tracemalloc slows every allocation of the process down.
    timed = measure(call, seconds)
    return {
        "status": "ok",
        **timed,
        "alloc_bytes": allocations(call),
        "planted": len(workload.planted),
        "missed": len(missed),
        "missed_types": sorted(set(missed)),
        "kept": _kept(workload, left),
    }


def _kept(workload: Workload, left: str) -> float:
    """Share of the harmless words that are still there: a peer that drops a whole text misses nothing in it."""
    text = json.dumps(workload.data, ensure_ascii=False)
    for item in workload.planted:
        text = text.replace(item.value, " ")
    words = [word for word in text.split() if len(word) > 2 and word.isalpha()]
    return sum(word in left for word in words) / len(words) if words else 1.0


def main() -> None:
    peer, seconds, *names = sys.argv[1:]
    json.dump(run(peer, float(seconds), frozenset(names)), sys.stdout)


if __name__ == "__main__":
    main()
