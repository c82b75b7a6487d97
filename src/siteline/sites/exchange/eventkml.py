"""Events as KML: folders and styles per kind, a table in each balloon, and every property to be read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

from shapely.geometry.base import BaseGeometry

from siteline.model.change import Kind, Stage
from siteline.model.errors import BadGeometry, BadSiteFile
from siteline.sites.exchange.intake import fit_text
from siteline.sites.exchange.kml import (
    add,
    add_data,
    add_shape,
    add_texts,
    container_of,
    draw_placemark,
    new_document,
    parse_kml,
    placemarks,
    read_data,
    tag,
    value_of,
    write_kml,
)
from siteline.sites.exchange.shapes import Pen

_COLOURS = {
    Kind.CONSTRUCTION: "ff901eff",
    Kind.DEMOLITION: "ff2e2ee6",
    Kind.ROOF_CHANGE: "ff00a5ff",
    Kind.CLEARING: "ff71b33c",
    Kind.SURFACE_CHANGE: "ffb0b0b0",
}
"""Outline colours, aabbggrr."""

_STATUS = {
    "proposed": "proposed by comparison of images, NOT REVIEWED by a person",
    "unsure": "reviewed, left open",
}
_SIZES = {"area": "Area", "length": "Length", "width": "Width", "height": "Height"}


def write(items: Sequence[tuple[Mapping[str, Any], BaseGeometry | None]], header: Mapping[str, Any]) -> bytes:
    """KML of events: (properties, outline in EPSG:4326) each, under a header that the document carries."""
    title = f"Changes at {header['site']}" if header.get("site") else "Changes"
    root, document = new_document(f"SIMULATED: {title}" if header.get("simulated") else title)
    kinds = [kind for kind in Kind if any(properties["kind"] == kind for properties, _ in items)]
    for kind in kinds:
        _add_style(document, kind)
    add_data(document, header)
    folders = {kind: add(document, "Folder") for kind in kinds}
    for kind, folder in folders.items():
        add(folder, "name", kind.words.capitalize())
    for order, (properties, outline) in enumerate(items):
        _add_placemark(
            folders[Kind(properties["kind"])], properties, outline, order, bool(header.get("simulated"))
        )
    return write_kml(root)


def _add_style(document: ET.Element, kind: Kind) -> None:
    colour = _COLOURS[kind]
    style = add(document, "Style", id=kind.value)
    line = add(style, "LineStyle")
    add(line, "color", colour)
    add(line, "width", "2")
    add(add(style, "PolyStyle"), "color", f"40{colour[2:]}")
    add(add(style, "BalloonStyle"), "text", "<b>$[name]</b><br/>$[description]")


def _add_placemark(
    folder: ET.Element,
    properties: Mapping[str, Any],
    outline: BaseGeometry | None,
    order: int,
    simulated: bool,
) -> None:
    placemark = add(folder, "Placemark")
    words = Kind(properties["kind"]).words
    add(placemark, "name", f"{properties.get('label') or properties['id']}: {words}")
    add(placemark, "description", _table(properties, simulated))
    add(add(placemark, "TimeSpan"), "begin", properties["onset"]["by"])
    add(placemark, "styleUrl", f"#{properties['kind']}")
    add_data(placemark, {**{k: v for k, v in properties.items() if k != "id"}, "siteline_order": order})
    add_texts(placemark, {"id": properties["id"]})  # plain even if it looks like a number
    if outline is not None:
        add_shape(placemark, outline)


def _table(properties: Mapping[str, Any], simulated: bool) -> str:
    rows = [("Change", Kind(properties["kind"]).words)]
    if simulated:
        rows.insert(0, ("SIMULATED", "an invented place; nothing here exists"))
    if properties.get("other_kind"):
        rows.append(("Or else", Kind(properties["other_kind"]).words))
    if properties.get("stage"):
        rows.append(("Stage", Stage(properties["stage"]).words))
    rows.append(("Seen", _seen(properties["onset"])))
    for key, word in (("roofed", "Roof on"), ("completed", "Completed")):
        if properties.get(key):
            rows.append((word, _seen(properties[key])))
    for size, word in _SIZES.items():
        if found := properties.get(f"{size}_m2" if size == "area" else f"{size}_m"):
            unit = "m²" if size == "area" else "m"
            low, high = (f"{found[key]:,.{_decimals(found)}f}" for key in ("low95", "high95"))
            rows.append((word, f"{found['value']:,.{_decimals(found)}f} {unit} (95 %: {low}–{high})"))
    if properties.get("zone"):
        rows.append(("Perimeter", str(properties["zone"])))
    status = str(properties["status"])
    waits = ", provisional: a single image shows it so far" if properties.get("provisional") else ""
    rows.append(("Status", _STATUS.get(status, status) + waits))
    if judged := properties.get("judged"):
        rows.append(("Judged", f"{judged['who']}, {judged['when']}: {judged['why']}"))
    rows.append(("Detection probability", _probability(properties)))
    rows += [("Note", str(remark)) for remark in properties.get("remarks") or []]
    cells = "".join(
        f"<tr><th align='left'>{escape(a)}</th><td>{escape(fit_text(b))}</td></tr>" for a, b in rows
    )
    return f"<table>{cells}</table>"


def _seen(interval: Mapping[str, Any]) -> str:
    if interval.get("after") is None:
        return f"visible on {interval['by']}; no earlier usable image"
    return f"not visible on {interval['after']}, first visible on {interval['by']}"


def _decimals(size: Mapping[str, Any]) -> int:
    return 0 if size["sigma"] >= 1 else 1


def _probability(properties: Mapping[str, Any]) -> str:
    if properties.get("method") == "drawn":
        return "drawn by a person"
    return f"{properties['probability']:.2f}" + (
        "" if properties.get("calibrated") else ", not calibrated here"
    )


def read(
    data: bytes, pen: Pen, name: str
) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any], BaseGeometry | None]]]:
    """The header and the events of a KML that `write` made, in the order in which they were written."""
    root = parse_kml(data, name)
    header = {key: value_of(text) for key, text in read_data(container_of(root)).items()}
    items = []
    for number, (placemark, _, _) in enumerate(placemarks(root), 1):
        texts = read_data(placemark)
        properties = {key: text if key == "id" else value_of(text) for key, text in texts.items()}
        order = properties.pop("siteline_order", None)
        shown = placemark.findtext(tag("name"), "").strip()[:60]
        where = f"placemark {number} ({shown})"
        if "kind" not in properties:
            raise BadSiteFile(f"{name}: {where} is no event", "Export events with: siteline events export")
        try:
            outline = draw_placemark(placemark, pen)
        except BadGeometry as fault:
            raise BadSiteFile(f"{name}: {where}: {fault}", fault.hint) from fault
        items.append((order if isinstance(order, int) else number, where, properties, outline))
    items.sort(key=lambda item: item[0])
    return header, [(where, properties, outline) for _, where, properties, outline in items]
