"""Checkpoints as the writer signs them: when, over what, and when not."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from privmw.errors import ConfigurationError
from privmw.ledger.anchors import EVENT_NAME, FileAnchor, OtlpAnchor
from privmw.ledger.auditing.anchorfile import read_anchor_file
from privmw.ledger.auditing.merkle import Tree, verify_consistency, verify_inclusion
from privmw.ledger.auditing.notes import Checkpoint, origin_of, parse_checkpoint, parse_note
from privmw.ledger.checkpoints import Checkpointer, super_checkpoint
from privmw.ledger.leftovers import sign_leftovers
from privmw.ledger.signing import SigningKeys
from privmw.ledger.stores.opening import open_store
from privmw.ledger.writing.writer import LedgerWriter
from privmw.types import Durability
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, check, edit, found, transfer, write_ledger


def notes_of(file: Path) -> list[Checkpoint]:
    """The checkpoints in a file, by size."""
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT note FROM checkpoints ORDER BY size").fetchall()
    connection.close()
    return [parse_checkpoint(parse_note(row[0].encode()).text) for row in rows]


def live(directory: Path, clock: ManualClock, checkpointer: Checkpointer) -> LedgerWriter:
    """A writer that a checkpointer follows."""
    return LedgerWriter(directory, clock=clock, host="host", observers=[checkpointer])


def put(writer: LedgerWriter, *numbers: int) -> None:
    """Write records and wait for them."""
    for number in numbers:
        writer.submit(transfer(number), Durability.GROUP)
    writer.flush(20)


def test_each_so_many_records(tmp_path: Path) -> None:
    """A checkpoint is signed as soon as enough records came, over all that is durable then, and about the close of the epoch."""
    clock = ManualClock()
    checkpointer = Checkpointer(KEYS, clock=clock, every=3)
    writer = live(tmp_path, clock, checkpointer)
    put(writer, 1)
    assert 0 == checkpointer.signed
    put(writer, 2)
    put(writer, 3)
    put(writer, 4)
    writer.close(20)
    file = next(tmp_path.glob("*.sqlite3"))
    assert [3, 5, 6] == [item.size for item in notes_of(file)]


def test_each_so_many_seconds(tmp_path: Path) -> None:
    """Without many records a checkpoint comes when the time is up, and none without new records."""
    clock = ManualClock()
    checkpointer = Checkpointer(KEYS, clock=clock, every=1_000, seconds=60)
    writer = live(tmp_path, clock, checkpointer)
    put(writer, 1)
    clock.now_ms += 59_000
    put(writer, 9)
    put(writer)
    assert 0 == checkpointer.signed
    clock.now_ms += 1_000
    put(writer, 3)  # the writer's thread ticks after each commit
    put(writer)
    assert 1 == checkpointer.signed
    writer.close(20)
    assert 2 == checkpointer.signed  # nothing was left unsigned before the close, so that there is one note after it


def test_proofs_from_a_real_ledger(tmp_path: Path) -> None:
    """Every record proves itself against the last checkpoint, and every checkpoint is a prefix of it."""
    file = write_ledger(tmp_path, 9, every=1)
    write_ledger(tmp_path, 6, every=1)
    connection = sqlite3.connect(file)
    leaves = [row[0] for row in connection.execute("SELECT hash FROM headers ORDER BY seq")]
    connection.close()
    checkpoints = notes_of(file)
    last = checkpoints[-1]
    tree = Tree(len(leaves), lambda start, stop: leaves[start:stop])
    assert (len(leaves), tree.root()) == (last.size, last.root)
    for index, leaf in enumerate(leaves):
        assert verify_inclusion(leaf, index, last.size, tree.inclusion(index), last.root)
    for item in checkpoints:
        assert verify_consistency(item.size, last.size, tree.consistency(item.size), item.root, last.root)


def test_an_inconsistent_chain_is_never_signed(tmp_path: Path) -> None:
    """After somebody rewrote what was signed, the next process signs nothing more, says why, and records go on."""
    file = write_ledger(tmp_path, 5)
    edit(file, "UPDATE headers SET hash = zeroblob(32) WHERE seq = 2")
    before = notes_of(file)
    clock = ManualClock()
    checkpointer = Checkpointer(KEYS, clock=clock, every=1)
    writer = live(tmp_path, clock, checkpointer)
    put(writer, 1, 2, 3)
    writer.close(20)
    assert checkpointer.refused is not None
    assert before == notes_of(file)
    assert 3 == writer.written


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE checkpoints SET note = replace(note, 'host', 'tsoh')",
        "UPDATE checkpoints SET note = 'nonsense'",
        "UPDATE checkpoints SET size = size + 1000",
        "INSERT INTO subtrees VALUES (3, 5, zeroblob(32))",
    ],
)
def test_damaged_checkpoints_are_not_signed_over(tmp_path: Path, statement: str) -> None:
    """Where the latest checkpoint or the kept hashes are damaged, nothing is signed on top of them."""
    file = write_ledger(tmp_path, 5)
    edit(file, statement)
    clock = ManualClock()
    checkpointer = Checkpointer(KEYS, clock=clock, every=1)
    writer = live(tmp_path, clock, checkpointer)
    put(writer, 1)
    writer.close(20)
    assert (0, True) == (checkpointer.signed, checkpointer.refused is not None)


def test_a_forged_checkpoint_is_not_signed_over(tmp_path: Path) -> None:
    """A checkpoint in the file whose signature of our key is wrong stops the signing."""
    file = write_ledger(tmp_path, 5)
    (size,) = {item.size for item in notes_of(file)[-1:]}
    good = KEYS.sign(Checkpoint(notes_of(file)[-1].origin, size, bytes(32)).text()).decode()
    text = notes_of(file)[-1].text()
    forged = text + "\n" + good.partition("\n\n")[2]
    edit(file, ("UPDATE checkpoints SET note = ? WHERE size = ?", (forged, size)))
    clock = ManualClock()
    checkpointer = Checkpointer(KEYS, clock=clock, every=1)
    writer = live(tmp_path, clock, checkpointer)
    put(writer, 1)
    writer.close(20)
    assert "signature" in (checkpointer.refused or "")


def test_rotated_keys_go_on(tmp_path: Path) -> None:
    """A new key signs on where the old one stopped."""
    write_ledger(tmp_path, 5)
    both = SigningKeys([bytes(range(32)), b"\x05" * 32])
    write_ledger(tmp_path, 5, keys=both)
    assert {"OK"} == found(check(tmp_path, keys=both))


class Flaky:
    """An anchor that is down for a while."""

    def __init__(self) -> None:
        self.down = True
        self.kept: list[bytes] = []

    def keep(self, notes: Sequence[bytes]) -> None:
        """Fail or keep."""
        if self.down:
            raise OSError("down")
        self.kept.extend(notes)


def test_an_anchor_that_was_down_gets_everything_later(tmp_path: Path) -> None:
    """Checkpoints that an anchor did not take are offered again, in order, and records never wait for it."""
    clock = ManualClock()
    anchor = Flaky()
    writer = live(tmp_path, clock, Checkpointer(KEYS, clock=clock, every=1, anchors=[anchor]))
    put(writer, 1)
    put(writer, 2)
    assert [] == anchor.kept
    anchor.down = False
    put(writer, 3)
    writer.close(20)
    sizes = [parse_checkpoint(parse_note(note).text).size for note in anchor.kept]
    assert sizes == sorted(set(sizes))
    assert [item.size for item in notes_of(next(tmp_path.glob("*.sqlite3")))] == sizes


def test_otlp_anchor_emits_the_note(tmp_path: Path) -> None:
    """Each checkpoint is a log event with the whole signed note, through the real OpenTelemetry SDK."""
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = LoggerProvider()
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    clock = ManualClock()
    writer = live(tmp_path, clock, Checkpointer(KEYS, clock=clock, every=1, anchors=[OtlpAnchor(provider)]))
    put(writer, 1)
    writer.close(20)
    provider.shutdown()
    events = [item.log_record for item in exporter.get_finished_logs()]
    assert {EVENT_NAME} == {event.event_name for event in events}
    stored = notes_of(next(tmp_path.glob("*.sqlite3")))
    attributes = [dict(event.attributes or {}) for event in events]
    assert [item.size for item in stored] == [item["privmw.ledger.size"] for item in attributes]
    assert stored == [
        parse_checkpoint(parse_note(str(item["privmw.ledger.note"]).encode()).text) for item in attributes
    ]


def test_long_chains_are_taken_over_in_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain longer than a slice is caught up with over several commits, and then signed and sound."""
    import privmw.ledger.checkpoints as module

    write_ledger(tmp_path, 40, every=7)
    monkeypatch.setattr(module, "_SLICE", 10)
    clock = ManualClock()
    checkpointer = Checkpointer(KEYS, clock=clock, every=1)
    writer = live(tmp_path, clock, checkpointer)
    for number in range(8):
        put(writer, number)
    assert checkpointer.signed > 0
    writer.close(20)
    assert {"OK"} == found(check(tmp_path))


