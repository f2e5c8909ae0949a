"""The mutation table: for each verdict, changes that cause it and only it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privmw.cli import main
from privmw.ledger.chain import leaf_hash
from privmw.ledger.checkpoints import Checkpointer
from privmw.ledger.filejudge import KEYS_FILE
from privmw.ledger.signing import SigningKeys
from privmw.ledger.verdicts import Verdict
from privmw.ledger.verify import verify
from privmw.ledger.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.mutations import (
    POSITIONS,
    TABLE,
    edit_a_header,
    first,
    kill_while_closing,
    rewrite,
    rows,
    sign_with_a_strangers_key,
)
from tests.ledger.proof_helpers import KEYS, ManualClock, check, copy_of, edit, found, transfer, write_ledger


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two chains of 12 records (epoch.open, ten transfers, epoch.close), with checkpoints and an anchor."""
    base = tmp_path_factory.mktemp("original")
    write_ledger(base / "ledger", 10, anchor=base / "anchor")
    write_ledger(base / "ledger", 10, anchor=base / "anchor", host="other")
    return base


@pytest.fixture
def ledger(original: Path, tmp_path: Path) -> Path:
    """A copy of the ledger to change."""
    return copy_of(original, tmp_path / "copy") / "ledger"


@pytest.mark.parametrize(("verdict", "change"), TABLE, ids=[change.__name__ for _, change in TABLE])
def test_each_change_has_its_verdict_and_no_other(
    verdict: Verdict, change: Callable[[Path], None], ledger: Path
) -> None:
    """A change causes its verdict, only that, at the first bad position, and the exit code that goes with it."""
    change(ledger)
    report = check(ledger)
    assert {verdict.value} == found(report), report.as_dict()
    assert {"sound": 0, "notice": 0, "problem": 1, "unjudged": 2}[verdict.severity.value] == report.exit_code()
    if change in POSITIONS:
        assert POSITIONS[change] == min(item.position for item in report.findings if item.position is not None)


def test_every_verdict_has_a_change() -> None:
    """Verdicts without an entry here have a test of their own beside the part that causes them."""
    covered = {verdict for verdict, _ in TABLE}
    assert {Verdict.GAP, Verdict.PURGED} == set(Verdict) - covered


def test_gap_record_is_told_and_is_no_alarm(tmp_path: Path) -> None:
    """What the ledger itself says it lost is named, with exit code 0, or 1 when strict."""
    from privmw.types import RecordKind

    write_ledger(tmp_path / "l", [transfer(1), transfer(2, kind=RecordKind.GAP, payload=None, details={"count": 3})])
    report = check(tmp_path / "l")
    assert {"GAP"} == found(report)
    assert (0, 1) == (report.exit_code(), report.exit_code(strict=True))


def test_what_only_an_anchor_shows(ledger: Path) -> None:
    """Cut the end *and* its checkpoints: sound by itself, TRUNCATED with the notes that were kept elsewhere."""
    for file in ledger.glob("*.sqlite3"):
        edit(
            file,
            "DELETE FROM headers WHERE seq > 3",
            "DELETE FROM payloads WHERE seq > 3",
            "DELETE FROM checkpoints WHERE size > 4",
        )
    assert "TRUNCATED" in found(check(ledger, ledger.parent / "anchor"))
    (sibling,) = ledger.glob("default-other-*.sqlite3")
    alone = [item.verdict.severity.value for item in check(ledger).findings if item.chain.startswith("default/other/")]
    assert "problem" not in alone
    assert sibling.exists()


def test_a_writer_that_only_an_anchor_knows(ledger: Path) -> None:
    """Delete the newest writer's file: nothing inside the ledger tells, the anchor does."""
    for path in ledger.glob("default-other-*"):
        path.unlink()
    assert {"OK"} == found(check(ledger))
    report = check(ledger, ledger.parent / "anchor")
    assert {"MISSING"} == found(report)
    assert report.findings[0].chain.startswith("default/other/")


