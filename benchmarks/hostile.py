"""Hostile texts: seeds that, repeated, wake as much of the engine as one shape of input can.

:data:`HOSTILE` is written by hand, by shape of input; :func:`seeds` makes some for each recognizer out of its own
declaration: its context words, its values, what its trigger fires on, and values that break off.
"""

from __future__ import annotations

import random
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.from_pattern import draw

if TYPE_CHECKING:
    from privmw.redaction.recognizers.base import Recognizer

__all__ = ["HOSTILE", "Attack", "attack", "repeated", "seeds"]

HOSTILE = {
    "digits": "4111111111111112",
    "digits and dashes": "1-2-3-4-5-6-7-8-9-0-",
    "digits and spaces": "01 02 03 04 05 06 07 ",
    "hexadecimal": "deadbeef0123456789abcdef",
    "letters": "abcdefghijklmnopqrstuvwxyz",
    "at signs": "a@",
    "long local parts": "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p@q.r.s.t.u.v.w.x.y.z.",
    "colons": "ab:cd:ef:01:23:45:67:89:",
    "dots": "1.2.3.4.5.6.7.8.9.0.",
    "URLs with user info": "http://a:b",
    "URLs with queries": "?token=&key=&sig=&",
    "password keys": "password=",
    "password keys and values": "password=abc ",
    "named keys": 'api_key: "',
    "issuer names": "azure mistral cohere twitter = ",
    "bearer": "Bearer abcdefgh1 ",
    "JWT heads": "eyJhbGciOiJIUzI1NiJ9.",
    "PEM heads": "-----BEGIN PRIVATE KEY-----\n",
    "cookies": "Cookie: a=bbbb; ",
    "token prefixes": "ghp_AKIAsk-ant-xoxb-AIza",
    "dense values": "mina.kim@example.com 010-1234-5678 4111111111111111 ",
    "hangul": "주민등록번호는 연락처는 계좌번호는 ",
    "full-width digits": "１２３４５６-１２３４５６７ ",
    "percent escapes": "%25%32%30%40",
    "zero-width": "1\u200b2\u200b3\u200b",
    "brackets": "<[<[<[<[",
}

_PATIENCE = 3.0
"""Seconds after which a text counts as endless."""


class Attack(NamedTuple):
    """How long a recognizer's worst text takes.

    Attributes:
        times: Its time, divided by that of a clean text of the same size.
        recognizer: Whose text it is; any other may be the one that is slow.
        kind: How the text was made.
        seed: What was repeated.
        endless: It was given up; ``times`` is what had passed until then.
    """

    times: float
    recognizer: str
    kind: str
    seed: str
    endless: bool


class _TooLongError(BaseException):
    """Raised by the alarm; no ``Exception``, so that nothing on the way takes it for a failure."""


def repeated(seed: str, size: int) -> str:
    """Repeat a seed to a text of a size in characters."""
    return (seed * (size // len(seed) + 1))[:size]


def seeds(recognizer: Recognizer) -> Iterator[tuple[str, str]]:
    """Make seeds for a recognizer: ``(kind, seed)``, the same ones each time."""
    rng = random.Random(recognizer.name)
    flags = re.ASCII | (re.IGNORECASE if recognizer.ignore_case else re.NOFLAG)
    words = recognizer.context
    value, _ = draw(recognizer.pattern, rng, flags)
    if words:
        yield "context words", " ".join(words) + " "
        yield "word and value", f"{words[0]} {value} "
    yield "value", f"{value} "
    yield "other value", f"{draw(recognizer.pattern, rng, flags)[0]},"
    yield "values glued", value
    yield "broken off", f"{value[:-1] or value} "
    yield "first half, glued", value[: max(1, len(value) // 2)]
    if recognizer.trigger.isascii() and recognizer.trigger and "\\x" not in recognizer.trigger:
        yield "trigger", f"{draw(recognizer.trigger, rng, flags)[0]} "


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_arguments: Any) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def attack(
    redact: Callable[[str], object], recognizers: Iterable[Recognizer], clean: str, size: int, repeats: int = 3
) -> list[Attack]:
    """Time every seed of every recognizer, repeated to a size; the worst one of each, slowest first.

    Args:
        redact: What looks at a text.
        recognizers: Whose texts are made.
        clean: Ordinary text without a value in it.
        size: Characters of each text.
        repeats: A text that seems slow is timed this often, for its shortest time.
    """
    text = repeated(clean, size)
    base = min(_timed(redact, text)[0] for _ in range(5))
    worst: list[Attack] = []
    for recognizer in recognizers:
        attacks = []
        for kind, seed in seeds(recognizer):
            hostile = repeated(seed, size)
            seconds, endless = _timed(redact, hostile)
            for _ in range(repeats - 1):
                if 10 * base < seconds < _PATIENCE / 10:
                    seconds = min(seconds, _timed(redact, hostile)[0])
            attacks.append(Attack(seconds / base, recognizer.name, kind, seed[:60], endless))
        worst.append(max(attacks))
    return sorted(worst, reverse=True)


def _timed(redact: Callable[[str], object], text: str) -> tuple[float, bool]:
    start = time.perf_counter()
    try:
        with _alarm(_PATIENCE):
            redact(text)
    except _TooLongError:
        return time.perf_counter() - start, True
    return time.perf_counter() - start, False
