"""
The step tests and features as plain array code, which says what the compiled loops must give.

Slow: every pair of looks is a filter over the whole image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, median_filter

Array = NDArray[np.float32]

POOLING = 0.8
MAD_OF_DIFFERENCE = 0.954


def estimate_noise(values: Array, usable: NDArray[np.bool_], prior_weight: float = 12.0) -> Array:
    """
    How much each pixel trembles from look to look, by feature.

    values: (feature, time, y, x); usable: (time, y, x). From first differences, so that steps do not count; shrunk towards the
    scene's median as if that were `prior_weight` looks. Returns (feature, y, x) sigma.
    """
    jump = np.abs(np.diff(values, axis=1))
    both = usable[1:] & usable[:-1]
    jump = np.where(both, jump, np.float32(np.nan))
    count = both.sum(axis=0)
    if both.all():
        own = np.median(jump, axis=1) / MAD_OF_DIFFERENCE
    else:
        jump.sort(axis=1)  # NaN last
        middle = np.maximum(count - 1, 0) // 2
        own = (
            np.take_along_axis(jump, np.broadcast_to(middle, jump[:, :1].shape), axis=1)[:, 0]
            / MAD_OF_DIFFERENCE
        )
        own = np.nan_to_num(own)
    own = gaussian_filter(own**2, (0, 1.5, 1.5))
    known = count > 0
    typical = np.median(own[:, known], axis=1) if known.any() else np.ones(len(own), np.float32)
    typical = np.maximum(typical, 1e-6)[:, None, None]
    return np.asarray(np.sqrt((count * own + prior_weight * typical) / (count + prior_weight)), np.float32)


@dataclass(frozen=True, slots=True)
class Sums:
    """Running sums of noise-scaled series: count (time + 1, y, x), total (time + 1, feature, y, x)."""

    count: Array
    total: Array


def add_up(values: Array, weight: Array, sigma: Array) -> Sums:
    """
    Running sums over time of a noise-scaled series.

    values: (feature, time, y, x); weight: (time, y, x) 0 where not usable; sigma: (feature, y, x).
    """
    n_features, n_looks, rows, cols = values.shape
    count = np.zeros((n_looks + 1, rows, cols), np.float32)
    np.cumsum(weight, axis=0, out=count[1:])
    scaled = values / sigma[:, None]
    scaled -= np.average(scaled, axis=1, weights=np.broadcast_to(weight + 1e-6, scaled.shape))[:, None]
    total = np.zeros((n_looks + 1, n_features, rows, cols), np.float32)
    np.cumsum((scaled * weight).swapaxes(0, 1), axis=0, out=total[1:])
    return Sums(count, total)


def merit(sums: Sums, start: int, stop: int, pooling: float = POOLING) -> Array:
    """
    What a level of its own for looks start..stop-1 explains, in units of noise variance, pooled over neighbours.

    Returns (y, x): the sum over features of (Σ w v)² / Σ w.
    """
    n = sums.count[stop] - sums.count[start]
    grown = sums.total[stop] - sums.total[start]
    explained = np.einsum("fyx,fyx->yx", grown, grown)
    explained /= np.maximum(n, np.float32(1e-3))
    return pool(explained, pooling)


def pool(image: Array, pooling: float = POOLING) -> Array:
    """Share evidence with the neighbours."""
    return gaussian_filter(image, pooling, truncate=2.5, mode="nearest") if pooling else image


def score_one_step(sums: Sums, least: int = 1) -> tuple[Array, NDArray[np.int16]]:
    """
    Generalised likelihood ratio of one step at the best date, by exact running sums.

    Returns (y, x) score and the look from which the new level holds.
    """
    n_looks = len(sums.count) - 1
    whole = merit(sums, 0, n_looks)
    best = np.zeros(whole.shape, np.float32)
    when = np.zeros(whole.shape, np.int16)
    for t in range(least, n_looks - least + 1):
        gain = merit(sums, 0, t) + merit(sums, t, n_looks) - whole
        better = gain > best
        best[better] = gain[better]
        when[better] = t
    return best, when


def partition(sums: Sums, price: float | Array, least: int = 1) -> NDArray[np.bool_]:
    """
    Best cut of each pixel's series into levels, each cut costing `price`; neighbours share the evidence for dates.

    Exact dynamic programming over all pairs of looks. Levels last at least `least` looks, except the first and the last one.
    Returns (time, y, x): True where a new level starts at that look.
    """
    n_looks = len(sums.count) - 1
    shape = sums.count.shape[1:]
    value = np.full((n_looks + 1, *shape), -np.inf, np.float32)
    value[0] = 0
    came_from = np.zeros((n_looks + 1, *shape), np.int16)
    for stop in range(1, n_looks + 1):
        for start in range(stop):
            if stop - start < least and start > 0 and stop < n_looks:
                continue
            reached = value[start] + merit(sums, start, stop)
            if start:
                reached -= price
            better = reached > value[stop]
            value[stop] = np.where(better, reached, value[stop])
            came_from[stop][better] = start
    starts = np.zeros((n_looks, *shape), bool)
    here: NDArray[np.int16] = np.full(shape, n_looks, np.int16)
    place = np.indices(shape)
    rows, cols = place[0], place[1]
    for _ in range(n_looks):
        here = np.asarray(came_from[here, rows, cols], np.int16)
        inside = here > 0
        if not inside.any():
            break
        starts[here[inside], rows[inside], cols[inside]] = True
    return starts


def levels_of(starts: NDArray[np.bool_], values: Array, weight: Array) -> Array:
    """
    The level on which each pixel stands at each look, given where its levels start.

    starts, weight: (time, y, x); values: (feature, time, y, x). Returns (feature, time, y, x).
    """
    n_features = len(values)
    level = np.empty_like(values)
    stretch = np.cumsum(starts, axis=0)
    for k in range(int(stretch.max()) + 1):
        member = stretch == k
        w = np.where(member, weight, 0)
        n = np.maximum(w.sum(axis=0), 1e-6)
        for f in range(n_features):
            mean = (values[f] * w).sum(axis=0) / n
            np.copyto(level[f], mean[None], where=member)
    return level


def fit_season(rest: Array, usable: NDArray[np.bool_], years: NDArray[np.float64]) -> Array:
    """
    Each pixel's yearly wave in what its levels leave over.

    rest: (feature, time, y, x), values less levels. Shrunk where few looks determine it. Returns the wave, same shape.
    """
    phase = 2 * np.pi * years
    wave: Array = np.stack([np.cos(phase), np.sin(phase)]).astype(np.float32)
    weight = usable.astype(np.float32)
    cc, ss, cs = (
        np.tensordot(w, weight, axes=(0, 0)) for w in (wave[0] ** 2, wave[1] ** 2, wave[0] * wave[1])
    )
    ridge = np.float32(0.03 * len(years))
    det = (cc + ridge) * (ss + ridge) - cs**2
    flat = (rest * weight).reshape(len(rest), len(years), -1)
    c, s = (np.matmul(w[None, None], flat)[:, 0].reshape(len(rest), *usable.shape[1:]) for w in wave)
    a, b = ((ss + ridge) * c - cs * s) / det, ((cc + ridge) * s - cs * c) / det
    return np.asarray(
        wave[0][None, :, None, None] * a[:, None] + wave[1][None, :, None, None] * b[:, None], np.float32
    )


def clip_excursions(
    values: Array, usable: NDArray[np.bool_], sigma: Array, reach: int = 9, height: float = 3.0
) -> Array:
    """
    Cut off what comes and goes: winter shadows, missed haze, a lorry.

    A look may leave the span between the median of the `reach` looks before it and of those after it by `height` sigmas and no
    further. A step keeps its date, because its two sides span it.
    """
    n_looks = values.shape[1]
    filled = values.copy()
    for t in range(1, n_looks):  # a gap repeats the look before it
        np.copyto(filled[:, t], filled[:, t - 1], where=~usable[t])
    for t in range(n_looks - 2, -1, -1):
        first = ~usable[: t + 1].any(axis=0)
        if not first.any():
            continue
        np.copyto(filled[:, t], filled[:, t + 1], where=first)
    middle = median_filter(filled, size=(1, reach, 1, 1), mode="reflect")
    back = np.arange(n_looks) - (reach + 1) // 2
    ahead = np.arange(n_looks) + (reach + 1) // 2
    before, after = middle[:, np.clip(back, 0, None)], middle[:, np.clip(ahead, None, n_looks - 1)]
    slack = height * sigma[:, None]
    low, high = np.minimum(before, after) - slack, np.maximum(before, after) + slack
    return np.where(usable, np.clip(values, low, high), 0).astype(np.float32)


def less_surroundings(values: Array, usable: NDArray[np.bool_], window_px: int, coarse: int = 3) -> Array:
    """
    Each pixel against the middle of its surroundings at the same look: what a field does as a whole goes, a roof in it stays.

    The surroundings are the median over about `window_px` pixels, computed on means of `coarse` x `coarse` pixels.
    """
    n_features, n_looks, rows, cols = values.shape
    pad_y, pad_x = -rows % coarse, -cols % coarse
    ok = np.pad(usable, ((0, 0), (0, pad_y), (0, pad_x))).astype(np.float32)
    count = ok.reshape(n_looks, ok.shape[1] // coarse, coarse, -1, coarse).sum(axis=(2, 4))
    y = np.clip((np.arange(rows) + 0.5) / coarse - 0.5, 0, count.shape[1] - 1)
    x = np.clip((np.arange(cols) + 0.5) / coarse - 0.5, 0, count.shape[2] - 1)
    local = np.empty_like(values)
    size = max(3, window_px // coarse) | 1
    for f in range(n_features):
        padded = np.pad(values[f], ((0, 0), (0, pad_y), (0, pad_x)))
        mean = padded.reshape(n_looks, count.shape[1], coarse, -1, coarse).sum(axis=(2, 4)) / np.maximum(
            count, 1
        )
        for t in range(n_looks):
            filled = np.where(
                count[t] > 0, mean[t], np.median(mean[t][count[t] > 0]) if count[t].any() else 0
            )
            near = median_filter(filled, size, mode="reflect")
            local[f, t] = values[f, t] - _stretch(near, y, x)
    np.copyto(local, 0, where=~usable)
    return local


def _stretch(image: Array, y: NDArray[np.float64], x: NDArray[np.float64]) -> Array:
    """Bilinear interpolation at rows y and columns x."""
    y0, x0 = np.minimum(y.astype(int), image.shape[0] - 2), np.minimum(x.astype(int), image.shape[1] - 2)
    v, u = (y - y0)[:, None].astype(np.float32), (x - x0)[None].astype(np.float32)
    top = image[y0][:, x0] * (1 - u) + image[y0][:, x0 + 1] * u
    low = image[y0 + 1][:, x0] * (1 - u) + image[y0 + 1][:, x0 + 1] * u
    return np.asarray(top * (1 - v) + low * v, np.float32)
