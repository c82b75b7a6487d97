"""Inside, outside or on the line, and how far from it."""

from __future__ import annotations

import numpy as np
from shapely import get_parts, polygonize
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from siteline.measure.budget import total
from siteline.measure.stack import pixel_m
from siteline.model.errors import BadGeometry
from siteline.model.imagery import Grid
from siteline.model.measurement import BudgetLine, Measurement
from siteline.model.place import Zone
from siteline.model.quantity import Quantity

CROSSES = 0.02
"""Share of the outline on each side of the line from which it counts as straddling."""

OUTLINE_PX, LINE_PX = 0.5, 1.0
"""One-sigma errors of a fitted or detected edge and of a line drawn from an image, pixels."""


def place_against(
    outline: BaseGeometry,
    perimeter: BaseGeometry,
    grid: Grid,
    outline_sigma: float | None = None,
    line_sigma: float | None = None,
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
    size = pixel_m(grid)
    a, b, _, d, e, _ = grid.transform
    grid_per_px = float(np.sqrt(abs(a * e - b * d)))
    per_unit = (1.0 if size is None else size) / grid_per_px
    zone = _zone(outline, inside)
    apart = 0.0 if zone is Zone.STRADDLES else float(outline.distance(inside.boundary)) * per_unit
    lines = (
        BudgetLine(
            "edge", (OUTLINE_PX * grid_per_px if outline_sigma is None else outline_sigma) * per_unit, False
        ),
        BudgetLine("line", (LINE_PX * grid_per_px if line_sigma is None else line_sigma) * per_unit, True),
    )
    signed = -apart if zone is Zone.INSIDE else apart
    quantity = Quantity(signed + 0.0, total(lines), "px" if size is None else "m")
    return zone, Measurement(
        "distance_to_perimeter", quantity, lines, "nearest edge of the outline to the line", ()
    )


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
