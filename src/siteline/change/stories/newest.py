"""What only the newest looks show: too late for a search that takes what comes and goes away first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siteline.change.scene import SEASONAL_LOOKS, SEASONAL_YEARS, Cut, Scene
from siteline.change.series.features import SCALES
from siteline.change.series.patches import gather_patches, tidy_steps
from siteline.change.series.steps import estimate_noise, levels_of, partition, remove_season
from siteline.change.stories.places import Place

NEWEST_LOOKS = 2
"""Looks at the end of a series that clipping takes for something passing: three are most of the nine it compares there."""

RECENT_LOOKS = 24
"""Looks that suffice to know how a place was before."""


def find_newest(scene: Scene) -> list[Place]:
    """
    Changes that begin in one of the newest looks, from the series as it is before passing things are taken away.

    Short series have nothing taken away: there the search through all looks finds them, and this one finds nothing.
    """
    years = scene.natural.years
    if len(years) < SEASONAL_LOOKS or years[-1] - years[0] < SEASONAL_YEARS:
        return []
    cut = _cut_newest(scene)
    return [Place.of(patch, cut, scene) for patch in cut.patches]


def _cut_newest(scene: Scene) -> Cut:
    """The cut of the whole scene, with levels that begin in the newest looks found anew."""
    whole, plain = scene.cuts[0], scene.plain
    values = remove_season(plain.values, plain.usable, whole.starts, plain.years)
    sigma = estimate_noise(values, plain.usable)
    late = slice(len(plain.years) - RECENT_LOOKS, None)
    found = partition(values[:, late], plain.usable[late], sigma, whole.price)
    starts = whole.starts.copy()
    starts[-NEWEST_LOOKS:] = found[-NEWEST_LOOKS:]
    begins = np.zeros_like(starts)
    begins[-NEWEST_LOOKS:] = tidy_steps(starts, 0)[-NEWEST_LOOKS:]
    level = levels_of(starts, values, plain.usable)
    unit = np.array([SCALES[name] for name in plain.names], np.float32)
    patches = gather_patches(begins, level, sigma, unit, 0, scene.least_px)
    series = replace(plain, values=values)
    return replace(whole, series=series, sigma=sigma, starts=starts, patches=patches)
