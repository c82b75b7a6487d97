"""
Find the outline of a building on several looks: where to start, which shape, and whether to believe it.

A poor fit is refused with its reason; it never falls back to counting pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from shapely import contains_xy
from shapely.geometry.base import BaseGeometry

from siteline.measure.blur import Array
from siteline.measure.fitted.cover import stands_out
from siteline.measure.fitted.fit import (
    MARGIN_PX,
    Fit,
    Ground,
    Problem,
    box_of,
    fit,
    make_prior,
    project,
    residual_noise,
    spread_of,
)
from siteline.measure.fitted.shape import ANGLE, MARGIN, POSE, Shape, rectangle, squared
from siteline.measure.fitted.walls import propose, share_unlike
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import Stack
from siteline.model.errors import NotMeasured

FIRST_LOOKS, MANY_PX = 2, 350
"""So many looks choose the shape, on every other pixel if there are more than these; all of them measure it."""

FIRST_STEPS, LAST_STEPS, NARROW_STEPS = 7, 10, 4
LEAST_MARGIN_PX = 1.3
"""A plot that reaches nowhere farther than this is only the blur of the walls."""

NEAR_RIVAL = 2.0
"""A fit whose misfit is no more than so many times the best one's may still become the best."""

RIDGE_BELOW = 0.97
"""Where a plain roof explains more than this, no second slope is looked for."""

RIDGE_NUMBERS = 1.0
"""A second tone of the roof costs as much as so many numbers of the outline."""

MOST_EDITS = 3
"""A shape is built up from a rectangle in at most so many pieces more or less."""

MIN_FILL = 0.40
"""Share of the rectangle around it that an outline must fill to be tried at all."""

MIN_OVERLAP, MOST_BEYOND, NEAR_PX = 0.3, 0.25, 2.0
"""A fit must share so much with the outline it started from; no more than so much of either may lie beyond the
other by two pixels."""

MOST_OFF = 0.5
"""Logarithm of the fitted area over a drawn one beyond which the fit has found something else."""


@dataclass(frozen=True, slots=True)
class _Belief:
    """What an outline says of the footprint before looking."""

    mean: float
    spread: float
    """Mean and one-sigma spread of the logarithm of the footprint's area over the outline's."""

    has_plot: bool
    """Whether ground around it is known to be disturbed."""


DRAWN_BELIEF = _Belief(0.0, 0.2, has_plot=False)
EVENT_BELIEF = _Belief(-0.3, 0.5, has_plot=True)
"""A detection's outline often holds the ground that was cleared for the building."""

MOST_UNLIKE = 0.1
"""Share of a finished roof's pixels that may look like the ground around it."""

MOST_BETWEEN = 0.2
"""Shapes that explain the looks about equally well may differ in area by so much (one sigma, relative)."""

CLOSE, APART = 10.0, 0.08
"""Candidates no farther behind than this, and of an area other by this share, are fitted to all looks before one is chosen."""


@dataclass(frozen=True, slots=True)
class FittedFootprint:
    """The best fit, and what others say of the area."""

    best: Fit
    stack: Stack
    """The pixels it was fitted to."""

    unlike: float
    """Share of the pixels inside it that look like ground."""

    narrow_px: float
    """Area of the same shape fitted on a narrower window, px²."""

    rivals: tuple[tuple[float, float], ...] = ()
    """(weight, area in px²) of other shapes that explain the looks almost as well; the best weighs 1."""

    @property
    def between_shapes(self) -> float:
        """Relative spread of the areas of all shapes, each with its weight."""
        area, total = self.best.area_px, 1 + sum(weight for weight, _ in self.rivals)
        return float(np.sqrt(sum(w * (other / area - 1) ** 2 for w, other in self.rivals) / total))


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A fit with what speaks against it; lower is better."""

    fit: Fit
    problem: Problem
    against: float


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
    newly built, and its outline that of a detection. unfinished: its roof may be patchy, so
    that a dark corner is no reason to call it an L-shape unless the outline is one.
    Raises NotMeasured with the reason.
    """
    _refuse_hopeless(outline_px)
    reach = stack.reach if height is not None else None
    prior = make_prior(height or options.height_m, reach is not None, options)
    whole = Problem(stack, Ground.around(outline_px, stack), reach, prior, options)
    few = _first_looks(whole)
    belief = EVENT_BELIEF if fresh else DRAWN_BELIEF
    is_angular = not unfinished or outline_px.area < 0.87 * outline_px.minimum_rotated_rectangle.area
    ranked = _candidates(few, outline_px, belief, is_angular)
    refusal: NotMeasured | None = None
    contenders = _on_all_looks(whole, _contenders(ranked), outline_px, belief)
    for candidate in contenders if fresh else contenders[:1]:
        found = _refitted(whole, candidate, ranked, outline_px)
        try:
            _refuse_poor(found, outline_px, options, fresh, unfinished)
        except NotMeasured as reason:
            refusal = refusal or reason
        else:
            return found
    assert refusal is not None
    raise refusal


