"""
What stands on a block's walls: a flat roof, two slopes, four, or an arch.

A shadow tells where the eaves are: a ridge shades beyond them only where its slope is steeper than the sun. How far a roof
rises above its eaves is not measured; it is drawn by an assumption that every file says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

TWO_SLOPES, FOUR_SLOPES, ARCHED = "two slopes", "four slopes", "arched"

SLOPE_DEG = 15.0
"""Assumed slope of a roof of two or four slopes, degrees; an arch rises as high as two slopes would."""

ASSUMED = {
    TWO_SLOPES: f"two slopes above the eaves, drawn {SLOPE_DEG:g} degrees steep: assumed, not measured",
    FOUR_SLOPES: f"four slopes above the eaves, drawn {SLOPE_DEG:g} degrees steep: assumed, not measured",
    ARCHED: f"an arch above the eaves, drawn {2 * SLOPE_DEG:g} degrees steep at them: assumed, not measured",
}
"""What a file says of a roof that is not drawn flat."""

ARCH_FACETS = 8
"""An arch is drawn with so many flat strips."""

SHORTEST_RIDGE_M = 0.1
"""A ridge of four slopes that would be shorter is a point."""


@dataclass(frozen=True, slots=True)
class Roof:
    """A roof over a rectangle; faces are (corners, 3): share of the longer side, share of the shorter, m above the eaves."""

    first: int
    """The corner of the rectangle from which a longer side starts."""

    slopes: tuple[Array, ...]
    """Counter-clockwise seen from above."""

    gables: tuple[Array, ...] = ()
    """The upright ends, counter-clockwise seen from outside; four slopes have none."""

    def plan(self, face: Array, corners: Array) -> Array:
        """
        Where the corners of a face lie in plan, (corners, 2).

        corners: (4, 2) of the rectangle, counter-clockwise, in any coordinates. What two faces share is the same to the
        last bit, so that nothing gapes.
        """
        s, t = face[:, :1], face[:, 1:2]
        a, b, c, d = np.roll(corners, -self.first, axis=0)
        placed: Array = a * ((1 - s) * (1 - t)) + b * (s * (1 - t)) + c * (s * t) + d * ((1 - s) * t)
        return placed


def form_of(form: str, outline: BaseGeometry) -> str:
    """The form that is drawn: only rectangles carry a roof that is not flat, ""."""
    corners = [len(p.exterior.coords) - 1 for p in polygons_of(outline) if not p.interiors]
    are_four = len(corners) == len(shapely.get_parts(outline)) and set(corners) == {4}
    return form if form in ASSUMED and are_four else ""


def roof_over(form: str, metres: Polygon) -> Roof | None:
    """The roof over an outline in metres, counter-clockwise; None if it is drawn flat."""
    if not form_of(form, metres):
        return None
    ring = np.asarray(metres.exterior.coords)[:-1]
    sides = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    first = 0 if sides[0] + sides[2] >= sides[1] + sides[3] else 1
    length = float(min(sides[first], sides[first + 2]))
    width = float(min(sides[first - 1], sides[first + 1]))
    rise = width / 2 * math.tan(math.radians(SLOPE_DEG))
    if form == FOUR_SLOPES:
        return Roof(first, _hip(length, width, rise))
    return _under(first, _arch(rise, width) if form == ARCHED else np.array([(0, 0), (0.5, rise), (1, 0)]))


def _hip(length: float, width: float, rise: float) -> tuple[Array, ...]:
    """Four slopes of one steepness: the ridge ends half the width before the walls; of a square it is a point."""
    inset = width / 2 / length if length - width > SHORTEST_RIDGE_M else 0.5
    near, far = (inset, 0.5, rise), (1 - inset, 0.5, rise)
    ridge = [far, near] if inset < 0.5 else [near]
    a, b, c, d = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 0.0), (0.0, 1.0, 0.0)
    return tuple(np.array(f) for f in ([a, b, *ridge], [b, c, far], [c, d, *ridge[::-1]], [d, a, near]))


def _arch(rise: float, width: float) -> Array:
    """A segment of a circle in facets, from eave to eave: (share of the width, m above the eaves)."""
    half = 2 * math.atan(2 * rise / width)  # of the angle that the segment spans: its slope at the eaves
    turns = np.linspace(-half, half, ARCH_FACETS + 1)
    up = rise * (np.cos(turns) - math.cos(half)) / (1 - math.cos(half))
    across = (1 + np.sin(turns) / math.sin(half)) / 2
    up[[0, -1]], across[[0, -1]] = 0.0, (0.0, 1.0)  # eaves end at the walls, to the last bit
    return np.column_stack([across, up])


def _under(first: int, section: Array) -> Roof:
    """A roof of one section, (points, 2) from eave to eave, along its whole length."""
    near, far = (np.insert(section, 0, end, axis=1) for end in (0.0, 1.0))
    slopes = tuple(np.array([near[k], far[k], far[k + 1], near[k + 1]]) for k in range(len(section) - 1))
    return Roof(first, slopes, (near, far[::-1]))


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
