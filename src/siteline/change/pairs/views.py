"""One date of a pair as the search for places sees it: light, two colours, edges, darkness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

COLOURS_COUNT = np.array([1.0, 1.5, 1.5], np.float32)
"""How much a difference of light, red over blue, and green counts."""

CONTRAST = 0.06
"""Of the stretch from the darkest to the brightest ground, from which a step is an edge."""

_STEEPER = 2.0
"""A step is new if it is so much steeper than any near it at the other date: another sun changes the light of a roof's sides."""

SHADE = 0.65
"""Log light below the scene's middle from which a pixel is dark."""


@dataclass(frozen=True, slots=True)
class View:
    """One date of a pair, stretched to 0–1."""

    layers: Floats
    """(3, y, x): light, red minus blue, green minus the mean of both."""

    log_rgb: Floats
    """(3, y, x) log of red, green, blue."""

    dark: Mask
    """(y, x) as dark as a shadow."""

    rough: Floats
    """(y, x) how far the log light of a pixel is from its surroundings."""

    slope: Floats
    """(y, x) steepness of the light."""

    angle: Floats
    """(y, x) direction in which it rises, radians."""


def view_of(values: Floats, bands: tuple[str, ...], known: Mask, px_m: float) -> View:
    """values: (band, y, x), stretched to 0–1; px_m: metres per pixel."""
    red, green, blue = pick_colours(values, bands)
    light = (red + green + blue) / 3
    layers = np.stack([light, red - blue, green - (red + blue) / 2]).astype(np.float32)
    log = np.log(np.maximum(light, 0) + np.float32(0.03))
    slope_y, slope_x = np.gradient(ndimage.gaussian_filter(light, 0.8))
    log_rgb = np.log(np.maximum(np.stack([red, green, blue]), 0) + np.float32(0.04))
    middle = float(np.median(log[known])) if known.any() else 0.0
    return View(
        layers,
        log_rgb.astype(np.float32),
        np.asarray((log < middle - SHADE) & known),
        np.abs(log - ndimage.gaussian_filter(log, 1.0 / px_m)).astype(np.float32),
        np.hypot(slope_y, slope_x).astype(np.float32),
        np.arctan2(slope_y, slope_x).astype(np.float32),
    )


def cut_view(view: View, rows: slice, cols: slice) -> View:
    """A window of a view."""
    here = (..., rows, cols)
    return View(
        view.layers[here],
        view.log_rgb[here],
        view.dark[here],
        view.rough[here],
        view.slope[here],
        view.angle[here],
    )


def pick_colours(values: Floats, bands: tuple[str, ...]) -> tuple[Floats, Floats, Floats]:
    """Red, green and blue of a look; of one that lacks them, the nearest that there is, (y, x) each."""
    first = values[0]
    named = dict(zip(bands, values, strict=True))
    grey = named.get("grey", named.get("green", first))
    return named.get("red", grey), named.get("green", grey), named.get("blue", grey)


def new_edges(has: View, lacks: View, reach: int = 2) -> Mask:
    """
    Where one date shows an edge and the other none within `reach` pixels, (y, x).

    A step is measured across three pixels, so that blur does not hide it; the other date is searched along the step's own
    direction, so that what is left of misregistration and lean makes no new edge.
    """
    found = np.zeros(has.dark.shape, bool)
    for axis in (0, 1):
        here = _steps(has.layers, axis)
        there = _steps(lacks.layers, axis)
        wide = ndimage.maximum_filter1d(there, 2 * reach + 1, axis=axis)
        found |= (here > CONTRAST) & (here > _STEEPER * wide)
    return found


def _steps(layers: Floats, axis: int) -> Floats:
    """Contrast between the pixels on either side of each pixel's far edge, two out, (y, x)."""
    apart = np.roll(layers, -2, axis + 1) - np.roll(layers, 1, axis + 1)
    return np.asarray(np.sqrt(np.square(apart * COLOURS_COUNT[:, None, None]).sum(axis=0)), np.float32)
