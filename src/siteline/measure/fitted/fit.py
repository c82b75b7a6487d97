"""
One shape fitted to several looks at once: the picture, the least squares, and what the fit says of itself.

Each look sees a blurred roof, its shadow and the ground; brightnesses are free for every look and band and
are solved for inside (variable projection), and each look may be shifted a little. What is shared by all
looks is the outline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from siteline.measure.blur import Array
from siteline.measure.fitted.shape import HEIGHT, MARGIN, POSE, Picture, Shape, draw
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import SMALLEST_NOISE, Stack

CORRELATED = 20.0
"""So many residuals count as one when data are weighed against priors: ground texture is in all looks."""

MARGIN_PX = (3.0, 3.0)
"""Mean and one-sigma spread of how far trampled or paved ground reaches beyond a building, pixels."""

SETTLED = 1e-3
"""A step that lowers the misfit by less than this share is the last."""

BLOCK_PX = 4
"""Texture closer together than this is taken as one accident, pixels."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of the unknowns before looking."""

    mean: Array
    sigma: Array
    """Infinite where nothing is known; zero where the unknown is not free."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One shape fitted to one stack."""

    shape: Shape
    unknowns: Array
    shifts: Array
    """(looks, 2), px."""

    cost: float
    """Robust misfit, in units of the noise; comparable between fits with the same noise."""

    noise: Array
    """(looks, 1, bands): residual noise that the cost is in."""

    hessian: Array
    """(unknowns + 2 looks)²: inverse covariance of free unknowns and shifts if residuals were independent."""

    scores: Array
    """(looks, pixels, unknowns): what each pixel of each look pulls."""

    free: npt.NDArray[np.bool_]
    contrast: Array
    """(bands,): roof minus ground, median of looks."""

    darkness: Array
    """(looks, bands): shadow minus lit ground."""

    explained: float
    """Share of the variance about a plane that the fit explains."""

    effective: float
    """How many independent residuals there are."""

    @property
    def area_px(self) -> float:
        """Area inside the outline, px²."""
        return self.shape.area(self.unknowns)

    @property
    def sides_px(self) -> tuple[float, float]:
        """Length and width of the rectangle around it, px, the longer first."""
        a, b = (float(np.ptp(walls)) for walls in self.shape.split(self.unknowns))
        return max(a, b), min(a, b)

    @property
    def numbers(self) -> int:
        """How many numbers describe the outline, and the border around it."""
        return self.shape.walls + 4 * int(self.free[MARGIN].any())

    def penalised(self, effective: float) -> float:
        """Misfit with a price on every number that describes the outline; lower is better."""
        total = float(self.scores.shape[0] * self.scores.shape[1] * self.noise.shape[2])
        return self.cost * effective / total + self.numbers * float(np.log(max(effective, 2.0)))


# --- the ground around it -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ground:
    """Smooth functions that describe the ground: a plane, and a step for each side of the building."""

    basis: Array
    """(pixels, functions)."""

    slope: Array
    """(pixels, 2): the plane's x and y alone, for the roof."""

    ridge: Array
    """(functions,): how tightly each is held to zero, in units of the noise."""

    @classmethod
    def around(cls, outline_px: BaseGeometry, stack: Stack) -> Ground:
        """Sides are those of the smallest rectangle around the outline."""
        cx, cy, angle, length, width = box_of(outline_px)
        away = stack.pixels - (cx, cy)
        along, across = (np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))
        u, v = away @ along, away @ across
        scale = 0.5 * max(length, width) + 3
        beyond_u, beyond_v = np.abs(u) - length / 2, np.abs(v) - width / 2
        end = _soft(beyond_u - beyond_v)
        east, south = _soft(u), _soft(v)
        sides = np.stack([end * east, end * (1 - east), (1 - end) * south, (1 - end) * (1 - south)], axis=1)
        plane = np.concatenate([np.ones((len(u), 1)), away / scale], axis=1)
        ridge = np.array([1e-6, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05])
        return cls(np.concatenate([plane, sides], axis=1), away / scale, ridge)

    def at(self, kept: npt.NDArray[np.bool_]) -> Ground:
        """The same ground on some of the pixels."""
        return Ground(self.basis[kept], self.slope[kept], self.ridge)


def _soft(x: Array) -> Array:
    """From 0 to 1 over a few pixels."""
    result: Array = 0.5 * (1 + np.tanh(x / 1.5))
    return result


# --- one problem, one step ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """All that stays the same while a shape is fitted."""

    stack: Stack
    ground: Ground
    reach: Array | None
    prior: Prior
    options: MeasureOptions
    has_apron: bool = False
    has_ridge: bool = False


