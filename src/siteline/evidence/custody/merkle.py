"""A Merkle tree over the rows of a log, hashed as RFC 6962 says: roots, and proofs that a stranger can check."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""Root of a tree without leaves."""


def hash_leaf(data: bytes) -> bytes:
    """Hash of one leaf: SHA-256(0x00, data)."""
    return hashlib.sha256(b"\0" + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Hash of two nodes: SHA-256(0x01, left, right)."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: enough to add leaves and to say the root, in log n hashes."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """`peaks`: roots of the complete subtrees, largest first."""
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, got {len(self.peaks)}")

    def add(self, data: bytes) -> None:
        """Append one leaf."""
        node, full = hash_leaf(data), self.size
        while full & 1:
            node = hash_node(self.peaks.pop(), node)
            full >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Root of the tree as it stands."""
        if not self.peaks:
            return EMPTY
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = hash_node(peak, node)
        return node


class Tree:
    """A whole tree in memory, for proofs."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """`leaves`: the data of each, in order."""
        level = [hash_leaf(data) for data in leaves]
        self.size = len(level)
        self._levels = [level]
        while len(level) > 1:
            level = [hash_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            self._levels.append(level)

    def root(self, size: int | None = None) -> bytes:
        """Root of the first `size` leaves (default: all)."""
        size = self.size if size is None else self._within(size)
        return self._range(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Proof that the leaf at `index` is in the tree of the first `size` leaves."""
        size = self.size if size is None else self._within(size)
        if not 0 <= index < size:
            raise ValueError(f"no leaf {index} among {size}")
        return self._path(index, 0, size)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """Proof that the first `new` leaves begin with the first `old` ones."""
        new = self.size if new is None else self._within(new)
        if not 0 <= old <= new:
            raise ValueError(f"a tree of {new} leaves does not continue one of {old}")
        return [] if old in (0, new) else self._grown(old, 0, new, is_whole=True)

    def _within(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")
        return size

    def _range(self, start: int, end: int) -> bytes:
        """Root of the leaves [start, end); `start` is a multiple of the range's power of two."""
        width = end - start
        if width & (width - 1) == 0:
            height = width.bit_length() - 1
            return self._levels[height][start >> height]
        split = start + _below(width)
        return hash_node(self._range(start, split), self._range(split, end))

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        split = start + _below(end - start)
        if index < split:
            return [*self._path(index, start, split), self._range(split, end)]
        return [*self._path(index, split, end), self._range(start, split)]

    def _grown(self, old: int, start: int, end: int, *, is_whole: bool) -> list[bytes]:
        if old == end:
            return [] if is_whole else [self._range(start, end)]
        split = start + _below(end - start)
        if old <= split:
            return [*self._grown(old, start, split, is_whole=is_whole), self._range(split, end)]
        return [*self._grown(old, split, end, is_whole=False), self._range(start, split)]


def is_included(data: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that `data` is leaf `index` of the tree of `size` leaves with this root."""
    if not 0 <= index < size:
        return False
    node, here, last = hash_leaf(data), index, size - 1
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            node = hash_node(step, node)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            node = hash_node(node, step)
        here, last = here >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the proof shows that the tree of `new` leaves begins with the tree of `old` leaves."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not steps:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            before, after = hash_node(step, before), hash_node(step, after)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = hash_node(after, step)
        here, last = here >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _below(width: int) -> int:
    """The largest power of two less than `width`."""
    return 1 << (width - 1).bit_length() - 1
