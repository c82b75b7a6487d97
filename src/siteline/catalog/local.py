"""Local image files, listed in a manifest or given one by one."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import pyproj
import shapely
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from siteline.catalog.manifest import COLUMNS, Row, meant_by, parse_row, read_rows
from siteline.catalog.probe import Header, look_at_pixels, probe_header
from siteline.catalog.published import tell_dates
from siteline.catalog.radar import doubt_numbers, is_radar
from siteline.model.dates import refuse_future
from siteline.model.errors import BadGeometry, BadImage, BadInput, BadManifest
from siteline.model.imagery import BANDS, Scene
from siteline.model.place import Frame, Site
from siteline.model.remark import Remark
from siteline.model.sun import sun_position
from siteline.raster.grid import WGS84, Transform, reproject, window_over

T = TypeVar("T")

SUN_MOVES = 1.0
"""Sun angles that may be off by more than this either way, as the time is not known better, are not given; degrees."""

_MARGIN_PX = 16
"""Pixels around the site that are read too, so that a shifted look still covers it."""


def read_manifest(path: Path, site: Site) -> tuple[tuple[Scene, ...], tuple[Remark, ...]]:
    """
    The scenes that a manifest lists, each probed and hashed, and what the user must be told.

    `Scene.href` is the absolute path of the source file. A fault of the manifest raises BadManifest, naming
    file, line, column and remedy; a fault of one image goes into `Scene.fault` and into a remark.
    """
    rows, told = read_rows(path)
    folder = path.resolve().parent
    files = [_find_file(row.file, folder, row.where, "file") for row in rows]
    masks = [None if row.mask is None else _find_file(row.mask, folder, row.where, "mask") for row in rows]
    ids = _name_scenes(rows)
    scenes = [
        _scene_of(row, scene_id, file, mask, site)
        for row, scene_id, file, mask in zip(rows, ids, files, masks, strict=True)
    ]
    kept, of_duplicates = _leave_out_duplicates(scenes, rows, path.name)
    judged = _compare(kept, site)
    return tuple(judged), (*told, *of_duplicates, *_tell(judged, site))


def read_single(path: Path, site: Site, acquired: str, **columns: str) -> tuple[Scene, tuple[Remark, ...]]:
    """
    One scene from one file; `columns` as in a manifest (`bands`, `scale`, `mask`, `credit`, …).

    The mask's path is relative to the image's folder, or absolute. Raises BadInput as `read_manifest` does.
    """
    for column in columns:
        if column not in COLUMNS:
            near = meant_by(column, COLUMNS)
            raise BadInput(f"no such option: {column}", f"Did you mean {near}?" if near else None)
    file = path.resolve()
    if not file.is_file():
        raise BadInput(f"no such file: {path}", "Check the path.")
    row = parse_row({**columns, "file": file.name, "acquired": acquired}, file.name)
    mask = None
    if row.mask is not None:
        mask = (file.parent / row.mask).resolve()
        if not mask.is_file():
            raise BadInput(f"no such mask file: {row.mask}", "Check the path.")
    scene = _scene_of(row, row.id or file.stem, file, mask, site)
    return scene, _tell([scene], site)


def _find_file(said: str, folder: Path, where: str, column: str) -> Path:
    """The file that a cell names; it must lie in the manifest's folder, links included."""
    named = f"{where}, column {column}"
    if "://" in said or said.startswith("/vsi"):
        raise BadManifest(
            f"{named}: {said!r} is an address, not a file", "Download it, and write its path here."
        )
    try:
        found = (folder / said).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        hint = "Paths are relative to the manifest's folder; write them with forward slashes."
        raise BadManifest(f"{named}: no such file: {said!r}", hint) from error
    if not found.is_relative_to(folder):
        raise BadManifest(
            f"{named}: {said!r} leaves the manifest's folder",
            "Put the images beside or below the manifest, or write the manifest above them.",
        )
    if not found.is_file():
        raise BadManifest(f"{named}: {said!r} is not a file", "Name one image file per line.")
    return found


