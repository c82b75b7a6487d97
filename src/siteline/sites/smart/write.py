"""
Region models and site models as SMART writes them.

What was read from a file is said as the file said it, for as long as it still means the same: a file that is read and written
says what it said, word for word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shapely.geometry import Polygon, mapping

from siteline.model.smart import Given, RegionModel, SmartObservation, SmartSite
from siteline.sites.exchange.intake import dump_collection
from siteline.sites.exchange.shapes import oriented
from siteline.sites.smart.words import READERS, REQUIRED, Unfit, say_list, say_truth


def write_smart(model: RegionModel | SmartSite) -> bytes:
    """The model as a GeoJSON file."""
    document = describe_smart(model)
    members = {key: value for key, value in document.items() if key not in ("type", "features")}
    return dump_collection(members, document["features"])


def describe_smart(model: RegionModel | SmartSite) -> dict[str, Any]:
    """The model as plain JSON."""
    if isinstance(model, RegionModel):
        features = [_region(model), *(_site(site, "site_summary") for site in model.sites)]
        givens = [model.given, *(site.given for site in model.sites)]
    else:
        features = [_site(model, "site"), *(_observation(look) for look in model.observations)]
        givens = [model.given, *(look.given for look in model.observations)]
    places = [given.place for given in givens]
    if len(set(places)) == len(places):  # all of one file: in its order
        features = [feature for _, feature in sorted(zip(places, features, strict=True), key=lambda p: p[0])]
    members = {key: value for key, value in model.document.members.items() if key != "features"}
    return {"type": "FeatureCollection", **members, "features": features}


def describe_summary(site: SmartSite) -> dict[str, Any]:
    """One summary as a feature of a region model."""
    return _site(site, "site_summary")


def _region(region: RegionModel) -> dict[str, Any]:
    said = {
        "region_id": region.id,
        "version": region.version,
        "mgrs": region.mgrs,
        "start_date": _day(region.start),
        "end_date": _day(region.end),
        "originator": region.originator,
        "model_content": region.content,
        "comments": region.comments,
        "cache": dict(region.cache),
    }
    return _feature("region", said, region.given, [region.outline], "Polygon")


def _site(site: SmartSite, kind: str) -> dict[str, Any]:
    said: dict[str, Any] = {"region_id": site.region_id} if kind == "site" else {}
    said |= {
        "site_id": site.id,
        "version": site.version,
        "mgrs": site.mgrs,
        "status": site.status,
        "start_date": _day(site.start),
        "end_date": _day(site.end),
        "model_content": site.content,
        "originator": site.originator,
        "score": site.score,
        "validated": say_truth(site.validated),
        "cache": dict(site.cache),
    }
    return _feature(kind, said, site.given, [site.outline], "Polygon")


def _observation(look: SmartObservation) -> dict[str, Any]:
    said = {
        "observation_date": _day(look.day),
        "source": look.source,
        "sensor_name": look.sensor,
        "current_phase": say_list([part.phase for part in look.parts]),
        "is_occluded": say_list([part.is_occluded for part in look.parts]),
        "is_site_boundary": say_list([part.is_boundary for part in look.parts]),
        "score": look.score,
        "cache": dict(look.cache),
    }
    outlines = [part.outline for part in look.parts]
    return _feature("observation", said, look.given, outlines, "MultiPolygon")


def _feature(
    kind: str, said: Mapping[str, Any], given: Given, outlines: Sequence[Polygon], shape: str
) -> dict[str, Any]:
    properties: dict[str, Any] = {"type": kind}
    was = given.properties
    for key, raw in was.items():
        is_ours = key in READERS[kind]
        properties[key] = (
            raw if not is_ours or _means_the_same(kind, key, raw, said[key], len(outlines)) else said[key]
        )
    for key, value in said.items():
        if key not in properties and (_is_said(value) or (not was and key in REQUIRED[kind])):
            properties[key] = value
    feature = {"type": "Feature", **given.members, "properties": properties}
    feature["geometry"] = (
        given.geometry
        if given.geometry is not None and _rings_of(given.geometry) == [_rings(o) for o in outlines]
        else _geometry(outlines, shape)
    )
    return feature


def _is_said(value: Any) -> bool:
    return value is not None and value != {} and value != ""


def _means_the_same(kind: str, key: str, raw: Any, said: Any, polygons: int) -> bool:
    read = READERS[kind][key]
    try:
        was, now = read(raw), read(said)
    except Unfit:
        return False
    if isinstance(was, tuple) and isinstance(now, tuple) and len(was) == 1:
        was *= polygons
    return bool(was == now)


def _rings(outline: Polygon) -> list[list[tuple[float, float]]]:
    return [[(x, y) for x, y in ring.coords] for ring in (outline.exterior, *outline.interiors)]


def _rings_of(geometry: Mapping[str, Any]) -> list[list[list[tuple[float, float]]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[[(float(p[0]), float(p[1])) for p in ring] for ring in rings] for rings in polygons]


def _geometry(outlines: Sequence[Polygon], shape: str) -> dict[str, Any]:
    drawn = [dict(mapping(oriented(outline)))["coordinates"] for outline in outlines]
    listed = [[[list(vertex) for vertex in ring] for ring in rings] for rings in drawn]
    return {"type": shape, "coordinates": listed[0] if shape == "Polygon" else listed}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
