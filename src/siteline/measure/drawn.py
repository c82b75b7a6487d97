"""Sizes of an outline that a person drew on one scene."""

from __future__ import annotations

import numpy as np
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from siteline.measure.area import unit_area
from siteline.measure.budget import SCALE, relative_scale, total
from siteline.measure.length import unit_length
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import to_pixels
from siteline.model.errors import BadGeometry
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import BudgetLine, Measurement
from siteline.model.place import Footprint
from siteline.model.quantity import Quantity

VERTEX_PX = 0.6
"""One-sigma error with which a person places a vertex, per axis, pixels of the scene."""

HABIT_PX = 0.3
"""One-sigma error of all edges together, pixels of the scene: some draw outside the edge, some inside."""


def measure_drawn(
    outline: BaseGeometry,
    grid: Grid,
    scene: Scene,
    vertex_sigma: float | None = None,
    options: MeasureOptions | None = None,
) -> tuple[Measurement, ...]:
    """
    Area, length and width of a polygon drawn by hand, with the errors of a hand.

    outline: grid coordinates; vertex_sigma: one-sigma error of a vertex, grid units, per axis; None: 0.6
    pixels of the scene. Raises BadGeometry for an outline that crosses itself, encloses nothing or
    leaves the images.
    """
    options = options or MeasureOptions()
    _check(outline, grid)
    shape = to_pixels(outline, grid)
    a, b, _, d, e, _ = grid.transform
    grid_per_px = float(np.sqrt(abs(a * e - b * d)))
    scene_px = _scene_pixel(scene, grid)
    vertex = VERTEX_PX * scene_px if vertex_sigma is None else vertex_sigma / grid_per_px
    habit = HABIT_PX / VERTEX_PX * vertex
    method = f"outline drawn by hand on {scene.id}"

    def sized(
        what: str, value: float, unit: tuple[float, str], parts: tuple[float, float], power: int
    ) -> Measurement:
        per_px, name = unit
        lines = (
            BudgetLine("vertices", parts[0] * per_px, False),
            BudgetLine("drawing habit", parts[1] * per_px, True),
            BudgetLine(SCALE, power * relative_scale(grid, options) * value * per_px, True),
        )
        footprint = _footprint(outline, grid, vertex * grid_per_px, scene) if what == "area" else None
        quantity = Quantity(value * per_px, total(lines), name)
        return Measurement(what, quantity, lines, method, (scene.id,), footprint=footprint)

    length, width = _sides(shape)
    area_parts = (_spread_of_area(shape, vertex), habit * float(shape.length))
    side_parts = (vertex, 2 * habit)
    metre = unit_length(grid)
    return (
        sized("area", float(shape.area), unit_area(grid), area_parts, 2),
        sized("length", length, metre, side_parts, 1),
        sized("width", width, metre, side_parts, 1),
    )


def _check(outline: BaseGeometry, grid: Grid) -> None:
    if not isinstance(outline, Polygon | MultiPolygon):
        raise BadGeometry(f"a size needs a polygon, not a {outline.geom_type}")
    if not outline.is_valid:
        raise BadGeometry("the outline crosses itself")
    if not outline.area > 0:
        raise BadGeometry("the outline encloses nothing")
    rows, cols = grid.shape
    if not to_pixels(outline, grid).within(box(0, 0, cols, rows).buffer(0.5)):
        raise BadGeometry("the outline reaches beyond the images")


def _scene_pixel(scene: Scene, grid: Grid) -> float:
    """Size of the scene's own pixel in pixels of the grid."""
    if scene.gsd_m and grid.gsd_m:
        return max(float(scene.gsd_m / grid.gsd_m), 0.1)
    return 1.0


def _spread_of_area(shape: BaseGeometry, vertex: float) -> float:
    """One sigma of the area if each vertex errs by itself: half of it times the root of squared chords."""
    squares = 0.0
    for piece in shape.geoms if isinstance(shape, MultiPolygon) else [shape]:
        for ring in (piece.exterior, *piece.interiors):
            here = np.asarray(ring.coords)[:-1, :2]
            squares += float(np.sum((np.roll(here, -1, axis=0) - np.roll(here, 1, axis=0)) ** 2))
    return vertex * float(np.sqrt(squares)) / 2


def _sides(shape: BaseGeometry) -> tuple[float, float]:
    """Length and width of the smallest rectangle around it, px."""
    corners = np.asarray(shape.minimum_rotated_rectangle.exterior.coords)[:3]
    first, second = (float(np.hypot(*step)) for step in np.diff(corners[:, :2], axis=0))
    return max(first, second), min(first, second)


def _footprint(outline: BaseGeometry, grid: Grid, sigma: float, scene: Scene) -> Footprint | None:
    if not isinstance(outline, Polygon):
        return None
    ring = tuple((float(x), float(y)) for x, y, *_ in outline.exterior.coords[:-1])
    return Footprint(ring, grid.crs, sigma, scene.id)
