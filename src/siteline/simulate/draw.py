"""Parts of buildings as strokes on the fine grid: roofs that lean, walls that show, shadow on a roof."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from siteline.simulate.atmosphere import SNOW
from siteline.simulate.coverage import Doubles, Floats, Raster, paint_edges, trace_edges
from siteline.simulate.light import Sun, light_slope
from siteline.simulate.site import PlannedLook
from siteline.simulate.works import Part

_WALL = np.array([0.150, 0.160, 0.172, 0.200])

Stroke = tuple[Doubles, Doubles]
"""Edges in local metres, and for each edge: reflectance times share in 4 bands, share."""


def draw_part(part: Part, owner: str, fall: BaseGeometry, look: PlannedLook, sun: Sun) -> list[Stroke]:
    """
    Roof, visible walls and the shadow on the roof of one part, displaced by its lean.

    owner: label of its building; "" for a heap. fall: the part of its roof that lies in shadow.
    """
    lean = part.height_m * math.tan(math.radians(look.view_off_nadir))
    turn = math.radians(look.view_azimuth)
    by = (lean * math.sin(turn), lean * math.cos(turn))
    sky = np.array(sun.sky)
    spectrum = np.array(part.spectrum)
    if look.snow > 0 and owner and not part.is_open:
        warmth = (zlib.crc32(owner.encode()) % 100) / 100
        white = max(0.0, min(1.0, look.snow * 1.5 - 0.7 * warmth))
        spectrum = spectrum + white * (SNOW - spectrum)
    tiling = part.tiling
    direct = light_slope(tiling.normal, sun)[:, None]
    faces = spectrum * tiling.tone[:, None] * (sky + (1 - sky) * direct)
    rows = np.concatenate([faces, tiling.share[:, None]], axis=1)[tiling.face]
    strokes = [(tiling.edges + np.array([*by, *by]), rows)]
    if lean > 0.01:
        strokes += _draw_walls(part, by, sun)
    if not fall.is_empty:
        strength = 0.4 if part.is_open else 1.0
        edges = trace_edges(fall) + np.array([*by, *by])
        strokes.append(draw_stroke(edges, -spectrum * (1 - sky) * strength, 0.0))
    return strokes


def _draw_walls(part: Part, by: tuple[float, float], sun: Sun) -> list[Stroke]:
    edges = trace_edges(part.outline)
    run = edges[:, 2:] - edges[:, :2]
    out = np.stack([run[:, 1], -run[:, 0]], axis=1) / np.hypot(*run.T)[:, None]
    sky = np.array(sun.sky)
    away = np.array(sun.away)
    strokes = []
    for (x0, y0, x1, y1), facing in zip(edges, out, strict=True):
        if facing @ np.array(by) >= 0:
            continue
        direct = max(0.0, -float(facing @ away)) * sun.reach
        wall = Polygon([(x0, y0), (x1, y1), (x1 + by[0], y1 + by[1]), (x0 + by[0], y0 + by[1])])
        strokes.append(draw_stroke(trace_edges(wall), _WALL * (0.6 * sky + (1 - sky) * direct), 1.0))
    return strokes


def draw_stroke(edges: Doubles, value: Doubles, share: float) -> Stroke:
    """One outline in one colour: value in 4 bands; share 1 covers what lies below, 0 is added to it."""
    return edges, np.tile(np.append(value, share), (len(edges), 1))


def paint_strokes(ground: Floats, strokes: Sequence[Stroke], raster: Raster) -> None:
    """Lay all strokes over the ground, (4, rows, columns), in place."""
    if not strokes:
        return
    painted = paint_weights(strokes, raster)
    share = np.clip(painted[4], 0, 1)
    for band in range(4):
        ground[band] *= 1 - share
        ground[band] += painted[band]
    np.clip(ground, 0.005, None, out=ground)


def paint_weights(strokes: Sequence[Stroke], raster: Raster) -> Floats:
    """
    All strokes on the grid: (5, rows, columns), reflectance times share in 4 bands, and share.

    Sums are linear, so nothing is counted twice and no outline is enlarged.
    """
    edges = np.concatenate([edges for edges, _ in strokes])
    weights = np.concatenate([rows for _, rows in strokes])
    return paint_edges(raster.edges(edges), weights, raster.shape)
