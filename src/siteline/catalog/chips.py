"""
Chips: the window of an offered scene over the site, as one image with its bands and one with its mask.

odc-stac's reader brings all of its files onto the finest of their own grids. Numbers stay as the provider has them: coarser
bands are repeated, never interpolated.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from siteline.catalog.local import add_sun, area_of, window_of
from siteline.catalog.probe import MAX_WINDOW_BYTES, Header, probe_header, say_if_empty
from siteline.catalog.swath import fault_of_window, seen_in_swath
from siteline.model.errors import BadImage
from siteline.model.found import Asset, FoundScene
from siteline.model.imagery import Scene
from siteline.model.place import Site
from siteline.raster.files import open_image, reading_env
from siteline.raster.grid import Transform, window_over

_MASK_BANDS = {"udm2": 8}
"""Of a mask of this kind; one of all others."""

_MAX_BLOCK_BYTES = 2**28
_SIDE_PX = 2
"""Pixels of a coarser band that are read beyond the window: its pixels need not begin where the finest do."""

_TILE_PX = 256


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a scene, with its header at hand; its pixels may still be on their way."""

    asset: Asset
    path: Path
    header: Header
    is_mask: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read of each file of a scene, and onto which grid."""

    crs: str
    transform: Transform
    shape: tuple[int, int]
    """Rows, columns of the chip."""

    windows: tuple[tuple[slice, slice], ...]
    """Rows and columns of each piece, in order: all that a reader may touch."""

    bands: tuple[tuple[int, ...], ...]
    """Of each piece, its bands that are read, counted from 0."""


def warm_up() -> None:
    """Import what reads pixels, which takes seconds, while bytes are on their way."""
    import odc.loader  # noqa: F401


def plan_chip(pieces: Sequence[Piece], site: Site, mask_kind: str) -> Plan:
    """Where the site lies in each file of a scene; raises BadImage if they cannot be read as one image."""
    area = area_of(site)
    assert area is not None, "a site without an area has no window"
    for piece in pieces:
        _check(piece, mask_kind)
    images = [piece for piece in pieces if not piece.is_mask]
    if len({piece.header.crs for piece in pieces}) > 1:
        raise BadImage("its files have different CRS", "Search for another processing of it.")
    names = [name for piece in images for name in piece.asset.bands if name]
    if len(set(names)) != len(names):
        raise BadImage("two of its files say that they are the same band")
    finest = min(images, key=lambda piece: _pixel(piece.header))
    crs, transform, shape = _place(finest.header)
    seen = window_of(area, crs, transform, shape)
    if seen is None:
        raise BadImage("it does not show the site")
    rows, cols = seen
    a, _, c, _, e, f = transform
    moved = (a, 0.0, c + a * cols.start, 0.0, e, f + e * rows.start)
    chip = (rows.stop - rows.start, cols.stop - cols.start)
    needed = (
        chip[0]
        * chip[1]
        * sum(np.dtype(piece.header.dtype).itemsize for piece in images for _ in piece.asset.bands)
    )
    if needed > MAX_WINDOW_BYTES:
        raise BadImage(f"its window would take {needed / 2**30:.1f} GiB in memory")
    windows = tuple(seen if piece is finest else _window_in(piece, moved, chip) for piece in pieces)
    return Plan(crs, moved, chip, windows, tuple(_bands_read(piece, mask_kind) for piece in pieces))


def _check(piece: Piece, mask_kind: str) -> None:
    header, key = piece.header, piece.asset.key
    if header.block_bytes > _MAX_BLOCK_BYTES:
        raise BadImage(f"{key}: one block of it takes {header.block_bytes / 2**20:.0f} MiB in memory")
    if header.crs is None or header.transform is None:
        raise BadImage(f"{key}: it says no place on Earth (no CRS or no transform)")
    a, b, _, d, e, _ = header.transform
    if b != 0 or d != 0 or a <= 0 or e >= 0:
        raise BadImage(
            f"{key}: its grid is rotated or mirrored", "Rectify it, then add it with: siteline scenes add"
        )
    if piece.is_mask:
        if header.count < _MASK_BANDS.get(mask_kind, 1) - 1:
            raise BadImage(
                f"{key}: a mask with {header.count} bands, a {mask_kind} has {_MASK_BANDS[mask_kind]}"
            )
        return
    nodata = piece.asset.nodata
    if nodata is not None and not _fits(nodata, header.dtype):
        raise BadImage(
            f"{key}: its catalog says that {nodata:g} means no data, which its {header.dtype} cannot hold"
        )
    named = len(piece.asset.bands)
    if header.palette or not any(piece.asset.bands):
        raise BadImage(f"{key}: it has no band that its catalog names")
    if named > header.count or any(colour != "" for colour in header.colours[named:]):
        raise BadImage(f"{key}: it has {header.count} bands, its catalog names {named}")


def _fits(number: float, dtype: str) -> bool:
    """Whether a type can hold a number."""
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return True
    return float(number).is_integer() and np.iinfo(kind).min <= number <= np.iinfo(kind).max


def _place(header: Header) -> tuple[str, Transform, tuple[int, int]]:
    assert header.crs is not None
    assert header.transform is not None
    return header.crs, header.transform, header.shape


def _pixel(header: Header) -> float:
    assert header.transform is not None
    return abs(header.transform[0] * header.transform[4])


def _window_in(piece: Piece, transform: Transform, shape: tuple[int, int]) -> tuple[slice, slice]:
    """What of a file covers the chip; raises BadImage if it ends more than one of its pixels before."""
    _, own, size = _place(piece.header)
    a, _, c, _, e, f = transform
    bounds = (c, f + e * shape[0], c + a * shape[1], f)
    right, bottom = own[2] + own[0] * size[1], own[5] + own[4] * size[0]
    short = (own[2] - bounds[0], bounds[2] - right, bounds[3] - own[5], bottom - bounds[1])
    if any(by > edge for by, edge in zip(short, (own[0], own[0], -own[4], -own[4]), strict=True)):
        raise BadImage(f"{piece.asset.key}: it ends where its other files go on")
    found = window_over(bounds, own, size, _SIDE_PX)
    if found is None:
        raise BadImage(f"{piece.asset.key}: it lies elsewhere than its other files")
    return found


def _bands_read(piece: Piece, mask_kind: str) -> tuple[int, ...]:
    if piece.is_mask:
        return tuple(range(min(piece.header.count, _MASK_BANDS.get(mask_kind, 1))))
    return tuple(at for at, name in enumerate(piece.asset.bands) if name)


def write_chip(found: FoundScene, pieces: Sequence[Piece], plan: Plan, site: Site, folder: Path) -> Scene:
    """
    Read the window of every file and write it as `chip.tif` and `mask.tif` into `folder`; returns the scene they make.

    A window in which nothing can be seen gives a scene with a fault. Raises BadImage if a file breaks while it is read.
    """
    planes = _load(pieces, plan)
    images = [at for at, piece in enumerate(pieces) if not piece.is_mask]
    numbers = _as_one([plane for at in images for plane in planes[at]])
    nodata = _common(
        "nodata",
        [
            h if a is None else a
            for a, h in ((pieces[at].asset.nodata, pieces[at].header.nodata) for at in images)
        ],
    )
    names = [name for at in images for name in pieces[at].asset.bands if name]
    folder.mkdir(parents=True, exist_ok=True)
    chip = folder / "chip.tif"
    seen = _seen(pieces, plan)
    if found.radar is not None:
        seen = seen_in_swath(numbers, names, nodata, found.radar.units, seen)
    simulated = any(piece.header.simulated for piece in pieces)
    _write(chip, numbers, plan, nodata, names, seen, {"SITELINE_SIMULATED": "1"} if simulated else {})
    mask = None
    for at, piece in enumerate(pieces):
        if piece.is_mask:
            mask = folder / "mask.tif"
            _write(mask, _as_one(planes[at]), plan, None, [], None, {})
    scene = _scene_of(found, chip, mask, [pieces[at] for at in images], site)
    fault = None
    if found.radar is not None:
        fault = fault_of_window(numbers, nodata, found.radar.units, seen)
    fault = fault or say_if_empty(numbers if seen is None else numbers[:, seen], nodata)
    return replace(scene, fault=fault) if fault else scene


def _load(pieces: Sequence[Piece], plan: Plan) -> list[list[NDArray[np.generic]]]:
    """
    Of each piece, its bands on the chip's grid; a pixel that a file does not reach is nodata.

    By odc-stac's own reader, band by band: the dataset that odc-stac makes around them would take as long as reading them.
    """
    from odc.geo.geobox import GeoBox
    from odc.loader import RasterLoadParams, RasterSource, RioDriver

    logging.getLogger("odc").addHandler(logging.NullHandler())  # we tell of faults ourselves
    geobox = GeoBox(plan.shape, Affine(*plan.transform), plan.crs)
    driver = RioDriver()
    loaded: list[list[NDArray[np.generic]]] = []
    try:
        with reading_env(), driver.restore_env(driver.capture_env(), driver.new_load(geobox)) as context:
            for piece, bands in zip(pieces, plan.bands, strict=True):
                said = (piece.asset.nodata, piece.header.nodata)
                nodata = next((value for value in said if value is not None), None)
                how = RasterLoadParams(
                    piece.header.dtype, nodata, nodata, use_overviews=False, resampling="nearest"
                )
                planes = []
                for band in bands:
                    plane = np.full(plan.shape, 0 if nodata is None else nodata, piece.header.dtype)
                    where, numbers = driver.open(RasterSource(str(piece.path), band + 1), context).read(
                        how, geobox
                    )
                    plane[where] = numbers
                    planes.append(plane)
                loaded.append(planes)
    except RasterioError as error:
        raise BadImage("it is truncated or damaged") from error
    return loaded


def _as_one(planes: Sequence[NDArray[np.generic]]) -> NDArray[np.generic]:
    """(band, y, x) in the narrowest type that holds the numbers of all."""
    return np.stack(planes).astype(np.result_type(*planes), copy=False)


def _common(what: str, values: Sequence[float | None]) -> float | None:
    """The one value of all files that say one."""
    said = {value for value in values if value is not None and value == value}
    if len(said) > 1:
        raise BadImage(f"its files have different {what} ({', '.join(f'{v:g}' for v in sorted(said))})")
    return next(iter(said), None)


def _seen(pieces: Sequence[Piece], plan: Plan) -> NDArray[np.bool_] | None:
    """Where the files' own masks or alpha bands say that there is an image, (y, x); None if none has one."""
    seen = None
    for piece, (rows, cols) in zip(pieces, plan.windows, strict=True):
        if piece.is_mask or not piece.header.has_own_mask:
            continue
        with open_image(piece.path) as image:
            window = Window(cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start)
            own = image.dataset_mask(window=window) >= 128
        _, (a, _, c, _, e, f), _ = _place(piece.header)
        x = plan.transform[2] + plan.transform[0] * (np.arange(plan.shape[1]) + 0.5)
        y = plan.transform[5] + plan.transform[4] * (np.arange(plan.shape[0]) + 0.5)
        across = np.clip(((x - c) / a).astype(int) - cols.start, 0, own.shape[1] - 1)
        down = np.clip(((y - f) / e).astype(int) - rows.start, 0, own.shape[0] - 1)
        here = own[np.ix_(down, across)]
        seen = here if seen is None else seen & here
    return seen


