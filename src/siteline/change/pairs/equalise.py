"""One date's colours laid on the other's, by the ground that stayed as it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_ROUNDS = 4
_QUIET = 0.6
"""Share of the ground that differs least: it sets the colours, so that what was built does not."""

_LEVELS = np.linspace(0.5, 99.5, 60)
_LEAST_PX = 100


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
    for _ in range(_ROUNDS):
        matched = np.stack([_match(old, new, quiet) for old, new in zip(before, after, strict=True)])
        away = ndimage.gaussian_filter(np.abs(matched - before).mean(axis=0), 1.5)
        quiet = known & (away <= np.percentile(away[known], 100 * _QUIET))
    return matched, quiet


def _match(before: Floats, after: Floats, quiet: Mask) -> Floats:
    """One band through the curve that gives its quiet ground the distribution it had before; (y, x)."""
    to, of = np.percentile(before[quiet], _LEVELS), np.percentile(after[quiet], _LEVELS)
    step = max(float(of[-1] - of[0]), 1e-6) * 1e-6
    of = np.maximum.accumulate(of) + step * np.arange(of.size)
    matched = np.interp(after, of, to)
    matched += np.minimum(after - of[0], 0) + np.maximum(after - of[-1], 0)  # beyond the ends: one to one
    return np.asarray(matched, np.float32)
