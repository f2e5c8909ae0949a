"""The exported auditor: one file, an interpreter with nothing installed, the same verdicts."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.cli import main
from privmw.errors import ConfigurationError
from privmw.ledger.auditor import auditor_source, export_auditor
from privmw.ledger.auditor_main import auditor_main, parse_canonical
from privmw.ledger.canonical import NotCanonicalError, canonical, parse
from privmw.ledger.chain import leaf_hash
from tests.ledger.mutations import rows
from tests.ledger.proof_helpers import KEYS, check, edit, found, write_ledger


@pytest.fixture(scope="module")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The auditor as the command exports it."""
    path = tmp_path_factory.mktemp("auditor") / "auditor.py"
    assert main(["verify", "--export-auditor", str(path)]) == 0
    return path


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with checkpoints, an anchor and the public keys."""
    write_ledger(tmp_path / "ledger", 8, anchor=tmp_path / "anchor")
    (tmp_path / "keys").write_text("\n".join(key.text() for key in KEYS.trusted("privmw")))
    return tmp_path / "ledger"


def run(auditor: Path, *arguments: str) -> tuple[int, dict[str, object]]:
    """Run the auditor where neither privmw nor any other package can be imported."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(auditor), *arguments, "--json"],
        capture_output=True, text=True, timeout=60, check=False, cwd="/",
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_sound_ledger_in_an_isolated_interpreter(auditor: Path, ledger: Path) -> None:
    """Without site-packages, plain Python finds a sound ledger sound, signatures included."""
    code, report = run(
        auditor, str(ledger), "--key", str(ledger.parent / "keys"), "--anchor", str(ledger.parent / "anchor")
    )
    assert (0, "OK") == (code, report["verdict"])
    assert report["chains"] == [item.as_dict() for item in check(ledger, ledger.parent / "anchor").chains]


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("UPDATE headers SET header = CAST(replace(header, '\"US\"', '\"DE\"') AS BLOB) WHERE seq = 5", "ALTERED"),
        ("DELETE FROM headers WHERE seq = 5", "MISSING"),
        ("DELETE FROM payloads WHERE seq = 5", "MISSING"),
        ("DELETE FROM headers WHERE seq > 5", "TRUNCATED"),
        ("UPDATE checkpoints SET note = replace(note, '=', 'A=')", "ALTERED"),
        ("UPDATE facets SET country = 'DE' WHERE country = 'US'", "ALTERED"),
    ],
)
def test_same_verdict_as_the_library(auditor: Path, ledger: Path, statement: str, verdict: str) -> None:
    """For a changed ledger the auditor finds exactly what privmw finds."""
    for file in ledger.glob("*.sqlite3"):
        edit(file, statement)
    code, report = run(auditor, str(ledger), "--key", str(ledger.parent / "keys"))
    assert (1, verdict) == (code, report["verdict"])
    expected = check(ledger).as_dict()
    assert expected["findings"] == report["findings"]


def test_unknown_keys_can_not_be_judged(auditor: Path, ledger: Path) -> None:
    """With another key than the signer's the exit code is 2."""
    other = ledger.parent / "other"
    other.write_text("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert 2 == run(auditor, str(ledger), "--key", str(other))[0]


def test_it_only_imports_the_standard_library() -> None:
    """Every import is of the standard library, but the optional one of cryptography; no name is defined twice."""
    tree = ast.parse(auditor_source())
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {item.name.partition(".")[0] for item in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add((node.module or "").partition(".")[0])
    assert {"cryptography"} == modules - sys.stdlib_module_names - {"__future__"}
    names = Counter(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    names.update(
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    )
    assert {} == {name: count for name, count in names.items() if count > 1}


def test_unusable_files_are_exit_code_2(tmp_path: Path, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Key and anchor files that can not be used are named on standard error."""
    assert 2 == auditor_main([str(ledger), "--key", str(tmp_path / "none")])
    assert 2 == auditor_main([str(ledger), "--anchor", str(tmp_path / "none")])
    assert "none" in capsys.readouterr().err
    with pytest.raises(ConfigurationError):
        export_auditor(tmp_path / "none" / "auditor.py")


def test_words_and_verdict(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Run inside privmw's own interpreter, it prints the same report in words."""
    assert 0 == auditor_main([str(ledger), "--key", str(ledger.parent / "keys")])
    assert "\n".join(check(ledger).lines()) + "\n" == capsys.readouterr().out
    assert {"OK"} == found(check(ledger))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), VALUES, max_size=5))
def test_both_readers_accept_the_same_canonical_form(value: dict[str, object]) -> None:
    """What the writer's canonical form gives, the auditor's plain JSON reader takes for canonical too."""
    data = canonical(value)
    assert parse(data) == parse_canonical(data)


def accepted(parser: Callable[[bytes], object], data: bytes) -> bool:
    """Whether a reader takes bytes for canonical."""
    try:
        parser(data)
    except (NotCanonicalError, ValueError, RecursionError):
        return False
    return True


NESTED = st.recursive(
    st.integers(2**53 - 2, 2**53 + 1) | st.integers(-(2**53) - 1, -(2**53) + 2) | st.just(True),
    lambda inner: st.lists(inner, min_size=1, max_size=2) | st.dictionaries(st.just("a"), inner, min_size=1),
    max_leaves=3,
)


@given(NESTED, st.integers(0, 22), st.sampled_from(["[", "{", "[{", "{["]))
def test_both_readers_stop_at_the_same_depth_and_size(value: object, depth: int, form: str) -> None:
    """Integers beyond 2^53 - 1 and nesting beyond the limit are refused by both or by none, in any mix of lists and objects."""
    for level in range(depth):
        value = [value] if form[level % len(form)] == "[" else {"a": value}
    data = json.dumps({"a": value}, separators=(",", ":")).encode()
    assert accepted(parse, data) == accepted(parse_canonical, data)


@pytest.mark.parametrize("changes", [{"n": 2**53}, {"n": -(2**53)}, {"a": json.loads("[" * 20 + "]" * 20)}])
def test_the_auditor_finds_what_no_writer_writes(changes: dict[str, object], auditor: Path, tmp_path: Path) -> None:
    """A header beyond the limits of the canonical form is ALTERED for the auditor as for privmw."""
    file = write_ledger(tmp_path / "ledger", 5, keys=None)
    members = {**dict(rows(file))[3], "details": changes}
    header = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    edit(file, ("UPDATE headers SET header = ?, hash = ? WHERE seq = 3", (header, leaf_hash(header))))
    code, report = run(auditor, str(tmp_path / "ledger"))
    assert (1, check(tmp_path / "ledger", keys=None).as_dict()["findings"]) == (code, report["findings"])


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{} ", b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":1.5}', b'{"a":NaN}', b'{"a":"\\u0041"}', b"\xff"],
)
def test_both_readers_refuse_the_same(data: bytes) -> None:
    """What is not canonical is refused by both."""
    with pytest.raises(NotCanonicalError):
        parse(data)
    with pytest.raises(ValueError):
        parse_canonical(data)
