"""Combine errors, and say from where they come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from siteline.measure.blur import Array
from siteline.measure.fitted.fit import Fit
from siteline.measure.fitted.footprint import FittedFootprint
from siteline.measure.fitted.ground import blocks_of
from siteline.measure.fitted.shape import BLUR, HEIGHT, POSE, Rounded
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import pixel_m
from siteline.model.imagery import Grid
from siteline.model.measurement import BudgetLine

LOOKS, EDGE, PSF, REGISTRATION, SCALE, FLOOR, MISFIT, SHAPE = (
    "pixel noise",
    "edge",
    "PSF",
    "registration",
    "scale",
    "model floor",
    "misfit",
    "shape",
)

OFF_NADIR = "off-nadir"

USUAL_OFF_NADIR = 5.0
"""How far off nadir a look may have been taken that does not say so, degrees."""

BORDER = "unseen border"

BORDER_M, BORDER_PX = 5.0, 0.3
"""Paving around a building is about so wide; where that is less than a pixel it may be taken for roof, and the walls of
a small building err by so many pixels together (one sigma, tuning seeds at 10 m)."""

BORDER_TELLS = (100.0, 160.0)
"""Up to so many pixels a building has such an error in full, from so many on it has none."""

MISFIT_SHARE = 0.6
"""One-sigma error, relative, of an area per share of the variance that its fit leaves unexplained (tuning seeds)."""


def total(lines: Sequence[BudgetLine]) -> float:
    """One sigma of all lines together; they are independent of each other."""
    return float(np.sqrt(sum(line.sigma**2 for line in lines)))


def relative_scale(grid: Grid, options: MeasureOptions) -> float:
    """Relative error of a length from the pixel size; none where lengths are in pixels."""
    if grid.crs is not None:
        return options.scale
    return options.frame_scale if grid.gsd_m is not None else 0.0


def fit_budget(
    found: FittedFootprint,
    pixels: Array,
    by_unknown: Array,
    value: float,
    floor: float,
    options: MeasureOptions,
    power: int = 2,
) -> tuple[BudgetLine, ...]:
    """
    Error of a value that a fit gives, in pixels or px².

    pixels: (pixels, 2) of the fit's stack; by_unknown: derivative of the value with each unknown;
    floor: one sigma that no fit may go below, however well it repeats (SCIENCE 2.10); power: 2 for an area, 1 for
    a side.

    Pixel noise is the spread that a bootstrap over looks would give (its infinitesimal form). Edge is what
    ground texture does, which is the same in all looks: the same over blocks of ground, and the
    difference that a narrower window makes.
    """
    fit = found.best
    pull = _leverage(fit, by_unknown)
    misfit = MISFIT_SHARE * power / 2 * (1 - fit.explained)
    looks = _spread_of_looks(fit, pull)
    window = power / 2 * abs(found.narrow_px / fit.area_px - 1) * abs(value) / 2
    edge = float(np.hypot(_spread_of_blocks(fit, pull, pixels), window))
    blur = _of_blur(fit, by_unknown, options)
    lines = [
        BudgetLine(LOOKS, looks, False),
        BudgetLine(EDGE, edge, False),
        BudgetLine(PSF, abs(blur), True, falls=blur < 0),
        BudgetLine(REGISTRATION, _of_shifts(fit, by_unknown), False),
    ]
    if value > 0:
        lines.append(BudgetLine(MISFIT, misfit * abs(value), False))
        lines.append(BudgetLine(SHAPE, power * found.between_shapes * abs(value) / 2, False))
    rest = floor**2 - looks**2 - edge**2
    lines.append(BudgetLine(FLOOR, float(np.sqrt(max(rest, 0.0))), False))
    return tuple(lines)


def unknown_lean(found: FittedFootprint, grid: Grid, height: float) -> float:
    """
    How far the roof may be seen from its base, px, as some looks do not say from where they were taken.

    Counted for a building of that height, m, by the share of such looks; 0 without a scale.
    """
    size = pixel_m(grid)
    share = float(np.mean(~found.stack.is_view_known))
    return 0.0 if size is None else share * height * float(np.tan(np.radians(USUAL_OFF_NADIR))) / size


def lean_line(edges: float, lean_px: float) -> tuple[BudgetLine, ...]:
    """
    The part of an error that an unknown lean makes; none where all views are known.

    edges: how much the value grows with each pixel of wall that is taken for roof, which may be any part of lean_px.
    """
    return (BudgetLine(OFF_NADIR, edges * lean_px / float(np.sqrt(12)), False),) if lean_px else ()


def border_line(found: FittedFootprint, grid: Grid, edges_px: float) -> tuple[BudgetLine, ...]:
    """
    The part of an error that a border makes which is too narrow for the pixels; none where pixels are fine.

    edges_px: how much the value grows if all walls lie a pixel farther out.
    """
    size = pixel_m(grid)
    if size is None:
        return ()
    is_unseen = float(np.clip(1.6 - BORDER_M / size, 0, 1))
    few, enough = BORDER_TELLS
    is_small = float(np.clip((enough - found.best.area_px) / (enough - few), 0, 1))
    sigma = BORDER_PX * is_unseen * is_small * edges_px
    return (BudgetLine(BORDER, sigma, False),) if sigma > 0 else ()


def _inverse(hessian: Array, free: npt.NDArray[np.bool_]) -> Array:
    """Covariance of the free unknowns, zero for the others."""
    places = np.ix_(free, free)
    result = np.zeros_like(hessian)
    bent = hessian[places]
    result[places] = np.linalg.pinv(bent, rcond=1e-10, hermitian=True)
    return result


def _padded(fit: Fit, by_unknown: Array) -> Array:
    return np.concatenate([by_unknown, np.zeros(fit.shifts.size)])


def _leverage(fit: Fit, by_unknown: Array) -> Array:
    """How the value follows a pull on each unknown and shift."""
    leverage: Array = _inverse(fit.hessian, fit.free) @ _padded(fit, by_unknown)
    return leverage


def _per_pixel(fit: Fit, pull: Array) -> Array:
    """(looks, pixels): how much each pixel of each look moves the value."""
    count = fit.unknowns.size
    moved: Array = fit.scores @ pull[:count]
    by_shift = pull[count:].reshape(-1, 2)
    moved += np.einsum("lnk,lk->ln", fit.scores[:, :, :2], by_shift)
    return moved


def _spread_of_looks(fit: Fit, pull: Array) -> float:
    per_look = _per_pixel(fit, pull).sum(axis=1)
    looks = len(per_look)
    if looks < 2:
        return 0.0
    return float(np.sqrt(np.sum((per_look - per_look.mean()) ** 2) * looks / (looks - 1)))


def _spread_of_blocks(fit: Fit, pull: Array, pixels: Array) -> float:
    per_block = np.bincount(blocks_of(pixels), weights=_per_pixel(fit, pull).sum(axis=0))
    weight = float(np.sum(np.abs(per_block))) ** 2 / max(float(np.sum(per_block**2)), 1e-30)
    count = fit.free[: fit.unknowns.size].sum()
    inflation = weight / max(weight - count, 0.3 * weight)
    return float(np.sqrt(np.sum(per_block**2) * inflation))


def _of_blur(fit: Fit, by_unknown: Array, options: MeasureOptions) -> float:
    """What one sigma of the blur does to the value, all else following; signed."""
    others = fit.free.copy()
    others[BLUR] = False
    cross = fit.hessian[:, BLUR] * others
    response = by_unknown[BLUR] - _padded(fit, by_unknown) @ (_inverse(fit.hessian, others) @ cross)
    return float(response * options.psf_spread)


def _of_shifts(fit: Fit, by_unknown: Array) -> float:
    """How much wider the error is because looks may be shifted."""
    held = fit.free.copy()
    held[fit.unknowns.size :] = False
    vector = _padded(fit, by_unknown)
    with_shifts = float(vector @ _inverse(fit.hessian, fit.free) @ vector)
    without = float(vector @ _inverse(fit.hessian, held) @ vector)
    return float(np.sqrt(max(with_shifts - without, 0.0)))


def gradient_of_area(fit: Fit) -> Array:
    """Derivative of the area with each unknown, px² per unit."""
    gradient = np.zeros(fit.unknowns.size)
    for k in range(POSE, fit.unknowns.size):
        step = np.zeros(fit.unknowns.size)
        step[k] = 1e-4
        gradient[k] = (fit.shape.area(fit.unknowns + step) - fit.shape.area(fit.unknowns - step)) / 2e-4
    return gradient


def gradient_of_side(fit: Fit, longer: bool) -> Array:
    """Derivative of the longer or shorter side with each unknown."""
    gradient = np.zeros(fit.unknowns.size)
    if fit.shape.rounded is Rounded.CIRCLE:  # its diameter
        gradient[POSE:] = -0.5, 0.5, -0.5, 0.5
        return gradient
    u, v = fit.shape.split(fit.unknowns)
    if (np.ptp(u) >= np.ptp(v)) == longer:
        first, last = POSE, POSE + fit.shape.walls_u - 1
    else:
        first, last = POSE + fit.shape.walls_u, fit.unknowns.size - 1
    gradient[first], gradient[last] = -1.0, 1.0
    return gradient


def gradient_of_height(fit: Fit) -> Array:
    """Derivative of the height with each unknown: itself."""
    gradient = np.zeros(fit.unknowns.size)
    gradient[HEIGHT] = 1.0
    return gradient
