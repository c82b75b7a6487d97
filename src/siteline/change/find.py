"""A time series goes in, dated changes come out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from siteline.change.features import Series, extract_series, remove_common, remove_surroundings
from siteline.change.kinds import GREEN, SCALES, Evidence, kind_of, probability_of, stage_of
from siteline.change.objects import (
    AROUND,
    Mask,
    Patch,
    gather_patches,
    outline_of,
    solidity,
    thickness,
    tidy_steps,
)
from siteline.change.observability import observe, smallest_visible
from siteline.change.shadow import ShadowEvidence, strip_darkness, weigh_shadow
from siteline.change.steps import (
    add_up,
    clip_excursions,
    estimate_noise,
    fit_season,
    levels_of,
    partition,
    test_one_step,
)
from siteline.change.timeline import SEEN, History, Turn, date_turn, follow, level_between
from siteline.model.change import ChangeEvent, Kind, Method, Stage
from siteline.model.dates import Acquired, DateInterval
from siteline.model.errors import CannotTell
from siteline.model.imagery import Grid, Look
from siteline.model.place import Structure
from siteline.model.quantity import Quantity
from siteline.model.remark import Remark

Array = NDArray[np.float32]

WATER_NDVI = -0.2
"""Below this, a surface is water; roofs are hardly ever."""

LEAST_LOOKS = 4
"""Fewer usable looks cannot tell a change from a passing shadow."""

SEASONAL_LOOKS, SEASONAL_YEARS = 24, 2.0
"""A yearly wave is fitted only to as many looks over as many years."""


PRICE = 12.0
"""Price of one more level in a pixel's history, in medians of what pure noise reaches."""


WINDOW_PX = 21
"""Surroundings against which small objects are seen; nothing larger than a third of it is looked for that way."""


class Preset(StrEnum):
    """How sure a change must be before it is reported."""

    WIDE = "wide"
    BALANCED = "balanced"
    STRICT = "strict"


REPORTED_FROM = {Preset.WIDE: 0.2, Preset.BALANCED: 0.5, Preset.STRICT: 0.8}
"""Least probability of a reported change."""


@dataclass(frozen=True, slots=True)
class ChangeOptions:
    """What may be chosen about the search for changes."""

    preset: Preset = Preset.BALANCED
    """`wide` misses least and is wrong most often; `strict` the other way round."""

    least_area_m2: float = 60.0
    """Smallest changed ground that is looked at, m², where the pixel size is known; never below `least_px`."""

    least_px: int = 6
    """Smallest changed ground that is looked at, pixels."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one search for changes found."""

    events: tuple[ChangeEvent, ...]
    """Those above the reporting threshold, most probable first."""

    candidates: tuple[ChangeEvent, ...]
    """All, most probable first."""

    smallest_visible: Quantity | None
    """Ground area of the smallest new roof of ordinary contrast that could have been seen; m², or px² without a scale."""

    remarks: tuple[Remark, ...]


def find_changes(
    cube: xr.Dataset, looks: tuple[Look, ...], known: tuple[Structure, ...], options: ChangeOptions
) -> Changes:
    """
    What was built, reroofed, torn down or cleared, and between which two images each became visible.

    cube: as `siteline.model.imagery` says; looks: all of them, used or not, in time order; known: structures of the site, outlines in
    grid coordinates. Raises CannotTell with fewer than four usable looks.
    """
    series = extract_series(cube)
    n_looks = len(series.usable)
    if n_looks < LEAST_LOOKS:
        raise CannotTell(
            f"{n_looks} usable images cannot tell a lasting change from a passing one",
            f"Add scenes: at least {LEAST_LOOKS} usable ones, better 12 or more.",
        )
    scene = _Scene.of(cube, looks, series, options)
    places = _choose([_Place.of(patch, cut, scene) for cut in scene.cuts for patch in cut.patches])
    candidates = sorted(
        (_describe(place, scene) for place in places),
        key=lambda e: (-e.probability, -e.outline.area, e.outline.bounds),
    )
    events = tuple(e for e in candidates if e.probability >= REPORTED_FROM[options.preset])
    return Changes(events, tuple(candidates), scene.smallest, tuple(_remarks(scene)))