def _name_scenes(rows: Sequence[Row]) -> list[str]:
    """The id of each row: as given, else the file's name as far as it is unlike the others'."""
    spellings = [
        [Path(row.file).stem for row in rows],
        [Path(row.file).name for row in rows],
        [Path(row.file).as_posix() for row in rows],
    ]
    counts = [Counter(names) for names in spellings]
    ids = []
    for at, row in enumerate(rows):
        alone = (names[at] for names, count in zip(spellings, counts, strict=True) if count[names[at]] == 1)
        ids.append(row.id or next(alone, Path(row.file).stem))
    return ids


def _scene_of(row: Row, scene_id: str, file: Path, mask: Path | None, site: Site) -> Scene:
    """A scene as its row and its file say; whatever is wrong with the image becomes its fault."""
    scene = Scene(
        id=scene_id,
        href=str(file),
        acquired=row.acquired,
        bands=row.bands or (),
        shape=(0, 0),
        crs=None,
        transform=None,
        gsd_m=row.gsd_m,
        dtype="",
        sha256=_sha256(file),
        sensor=row.sensor,
        scale=row.scale,
        offset=row.offset,
        mask_href=None if mask is None else str(mask),
        mask_kind=row.mask_kind,
        mask_sha256=None if mask is None else _sha256(mask),
        sun_azimuth=row.sun_azimuth,
        sun_elevation=row.sun_elevation,
        view_off_nadir=row.view_off_nadir,
        view_azimuth=row.view_azimuth,
        credit=row.credit,
        licence=row.licence,
        use=row.use,
        publish_max_px=row.publish_max_px,
        published=row.published,
        mosaic=row.mosaic,
        radar=row.radar,
        notes=MappingProxyType(dict(row.notes)),
    )
    try:
        header = probe_header(file)
    except BadImage as error:
        _refuse_future(row)
        return replace(scene, fault=str(error))
    if not header.simulated:
        _refuse_future(row)
    nodata = row.nodata if row.nodata is not None else header.nodata
    if nodata is not None and math.isnan(nodata):
        nodata = None  # NaN is always missing
    scene = replace(
        scene,
        shape=header.shape,
        crs=header.crs,
        transform=header.transform,
        gsd_m=row.gsd_m or header.gsd_m,
        dtype=header.dtype,
        nodata=nodata,
        simulated=header.simulated,
    )
    try:
        window = _window_over_site(scene, site)
        fault = look_at_pixels(file, header, window, nodata)
    except BadImage as error:
        return replace(scene, fault=str(error))
    if fault is not None:
        return replace(scene, fault=fault)
    scene = replace(scene, bands=_bands_of(row, header))
    if len(scene.bands) != (3 if header.palette else header.count):
        return replace(
            scene, fault=f"it has {header.count} bands, {len(scene.bands)} are named ({row.where})"
        )
    if mask is not None and (wrong := _fault_of_mask(mask, scene)):
        return replace(scene, fault=wrong)
    if scene.radar is not None:
        return replace(scene, fault=doubt_numbers(file, window, scene.radar.units, nodata))
    return add_sun(scene, site)


def _refuse_future(row: Row) -> None:
    try:
        refuse_future(row.acquired)
    except BadInput as error:
        raise BadManifest(f"{row.where}, column acquired: {error}", error.hint) from error


