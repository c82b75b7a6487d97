"""The looks that a size is taken from: cut out around an outline, the clearest and latest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from shapely import contains_xy
from shapely.affinity import affine_transform, translate
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from siteline.measure.blur import Array
from siteline.measure.options import MeasureOptions
from siteline.model.errors import NotMeasured
from siteline.model.imagery import Grid

CLEAR_SHARE = 0.9
"""Share of the pixels around the outline that a look must show."""

MOST_PIXELS = 2500
"""More than this and the inside of the outline is thinned: only its edges carry its size."""

FEWEST_LOOKS, MOST_VALUES = 3, 16_000
"""A large outline needs fewer looks: about so many pixels are read in all, from no fewer looks than three."""

SMALLEST_NOISE = 0.002
"""No image is taken to be better than this, reflectance or relative."""

STEEPEST = 60.0
"""No look is taken that far off nadir, degrees: more is a slip of the pen."""

FAR_PX = 0.7
"""A roof that is seen farther from its base than this is looked for where it is seen, pixels."""

CANDIDATES = 3
"""So many times more looks are read than are used, to choose from."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Pixels around one outline on a few looks."""

    values: Array
    """(looks, pixels, bands), reflectance or relative."""

    usable: npt.NDArray[np.bool_]
    """(looks, pixels)."""

    pixels: Array
    """(pixels, 2): x, y of pixel centres, in pixels of the grid."""

    reach: Array | None
    """(looks, 2): tip of the shadow of a metre of height, px; zero where no sun is known; None for all."""

    scene_ids: tuple[str, ...]
    lean: Array
    """(looks, 2): how far from its foot the top of a metre of height is seen, px; zero where that is not known."""

    is_view_known: npt.NDArray[np.bool_]
    """(looks,): whether it is known from where the look was taken."""

    def at(self, looks: slice, pixels: npt.NDArray[np.bool_]) -> Stack:
        """Some of the looks and pixels."""
        return Stack(
            self.values[looks, pixels],
            self.usable[looks, pixels],
            self.pixels[pixels],
            None if self.reach is None else self.reach[looks],
            self.scene_ids[looks],
            self.lean[looks],
            self.is_view_known[looks],
        )


def to_pixels(outline: BaseGeometry, grid: Grid) -> BaseGeometry:
    """An outline in grid coordinates as pixels: x right, y down, from the corner of the first pixel."""
    a, b, c, d, e, f = grid.transform
    det = a * e - b * d
    inverse = (e / det, -b / det, -d / det, a / det, (b * f - c * e) / det, (c * d - a * f) / det)
    return affine_transform(outline, inverse)


def from_pixels(outline: BaseGeometry, grid: Grid) -> BaseGeometry:
    """An outline in pixels as grid coordinates."""
    a, b, c, d, e, f = grid.transform
    return affine_transform(outline, (a, b, d, e, c, f))


def pixel_m(grid: Grid) -> float | None:
    """Metres on the ground per pixel; None if nobody knows."""
    if grid.crs is None:
        return grid.gsd_m
    a, b, _, d, e, _ = grid.transform
    return float(np.sqrt(abs(a * e - b * d) * grid.area_scale))


