"""Merkle tree of RFC 6962 (section 2.1): root, inclusion and consistency proofs, in memory that does not grow.

A tree's state is a *compact range*: the hashes of the perfect subtrees that cover its leaves, one for each 1 bit of its
size, so a million leaves need at most twenty hashes. The same few hashes are what remains of a pruned prefix: root,
inclusion and consistency stay provable above it (C2SP tlog-tiles calls its end the *minimum index*).

Leaves are handled by their hashes throughout: the hash of a ledger record *is* its leaf hash.

Standard library only; this file is also part of the exported auditor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "EMPTY_ROOT",
    "CompactRange",
    "LeafSource",
    "MerkleError",
    "Tree",
    "leaf_hash",
    "node_hash",
    "verify_consistency",
    "verify_inclusion",
]

_sha256 = hashlib.sha256

EMPTY_ROOT = _sha256(b"").digest()
"""Root of the tree without leaves."""

LeafSource = Callable[[int, int], Iterable[bytes]]
"""Yields the leaf *hashes* from index ``start`` up to, not including, ``stop``."""


class MerkleError(ValueError):
    """A proof was asked for that this tree cannot give: out of range, or below the minimum index."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf: SHA-256(0x00 || data)."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The state of an append-only tree: its size and the hashes of its perfect subtrees, largest first.

    Attributes:
        size: Number of leaves.
        hashes: One hash for each 1 bit of ``size``, from the leftmost and largest subtree to the smallest.
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Start from nothing, or resume from what :attr:`size` and :attr:`hashes` held.

        Raises:
            MerkleError: The number or length of hashes does not fit the size.
        """
        if size < 0 or size.bit_count() != len(hashes) or any(len(item) != 32 for item in hashes):
            raise MerkleError("a compact range holds one 32-byte hash for each 1 bit of its size")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf by its hash (:func:`leaf_hash` of its data)."""
        node = leaf
        hashes = self.hashes
        size = self.size
        while size & 1:  # the last subtree is as large as the new one: they become one
            node = _sha256(b"\x01" + hashes.pop() + node).digest()
            size >>= 1
        hashes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Root hash of the tree at its present size."""
        if not self.hashes:
            return EMPTY_ROOT
        node = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            node = node_hash(left, node)
        return node

    def copy(self) -> CompactRange:
        """An independent copy."""
        return CompactRange(self.size, self.hashes)

    @classmethod
    def from_nodes(cls, size: int, nodes: Iterable[tuple[int, int, bytes]]) -> CompactRange:
        """Resume from nodes as they are stored: ``(level, position, hash)``, level 0 being the leaves.

        Raises:
            MerkleError: They are not exactly the perfect subtrees of the first ``size`` leaves.
        """
        found = {(level, position): item for level, position, item in nodes}
        places = _places(size)
        if set(found) != set(places):
            raise MerkleError("the kept subtrees do not cover exactly the pruned leaves")
        return cls(size, [found[place] for place in places])

    def nodes(self) -> list[tuple[int, int, bytes]]:
        """The subtrees as they are stored: ``(level, position, hash)``, largest first."""
        return [(level, at, item) for (level, at), item in zip(_places(self.size), self.hashes, strict=True)]

    def subtrees(self) -> list[tuple[int, int, bytes]]:
        """``(start, stop, hash)`` of each perfect subtree, left to right."""
        found = []
        start = 0
        for bit, item in zip(_bits(self.size), self.hashes, strict=True):
            found.append((start, start + bit, item))
            start += bit
        return found


class Tree:
    """Proofs over leaves that are read again for each proof, so that nothing large is kept in memory.

    Args:
        size: Number of leaves, pruned ones included.
        leaves: Source of leaf hashes; only asked for indexes at or above the minimum index.
        kept: Compact range of a pruned prefix; its size is the minimum index.
    """

    def __init__(self, size: int, leaves: LeafSource, kept: CompactRange | None = None) -> None:
        self.size = size
        self._leaves = leaves
        self._kept = {} if kept is None else {start: (stop, item) for start, stop, item in kept.subtrees()}
        self.minimum_index = 0 if kept is None else kept.size
        if self.minimum_index > size:
            raise MerkleError("more leaves were pruned than the tree has")

    def root(self, size: int | None = None) -> bytes:
        """Root hash at ``size``, or of the whole tree.

        Raises:
            MerkleError: ``size`` is beyond the tree or inside its pruned prefix.
        """
        return self._hash(0, self._checked(self.size if size is None else size))

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Audit path of the leaf at ``index`` in the tree at ``size`` (RFC 6962, section 2.1.1), leaf side first.

        Raises:
            MerkleError: The leaf is not in that tree or was pruned.
        """
        stop = self._checked(self.size if size is None else size)
        if not self.minimum_index <= index < stop:
            raise MerkleError(f"no leaf {index} in a tree of {stop} leaves from {self.minimum_index}")
        path: list[bytes] = []
        start = 0
        while stop - start > 1:
            middle = start + _split(stop - start)
            if index < middle:
                path.append(self._hash(middle, stop))
                stop = middle
            else:
                path.append(self._hash(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old_size: int, size: int | None = None) -> list[bytes]:
        """Proof that the tree at ``old_size`` is a prefix of the tree at ``size`` (RFC 6962, section 2.1.2).

        Raises:
            MerkleError: ``old_size`` is not within the tree, or lies in its pruned prefix.
        """
        new_size = self._checked(self.size if size is None else size)
        if not 0 < old_size <= new_size or old_size < self.minimum_index:
            raise MerkleError(f"no consistency proof from {old_size} to {new_size} leaves")
        return [] if old_size == new_size else self._subproof(old_size, 0, new_size, complete=True)

    def _checked(self, size: int) -> int:
        if not self.minimum_index <= size <= self.size:
            raise MerkleError(f"the tree has no root at {size} leaves")
        return size

    def _subproof(self, old: int, start: int, stop: int, *, complete: bool) -> list[bytes]:
        if old == stop:
            return [] if complete else [self._hash(start, stop)]
        middle = start + _split(stop - start)
        if old <= middle:
            return [*self._subproof(old, start, middle, complete=complete), self._hash(middle, stop)]
        return [*self._subproof(old, middle, stop, complete=False), self._hash(start, middle)]

    def _hash(self, start: int, stop: int) -> bytes:
        """Hash of the subtree over ``[start, stop)``; ``start`` is a multiple of its largest power of two."""
        kept: list[bytes] = []
        position = start
        while position in self._kept and self._kept[position][0] <= stop:
            position, item = self._kept[position]
            kept.append(item)
        if position < self.minimum_index and position < stop:
            raise MerkleError("a subtree inside the pruned prefix is asked for")
        state = CompactRange(position - start, kept)
        for leaf in self._leaves(position, stop):
            state.append(leaf)
        if state.size != stop - start:
            raise MerkleError("the source gave another number of leaves than the tree has")
        return state.root()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Check an audit path (RFC 9162, section 2.1.3.2).

    Args:
        leaf: Hash of the leaf.
        index: Position of the leaf, from 0.
        size: Number of leaves that ``root`` covers.
        proof: The path, leaf side first.
        root: Root hash from a trusted checkpoint.
    """
    if not 0 <= index < size:
        return False
    node = leaf
    position, last = index, size - 1
    for item in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(item, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, item)
        position >>= 1
        last >>= 1
    return last == 0 and node == root


def verify_consistency(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Check that the tree of ``old_root`` is a prefix of the tree of ``root`` (RFC 9162, section 2.1.4.2)."""
    if not 0 <= old_size <= size:
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if old_size == size:
        return not proof and old_root == root
    path = list(proof)
    if old_size & (old_size - 1) == 0:  # a perfect old tree is itself the first node
        path.insert(0, old_root)
    if not path:
        return False
    position, last = old_size - 1, size - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old_node = new_node = path[0]
    for item in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old_node = node_hash(item, old_node)
            new_node = node_hash(item, new_node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new_node = node_hash(new_node, item)
        position >>= 1
        last >>= 1
    return last == 0 and old_node == old_root and new_node == root


def _split(count: int) -> int:
    """Largest power of two smaller than ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def _places(size: int) -> list[tuple[int, int]]:
    """Level and position of the perfect subtrees over the first ``size`` leaves, largest first."""
    places = []
    start = 0
    for bit in _bits(size):
        level = bit.bit_length() - 1
        places.append((level, start >> level))
        start += bit
    return places


def _bits(size: int) -> list[int]:
    """The powers of two that make up ``size``, largest first."""
    return [1 << shift for shift in range(size.bit_length() - 1, -1, -1) if size >> shift & 1]
