"""
What is done to each pixel's series by itself: the loops, over strips of pixels side by side.

A strip is WIDTH pixels of one row with all their looks: (time, WIDTH), small enough to stay in the fastest memory. Where a
strip reaches beyond the image it holds what was there before, and nothing of that is written back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.raster.compiled import compiled, in_bands
from siteline.raster.order import WIDTH, Pairs, exchange, network, network_to

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

BAND = 16
"""Rows of one task."""

_FAR_AWAY = np.float32(np.inf)


@compiled
def fetch(stack: Array, y: int, x: int, wide: int, strip: Array) -> None:
    """Copy a strip of (time, y, x)."""
    for t in range(len(stack)):
        line, row = stack[t, y, x : x + wide], strip[t]
        for k in range(wide):
            row[k] = line[k]


@compiled
def fetch_flags(stack: Mask, y: int, x: int, wide: int, strip: Array) -> None:
    """Copy a strip of (time, y, x) flags, as 0 and 1."""
    for t in range(len(stack)):
        line, row = stack[t, y, x : x + wide], strip[t]
        for k in range(wide):
            row[k] = np.float32(line[k])


@compiled
def store(strip: Array, y: int, x: int, wide: int, stack: Array) -> None:
    """Copy a strip back into (time, y, x)."""
    for t in range(len(stack)):
        line, row = stack[t, y, x : x + wide], strip[t]
        for k in range(wide):
            line[k] = row[k]


@compiled
def find_levels(values: Array, seen: Array, new: Array, level: Array, looks: Array) -> None:
    """Mean of the usable looks of each stretch between starts, at each of its looks; 0 where none is. looks: room to work in."""
    last = len(values) - 1
    for k in range(WIDTH):
        level[0, k] = values[0, k] * seen[0, k]
        looks[0, k] = seen[0, k]
    for t in range(1, last + 1):
        v, s, n = values[t], seen[t], new[t]
        old_sum, old_n, now_sum, now_n = level[t - 1], looks[t - 1], level[t], looks[t]
        for k in range(WIDTH):
            goes_on = np.float32(1) - n[k]
            now_sum[k] = old_sum[k] * goes_on + v[k] * s[k]
            now_n[k] = old_n[k] * goes_on + s[k]
    for k in range(WIDTH):
        level[last, k] /= max(looks[last, k], np.float32(1e-6))
    for t in range(last - 1, -1, -1):
        now, later, n, looks_now = level[t], level[t + 1], new[t + 1], looks[t]
        for k in range(WIDTH):
            own = now[k] / max(looks_now[k], np.float32(1e-6))
            now[k] = own if n[k] > 0 else later[k]


@compiled
def find_median(values: Array, seen: Array, pairs: Pairs, rows: Array, middle: Array) -> None:
    """Median of the usable looks of each pixel of a strip; 0 where none is. rows: (time, WIDTH) room to work in."""
    n = np.zeros(WIDTH, np.float32)
    for t in range(len(values)):
        v, s, row = values[t], seen[t], rows[t]
        for k in range(WIDTH):
            row[k] = v[k] if s[k] > 0 else _FAR_AWAY
            n[k] += s[k]
    exchange(rows, pairs)
    for k in range(WIDTH):
        count = int(n[k])
        middle[k] = np.float32(0)
        if count > 0:
            middle[k] = (rows[(count - 1) // 2, k] + rows[count // 2, k]) / np.float32(2)


@compiled
def _level_rows(starts: Mask, values: Array, usable: Mask, first: int, last: int, out: Array) -> None:
    n_features, n_looks, _, width = values.shape
    strip, level, looks = (
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
    )
    seen, new = np.zeros((n_looks, WIDTH), np.float32), np.zeros((n_looks, WIDTH), np.float32)
    for y in range(first, last):
        for x in range(0, width, WIDTH):
            wide = min(WIDTH, width - x)
            fetch_flags(usable, y, x, wide, seen)
            fetch_flags(starts, y, x, wide, new)
            for f in range(n_features):
                fetch(values[f], y, x, wide, strip)
                find_levels(strip, seen, new, level, looks)
                store(level, y, x, wide, out[f])


def levels_of(starts: Mask, values: Array, usable: Mask) -> Array:
    """
    The level on which each pixel stands at each look, given where its levels start.

    starts, usable: (time, y, x); values: (feature, time, y, x). Returns (feature, time, y, x).
    """
    out = np.empty(values.shape, np.float32)
    starts, values, usable = (
        np.ascontiguousarray(starts),
        np.ascontiguousarray(values),
        np.ascontiguousarray(usable),
    )
    in_bands(lambda a, b: _level_rows(starts, values, usable, a, b, out), values.shape[2], BAND)
    return out


@compiled
def _jump_rows(
    values: Array, usable: Mask, pairs: Pairs, whole: bool, first: int, last: int, out: Array
) -> None:
    n_features, n_looks, _, width = values.shape
    strip, seen = np.zeros((n_looks, WIDTH), np.float32), np.zeros((n_looks, WIDTH), np.float32)
    jump = np.zeros((n_looks - 1, WIDTH), np.float32)
    n = np.zeros(WIDTH, np.float32)
    for y in range(first, last):
        for x in range(0, width, WIDTH):
            wide = min(WIDTH, width - x)
            fetch_flags(usable, y, x, wide, seen)
            n[:] = 0
            for t in range(n_looks - 1):
                for k in range(WIDTH):
                    n[k] += seen[t, k] * seen[t + 1, k]
            for f in range(n_features):
                fetch(values[f], y, x, wide, strip)
                _find_jumps(strip, seen, jump)
                exchange(jump, pairs)
                for k in range(wide):
                    count = int(n[k])
                    own = jump[max(count - 1, 0) // 2, k] if count > 0 else np.float32(0)
                    if whole:
                        own = (own + jump[count // 2, k]) / np.float32(2)
                    out[f, y, x + k] = own


@compiled
def _find_jumps(values: Array, seen: Array, jump: Array) -> None:
    for t in range(len(jump)):
        v0, v1, s0, s1, row = values[t], values[t + 1], seen[t], seen[t + 1], jump[t]
        for k in range(WIDTH):
            row[k] = abs(v1[k] - v0[k]) if s0[k] * s1[k] > 0 else _FAR_AWAY


def typical_jump(values: Array, usable: Mask) -> Array:
    """
    Median |difference| of consecutive looks that are both usable; 0 where there are none.

    values: (feature, time, y, x); usable: (time, y, x). Returns (feature, y, x); of an even number the lower middle one, unless
    everything is usable.
    """
    out = np.zeros((len(values), *usable.shape[1:]), np.float32)
    if len(usable) < 2:
        return out
    values, usable = np.ascontiguousarray(values), np.ascontiguousarray(usable)
    pairs, whole = network(len(usable) - 1), bool(usable.all())
    in_bands(lambda a, b: _jump_rows(values, usable, pairs, whole, a, b, out), out.shape[1], BAND)
    return out


@compiled
def _find_wave(
    rest: Array, level: Array, seen: Array, wave: Array, ridge: np.float32, a: Array, b: Array
) -> None:
    """Cosine and sine of each pixel's yearly wave in what its level leaves over, shrunk by a ridge."""
    cc, ss, cs = np.zeros(WIDTH, np.float32), np.zeros(WIDTH, np.float32), np.zeros(WIDTH, np.float32)
    c, s = np.zeros(WIDTH, np.float32), np.zeros(WIDTH, np.float32)
    for t in range(len(rest)):
        u, v = wave[0, t], wave[1, t]
        uu, vv, uv = u * u, v * v, u * v
        w, r, home = seen[t], rest[t], level[t]
        for k in range(WIDTH):
            cc[k] += uu * w[k]
            ss[k] += vv * w[k]
            cs[k] += uv * w[k]
        for k in range(WIDTH):
            left = (r[k] - home[k]) * w[k]
            c[k] += u * left
            s[k] += v * left
    for k in range(WIDTH):
        p, q, m = cc[k] + ridge, ss[k] + ridge, cs[k]
        det = p * q - m * m
        a[k] = (q * c[k] - m * s[k]) / det
        b[k] = (p * s[k] - m * c[k]) / det


