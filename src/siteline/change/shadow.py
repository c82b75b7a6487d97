"""Does something stand there: the shadow that must follow the sun."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import shift as shift_image

from siteline.change.objects import Mask

Array = NDArray[np.float32]

HEIGHTS = np.arange(2.0, 23.0, 1.0)
"""Metres; heights that are tried."""

STRIPS = 9
"""Shadow is looked for in as many strips, each one pixel wide."""

USUAL_HEIGHT, HEIGHT_SPREAD = 7.0, 6.0
"""Metres; what buildings are usually like, before their shadow is seen."""

TURN = 8.0
"""Degrees to which the direction of the shadow is rounded."""

STATIC, NOISE, STRENGTH, STRENGTH_VAR, TEMPER = 0.22, 0.18, 0.85, 0.3**2, 0.5
"""Log units: lasting darkness of a strip, error of one look, full shadow and its variance; tempering for correlated strips."""


@dataclass(frozen=True, slots=True)
class ShadowEvidence:
    """Whether an object casts a shadow that follows the sun, and how tall it would be."""

    log_bayes: float
    """Log Bayes factor of a standing thing against flat ground; above 1 present, below -1 absent."""

    height: float
    """Metres, posterior mean."""

    height_sigma: float


def strip_darkness(mask: Mask, brightness: Array, usable: Mask, azimuth: NDArray[np.float64]) -> Array:
    """
    How much darker each strip on the side away from the sun is than ground on the other side, at each look.

    mask: (y, x) object; brightness: (time, y, x) log; usable: (time, y, x); azimuth: (time,) degrees clockwise from north.
    Rows run south. Strips lie 1..9 px from the object. Returns (time, strip), NaN where not seen; clipped to (-0.7, 1.6).
    """
    n_looks = len(brightness)
    dark = np.full((n_looks, STRIPS), np.nan, np.float32)
    solid = mask.astype(np.float32)
    flat, seen = brightness.reshape(n_looks, -1), usable.reshape(n_looks, -1).astype(np.float32)
    known = np.isfinite(azimuth)
    bearing = np.where(known, np.round(np.where(known, azimuth, 0) / TURN), -1)
    for turn in np.unique(bearing[known]):
        strips, mirrored = _strips(solid, math.radians(float(turn) * TURN))
        where = np.stack([*strips, mirrored]).reshape(STRIPS + 1, -1).astype(np.float32)
        looks = np.flatnonzero(bearing == turn)
        count = seen[looks] @ where.T
        mean = (flat[looks] * seen[looks]) @ where.T / np.maximum(count, 1)
        enough = count >= np.maximum(3, 0.5 * where.sum(axis=1))
        difference = mean[:, -1:] - mean[:, :-1]
        dark[looks] = np.where(enough[:, :-1] & enough[:, -1:], difference, np.nan)
    return np.clip(dark, -0.7, 1.6)


def _strips(solid: Array, azimuth: float) -> tuple[list[Mask], Mask]:
    """Strips of one pixel's width along the shadow direction, and the lit reference on the mirrored side."""
    dx, dy = -math.sin(azimuth), math.cos(azimuth)  # away from the sun; y runs down, so north is -y

    def moved(d: float) -> Mask:
        return np.asarray(shift_image(solid, (dy * d, dx * d), order=1) > 0.5)

    covered = solid > 0.5
    strips = []
    for d in range(1, STRIPS + 1):
        strips.append(moved(d) & ~covered)
        covered = covered | moved(d)
    swept = np.zeros_like(covered)
    for d in (-2, -3, -4):
        swept |= moved(d)
    return strips, swept & ~(solid > 0.5) & ~moved(-1)


def weigh_shadow(
    dark: Array, elevation: NDArray[np.float64], gsd_m: float, looks: Mask
) -> ShadowEvidence | None:
    """
    Weigh a standing thing against flat ground, over all heights.

    dark: (time, strip) of `strip_darkness`; elevation: (time,) degrees; looks: (time,) which looks to use. The darkness that is
    always there (a road, a hedge) is explained by each strip's own offset; only what moves with the sun counts. None with fewer
    than 3 looks.
    """
    use = looks & np.isfinite(elevation) & (elevation > 3) & np.isfinite(dark).any(axis=1)
    if use.sum() < 3:
        return None
    y = dark[use].astype(np.float64)
    seen = np.isfinite(y)
    y = np.where(seen, y, 0)
    reach = 1 / (np.tan(np.radians(elevation[use])) * gsd_m)  # pixels of shadow per metre of height
    strip = np.arange(1, STRIPS + 1)
    x = np.clip(HEIGHTS[:, None, None] * reach[None, :, None] - strip + 0.75, 0, 1)
    x[:, :, 0] *= 0.75
    x = np.where(seen, x, 0)
    n = seen.sum(axis=0)
    kappa = STATIC**2 / (NOISE**2 + n * STATIC**2)
    xx = TEMPER * ((x**2).sum(axis=1) - kappa * x.sum(axis=1) ** 2).sum(axis=1) / NOISE**2
    xy = TEMPER * ((x * y).sum(axis=1) - kappa * x.sum(axis=1) * y.sum(axis=0)).sum(axis=1) / NOISE**2
    v, mu = STRENGTH_VAR, STRENGTH
    log_bayes = 0.5 * ((mu / v + xy) ** 2 / (1 / v + xx) - mu**2 / v) - 0.5 * np.log1p(v * xx)
    log_bayes = log_bayes - 0.5 * ((HEIGHTS - USUAL_HEIGHT) / HEIGHT_SPREAD) ** 2
    log_bayes = (
        log_bayes
        + math.log(len(HEIGHTS))
        - math.log(np.exp(-0.5 * ((HEIGHTS - USUAL_HEIGHT) / HEIGHT_SPREAD) ** 2).sum())
    )
    top = log_bayes.max()
    weight = np.exp(log_bayes - top)
    mean = float((weight * HEIGHTS).sum() / weight.sum())
    spread = math.sqrt(float((weight * (HEIGHTS - mean) ** 2).sum() / weight.sum()))
    return ShadowEvidence(float(top + math.log(weight.mean())), mean, max(spread, 0.5))
