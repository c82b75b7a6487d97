"""The sides of a rectangle moved to where the image has its edges."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.change.pairs.rectangles import TURNS, Rectangle
from siteline.change.pairs.views import COLOURS_COUNT, CONTRAST, View

Floats = NDArray[np.float32]

_FREE = 0.3
"""Of its length and width, by which a side may move."""

_ROUNDS, _STRIP = 3, 3
_OUTSIDE = 0.1
"""Difference of colour across a side that counts half."""


def fit_sides(rectangle: Rectangle, has: View, lacks: View) -> Rectangle:
    """
    The rectangle whose sides lie on new edges and part two colours best, near the one given, with its turn or a little off it.

    Each side is moved in turn, three times over; sides that nothing holds stay where they are.
    """
    off = math.pi / 4 / TURNS
    tried = [_fit(replace(rectangle, turn=rectangle.turn + by), has, lacks) for by in (0.0, -off, off)]
    return max(tried, key=lambda pair: pair[1])[0]


def _fit(start: Rectangle, has: View, lacks: View) -> tuple[Rectangle, float]:
    """The best for one turn, and how well it fits."""
    half = [int(side * (0.5 + _FREE)) + _STRIP + 3 for side in (start.width, start.length)]
    v, u = np.mgrid[-half[0] : half[0] + 1, -half[1] : half[1] + 1].astype(np.float64)
    sin, cos = math.sin(start.turn), math.cos(start.turn)
    at = [start.row + u * sin + v * cos, start.col + u * cos - v * sin]
    colours, then = (_sampled(view, at) for view in (has, lacks))
    edges = [_new_steps(colours, then, axis) for axis in (0, 1)]
    total = np.pad(np.cumsum(np.cumsum(colours.astype(np.float64), axis=1), axis=2), ((0, 0), (1, 0), (1, 0)))
    lines = [
        np.pad(np.cumsum(edge, axis=1 - axis), ((0, 0), (1, 0)) if axis == 0 else ((1, 0), (0, 0)))
        for axis, edge in enumerate(edges)
    ]
    deep, wide = round(start.width / 2), round(start.length / 2)
    box = [half[0] - deep, half[0] + deep, half[1] - wide, half[1] + wide]

    def mean(top: int, bottom: int, left: int, right: int) -> NDArray[np.float64]:
        cells = max(1, (bottom - top) * (right - left))
        return np.asarray(
            (total[:, bottom, right] - total[:, top, right] - total[:, bottom, left] + total[:, top, left])
            / cells
        )

    def worth(box: list[int]) -> float:
        top, bottom, left, right = box
        within = mean(*box)
        beside = (
            mean(top - _STRIP, top, left, right), mean(bottom, bottom + _STRIP, left, right),
            mean(top, bottom, left - _STRIP, left), mean(top, bottom, right, right + _STRIP),
        )  # fmt: skip
        apart = [float(np.linalg.norm((other - within) * COLOURS_COUNT)) for other in beside]
        along = [float(lines[0][row, right] - lines[0][row, left]) / (right - left) for row in (top, bottom)]
        along += [float(lines[1][bottom, col] - lines[1][top, col]) / (bottom - top) for col in (left, right)]
        return sum(along) + sum(a / (a + _OUTSIDE) for a in apart)

    first = list(box)
    best = worth(box)
    for _ in range(_ROUNDS):
        for side in range(4):
            free = max(1, int(_FREE * (start.width if side < 2 else start.length)))
            other = box[side ^ 1]
            for to in range(first[side] - free, first[side] + free + 1):
                if abs(to - other) < 4:
                    continue
                trial = list(box)
                trial[side] = to
                found = worth(trial)
                if found > best + 1e-9:
                    best, box = found, trial
    down, right = (box[0] + box[1] - 1) / 2 - half[0], (box[2] + box[3] - 1) / 2 - half[1]
    moved = Rectangle(
        start.row + right * sin + down * cos, start.col + right * cos - down * sin,
        float(box[3] - box[2]), float(box[1] - box[0]), start.turn,
    )  # fmt: skip
    return moved, best


def _sampled(view: View, at: list[NDArray[np.float64]]) -> Floats:
    return np.stack([ndimage.map_coordinates(layer, at, order=1, mode="nearest") for layer in view.layers])


def _new_steps(has: Floats, lacks: Floats, axis: int) -> Floats:
    """Steps across one axis, between each pixel and the one before it, that the other date lacks; 0–1."""
    here, there = (
        np.sqrt(
            np.square(
                (np.roll(c, -1, axis + 1) - np.roll(c, 2, axis + 1)) * COLOURS_COUNT[:, None, None]
            ).sum(axis=0)
        )
        for c in (has, lacks)
    )
    only = np.maximum(here - 1.5 * ndimage.maximum_filter1d(there, 5, axis=axis), 0)
    return np.asarray(only / (only + CONTRAST), np.float32)
