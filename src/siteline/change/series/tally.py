"""Sums over the pixels of one object, look by look: the loops."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.raster.compiled import compiled

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


@compiled
def widen(mask: Mask, px: int) -> Mask:
    """All pixels within `px` rows and columns of a mask."""
    rows, cols = mask.shape
    across, out = np.zeros(mask.shape, np.bool_), np.zeros(mask.shape, np.bool_)
    for y in range(rows):
        for x in range(cols):
            if mask[y, x]:
                across[y, max(x - px, 0) : min(x + px + 1, cols)] = True
    for y in range(rows):
        for x in range(cols):
            if across[y, x]:
                out[max(y - px, 0) : min(y + px + 1, rows), x] = True
    return out


@compiled
def tally(values: Array, usable: Mask, where: Mask) -> tuple[Array, Array, Array]:
    """
    Means over a mask of the usable pixels, spread of the first feature, and share of the mask that is usable.

    values: (feature, time, y, x); usable: (time, y, x); where: (y, x). Returns (feature, time), NaN where none is usable; (time,)
    standard deviation, 0 where none is; (time,) 0 to 1.
    """
    n_features, n_looks = values.shape[0], values.shape[1]
    ys, xs = np.nonzero(where)
    mean = np.full((n_features, n_looks), np.nan, np.float32)
    spread, share = np.zeros(n_looks, np.float32), np.zeros(n_looks, np.float32)
    total = np.empty(n_features)
    for t in range(n_looks):
        count = 0
        total[:] = 0
        for k in range(len(ys)):
            if usable[t, ys[k], xs[k]]:
                count += 1
                for f in range(n_features):
                    total[f] += values[f, t, ys[k], xs[k]]
        if count == 0:
            continue
        share[t] = count / len(ys)
        for f in range(n_features):
            mean[f, t] = total[f] / count
        square = 0.0
        for k in range(len(ys)):
            if usable[t, ys[k], xs[k]]:
                square += (values[0, t, ys[k], xs[k]] - total[0] / count) ** 2
        spread[t] = np.sqrt(square / count)
    return mean, spread, share
