"""Rectangles that look like a building at one date and like none at the other, best first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.change.pairs.likeness import figures_of
from siteline.change.pairs.rectangles import Rectangle, look_at_rectangles
from siteline.change.pairs.views import View, cut_view
from siteline.change.pairs.worth import worth_of

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_TILE_M, _MARGIN_M = 400.0, 40.0
"""Large images are searched piece by piece: memory goes by the piece."""

_KEPT = 40
"""Best rectangles of one size and turn, per piece, that go on."""


_WITNESSES, _AGREEMENT = 300, 0.5
"""How many of the best say which way a pair goes, and how much that counts."""


@dataclass(frozen=True, slots=True)
class Found:
    """A rectangle that may be something that came or went."""

    rectangle: Rectangle
    appeared: bool
    worth: float


def seek(views: tuple[View, View], usual: Floats, known: Mask, px_m: float) -> list[Found]:
    """Rectangles of the whole pair, most worth a look first. usual: (y, x), what quiet ground differs by."""
    found: list[Found] = []
    for rows, cols, top, left in _pieces(known.shape, px_m):
        cut = cut_view(views[0], rows, cols), cut_view(views[1], rows, cols)
        for one in _seek(cut, usual[rows, cols], known[rows, cols], px_m):
            here = one.rectangle
            moved = Rectangle(
                here.row + rows.start, here.col + cols.start, here.length, here.width, here.turn
            )
            if top.start <= moved.row < top.stop and left.start <= moved.col < left.stop:
                found.append(Found(moved, one.appeared, one.worth))
    found = _agree(found)
    return sorted(
        found,
        key=lambda f: (-f.worth, f.rectangle.row, f.rectangle.col, f.rectangle.length, f.rectangle.turn),
    )


def _agree(found: list[Found]) -> list[Found]:
    """
    Where most of what stands out came, what seems to have gone counts for less, and the other way round.

    Another sun, lean or season makes false things of both sorts alike; building and razing seldom share a pair.
    """
    best = sorted(found, key=lambda one: -one.worth)[:_WITNESSES]
    came, went = (0.5 + sum(one.worth for one in best if one.appeared is came) for came in (True, False))
    lean = _AGREEMENT * math.log(came / went)
    return [replace(one, worth=_moved(one.worth, lean if one.appeared else -lean)) for one in found]


def _moved(worth: float, by: float) -> float:
    """A worth moved along its logit."""
    safe = min(max(worth, 1e-9), 1 - 1e-9)
    return 1 / (1 + math.exp(-(math.log(safe / (1 - safe)) + by)))


def _pieces(shape: tuple[int, ...], px_m: float) -> Iterator[tuple[slice, slice, slice, slice]]:
    """Windows with a margin, and the rows and columns whose middles are theirs."""
    side, margin = round(_TILE_M / px_m), round(_MARGIN_M / px_m)
    for top in range(0, shape[0], side):
        for left in range(0, shape[1], side):
            rows = slice(max(0, top - margin), min(shape[0], top + side + margin))
            cols = slice(max(0, left - margin), min(shape[1], left + side + margin))
            yield rows, cols, slice(top, top + side), slice(left, left + side)


def _seek(views: tuple[View, View], usual: Floats, known: Mask, px_m: float) -> Iterator[Found]:
    for seen in look_at_rectangles(views, usual, known, px_m):
        y, x = np.nonzero(seen.where)
        if not y.size:
            continue
        for has in (1, 0):
            worth = worth_of(figures_of(seen, has, px_m))
            over = np.full(seen.where.shape, -1.0, np.float32)
            over[seen.where] = worth
            peaks = np.flatnonzero((over == ndimage.maximum_filter(over, 3))[seen.where])
            for k in peaks[np.argsort(-worth[peaks], kind="stable")[:_KEPT]]:
                at = (y[k], x[k])
                place = Rectangle(
                    float(seen.rows[at]), float(seen.cols[at]), seen.length, seen.width, seen.turn
                )
                yield Found(place, has == 1, float(worth[k]))
