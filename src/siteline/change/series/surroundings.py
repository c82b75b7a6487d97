"""Each pixel against the ground around it: what a field does as a whole goes, a roof in it stays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.raster.compiled import compiled, in_bands
from siteline.raster.order import WIDTH, Pairs, exchange, network_to

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


@compiled
def _coarsen(values: Array, usable: Mask, coarse: int, mean: Array, count: Array) -> None:
    """Means of the usable of coarse x coarse pixels, and how many these are; one look: (y, x)."""
    height, width = values.shape
    mean[:] = 0
    count[:] = 0
    for y in range(height):
        total, n = mean[y // coarse], count[y // coarse]
        for j in range(len(total)):
            for k in range(j * coarse, min((j + 1) * coarse, width)):
                total[j] += values[y, k]
                n[j] += np.float32(usable[y, k])
    for i in range(len(mean)):
        for j in range(mean.shape[1]):
            mean[i, j] /= max(count[i, j], np.float32(1))


@compiled
def _median_around(padded: Array, size: int, pairs: Pairs, out: Array) -> None:
    """Median of size x size pixels around each; padded: (y, x), size // 2 wider on each side, and by WIDTH to the right."""
    window = np.empty((size * size, WIDTH), np.float32)
    for y in range(out.shape[0]):
        for x in range(0, out.shape[1], WIDTH):
            for i in range(size):
                for j in range(size):
                    row, line = window[i * size + j], padded[y + i, x + j : x + j + WIDTH]
                    for k in range(WIDTH):
                        row[k] = line[k]
            exchange(window, pairs)
            row = window[size * size // 2]
            for k in range(min(WIDTH, out.shape[1] - x)):
                out[y, x + k] = row[k]


@compiled
def _subtract_stretched(values: Array, usable: Mask, near: Array, coarse: int, out: Array) -> None:
    """One look less the coarse image, interpolated linearly; 0 where not usable."""
    height, width = values.shape
    high, wide = near.shape
    left, share = np.empty(width, np.int32), np.empty(width, np.float32)
    for k in range(width):
        at = min(max((k + 0.5) / coarse - 0.5, 0.0), wide - 1.0)
        left[k] = max(min(int(at), wide - 2), 0)
        share[k] = at - left[k]
    line = np.empty(wide + 1, np.float32)
    for y in range(height):
        at = min(max((y + 0.5) / coarse - 0.5, 0.0), high - 1.0)
        top = max(min(int(at), high - 2), 0)
        low, part = min(top + 1, high - 1), np.float32(at - top)
        for j in range(wide):
            line[j] = near[top, j] * (np.float32(1) - part) + near[low, j] * part
        line[wide] = line[wide - 1]
        for k in range(width):
            around = line[left[k]] * (np.float32(1) - share[k]) + line[left[k] + 1] * share[k]
            out[y, k] = values[y, k] - around if usable[y, k] else np.float32(0)


def less_surroundings(values: Array, usable: Mask, window_px: int, coarse: int = 3) -> Array:
    """
    Each pixel against the middle of its surroundings at the same look.

    The surroundings are the median over about `window_px` pixels, computed on means of `coarse` x `coarse` pixels.
    values: (feature, time, y, x), 0 where not usable; usable: (time, y, x).
    """
    values, usable = np.ascontiguousarray(values), np.ascontiguousarray(usable)
    out = np.empty(values.shape, np.float32)
    shape = tuple(-(-n // coarse) for n in usable.shape[1:])
    size = max(3, window_px // coarse) | 1
    pairs = network_to(size * size, size * size // 2)

    def work(first: int, last: int) -> None:
        mean, count, near = (np.empty(shape, np.float32) for _ in range(3))
        for n in range(first, last):
            f, t = divmod(n, len(usable))
            _coarsen(values[f, t], usable[t], coarse, mean, count)
            seen = count > 0
            if not seen.all():
                mean[~seen] = np.median(mean[seen]) if seen.any() else 0
            padded = np.pad(mean, size // 2, mode="symmetric")
            padded = np.pad(padded, ((0, 0), (0, WIDTH)))
            _median_around(padded, size, pairs, near)
            _subtract_stretched(values[f, t], usable[t], near, coarse, out[f, t])

    in_bands(work, values.shape[0] * values.shape[1], 1)
    return out