def _bands_of(row: Row, header: Header) -> tuple[str, ...]:
    """
    Band names: from the manifest, else band descriptions, else colour interpretation.

    Raises BadManifest where none of them says what the bands are.
    """
    if row.bands is not None:
        return row.bands
    if header.palette:
        return ("red", "green", "blue")
    described = tuple("" if text == "alpha" else text for text in header.descriptions)
    if is_radar(described):
        raise BadManifest(
            f"{row.where}: {row.file} says that it is a radar image ({', '.join(filter(None, described))})",
            "Name its bands, orbit and units in the manifest, such as: vv vh, ascending, linear.",
        )
    known = [name for name in described if name]
    if known and set(known) <= set(BANDS) and len(set(known)) == len(known):
        return described
    if None not in header.colours and any(header.colours):
        colours = tuple(name or "" for name in header.colours)
        if len(set(filter(None, colours))) == len([name for name in colours if name]):
            return colours
    if header.count == 1:
        return ("grey",)
    if header.count == 3:
        return ("red", "green", "blue")
    guess = "red green blue nir" if header.colours[:3] == ("red", "green", "blue") else "blue green red nir"
    raise BadManifest(
        f"{row.where}: {row.file} has {header.count} bands and does not say which is which",
        f"Name them in bands, such as: {guess}" if header.count == 4 else "Name them in bands.",
    )


def _window_over_site(scene: Scene, site: Site) -> Window:
    """The part of the image that shows the site; raises BadImage if it cannot, or may not, show it."""
    rows, cols = scene.shape
    whole = Window(0, 0, cols, rows)
    if site.frame is Frame.IMAGE:
        if scene.crs is not None:
            raise BadImage("it is georeferenced, but this site is drawn in pixels of an image frame")
        return whole
    if scene.transform is None or scene.crs is None:
        raise BadImage(
            "it says no place on Earth (no CRS or no transform), and this site is drawn in degrees"
        )
    if centre_of(scene) is None:
        raise BadImage(f"its CRS has no place on Earth ({scene.crs[:40]})")
    area = area_of(site)
    if area is None:
        return whole
    seen = window_of(area, scene.crs, scene.transform, scene.shape)
    if seen is None:
        raise BadImage(f"it does not show the site: {_say_how_far(scene, area)}; is its CRS right?")
    down, across = seen
    return Window(across.start, down.start, across.stop - across.start, down.stop - down.start)


def window_of(
    area: BaseGeometry, crs: str, transform: Transform, shape: tuple[int, int]
) -> tuple[slice, slice] | None:
    """
    Rows and columns of an image that show an area (longitude and latitude), with a margin; None if none does.

    Raises BadImage if the area has no place in its CRS.
    """
    try:
        return window_over(_bounds_in(area, crs), transform, shape, _MARGIN_PX)
    except (BadGeometry, pyproj.exceptions.ProjError) as error:
        raise BadImage(f"the site cannot be placed in its CRS ({crs[:40]})") from error


@lru_cache(maxsize=16)
def _bounds_in(area: BaseGeometry, crs: str) -> tuple[float, float, float, float]:
    bounds: tuple[float, float, float, float] = reproject(shapely.segmentize(area, 0.005), WGS84, crs).bounds
    return bounds


def area_of(site: Site) -> BaseGeometry | None:
    """Where the site is: its aoi, else whatever was drawn of it; None if nothing was."""
    if site.aoi is not None:
        return site.aoi
    drawn = [structure.geometry for structure in site.structures if not structure.geometry.is_empty]
    return shapely.union_all(drawn).envelope if drawn else None


def _say_how_far(scene: Scene, area: BaseGeometry) -> str:
    middle = centre_of(scene)
    if middle is None:
        return "it lies elsewhere"
    here = area.centroid
    metres = pyproj.Geod(ellps="WGS84").inv(here.x, here.y, *middle)[2]
    return f"it lies about {metres / 1000:,.0f} km away"


def centre_of(scene: Scene) -> tuple[float, float] | None:
    """Longitude and latitude of an image's middle; None if it has none."""
    if scene.crs is None or scene.transform is None:
        return None
    a, b, c, d, e, f = scene.transform
    row, col = scene.shape[0] / 2, scene.shape[1] / 2
    try:
        middle = reproject(shapely.Point(a * col + b * row + c, d * col + e * row + f), scene.crs, WGS84)
    except (BadGeometry, pyproj.exceptions.ProjError):
        return None
    return middle.x, middle.y


