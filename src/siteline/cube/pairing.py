"""Two looks laid on one another: first as wholes, then part by part, warped once from their own pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from siteline.cube.coregister import Shift, high_pass, phase_shift, refine_shift
from siteline.cube.native import VISIBLE, bands_of, is_reflectance, pixels_of, white_of
from siteline.cube.screen import correlate
from siteline.model.errors import CannotTell
from siteline.model.imagery import BANDS, Grid, WhyNot
from siteline.model.pairs import PairFit
from siteline.raster.grid import centres
from siteline.raster.nodata import fill_from_neighbours
from siteline.raster.resample import Mapping, map_grid, nearest, resample

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)

WORKING_M = 0.5
"""Finer pixels are averaged down to this: what stands on the ground is larger, and lean and tracks are not."""

_REACH = 0.12
"""Of the width of the site, that two looks may lie apart."""

_LEVELS = (4, 2, 1)
_LIKE_STRANGERS = 1.3
"""Two looks of one place must be more alike than with one of them turned over, by this factor."""

_LEAST_LIKENESS = 0.05
_LEAST_COMMON = 0.15
_BLOCK_M, _STEP_M, _FURTHEST_PX = 40.0, 16.0, 4.0
_LOCAL_LIKENESS = 0.15
_EDGE = 6


@dataclass(frozen=True, slots=True)
class LaidPair:
    """Two looks on one grid."""

    pair: xr.Dataset
    """As `model/imagery.py` describes a cube, with two looks."""

    fit: PairFit


def pair_grid(grid: Grid, coarsest_m: float | None) -> Grid:
    """The grid on which two looks are compared: no finer than the coarser of them, nor than 0.5 m."""
    if grid.gsd_m is None:
        return grid
    factor = max(WORKING_M, coarsest_m or 0.0) / grid.gsd_m
    if factor < 1.1:
        return grid
    a, b, c, d, e, f = grid.transform
    shape = max(1, int(grid.shape[0] / factor)), max(1, int(grid.shape[1] / factor))
    transform = (a * factor, b * factor, c, d * factor, e * factor, f)
    return replace(grid, transform=transform, shape=shape, gsd_m=grid.gsd_m * factor)


def lay_pair(before: xr.Dataset, after: xr.Dataset, grid: Grid, as_they_lie: bool) -> LaidPair:
    """
    The later look moved onto the earlier one, both on `grid`.

    before, after: as `read_native` returns them. A phase correlation at three resolutions and robust Lucas–Kanade give the
    shift of the whole (SCIENCE 2.1), Lucas–Kanade in overlapping blocks what parts lie beside that (relief, lean); each look is
    then resampled once, from its own pixels. Raises CannotTell where the two do not show the same ground.
    """
    natives = (before, after)
    for native in natives:
        if native.attrs["fault"] is not None:
            raise CannotTell(f"scene {native.attrs['scene']} cannot be used: {native.attrs['fault']}")
    white = white_of(natives)
    bands = [band for band in BANDS if all(band in bands_of(native) for native in natives)]
    if not bands:
        raise CannotTell("the two scenes have no band in common", "Compare two of one kind.")
    maps = [map_grid(grid, n.attrs["crs"], tuple(n.attrs["transform"])) for n in natives]
    light = [_light(n, m, white) for n, m in zip(natives, maps, strict=True)]
    _refuse_blind(light, natives)
    patterns = [high_pass(fill_from_neighbours(image, ok), ok) for image, ok in light]
    strangers, shift = 0.0, None
    if not as_they_lie:
        shift = _whole_shift(patterns[0], patterns[1], light[1][1])
        alike = [
            _whole_shift(patterns[0], _turned_over(patterns[1], how), _turned_over(light[1][1], how))
            for how in range(3)
        ]
        strangers = max((s.corr for s in alike if s is not None), default=0.0)
        if shift is None or shift.corr < max(_LEAST_LIKENESS, _LIKE_STRANGERS * strangers):
            raise CannotTell(
                "the two scenes are no more alike than pictures of different ground: "
                f"likeness {0.0 if shift is None else shift.corr:.2f}, turned over {strangers:.2f}",
                "Compare two that overlap; if they do show one place, and all of it has changed, add --as-they-lie.",
            )
    moved, local = maps[1], 0.0
    if shift is not None:
        moved, local = _moved(maps[1], shift, patterns, light, grid)
    laid = _lay(natives, (maps[0], moved), bands, white)
    known = np.all([codes == 0 for _, codes in laid], axis=0)
    common = float(known.mean())
    if common < _LEAST_COMMON:
        raise CannotTell(
            f"both scenes show only {100 * common:.0f} % of the site free of cloud and gaps",
            "Choose another pair: siteline scenes list says how much of the site each shows.",
        )
    again = _light(after, moved, white)
    pattern = high_pass(fill_from_neighbours(*again), again[1])
    fit = PairFit(
        shift_px=(0.0, 0.0) if shift is None else (-shift.right, -shift.down),
        local_px=local,
        likeness=correlate(patterns[0], pattern, known),
        likeness_of_strangers=strangers,
        residual_px=None if shift is None or not math.isfinite(shift.residual) else shift.residual,
        common=common,
        grid=grid,
    )
    return LaidPair(_dataset(natives, laid, bands, grid), fit)


def _light(native: xr.Dataset, mapping: Mapping, white: float) -> tuple[Floats, Mask]:
    """Log of visible light on the grid, 0 where unknown, and where it is known, (y, x)."""
    pixels = pixels_of(native, white)
    visible = [b for b in pixels.bands if b in VISIBLE] or list(pixels.bands)
    mean = np.mean([pixels.light(band) for band in visible], axis=0, dtype=np.float32)
    seen = pixels.why_not != WhyNot.NO_IMAGE
    image = resample(np.log(np.maximum(mean, 0) + np.float32(0.02)), seen, mapping)
    known = np.isfinite(image) & (nearest(pixels.why_not, mapping, WhyNot.NO_IMAGE) == 0)
    return np.where(known, image, np.float32(0)), known


def _refuse_blind(light: list[tuple[Floats, Mask]], natives: tuple[xr.Dataset, ...]) -> None:
    for (image, known), native in zip(light, natives, strict=True):
        share = float(known.mean())
        if share < _LEAST_COMMON:
            raise CannotTell(
                f"scene {native.attrs['scene']} shows only {100 * share:.0f} % of the site free of cloud and gaps",
                "Choose another scene.",
            )
        if float(np.std(image[known])) < 1e-3:
            raise CannotTell(f"scene {native.attrs['scene']} is blank over the site", "Choose another scene.")


def _turned_over(image: NDArray[T], how: int) -> NDArray[T]:
    """The same statistics, another place: mirrored, upside down, both."""
    return np.ascontiguousarray((image[:, ::-1], image[::-1], image[::-1, ::-1])[how])


def _whole_shift(reference: Floats, look: Floats, seen: Mask) -> Shift | None:
    """The shift of the whole, pixels of the grid, from the best of several starts; None if nothing holds."""
    furthest = _REACH * max(reference.shape)
    valid = seen & (reference != 0)
    valid[:_EDGE] = valid[-_EDGE:] = False
    valid[:, :_EDGE] = valid[:, -_EDGE:] = False
    starts = [(0.0, 0.0)]
    for level in _LEVELS:
        if min(reference.shape) // level < 32:
            continue
        a, b = (_coarser(image, level) for image in (reference, look))
        right, down = phase_shift(a, b, furthest / level)
        starts.append((level * right, level * down))
    best: Shift | None = None
    for start in starts:
        if best is not None and math.hypot(best.right - start[0], best.down - start[1]) < 0.7:
            continue
        found = refine_shift(reference[None], look[None], valid, None, start, furthest)
        if found is not None and (best is None or found.corr > best.corr):
            best = found
    return best


def _coarser(image: Floats, level: int) -> Floats:
    if level == 1:
        return image
    rows, cols = (n // level * level for n in image.shape)
    blocks = image[:rows, :cols].reshape(rows // level, level, cols // level, level)
    coarse = blocks.mean(axis=(1, 3), dtype=np.float32)
    return np.asarray(coarse - ndimage.gaussian_filter(coarse, 6.0), np.float32)


def _moved(
    mapping: Mapping, shift: Shift, patterns: list[Floats], light: list[tuple[Floats, Mask]], grid: Grid
) -> tuple[Mapping, float]:
    """Where the grid's pixels lie in the later look, whole and parts moved; and the largest further move, pixels."""
    down, right = _local(shift, patterns, light, grid)
    positions = _positions(mapping)
    steps = mapping.steps()
    y, x = shift.down + down, shift.right + right
    moved = np.stack([steps[0, 0] * y + steps[0, 1] * x, steps[1, 0] * y + steps[1, 1] * x])
    return Mapping(mapping.shape, None, positions + moved), float(np.hypot(down, right).max())


