"""
What a fit leaves unexplained: how much in each band, and how much of it the bands share.

Noise is (looks, bands, bands): a residual is so many units of noise, a row, times this. The texture of ground is much the same
in all bands; what differs between bands tells roof from ground where brightness alone does not.
"""

from __future__ import annotations

import numpy as np

from siteline.measure.blur import Array
from siteline.measure.stack import SMALLEST_NOISE

ALONE = 0.05
"""So much of each band's variance is taken to be its own, however much alike a few hundred pixels may be."""


def by_band(sigma: Array) -> Array:
    """Noise of bands that share nothing; sigma: (looks, bands)."""
    noise: Array = np.einsum("lb,bc->lbc", sigma, np.eye(sigma.shape[1]))
    return noise


def sigma_of(noise: Array) -> Array:
    """(looks, bands): one sigma of each band."""
    sigma: Array = np.sqrt(np.sum(noise**2, axis=1))
    return sigma


def in_noise(values: Array, noise: Array) -> Array:
    """(looks, pixels, bands) in units of the noise."""
    measured: Array = values @ np.linalg.inv(noise)
    return measured


def shared_noise(residual: Array, weights: Array) -> Array:
    """
    Noise with what the bands share.

    residual: (looks, pixels, bands), in the unit of the images; weights: (looks, pixels).
    """
    heavy = residual * weights[..., None]
    total = np.maximum(weights.sum(axis=1), 1e-9)[:, None, None]
    covariance = np.swapaxes(residual, 1, 2) @ heavy / total
    own = np.eye(residual.shape[2])
    covariance = covariance * (1 - ALONE + ALONE * own) + SMALLEST_NOISE**2 * own
    size, along = np.linalg.eigh(covariance)
    root: Array = along * np.sqrt(size)[:, None] @ np.swapaxes(along, 1, 2)
    return root
