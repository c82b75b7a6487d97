"""Rendered roofs set into real images, to see what a detector finds where nothing was really built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.errors import CannotTell
from siteline.simulate.coverage import Doubles, Floats, Raster, cover
from siteline.simulate.draw import draw_part, paint_weights
from siteline.simulate.light import Sun, cast_shadow
from siteline.simulate.mark import mark_ground
from siteline.simulate.sensor import make_operator, see_pixels
from siteline.simulate.site import BANDS, ROOFS, Building, PlannedLook, draw_l, draw_rectangle
from siteline.simulate.works import stand_on

_BRIGHT_SOIL = dict(zip(BANDS, (0.235, 0.280, 0.315, 0.370), strict=True))
"""What the brightest bare ground of a scene reflects: it sets the scale of digital numbers."""

_DARKEST = dict(zip(BANDS, (0.030, 0.030, 0.022, 0.020), strict=True))
"""What the darkest half percent of a scene reflects: water and shadow."""

Transform = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class PastedRoof:
    """One building that was never there."""

    outline: Polygon
    """Roof and base outline, in the coordinates of the transforms; exact."""

    area_m2: float
    height_m: float
    roof: str
    """A key of `ROOFS`."""

    since: int
    """Index of the first image that shows it."""


def paste_roofs(
    images: Sequence[NDArray[np.generic]],
    transforms: Sequence[Transform],
    suns: Sequence[tuple[float, float]],
    *,
    since: int,
    seed: int,
    count: int = 20,
    bands: Sequence[str] = ("red", "green", "blue", "nir"),
    nodata: float | None = 0,
    areas_m2: tuple[float, float] = (400.0, 3000.0),
    heights_m: tuple[float, float] = (5.0, 12.0),
    psf_px: float = 0.5,
    burn: bool = True,
) -> tuple[list[NDArray[np.generic]], tuple[PastedRoof, ...]]:
    """
    Set rendered roofs with their shadows into real images, from the image `since` onwards.

    images: each (rows, columns, bands), in time order, any number type; not changed. transforms: of each
    image, north up, metres. suns: azimuth and elevation for each image, degrees. bands: their names, out of
    `BANDS`. Roofs are drawn by exact area at 1/8 of a pixel, blurred by `psf_px` and by the pixel; their
    brightness is that of a random material, put into each image's own numbers by its darkest and its
    brightest ground. Places are drawn by lot on level ground: no water, no borders of fields, well apart.
    burn: darken the letters SIMULATED in all images alike, also in those before `since`.
    Returns the new images and the roofs; the same seed gives the same roofs.
    """
    rng = np.random.default_rng((seed, 5))
    roofs = _choose_places(images, transforms, since, count, bands, nodata, areas_m2, heights_m, rng)
    pasted: list[NDArray[np.generic]] = []
    for number, (image, transform, (azimuth, elevation)) in enumerate(
        zip(images, transforms, suns, strict=True)
    ):
        values = image.astype(np.float32)
        there = _there(image, nodata)
        if number >= since:
            levels = _find_levels(values, there, bands)
            own = np.random.default_rng((seed, 6, number))
            for building in roofs:
                _set_in(values, transform, building, Sun(azimuth, elevation), levels, psf_px, own)
        if burn:
            rows, columns = there.shape
            values *= mark_ground(float(columns), float(rows))[..., None]
        pasted.append(_as_type(values, image, there, nodata))
    truth = tuple(PastedRoof(b.outline, float(b.outline.area), b.height_m, b.roof, since) for b, _ in roofs)
    return pasted, truth


_Levels = tuple[Doubles, Doubles]
"""Of each band of one image: digital number of no reflectance, digital numbers per reflectance."""


def _find_levels(values: Floats, there: NDArray[np.bool_], bands: Sequence[str]) -> _Levels:
    visible = [number for number, band in enumerate(bands) if band != "nir"]
    pixels = values[there]
    brightness = pixels[:, visible].mean(axis=1)
    brightest = pixels[brightness >= np.percentile(brightness, 99.5)].mean(axis=0)
    darkest = np.percentile(pixels, 0.5, axis=0)
    bright = np.array([_BRIGHT_SOIL[band] for band in bands])
    dark = np.array([_DARKEST[band] for band in bands])
    step = np.maximum(brightest - darkest, 1) / (bright - dark)
    return darkest - step * dark, step


def _set_in(
    values: Floats,
    transform: Transform,
    placed: tuple[Building, tuple[int, ...]],
    sun: Sun,
    levels: _Levels,
    psf_px: float,
    rng: np.random.Generator,
) -> None:
    """One building into one image, in a window around it."""
    building, order = placed[0], placed[1]
    gsd = transform[0]
    part = stand_on(building, date(2000, 1, 1))[0]
    shade = cast_shadow(part, sun)
    west, south, east, north = shade.union(building.outline).bounds
    rows, columns = values.shape[:2]
    left = max(0, int((west - transform[2]) / gsd) - 4)
    right = min(columns, int((east - transform[2]) / gsd) + 5)
    top = max(0, int((transform[5] - north) / gsd) - 4)
    bottom = min(rows, int((transform[5] - south) / gsd) + 5)
    fold = 8
    shape = (bottom - top) * fold, (right - left) * fold
    raster = Raster(transform[2] + left * gsd, transform[5] - top * gsd, gsd / fold, shape)
    overhead = PlannedLook(datetime(2000, 1, 1, tzinfo=UTC))
    painted = paint_weights(draw_part(part, "", MultiPolygon(), overhead, sun), raster)
    share = np.clip(painted[4], 0, 1)
    shadow = cover(shade, raster) * (1 - share)
    down, across = (make_operator((np.arange(n // fold) + 0.5) * fold, n, psf_px * fold, fold) for n in shape)
    here = (slice(top, bottom), slice(left, right))
    roof_share, shadow_share = see_pixels(share, down, across), see_pixels(shadow, down, across)
    base, step = levels
    grain = 1 + 0.015 * rng.standard_normal(roof_share.shape, dtype=np.float32)
    for place, band in enumerate(order):
        ground = values[(*here, place)] - base[place]
        ground *= 1 - roof_share - shadow_share * np.float32(1 - sun.sky[band])
        ground += step[place] * see_pixels(painted[band], down, across) * grain
        values[(*here, place)] = ground + base[place]


def _choose_places(
    images: Sequence[NDArray[np.generic]],
    transforms: Sequence[Transform],
    since: int,
    count: int,
    bands: Sequence[str],
    nodata: float | None,
    areas_m2: tuple[float, float],
    heights_m: tuple[float, float],
    rng: np.random.Generator,
) -> list[tuple[Building, tuple[int, ...]]]:
    """Buildings by lot, each with the order of the bands; CannotTell if the images have no room for them."""
    order = tuple(BANDS.index(band) for band in bands)
    open_ground = _find_open_ground(images, bands, nodata)
    rows, columns = open_ground.shape
    transform = transforms[since]
    gsd = transform[0]
    grid = float(rng.uniform(0, 90))
    chosen: list[tuple[Building, tuple[int, ...]]] = []
    taken: list[BaseGeometry] = []
    tries = 0
    while len(chosen) < count and tries < 2000:
        tries += 1
        area = float(np.exp(rng.uniform(*np.log(areas_m2))))
        width = float(np.sqrt(area / rng.uniform(1.1, 3.2)))
        turn = grid if rng.random() < 0.6 else float(rng.uniform(0, 180))
        is_l = rng.random() < 0.2
        roof = str(rng.choice(sorted(ROOFS)))
        height = float(rng.uniform(*heights_m))
        row, column = rng.uniform(12, rows - 12), rng.uniform(12, columns - 12)
        x, y = transform[2] + column * gsd, transform[5] - row * gsd
        length = area / width
        if is_l:
            grown = np.sqrt(1 / 0.8)  # the cut takes a fifth
            outline = draw_l(
                x, y, length * grown, width * grown, (length * grown * 0.5, width * grown * 0.4), turn
            )
        else:
            outline = draw_rectangle(x, y, length, width, turn)
        reach = int(np.ceil(length / 2 / gsd))
        spot = (
            slice(max(0, int(row) - reach), int(row) + reach + 1),
            slice(max(0, int(column) - reach), int(column) + reach + 1),
        )
        circle = Point(x, y).buffer(length / 2 + 40)
        if open_ground[spot].mean() < 0.9 or any(circle.intersects(other) for other in taken):
            continue
        pitch = 0.0 if is_l or rng.random() < 0.6 else float(rng.uniform(4, 20))
        chosen.append((Building(f"P-{len(chosen) + 1}", outline, turn, height, roof, pitch), order))
        taken.append(circle)
        tries = 0
    if len(chosen) < count:
        raise CannotTell(
            f"no room for {count} roofs in these images: {len(chosen)} found a place",
            "Ask for fewer or smaller roofs.",
        )
    return chosen


def _find_open_ground(
    images: Sequence[NDArray[np.generic]], bands: Sequence[str], nodata: float | None
) -> NDArray[np.bool_]:
    """Level, even ground on which somebody might build: in no image water or a border of a field."""
    visible = [number for number, band in enumerate(bands) if band != "nir"]
    shape = min(i.shape[0] for i in images), min(i.shape[1] for i in images)
    good = np.ones(shape, bool)
    unrest = np.zeros(shape)
    for image in images:
        part = image[: shape[0], : shape[1]].astype(np.float64)
        good &= _there(image, nodata)[: shape[0], : shape[1]]
        light = part[..., visible].mean(axis=2)
        spread = ndimage.uniform_filter(light**2, 7) - ndimage.uniform_filter(light, 7) ** 2
        unrest += np.sqrt(np.maximum(spread, 0)) / (light.std() + 1e-9)
        if "nir" in bands:
            infrared = part[..., list(bands).index("nir")]
            good &= infrared > 0.35 * np.median(infrared)
    return np.asarray(ndimage.binary_erosion(good, iterations=3) & (unrest < np.percentile(unrest, 70)))


def _there(image: NDArray[np.generic], nodata: float | None) -> NDArray[np.bool_]:
    if nodata is None:
        return np.ones(image.shape[:2], bool)
    return np.asarray(~np.all(image == nodata, axis=2))


def _as_type(
    values: Floats, image: NDArray[np.generic], there: NDArray[np.bool_], nodata: float | None
) -> NDArray[np.generic]:
    new = values
    if np.issubdtype(image.dtype, np.integer):
        limits = np.iinfo(image.dtype.name)
        low = limits.min if nodata is None else max(limits.min, 1)
        new = np.clip(np.rint(values), low, limits.max)
    result = new.astype(image.dtype)
    result[~there] = image[~there]
    return result