@compiled
def _remove_wave(values: Array, seen: Array, wave: Array, a: Array, b: Array) -> None:
    """Take a wave away, in place; 0 where not usable."""
    for t in range(len(values)):
        u, v, row, w = wave[0, t], wave[1, t], values[t], seen[t]
        for k in range(WIDTH):
            row[k] = (row[k] - (u * a[k] + v * b[k])) * w[k]


@compiled
def _season_rows(
    values: Array,
    usable: Mask,
    starts: Mask,
    wave: Array,
    ridge: np.float32,
    first: int,
    last: int,
    out: Array,
) -> None:
    n_features, n_looks, _, width = values.shape
    strip, level, looks = (
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
    )
    seen, new = np.zeros((n_looks, WIDTH), np.float32), np.zeros((n_looks, WIDTH), np.float32)
    a, b = np.zeros(WIDTH, np.float32), np.zeros(WIDTH, np.float32)
    for y in range(first, last):
        for x in range(0, width, WIDTH):
            wide = min(WIDTH, width - x)
            fetch_flags(usable, y, x, wide, seen)
            fetch_flags(starts, y, x, wide, new)
            for f in range(n_features):
                fetch(values[f], y, x, wide, strip)
                find_levels(strip, seen, new, level, looks)
                _find_wave(strip, level, seen, wave, ridge, a, b)
                _remove_wave(strip, seen, wave, a, b)
                store(strip, y, x, wide, out[f])