def make_prior(
    height: tuple[float, float], has_shadow: bool, options: MeasureOptions, has_apron: bool = False
) -> Prior:
    """Blur and height are known roughly; the origin stays where it is, the walls move about it."""
    blur = float(np.log(np.hypot(options.psf_px, np.sqrt(1 / 12))))
    mean = np.array([0.0, 0.0, 0.0, blur, height[0], *[MARGIN_PX[0]] * 4])
    tall, wide = height[1] if has_shadow else 0.0, MARGIN_PX[1] if has_apron else 0.0
    sigma = np.array([0.0, 0.0, np.inf, options.psf_spread, tall, *[wide] * 4])
    return Prior(mean, sigma)


@dataclass(frozen=True, slots=True)
class Projected:
    """The state of a fit after its brightnesses are solved for."""

    picture: Picture
    design: Array
    """(looks, pixels, columns)."""

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
        """How bright everything is, in units of the noise."""
        functions, c = ground.basis.shape[1], self.coefficients
        roof = c[:, functions, None] + ground.slope @ c[:, functions + 1 : functions + 3]
        column = functions + 3
        if self.picture.slopes is not None:
            roof = roof + self.picture.slopes[..., None] * c[:, column, None]
            column += 1
        dark = None
        if self.picture.shadow is not None:
            dark = c[:, column]
            column += 1
        plot = c[:, column] if self.picture.apron is not None else None
        return Light(roof, ground.basis @ c[:, :functions], c[:, functions], dark, plot)


@dataclass(frozen=True, slots=True)
class Light:
    """Brightnesses of a fit."""

    roof: Array
    """(looks, pixels, bands): of a pixel that is all roof."""

    ground: Array
    """(looks, pixels, bands): of a pixel that is all lit ground."""

    roof_tone: Array
    """(looks, bands): of the middle of the roof."""

    dark: Array | None
    """(looks, bands): shadow less lit ground."""

    plot: Array | None
    """(looks, bands): the plot less the ground around it."""


def project(problem: Problem, shape: Shape, unknowns: Array, shifts: Array, noise: Array) -> Projected:
    """Draw the shape, solve for all brightnesses, and say what remains; robust in two rounds."""
    stack, ground = problem.stack, problem.ground
    has = (problem.has_apron, problem.has_ridge)
    picture = draw(shape, unknowns, shifts, stack.pixels, problem.reach, *has)
    roof = picture.roof[..., None]
    columns = [(1 - roof) * ground.basis, roof, roof * ground.slope]
    ridge = [*ground.ridge, 1e-6, 0.3, 0.3]
    if picture.slopes is not None:
        columns.append(roof * picture.slopes[..., None])
        ridge.append(0.05)
    for beside in (picture.shadow, picture.apron):
        if beside is not None:
            columns.append(beside[..., None])
            ridge.append(0.02)
    design = np.concatenate(columns, axis=2)
    data = stack.values / noise
    weights = stack.usable.astype(float)
    held = np.diag(ridge)
    for _ in range(2):
        weighted = design * weights[..., None]
        solver = np.linalg.inv(np.swapaxes(design, 1, 2) @ weighted + held)
        coefficients = solver @ (np.swapaxes(weighted, 1, 2) @ data)
        residual = data - design @ coefficients
        misfit = np.mean(residual**2, axis=2)
        weights = stack.usable / (1 + misfit / 4)
    cost = float(4 * data.shape[2] * np.sum(np.log1p(misfit / 4), where=stack.usable))
    return Projected(picture, design, weights, solver, coefficients, residual, cost)


def _jacobian(problem: Problem, state: Projected) -> Array:
    """(looks, pixels, bands, unknowns): how the prediction moves when brightnesses follow (Kaufman)."""
    light = state.light(problem.ground)
    count = len(state.picture.roof_by)
    active = np.array([k for k in range(count) if problem.has_apron or not MARGIN.start <= k < MARGIN.stop])
    moved = (
        np.moveaxis(state.picture.roof_by[active], 0, -1)[:, :, None, :]
        * (light.roof - light.ground)[..., None]
    )
    for by, tone in ((state.picture.shadow_by, light.dark), (state.picture.apron_by, light.plot)):
        if by is not None and tone is not None:
            moved += np.moveaxis(by[active], 0, -1)[:, :, None, :] * tone[:, None, :, None]
    looks, pixels, bands, unknowns = moved.shape
    flat = moved.reshape(looks, pixels, bands * unknowns)
    weighted = np.swapaxes(state.design * state.weights[..., None], 1, 2)
    flat = flat - state.design @ (state.solver @ (weighted @ flat))
    jacobian = np.zeros((looks, pixels, bands, count))
    jacobian[..., active] = flat.reshape(moved.shape)
    return jacobian