@pytest.mark.parametrize("keys", [KEYS, None])
def test_a_file_that_was_deleted_under_its_writer(keys: SigningKeys | None, tmp_path: Path) -> None:
    """The writer goes on in another file, whose first record tells of the one that it had to leave: that is MISSING."""
    clock = ManualClock()
    observers = [] if keys is None else [Checkpointer(keys, clock=clock)]
    writer = LedgerWriter(tmp_path / "l", clock=clock, host="host", observers=observers)
    writer.submit(transfer(1), Durability.BEFORE_SEND).wait(10)
    lost = str(writer.writer_id)
    for path in (tmp_path / "l").iterdir():
        path.unlink()
    writer.submit(transfer(2), Durability.BEFORE_SEND).wait(10)
    writer.close(20)
    report = check(tmp_path / "l", keys=keys)
    assert ({"MISSING"} | (set() if keys else {"UNANCHORED"}), 1) == (found(report), report.exit_code())
    assert [(lost, 1)] == [(item.chain, item.last) for item in report.findings if item.verdict is Verdict.MISSING]


def test_anchored_rewrite_is_forked(ledger: Path) -> None:
    """Rewrite history and sign it anew with the stolen key: the anchor still knows the other one."""
    file = first(ledger)
    rewrite(file, 5, lambda members: members.update(duration_ms=1))
    edit(file, "DELETE FROM checkpoints WHERE size > 4")
    assert {"FORKED"} == found(check(ledger, ledger.parent / "anchor"))


def test_records_after_the_last_anchored_checkpoint_are_named(ledger: Path) -> None:
    """With an anchor file, only what it covers counts as anchored."""
    write_ledger(ledger, 3)
    report = check(ledger, ledger.parent / "anchor")
    assert {"UNANCHORED"} == found(report)
    assert [(12, 16)] == [(item.position, item.last) for item in report.findings]


def test_old_key_is_needed_for_old_checkpoints(ledger: Path) -> None:
    """After a rotation both keys verify; with the new one alone old checkpoints can not be judged: exit code 2."""
    both = SigningKeys([bytes(range(32)), b"\x09" * 32])
    write_ledger(ledger, 5, keys=both)
    assert {"OK"} == found(check(ledger, keys=both))
    report = check(ledger, keys=SigningKeys([b"\x09" * 32]))
    assert "UNKNOWN_KEY" in found(report)
    assert report.exit_code() == 2


def test_a_problem_outweighs_what_can_not_be_judged(ledger: Path) -> None:
    """With an unknown key and an altered record, the exit code is 1."""
    sign_with_a_strangers_key(ledger)
    edit_a_header(ledger)
    assert 1 == check(ledger).exit_code()


def test_nothing_there_can_not_be_judged(tmp_path: Path) -> None:
    """An empty or missing directory is exit code 2, never sound."""
    assert 2 == check(tmp_path).exit_code()
    assert 2 == check(tmp_path / "absent").exit_code()


def test_anchored_notes_of_other_ledgers_can_be_left_aside(original: Path, tmp_path: Path) -> None:
    """One anchor serves several directories: each is verified with its own writers' notes only."""
    write_ledger(tmp_path / "here", 5, host="here", anchor=tmp_path / "anchor")
    write_ledger(tmp_path / "there", 5, host="there", anchor=tmp_path / "anchor")
    keys = KEYS.trusted("privmw")
    assert {"MISSING"} == found(verify(tmp_path / "here", keys=keys, anchors=[tmp_path / "anchor"]))
    report = verify(tmp_path / "here", keys=keys, anchors=[tmp_path / "anchor"], only="default/here/")
    assert ({"OK"}, 7) == (found(report), report.chains[0].anchored)


