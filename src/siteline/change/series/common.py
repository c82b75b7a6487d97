"""What a whole scene did at each look, taken away from every pixel: the loops, over strips as in `sweeps`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siteline.change.series.sweeps import BAND, fetch, fetch_flags, find_levels, find_median, store
from siteline.raster.compiled import compiled, in_bands
from siteline.raster.order import WIDTH, Pairs, network

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Common:
    """What the whole scene did at each look, as a smooth function of a pixel's level and place."""

    centre: Array
    """(feature,) middle of the levels."""

    spread: Array
    """(feature,) their spread."""

    terms: Array
    """(feature, time, term): constant, levels by feature, squared first level, y, x. Levels count less centre, over spread."""

    y: Array
    """(y,) place of each row, -1 to 1."""

    x: Array
    """(x,) place of each column, -1 to 1."""


@compiled
def _set_design(level: Array, centre: Array, spread: Array, design: Array) -> None:
    """Fill the terms that depend on the level (feature, WIDTH); those of the place and the constant are there already."""
    for f in range(len(level)):
        home, row, middle, per = level[f], design[1 + f], centre[f], spread[f]
        for k in range(WIDTH):
            row[k] = min(max((home[k] - middle) / per, np.float32(-3)), np.float32(3))
    first, square = design[1], design[1 + len(level)]
    for k in range(WIDTH):
        square[k] = first[k] * first[k]


@compiled
def _subtract(values: Array, seen: Array, terms: Array, design: Array, fit: Array) -> None:
    """One look of one feature, in place; 0 where not usable."""
    fit[:] = 0
    for n in range(len(terms)):
        row, weight = design[n], terms[n]
        for k in range(WIDTH):
            fit[k] += weight * row[k]
    for k in range(WIDTH):
        values[k] = (values[k] - fit[k]) * seen[k]


@compiled
def _set_place(design: Array, y: np.float32, x: Array, left: int, wide: int) -> None:
    n = len(design)
    design[0] = 1
    design[n - 2] = y
    for k in range(wide):
        design[n - 1, k] = x[left + k]


@compiled
def _free_rows(
    values: Array,
    usable: Mask,
    starts: Mask,
    centre: Array,
    spread: Array,
    terms: Array,
    ys: Array,
    xs: Array,
    first: int,
    last: int,
    out: Array,
) -> None:
    n_features, n_looks, _, width = values.shape
    strips, levels = (
        np.zeros((n_features, n_looks, WIDTH), np.float32),
        np.zeros((n_features, n_looks, WIDTH), np.float32),
    )
    seen, new, looks = (
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
    )
    design, here, fit = (
        np.zeros((n_features + 4, WIDTH), np.float32),
        np.zeros((n_features, WIDTH), np.float32),
        np.zeros(WIDTH, np.float32),
    )
    for y in range(first, last):
        for x in range(0, width, WIDTH):
            wide = min(WIDTH, width - x)
            fetch_flags(usable, y, x, wide, seen)
            fetch_flags(starts, y, x, wide, new)
            _set_place(design, ys[y], xs, x, wide)
            for f in range(n_features):
                fetch(values[f], y, x, wide, strips[f])
                find_levels(strips[f], seen, new, levels[f], looks)
            for t in range(n_looks):
                for f in range(n_features):
                    here[f] = levels[f, t]
                _set_design(here, centre, spread, design)
                for f in range(n_features):
                    _subtract(strips[f, t], seen[t], terms[f, t], design, fit)
            for f in range(n_features):
                store(strips[f], y, x, wide, out[f])


def free_from_levels(values: Array, usable: Mask, starts: Mask, common: Common) -> Array:
    """
    What is left of series when the common part is taken away, by the level on which each pixel stands at each look.

    values: (feature, time, y, x); usable: (time, y, x); starts: (time, y, x) where levels start. 0 where not usable.
    """
    out = np.empty(values.shape, np.float32)
    values, usable, starts = (
        np.ascontiguousarray(values),
        np.ascontiguousarray(usable),
        np.ascontiguousarray(starts),
    )
    c = common
    in_bands(
        lambda a, b: _free_rows(values, usable, starts, c.centre, c.spread, c.terms, c.y, c.x, a, b, out),
        values.shape[2],
        BAND,
    )
    return out


@compiled
def _halve_rows(
    values: Array,
    usable: Mask,
    centre: Array,
    spread: Array,
    terms: Array,
    ys: Array,
    xs: Array,
    pairs: Pairs,
    first: int,
    last: int,
    out: Array,
    known: Mask,
) -> None:
    n_features, n_looks, height, width = values.shape
    strips = np.zeros((n_features, n_looks, WIDTH), np.float32)
    total = np.zeros((n_features, n_looks, WIDTH), np.float32)
    seen, count, room = (
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
        np.zeros((n_looks, WIDTH), np.float32),
    )
    design, level, fit = (
        np.zeros((n_features + 4, WIDTH), np.float32),
        np.zeros((n_features, WIDTH), np.float32),
        np.zeros(WIDTH, np.float32),
    )
    for half in range(first, last):
        for x in range(0, width, WIDTH):
            wide = min(WIDTH, width - x)
            total[:] = 0
            count[:] = 0
            for y in (2 * half, min(2 * half + 1, height - 1)):
                fetch_flags(usable, y, x, wide, seen)
                _set_place(design, ys[y], xs, x, wide)
                for f in range(n_features):
                    fetch(values[f], y, x, wide, strips[f])
                    find_median(strips[f], seen, pairs, room, level[f])
                _set_design(level, centre, spread, design)
                for t in range(n_looks):
                    for f in range(n_features):
                        _subtract(strips[f, t], seen[t], terms[f, t], design, fit)
                        for k in range(WIDTH):
                            total[f, t, k] += strips[f, t, k]
                    for k in range(WIDTH):
                        count[t, k] += seen[t, k]
            for t in range(n_looks):
                for j in range((wide + 1) // 2):
                    other = min(2 * j + 1, wide - 1)
                    n = count[t, 2 * j] + count[t, other]
                    known[t, half, x // 2 + j] = n > 0
                    for f in range(n_features):
                        both = total[f, t, 2 * j] + total[f, t, other]
                        out[f, t, half, x // 2 + j] = both / max(n, np.float32(1))


def free_from_medians(values: Array, usable: Mask, common: Common) -> tuple[Array, Mask]:
    """
    What is left when the common part is taken away by the median of each pixel, as means over the usable of 2 x 2 pixels.

    values: (feature, time, y, x); usable: (time, y, x). Returns both at half the size, an odd last row or column repeated.
    """
    rows, cols = ((n + 1) // 2 for n in usable.shape[1:])
    out = np.empty((*values.shape[:2], rows, cols), np.float32)
    known = np.empty((len(usable), rows, cols), np.bool_)
    values, usable = np.ascontiguousarray(values), np.ascontiguousarray(usable)
    c, pairs = common, network(len(usable))
    in_bands(
        lambda a, b: _halve_rows(
            values, usable, c.centre, c.spread, c.terms, c.y, c.x, pairs, a, b, out, known
        ),
        rows,
        BAND,
    )
    return out, known