def test_super_checkpoint_names_every_writer(tmp_path: Path) -> None:
    """One statement covers all writers' latest checkpoints, in the chain and at the anchors, without unsigned ones."""
    for host in ("a", "b", "c"):
        write_ledger(tmp_path / "l", 3, host=host)
    write_ledger(tmp_path / "l", 3, host="unsigned", keys=None)
    edit(next((tmp_path / "l").glob("default-c-*.sqlite3")), "UPDATE checkpoints SET note = 'nonsense'")
    clock = ManualClock()
    writer = live(tmp_path / "l", clock, Checkpointer(KEYS, clock=clock, every=1))
    store = open_store(tmp_path / "l")
    whole = super_checkpoint(
        store, KEYS, writer, deployment="default", clock=clock, anchors=[FileAnchor(tmp_path / "anchor")]
    )
    store.close()
    writer.close(20)
    assert whole is not None
    assert (2, "privmw/default") == (whole.size, whole.origin)
    anchored = [parse_checkpoint(parse_note(note).text) for note in read_anchor_file(tmp_path / "anchor")]
    assert whole == anchored[-1]
    assert 3 == len(anchored)
    for path in (tmp_path / "l").glob("default-c-*"):
        path.unlink()
    for path in (tmp_path / "l").glob("default-a-*"):
        path.unlink()
    report = check(tmp_path / "l")
    assert any(item.verdict.value == "MISSING" and "/a/" in item.chain for item in report.findings)