def _normal_equations(
    problem: Problem, state: Projected, unknowns: Array, shifts: Array
) -> tuple[Array, Array, Array]:
    """Hessian, gradient of unknowns and shifts together, and each pixel's own pull."""
    looks, count = len(shifts), unknowns.size
    jacobian = _jacobian(problem, state)
    pulls = np.einsum("lnbp,lnb->lnp", jacobian, state.residual * state.weights[..., None], optimize=True)
    bent = (jacobian * np.sqrt(state.weights)[..., None, None]).reshape(looks, -1, count)
    own = np.swapaxes(bent, 1, 2) @ bent  # (looks, unknowns, unknowns)
    hessian = np.zeros((count + 2 * looks, count + 2 * looks))
    gradient = np.zeros(count + 2 * looks)
    hessian[:count, :count] = own.sum(axis=0)
    gradient[:count] = pulls.sum(axis=(0, 1))
    stiff = CORRELATED / problem.options.shift_px**2
    for i in range(looks):
        here = slice(count + 2 * i, count + 2 * i + 2)
        hessian[:count, here] = own[i][:, :2]
        hessian[here, :count] = own[i][:2]
        hessian[here, here] = own[i][:2, :2] + np.eye(2) * stiff
        gradient[here] = pulls[i, :, :2].sum(axis=0) - shifts[i] * stiff
    known = np.isfinite(problem.prior.sigma) & (problem.prior.sigma > 0)
    tight = np.zeros(POSE)
    tight[known] = CORRELATED / problem.prior.sigma[known] ** 2
    hessian[np.arange(POSE), np.arange(POSE)] += tight
    gradient[:POSE] -= tight * (unknowns[:POSE] - np.where(known, problem.prior.mean, 0.0))
    return hessian, gradient, pulls


def _penalty(problem: Problem, unknowns: Array, shifts: Array) -> float:
    """What the priors charge."""
    prior = problem.prior
    known = np.isfinite(prior.sigma) & (prior.sigma > 0)
    off = (unknowns[:POSE] - prior.mean)[known] / prior.sigma[known]
    return CORRELATED * float(np.sum(off**2) + np.sum(shifts**2) / problem.options.shift_px**2)


def fit(
    problem: Problem, shape: Shape, start: Array, noise: Array, steps: int, shifts: Array | None = None
) -> Fit:
    """Levenberg–Marquardt with capped steps and robust weights."""
    unknowns = start.copy()
    shifts = np.zeros((len(problem.stack.values), 2)) if shifts is None else shifts.copy()
    count = unknowns.size
    free = np.ones(count + shifts.size, dtype=bool)
    free[:POSE] = problem.prior.sigma > 0
    state = project(problem, shape, unknowns, shifts, noise)
    cost = state.cost + _penalty(problem, unknowns, shifts)
    damping = 1e-2
    hessian, gradient, pulls = _normal_equations(problem, state, unknowns, shifts)
    for _ in range(steps):
        bent = hessian[np.ix_(free, free)]
        bent = bent + damping * np.diag(np.diag(bent)) + 1e-9 * np.eye(len(bent))
        step = np.zeros(free.size)
        step[free] = np.linalg.solve(bent, gradient[free])
        tried = shape.spread(unknowns + _capped(step[:count], shape, unknowns))
        tried_shifts = shifts + np.clip(step[count:], -0.5, 0.5).reshape(-1, 2)
        tried[HEIGHT] = np.clip(tried[HEIGHT], 0.0, 80.0)
        tried[MARGIN] = np.clip(tried[MARGIN], 0.3, 12.0)
        new = project(problem, shape, tried, tried_shifts, noise)
        new_cost = new.cost + _penalty(problem, tried, tried_shifts)
        if new_cost < cost:
            gain, cost, state, unknowns, shifts = cost - new_cost, new_cost, new, tried, tried_shifts
            damping = max(damping / 5, 1e-4)
            hessian, gradient, pulls = _normal_equations(problem, state, unknowns, shifts)
            if gain < SETTLED * max(cost, 1.0):
                break
        else:
            damping *= 8
            if damping > 1e3:
                break
    return _sum_up(problem, shape, unknowns, shifts, state, cost, noise, hessian, pulls, free)


