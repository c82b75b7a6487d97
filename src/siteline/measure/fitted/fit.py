"""
One shape fitted to several looks at once: the least squares, and what the fit says of itself.

Each look may be shifted a little; the outline is shared by all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from siteline.measure.blur import Array, move_light
from siteline.measure.fitted.ground import blocks_of
from siteline.measure.fitted.light import Problem, Projected, project
from siteline.measure.fitted.noise import in_noise
from siteline.measure.fitted.shape import HEIGHT, MARGIN, POSE, Shape

CORRELATED = 20.0
"""So many residuals count as one when data are weighed against priors: ground texture is in all looks."""

SETTLED = 1e-3
"""A step that lowers the misfit by less than this share is the last."""

TALLEST_M, WIDEST_PX = 80.0, 12.0
"""No height, and no margin of a plot, is fitted beyond this."""


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
    """(looks, bands, bands): residual noise that the cost is in."""

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


@dataclass(frozen=True, slots=True)
class _Linear:
    """The tangent of a problem at one place: how the prediction moves, and the normal equations."""

    active: npt.NDArray[np.intp]
    """Places of the unknowns that move anything."""

    moved: Array
    """(looks, active, bands, pixels): with brightnesses held."""

    along: Array
    """(looks, active × bands, columns): what brightnesses would take up of it."""

    hessian: Array
    gradient: Array
    """Of unknowns and shifts together."""


def _moved(problem: Problem, state: Projected, active: npt.NDArray[np.intp]) -> Array:
    """(looks, active, bands, pixels): how the prediction moves with each unknown while brightnesses stay."""
    light = state.light(problem.ground)
    step = np.ascontiguousarray(np.swapaxes(light.roof - light.ground, 1, 2))
    moved = np.zeros((len(step), len(active), *step.shape[1:]))
    move_light(state.picture.roof.by, active, step, moved)
    for layer, tone in zip(state.picture.beside, light.beside, strict=True):
        move_light(layer.by, active, np.ascontiguousarray(tone)[..., None], moved)
    return moved


def _linearised(problem: Problem, state: Projected, unknowns: Array, shifts: Array) -> _Linear:
    """Brightnesses follow every move (Kaufman); the products are taken without forming what remains of it."""
    total = unknowns.size
    active = np.array(
        [k for k in range(total) if problem.makeup.has_plot or not MARGIN.start <= k < MARGIN.stop]
    )
    moved = _moved(problem, state, active)
    looks, count, bands, pixels = moved.shape
    heavy = state.design * state.weights[:, None]  # (looks, columns, pixels)
    along = moved.reshape(looks, count * bands, pixels) @ np.swapaxes(heavy, 1, 2)
    inner = 2 * state.solver - state.solver @ (heavy @ np.swapaxes(state.design, 1, 2)) @ state.solver
    taken, by_unknown = (along @ inner).reshape(looks, count, -1), along.reshape(looks, count, -1)
    flat = (moved * state.weights[:, None, None]).reshape(looks, count, -1)
    own = flat @ np.swapaxes(moved.reshape(looks, count, -1), 1, 2) - taken @ np.swapaxes(by_unknown, 1, 2)
    remains = np.ascontiguousarray(np.swapaxes(state.residual, 1, 2)).reshape(looks, -1, 1)
    left = np.swapaxes(heavy @ state.residual, 1, 2) @ state.solver  # (looks, bands, columns)
    pull = (flat @ remains - by_unknown @ left.reshape(looks, -1, 1))[..., 0]
    hessian = np.zeros((total + 2 * looks, total + 2 * looks))
    gradient = np.zeros(total + 2 * looks)
    hessian[np.ix_(active, active)] = own.sum(axis=0)
    gradient[active] = pull.sum(axis=0)
    stiff = CORRELATED / problem.options.shift_px**2
    for i in range(looks):
        here = slice(total + 2 * i, total + 2 * i + 2)
        hessian[active, here] = own[i][:, :2]
        hessian[here, active] = own[i][:2]
        hessian[here, here] = own[i][:2, :2] + np.eye(2) * stiff
        gradient[here] = pull[i, :2] - shifts[i] * stiff
    known = np.isfinite(problem.prior.sigma) & (problem.prior.sigma > 0)
    tight = np.zeros(POSE)
    tight[known] = CORRELATED / problem.prior.sigma[known] ** 2
    hessian[np.arange(POSE), np.arange(POSE)] += tight
    gradient[:POSE] -= tight * (unknowns[:POSE] - np.where(known, problem.prior.mean, 0.0))
    return _Linear(active, moved, along, hessian, gradient)


def _pulls(state: Projected, tangent: _Linear, unknowns: int) -> Array:
    """(looks, pixels, unknowns): what each pixel of each look pulls."""
    follows = tangent.along @ state.solver @ state.design
    jacobian = tangent.moved - follows.reshape(tangent.moved.shape)
    pulled = np.zeros((*state.weights.shape, unknowns))
    heavy = state.residual * state.weights[..., None]
    pulled[..., tangent.active] = np.einsum("lkbn,lnb->lnk", jacobian, heavy)
    return pulled


def _penalty(problem: Problem, unknowns: Array, shifts: Array) -> float:
    """What the priors charge."""
    prior = problem.prior
    known = np.isfinite(prior.sigma) & (prior.sigma > 0)
    off = (unknowns[:POSE] - prior.mean)[known] / prior.sigma[known]
    return CORRELATED * float(np.sum(off**2) + np.sum(shifts**2) / problem.options.shift_px**2)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a search stands."""

    unknowns: Array
    shifts: Array
    state: Projected
    cost: float