@dataclass(frozen=True, slots=True)
class _Cut:
    """Each pixel's history cut into levels, and the patches that stepped together."""

    series: Series
    sigma: Array
    """(feature, y, x)."""

    price: float
    starts: Mask
    """(time, y, x)."""

    patches: list[Patch]
    restless: Mask
    """(y, x) pixels that changed at any time."""

    @classmethod
    def of(cls, series: Series, least_px: int, most_px: int | None = None) -> _Cut:
        sigma, starts, level, price = _cut_series(series)
        slack = _slack(len(series.years))
        unit = np.array([SCALES[name] for name in series.names], np.float32)
        patches = gather_patches(tidy_steps(starts, slack), level, sigma, unit, slack, least_px)
        if most_px is not None:
            patches = [p for p in patches if p.area <= most_px]
        return cls(series, sigma, price, starts, patches, starts.any(axis=0))


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all objects of one search share."""

    cuts: tuple[_Cut, ...]
    """First the scene as it is, then each pixel against its surroundings."""

    natural: Series
    """As the images show it, nothing removed."""

    why_not: NDArray[np.uint8]
    scene_ids: tuple[str, ...]
    acquired: tuple[Acquired, ...]
    looks: tuple[Look, ...]
    azimuth: NDArray[np.float64]
    elevation: NDArray[np.float64]
    grid: Grid
    reflectance: bool
    smallest: Quantity

    @classmethod
    def of(cls, cube: xr.Dataset, looks: tuple[Look, ...], natural: Series, options: ChangeOptions) -> _Scene:
        grid: Grid = cube.attrs["grid"]
        least = options.least_px
        if grid.gsd_m:
            least = max(least, math.ceil(options.least_area_m2 / grid.gsd_m**2))
        whole = _Cut.of(_steady_series(natural), least)
        near = _Cut.of(remove_surroundings(whole.series, WINDOW_PX), least, WINDOW_PX**2 // 3)
        by_id = {look.scene_id: look for look in looks}
        scene_ids = tuple(str(s) for s in cube["scene"].values)
        return cls(
            (whole, near),
            natural,
            cube["why_not"].values,
            scene_ids,
            tuple(by_id[s].acquired for s in scene_ids),
            looks,
            cube["sun_azimuth"].values.astype(np.float64),
            cube["sun_elevation"].values.astype(np.float64),
            grid,
            cube.attrs.get("units") == "reflectance",
            smallest_visible(near.price, near.sigma[0], len(natural.years), grid, least),
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """One changed place: where, when, and on what evidence."""

    patch: Patch
    history: History
    at: int
    stop: int
    turn: Turn
    evidence: Evidence
    probability: float

    @classmethod
    def of(cls, patch: Patch, cut: _Cut, scene: _Scene) -> _Place:
        history = follow(patch, cut.series, cut.restless)
        start, at, stop = _bounds(patch, cut.starts)
        evidence = _evidence(patch, history, cut, scene, start, at, stop)
        turn = date_turn(history, start, at, stop)
        return cls(patch, history, at, stop, turn, evidence, probability_of(evidence))


def _rank(place: _Place) -> tuple[float, int, int, int]:
    """Most probable first, by tenths; among equals the larger one, which the smaller ones are parts of."""
    return -round(place.probability, 1), -place.patch.area, place.patch.rows.start, place.patch.cols.start


def _choose(places: list[_Place]) -> list[_Place]:
    """Where two patches tell of the same change, keep the more probable one."""
    kept: list[_Place] = []
    for place in sorted(
        places, key=lambda p: (-p.probability, -p.patch.area, p.patch.rows.start, p.patch.cols.start)
    ):
        if not any(abs(place.at - k.at) <= 1 and place.patch.overlap(k.patch) > 0.3 for k in kept):
            kept.append(place)
    return kept


def _slack(n_looks: int) -> int:
    """By how many looks neighbouring pixels of one change may differ."""
    return 0 if n_looks <= 16 else 1 if n_looks <= 36 else 2


def _steady_series(natural: Series) -> Series:
    """
    Free the series from what the whole scene did (light, display, season), and from what came and went.

    Twice: once against each pixel's median, then, now that its levels are known, against the level it was on at each look.
    """
    usable, years = natural.usable, natural.years
    weight = usable.astype(np.float32)
    seasonal = len(years) >= SEASONAL_LOOKS and years[-1] - years[0] >= SEASONAL_YEARS
    level: Array | None = None
    series = natural
    for last in (False, True):
        values = remove_common(natural, level)[0].values
        if seasonal:
            if level is None:
                score, when = test_one_step(add_up(values, weight, estimate_noise(values, usable)), least=2)
                level = levels_of(_starts_of(when, len(years)), values, weight)
            values = np.where(usable, values - fit_season(values - level, usable, years), 0).astype(np.float32)
            values = clip_excursions(values, usable, estimate_noise(values, usable))
        series = Series(natural.names, values, usable, years)
        if not last:
            level = _cut_series(series)[2]
    return series


def _starts_of(when: NDArray[np.int16], n_looks: int) -> Mask:
    """(time, y, x) True at each pixel's step, from the look (y, x) it happens at; 0 means none."""
    return np.asarray((np.arange(n_looks)[:, None, None] == when[None]) & (when[None] > 0))


