"""
A second opinion: the pixel-wise t-test before against after an event (PWTT).

After Ballinger, arXiv 2405.06323: per orbit and polarisation, the logarithm of Lee-filtered intensity, up to 12 months before
against the first two months after, t of the means with the pooled spread of single looks. It needs a day and gives none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.floating]

BEFORE_DAYS, AFTER_DAYS = 365, 61
_LOOKS = 5.0  # nominal, of the speckle that the filter expects
_WINDOW = 3  # pixels


def filter_lee(intensity: Array) -> Array:
    """
    Lee's filter over 3 x 3 pixels: the local mean where only speckle varies, the pixel itself where more does.

    intensity: (…, y, x) linear.
    """
    size = (1,) * (intensity.ndim - 2) + (_WINDOW, _WINDOW)
    mean = ndimage.uniform_filter(intensity, size, mode="nearest")
    spread = np.maximum(ndimage.uniform_filter(np.square(intensity), size, mode="nearest") - mean**2, 0.0)
    of_ground = np.maximum((spread - mean**2 / _LOOKS) / (1 + 1 / _LOOKS), 0.0)
    share = np.divide(of_ground, spread, out=np.zeros_like(spread), where=spread > 0)
    return np.asarray(mean + share * (intensity - mean))


def weigh_event(logs: Array, days: NDArray[np.int64], event: int) -> Array:
    """
    |t| of each pixel at one day, the larger of the polarisations: (y, x); NaN with fewer than two looks on a side.

    logs: (time, channel, y, x) log of Lee-filtered intensity of one orbit; days: (time,) of the looks; event: the day.
    """
    before = (days >= event - BEFORE_DAYS) & (days < event)
    after = (days >= event) & (days < event + AFTER_DAYS)
    n, m = int(before.sum()), int(after.sum())
    if min(n, m) < 2:
        return np.full(logs.shape[2:], np.nan)
    first, then = logs[before], logs[after]
    pooled = ((n - 1) * first.var(axis=0, ddof=1) + (m - 1) * then.var(axis=0, ddof=1)) / (n + m - 2)
    t = np.abs(then.mean(axis=0) - first.mean(axis=0)) / np.sqrt(pooled * (1 / n + 1 / m))
    return np.asarray(t.max(axis=0))
