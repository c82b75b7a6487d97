"""Where the edge of a thing lies: as it was fitted, else as it was drawn or found."""

from __future__ import annotations

from collections.abc import Mapping

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.change import ChangeEvent, Method
from siteline.model.imagery import Grid
from siteline.model.measurement import Measurement
from siteline.raster.grid import reproject, units_per_pixel

DETECTED_PX = 1.5
"""One-sigma error of the edge of an outline that only the comparison of images gave, pixels."""


def fitted_outline(sizes: Mapping[str, Measurement], grid: Grid) -> tuple[BaseGeometry, float] | None:
    """The footprint that an area was measured from, on the grid, and the error of its edge, grid units; None if none."""
    area = sizes.get("area")
    footprint = area.footprint if area is not None else None
    if footprint is None or footprint.crs != grid.crs:
        return None
    return Polygon(footprint.ring), footprint.sigma


def event_outline(
    event: ChangeEvent, sizes: Mapping[str, Measurement], grid: Grid
) -> tuple[BaseGeometry, float | None]:
    """The outline of an event on the grid, and the error of its edge, grid units; None where a hand's is to be taken."""
    fitted = fitted_outline(sizes, grid)
    if fitted is not None:
        return fitted
    outline = event.outline
    if event.crs is not None and grid.crs is not None:
        outline = reproject(outline, event.crs, grid.crs)
    return outline, DETECTED_PX * units_per_pixel(grid) if event.method is Method.DETECTED else None
