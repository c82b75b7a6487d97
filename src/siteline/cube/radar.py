"""Radar scenes on one grid: intensities as one time series, each look with the track it belongs to."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from siteline.cube.plan import plan_grid
from siteline.model.errors import BadImage
from siteline.model.imagery import Grid, Scene
from siteline.model.place import Site
from siteline.model.radar import LEAST_SHOWN, RADAR_BANDS, RadarLook, Units
from siteline.model.remark import Remark
from siteline.raster.files import open_image, place_of
from siteline.raster.grid import bounds_of, centres, reproject, window_over
from siteline.raster.nodata import missing_pixels
from siteline.raster.resample import map_grid, resample

_MARGIN_PX = 8
_FLOOR = 1e-6
"""Intensity of nothing at all, -60 dB."""


class RadarBuilt(NamedTuple):
    """A radar cube, its looks, and what the user must be told."""

    cube: xr.Dataset
    """
    value (time, band, y, x) float32, linear intensity, NaN where nothing was seen; coordinates time, scene (id) and track of each
    look, band, y, x; attribute grid.
    """

    looks: tuple[RadarLook, ...]
    remarks: tuple[Remark, ...]


def plan_radar(scenes: tuple[Scene, ...], site: Site) -> Grid:
    """The grid of a site's radar scenes: their own pixels, over what is watched. Raises as `plan_grid` does."""
    return plan_grid(scenes, site)


def build_radar(scenes: tuple[Scene, ...], grid: Grid) -> RadarBuilt:
    """
    Radar scenes of one site as a series on `grid`, in order of time; resampled (in decibels) only where pixels do not fit.

    Scenes that break when they are read, or show less than `LEAST_SHOWN` of the grid, are left out and say why.
    """
    ordered = sorted(scenes, key=lambda s: (s.acquired.middle, s.id))
    bands = _common_bands(ordered)
    looks, kept, values = [], [], []
    for scene in ordered:
        assert scene.radar is not None
        value, usable, reason = _value_of(scene, grid, bands)
        day = scene.acquired.last_day
        if reason is None and scene.acquired.first_day != day:
            reason = "its day is not known, and radar changes are dated by days"
        looks.append(RadarLook(scene.id, day, scene.radar.track, round(usable, 4), reason is None, reason))
        if reason is None and value is not None:
            kept.append(scene)
            values.append(value)
    y, x = centres(grid)
    shape = (0, len(bands), *grid.shape)
    times = [s.acquired.middle.replace(tzinfo=None) for s in kept]
    cube = xr.Dataset(
        {"value": (("time", "band", "y", "x"), np.stack(values) if values else np.zeros(shape, np.float32))},
        coords={
            "time": np.array(times, dtype="datetime64[ns]"),
            "band": list(bands),
            "y": y,
            "x": x,
            "scene": ("time", np.array([s.id for s in kept], dtype=str)),
            "track": ("time", np.array([s.radar.track for s in kept if s.radar], dtype=str)),
        },
        attrs={"grid": grid},
    )
    return RadarBuilt(cube, tuple(looks), _tell(ordered))


def _value_of(
    scene: Scene, grid: Grid, bands: tuple[str, ...]
) -> tuple[NDArray[np.float32] | None, float, str | None]:
    """A scene on the grid, the share of the grid that it shows, and why it is left out if it is."""
    if lacks := [band for band in bands if band not in scene.bands]:
        return None, 0.0, f"it has no band {', '.join(lacks)}, as most radar scenes have"
    try:
        value = _read(scene, grid, bands)
    except BadImage as error:
        return None, 0.0, f"broken: {error}"
    usable = float(np.isfinite(value).all(axis=0).mean())
    return value, usable, f"it shows {usable:.0%} of the site" if usable < LEAST_SHOWN else None


def _common_bands(scenes: list[Scene]) -> tuple[str, ...]:
    """The polarisations that all scenes have; if there are none, those of most: two series are not one."""
    common = tuple(b for b in RADAR_BANDS if all(b in s.bands for s in scenes))
    if common or not scenes:
        return common
    return Counter(tuple(b for b in RADAR_BANDS if b in s.bands) for s in scenes).most_common(1)[0][0]


def _tell(scenes: list[Scene]) -> tuple[Remark, ...]:
    unnumbered = {s.radar.orbit.value for s in scenes if s.radar and s.radar.relative_orbit is None}
    return tuple(
        Remark(
            f"radar, {flight}",
            "its scenes do not say their relative orbit; they are taken to be of one, and if they are not, differences of "
            "geometry look like change",
            "Give relative_orbit in the manifest.",
        )
        for flight in sorted(unnumbered)
    )


def _read(scene: Scene, grid: Grid, bands: tuple[str, ...]) -> NDArray[np.float32]:
    """Linear intensity of one scene on the grid, (band, y, x); NaN where it shows nothing."""
    if scene.crs is None or scene.transform is None or grid.crs is None or scene.radar is None:
        raise BadImage("it says no place on Earth")
    bounds = bounds_of(grid)
    if scene.crs != grid.crs:
        import shapely

        bounds = reproject(shapely.segmentize(shapely.box(*bounds), 500), grid.crs, scene.crs).bounds
    found = window_over(bounds, scene.transform, scene.shape, _MARGIN_PX)
    if found is None:
        raise BadImage("it does not reach the site")
    down, across = found
    window = Window(across.start, down.start, across.stop - across.start, down.stop - down.start)
    try:
        with open_image(scene.href) as image:
            if ((image.height, image.width), *place_of(image)) != (scene.shape, scene.crs, scene.transform):
                raise BadImage("it is not the image on record")
            numbers = image.read([scene.bands.index(band) + 1 for band in bands], window=window)
            seen = image.dataset_mask(window=window) >= 128
    except RasterioError as error:
        raise BadImage("it is truncated or damaged") from error
    missing = missing_pixels(numbers, scene.nodata) | ~seen
    a, b, c, d, e, f = scene.transform
    there = (a, b, c + a * across.start + b * down.start, d, e, f + d * across.start + e * down.start)
    mapping = map_grid(grid, scene.crs, there)
    decibel = _as_decibel(numbers.astype(np.float32), scene.radar.units)
    missing |= ~np.isfinite(decibel).all(axis=0)
    return np.stack(
        [
            np.power(10.0, resample(np.where(missing, np.float32(0), layer), ~missing, mapping) / 10).astype(
                np.float32
            )
            for layer in decibel
        ]
    )


def _as_decibel(numbers: NDArray[np.float32], units: Units) -> NDArray[np.float32]:
    if units is Units.DB:
        return numbers
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 10 * np.log10(np.where(numbers > 0, np.maximum(numbers, np.float32(_FLOOR)), np.nan))
    return np.asarray(found, np.float32)