def _write(
    path: Path,
    numbers: NDArray[np.generic],
    plan: Plan,
    nodata: float | None,
    names: Sequence[str],
    seen: NDArray[np.bool_] | None,
    tags: dict[str, str],
) -> None:
    """A GeoTIFF without loss; the same numbers give the same bytes. Raises OSError where there is no room."""
    try:
        _write_unchecked(path, numbers, plan, nodata, names, seen, tags)
    except RasterioError as error:
        if shutil.disk_usage(path.parent).free < numbers.nbytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise BadImage(f"its window could not be written as {path.name}") from error


def _write_unchecked(
    path: Path,
    numbers: NDArray[np.generic],
    plan: Plan,
    nodata: float | None,
    names: Sequence[str],
    seen: NDArray[np.bool_] | None,
    tags: dict[str, str],
) -> None:
    count, rows, cols = numbers.shape
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True, GDAL_PAM_ENABLED=False),
        rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=rows,
            width=cols,
            count=count,
            dtype=numbers.dtype,
            crs=plan.crs,
            transform=Affine(*plan.transform),
            nodata=nodata,
            tiled=True,
            blockxsize=_TILE_PX,
            blockysize=_TILE_PX,
            interleave="band",
            compress="zstd",  # packs a third as long as deflate, and tighter
            zstd_level=3,
            predictor=3 if numbers.dtype.kind == "f" else 2,
            photometric="minisblack",
        ) as image,
    ):
        image.write(numbers)
        image.update_tags(**tags)
        for band, name in enumerate(names, start=1):
            image.set_band_description(band, name)
        if seen is not None and not bool(seen.all()):
            image.write_mask(seen)


