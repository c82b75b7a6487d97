"""One outline from a file: what a person drew to have it measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadGeometry, BadSiteFile
from siteline.model.place import Frame
from siteline.sites.exchange.geojson import check_crs, read_frame
from siteline.sites.exchange.intake import decode, parse_json, read_bytes, sniff
from siteline.sites.exchange.kml import draw_placemark, parse_kml, placemarks, unzip_kmz
from siteline.sites.exchange.shapes import Pen


def read_outline(path: Path, frame: Frame = Frame.EARTH, *, line: bool = False) -> BaseGeometry:
    """
    The one polygon (or line) in a GeoJSON, KML or KMZ file, in the site's frame.

    frame: EARTH reads longitude and latitude, IMAGE reads pixels. Raises BadSiteFile for a file that cannot
    be read, BadGeometry for what is drawn in it.
    """
    data, name = read_bytes(path), path.name
    kind = sniff(data, name)
    pen = Pen(frame)
    if kind == "geojson":
        said = parse_json(decode(data, name), name)
        drawn = _from_geojson(said, pen, name)
    elif frame is Frame.IMAGE:
        raise BadGeometry(
            f"{name}: KML knows only longitude and latitude; this site is in pixels", "Draw it as GeoJSON."
        )
    else:
        root = parse_kml(unzip_kmz(data, name)[0] if kind == "kmz" else data, name)
        drawn = [g for p, _, _ in placemarks(root) if (g := _named(lambda p=p: draw_placemark(p, pen), name))]
    wanted = (LineString,) if line else (Polygon, MultiPolygon)
    word = "line" if line else "polygon"
    fitting = [outline for outline in drawn if isinstance(outline, wanted)]
    if len(fitting) != 1:
        others = "" if len(fitting) == len(drawn) else f" and {len(drawn) - len(fitting)} other shapes"
        raise BadGeometry(
            f"{name}: holds {len(fitting) or 'no'} {word}s{others}; exactly one is measured",
            f"Keep the one {word} you mean.",
        )
    return fitting[0]


def _from_geojson(said: Any, pen: Pen, name: str) -> list[BaseGeometry]:
    if not isinstance(said, dict):
        raise BadSiteFile(f"{name}: not a GeoJSON object", "Export it again.")
    if "frame" in said and read_frame(said["frame"], name) is not pen.frame:
        other = "pixels" if pen.frame is Frame.EARTH else "longitude and latitude"
        raise BadGeometry(
            f"{name}: is drawn in {other}, but the site is not", "Draw it in the frame of the site."
        )
    check_crs(said, pen.frame, name, [])
    kind = said.get("type")
    if kind == "FeatureCollection":
        features = said.get("features")
        if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
            raise BadSiteFile(f"{name}: its features are not a list of features", "Export it again.")
        geometries = [feature.get("geometry") for feature in features]
    else:
        geometries = [said.get("geometry") if kind == "Feature" else said]
    return [_named(lambda g=g: pen.draw(g), name) for g in geometries if g is not None]


def _named(draw: Any, name: str) -> Any:
    try:
        return draw()
    except BadGeometry as fault:
        raise BadGeometry(f"{name}: {fault}", fault.hint) from fault
