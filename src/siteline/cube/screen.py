"""
Clouds, haze, blank frames and outliers, found from the series itself where no mask names them.

A look is judged by its own site's pattern: a cloud hides it, haze weakens it, a blank frame has none. A place is
judged by its own history: what leaves it for one look, in the colours of a cloud or a shadow, was never on the ground.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.cube.coregister import Shift
from siteline.cube.history import leave_twofold
from siteline.raster.compiled import each
from siteline.raster.nodata import gaussian
from siteline.raster.order import median_over_time

Floats = NDArray[np.float32]

_ENOUGH_LOOKS = 5
_LEAST_CORR = 0.5
"""Of the series' usual likeness to its reference."""

LEAST_CONTRAST = 0.42
"""Of the series' usual contrast."""

_VEIL_LIGHT, _VEIL_CONTRAST = 0.4, 0.55
"""So much brighter (log), with so little contrast: seen through a veil."""

_BLOCKS = 4
_DENSE_DAYS = 45
"""With a look at least this often, a pixel that changes for one look only has not changed."""

_DENSE_LOOKS = 9
_OUTLIER = 2.7
_LEAST_AREA_PX = 120
_SMOOTH_PX = 1.2
_LARGE_PX = 700
_SHARP = 0.27
_BESIDE = 0.12


