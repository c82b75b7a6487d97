"""Events as others read them, and what comes back."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import shapely
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from siteline.model.change import ChangeEvent, Judgement, Kind, Observation, Stage, State, Status
from siteline.model.dates import DateInterval
from siteline.model.errors import BadInput, BadSiteFile, SitelineError
from siteline.model.place import Frame, Role, Site, Structure, Zone
from siteline.model.quantity import Quantity
from siteline.sites.exchange.events import (
    EventRecord,
    Events,
    describe_events,
    parse_events,
    read_events,
    write_events,
)
from siteline.sites.exchange.sites import write_site
from tests import factory

SCHEMAS = Path(__file__).parents[3] / "docs" / "reference" / "schemas"
UTM = "EPSG:32652"
HALL = shapely.Polygon(
    [(380_000, 4_418_000), (380_080, 4_418_000), (380_080, 4_418_030), (380_000, 4_418_030)]
)
PLANT = Site("plant-11", "Plant", (Structure(Role.AOI, "aoi", shapely.box(127.5, 39.8, 127.7, 40)),))
FRAMES = replace(
    PLANT, frame=Frame.IMAGE, structures=(Structure(Role.AOI, "aoi", shapely.box(0, 0, 400, 300)),)
)
FORMS = ["geojson", "kml", "kmz"]


def make_event(**changes: Any) -> ChangeEvent:
    """A new hall with its roof on, seen on three looks."""
    hall = {
        "outline": HALL,
        "crs": UTM,
        "stage": Stage.ROOFED,
        "probability": 0.934567,
        "finished": DateInterval(date(2024, 6, 1), date(2024, 7, 2)),
        "last_without": "S07",
        "first_with": "S08",
        "observations": (
            Observation("S07", State.UNCHANGED),
            Observation("S07b", State.NOT_OBSERVABLE, "cloud"),
            Observation("S08", State.CHANGED),
        ),
        "remarks": ("its shadow was not seen",),
    }
    return factory.make_event(**{**hall, **changes})


def make_record(**changes: Any) -> EventRecord:
    """The same hall with sizes, a zone and a judgement."""
    record = EventRecord(
        id="ev-1a2b",
        version=2,
        event=make_event(),
        status=Status.ACCEPTED,
        measurements={
            "area": Quantity(2412.34567, 61.2, "m²"),
            "length": Quantity(80.1, 1.1, "m"),
            "height": None,
        },
        zone=Zone.INSIDE,
        distance_to_perimeter=Quantity(-41.23, 3.3, "m"),
        judgement=Judgement(
            "ev-1a2b", 2, Status.ACCEPTED, "JK", datetime(2024, 8, 1, 9, tzinfo=UTC), "seen on S08"
        ),
    )
    return replace(record, **changes)


def test_events_have_the_names_that_others_test_against() -> None:
    """The properties are those of the design, and sizes are rounded to a hundredth of their error."""
    said = json.loads(write_events(describe_events([make_record()], PLANT), "geojson"))
    assert said["siteline"] == "events/1"
    assert "frame" not in said
    properties = said["features"][0]["properties"]
    assert properties["area_m2"] == {"value": 2412.3, "sigma": 61.2, "low95": 2292.4, "high95": 2532.3}
    assert properties["onset"] == {"after": "2024-04-03", "by": "2024-04-19"}
    assert properties["roofed"] == {"after": "2024-06-01", "by": "2024-07-02"}
    assert properties["completed"] is None
    assert properties["looks"] == {"changed": 1, "unchanged": 1, "not_observable": 1}
    assert properties["scenes"] == {"last_without": "S07", "first_with": "S08"}
    assert properties["distance_to_perimeter_m"]["value"] == -41.23
    assert (properties["height_m"], properties["width_m"]) == (None, None)
    assert properties["judged"] == {
        "who": "JK",
        "when": "2024-08-01T09:00:00Z",
        "why": "seen on S08",
        "version": 2,
    }
    assert (properties["probability"], properties["zone"], properties["status"]) == (
        0.935,
        "inside",
        "accepted",
    )
    assert "observations" not in properties


def test_what_each_look_says_comes_on_request() -> None:
    """With looks, every look is listed with its state and the reason why it could not tell."""
    event = describe_events([make_record()], PLANT, looks=True).events[0]
    assert event.properties["observations"][1] == {
        "scene": "S07b",
        "state": "not_observable",
        "reason": "cloud",
    }


def test_a_demolition_is_completed_not_roofed() -> None:
    """The end of a demolition is `completed`; a clearing has neither."""
    for kind, roofed, completed in ((Kind.DEMOLITION, False, True), (Kind.CLEARING, False, False)):
        record = make_record(event=make_event(kind=kind, stage=None))
        properties = describe_events([record], PLANT).events[0].properties
        assert (properties["roofed"] is not None, properties["completed"] is not None) == (roofed, completed)


def test_outlines_keep_their_place_and_size() -> None:
    """Longitude and latitude to seven digits move no vertex by more than a centimetre."""
    outline = describe_events([make_record()], PLANT).events[0].geometry
    assert outline is not None
    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(outline)
    assert abs(area) == pytest.approx(2400 / 0.9996**2, rel=0.002)  # UTM scale at 1.4° from its meridian
    back = Transformer.from_crs("EPSG:4326", UTM, always_xy=True)
    returned = shapely.transform(outline, lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1])))
    assert shapely.hausdorff_distance(returned, HALL) < 0.015


def test_an_outline_over_the_180_meridian_is_split() -> None:
    """West of Wrangel Island an outline crosses 180°: it is written as two parts, one on each side."""
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32601", always_xy=True)
    x, y = to_utm.transform(-180.0, 71.0)
    record = make_record(event=make_event(crs="EPSG:32601", outline=shapely.box(x - 50, y, x + 50, y + 30)))
    document = describe_events([record], PLANT)
    outline = document.events[0].geometry
    assert outline is not None
    assert outline.geom_type == "MultiPolygon"
    assert (
        Geod(ellps="WGS84").geometry_area_perimeter(shapely.geometry.polygon.orient(outline.geoms[0]))[0]
        < 2000
    )
    again, _ = parse_events(write_events(document, "geojson"), "e.geojson")
    assert again.events[0].geometry is not None
    assert again.events[0].geometry.normalize() == outline.normalize()


def test_frames_without_georeference_are_in_pixels() -> None:
    """Image frames say so; sizes are in pixels without a pixel size, in metres with one; KML is refused."""
    event = make_event(crs=None, outline=shapely.box(10.123, 10, 50.987, 30))
    record = make_record(
        event=event,
        measurements={"area": Quantity(817.0, 20.0, "px²")},
        distance_to_perimeter=Quantity(4, 1, "px"),
    )
    said = json.loads(write_events(describe_events([record], FRAMES), "geojson"))
    assert said["frame"] == "image"
    assert said["features"][0]["properties"]["area_px2"]["value"] == 817
    assert said["features"][0]["properties"]["distance_to_perimeter_px"]["value"] == 4
    assert said["features"][0]["properties"]["height_px"] is None
    assert [10.12, 10.0] in said["features"][0]["geometry"]["coordinates"][0]
    with pytest.raises(BadInput, match="pixels"):
        write_events(describe_events([record], FRAMES), "kml")
    metres = make_record(event=event)
    assert "area_m2" in describe_events([metres], replace(FRAMES, gsd_m=3.0)).events[0].properties


def test_kml_opens_in_folders_with_times_and_tables() -> None:
    """Each kind has a folder and a style; a balloon says in words what is known, and what is not reviewed."""
    removed = make_record(
        id="ev-2", status=Status.PROPOSED, event=make_event(kind=Kind.DEMOLITION, stage=None)
    )
    kml = fromstring(write_events(describe_events([make_record(), removed], PLANT), "kml"))
    assert [f.text for f in kml.iterfind(".//{*}Folder/{*}name")] == ["New building", "Building removed"]
    assert {s.get("id") for s in kml.iterfind(".//{*}Style")} == {"construction", "demolition"}
    assert kml.findtext(".//{*}TimeSpan/{*}begin") == "2024-04-19"
    first, second = (d.text or "" for d in kml.iterfind(".//{*}Placemark/{*}description"))
    assert "not visible on 2024-04-03, first visible on 2024-04-19" in first
    assert "2,412 m² (95 %: 2,292–2,532)" in first
    assert "NOT REVIEWED" in second
    assert "NOT REVIEWED" not in first


def test_a_simulated_site_says_so_in_every_balloon() -> None:
    """Simulated events cannot pass for real ones in a map program."""
    text = write_events(describe_events([make_record()], replace(PLANT, simulated=True)), "kml").decode()
    assert "<name>SIMULATED: Changes at plant-11</name>" in text
    assert "nothing here exists" in text
    assert parse_events(text.encode(), "e.kml")[0].simulated


def test_texts_cannot_break_out_of_a_balloon() -> None:
    """What people typed is text in the balloon, never markup."""
    record = make_record(event=make_event(remarks=("<script>alert(1)</script>",)))
    kml = fromstring(write_events(describe_events([record], PLANT), "kml"))
    assert "&lt;script&gt;" in kml.findtext(".//{*}description", "")


@pytest.mark.parametrize("form", FORMS)
def test_characters_that_xml_cannot_carry_do_not_break_a_file(form: str) -> None:
    """A control character or half a character is shown as a replacement, and the file can be read again."""
    record = make_record(event=make_event(label="A\x07\ud800"))
    document = describe_events([record], PLANT)
    again, _ = parse_events(write_events(document, form), f"e.{form}")
    assert again.events[0].properties["label"] == "A\ufffd\ufffd"


def test_csv_is_flat_and_runs_no_formula() -> None:
    """One line an event; what a spreadsheet would run gets an apostrophe, a negative number none."""
    evil = make_record(id="=cmd()", event=make_event(label="@SUM(A1)", remarks=("-1+1",)))
    plain = write_events(describe_events([evil, make_record(measurements={})], PLANT), "csv").decode()
    rows = list(csv.DictReader(io.StringIO(plain, newline="")))
    assert (rows[0]["id"], rows[0]["label"], rows[0]["remarks"]) == ("'=cmd()", "'@SUM(A1)", "'-1+1")
    assert (rows[0]["area_m2"], rows[0]["area_m2_sigma"], rows[0]["area_m2_low95"]) == (
        "2412.3",
        "61.2",
        "2292.4",
    )
    assert rows[0]["distance_to_perimeter_m"] == "-41.23"
    assert (rows[0]["onset_after"], rows[0]["onset_by"], rows[0]["completed_by"]) == (
        "2024-04-03",
        "2024-04-19",
        "",
    )
    assert (rows[1]["area_m2"], rows[1]["calibrated"], rows[1]["looks_changed"]) == ("", "false", "1")
    assert shapely.from_wkt(rows[0]["wkt"]).is_valid


def test_exports_keep_to_their_schemas() -> None:
    """What we write is what docs/reference/schemas promises, for events of both frames and for sites."""
    schema = json.loads((SCHEMAS / "events-1.schema.json").read_text())
    pixels = make_record(event=make_event(crs=None), measurements={}, distance_to_perimeter=None)
    for records, site in (
        ([make_record(), make_record(id="b", judgement=None, zone=None)], PLANT),
        ([pixels], FRAMES),
    ):
        said = json.loads(write_events(describe_events(records, site, looks=True), "geojson"))
        jsonschema.Draft202012Validator(schema).validate(said)
    said["features"][0]["properties"]["kind"] = "built"
    assert not jsonschema.Draft202012Validator(schema).is_valid(said)
    of_site = json.loads((SCHEMAS / "site-1.schema.json").read_text())
    for site in (PLANT, replace(FRAMES, gsd_m=3.0)):
        jsonschema.Draft202012Validator(of_site).validate(json.loads(write_site(site, "geojson")))
    for known in (schema, of_site):
        jsonschema.Draft202012Validator.check_schema(known)


def _spoil_event(**changes: Any) -> bytes:
    said = json.loads(write_events(describe_events([make_record()], PLANT), "geojson"))
    said["features"][0]["properties"].update(changes)
    return json.dumps(said).encode()


@pytest.mark.parametrize(
    ("changes", "message", "remedy"),
    [
        ({"kind": "constuction"}, "kind is 'constuction'", "Did you mean construction?"),
        ({"stage": "roof"}, "stage is 'roof'", "roofed"),
        ({"status": None}, "status is 'None'", "proposed"),
        ({"zone": "in"}, "zone is 'in'", "inside"),
        ({"id": 7}, "id is '7'", "as text"),
        ({"version": True}, "version", "whole"),
        ({"probability": 93}, "probability", "0 to 1"),
        ({"calibrated": "yes"}, "calibrated", "true or false"),
        ({"onset": None}, "onset", "after"),
        ({"onset": {"after": "2024-05-01", "by": "2024-04-19"}}, "onset", "not later than"),
        ({"onset": {"after": None, "by": "20240419"}}, "onset", "2024-04-19"),
        ({"roofed": {"after": "2024-05-01"}}, "roofed", "by"),
        ({"judged": {}}, "judged", "who"),
        ({"looks": {"changed": 1}}, "looks", "unchanged"),
        ({"remarks": "none"}, "remarks", "list"),
        ({"area_m2": 2400}, "area_m2", "sigma"),
        ({"area_m2": {"value": 1, "sigma": "x", "low95": 0, "high95": 2}}, "area_m2", "sigma"),
    ],
)
def test_a_broken_event_is_refused_with_its_id(changes: dict[str, Any], message: str, remedy: str) -> None:
    """One wrong property per file: the refusal names the event, the property, and what may stand there."""
    with pytest.raises(BadSiteFile, match=message) as refusal:
        parse_events(_spoil_event(**changes), "e.geojson")
    assert str(refusal.value).startswith("e.geojson: event 1 (")
    assert remedy in refusal.value.hint


def test_other_documents_are_refused(tmp_path: Path) -> None:
    """A site file, a KML without events and a later version are not events; a missing version is remarked."""
    path = tmp_path / "site.geojson"
    path.write_bytes(write_site(PLANT, "geojson"))
    with pytest.raises(BadSiteFile, match="'site/1', not 'events/1'"):
        read_events(path)
    with pytest.raises(BadSiteFile, match="is no event"):
        parse_events(write_site(PLANT, "kml").replace(b"site/1", b"events/1"), "s.kml")
    with pytest.raises(BadSiteFile, match="later Siteline"):
        parse_events(_spoil_event().replace(b"events/1", b"events/2"), "e.geojson")
    said = json.loads(_spoil_event())
    said["features"] *= 2
    with pytest.raises(BadSiteFile, match="two events have the id"):
        parse_events(json.dumps(said).encode(), "e.geojson")
    del said["siteline"], said["features"][1]
    assert "does not say" in str(parse_events(json.dumps(said).encode(), "e.geojson")[1][0])


# Laws

_text = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufffe\uffff"), max_size=20
)
_texts = _text | st.sampled_from(
    ["null", "", "1e999", "[" * 300, "9" * 30, "12", "1e5", '"x"', " 1 ", "NaN", "[]", "a\rb\n", "\t"]
)
_day = st.dates(date(2000, 1, 1), date(2024, 1, 1))
_sizes = st.builds(Quantity, st.floats(0, 1e5), st.floats(1e-3, 1e3), st.just("m"))


@st.composite
def intervals(draw: st.DrawFn) -> DateInterval:
    """Any half-open interval."""
    first, second = sorted([draw(_day), draw(_day)])
    return DateInterval(draw(st.sampled_from([first, None])), second)


@st.composite
def records(draw: st.DrawFn) -> list[EventRecord]:
    """Any events that a case can hold, on one site."""
    made = []
    for number in range(draw(st.integers(0, 4))):
        x, y = 380_000 + draw(st.floats(0, 900)), 4_418_000 + draw(st.floats(0, 900))
        outline = shapely.Point(x, y).buffer(draw(st.floats(2, 40)), quad_segs=2)
        if draw(st.booleans()):
            outline = outline.difference(shapely.Point(x, y).buffer(1.5, quad_segs=1))
        if draw(st.booleans()):
            outline = outline.union(shapely.box(x + 50, y, x + 60, y + 10))
        event = make_event(
            outline=outline,
            kind=draw(st.sampled_from(Kind)),
            stage=draw(st.none() | st.sampled_from(Stage)),
            other_kind=draw(st.none() | st.sampled_from(Kind)),
            probability=draw(st.floats(0, 1)),
            onset=draw(intervals()),
            finished=draw(st.none() | intervals()),
            last_without=draw(st.none() | _texts),
            first_with=draw(_texts),
            label=draw(_texts),
            remarks=tuple(draw(st.lists(_texts, max_size=2))),
        )
        made.append(
            make_record(
                id=f"{draw(st.sampled_from(['1', 'ev', '1e']))}{number}",
                event=event,
                status=draw(st.sampled_from(Status)),
                measurements={"length": draw(st.none() | _sizes), "height": draw(st.none() | _sizes)},
                judgement=draw(st.sampled_from([None, make_record().judgement])),
            )
        )
    return made


def _plain(document: Events) -> list[Any]:
    return [(dict(e.properties), e.geometry.normalize() if e.geometry else None) for e in document.events]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(made=records(), looks=st.booleans())
def test_any_events_survive_the_round_trip(form: str, made: list[EventRecord], looks: bool) -> None:
    """Ids, properties and outlines come back as they went out, in order, and go out again byte for byte."""
    document = describe_events(made, PLANT, looks=looks)
    written = write_events(document, form)
    again, remarks = parse_events(written, f"e.{form}")
    assert _plain(again) == _plain(document)
    assert (again.site, again.frame, again.simulated, remarks) == ("plant-11", Frame.EARTH, False, ())
    assert write_events(again, form) == written


@settings(max_examples=150)
@given(st.data())
def test_any_damaged_events_are_read_or_refused(data: st.DataObject) -> None:
    """Interchange files with pieces cut out or replaced are read or refused, never half-read."""
    form = data.draw(st.sampled_from(FORMS))
    whole = write_events(describe_events([make_record()], PLANT), form)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    damaged = (
        whole[:start]
        + data.draw(st.sampled_from([b"", b"null", b"1e999", b"\xff", b"<a/>", b"{}"]))
        + whole[end:]
    )
    try:
        document, _ = parse_events(damaged, "e")
    except SitelineError:
        return
    for again in ("geojson", "csv", "kmz"):
        if document.frame is Frame.EARTH:
            write_events(document, again)
