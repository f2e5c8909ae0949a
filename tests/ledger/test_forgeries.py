"""Forgeries that fit the format are found, by the verifier and by the exported auditor, where there are trusted keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from privmw.ledger.auditor_main import auditor_main
from tests.ledger.forgeries import FORGERIES, purge_at_the_end_of_a_signed_chain
from tests.ledger.proof_helpers import KEYS, check, copy_of, found, write_ledger


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two chains of 12 records, closed and signed."""
    base = tmp_path_factory.mktemp("original")
    for host in ("host", "other"):
        write_ledger(base / "ledger", 10, host=host, anchor=base / "anchor")
    (base / "keys").write_text("\n".join(key.text() for key in KEYS.trusted("privmw")))
    return base


@pytest.mark.parametrize(("forge", "verdicts", "code"), FORGERIES, ids=[item[0].__name__ for item in FORGERIES])
def test_a_forgery_is_found(
    forge: Callable[[Path], None],
    verdicts: set[str],
    code: int,
    original: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It has its verdicts and no others, and the auditor ends with the same exit code."""
    ledger = copy_of(original, tmp_path / "copy") / "ledger"
    forge(ledger)
    report = check(ledger)
    assert (verdicts, code) == (found(report), report.exit_code()), report.as_dict()
    assert (forge is purge_at_the_end_of_a_signed_chain) == bool(report.unjudged)
    assert code == auditor_main([str(ledger), "--key", str(original / "keys")])
    assert capsys.readouterr().out == "\n".join(report.lines()) + "\n"


@pytest.mark.parametrize(("forge", "verdicts", "code"), FORGERIES, ids=[item[0].__name__ for item in FORGERIES])
def test_an_anchor_makes_no_forgery_pass(
    forge: Callable[[Path], None], verdicts: set[str], code: int, original: Path, tmp_path: Path
) -> None:
    """With the notes that were anchored it is a problem as well, but for a purge that the next process would sign."""
    ledger = copy_of(original, tmp_path / "copy") / "ledger"
    forge(ledger)
    expected = 2 if forge is purge_at_the_end_of_a_signed_chain else 1
    assert expected == check(ledger, original / "anchor").exit_code()
