"""A site begun at a coordinate: a square to watch, before anybody has drawn anything."""

from __future__ import annotations

import re
import unicodedata

from pyproj import Transformer
from shapely.geometry import Point, box
from shapely.ops import transform

from siteline.model.errors import BadPlace
from siteline.model.place import Role, Site, Structure
from siteline.sites.coordinates import Place


def square_site(place: Place, side_m: float, name: str | None) -> Site:
    """
    A site whose area under watch is a square of `side_m` metres, sides along UTM north and east.

    Raises BadPlace beyond 84° north or 80° south, where UTM ends.
    """
    if not -80 < place.lat < 84:
        raise BadPlace(f"{place.lat:.3f} lies beyond UTM", "Siteline watches places between 80° S and 84° N.")
    to_utm = Transformer.from_crs("EPSG:4326", utm_zone(place.lon, place.lat), always_xy=True)
    east, north = to_utm.transform(place.lon, place.lat)
    half = side_m / 2
    square = box(east - half, north - half, east + half, north + half).segmentize(side_m / 4)
    degrees = transform(lambda x, y: to_utm.transform(x, y, direction="INVERSE"), square)
    centre = Structure(Role.POINT, "start", Point(place.lon, place.lat), source=place.read_as)
    aoi = Structure(Role.AOI, "aoi", degrees, source=f"square of {side_m:,.0f} m around the coordinate given")
    title = name or _spoken(place)
    return Site(id=_slug(name) if name else _slug(title), name=title, structures=(aoi, centre))


def utm_zone(lon: float, lat: float) -> str:
    """EPSG code of the UTM zone of a point (the plain six-degree zones)."""
    zone = min(60, int((lon + 180) // 6) + 1)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def _spoken(place: Place) -> str:
    north = "N" if place.lat >= 0 else "S"
    east = "E" if place.lon >= 0 else "W"
    return f"{abs(place.lat):.4f}{north} {abs(place.lon):.4f}{east}"


def _slug(text: str) -> str:
    """Letters, digits and hyphens of any script; never empty."""
    flat = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[^\w.]+", "-", flat).strip("-.") or "site"
