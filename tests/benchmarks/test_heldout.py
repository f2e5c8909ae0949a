"""The redactor on values that none of its patterns had a hand in, and on logs that hold nothing but client addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from benchmarks.accuracy import Row, alarms, score
from benchmarks.heldout import heldout
from benchmarks.heldout_secrets import issued_secrets
from benchmarks.server_logs import server_logs
from privmw.redaction.redactor import Redactor

Generator = Callable[[int], Iterator[tuple[str, list[tuple[str, int, int]]]]]


def _total(rows: Iterable[tuple[str, list[tuple[str, int, int]]]], key: str) -> float:
    counts = score([Row(text, list(spans)) for text, spans in rows], Redactor())
    return sum(line.get(key, 0) for line in counts.values())


@pytest.mark.parametrize("generator", [heldout, issued_secrets, server_logs])
def test_what_is_drawn_is_the_same_every_time(generator: Callable[[int], Iterator[object]]) -> None:
    """Figures of two runs compare only if both saw the same texts."""
    assert list(generator(2)) == list(generator(2))


@pytest.mark.parametrize(("generator", "recall"), [(heldout, 0.99), (issued_secrets, 0.98)])
def test_values_from_outside_are_found_and_do_not_leak(generator: Generator, recall: float) -> None:
    """At least this share of the values is found, and no more than the rest leaks a character."""
    expected = _total(generator(4), "expected")
    assert _total(generator(4), "overlap") >= recall * expected
    assert _total(generator(4), "leaked") <= (1 - recall) * expected


def test_what_is_found_has_the_right_edges_and_type() -> None:
    """Values drawn from standards come out whole, under their own name, and nothing else does."""
    expected = _total(heldout(4), "expected")
    assert _total(heldout(4), "exact") >= 0.99 * expected
    assert _total(heldout(4), "typed") >= 0.98 * expected
    assert _total(heldout(4), "false") <= 0.03 * expected


def test_ordinary_server_logs_raise_no_alarm() -> None:
    """At most one line in a thousand is altered beyond its client addresses, and no address stays."""
    counted = alarms(4_000, "logs")
    assert 0 == counted["missed_addresses"]
    assert counted["with_alarm"] <= 4, counted["by_type"]
