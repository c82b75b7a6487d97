"""
Fit the outline of a building to several looks at once.

Each look sees a blurred roof, its shadow and the ground; brightnesses are free for every look and band and
are solved for inside (variable projection), and each look may be shifted a little. What is shared by all
looks is the outline. A poor fit is refused with its reason; it never falls back to counting pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from shapely import contains_xy
from shapely.geometry import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.measure.blur import Array
from siteline.measure.options import MeasureOptions
from siteline.measure.shape import (
    APRON,
    HEIGHT,
    POSE,
    Picture,
    Shape,
    draw,
    l_shape,
    rectangle,
)
from siteline.measure.stack import Stack
from siteline.model.errors import NotMeasured

CORRELATED = 20.0
"""So many residuals count as one when data are weighed against priors: ground texture is in all looks."""

FIRST_STEPS, LAST_STEPS = 7, 12
SMALLEST_NOISE = 0.002
MIN_FILL = 0.45
"""Share of the rectangle around it that an outline must fill to be tried at all."""

L_FILL = 0.87
"""An outline that fills less of the rectangle around it than this may be an L-shape."""

MIN_OVERLAP, MOST_BEYOND, NEAR_PX = 0.3, 0.25, 2.0
"""A fit must share so much with the outline it started from; no more than so much of either may lie beyond the
other by two pixels."""

APRON_PX = (2.0, 1.0)
"""Mean and one-sigma spread of the width of trampled or paved ground around a building, pixels."""

FEW_PX = 150.0
"""Up to so many pixels a roof must be plain to be told from its ground; a large one may be patchy inside."""

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
        return self.shape.area(self.unknowns[POSE:])

    @property
    def sides_px(self) -> tuple[float, float]:
        """Length and width of the rectangle around it, px, the longer first."""
        a, b = (float(side) for side in self.unknowns[POSE : POSE + 2])
        return max(a, b), min(a, b)

    @property
    def numbers(self) -> int:
        """How many numbers describe the outline, and the border around it."""
        return self.shape.sizes + 2 * int(self.free[APRON])

    def penalised(self, effective: float) -> float:
        """Misfit with a price on every number that describes the outline; lower is better."""
        total = float(self.scores.shape[0] * self.scores.shape[1] * self.noise.shape[2])
        return self.cost * effective / total + self.numbers * float(np.log(max(effective, 2.0)))


@dataclass(frozen=True, slots=True)
class FittedFootprint:
    """The best fit, and what others like it say of the area."""

    best: Fit
    stack: Stack
    """The pixels it was fitted to."""

    variants_px: tuple[float, ...]
    """Areas of the same shape fitted from other starting points or on a narrower window, px²."""


def fit_footprint(
    stack: Stack,
    outline_px: BaseGeometry,
    height: tuple[float, float] | None,
    options: MeasureOptions,
    fresh: bool = False,
    unfinished: bool = False,
) -> FittedFootprint:
    """
    The outline that explains the looks best, or a refusal.

    outline_px: where to start, px; it may be off by a few pixels and a third in size. height: mean and sigma
    of the height, m, or None where no shadow is to be expected (a foundation, a look without sun). fresh:
    newly built, so that a border of cleared ground may lie around it. unfinished: its roof may be patchy, so
    that a dark corner is no reason to call it an L-shape unless the outline is one.
    Raises NotMeasured with the reason.
    """
    _refuse_hopeless(outline_px)
    ground = _Ground.around(outline_px, stack)
    reach = stack.reach if height is not None else None
    prior = _prior(height or options.height_m, reach is not None, options)
    problem = _Problem(stack, ground, reach, prior, options)
    starts = _starts(stack, outline_px, options)
    noise = _noise(problem, starts)
    plain = rectangle()
    fits = [_fit(problem, plain, start, noise, FIRST_STEPS) for start in starts[:2]]
    if len(fits) < 2 or not _agree(fits[0], fits[1]):
        fits += [_fit(problem, plain, start, noise, FIRST_STEPS) for start in starts[2:]]
    fits.sort(key=lambda f: f.cost)
    noise = _residual_noise(problem, fits[0])
    fits = [_fit(problem, plain, f.unknowns, noise, LAST_STEPS, f.shifts) for f in fits[:2]]
    fits.sort(key=lambda f: f.cost)
    around = _window(problem, fits[0], outline_px)
    plain_fit = _fit(around, plain, fits[0].unknowns, noise, LAST_STEPS, fits[0].shifts)
    is_angular = outline_px.area < L_FILL * outline_px.minimum_rotated_rectangle.area
    angular = _fit_l(around, plain_fit, outline_px, noise) if is_angular or not unfinished else None
    ranked = _ranked([plain_fit, angular])
    if fresh:
        bordered = _with_apron(around, height or options.height_m)
        simple = ranked[0]
        apron = _fit(bordered, simple.shape, simple.unknowns, noise, LAST_STEPS, simple.shifts)
        ranked = _ranked([*ranked, apron])
        around = bordered if ranked[0].free[APRON] else around
    best = ranked[0]
    narrower = _narrowed(around, best, options.window_px - 1 if best.free[APRON] else 2.5)
    narrow = _fit(narrower, best.shape, best.unknowns, noise, FIRST_STEPS, best.shifts)
    found = FittedFootprint(best, around.stack, (narrow.area_px, *_equally_good(fits, best)))
    _refuse_poor(found, outline_px, options, fresh)
    return found


def _agree(a: Fit, b: Fit) -> bool:
    """Whether two fits found the same thing, so that no further starting point is needed."""
    apart = float(np.hypot(*(a.unknowns[:2] - b.unknowns[:2])))
    return apart < 0.5 and abs(a.area_px / b.area_px - 1) < 0.03


def _ranked(fits: Sequence[Fit | None]) -> list[Fit]:
    """The best first; residuals are counted as independent as those of the closest fit are."""
    there = [fit for fit in fits if fit is not None]
    effective = min(there, key=lambda fit: fit.cost).effective
    return sorted(there, key=lambda fit: fit.penalised(effective))


def _equally_good(fits: Sequence[Fit], best: Fit) -> tuple[float, ...]:
    """Areas of rectangle fits from other starting points, if a rectangle is what was found."""
    is_plain = best.shape.sizes == 2 and not best.free[APRON]
    return tuple(f.area_px for f in fits) if is_plain else ()


# --- the ground around it -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ground:
    """Smooth functions that describe the ground: a plane, and a step for each side of the building."""

    basis: Array
    """(pixels, functions)."""

    slope: Array
    """(pixels, 2): the plane's x and y alone, for the roof."""

    ridge: Array
    """(functions,): how tightly each is held to zero, in units of the noise."""

    @classmethod
    def around(cls, outline_px: BaseGeometry, stack: Stack) -> _Ground:
        """Sides are those of the smallest rectangle around the outline."""
        cx, cy, angle, length, width = _box_of(outline_px)
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


