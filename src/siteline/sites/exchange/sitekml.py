"""Sites as KML: what a file says, and the file again with folders, styles and descriptions as they came."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree as ET

from siteline.model.errors import BadGeometry, BadInput, BadSiteFile
from siteline.model.place import Frame, Role, Site, Structure
from siteline.model.remark import Remark
from siteline.sites.exchange.features import OWN, Draft, read_members
from siteline.sites.exchange.geojson import SHAPE, pen_remarks, properties_of, refuse_other_shape
from siteline.sites.exchange.kml import (
    add,
    add_data,
    add_shape,
    add_texts,
    container_of,
    draw_placemark,
    drop_data,
    from_fragment,
    local,
    new_document,
    parse_kml,
    placemarks,
    read_data,
    shape_elements,
    silence_links,
    tag,
    text_of,
    to_fragment,
    value_of,
    write_kml,
)
from siteline.sites.exchange.shapes import Pen

_SLOT = "siteline-slot"
_SITE_DATA = frozenset(["siteline", "id", "name", "names", "parent", "simulated"])
_OURS = frozenset(OWN)
_COLOURS = {  # aabbggrr: outline; the fill is the same, thin
    Role.AOI: "ffffffff",
    Role.PERIMETER: "ff00d7ff",
    Role.BUILDING: "ffff901e",
    Role.ZONE: "ff71b33c",
    Role.GATE: "ff00a5ff",
    Role.POINT: "ffffffff",
}
_FOLDER = {
    Role.AOI: "Area of interest",
    Role.PERIMETER: "Perimeter",
    Role.BUILDING: "Buildings",
    Role.ZONE: "Zones",
    Role.GATE: "Gates",
    Role.POINT: "Points",
}


def read_drafts(
    data: bytes, name: str, remarks: list[Remark]
) -> tuple[ET.Element, dict[str, Any], list[Draft]]:
    """A KML document, what it says of its site (members) and of each placemark with an outline (drafts)."""
    root = parse_kml(data, name)
    if fetched := silence_links(root):
        remarks.append(
            Remark(
                name, f"{len(fetched)} link(s) to remote files were not followed; they are kept, switched off"
            )
        )
    container = container_of(root)
    said: dict[str, Any] = {key: text for key, text in read_data(container).items() if key in _SITE_DATA}
    refuse_other_shape(said, SHAPE, name)
    if "siteline" in said:  # written by us: types are known
        said |= {key: value_of(said[key]) for key in ("names", "simulated") if key in said}
        said = {key: value for key, value in said.items() if value not in (None, "")}
    else:
        said = {}
    members = read_members({"name": text_of(container, "name"), **said}, name)
    members["frame"] = Frame.EARTH
    pen = Pen(Frame.EARTH)
    drafts: list[Draft] = []
    for number, (placemark, _, folders) in enumerate(placemarks(root), 1):
        if (draft := _draft(placemark, number, folders, pen, name)) is not None:
            placemark.set(_SLOT, str(len(drafts)))
            drafts.append(draft)
        else:
            remarks.append(
                Remark(name, f"placemark {number} has no outline or point; it is kept but not read")
            )
    remarks += pen_remarks(pen, name)
    return root, members, drafts


def _draft(placemark: ET.Element, number: int, folders: tuple[str, ...], pen: Pen, name: str) -> Draft | None:
    title = text_of(placemark, "name")
    where = f'placemark {number} "{title[:60]}"' if title else f"placemark {number}"
    if folders and folders[-1]:
        where += f" in folder {folders[-1][:60]!r}"
    try:
        outline = draw_placemark(placemark, pen)
    except BadGeometry as fault:
        raise BadSiteFile(f"{name}: {where}: {fault}", fault.hint) from fault
    if outline is None:
        return None
    said = {key.strip().casefold(): text for key, text in read_data(placemark).items()}
    own = {key: said[key] for key in OWN if said.get(key, "").strip()}
    own.setdefault("label", title)
    return Draft(where, title or own["label"], own, outline, folders)


def keep_document(
    root: ET.Element, structures: Sequence[Structure | None]
) -> tuple[dict[str, Any], list[Structure]]:
    """
    The document without its outlines, and each structure with the rest of its placemark, to be written back.

    structures: one for each draft, in order; None where the placemark is not of the site and stays as it is.
    """
    keeping = []
    for placemark, parent, _ in list(placemarks(root)):
        slot = placemark.attrib.pop(_SLOT, None)
        structure = structures[int(slot)] if slot is not None else None
        if slot is None or structure is None:
            continue
        for shape in shape_elements(placemark):
            placemark.remove(shape)
        drop_data(placemark, _OURS)
        kept = {**structure.kept, "kml": {"slot": slot, "placemark": to_fragment(placemark)}}
        keeping.append(replace(structure, kept=MappingProxyType(kept)))
        stub = ET.Element(tag("Placemark"), {_SLOT: slot})
        stub.tail = placemark.tail
        parent[list(parent).index(placemark)] = stub
    drop_data(container_of(root), _SITE_DATA)
    return {"kml": to_fragment(root)}, keeping


def write_site_kml(site: Site) -> bytes:
    """The site as KML: as it came if it came as KML, with folders of our own otherwise."""
    if site.frame is Frame.IMAGE:
        raise BadInput(
            f"site {site.id} is drawn in pixels, and KML knows only longitude and latitude",
            "Export it as GeoJSON.",
        )
    if "kml" in site.kept:
        root = from_fragment(site.kept["kml"])
        container = container_of(root)
    else:
        root, container = new_document(f"SIMULATED: {site.name}" if site.simulated else site.name)
    new = _fill_slots(root, site.structures)
    if new:
        _add_folders(container, new)
    add_texts(container, _as_texts(_site_data(site)))
    return write_kml(root)


def _site_data(site: Site) -> Mapping[str, Any]:
    said: dict[str, Any] = {"siteline": SHAPE, "id": site.id, "name": site.name}
    if site.names:
        said["names"] = [dict(item) for item in site.names]
    if site.parent:
        said["parent"] = site.parent
    if site.simulated:
        said["simulated"] = True
    return said


def _fill_slots(root: ET.Element, structures: tuple[Structure, ...]) -> list[Structure]:
    """Put each structure where its placemark was; returns those that were in no KML."""
    slots = {p.get(_SLOT, ""): (p, parent) for p, parent, _ in placemarks(root) if p.get(_SLOT) is not None}
    new = []
    for structure in structures:
        kept = structure.kept.get("kml", {})
        stub, parent = slots.pop(str(kept.get("slot")), (None, None))
        if stub is None or parent is None:
            new.append(structure)
            continue
        placemark = from_fragment(kept["placemark"])
        placemark.tail = stub.tail
        _fill(placemark, structure)
        parent[list(parent).index(stub)] = placemark
    for stub, parent in slots.values():  # its structure is gone
        parent.remove(stub)
    return new


def _fill(placemark: ET.Element, structure: Structure) -> None:
    add_texts(placemark, _as_texts(properties_of(structure)))
    add_shape(placemark, structure.geometry)


def _as_texts(said: Mapping[str, Any]) -> dict[str, str]:
    """Texts plain, so that a label "1" stays what a person wrote; the rest as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in said.items()
    }


