"""A massing as KML: outlines that Google Earth extrudes to the ground, and a translucent block up to the upper bound."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from xml.etree import ElementTree as ET

import numpy as np
import shapely
from shapely.geometry import Polygon

from siteline.model.massing import Block, Massing
from siteline.sites.exchange.intake import fit_text
from siteline.sites.exchange.kml import add, add_data, new_document, write_kml
from siteline.sites.exchange.massing.roofs import Array, polygons_of, roof_over, to_metres
from siteline.sites.exchange.massing.saying import (
    MAY_REACH,
    SIMULATED,
    describe_block,
    describe_massing,
    origin_of,
)
from siteline.sites.exchange.shapes import split_at_180

_STYLES = {
    "block": ("ff404040", "ffb4bec4"),
    "reach": ("40ff901e", "40ff901e"),
    "flat": ("ff288cf0", "60288cf0"),
}
"""Line and fill, aabbggrr."""

_FOLDERS = {
    "block": "Blocks, as high as measured",
    "reach": "How far they may reach (95 %)",
    "flat": "Outlines, no height",
}

_STATUS = {"proposed": "proposed by comparison of images, NOT REVIEWED by a person"}

_APART_M = 0.3
"""The translucent block is wider by so much all around, so that its walls and the block's are not in one place."""


def write_massing_kml(massing: Massing) -> bytes:
    """The massing as KML 2.2; it links to nothing."""
    title = f"Massing of {massing.site_name}"
    root, document = new_document(f"SIMULATED: {title}" if massing.simulated else title)
    said = describe_massing(massing)
    for name in ("axes", "unit"):  # of metres; KML has degrees
        said.pop(name)
    add(document, "description", _about(massing))
    for name, (line, fill) in _STYLES.items():
        style = add(document, "Style", id=name)
        add(add(style, "LineStyle"), "color", line)
        add(add(style, "PolyStyle"), "color", fill)
        add(add(style, "BalloonStyle"), "text", "<b>$[name]</b><br/>$[description]")
    add_data(document, said)
    origin, folders = origin_of(massing), {}
    for block in massing.blocks:
        for kind in ("block", "reach") if block.height else ("flat",):
            if kind not in folders:
                folders[kind] = add(document, "Folder")
                add(folders[kind], "name", _FOLDERS[kind])
            _add_block(folders[kind], block, kind, origin, massing.simulated)
    return write_kml(root)


def _about(massing: Massing) -> str:
    lines = [f"{SIMULATED}."] if massing.simulated else []
    lines.append(
        "Blocks are as high as was measured over flat ground; translucent: up to the upper 95 % bound."
    )
    return escape(fit_text(" ".join(lines)))


def _add_block(
    folder: ET.Element, block: Block, kind: str, origin: tuple[float, float], simulated: bool
) -> None:
    placemark = add(folder, "Placemark")
    suffix = {"block": "", "reach": f": {MAY_REACH}", "flat": ": height unknown"}[kind]
    add(placemark, "name", f"{block.name}{suffix}")
    add(placemark, "description", _table(block, simulated))
    add(placemark, "styleUrl", f"#{kind}")
    add_data(placemark, describe_block(block) | {"drawn": kind})
    many = add(placemark, "MultiGeometry")
    for part in polygons_of(split_at_180(block.outline)):
        metres = polygons_of(to_metres(part, origin))[0]
        if block.height is None:
            _add_polygon(many, [np.asarray(r.coords) for r in (part.exterior, *part.interiors)], None)
            continue
        top = block.height.value if kind == "block" else block.height.high95
        grown = part if kind == "block" else _wider(part, metres)
        roof = roof_over(block.roof, metres)
        if roof:
            corners = np.asarray(grown.exterior.coords)[:-1]
            for slope in roof.slopes:
                ring = slope[[*range(len(slope)), 0]]
                _add_polygon(many, [roof.plan(ring, corners)], top + ring[:, 2])
        else:
            rings = [np.asarray(ring.coords) for ring in (grown.exterior, *grown.interiors)]
            _add_polygon(many, rings, np.full(max(map(len, rings)), top))


def _wider(part: Polygon, metres: Polygon) -> Polygon:
    """The outline a little wider: each corner as far from the middle as its distance and the gap ask for."""
    middle = np.asarray(metres.centroid.coords)[0]
    reach = float(np.hypot(*(np.asarray(metres.exterior.coords) - middle).T).mean())
    factor = 1 + _APART_M / max(reach, 1.0)
    centre = np.asarray(part.centroid.coords)[0]
    grown: Polygon = shapely.transform(part, lambda xy: centre + (xy - centre) * factor)
    return grown


def _add_polygon(parent: ET.Element, rings: Sequence[Array], heights: Array | None) -> None:
    polygon = add(parent, "Polygon")
    if heights is None:
        add(polygon, "tessellate", "1")
    else:
        add(polygon, "extrude", "1")
        add(polygon, "altitudeMode", "relativeToGround")
    for number, ring in enumerate(rings):
        line = add(add(polygon, "innerBoundaryIs" if number else "outerBoundaryIs"), "LinearRing")
        ups = ("" for _ in ring) if heights is None else (f",{up:.2f}" for up in heights)
        text = " ".join(f"{x:.7f},{y:.7f}{up}" for (x, y), up in zip(ring, ups, strict=False))
        add(line, "coordinates", text)


def _table(block: Block, simulated: bool) -> str:
    rows = [("SIMULATED", "an invented place; nothing here exists")] if simulated else []
    rows.append(("What", block.what))
    rows.append(("Height", str(block.height) if block.height else f"unknown: {block.why_flat}"))
    if block.area is not None:
        rows.append(("Area", str(block.area)))
    described = describe_block(block)
    rows += [
        (word, str(described[key]))
        for key, word in (("roof", "Roof"), ("outline", "Outline"))
        if described[key]
    ]
    status = str(block.said.get("status") or "")
    if status:
        rows.append(("Status", _STATUS.get(status, status)))
    cells = "".join(
        f"<tr><th align='left'>{escape(a)}</th><td>{escape(fit_text(b))}</td></tr>" for a, b in rows
    )
    return f"<table>{cells}</table>"
