"""Every recognizer of personal data finds its example, exactly, and leaves its near-miss alone."""

from __future__ import annotations

import importlib.util
import random
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from privmw.redaction.engine import Engine
from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.registry import builtin_recognizers
from privmw.redaction.recognizers.shapes import never


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLES: dict[str, tuple[str, str]] = _load("pii_examples").EXAMPLES
generators = _load("generators")
RECOGNIZERS = {recognizer.name: recognizer for recognizer in builtin_recognizers() if not recognizer.secret}
MARK = re.compile(r"\[\[(.*?)\]\]")


def _example(name: str) -> tuple[str, int, int]:
    marked = EXAMPLES[name][0]
    match = MARK.search(marked)
    assert match is not None
    text = MARK.sub(r"\1", marked)
    return text, match.start(), match.end() - 4


def _spans(engine: Engine, text: str) -> list[tuple[int, int]]:
    return [(item[0], -item[1]) for item in engine.find(text)]


def _alone(recognizer: Recognizer, gate: str = "auto") -> Engine:
    """Build an engine that a recognizer reaches; the weakest are for those who ask for everything."""
    return Engine([recognizer], threshold=0.5 if recognizer.boosted >= 0.5 else recognizer.score, gate=gate)


@cache
def _default() -> Engine:
    return Engine([recognizer for recognizer in RECOGNIZERS.values() if recognizer.default])


def test_every_recognizer_has_an_example() -> None:
    """A recognizer without an example and a near-miss, or an example without a recognizer, is a mistake."""
    assert set(EXAMPLES) == set(RECOGNIZERS)


def test_more_than_a_hundred_entity_types_are_known() -> None:
    """The default set covers well over sixty kinds of personal data."""
    assert len({recognizer.entity_type for recognizer in RECOGNIZERS.values() if recognizer.default}) >= 150


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@pytest.mark.parametrize("gate", ["hyperscan", "regex"])
def test_the_example_is_found_exactly(name: str, gate: str) -> None:
    """Alone, a recognizer finds exactly the marked value, and nothing in its near-miss, through either gate."""
    engine = _alone(RECOGNIZERS[name], gate)
    text, start, end = _example(name)
    assert [(start, end)] == _spans(engine, text)
    assert [] == _spans(engine, EXAMPLES[name][1])


@pytest.mark.parametrize("name", sorted(name for name in EXAMPLES if RECOGNIZERS[name].default))
def test_the_default_set_covers_the_example(name: str) -> None:
    """Among all others, no character of the marked value is left, whoever names it."""
    text, start, end = _example(name)
    covered = {place for low, high in _spans(_default(), text) for place in range(low, high)}
    assert set(range(start, end)) - {place for place in range(start, end) if not text[place].isalnum()} <= covered


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name in EXAMPLES
        if (rule := RECOGNIZERS[name]).needs_context and rule.checksum is not never and "(?P<value>" not in rule.pattern
    ),
)
def test_a_waived_context_finds_the_bare_value(name: str) -> None:
    """At a threshold of 0 a recognizer of weak structure finds its bare value, without any word beside it."""
    text, start, end = _example(name)
    value = text[start:end]
    assert [(0, len(value))] == _spans(Engine([RECOGNIZERS[name]], threshold=0.0), value)


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name in EXAMPLES
        if not RECOGNIZERS[name].needs_context
        and RECOGNIZERS[name].default
        and _example(name)[0].startswith("see ")
        and _example(name)[0].isascii()
    ),
)
def test_hangul_particles_are_a_boundary(name: str) -> None:
    """A value with Hangul glued to both ends is found."""
    text, start, end = _example(name)
    value = text[start:end]
    assert (1, 1 + len(value)) in _spans(_default(), f"은{value}입니다")


@pytest.mark.parametrize("name", sorted(set(RECOGNIZERS) - {"kr_address_road"}))
def test_drawn_values_are_found(name: str) -> None:
    """Ten random values with valid check digits are found in the surroundings of the example."""
    recognizer: Recognizer = RECOGNIZERS[name]
    rng = random.Random(name)
    engine = _alone(recognizer)
    before, _, after = MARK.sub("\x00", EXAMPLES[name][0]).partition("\x00")
    values = [generators.value_of(recognizer, rng) for _ in range(10)]
    found = {value: _spans(engine, before + value + after) for value in values}
    assert {} == {
        value: spans for value, spans in found.items() if (len(before), len(before) + len(value)) not in spans
    }


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-23 10:05:03,431 INFO app.orders [worker-3] order_id=84213377 status=shipped items=3 total=129.90 took=43ms",
        '{"ts":1764012345678,"level":"info","request_id":"f81d4fae-7dec-41d0-a765-00a0c91e6bf6","bytes":203023}',
        "trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7 sha256:9f86d081884c7d659a2feaa0c55ad015",
        "Chrome/103.0.5060.134 Safari/537.36 nginx/1.25.3 python 3.11.7 openssl 3.0.13",
        "GET /api/v1/orders/84213377?page=2&ts=1764012345 HTTP/1.1 200 78075 0.043",
        "kernel: [123456.789012] usb 1-1: new device idVendor=0bda addr 0xffff88810a2b3c40 irq 16",
        "listening on port 8080, 65535 max files, pid 12345, uid 1000, mode 100644, offset 5421234567890",
        "batch 20261123T100503 partition=3 lag=18446744073709551615 ns=1764012345678901234",
        "주문번호 202687888203 확인 바랍니다, 버전 1.16.10로 업데이트, 회의는 2026-08-19 14:00",
        "commit 3572991 (tag: v2.13.400) Merge pull request #10234 from feature/account-phone",
        "E1123 10:05:03.123456 12345 pod.go:231] restart phone-service-5d9c7b4f-x2x4z v2.0.69",
        "INV-20261123-00042 sku=A1B2C3D4 qty 10 price 1,299,000 KRW size 10240KB ratio 0.12345678",
    ],
)
def test_ordinary_lines_hold_nothing(line: str) -> None:
    """Timestamps, ids, hashes, versions, ports and sizes are nobody's data."""
    assert [] == [(item[4].recognizer.name, line[item[0] : -item[1]]) for item in _default().find(line)]
