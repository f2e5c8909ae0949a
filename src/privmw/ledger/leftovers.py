"""Signs what writers that are gone left unsigned, where no successor takes their file over.

A process that is killed leaves up to a minute of records without a checkpoint. The next process of the same host signs them;
where each host has a name of its own (containers), there is none. A chain that has a checkpoint is gone on with only where a
trusted key has signed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from privmw.errors import LedgerError
from privmw.ledger.auditing.merkle import CompactRange, MerkleError
from privmw.ledger.auditing.notes import (
    Checkpoint,
    NoteError,
    Signed,
    check_note,
    origin_of,
    parse_checkpoint,
    parse_note,
)
from privmw.ledger.chain import leaf_hash
from privmw.ledger.signing import SigningKeys, verify_signature
from privmw.ledger.stores.reader import ReadableChain, Store, StoredCheckpoint, StoredHeader
from privmw.types import Clock

__all__ = ["sign_leftovers"]

QUIET_MS = 600_000
"""How long nothing must have come: a writer that lives signs within a minute."""

_BLOCK = 2048


def sign_leftovers(store: Store, keys: SigningKeys, clock: Clock, *, unsigned: bool = False) -> int:
    """Sign each chain that has been quiet for long and is not signed to its end.

    A chain that contradicts itself, or whose latest checkpoint is not believed or does not fit, is left to ``privmw verify``.

    Args:
        store: The whole ledger.
        keys: Keys, the last of which signs.
        clock: Tells the time.
        unsigned: Chains without any checkpoint are signed, too: they are from before there was a key.

    Returns:
        How many were signed.
    """
    signed = 0
    for chain in store.chains():
        try:
            head = chain.head()
            stored = list(chain.checkpoints())[-1:]
            if head is None or clock.time_ms() - head.time_ms < QUIET_MS or (stored and stored[0].size > head.seq):
                continue
            if not stored and not unsigned:
                continue
            root = _root(chain, head.seq + 1, stored[0] if stored else None, keys)
            target = store.open_purgeable(chain.writer_id)
            try:
                note = keys.sign(Checkpoint(origin_of(chain.writer_id), head.seq + 1, root).text())
                target.put_checkpoint(StoredCheckpoint(head.seq + 1, clock.time_ms(), note.decode()))
            finally:
                target.close()
        except (LedgerError, MerkleError, NoteError):
            continue
        signed += 1
    return signed


def _root(chain: ReadableChain, size: int, stored: StoredCheckpoint | None, keys: SigningKeys) -> bytes:
    """Root over the first records of a chain.

    Raises:
        MerkleError: The chain has a gap, a record that does not hash to what is stored, or is not the one that was signed.
        NoteError: Its latest checkpoint is none, another chain's, or not signed by a trusted key.
    """
    nodes = list(chain.subtrees())
    tree = CompactRange.from_nodes(sum(1 << level for level, _, _ in nodes), nodes)
    previous = None if stored is None else _open(stored, origin_of(chain.writer_id), keys)
    for row in _headers(chain, tree.size, size):
        if row.seq != tree.size or leaf_hash(row.header) != row.hash:
            raise MerkleError("a record is missing or altered")
        tree.append(row.hash)
        if previous is not None and previous.size == tree.size and previous.root != tree.root():
            raise MerkleError("the stored records are not those of the latest checkpoint")
    return tree.root()


def _open(stored: StoredCheckpoint, origin: str, keys: SigningKeys) -> Checkpoint:
    note = parse_note(stored.note.encode("utf-8", "surrogatepass"))
    checkpoint = parse_checkpoint(note.text)
    if (checkpoint.origin, checkpoint.size) != (origin, stored.size):
        raise NoteError("the latest checkpoint is another chain's")
    if check_note(note, keys.trusted(), verify_signature) is not Signed.VALID:
        raise NoteError("the latest checkpoint is not signed by a trusted key")
    return checkpoint


def _headers(chain: ReadableChain, start: int, stop: int) -> Iterator[StoredHeader]:
    """Read in blocks, so that no long read stands in the way of a purge."""
    while start < stop:
        block = list(islice(chain.headers(start, stop), _BLOCK))
        if not block:
            raise MerkleError("a record is missing or altered")
        yield from block
        start = block[-1].seq + 1