def test_super_checkpoints_do_not_repeat_the_dead(tmp_path: Path) -> None:
    """Writers without a new checkpoint are named again after a week only, and one that is deleted shows all the same."""
    for number in range(5):
        write_ledger(tmp_path, 2, host=f"pod-{number}")
    clock = ManualClock()
    writer = live(tmp_path, clock, Checkpointer(KEYS, clock=clock, every=1))
    sizes = []
    for hour in (0, 1, 2, 24 * 7 + 1):
        clock.now_ms = START_MS + hour * 3_600_000
        store = open_store(tmp_path)
        whole = super_checkpoint(store, KEYS, writer, deployment="default", clock=clock)
        store.close()
        writer.flush(20)
        writer.flush(20)
        sizes.append(0 if whole is None else whole.size)
    writer.close(20)
    assert [5, 1, 1, 6] == sizes
    assert {"OK"} == found(check(tmp_path))
    for path in tmp_path.glob("default-pod_4-*"):
        path.unlink()
    assert {"MISSING"} == found(check(tmp_path))


def test_what_dead_writers_left_is_signed(tmp_path: Path) -> None:
    """A quiet chain is signed to its end; not one that is altered or contradicts its checkpoint, nor one nobody vouched for."""
    killed = write_ledger(tmp_path, 3, host="killed", every=1)
    edit(killed, "DELETE FROM checkpoints WHERE size > 2")
    brought = write_ledger(tmp_path, 3, host="brought", keys=None)  # by whoever can put a file into the folder
    altered = write_ledger(tmp_path, 3, host="altered")
    edit(altered, "DELETE FROM checkpoints WHERE size > 2")
    edit(altered, "UPDATE headers SET header = CAST(replace(header, '\"US\"', '\"DE\"') AS BLOB) WHERE seq = 2")
    forged = write_ledger(tmp_path, 3, host="forged")
    wrong = KEYS.sign(Checkpoint(notes_of(forged)[-1].origin, 4, bytes(32)).text()).decode()
    edit(forged, "DELETE FROM checkpoints", ("INSERT INTO checkpoints VALUES (4, 0, ?)", (wrong,)))
    gap = write_ledger(tmp_path, 3, host="gap", every=1)
    edit(gap, "DELETE FROM checkpoints WHERE size > 1")
    edit(gap, "DELETE FROM headers WHERE seq = 2")
    strange = write_ledger(tmp_path, 3, host="strange")
    edit(strange, "DELETE FROM checkpoints", "INSERT INTO checkpoints VALUES (4, 0, 'nonsense')")
    store = open_store(tmp_path)
    assert 0 == sign_leftovers(store, KEYS, ManualClock(START_MS + 599_999))
    assert 1 == sign_leftovers(store, KEYS, ManualClock(START_MS + 600_000))
    assert 0 == sign_leftovers(store, KEYS, ManualClock(START_MS + 600_000))
    store.close()
    assert 5 == notes_of(killed)[-1].size
    assert [] == notes_of(brought)
    for file in (altered, forged, gap):
        assert 5 not in [item.size for item in notes_of(file)]