def _positions(mapping: Mapping) -> NDArray[np.float64]:
    if mapping.positions is not None:
        return mapping.positions
    assert mapping.axes is not None
    y, x = (
        axis.start + axis.step * np.arange(n) for axis, n in zip(mapping.axes, mapping.shape, strict=True)
    )
    return np.stack(np.meshgrid(y, x, indexing="ij"))


def _local(
    shift: Shift, patterns: list[Floats], light: list[tuple[Floats, Mask]], grid: Grid
) -> tuple[Floats, Floats]:
    """How much further parts lie than the whole, (down, right) of each pixel, smooth; each block counts by its likeness."""
    px = grid.gsd_m or WORKING_M
    half, step = max(20, round(_BLOCK_M / px / 2)), max(16, round(_STEP_M / px))
    rows, cols = grid.shape
    at_y, at_x = np.arange(step // 2, rows, step), np.arange(step // 2, cols, step)
    down, right, trust = (np.zeros((len(at_y), len(at_x)), np.float32) for _ in range(3))
    y, x = np.mgrid[:rows, :cols].astype(np.float32)
    where = [y + np.float32(shift.down), x + np.float32(shift.right)]
    look = ndimage.map_coordinates(patterns[1], where, order=1, mode="constant")
    seen = ndimage.map_coordinates(light[1][1].astype(np.float32), where, order=0, mode="constant") > 0
    valid = seen & light[0][1]
    for i, j in np.ndindex(trust.shape):
        here = (slice(max(0, at_y[i] - half), at_y[i] + half), slice(max(0, at_x[j] - half), at_x[j] + half))
        parts = [np.ascontiguousarray(image[here]) for image in (patterns[0], look, valid)]
        found = refine_shift(parts[0][None], parts[1][None], parts[2], None, (0.0, 0.0), _FURTHEST_PX)
        if found is not None and found.corr > _LOCAL_LIKENESS:
            down[i, j], right[i, j], trust[i, j] = found.down, found.right, found.corr**2
    total = ndimage.gaussian_filter(trust, 1.0) + 0.02
    at = [(y - at_y[0]) / step, (x - at_x[0]) / step]
    smooth = [
        ndimage.map_coordinates(
            ndimage.gaussian_filter(part * trust, 1.0) / total, at, order=1, mode="nearest"
        )
        for part in (down, right)
    ]
    return smooth[0], smooth[1]


Layer = tuple[Floats, NDArray[np.uint8]]


def _lay(
    natives: tuple[xr.Dataset, ...], maps: tuple[Mapping, ...], bands: list[str], white: float
) -> list[Layer]:
    laid = []
    for native, mapping in zip(natives, maps, strict=True):
        pixels = pixels_of(native, white)
        seen = pixels.why_not != WhyNot.NO_IMAGE
        value = np.stack([resample(pixels.light(band), seen, mapping) for band in bands])
        codes = nearest(pixels.why_not, mapping, WhyNot.NO_IMAGE)
        codes[np.isnan(value).any(axis=0)] = WhyNot.NO_IMAGE
        laid.append((value, codes))
    return laid


def _dataset(natives: tuple[xr.Dataset, ...], laid: list[Layer], bands: list[str], grid: Grid) -> xr.Dataset:
    y, x = centres(grid)
    angles = {
        name: ("time", [np.nan if n.attrs[name] is None else float(n.attrs[name]) for n in natives])
        for name in ("sun_azimuth", "sun_elevation", "view_off_nadir", "view_azimuth")
    }
    return xr.Dataset(
        {
            "value": (("time", "band", "y", "x"), np.stack([value for value, _ in laid])),
            "why_not": (("time", "y", "x"), np.stack([codes for _, codes in laid])),
        },
        coords={
            "band": bands,
            "y": y,
            "x": x,
            "scene": ("time", np.array([n.attrs["scene"] for n in natives])),
            **angles,
        },
        attrs={
            "grid": grid,
            "units": "reflectance" if all(map(is_reflectance, natives)) else "relative",
        },
    )
