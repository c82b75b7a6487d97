"""
Candidates for the outline of a building: where to start, which shape, on which ground; the clearest looks choose among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from shapely.geometry.base import BaseGeometry

from siteline.measure.blur import Array
from siteline.measure.fitted.cover import stands_out
from siteline.measure.fitted.fit import Fit, fit
from siteline.measure.fitted.ground import box_of
from siteline.measure.fitted.light import (
    MARGIN_PX,
    Problem,
    light_up,
    make_prior,
    noise_left,
    project,
    spread_of,
)
from siteline.measure.fitted.noise import by_band
from siteline.measure.fitted.picture import Form, draw, with_plot
from siteline.measure.fitted.shape import ANGLE, HEIGHT, MARGIN, POSE, Shape, rectangle, squared
from siteline.measure.fitted.walls import propose, propose_round

FIRST_LOOKS, MANY_PX = 2, 350
"""So many looks choose the shape, on every other pixel if there are more than these; all of them measure it."""

FIRST_STEPS, AGAIN_STEPS = 7, 3
LEAST_MARGIN_PX = 1.3
"""A plot that reaches nowhere farther than this is only the blur of the walls."""

NEAR_RIVAL = 2.0
"""A fit whose misfit is no more than so many times the best one's may still become the best."""

RIDGE_BELOW = 0.97
"""Where a plain roof explains more than this, no other form of roof is looked for."""

PITCHED = (Form.GABLE, Form.HIP, Form.ARCH)

RIDGE_NUMBERS = 1.0
"""Each further tone of the roof costs as much as so many numbers of the outline."""

ROUND_IS_RARE = 6.0
"""One building in twenty is round, twice the logarithm: so much evidence it takes to call one so."""

ARCH_IS_RARE = 7.8
"""One hall in fifty is arched, twice the logarithm."""

ROUND_WORSE, ROUND_BEHIND = 1.15, 40.0
"""A round shape is fitted only where it is no worse than this share of its rectangle's misfit before, and where no shape is
farther ahead of that rectangle."""

MOST_EDITS = 3
"""A shape is built up from a rectangle in at most so many pieces more or less."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What an outline says of the footprint before looking."""

    mean: float
    spread: float
    """Mean and one-sigma spread of the logarithm of the footprint's area over the outline's."""

    has_plot: bool
    """Whether ground around it is known to be disturbed."""


DRAWN_BELIEF = Belief(0.0, 0.2, has_plot=False)
EVENT_BELIEF = Belief(-0.3, 0.5, has_plot=True)
"""A detection's outline often holds the ground that was cleared for the building."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A fit with what speaks against it; lower is better."""

    fit: Fit
    problem: Problem
    against: float


Tried = list[tuple[Problem, Fit]]
"""Fits with what they were made of."""


def candidates(whole: Problem, outline_px: BaseGeometry, belief: Belief, is_angular: bool) -> list[Ranked]:
    """
    Shapes fitted to the first looks, the best first.

    Rectangles from several starts and the shape that was drawn, each on plain ground and on a plot; roofs that are not flat
    where a plain one explains too little; and, where the shape may have wings (is_angular), what the pixels ask to change.
    """
    few = _first_looks(whole)
    starts = _starts(few, outline_px)
    fits, noise = _plain(few, starts, belief)
    drawn = _as_drawn(outline_px, starts[0])
    if drawn[0] != rectangle():
        fits.append((few, fit(few, *drawn, noise, FIRST_STEPS)))
    closest = min((f for _, f in fits), key=lambda f: f.cost)
    inside = [_within(drawn[1], closest, share) for share in (1.0, 0.8)]
    fits += _on_plots(few, [(closest.shape, closest.unknowns), *((drawn[0], at) for at in inside)], noise)
    leader = rank(fits, outline_px, belief)[0].fit
    is_plain = drawn[0] == leader.shape == rectangle()
    if is_plain and (leader.explained < RIDGE_BELOW or leader.area_px < 0.8 * outline_px.area):
        fits += _pitched(few, inside[0], noise)
    fits += _rounded(rank(fits, outline_px, belief), noise)
    ranked = rank(fits, outline_px, belief)
    return _edited(ranked, noise, outline_px, belief) if is_angular else ranked


def _rounded(ranked: Sequence[Ranked], noise: Array) -> Tried:
    """
    A circle, or a hall with round ends, where the corners of the leading rectangle look like ground.

    Drawn where the rectangle lies, and not fitted yet, it must explain the looks nearly as well as the rectangle.
    """
    fits: Tried = []
    leader = next(
        (r for r in ranked if r.fit.shape == rectangle() and r.problem.makeup.roof is Form.FLAT), None
    )
    if leader is None or leader.against > ranked[0].against + ROUND_BEHIND:
        return fits
    problem, shifts = leader.problem, leader.fit.shifts
    for shape, start in propose_round(problem, leader.fit):
        if project(problem, shape, start, shifts, noise).cost < ROUND_WORSE * leader.fit.cost:
            fits.append((problem, fit(problem, shape, start, noise, FIRST_STEPS, shifts)))
    return fits


