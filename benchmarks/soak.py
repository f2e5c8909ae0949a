"""Runs one redactor in several threads for minutes, over ever new mixed input, and fails where its memory grows.

Command: ``scripts/soak`` (five minutes), ``scripts/soak --minutes 1``.
"""

from __future__ import annotations

import argparse
import json
import random
import string
import threading
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.hostile import HOSTILE, repeated
from benchmarks.secret_samples import secrets
from benchmarks.timing import resident

__all__ = ["main", "mixed"]

EVERY = 30.0
"""Seconds between two lines of output."""

WARM = 1 / 3
"""Share of the time in which memory may grow without being held against it: patterns and bounded caches fill."""

_LINES = (
    "2026-11-23 10:05:03,{n3} INFO app [worker-{n1}] order_id={n8} status=shipped took={n2}ms",
    '{{"ts":17640{n8},"user":"{word}.{word}@example.com","phone":"010-{n4}-{n4}"}}',
    "GET /api/v1/{word}/{n8}?email={word}%40example.com&ts={n8} HTTP/1.1 200 {n5}",
    "고객 {word} 님의 주민번호는 {n6}-{n7}, 카드 4{n3} {n4} {n4} {n4} 입니다. 전화 010-{n4}-{n4}",
    "card 4{n15}, iban GB{n2}NWBK{n14}, ssn {n3}-{n2}-{n4}, key sk_live_{key}",
    "１{n2}３-{n4} \u200b{n4}\u200b {word}&#64;example.com \\u0040 {n9}-\n{n3}",
    "plain prose about {word} and {word} with nothing in it, {n2} times",
)


def _filled(rng: random.Random) -> str:
    template = rng.choice(_LINES)
    parts = []
    for literal, field, _, _ in string.Formatter().parse(template):
        parts.append(literal)
        if field == "word":
            parts.append("".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 9))))
        elif field == "key":
            parts.append("".join(rng.choices(string.ascii_letters + string.digits, k=24)))
        elif field:
            parts.append("".join(rng.choices(string.digits, k=int(field[1:]))))
    return "".join(parts)


def mixed(rng: random.Random, drawn: Sequence[str]) -> str:
    """Draw a text: a line or a page, prose or data, with values, secrets or hostile stretches; never the same twice."""
    kind = rng.random()
    if kind < 0.1:
        return f"{_filled(rng)} {rng.choice(drawn)}"
    if kind < 0.13:
        return repeated(rng.choice(tuple(HOSTILE.values())), rng.randint(10, 2_000)) + _filled(rng)
    if kind < 0.16:
        return "".join(chr(rng.choice((rng.randint(0, 0x2FF), rng.randint(0xAC00, 0xD800)))) for _ in range(40))
    return "\n".join(_filled(rng) for _ in range(rng.choice((1, 1, 1, 2, 5, 30))))


def _work(redactor: Any, seed: int, stop: threading.Event, counts: dict[str, int], drawn: Sequence[str]) -> None:
    rng = random.Random(seed)
    while not stop.is_set():
        text = mixed(rng, drawn)
        value = {
            rng.choice(("note", "card", "ssn", f"k{rng.random()}")): [text, rng.getrandbits(60)],
            "user": {"mail": f"{rng.random()}@example.com", "password": text[:20]},
        }
        redactor.find(text)
        redactor.text(text)
        redactor.value(value)
        redactor.json(json.dumps(value).encode())
        counts["calls"] += 4
        counts["characters"] += 4 * len(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; returns 1 where memory grew beyond the bound, or a text could not be looked at."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--bound", type=float, default=16.0, metavar="MB", help="most growth after the warm-up")
    options = parser.parse_args(arguments)
    from privmw.redaction.redactor import Redactor

    redactor = Redactor()
    drawn = [text for text, _ in secrets(2)]
    stop = threading.Event()
    counts = [{"calls": 0, "characters": 0} for _ in range(options.threads)]
    workers = [
        threading.Thread(target=_work, args=(redactor, number, stop, counts[number], drawn))
        for number in range(options.threads)
    ]
    for worker in workers:
        worker.start()
    start = time.monotonic()
    seconds = options.minutes * 60
    warm, late = 0.0, []
    try:
        while (passed := time.monotonic() - start) < seconds:
            time.sleep(max(0.0, min(EVERY, seconds / 12, seconds - passed)))
            passed = time.monotonic() - start
            memory = resident()
            if passed <= WARM * seconds:
                warm = memory
            elif passed > (1 - WARM) * seconds:
                late.append(memory)
            calls = sum(count["calls"] for count in counts)
            print(f"{passed:6.0f} s  {memory:7.1f} MB  {calls:,} calls", flush=True)
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    grown = min(late) - warm
    failures = dict(redactor.failures)
    characters = sum(count["characters"] for count in counts)
    print(f"{characters:,} characters; memory grew by {grown:.1f} MB after the warm-up (bound {options.bound:.0f} MB)")
    if failures:
        print(f"texts that could not be looked at: {failures}")
    return int(grown > options.bound or bool(failures))


if __name__ == "__main__":
    raise SystemExit(main())
