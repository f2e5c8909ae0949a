"""The benchmark package runs, tells what is not installed, and counts right."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from benchmarks import accuracy, docs, from_pattern, ledger, own, speed, tables, timing, worker
from benchmarks.__main__ import COMMANDS, main
from benchmarks.data import people, workloads
from benchmarks.hostile import HOSTILE
from benchmarks.peers import PEERS


def test_workloads_are_the_same_every_time() -> None:
    """Two runs compare only if everyone gets the same bytes."""
    assert workloads() == workloads()


@pytest.mark.parametrize("workload", workloads(), ids=lambda workload: workload.name)
def test_planted_values_are_in_the_data(workload: Any) -> None:
    """A value that was never there could not be missed."""
    text = json.dumps(workload.data, ensure_ascii=False)
    assert [] == [item.entity_type for item in workload.planted if item.value not in text]
    assert ("clean" in workload.name) == (not workload.planted)


def test_planted_spans_hold_the_value() -> None:
    """Accuracy is measured at the right offsets."""
    rows = list(people(60))
    assert 60 == len(rows)
    assert all(
        text[start:end].strip() == text[start:end] and end > start for text, spans in rows for _, start, end in spans
    )


def test_a_peer_that_is_not_installed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets a line in the results, not silence."""
    monkeypatch.setattr("benchmarks.peers.turbocloak.PACKAGE", "no-such-distribution")
    result = worker.run("turbocloak", 0.0, frozenset())
    assert result["status"].startswith("not installed")


def test_a_peer_without_a_function_is_not_applicable() -> None:
    """Sentry's scrubber takes events, so text workloads do not apply to it."""
    result = worker.run("sentry", 0.0, frozenset({"line-200B-clean", "dict-100-leaves"}))
    assert "not applicable" == result["workloads"]["line-200B-clean"]["status"]
    assert "ok" == result["workloads"]["dict-100-leaves"]["status"]


def test_own_redactor_leaves_no_planted_value() -> None:
    """What the tables show as missed for this project is nothing."""
    result = worker.run("privmw", 0.0, frozenset())
    assert {} == {name: item for name, item in result["workloads"].items() if item["missed"]}


