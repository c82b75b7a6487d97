"""One date's colours laid on the other's, by the ground that stayed as it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

_ROUNDS = 4
_QUIET = 0.6
"""Share of the ground that differs least: it sets the colours, so that what was built does not."""

_LEVELS = np.linspace(0.5, 99.5, 60)
_LEAST_PX = 100
_TURNS = 12
_LEAST_GAIN = 0.4
"""Of the ratio of the spreads: two dates that have little in common pull a line flat."""


def equalise(before: Floats, after: Floats, known: Mask) -> tuple[Floats, Mask]:
    """
    The later look in the colours of the earlier one, and the quiet ground they were taken from.

    before, after: (band, y, x), any unit; known: (y, x), where both hold an image. Each band's levels are matched by its
    distribution (histogram matching) over the 60 % of the ground that differ least, found again in four rounds; a part that
    changed therefore neither sets the colours nor loses its own. Returns (band, y, x) and (y, x).
    """
    matched, quiet = after.astype(np.float32), known.copy()
    if np.count_nonzero(known) < _LEAST_PX:
        return matched, quiet
    quiet = _agreeing(before, after, known)
    for _ in range(_ROUNDS):
        matched = np.stack([_match(old, new, quiet) for old, new in zip(before, after, strict=True)])
        quiet = _quietest(np.abs(matched - before).mean(axis=0), known)
    return matched, quiet


def _quietest(apart: Floats, known: Mask) -> Mask:
    away = ndimage.gaussian_filter(apart, 1.5)
    return np.asarray(known & (away <= np.percentile(away[known], 100 * _QUIET)))


def _agreeing(before: Floats, after: Floats, known: Mask) -> Mask:
    """The ground on which one robust line per band explains most: where to begin."""
    apart = np.zeros(known.shape, np.float32)
    for old, new in zip(before, after, strict=True):
        x, y = new[known].astype(np.float64), old[known].astype(np.float64)
        apart[known] += min((_settle(x, y, gain) for gain in _starts(x, y)), key=lambda fit: fit[0])[1]
    return _quietest(apart, known)


def _starts(x: Doubles, y: Doubles) -> tuple[float, ...]:
    """Gains to begin with: as the spreads are, as the middle halves are, and none; what was built misleads some of them."""
    inner = [float(np.subtract(*np.percentile(values, (75, 25)))) for values in (y, x)]
    return float(np.std(y)) / max(float(np.std(x)), 1e-9), inner[0] / max(inner[1], 1e-9), 1.0


def _settle(x: Doubles, y: Doubles, gain: float) -> tuple[float, Floats]:
    """How far a line of y on x misses, robustly, and by how much at each pixel, from one start."""
    least = _LEAST_GAIN * min(_starts(x, y)[:2])
    error = y - np.median(y - gain * x) - gain * x
    noise = 1.0
    for _ in range(_TURNS):
        noise = 1.4826 * float(np.median(np.abs(error))) + 1e-6
        weight = 1 / (1 + np.square(error / (2 * noise))) ** 2
        total = weight.sum()
        mean_x, mean_y = float(weight @ x) / total, float(weight @ y) / total
        spread = float(weight @ np.square(x - mean_x))
        gain = float(weight @ ((x - mean_x) * (y - mean_y))) / max(spread, 1e-12)
        gain = max(gain, least)
        error = y - mean_y - gain * (x - mean_x)
    return noise, np.abs(error).astype(np.float32)


def _match(before: Floats, after: Floats, quiet: Mask) -> Floats:
    """One band through the curve that gives its quiet ground the distribution it had before; (y, x)."""
    to, of = np.percentile(before[quiet], _LEVELS), np.percentile(after[quiet], _LEVELS)
    step = max(float(of[-1] - of[0]), 1e-6) * 1e-6
    of = np.maximum.accumulate(of) + step * np.arange(of.size)
    matched = np.interp(after, of, to)
    slope = float(to[-1] - to[0]) / max(float(of[-1] - of[0]), 1e-9)
    matched += slope * (
        np.minimum(after - of[0], 0) + np.maximum(after - of[-1], 0)
    )  # straight on, beyond the ends
    return np.asarray(matched, np.float32)
