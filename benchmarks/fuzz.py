"""Looks for a text, value or document that breaks a promise, led by coverage (atheris), for a bounded time.

The promises: nothing raises; offsets are exact; placeholders are never touched again; the input stays; planted values are
gone; both gates find the same. Command: ``scripts/fuzz``, ``scripts/fuzz --seconds 30 --only json``. What breaks one is
printed and left in a file ``crash-…``, which ``scripts/fuzz crash-…`` runs again.
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["TARGETS", "main"]

PLANTED = (
    "jane.doe@example.com",
    "960121-1021413",
    "4111-1111-1111-1111",
    "GB29NWBK60161331926819",
    "010-1234-5678",
    "219-45-6789",
    "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
)
_KEYS = ("note", "card", "password", "x-api-key", "name", "value", "ssn", "headers", "전화", "")
_PIECES = (
    *(
        "card ",
        "ssn: ",
        "주민번호는 ",
        "password=",
        "%40",
        "\\u0040",
        "&#64;",
        "\u200b",
        "１２３４",
        "<EMAIL_ADDRESS>",
        "\n",
        "-",
        "4111",
    ),
    *(
        "token ",
        "http://a:b@",
        "eyJ",
        "-----BEGIN ",
        "010 - 1234",
        "\ud800",
        "\x00",
        "[US_SSN_BCDFGHJKMN]",
        '":"',
        "Bearer ",
    ),
)
_DEEPEST = 4
_PLACEHOLDER = re.compile("<[A-Z][A-Z0-9_]+>")


def _text(provider: Any) -> str:
    """A text of free characters and of pieces that wake recognizers."""
    parts = []
    for _ in range(provider.ConsumeIntInRange(0, 5)):
        if provider.ConsumeBool():
            parts.append(str(provider.PickValueInList(list(_PIECES))))
        else:
            parts.append(str(provider.ConsumeUnicode(provider.ConsumeIntInRange(0, 24))))
    return "".join(parts)


def _planted(provider: Any) -> tuple[str, str]:
    """A text with a value that stands apart in it, between words."""
    value = str(provider.PickValueInList(list(PLANTED)))
    return f"{_text(provider)} und {value} und {_text(provider)}", f" {value} "


def _value(provider: Any, depth: int = 0) -> Any:
    kind = provider.ConsumeIntInRange(0, 8 if depth < _DEEPEST else 5)
    if kind < 3:
        return _text(provider)
    if kind == 3:
        return provider.ConsumeInt(provider.ConsumeIntInRange(1, 12))
    if kind == 4:
        return provider.PickValueInList([None, True, 0.5, 4111111111111111, 9601211021413, 10**30])
    if kind == 5:
        return _planted(provider)[0]
    count = provider.ConsumeIntInRange(0, 3)
    if kind == 6:
        return [_value(provider, depth + 1) for _ in range(count)]
    return {str(provider.PickValueInList(list(_KEYS))): _value(provider, depth + 1) for _ in range(count)}


def _kept(once: str, twice: str) -> bool:
    """Whether the placeholders of a redacted text all stand, in order, in what redacting it again gave."""
    left = iter(_PLACEHOLDER.findall(twice))
    return all(one in left for one in _PLACEHOLDER.findall(once))


def find(redactor: Any, provider: Any) -> None:
    """Offsets are exact, in order and apart; the text is rebuilt around them."""
    text, value = _planted(provider)
    expected: list[str] = []
    position = 0
    for match in redactor.find(text):
        assert position <= match.start < match.end <= len(text), "offsets"
        expected += (text[position : match.start], f"<{match.entity_type}>")
        position = match.end
    once = redactor.text(text)
    assert once == "".join(expected) + text[position:], "the text is not rebuilt around its matches"
    assert value not in once, f"a planted value is left: {text!r} -> {once!r}"
    twice = redactor.text(once)
    assert _kept(once, twice), f"a placeholder was touched: {text!r} -> {once!r} -> {twice!r}"


def value(redactor: Any, provider: Any) -> None:
    """Shape and input stay; planted values are gone."""
    text, planted = _planted(provider)
    given = [_value(provider), {"k": text}, (text, 1)]
    before = repr(given)
    once = redactor.value(given)
    assert repr(given) == before, "the input was changed"
    assert len(once) == len(given), "the shape was changed"
    assert isinstance(once, list), "the kind was changed"
    assert planted not in repr(once), f"a planted value is left: {given!r} -> {once!r}"
    twice = redactor.value(copy.deepcopy(once))
    assert _kept(repr(once), repr(twice)), f"a placeholder was touched: {given!r} -> {once!r} -> {twice!r}"


def json_source(redactor: Any, provider: Any) -> None:
    """Documents stay documents; planted values are gone; what is no document is taken as text."""
    text, planted = _planted(provider)
    document = json.dumps([_value(provider), {"k": text}], ensure_ascii=provider.ConsumeBool()).encode(
        "utf-8", "surrogatepass"
    )
    once = redactor.json(document)
    assert isinstance(json.loads(once), list), "no document"
    assert planted.encode() not in once, f"a planted value is left: {document!r} -> {once!r}"
    for source in (document, provider.ConsumeBytes(200)):
        once = redactor.json(source)
        twice = redactor.json(once)
        assert _kept(*(one.decode("latin-1") for one in (once, twice))), (
            f"a placeholder was touched: {source!r} -> {once!r} -> {twice!r}"
        )


def gates(redactor: Any, provider: Any) -> None:
    """The regex gate, slow and exact, finds what the Hyperscan gate finds."""
    text = _planted(provider)[0] + _text(provider)
    slow = _slow()
    assert slow.find(text) == redactor.find(text), f"the gates differ: {text!r}"


@cache
def _slow() -> Any:
    return import_module("privmw.redaction.redactor").Redactor(gate="regex")


TARGETS: dict[str, Callable[[Any, Any], None]] = {"find": find, "value": value, "json": json_source, "gates": gates}
"""What is called with a redactor and the fuzzer's data."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the fuzzer; it ends the process itself, with 0 where nothing broke."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--only", choices=sorted(TARGETS), action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("crash", nargs="*", type=Path, help="files of earlier runs")
    options = parser.parse_args(arguments)
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["privmw.redaction"]):
        redactor = import_module("privmw.redaction.redactor").Redactor()
    targets = [TARGETS[name] for name in options.only or TARGETS]
    for target in targets:  # once, so that nothing is compiled within the fuzzer's time for one input
        target(redactor, atheris.FuzzedDataProvider(bytes(range(256))))

    def one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        target = targets[provider.ConsumeIntInRange(0, len(targets) - 1)]
        target(redactor, provider)
        assert not redactor.failures["failed"], "a text could not be looked at"

    limits = [
        "-max_len=600",
        f"-max_total_time={options.seconds}",
        f"-seed={options.seed}",
        "-timeout=20",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *limits, *map(str, options.crash)], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
