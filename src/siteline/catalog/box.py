"""The box that a search sends out, and whether what came back shows the site."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from shapely import make_valid, wkt
from shapely.affinity import translate
from shapely.errors import ShapelyError
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from siteline.catalog.numbers import finite
from siteline.model.errors import BadSetting, CannotTell
from siteline.model.place import Frame, Site

_NEAR_THE_DATELINE = 150
"""A shape that is drawn across the antimeridian without a cut has all its corners beyond this longitude."""

_METRES_PER_DEGREE = 111_320.0
_MAX_VERTICES = 20_000


@dataclass(frozen=True, slots=True)
class SearchBox:
    """Longitudes and latitudes, degrees; `west` > `east` where it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """As STAC wants it."""
        return self.west, self.south, self.east, self.north

    def __str__(self) -> str:
        return ",".join(f"{value:.4f}" for value in self.bbox)


def site_outline(site: Site) -> BaseGeometry:
    """The area under watch, longitude and latitude in one piece; raises CannotTell for a site of image frames."""
    if site.frame is not Frame.EARTH:
        raise CannotTell(
            f"the site {site.id} is drawn on pictures without a place on Earth; no catalog can be searched for it",
            "Add its pictures with: siteline scenes add",
        )
    shapes = [s.geometry for s in site.structures]
    whole = site.aoi if site.aoi is not None else _union(shapes)
    if whole is None or whole.is_empty:
        raise CannotTell(
            f"the site {site.id} has no outline to search for", "Draw its area: role aoi in the site file."
        )
    west, _, east, _ = whole.bounds
    return _in_one_piece(whole) if east - west > 180 else whole


def search_box(
    outline: BaseGeometry, widen_m: float = 0.0, shift_m: tuple[float, float] = (0.0, 0.0)
) -> SearchBox:
    """
    The box around a site's outline, made wider on each side and moved (east, north) as asked, metres.

    Corners are rounded outward to 0.0001°.
    """
    west, south, east, north = outline.bounds
    north_deg = 1 / _METRES_PER_DEGREE
    east_deg = north_deg / max(0.01, math.cos(math.radians((south + north) / 2)))
    east_m, north_m = shift_m
    west, east = west + (east_m - widen_m) * east_deg, east + (east_m + widen_m) * east_deg
    south, north = south + (north_m - widen_m) * north_deg, north + (north_m + widen_m) * north_deg
    if east - west >= 360:
        west, east = -180.0, 180.0
    return SearchBox(
        _wrapped(math.floor(west * 1e4) / 1e4),
        max(-90.0, math.floor(south * 1e4) / 1e4),
        _wrapped(math.ceil(east * 1e4) / 1e4),
        min(90.0, math.ceil(north * 1e4) / 1e4),
    )


def holds(sent: SearchBox, outline: BaseGeometry) -> bool:
    """Whether the box that is sent holds the whole site: else scenes of it may be missed."""
    east = sent.east + (360 if sent.east < sent.west else 0)
    around = box(sent.west, sent.south, east, sent.north)
    return bool(
        around.covers(outline)
        or around.covers(translate(outline, 360))
        or around.covers(translate(outline, -360))
    )


def shown_share(outline_wkt: str, site: BaseGeometry) -> float | None:
    """Share of the site's area that an outline covers, 0–1; None if the outline is not known."""
    if not outline_wkt:
        return None
    around = wkt.loads(outline_wkt)
    if _is_cut(around):
        around = _in_one_piece(around)
    best = 0.0
    for turn in (0, 360, -360):
        common = translate(around, turn).intersection(site)
        best = max(best, common.area / site.area if site.area else float(not common.is_empty))
    return min(1.0, best)


def outline_of(geometry: Any, bbox: Any) -> str:
    """What an item covers as WKT, from its geometry, else its bounding box; "" if neither makes sense."""
    if isinstance(geometry, dict) and geometry.get("type") in ("Polygon", "MultiPolygon"):
        try:
            drawn = shape(geometry)
            if drawn.is_empty or _count(drawn) > _MAX_VERTICES:
                raise ValueError
            whole = drawn if drawn.is_valid else make_valid(drawn)
            if _on_earth(whole.bounds) and whole.area > 0:
                return str(wkt.dumps(whole, rounding_precision=7, trim=True))
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            ShapelyError,
            RecursionError,
            OverflowError,
        ):
            pass
    if isinstance(bbox, list) and len(bbox) in (4, 6):
        half = len(bbox) // 2
        corners = [finite(c) for c in (bbox[0], bbox[1], bbox[half], bbox[half + 1])]
        numbers = [c for c in corners if c is not None]
        if len(numbers) == 4:
            west, south, east, north = numbers
            if west > east:
                east += 360
            if _on_earth((west, south, east, north)) and west < east and south < north:
                return str(wkt.dumps(box(west, south, east, north), rounding_precision=7, trim=True))
    return ""


def parse_length(text: str, option: str) -> float:
    """Metres of "5km", "300m" or "300"; raises BadSetting."""
    match = re.fullmatch(r"\s*([+-]?\d{1,7}(?:\.\d{1,6})?)\s*(km|m)?\s*", text)
    if match is None:
        raise BadSetting(f"{option}: not a length: {text!r}", "Write it as 5km or 300m.")
    return float(match[1]) * (1000.0 if match[2] == "km" else 1.0)


def parse_shift(text: str) -> tuple[float, float]:
    """Metres east and north of "2km,-1km"; raises BadSetting."""
    parts = text.split(",")
    if len(parts) != 2:
        raise BadSetting(f"--shift: not two lengths: {text!r}", "Write east, then north: --shift 2km,-1km")
    return parse_length(parts[0], "--shift"), parse_length(parts[1], "--shift")


def _union(shapes: list[BaseGeometry]) -> BaseGeometry | None:
    if not shapes:
        return None
    bounds = [s.bounds for s in shapes]
    return box(
        min(b[0] for b in bounds),
        min(b[1] for b in bounds),
        max(b[2] for b in bounds),
        max(b[3] for b in bounds),
    )


def _is_cut(geometry: BaseGeometry) -> bool:
    """Whether a shape lies across the antimeridian, rather than around half the world."""
    from shapely import get_coordinates

    west, _, east, _ = geometry.bounds
    if east - west <= 180 or (geometry.geom_type == "Polygon" and east - west >= 359.9):
        return False
    return bool((abs(get_coordinates(geometry)[:, 0]) > _NEAR_THE_DATELINE).all())


def _in_one_piece(geometry: BaseGeometry) -> BaseGeometry:
    """A shape cut at the antimeridian, put together east of it."""
    from shapely.ops import transform

    return transform(lambda x, y: (x + 360 if x < 0 else x, y), geometry)


def _wrapped(lon: float) -> float:
    if -180 <= lon <= 180:
        return lon
    return round((lon + 180) % 360 - 180, 4)


def _count(geometry: BaseGeometry) -> int:
    from shapely import get_num_coordinates

    return int(get_num_coordinates(geometry))


def _on_earth(bounds: tuple[float, ...]) -> bool:
    west, south, east, north = bounds
    return all(map(math.isfinite, bounds)) and -540 <= west <= east <= 540 and -90 <= south <= north <= 90