def test_super_checkpoint_over_nothing_is_none(tmp_path: Path) -> None:
    """Without a signed writer there is nothing to say."""
    write_ledger(tmp_path, 3, keys=None)
    clock = ManualClock()
    writer = LedgerWriter(tmp_path, clock=clock)
    store = open_store(tmp_path)
    assert super_checkpoint(store, KEYS, writer, deployment="default", clock=clock) is None
    store.close()
    writer.close(5)


def test_a_super_checkpoint_that_lies_is_altered(tmp_path: Path) -> None:
    """A super-checkpoint whose list of writers does not give its root is reported."""
    from privmw.types import RecordKind

    signed = KEYS.sign(Checkpoint("privmw/default", 1, bytes(32)).text()).decode()
    listed = ["privmw/default/x/y", 3, "A" * 43 + "="]
    for writers in ([listed], [], None, [["a"]], [[1, 2, 3]], [["a", 1, "!"]]):
        details = {"note": signed, "writers": writers}
        directory = tmp_path / str(len(list(tmp_path.iterdir())))
        write_ledger(directory, [transfer(1, kind=RecordKind.CHECKPOINT, payload=None, details=details)])
        assert {"ALTERED"} == found(check(directory))


def test_odd_names_make_valid_origins(tmp_path: Path) -> None:
    """Deployment and host names with spaces, plus signs and Hangul are percent-encoded in origins, and verify."""
    clock = ManualClock()
    writer = LedgerWriter(
        tmp_path, deployment="my shop", host="웹+1", clock=clock, observers=[Checkpointer(KEYS, clock=clock, every=1)]
    )
    put(writer, 1)
    writer.close(20)
    assert {"OK"} == found(check(tmp_path))
    assert origin_of("my shop/웹+1/x") == "privmw/my%20shop/%EC%9B%B9%2B1/x"


def test_settings_are_checked() -> None:
    """No records or no seconds between checkpoints is a configuration error."""
    for every, seconds in ((0, 1.0), (1, 0.0)):
        with pytest.raises(ConfigurationError):
            Checkpointer(KEYS, clock=ManualClock(), every=every, seconds=seconds)
