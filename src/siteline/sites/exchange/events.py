"""Events as others read them: GeoJSON, KML, KMZ and CSV out; the first three back in as they were."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from siteline.model.change import ChangeEvent, Judgement, Kind, Method, Stage, State, Status
from siteline.model.dates import DateInterval
from siteline.model.errors import BadGeometry, BadInput, BadSiteFile
from siteline.model.finding import Answer
from siteline.model.place import Frame, Site, Zone
from siteline.model.quantity import Quantity
from siteline.model.remark import Remark
from siteline.sites.exchange import eventkml
from siteline.sites.exchange.geojson import check_crs, pen_remarks, read_frame, refuse_other_shape
from siteline.sites.exchange.intake import decode, dump_collection, fit_value, parse_json, read_bytes, sniff
from siteline.sites.exchange.kml import unzip_kmz, zip_kmz
from siteline.sites.exchange.shapes import Pen, as_geojson, rounded, split_at_180
from siteline.sites.exchange.watched import describe_answer
from siteline.sites.exchange.witnesses import check_witnesses, describe_witnesses, flatten_witnesses
from siteline.store.sheets import write_sheet

SHAPE = "events/1"
"""What an event file says of itself."""

FORMATS = ("geojson", "kml", "kmz", "csv")
SIZES = ("area", "length", "width", "height")

_DEGREE_DECIMALS, _PIXEL_DECIMALS = 7, 2


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One version of an event with everything that is said of it."""

    id: str
    version: int
    event: ChangeEvent
    status: Status
    measurements: Mapping[str, Quantity | None] = field(default_factory=lambda: MappingProxyType({}))
    """By name (`area`, `length`, `width`, `height`); None or absent where there is no number."""

    zone: Zone | None = None
    distance_to_perimeter: Quantity | None = None
    """Negative inside, positive outside, 0 when straddling."""

    judgement: Judgement | None = None
    """The latest; None while proposed."""

    needs_review: bool = False
    """It changed materially after it was accepted."""

    reproduced: bool = True
    """False if the last survey found it no more."""


@dataclass(frozen=True, slots=True)
class ExchangedEvent:
    """One event as it stands in an interchange document."""

    properties: Mapping[str, Any]
    """Names and forms of DESIGN's "Event interchange"."""

    geometry: BaseGeometry | None
    """Outline in the document's frame; None if it has none."""


@dataclass(frozen=True, slots=True)
class Events:
    """An interchange document: the events of one site."""

    events: tuple[ExchangedEvent, ...]
    frame: Frame = Frame.EARTH
    site: str | None = None
    """Id of the site, if the document says it."""

    simulated: bool = False
    watched: tuple[Mapping[str, Any], ...] = ()
    """How well each part of the site was seen, and whether it changed; only GeoJSON holds it."""


# From records to the document


def describe_events(
    records: Sequence[EventRecord], site: Site, *, looks: bool = False, answers: Sequence[Answer] = ()
) -> Events:
    """
    The interchange document of a site's events, EPSG:4326 or pixels, numbers rounded to their errors.

    looks: with what each look says of each event; answers: whether each part of the site changed. Writing, reading and
    describing again changes nothing.
    """
    sizes = [size for r in records for size in (*r.measurements.values(), r.distance_to_perimeter) if size]
    in_metres = site.frame is Frame.EARTH or site.gsd_m is not None or any(s.unit[:1] == "m" for s in sizes)
    unit = "m" if in_metres else "px"
    return Events(
        tuple(
            ExchangedEvent(_properties(record, unit, looks), _outline(record, site.frame))
            for record in records
        ),
        site.frame,
        site.id,
        site.simulated,
        tuple(describe_answer(answer) for answer in answers),
    )


def _properties(record: EventRecord, unit: str, looks: bool) -> dict[str, Any]:
    event = record.event
    seen = Counter(o.state for o in event.observations)
    finished = event.finished.as_dict() if event.finished else None
    said: dict[str, Any] = {
        "id": record.id,
        "version": record.version,
        "label": event.label or None,
        "kind": event.kind.value,
        "other_kind": event.other_kind.value if event.other_kind else None,
        "stage": event.stage.value if event.stage else None,
        "method": event.method.value,
        "status": record.status.value,
        "probability": round(event.probability, 3),
        "calibrated": event.calibrated,
        "provisional": event.provisional,
        "onset": event.onset.as_dict(),
        "roofed": finished if event.kind is Kind.CONSTRUCTION else None,
        "completed": finished if event.kind in (Kind.DEMOLITION, Kind.ROOF_CHANGE) else None,
    }
    for size in SIZES:
        said |= _size(size, record.measurements.get(size), unit + ("²" if size == "area" else ""))
    said |= {
        "zone": record.zone.value if record.zone else None,
        **_size("distance_to_perimeter", record.distance_to_perimeter, unit),
        "scenes": {"last_without": event.last_without, "first_with": event.first_with},
        "looks": {state.value: seen[state] for state in State},
        "judged": _judged(record.judgement),
        "needs_review": record.needs_review,
        "reproduced": record.reproduced,
        "remarks": list(event.remarks),
        "proposer": describe_proposer(event),
    }
    if event.witnesses is not None:
        said["witnesses"] = describe_witnesses(event.witnesses)
    if looks:
        said["observations"] = [
            {"scene": o.scene_id, "state": o.state.value, "reason": o.reason} for o in event.observations
        ]
    fit: dict[str, Any] = fit_value(said)
    return fit


