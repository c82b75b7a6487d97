"""Heaps of spoil, coal or gravel: sides at the angle of repose, each in its own light, and a flat top."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

import numpy as np
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from siteline.simulate.coverage import Doubles, trace_edges
from siteline.simulate.site import GROUNDS, Patch
from siteline.simulate.works import Part, Tiling, share_done

REPOSE = math.radians(33)
"""Slope at which loose material comes to rest."""

_BULK = 0.7
"""A heap shades and leans like a block of so much of its height."""


def pile_up(patch: Patch, day: date) -> Part | None:
    """A heap as it has grown by a day; None if there is none yet, or the patch is flat."""
    done = share_done(day, patch.start, patch.finish)
    if patch.height_m <= 0 or done <= 0.05:
        return None
    foot = patch.outline.buffer(-(1 - done) * math.sqrt(patch.outline.area) / 3)
    if foot.is_empty:
        return None
    faces, normals = _slope(foot, patch.height_m * done)
    edges = [trace_edges(face) for face in faces]
    one = np.ones(len(faces))
    tiling = Tiling(
        np.concatenate(edges), np.repeat(np.arange(len(faces)), [len(e) for e in edges]), one, one, normals
    )
    return Part(foot, patch.height_m * _BULK * done, GROUNDS[patch.ground], tiling)


def _slope(foot: BaseGeometry, height: float) -> tuple[list[BaseGeometry], Doubles]:
    """Flat top and sides of a heap, with the direction each faces: (n, 3) east, north, up."""
    inset = min(height / math.tan(REPOSE), 0.3 * math.sqrt(foot.area))
    top = foot.buffer(-inset, join_style="mitre")
    rest = foot.difference(top)
    up = (0.0, 0.0, 1.0)
    told: list[tuple[BaseGeometry, tuple[float, float, float]]] = [(top, up)]
    for part in getattr(foot, "geoms", [foot]):
        for (x0, y0), (x1, y1) in pairwise(orient(part).exterior.coords):
            strip = LineString([(x0, y0), (x1, y1)]).buffer(1.5 * inset, cap_style="flat")
            length = math.hypot(x1 - x0, y1 - y0)
            east, north = (y1 - y0) / length, -(x1 - x0) / length
            facing = (east * math.sin(REPOSE), north * math.sin(REPOSE), math.cos(REPOSE))
            told.append((rest.intersection(strip), facing))
            rest = rest.difference(strip)
    told = [(face, normal) for face, normal in (*told, (rest, up)) if face.area > 0.01]
    return [face for face, _ in told], np.array([normal for _, normal in told])
