"""Outlines as strangers draw them: checked, closed, flattened, or refused with the remedy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from shapely.geometry import (
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    shape,
)
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from siteline.model.errors import BadGeometry
from siteline.model.place import Frame

Position = tuple[float, float]

_MULTI: dict[type[BaseGeometry], type[BaseGeometry]] = {
    Point: MultiPoint,
    LineString: MultiLineString,
    Polygon: MultiPolygon,
}
_PARTS = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_LARGEST_PIXEL = 1e7
_MOST_VERTICES = 50_000


class Pen:
    """Draws outlines from coordinates, and remembers what had to be said of them."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.flattened = 0
        """Outlines whose heights were dropped."""
        self.closed = 0
        """Rings that were left open and are now closed."""

    def draw(self, geometry: object) -> BaseGeometry:
        """
        Shapely geometry of a GeoJSON geometry object, two-dimensional, valid, in range.

        A collection becomes a multi-part outline if its members are of one type. Raises BadGeometry.
        """
        if not isinstance(geometry, dict):
            raise BadGeometry("it has no geometry", "Draw it, or remove the feature.")
        kind = geometry.get("type")
        if kind == "GeometryCollection":
            members = geometry.get("geometries")
            if not isinstance(members, list):
                raise BadGeometry("a GeometryCollection without geometries", "Export it again.")
            return self.gather([self.draw(member) for member in members])
        coordinates = geometry.get("coordinates")
        if kind == "Point":
            return self.point(_position(coordinates))
        if kind == "LineString":
            return self.line([_position(c) for c in _items(coordinates)])
        if kind == "Polygon":
            return self.polygon([[_position(c) for c in _items(ring)] for ring in _items(coordinates)])
        if isinstance(kind, str) and kind in _PARTS:
            parts = [self.draw({"type": _PARTS[kind], "coordinates": part}) for part in _items(coordinates)]
            return self.gather(parts, many=True)
        raise BadGeometry(
            f"{str(kind)[:40]!r} is not a GeoJSON geometry type", "Draw a polygon, line or point."
        )

    def point(self, position: Iterable[float]) -> Point:
        """One place."""
        return Point(self._flat([tuple(position)])[0])

    def line(self, positions: Iterable[Iterable[float]]) -> LineString:
        """A line of two vertices or more."""
        flat = self._flat([tuple(p) for p in positions])
        if len(set(flat)) < 2:
            raise BadGeometry("a line needs two different vertices", "Draw it again.")
        line = LineString(flat)
        self._refuse_wrap(line)
        return line

    def polygon(self, rings: Iterable[Iterable[Iterable[float]]]) -> Polygon:
        """An outline with its holes."""
        flat = [self._ring([tuple(p) for p in ring]) for ring in rings]
        if not flat:
            raise BadGeometry("the polygon is empty", "Draw it, or remove the feature.")
        polygon = Polygon(flat[0], flat[1:])
        self._refuse_wrap(polygon)
        _refuse_invalid(polygon)
        return polygon

    def gather(self, parts: list[BaseGeometry], *, many: bool = False) -> BaseGeometry:
        """One outline of several parts of one type; a single part is itself unless `many`."""
        if not parts:
            raise BadGeometry("the geometry is empty", "Draw it, or remove the feature.")
        singles = [single for part in parts for single in getattr(part, "geoms", [part])]
        types = {type(single) for single in singles}
        if len(types) > 1:
            named = " and ".join(sorted(t.__name__ for t in types))
            raise BadGeometry(f"it mixes {named}", "Split it into one feature for each.")
        if len(singles) == 1 and not many:
            return singles[0]
        whole = _MULTI[types.pop()](singles)
        self._refuse_wrap(whole)
        _refuse_invalid(whole)
        return whole

    def _ring(self, positions: list[tuple[float, ...]]) -> list[Position]:
        flat = self._flat(positions)
        if flat and flat[0] != flat[-1]:
            flat.append(flat[0])
            self.closed += 1
        if len(set(flat)) < 3:
            raise BadGeometry(
                f"an outline needs 3 different vertices, got {len(set(flat))}", "Draw it again."
            )
        return flat

    def _flat(self, positions: list[tuple[float, ...]]) -> list[Position]:
        if len(positions) > _MOST_VERTICES:
            raise BadGeometry(f"an outline of {len(positions):,} vertices is no drawing", "Simplify it.")
        if any(len(p) < 2 for p in positions):
            raise BadGeometry("a vertex has fewer than two numbers", "Each vertex is longitude, latitude.")
        if any(any(p[2:]) for p in positions):  # a height of 0 is no height
            self.flattened += 1
        flat = [(float(p[0]), float(p[1])) for p in positions]
        for x, y in flat:
            self._refuse_elsewhere(x, y)
        return flat

    def _refuse_elsewhere(self, x: float, y: float) -> None:
        if not (math.isfinite(x) and math.isfinite(y)):
            raise BadGeometry("a vertex is not a number", "Remove that vertex or draw the outline again.")
        if self.frame is Frame.IMAGE:
            if max(abs(x), abs(y)) > _LARGEST_PIXEL:
                raise BadGeometry(
                    f"({x:g}, {y:g}) is no pixel of an image", "Pixels: x right, y down, from the corner."
                )
            return
        if abs(x) <= 180 and abs(y) <= 90:
            return
        where = f"({x:g}, {y:g}) is not a longitude and latitude"
        if abs(x) <= 90 and abs(y) <= 180:
            raise BadGeometry(
                f"{where}; they look swapped", "Longitude comes first in GeoJSON and KML: swap them."
            )
        if abs(x) <= 360 and abs(y) <= 90:
            raise BadGeometry(
                f"{where}; the outline runs past the 180° meridian",
                "Split it at the 180° meridian into two parts, with longitudes from -180 to 180.",
            )
        raise BadGeometry(
            f"{where}; it looks projected, or drawn in pixels",
            'Reproject to EPSG:4326 (ogr2ogr -t_srs EPSG:4326), or say "frame": "image" for pixels.',
        )

    def _refuse_wrap(self, outline: BaseGeometry) -> None:
        if self.frame is Frame.IMAGE or hasattr(outline, "geoms"):
            return  # the parts of a split outline lie on both sides of 180°, and may
        west, _, east, _ = outline.bounds
        if east - west > 180:
            raise BadGeometry(
                f"it spans {east - west:.0f}° of longitude: it crosses the 180° meridian, or a vertex is off",
                "Split it at the 180° meridian into the parts of a MultiPolygon, or correct the vertex.",
            )