def _cut_series(series: Series) -> tuple[Array, Mask, Array, float]:
    """Noise, starts of levels, levels and price of a step."""
    values, weight = series.values, series.usable.astype(np.float32)
    sigma = estimate_noise(values, series.usable)
    sums = add_up(values, weight, sigma)
    score, _ = test_one_step(sums)
    price = price_of_step(score, len(values), len(series.years))
    starts = partition(sums, price, least=2 if len(series.years) > 16 else 1)
    return sigma, starts, levels_of(starts, values, weight), price


def price_of_step(score: Array, n_features: int, n_looks: int) -> float:
    """
    Merit above which a step is more than this scene's own trembling.

    score: (y, x) merit of the best step. Pure noise would have a known median and lowest tenth; the lowest tenth is the part of the scene that real
    changes touch least, and it says how much more than pure noise (weather, season, misregistration) this scene trembles.
    """
    median = 0.5 * n_features - 0.2 + (0.225 + 0.175 * n_features) * math.log(n_looks)
    unrest = float(np.quantile(score, 0.1)) / (0.8 * median)
    return PRICE * median * math.sqrt(max(unrest, 0.25))


def _describe(place: _Place, scene: _Scene) -> ChangeEvent:
    patch, history, turn, evidence = place.patch, place.history, place.turn, place.evidence
    kind, rival = kind_of(evidence)
    outline = outline_of(patch.mask, patch.rows.start, patch.cols.start, scene.grid.transform)
    last, first = turn.last_without, turn.first_with
    ids, acquired = scene.scene_ids, scene.acquired
    after = acquired[last].first_day if last is not None else None
    finished = None
    if kind in (Kind.CONSTRUCTION, Kind.DEMOLITION, Kind.ROOF_CHANGE) and turn.complete > first:
        finished = DateInterval(acquired[turn.complete - 1].first_day, acquired[turn.complete].last_day)
    height = None
    if (
        kind is Kind.CONSTRUCTION
        and evidence.shadow_after is not None
        and evidence.shadow_after.log_bayes > 1
    ):
        height = Quantity(evidence.shadow_after.height, evidence.shadow_after.height_sigma + 1.0, "m")
    return ChangeEvent(
        outline=outline,
        crs=scene.grid.crs,
        kind=kind,
        stage=stage_of(evidence, 0.0, 0.0, place.stop - place.at) if kind is Kind.CONSTRUCTION else None,
        method=Method.DETECTED,
        probability=round(place.probability, 3),
        calibrated=False,
        onset=DateInterval(after, acquired[first].last_day),
        finished=finished,
        last_without=ids[last] if last is not None else None,
        first_with=ids[first],
        observations=observe(patch, scene.why_not, history.seen, last, first, ids, scene.looks, SEEN),
        height=height,
        other_kind=rival,
        remarks=tuple(_warnings(evidence, kind, rival, scene)),
    )


def _bounds(patch: Patch, starts: Mask) -> tuple[int, int, int]:
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


def _evidence(
    patch: Patch, history: History, cut: _Cut, scene: _Scene, start: int, at: int, stop: int
) -> Evidence:
    names = cut.series.names
    scale = np.array([SCALES[n] for n in names], np.float32)
    before, after = level_between(history.inside, start, at), level_between(history.inside, at, stop)
    near_before, near_after = level_between(history.around, start, at), level_between(history.around, at, stop)
    step = np.nan_to_num(after - before)

    def notice(a: Array, b: Array) -> float:
        return float(np.linalg.norm(np.nan_to_num(a - b) / scale))

    sigma = np.median(cut.sigma[:, patch.rows, patch.cols][:, patch.mask], axis=1)
    n1, n2 = _count(history, start, at), _count(history, at, stop)
    merit = float(np.square(step / sigma).sum()) * n1 * n2 / max(n1 + n2, 1)
    own = notice(after, before)
    spill = notice(near_after, near_before)
    wander = _wander(history.inside, start, at, stop, scale)
    green_name = next((n for n in GREEN if n in names), None)
    green_before = green_after = float("nan")
    if green_name:
        natural = follow(patch, scene.natural, cut.restless).inside[names.index(green_name)][None]
        green_before = float(level_between(natural, start, at)[0]) - GREEN[green_name]
        green_after = float(level_between(natural, at, stop)[0]) - GREEN[green_name]
    shadow_before, shadow_after = _shadows(patch, scene, start, at, stop)
    final = (
        level_between(history.inside, max(stop, at), len(history.seen)) if stop < len(history.seen) else after
    )
    return Evidence(
        strength=math.log(max(merit / cut.price, 1e-3)),
        contrast_before=notice(before, near_before),
        contrast_after=notice(after, near_after),
        step=own,
        steadiness=own / max(wander, 0.15),
        apartness=_apartness(history, start, at, stop, scale),
        edge=1 - spill / max(own, 1e-6),
        thickness=thickness(patch.mask),
        solidity=solidity(patch.mask),
        area_px=patch.area,
        green_before=green_before,
        green_after=green_after,
        water=_is_water(patch, scene, start, at) or _is_water(patch, scene, at, stop),
        looks_before=n1,
        looks_after=n2,
        passing=passing,
        shadow_before=None,
        shadow_after=None,
    )
    if probability_of(evidence) < 0.1:  # not worth a shadow
        return evidence
    shadow_before, shadow_after = _shadows(patch, scene, at)
    return replace(evidence, shadow_before=shadow_before, shadow_after=shadow_after)


