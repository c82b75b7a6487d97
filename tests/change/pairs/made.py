"""Pairs of looks that we make: textured ground, things that come or go, other colours, sun and place."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from siteline.model.imagery import Grid

Floats = NDArray[np.float64]
SIDE = 160
GRID = Grid("EPSG:32631", (0.5, 0.0, 500_000.0, 0.0, -0.5, 4_400_000.0), (SIDE, SIDE), 0.5)


def ground(seed: int, side: int = SIDE) -> Floats:
    """Meadow with patches of soil, (3, y, x), 0–1; the same seed, the same ground."""
    rng = np.random.default_rng(seed)
    total = sum(ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), s) * s for s in (1, 3, 9))
    tone = total / np.std(total) * 0.05
    soil = ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), 8) > 0.02
    meadow = np.array([0.30, 0.36, 0.22])[:, None, None] + tone
    earth = np.array([0.48, 0.42, 0.34])[:, None, None] + 0.7 * tone
    return np.asarray(np.where(soil, earth, meadow))


def build(image: Floats, top: int, left: int, height: int, width: int, tone: float = 0.62) -> Floats:
    """A roof with a shadow below it."""
    built = image.copy()
    built[:, top + height : top + height + 6, left + 3 : left + width + 3] *= 0.4
    built[:, top : top + height, left : left + width] = tone
    built[:, top : top + height // 2, left : left + width] *= 0.86
    return built


def shade(image: Floats, top: int, left: int, height: int, width: int) -> Floats:
    """A shadow alone."""
    dark = image.copy()
    dark[:, top : top + height, left : left + width] *= np.array([0.38, 0.41, 0.46])[:, None, None]
    return dark


def retouch(image: Floats, seed: int) -> Floats:
    """Another camera: gain, offset and gamma of each band, and noise."""
    rng = np.random.default_rng(seed)
    gain, offset = rng.uniform(0.8, 1.2, (3, 1, 1)), rng.uniform(-0.04, 0.06, (3, 1, 1))
    seen = np.clip(image, 0.001, 1) ** rng.uniform(0.85, 1.2) * gain + offset
    return np.asarray(np.clip(seen + rng.normal(0, 0.008, image.shape), 0, 1))


def paired(
    before: Floats, after: Floats, grid: Grid = GRID, bands: tuple[str, ...] = ("red", "green", "blue")
) -> xr.Dataset:
    """Two looks as the stages take them."""
    value = np.stack([before, after]).astype(np.float32)
    return xr.Dataset(
        {
            "value": (("time", "band", "y", "x"), value),
            "why_not": (("time", "y", "x"), np.zeros((2, *value.shape[2:]), np.uint8)),
        },
        coords={"band": list(bands), "scene": ("time", np.array(["S1", "S2"]))},
        attrs={"grid": grid, "units": "relative"},
    )