def _scene_of(found: FoundScene, chip: Path, mask: Path | None, images: Sequence[Piece], site: Site) -> Scene:
    scales = {(piece.asset.scale, piece.asset.offset) for piece in images}
    if len(scales) > 1:
        raise BadImage("its files have different scales or offsets", "Leave the bands out that differ.")
    [(scale, offset)] = scales
    header = probe_header(chip)
    scene = Scene(
        id=found.id,
        href=str(chip),
        acquired=found.acquired,
        bands=tuple(name for piece in images for name in piece.asset.bands if name),
        shape=header.shape,
        crs=header.crs,
        transform=header.transform,
        gsd_m=header.gsd_m,
        dtype=header.dtype,
        sha256=_sha256(chip),
        sensor=found.sensor,
        scale=scale,
        offset=offset,
        nodata=header.nodata,
        mask_href=None if mask is None else str(mask),
        mask_kind=found.mask_kind,
        mask_sha256=None if mask is None else _sha256(mask),
        sun_azimuth=found.sun_azimuth,
        sun_elevation=found.sun_elevation,
        view_off_nadir=found.view_off_nadir,
        view_azimuth=found.view_azimuth,
        credit=found.credit,
        licence=found.licence,
        use=found.use,
        publish_max_px=found.publish_max_px,
        published=found.published,
        mosaic=found.mosaic,
        simulated=header.simulated,
        radar=found.radar,
        notes=MappingProxyType({**found.notes, **_told(found)}),
    )
    return scene if found.radar is not None else add_sun(scene, site)


def _told(found: FoundScene) -> dict[str, str]:
    """What a scene has no field for."""
    told = {
        "source": found.source,
        "collection": found.collection,
        "instead_of": " ".join(found.instead_of),
        "why": found.why,
    }
    return {name: text for name, text in told.items() if text}


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
