"""What all objects of one search share: the series, freed from common modes, and its cuts into levels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siteline.change.observability import smallest_visible
from siteline.change.options import ChangeOptions
from siteline.change.series.features import SCALES, Series, remove_common, remove_common_roughly
from siteline.change.series.patches import Mask, Patch, gather_patches, tidy_steps
from siteline.change.series.steps import (
    clip_excursions,
    estimate_noise,
    levels_of,
    partition,
    remove_season,
    score_one_step,
    weigh_looks,
)
from siteline.change.series.surroundings import less_surroundings
from siteline.change.series.timeline import NEAR_LOOKS, follow, level_between
from siteline.model.dates import Acquired
from siteline.model.imagery import Grid, Look
from siteline.model.quantity import Quantity

Array = NDArray[np.float32]

SEASONAL_LOOKS, SEASONAL_YEARS = 24, 2.0
"""A yearly wave is fitted only to as many looks over as many years."""

PRICE = 12.0
"""Price of one more level in a pixel's history, in medians of what pure noise reaches."""

LARGEST_BUILDING_M2 = 60_000.0
"""With its yard; what changes over more ground is told as ground."""

COARSEST_SHADOW_M = 5.0
"""Coarser pixels than this do not resolve the shadow of a building."""

ECHO = 0.3
"""Least share of the step against its surroundings that a thing must have made itself."""

WINDOW_PX = 21
"""Surroundings against which small objects are seen; nothing larger than a third of it is looked for that way."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Each pixel's history cut into levels, and the patches that stepped together."""

    series: Series
    sigma: Array
    """(feature, y, x)."""

    price: float
    weight: Array | None
    """(time,) how much each look counts; None if all count alike."""

    starts: Mask
    """(time, y, x)."""

    patches: list[Patch]
    restless: Mask
    """(y, x) pixels that changed at any time."""

    stepping: NDArray[np.float64]
    """(time,) share of the pixels whose level changes at each look."""

    @classmethod
    def of(cls, series: Series, least_px: int, most_px: int | None = None, *, uneven: bool = False) -> Cut:
        """
        Cut a series; patches smaller than `least_px` or larger than `most_px` pixels are left out.

        uneven: whether looks may be of very different quality, as pictures for display are.
        """
        weight = weigh_looks(series) if uneven else None
        sigma, starts, price = _cut_series(series, weight)
        level = levels_of(starts, series.values, series.usable)
        slack = _slack(len(series.years))
        unit = np.array([SCALES[name] for name in series.names], np.float32)
        tidy = tidy_steps(starts, slack)
        patches = gather_patches(tidy, level, sigma, unit, slack, least_px, trimmed=uneven)
        if most_px is not None:
            patches = [p for p in patches if p.area <= most_px]
        restless = np.asarray(starts.any(axis=0))
        return cls(series, sigma, price, weight, starts, patches, restless, starts.mean(axis=(1, 2)))


