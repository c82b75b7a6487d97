"""How far each look leaves the looks just before and just after it: the loops, over strips of pixels side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.raster.compiled import compiled, in_bands
from siteline.raster.order import WIDTH

Floats = NDArray[np.float32]
Masks = NDArray[np.bool_]

_ROWS = 16
"""Rows of one task."""


@compiled
def _remember(seen: Masks, look: Floats, a: Floats, b: Floats, c: Floats) -> None:
    """Push a look where it is valid: a, b, c are the newest three."""
    for k in range(len(seen)):
        c[k] = b[k] if seen[k] else c[k]
        b[k] = a[k] if seen[k] else b[k]
        a[k] = look[k] if seen[k] else a[k]


@compiled
def _leave(look: Floats, a: Floats, b: Floats, c: Floats, away: Floats) -> None:
    """Look less the median of a, b and c, of which a stands for those that are missing; 0 without any."""
    for k in range(len(look)):
        p = a[k]
        q = p if np.isnan(b[k]) else b[k]
        r = p if np.isnan(c[k]) else c[k]
        low, high = min(p, q), max(p, q)
        middle = max(low, min(high, r))
        away[k] = np.float32(0) if np.isnan(p) else look[k] - middle


@compiled
def _keep_smaller(up: Floats, down: Floats, seen: Masks, away: Floats) -> None:
    """The smaller of two deviations where they have the same sense and the look is valid, else 0."""
    for k in range(len(up)):
        size = min(abs(up[k]), abs(down[k]))
        signed = size if up[k] > 0 else -size
        away[k] = signed if seen[k] and up[k] * down[k] > 0 else np.float32(0)


@compiled
def _leave_rows(flat: Floats, valid: Masks, first: int, last: int, out: Floats) -> None:
    n_looks, _, width = flat.shape
    up, down = np.empty((n_looks, WIDTH), np.float32), np.empty(WIDTH, np.float32)
    a, b, c = np.empty(WIDTH, np.float32), np.empty(WIDTH, np.float32), np.empty(WIDTH, np.float32)
    for y in range(first, last):
        for x in range(0, width, WIDTH):
            end = min(x + WIDTH, width)
            for kept in (a, b, c):
                kept[:] = np.nan
            for t in range(n_looks):
                _leave(flat[t, y, x:end], a, b, c, up[t])
                _remember(valid[t, y, x:end], flat[t, y, x:end], a, b, c)
            for kept in (a, b, c):
                kept[:] = np.nan
            for t in range(n_looks - 1, -1, -1):
                _leave(flat[t, y, x:end], a, b, c, down)
                _keep_smaller(up[t, : end - x], down, valid[t, y, x:end], out[t, y, x:end])
                _remember(valid[t, y, x:end], flat[t, y, x:end], a, b, c)


def leave_twofold(flat: Floats, valid: Masks) -> Floats:
    """
    By how much each look deviates in the same sense from the median of the 3 valid looks before it and of those after it.

    flat, valid: (time, y, x). The smaller of the two deviations; 0 where their senses differ, where the look is not valid, and
    where there is no look on one side.
    """
    flat, valid = np.ascontiguousarray(flat), np.ascontiguousarray(valid)
    out = np.empty(flat.shape, np.float32)
    in_bands(lambda a, b: _leave_rows(flat, valid, a, b, out), flat.shape[1], _ROWS)
    return out
