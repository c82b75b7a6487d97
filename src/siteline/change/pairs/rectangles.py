"""Every rectangle of a building's size, at every place and turn, with what both dates show in it and along its sides."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.change.pairs.views import COLOURS_COUNT, CONTRAST, View

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIZES_M = ((9, 7), (13, 10), (15, 14), (20, 14), (24, 20), (34, 22), (50, 30))
"""Length and width of what is sought, m: from a small house to a hall."""

TURNS = 4
"""Directions tried within a right angle."""

_STEP_M, _STRIP_M = 2.0, 2.0
_WORKING_M = 1.0
"""Finer pixels are averaged: houses are sought, not what they are made of."""

_LEAST_PX = 3
_KNOWN = 0.5
_REACH = 2
"""Pixels within which the other date's edge is the same edge: lean and misregistration make none."""

_BESIDE, _FLAT = 9, 15
"""So many layers are asked beside a rectangle, and so many do not turn with it: known; light and two colours of either date;
darkness of either; roughness of either; the usual difference; fine pattern, its product and both squares."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Where one lies, pixels."""

    row: float
    col: float
    length: float
    width: float
    turn: float
    """Of its length against the rows, radians, towards higher rows."""

    def corners(self) -> Doubles:
        """(4, 2) rows and columns."""
        u = np.array([math.sin(self.turn), math.cos(self.turn)])
        v = np.array([u[1], -u[0]])
        ends = [
            (a * self.length * u + b * self.width * v) / 2 for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))
        ]
        return np.array([self.row, self.col]) + np.array(ends)

    def mask(self, shape: tuple[int, int]) -> tuple[Mask, slice, slice]:
        """Its pixels within a window of the grid, and the window."""
        from skimage.draw import polygon2mask

        corners = self.corners()
        low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
        high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2, shape)
        if (high <= low).any():
            return np.zeros((0, 0), bool), slice(0, 0), slice(0, 0)
        mask = polygon2mask(tuple(high - low), corners - low)  # type: ignore[no-untyped-call]
        return np.asarray(mask), slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1]))


@dataclass(frozen=True, slots=True)
class Seen:
    """What both dates show in and around all rectangles of one size and turn, means; dates (before, after)."""

    rows: Doubles
    cols: Doubles
    """(y, x) of all middles, pixels of the grid."""

    where: Mask
    """(y, x) of which more than half is known: the n that follow."""

    length: float
    width: float
    turn: float

    known: Floats
    """(n,) share of the inside that both dates show."""

    inside: Floats
    """(23, n) all layers."""

    strips: Floats
    """(4, 9, n) known, colours and darkness beside each side."""

    lines: Floats
    """(4, 4, n) edges across each side: earlier, later, only earlier, only later."""


def look_at_rectangles(views: tuple[View, View], usual: Floats, known: Mask, px_m: float) -> Iterator[Seen]:
    """Size by size and turn by turn; none where a working pixel is too coarse. usual: (y, x), what quiet ground differs by."""
    factor = max(1, round(_WORKING_M / px_m))
    flat = _coarser(_flat_layers(views, usual, known), factor)
    sides = [(long / px_m / factor, wide / px_m / factor) for long, wide in SIZES_M]
    sides = [(long, wide) for long, wide in sides if wide >= _LEAST_PX and long < max(flat.shape[1:])]
    for number in range(TURNS if sides and flat.size else 0):
        yield from _one_turn(flat, sides, number * math.pi / 2 / TURNS, px_m, factor)


