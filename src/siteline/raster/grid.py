"""Where pixels lie: snapping, cropping, and outlines on a grid and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pyproj
import rasterio.features
import shapely
from affine import Affine
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadGeometry
from siteline.model.imagery import Grid

Transform = tuple[float, float, float, float, float, float]

WGS84 = "EPSG:4326"


def affine_of(grid: Grid) -> Affine:
    """The grid's transform from (col, row) of pixel corners to (x, y), as an Affine."""
    return Affine(*grid.transform)


def apply(
    affine: Affine, x: NDArray[Any], y: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points through an affine transform, any shape."""
    return affine.a * x + affine.b * y + affine.c, affine.d * x + affine.e * y + affine.f


def shifted(affine: Affine, cols: int, rows: int) -> Affine:
    """A grid's transform, counted from another pixel."""
    a, b, c, d, e, f = affine[:6]
    return Affine(a, b, a * cols + b * rows + c, d, e, d * cols + e * rows + f)


def snap(
    bounds: tuple[float, float, float, float], transform: Transform, margin: int = 0
) -> tuple[Transform, tuple[int, int]]:
    """
    The whole pixels of a grid that cover some bounds: a transform and a shape (rows, cols).

    bounds: x_min, y_min, x_max, y_max in the grid's coordinates; margin: extra pixels on each side.
    A hundredth of a pixel is forgiven, so that bounds read back from decimals do not gain a row.
    """
    grid = Affine(*transform)
    x0, y0, x1, y1 = bounds
    cols, rows = apply(~grid, np.array([x0, x0, x1, x1]), np.array([y0, y1, y0, y1]))
    col0, row0 = math.floor(cols.min() + 0.01) - margin, math.floor(rows.min() + 0.01) - margin
    col1, row1 = math.ceil(cols.max() - 0.01) + margin, math.ceil(rows.max() - 0.01) + margin
    moved = shifted(grid, col0, row0)
    return (moved.a, moved.b, moved.c, moved.d, moved.e, moved.f), (max(1, row1 - row0), max(1, col1 - col0))


def window_over(
    bounds: tuple[float, float, float, float], transform: Transform, shape: tuple[int, int], margin: int = 0
) -> tuple[slice, slice] | None:
    """
    The rows and columns of an image that cover some bounds; None if they do not touch it.

    bounds: in the image's coordinates; transform, shape: of the image; margin: extra pixels on each side,
    which do not count as touching.
    """
    moved, (rows, cols) = snap(bounds, transform)
    left, top = apply(~Affine(*transform), np.array(moved[2]), np.array(moved[5]))
    col0, row0 = round(float(left)), round(float(top))
    if row0 >= shape[0] or col0 >= shape[1] or row0 + rows <= 0 or col0 + cols <= 0:
        return None
    return (
        slice(max(0, row0 - margin), min(shape[0], row0 + rows + margin)),
        slice(max(0, col0 - margin), min(shape[1], col0 + cols + margin)),
    )


def crop(grid: Grid, rows: slice, cols: slice) -> Grid:
    """A part of a grid, by rows and columns; slices are clipped to it."""
    row0, row1, _ = rows.indices(grid.shape[0])
    col0, col1, _ = cols.indices(grid.shape[1])
    part = shifted(affine_of(grid), col0, row0)
    return Grid(
        grid.crs,
        (part.a, part.b, part.c, part.d, part.e, part.f),
        (max(0, row1 - row0), max(0, col1 - col0)),
        grid.gsd_m,
        grid.area_scale,
    )


def centres(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of pixel centres: y (rows,) and x (cols,), for a grid without rotation."""
    a, _, c, _, e, f = grid.transform
    rows, cols = grid.shape
    y: NDArray[np.float64] = f + e * (np.arange(rows, dtype=np.float64) + 0.5)
    x: NDArray[np.float64] = c + a * (np.arange(cols, dtype=np.float64) + 0.5)
    return y, x


def bounds_of(grid: Grid) -> tuple[float, float, float, float]:
    """x_min, y_min, x_max, y_max of a grid's outer edges."""
    rows, cols = grid.shape
    xs, ys = apply(affine_of(grid), np.array([0, cols, 0, cols]), np.array([0, 0, rows, rows]))
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def metres_per_pixel(grid: Grid) -> float | None:
    """Metres on the ground that one pixel spans; None if nobody knows."""
    if grid.crs is None:
        return grid.gsd_m
    a, b, _, d, e, _ = grid.transform
    return math.sqrt(abs(a * e - b * d) * grid.area_scale)


def units_per_pixel(grid: Grid) -> float:
    """Grid units that one pixel spans."""
    a, b, _, d, e, _ = grid.transform
    return math.sqrt(abs(a * e - b * d))


def to_pixels(outline: BaseGeometry, grid: Grid) -> BaseGeometry:
    """An outline in grid coordinates, as (col, row) of pixel corners."""
    return _through(outline, ~affine_of(grid))


def from_pixels(outline: BaseGeometry, grid: Grid) -> BaseGeometry:
    """An outline in (col, row) of pixel corners, in grid coordinates."""
    return _through(outline, affine_of(grid))


def onto_grid(outline: BaseGeometry, grid: Grid) -> BaseGeometry:
    """A site's outline (longitude and latitude, or pixels of a frame) in the coordinates of a grid."""
    return outline if grid.crs is None else reproject(outline, WGS84, grid.crs)


def off_grid(outline: BaseGeometry, grid: Grid) -> BaseGeometry:
    """An outline in grid coordinates as a site keeps it: longitude and latitude, or pixels of a frame."""
    return outline if grid.crs is None else reproject(outline, grid.crs, WGS84)


def reproject(outline: BaseGeometry, source: str, target: str) -> BaseGeometry:
    """
    An outline in another CRS, vertex by vertex, x (east) first.

    Raises BadGeometry if a vertex has no place there.
    """
    if source == target:
        return outline
    move: Callable[..., tuple[NDArray[np.float64], NDArray[np.float64]]] = pyproj.Transformer.from_crs(
        source, target, always_xy=True
    ).transform
    moved: BaseGeometry = shapely.transform(
        outline, lambda points: np.column_stack(move(points[:, 0], points[:, 1]))
    )
    if not outline.is_empty and not all(map(math.isfinite, moved.bounds)):
        raise BadGeometry(
            f"an outline cannot be drawn in {target[:40]}", "Check its coordinates and the CRS."
        )
    return moved


def polygon_mask(outline: BaseGeometry, grid: Grid, all_touched: bool = False) -> NDArray[np.bool_]:
    """
    The pixels that an outline holds, (rows, cols) bool.

    outline: in grid coordinates. A pixel belongs if its centre lies inside, or with `all_touched` if any
    part of it does. An empty outline holds nothing.
    """
    if outline.is_empty or 0 in grid.shape:
        return np.zeros(grid.shape, dtype=bool)
    burned: NDArray[np.uint8] = rasterio.features.rasterize(
        [(outline, 1)],
        out_shape=grid.shape,
        transform=affine_of(grid),
        all_touched=all_touched,
        dtype="uint8",
    )
    return burned.astype(bool)


def coverage(outline: BaseGeometry, grid: Grid) -> NDArray[np.float32]:
    """
    Which share of each pixel an outline covers, (rows, cols) float32, 0–1.

    Exact to rounding: pixels that the outline's edge crosses are clipped one by one, the rest are in or out.
    """
    share = polygon_mask(outline, grid).astype(np.float32)
    if outline.is_empty:
        return share
    here = to_pixels(outline, grid)
    edge = polygon_mask(from_pixels(here.boundary, grid), grid, all_touched=True)
    # GDAL may miss a pixel that an edge only grazes: its neighbours are clipped too
    padded = np.pad(edge, 1)
    near = padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    rows, cols = np.nonzero(near)
    shapely.prepare(here)
    pieces = shapely.intersection(here, shapely.box(cols, rows, cols + 1, rows + 1))
    share[rows, cols] = shapely.area(pieces)
    return share


def outline_of(mask: NDArray[np.bool_], grid: Grid) -> BaseGeometry:
    """
    The outline of a set of pixels, in grid coordinates, along pixel edges.

    mask: (rows, cols) bool. Pixels that touch only at a corner become separate parts; holes stay holes.
    """
    if not mask.any():
        return shapely.Polygon()
    shapes = rasterio.features.shapes(
        mask.astype(np.uint8), mask=mask, connectivity=4, transform=affine_of(grid)
    )
    parts = [shapely.geometry.shape(geometry) for geometry, _ in shapes]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _through(outline: BaseGeometry, affine: Affine) -> BaseGeometry:
    linear = np.array([[affine.a, affine.b], [affine.d, affine.e]])
    offset = np.array([affine.c, affine.f])
    moved: BaseGeometry = shapely.transform(outline, lambda points: points @ linear.T + offset)
    return moved
