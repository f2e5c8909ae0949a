"""Speed beside the peers: each in a process of its own, on the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.data import workloads
from benchmarks.peers import PEERS
from benchmarks.tables import microseconds, show

__all__ = ["collect", "report"]


def collect(only: Sequence[str], *, quick: bool) -> dict[str, Any]:
    """Run the workers.

    Args:
        only: Names of peers or workloads; empty = all of them.
        quick: Measure for a moment only, to see that everything runs.

    Raises:
        SystemExit: A name is neither a peer nor a workload.
    """
    known = [workload.name for workload in workloads()]
    if unknown := [name for name in only if name not in PEERS and name not in known]:
        raise SystemExit(
            f"no peer or workload {unknown[0]!r}; peers: {', '.join(PEERS)}; workloads: {', '.join(known)}"
        )
    peers = [peer for peer in PEERS if peer in only] or list(PEERS)
    names = [name for name in known if name in only]
    seconds = "0.02" if quick else "1.0"
    return {"seconds_per_workload": float(seconds), "peers": [_worker(peer, seconds, names) for peer in peers]}


def _worker(peer: str, seconds: str, names: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.worker", peer, seconds, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        error = done.stderr.strip().splitlines()[-1].partition(":")[0] if done.stderr.strip() else "no message"
        return {"peer": peer, "label": peer, "status": f"failed ({error})", "workloads": {}}
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def report(results: dict[str, Any]) -> None:
    """Print the tables."""
    present = [result for result in results["peers"] if result["status"] == "ok"]
    for result in results["peers"]:
        if result["status"] != "ok":
            print(f"{result['label']}: {result['status']}")
    if not present:
        return
    names = [name for name in (w.name for w in workloads()) if any(name in r["workloads"] for r in present)]
    for title, cell in (
        ("Median time of one call", lambda item: microseconds(item["median_us"])),
        ("99th percentile of one call", lambda item: microseconds(item["p99_us"])),
        ("Peak bytes allocated by one call (Python's allocator)", lambda item: f"{item['alloc_bytes']:,}"),
        ("Planted values still readable afterwards", _missed),
    ):
        rows = [[name, *(_cell(result["workloads"].get(name), cell) for result in present)] for name in names]
        show(title, ["", *(result["label"] for result in present)], rows)
    show(
        "The peers",
        ["", "version", "entity types or keys", "import and set-up", "memory added"],
        [
            [r["label"], r["version"], str(r["entities"]), f"{r['setup_ms']:.0f} ms", f"{r['rss_mb']:.0f} MB"]
            for r in present
        ],
    )


def _cell(item: dict[str, Any] | None, cell: Any) -> str:
    if item is None:
        return "-"
    return str(cell(item)) if item["status"] == "ok" else str(item["status"])


def _missed(item: dict[str, Any]) -> str:
    lost = ", text lost" if item["kept"] < 0.5 else ""
    return f"{item['missed']} of {item['planted']}{lost}"