def _coarser(layers: Floats, factor: int) -> Floats:
    """Means of blocks; what is left at the lower and right brim is dropped."""
    rows, cols = (n // factor for n in layers.shape[1:])
    inner = layers[:, : rows * factor, : cols * factor]
    return np.asarray(
        inner.reshape(len(layers), rows, factor, cols, factor).mean(axis=(2, 4), dtype=np.float32)
    )


def _flat_layers(views: tuple[View, View], usual: Floats, known: Mask) -> Floats:
    """(15, y, x) the layers that do not turn with the rectangle, times `known`, which is the first."""
    fine = [np.log(np.maximum(view.layers[0], 0) + np.float32(0.05)) for view in views]
    fine = [image - ndimage.gaussian_filter(image, 4.0) for image in fine]
    layers = [
        np.ones(known.shape, np.float32),
        *views[0].layers,
        *views[1].layers,
        *(view.dark for view in views),
        *(view.rough for view in views),
        usual,
        fine[0] * fine[1],
        np.square(fine[0]),
        np.square(fine[1]),
    ]
    return np.stack([np.asarray(layer, np.float32) for layer in layers]) * known


def _one_turn(
    flat: Floats, sides: list[tuple[float, float]], turn: float, px_m: float, factor: int
) -> Iterator[Seen]:
    height, width = flat.shape[1:]
    strip, step = (max(least, round(m / px_m / factor)) for least, m in ((2, _STRIP_M), (1, _STEP_M)))
    margin = int(max(max(pair) for pair in sides) / 2) + strip + 4
    reach = math.ceil(math.hypot(height, width)) if turn else 0
    shape = (reach or height) + 2 * margin, (reach or width) + 2 * margin
    cos, sin = math.cos(turn), math.sin(turn)
    back = np.array([[cos, sin], [-sin, cos]])
    offset = np.array([height - 1, width - 1]) / 2 - back @ ((np.array(shape) - 1) / 2)
    turned = np.stack([ndimage.affine_transform(layer, back, offset, shape, order=1) for layer in flat])
    layers = np.concatenate([turned, _edges(turned)])
    total = np.zeros((len(layers), shape[0] + 1, shape[1] + 1))
    np.cumsum(np.cumsum(layers, axis=1, dtype=np.float64), axis=2, out=total[:, 1:, 1:])
    at_y, at_x = np.arange(margin, shape[0] - margin, step), np.arange(margin, shape[1] - margin, step)

    def boxed(of: slice, top: int, bottom: int, left: int, right: int, where: Mask | None = None) -> Floats:
        """Sums over a box around every middle, or around those of `where`."""
        y0, y1 = (slice(at_y[0] + d, at_y[-1] + d + 1, step) for d in (top, bottom))
        x0, x1 = (slice(at_x[0] + d, at_x[-1] + d + 1, step) for d in (left, right))
        sums = total[of, y1, x1] - total[of, y0, x1] - total[of, y1, x0] + total[of, y0, x0]
        return np.asarray(sums if where is None else sums[:, where], np.float32)

    middles = np.stack(np.meshgrid(at_y - 0.5, at_x - 0.5, indexing="ij"))
    rows, cols = factor * (np.tensordot(back, middles, 1) + offset[:, None, None] + 0.5) - 0.5
    for long, wide in sides:
        for upright in (False, True):
            if upright and long / wide < 1.12:
                continue
            b, a = (round(side / 2) for side in ((long, wide) if upright else (wide, long)))
            where = boxed(slice(0, 1), -b, b, -a, a)[0] > _KNOWN * 4 * a * b
            inside = boxed(slice(None), -b, b, -a, a, where)
            share = inside[0] / (4 * a * b)
            boxes = (
                ((-b - strip - 1, -b - 1, -a, a), (-b - 1, -b + 1, -a, a), 1),
                ((b + 1, b + strip + 1, -a, a), (b - 1, b + 1, -a, a), 1),
                ((-b, b, -a - strip - 1, -a - 1), (-b, b, -a - 1, -a + 1), 0),
                ((-b, b, a + 1, a + strip + 1), (-b, b, a - 1, a + 1), 0),
            )
            strips = np.stack([boxed(slice(0, _BESIDE), *beside, where) for beside, _, _ in boxes])
            strips[:, 1:] /= np.maximum(strips[:, :1], 0.5)
            strips[:, 0] /= np.array([2 * a * strip] * 2 + [2 * b * strip] * 2, np.float32)[:, None]
            lines = []
            for _, along, axis in boxes:
                cells = (along[1] - along[0]) * (along[3] - along[2])
                lines.append(boxed(slice(_FLAT + 4 * axis, _FLAT + 4 * axis + 4), *along, where) / cells)
            inside[1:] /= np.maximum(inside[:1], 0.5)
            yield Seen(
                rows, cols, where, 2.0 * factor * max(a, b), 2.0 * factor * min(a, b),
                turn + (math.pi / 2 if upright else 0.0), share, inside, strips, np.stack(lines),
            )  # fmt: skip


def _edges(turned: Floats) -> Floats:
    """
    (8, y, x) of steps across the columns, then across the rows: earlier, later, only earlier, only later; 0–1.

    A step is measured across three pixels; of the other date's, the steepest within two counts. None where either is unknown.
    """
    known = turned[0] > 0.99
    told = []
    for axis in (1, 0):
        steps = []
        for date in (slice(1, 4), slice(4, 7)):
            smooth = ndimage.gaussian_filter(turned[date], (0, 0.7, 0.7))
            apart = np.roll(smooth, -1, axis + 1) - np.roll(smooth, 2, axis + 1)
            steps.append(np.sqrt(np.square(apart * COLOURS_COUNT[:, None, None]).sum(axis=0)))
        wide = [ndimage.maximum_filter1d(step, 2 * _REACH + 1, axis=axis) for step in steps]
        whole = ndimage.minimum_filter1d(known, 5, axis=axis)
        only = [np.maximum(steps[d] - 1.5 * wide[1 - d], 0) for d in (0, 1)]
        for step in (*steps, *only):
            strong = ndimage.maximum_filter1d(step, 3, axis=axis) * whole
            told.append(strong / (strong + CONTRAST))
    return np.stack(told).astype(np.float32)