def _soft(x: Array) -> Array:
    """From 0 to 1 over a few pixels."""
    result: Array = 0.5 * (1 + np.tanh(x / 1.5))
    return result


# --- one problem, one step ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Problem:
    """All that stays the same while a shape is fitted."""

    stack: Stack
    ground: _Ground
    reach: Array | None
    prior: Prior
    options: MeasureOptions
    has_apron: bool = False


def _prior(
    height: tuple[float, float], has_shadow: bool, options: MeasureOptions, has_apron: bool = False
) -> Prior:
    """Blur and height are known roughly; where and how large it is, is not known at all."""
    blur = float(np.log(np.hypot(options.psf_px, np.sqrt(1 / 12))))
    mean = np.array([0.0, 0.0, 0.0, blur, height[0], APRON_PX[0]])
    tall, wide = height[1] if has_shadow else 0.0, APRON_PX[1] if has_apron else 0.0
    sigma = np.array([np.inf, np.inf, np.inf, options.psf_spread, tall, wide])
    return Prior(mean, sigma)


@dataclass(frozen=True, slots=True)
class _Projected:
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


def _project(problem: _Problem, shape: Shape, unknowns: Array, shifts: Array, noise: Array) -> _Projected:
    """Draw the shape, solve for all brightnesses, and say what remains; robust in two rounds."""
    stack, ground = problem.stack, problem.ground
    picture = draw(shape, unknowns, shifts, stack.pixels, problem.reach, problem.has_apron)
    roof = picture.roof[..., None]
    columns = [(1 - roof) * ground.basis, roof, roof * ground.slope]
    ridge = [*ground.ridge, 1e-6, 0.3, 0.3]
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
    return _Projected(picture, design, weights, solver, coefficients, residual, cost)