def cut_stack(
    cube: xr.Dataset,
    grid: Grid,
    outline_px: BaseGeometry,
    scene_ids: Sequence[str],
    options: MeasureOptions,
    keep_clear: Sequence[BaseGeometry] = (),
) -> Stack:
    """
    Cut out the looks that show the outline best.

    scene_ids: those that may be used, the preferred ones first; keep_clear: outlines (px) of neighbours,
    whose pixels are left out. Of the first few clear ones, those of highest contrast are taken.
    Raises NotMeasured when the outline leaves the image or no look shows it.
    """
    margin = options.window_px + 0.08 * float(np.sqrt(outline_px.area))
    lean, _ = _lean(cube, grid)
    tall = float(np.sum(options.height_m))
    roofs = unary_union([outline_px, *_moved_roofs(outline_px, lean, tall)])
    window = roofs.buffer(margin, join_style="mitre")
    rows, cols = _span(window, grid.shape)
    if not outline_px.within(_frame(grid.shape).buffer(1e-6)):
        raise NotMeasured(
            "the outline reaches beyond the edge of the images", "Widen the area that the scenes cover."
        )
    y, x = np.mgrid[rows, cols] + 0.5
    inside = contains_xy(window, x, y)
    for neighbour in keep_clear:
        inside &= ~contains_xy(neighbour.buffer(0.7), x, y)
    inside = _thin(inside, x, y, outline_px)
    indices = _in_order(cube, scene_ids)
    why_not = cube["why_not"].isel(y=rows, x=cols)
    kept: list[int] = []
    for index in indices:
        if np.mean(why_not.isel(time=index).to_numpy()[inside] == 0) >= CLEAR_SHARE:
            kept.append(index)
        if len(kept) >= CANDIDATES * options.max_looks:
            break
    if not kept:
        raise NotMeasured("no look shows the whole outline without cloud, snow or gaps", "Add scenes.")
    picked = cube.isel(time=kept, y=rows, x=cols)
    values = picked["value"].transpose("time", "y", "x", "band").to_numpy()[:, inside].astype(np.float64)
    usable = (picked["why_not"].to_numpy()[:, inside] == 0) & np.isfinite(values).all(axis=2)
    pixels = np.stack([x[inside], y[inside]], axis=1)
    usable &= ~_behind(keep_clear, pixels, lean[kept], options.height_m[0])
    most = min(options.max_looks, max(FEWEST_LOOKS, MOST_VALUES // len(pixels)))
    best = _clearest(values, usable, contains_xy(outline_px, pixels[:, 0], pixels[:, 1]), most)
    scenes = picked["scene"].to_numpy()
    chosen = picked.isel(time=best)
    return Stack(
        np.nan_to_num(values[best]),
        usable[best],
        pixels,
        _reach(chosen, grid),
        tuple(str(scenes[i]) for i in best),
        *_lean(chosen, grid),
    )


def _moved_roofs(outline_px: BaseGeometry, lean: Array, height: float) -> list[BaseGeometry]:
    """Where a roof of some height is seen on looks that lean so far that it matters."""
    moved = height * lean
    return [translate(outline_px, *by) for by in moved[np.hypot(*moved.T) > FAR_PX]]


def _behind(
    keep_clear: Sequence[BaseGeometry], pixels: Array, lean: Array, height: float
) -> npt.NDArray[np.bool_]:
    """(looks, pixels): what neighbours of usual height hide as they lean."""
    hidden = np.zeros((len(lean), len(pixels)), dtype=bool)
    for look, by in enumerate(height * lean):
        if np.hypot(*by) > FAR_PX:
            for neighbour in keep_clear:
                swept = neighbour.union(translate(neighbour, *by)).convex_hull
                hidden[look] |= contains_xy(swept.buffer(0.7), *pixels.T)
    return hidden


def _in_order(cube: xr.Dataset, scene_ids: Sequence[str]) -> list[int]:
    """Places on the cube's time axis, in the order asked for."""
    place = {str(name): i for i, name in enumerate(cube["scene"].to_numpy())}
    return [place[name] for name in scene_ids if name in place]


def _span(window: BaseGeometry, shape: tuple[int, int]) -> tuple[slice, slice]:
    left, top, right, bottom = window.bounds
    rows = slice(max(0, int(np.floor(top))), min(shape[0], int(np.ceil(bottom))))
    cols = slice(max(0, int(np.floor(left))), min(shape[1], int(np.ceil(right))))
    if rows.start >= rows.stop or cols.start >= cols.stop:
        raise NotMeasured("the outline lies off the images", "Check the outline's coordinates.")
    return rows, cols


def _frame(shape: tuple[int, int]) -> BaseGeometry:
    return box(0, 0, shape[1], shape[0])


def _thin(
    inside: npt.NDArray[np.bool_], x: Array, y: Array, outline_px: BaseGeometry
) -> npt.NDArray[np.bool_]:
    """Leave out most pixels far from the edges of a large outline."""
    if np.count_nonzero(inside) <= MOST_PIXELS:
        return inside
    core = contains_xy(outline_px.buffer(-6), x, y)
    coarse = (np.floor(x) % 3 == 0) & (np.floor(y) % 3 == 0)
    thinned: npt.NDArray[np.bool_] = inside & (~core | coarse)
    return thinned


def _clearest(
    values: Array, usable: npt.NDArray[np.bool_], is_roof: npt.NDArray[np.bool_], most: int
) -> list[int]:
    """The looks with the highest contrast to noise, back in order of preference."""
    if len(values) <= most or not is_roof.any() or is_roof.all():
        return list(range(min(most, len(values))))
    masked = np.where(usable[..., None], values, np.nan)
    with np.errstate(all="ignore"):
        roof, ground = np.nanmedian(masked[:, is_roof], axis=1), np.nanmedian(masked[:, ~is_roof], axis=1)
        spread = 1.4826 * np.nanmedian(np.abs(masked[:, ~is_roof] - ground[:, None]), axis=1)
        clear = np.nansum(((roof - ground) / np.maximum(spread, 0.005)) ** 2, axis=1)
    preference = 1.0 / (1.0 + 0.5 * np.arange(len(values)) / most)
    best = np.argsort(-clear * preference, kind="stable")[:most]
    return sorted(int(i) for i in best)


def _reach(picked: xr.Dataset, grid: Grid) -> Array | None:
    """Where the shadow of a metre of height ends, px, for each look."""
    size = pixel_m(grid)
    azimuth = np.radians(picked["sun_azimuth"].to_numpy().astype(float))
    elevation = np.radians(picked["sun_elevation"].to_numpy().astype(float))
    has_sun = np.isfinite(azimuth) & np.isfinite(elevation) & (elevation > np.radians(8))
    if size is None or not has_sun.any():
        return None
    length = np.where(has_sun, 1 / np.tan(np.where(has_sun, elevation, 1.0)), 0.0)
    return _towards(np.where(has_sun, azimuth + np.pi, 0.0), length / size, grid)


def _lean(picked: xr.Dataset, grid: Grid) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Where the top of a metre of height is seen, px from its foot, for each look; and whether that is known."""
    size, looks = pixel_m(grid), picked.sizes["time"]
    if size is None or "view_off_nadir" not in picked.coords:
        return np.zeros((looks, 2)), np.zeros(looks, dtype=bool)
    off, azimuth = (picked[name].to_numpy().astype(float) for name in ("view_off_nadir", "view_azimuth"))
    azimuth = np.where(off == 0, 0.0, azimuth)
    known = np.isfinite(azimuth) & (off >= 0) & (off <= STEEPEST)  # a sign leaves the direction open
    slant = np.tan(np.radians(np.where(known, off, 0.0)))
    return _towards(np.radians(np.where(known, azimuth, 0.0)), slant / size, grid), known


def _towards(bearing: Array, length: Array, grid: Grid) -> Array:
    """(looks, 2): so many pixels in a direction clockwise from north, rad; x right, y down."""
    a, b, _, d, e, _ = grid.transform
    east, north = np.sin(bearing), np.cos(bearing)
    if grid.crs is None:
        return np.stack([east, -north], axis=1) * length[:, None]
    det = a * e - b * d
    towards = np.stack([(e * east - b * north) / det, (-d * east + a * north) / det], axis=1)
    return towards / np.hypot(towards[:, 0], towards[:, 1])[:, None] * length[:, None]
