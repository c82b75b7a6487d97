"""Inside, outside or on the line, and how far from it."""

from __future__ import annotations

import numpy as np
from shapely import get_coordinates, get_parts, polygonize
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from siteline.measure.budget import EDGE, SCALE, relative_scale, total
from siteline.measure.length import unit_length
from siteline.measure.options import MeasureOptions
from siteline.model.errors import BadGeometry
from siteline.model.imagery import Grid
from siteline.model.measurement import BudgetLine, Measurement
from siteline.model.place import Zone
from siteline.model.quantity import Z95, Quantity
from siteline.raster.grid import units_per_pixel

CROSSES = 0.02
"""Share of the outline on each side of the line from which it counts as straddling."""

LINE = "line"

OUTLINE_PX, LINE_PX = 0.5, 1.0
"""One-sigma errors of a fitted or detected edge and of a line drawn from an image, pixels."""


def place_against(
    outline: BaseGeometry,
    perimeter: BaseGeometry,
    grid: Grid,
    outline_sigma: float | None = None,
    line_sigma: float | None = None,
    options: MeasureOptions | None = None,
) -> tuple[Zone, Measurement]:
    """
    Whether an outline lies inside or outside a perimeter or straddles it, with the signed distance.

    outline, perimeter, sigmas: grid coordinates. The distance is that of the nearest edge: negative inside,
    positive outside, 0 when straddling; metres, or pixels without a scale. Raises BadGeometry for a perimeter
    that encloses nothing.
    """
    inside = _enclosed(perimeter)
    if outline.is_empty:
        raise BadGeometry("the outline is empty")
    grid_per_px, per_unit, unit = _units(grid)
    zone = _zone(outline, inside)
    apart = 0.0 if zone is Zone.STRADDLES else float(outline.distance(inside.boundary)) * per_unit
    lines = (
        BudgetLine(
            EDGE, (OUTLINE_PX * grid_per_px if outline_sigma is None else outline_sigma) * per_unit, False
        ),
        BudgetLine(LINE, (LINE_PX * grid_per_px if line_sigma is None else line_sigma) * per_unit, True),
        BudgetLine(SCALE, relative_scale(grid, options or MeasureOptions()) * apart, True),
    )
    signed = -apart if zone is Zone.INSIDE else apart
    quantity = Quantity(signed + 0.0, total(lines), unit)
    return zone, Measurement(
        "distance_to_perimeter", quantity, lines, "nearest edge of the outline to the line", ()
    )


def distance_between(
    a: BaseGeometry,
    b: BaseGeometry,
    grid: Grid,
    sigma_a: float | None = None,
    sigma_b: float | None = None,
    options: MeasureOptions | None = None,
) -> Measurement:
    """
    Shortest way between the edges of two outlines; 0 where they touch or overlap.

    a, b, sigmas: grid coordinates; None: half a pixel. Metres, or pixels without a scale.
    """
    if a.is_empty or b.is_empty:
        raise BadGeometry("the outline is empty")
    grid_per_px, per_unit, unit = _units(grid)
    apart = float(a.distance(b)) * per_unit
    edges = [OUTLINE_PX * grid_per_px if sigma is None else sigma for sigma in (sigma_a, sigma_b)]
    lines = (
        BudgetLine(EDGE, float(np.hypot(edges[0], edges[1])) * per_unit, False),
        BudgetLine(SCALE, relative_scale(grid, options or MeasureOptions()) * apart, True),
    )
    sigma = total(lines)
    bounds = (max(apart - Z95 * sigma, 0.0), apart + Z95 * sigma)
    return Measurement(
        "distance", Quantity(apart, sigma, unit, bounds), lines, "nearest edge to nearest edge", ()
    )


def reach_across(outline: BaseGeometry, perimeter: BaseGeometry, grid: Grid) -> float:
    """
    How far an outline that straddles a perimeter reaches beyond it, on the side where it reaches less far.

    outline, perimeter: grid coordinates. Metres, or pixels without a scale; 0 where it lies on one side only.
    """
    inside = _enclosed(perimeter)
    line = inside.boundary
    reaches = [
        max((line.distance(Point(xy)) for xy in get_coordinates(part)), default=0.0)
        for part in (outline.intersection(inside), outline.difference(inside))
    ]
    return float(min(reaches)) * _units(grid)[1]


def _units(grid: Grid) -> tuple[float, float, str]:
    """Grid units per pixel; what one grid unit is, and in which unit."""
    per_px, unit = unit_length(grid)
    grid_per_px = units_per_pixel(grid)
    return grid_per_px, per_px / grid_per_px, unit


def _zone(outline: BaseGeometry, inside: BaseGeometry) -> Zone:
    if outline.area > 0:
        share = float(outline.intersection(inside).area / outline.area)
    else:
        share = 1.0 if outline.within(inside) else 0.0 if outline.disjoint(inside) else 0.5
    if share >= 1 - CROSSES:
        return Zone.INSIDE
    return Zone.OUTSIDE if share <= CROSSES else Zone.STRADDLES


def _enclosed(perimeter: BaseGeometry) -> BaseGeometry:
    """The ground inside a perimeter, which may be drawn as a polygon or as a closed line."""
    if isinstance(perimeter, Polygon | MultiPolygon) and perimeter.area > 0:
        return perimeter if perimeter.is_valid else perimeter.buffer(0)
    rings = [p for p in get_parts(polygonize([perimeter])) if p.area > 0]
    if not rings:
        raise BadGeometry(
            "the perimeter is not closed, so nothing is inside it",
            "Draw the perimeter as a polygon, or end its line where it starts.",
        )
    return unary_union(rings)
