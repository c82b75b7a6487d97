"""
Where series are cut into levels, tile by tile: the loops over all pairs of looks.

Within a tile pixels lie side by side, so that one instruction serves many of them, and all that is needed of a tile stays in
fast memory. Neighbours share their evidence, so a tile comes with a rim; pixels beyond the image repeat its edge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.raster.compiled import compiled, in_bands, inlined

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

POOLING = 0.8
"""Gaussian sigma, pixels, over which neighbours share the evidence for a date (never their levels)."""

RIM = 2
"""Pixels to which the pooling reaches."""

_ROWS, _COLS = 16, 60
"""A tile without its rim, pixels."""

_WIDE = _COLS + 2 * RIM
_ALL = (_ROWS + 2 * RIM) * _WIDE
_INNER = _ROWS * _WIDE
"""Pixels of a tile with its rim; and of its inner rows, whose last columns mean nothing."""

_STOPS = 8
"""Ends that are tried against one start after another, so that sums once fetched are used as often."""

_FEATURES = 3
_FAR, _NEAR, _HERE = (
    np.float32(w / sum(np.exp(-0.5 * (d / POOLING) ** 2) for d in range(-RIM, RIM + 1)))
    for w in np.exp(-0.5 * (np.array([2, 1, 0]) / POOLING) ** 2)
)
_LEAST_COUNT = np.float32(1e-3)


@compiled
def _add_up(
    values: Array, usable: Mask, weight: Array, sigma: Array, top: int, left: int, count: Array, total: Array
) -> None:
    """
    Running sums of one tile with its rim: weights of usable looks, and noise-scaled values less their mean.

    count: (time + 1, pixel); total: (time + 1, feature, pixel).
    """
    n_features, n_looks, height, width = values.shape
    x0, x1 = max(left - RIM, 0), min(left + _COLS + RIM, width)
    off, wide = x0 - (left - RIM), x1 - x0
    mean, per = np.empty(wide, np.float32), np.empty(wide, np.float32)
    for i in range(_ROWS + 2 * RIM):
        y = min(max(top - RIM + i, 0), height - 1)
        here = i * _WIDE + off
        for t in range(n_looks):
            seen, before, after = usable[t, y, x0:x1], count[t, here:], count[t + 1, here:]
            for k in range(wide):
                after[k] = before[k] + (weight[t] if seen[k] else np.float32(0))
        looks = count[n_looks, here:]
        for f in range(n_features):
            mean[:] = 0
            for t in range(n_looks):
                line, seen = values[f, t, y, x0:x1], usable[t, y, x0:x1]
                for k in range(wide):
                    mean[k] += weight[t] * line[k] if seen[k] else np.float32(0)
            for k in range(wide):
                mean[k] /= max(looks[k], _LEAST_COUNT)
                per[k] = np.float32(1) / sigma[f, y, x0 + k]
            for t in range(n_looks):
                line, seen = values[f, t, y, x0:x1], usable[t, y, x0:x1]
                before, after = total[t, f, here:], total[t + 1, f, here:]
                w = weight[t]
                for k in range(wide):
                    after[k] = before[k] + (w * ((line[k] - mean[k]) * per[k]) if seen[k] else np.float32(0))
    for t in range(n_looks + 1):  # beyond the image its edge goes on
        for i in range(0, _ALL, _WIDE):
            for j in range(_WIDE):
                if not off <= j < off + wide:
                    edge = i + (off if j < off else off + wide - 1)
                    count[t, i + j] = count[t, edge]
                    for f in range(n_features):
                        total[t, f, i + j] = total[t, f, edge]


@compiled
def _pool_merit(count: Array, total: Array, start: int, stop: int, own: Array, down: Array) -> None:
    """
    What a level of its own for looks start..stop-1 explains, in units of noise variance, pooled over rows above and below.

    own: (pixel,) room to work in; down: (pixel,) takes the result, for inner rows; `_across` is to pool it over columns.
    """
    if total.shape[1] > _FEATURES:
        own[:] = 0
        for f in range(_FEATURES, total.shape[1]):
            for k in range(_ALL):
                more = total[stop, f, k] - total[start, f, k]
                own[k] += more * more
    n0, n1 = count[start], count[stop]
    a0, a1, a2 = total[start, 0], total[start, 1], total[start, 2]
    b0, b1, b2 = total[stop, 0], total[stop, 1], total[stop, 2]
    for k in range(_ALL):
        d0, d1, d2 = b0[k] - a0[k], b1[k] - a1[k], b2[k] - a2[k]
        n = n1[k] - n0[k]
        own[k] = (own[k] + d0 * d0 + d1 * d1 + d2 * d2) / (n if n > _LEAST_COUNT else _LEAST_COUNT)
    r0, r1, r2, r3, r4 = own, own[_WIDE:], own[2 * _WIDE :], own[3 * _WIDE :], own[4 * _WIDE :]
    for k in range(_INNER):
        down[k] = _FAR * (r0[k] + r4[k]) + _NEAR * (r1[k] + r3[k]) + _HERE * r2[k]
    if total.shape[1] <= _FEATURES:
        own[:] = 0


@inlined
def _across(down: Array, k: int) -> np.float32:
    return np.float32(
        _FAR * (down[k] + down[k + 4]) + _NEAR * (down[k + 1] + down[k + 3]) + _HERE * down[k + 2]
    )


@compiled
def _keep_better(
    early: Array, late: Array, whole: Array, look: int, score: Array, when: NDArray[np.int16]
) -> None:
    """Try a step at a look for each pixel; the three are pooled over rows, and early is written over."""
    for k in range(len(early)):
        early[k] += late[k] - whole[k]
    for k in range(_INNER):
        gain = _across(early, k)
        better = gain > score[k]
        score[k] = gain if better else score[k]
        when[k] = look if better else when[k]


@compiled
def _score_rows(
    values: Array,
    usable: Mask,
    weight: Array,
    sigma: Array,
    least: int,
    first: int,
    last: int,
    best: Array,
    when: NDArray[np.int16],
) -> None:
    n_features, n_looks, _, width = values.shape
    count = np.zeros((n_looks + 1, _ALL), np.float32)
    total = np.zeros((n_looks + 1, max(n_features, _FEATURES), _ALL), np.float32)
    own = np.zeros(_ALL, np.float32)
    down = np.zeros((3, _INNER + 2 * RIM), np.float32)
    for top in range(first, last, _ROWS):
        for left in range(0, width, _COLS):
            _add_up(values, usable, weight, sigma, top, left, count, total)
            score, look = np.zeros(_INNER, np.float32), np.zeros(_INNER, np.int16)
            _pool_merit(count, total, 0, n_looks, own, down[0])
            for t in range(least, n_looks - least + 1):
                _pool_merit(count, total, 0, t, own, down[1])
                _pool_merit(count, total, t, n_looks, own, down[2])
                _keep_better(down[1], down[2], down[0], t, score, look)
            for i in range(min(_ROWS, last - top)):
                for j in range(min(_COLS, width - left)):
                    best[top + i, left + j] = score[i * _WIDE + j]
                    when[top + i, left + j] = look[i * _WIDE + j]


@compiled
def _improve(
    before: Array, down: Array, paid: np.float32, start: int, best: Array, origin: NDArray[np.int16]
) -> None:
    """Try a level that starts at `start` for each pixel: before and best are what is reached before and after it."""
    for k in range(_INNER):
        reached = before[k] + _across(down, k) - paid
        better = reached > best[k]
        best[k] = reached if better else best[k]
        origin[k] = start if better else origin[k]


@compiled
def _cut_rows(
    values: Array,
    usable: Mask,
    weight: Array,
    sigma: Array,
    price: float,
    least: int,
    first: int,
    last: int,
    starts: Mask,
) -> None:
    n_features, n_looks, _, width = values.shape
    count = np.zeros((n_looks + 1, _ALL), np.float32)
    total = np.zeros((n_looks + 1, max(n_features, _FEATURES), _ALL), np.float32)
    own = np.zeros(_ALL, np.float32)
    down = np.zeros(_INNER + 2 * RIM, np.float32)
    value = np.zeros((n_looks + 1, _INNER), np.float32)
    came_from = np.zeros((n_looks + 1, _INNER), np.int16)
    for top in range(first, last, _ROWS):
        for left in range(0, width, _COLS):
            _add_up(values, usable, weight, sigma, top, left, count, total)
            value[1:] = -np.inf
            for low in range(1, n_looks + 1, _STOPS):
                high = min(low + _STOPS, n_looks + 1)
                for start in range(high - 1):
                    before, paid = value[start], np.float32(price if start > 0 else 0.0)
                    for stop in range(max(low, start + 1), high):
                        if stop - start < least and start > 0 and stop < n_looks:
                            continue
                        _pool_merit(count, total, start, stop, own, down)
                        _improve(before, down, paid, start, value[stop], came_from[stop])
            for i in range(min(_ROWS, last - top)):
                for j in range(min(_COLS, width - left)):
                    here = came_from[n_looks, i * _WIDE + j]
                    while here > 0:
                        starts[here, top + i, left + j] = True
                        here = came_from[here, i * _WIDE + j]


def score_one_step(
    values: Array, usable: Mask, sigma: Array, least: int = 1, weight: Array | None = None
) -> tuple[Array, NDArray[np.int16]]:
    """
    Generalised likelihood ratio of one step at the best date, by exact running sums.

    values: (feature, time, y, x); usable: (time, y, x); sigma: (feature, y, x); weight: (time,) of the looks, 1 if None. Returns
    (y, x) score and the look from which the new level holds.
    """
    values, usable, sigma, weight = _laid_out(values, usable, sigma, weight)
    best = np.zeros(usable.shape[1:], np.float32)
    when = np.zeros(usable.shape[1:], np.int16)
    in_bands(
        lambda a, b: _score_rows(values, usable, weight, sigma, least, a, b, best, when), len(best), 4 * _ROWS
    )
    return best, when


def partition(
    values: Array, usable: Mask, sigma: Array, price: float, least: int = 1, weight: Array | None = None
) -> Mask:
    """
    Best cut of each pixel's series into levels, each cut costing `price`; neighbours share the evidence for dates.

    Exact dynamic programming over all pairs of looks. Levels last at least `least` looks, except the first and the last one.
    values: (feature, time, y, x); usable: (time, y, x); sigma: (feature, y, x); weight: (time,) of the looks, 1 if None. Returns
    (time, y, x): True where a new level starts at that look.
    """
    values, usable, sigma, weight = _laid_out(values, usable, sigma, weight)
    starts = np.zeros(usable.shape, np.bool_)
    in_bands(
        lambda a, b: _cut_rows(values, usable, weight, sigma, float(price), least, a, b, starts),
        usable.shape[1],
        2 * _ROWS,
    )
    return starts


def _laid_out(
    values: Array, usable: Mask, sigma: Array, weight: Array | None
) -> tuple[Array, Mask, Array, Array]:
    """In the one layout for which the loops are compiled."""
    return (
        np.ascontiguousarray(values, np.float32),
        np.ascontiguousarray(usable, np.bool_),
        np.ascontiguousarray(sigma, np.float32),
        np.ones(len(usable), np.float32) if weight is None else np.ascontiguousarray(weight, np.float32),
    )
