"""One track of a radar series, made ready: season learned, tested pixel by pixel, its threshold counted on quiet ground."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage, stats

from siteline.change.radar.omnibus import terms_of_all, weigh_all
from siteline.change.radar.options import RadarOptions
from siteline.change.radar.pwtt import filter_lee
from siteline.change.radar.quiet import (
    LEAST_PIXELS,
    looks_for,
    looks_of,
    looks_of_windows,
    safe_threshold_at,
    threshold_at,
)
from siteline.change.radar.season import WINDOW_PX, Season, learn_season
from siteline.model.radar import TrackState

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]

SMOOTHING_PX = 0.7
_CERTAIN = 1e-6
"""So few quiet pixels are so high by chance that hardly any site has one: a place with one is taken out of the quiet area."""

_ROUNDS = 4
_AWAY_PX = 3
_AROUND = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Ready:
    """One track, ready to be asked."""

    name: str
    days: tuple[date, ...]
    scenes: tuple[str, ...]
    raw: Array
    """(time, channel, y, x) linear intensities."""

    season: Season
    statistic: Array
    """(y, x) omnibus statistic of the smoothed series without its season."""

    found: Mask
    """(y, x) pixels of places that changed."""

    quiet: Mask
    windows: dict[int, float]
    wander: float
    """Variance of what quiet ground does for months beyond speckle and season, log units squared."""

    state: TrackState

    def lee_logs(self) -> Array:
        """(time, channel, y, x) log of the Lee-filtered series."""
        return np.log(np.maximum(filter_lee(self.raw), 1e-12))


def tracks_of(cube: xr.Dataset) -> tuple[str, ...]:
    """Names of the tracks of a radar cube, in order of name."""
    return tuple(sorted({str(name) for name in cube["track"].values}))


def make_ready(cube: xr.Dataset, track: str, options: RadarOptions) -> Ready:
    """
    Test one track of a radar cube.

    cube: value (time, band, y, x) linear with NaN where nothing was seen; track, scene: (time). The quiet area is what is left of
    the site when places that certainly changed are taken out with a margin, found in a few rounds; cleared of places by chance
    too, it would lack just the pixels that the rate counts.
    """
    own = np.flatnonzero(cube["track"].values == track)
    raw = _without_gaps(np.asarray(cube["value"].values[own], np.float32))
    days = tuple(day.astype(object) for day in cube["time"].values[own].astype("datetime64[D]"))
    years = np.array([(day - days[0]).days / 365.25 for day in days])
    smoothed = ndimage.gaussian_filter(raw, (0, 0, SMOOTHING_PX, SMOOTHING_PX), mode="nearest")
    season = learn_season(smoothed, years)
    freed, fine = season.free(smoothed), season.free(raw)
    everywhere = np.ones(raw.shape[2:], bool)
    looks = looks_of(freed, everywhere)
    statistic = weigh_all(freed.astype(np.float64), looks)
    certain = _places(statistic > threshold_at(statistic, everywhere, _CERTAIN), None, options)
    quiet, found, threshold = ~_grown(certain), certain, np.inf
    for _ in range(_ROUNDS):
        if quiet.sum() < LEAST_PIXELS:
            break
        threshold = safe_threshold_at(statistic, quiet, options.rate)
        over = statistic > threshold
        quiet, seeds = (
            ~_grown(_places(over, statistic > threshold_at(statistic, quiet, _CERTAIN), options)),
            statistic > threshold_at(statistic, quiet, options.seed_rate),
        )
        found = _places(over, seeds, options)
    terms = terms_of_all(len(days), looks, raw.shape[1])
    state = TrackState(
        track=track,
        looks=len(days),
        equivalent_looks=round(looks, 2),
        rate=options.rate,
        threshold=round(float(threshold), 2),
        by_theory=round(float(stats.chi2.isf(options.rate, terms.freedom)) / terms.rho, 2),
        quiet_share=round(float(quiet.mean()), 4),
    )
    scenes = tuple(str(name) for name in cube["scene"].values[own])
    calm = quiet if quiet.sum() >= LEAST_PIXELS else everywhere
    windows = looks_of_windows(fine, calm)
    wander = season.wander(raw, calm, looks_for(WINDOW_PX**2, windows))
    return Ready(track, days, scenes, raw, season, statistic, found, quiet, windows, wander, state)


def _without_gaps(series: Array) -> Array:
    """Series with pixels that were not seen, or not positive, set to their own mean: they say nothing."""
    bad = ~(series > 0)
    if not bad.any():
        return series
    known = np.where(bad, np.nan, series)
    seen = (~bad).sum(axis=0)
    mean = np.divide(
        np.nansum(known, axis=0), seen, out=np.ones(series.shape[1:], series.dtype), where=seen > 0
    )
    return np.where(bad, np.maximum(mean, 1e-6), series)


def _places(over: Mask, seeds: Mask | None, options: RadarOptions) -> Mask:
    """Of pixels over a threshold, those in pieces large enough and with a seed."""
    pieces, count = ndimage.label(over, _AROUND)
    if count == 0:
        return over
    sizes = ndimage.sum_labels(over, pieces, np.arange(1, count + 1))
    keep = sizes >= options.least_pixels
    if seeds is not None:
        keep &= ndimage.maximum(seeds, pieces, np.arange(1, count + 1)).astype(bool)
    return np.isin(pieces, 1 + np.flatnonzero(keep))


def _grown(mask: Mask) -> Mask:
    return np.asarray(ndimage.binary_dilation(mask, _AROUND, iterations=_AWAY_PX))
