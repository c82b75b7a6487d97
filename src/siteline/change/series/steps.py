"""When a pixel left its own history: its noise, step tests, and the best partition of its series into levels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from siteline.change.series.cuts import partition, score_one_step
from siteline.change.series.features import SAMPLE, Series, typical_level
from siteline.change.series.sweeps import clip_excursions, levels_of, remove_season, typical_jump

__all__ = [
    "clip_excursions",
    "estimate_noise",
    "levels_of",
    "partition",
    "remove_season",
    "score_one_step",
    "weigh_looks",
]

Array = NDArray[np.float32]

MAD_OF_DIFFERENCE = 0.954
"""Median |difference| of two draws of a unit normal."""


def estimate_noise(values: Array, usable: NDArray[np.bool_], prior_weight: float = 12.0) -> Array:
    """
    How much each pixel trembles from look to look, by feature.

    values: (feature, time, y, x); usable: (time, y, x). From first differences, so that steps do not count; shrunk towards the
    scene's median as if that were `prior_weight` looks. Returns (feature, y, x) sigma.
    """
    count = np.count_nonzero(usable[1:] & usable[:-1], axis=0)
    own = typical_jump(values, usable) / np.float32(MAD_OF_DIFFERENCE)
    own = gaussian_filter(own**2, (0, 1.5, 1.5))
    known = count > 0
    typical = np.median(own[:, known], axis=1) if known.any() else np.ones(len(own), np.float32)
    typical = np.maximum(typical, 1e-6)[:, None, None]
    return np.asarray(np.sqrt((count * own + prior_weight * typical) / (count + prior_weight)), np.float32)


def weigh_looks(series: Series) -> Array:
    """
    How much each look counts beside the others, (time,) 0–1: a poor picture, by the inverse of its variance.

    series: freed from what the whole scene did. What a look deviates from each pixel's median, for half of the scene, is its own
    noise; ground that changed is hardly ever half of a scene.
    """
    size = series.usable[0].size
    where = np.linspace(0, size - 1, min(size, SAMPLE)).astype(np.intp)
    n_features, n_looks = series.values.shape[:2]
    values = series.values.reshape(n_features, n_looks, -1)[:, :, where]
    seen = series.usable.reshape(n_looks, -1)[:, where]
    away = np.abs(values - typical_level(values, seen)[:, None])
    noise = np.array(
        [[np.median(a[ok]) if ok.any() else np.nan for a, ok in zip(row, seen, strict=True)] for row in away]
    )
    usual = np.nanmedian(noise, axis=1, keepdims=True)
    unrest = np.sqrt(np.square(noise / np.maximum(usual, 1e-6)).mean(axis=0))
    weight: Array = np.nan_to_num(1 / np.square(np.maximum(unrest, 1)), nan=1.0).astype(np.float32)
    return weight