@dataclass(frozen=True, slots=True)
class Scene:
    """What all objects of one search share."""

    cuts: tuple[Cut, ...]
    """First the scene as it is, then each pixel against its surroundings."""

    natural: Series
    """As the images show it, nothing removed."""

    plain: Series
    """Freed from what the whole scene did, but with seasons and passing things left in."""

    why_not: NDArray[np.uint8]
    scene_ids: tuple[str, ...]
    acquired: tuple[Acquired, ...]
    looks: tuple[Look, ...]
    azimuth: NDArray[np.float64]
    elevation: NDArray[np.float64]
    grid: Grid
    reflectance: bool
    smallest: Quantity
    least_px: int
    """Smallest changed ground that is looked at, pixels."""

    @property
    def largest_building_px(self) -> float:
        """Pixels of ground larger than any building with its yard is; where the scale is unknown, a share of the image."""
        if self.grid.gsd_m is None:
            return 0.1 * self.grid.shape[0] * self.grid.shape[1]
        return LARGEST_BUILDING_M2 / self.grid.gsd_m**2

    @property
    def has_sun(self) -> bool:
        """Whether shadows can be followed: reflectance, sun angles, and pixels fine enough."""
        fine = self.grid.gsd_m is not None and self.grid.gsd_m <= COARSEST_SHADOW_M
        return bool(self.reflectance and fine and np.isfinite(self.elevation).any())

    @classmethod
    def of(cls, cube: xr.Dataset, looks: tuple[Look, ...], natural: Series, options: ChangeOptions) -> Scene:
        """Free a cube's series from common modes and cut it. `looks`: all of them, used or not."""
        grid: Grid = cube.attrs["grid"]
        least = options.least_px
        if grid.gsd_m:
            least = max(least, math.ceil(options.least_area_m2 / grid.gsd_m**2))
        reflectance = cube.attrs.get("units") == "reflectance"
        plain, steady = _steady_series(natural, uneven=not reflectance)
        whole = Cut.of(steady, least, uneven=not reflectance)
        local = replace(steady, values=less_surroundings(steady.values, steady.usable, WINDOW_PX))
        near = Cut.of(local, least, WINDOW_PX**2 // 3, uneven=not reflectance)
        if not reflectance:
            near = replace(near, patches=[p for p in near.patches if not _is_echo(p, near, plain)])
        by_id = {look.scene_id: look for look in looks}
        scene_ids = tuple(str(s) for s in cube["scene"].values)
        return cls(
            (whole, near),
            natural,
            plain,
            cube["why_not"].values,
            scene_ids,
            tuple(by_id[s].acquired for s in scene_ids),
            looks,
            cube["sun_azimuth"].values.astype(np.float64),
            cube["sun_elevation"].values.astype(np.float64),
            grid,
            reflectance,
            smallest_visible(near.price, near.sigma[0], len(natural.years), grid, least),
            least,
        )


def _is_echo(patch: Patch, near: Cut, plain: Series) -> bool:
    """Whether only the surroundings of a patch changed: beside a large block that turned dark all else looks brighter."""
    at = int(np.median(patch.when))
    scale = np.array([SCALES[name] for name in plain.names], np.float32)
    lines = (follow(patch, series, near.restless).inside for series in (near.series, plain))
    seen, own = (
        np.nan_to_num(level_between(line, at, at + NEAR_LOOKS) - level_between(line, at - NEAR_LOOKS, at))
        / scale
        for line in lines
    )
    return bool((seen * own).sum() < ECHO * np.square(seen).sum())


def _slack(n_looks: int) -> int:
    """By how many looks neighbouring pixels of one change may differ."""
    return 0 if n_looks <= 16 else 1 if n_looks <= 36 else 2


def _steady_series(natural: Series, *, uneven: bool) -> tuple[Series, Series]:
    """
    Free the series from what the whole scene did (light, display, season), and from what came and went.

    Twice: once roughly, against each pixel's median; then, now that its levels are known, against the level it was on.
    Returns the series freed from the first only, and from all.
    """
    rows, cols = natural.usable.shape[1:]
    rough = _calm(remove_common_roughly(natural), None)
    starts = (
        _cut_series(rough, weigh_looks(rough) if uneven else None)[1]
        .repeat(2, axis=1)
        .repeat(2, axis=2)[:, :rows, :cols]
    )
    plain = remove_common(natural, starts)
    return plain, _calm(plain, starts)


def _calm(series: Series, starts: Mask | None) -> Series:
    """
    Take the yearly wave and passing things away, where there are looks enough to know them.

    starts: (time, y, x) where levels start; the best single step of each pixel if None.
    """
    years, usable = series.years, series.usable
    if len(years) < SEASONAL_LOOKS or years[-1] - years[0] < SEASONAL_YEARS:
        return series
    if starts is None:
        sigma = estimate_noise(series.values, usable)
        _, when = score_one_step(series.values, usable, sigma, least=2)
        starts = _starts_of(when, len(years))
    values = remove_season(series.values, usable, starts, years)
    clip_excursions(values, usable, estimate_noise(values, usable))
    return replace(series, values=values)


def _starts_of(when: NDArray[np.int16], n_looks: int) -> Mask:
    """(time, y, x) True at each pixel's step, from the look (y, x) it happens at; 0 means none."""
    return np.asarray((np.arange(n_looks)[:, None, None] == when[None]) & (when[None] > 0))


def _cut_series(series: Series, weight: Array | None) -> tuple[Array, Mask, float]:
    """Noise, starts of levels and price of a step. weight: (time,) of the looks."""
    sigma = estimate_noise(series.values, series.usable)
    score, _ = score_one_step(series.values, series.usable, sigma, weight=weight)
    price = price_of_step(score, len(series.values), len(series.years))
    least = 2 if len(series.years) > 16 else 1
    return sigma, partition(series.values, series.usable, sigma, price, least, weight), price


def price_of_step(score: Array, n_features: int, n_looks: int) -> float:
    """
    Merit above which a step is more than this scene's own trembling.

    score: (y, x) merit of the best step. Pure noise would have a known median and lowest tenth; the lowest tenth is the part of
    the scene that real changes touch least, and it says how much more than pure noise (weather, season, misregistration) it
    trembles.
    """
    median = 0.5 * n_features - 0.2 + (0.225 + 0.175 * n_features) * math.log(n_looks)
    unrest = float(np.quantile(score, 0.1)) / (0.8 * median)
    return PRICE * median * math.sqrt(max(unrest, 0.25))
