"""What an anchor is for: one that says nothing, or nothing of this ledger, is not a ledger that is in order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from privmw.cli import main
from privmw.ledger.auditor_main import auditor_main
from privmw.ledger.signing import SigningKeys
from privmw.ledger.verify import verify
from tests.ledger.proof_helpers import KEYS, check, edit, found, write_ledger


def cut_the_end(file: Path) -> None:
    """Delete the last records with the checkpoints over them: only an anchor tells."""
    edit(
        file,
        "DELETE FROM headers WHERE seq > 8",
        "DELETE FROM payloads WHERE seq > 8",
        "DELETE FROM checkpoints WHERE size > 9",
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger of one chain, its anchor and its keys."""
    write_ledger(tmp_path / "l", 10, anchor=tmp_path / "anchor")
    (tmp_path / "keys").write_text("\n".join(key.text() for key in KEYS.trusted("privmw")))
    return tmp_path / "l"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"privmw/default/host/x\n1\nAA"])
def test_an_empty_anchor_can_not_be_held_against_anything(content: bytes, ledger: Path) -> None:
    """An anchor without a whole note is exit code 2, on a sound ledger and on a cut one, here and in the auditor."""
    (ledger.parent / "anchor").write_bytes(content)
    for cut in (False, True):
        if cut:
            cut_the_end(next(ledger.glob("*.sqlite3")))
        report = check(ledger, ledger.parent / "anchor")
        assert 2 == report.exit_code(), report.as_dict()
        assert "the anchor anchor holds no checkpoint" in report.unjudged[0]
        assert "cannot judge" == report.told
        arguments = [str(ledger), "--key", str(ledger.parent / "keys"), "--anchor", str(ledger.parent / "anchor")]
        assert 2 == auditor_main(arguments)


def test_one_of_several_anchors_is_empty(ledger: Path) -> None:
    """Each anchor that is given must say something."""
    (ledger.parent / "empty").write_bytes(b"")
    assert 2 == check(ledger, ledger.parent / "anchor", ledger.parent / "empty").exit_code()


def test_leaving_everything_aside_is_no_verification(ledger: Path) -> None:
    """``--only`` with a typing error is exit code 2, with an anchor and without one."""
    keys = KEYS.trusted("privmw")
    for anchors in ([], [ledger.parent / "anchor"]):
        report = verify(ledger, keys=keys, anchors=anchors, only="typo/")
        assert 2 == report.exit_code(), report.as_dict()
        assert any("begins with typo/" in reason for reason in report.unjudged)
    assert 0 == verify(ledger, keys=keys, anchors=[ledger.parent / "anchor"], only="default/host/").exit_code()


def test_the_anchor_of_the_settings_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the settings name an anchor, a ledger whose anchor was removed with its end is not called sound."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "privmw.toml").write_text(
        '[ledger]\ndirectory = "l"\nsigning_key_file = "key.pem"\nanchor_file = "elsewhere/anchor"\n'
    )
    keys = SigningKeys.create(tmp_path / "key.pem")
    (tmp_path / "elsewhere").mkdir()
    file = write_ledger(tmp_path / "l", 10, keys=keys, anchor=tmp_path / "elsewhere" / "anchor")
    assert 0 == main(["verify"])
    (tmp_path / "elsewhere" / "anchor").rename(tmp_path / "anchor")
    assert 2 == main(["verify"])
    cut_the_end(file)
    capsys.readouterr()
    assert 2 == main(["verify", "--json"])
    assert "ledger.anchor_file is set" in json.loads(capsys.readouterr().out)["unjudged"][0]
    (tmp_path / "anchor").rename(tmp_path / "elsewhere" / "anchor")
    assert 1 == main(["verify"])


def test_keys_that_are_none(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of keys without a key is a mistake, not a reason to verify without keys."""
    (ledger.parent / "none").write_text("# the key is in the safe\n")
    assert 2 == main(["verify", str(ledger), "--key", str(ledger.parent / "none")])
    assert "holds no public key" in capsys.readouterr().err
    assert 2 == auditor_main([str(ledger), "--key", str(ledger.parent / "none")])


def test_an_anchor_of_before_covers_what_it_covers(ledger: Path) -> None:
    """An anchor that stopped to take notes leaves the rest unanchored, and no alarm."""
    write_ledger(ledger, 3)
    assert {"UNANCHORED"} == found(check(ledger, ledger.parent / "anchor"))
