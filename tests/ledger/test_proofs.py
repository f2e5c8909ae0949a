"""Proofs of single records: made from a stored ledger, checked by somebody who has the keys and nothing else."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from privmw.cli import main
from privmw.errors import ConfigurationError
from privmw.ledger.canonical import parse
from privmw.ledger.maintenance import purge_directory
from privmw.ledger.merkle import verify_consistency
from privmw.ledger.notes import Checkpoint, origin_of, parse_checkpoint, parse_note
from privmw.ledger.proofs import Proof, ProofError, UnknownSigner, check_proof, parse_proof
from privmw.ledger.prove import prove_prefix, prove_record
from privmw.ledger.reader import open_store
from privmw.ledger.retention import Rule, Schedule
from privmw.ledger.signing import SigningKeys, verify_signature
from privmw.ledger.verify import ERRORS
from privmw.ledger.writer import LedgerWriter
from tests.ledger.proof_helpers import KEYS, START_MS, ManualClock, edit, transfer, write_ledger

DAY = 86_400_000
TRUSTED = KEYS.trusted("privmw")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two chains, and the keys beside them."""
    write_ledger(tmp_path / "l", 20)
    write_ledger(tmp_path / "l", 3)
    write_ledger(tmp_path / "l", 5, host="other")
    (tmp_path / "keys").write_text("\n".join(key.text() for key in TRUSTED))
    return tmp_path / "l"


def writer_of(ledger: Path, host: str = "host") -> str:
    """The id of the writer of one host."""
    store = open_store(ledger)
    found = next(chain.writer_id for chain in store.chains() if f"/{host}/" in chain.writer_id)
    store.close()
    return found


def proven(proof: Proof, keys: SigningKeys = KEYS) -> tuple[dict[str, object], Checkpoint]:
    """Check a proof after it was handed on."""
    return check_proof(parse_proof(proof.text()), keys.trusted("privmw"), verify_signature, parse, ERRORS)


def test_every_record_can_be_proven(ledger: Path) -> None:
    """The proof of each record names it, in its chain, under a checkpoint that covers it."""
    writer = writer_of(ledger)
    for seq in range(27):
        members, checkpoint = proven(prove_record(ledger, writer, seq, keys=TRUSTED))
        assert (seq, writer) == (members["seq"], members["writer_id"])
        assert (origin_of(writer), 27) == (checkpoint.origin, checkpoint.size)


def test_the_form_is_that_of_the_specification(ledger: Path) -> None:
    """A proof is the lines of c2sp.org/tlog-proof, with the header as extra data and the checkpoint verbatim."""
    proof = prove_record(ledger, writer_of(ledger), 4, keys=TRUSTED)
    head, _, note = proof.text().partition(b"\n\n")
    form, extra, index, *hashes = head.split(b"\n")
    assert (b"c2sp.org/tlog-proof@v1", b"index 4", 5) == (form, index, len(hashes))
    assert proof.header == base64.b64decode(extra.removeprefix(b"extra "))
    assert 27 == parse_checkpoint(parse_note(note).text).size


def test_a_changed_proof_proves_nothing(ledger: Path) -> None:
    """No byte of a proof can be another one without it being noticed, nor can it be cut."""
    data = prove_record(ledger, writer_of(ledger), 4, keys=TRUSTED).text()
    rng = random.Random(4)
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ rng.randrange(1, 256)]) + data[place + 1 :]
        with pytest.raises(ProofError):
            check_proof(parse_proof(changed), TRUSTED, verify_signature, parse, ERRORS)
        with pytest.raises(ProofError):
            check_proof(parse_proof(data[:place]), TRUSTED, verify_signature, parse, ERRORS)


def test_a_proof_of_one_record_is_none_of_another(ledger: Path) -> None:
    """Header, number and checkpoint of different records do not make a proof."""
    first, second = (prove_record(ledger, writer_of(ledger), seq, keys=TRUSTED) for seq in (4, 5))
    other = prove_record(ledger, writer_of(ledger, "other"), 4, keys=TRUSTED)
    mixed = [
        first._replace(header=second.header), first._replace(seq=5), first._replace(path=second.path),
        first._replace(note=other.note), first._replace(path=[]), first._replace(header=b"{}"),
        other._replace(header=first.header), first._replace(path=[*first.path, bytes(32)]),
    ]  # fmt: skip
    for proof in mixed:
        with pytest.raises(ProofError):
            proven(proof)
    with pytest.raises(UnknownSigner):
        proven(first, SigningKeys([b"\x07" * 32]))


