"""Boundaries as SMART wants them: all ground that the works changed, growing, one polygon a site, none touching another."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from siteline.sites.smart.scoring.rules import degrees_long

NEAR_M = 10.0
"""Ground that changed this near to a building belongs to its works, metres."""

GAP_M = 1.0
"""Left between two sites: SMART's never touch, metres."""

_DECIMALS = 7
_EARTH = Geod(ellps="WGS84")


class Plane:
    """Metres about a point, for a few kilometres around it."""

    def __init__(self, outlines: Sequence[BaseGeometry]) -> None:
        west, south, east, north = shapely.total_bounds(list(outlines))
        self._middle = np.array([(west + east) / 2, (south + north) / 2])
        self._metres = np.array(degrees_long(float(self._middle[1])))

    def flat(self, outline: BaseGeometry) -> BaseGeometry:
        """Degrees as metres."""
        return shapely.transform(outline, lambda xy: (xy - self._middle) * self._metres)

    def round(self, outline: BaseGeometry) -> BaseGeometry:
        """Metres as degrees, to the centimetre."""

        def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            degrees: NDArray[np.float64] = np.round(xy / self._metres + self._middle, _DECIMALS) + 0.0
            return degrees

        return shapely.transform(outline, back)


def one_polygon(ground: BaseGeometry) -> Polygon:
    """The outer edge around ground in metres; parts that lie apart are joined by the narrowest bridge that closing gives."""
    for reach in (0.0, NEAR_M / 2 + 0.5, 2 * NEAR_M):
        grown = ground.buffer(reach, join_style="mitre") if reach else ground
        closed = grown.buffer(-reach, join_style="mitre") if reach else ground
        whole = shapely.union_all([closed, ground])
        if isinstance(whole, Polygon) and not whole.is_empty:
            return Polygon(whole.exterior)
    hull = ground.convex_hull
    return hull if isinstance(hull, Polygon) else Polygon()


def keep_apart(site: Polygon, others: Sequence[Polygon]) -> Polygon:
    """What is left of a site beside others that were there first, with a gap; its largest part, or nothing."""
    near = [other.buffer(GAP_M, join_style="mitre") for other in others if other.distance(site) < GAP_M]
    if not near:
        return site
    left = site.difference(shapely.union_all(near))
    parts = [part for part in shapely.get_parts(left) if isinstance(part, Polygon) and part.area > 0]
    return max(parts, key=lambda p: p.area) if parts else Polygon()


def polygons_of(ground: BaseGeometry) -> list[Polygon]:
    """The polygons of a geometry, largest first."""
    parts = [p for p in shapely.get_parts(ground) if isinstance(p, Polygon) and not p.is_empty]
    return sorted(parts, key=lambda p: -p.area)


def ground_area(outline: BaseGeometry) -> float:
    """m² on the ellipsoid of an outline in degrees."""
    area, _ = _EARTH.geometry_area_perimeter(outline)
    return abs(float(area)) if math.isfinite(area) else 0.0
