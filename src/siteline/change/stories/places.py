"""One changed place: where, when, and on what evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siteline.change.outlines.hull import solidity
from siteline.change.scene import Cut, Scene
from siteline.change.series.features import SCALES
from siteline.change.series.patches import Mask, Patch, thickness
from siteline.change.series.timeline import History, Turn, date_turn, follow, level_between
from siteline.change.shadow import Shadows, compare_shadows, strip_darkness, weigh_shadow
from siteline.change.stories.kinds import GREEN, Evidence, probability_of

Array = NDArray[np.float32]
Span = tuple[int, int]
"""First look and one past the last."""

HOPELESS = 0.05
"""Changes less probable than this are not weighed further, nor listed."""

THINGS_SHARE, LOUDER = 0.25, 1.5
"""A thing has at most this share of the ground it stands on, and steps and stands out that much more than it does."""

DRIFT_LOOKS = 24
"""Fewer looks cannot tell a step from a drift."""

LATE_LOOKS = 5
"""Looks at the end of the series, or before the place changed again, from which the last stage is read."""

SEASON_YEARS = 0.09
"""Looks within as many years (33 days) of each other's day of the year are of one season."""

WATER_NDVI = -0.2
"""Below this, a surface is water; roofs are hardly ever."""


@dataclass(frozen=True, slots=True)
class Place:
    """One changed place: where, when, and on what evidence."""

    patch: Patch
    history: History
    start: int
    """Look from which the level before holds."""

    at: int
    """Look from which the level after holds, for most of its pixels."""

    stop: int
    """Look at which the level after ends."""

    turn: Turn
    evidence: Evidence
    probability: float
    label: str = ""
    """Of the known structure whose outline it is."""

    @classmethod
    def of(cls, patch: Patch, cut: Cut, scene: Scene, label: str = "") -> Place:
        """Weigh one patch."""
        history = follow(patch, cut.series, cut.restless)
        start, at, stop = find_bounds(patch, cut.starts)
        since, until = find_span(history, cut, start, at, stop)
        evidence = weigh_evidence(patch, history, cut, scene, ((start, at), (at, stop)), (since, until))
        probability = probability_of(evidence)
        dated = history if probability < HOPELESS else follow(patch, scene.plain, cut.restless)
        turn = date_turn(dated, start, at, stop, since, until)
        return cls(patch, history, start, at, stop, turn, evidence, probability, label)


def choose_places(places: list[Place]) -> list[Place]:
    """Drop the hopeless; where two patches tell of the same change, keep the more probable one."""
    kept: dict[int, list[Place]] = {}
    for place in sorted((p for p in places if p.probability >= HOPELESS), key=_rank):
        near = (k for at in (place.at - 1, place.at, place.at + 1) for k in kept.get(at, ()))
        if not any(place.patch.overlap(k.patch) > 0.3 and not _stands_on(place, k) for k in near):
            kept.setdefault(place.at, []).append(place)
    return [place for at in sorted(kept) for place in kept[at]]


def _stands_on(place: Place, ground: Place) -> bool:
    """Whether a change is of a thing on ground that changes at the same time: small beside it, and far louder."""
    mine, its = place.evidence, ground.evidence
    loud, dull = (max(e.contrast_before, e.contrast_after) for e in (mine, its))
    small = THINGS_SHARE * ground.patch.area > place.patch.area
    return small and mine.step > LOUDER * its.step and loud > LOUDER * dull


def _rank(place: Place) -> tuple[int, bool, float, int, int]:
    """Likely ones first; among these known outlines, then the larger one, which the smaller ones are parts of."""
    patch, p = place.patch, place.probability
    return (p < 0.5) + (p < 0.2), not place.label, -p * patch.area, patch.rows.start, patch.cols.start


def find_bounds(patch: Patch, starts: Mask) -> tuple[int, int, int]:
    """Where the level before starts, where the change is, and where the level after ends, for most of an object's pixels."""
    at = int(np.median(patch.when))
    here = starts[:, patch.rows, patch.cols][:, patch.mask].mean(axis=1)
    first, last = int(np.quantile(patch.when, 0.1)), int(np.quantile(patch.when, 0.9))
    earlier = np.flatnonzero(here[:first] > 0.4)
    later = np.flatnonzero(here[last + 1 :] > 0.4)
    return (
        (int(earlier[-1]) if earlier.size else 0),
        at,
        (last + 1 + int(later[0]) if later.size else len(starts)),
    )


def find_span(history: History, cut: Cut, start: int, at: int, stop: int) -> tuple[int, int]:
    """
    From which look on a place is as the change finds it, and from which look on it is so again.

    0 where it had not looked before as it does afterwards, and the number of looks where it never goes back.
    """
    scale = np.array([SCALES[name] for name in cut.series.names], np.float32)
    end = len(history.seen)
    before, after = level_between(history.inside, start, at), level_between(history.inside, at, stop)
    own = _notice(after - before, scale)
    goes_back = stop < end and _notice(level_between(history.inside, stop, end) - before, scale) < 0.5 * own
    came_back = start > 0 and _notice(level_between(history.inside, 0, start) - after, scale) < 0.5 * own
    return (start if came_back else 0), (stop if goes_back else end)


