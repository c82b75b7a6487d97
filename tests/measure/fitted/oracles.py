"""What the compiled loops of a fit do, in plain array code."""

from __future__ import annotations

import numpy as np

from siteline.measure.blur import Array


def normal(z: Array) -> Array:
    """Normal distribution (Abramowitz and Stegun 26.2.17)."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    tail = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = tail * np.exp(-0.5 * z * z) * 0.3989422804014327
    return np.where(z > 0, 1 - tail, tail)


def still(u: Array, v: Array, walls_u: Array, walls_v: Array, signs: Array, blur: float) -> Array:
    """A blurred rectilinear shape: the sum over its corners."""
    at_u, at_v = (normal((x[None] - walls[:, None]) / blur) for x, walls in ((u, walls_u), (v, walls_v)))
    return np.einsum("kn,jn,kj->n", at_u, at_v, signs)


def swept(uv: Array, edges: Array, blur: float) -> Array:
    """A product of blurred slabs; uv: (3, looks, pixels), edges: (3, 2, looks)."""
    to = (uv[:, None] - edges[..., None]) / blur
    at = normal(to)
    return np.prod(at[:, 0] - at[:, 1], axis=0)


def moved(by: Array, light: Array) -> Array:
    """(looks, unknowns, bands, pixels): what covers a pixel times what it is brighter; light: (looks, bands, pixels or 1)."""
    return np.swapaxes(by, 0, 1)[:, :, None] * light[:, None]
