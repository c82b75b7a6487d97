"""From measured values to colours a person can look at: one stretch for all pictures of a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siteline.model.imagery import Look, WhyNot

_SAMPLED_LOOKS = 16
_SAMPLED_PIXELS = 40_000
_GAMMA = 1 / 1.5
"""Lifts the dark half, where roads and soil differ."""

NO_IMAGE = (198, 200, 203)
"""Colour of pixels that a scene does not have."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the cube, by rows and columns; the ends are not included."""

    row0: int
    row1: int
    col0: int
    col1: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self.row1 - self.row0, self.col1 - self.col0


@dataclass(frozen=True, slots=True)
class Stretch:
    """How values become brightness: the same for every look, so that pictures can be compared."""

    bands: tuple[str, ...]
    """Shown as red, green, blue; or one band, shown grey."""

    low: tuple[float, ...]
    """The value shown black, per band."""

    high: tuple[float, ...]
    """The value shown white, per band."""


def find_stretch(cube: xr.Dataset, looks: Sequence[Look]) -> Stretch:
    """
    One robust stretch for a site: the range that usable pixels of its usable looks span.

    cube: as `model.imagery` says. Percentiles 0.5 and 99.4 over a sample of looks spread in time; where no
    pixel is usable, 0 to 1.
    """
    present = [str(band) for band in cube["band"].values]
    if {"red", "green", "blue"} <= set(present):
        bands: tuple[str, ...] = ("red", "green", "blue")
    else:
        bands = (next((b for b in ("grey", "red", "green", "nir") if b in present), present[0]),)
    order = scene_order(cube)
    used = [order[look.scene_id] for look in looks if look.used and look.scene_id in order]
    spread = np.unique(np.linspace(0, len(used) - 1, min(len(used), _SAMPLED_LOOKS)).round().astype(int))
    rows, cols = cube.sizes["y"], cube.sizes["x"]
    step = max(1, int(np.sqrt(rows * cols / _SAMPLED_PIXELS)))
    thinned: dict[str, slice] = {"y": slice(step // 2, None, step), "x": slice(step // 2, None, step)}
    channels = [present.index(band) for band in bands]
    samples = []
    for index in (used[i] for i in spread):
        value = cube["value"].isel({"time": index, "band": channels, **thinned}).values
        usable = cube["why_not"].isel({"time": index, **thinned}).values == WhyNot.USABLE
        samples.append(value[:, usable])
    seen = np.concatenate(samples, axis=1) if samples else np.empty((len(bands), 0))
    seen = seen[:, np.isfinite(seen).all(axis=0)]
    if seen.shape[1] < 50:
        return Stretch(bands, (0.0,) * len(bands), (1.0,) * len(bands))
    low, high = np.percentile(seen, [0.5, 99.4], axis=1)
    high = np.maximum(high, low + 1e-6)
    return Stretch(bands, tuple(map(float, low)), tuple(map(float, high)))


def colours(cube: xr.Dataset, scene_id: str, window: Window, stretch: Stretch) -> NDArray[np.uint8]:
    """
    What one look shows in a window, (rows, cols, 3) uint8; masked pixels too, missing ones plain grey.

    Raises KeyError if the cube has no such scene.
    """
    present = [str(band) for band in cube["band"].values]
    value = (
        cube["value"]
        .isel(
            time=scene_order(cube)[scene_id],
            band=[present.index(band) for band in stretch.bands],
            y=slice(window.row0, window.row1),
            x=slice(window.col0, window.col1),
        )
        .values.astype(np.float64)
    )
    low, high = (np.asarray(ends)[:, None, None] for ends in (stretch.low, stretch.high))
    bright = np.clip((value - low) / (high - low), 0, 1) ** _GAMMA
    missing = ~np.isfinite(value).all(axis=0)
    picture = np.moveaxis(np.nan_to_num(bright * 255).round().astype(np.uint8), 0, -1)
    picture = np.repeat(picture, 3, axis=-1) if picture.shape[-1] == 1 else picture
    picture[missing] = NO_IMAGE
    return np.ascontiguousarray(picture)


def usable_share(cube: xr.Dataset, scene_id: str, window: Window) -> float:
    """How much of a window one look can show, 0–1."""
    rows, cols = slice(window.row0, window.row1), slice(window.col0, window.col1)
    why_not = cube["why_not"].isel(time=scene_order(cube)[scene_id], y=rows, x=cols).values
    return float((why_not == WhyNot.USABLE).mean())


def scene_order(cube: xr.Dataset) -> dict[str, int]:
    """Where each scene stands on the cube's time axis."""
    return {str(scene): index for index, scene in enumerate(cube["scene"].values)}
