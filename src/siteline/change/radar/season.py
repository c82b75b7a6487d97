"""What the year and the weather did to every piece of ground, taken away before anything is called a change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

MODES = 8
"""Ways in which quiet ground moved through the series that are taken away: at most so many, of both polarisations together."""

LEAST_LOOKS_PER_MODE = 8
LEAST_BEFORE = 3
"""Looks before a change from which its season is read; what is usual holds the shares where they are few."""

WINDOW_PX = 5
"""Side of the places that stand in for one where nothing happened, pixels."""

_BLOCK = 8  # looks, about three months
_ABOVE_NOISE = 1.5
_RESTLESS = 0.25  # share of the pixels that the modes are not learned from, as they moved most in one step


@dataclass(frozen=True, slots=True)
class Season:
    """How quiet ground moved through a series."""

    modes: Array
    """(time, mode), orthonormal."""

    usual: Array
    """(mode,) variance of a pixel's share of each, log units."""

    noise: float
    """Variance of one look of one pixel, log units."""

    def free(self, series: Array) -> Array:
        """Series (time, …) with what each column shares of the modes divided out; without any they are as they were."""
        if self.modes.shape[1] == 0:
            return series
        logs = np.log(series).reshape(len(series), -1)
        shrink = self.usual / (self.usual + np.float32(self.noise))
        shares = shrink[:, None] * (self.modes.T @ (logs - logs.mean(axis=0)))
        return np.asarray(series * np.exp(-(self.modes @ shares)).reshape(series.shape), np.float32)

    def free_place(self, series: Array, before: int, looks: float) -> Array:
        """
        Series (time, channel, pixel) of one place, freed from what all its pixels shared of the modes before look `before`.

        What comes later takes no part, so that a change is not taken for a season, nor a season that ended with it for noise.
        looks: equivalent number of looks of the mean over the pixels.
        """
        if self.modes.shape[1] == 0 or before < LEAST_BEFORE:
            return series
        logs = np.log(series[:before]).mean(axis=2)
        shares = self._shares(logs, looks)
        return np.asarray(series * np.exp(-(self.modes @ shares))[:, :, None], np.float32)

    def _shares(self, early: NDArray[np.floating], looks: float) -> NDArray[np.floating]:
        """(mode, column) shares of the modes in the first looks (time, column), logs of means worth so many looks."""
        modes = self.modes[: len(early)] - self.modes[: len(early)].mean(axis=0)
        noise = 1.0 / max(looks, 1.0)
        inner = modes.T @ modes / noise + np.diag(1.0 / np.maximum(self.usual, 1e-9))
        return np.asarray(np.linalg.solve(inner, modes.T @ (early - early.mean(axis=0)) / noise))

    def wander(self, series: Array, quiet: Mask, looks: float) -> float:
        """
        How far, log units squared, quiet ground strays from its own first half for months on end, beyond speckle.

        series: (time, channel, y, x) with its season; windows of quiet ground stand for places where nothing happened: each is
        freed as a place would be that changed half-way. looks: equivalent number of looks of such a window.
        """
        half = len(series) // 2
        means = ndimage.uniform_filter(series, (0, 0, WINDOW_PX, WINDOW_PX))
        whole = ndimage.minimum_filter(quiet, WINDOW_PX)
        if half < 2 * _BLOCK or not whole.any():
            return 0.0
        logs = np.log(means[:, :, whole]).reshape(len(series), -1)
        if self.modes.shape[1]:
            logs = logs - self.modes @ self._shares(logs[:half], looks)
        apart = logs[half:] - logs[:half].mean(axis=0)
        blocks = len(apart) // _BLOCK
        slow = apart[: blocks * _BLOCK].reshape(blocks, _BLOCK, -1).mean(axis=1)
        return max(0.0, float(np.square(slow).mean()) - (1 / _BLOCK + 1 / half) / looks)


def learn_season(series: Array, years: NDArray[np.float64]) -> Season:
    """
    Seasons, moisture, frost and calibration errors, from the pixels that took no lasting step.

    series: (time, channel, y, x) linear, above 0; years: (time,) from the first look. The temporal modes of quiet ground's log
    intensity are found from their covariance; of these only what exceeds speckle is kept.
    """
    times = series.shape[0]
    logs = np.log(series).reshape(times, -1)  # a column is one pixel in one polarisation
    apart = logs - logs.mean(axis=0)
    steps = _steps_of(_without_year(apart, years))
    both = steps.reshape(series.shape[1], -1).max(axis=0)
    quiet = np.tile(both <= np.quantile(both, 1 - _RESTLESS), series.shape[1])
    most = min(MODES, times // LEAST_LOOKS_PER_MODE)
    nothing = Season(np.zeros((times, 0), np.float32), np.zeros(0, np.float32), 1.0)
    if most == 0 or quiet.sum() < 4 * times:
        return nothing
    calm = np.ascontiguousarray(apart[:, quiet], np.float32)
    power, waves = np.linalg.eigh((calm @ calm.T).astype(np.float64) / calm.shape[1])  # ascending
    noise = float(np.median(power))
    kept = [n for n in range(times - 1, times - 1 - most, -1) if power[n] > _ABOVE_NOISE * noise]
    usual = np.maximum(power[kept] - noise, 0).astype(np.float32)
    return Season(waves[:, kept].astype(np.float32), usual, noise) if kept else nothing


def _without_year(apart: Array, years: NDArray[np.float64]) -> Array:
    """Columns less their own yearly wave."""
    turn = 2 * np.pi * years
    waves = np.stack(
        [np.ones_like(turn), np.cos(turn), np.sin(turn), np.cos(2 * turn), np.sin(2 * turn)], axis=1
    )
    if len(years) < 3 * waves.shape[1]:
        waves = waves[:, :1]
    base, _ = np.linalg.qr(waves)
    base = base.astype(apart.dtype)
    return np.asarray(apart - base @ (base.T @ apart))


def _steps_of(apart: Array) -> Array:
    """The largest standardised step of each column over all dates at which it may have happened."""
    times = apart.shape[0]
    sums = np.cumsum(apart, axis=0)[:-1]
    n = np.arange(1, times)[:, None]
    edge = max(2, times // 12)
    t = np.abs(sums) / np.sqrt(n * (times - n) / times)
    return np.asarray(t[edge - 1 : times - edge].max(axis=0) / apart.std(axis=0))