def _fault_of_mask(mask: Path, scene: Scene) -> str | None:
    try:
        header = probe_header(mask)
        if header.block_bytes > 2**28:
            return "its mask would not fit in memory"
    except BadImage as error:
        return f"its mask {mask.name}: {error}"
    if scene.mask_kind == "udm2" and header.count < 7:
        return f"its mask {mask.name} has {header.count} bands, a udm2 has 8"
    if header.shape == scene.shape:
        return None
    if scene.mask_kind == "scl" and _cover_the_same(header, scene):
        return None
    sizes = [f"{cols} x {rows}" for rows, cols in (header.shape, scene.shape)]
    return f"its mask {mask.name} is {sizes[0]} pixels, the image {sizes[1]}"


def _cover_the_same(mask: Header, scene: Scene) -> bool:
    """Whether a coarser mask has the image's CRS and edges, to one of its pixels."""
    if mask.transform is None or scene.transform is None or mask.crs != scene.crs:
        return False
    pixel = max(abs(mask.transform[0]), abs(mask.transform[4]))
    edges = [
        (t[2], t[5], t[2] + t[0] * cols, t[5] + t[4] * rows)
        for t, (rows, cols) in ((mask.transform, mask.shape), (scene.transform, scene.shape))
    ]
    return all(abs(a - b) <= pixel for a, b in zip(*edges, strict=True))


def add_sun(scene: Scene, site: Site) -> Scene:
    """
    The sun's angles from place and time, where the manifest gives none and the time is known well enough.

    That is where neither angle lies farther than SUN_MOVES from its middle at either end of the time given. A date has no
    angles, and hardly any hour without minutes: the sun goes 15 degrees in one.
    """
    if scene.sun_azimuth is not None and scene.sun_elevation is not None:
        return scene
    area = area_of(site)
    place = (area.centroid.x, area.centroid.y) if area is not None else centre_of(scene)
    taken = scene.acquired
    if site.frame is Frame.IMAGE or place is None or not taken.has_hour:
        return scene
    azimuth, elevation = sun_position(taken.middle, *place)
    for end in (taken.start, taken.end):
        there, high = sun_position(end, *place)
        if abs((there - azimuth + 180) % 360 - 180) > SUN_MOVES or abs(high - elevation) > SUN_MOVES:
            return scene
    return replace(scene, sun_azimuth=round(azimuth, 3), sun_elevation=round(elevation, 3))


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _leave_out_duplicates(
    scenes: Sequence[Scene], rows: Sequence[Row], name: str
) -> tuple[list[Scene], list[Remark]]:
    """One scene of each (bytes, date); the same id for different bytes is refused."""
    kept: dict[str, Scene] = {}
    by_content: dict[tuple[str, str], str] = {}
    told = []
    for scene, row in zip(scenes, rows, strict=True):
        content = (scene.sha256, scene.acquired.start.isoformat() + scene.acquired.end.isoformat())
        if content in by_content:
            told.append(Remark(name, f"{row.file} ({row.where}) is {by_content[content]} again: left out"))
        elif scene.id in kept:
            raise BadManifest(
                f"{row.where}: the id {scene.id!r} is taken by another image",
                "Give each image its own id in a column id.",
            )
        else:
            by_content[content] = scene.id
            kept[scene.id] = scene
    return list(kept.values()), told


@dataclass(frozen=True, slots=True)
class _Norm:
    """What most of the images have in common."""

    bands: frozenset[str]
    shape: tuple[int, int]