def remove_season(values: Array, usable: Mask, starts: Mask, years: NDArray[np.float64]) -> Array:
    """
    Series without each pixel's yearly wave, as it shows in what the pixel's levels leave over.

    values: (feature, time, y, x); usable, starts: (time, y, x), usable looks and where levels start; years: (time,). The wave is
    shrunk where few looks determine it. Returns a new array; 0 where not usable.
    """
    phase = 2 * np.pi * years
    wave = np.stack([np.cos(phase), np.sin(phase)]).astype(np.float32)
    out = np.empty(values.shape, np.float32)
    ridge = np.float32(0.03 * len(years))
    values, usable, starts = (
        np.ascontiguousarray(values),
        np.ascontiguousarray(usable),
        np.ascontiguousarray(starts),
    )
    in_bands(lambda a, b: _season_rows(values, usable, starts, wave, ridge, a, b, out), values.shape[2], BAND)
    return out


@compiled
def _fill_gaps(values: Array, seen: Array, filled: Array) -> None:
    """A gap repeats the look before it, a first gap the look after it."""
    known = np.zeros(WIDTH, np.float32)
    for k in range(WIDTH):
        filled[0, k] = values[0, k]
        known[k] = seen[0, k]
    for t in range(1, len(values)):
        v, s, before, now = values[t], seen[t], filled[t - 1], filled[t]
        for k in range(WIDTH):
            now[k] = v[k] if s[k] > 0 else before[k]
    for t in range(1, len(values)):  # the first usable look goes back to the beginning
        for k in range(WIDTH):
            if known[k] == 0 and seen[t, k] > 0:
                known[k] = 1
                for earlier in range(t):
                    filled[earlier, k] = filled[t, k]


@compiled
def _find_middles(
    filled: Array, around: NDArray[np.int32], pairs: Pairs, window: Array, middle: Array
) -> None:
    """Running median over the looks that `around` (time, reach) names."""
    reach = around.shape[1]
    for t in range(len(filled)):
        for i in range(reach):
            row, line = window[i], filled[around[t, i]]
            for k in range(WIDTH):
                row[k] = line[k]
        exchange(window, pairs)
        row, line = middle[t], window[reach // 2]
        for k in range(WIDTH):
            row[k] = line[k]


@compiled
def _clip(values: Array, seen: Array, middle: Array, slack: Array, lag: int) -> None:
    last = len(values) - 1
    for t in range(last + 1):
        row, s, before, after = values[t], seen[t], middle[max(t - lag, 0)], middle[min(t + lag, last)]
        for k in range(WIDTH):
            low = min(before[k], after[k]) - slack[k]
            high = max(before[k], after[k]) + slack[k]
            row[k] = min(max(row[k], low), high) * s[k]


@compiled
def _clip_rows(
    values: Array,
    usable: Mask,
    sigma: Array,
    height: np.float32,
    around: NDArray[np.int32],
    pairs: Pairs,
    first: int,
    last: int,
) -> None:
    n_features, n_looks, _, width = values.shape
    reach = around.shape[1]
    strip, filled, middle, seen = (
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
    )
    window, slack = np.zeros((reach, WIDTH), np.float32), np.zeros(WIDTH, np.float32)
    for y in range(first, last):
        for x in range(0, width, WIDTH):
            wide = min(WIDTH, width - x)
            fetch_flags(usable, y, x, wide, seen)
            for f in range(n_features):
                fetch(values[f], y, x, wide, strip)
                for k in range(wide):
                    slack[k] = height * sigma[f, y, x + k]
                _fill_gaps(strip, seen, filled)
                _find_middles(filled, around, pairs, window, middle)
                _clip(strip, seen, middle, slack, (reach + 1) // 2)
                store(strip, y, x, wide, values[f])


def clip_excursions(values: Array, usable: Mask, sigma: Array, reach: int = 9, height: float = 3.0) -> None:
    """
    Cut off what comes and goes, in place: winter shadows, missed haze, a lorry.

    A look may leave the span between the median of the `reach` looks before it and of those after it by `height` sigmas and no
    further. A step keeps its date, because its two sides span it.
    values: (feature, time, y, x), 0 where not usable, changed in place; usable: (time, y, x); sigma: (feature, y, x).
    """
    assert values.flags.c_contiguous
    n_looks = len(usable)
    at = np.arange(n_looks)[:, None] + np.arange(reach) - reach // 2
    at = np.mod(at, 2 * n_looks)  # mirrored at both ends
    around = np.where(at < n_looks, at, 2 * n_looks - 1 - at).astype(np.int32)
    usable, sigma, pairs = (
        np.ascontiguousarray(usable),
        np.ascontiguousarray(sigma),
        network_to(reach, reach // 2),
    )
    in_bands(
        lambda a, b: _clip_rows(values, usable, sigma, np.float32(height), around, pairs, a, b),
        values.shape[2],
        BAND,
    )