def test_what_can_not_be_proven(ledger: Path, tmp_path: Path) -> None:
    """A record or writer that is not there, not signed yet, or not what was signed, is named."""
    writer = writer_of(ledger)
    for seq in (27, -1):
        with pytest.raises(ConfigurationError, match="there is no record"):
            prove_record(ledger, writer, seq, keys=TRUSTED)
    with pytest.raises(ConfigurationError, match="there is no writer"):
        prove_record(ledger, "shop/x/y", 1, keys=TRUSTED)
    with pytest.raises(ConfigurationError, match="no checkpoint of a trusted key"):
        prove_record(ledger, writer, 1, keys=[])
    for file in ledger.glob("default-host-*.sqlite3"):
        edit(file, "UPDATE headers SET header = CAST(replace(header, '\"US\"', '\"DE\"') AS BLOB) WHERE seq = 7")
    with pytest.raises(ConfigurationError, match="not what was signed"):
        prove_record(ledger, writer, 3, keys=TRUSTED)


def test_a_pruned_chain_proves_what_is_left(tmp_path: Path) -> None:
    """Above the pruned prefix every record can be proven, below it none."""
    write_ledger(tmp_path, [transfer(number, START_MS, purge_after=None) for number in range(20)])
    late = START_MS + 400 * DAY
    write_ledger(tmp_path, [transfer(number, late) for number in range(5)], clock=ManualClock(late))
    clock = ManualClock(late)
    writer = LedgerWriter(tmp_path, clock=clock, host="purger")
    purge_directory(tmp_path, Schedule({"subject_3m": Rule("s", "P3M")}, header=Rule("h", "P1Y")), writer, clock=clock)
    writer.close(20)
    name = writer_of(tmp_path)
    assert 25 == proven(prove_record(tmp_path, name, 25, keys=TRUSTED))[0]["seq"]
    with pytest.raises(ConfigurationError):
        prove_record(tmp_path, name, 5, keys=TRUSTED)


def test_an_older_checkpoint_is_a_prefix_of_a_later_one(ledger: Path) -> None:
    """Whoever kept an old checkpoint is shown that nothing before it was changed, without the records."""
    store = open_store(ledger)
    (chain,) = (item for item in store.chains() if "/host/" in item.writer_id)
    checkpoints = [parse_checkpoint(parse_note(item.note.encode()).text) for item in chain.checkpoints()]
    store.close()
    last = checkpoints[-1]
    assert len(checkpoints) > 2
    for item in checkpoints:
        path = prove_prefix(ledger, writer_of(ledger), item.size, last.size)
        assert verify_consistency(item.size, last.size, path, item.root, last.root)
        assert item == last or not verify_consistency(item.size, last.size, path, bytes(32), last.root)
    with pytest.raises(ConfigurationError):
        prove_prefix(ledger, writer_of(ledger), 5, 1_000)


class TestCommand:
    """``privmw verify --prove`` and ``--proof``."""

    def test_made_and_checked(self, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A proof that one command prints is checked by the other, in words and as JSON, and by the exported auditor."""
        assert 0 == main(["verify", str(ledger), "--prove", f"{writer_of(ledger)}/4"])
        path, keys = ledger.parent / "record.tlog-proof", str(ledger.parent / "keys")
        path.write_text(capsys.readouterr().out)
        assert 0 == main(["verify", "--proof", str(path), "--key", keys])
        assert f"proven: record 4 is one of the first 27 of {origin_of(writer_of(ledger))}" in capsys.readouterr().out
        assert 0 == main(["verify", "--proof", str(path), "--key", keys, "--json"])
        assert 4 == json.loads(capsys.readouterr().out)["record"]["seq"]
        auditor = ledger.parent / "auditor.py"
        assert 0 == main(["verify", "--export-auditor", str(auditor)])
        command = [sys.executable, "-I", "-S", str(auditor), "--proof", str(path), "--key", keys]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (0, "") == (done.returncode, done.stderr)
        assert "proven: record 4" in done.stdout

    def test_exit_codes(self, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A proof that does not hold is 1, one that can not be judged 2, as is a record that is not there."""
        assert 0 == main(["verify", str(ledger), "--prove", f"{writer_of(ledger)}/4"])
        path, keys = ledger.parent / "record.tlog-proof", str(ledger.parent / "keys")
        path.write_text(capsys.readouterr().out)
        assert 2 == main(["verify", "--proof", str(path)])
        path.write_text(path.read_text().replace("index 4", "index 5"))
        assert 1 == main(["verify", "--proof", str(path), "--key", keys])
        assert 2 == main(["verify", "--proof", str(ledger / "none"), "--key", keys])
        for record in ("4", "x/y", f"{writer_of(ledger)}/99", f"{writer_of(ledger)}/-1", "/4"):
            assert 2 == main(["verify", str(ledger), "--prove", record]), record
