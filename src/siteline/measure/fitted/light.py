"""
How bright everything is: one shape drawn on several looks, all brightnesses solved for, and what remains.

Brightnesses are free for every look and band (variable projection); what is shared by all looks is the outline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siteline.measure.blur import Array
from siteline.measure.fitted.ground import Ground
from siteline.measure.fitted.noise import by_band, in_noise, shared_noise, sigma_of
from siteline.measure.fitted.picture import Makeup, Picture, View, draw
from siteline.measure.fitted.shape import Shape
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import SMALLEST_NOISE, Stack

MARGIN_PX = (3.0, 3.0)
"""Mean and one-sigma spread of how far trampled or paved ground reaches beyond a building, pixels."""

ROOF_RIDGE, SLOPE_RIDGE, GABLE_RIDGE, BESIDE_RIDGE = 1e-6, 0.3, 0.05, 0.02
"""How tightly each brightness is held to zero, in units of the noise: the roof's, its plane's, its two slopes', and
what shadow, walls and plot differ from the ground."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of the unknowns before looking."""

    mean: Array
    sigma: Array
    """Infinite where nothing is known; zero where the unknown is not free."""


def make_prior(
    height: tuple[float, float], is_tall: bool, options: MeasureOptions, has_plot: bool = False
) -> Prior:
    """
    Blur and height are known roughly; the origin stays where it is, the walls move about it.

    is_tall: whether a shadow or the lean can tell of the height.
    """
    blur = float(np.log(np.hypot(options.psf_px, np.sqrt(1 / 12))))
    mean = np.array([0.0, 0.0, 0.0, blur, height[0], *[MARGIN_PX[0]] * 4])
    tall, wide = height[1] if is_tall else 0.0, MARGIN_PX[1] if has_plot else 0.0
    sigma = np.array([0.0, 0.0, np.inf, options.psf_spread, tall, *[wide] * 4])
    return Prior(mean, sigma)


@dataclass(frozen=True, slots=True)
class Problem:
    """All that stays the same while a shape is fitted."""

    stack: Stack
    ground: Ground
    view: View
    prior: Prior
    options: MeasureOptions
    makeup: Makeup


@dataclass(frozen=True, slots=True)
class Light:
    """Brightnesses of a fit, in units of the noise."""

    roof: Array
    """(looks, pixels, bands): of a pixel that is all roof."""

    ground: Array
    """(looks, pixels, bands): of a pixel that is all lit ground."""

    roof_tone: Array
    """(looks, bands): of the middle of the roof."""

    beside: tuple[Array, ...]
    """(looks, bands) for each of the picture's layers beside the roof: it less the lit ground."""


@dataclass(frozen=True, slots=True)
class Projected:
    """The state of a fit after its brightnesses are solved for."""

    picture: Picture
    design: Array
    """(looks, columns, pixels)."""

    weights: Array
    """(looks, pixels)."""

    solver: Array
    """(looks, columns, columns): inverse normal matrix of the brightnesses."""

    coefficients: Array
    """(looks, columns, bands)."""

    residual: Array
    """(looks, pixels, bands), in units of the noise."""

    cost: float

    def light(self, ground: Ground) -> Light:
        """How bright everything is."""
        functions, c = ground.basis.shape[1], self.coefficients
        roof = c[:, functions, None] + ground.slope @ c[:, functions + 1 : functions + 3]
        column = functions + 3
        for slope in self.picture.slopes:
            roof = roof + slope[..., None] * c[:, column, None]
            column += 1
        beside = tuple(c[:, column + n] for n in range(len(self.picture.beside)))
        return Light(roof, ground.basis @ c[:, :functions], c[:, functions], beside)


def project(
    problem: Problem, shape: Shape, unknowns: Array, shifts: Array, noise: Array, moves: bool = False
) -> Projected:
    """
    Draw the shape, solve for all brightnesses, and say what remains; robust in two rounds.

    moves: whether the picture's derivatives are wanted.
    """
    picture = draw(shape, unknowns, shifts, problem.stack.pixels, problem.view, problem.makeup, moves)
    return light_up(problem, picture, noise)


def light_up(problem: Problem, picture: Picture, noise: Array) -> Projected:
    """Solve for all brightnesses of a picture."""
    stack = problem.stack
    design, held = _design(problem.ground, picture)
    data = in_noise(stack.values, noise)
    weights = stack.usable.astype(float)
    upright = np.swapaxes(design, 1, 2)
    for _ in range(2):
        weighted = design * weights[:, None]
        solver = np.linalg.inv(weighted @ upright + held)
        coefficients = solver @ (weighted @ data)
        residual = data - upright @ coefficients
        misfit = np.einsum("lnb,lnb->ln", residual, residual) / (4 * data.shape[2])
        weights = stack.usable / (1 + misfit)
    cost = float(4 * data.shape[2] * np.sum(np.log1p(misfit), where=stack.usable))
    return Projected(picture, design, weights, solver, coefficients, residual, cost)


def _design(ground: Ground, picture: Picture) -> tuple[Array, Array]:
    """(looks, columns, pixels) what each brightness lights, and how tightly they are held."""
    roof, functions = picture.roof.share[:, None], ground.basis.shape[1]
    beside = picture.beside
    ridges = [*ground.ridge, ROOF_RIDGE, SLOPE_RIDGE, SLOPE_RIDGE]
    gable = functions + 3
    count = gable + len(picture.slopes) + len(beside)
    design = np.empty((len(roof), count, roof.shape[2]))
    np.multiply(1 - roof, ground.basis.T, out=design[:, :functions])
    design[:, functions] = roof[:, 0]
    np.multiply(roof, ground.slope.T, out=design[:, functions + 1 : gable])
    for place, slope in enumerate(picture.slopes, gable):
        design[:, place] = picture.roof.share * slope
    ridges += [GABLE_RIDGE] * len(picture.slopes)
    for place, layer in enumerate(beside, count - len(beside)):
        design[:, place] = layer.share
    ridges += [BESIDE_RIDGE] * len(beside)
    return design, np.diag(ridges)


def noise_left(
    problem: Problem, shape: Shape, unknowns: Array, shifts: Array, noise: Array
) -> tuple[Array, Array]:
    """What remains after a fit that was made with `noise`: band by band, and with what the bands share."""
    state = project(problem, shape, unknowns, shifts, noise)
    alone = np.maximum(spread_of(problem.stack, state.residual) * sigma_of(noise), SMALLEST_NOISE)
    return by_band(alone), shared_noise(state.residual @ noise, state.weights)


def spread_of(stack: Stack, residual: Array) -> Array:
    """(looks, bands): robust standard deviation of residuals."""
    masked = np.where(stack.usable[..., None], np.abs(residual), np.nan)
    spread: Array = 1.4826 * np.nanmedian(masked, axis=1)
    floored: Array = np.maximum(np.nan_to_num(spread, nan=1.0), 0.05)
    return floored
