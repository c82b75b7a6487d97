"""The tree is RFC 6962's, and its proofs prove what they say and nothing else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.evidence.custody.merkle import EMPTY, Frontier, Tree, is_consistent, is_included

# The leaves and roots that the reference implementation of Certificate Transparency tests itself with.
LEAVES = [bytes.fromhex(h) for h in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

trees = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    """Our roots of the reference leaves are the reference roots, grown leaf by leaf or all at once."""
    wanted = bytes.fromhex(ROOTS[size - 1]) if size else hashlib.sha256(b"").digest()
    edge = Frontier()
    for leaf in LEAVES[:size]:
        edge.add(leaf)
    assert edge.root() == wanted
    assert Tree(LEAVES).root(size) == wanted
    assert hashlib.sha256(b"").digest() == EMPTY


def _slow_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + _slow_root(leaves[:k]) + _slow_root(leaves[k:])).digest()


@given(trees, st.data())
def test_every_leaf_is_proved_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    """A proof holds for its own leaf, place, size and root, and for no other of them."""
    tree = Tree(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    root, proof = tree.root(size), tree.inclusion(index, size)
    assert root == _slow_root(leaves[:size])
    assert is_included(leaves[index], index, size, proof, root)
    assert not is_included(leaves[index] + b"x", index, size, proof, root)
    assert not is_included(leaves[index], index, size, [*proof, root], root)
    if proof:
        assert not is_included(leaves[index], index, size, proof[:-1], root)
        spoilt = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]
        assert not is_included(leaves[index], index, size, spoilt, root)


@given(trees, st.data())
def test_growth_is_proved_and_rewriting_is_not(leaves: list[bytes], data: st.DataObject) -> None:
    """A consistency proof holds between two sizes of one log, and not where an old row was changed."""
    tree = Tree(leaves)
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))
    proof = tree.consistency(old, new)
    assert is_consistent(old, new, proof, tree.root(old), tree.root(new))
    place = data.draw(st.integers(0, old - 1))
    changed = Tree([*leaves[:place], leaves[place] + b"x", *leaves[place + 1 :]])
    assert not is_consistent(old, new, changed.consistency(old, new), tree.root(old), changed.root(new))
    if old < new:
        assert not is_consistent(old, new, proof, tree.root(new), tree.root(new))


@given(trees)
def test_an_edge_goes_on_where_it_was_left(leaves: list[bytes]) -> None:
    """A tree that was put away by its peaks grows on to the same root."""
    half = len(leaves) // 2
    first = Frontier()
    for leaf in leaves[:half]:
        first.add(leaf)
    second = Frontier(half, first.peaks)
    for leaf in leaves[half:]:
        second.add(leaf)
    assert second.root() == _slow_root(leaves)


def test_an_edge_with_too_few_peaks_is_refused() -> None:
    """Peaks that cannot be those of a tree of that size are no tree."""
    with pytest.raises(ValueError, match="peaks"):
        Frontier(3, [EMPTY])
