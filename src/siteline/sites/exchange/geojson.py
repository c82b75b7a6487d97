"""Sites as GeoJSON: what a file says, and a file that says it again."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from siteline.model.errors import BadGeometry, BadSiteFile
from siteline.model.place import Frame, Function, Site, Structure
from siteline.model.remark import Remark
from siteline.sites.exchange.features import OWN, Draft, read_members
from siteline.sites.exchange.intake import dump_collection
from siteline.sites.exchange.shapes import Pen, as_geojson

SHAPE = "site/1"
"""What a site file says of itself."""

_MEMBERS = frozenset(["type", "features", "crs", "bbox", "siteline", "site", "frame", "gsd_m", "simulated"])
_LONLAT = re.compile(
    r"(urn:ogc:def:crs:OGC:[\d.]*:CRS84h?|OGC:CRS84|(urn:ogc:def:crs:EPSG:[\d.]*:|EPSG:)4326)", re.I
)


def read_drafts(said: Any, name: str, remarks: list[Remark]) -> tuple[dict[str, Any], list[Draft]]:
    """What a parsed FeatureCollection says of its site (members) and of each feature (drafts)."""
    if not isinstance(said, dict) or said.get("type") != "FeatureCollection":
        kind = said.get("type") if isinstance(said, dict) else type(said).__name__
        raise BadSiteFile(
            f"{name}: a site file is a FeatureCollection, not {str(kind)[:40]!r}",
            "Export all its features as one.",
        )
    refuse_other_shape(said, SHAPE, name)
    site = said.get("site", {})
    if not isinstance(site, dict):
        raise BadSiteFile(f'{name}: "site" is not an object', 'Write "site": {"id": …, "name": …}.')
    once = {key: _said_once(said, site, key, name) for key in ("frame", "gsd_m", "simulated")}
    frame = read_frame(once["frame"], name)
    members = read_members({**site, "simulated": once["simulated"] or False}, name)
    if members["name"] is None and isinstance(said.get("name"), str):
        members["name"] = said["name"].strip() or None
    members |= {"frame": frame, "gsd_m": _gsd(once["gsd_m"], frame, name), "kept": _kept(said, site)}
    check_crs(said, frame, name, remarks)
    features = said.get("features")
    if not isinstance(features, list):
        raise BadSiteFile(f'{name}: "features" is not a list', "Export it again.")
    pen = Pen(frame)
    drafts = [_draft(feature, number, pen, name) for number, feature in enumerate(features, 1)]
    remarks += pen_remarks(pen, name)
    return members, drafts


def refuse_other_shape(said: Mapping[str, Any], shape: str, name: str) -> None:
    """Refuse a document that says it is another one, or of a later version; silence is accepted."""
    found = said.get("siteline", shape)
    if found == shape:
        return
    kind, _, version = str(found)[:40].partition("/")
    if kind == shape.partition("/")[0] and version.isdecimal():
        raise BadSiteFile(f"{name}: was written by a later Siteline ({kind}/{version})", "Upgrade Siteline.")
    raise BadSiteFile(f"{name}: holds {str(found)[:40]!r}, not {shape!r}", "Name another file.")


def read_frame(said: object, name: str) -> Frame:
    """Pixels if the document says "frame": "image", else longitude and latitude."""
    if said is None or said == Frame.EARTH.value:
        return Frame.EARTH
    if said == Frame.IMAGE.value:
        return Frame.IMAGE
    raise BadSiteFile(
        f"{name}: frame is {str(said)[:40]!r}", 'Write "frame": "image" for pixels, or leave it out.'
    )


def check_crs(said: Mapping[str, Any], frame: Frame, name: str, remarks: list[Remark]) -> None:
    """Refuse an old-style `crs` member that names anything but longitude and latitude on WGS 84."""
    crs = said.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    named = str(properties.get("name", "?") if isinstance(properties, dict) else "?")
    match = _LONLAT.fullmatch(named)
    if frame is Frame.IMAGE:
        raise BadSiteFile(
            f"{name}: says both pixels (frame: image) and a crs ({named[:60]})", "Keep the one that is true."
        )
    if not match:
        raise BadSiteFile(
            f"{name}: is in {named[:60]}, not in longitude and latitude (EPSG:4326)",
            "Reproject it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES site.geojson FILE",
        )
    if match[2]:
        remarks.append(Remark(name, f"its crs is {named}; coordinates are read as longitude, then latitude"))


def pen_remarks(pen: Pen, name: str) -> list[Remark]:
    """What was done to the outlines while drawing them."""
    remarks = []
    if pen.flattened:
        remarks.append(Remark(name, f"heights of {pen.flattened} outline(s) are not used"))
    if pen.closed:
        remarks.append(Remark(name, f"{pen.closed} outline(s) did not end where they began and were closed"))
    return remarks


def _said_once(said: Mapping[str, Any], site: Mapping[str, Any], key: str, name: str) -> Any:
    above, inside = said.get(key), site.get(key)
    if above is not None and inside is not None and above != inside:
        raise BadSiteFile(
            f"{name}: says {key} twice, and differently: {above!s:.40} and {inside!s:.40}", "Keep one."
        )
    return inside if above is None else above


def _gsd(said: object, frame: Frame, name: str) -> float | None:
    if said is None:
        return None
    if (
        isinstance(said, bool)
        or not isinstance(said, int | float)
        or not (math.isfinite(said) and 0 < said < 1e4)
    ):
        raise BadSiteFile(
            f"{name}: gsd_m is {str(said)[:40]!r}", "Give metres per pixel as a number, or leave it out."
        )
    if frame is Frame.EARTH:
        raise BadSiteFile(
            f"{name}: gsd_m is for frames without georeference only", 'Leave it out, or add "frame": "image".'
        )
    return float(said)


def _kept(said: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    known = ("id", "name", "names", "parent", "simulated", "frame", "gsd_m")
    kept = {
        "members": {key: value for key, value in said.items() if key not in _MEMBERS},
        "site": {key: value for key, value in site.items() if key not in known},
    }
    return {key: value for key, value in kept.items() if value}


def _draft(feature: object, number: int, pen: Pen, name: str) -> Draft:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise BadSiteFile(f"{name}: feature {number} is not a GeoJSON Feature", "Export it again.")
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise BadSiteFile(
            f"{name}: feature {number} has properties that are not an object", "Export it again."
        )
    title = next((str(properties[key]).strip() for key in ("label", "name") if properties.get(key)), "")[:60]
    where = f'feature {number} "{title}"' if title else f"feature {number}"
    try:
        geometry = pen.draw(feature.get("geometry"))
    except BadGeometry as fault:
        raise BadSiteFile(f"{name}: {where}: {fault}", fault.hint) from fault
    kept: dict[str, Any] = {}
    if other := {key: value for key, value in properties.items() if key not in OWN}:
        kept["properties"] = other
    if isinstance(feature.get("id"), str | int | float):
        kept["id"] = feature["id"]
    return Draft(where, title, {key: properties[key] for key in OWN if key in properties}, geometry, (), kept)


def write_geojson(site: Site) -> bytes:
    """The site as GeoJSON; what was kept of the file it came from is in it."""
    about: dict[str, Any] = {"id": site.id, "name": site.name}
    if site.names:
        about["names"] = [dict(item) for item in site.names]
    if site.parent:
        about["parent"] = site.parent
    if site.simulated:
        about["simulated"] = True
    members: dict[str, Any] = {"siteline": SHAPE}
    if site.frame is Frame.IMAGE:
        members["frame"] = site.frame.value
        if site.gsd_m is not None:
            members["gsd_m"] = site.gsd_m
    members["site"] = {**about, **site.kept.get("site", {})}
    members |= {key: value for key, value in site.kept.get("members", {}).items() if key not in _MEMBERS}
    return dump_collection(members, [_feature(structure) for structure in site.structures])


def _feature(structure: Structure) -> dict[str, Any]:
    feature: dict[str, Any] = {"type": "Feature"}
    if "id" in structure.kept:
        feature["id"] = structure.kept["id"]
    kept = structure.kept.get("properties", {})
    feature["properties"] = properties_of(structure) | {k: v for k, v in kept.items() if k not in OWN}
    feature["geometry"] = as_geojson(structure.geometry)
    return feature


def properties_of(structure: Structure) -> dict[str, Any]:
    """The properties of `OWN` that it has."""
    said = {
        "role": structure.role.value,
        "label": structure.label,
        "name": structure.name,
        "looks_like": structure.looks_like,
        "function": function_as_dict(structure.function) if structure.function else None,
        "since": structure.since.isoformat() if structure.since else None,
        "until": structure.until.isoformat() if structure.until else None,
        "source": structure.source,
    }
    return {key: value for key, value in said.items() if value}


def function_as_dict(function: Function) -> dict[str, str]:
    """Interchange form."""
    return {
        "text": function.text,
        "qualifier": function.qualifier,
        "basis": function.basis,
        "who": function.who,
    }