# --- candidates -----------------------------------------------------------------------------------------


def _first_looks(problem: Problem) -> Problem:
    """The same problem on its first looks only, and on every other pixel where there are many."""
    stack = problem.stack
    col, row = np.floor(stack.pixels).astype(int).T
    kept = (col + row) % 2 == 0 if len(stack.pixels) > MANY_PX else np.ones(len(stack.pixels), dtype=bool)
    first = replace(
        stack,
        values=stack.values[:FIRST_LOOKS, kept],
        usable=stack.usable[:FIRST_LOOKS, kept],
        pixels=stack.pixels[kept],
        reach=None if stack.reach is None else stack.reach[:FIRST_LOOKS],
        scene_ids=stack.scene_ids[:FIRST_LOOKS],
    )
    ground = problem.ground.at(kept)
    return replace(
        problem,
        stack=first,
        ground=ground,
        reach=None if problem.reach is None else problem.reach[:FIRST_LOOKS],
    )


def _candidates(few: Problem, outline_px: BaseGeometry, belief: _Belief, is_angular: bool) -> list[_Ranked]:
    """Rectangles from several starts, the shape that was drawn, each on plain ground and on a plot; the best edited."""
    starts = _starts(few, outline_px)
    noise = _noise(few, starts)
    plain = rectangle()
    fits = [(few, fit(few, plain, start, noise, FIRST_STEPS)) for start in starts[:2]]
    if belief.has_plot and (len(fits) < 2 or not _agree(fits[0][1], fits[1][1])):
        fits += [(few, fit(few, plain, start, noise, FIRST_STEPS)) for start in starts[2:]]
    closest = min((f for _, f in fits), key=lambda f: f.cost)
    noise = residual_noise(few, closest)
    tried = _distinct([f for _, f in fits])
    fits = [(few, fit(few, plain, f.unknowns, noise, 3, f.shifts)) for f in tried]
    drawn = _as_drawn(outline_px, starts[0])
    if drawn[0] != plain:
        fits.append((few, fit(few, *drawn, noise, FIRST_STEPS)))
    closest = min((f for _, f in fits), key=lambda f: f.cost)
    bordered = _on_a_plot(few)
    inner = [(drawn[0], _within(drawn[1], closest, share)) for share in (1.0, 0.8)]
    for shape, unknowns in ((closest.shape, closest.unknowns), *inner):
        start = _with_margins(bordered, shape, unknowns, noise)
        on_plot = fit(bordered, shape, start, noise, FIRST_STEPS)
        if on_plot.unknowns[MARGIN].max() >= LEAST_MARGIN_PX:
            fits.append((bordered, on_plot))
    leader = _rank(fits, outline_px, belief)[0]
    is_plain = drawn[0] == plain and leader.fit.shape == plain
    if is_plain and (leader.fit.explained < RIDGE_BELOW or leader.fit.area_px < 0.8 * outline_px.area):
        for problem in (few, bordered):
            gabled = replace(problem, has_ridge=True)
            start = _with_margins(gabled, plain, inner[0][1], noise) if gabled.has_apron else inner[0][1]
            fits.append((gabled, fit(gabled, plain, start, noise, FIRST_STEPS)))
    ranked = _rank(fits, outline_px, belief)
    edited: list[Fit] = []
    for _ in range(MOST_EDITS if is_angular else 0):
        leaders = [leader for leader in _leaders(ranked) if not any(leader.fit is e for e in edited)]
        made = []
        for leader in leaders:
            edited.append(leader.fit)
            for piece in propose(leader.problem, leader.fit):
                with_it = fit(leader.problem, piece.shape, piece.start, noise, FIRST_STEPS, leader.fit.shifts)
                made.append((leader.problem, with_it))
        if not made:
            break
        ranked = _rank([*((r.problem, r.fit) for r in ranked), *made], outline_px, belief)
    return ranked


