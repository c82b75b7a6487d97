"""
What stands on a block's walls: a flat roof, or two slopes.

A shadow tells where the eaves are: a ridge shades beyond them only where its slope is steeper than the sun. How far a roof
rises above its eaves is not measured; it is drawn by an assumption that every file says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

TWO_SLOPES = "two slopes"

SLOPE_DEG = 15.0
"""Assumed slope of a roof of two slopes, degrees."""

ASSUMED = {
    TWO_SLOPES: f"two slopes above the eaves, drawn {SLOPE_DEG:g} degrees steep: assumed, not measured",
}
"""What a file says of a roof that is not drawn flat."""


def profile(form: str, width_m: float) -> tuple[tuple[float, float], ...]:
    """The section across a roof: (share of its width, m above the eaves) from one eave to the other; () if flat."""
    if form == TWO_SLOPES:
        return (0.0, 0.0), (0.5, width_m / 2 * math.tan(math.radians(SLOPE_DEG))), (1.0, 0.0)
    return ()


def section_of(form: str, metres: Polygon) -> tuple[int, tuple[tuple[float, float], ...]]:
    """
    From which corner the longer side of a rectangle starts, and the section across it; (0, ()) if it is drawn flat.

    metres: the outline in metres; only a rectangle carries a roof that is not flat.
    """
    ring = np.asarray(metres.exterior.coords)[:-1]
    if form not in ASSUMED or len(ring) != 4 or metres.interiors:
        return 0, ()
    sides = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    first = 0 if sides[0] + sides[2] >= sides[1] + sides[3] else 1
    return first, profile(form, float(min(sides[first - 1], sides[(first + 1) % 4])))


def strips(corners: Array, first: int, section: Sequence[tuple[float, float]]) -> list[tuple[Array, Array]]:
    """
    The roof in strips from eave to eave: four corners of each in plan, and how far above the eaves they lie, m.

    corners: (4, 2), in any coordinates; first: the corner from which the longer side starts.
    """
    a, b, c, d = np.roll(corners, -first, axis=0)
    found = []
    for (s, low), (t, high) in pairwise(section):
        plan = np.array([a + (d - a) * s, b + (c - b) * s, b + (c - b) * t, a + (d - a) * t])
        found.append((plan, np.array([low, low, high, high])))
    return found


def to_metres(outline: BaseGeometry, origin: tuple[float, float]) -> BaseGeometry:
    """An outline in EPSG:4326 as metres east and north of an origin (lon, lat), on the plane that touches the Earth there."""
    lon, lat = origin
    onto = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
        f"+step +proj=topocentric +ellps=WGS84 +lon_0={lon!r} +lat_0={lat!r} +h_0=0"
    )

    def moved(points: Array) -> Array:
        east, north, _ = onto.transform(points[:, 0], points[:, 1], np.zeros(len(points)))
        return np.column_stack([east, north])

    return shapely.transform(outline, moved)


def polygons_of(outline: BaseGeometry) -> list[Polygon]:
    """The polygons of an outline, wound counter-clockwise; lines and points have none."""
    return [
        shapely.orient_polygons(part, exterior_cw=False)
        for part in shapely.get_parts(outline)
        if isinstance(part, Polygon) and part.area > 0
    ]
