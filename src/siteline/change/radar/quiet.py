"""How the test behaves where nothing happens at this very site: thresholds for a stated rate of false alarms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, special, stats

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]

LEAST_PIXELS = 400
"""Quiet ground of fewer pixels cannot tell a rate."""

LEAST_COUNTED = 20
"""Pixels beyond a threshold from which on it is counted, not read from a distribution."""

SIDES = (1, 2, 3, 4, 6, 8)
"""Sides of the windows whose looks are counted, pixels."""


def threshold_at(statistic: Array, quiet: Mask, rate: float) -> float:
    """
    The value that so large a share of quiet ground exceeds by chance.

    Rates that the pixels can count are counted; rarer ones are read from a gamma distribution through two of the counted.
    """
    values = statistic[quiet]
    if rate * values.size >= LEAST_COUNTED:
        return float(np.quantile(values, 1 - rate))
    shape, scale, start = fit_tail(values)
    return float(start + stats.gamma.isf(rate / 0.5, shape, scale=scale))


def safe_threshold_at(statistic: Array, quiet: Mask, rate: float) -> float:
    """
    The same, so that other ground like it exceeds the value by that rate on average.

    A further value exceeds the k-th largest of n independent ones with probability k / (n + 1): beyond a plain quantile, with
    k - 1 values above it, lies one part in k too much. Neighbours exceed together, so k is the number of pieces that they form.
    """
    if rate * quiet.sum() < LEAST_COUNTED:
        return threshold_at(statistic, quiet, rate)
    pieces = count_pieces(statistic, quiet, threshold_at(statistic, quiet, rate))
    return threshold_at(statistic, quiet, rate * pieces / (pieces + 1))


def count_pieces(statistic: Array, quiet: Mask, limit: float) -> int:
    """How many pieces of neighbours the quiet pixels beyond a limit form; at least one."""
    return max(1, int(ndimage.label((statistic > limit) & quiet, np.ones((3, 3)))[1]))


def fit_tail(values: Array) -> tuple[float, float, float]:
    """Shape, scale and start of a gamma distribution of what exceeds the median, from its middle and its upper tenth."""
    start = float(np.median(values))
    beyond = values[values > start] - start
    mid, far = (float(np.quantile(beyond, q)) for q in (0.5, 0.9))
    shapes = np.geomspace(0.3, 6, 200)
    ratios = stats.gamma.ppf(0.9, shapes) / stats.gamma.ppf(0.5, shapes)
    shape = float(np.interp(-far / max(mid, 1e-9), -ratios, shapes))
    return shape, far / float(stats.gamma.ppf(0.9, shape)), start


def looks_of(series: Array, quiet: Mask) -> float:
    """
    The equivalent number of looks of a pixel, from the spread of log intensity in time over quiet ground.

    series: (time, channel, y, x), season taken away. The variance of the log of a gamma variable of shape n is the trigamma
    function of n; pixels that do more than speckle are above the median, so the median pixel tells.
    """
    logs = np.log(series[:, :, quiet])
    spread = logs.var(axis=0, ddof=1 + len(logs) // 16)
    return invert_trigamma(float(np.median(spread)))


def looks_of_windows(series: Array, quiet: Mask) -> dict[int, float]:
    """
    The equivalent number of looks of a mean over windows of so many pixels, by their number of pixels.

    Neighbours of a delivered image resemble each other, so n pixels are worth fewer than n times the looks of one.
    """
    level = series.mean(axis=0, keepdims=True)
    flat = series / level
    found = {}
    for side in SIDES:
        whole = ndimage.minimum_filter(quiet, side) if side > 1 else quiet
        if whole.sum() < 30:
            break
        means = ndimage.uniform_filter(flat, (0, 0, side, side)) if side > 1 else flat
        found[side * side] = looks_of(means, whole)
    return found


def looks_for(size: int, windows: dict[int, float]) -> float:
    """The number of looks of a mean over so many pixels, between and beyond what was counted."""
    sizes = np.array(sorted(windows))
    looks = np.array([windows[n] for n in sizes])
    if size <= sizes[-1]:
        return float(np.interp(size, sizes, looks))
    return float(looks[-1])


def invert_trigamma(value: float) -> float:
    """The n of which the trigamma function is `value`."""
    low, high = 0.05, 1e6
    for _ in range(80):
        middle = (low * high) ** 0.5
        if special.polygamma(1, middle) > value:
            low = middle
        else:
            high = middle
    return float((low * high) ** 0.5)
