"""What the year and the weather did to every piece of ground, taken away before anything is called a change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

MODES = 8
"""Ways in which quiet ground moved through the series that are taken away: at most so many, of both polarisations together."""

LEAST_LOOKS_PER_MODE = 8
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
        if self.modes.shape[1] == 0 or before < LEAST_LOOKS_PER_MODE:
            return series
        early = self.modes[:before] - self.modes[:before].mean(axis=0)
        logs = np.log(series[:before]).mean(axis=2)
        noise = 1.0 / max(looks, 1.0)
        inner = early.T @ early / noise + np.diag(1.0 / np.maximum(self.usual, 1e-9))
        shares = np.linalg.solve(inner, early.T @ (logs - logs.mean(axis=0)) / noise)  # (mode, channel)
        return np.asarray(series * np.exp(-(self.modes @ shares))[:, :, None], np.float32)


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
