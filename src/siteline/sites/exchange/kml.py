"""KML and KMZ as formats: folders, placemarks, data, outlines; hostile files refused, nothing fetched."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, fromstring
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadGeometry, BadSiteFile
from siteline.sites.exchange.intake import MAX_BYTES, fit_text, parse_value
from siteline.sites.exchange.shapes import Pen, oriented

KML = "http://www.opengis.net/kml/2.2"
_GOOGLE = "http://www.google.com/kml/ext/2.2"
_OLDER = re.compile(r"\{http://(?:earth\.google\.com/kml/2\.\d|www\.opengis\.net/kml/2\.\d)/?\}|(?!\{)")
_DEEPEST = 60
_MOST_ELEMENTS = 400_000
_MOST_ENTRIES = 5_000
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError),
    *(NotImplementedError, ValueError, KeyError, IndexError, struct.error),
)
_FEATURES = frozenset(
    [
        "Placemark",
        "Folder",
        "Document",
        "NetworkLink",
        "GroundOverlay",
        "ScreenOverlay",
        "PhotoOverlay",
        "Schema",
    ]
)
_FETCHED = frozenset(["NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay"])
_SHAPES = frozenset(["Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"])


def tag(name: str) -> str:
    """A KML element's name as ElementTree writes it."""
    return f"{{{KML}}}{name}"


def local(element: ET.Element) -> str:
    """An element's name without namespace."""
    return str(element.tag).rpartition("}")[2]


# Reading


class _CautiousBuilder(ET.TreeBuilder):
    """Builds the tree, and stops before a file of nothing but tags fills the memory."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._depth, self._elements = name, 0, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """One more element, one deeper."""
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST:
            raise BadSiteFile(
                f"{self._name}: folders nested more than {_DEEPEST} deep", "Flatten the folders."
            )
        if self._elements > _MOST_ELEMENTS:
            raise BadSiteFile(
                f"{self._name}: more than {_MOST_ELEMENTS:,} elements", "Save only the site's drawing as KML."
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        """Back up."""
        self._depth -= 1
        return super().end(tag)


def parse_kml(data: bytes, name: str) -> ET.Element:
    """Root of a KML document, its namespace brought to KML 2.2; document types and entities are refused."""
    parser = DefusedXMLParser(
        target=_CautiousBuilder(name), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(data)
        root: ET.Element = parser.close()
    except DefusedXmlException as error:
        raise BadSiteFile(
            f"{name}: declares a document type or entities, which can be used to attack a reader",
            "Remove the <!DOCTYPE …> part, or save the file again from your map program.",
        ) from error
    except (ET.ParseError, LookupError, ValueError) as error:
        raise BadSiteFile(
            f"{name}: not well-formed XML ({error})", "Save it again as KML in UTF-8 from your map program."
        ) from error
    for element in root.iter():
        element.tag = _OLDER.sub(f"{{{KML}}}", element.tag, count=1)
    if local(root) != "kml":
        raise BadSiteFile(f"{name}: this is {local(root)[:40]!r}, not KML", "Export KML or GeoJSON instead.")
    return root


def unzip_kmz(data: bytes, name: str) -> tuple[bytes, int]:
    """The one KML document inside a KMZ, and how many other files lie beside it; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES:
                raise BadSiteFile(
                    f"{name}: holds {len(entries)} files", "Save only the site's drawing as KMZ."
                )
            for entry in entries:
                _refuse_climbing(entry.filename, name)
            chosen = _choose_kml(entries, name)
            with archive.open(chosen) as stream:
                document = stream.read(MAX_BYTES + 1)
    except _BROKEN_ZIP as error:
        raise BadSiteFile(f"{name}: the KMZ cannot be unpacked ({error})", "Save it again as KML.") from error
    if len(document) > MAX_BYTES:
        raise BadSiteFile(
            f"{name}: the KML inside is larger than {MAX_BYTES // 2**20} MiB", "Save only the site's drawing."
        )
    return document, len([entry for entry in entries if not entry.is_dir()]) - 1


