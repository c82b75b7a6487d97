"""The convex hull of a mask: how much of a block an outline is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.raster.compiled import compiled

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]


def solidity(mask: Mask) -> float:
    """Area of a mask over that of the convex hull around its pixels: near 1 for a block, small for a ragged patch."""
    x, y = hull_of(mask).T
    return float(mask.sum()) / (0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))))


def hull_of(mask: Mask) -> Doubles:
    """(n, 2) corners x, y of the convex hull around the pixels of a mask, in pixels; the mask must not be empty."""
    return _hull(np.ascontiguousarray(mask, np.bool_))


@compiled
def _hull(mask: Mask) -> Doubles:
    """Andrew's monotone chain over the outer corners of each row, which come in order of y."""
    rows, cols = mask.shape
    points = np.empty((4 * rows, 2))
    n = 0
    for y in range(rows):
        first, last = -1, -1
        for x in range(cols):
            if mask[y, x]:
                if first < 0:
                    first = x
                last = x
        if first >= 0:
            for step in range(2):
                points[n, 0], points[n, 1] = first, y + step
                points[n + 1, 0], points[n + 1, 1] = last + 1, y + step
                n += 2
    order = np.argsort(points[:n, 1] * (2.0 * cols + 4) + points[:n, 0])
    out = np.empty((2 * n + 2, 2))
    size = 0
    for turn in range(2):
        floor = size + 1
        for k in range(n):
            p = points[order[k] if turn == 0 else order[n - 1 - k]]
            while size > floor and _crosses(out[size - 2], out[size - 1], p) <= 0:
                size -= 1
            out[size, 0], out[size, 1] = p[0], p[1]
            size += 1
        size -= 1
    return out[:size].copy()


@compiled
def _crosses(a: Doubles, b: Doubles, c: Doubles) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
