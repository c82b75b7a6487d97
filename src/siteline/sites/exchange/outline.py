"""What a person drew to have it measured: one outline, or several drawings of the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadGeometry, BadSiteFile
from siteline.model.measurement import Tracing
from siteline.model.place import Frame
from siteline.sites.exchange.geojson import check_crs, read_frame
from siteline.sites.exchange.intake import decode, parse_json, read_bytes, sniff
from siteline.sites.exchange.kml import draw_placemark, parse_kml, placemarks, read_data, unzip_kmz
from siteline.sites.exchange.shapes import Pen

DRAWN: dict[str, tuple[type[BaseGeometry], ...]] = {
    "polygon": (Polygon, MultiPolygon),
    "line": (LineString,),
}
"""What can be measured, by the word for it."""

MOST_DRAWINGS = 100
"""More drawings of one thing than this are another kind of file."""


def read_outline(path: Path, frame: Frame = Frame.EARTH, *, line: bool = False) -> BaseGeometry:
    """
    The one polygon (or line) in a GeoJSON, KML or KMZ file, in the site's frame.

    frame: EARTH reads longitude and latitude, IMAGE reads pixels. Raises BadSiteFile for a file that cannot
    be read, BadGeometry for what is drawn in it, and for an outline that was left open: where its missing side
    runs is a guess.
    """
    word = "line" if line else "polygon"
    drawn = [tracing.geometry for tracing in _read(path, frame)]
    fitting = [outline for outline in drawn if isinstance(outline, DRAWN[word])]
    if len(fitting) != 1:
        others = "" if len(fitting) == len(drawn) else f" and {len(drawn) - len(fitting)} other shapes"
        raise BadGeometry(
            f"{path.name}: holds {len(fitting) or 'no'} {word}s{others}; exactly one is measured",
            f"Keep the one {word} you mean.",
        )
    return fitting[0]


def read_tracings(path: Path, *words: str, frame: Frame = Frame.EARTH) -> tuple[Tracing, ...]:
    """
    Every drawing of one thing in a GeoJSON, KML or KMZ file, with who drew it if an "analyst" is given.

    words: of `DRAWN`, what may be measured; other shapes are passed over. Raises as `read_outline` does.
    """
    drawn = _read(path, frame)
    found = {word: [t for t in drawn if isinstance(t.geometry, DRAWN[word])] for word in words}
    there = [word for word in words if found[word]]
    if not there:
        others = ", only other shapes" if drawn else ""
        wanted = " or ".join(words)
        raise BadGeometry(f"{path.name}: holds no {wanted}{others}", f"Draw a {wanted}, and save that.")
    if len(there) > 1:
        counts = " and ".join(f"{len(found[word])} {word}{'s' * (len(found[word]) > 1)}" for word in there)
        raise BadGeometry(f"{path.name}: holds {counts}", "Keep those that you mean.")
    tracings = found[there[0]]
    if len(tracings) > MOST_DRAWINGS:
        raise BadGeometry(
            f"{path.name}: holds {len(tracings)} {there[0]}s; all drawings of a file are taken for the same thing",
            f"Keep the {there[0]}s of the one thing that is to be measured.",
        )
    return tuple(tracings)


def _read(path: Path, frame: Frame) -> list[Tracing]:
    """All that is drawn in a file; raises BadGeometry for an outline that was left open."""
    pen = Pen(frame)
    drawn = _shapes(path, pen)
    if pen.closed:
        raise BadGeometry(
            f"{path.name}: an outline is open: it does not end where it starts",
            "Close it, and save it again.",
        )
    return drawn


def _shapes(path: Path, pen: Pen) -> list[Tracing]:
    data, name = read_bytes(path), path.name
    kind = sniff(data, name)
    if kind == "geojson":
        return list(_from_geojson(parse_json(decode(data, name), name), pen, name))
    if pen.frame is Frame.IMAGE:
        raise BadGeometry(
            f"{name}: KML knows only longitude and latitude; this site is in pixels", "Draw it as GeoJSON."
        )
    root = parse_kml(unzip_kmz(data, name)[0] if kind == "kmz" else data, name)
    return [
        Tracing(geometry, read_data(placemark).get("analyst", "").strip())
        for placemark, _, _ in placemarks(root)
        if (geometry := _named(lambda p=placemark: draw_placemark(p, pen), name))
    ]


def _from_geojson(said: Any, pen: Pen, name: str) -> Iterator[Tracing]:
    if not isinstance(said, dict):
        raise BadSiteFile(f"{name}: not a GeoJSON object", "Export it again.")
    if "frame" in said and read_frame(said["frame"], name) is not pen.frame:
        other = "pixels" if pen.frame is Frame.EARTH else "longitude and latitude"
        raise BadGeometry(
            f"{name}: is drawn in {other}, but the site is not", "Draw it in the frame of the site."
        )
    check_crs(said, pen.frame, name, [])
    kind = said.get("type")
    features: Any = [said if kind == "Feature" else {"geometry": said}]
    if kind == "FeatureCollection":
        features = said.get("features")
        if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
            raise BadSiteFile(f"{name}: its features are not a list of features", "Export it again.")
    for feature in features:
        geometry = feature.get("geometry")
        if geometry is not None:
            yield Tracing(_named(lambda g=geometry: pen.draw(g), name), _analyst(feature, name))


def _analyst(feature: dict[str, Any], name: str) -> str:
    properties = feature.get("properties")
    said = properties.get("analyst") if isinstance(properties, dict) else None
    if said is not None and not isinstance(said, str):
        raise BadSiteFile(f"{name}: analyst is {str(said)[:40]!r}, not a name", 'Write "analyst": "J. Doe".')
    return (said or "").strip()


def _named(draw: Any, name: str) -> Any:
    try:
        return draw()
    except BadGeometry as fault:
        raise BadGeometry(f"{name}: {fault}", fault.hint) from fault