def _jacobian(problem: _Problem, state: _Projected) -> Array:
    """(looks, pixels, bands, unknowns): how the prediction moves when brightnesses follow (Kaufman)."""
    functions = problem.ground.basis.shape[1]
    coefficients = state.coefficients
    ground = problem.ground.basis @ coefficients[:, :functions]
    roof = (
        coefficients[:, functions, None]
        + problem.ground.slope @ coefficients[:, functions + 1 : functions + 3]
    )
    moved = np.moveaxis(state.picture.roof_by, 0, -1)[:, :, None, :] * (roof - ground)[..., None]
    column = functions + 3
    for by in (state.picture.shadow_by, state.picture.apron_by):
        if by is not None:
            tone = coefficients[:, column]
            moved = moved + np.moveaxis(by, 0, -1)[:, :, None, :] * tone[:, None, :, None]
            column += 1
    looks, pixels, bands, unknowns = moved.shape
    flat = moved.reshape(looks, pixels, bands * unknowns)
    weighted = np.swapaxes(state.design * state.weights[..., None], 1, 2)
    flat = flat - state.design @ (state.solver @ (weighted @ flat))
    return flat.reshape(moved.shape)


def _normal_equations(
    problem: _Problem, state: _Projected, unknowns: Array, shifts: Array
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


def _penalty(problem: _Problem, unknowns: Array, shifts: Array) -> float:
    """What the priors charge."""
    prior = problem.prior
    known = np.isfinite(prior.sigma) & (prior.sigma > 0)
    off = (unknowns[:POSE] - prior.mean)[known] / prior.sigma[known]
    return CORRELATED * float(np.sum(off**2) + np.sum(shifts**2) / problem.options.shift_px**2)


def _fit(
    problem: _Problem, shape: Shape, start: Array, noise: Array, steps: int, shifts: Array | None = None
) -> Fit:
    """Levenberg–Marquardt with capped steps and robust weights."""
    unknowns = start.copy()
    shifts = np.zeros((len(problem.stack.values), 2)) if shifts is None else shifts.copy()
    count = unknowns.size
    free = np.ones(count + shifts.size, dtype=bool)
    free[:POSE] = problem.prior.sigma > 0
    state = _project(problem, shape, unknowns, shifts, noise)
    cost = state.cost + _penalty(problem, unknowns, shifts)
    damping = 1e-2
    hessian, gradient, pulls = _normal_equations(problem, state, unknowns, shifts)
    for _ in range(steps):
        bent = hessian[np.ix_(free, free)]
        bent = bent + damping * np.diag(np.diag(bent)) + 1e-9 * np.eye(len(bent))
        step = np.zeros(free.size)
        step[free] = np.linalg.solve(bent, gradient[free])
        step[:count] = _capped(step[:count], unknowns)
        tried, tried_shifts = (
            unknowns + step[:count],
            shifts + np.clip(step[count:], -0.5, 0.5).reshape(-1, 2),
        )
        tried[POSE : POSE + 2] = np.maximum(tried[POSE : POSE + 2], 1.0)
        tried[POSE + 2 :] = np.clip(tried[POSE + 2 :], 0.3, 0.92 * tried[POSE : POSE + tried.size - POSE - 2])
        tried[HEIGHT] = np.clip(tried[HEIGHT], 0.0, 80.0)
        tried[APRON] = np.clip(tried[APRON], 0.7, 5.0)
        new = _project(problem, shape, tried, tried_shifts, noise)
        new_cost = new.cost + _penalty(problem, tried, tried_shifts)
        if new_cost < cost:
            gain, cost, state, unknowns, shifts = cost - new_cost, new_cost, new, tried, tried_shifts
            damping = max(damping / 5, 1e-4)
            hessian, gradient, pulls = _normal_equations(problem, state, unknowns, shifts)
            if gain < 1e-4 * max(cost, 1.0) and np.abs(step[:2]).max() < 0.01:
                break
        else:
            damping *= 8
            if damping > 1e4:
                break
    return _sum_up(problem, shape, unknowns, shifts, state, cost, noise, hessian, pulls, free)


def _capped(step: Array, unknowns: Array) -> Array:
    """No step so long that the picture would no longer be like its tangent."""
    caps = np.array([1.5, 1.5, 0.15, 0.1, 3.0, 0.7])
    most = np.concatenate([caps, 0.2 * unknowns[POSE:] + 0.7])
    return np.clip(step, -most, most)


def _sum_up(
    problem: _Problem,
    shape: Shape,
    unknowns: Array,
    shifts: Array,
    state: _Projected,
    cost: float,
    noise: Array,
    hessian: Array,
    pulls: Array,
    free: npt.NDArray[np.bool_],
) -> Fit:
    functions = problem.ground.basis.shape[1]
    coefficients = state.coefficients * noise
    roof = state.picture.roof
    ground = problem.ground.basis @ coefficients[:, :functions]
    rim = ((roof > 0.1) & (roof < 0.9)) | (roof > 0.5)
    under = np.einsum("ln,lnb->lb", rim.astype(float), ground) / np.maximum(rim.sum(axis=1), 1)[:, None]
    contrast = np.median(coefficients[:, functions] - under, axis=0)
    dark = (
        coefficients[:, functions + 3] if state.picture.shadow is not None else np.zeros(contrast.shape)[None]
    )
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


def _explained(problem: _Problem, state: _Projected, noise: Array) -> float:
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


def _effective(problem: _Problem, state: _Projected) -> float:
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


# --- where to start -------------------------------------------------------------------------------------


def _starts(stack: Stack, outline_px: BaseGeometry, options: MeasureOptions) -> list[Array]:
    """Starting points: the outline given, what stands out of the images, and the outline turned a little."""
    blur = float(np.log(np.hypot(options.psf_px, np.sqrt(1 / 12))))

    def at(cx: float, cy: float, angle: float, length: float, width: float) -> Array:
        pose = [cx, cy, angle, blur, options.height_m[0], APRON_PX[0]]
        return np.array([*pose, max(length, 1.5), max(width, 1.5)])

    cx, cy, angle, length, width = _box_of(outline_px)
    fill = float(np.sqrt(outline_px.area / max(length * width, 1e-9)))
    starts = [at(cx, cy, angle, length * fill, width * fill)]
    seen = _stands_out(stack, outline_px)
    if seen is not None:
        starts.append(at(*_box_of(seen)))
    starts += [at(cx, cy, angle + turn, length * fill * 0.95, width * fill * 0.95) for turn in (0.25, -0.25)]
    return starts


def _box_of(outline: BaseGeometry) -> tuple[float, float, float, float, float]:
    """Centre, angle, length and width of the smallest rectangle around an outline, px."""
    ring = np.asarray(outline.minimum_rotated_rectangle.exterior.coords)[:4]
    first, second = ring[1] - ring[0], ring[2] - ring[1]
    if np.hypot(*first) < np.hypot(*second):
        first, second = second, first
    centre = ring.mean(axis=0)
    angle = float(np.arctan2(first[1], first[0]))
    return float(centre[0]), float(centre[1]), angle, float(np.hypot(*first)), float(np.hypot(*second))


def cover_of(stack: Stack, outline_px: BaseGeometry) -> Array | None:
    """
    Share of each pixel that looks like the inside of the outline rather than like the ground around it.

    (pixels,), about 0 to 1; None if the two cannot be told apart or one of them has no pixels.
    """
    x, y = stack.pixels.T
    core = contains_xy(outline_px.buffer(-1.2), x, y)
    if np.count_nonzero(core) < 4:
        core = contains_xy(outline_px, x, y)
    ring = ~contains_xy(outline_px.buffer(1.2), x, y)
    if np.count_nonzero(core) < 3 or np.count_nonzero(ring) < 8:
        return None
    masked = np.where(stack.usable[..., None], stack.values, np.nan)
    with np.errstate(all="ignore"):
        inner, outer = np.nanmedian(masked[:, core], axis=1), np.nanmedian(masked[:, ring], axis=1)
        spread = 1.4826 * np.nanmedian(np.abs(masked[:, ring] - outer[:, None]), axis=1)
        spread = np.maximum(np.nan_to_num(spread), SMALLEST_NOISE)
        towards = np.nan_to_num((inner - outer) / spread)  # (looks, bands)
        length = float(np.sum(towards**2))
        if length < 1e-6:
            return None
        off = np.nan_to_num((masked - outer[:, None]) / spread[:, None])
    cover: Array = np.einsum("lnb,lb->n", off, towards) / length
    return cover


def _stands_out(stack: Stack, outline_px: BaseGeometry) -> BaseGeometry | None:
    """The connected ground that looks like the inside of the outline; None if it does not stand out."""
    cover = cover_of(stack, outline_px)
    if cover is None:
        return None
    corner = np.floor(stack.pixels.min(axis=0)).astype(int)
    col, row = (np.floor(stack.pixels).astype(int) - corner).T
    picture = np.zeros((row.max() + 1, col.max() + 1), dtype=bool)
    picture[row, col] = cover > 0.5
    picture = ndimage.binary_opening(picture) if picture.sum() > 40 else picture
    labels, count = ndimage.label(picture)
    if count == 0:
        return None
    in_outline = contains_xy(outline_px, stack.pixels[:, 0], stack.pixels[:, 1])
    sizes = np.bincount(labels[row, col][in_outline], minlength=count + 1)[1:]
    if sizes.max(initial=0) < 4:
        return None
    rows, cols = np.nonzero(labels == sizes.argmax() + 1)
    points = MultiPoint(np.stack([cols + corner[0] + 0.5, rows + corner[1] + 0.5], axis=1))
    hull = points.convex_hull.buffer(0.5, join_style="mitre")
    return hull if isinstance(hull, Polygon) and hull.area > 4 else None


def _noise(problem: _Problem, starts: Sequence[Array]) -> Array:
    """(looks, 1, bands): what remains after the best of the starting points."""
    stack = problem.stack
    flat = np.full((len(stack.values), 1, stack.values.shape[2]), 0.02)
    shifts = np.zeros((len(stack.values), 2))
    states = [_project(problem, rectangle(), s, shifts, flat) for s in starts]
    best = min(states, key=lambda s: s.cost)
    noise: Array = _spread(stack, best.residual) * flat
    return noise


def _residual_noise(problem: _Problem, fit: Fit) -> Array:
    """(looks, 1, bands): what remains after a fit."""
    state = _project(problem, fit.shape, fit.unknowns, fit.shifts, fit.noise)
    return np.maximum(_spread(problem.stack, state.residual) * fit.noise, SMALLEST_NOISE)


def _spread(stack: Stack, residual: Array) -> Array:
    """(looks, 1, bands): robust standard deviation of residuals."""
    masked = np.where(stack.usable[..., None], np.abs(residual), np.nan)
    spread: Array = 1.4826 * np.nanmedian(masked, axis=1, keepdims=True)
    floored: Array = np.maximum(np.nan_to_num(spread, nan=1.0), 0.05)
    return floored


# --- window and shape -----------------------------------------------------------------------------------


def _window(problem: _Problem, fit: Fit, outline_px: BaseGeometry) -> _Problem:
    """The same problem with ground described around the fit, and only pixels near it."""
    outline = fit.shape.outline(fit.unknowns)
    both = outline.union(outline_px)
    near = contains_xy(both.buffer(problem.options.window_px, join_style="mitre"), *problem.stack.pixels.T)
    if np.count_nonzero(near) < 40:
        return problem
    stack = replace(
        problem.stack,
        values=problem.stack.values[:, near],
        usable=problem.stack.usable[:, near],
        pixels=problem.stack.pixels[near],
    )
    return replace(problem, stack=stack, ground=_Ground.around(outline, stack))


def _narrowed(problem: _Problem, fit: Fit, margin: float) -> _Problem:
    options = replace(problem.options, window_px=margin)
    narrowed = _window(replace(problem, options=options), fit, fit.shape.outline(fit.unknowns))
    return replace(narrowed, options=problem.options)


def _with_apron(problem: _Problem, height: tuple[float, float]) -> _Problem:
    """The same problem with a border of other ground around the building."""
    prior = _prior(height, problem.reach is not None, problem.options, has_apron=True)
    return replace(problem, prior=prior, has_apron=True)


def _fit_l(problem: _Problem, plain: Fit, outline_px: BaseGeometry, noise: Array) -> Fit | None:
    """The best L-shape, if a corner of the rectangle, or of the one around the outline, is like empty."""
    length, width = plain.unknowns[POSE : POSE + 2]
    if min(length, width) < 6 or length * width < 60:
        return None
    starts = [_emptiest_corner(problem, plain.unknowns, plain.shifts, noise)]
    if outline_px.area < L_FILL * outline_px.minimum_rotated_rectangle.area:
        cx, cy, angle, out_length, out_width = _box_of(outline_px)
        whole = np.concatenate([[cx, cy, angle], plain.unknowns[3:POSE], [out_length, out_width]])
        starts.append(_emptiest_corner(problem, whole, plain.shifts, noise))
    fits = [
        _fit(problem, shape, start, noise, LAST_STEPS, plain.shifts)
        for cost, shape, start in starts
        if cost < 1.6 * plain.cost or len(starts) > 1
    ]
    return min(fits, key=lambda fit: fit.cost, default=None)


def _emptiest_corner(
    problem: _Problem, whole: Array, shifts: Array, noise: Array
) -> tuple[float, Shape, Array]:
    """Misfit, shape and unknowns of the best of a few L-shapes inside a rectangle."""
    tried = []
    for side_u, side_v in product((-1, 1), repeat=2):
        shape = l_shape(side_u, side_v)
        for lost_u, lost_v in product((0.3, 0.6), repeat=2):
            length, width = whole[POSE : POSE + 2]
            start = np.concatenate([whole[: POSE + 2], [lost_u * length, lost_v * width]])
            tried.append((_project(problem, shape, start, shifts, noise).cost, shape, start))
    return min(tried, key=lambda t: t[0])


# --- the gate -------------------------------------------------------------------------------------------


def _refuse_hopeless(outline_px: BaseGeometry) -> None:
    """Raise NotMeasured before any fit where the outline is too small or too ragged to be one building's."""
    around = float(outline_px.minimum_rotated_rectangle.area)
    if outline_px.area < 9:
        raise NotMeasured("it is smaller than 3 by 3 pixels")
    if outline_px.area < MIN_FILL * around:
        raise NotMeasured("its outline is too irregular for a rectangle or L-shape")


def _refuse_poor(
    found: FittedFootprint, outline_px: BaseGeometry, options: MeasureOptions, fresh: bool
) -> None:
    """Raise NotMeasured when the fit should not be believed."""
    best = found.best
    fitted = best.shape.outline(best.unknowns)
    contrast = float(np.abs(best.contrast).max())
    if min(best.sides_px) < options.min_side_px:
        raise NotMeasured(f"it is narrower than {options.min_side_px:.0f} pixels")
    if contrast < options.min_contrast:
        raise NotMeasured(f"the roof hardly differs from the ground around it ({contrast:.2f})")
    overlap = fitted.intersection(outline_px).area / fitted.union(outline_px).area
    beyond = fitted.difference(outline_px.buffer(NEAR_PX)).area / fitted.area
    missed = 0.0 if fresh else outline_px.difference(fitted.buffer(NEAR_PX)).area / outline_px.area
    if overlap < MIN_OVERLAP or beyond > MOST_BEYOND or missed > MOST_BEYOND:
        raise NotMeasured("the fit left the outline it started from")
    leeway = 0.2 * float(np.clip(best.area_px / FEW_PX - 1, 0, 1))
    if best.explained < options.min_explained - leeway:
        raise NotMeasured(
            f"no rectangle or L-shape explains what is seen ({best.explained:.0%} of the variance)"
        )
    for area in found.variants_px:
        if abs(area / best.area_px - 1) > options.max_disagreement:
            raise NotMeasured("fits from different starting points or windows disagree")