def looks_blank(light: Floats, valid: NDArray[np.bool_]) -> bool:
    """Whether nearly all of a look is one flat brightness, or saturated; (y, x) log light."""
    seen = light[valid]
    if seen.size == 0:
        return False
    low, high = np.percentile(seen[:: max(1, seen.size // 50_000)], [5, 95])
    return bool(high - low < 0.01)


def why_unlike(shifts: Sequence[Shift | None], brightness: Sequence[float]) -> list[str | None]:
    """
    Why each look is unlike its site (cloud, which haze counts as, or shadow), or None.

    shifts: one per look, None if the look shows nothing to hold on to; brightness: median log light over that of
    the series. A look is unlike if it shows less than half of the usual pattern (correlation), or less than 0.42
    of its contrast (0.55 if it is much brighter as well). Judged against the series' own usual values, so it
    takes at least 5 looks; with fewer, nothing is said.
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
        elif shift.slope < LEAST_CONTRAST * usual_slope or (
            bright > _VEIL_LIGHT and shift.slope < _VEIL_CONTRAST * usual_slope
        ):
            reasons.append("cloud" if bright > 0 or shift.corr > 0.7 * usual_corr else "shadow")
        else:
            reasons.append(None)
    return reasons


def share_alike(reference: Floats, pattern: Floats, valid: NDArray[np.bool_], least_corr: float) -> float:
    """Share of 4 x 4 blocks of a site in which a look still shows the reference's pattern; all (y, x)."""
    alike = []
    for rows in np.array_split(np.arange(pattern.shape[0]), _BLOCKS):
        for cols in np.array_split(np.arange(pattern.shape[1]), _BLOCKS):
            block = np.ix_(rows, cols)
            if valid[block].mean() > 0.5:
                corr = correlate(pattern[block], reference[block], valid[block])
                alike.append(corr > least_corr)
    return float(np.mean(alike)) if alike else 0.0


def correlate(a: Floats, b: Floats, valid: NDArray[np.bool_]) -> float:
    """Correlation of two high-passed images over valid pixels; (y, x)."""
    x, y = a[valid], b[valid]
    power = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / power if power > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Blot:
    """A coherent part of one look that leaves its own history for this look only."""

    look: int
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    brighter: bool
    sharpness: float
    """Steepest slope along its edge over its depth, 1/pixel: clouds are soft, buildings are not."""

    beside_mask: float
    """Share of its rim that is masked already."""

    box: tuple[slice, slice]
    """The part of the grid that holds it, 5 pixels wider."""

    spot: NDArray[np.bool_]
    """Its pixels within the box, widened by 2."""

    @property
    def may_be_built(self) -> bool:
        """Whether it is so small and sharp that it may be a fresh slab, or the winter shadow of a hall."""
        return len(self.rows) < _LARGE_PX and self.sharpness > _SHARP and self.beside_mask < _BESIDE


def find_blots(light: Floats, valid: NDArray[np.bool_], days: NDArray[np.float64]) -> list[Blot]:
    """
    The parts of looks that leave their own history for one look and come back.

    light: (time, y, x) log light, aligned; valid: the same shape; days: (time,) ascending. A pixel counts if it
    deviates in the same sense from the median of the 3 looks before and of the 3 looks after (so that a real
    change, which stays, never counts) by more than 2.7 robust sigmas after smoothing by 1.2 px, in an area of
    more than 120 px (SCIENCE 2.3). The first and last look have a history on one side only and are not judged.
    Nothing is found in a sparse series, in which the ground itself changes from look to look.
    """
    if len(light) < _DENSE_LOOKS or float(np.median(np.diff(days))) > _DENSE_DAYS:
        return []
    flat = _level(light, valid)
    outlying = np.float32(_OUTLIER) * _noise(flat, valid)
    away = leave_twofold(flat, valid)
    least = max(_LEAST_AREA_PX, round(2e-4 * light[0].size))

    def find(at: int) -> list[Blot]:
        smoothed, blots = gaussian(away[at], _SMOOTH_PX), []
        for sign in (1, -1):
            labels, count = ndimage.label(smoothed > outlying if sign > 0 else smoothed < -outlying)
            sizes = np.bincount(labels.ravel(), minlength=count + 1)
            boxes = ndimage.find_objects(labels)
            for number in np.flatnonzero(sizes[1:] > least):
                box = _wider(boxes[number], labels.shape, 5)
                part = labels[box] == number + 1
                blots.append(_describe(at, sign > 0, box, part, sign * away[at][box], valid[at][box]))
        return blots

    return [blot for found in each(find, range(len(light))) for blot in found]


def _wider(box: tuple[slice, slice], shape: tuple[int, int], margin: int) -> tuple[slice, slice]:
    rows, cols = (
        slice(max(0, side.start - margin), min(size, side.stop + margin))
        for side, size in zip(box, shape, strict=True)
    )
    return rows, cols


def _describe(
    look: int,
    brighter: bool,
    box: tuple[slice, slice],
    part: NDArray[np.bool_],
    depth: Floats,
    valid: NDArray[np.bool_],
) -> Blot:
    """A blot from its part of a box of the site, and how far the look deviates there, in its sense."""
    rows, cols = np.nonzero(part)
    rim = ndimage.binary_dilation(part, iterations=3) & ~part
    edge = ndimage.binary_dilation(part, iterations=2) & ~ndimage.binary_erosion(part, iterations=2)
    full = float(np.percentile(depth[part], 75))
    slope = float(np.percentile(np.hypot(*np.gradient(depth))[edge], 75))
    return Blot(
        look=look,
        rows=rows + box[0].start,
        cols=cols + box[1].start,
        brighter=brighter,
        sharpness=slope / full if full > 0 else 0.0,
        beside_mask=float(np.mean(~valid[rim])) if rim.any() else 0.0,
        box=box,
        spot=ndimage.binary_dilation(part, iterations=2),
    )


def is_cloud_or_shadow(brighter: bool, light: float, blue_over_red: float, nir: float) -> bool:
    """
    Whether a blot has the colours of a cloud or its shadow, rather than of a field that was mown or turned green.

    light, blue_over_red, nir: how the blot differs from the looks around it, log; NaN where the band is
    missing. A cloud brightens and whitens: ground is redder than it is. A shadow darkens the near infrared as
    well and does not redden; new leaves brighten the near infrared.
    """
    if brighter:
        return light > 0.1 and not blue_over_red < 0.02
    return light < -0.25 and not blue_over_red < -0.05 and not nir > 0.5 * light


def _level(light: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Light with each look's overall brightness taken out: the most common difference from the series."""
    reference = np.median(light[:: max(1, len(light) // 15)], axis=0)
    flat = np.empty_like(light)
    edges = np.arange(-3, 3.02, 0.02)

    def level(at: int) -> None:
        difference = (light[at] - reference)[valid[at]]
        usual = np.float32(0)
        if difference.size:
            counts = ndimage.gaussian_filter1d(np.histogram(difference, edges)[0].astype(float), 2.5)
            usual = np.float32(edges[int(np.argmax(counts))] + 0.01)
        np.subtract(light[at], usual, out=flat[at])

    each(level, range(len(light)))
    return flat


def _noise(flat: Floats, valid: NDArray[np.bool_]) -> Floats:
    """One robust sigma of each pixel from look to look, (y, x); at least the site's own usual noise."""
    steps = np.linspace(1, len(flat) - 1, min(24, len(flat) - 1)).astype(int)
    change = np.abs(flat[steps] - flat[steps - 1])
    both = valid[steps] & valid[steps - 1]
    sigma = 1.4826 / math.sqrt(2) * np.nan_to_num(median_over_time(change, both), nan=1.0)
    usual = float(np.median(sigma))
    return np.maximum(gaussian(sigma.astype(np.float32), 1.0), np.float32(max(usual, 0.03)))