def _stand(problem: Problem, shape: Shape, unknowns: Array, shifts: Array, noise: Array) -> _Place:
    state = project(problem, shape, unknowns, shifts, noise, moves=True)
    return _Place(unknowns, shifts, state, state.cost + _penalty(problem, unknowns, shifts))


def fit(
    problem: Problem, shape: Shape, start: Array, noise: Array, steps: int, shifts: Array | None = None
) -> Fit:
    """Levenberg–Marquardt with capped steps and robust weights."""
    count, looks = start.size, len(problem.stack.values)
    free = np.ones(count + 2 * looks, dtype=bool)
    free[:POSE] = problem.prior.sigma > 0
    free[shape.redundant(count)] = False
    places = np.ix_(free, free)
    here = _stand(problem, shape, start.copy(), np.zeros((looks, 2)) if shifts is None else shifts, noise)
    tangent = _linearised(problem, here.state, here.unknowns, here.shifts)
    damping = 1e-2
    for _ in range(steps):
        bent = tangent.hessian[places]
        bent = bent + damping * np.diag(np.diag(bent)) + 1e-9 * np.eye(len(bent))
        step = np.zeros(free.size)
        step[free] = np.linalg.solve(bent, tangent.gradient[free])
        tried = _stepped(shape, here.unknowns, step[:count])
        tried_shifts = here.shifts + np.clip(step[count:], -0.5, 0.5).reshape(-1, 2)
        there = _stand(problem, shape, tried, tried_shifts, noise)
        if there.cost < here.cost:
            gain, here = here.cost - there.cost, there
            damping = max(damping / 5, 1e-4)
            tangent = _linearised(problem, here.state, here.unknowns, here.shifts)
            if gain < SETTLED * max(here.cost, 1.0):
                break
        else:
            damping *= 8
            if damping > 1e3:
                break
    return _sum_up(problem, shape, here, tangent, noise, free)


def _stepped(shape: Shape, unknowns: Array, step: Array) -> Array:
    """One step further, none so long that the picture would no longer be like its tangent."""
    longest = max(float(np.ptp(walls)) for walls in shape.split(unknowns))
    wall = 1.0 + 0.08 * longest
    most = np.concatenate([[0.0, 0.0, 0.15, 0.1, 3.0, 2.0, 2.0, 2.0, 2.0], np.full(shape.walls, wall)])
    tried = shape.spread(unknowns + np.clip(step, -most, most))
    tried[HEIGHT] = np.clip(tried[HEIGHT], 0.0, TALLEST_M)
    tried[MARGIN] = np.clip(tried[MARGIN], 0.3, WIDEST_PX)
    return tried


def _sum_up(
    problem: Problem, shape: Shape, at: _Place, tangent: _Linear, noise: Array, free: npt.NDArray[np.bool_]
) -> Fit:
    light = at.state.light(problem.ground)
    roof = at.state.picture.roof.share
    rim = ((roof > 0.1) & (roof < 0.9)) | (roof > 0.5)
    under = np.einsum("ln,lnb->lb", rim.astype(float), light.ground) / np.maximum(rim.sum(axis=1), 1)[:, None]
    contrast = np.median(_in_image(light.roof_tone - under, noise), axis=0)
    has_shadow = at.state.picture.shadow is not None
    return Fit(
        shape,
        at.unknowns,
        at.shifts,
        at.cost,
        noise,
        tangent.hessian,
        _pulls(at.state, tangent, at.unknowns.size),
        free,
        contrast,
        _in_image(light.beside[0], noise) if has_shadow else np.zeros(contrast.shape)[None],
        _share_explained(problem, at.state, noise),
        _effective(problem, at.state),
    )


def _in_image(tones: Array, noise: Array) -> Array:
    """(looks, bands) as the images have them, out of units of the noise."""
    shown: Array = np.einsum("lb,lbc->lc", tones, noise)
    return shown


def explained(problem: Problem, found: Fit, noise: Array) -> float:
    """Share of the variance about a plane that the outline of a fit explains where the noise is another."""
    state = project(problem, found.shape, found.unknowns, found.shifts, noise)
    return _share_explained(problem, state, noise)


def _share_explained(problem: Problem, state: Projected, noise: Array) -> float:
    """The same of what was drawn with that noise, with its own weights."""
    plane = problem.ground.basis[:, :3][None] * np.ones((len(noise), 1, 1))
    weighted = plane * state.weights[..., None]
    data = in_noise(problem.stack.values, noise)
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
