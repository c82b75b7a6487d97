"""Areas of what a fit found, and of ground whose edges are soft."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from shapely import contains_xy
from shapely.geometry.base import BaseGeometry

from siteline.measure.budget import (
    EDGE,
    SCALE,
    border_line,
    fit_budget,
    gradient_of_area,
    lean_line,
    relative_scale,
    total,
    unknown_lean,
)
from siteline.measure.fitted.cover import cover_of
from siteline.measure.fitted.footprint import FittedFootprint
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import Stack, from_pixels, pixel_m, to_pixels
from siteline.model.imagery import Grid
from siteline.model.measurement import BudgetLine, Measurement
from siteline.model.place import Footprint
from siteline.model.quantity import Quantity
from siteline.raster.grid import units_per_pixel

ENOUGH_PX = 100.0
"""Below so many pixels the floor of an area's error rises: corners and texture are no longer told apart."""

SOFT_EDGE_PX = 0.35
"""One-sigma shift of the whole rim of ground that has no sharp edge, pixels."""

OUTLINE_EDGE_PX = 0.7
"""The same where nothing but the outline of the comparison is known."""

SOFT_SHARE = 0.06
"""Relative one-sigma error of such an area, whatever its size: what counts as changed is a convention."""


SEEN_PX = 0.5
"""A roof nearer to its base than this is seen where it stands, pixels."""


def unit_area(grid: Grid) -> tuple[float, str]:
    """What one px² is, and in which unit."""
    size = pixel_m(grid)
    return (1.0, "px²") if size is None else (size**2, "m²")


def area_of_fit(found: FittedFootprint, grid: Grid, options: MeasureOptions) -> Measurement:
    """The area of a fitted roof outline, m² (px² without scale); its footprint is the same outline on the ground."""
    fit = found.best
    outline = fit.shape.outline(fit.unknowns)
    smallness = 1 + max(0.0, 1 - fit.area_px / ENOUGH_PX)
    floor = max(options.floor * fit.area_px, options.floor_edge_px * smallness * outline.length)
    parts = fit_budget(found, found.stack.pixels, gradient_of_area(fit), fit.area_px, floor, options)
    per_px, unit = unit_area(grid)
    value = fit.area_px * per_px
    lean = unknown_lean(found, grid, found.height_m)
    parts = (
        *parts,
        *lean_line(sum(fit.sides_px) / 2, lean),
        *border_line(found, grid, outline.length),
    )
    lines = [replace(line, sigma=line.sigma * per_px) for line in parts]
    lines.append(BudgetLine(SCALE, 2 * relative_scale(grid, options) * value, True))
    ring = from_pixels(outline, grid).exterior.coords[:-1]
    steps = np.diff(np.asarray(outline.exterior.coords), axis=0)
    walls = float(np.sqrt(np.sum(steps**2))) if fit.shape.rounded is None else outline.length
    sigma_px = total(parts) / max(walls, 1e-9)  # if straight walls err by themselves, a round one as a whole
    footprint = Footprint(
        tuple((float(x), float(y)) for x, y in ring),
        grid.crs,
        float(np.hypot(sigma_px, lean / np.sqrt(2)) * units_per_pixel(grid)),
        found.stack.scene_ids[0],
        is_base=bool(found.stack.is_view_known.any()),
        roof=found.roof,
    )
    looks = len(found.stack.scene_ids)
    return Measurement(
        "area",
        Quantity(value, total(lines), unit),
        tuple(lines),
        f"roof outline, {fit.shape.name} fitted to {looks} look{'s' if looks > 1 else ''}"
        + _say_place(found, grid),
        found.stack.scene_ids,
        footprint=footprint,
    )


def _say_place(found: FittedFootprint, grid: Grid) -> str:
    """Which outline stands where: seen aslant, a roof lies beside its base."""
    known, size = found.stack.is_view_known, pixel_m(grid)
    if size is None:
        return ""
    if not known.any():
        return ", placed as it is seen: from where is not known"
    farthest = found.height_m * float(np.hypot(*found.stack.lean.T).max())
    said = ", placed at its base"
    if farthest > SEEN_PX:
        said += f", from which the roof is seen up to {farthest * size:.2g} m away"
    blind = int(np.sum(~known))
    return said + (f"; {blind} of the looks do not say from where they were taken" if blind else "")


def area_of_ground(
    stack: Stack | None, outline: BaseGeometry, grid: Grid, options: MeasureOptions
) -> Measurement:
    """
    The area of changed ground, m²: pixels counted by how much they look like its inside.

    Where inside and surroundings cannot be told apart on the looks at hand, the area within the
    outline itself; both with a wider error than a building's, and the method says which.
    """
    inside = to_pixels(outline, grid)
    cover = None if stack is None else cover_of(stack, inside)
    soft = None
    if stack is not None and cover is not None:
        near = contains_xy(inside.buffer(2.0), stack.pixels[:, 0], stack.pixels[:, 1])
        thinned = np.count_nonzero(contains_xy(inside, *stack.pixels.T)) < 0.9 * inside.area
        soft = None if thinned else float(np.clip(cover[near], 0, 1).sum())
    if soft is not None and 0.6 < soft / inside.area < 1.5:
        area, edge, method = soft, SOFT_EDGE_PX, "changed ground, each pixel counted by its share"
    else:
        area, edge, method = inside.area, OUTLINE_EDGE_PX, "ground within the outline of the comparison"
    per_px, unit = unit_area(grid)
    disagreement = abs(area - inside.area) / 2
    lines = (
        BudgetLine(EDGE, float(np.hypot(edge * inside.simplify(1.0).length, disagreement)) * per_px, False),
        BudgetLine("what counts as changed", SOFT_SHARE * area * per_px, False),
        BudgetLine(SCALE, 2 * relative_scale(grid, options) * area * per_px, True),
    )
    scenes = stack.scene_ids if stack is not None else ()
    return Measurement("area", Quantity(area * per_px, total(lines), unit), lines, method, scenes)