def _notice(difference: Array, scale: Array) -> float:
    """Size of a difference of levels, in noticeable units; what is not known counts as none."""
    return float(np.linalg.norm(np.nan_to_num(difference) / scale))


def weigh_evidence(
    patch: Patch,
    history: History,
    cut: Cut,
    scene: Scene,
    sides: tuple[Span, Span],
    span: Span,
    *,
    thorough: bool = False,
) -> Evidence:
    """
    What speaks for and against the change of one patch.

    sides: looks of the level before and of the level after; span: as `find_span` gives it. Unless `thorough`, a change that is
    hopeless already is weighed no further.
    """
    first, second = sides
    (start, at), (settled, stop), (since, until) = first, second, span
    names = cut.series.names
    scale = np.array([SCALES[n] for n in names], np.float32)
    before, after = level_between(history.inside, *first), level_between(history.inside, *second)
    near_before, near_after = level_between(history.around, *first), level_between(history.around, *second)
    step = np.nan_to_num(after - before)
    sigma = np.median(cut.sigma[:, patch.rows, patch.cols][:, patch.mask], axis=1)
    n1, n2 = _count(history, start, at), _count(history, settled, stop)
    merit = float(np.square(step / sigma).sum()) * n1 * n2 / max(n1 + n2, 1)
    own = _notice(after - before, scale)
    spill = _notice(near_after - near_before, scale)
    wander = _wander(history.inside, sides, scale)
    years, end = cut.series.years, len(history.seen)
    passing = (until < end and _is_brief(years, settled, stop)) or (since > 0 and _is_brief(years, start, at))
    evidence = Evidence(
        strength=math.log(max(merit / cut.price, 1e-3)),
        contrast_before=_notice(before - near_before, scale),
        contrast_after=_notice(after - near_after, scale),
        step=own,
        warmth_step=float(step[names.index("warmth")]) if "warmth" in names else 0.0,
        brightness_step=float(step[0]),
        steadiness=own / max(wander, 0.15),
        apartness=_apartness(history, sides, scale),
        edge=1 - spill / max(own, 1e-6),
        thickness=thickness(patch.mask),
        solidity=solidity(patch.mask),
        area_px=patch.area,
        green_before=math.nan,
        green_after=math.nan,
        water=False,
        brightening=0.0,
        warming=0.0,
        texture=0.0,
        looks_before=_count(history, since, at),
        looks_after=_count(history, settled, until),
        passing=passing,
        same_season=1.0,
        shadow_before=None,
        shadow_after=None,
        works=float(years[settled] - years[at]),
        lasted=float(years[max(until, settled + 1) - 1] - years[settled]),
        company=float(cut.stepping[max(at - 1, 0) : at + 2].sum()),
    )
    if probability_of(evidence) < HOPELESS and not thorough:  # what follows can only speak against it
        return evidence
    green_name = next((n for n in GREEN if n in names), None)
    if green_name:
        natural = follow(patch, scene.natural, cut.restless).inside[names.index(green_name)][None]
        green = [float(level_between(natural, a, b)[0]) - GREEN[green_name] for a, b in sides]
        evidence = replace(evidence, green_before=green[0], green_after=green[1])
    evidence = replace(
        evidence,
        water=_is_water(patch, scene, *first) or _is_water(patch, scene, *second),
        same_season=_same_season(patch, scene, *first, *second),
    )
    evidence = look_late(evidence, patch, scene, (since, at), (settled, until))
    if not scene.has_sun:
        line = follow(patch, scene.plain, scene.cuts[0].restless).inside / scale[:, None]
        evidence = replace(evidence, drift=weigh_drift(line, years, sides))
    if probability_of(evidence) < HOPELESS and not thorough:
        return evidence
    shadows = cast_shadows(patch, scene, (since, at), (settled, until))
    return replace(
        evidence, shadow_before=shadows.before, shadow_after=shadows.after, shadow_turn=shadows.turn
    )


def weigh_drift(line: Array, years: NDArray[np.float64], sides: tuple[Span, Span]) -> float:
    """
    By how much a steady drift leaves less over than a step does, as a share; 0 if it does not.

    line: (feature, time) in noticeable units, NaN where not seen; years: (time,); sides: looks of the level before and of the one
    after. Both by sums of absolute rests. 0 with fewer than `DRIFT_LOOKS` looks.
    """
    n = np.arange(line.shape[1])
    held = [np.isfinite(line[0]) & (n >= a) & (n < b) for a, b in sides]
    seen = held[0] | held[1]
    if seen.sum() < DRIFT_LOOKS or not (held[0].any() and held[1].any()):
        return 0.0
    levels = [line[:, side] - np.median(line[:, side], axis=1, keepdims=True) for side in held]
    rests = sum(float(np.abs(rest).sum()) for rest in levels)
    slope = np.stack([np.ones(int(seen.sum())), years[seen] - years[seen].mean()])
    drifting = float(np.abs(line[:, seen] - line[:, seen] @ np.linalg.pinv(slope) @ slope).sum())
    return max(rests / max(drifting, 1e-6) - 1, 0.0)


