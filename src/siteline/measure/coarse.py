"""A cube seen with larger pixels: enough of them for a building, and no more than a fit has use for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr
from shapely.geometry.base import BaseGeometry

from siteline.measure.options import MeasureOptions
from siteline.measure.stack import to_pixels
from siteline.model.imagery import Grid, WhyNot

ENOUGH_PX = 400.0
"""A building of at least four times so many pixels is seen with larger ones, so that it has no fewer than this."""

LEAST_SIDE_PX = 8.0
"""Nor is its shorter side seen with fewer than so many."""

AROUND = 0.75
"""So much of the outline's own size is kept around it, for its shadow and its lean."""

LEAST_SHIFT_PX = 0.1
"""Looks are never held to lie nearer to one another, pixels."""


def enough_pixels(
    cube: xr.Dataset, outline: BaseGeometry, options: MeasureOptions
) -> tuple[xr.Dataset, MeasureOptions]:
    """
    The cube around a building, each of its pixels the mean of several, and the optics in such pixels.

    outline: grid coordinates. Unchanged where the building does not have pixels to spare.
    """
    grid: Grid = cube.attrs["grid"]
    outline_px = to_pixels(outline, grid)
    many = _side_of_one(outline_px)
    if many < 2:
        return cube, options
    left, top, right, bottom = outline_px.bounds
    margin = AROUND * float(np.hypot(right - left, bottom - top)) + many * options.window_px
    rows = _whole(top - margin, bottom + margin, many, grid.shape[0])
    cols = _whole(left - margin, right + margin, many, grid.shape[1])
    if rows.start >= rows.stop or cols.start >= cols.stop:
        return cube, options
    cut = cube.isel(y=rows, x=cols)
    blurred = replace(
        options,
        psf_px=options.psf_px / many,
        shift_px=max(options.shift_px / many, min(LEAST_SHIFT_PX, options.shift_px)),
    )
    return _averaged(cut, _cut_grid(grid, rows, cols, many), many), blurred


def _side_of_one(outline_px: BaseGeometry) -> int:
    """How many pixels the side of one larger pixel takes."""
    ring = np.asarray(outline_px.minimum_rotated_rectangle.exterior.coords)
    shorter = float(np.hypot(*np.diff(ring, axis=0).T).min())
    return int(min(np.sqrt(outline_px.area / ENOUGH_PX), shorter / LEAST_SIDE_PX))


def _whole(first: float, last: float, many: int, size: int) -> slice:
    """So many whole larger pixels around a stretch as the image has."""
    start = max(0, int(np.floor(first)))
    return slice(start, start + many * max(0, (min(size, int(np.ceil(last))) - start) // many))


def _cut_grid(grid: Grid, rows: slice, cols: slice, many: int) -> Grid:
    a, b, c, d, e, f = grid.transform
    col, row = cols.start, rows.start
    transform = (a * many, b * many, c + a * col + b * row, d * many, e * many, f + d * col + e * row)
    shape = ((rows.stop - rows.start) // many, (cols.stop - cols.start) // many)
    return replace(
        grid, transform=transform, shape=shape, gsd_m=None if grid.gsd_m is None else grid.gsd_m * many
    )


def _averaged(cut: xr.Dataset, grid: Grid, many: int) -> xr.Dataset:
    """Means of pixels; usable where all of them are."""
    rows, cols = grid.shape
    value = cut["value"].transpose("time", "band", "y", "x").to_numpy()
    why_not = cut["why_not"].transpose("time", "y", "x").to_numpy()
    means = value.reshape(*value.shape[:2], rows, many, cols, many).mean(axis=(3, 5))
    worst = why_not.reshape(len(why_not), rows, many, cols, many).max(axis=(2, 4))
    worst = np.where((worst == 0) & np.isnan(means).any(axis=1), WhyNot.NO_IMAGE, worst).astype(np.uint8)
    along = {
        name: (coord.dims, coord.to_numpy()) for name, coord in cut.coords.items() if name not in ("y", "x")
    }
    return xr.Dataset(
        {"value": (("time", "band", "y", "x"), means), "why_not": (("time", "y", "x"), worst)},
        coords={
            **along,
            "y": cut["y"].to_numpy().reshape(rows, many).mean(axis=1),
            "x": cut["x"].to_numpy().reshape(cols, many).mean(axis=1),
        },
        attrs=cut.attrs | {"grid": grid},
    )
