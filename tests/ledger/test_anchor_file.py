"""The anchor file: appended to and never changed, whatever stands at its end, and read back whole."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from privmw.ledger import anchors
from privmw.ledger.anchorfile import read_anchor_file
from privmw.ledger.anchors import FileAnchor
from privmw.ledger.notes import Checkpoint, parse_checkpoint, parse_note
from tests.ledger.proof_helpers import KEYS

NOTES = [KEYS.sign(Checkpoint("privmw/a/b/c", size, bytes(32)).text()) for size in range(1, 6)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An anchor file with one note."""
    FileAnchor(tmp_path / "anchor").keep(NOTES[:1])
    return tmp_path / "anchor"


def append(path: Path, data: bytes) -> None:
    """Write at the end, as somebody else would."""
    with path.open("ab") as file:
        file.write(data)


def test_a_note_cut_anywhere_is_left_aside(path: Path) -> None:
    """Wherever a write was cut short, nothing that stands there changes, and the notes behind it are read."""
    whole = NOTES[1] + b"\n"
    for cut in range(1, len(whole)):
        path.write_bytes(NOTES[0] + b"\n" + whole[:cut])
        before = path.read_bytes()
        readable = NOTES[:2] if cut == len(whole) - 1 else NOTES[:1]
        assert readable == list(read_anchor_file(path)), cut
        FileAnchor(path).keep(NOTES[2:4])
        assert path.read_bytes().startswith(before)
        readable = NOTES[:2] if cut >= len(whole) - 2 else NOTES[:1]  # a line end is all that was missing
        assert [*readable, *NOTES[2:4]] == list(read_anchor_file(path)), cut


def test_cut_again_and_again(path: Path) -> None:
    """Several residues in a row, one of them in the middle of starting afresh, hide no note."""
    for residue in (b"privmw/a/b/c\n2\nAA", b"\n\n\nprivmw", b"\n\n", b"privmw/a/b/c\n2\nAAAA\n\n", b"x\n\ny"):
        append(path, residue)
    FileAnchor(path).keep(NOTES[1:2])
    append(path, b"\n\n\n")
    FileAnchor(path).keep(NOTES[2:])
    found = list(read_anchor_file(path))
    assert NOTES == [note for note in found if note in NOTES]


def test_the_rest_of_a_slow_write_is_put_to_its_beginning(path: Path) -> None:
    """Where another process's note comes between the pieces of one (no locks there), both are read."""
    whole = NOTES[1] + b"\n"
    for cut in range(1, len(NOTES[1])):
        path.write_bytes(NOTES[0] + b"\n" + whole[:cut])
        FileAnchor(path).keep(NOTES[2:3])
        append(path, whole[cut:])
        FileAnchor(path).keep(NOTES[3:])
        assert sorted(NOTES) == sorted(read_anchor_file(path)), cut


def test_an_append_only_file(path: Path) -> None:
    """On a file that only takes appends, a torn end is no obstacle."""
    append(path, b"privmw/a/b/c\n2\nAA")
    if os.system(f"chattr +a {path} 2>/dev/null"):
        pytest.skip("this file system has no append-only files")
    try:
        FileAnchor(path).keep(NOTES[1:])
        assert NOTES == list(read_anchor_file(path))
    finally:
        os.system(f"chattr -a {path}")


def test_changed_notes_are_not_passed_over(path: Path) -> None:
    """A byte changed in a whole note leaves something that is reported: it is no residue."""
    FileAnchor(path).keep(NOTES[1:3])
    data = path.read_bytes()
    start, stop = len(NOTES[0]) + 1, len(NOTES[0]) + len(NOTES[1])
    for place in range(start, stop):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        found = list(read_anchor_file(path))
        assert [NOTES[0], NOTES[2]] == [note for note in found if note in NOTES], place
        assert len(found) > 2, place


def test_many_processes_append_at_once(tmp_path: Path) -> None:
    """Notes of several processes never mix, whether or not each is killed in the middle."""
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from tests.ledger.test_anchor_file import FileAnchor, NOTES
        for _ in range(60):
            FileAnchor(Path(sys.argv[1])).keep(NOTES)
    """)
    command = [sys.executable, "-c", script, str(tmp_path / "anchor")]
    processes = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(3)]
    processes[0].wait(60)
    processes[1].kill()
    for process in processes:
        process.wait(60)
    FileAnchor(tmp_path / "anchor").keep(NOTES)
    found = list(read_anchor_file(tmp_path / "anchor"))
    assert set(NOTES) == set(found)
    assert len(found) >= 605


def test_a_file_that_is_locked_for_long_is_tried_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An append does not wait for ever for another process, and changes nothing without the lock."""
    monkeypatch.setattr(anchors, "LOCK_SECONDS", 0.05)
    before = path.read_bytes()
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            FileAnchor(path).keep(NOTES[1:])
    assert before == path.read_bytes()
    FileAnchor(path).keep(NOTES[1:])
    assert NOTES == list(read_anchor_file(path))


def test_volumes_without_locks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are no locks, notes are appended all the same."""

    def none(descriptor: int, operation: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", none)
    FileAnchor(path).keep(NOTES[1:])
    assert NOTES == list(read_anchor_file(path))


def test_files_that_are_no_anchors_cost_no_memory(tmp_path: Path) -> None:
    """Something long without an end of line comes in pieces, all of which are no notes."""
    (tmp_path / "anchor").write_bytes(b"x" * 1_000_000)
    found = list(read_anchor_file(tmp_path / "anchor"))
    assert max(map(len, found)) <= 200_000
    for piece in found:
        with pytest.raises(ValueError):
            parse_checkpoint(parse_note(piece).text)