class TestDamagedInOddWays:
    """Damage that nobody would do on purpose must still be judged."""

    @pytest.mark.parametrize(
        "header",
        [b"", b"{}", b"[]", b"\xff\xfe", b'{"a":1.5}', b'{"kind":"transfer"}', b"[" * 100_000, b'{"a":' * 5_000],
    )
    def test_headers_that_are_no_records(self, ledger: Path, header: bytes) -> None:
        """Bytes that hash to what is stored beside them, but are no record, are ALTERED."""
        edit(first(ledger), ("UPDATE headers SET header = ?, hash = ? WHERE seq = 5", (header, leaf_hash(header))))
        report = check(ledger)
        assert {"ALTERED"} == found(report)
        assert 5 == report.findings[0].position

    @pytest.mark.parametrize(
        "details",
        [
            None, 5, {"action": "payload"}, {"action": "payload", "writer": 5}, {"action": "other", "writer": "x"},
            {"action": "payload", "writer": "W", "class": "subject_3m", "runs": "all", "count": 10, "ids_sha256": ""},
            {"action": "payload", "writer": "W", "class": "subject_3m", "runs": [[1]], "count": 10, "ids_sha256": ""},
            {"action": "payload", "writer": "W", "class": "subject_3m", "runs": [[9, 1]], "count": 10, "ids_sha256": ""},
            {"action": "payload", "writer": "W", "class": "subject_3m", "runs": [[1, 9], [4, 9]], "count": 1, "ids_sha256": ""},
            {"action": "payload", "writer": "W", "class": 3, "runs": [[1, 9]], "count": 10, "ids_sha256": ""},
            {"action": "prune", "writer": "W", "below": "3", "root": ""},
        ],
    )  # fmt: skip
    def test_purge_records_that_claim_nothing(self, tmp_path: Path, details: Any) -> None:
        """A purge record without a proper claim explains nothing and harms nothing."""
        from privmw.types import RecordKind

        file = write_ledger(tmp_path / "l", 10)
        writer = str(dict(rows(file))[0]["writer_id"])
        if isinstance(details, dict) and details.get("writer") == "W":
            details = {**details, "writer": writer}
        changes: dict[str, Any] = {"details": details} if isinstance(details, dict) else {}
        write_ledger(tmp_path / "l", [transfer(1, kind=RecordKind.PURGE, payload=None, **changes)], host="other")
        assert {"OK"} == found(check(tmp_path / "l"))
        edit(file, "DELETE FROM payloads WHERE seq = 3")
        assert {"MISSING"} == found(check(tmp_path / "l"))

    def test_tables_that_are_gone(self, ledger: Path) -> None:
        """A file without one of its tables is a problem, whichever it is."""
        for table in ("payloads", "checkpoints", "subtrees", "headers", "facets", "meta"):
            edit(first(ledger), f"DROP TABLE {table}")
            assert 1 == check(ledger).exit_code(), table

    def test_subtrees_that_make_no_sense(self, ledger: Path) -> None:
        """Kept hashes of no possible prefix are a problem."""
        for node in ((3, 5, bytes(32)), (60, 0, bytes(32)), (1, 0, b"short")):
            edit(first(ledger), "DELETE FROM subtrees", ("INSERT INTO subtrees VALUES (?, ?, ?)", node))
            assert 1 == check(ledger).exit_code()

    def test_sightings_that_make_no_sense(self, tmp_path: Path) -> None:
        """What an epoch.open record says of siblings is only used where it can be read."""
        from privmw.types import RecordKind

        oddities: list[Any] = [None, 5, [5], [{}], [{"writer_id": 1, "seq": -1, "hash": None}]]
        for number, siblings in enumerate(oddities):
            record = transfer(1, kind=RecordKind.EPOCH_OPEN, payload=None, details={"siblings": siblings})
            write_ledger(tmp_path / str(number), [record])
            assert {"OK"} == found(check(tmp_path / str(number)))


@pytest.mark.parametrize("content", [b"", b"\x00" * 4096, b"not a database, but long enough to look like a file" * 40])
def test_a_destroyed_file_is_a_problem(ledger: Path, content: bytes) -> None:
    """A ledger file that is none any more is never sound."""
    first(ledger).write_bytes(content)
    report = check(ledger)
    assert {"ALTERED", "MISSING"} >= found(report)
    assert 1 == report.exit_code()