def as_geojson(outline: BaseGeometry) -> dict[str, Any]:
    """GeoJSON geometry object, outer rings anticlockwise (RFC 7946); coordinates as they are."""
    return dict(shapely.geometry.mapping(oriented(outline)))


def oriented(outline: BaseGeometry) -> BaseGeometry:
    """The same outline with outer rings anticlockwise and holes clockwise."""
    if isinstance(outline, Polygon):
        return orient(outline)
    if isinstance(outline, MultiPolygon):
        return MultiPolygon([orient(part) for part in outline.geoms])
    return outline


def rounded(outline: BaseGeometry, decimals: int) -> BaseGeometry:
    """The outline on a decimal grid, still valid; rounding it again changes nothing."""
    snapped = shapely.transform(shapely.force_2d(outline), lambda xy: np.round(xy, decimals) + 0.0)
    if not snapped.is_valid:  # a sliver closed up: let GEOS snap it, then clean the binary tails
        snapped = shapely.set_precision(outline, 10.0**-decimals)
        snapped = shapely.transform(snapped, lambda xy: np.round(xy, decimals) + 0.0)
    return snapped


def split_at_180(outline: BaseGeometry) -> BaseGeometry:
    """An outline whose vertices jump from 180° to -180°, cut at the meridian into parts (RFC 7946, 3.1.9)."""
    west, _, east, _ = outline.bounds if not outline.is_empty else (0.0, 0.0, 0.0, 0.0)
    if east - west <= 180:
        return outline
    unrolled = shapely.transform(outline, lambda xy: np.where(xy < (0, -91), xy + np.array((360, 0)), xy))
    left = unrolled.intersection(shapely.box(0, -90, 180, 90))
    right = shapely.transform(
        unrolled.intersection(shapely.box(180, -90, 360, 90)), lambda xy: xy - np.array((360, 0))
    )
    both = shapely.get_parts([left, right])
    return shapely.union_all(both[shapely.get_dimensions(both) == shapely.get_dimensions(outline)])


def swapped(outline: BaseGeometry) -> BaseGeometry:
    """The outline with x and y exchanged."""
    return shapely.transform(outline, lambda xy: xy[:, ::-1])


def from_mapping(geometry: dict[str, Any]) -> BaseGeometry:
    """Shapely geometry of a GeoJSON geometry that we wrote ourselves."""
    return shape(geometry)


def _refuse_invalid(outline: BaseGeometry) -> None:
    if outline.is_valid and (outline.area > 0 or not isinstance(outline, Polygon | MultiPolygon)):
        return
    reason = shapely.is_valid_reason(outline)
    what, _, where = reason.rstrip("]").partition("[")
    at = f" near ({where.replace(' ', ', ')})" if where else ""
    told = {
        "Self-intersection": "the outline crosses itself",
        "Ring Self-intersection": "the outline touches itself",
        "Hole lies outside shell": "a hole lies outside its outline",
        "Nested shells": "one part lies inside another",
        "Nested holes": "one hole lies inside another",
        "Valid Geometry": "the outline encloses nothing",
    }.get(what, f"the outline is not valid ({what.lower()})")
    raise BadGeometry(f"{told}{at}", "Move or remove the vertices there so that it is one simple polygon.")


def _items(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise BadGeometry("its coordinates are not a list of vertices", "Export it again.")
    return value


def _position(value: object) -> tuple[float, ...]:
    numbers = _items(value)
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise BadGeometry(
            f"a vertex is not made of numbers: {str(value)[:60]}", "Give longitude and latitude."
        )
    try:
        return tuple(float(n) for n in numbers[:4])
    except OverflowError as error:
        raise BadGeometry(
            "a vertex is not a number", "Remove that vertex or draw the outline again."
        ) from error