_WITNESS = (
    "kind", "name", "version", "sha256", "card_sha256", "licence", "credit", "runtime", "run", "label",
)  # fmt: skip


def describe_proposer(event: ChangeEvent) -> dict[str, Any] | None:
    """The user's own model that proposed it."""
    if event.proposer is None:
        return None
    by = event.proposer
    return {
        "kind": "model",
        "name": by.name,
        "version": by.version or None,
        "sha256": by.sha256,
        "card_sha256": by.card_sha256,
        "licence": by.licence,
        "credit": by.credit,
        "runtime": by.runtime,
        "run": by.run,
        "label": by.label,
    }


def _size(name: str, quantity: Quantity | None, unit: str) -> dict[str, Any]:
    """A size under its name and unit; one that was measured before the scale was known stays in its own unit."""
    own = quantity.unit if quantity is not None else unit
    return {f"{name}_{own.replace('²', '2')}": quantity.as_dict() if quantity is not None else None}


def _judged(judgement: Judgement | None) -> dict[str, Any] | None:
    if judgement is None:
        return None
    when = judgement.when.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"who": judgement.who, "when": when, "why": judgement.why, "version": judgement.version}


def _outline(record: EventRecord, frame: Frame) -> BaseGeometry | None:
    outline, crs = shapely.force_2d(record.event.outline), record.event.crs
    if outline.is_empty:
        return None
    if frame is Frame.IMAGE:
        assert crs is None, f"event {record.id} has a CRS on a site of image frames"
        return _unless_empty(rounded(outline, _PIXEL_DECIMALS))
    assert crs is not None, f"event {record.id} has no CRS on a georeferenced site"
    if crs != "EPSG:4326":
        to_degrees = _to_degrees(crs)
        outline = shapely.transform(
            outline, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
        )
    return _unless_empty(rounded(split_at_180(outline), _DEGREE_DECIMALS))


def _unless_empty(outline: BaseGeometry) -> BaseGeometry | None:
    return None if outline.is_empty else outline


@cache
def _to_degrees(crs: str) -> Transformer:
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


# From the document to bytes


def write_events(document: Events, format: str) -> bytes:  # noqa: A002  (the word users know)
    """The document as GeoJSON, KML, KMZ or CSV."""
    if format == "geojson":
        return _write_geojson(document)
    if format == "csv":
        return _write_csv(document)
    if format not in FORMATS:
        raise BadInput(
            f"events cannot be exported as {format[:40]!r}", f"Choose one of {', '.join(FORMATS)}."
        )
    if document.frame is Frame.IMAGE:
        raise BadInput(
            "these events are drawn in pixels, and KML knows only longitude and latitude",
            "Export GeoJSON or CSV.",
        )
    items = [(event.properties, event.geometry) for event in document.events]
    kml = eventkml.write(items, _header(document))
    return zip_kmz(kml) if format == "kmz" else kml


def _header(document: Events) -> dict[str, Any]:
    header: dict[str, Any] = {"siteline": SHAPE}
    if document.site:
        header["site"] = document.site
    if document.frame is Frame.IMAGE:
        header["frame"] = document.frame.value
    if document.simulated:
        header["simulated"] = True
    return header


def _write_geojson(document: Events) -> bytes:
    features = [
        {
            "type": "Feature",
            "id": event.properties.get("id"),
            "properties": dict(event.properties),
            "geometry": as_geojson(event.geometry) if event.geometry is not None else None,
        }
        for event in document.events
    ]
    watched = {"watched": [dict(part) for part in document.watched]} if document.watched else {}
    return dump_collection(_header(document) | watched, features)