def test_another_format_can_not_be_judged(ledger: Path) -> None:
    """A file of a later format is exit code 2."""
    for file in ledger.glob("*.sqlite3"):
        edit(file, "UPDATE meta SET value = 'privmw-ledger-2' WHERE key = 'format'")
    report = check(ledger)
    assert report.unjudged
    assert 2 == report.exit_code()


class TestCommand:
    """The command line."""

    def test_sound_ledger(self, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A sound ledger is exit code 0, and the summary names chains, keys and verdict."""
        assert 0 == main(["verify", str(ledger)])
        out = capsys.readouterr().out
        assert "12 records, 12 signed" in out
        assert "the ledger's own directory" in out
        assert "verdict: OK" in out

    def test_problem_in_words_and_json(self, ledger: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        """A problem is exit code 1, with position, meaning and what to do, in words and as JSON."""
        edit_a_header(ledger)
        key = tmp_path / "keys.txt"
        key.write_text("\n".join(item.text() for item in KEYS.trusted("privmw")))
        options = ["verify", str(ledger), "--key", str(key), "--anchor", str(ledger.parent / "anchor")]
        assert 1 == main(options)
        out = capsys.readouterr().out
        assert "ALTERED at 5" in out
        assert "do: " in out
        assert 1 == main([*options, "--json"])
        report = json.loads(capsys.readouterr().out)
        assert ("ALTERED", 1, 5) == (report["verdict"], report["exit_code"], report["findings"][0]["position"])

    def test_the_settings_name_ledger_and_keys(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Without arguments, the ledger of privmw.toml is verified with the public halves of its signing keys."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "privmw.toml").write_text('[ledger]\ndirectory = "records"\nsigning_key_file = "key.pem"\n')
        write_ledger(tmp_path / "records", 3, keys=SigningKeys.create(tmp_path / "key.pem"))
        (tmp_path / "records" / KEYS_FILE).unlink()
        assert 0 == main(["verify"])
        assert "keys: 1 from given" in capsys.readouterr().out

    def test_strict_counts_notices(self, ledger: Path) -> None:
        """A tail that no checkpoint covers is sound by default and a problem with --strict."""
        kill_while_closing(ledger)
        assert 0 == main(["verify", str(ledger), "--quiet"])
        assert 1 == main(["verify", str(ledger), "--strict"])

    def test_unusable_options_are_exit_code_2(self, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A missing anchor or key file is named, with exit code 2."""
        assert 2 == main(["verify", str(ledger), "--anchor", str(ledger / "none")])
        assert "none" in capsys.readouterr().err
        assert 2 == main(["verify", str(ledger), "--key", str(ledger / "none")])
        assert 2 == main(["verify", str(ledger / "nothing")])

    def test_new_key_prints_what_auditors_need(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A new key's public line can be used with --key."""
        assert 0 == main(["verify", "--new-key", str(tmp_path / "key.pem")])
        line = capsys.readouterr().out.splitlines()[-1]
        assert line.startswith("privmw+")
        keys = SigningKeys.load(tmp_path / "key.pem")
        write_ledger(tmp_path / "ledger", 3, keys=keys)
        (tmp_path / "public").write_text(line)
        assert 0 == main(["verify", str(tmp_path / "ledger"), "--key", str(tmp_path / "public")])


def test_public_keys_are_left_once(ledger: Path) -> None:
    """Writers leave their public keys in the directory, each once."""
    write_ledger(ledger, 1)
    assert [key.text() for key in KEYS.trusted("privmw")] == (ledger / KEYS_FILE).read_text().splitlines()


def test_a_file_without_a_record_is_not_plainly_ok(tmp_path: Path) -> None:
    """An empty file of a writer says nothing, and nothing proves that it never did; with an anchor it is TRUNCATED."""
    file = write_ledger(tmp_path / "l", 10, anchor=tmp_path / "anchor")
    edit(file, "DELETE FROM headers", "DELETE FROM payloads", "DELETE FROM checkpoints")
    assert ({"UNANCHORED"}, 0) == (found(check(tmp_path / "l")), check(tmp_path / "l").exit_code())
    assert {"TRUNCATED"} == found(check(tmp_path / "l", tmp_path / "anchor"))
