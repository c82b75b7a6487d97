"""One look laid on the reference at a shift that is tried, and what the two say about a better one: the loops."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from siteline.raster.compiled import compiled

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

BLOCKS = 4
"""The image is cut into as many blocks along each side, each with equations of its own."""

RIM = 2
"""Rows and columns at the edge that do not count."""

_LOBES = 3
_TAPS = 2 * _LOBES
_AS_GOOD_AS_WHOLE = 1e-3


def lanczos(shift: float) -> tuple[int, Floats]:
    """Whole pixels of a shift, and the weights of the 6 pixels around what remains; as `raster.resample` has them."""
    whole = math.floor(shift)
    away = np.arange(-_LOBES + 1, _LOBES + 1) - (shift - whole)
    weights = np.where(np.abs(away) < _LOBES, np.sinc(away) * np.sinc(away / _LOBES), 0.0)
    return whole, (weights / weights.sum()).astype(np.float32)


def taps(right: float, down: float) -> tuple[int, Floats, int, Floats]:
    """Both axes of a shift, down first; pixels that fall on pixels are copied."""
    if max(abs(right - round(right)), abs(down - round(down))) < _AS_GOOD_AS_WHOLE:
        right, down = round(right), round(down)
    return *lanczos(down), *lanczos(right)


@compiled
def _fold_down(look: Floats, y: int, weights: Floats, line: Floats) -> None:
    """One row between rows; what lies beyond the image does not count."""
    rows = len(look)
    line[:] = 0
    total = np.float32(0)
    for j in range(_TAPS):
        at = y + j - _LOBES + 1
        if 0 <= at < rows and weights[j] != 0:
            total += weights[j]
            source, weight = look[at], weights[j]
            for k in range(len(line)):
                line[k] += weight * source[k]
    if abs(total - np.float32(1)) > np.float32(1e-6):
        for k in range(len(line)):
            line[k] /= total


@compiled
def _fold_across(line: Floats, whole: int, weights: Floats, first: int, last: int, out: Floats) -> None:
    """Columns first..last-1 of a row, between columns, all of whose neighbours lie in the image."""
    w0, w1, w2, w3, w4, w5 = weights[0], weights[1], weights[2], weights[3], weights[4], weights[5]
    here, source = out[first:last], line[first + whole - _LOBES + 1 :]
    for k in range(last - first):
        here[k] = (
            w0 * source[k]
            + w1 * source[k + 1]
            + w2 * source[k + 2]
            + w3 * source[k + 3]
            + w4 * source[k + 4]
            + w5 * source[k + 5]
        )


@compiled
def _fold_edge(line: Floats, whole: int, weights: Floats, k: int) -> np.float32:
    """The same for one column near the edge; 0 if too little of its neighbours is left."""
    total, value = np.float32(0), np.float32(0)
    for j in range(_TAPS):
        at = k + whole + j - _LOBES + 1
        if 0 <= at < len(line):
            total += weights[j]
            value += weights[j] * line[at]
    return value / total if abs(total) > np.float32(0.1) else np.float32(0)


@compiled
def _add_row_powers(
    here: Floats, valid: Mask, trust: Floats, inside: Floats, reference: Floats, weight: Floats, sums: Floats
) -> None:
    """Weigh one row, and add it to the sums of each column: power, product with the reference, pixels that count."""
    for k in range(len(here)):
        weight[k] = trust[k] * inside[k] * np.float32(valid[k])
    power, cross, count = sums[0], sums[1], sums[2]
    for k in range(len(here)):
        light = weight[k] * here[k]
        power[k] += light * here[k]
        cross[k] += light * reference[k]
        count[k] += np.float32(1) if weight[k] > 0 else np.float32(0)


@compiled
def lay_on(
    reference: Floats,
    look: Floats,
    valid: Mask,
    whole: bool,
    trust: Floats,
    shift: tuple[float, float],
    down: int,
    down_weights: Floats,
    right: int,
    right_weights: Floats,
    here: Floats,
    weight: Floats,
) -> tuple[int, float]:
    """
    Move a look, and weigh its pixels: 0 where it or the ground under it is not valid.

    reference, look, valid, trust: (y, x); whole: whether all is valid; shift: (right, down), pixels, and the same as `taps` has
    it. Fills here, the moved look, and weight. Returns how many pixels count, and by how much the look's contrast is to be
    multiplied.
    """
    rows, cols = look.shape
    off_y, off_x = math.floor(shift[1] + 0.5), math.floor(shift[0] + 0.5)
    line, inner, inside = np.empty(cols, np.float32), np.zeros(cols, np.float32), np.zeros(cols, np.float32)
    for k in range(RIM, cols - RIM):
        if -0.5 <= k + shift[0] <= cols - 0.5:
            inner[k] = 1
    first = max(0, _LOBES - 1 - right)
    last = max(first, min(cols, cols - _LOBES - right))
    sums = np.zeros((3, cols), np.float32)
    for y in range(rows):
        at = y + off_y
        if y < RIM or y >= rows - RIM or not -0.5 <= y + shift[1] <= rows - 0.5 or not 0 <= at < rows:
            weight[y] = 0
            here[y] = 0
            continue
        if whole:
            inside[:] = inner
        else:
            inside[:] = 0
            for k in range(max(0, -off_x), min(cols, cols - off_x)):
                inside[k] = inner[k] * np.float32(valid[at, k + off_x])
        _fold_down(look, y + down, down_weights, line)
        row = here[y]
        if last > first:
            _fold_across(line, right, right_weights, first, last, row)
        for k in range(min(first, cols)):
            row[k] = _fold_edge(line, right, right_weights, k)
        for k in range(last, cols):
            row[k] = _fold_edge(line, right, right_weights, k)
        _add_row_powers(row, valid[y], trust[y], inside, reference[y], weight[y], sums)
    total = np.zeros(3)
    for n in range(3):
        for k in range(cols):
            total[n] += sums[n, k]
    gain = min(max(total[1] / total[0], 0.2), 5.0) if total[0] > 0 else 1.0
    return int(total[2]), gain


@compiled
def sample_errors(reference: Floats, here: Floats, weight: Floats, gain: float, every: int) -> Floats:
    """|Error| of each `every`-th row and column that counts."""
    rows, cols = reference.shape
    found = np.empty(((rows + every - 1) // every) * ((cols + every - 1) // every), np.float32)
    n = 0
    for y in range(0, rows, every):
        for k in range(0, cols, every):
            if weight[y, k] > 0:
                found[n] = abs(reference[y, k] - np.float32(gain) * here[y, k])
                n += 1
    return found[:n]


@compiled
def _add_row(
    above: Floats,
    reference: Floats,
    below: Floats,
    here: Floats,
    weight: Floats,
    gain: np.float32,
    scale: np.float32,
    sums: Floats,
) -> None:
    """Add one row to the sums of each column: (5, x)."""
    per = np.float32(1) / (scale * scale)
    half = np.float32(0.5)
    xx, xy, yy, xe, ye = sums[0], sums[1], sums[2], sums[3], sums[4]
    for k in range(1, len(here) - 1):
        error = reference[k] - gain * here[k]
        far = error / (scale + scale)
        w = weight[k] * per / (np.float32(1) + far * far)
        x, y = half * (reference[k + 1] - reference[k - 1]), half * (below[k] - above[k])
        wx, wy = w * x, w * y
        xx[k] += wx * x
        xy[k] += wx * y
        yy[k] += wy * y
        xe[k] += wx * error
        ye[k] += wy * error


@compiled
def equations(
    reference: Floats, here: Floats, weight: Floats, gain: float, scale: float, out: NDArray[np.float64]
) -> None:
    """Add the normal equations of each block of the image to out: (block, 5), sums of xx, xy, yy, x error, y error."""
    rows, cols = reference.shape
    for i in range(BLOCKS):
        sums = np.zeros((5, cols), np.float32)
        for y in range(max(rows * i // BLOCKS, 1), min(rows * (i + 1) // BLOCKS, rows - 1)):
            _add_row(
                reference[y - 1],
                reference[y],
                reference[y + 1],
                here[y],
                weight[y],
                np.float32(gain),
                np.float32(scale),
                sums,
            )
        for j in range(BLOCKS):
            for n in range(5):
                for k in range(cols * j // BLOCKS, cols * (j + 1) // BLOCKS):
                    out[i * BLOCKS + j, n] += sums[n, k]


@compiled
def _add_alike(
    reference: Floats,
    here: Floats,
    weight: Floats,
    a0: np.float32,
    b0: np.float32,
    cap: np.float32,
    sums: Floats,
) -> None:
    ab, aa, bb = sums[0], sums[1], sums[2]
    for k in range(len(here)):
        a = min(max(reference[k] - a0, -cap), cap)
        b = min(max(here[k] - b0, -cap), cap)
        w = np.float32(1) if weight[k] > 0 else np.float32(0)
        ab[k] += w * a * b
        aa[k] += w * a * a
        bb[k] += w * b * b


@compiled
def capped_products(
    reference: Floats, here: Floats, weight: Floats, middles: tuple[float, float], cap: float
) -> tuple[float, float, float]:
    """Sums of products (both, reference twice, look twice) where weight is above 0, each less its middle and capped."""
    sums = np.zeros((3, reference.shape[1]), np.float32)
    for y in range(len(reference)):
        _add_alike(
            reference[y],
            here[y],
            weight[y],
            np.float32(middles[0]),
            np.float32(middles[1]),
            np.float32(cap),
            sums,
        )
    total = np.zeros(3)
    for n in range(3):
        for k in range(reference.shape[1]):
            total[n] += sums[n, k]
    return total[0], total[1], total[2]
