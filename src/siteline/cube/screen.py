"""
Clouds, haze, blank frames and outliers, found from the series itself where no mask names them.

A look is judged by its own site's pattern: a cloud hides it, haze weakens it, a blank frame has none. A pixel is
judged by its own history: what leaves it for one look and returns was never on the ground.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.cube.coregister import Shift
from siteline.raster.nodata import gaussian

Floats = NDArray[np.float32]

_ENOUGH_LOOKS = 5
_LEAST_CORR = 0.5
"""Of the series' usual likeness to its reference."""

_LEAST_CONTRAST = 0.42
_DENSE_DAYS = 45
"""With a look at least this often, a pixel that changes for one look only has not changed."""

_DENSE_LOOKS = 9
_OUTLIER = 2.7
_LEAST_AREA_PX = 120
_SMOOTH_PX = 1.2


def looks_blank(light: Floats, valid: NDArray[np.bool_]) -> bool:
    """Whether nearly all of a look is one flat brightness, or saturated; (y, x) log light."""
    seen = light[valid]
    if seen.size == 0:
        return False
    low, high = np.percentile(seen[:: max(1, seen.size // 50_000)], [5, 95])
    return bool(high - low < 0.01)


def why_unlike(shifts: Sequence[Shift | None], brightness: Sequence[float]) -> list[str | None]:
    """
    Why each look is unlike its site, or None: cloud, haze.

    shifts: one per look, None if the look shows nothing to hold on to or was set aside before; brightness: median
    log light over that of the series. A look is unlike if it shows less than half of the usual pattern
    (correlation), or less than 0.42 of its contrast. Judged against the series' own usual values, so it takes
    at least 5 looks; with fewer, nothing is said.
    """
    known = [shift for shift in shifts if shift is not None]
    if len(known) < _ENOUGH_LOOKS:
        return [None] * len(shifts)
    best = max(shift.corr for shift in known)
    sound = [shift for shift in known if shift.corr >= 0.5 * best]
    usual_corr = float(np.median([shift.corr for shift in sound]))
    usual_slope = float(np.median([shift.slope for shift in sound]))
    reasons: list[str | None] = []
    for shift, bright in zip(shifts, brightness, strict=True):
        if shift is None or shift.corr < _LEAST_CORR * usual_corr:
            reasons.append("cloud")
        elif shift.slope < _LEAST_CONTRAST * usual_slope:
            reasons.append("haze" if bright > 0 or shift.corr > 0.7 * usual_corr else "cloud shadow")
        else:
            reasons.append(None)
    return reasons


def find_outliers(light: Floats, valid: NDArray[np.bool_], days: NDArray[np.float64]) -> NDArray[np.bool_]:
    """
    Pixels that leave their own history for one look and come back, (time, y, x) bool.

    light: (time, y, x) log light, aligned; valid: the same shape; days: (time,) ascending. A pixel counts if it
    deviates in the same sense from the median of the 3 looks before and from that of the 3 looks after (so that
    a real change, which stays, never counts), by more than 2.7 robust sigmas after smoothing by 1.2 px, in an
    area of more than 120 px (SCIENCE 2.3); areas are widened by 2 px. The first and last look have no history on
    one side and are not judged. Nothing is masked in a sparse series, in which the ground itself changes from
    look to look.
    """
    outlier = np.zeros(light.shape, bool)
    if len(light) < _DENSE_LOOKS or float(np.median(np.diff(days))) > _DENSE_DAYS:
        return outlier
    flat = _level(light, valid)
    before, after = _running_medians(flat, valid, 1), _running_medians(flat, valid, -1)
    up, down = flat - before, flat - after
    away = np.where(np.sign(up) == np.sign(down), np.sign(up) * np.minimum(np.abs(up), np.abs(down)), 0)
    away[~valid] = 0
    sigma = _noise(flat, valid)
    share = max(_LEAST_AREA_PX, round(2e-4 * light[0].size))
    for at in range(len(light)):
        far = np.abs(gaussian(away[at].astype(np.float32), _SMOOTH_PX)) > _OUTLIER * sigma
        if not far.any():
            continue
        labels, count = ndimage.label(far)
        large = np.flatnonzero(np.bincount(labels.ravel(), minlength=count + 1)[1:] > share) + 1
        if large.size:
            outlier[at] = ndimage.binary_dilation(np.isin(labels, large), iterations=2)
    return outlier


def _level(light: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Light with each look's overall brightness taken out: the most common difference from the series."""
    reference = np.median(light[:: max(1, len(light) // 15)], axis=0)
    flat = light.copy()
    edges = np.arange(-3, 3.02, 0.02)
    for at in range(len(light)):
        difference = (light[at] - reference)[valid[at]]
        if difference.size:
            counts = ndimage.gaussian_filter1d(np.histogram(difference, edges)[0].astype(float), 2.5)
            flat[at] -= np.float32(edges[int(np.argmax(counts))] + 0.01)
    return flat


def _running_medians(flat: Floats, valid: NDArray[np.bool_], direction: int) -> Floats:
    """
    Median of the 3 nearest valid looks before (1) or after (-1) each look; where there are none, the look itself.
    """
    out = np.empty_like(flat)
    order = range(len(flat)) if direction == 1 else range(len(flat) - 1, -1, -1)
    start = flat[0 if direction == 1 else -1]
    kept = [np.full_like(start, np.nan) for _ in range(3)]
    for at in order:
        a, b, c = kept  # newest first
        b_or_a, c_or_a = np.where(np.isnan(b), a, b), np.where(np.isnan(c), a, c)
        middle = np.maximum(np.minimum(a, b_or_a), np.minimum(np.maximum(a, b_or_a), c_or_a))
        out[at] = np.where(np.isnan(middle), flat[at], middle)
        seen = valid[at]
        kept = [np.where(seen, new, old) for new, old in ((flat[at], a), (a, b), (b, c))]
    return out


def _noise(flat: Floats, valid: NDArray[np.bool_]) -> Floats:
    """One robust sigma of each pixel from look to look, (y, x); at least the site's own usual noise."""
    steps = np.linspace(1, len(flat) - 1, min(24, len(flat) - 1)).astype(int)
    change = np.abs(flat[steps] - flat[steps - 1])
    both = valid[steps] & valid[steps - 1]
    change[~both] = np.nan
    with np.errstate(all="ignore"):
        sigma = 1.4826 / math.sqrt(2) * np.nan_to_num(_nanmedian(change), nan=1.0)
    usual = float(np.median(sigma))
    return np.maximum(gaussian(sigma.astype(np.float32), 1.0), np.float32(max(usual, 0.03)))


def _nanmedian(stack: Floats) -> Floats:
    from siteline.raster.nodata import median_over_time

    return median_over_time(stack, np.isfinite(stack))