def _capped(step: Array, shape: Shape, unknowns: Array) -> Array:
    """No step so long that the picture would no longer be like its tangent."""
    longest = max(float(np.ptp(walls)) for walls in shape.split(unknowns))
    wall = 1.0 + 0.08 * longest
    most = np.concatenate([[0.0, 0.0, 0.15, 0.1, 3.0, 2.0, 2.0, 2.0, 2.0], np.full(shape.walls, wall)])
    return np.clip(step, -most, most)


def _sum_up(
    problem: Problem,
    shape: Shape,
    unknowns: Array,
    shifts: Array,
    state: Projected,
    cost: float,
    noise: Array,
    hessian: Array,
    pulls: Array,
    free: npt.NDArray[np.bool_],
) -> Fit:
    light = state.light(problem.ground)
    roof, tone = state.picture.roof, noise[:, 0]
    rim = ((roof > 0.1) & (roof < 0.9)) | (roof > 0.5)
    under = np.einsum("ln,lnb->lb", rim.astype(float), light.ground) / np.maximum(rim.sum(axis=1), 1)[:, None]
    contrast = np.median((light.roof_tone - under) * tone, axis=0)
    dark = light.dark * tone if light.dark is not None else np.zeros(contrast.shape)[None]
    return Fit(
        shape,
        unknowns,
        shifts,
        cost,
        noise,
        hessian,
        pulls,
        free,
        contrast,
        dark,
        _explained(problem, state, noise),
        _effective(problem, state),
    )


def _explained(problem: Problem, state: Projected, noise: Array) -> float:
    """Share of the variance about a plane, with the fit's own weights."""
    plane = problem.ground.basis[:, :3][None] * np.ones((len(noise), 1, 1))
    weighted = plane * state.weights[..., None]
    data = problem.stack.values / noise
    solution = np.linalg.solve(
        np.swapaxes(plane, 1, 2) @ weighted + 1e-6 * np.eye(3), np.swapaxes(weighted, 1, 2) @ data
    )
    flat = data - plane @ solution
    with_fit = float(np.sum(state.weights[..., None] * state.residual**2))
    without = float(np.sum(state.weights[..., None] * flat**2))
    return 1 - with_fit / max(without, 1e-12)


def _effective(problem: Problem, state: Projected) -> float:
    """Independent residuals: what looks, bands and neighbouring pixels share is counted once."""
    bent = state.residual * np.sqrt(state.weights)[..., None]
    total = float(np.sum(bent**2))
    together = bent.sum(axis=(0, 2))  # (pixels,)
    blocks = blocks_of(problem.stack.pixels)
    per_block = np.bincount(blocks, weights=together)
    inflation = float(np.sum(per_block**2)) / max(total, 1e-12)
    return float(max(8.0, bent.size / max(inflation, 1.0)))


def blocks_of(pixels: Array) -> npt.NDArray[np.intp]:
    """Number of the block of ground that each pixel lies in."""
    rough = np.floor(pixels / BLOCK_PX).astype(int)
    rough -= rough.min(axis=0)
    numbers: npt.NDArray[np.intp] = rough[:, 0] * (rough[:, 1].max() + 1) + rough[:, 1]
    return numbers


def residual_noise(problem: Problem, found: Fit) -> Array:
    """(looks, 1, bands): what remains after a fit."""
    state = project(problem, found.shape, found.unknowns, found.shifts, found.noise)
    return np.maximum(spread_of(problem.stack, state.residual) * found.noise, SMALLEST_NOISE)


def spread_of(stack: Stack, residual: Array) -> Array:
    """(looks, 1, bands): robust standard deviation of residuals."""
    masked = np.where(stack.usable[..., None], np.abs(residual), np.nan)
    spread: Array = 1.4826 * np.nanmedian(masked, axis=1, keepdims=True)
    floored: Array = np.maximum(np.nan_to_num(spread, nan=1.0), 0.05)
    return floored


def box_of(outline: BaseGeometry) -> tuple[float, float, float, float, float]:
    """Centre, angle, length and width of the smallest rectangle around an outline, px."""
    ring = np.asarray(outline.minimum_rotated_rectangle.exterior.coords)[:4]
    first, second = ring[1] - ring[0], ring[2] - ring[1]
    if np.hypot(*first) < np.hypot(*second):
        first, second = second, first
    centre = ring.mean(axis=0)
    angle = float(np.arctan2(first[1], first[0]))
    return float(centre[0]), float(centre[1]), angle, float(np.hypot(*first)), float(np.hypot(*second))