def unzip_entry(data: bytes, name: str, entry: str, most: int) -> bytes:
    """
    One file out of a KMZ, by the name that its KML calls it; nothing is unpacked on disk.

    most: bytes that it may have. Raises BadSiteFile, also for names that climb, bombs and passwords.
    """
    _refuse_climbing(entry, name)
    wanted = entry.replace("\\", "/").removeprefix("./")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            chosen = [
                e for e in archive.infolist() if e.filename.replace("\\", "/").removeprefix("./") == wanted
            ]
            if len(chosen) != 1:
                raise BadSiteFile(
                    f"{name}: holds {len(chosen) or 'no'} files called {fit_text(wanted)[:60]!r}",
                    "Save the overlay again as KMZ, with its picture inside.",
                )
            _refuse_packing(chosen[0], name, most)
            with archive.open(chosen[0]) as stream:
                content = stream.read(most + 1)
    except _BROKEN_ZIP as error:
        raise BadSiteFile(
            f"{name}: the KMZ cannot be unpacked ({error})", "Save it again from your map program."
        ) from error
    if len(content) > most:
        raise BadSiteFile(f"{name}: {wanted!r} unpacks to more than it says", "Do not use this file.")
    return content


def _choose_kml(entries: list[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    inside = [e for e in entries if e.filename.lower().endswith(".kml") and "__MACOSX" not in e.filename]
    chosen = [entry for entry in inside if entry.filename.lower() == "doc.kml"] or inside
    if len(chosen) != 1:
        raise BadSiteFile(
            f"{name}: holds {len(chosen) or 'no'} KML files, one of them should be doc.kml",
            "Open it in Google Earth and save the folder of this site as KMZ.",
        )
    _refuse_packing(chosen[0], name, MAX_BYTES)
    return chosen[0]


def _refuse_packing(entry: zipfile.ZipInfo, name: str, most: int) -> None:
    if entry.flag_bits & 0x1:
        raise BadSiteFile(
            f"{name}: the KMZ is encrypted", "Unpack it with its password and add the KML inside."
        )
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadSiteFile(f"{name}: the KMZ is packed in an unusual way", "Save it again as KMZ or KML.")
    if entry.file_size > most:
        raise BadSiteFile(
            f"{name}: unpacks to {entry.file_size / 2**20:,.0f} MiB", "Save only the site's drawing."
        )


def _refuse_climbing(entry: str, name: str) -> None:
    steps = entry.replace("\\", "/").split("/")
    if ".." in steps or entry.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", entry):
        raise BadSiteFile(
            f"{name}: an entry tries to leave its folder ({fit_text(entry)[:60]!r})",
            "Do not unpack this file. Ask its author for plain KML.",
        )


def placemarks(root: ET.Element) -> Iterator[tuple[ET.Element, ET.Element, tuple[str, ...]]]:
    """Every placemark with its parent and the names of its folders from the outside in."""

    def walk(
        parent: ET.Element, folders: tuple[str, ...]
    ) -> Iterator[tuple[ET.Element, ET.Element, tuple[str, ...]]]:
        for child in parent:
            if local(child) == "Placemark":
                yield child, parent, folders
            elif local(child) == "Folder":
                yield from walk(child, (*folders, text_of(child, "name")))
            elif local(child) == "Document":
                yield from walk(child, folders)

    yield from walk(root, ())


def container_of(root: ET.Element) -> ET.Element:
    """The outermost Document or Folder; one is put around the features if there is none."""
    for child in root:
        if local(child) in ("Document", "Folder"):
            return child
    document = ET.Element(tag("Document"))
    for child in list(root):
        root.remove(child)
        document.append(child)
    root.append(document)
    return document


def text_of(element: ET.Element, name: str) -> str:
    """Stripped text of a child; "" if there is none."""
    found = element.find(tag(name))
    return (found.text or "").strip() if found is not None else ""


def read_data(element: ET.Element) -> dict[str, str]:
    """The element's own ExtendedData: plain data and schema data alike; texts as they stand."""
    read: dict[str, str] = {}
    for item in _data_items(element):
        if local(item) == "Data":
            value = item.find(tag("value"))
            read[item.get("name", "")] = (value.text or "") if value is not None else ""
        else:
            read[item.get("name", "")] = item.text or ""
    return read


def drop_data(element: ET.Element, names: frozenset[str]) -> None:
    """Remove the named items from the element's ExtendedData, and what is then empty."""
    for extended in element.findall(tag("ExtendedData")):
        for holder in [extended, *extended.findall(tag("SchemaData"))]:
            for item in list(holder):
                if local(item) in ("Data", "SimpleData") and item.get("name", "").strip().casefold() in names:
                    holder.remove(item)
        for schema in extended.findall(tag("SchemaData")):
            if not len(schema):
                extended.remove(schema)
        if not len(extended):
            element.remove(extended)


def _data_items(element: ET.Element) -> Iterator[ET.Element]:
    for extended in element.findall(tag("ExtendedData")):
        for child in extended:
            if local(child) == "Data":
                yield child
            elif local(child) == "SchemaData":
                yield from (item for item in child if local(item) == "SimpleData")


def shape_elements(placemark: ET.Element) -> list[ET.Element]:
    """The placemark's outlines that we understand (not models, tracks)."""
    return [child for child in placemark if local(child) in _SHAPES]


def draw_placemark(placemark: ET.Element, pen: Pen) -> BaseGeometry | None:
    """Its outline; None if it has none that we understand. Raises BadGeometry."""
    shapes = shape_elements(placemark)
    if len(shapes) > 1:
        raise BadGeometry(
            "it has several geometries", "Put them into one MultiGeometry, or split the placemark."
        )
    return _draw(shapes[0], pen) if shapes else None


def _draw(element: ET.Element, pen: Pen) -> BaseGeometry:
    kind = local(element)
    if kind == "MultiGeometry":
        return pen.gather([_draw(child, pen) for child in element if local(child) in _SHAPES])
    if kind == "Polygon":
        rings = [*element.findall(f"{tag('outerBoundaryIs')}/{tag('LinearRing')}")]
        if len(rings) != 1:
            raise BadGeometry(f"the polygon has {len(rings) or 'no'} outer boundaries", "Draw one outline.")
        rings += element.findall(f"{tag('innerBoundaryIs')}/{tag('LinearRing')}")
        return pen.polygon([_vertices(ring) for ring in rings])
    vertices = _vertices(element)
    if kind == "Point":
        if len(vertices) != 1:
            raise BadGeometry(f"a point has one vertex, not {len(vertices)}", "Set the placemark again.")
        return pen.point(vertices[0])
    return pen.line(vertices)


def _vertices(element: ET.Element) -> list[tuple[float, ...]]:
    coordinates = element.find(tag("coordinates"))
    text = (coordinates.text or "") if coordinates is not None else ""
    vertices = []
    for token in text.split():
        parts = token.split(",")
        if not 2 <= len(parts) <= 3 or not all(_NUMBER.fullmatch(part) for part in parts):
            raise BadGeometry(
                f"{token[:40]!r} is not longitude,latitude[,height]",
                "No spaces after commas; points for decimals.",
            )
        vertices.append(tuple(float(part) for part in parts))
    if not vertices:
        raise BadGeometry("it has no coordinates", "Draw it again, or remove the placemark.")
    return vertices


def silence_links(root: ET.Element) -> list[str]:
    """Switch off everything that a map program would fetch on opening; returns the remote addresses."""
    remote = []
    for element in root.iter():
        if local(element) in _FETCHED:
            hrefs = [(h.text or "").strip() for h in element.iter() if local(h) == "href"]
            away = [href for href in hrefs if re.match(r"(?:[a-z][a-z0-9+.-]*:)?//", href, re.IGNORECASE)]
            if away or local(element) == "NetworkLink":
                remote += away or hrefs
                _set_invisible(element)
    return remote


def _set_invisible(element: ET.Element) -> None:
    visibility = element.find(tag("visibility"))
    if visibility is None:
        named = element.find(tag("name"))
        visibility = ET.Element(tag("visibility"))
        element.insert(0 if named is None else list(element).index(named) + 1, visibility)
    visibility.text = "0"


# Writing


def add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """A new last child."""
    child = ET.SubElement(parent, tag(name), {key: fit_text(value) for key, value in attributes.items()})
    if text is not None:
        child.text = fit_text(text)
    return child


def add_data(element: ET.Element, values: Mapping[str, Any]) -> None:
    """Values into ExtendedData, each so that `value_of` gives it back with its type."""
    add_texts(element, {key: text_for(value) for key, value in values.items()})


def add_texts(element: ET.Element, texts: Mapping[str, str]) -> None:
    """Texts, as they stand, at the head of ExtendedData (made if need be)."""
    extended = element.find(tag("ExtendedData"))
    if extended is None:
        extended = ET.Element(tag("ExtendedData"))
        _insert_before_features(element, extended)
    for index, (key, text) in enumerate(texts.items()):
        item = ET.Element(tag("Data"), {"name": fit_text(key)})
        add(item, "value", text)
        extended.insert(index, item)


def _insert_before_features(element: ET.Element, child: ET.Element) -> None:
    after = [i for i, other in enumerate(element) if local(other) in _FEATURES | _SHAPES]
    element.insert(after[0] if after else len(element), child)


def text_for(value: Any) -> str:
    """A value as text: null empty, strings plain unless they would read as JSON, everything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str) and value and _as_json(value) is _NOT_JSON:
        return value
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def value_of(text: str) -> Any:
    """The value that `text_for` wrote."""
    if not text:
        return None
    read = _as_json(text)
    return text if read is _NOT_JSON else read


_NOT_JSON = object()


def _as_json(text: str) -> Any:
    try:
        return parse_value(text)
    except ValueError:
        return _NOT_JSON


def add_shape(parent: ET.Element, outline: BaseGeometry) -> None:
    """The outline as the last child: Point, LineString, Polygon, or MultiGeometry of them."""
    outline = oriented(outline)
    if hasattr(outline, "geoms"):
        many = add(parent, "MultiGeometry")
        for part in outline.geoms:
            add_shape(many, part)
    elif isinstance(outline, Polygon):
        polygon = add(parent, "Polygon")
        add(polygon, "tessellate", "1")
        for name, ring in [
            ("outerBoundaryIs", outline.exterior),
            *(("innerBoundaryIs", r) for r in outline.interiors),
        ]:
            _add_coordinates(add(add(polygon, name), "LinearRing"), ring)
    elif isinstance(outline, LineString):
        line = add(parent, "LineString")
        add(line, "tessellate", "1")
        _add_coordinates(line, outline)
    elif isinstance(outline, Point):
        _add_coordinates(add(parent, "Point"), outline)


def _add_coordinates(parent: ET.Element, line: BaseGeometry) -> None:
    add(parent, "coordinates", " ".join(f"{x!r},{y!r}" for x, y, *_ in line.coords))


def new_document(name: str) -> tuple[ET.Element, ET.Element]:
    """An empty KML document: its root and its Document."""
    root = ET.Element(tag("kml"))
    document = add(root, "Document")
    add(document, "name", name)
    return root, document


def write_kml(root: ET.Element) -> bytes:
    """The document as bytes; what is read from them is what was written, carriage returns included."""
    text = _to_text(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.replace("\r", "&#13;").encode(
        "utf-8", "replace"
    )


def to_fragment(element: ET.Element) -> str:
    """One element as text that `from_fragment` reads."""
    tail, element.tail = element.tail, None
    text = _to_text(element).replace("\r", "&#13;")
    element.tail = tail
    return text


def from_fragment(text: str) -> ET.Element:
    """The element that `to_fragment` wrote; distrusted all the same."""
    element: ET.Element = fromstring(text, forbid_dtd=True)
    return element


def zip_kmz(document: bytes) -> bytes:
    """A KMZ of one document; the same document always gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("doc.kml", (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, document)
    return packed.getvalue()


def _to_text(element: ET.Element) -> str:
    """As text, with KML's names unprefixed: prefixes are registered for the whole program, and others claim the empty one."""
    for prefix, uri in (("", KML), ("gx", _GOOGLE), ("atom", "http://www.w3.org/2005/Atom")):
        ET.register_namespace(prefix, uri)
    return ET.tostring(element, encoding="unicode")