def _first_looks(problem: Problem) -> Problem:
    """The same problem on its first looks only, and on every other pixel where there are many."""
    stack = problem.stack
    col, row = np.floor(stack.pixels).astype(int).T
    kept = (col + row) % 2 == 0 if len(stack.pixels) > MANY_PX else np.ones(len(stack.pixels), dtype=bool)
    return replace(
        problem,
        stack=stack.at(slice(FIRST_LOOKS), kept),
        ground=problem.ground.at(kept),
        view=problem.view.first(FIRST_LOOKS),
    )


def _plain(few: Problem, starts: Sequence[Array], belief: Belief) -> tuple[Tried, Array]:
    """Rectangles on plain ground, and the noise that is left."""
    noise = _noise(few, starts)
    fits = [fit(few, rectangle(), start, noise, FIRST_STEPS) for start in starts[:2]]
    if belief.has_plot and (len(fits) < 2 or not _agree(*fits)):
        fits += [fit(few, rectangle(), start, noise, FIRST_STEPS) for start in starts[2:]]
    closest = min(fits, key=lambda f: f.cost)
    noise, _ = noise_left(few, closest.shape, closest.unknowns, closest.shifts, closest.noise)
    again = [fit(few, rectangle(), f.unknowns, noise, AGAIN_STEPS, f.shifts) for f in _distinct(fits)]
    return [(few, f) for f in again], noise


def _on_plots(few: Problem, starts: Sequence[tuple[Shape, Array]], noise: Array) -> Tried:
    """The same shapes on a plot of other ground, where there is one."""
    bordered = _on_a_plot(few)
    fits: Tried = []
    for shape, unknowns in starts:
        found = fit(bordered, shape, _with_margins(bordered, shape, unknowns, noise), noise, FIRST_STEPS)
        if found.unknowns[MARGIN].max() >= LEAST_MARGIN_PX:
            fits.append((bordered, found))
    return fits


def _pitched(few: Problem, start: Array, noise: Array) -> Tried:
    """A rectangle with roofs that are not flat, on plain ground and on a plot."""
    bordered = _on_a_plot(few)
    starts = ((few, start), (bordered, _with_margins(bordered, rectangle(), start, noise)))
    fits: Tried = []
    for form in PITCHED:
        for problem, at in starts:
            pitched = replace(problem, makeup=replace(problem.makeup, roof=form))
            fits.append((pitched, fit(pitched, rectangle(), at, noise, FIRST_STEPS)))
    return fits


def _edited(ranked: list[Ranked], noise: Array, outline_px: BaseGeometry, belief: Belief) -> list[Ranked]:
    """The same and what comes of them when pieces are added or taken away, as long as the pixels ask for it."""
    edited: list[Fit] = []
    for _ in range(MOST_EDITS):
        leaders = [leader for leader in _leaders(ranked) if not any(leader.fit is e for e in edited)]
        edited += [leader.fit for leader in leaders]
        made = [
            (each.problem, fit(each.problem, piece.shape, piece.start, noise, FIRST_STEPS, each.fit.shifts))
            for each in leaders
            for piece in propose(each.problem, each.fit)
        ]
        if not made:
            break
        ranked = rank([*((r.problem, r.fit) for r in ranked), *made], outline_px, belief)
    return ranked


