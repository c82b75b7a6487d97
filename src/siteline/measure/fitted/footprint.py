"""
Find the outline of a building on several looks: candidates on the clearest looks, the best of them on all.

A poor fit is refused with its reason; it never falls back to counting pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from shapely import contains_xy
from shapely.affinity import translate
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from siteline.measure.blur import Array
from siteline.measure.fitted.candidates import DRAWN_BELIEF, EVENT_BELIEF, Belief, Ranked, candidates, rank
from siteline.measure.fitted.fit import Fit, explained, fit
from siteline.measure.fitted.ground import Ground
from siteline.measure.fitted.light import Problem, make_prior, noise_left
from siteline.measure.fitted.picture import Makeup, View
from siteline.measure.fitted.shape import HEIGHT
from siteline.measure.fitted.walls import share_unlike
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import Stack
from siteline.model.errors import NotMeasured

LAST_STEPS, NARROW_STEPS = 10, 4
NARROW_PX = 2.5

WALLS_FROM_PX = 0.4
"""Where the roof of a building of usual height is seen farther from its base than this on some look, walls are drawn."""

MIN_FILL = 0.40
"""Share of the rectangle around it that an outline must fill to be tried at all."""

MIN_OVERLAP, MOST_BEYOND, NEAR_PX = 0.3, 0.25, 2.0
"""A fit must share so much with the outline it started from; no more than so much of either may lie beyond the
other by two pixels."""

MOST_OFF = 0.5
"""Logarithm of the fitted area over a drawn one beyond which the fit has found something else."""


MOST_UNLIKE = 0.1
"""Share of a finished roof's pixels that may look like the ground around it."""

MOST_BETWEEN = 0.2
"""Shapes that explain the looks about equally well may differ in area by so much (one sigma, relative)."""

FORM_LEAD = 6.0
"""A roof has its form said where no other form comes nearer than this: odds of 20 to 1."""

CLOSE, APART = 10.0, 0.08
"""Candidates no farther behind than this, and of an area other by this share, are fitted to all looks before one is chosen."""


@dataclass(frozen=True, slots=True)
class FittedFootprint:
    """The best fit, and what others say of the area."""

    best: Fit
    stack: Stack
    """The pixels it was fitted to."""

    view: View
    unlike: float
    """Share of the pixels inside it that look like ground."""

    narrow_px: float
    """Area of the same shape fitted on a narrower window, px²."""

    roof: str
    """Form of the roof: "two slopes", "four slopes", "arched"; "" if flat, or if the looks do not decide."""

    rivals: tuple[tuple[float, float], ...] = ()
    """(weight, area in px²) of other shapes that explain the looks almost as well; the best weighs 1."""

    @property
    def height_m(self) -> float:
        """As fitted; as was to be expected where the looks cannot tell; 0 of a foundation."""
        return float(self.best.unknowns[HEIGHT])

    @property
    def between_shapes(self) -> float:
        """Relative spread of the areas of all shapes, each with its weight."""
        area, total = self.best.area_px, 1 + sum(weight for weight, _ in self.rivals)
        return float(np.sqrt(sum(w * (other / area - 1) ** 2 for w, other in self.rivals) / total))


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
    of the height, m, or None where nothing stands up yet (a foundation). fresh:
    newly built, and its outline that of a detection. unfinished: its roof may be patchy, so
    that a dark corner is no reason to call it an L-shape unless the outline is one.
    Raises NotMeasured with the reason.
    """
    refuse_hopeless(outline_px)
    whole = _problem(stack, outline_px, height, options)
    belief = EVENT_BELIEF if fresh else DRAWN_BELIEF
    is_angular = not unfinished or outline_px.area < 0.87 * outline_px.minimum_rotated_rectangle.area
    ranked = candidates(whole, outline_px, belief, is_angular)
    refusal: NotMeasured | None = None
    contenders = _on_all_looks(whole, _contenders(ranked), outline_px, belief)
    for candidate in contenders if fresh else contenders[:1]:
        found = _refitted(whole, candidate, ranked, outline_px)
        try:
            refuse_poor(found, outline_px, options, fresh, unfinished)
        except NotMeasured as reason:
            refusal = refusal or reason
        else:
            return found
    assert refusal is not None
    raise refusal


def _problem(
    stack: Stack, outline_px: BaseGeometry, height: tuple[float, float] | None, options: MeasureOptions
) -> Problem:
    """All looks around the outline as it was given."""
    view = View(None, np.zeros_like(stack.lean)) if height is None else View(stack.reach, stack.lean)
    tall = height or (0.0, options.height_m[1])
    has_walls = bool(np.hypot(*view.lean.T).max() * tall[0] > WALLS_FROM_PX)
    prior = make_prior(tall, view.reach is not None or bool(view.lean.any()), options)
    ground = Ground.around(outline_px, stack)
    return Problem(stack, ground, view, prior, options, Makeup(has_walls=has_walls))


def _contenders(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The best candidate, and those close behind it that say something else."""
    chosen = [ranked[0]]
    for other in ranked[1:]:
        is_close = other.against <= ranked[0].against + CLOSE
        if is_close and all(abs(other.fit.area_px / c.fit.area_px - 1) > APART for c in chosen):
            chosen.append(other)
    return chosen


