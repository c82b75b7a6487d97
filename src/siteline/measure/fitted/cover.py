"""Which pixels look like the inside of an outline rather than like the ground around it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from shapely import contains_xy
from shapely.geometry import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.measure.blur import Array
from siteline.measure.stack import SMALLEST_NOISE, Stack


def cover_of(stack: Stack, outline_px: BaseGeometry) -> Array | None:
    """
    Share of each pixel that looks like the inside of the outline rather than like the ground around it.

    (pixels,), about 0 to 1; None if the two cannot be told apart or one of them has no pixels.
    """
    x, y = stack.pixels.T
    core = contains_xy(outline_px.buffer(-1.2), x, y)
    if np.count_nonzero(core) < 4:
        core = contains_xy(outline_px, x, y)
    ring = ~contains_xy(outline_px.buffer(1.2), x, y)
    if np.count_nonzero(core) < 3 or np.count_nonzero(ring) < 8:
        return None
    masked = np.where(stack.usable[..., None], stack.values, np.nan)
    with np.errstate(all="ignore"):
        inner, outer = np.nanmedian(masked[:, core], axis=1), np.nanmedian(masked[:, ring], axis=1)
        spread = 1.4826 * np.nanmedian(np.abs(masked[:, ring] - outer[:, None]), axis=1)
        spread = np.maximum(np.nan_to_num(spread), SMALLEST_NOISE)
        towards = np.nan_to_num((inner - outer) / spread)  # (looks, bands)
        length = float(np.sum(towards**2))
        if length < 1e-6:
            return None
        off = np.nan_to_num((masked - outer[:, None]) / spread[:, None])
    seen = np.isfinite(masked).astype(float)
    weight = np.einsum("lnb,lb->n", seen, towards**2)
    cover: Array = np.einsum("lnb,lb->n", off, towards) / np.maximum(weight, 1e-9)
    return np.where(weight > 0.05 * length, cover, 0.0)


def stands_out(stack: Stack, outline_px: BaseGeometry) -> BaseGeometry | None:
    """The connected ground that looks like the inside of the outline; None if it does not stand out."""
    cover = cover_of(stack, outline_px)
    if cover is None:
        return None
    corner = np.floor(stack.pixels.min(axis=0)).astype(int)
    col, row = (np.floor(stack.pixels).astype(int) - corner).T
    picture = np.zeros((row.max() + 1, col.max() + 1), dtype=bool)
    picture[row, col] = cover > 0.5
    picture = ndimage.binary_opening(picture) if picture.sum() > 40 else picture
    labels, count = ndimage.label(picture)
    if count == 0:
        return None
    in_outline = contains_xy(outline_px, stack.pixels[:, 0], stack.pixels[:, 1])
    sizes = np.bincount(labels[row, col][in_outline], minlength=count + 1)[1:]
    if sizes.max(initial=0) < 4:
        return None
    rows, cols = np.nonzero(labels == sizes.argmax() + 1)
    points = MultiPoint(np.stack([cols + corner[0] + 0.5, rows + corner[1] + 0.5], axis=1))
    hull = points.convex_hull.buffer(0.5, join_style="mitre")
    return hull if isinstance(hull, Polygon) and hull.area > 4 else None