def _leaders(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The best, and the best of those on a plot where it is not, or the other way round: a plot may hide a wing."""
    other = next((r for r in ranked if r.problem.makeup.has_plot != ranked[0].problem.makeup.has_plot), None)
    is_near = other is not None and other.against < NEAR_RIVAL * ranked[0].against
    return [ranked[0], other] if other is not None and is_near else [ranked[0]]


def _distinct(fits: Sequence[Fit]) -> list[Fit]:
    """The best two that found different things."""
    kept: list[Fit] = []
    for each in sorted(fits, key=lambda f: f.cost):
        if len(kept) < 2 and not any(_agree(each, other) for other in kept):
            kept.append(each)
    return kept


def _agree(a: Fit, b: Fit) -> bool:
    """Whether two fits found the same thing."""
    one, other = a.shape.outline(a.unknowns), b.shape.outline(b.unknowns)
    apart = float(one.symmetric_difference(other).area)
    return bool(apart < 0.05 * max(one.area, other.area))


def rank(fits: Sequence[tuple[Problem, Fit]], outline_px: BaseGeometry, belief: Belief) -> list[Ranked]:
    """The best first; residuals are counted as independent as those of the closest fit are."""
    effective = min((f for _, f in fits), key=lambda f: f.cost).effective
    ranked = []
    for problem, each in fits:
        off = (float(np.log(max(each.area_px, 1.0) / outline_px.area)) - belief.mean) / belief.spread
        plot = 4 * float(np.log(max(effective, 2.0))) if problem.makeup.has_plot and belief.has_plot else 0.0
        tones = RIDGE_NUMBERS * problem.makeup.roof.tones * float(np.log(max(effective, 2.0)))
        rare = ROUND_IS_RARE if each.shape.rounded is not None else 0.0
        rare += ARCH_IS_RARE if problem.makeup.roof is Form.ARCH else 0.0
        ranked.append(Ranked(each, problem, each.penalised(effective) + off**2 - plot + tones + rare))
    return sorted(ranked, key=lambda r: r.against)


def _on_a_plot(problem: Problem) -> Problem:
    """The same problem with a rectangle of other ground that the building stands on."""
    height = (
        float(problem.prior.mean[HEIGHT]),
        float(problem.prior.sigma[HEIGHT]) or problem.options.height_m[1],
    )
    prior = make_prior(height, bool(problem.prior.sigma[HEIGHT]), problem.options, has_plot=True)
    return replace(problem, prior=prior, makeup=replace(problem.makeup, has_plot=True))


def _within(drawn: Array, closest: Fit, share: float) -> Array:
    """The outline as it was drawn, smaller, turned as what fits best: what fits best may be the plot it stands on."""
    start = drawn.copy()
    turn = (closest.unknowns[ANGLE] - start[ANGLE] + np.pi / 4) % (np.pi / 2) - np.pi / 4
    start[ANGLE] += turn
    start[POSE:] *= share
    return start


def _with_margins(problem: Problem, shape: Shape, unknowns: Array, noise: Array) -> Array:
    """The unknowns with the margins, side by side, that explain most."""
    start, shifts = unknowns.copy(), np.zeros((len(problem.stack.values), 2))
    start[MARGIN] = MARGIN_PX[0]
    pixels, bare = problem.stack.pixels, replace(problem.makeup, has_plot=False)
    picture = draw(shape, start, shifts, pixels, problem.view, bare, moves=False)
    for place in range(MARGIN.start, MARGIN.stop):
        costs = []
        for margin in (0.5, 4.0):
            start[place] = margin
            on_plot = with_plot(picture, shape, start, shifts, pixels)
            costs.append((light_up(problem, on_plot, noise).cost, margin))
        start[place] = min(costs)[1]
    return start


def _as_drawn(outline_px: BaseGeometry, plain: Array) -> tuple[Shape, Array]:
    """The rectilinear shape that the outline means; the plain rectangle about it where it means none."""
    cx, cy, angle, _, width = box_of(outline_px)
    read = squared(outline_px, angle, (cx, cy), max(1.2, 0.08 * width))
    if read is None or read[0].walls > 10:
        return rectangle(), plain
    return read[0], np.concatenate([plain[:POSE], read[1]])


def _starts(problem: Problem, outline_px: BaseGeometry) -> list[Array]:
    """Starting points: the outline given, what stands out of the images, and the outline turned a little."""
    pose = problem.prior.mean.copy()

    def at(cx: float, cy: float, angle: float, length: float, width: float) -> Array:
        here = pose.copy()
        here[:3] = cx, cy, angle
        half_u, half_v = max(length, 1.5) / 2, max(width, 1.5) / 2
        return np.concatenate([here, [-half_u, half_u, -half_v, half_v]])

    cx, cy, angle, length, width = box_of(outline_px)
    fill = float(np.sqrt(outline_px.area / max(length * width, 1e-9)))
    starts = [at(cx, cy, angle, length * fill, width * fill)]
    seen = stands_out(problem.stack, outline_px)
    if seen is not None:
        starts.append(at(*box_of(seen)))
    starts += [at(cx, cy, angle + turn, length * fill * 0.95, width * fill * 0.95) for turn in (0.25, -0.25)]
    return starts


def _noise(problem: Problem, starts: Sequence[Array]) -> Array:
    """What remains in each band after the best of the starting points."""
    stack = problem.stack
    flat = np.full((len(stack.values), stack.values.shape[2]), 0.02)
    shifts = np.zeros((len(stack.values), 2))
    states = [project(problem, rectangle(), s, shifts, by_band(flat)) for s in starts]
    best = min(states, key=lambda s: s.cost)
    return by_band(spread_of(stack, best.residual) * flat)