def test_speed_runs_each_peer_in_its_own_process(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints JSON with one entry per asked peer."""
    assert 0 == main(["--only", "plain_re", "--only", "line-200B-dense", "--quick", "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert ["plain_re"] == [peer["peer"] for peer in printed["peers"]]
    assert ["line-200B-dense"] == list(printed["peers"][0]["workloads"])


def test_speed_tables_name_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """People see which peer did not run, and a table of the ones that did."""
    results = speed.collect(["plain_re", "line-200B-dense"], quick=True)
    results["peers"].append({"peer": "x", "label": "x", "status": "not installed (x)", "workloads": {}})
    speed.report(results)
    printed = capsys.readouterr().out
    assert "x: not installed (x)" in printed
    assert "plain re" in printed


@pytest.mark.parametrize(("form", "expected"), [("plain", "a  b"), ("markdown", "| a | b |"), ("auto", "a")])
def test_tables_come_in_three_forms(form: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same rows for a terminal, a log and the documentation."""
    tables.use(form)
    tables.show("title", ["a", "b"], [["1", "2"]])
    tables.use("auto")
    assert expected in capsys.readouterr().out


def test_the_page_has_the_sections_that_are_refreshed() -> None:
    """A table is replaced between its comments and nowhere else; an unknown section is an error."""
    page = docs.PAGE.read_text(encoding="utf-8")
    for name in ("speed", "own", "accuracy"):
        changed = docs.refresh(page, name, "| new |")
        assert "| new |" in changed
        assert page.partition(f"<!-- {name} -->")[0] == changed.partition(f"<!-- {name} -->")[0]
    with pytest.raises(SystemExit, match="nothing"):
        docs.refresh(page, "nothing", "")


def test_an_unknown_name_is_refused() -> None:
    """A mistyped peer must not look like an empty result."""
    with pytest.raises(SystemExit, match="turbocloack"):
        speed.collect(["turbocloack"], quick=True)


def test_every_peer_module_has_the_same_names() -> None:
    """The worker calls them by name."""
    for peer in PEERS:
        module = import_module(f"benchmarks.peers.{peer}")
        assert {"LABEL", "PACKAGE", "setup", "entities"} <= set(dir(module))
        assert hasattr(module, "text") or hasattr(module, "value")


def test_accuracy_reads_a_users_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows with spans in either form are scored; a wrong file is refused by its line."""
    path = tmp_path / "rows.jsonl"
    rows = [
        {"text": "mail a@example.com", "spans": [[5, 18]], "entity": "EMAIL_ADDRESS"},
        {"text": "call nobody", "spans": []},
        {"text": "x b@example.com", "spans": [{"start": 2, "end": 15, "type": "EMAIL_ADDRESS"}]},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    assert 0 == main(["accuracy", "--data", str(path), "--json"])
    counts = json.loads(capsys.readouterr().out)["sources"]["rows.jsonl"]["EMAIL_ADDRESS"]
    assert (2, 2, 0) == (counts["expected"], counts["exact"], counts["leaked"])
    path.write_text('{"text": 1}')
    with pytest.raises(SystemExit, match="line 1"):
        list(accuracy.read(path))


def test_a_half_covered_value_counts_as_leaked() -> None:
    """Overlap alone is not safety: one readable character is a leak."""

    class HalfRedactor:
        def find(self, text: str) -> list[Any]:
            from privmw.types import Match

            return [Match("EMAIL_ADDRESS", 0, 3, 1.0)]

    counts = accuracy.score([accuracy.Row("a@bcd.com", [("EMAIL_ADDRESS", 0, 9)])], HalfRedactor())
    assert (1, 1, 0) == tuple(counts["EMAIL_ADDRESS"].get(key, 0) for key in ("leaked", "overlap", "exact"))


def test_accuracy_of_generated_values() -> None:
    """The project's own generated values are all found and none leaks."""
    result = accuracy.collect(None, quick=True, profile="default")
    for counts in result["sources"].values():
        leaks = {kind: line for kind, line in counts.items() if line.get("leaked")}
        assert {} == leaks


def test_own_measurements_run() -> None:
    """Threads and event loop give times; hostile texts are all non-empty."""
    redact = str.upper
    assert own.threads(redact, "a" * 50, 20)["p99_us"] > 0
    assert own.event_loop(redact, "a" * 50, 20)["median_us"] > 0
    assert all(HOSTILE.values())


def test_timing_orders_median_and_tail() -> None:
    """The tail cannot be shorter than the shortest call, and percentiles pick by rank."""
    measured = timing.measure(lambda: sum(range(100)), 0.01)
    assert measured["median_us"] > 0
    assert 99.0 == timing.percentile([float(n) for n in range(1, 101)], 0.99)
    assert timing.allocations(lambda: bytes(100_000)) >= 100_000
    assert timing.resident() > 1


def test_drawn_text_matches_its_pattern() -> None:
    """The generator understands groups, classes, repeats and alternatives."""
    import random
    import re

    pattern = r"(?:ab|c[0-9a-f]{4})-(?P<value>[^\s]{3,5}x*)\d+$"
    for seed in range(50):
        text, value = from_pattern.draw(pattern, random.Random(seed))
        match = re.match(pattern, text, re.ASCII)
        assert match is not None
        assert value in text


def test_parts_of_the_ledger_can_be_measured_alone() -> None:
    """A part by its name gives its figures only; a mistyped one is named."""
    assert {"before_send"} == set(ledger.collect(["before_send"], quick=True))
    with pytest.raises(SystemExit, match="no such part: shp"):
        ledger.collect(["shp"], quick=True)


def test_the_ledger_has_a_place_in_the_table() -> None:
    """Other measurements hang on the same command."""
    assert {"speed", "own", "accuracy", "ledger"} <= set(COMMANDS)
