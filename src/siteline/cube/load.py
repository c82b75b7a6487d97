"""Scenes → pixels on their native grids → one cube, warped once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pystac
import shapely
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from pystac.extensions.eo import EOExtension
from pystac.extensions.projection import ProjectionExtension
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from siteline.cube.align import Alignment
from siteline.cube.frames import read_frame
from siteline.cube.harmonise import harmonise
from siteline.cube.mask import MASK_BANDS, read_codes
from siteline.cube.native import bands_of, is_reflectance, make_native, pixels_of, white_of, without_pixels
from siteline.cube.options import CubeOptions
from siteline.cube.plan import plan_grid
from siteline.model.errors import BadGeometry, BadImage, CannotTell
from siteline.model.imagery import BANDS, Grid, Look, Scene, WhyNot
from siteline.model.place import Frame, Site
from siteline.model.remark import Remark
from siteline.raster.compiled import each
from siteline.raster.files import format_of, open_image, place_of, reading_env
from siteline.raster.grid import Transform, bounds_of, centres, reproject, window_over
from siteline.raster.resample import map_grid, resample

__all__ = ["Built", "CubeOptions", "build_cube", "plan_grid", "read_native"]


class Built(NamedTuple):
    """A cube, and what the user must be told of it."""

    cube: xr.Dataset
    remarks: tuple[Remark, ...]


def read_native(scene: Scene, site: Site, grid: Grid, options: CubeOptions) -> xr.Dataset:
    """
    One scene's pixels over the site, as the file has them, with what its mask says.

    Returns the dataset that `cube/native.py` describes. A file that breaks while it is read, or does not reach
    the grid, gives one without pixels whose attribute `fault` says why: a series survives a broken image.
    """
    try:
        window = _window(scene, grid, options.margin_px)
        if site.frame is Frame.IMAGE:
            numbers, seen = read_frame(scene, window)
        else:
            numbers, seen = _read_georeferenced(scene, window)
        used = [at for at, band in enumerate(scene.bands) if band]
        if max(used, default=-1) >= numbers.shape[0] or not used:
            raise BadImage("it has other bands than on record")
        masked = _read_mask(scene, window)
        return make_native(
            scene,
            numbers[used] if len(used) < len(numbers) else numbers,
            [scene.bands[at] for at in used],
            _transform_of(scene, window),
            seen,
            masked,
        )
    except BadImage as error:
        return without_pixels(scene, f"broken: {error}")


def build_cube(
    natives: tuple[xr.Dataset, ...], alignment: Alignment, grid: Grid, options: CubeOptions
) -> Built:
    """
    All used looks as one time series on one grid: warped once, masked, colours fitted where that helps.

    Returns the dataset that `model/imagery.py` describes, with the looks of `alignment` that are used, in
    order of time. Raises CannotTell if there is none.
    """
    by_scene = {native.attrs["scene"]: native for native in natives}
    used = sorted(
        (at for at, look in enumerate(alignment.looks) if look.used),
        key=lambda at: (alignment.looks[at].acquired.middle, alignment.looks[at].scene_id),
    )
    if not used:
        raise CannotTell(
            "no look of this site can be used",
            "siteline scenes list says why each was left out; add scenes, or a mask for them.",
        )
    chosen = [by_scene[alignment.looks[at].scene_id] for at in used]
    bands = [band for band in BANDS if all(band in bands_of(native) for native in chosen)]
    white = white_of(natives)
    value = np.empty((len(used), len(bands), *grid.shape), np.float32)
    why_not = np.ascontiguousarray(alignment.masks["why_not"].values[used])

    def warp(row: int) -> None:
        native = chosen[row]
        right, down = alignment.read_at[used[row]]
        mapping = map_grid(grid, native.attrs["crs"], alignment.transforms[used[row]]).moved(down, right)
        pixels = pixels_of(native, white)
        seen = pixels.why_not != WhyNot.NO_IMAGE
        valid = None if bool(seen.all()) else seen
        for layer, band in enumerate(bands):
            value[row, layer] = resample(pixels.light(band), valid, mapping)
        why_not[row][np.isnan(value[row]).any(axis=0)] = WhyNot.NO_IMAGE

    each(warp, range(len(used)))
    looks = [alignment.looks[at] for at in used]
    days = [look.acquired.first_day for look in looks]
    remarks = harmonise(value, why_not, bands, days) if options.harmonise else ()
    y, x = centres(grid)
    angles = {
        name: ("time", [np.nan if n.attrs[name] is None else float(n.attrs[name]) for n in chosen])
        for name in ("sun_azimuth", "sun_elevation", "view_off_nadir", "view_azimuth")
    }
    cube = xr.Dataset(
        {"value": (("time", "band", "y", "x"), value), "why_not": (("time", "y", "x"), why_not)},
        coords={
            "time": _moments(looks),
            "band": bands,
            "y": y,
            "x": x,
            "scene": ("time", np.array([look.scene_id for look in looks])),
            **angles,
        },
        attrs={
            "grid": grid,
            "units": "reflectance" if all(map(is_reflectance, chosen)) else "relative",
        },
    )
    return Built(cube, remarks)


def _moments(looks: Iterable[Look]) -> NDArray[np.datetime64]:
    """Middles of acquisitions, UTC."""
    return np.array([look.acquired.middle.replace(tzinfo=None) for look in looks], dtype="datetime64[ns]")


def _window(scene: Scene, grid: Grid, margin: int) -> Window:
    """The part of a scene that covers the grid, with a margin."""
    bounds = bounds_of(grid)
    if scene.crs != grid.crs:
        if scene.crs is None or grid.crs is None:
            raise BadImage("it is an image frame among georeferenced scenes, or the other way round")
        edge = shapely.segmentize(
            shapely.box(*bounds), max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / 16
        )
        try:
            bounds = reproject(edge, grid.crs, scene.crs).bounds
        except BadGeometry as error:
            raise BadImage("the site cannot be placed in its CRS") from error
    found = window_over(bounds, scene.transform or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), scene.shape, margin)
    if found is None:
        raise BadImage("it does not reach the site")
    rows, cols = found
    return Window(cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start)


def _transform_of(scene: Scene, window: Window) -> Transform:
    a, b, c, d, e, f = scene.transform or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    col, row = window.col_off, window.row_off
    return a, b, c + a * col + b * row, d, e, f + d * col + e * row


def _read_georeferenced(scene: Scene, window: Window) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    """
    Numbers (band, y, x) of all bands, and where there is an image (y, x).

    The scene becomes a STAC item, which odc-stac reads on the scene's own pixels.
    """
    import odc.stac  # here: it takes a second, and image frames do without it
    from odc.geo.geobox import GeoBox

    logging.getLogger("odc").addHandler(logging.NullHandler())  # we tell of faults ourselves
    format_of(Path(scene.href))  # odc-stac would open anything
    with open_image(scene.href) as image:
        count = image.count
        found = ((image.height, image.width), *place_of(image), image.dtypes[0])
        if found != (scene.shape, scene.crs, scene.transform, scene.dtype):
            raise BadImage("it is not the image on record")
        seen = image.dataset_mask(window=window) >= 128 if _has_mask(image) else None
    geobox = GeoBox((int(window.height), int(window.width)), Affine(*_transform_of(scene, window)), scene.crs)
    names = [f"b{at + 1}" for at in range(count)]
    try:
        with reading_env():
            loaded = odc.stac.load(
                [_to_item(scene, names)],
                bands=names,
                geobox=geobox,
                dtype=scene.dtype,
                groupby="id",
            )
    except RasterioError as error:
        raise BadImage("it is truncated or damaged") from error
    numbers = np.stack([loaded[name].values[0] for name in names])
    return numbers, np.ones(numbers.shape[1:], bool) if seen is None else seen


def _to_item(scene: Scene, names: list[str]) -> pystac.Item:
    """A scene as a STAC item with one asset, whose bands go by `names`."""
    asset = pystac.Asset(
        scene.href,
        media_type=pystac.MediaType.GEOTIFF,
        roles=["data"],
        extra_fields={
            "eo:bands": [{"name": name} for name in names],
            "raster:bands": [{"data_type": scene.dtype} for _ in names],
        },
    )
    where = {"proj:shape": list(scene.shape), "proj:transform": list(scene.transform or ())}
    if scene.crs is not None and scene.crs.startswith("EPSG:"):
        where["proj:code"] = scene.crs
    else:
        where["proj:wkt2"] = scene.crs
    item = pystac.Item(
        scene.id,
        geometry=None,
        bbox=None,
        datetime=scene.acquired.middle,
        properties=where,
        stac_extensions=[
            ProjectionExtension.get_schema_uri(),
            EOExtension.get_schema_uri(),
            "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
        ],
    )
    item.add_asset("image", asset)
    return item


def _has_mask(image: DatasetReader) -> bool:
    """Whether the file has an alpha band or a mask of its own; nodata is judged by our own rule."""
    flags = {flag for flags in image.mask_flag_enums for flag in flags}
    return MaskFlags.alpha in flags or (MaskFlags.per_dataset in flags and MaskFlags.all_valid not in flags)


def _read_mask(scene: Scene, window: Window) -> NDArray[np.uint8] | None:
    """Codes of the supplied mask over a window of its scene; None if none was supplied."""
    if scene.mask_href is None:
        return None
    with open_image(scene.mask_href) as image:
        rows, cols = scene.shape
        down, right = image.height / rows, image.width / cols  # 1, or less for a coarser scl
        count = min(image.count, MASK_BANDS[scene.mask_kind])
        there = Window(
            window.col_off * right, window.row_off * down, window.width * right, window.height * down
        )
        numbers = image.read(
            list(range(1, count + 1)),
            window=there,
            out_shape=(count, int(window.height), int(window.width)),
        )
    return read_codes(numbers, scene.mask_kind)