def _contenders(ranked: Sequence[_Ranked]) -> list[_Ranked]:
    """The best candidate, and those close behind it that say something else."""
    chosen = [ranked[0]]
    for other in ranked[1:]:
        is_close = other.against <= ranked[0].against + CLOSE
        if is_close and all(abs(other.fit.area_px / c.fit.area_px - 1) > APART for c in chosen):
            chosen.append(other)
    return chosen


def _on_all_looks(
    whole: Problem, contenders: list[_Ranked], outline_px: BaseGeometry, belief: _Belief
) -> list[_Ranked]:
    """The contenders, those first that explain all looks better."""
    if len(contenders) == 1:
        return contenders
    noise = _all_noise(contenders[0].fit, len(whole.stack.values))
    fits: list[tuple[Problem, Fit]] = []
    for each in contenders:
        full = _like(whole, each.problem)
        fits.append((full, fit(full, each.fit.shape, each.fit.unknowns, noise, NARROW_STEPS)))
    of = {id(one): each for (_, one), each in zip(fits, contenders, strict=True)}
    return [of[id(r.fit)] for r in _rank(fits, outline_px, belief)]


def _like(whole: Problem, few: Problem) -> Problem:
    """All looks, with what a candidate on the first ones was made of."""
    return replace(whole, prior=few.prior, has_apron=few.has_apron, has_ridge=few.has_ridge)


def _all_noise(found: Fit, looks: int) -> Array:
    """The noise of a fit to the first looks, its mean for the others."""
    noise = found.noise
    others = np.repeat(noise.mean(axis=0, keepdims=True), max(looks - len(noise), 0), axis=0)
    return np.concatenate([noise, others])[:looks]


def _leaders(ranked: Sequence[_Ranked]) -> list[_Ranked]:
    """The best, and the best of those on a plot where it is not, or the other way round: a plot may hide a wing."""
    other = next((r for r in ranked if r.problem.has_apron != ranked[0].problem.has_apron), None)
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


def _rank(fits: Sequence[tuple[Problem, Fit]], outline_px: BaseGeometry, belief: _Belief) -> list[_Ranked]:
    """The best first; residuals are counted as independent as those of the closest fit are."""
    effective = min((f for _, f in fits), key=lambda f: f.cost).effective
    ranked = []
    for problem, each in fits:
        off = (float(np.log(max(each.area_px, 1.0) / outline_px.area)) - belief.mean) / belief.spread
        plot = 4 * float(np.log(max(effective, 2.0))) if problem.has_apron and belief.has_plot else 0.0
        gable = RIDGE_NUMBERS * float(np.log(max(effective, 2.0))) if problem.has_ridge else 0.0
        ranked.append(_Ranked(each, problem, each.penalised(effective) + off**2 - plot + gable))
    return sorted(ranked, key=lambda r: r.against)


def _on_a_plot(problem: Problem) -> Problem:
    """The same problem with a rectangle of other ground that the building stands on."""
    height = float(problem.prior.mean[4]), float(problem.prior.sigma[4]) or problem.options.height_m[1]
    prior = make_prior(height, problem.reach is not None, problem.options, has_apron=True)
    return replace(problem, prior=prior, has_apron=True)


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
    for place in range(MARGIN.start, MARGIN.stop):
        costs = []
        for margin in (0.5, 4.0):
            start[place] = margin
            costs.append((project(problem, shape, start, shifts, noise).cost, margin))
        start[place] = min(costs)[1]
    return start


def _as_drawn(outline_px: BaseGeometry, plain: Array) -> tuple[Shape, Array]:
    """The rectilinear shape that the outline means; the plain rectangle about it where it means none."""
    cx, cy, angle, _, width = box_of(outline_px)
    read = squared(outline_px, angle, (cx, cy), max(1.2, 0.08 * width))
    if read is None or read[0].walls > 10:
        return rectangle(), plain
    return read[0], np.concatenate([plain[:POSE], read[1]])