def _write_csv(document: Events) -> bytes:
    """One line an event, nested values as columns; texts that a spreadsheet would run are disarmed."""
    rows = [_flatten(event) for event in document.events]
    columns = list(dict.fromkeys(column for row in rows for column in row)) or ["id"]
    lines = write_sheet(columns, ([row.get(column, "") for column in columns] for row in rows))
    return "".join(lines).encode("utf-8", "replace")


def _flatten(event: ExchangedEvent) -> dict[str, object]:
    row: dict[str, object] = {}
    for key, value in event.properties.items():
        if key == "observations":
            continue
        if value is None and (parts := _parts_of(key)):
            value = dict.fromkeys(parts)
        if key == "witnesses" and isinstance(value, Mapping):
            row |= {f"{key}_{part}": _cell(item) for part, item in flatten_witnesses(value).items()}
        elif isinstance(value, Mapping):
            row |= {_column(key, part): _cell(item) for part, item in value.items()}
        elif isinstance(value, list):
            row[key] = _cell("; ".join(str(item) for item in value))
        else:
            row[key] = _cell(value)
    centre = event.geometry.representative_point() if event.geometry is not None else None
    row["inside_x"], row["inside_y"] = (
        (round(centre.x, 7), round(centre.y, 7)) if centre is not None else ("", "")
    )
    row["wkt"] = (
        shapely.to_wkt(event.geometry, rounding_precision=7, trim=True) if event.geometry is not None else ""
    )
    return row


def _parts_of(key: str) -> tuple[str, ...]:
    if key in ("onset", "roofed", "completed"):
        return ("after", "by")
    if key == "proposer":
        return _WITNESS
    if key == "judged":
        return ("who", "when", "why", "version")
    return ("value", "sigma", "low95", "high95") if _SIZE.fullmatch(key) else ()


def _column(key: str, part: str) -> str:
    return key if part == "value" else f"{key}_{part}"


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


# From bytes to the document


def read_events(path: Path) -> tuple[Events, tuple[Remark, ...]]:
    """The events of a GeoJSON, KML or KMZ file, checked. Raises BadSiteFile naming file and event."""
    return parse_events(read_bytes(path), path.name)


def parse_events(data: bytes, name: str) -> tuple[Events, tuple[Remark, ...]]:
    """The same, from bytes that were read already; `name` is how errors call them."""
    remarks: list[Remark] = []
    kind = sniff(data, name)
    if kind == "geojson":
        header, frame, items, pen = _items_of_geojson(parse_json(decode(data, name), name), name, remarks)
    else:
        frame, pen = Frame.EARTH, Pen(Frame.EARTH)
        header, items = eventkml.read(unzip_kmz(data, name)[0] if kind == "kmz" else data, pen, name)
        refuse_other_shape(header, SHAPE, name)
    if "siteline" not in header:
        remarks.append(Remark(name, f"does not say that it is {SHAPE!r}; it is read as that"))
    ids: set[str] = set()
    for where, properties, _ in items:
        check_properties(properties, name, where)
        if properties["id"] in ids:
            raise BadSiteFile(f"{name}: two events have the id {properties['id']!r}", "Keep one of the two.")
        ids.add(properties["id"])
    remarks += pen_remarks(pen, name)
    site = header.get("site")
    events = tuple(ExchangedEvent(properties, geometry) for _, properties, geometry in items)
    watched = header.get("watched")
    if watched is not None and not (
        isinstance(watched, list) and all(isinstance(part, dict) for part in watched)
    ):
        raise BadSiteFile(
            f"{name}: watched is no list of objects", "Leave it out, or export the events again."
        )
    return Events(
        events,
        frame,
        site if isinstance(site, str) else None,
        header.get("simulated") is True,
        tuple(watched or ()),
    ), tuple(remarks)


_Items = list[tuple[str, dict[str, Any], BaseGeometry | None]]


def _items_of_geojson(
    said: Any, name: str, remarks: list[Remark]
) -> tuple[Mapping[str, Any], Frame, _Items, Pen]:
    if not isinstance(said, dict) or said.get("type") != "FeatureCollection":
        raise BadSiteFile(
            f"{name}: events are exchanged as a FeatureCollection", "Export them with: siteline events export"
        )
    refuse_other_shape(said, SHAPE, name)
    frame = read_frame(said.get("frame"), name)
    check_crs(said, frame, name, remarks)
    features = said.get("features")
    if not isinstance(features, list):
        raise BadSiteFile(f'{name}: "features" is not a list', "Export it again.")
    pen = Pen(frame)
    items: _Items = []
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise BadSiteFile(f"{name}: event {number} is not a Feature with properties", "Export it again.")
        properties = feature["properties"]
        where = f"event {number} ({str(properties.get('id'))[:40]})"
        try:
            drawn = pen.draw(feature["geometry"]) if feature.get("geometry") is not None else None
        except BadGeometry as fault:
            raise BadSiteFile(f"{name}: {where}: {fault}", fault.hint) from fault
        items.append((where, properties, drawn))
    return said, frame, items, pen


