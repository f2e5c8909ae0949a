"""Merkle tree: the vectors of RFC 6962's own test data, and every proof of every small tree."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.ledger.auditing.merkle import (
    EMPTY_ROOT,
    CompactRange,
    MerkleError,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

# Leaves and roots of the Certificate Transparency reference tests (merkle_tree_test.cc), sizes 1 to 8.
CT_LEAVES = [
    leaf_hash(bytes.fromhex(text))
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree_of(leaves: list[bytes], kept: CompactRange | None = None) -> Tree:
    """A tree over a list, which fails when asked for a pruned leaf."""
    least = 0 if kept is None else kept.size

    def source(start: int, stop: int) -> list[bytes]:
        assert start >= least or start >= stop
        return leaves[start:stop]

    return Tree(len(leaves), source, kept)


def range_of(leaves: list[bytes]) -> CompactRange:
    """The compact range after appending each leaf."""
    state = CompactRange()
    for leaf in leaves:
        state.append(leaf)
    return state


LEAVES = [bytes([number]) * 32 for number in range(40)]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_match_published_vectors(size: int) -> None:
    """The roots are those of the Certificate Transparency reference implementation."""
    assert CT_ROOTS[size - 1] == range_of(CT_LEAVES[:size]).root().hex()
    assert CT_ROOTS[size - 1] == tree_of(CT_LEAVES[:size]).root().hex()


def test_empty_tree_hashes_nothing() -> None:
    """The empty tree's root is the hash of the empty string."""
    assert "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" == CompactRange().root().hex()


def test_leaf_and_node_are_separated() -> None:
    """A node can never pass for a leaf."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) != leaf_hash(left + right)


def test_every_inclusion_proof_of_small_trees() -> None:
    """Each leaf of each tree up to 40 leaves proves itself, and no other leaf, index or size."""
    for size in range(1, len(LEAVES) + 1):
        tree = tree_of(LEAVES[:size])
        root = tree.root()
        for index in range(size):
            proof = tree.inclusion(index)
            assert verify_inclusion(LEAVES[index], index, size, proof, root)
            assert not verify_inclusion(leaf_hash(b"other"), index, size, proof, root)
            assert not verify_inclusion(LEAVES[index], index, size, [*proof, root], root)
            assert not verify_inclusion(LEAVES[index], size, size, proof, root)
            if proof:
                assert not verify_inclusion(LEAVES[index], index, size, proof[:-1], root)
                assert not verify_inclusion(LEAVES[index], index ^ 1, size, proof, root)


def test_every_consistency_proof_of_small_trees() -> None:
    """Each tree proves each of its prefixes, and no other history."""
    roots = [range_of(LEAVES[:size]).root() for size in range(len(LEAVES) + 1)]
    for size in range(1, len(LEAVES) + 1):
        tree = tree_of(LEAVES[:size])
        for old in range(1, size + 1):
            proof = tree.consistency(old)
            assert verify_consistency(old, size, proof, roots[old], roots[size])
            assert not verify_consistency(old, size, proof, roots[old - 1], roots[size])
            assert not verify_consistency(old, size, proof, roots[old], roots[size - 1])
            assert not verify_consistency(old, size, [*proof, roots[size]], roots[old], roots[size])
            if proof:
                assert not verify_consistency(old, size, proof[:-1], roots[old], roots[size])
    assert verify_consistency(0, 5, [], EMPTY_ROOT, roots[5])


def test_pruned_prefix_keeps_proofs_above_it() -> None:
    """With any prefix pruned to its subtree hashes, root, inclusion and consistency above it are the same as before."""
    for size in (1, 2, 7, 13, 32, 40):
        whole = tree_of(LEAVES[:size])
        for pruned in range(1, size + 1):
            tree = tree_of(LEAVES[:size], range_of(LEAVES[:pruned]))
            assert whole.root() == tree.root()
            for index in range(pruned, size):
                assert whole.inclusion(index) == tree.inclusion(index)
            for old in range(pruned, size + 1):
                assert whole.consistency(old) == tree.consistency(old)


def test_pruned_leaf_has_no_proof() -> None:
    """What lies below the minimum index can not be proven any more, and the tree says so."""
    tree = tree_of(LEAVES, range_of(LEAVES[:10]))
    with pytest.raises(MerkleError):
        tree.inclusion(9)
    with pytest.raises(MerkleError):
        tree.consistency(9)
    with pytest.raises(MerkleError):
        tree.root(3)


def test_compact_range_refuses_wrong_hashes() -> None:
    """A state whose hashes do not fit its size is refused."""
    with pytest.raises(MerkleError):
        CompactRange(3, [bytes(32)])
    with pytest.raises(MerkleError):
        CompactRange(1, [b"short"])
    with pytest.raises(MerkleError):
        tree_of(LEAVES[:2], range_of(LEAVES[:3]))
    with pytest.raises(MerkleError):
        CompactRange.from_nodes(3, [(1, 0, bytes(32))])
    with pytest.raises(MerkleError):
        CompactRange.from_nodes(3, [(1, 0, bytes(32)), (0, 1, bytes(32))])


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70), st.data())
def test_resumed_range_equals_one_run(leaves: list[bytes], data: st.DataObject) -> None:
    """Stopping anywhere and resuming from size and hashes gives the root of one uninterrupted run."""
    cut = data.draw(st.integers(0, len(leaves)))
    first = range_of(leaves[:cut])
    resumed = CompactRange(first.size, first.hashes)
    for leaf in leaves[cut:]:
        resumed.append(leaf)
    assert range_of(leaves).root() == resumed.root()
    assert first.root() == first.copy().root()
    assert first.root() == CompactRange.from_nodes(cut, first.nodes()).root()


def test_memory_does_not_grow() -> None:
    """A tree of 100,000 leaves takes no more memory than its few subtree hashes."""
    state = CompactRange()
    tracemalloc.start()
    try:
        for number in range(100_000):
            state.append(number.to_bytes(32, "big"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000
