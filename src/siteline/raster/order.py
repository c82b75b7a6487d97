"""Sorting many short series at once: networks of comparisons, the same for all pixels, so that pixels run side by side."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from siteline.raster.compiled import compiled, in_bands

WIDTH = 128
"""Pixels that run side by side: their series stay in the fastest memory."""

Pairs = NDArray[np.int32]


@lru_cache(maxsize=64)
def network(n: int) -> Pairs:
    """
    Pairs (i, j) with i < j which, exchanged one after another where out of order, sort any n numbers.

    Batcher's odd-even merge sort; what would reach beyond n is left out, as if infinity stood there.
    """
    pairs = []
    p = 1
    while p < n:
        k = p
        while k >= 1:
            for j in range(k % p, n - k, 2 * k):
                for i in range(j, min(j + k, n - k)):
                    if i // (2 * p) == (i + k) // (2 * p):
                        pairs.append((i, i + k))
            k //= 2
        p *= 2
    return np.array(pairs, np.int32).reshape(-1, 2)


@lru_cache(maxsize=64)
def network_to(n: int, rank: int) -> Pairs:
    """Those pairs of the network that matter for the number which ends at `rank`."""
    needed, kept = {rank}, []
    for i, j in network(n)[::-1].tolist():
        if i in needed or j in needed:
            needed |= {i, j}
            kept.append((i, j))
    return np.array(kept[::-1], np.int32).reshape(-1, 2)


@compiled
def exchange(rows: NDArray[np.float32], pairs: Pairs) -> None:
    """Sort each column of (n, WIDTH) numbers in place; no NaN."""
    for c in range(len(pairs)):
        low, high = rows[pairs[c, 0]], rows[pairs[c, 1]]
        for k in range(WIDTH):
            a, b = low[k], high[k]
            low[k] = a if a < b else b
            high[k] = b if a < b else a


@compiled
def _medians(
    stack: NDArray[np.float32],
    valid: NDArray[np.bool_],
    pairs: Pairs,
    first: int,
    last: int,
    out: NDArray[np.float32],
) -> None:
    """Median over time of pixels first..last-1 of (time, pixel); NaN where nothing is valid."""
    n = len(stack)
    rows = np.zeros((n, WIDTH), np.float32)
    count = np.empty(WIDTH, np.int32)
    for start in range(first, last, WIDTH):
        wide = min(WIDTH, last - start)
        count[:] = 0
        for t in range(n):
            line, seen, row = stack[t, start : start + wide], valid[t, start : start + wide], rows[t]
            for k in range(wide):
                row[k] = line[k] if seen[k] else np.float32(np.inf)
            for k in range(wide):
                count[k] += np.int32(seen[k])
        exchange(rows, pairs)
        for k in range(wide):
            if count[k] > 0:
                out[start + k] = (rows[(count[k] - 1) // 2, k] + rows[count[k] // 2, k]) / np.float32(2)
            else:
                out[start + k] = np.float32(np.nan)


def median_over_time(stack: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """
    Median over the first axis of what is valid, (…) float32; NaN where nothing is.

    stack: (time, …), not NaN where valid; valid: the same shape.
    """
    flat = np.ascontiguousarray(stack.reshape(len(stack), -1))
    seen = np.ascontiguousarray(valid.reshape(len(stack), -1))
    out = np.empty(flat.shape[1], np.float32)
    pairs = network(len(stack))
    in_bands(lambda a, b: _medians(flat, seen, pairs, a, b, out), len(out), 16_384)
    return out.reshape(stack.shape[1:])