def _compare(scenes: Sequence[Scene], site: Site) -> list[Scene]:
    """Scenes with those marked that differ from the rest so that they cannot stand in one series; radar is one of its own."""
    of_light = {s.id: s for s in _compare_alike([s for s in scenes if s.radar is None], site)}
    of_radar = {s.id: s for s in _compare_alike([s for s in scenes if s.radar is not None], site)}
    return [of_radar[s.id] if s.radar is not None else of_light[s.id] for s in scenes]


def _compare_alike(scenes: Sequence[Scene], site: Site) -> list[Scene]:
    sound = [scene for scene in scenes if scene.fault is None]
    if not sound:
        return list(scenes)
    norm = _Norm(
        bands=_most_common(frozenset(filter(None, scene.bands)) for scene in sound),
        shape=_most_common(scene.shape for scene in sound),
    )
    dates_of = Counter(scene.sha256 for scene in sound)
    return [
        scene if scene.fault else replace(scene, fault=_fault_among(scene, norm, dates_of, site))
        for scene in scenes
    ]


def _fault_among(scene: Scene, norm: _Norm, dates_of: Counter[str], site: Site) -> str | None:
    lacks = [band for band in sorted(norm.bands) if band not in scene.bands]
    if lacks:
        return f"it has no band {', '.join(lacks)}, as most scenes have"
    if site.frame is Frame.IMAGE and scene.shape != norm.shape:
        (rows, cols), (most_rows, most_cols) = scene.shape, norm.shape
        return f"it is {cols} x {rows} pixels, most frames are {most_cols} x {most_rows}: another viewport"
    if dates_of[scene.sha256] > 1:
        return "the same bytes are listed under two dates; one of them must be wrong"
    return None


def _most_common(values: Iterable[T]) -> T:
    """The value that occurs most often; of equals, the first."""
    return Counter(values).most_common(1)[0][0]


def _tell(scenes: Sequence[Scene], site: Site) -> tuple[Remark, ...]:
    """What the user must know of these scenes, each thing once."""
    told = [
        Remark(
            scene.id,
            f"cannot be used: {scene.fault}",
            "Fetch it again, correct what was said of it, or leave it out.",
        )
        for scene in scenes
        if scene.fault is not None
    ]
    sound = [scene for scene in scenes if scene.fault is None]
    if not sound:
        return tuple(told)
    of_light = [scene for scene in sound if scene.radar is None]
    if any(scene.scale is None for scene in of_light):
        told.append(
            Remark(
                site.id,
                f"{_count(of_light, [s for s in of_light if s.scale is None])} without a scale: their units are "
                "relative, and steps that need reflectance are off",
                "Give scale and offset if you know them (a manifest has columns for them).",
            )
        )
    sunless = [s for s in of_light if s.sun_elevation is None or s.sun_azimuth is None]
    if sunless:
        told.append(
            Remark(
                site.id,
                f"{_count(of_light, sunless)} without sun angles or time of day: the shadow test is off for them",
                "Give the time in acquired, with minutes, or sun_azimuth and sun_elevation.",
            )
        )
    if any(s.licence == "unknown" or s.credit == "unknown" for s in sound):
        some = [s for s in sound if s.licence == "unknown" or s.credit == "unknown"]
        told.append(
            Remark(
                site.id,
                f"{_count(sound, some)} with unknown rights: drafts only, not for publication",
                "Give credit and licence.",
            )
        )
    told += tell_dates(sound)
    low = [s for s in sound if s.sun_elevation is not None and s.sun_elevation < 0]
    if low:
        told.append(
            Remark(
                site.id,
                f"the sun was below the horizon for {_count(sound, low)}",
                "Check the time and its zone: no zone means UTC.",
            )
        )
    return tuple(told)


def _count(all_of_them: Sequence[Scene], some: Sequence[Scene]) -> str:
    if len(some) == len(all_of_them):
        return "all scenes" if len(some) > 1 else "the scene"
    named = ", ".join(scene.id for scene in some[:3]) + ("…" if len(some) > 3 else "")
    return f"{len(some)} of {len(all_of_them)} scenes ({named})"
