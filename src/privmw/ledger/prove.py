"""Makes proofs about a stored ledger: that a record is in it, and that it is what was signed before and more.

proof = prove_record("privmw-ledger", "shop/web1/0190a0c0a0c0700080000000000000aa", 12, keys=keys)
check_proof(proof, keys, verify_signature, parse, ERRORS)      # privmw.ledger.proofs, anywhere

path = prove_prefix("privmw-ledger", "shop/web1/0190a0c0a0c0700080000000000000aa", old.size, new.size)
verify_consistency(old.size, new.size, path, old.root, new.root)      # privmw.ledger.merkle
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from privmw.errors import ConfigurationError
from privmw.ledger.chain import leaf_hash
from privmw.ledger.merkle import CompactRange, MerkleError, Tree, verify_inclusion
from privmw.ledger.notes import Checkpoint, NoteError, Signed, TrustedKey, check_note, parse_checkpoint, parse_note
from privmw.ledger.proofs import Proof
from privmw.ledger.reader import ReadableChain, open_store
from privmw.ledger.signing import verify_signature

__all__ = ["prove_prefix", "prove_record"]


def prove_record(source: Path | str, writer_id: str, seq: int, *, keys: Sequence[TrustedKey]) -> Proof:
    """Prove that a record is in what was signed.

    Args:
        source: Directory of ledger files, one such file, or a ``postgresql://`` DSN.
        writer_id: Whose record.
        seq: Its number.
        keys: Public keys, one of which must have signed the checkpoint.

    Raises:
        ConfigurationError: There is no such writer or record, or no checkpoint of a trusted key covers it, or the record
            is not what was signed.
        LedgerError: The ledger can not be read.
    """
    with _chain(source, writer_id) as chain:
        row = next(iter(chain.headers(seq, seq + 1)), None)
        if row is None or row.seq != seq:
            raise ConfigurationError(f"there is no record {seq} of this writer, or none any more")
        found = _latest(chain, keys)
        if found is None or found[0].size <= seq:
            raise ConfigurationError(f"no checkpoint of a trusted key covers record {seq} yet")
        checkpoint, note = found
        try:
            path = _tree(chain, checkpoint.size).inclusion(seq)
        except MerkleError as error:
            raise ConfigurationError(f"record {seq} can not be proven: {error}") from None
        if not verify_inclusion(leaf_hash(row.header), seq, checkpoint.size, path, checkpoint.root):
            raise ConfigurationError("the stored records are not what was signed", remedy="Run privmw verify.")
        return Proof(row.header, seq, path, note)


def prove_prefix(source: Path | str, writer_id: str, old_size: int, size: int) -> list[bytes]:
    """Prove that a chain's first records are those that an older checkpoint was signed over.

    Args:
        source: Directory of ledger files, one such file, or a ``postgresql://`` DSN.
        writer_id: Whose chain.
        old_size: Size of the older checkpoint.
        size: Size of the later one.

    Returns:
        The proof, for :func:`privmw.ledger.merkle.verify_consistency`.

    Raises:
        ConfigurationError: There is no such writer, or the chain does not reach so far, or no longer.
        LedgerError: The ledger can not be read.
    """
    with _chain(source, writer_id) as chain:
        try:
            return _tree(chain, size).consistency(old_size)
        except MerkleError as error:
            raise ConfigurationError(str(error)) from None


@contextmanager
def _chain(source: Path | str, writer_id: str) -> Iterator[ReadableChain]:
    store = open_store(source)
    try:
        chain = next((item for item in store.chains() if item.writer_id == writer_id), None)
        if chain is None:
            raise ConfigurationError(f"there is no writer {writer_id} in this ledger")
        yield chain
    finally:
        store.close()


def _tree(chain: ReadableChain, size: int) -> Tree:
    nodes = list(chain.subtrees())
    kept = CompactRange.from_nodes(sum(1 << level for level, _, _ in nodes), nodes)
    return Tree(size, lambda start, stop: (leaf_hash(row.header) for row in chain.headers(start, stop)), kept)


def _latest(chain: ReadableChain, keys: Sequence[TrustedKey]) -> tuple[Checkpoint, bytes] | None:
    """The latest checkpoint of a trusted key."""
    for stored in reversed(list(chain.checkpoints())):
        data = stored.note.encode("utf-8", "surrogatepass")
        try:
            note = parse_note(data)
            checkpoint = parse_checkpoint(note.text)
        except NoteError:
            continue
        if check_note(note, keys, verify_signature) is Signed.VALID:
            return checkpoint, data
    return None