def _add_folders(container: ET.Element, structures: Sequence[Structure]) -> None:
    for role in Role:
        having = [s for s in structures if s.role is role]
        if not having:
            continue
        _add_style(container, role)
        folder = add(container, "Folder")
        add(folder, "name", _FOLDER[role])
        for structure in having:
            placemark = add(folder, "Placemark")
            add(placemark, "name", structure.label)
            add(placemark, "styleUrl", f"#siteline-{role.value}")
            others = {k: v for k, v in structure.kept.get("properties", {}).items() if k not in OWN}
            add_data(placemark, others)
            add_texts(placemark, _as_texts(properties_of(structure)))
            add_shape(placemark, structure.geometry)


def _add_style(container: ET.Element, role: Role) -> None:
    wanted = f"siteline-{role.value}"
    if any(local(child) == "Style" and child.get("id") == wanted for child in container):
        return
    style = ET.Element(tag("Style"), {"id": wanted})
    line = add(style, "LineStyle")
    add(line, "color", _COLOURS[role])
    add(line, "width", "2")
    fill = add(style, "PolyStyle")
    add(fill, "color", f"30{_COLOURS[role][2:]}")
    add(fill, "fill", "0" if role in (Role.AOI, Role.PERIMETER) else "1")
    names = [i for i, child in enumerate(container) if local(child) in ("name", "Style")]
    container.insert(names[-1] + 1 if names else 0, style)
