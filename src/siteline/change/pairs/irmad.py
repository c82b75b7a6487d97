"""Iteratively reweighted multivariate alteration detection: what two dates of several bands do not have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.stats import chi2

Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

_ROUNDS = 100
_SETTLED = 1e-6
_RIDGE = 1e-9
"""Of a band's variance, so that two bands that say the same do not break the solution."""

BLUR_PX = 1.0
"""Of √Z before the threshold: noise is a pixel wide, change seldom (SCIENCE 9: F1 0.95 becomes 0.96)."""


def alteration(before: Doubles, after: Doubles, known: Mask) -> tuple[Doubles, Doubles]:
    """
    √Z of each pixel, (y, x), 0 where unknown; and the canonical correlations, ascending, (band,).

    before, after: (band, y, x), any units: the result is the same whatever gain and offset a band has. known: (y, x).
    Z is the sum of squared differences of canonical variates over their variances 2(1 − ρ); each pixel counts by the
    probability of its Z under no change, chi-squared with as many degrees of freedom as bands, until the correlations settle
    (Nielsen, IEEE Transactions on Image Processing 16(2), 2007).
    """
    x, y = (np.asarray(image[:, known], np.float64) for image in (before, after))
    x, y = (_standard(values) for values in (x, y))
    weight, rho = np.ones(x.shape[1]), np.zeros(len(x))
    z = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        z, fresh = _differences(x, y, weight)
        weight = chi2.sf(z, len(x)) + 1e-9
        settled = np.abs(fresh - rho).max() < _SETTLED
        rho = fresh
        if settled:
            break
    root = np.zeros(known.shape)
    root[known] = np.sqrt(z)
    return root, rho


def smoothed(root: Doubles, known: Mask) -> Doubles:
    """√Z blurred by a pixel, unknown pixels left out of the mean, (y, x)."""
    weight = ndimage.gaussian_filter(known.astype(np.float64), BLUR_PX)
    total = ndimage.gaussian_filter(np.where(known, root, 0.0), BLUR_PX)
    return np.where(known, total / np.maximum(weight, 1e-9), 0.0)


def _standard(values: Doubles) -> Doubles:
    spread = values.std(axis=1, keepdims=True)
    return np.asarray((values - values.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0))


def _differences(x: Doubles, y: Doubles, weight: Doubles) -> tuple[Doubles, Doubles]:
    """Z of each pixel and the canonical correlations, under the weights; x, y: (band, pixel)."""
    total = weight.sum()
    x = x - (x @ weight)[:, None] / total
    y = y - (y @ weight)[:, None] / total
    ridge = _RIDGE * np.eye(len(x))
    xx, yy, xy = (
        (x * weight) @ x.T / total + ridge,
        (y * weight) @ y.T / total + ridge,
        (x * weight) @ y.T / total,
    )
    root = np.linalg.inv(np.linalg.cholesky(xx))
    inner = root @ xy @ np.linalg.solve(yy, xy.T) @ root.T
    squares, vectors = np.linalg.eigh((inner + inner.T) / 2)
    rho = np.sqrt(np.clip(squares, 0, 1 - 1e-9))
    a = root.T @ vectors
    b = np.linalg.solve(yy, xy.T @ a)
    b /= np.sqrt(np.maximum(np.einsum("ik,ij,jk->k", b, yy, b), 1e-12))
    away = a.T @ x - b.T @ y
    return np.asarray((away**2 / (2 * (1 - rho))[:, None]).sum(axis=0)), np.asarray(rho)