def _on_all_looks(
    whole: Problem, contenders: list[Ranked], outline_px: BaseGeometry, belief: Belief
) -> list[Ranked]:
    """The contenders, those first that explain all looks better."""
    if len(contenders) == 1:
        return contenders
    noise = _all_noise(contenders[0].fit, len(whole.stack.values))
    fits: list[tuple[Problem, Fit]] = []
    for each in contenders:
        full = _like(whole, each.problem)
        fits.append((full, fit(full, each.fit.shape, each.fit.unknowns, noise, NARROW_STEPS)))
    of = {id(one): each for (_, one), each in zip(fits, contenders, strict=True)}
    return [of[id(r.fit)] for r in rank(fits, outline_px, belief)]


def _like(whole: Problem, few: Problem) -> Problem:
    """All looks, with what a candidate on the first ones was made of."""
    return replace(whole, prior=few.prior, makeup=few.makeup)


def _all_noise(found: Fit, looks: int) -> Array:
    """The noise of a fit to the first looks, its mean for the others."""
    noise = found.noise
    others = np.repeat(noise.mean(axis=0, keepdims=True), max(looks - len(noise), 0), axis=0)
    return np.concatenate([noise, others])[:looks]


def _refitted(
    whole: Problem, chosen: Ranked, ranked: Sequence[Ranked], outline_px: BaseGeometry
) -> FittedFootprint:
    """The chosen shape on all looks, with ground described around it and only pixels near it."""
    looks, first = len(whole.stack.values), chosen.fit
    shifts = np.zeros((looks, 2))
    shifts[: len(first.shifts)] = first.shifts
    full = _like(whole, chosen.problem)
    around = _window(full, first, outline_px)
    rough = fit(around, first.shape, first.unknowns, _all_noise(first, looks), NARROW_STEPS, shifts)
    alone, noise = noise_left(around, rough.shape, rough.unknowns, rough.shifts, rough.noise)
    last = fit(around, rough.shape, rough.unknowns, noise, LAST_STEPS, rough.shifts)
    last = replace(last, explained=explained(around, last, alone))  # what is refused is judged band by band
    narrow = fit(
        _narrowed(around, last, NARROW_PX), last.shape, last.unknowns, noise, NARROW_STEPS, last.shifts
    )
    scale = last.area_px / first.area_px
    rivals = tuple(
        (float(np.exp(min(chosen.against - other.against, 0.0) / 2)), other.fit.area_px * scale)
        for other in ranked
        if other is not chosen
    )
    return FittedFootprint(
        last,
        around.stack,
        around.view,
        share_unlike(around, last),
        narrow.area_px,
        _form_of(chosen, ranked),
        rivals,
    )