def _refitted(
    whole: Problem, chosen: _Ranked, ranked: Sequence[_Ranked], outline_px: BaseGeometry
) -> FittedFootprint:
    """The chosen shape on all looks, with ground described around it and only pixels near it."""
    looks, first = len(whole.stack.values), chosen.fit
    shifts = np.zeros((looks, 2))
    shifts[: len(first.shifts)] = first.shifts
    full = _like(whole, chosen.problem)
    around = _window(full, first, outline_px)
    rough = fit(around, first.shape, first.unknowns, _all_noise(first, looks), NARROW_STEPS, shifts)
    noise = residual_noise(around, rough)
    last = fit(around, rough.shape, rough.unknowns, noise, LAST_STEPS, rough.shifts)
    narrow = fit(_narrowed(around, last, 2.5), last.shape, last.unknowns, noise, NARROW_STEPS, last.shifts)
    scale = last.area_px / first.area_px
    rivals = tuple(
        (float(np.exp(min(chosen.against - other.against, 0.0) / 2)), other.fit.area_px * scale)
        for other in ranked
        if other is not chosen
    )
    return FittedFootprint(last, around.stack, share_unlike(around, last), narrow.area_px, rivals)


# --- where to start -------------------------------------------------------------------------------------


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
    """(looks, 1, bands): what remains after the best of the starting points."""
    stack = problem.stack
    flat = np.full((len(stack.values), 1, stack.values.shape[2]), 0.02)
    shifts = np.zeros((len(stack.values), 2))
    states = [project(problem, rectangle(), s, shifts, flat) for s in starts]
    best = min(states, key=lambda s: s.cost)
    noise: Array = spread_of(stack, best.residual) * flat
    return noise


# --- window ---------------------------------------------------------------------------------------------


def _window(problem: Problem, found: Fit, outline_px: BaseGeometry) -> Problem:
    """The same problem with ground described around the fit, and only pixels near it."""
    outline = found.shape.outline(found.unknowns)
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
    return replace(problem, stack=stack, ground=Ground.around(outline, stack))


def _narrowed(problem: Problem, found: Fit, margin: float) -> Problem:
    options = replace(problem.options, window_px=margin)
    narrowed = _window(replace(problem, options=options), found, found.shape.outline(found.unknowns))
    return replace(narrowed, options=problem.options)


# --- the gate -------------------------------------------------------------------------------------------


def _refuse_hopeless(outline_px: BaseGeometry) -> None:
    """Raise NotMeasured before any fit where the outline is too small or too ragged to be one building's."""
    around = float(outline_px.minimum_rotated_rectangle.area)
    if outline_px.area < 9:
        raise NotMeasured("it is smaller than 3 by 3 pixels")
    if outline_px.area < MIN_FILL * around:
        raise NotMeasured("its outline is too irregular for a building with straight walls")


def _refuse_poor(
    found: FittedFootprint, outline_px: BaseGeometry, options: MeasureOptions, fresh: bool, unfinished: bool
) -> None:
    """Raise NotMeasured when the fit should not be believed."""
    best = found.best
    fitted = best.shape.outline(best.unknowns)
    contrast = float(np.abs(best.contrast).max())
    if min(best.sides_px) < options.min_side_px:
        raise NotMeasured(f"it is narrower than {options.min_side_px:.0f} pixels")
    if contrast < options.min_contrast:
        raise NotMeasured(f"the roof hardly differs from the ground around it ({contrast:.2f})")
    if not fresh and abs(float(np.log(best.area_px / outline_px.area))) > MOST_OFF:
        raise NotMeasured(
            f"the fit has {best.area_px / outline_px.area:.0%} of the area of the outline that it started from"
        )
    overlap = fitted.intersection(outline_px).area / fitted.union(outline_px).area
    beyond = fitted.difference(outline_px.buffer(NEAR_PX)).area / fitted.area
    missed = 0.0 if fresh else outline_px.difference(fitted.buffer(NEAR_PX)).area / outline_px.area
    if overlap < MIN_OVERLAP or beyond > MOST_BEYOND or missed > MOST_BEYOND:
        raise NotMeasured("the fit left the outline it started from")
    if best.explained < options.min_explained:
        raise NotMeasured(
            f"no outline of straight walls explains what is seen ({best.explained:.0%} of the variance)"
        )
    if found.unlike > MOST_UNLIKE and not unfinished:
        raise NotMeasured(
            f"{found.unlike:.0%} of what lies inside its walls looks like the ground around it",
            "A courtyard cannot be fitted: draw its outline by hand.",
        )
    if found.between_shapes > MOST_BETWEEN:
        raise NotMeasured("several outlines explain the looks almost equally well")
    if abs(found.narrow_px / best.area_px - 1) > options.max_disagreement:
        raise NotMeasured("with less of the ground around it, another size is found")
