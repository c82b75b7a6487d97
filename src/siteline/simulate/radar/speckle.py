"""Speckle: what a coherent radar adds to every surface, correlated from pixel to pixel as in a delivered image."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from siteline.simulate.coverage import Floats

LOOKS = 4.4
"""Equivalent number of looks of a pixel: variance of intensity over a uniform surface is its mean squared over this."""

PIXEL_M = 10.0
FINE_M = 5.0
BLUR_M = 10.0
"""Sigma of the amplitude's point spread, m: pixels of 10 m are finer than the resolution, so neighbours resemble each other."""

_WEIGHTS = (0.35, 0.1625, 0.1625, 0.1625, 0.1625)
"""Of five looks; unequal, so that they are worth 4.4."""


def see_mean(power: Floats, shift_m: tuple[float, float] = (0.0, 0.0)) -> Floats:
    """Mean intensity on the pixels, from the fine grid: (bands, rows, columns), blurred by the point spread; then sampled."""
    step = round(PIXEL_M / FINE_M)
    sigma = BLUR_M / np.sqrt(2) / FINE_M
    east, north = shift_m
    moved = _slide(_slide(power, 1, -north / FINE_M), 2, east / FINE_M)
    blurred = ndimage.gaussian_filter(moved, (0, sigma, sigma), mode="nearest", truncate=3)
    rows, columns = (size // step for size in power.shape[1:])
    binned = blurred[:, : rows * step, : columns * step].reshape(power.shape[0], rows, step, columns, step)
    return np.asarray(binned.mean(axis=(2, 4)), np.float32)


def draw_speckle(rng: np.random.Generator, bands: int, shape: tuple[int, int]) -> Floats:
    """
    Speckle of mean 1, (bands, rows, columns), independent from band to band.

    Each look is the power of a complex Gaussian field with the amplitude's point spread; with equal weights the sum would be
    gamma distributed with shape 5, with these it is so to a good approximation with shape `LOOKS`.
    """
    sigma = BLUR_M / PIXEL_M
    looks = len(_WEIGHTS)
    field = rng.standard_normal((bands, looks, 2, *shape), dtype=np.float32)
    field = ndimage.gaussian_filter(field, (0, 0, 0, sigma, sigma), mode="wrap", truncate=4)
    field /= field.std(axis=(-2, -1), keepdims=True)
    power = 0.5 * np.square(field).sum(axis=2)
    return np.asarray(np.tensordot(power, np.array(_WEIGHTS, np.float32), axes=(1, 0)), np.float32)


def _slide(power: Floats, axis: int, cells: float) -> Floats:
    """Moved along one axis by less than a cell, linearly; edges wrap, far from the frame."""
    share = np.float32(min(abs(cells), 1.0))
    return np.asarray(power * (1 - share) + np.roll(power, 1 if cells > 0 else -1, axis) * share, np.float32)
