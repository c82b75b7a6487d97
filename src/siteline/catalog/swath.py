"""
Where a radar window saw anything, and whether its numbers are what its catalog says.

Corrected products end in noughts that are not always marked as no data, and products of before 2018 have a rim of noise
along them ("Masking no-value pixels on GRD products", ESA 2018): dim numbers that belong to no ground. The window's own
numbers stay as they came; what was not seen goes into its mask.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.catalog.radar import doubt_values, punches_holes
from siteline.model.radar import Units

_FILL = -1000.0
"""Numbers below are neither intensities nor decibels: fill that nobody declared, such as -32768."""

_ALIKE = ("vv", "hh")
_DIM_DB = -30.0
"""Ground and rough water send back more than this in the same polarisation; the rim of a swath does not."""

_RIM_PX = 50
"""How far a rim of noise is followed from where the noughts begin."""

_WIDEN_PX = 3
"""Pixels beside what was not seen that were interpolated with it."""

_SAMPLE = 2_000_000
"""Most numbers of a window that are held against its units."""

_HOLE_PX = 64
"""Noughts in one piece, in all polarisations, that are the end of a swath or a hole in it, and no dark ground."""


def seen_in_swath(
    numbers: NDArray[np.generic],
    names: Sequence[str],
    nodata: float | None,
    units: Units,
    own: NDArray[np.bool_] | None,
) -> NDArray[np.bool_] | None:
    """
    Where a window saw ground, (y, x); None if everywhere.

    numbers: (band, y, x); names: the bands' polarisations. own: what the files' own masks say. Single noughts are left: dark
    water has them once noise was subtracted, and whoever reads the window takes them for missing. Without a band that was sent
    and received alike the rim is not followed: crosswise, ground may be as dim.
    """
    values = numbers.astype(np.result_type(numbers.dtype, np.float32), copy=False)
    nothing = ~np.isfinite(values) | (values < _FILL)
    if nodata is not None:
        nothing |= values == nodata
    filled = nothing.any(axis=0)
    if units is Units.LINEAR:
        nothing |= values <= 0
    outside = _large(np.asarray(nothing.all(axis=0)))
    if outside.any():
        for layer in (values[at] for at, name in enumerate(names) if name in _ALIKE):
            dim = layer < (_DIM_DB if units is Units.DB else 10 ** (_DIM_DB / 10))
            outside = ndimage.binary_dilation(outside, iterations=_RIM_PX, mask=outside | dim)
        outside = ndimage.binary_dilation(outside, iterations=_WIDEN_PX)
    seen = ~(outside | filled)
    if own is not None:
        seen &= own
    return None if bool(seen.all()) else np.asarray(seen)


def _large(nothing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pieces that are too large for dark ground."""
    labels, count = ndimage.label(nothing)
    keeps = np.bincount(labels.ravel(), minlength=count + 1) >= _HOLE_PX
    keeps[0] = False
    return np.asarray(keeps[labels])


def fault_of_window(
    numbers: NDArray[np.generic], nodata: float | None, units: Units, seen: NDArray[np.bool_] | None
) -> str | None:
    """Why a window is of no use: its numbers are in other units, or nothing was seen in it; None if it is."""
    if punches_holes(nodata, units):
        return f"its files say that {nodata:g} means no data, and that is an intensity"
    sample = numbers.ravel()[:: max(1, numbers.size // _SAMPLE)].astype(np.float64)
    values = sample[np.isfinite(sample) & (sample > _FILL)]
    if doubt := doubt_values(values if nodata is None else values[values != nodata], units):
        return doubt
    if seen is not None and not seen.any():
        return "every pixel over the site is nodata, or beyond the edge of the swath"
    return None
