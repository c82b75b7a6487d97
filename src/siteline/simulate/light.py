"""Sun, sky and shadow: which ground and which roofs lie in the shade of what."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from shapely import MultiPoint, Polygon, unary_union
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from siteline.simulate.coverage import Doubles, Floats
from siteline.simulate.works import Part

Vector = tuple[float, float]
_OPAQUE = 0.72  # of the direct light is held back by a crown


@dataclass(frozen=True, slots=True)
class Sun:
    """Where the light comes from, and how much of it comes from the sky."""

    azimuth: float
    """Degrees clockwise from north."""

    elevation: float
    """Degrees."""

    @property
    def away(self) -> Vector:
        """Unit vector (east, north) in which shadows fall."""
        turn = math.radians(self.azimuth)
        return -math.sin(turn), -math.cos(turn)

    @property
    def reach(self) -> float:
        """Length of the shadow of one metre of height, m: the cotangent of the elevation."""
        return 1 / math.tan(math.radians(self.elevation))

    @property
    def sky(self) -> tuple[float, float, float, float]:
        """Share of the light in blue, green, red and near infrared that a shadow still receives."""
        low = 1 + 0.5 * (1 - math.sin(math.radians(self.elevation))) ** 2
        return 0.30 * low, 0.23 * low, 0.185 * low, 0.125 * low


def cast_shadow(part: Part, sun: Sun, onto: float = 0.0) -> BaseGeometry:
    """Where a part of a building shades a level `onto` metres above the ground; its own base included."""
    drop = (part.height_m - onto) * sun.reach
    if drop <= 0:
        return Polygon()
    east, north = sun.away
    shade = sweep(part.outline, (east * drop, north * drop))
    if part.ridge and part.ridge[2] > onto:
        *ends, height = part.ridge
        far = (height - onto) * sun.reach
        tips = [(x + east * far, y + north * far) for x, y in ends]
        shade = unary_union([shade, MultiPoint([*_corners(shade), *tips]).convex_hull])
    return shade


def sweep(outline: BaseGeometry, by: Vector) -> BaseGeometry:
    """All places that an outline passes when it is moved straight by a vector, m."""
    moved = translate(outline, *by)
    if outline.geom_type != "Polygon":
        return unary_union([sweep(part, by) for part in outline.geoms])
    if len(outline.interiors) == 0 and len(outline.exterior.coords) == 5:
        return MultiPoint([*_corners(outline), *_corners(moved)]).convex_hull
    strips = []
    corners = _corners(outline)
    for (x0, y0), (x1, y1) in pairwise(corners):
        strip = Polygon([(x0, y0), (x1, y1), (x1 + by[0], y1 + by[1]), (x0 + by[0], y0 + by[1])])
        if strip.area > 1e-9:
            strips.append(strip)
    return unary_union([outline, moved, *strips])


def shade_roofs(parts: Sequence[Part], shades: Sequence[BaseGeometry], sun: Sun) -> list[BaseGeometry]:
    """The part of each roof that lies in the shadow of a higher one; empty for most."""
    shaded: list[BaseGeometry] = []
    for number, part in enumerate(parts):
        falls = [
            cast_shadow(other, sun, part.height_m).intersection(part.outline)
            for index, other in enumerate(parts)
            if index != number and other.height_m > part.height_m and shades[index].intersects(part.outline)
        ]
        if part.is_open:
            depth = part.height_m * sun.reach
            lit = translate(part.outline, sun.away[0] * depth, sun.away[1] * depth)
            falls.append(part.outline.difference(lit))
        shaded.append(unary_union([f for f in falls if f.area > 0]) if falls else Polygon())
    return shaded


def shade_by_trees(heights: Floats, sun: Sun, step: float) -> Floats:
    """How much of the sun crowns take from each cell, 0–1; heights in m, on cells of `step` m."""
    tallest = float(heights.max())
    shaded = np.zeros(heights.shape, bool)
    if tallest <= 0:
        return shaded.astype(np.float32)
    east, north = sun.away
    stride = 1.5 * step
    rows, columns = heights.shape
    for number in range(1, math.ceil(tallest * sun.reach / stride) + 1):
        distance = number * stride
        down, right = round(-north * distance / step), round(east * distance / step)
        lost = np.float32(distance / sun.reach)
        here = (slice(max(0, down), rows + min(0, down)), slice(max(0, right), columns + min(0, right)))
        there = (slice(max(0, -down), rows - max(0, down)), slice(max(0, -right), columns - max(0, right)))
        shaded[here] |= heights[there] - lost > heights[here]
    return shaded.astype(np.float32) * np.float32(_OPAQUE)


def light_slope(normals: Doubles, sun: Sun) -> Doubles:
    """Direct light on faces relative to level ground; normals (n, 3) east, north, up."""
    east, north = sun.away
    toward_sun = -(normals[:, 0] * east + normals[:, 1] * north) * sun.reach + normals[:, 2]
    return np.asarray(np.maximum(toward_sun, 0.0))


def _corners(outline: BaseGeometry) -> list[Vector]:
    return [(x, y) for x, y, *_ in outline.exterior.coords]
