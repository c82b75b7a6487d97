"""Length, width and height of what a fit found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siteline.measure.budget import (
    OFF_NADIR,
    SCALE,
    border_line,
    fit_budget,
    gradient_of_height,
    gradient_of_side,
    lean_line,
    relative_scale,
    total,
    unknown_lean,
)
from siteline.measure.fitted.footprint import FittedFootprint
from siteline.measure.fitted.shape import HEIGHT, Rounded
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import pixel_m
from siteline.model.imagery import Grid
from siteline.model.measurement import BudgetLine, Measurement
from siteline.model.quantity import Quantity

ROOF_FORM = 0.08
"""Relative one-sigma error of a height because eaves, ridges and parapets throw the shadow (tuning seeds)."""

LEANS_PX = 0.5
"""A roof seen farther than this from its base tells of its height, pixels."""

SUN_ANGLE = 0.01
"""Relative one-sigma error of a height from sun angles and flat ground."""


def unit_length(grid: Grid) -> tuple[float, str]:
    """What one pixel is, and in which unit."""
    size = pixel_m(grid)
    return (1.0, "px") if size is None else (size, "m")


def sides_of_fit(
    found: FittedFootprint, grid: Grid, options: MeasureOptions
) -> tuple[Measurement, Measurement]:
    """Length and width of the roof outline (of the rectangle around it, for an L-shape), m."""
    length, width = found.best.sides_px
    return (
        _side(found, grid, options, "length", length),
        _side(found, grid, options, "width", width),
    )


def _side(
    found: FittedFootprint,
    grid: Grid,
    options: MeasureOptions,
    what: str,
    side_px: float,
) -> Measurement:
    """A side's floor is that of two edges, each off by as much as the area's floor allows."""
    floor = float(np.sqrt(2)) * options.floor_edge_px * 1.5
    gradient = gradient_of_side(found.best, what == "length")
    parts = fit_budget(found, found.stack.pixels, gradient, side_px, floor, options, power=1)
    per_px, unit = unit_length(grid)
    lines = [replace(line, sigma=line.sigma * per_px) for line in parts]
    lean = lean_line(1.0, unknown_lean(found, grid, found.height_m))
    border = border_line(found, grid, float(np.sqrt(2)))
    lines += [replace(line, sigma=line.sigma * per_px) for line in (*lean, *border)]
    lines.append(BudgetLine(SCALE, relative_scale(grid, options) * side_px * per_px, True))
    looks = len(found.stack.scene_ids)
    shape = found.best.shape
    side = "diameter" if shape.rounded is Rounded.CIRCLE else "side"
    return Measurement(
        what,
        Quantity(side_px * per_px, total(lines), unit),
        tuple(lines),
        f"{side} of the {shape.name} fitted to {looks} look{'s' if looks > 1 else ''}",
        found.stack.scene_ids,
    )


def height_of_fit(found: FittedFootprint, grid: Grid, options: MeasureOptions) -> Measurement | None:
    """
    Height from the length of the shadow, and from how far the roof is seen from its base, m, over flat ground.

    None where no shadow was to be expected: lean alone would take a shadow that is not in the picture for a wall. Refused
    where the ground beside the building is not darker than lit ground and no look leans.
    """
    fit, looks = found.best, len(found.stack.scene_ids)
    if found.view.reach is None or not fit.free[HEIGHT]:
        return None
    leans = found.height_m * float(np.hypot(*found.view.lean.T).max()) > LEANS_PX
    method = f"shadow{' and lean' if leans else ''} on {looks} looks, over flat ground"
    if grid.crs is None:
        method += ", north up"
    floor = 0.2 * float(pixel_m(grid) or 1.0)
    parts = fit_budget(
        found, found.stack.pixels, gradient_of_height(fit), fit.unknowns[HEIGHT], floor, options, power=1
    )
    value = float(fit.unknowns[HEIGHT])
    lines = (
        *parts,
        BudgetLine("roof form", ROOF_FORM * value, False),
        BudgetLine("sun angle", SUN_ANGLE * value, True),
        *_unknown_start(found, grid),
        BudgetLine(SCALE, relative_scale(grid, options) * value, True),
    )
    sigma = total(lines)
    is_unseen = float(np.median(fit.darkness)) > -0.01 and not leans
    if is_unseen or value < 2 * sigma:
        return Measurement(
            "height", None, (), method, found.stack.scene_ids, refused="no shadow long enough to be measured"
        )
    return Measurement("height", Quantity(value, sigma, "m"), lines, method, found.stack.scene_ids)


def _unknown_start(found: FittedFootprint, grid: Grid) -> tuple[BudgetLine, ...]:
    """The shadow starts at the base; where only the roof is seen, it is too long or too short by the roof's lean, m."""
    lean = unknown_lean(found, grid, found.height_m)
    if not lean or found.view.reach is None:
        return ()
    reach = np.hypot(*found.view.reach.T)
    return (BudgetLine(OFF_NADIR, lean / float(np.mean(reach[reach > 0])) / float(np.sqrt(2)), False),)