def _same_season(patch: Patch, scene: Scene, start: int, at: int, settled: int, stop: int) -> float:
    """
    Share of the step that remains between looks of the same season before and after it: 1 for a building, 0 for a winter shadow.

    NaN where no two looks of the same season lie on either side.
    """
    history = follow(patch, scene.plain, scene.cuts[0].restless)
    known = history.usable & np.isfinite(history.inside[0])
    n = np.arange(len(known))
    phase = scene.natural.years % 1
    scale = np.array([SCALES[name] for name in scene.plain.names], np.float32)[:, None]
    line = history.inside / scale
    whole = level_between(line, start, at), level_between(line, settled, stop)
    step = np.nan_to_num(whole[1] - whole[0])
    length = float(np.square(step).sum())
    if length < 1e-6:
        return float("nan")
    for first, last in ((0, stop), (0, len(n)), (start, len(n))):
        before, after = (
            np.flatnonzero(known & (n >= first) & (n < at)),
            np.flatnonzero(known & (n >= settled) & (n < last)),
        )
        apart = np.abs(phase[after][:, None] - phase[before][None])
        close = np.minimum(apart, 1 - apart) < SEASON_YEARS
        j, i = np.nonzero(close)
        if i.size:
            went = ((line[:, after[j]] - line[:, before[i]]) * step[:, None]).sum(axis=0) / length
            return float(np.median(went))
    return float("nan")


def look_late(
    evidence: Evidence, patch: Patch, scene: Scene, before: tuple[int, int], after: tuple[int, int]
) -> Evidence:
    """
    Add how it looks in the end, against the ground around it and against what it was.

    before, after: spans of looks (first, one past the last).
    """
    history = follow(patch, scene.natural, scene.cuts[0].restless)
    names = scene.natural.names
    end = after[1]
    late = max(after[0], end - LATE_LOOKS)
    now, then = level_between(history.inside, late, end), level_between(history.inside, *before)
    around = level_between(history.around, late, end)
    warmth = names.index("warmth") if "warmth" in names else None
    texture = history.texture[late:end][history.usable[late:end]]
    return replace(
        evidence,
        brightening=float(np.nan_to_num(now[0] - max(then[0], around[0]))),
        warming=float(np.nan_to_num(now[warmth] - around[warmth])) if warmth is not None else 0.0,
        texture=float(np.median(texture)) if texture.size else 0.0,
    )


def _is_brief(years: NDArray[np.float64], start: int, stop: int) -> bool:
    """Whether a level held for one look only, or for less than five months."""
    return stop - start < 2 or years[stop - 1] - years[start] < 0.4


def _is_water(patch: Patch, scene: Scene, start: int, stop: int) -> bool:
    """Whether near infrared says water, where there is any."""
    if "ndvi" not in scene.natural.names:
        return False
    ndvi = scene.natural["ndvi"][start:stop, patch.rows, patch.cols][:, patch.mask]
    seen = scene.natural.usable[start:stop, patch.rows, patch.cols][:, patch.mask]
    return bool(seen.any() and np.median(ndvi[seen]) < WATER_NDVI)


def _count(history: History, start: int, stop: int) -> int:
    return int(history.usable[start:stop].sum())


def _apartness(history: History, sides: tuple[Span, Span], scale: Array) -> float:
    """How steadily the object stands out from the ground around it, before against after."""
    apart = history.inside - history.around
    step = np.nan_to_num(level_between(apart, *sides[1]) - level_between(apart, *sides[0])) / scale
    return float(np.linalg.norm(step)) / max(_wander(apart, sides, scale), 0.15)


def _wander(line: Array, sides: tuple[Span, Span], scale: Array) -> float:
    """Spread of an object's looks around its two levels, in noticeable units."""
    rest = np.concatenate([line[:, a:b] - level_between(line, a, b)[:, None] for a, b in sides], axis=1)
    rest = rest[:, np.isfinite(rest[0])] / scale[:, None]
    if rest.shape[1] < 3:
        return 0.5
    return float(np.sqrt((np.median(np.abs(rest), axis=1) * 1.4826) ** 2).max())


def cast_shadows(patch: Patch, scene: Scene, before: Span, after: Span) -> Shadows:
    """Shadow in two spans of looks (first, one past the last), where the sun is known and pixels are fine enough."""
    gsd = scene.grid.gsd_m
    if not scene.has_sun or gsd is None:
        return Shadows(None, None, None)
    rows, cols, mask = patch.grown(14, scene.natural.usable.shape[1:])
    dark = strip_darkness(
        mask, scene.natural.values[0][:, rows, cols], scene.natural.usable[:, rows, cols], scene.azimuth
    )
    n = np.arange(len(dark))
    sides = [(n >= a) & (n < b) for a, b in (before, after)]
    first, second = (weigh_shadow(dark, scene.elevation, gsd, side) for side in sides)
    return Shadows(first, second, compare_shadows(dark, scene.elevation, gsd, sides[0], sides[1]))