_SIZE = re.compile(r"area_(?:m|px)2|(?:length|width|height|distance_to_perimeter)_(?:m|px)")


def check_properties(said: Mapping[str, Any], name: str, where: str) -> None:
    """Refuse properties that are not an event's, naming the first that is wrong."""

    def refuse(key: str, remedy: str) -> BadSiteFile:
        return BadSiteFile(f"{name}: {where}: {key} is {str(said.get(key))[:60]!r}", remedy)

    if not isinstance(said.get("id"), str) or not said["id"]:
        raise refuse("id", "Each event has an id, as text.")
    version = said.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise refuse("version", "Versions are whole numbers from 1.")
    required: dict[str, type[StrEnum]] = {"kind": Kind, "method": Method, "status": Status}
    for key, words in required.items():
        _check_word(said.get(key), words, lambda remedy, k=key: refuse(k, remedy))  # type: ignore[misc]
    optional: dict[str, type[StrEnum]] = {"stage": Stage, "zone": Zone, "other_kind": Kind}
    for key, words in optional.items():
        if said.get(key) is not None:
            _check_word(said[key], words, lambda remedy, k=key: refuse(k, remedy))  # type: ignore[misc]
    probability = said.get("probability")
    if not _is_number(probability) or not 0 <= probability <= 1:  # type: ignore[operator]
        raise refuse("probability", "A number from 0 to 1.")
    if not isinstance(said.get("calibrated"), bool):
        raise refuse("calibrated", "true or false.")
    for key in ("onset", "roofed", "completed"):
        if said.get(key) is not None or key == "onset":
            _check_interval(said.get(key), lambda remedy, k=key: refuse(k, remedy))  # type: ignore[misc]
    for key, value in said.items():
        if _SIZE.fullmatch(key) and value is not None and not _is_size(value):
            raise refuse(key, 'A size is {"value", "sigma", "low95", "high95"} or null.')
    _check_remainder(said, refuse)


def _check_remainder(said: Mapping[str, Any], refuse: Callable[[str, str], BadSiteFile]) -> None:
    """What may be absent, and has its form where it is there."""
    label, remarks = said.get("label"), said.get("remarks", [])
    if label is not None and not isinstance(label, str):
        raise refuse("label", "A label is text or null.")
    if not isinstance(said.get("provisional", False), bool):
        raise refuse("provisional", "true or false.")
    if not isinstance(remarks, list) or not all(isinstance(remark, str) for remark in remarks):
        raise refuse("remarks", "Remarks are a list of texts.")
    for key, parts in (("scenes", ("last_without", "first_with")), ("judged", ("who", "when", "why"))):
        held = said.get(key)
        if held is not None and not (isinstance(held, dict) and all(part in held for part in parts)):
            raise refuse(key, f"It has {', '.join(parts)}.")
    if (remedy := check_witnesses(said.get("witnesses"))) is not None:
        raise refuse("witnesses", remedy)
    looks = said.get("looks")
    if looks is not None and not (
        isinstance(looks, dict) and all(_is_number(looks.get(state)) for state in State)
    ):
        raise refuse("looks", f"It counts {', '.join(State)}.")


def _check_word(said: object, words: type[StrEnum], refuse: Callable[[str], BadSiteFile]) -> None:
    known = [word.value for word in words]
    if isinstance(said, str) and said in known:
        return
    close = get_close_matches(str(said)[:40], known, 1, 0.5)
    raise refuse((f"Did you mean {close[0]}? " if close else "") + f"Known are {', '.join(known)}.")


def _check_interval(said: object, refuse: Callable[[str], BadSiteFile]) -> None:
    remedy = 'An interval is {"after": day or null, "by": day}, days as 2024-04-19, after not later than by.'
    try:
        if not isinstance(said, dict):
            raise ValueError
        after, by = said.get("after"), said["by"]
        days = [date.fromisoformat(day) for day in (after, by) if day is not None]
        if not all(len(day) == 10 for day in (after, by) if day is not None) or by is None:
            raise ValueError
        DateInterval(days[0] if after is not None else None, days[-1])
    except (ValueError, TypeError, KeyError) as error:
        raise refuse(remedy) from error


def _is_number(said: object) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and math.isfinite(said)


def _is_size(said: object) -> bool:
    return isinstance(said, dict) and all(
        _is_number(said.get(key)) for key in ("value", "sigma", "low95", "high95")
    )
