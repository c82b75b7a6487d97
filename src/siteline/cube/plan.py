"""The grid on which all looks of a site are laid."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadInput, CannotTell
from siteline.model.imagery import Grid, Scene
from siteline.model.place import Frame, Site
from siteline.raster.grid import WGS84, Transform, reproject, snap

_MAX_PIXELS = 50_000_000
_MAX_CUBE_BYTES = 12 * 2**30


def plan_grid(scenes: tuple[Scene, ...], site: Site) -> Grid:
    """
    The grid of a site: the finest native pixels in its UTM zone, or the frames' own pixels.

    Where most scenes share a projected CRS, it is kept, and so are the pixel edges of the finest scene: what
    needs no resampling is not resampled. Without an aoi the grid covers what most scenes show. Raises
    CannotTell without scenes, and BadInput if the series would not fit in memory.
    """
    usable = [scene for scene in scenes if scene.fault is None]
    if not usable:
        raise CannotTell(f"no usable scene at {site.id}", "Add scenes first.")
    grid = _frame_grid(usable, site) if site.frame is Frame.IMAGE else _earth_grid(usable, site)
    pixels = grid.shape[0] * grid.shape[1]
    bands = max(len([band for band in scene.bands if band]) for scene in usable)
    if pixels > _MAX_PIXELS or pixels * bands * len(usable) * 4 > _MAX_CUBE_BYTES:
        raise BadInput(
            f"{grid.shape[1]} x {grid.shape[0]} pixels in {len(usable)} scenes would not fit in memory",
            "Draw a smaller aoi, or several sites.",
        )
    return grid


def _frame_grid(scenes: Sequence[Scene], site: Site) -> Grid:
    shape = Counter(scene.shape for scene in scenes).most_common(1)[0][0]
    rows, cols = shape
    gsd_m = site.gsd_m or next((scene.gsd_m for scene in scenes if scene.gsd_m), None)
    whole: Transform = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    if site.aoi is not None:
        frame = shapely.box(0, 0, cols, rows)
        if not site.aoi.intersects(frame):
            raise CannotTell("the aoi lies outside the frames", "Draw it in pixels, x right, y down.")
        whole, shape = snap(site.aoi.intersection(frame).bounds, whole)
    return Grid(None, whole, shape, gsd_m)


def _earth_grid(scenes: Sequence[Scene], site: Site) -> Grid:
    area = site.aoi if site.aoi is not None else _shown_by_most(scenes)
    crs = _crs_for(scenes, area)
    there = reproject(shapely.segmentize(area, 0.005), WGS84, crs)
    own = [scene for scene in scenes if scene.crs == crs and _upright(scene)]
    if own:
        finest = min(_pixel(scene) for scene in own)
        edges = Counter(_edges(scene) for scene in own if _pixel(scene) < finest * 1.001)
        (a, c, e, f), _ = edges.most_common(1)[0]
    else:
        a = min(scene.gsd_m for scene in scenes if scene.gsd_m)
        c, e, f = 0.0, -a, 0.0
    transform, shape = snap(there.bounds, (a, 0.0, c, 0.0, e, f))
    x, y = transform[2] + a * shape[1] / 2, transform[5] + e * shape[0] / 2
    scale = _area_scale(crs, x, y)
    return Grid(crs, transform, shape, math.sqrt(abs(a * e) * scale), scale)


def _crs_for(scenes: Sequence[Scene], area: BaseGeometry) -> str:
    """The projected CRS (in metres) of more than half of the scenes, else the site's UTM zone."""
    crs, count = Counter(scene.crs for scene in scenes).most_common(1)[0]
    if crs is not None and 2 * count > len(scenes):
        found = pyproj.CRS.from_user_input(crs)
        if found.is_projected and found.axis_info[0].unit_conversion_factor == 1 and _nearly_true(crs, area):
            return crs
    middle = area.centroid
    zone = min(60, int((middle.x + 180) // 6) + 1)
    return f"EPSG:{32600 + zone if middle.y >= 0 else 32700 + zone}"


def _nearly_true(crs: str, area: BaseGeometry) -> bool:
    """Whether lengths are true to 1 % there; web Mercator is not, away from the equator."""
    there = reproject(area.centroid, WGS84, crs)
    return abs(_area_scale(crs, there.x, there.y) - 1) < 0.02


def _area_scale(crs: str, x: float, y: float) -> float:
    """Ground area per grid area at a place."""
    projection = pyproj.Proj(crs)
    lon, lat = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True).transform(x, y)
    return 1 / float(projection.get_factors(lon, lat).areal_scale)


def _shown_by_most(scenes: Sequence[Scene]) -> BaseGeometry:
    """Longitude and latitude of what all scenes show; if that is little, of the most common extent."""
    extents = [_extent(scene) for scene in scenes]
    common = shapely.intersection_all(extents)
    if common.area > 0.5 * float(np.median(shapely.area(extents))):
        return common
    overlaps = [sum(a.intersection(b).area for b in extents) / a.area for a in extents]
    return extents[int(np.argmax(overlaps))]


def _extent(scene: Scene) -> BaseGeometry:
    assert scene.transform is not None
    assert scene.crs is not None
    a, b, c, d, e, f = scene.transform
    rows, cols = scene.shape
    corners = [
        (a * x + b * y + c, d * x + e * y + f) for x, y in ((0, 0), (cols, 0), (cols, rows), (0, rows))
    ]
    outline = shapely.segmentize(shapely.Polygon(corners), max(rows * abs(e), cols * abs(a)) / 8)
    return reproject(outline, scene.crs, WGS84)


def _upright(scene: Scene) -> bool:
    return scene.transform is not None and scene.transform[1] == 0 and scene.transform[3] == 0


def _pixel(scene: Scene) -> float:
    assert scene.transform is not None
    return math.sqrt(abs(scene.transform[0] * scene.transform[4]))


def _edges(scene: Scene) -> tuple[float, float, float, float]:
    """Pixel size and where pixel edges fall, to a thousandth of a pixel: the same for scenes that fit."""
    assert scene.transform is not None
    a, _, c, _, e, f = scene.transform
    return a, round(c % a, 3) % a, e, round(f % e, 3) % e