def _form_of(chosen: Ranked, ranked: Sequence[Ranked]) -> str:
    """The form of the chosen roof; "" where another one explains the looks almost as well."""
    form = chosen.problem.makeup.roof
    others = [other.against for other in ranked if other.problem.makeup.roof != form]
    return str(form) if not others or min(others) > chosen.against + FORM_LEAD else ""


def seen_outlines(found: Fit, view: View) -> tuple[Polygon, ...]:
    """The base, and where the roof is seen on each look that leans, px."""
    base = found.shape.outline(found.unknowns)
    moved = found.unknowns[HEIGHT] * view.lean
    return (base, *(translate(base, *by) for by in moved if np.any(by)))


def _window(problem: Problem, found: Fit, outline_px: BaseGeometry) -> Problem:
    """The same problem with ground described around the fit, and only pixels near it."""
    seen = seen_outlines(found, problem.view)
    both = unary_union([*seen, outline_px])
    near = contains_xy(both.buffer(problem.options.window_px, join_style="mitre"), *problem.stack.pixels.T)
    if np.count_nonzero(near) < 40:
        return problem
    stack = problem.stack.at(slice(None), near)
    return replace(problem, stack=stack, ground=Ground.around(seen[0], stack))


def _narrowed(problem: Problem, found: Fit, margin: float) -> Problem:
    options = replace(problem.options, window_px=margin)
    narrowed = _window(replace(problem, options=options), found, found.shape.outline(found.unknowns))
    return replace(narrowed, options=problem.options)


def refuse_hopeless(outline_px: BaseGeometry) -> None:
    """Raise NotMeasured before any fit where the outline is too small or too ragged to be one building's."""
    around = float(outline_px.minimum_rotated_rectangle.area)
    if outline_px.area < 9:
        raise NotMeasured("it is smaller than 3 by 3 pixels")
    if outline_px.area < MIN_FILL * around:
        raise NotMeasured("its outline is too irregular for a building with straight walls")


def refuse_poor(
    found: FittedFootprint, outline_px: BaseGeometry, options: MeasureOptions, fresh: bool, unfinished: bool
) -> None:
    """Raise NotMeasured when the fit should not be believed."""
    best = found.best
    contrast = float(np.abs(best.contrast).max())
    if min(best.sides_px) < options.min_side_px:
        raise NotMeasured(f"it is narrower than {options.min_side_px:.0f} pixels")
    if contrast < options.min_contrast:
        raise NotMeasured(f"the roof hardly differs from the ground around it ({contrast:.2f})")
    if not fresh and abs(float(np.log(best.area_px / outline_px.area))) > MOST_OFF:
        raise NotMeasured(
            f"the fit has {best.area_px / outline_px.area:.0%} of the area of the outline that it started from"
        )
    if all(_strays(seen, outline_px, fresh) for seen in seen_outlines(best, found.view)):
        raise NotMeasured("the fit left the outline it started from")
    if best.explained < options.min_explained:
        raise NotMeasured(
            f"no outline of straight walls, and no round one, explains what is seen ({best.explained:.0%} of the variance)"
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


def _strays(fitted: Polygon, outline_px: BaseGeometry, fresh: bool) -> bool:
    """Whether base or roof of a fit lies elsewhere than the outline it started from."""
    overlap = fitted.intersection(outline_px).area / fitted.union(outline_px).area
    beyond = fitted.difference(outline_px.buffer(NEAR_PX)).area / fitted.area
    missed = 0.0 if fresh else outline_px.difference(fitted.buffer(NEAR_PX)).area / outline_px.area
    return bool(overlap < MIN_OVERLAP or beyond > MOST_BEYOND or missed > MOST_BEYOND)