def _is_brief(years: NDArray[np.float64], start: int, stop: int) -> bool:
    """Whether a level held for one look only, or for less than five months."""
    return stop - start < 2 or years[stop - 1] - years[start] < 0.4


def _is_water(patch: Patch, scene: _Scene, start: int, stop: int) -> bool:
    """Whether near infrared says water, where there is any."""
    if "ndvi" not in scene.natural.names:
        return False
    ndvi = scene.natural["ndvi"][start:stop, patch.rows, patch.cols][:, patch.mask]
    seen = scene.natural.usable[start:stop, patch.rows, patch.cols][:, patch.mask]
    return bool(seen.any() and np.median(ndvi[seen]) < WATER_NDVI)


def _count(history: History, start: int, stop: int) -> int:
    return int(history.usable[start:stop].sum())


def _apartness(history: History, start: int, at: int, stop: int, scale: Array) -> float:
    """How steadily the object stands out from the ground around it, before against after."""
    apart = history.inside - history.around
    step = np.nan_to_num(level_between(apart, at, stop) - level_between(apart, start, at)) / scale
    return float(np.linalg.norm(step)) / max(_wander(apart, start, at, stop, scale), 0.15)


def _wander(line: Array, start: int, at: int, stop: int, scale: Array) -> float:
    """Spread of an object's looks around its two levels, in noticeable units."""
    rest = np.concatenate(
        [line[:, a:b] - level_between(line, a, b)[:, None] for a, b in ((start, at), (at, stop))], axis=1
    )
    rest = rest[:, np.isfinite(rest[0])] / scale[:, None]
    if rest.shape[1] < 3:
        return 0.5
    return float(np.sqrt((np.median(np.abs(rest), axis=1) * 1.4826) ** 2).max())


def _shadows(
    patch: Patch, scene: _Scene, at: int
) -> tuple[ShadowEvidence | None, ShadowEvidence | None]:
    """Shadow before and after, where the sun is known and pixels are fine enough."""
    gsd = scene.grid.gsd_m
    if not scene.reflectance or gsd is None or gsd > 5 or not np.isfinite(scene.elevation).any():
        return None, None
    rows, cols, mask = patch.grown(14, scene.natural.usable.shape[1:])
    dark = strip_darkness(
        mask, scene.natural.values[0][:, rows, cols], scene.natural.usable[:, rows, cols], scene.azimuth
    )
    n = np.arange(len(dark))
    before = weigh_shadow(dark, scene.elevation, gsd, n < at)
    after = weigh_shadow(dark, scene.elevation, gsd, n >= at)
    return before, after


def _warnings(e: Evidence, kind: Kind, rival: Kind | None, scene: _Scene) -> list[str]:
    said = []
    if min(e.looks_before, e.looks_after) < 2:
        said.append("seen on one side of the change in a single image: not confirmed by a second look")
    if rival is not None:
        said.append(f"the kind is judged by looks alone; it could also be: {rival.value}")
    return said


def _remarks(scene: _Scene) -> list[Remark]:
    said = []
    months = {a.middle.month for a in scene.acquired}
    n = len(scene.acquired)
    if n < 12:
        said.append(
            Remark("survey", f"only {n} usable images: dates are wide and kinds are guesses", "Add scenes.")
        )
    spread = max(((m - first) % 12 for first in months for m in months), default=0)
    if n > 2 and _within_one_season(months):
        said.append(
            Remark(
                "survey",
                "all usable images are of one season: a change that comes with the season cannot be told from a lasting one",
                "Add scenes of other months.",
            )
        )
    return said


def _within_one_season(months: set[int]) -> bool:
    """Whether all months lie within some four consecutive ones."""
    return any(all((m - first) % 12 < 4 for m in months) for first in range(1, 13))
