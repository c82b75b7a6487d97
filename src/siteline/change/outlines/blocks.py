"""The solid block within a mask, and how far it stands out in an image: the loops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siteline.change.outlines.hull import solidity
from siteline.raster.compiled import compiled

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

RIM_PX = 2
"""The rim of a block lies so many pixels outside; what is nearer is mixed."""

LEAST_CORE = 4
"""With fewer pixels inside its edge, a block's edge counts too."""


@dataclass(frozen=True, slots=True)
class Block:
    """A solid part of a mask."""

    rows: slice
    cols: slice
    mask: Mask
    """(y, x) within rows and cols."""

    solid: float
    """Area over that of its convex hull."""

    rim: float
    """Contrast with the ground around it, at the fainter quarter of its edge; NaN where the image ends there."""

    uneven: float
    """Median distance of its pixels from what it looks like."""

    inside: Array
    """(feature,) what it looks like: median of its pixels, without its edge where it is large enough."""

    @property
    def area(self) -> int:
        """Pixels."""
        return int(self.mask.sum())


def find_block(mask: Mask, top: int, left: int, image: Array, least_solid: float) -> Block | None:
    """
    The largest part of a mask that is nowhere thinner than two pixels, its holes filled; None if it is not solid.

    mask: (y, x), beginning at row `top` and column `left` of the image (feature, y, x).
    """
    block = _largest(_fill(np.pad(mask, 1)))
    rows, cols = np.flatnonzero(block.any(axis=1)), np.flatnonzero(block.any(axis=0))
    if not rows.size:
        return None
    block = block[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    solid = solidity(block)
    if solid < least_solid:
        return None
    y, x = top + int(rows[0]) - 1, left + int(cols[0]) - 1
    rim, uneven, inside = measure_block(block, y, x, image)
    return Block(slice(y, y + len(block)), slice(x, x + block.shape[1]), block, solid, rim, uneven, inside)


def measure_block(block: Mask, top: int, left: int, image: Array) -> tuple[float, float, Array]:
    """Rim, unevenness and look of a block (y, x) at a row and a column of an image (feature, y, x), as `Block` has them."""
    inside = _look(np.ascontiguousarray(block), top, left, image)
    away = _distances(
        np.ascontiguousarray(np.pad(block, RIM_PX + 1)), top - RIM_PX - 1, left - RIM_PX - 1, image, inside
    )
    around, within = away[0][np.isfinite(away[0])], away[1][np.isfinite(away[1])]
    rim = float(np.quantile(around, 0.25)) if around.size else float("nan")
    return rim, float(np.median(within)), inside


@compiled
def _fill(mask: Mask) -> Mask:
    """Fill what the border, which must be empty, cannot reach."""
    rows, cols = mask.shape
    outside = np.zeros(mask.shape, np.bool_)
    stack = np.empty((mask.size, 2), np.int32)
    outside[0, 0] = True
    stack[0, 0] = stack[0, 1] = 0
    n = 1
    while n:
        n -= 1
        y, x = stack[n, 0], stack[n, 1]
        for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            v, u = y + dy, x + dx
            if 0 <= v < rows and 0 <= u < cols and not mask[v, u] and not outside[v, u]:
                outside[v, u] = True
                stack[n, 0], stack[n, 1] = v, u
                n += 1
    return ~outside


@compiled
def _largest(mask: Mask) -> Mask:
    """The largest connected part of what is left after an opening by 2 x 2 pixels; empty if nothing is."""
    rows, cols = mask.shape
    thick = np.zeros(mask.shape, np.bool_)
    for y in range(rows - 1):
        for x in range(cols - 1):
            if mask[y, x] and mask[y, x + 1] and mask[y + 1, x] and mask[y + 1, x + 1]:
                thick[y : y + 2, x : x + 2] = True
    number = np.zeros(mask.shape, np.int32)
    stack = np.empty((mask.size, 2), np.int32)
    parts, best, most = 0, 0, 0
    for y0 in range(rows):
        for x0 in range(cols):
            if not thick[y0, x0] or number[y0, x0]:
                continue
            parts += 1
            number[y0, x0] = parts
            stack[0, 0], stack[0, 1] = y0, x0
            n, size = 1, 0
            while n:
                n -= 1
                size += 1
                y, x = stack[n, 0], stack[n, 1]
                for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                    v, u = y + dy, x + dx
                    if 0 <= v < rows and 0 <= u < cols and thick[v, u] and number[v, u] == 0:
                        number[v, u] = parts
                        stack[n, 0], stack[n, 1] = v, u
                        n += 1
            if size > most:
                best, most = parts, size
    largest: Mask = thick & (number == best)
    return largest


@compiled
def _look(block: Mask, top: int, left: int, image: Array) -> Array:
    """(feature,) median over a block without its edge, or with it where little else is left."""
    rows, cols = block.shape
    core = np.zeros(block.shape, np.bool_)
    count = 0
    for y in range(1, rows - 1):
        for x in range(1, cols - 1):
            if block[y - 1 : y + 2, x - 1 : x + 2].all():
                core[y, x] = True
                count += 1
    if count < LEAST_CORE:
        core = block
    ys, xs = np.nonzero(core)
    out = np.empty(len(image), np.float32)
    values = np.empty(len(ys), np.float32)
    for f in range(len(image)):
        for k in range(len(ys)):
            values[k] = image[f, top + ys[k], left + xs[k]]
        out[f] = np.median(values)
    return out


@compiled
def _distances(block: Mask, top: int, left: int, image: Array, inside: Array) -> Array:
    """(2, y * x) distance from what a block looks like: of its rim, and of its own pixels; NaN for all others."""
    rows, cols = block.shape
    out = np.full((2, block.size), np.nan, np.float32)
    for y in range(rows):
        for x in range(cols):
            v, u = top + y, left + x
            if v < 0 or u < 0 or v >= image.shape[1] or u >= image.shape[2]:
                continue
            side = 1
            if not block[y, x]:
                near = block[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].any()
                if (
                    near
                    or not block[
                        max(y - RIM_PX, 0) : y + RIM_PX + 1, max(x - RIM_PX, 0) : x + RIM_PX + 1
                    ].any()
                ):
                    continue
                side = 0
            total = np.float32(0)
            for f in range(len(image)):
                total += (image[f, v, u] - inside[f]) ** 2
            out[side, y * cols + x] = np.sqrt(total)
    return out
