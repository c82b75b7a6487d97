"""Does something stand there: the shadow that must follow the sun."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siteline.change.series.patches import Mask
from siteline.raster.compiled import compiled

Array = NDArray[np.float32]
Matrix = NDArray[np.float64]

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


REWORKED = 0.15
"""Log units by which works may change the lasting darkness of a strip."""


@dataclass(frozen=True, slots=True)
class ShadowEvidence:
    """Whether an object casts a shadow that follows the sun, and how tall it would be."""

    log_bayes: float
    """Log Bayes factor of a standing thing against flat ground; above 1 present, below -1 absent."""

    height: float
    """Metres, posterior mean."""

    height_sigma: float


@dataclass(frozen=True, slots=True)
class ShadowTurn:
    """What a shadow did across a change: log Bayes factors against flat ground on both sides."""

    appeared: float
    vanished: float
    stayed: float


@dataclass(frozen=True, slots=True)
class Shadows:
    """What the shadow of a place says of two spans of looks, by each and by both together; None where it cannot tell."""

    before: ShadowEvidence | None
    after: ShadowEvidence | None
    turn: ShadowTurn | None


def strip_darkness(mask: Mask, brightness: Array, usable: Mask, azimuth: NDArray[np.float64]) -> Array:
    """
    How much darker each strip on the side away from the sun is than ground on the other side, at each look.

    mask: (y, x) object; brightness: (time, y, x) log; usable: (time, y, x); azimuth: (time,) degrees clockwise from north.
    Rows run south. Strips lie 1..9 px from the object. Returns (time, strip), NaN where not seen; clipped to (-0.7, 1.6).
    """
    n_looks = len(brightness)
    solid = mask.astype(np.float32)
    known = np.isfinite(azimuth)
    bearing = np.where(known, np.round(np.where(known, azimuth, 0) / TURN), -1)
    total, count = (
        np.zeros((n_looks, STRIPS + 1)),
        np.zeros((n_looks, STRIPS + 1)),
    )
    size = np.ones((n_looks, STRIPS + 1))
    for turn in np.unique(bearing[known]):
        strip, mirrored = draw_strips(solid, math.radians(float(turn) * TURN))
        looks = bearing == turn
        size[looks] = [*np.bincount(strip.ravel(), minlength=STRIPS + 1)[1:], np.count_nonzero(mirrored)]
        _add_strips(brightness, usable, looks, strip, mirrored, total, count)
    mean = total / np.maximum(count, 1)
    enough = known[:, None] & (count >= np.maximum(3, 0.5 * size))
    difference = mean[:, -1:] - mean[:, :-1]
    dark = np.where(enough[:, :-1] & enough[:, -1:], difference, np.nan).astype(np.float32)
    return np.clip(dark, -0.7, 1.6)


def draw_strips(solid: Array, azimuth: float) -> tuple[NDArray[np.uint8], Mask]:
    """
    Strips of one pixel's width along the shadow direction, and the lit reference on the mirrored side.

    solid: (y, x) 0 or 1; azimuth: radians. Returns (y, x) the number of the strip, 1..9, 0 where there is none; and (y, x) bool.
    """
    strip, mirrored = np.zeros(solid.shape, np.uint8), np.zeros(solid.shape, np.bool_)
    _draw_strips(
        solid, -math.sin(azimuth), math.cos(azimuth), strip, mirrored
    )  # away from the sun; y runs down
    return strip, mirrored


@compiled
def _is_covered(solid: Array, y: float, x: float) -> bool:
    """Whether a place between pixel centres lies on the solid, by linear interpolation; nothing is solid beyond the image."""
    rows, cols = solid.shape
    if y < 0 or x < 0 or y > rows - 1 or x > cols - 1:
        return False
    top, left = int(y), int(x)
    low, right = min(top + 1, rows - 1), min(left + 1, cols - 1)
    v0, u0 = 1 - (y - top), 1 - (x - left)
    v1, u1 = 1 - v0, 1 - u0
    upper = solid[top, left] * v0 * u0 + solid[top, right] * v0 * u1
    share = np.float32(upper + solid[low, left] * v1 * u0 + solid[low, right] * v1 * u1)
    return bool(share > np.float32(0.5))  # exactly half is none, whatever the last digit of a sine


@compiled
def _draw_strips(solid: Array, dx: float, dy: float, strip: NDArray[np.uint8], mirrored: Mask) -> None:
    for y in range(solid.shape[0]):
        for x in range(solid.shape[1]):
            if solid[y, x] > 0.5:
                continue
            for d in range(1, STRIPS + 1):
                if _is_covered(solid, y - dy * d, x - dx * d):
                    strip[y, x] = d
                    break
            if not _is_covered(solid, y + dy, x + dx):
                for d in (2, 3, 4):
                    mirrored[y, x] |= _is_covered(solid, y + d * dy, x + d * dx)


@compiled
def _add_strips(
    brightness: Array,
    usable: Mask,
    looks: Mask,
    strip: NDArray[np.uint8],
    mirrored: Mask,
    total: NDArray[np.float64],
    count: NDArray[np.float64],
) -> None:
    """Sums of brightness, and usable pixels, of each strip and of the reference, for some looks: (time, strip + 1)."""
    here = np.empty((strip.size, 2), np.int32)
    n = 0
    for y in range(strip.shape[0]):
        for x in range(strip.shape[1]):
            if strip[y, x] > 0 or mirrored[y, x]:
                here[n, 0], here[n, 1] = y, x
                n += 1
    for t in range(len(brightness)):
        if not looks[t]:
            continue
        for k in range(n):
            y, x = here[k, 0], here[k, 1]
            if usable[t, y, x]:
                if strip[y, x] > 0:
                    total[t, strip[y, x] - 1] += brightness[t, y, x]
                    count[t, strip[y, x] - 1] += 1
                if mirrored[y, x]:
                    total[t, STRIPS] += brightness[t, y, x]
                    count[t, STRIPS] += 1


def weigh_shadow(
    dark: Array, elevation: NDArray[np.float64], gsd_m: float, looks: Mask
) -> ShadowEvidence | None:
    """
    Weigh a standing thing against flat ground, over all heights.

    dark: (time, strip) of `strip_darkness`; elevation: (time,) degrees; looks: (time,) which looks to use. The darkness that is
    always there (a road, a hedge) is explained by each strip's own offset; only what moves with the sun counts. None with fewer
    than 3 looks.
    """
    use = looks & _can_tell(dark, elevation)
    if use.sum() < 3:
        return None
    y, seen, x = _shade(dark, elevation, gsd_m, use)
    n = seen.sum(axis=0)
    kappa = STATIC**2 / (NOISE**2 + n * STATIC**2)
    xx = TEMPER * ((x**2).sum(axis=1) - kappa * x.sum(axis=1) ** 2).sum(axis=1) / NOISE**2
    xy = TEMPER * ((x * y).sum(axis=1) - kappa * x.sum(axis=1) * y.sum(axis=0)).sum(axis=1) / NOISE**2
    log_bayes = _by_height(xx, xy)
    top = log_bayes.max()
    weight = np.exp(log_bayes - top)
    mean = float((weight * HEIGHTS).sum() / weight.sum())
    spread = math.sqrt(float((weight * (HEIGHTS - mean) ** 2).sum() / weight.sum()))
    return ShadowEvidence(float(top + math.log(weight.mean())), mean, max(spread, 0.5))


def compare_shadows(
    dark: Array, elevation: NDArray[np.float64], gsd_m: float, before: Mask, after: Mask
) -> ShadowTurn | None:
    """
    Weigh what a shadow did across a change against flat ground on both sides.

    before, after: (time,) looks on either side; the rest as in `weigh_shadow`. Both sides share the lasting darkness of each
    strip, but for what the works may have done to it, so that one look after a change already tells a shadow that was not there
    before. None without a look on each side, or with fewer than 3 in all.
    """
    able = _can_tell(dark, elevation)
    first, second = before & able, after & able & ~before
    use = first | second
    if not first.any() or not second.any() or use.sum() < 3:
        return None
    y, seen, x = _shade(dark, elevation, gsd_m, use)
    sides = np.stack([first[use], second[use]]).astype(float)
    n = sides @ seen  # (side, strip)
    # posterior covariance of the two offsets of each strip, over the noise: inverse of (prior inverse + counts)
    own, both = STATIC**2 + REWORKED**2, STATIC**2
    scale = own**2 - both**2
    aa, bb = own * NOISE**2 / scale + n[0], own * NOISE**2 / scale + n[1]
    ab = -both * NOISE**2 / scale
    inverse = np.stack([np.stack([bb, np.full_like(aa, -ab)]), np.stack([np.full_like(aa, -ab), aa])])
    inverse /= aa * bb - ab**2

    def weigh(stands: tuple[bool, bool]) -> float:
        kept = x * (sides[0] * stands[0] + sides[1] * stands[1])[None, :, None]
        sum_x, sum_y = np.einsum("st,htd->hsd", sides, kept), sides @ y
        xx = np.square(kept).sum(axis=1) - np.einsum("hsd,srd,hrd->hd", sum_x, inverse, sum_x)
        xy = (kept * y).sum(axis=1) - np.einsum("hsd,srd,rd->hd", sum_x, inverse, sum_y)
        log_bayes = _by_height(*(TEMPER * part.sum(axis=1) / NOISE**2 for part in (xx, xy)))
        return float(log_bayes.max() + math.log(np.exp(log_bayes - log_bayes.max()).mean()))

    return ShadowTurn(weigh((False, True)), weigh((True, False)), weigh((True, True)))


def _can_tell(dark: Array, elevation: NDArray[np.float64]) -> Mask:
    """(time,) looks whose shadows can be weighed."""
    return np.asarray(np.isfinite(elevation) & (elevation > 3) & np.isfinite(dark).any(axis=1))


def _shade(
    dark: Array, elevation: NDArray[np.float64], gsd_m: float, use: Mask
) -> tuple[Matrix, Mask, Matrix]:
    """Darkness of the strips at some looks, which were seen, and (height, time, strip) how far each would lie in shadow."""
    y = dark[use].astype(np.float64)
    seen = np.isfinite(y)
    y = np.where(seen, y, 0)
    reach = 1 / (np.tan(np.radians(elevation[use])) * gsd_m)  # pixels of shadow per metre of height
    strip = np.arange(1, STRIPS + 1)
    x = np.clip(HEIGHTS[:, None, None] * reach[None, :, None] - strip + 0.75, 0, 1)
    x[:, :, 0] *= 0.75
    return y, seen, np.where(seen, x, 0)


def _by_height(xx: Matrix, xy: Matrix) -> Matrix:
    """Log Bayes factor of each height, from squares of its shadow and from what it shares with the darkness; prior included."""
    v, mu = STRENGTH_VAR, STRENGTH
    log_bayes = 0.5 * ((mu / v + xy) ** 2 / (1 / v + xx) - mu**2 / v) - 0.5 * np.log1p(v * xx)
    usual = -0.5 * ((HEIGHTS - USUAL_HEIGHT) / HEIGHT_SPREAD) ** 2
    return np.asarray(log_bayes + usual + math.log(len(HEIGHTS)) - math.log(np.exp(usual).sum()))
