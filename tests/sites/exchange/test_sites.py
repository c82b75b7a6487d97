"""Site files: what is read, what comes back, and what is refused."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteline.model.errors import BadInput, BadSiteFile, SitelineError
from siteline.model.place import Frame, Function, Role, Site, Structure
from siteline.sites.exchange.features import RoleQuestion
from siteline.sites.exchange.kml import zip_kmz
from siteline.sites.exchange.sites import parse_site, read_site, write_site
from tests.sites.drawings import KML_FILE, LAT, LON, as_bytes, feature, ring, site_file


def test_a_site_file_is_read_whole(tmp_path: Path) -> None:
    """Names, roles, dates, functions and columns that we do not know are all there afterwards."""
    path = tmp_path / "site.geojson"
    path.write_bytes(as_bytes(site_file()))
    site, remarks = read_site(path)
    assert (site.id, site.name, site.parent, site.frame) == (
        "plant-11",
        "February 11 Plant",
        "ryongsong",
        Frame.EARTH,
    )
    assert site.names[0]["text"] == "2월11일공장"
    hall = next(site.having(Role.BUILDING))
    assert hall.function == Function("assembly", "possible", "rail", "JK")
    assert str(hall.since) == "2014-05-01"
    assert hall.kept["properties"] == {"colour": "red"}
    assert remarks == ()


def test_image_frames_are_pixels() -> None:
    """A site of image frames keeps its pixels, its pixel size and its mark as simulated."""
    said = site_file()
    said |= {"frame": "image", "gsd_m": 3, "features": [feature("aoi", None, [ring(0, 0, 400, 300)])]}
    said["site"]["simulated"] = True
    site, _ = parse_site(as_bytes(said), "s.geojson")
    assert (site.frame, site.gsd_m, site.simulated) == (Frame.IMAGE, 3.0, True)
    again, _ = parse_site(write_site(site, "geojson"), "s.geojson")
    assert again == site
    with pytest.raises(BadInput, match="pixels"):
        write_site(site, "kml")


def test_kml_comes_back_as_it_went_in() -> None:
    """Folders, styles, descriptions and foreign data of a KML are written back; the roles are added."""
    site, remarks = parse_site(KML_FILE.encode(), "plant.kml", ["Main gate=gate"])
    assert [(s.role, s.label) for s in site.structures] == [
        (Role.AOI, "site"),
        (Role.BUILDING, "Hall 2"),
        (Role.GATE, "Main gate"),
    ]
    assert any("folder 'AOI'" in r.text for r in remarks)
    assert any("heights" in r.text for r in remarks)
    written = write_site(site, "kml")
    text = written.decode()
    for kept in (
        '<Style id="yellow">',
        "<name>My places</name>",
        "<open>1</open>",
        'id="p7"',
        "night",
        "#yellow",
    ):
        assert kept in text
    described = fromstring(text).find(".//{*}description")
    assert described is not None
    assert described.text == '<b>second</b> hall & <a href="http://x.test/">link</a>'
    again, told = parse_site(written, "plant.kml")
    assert write_site(again, "kml") == written
    assert again.id == site.id
    assert told == ()


def test_new_structures_join_a_kml_and_removed_ones_leave() -> None:
    """A structure added later gets a folder of its role; one that is gone leaves no empty placemark."""
    site, _ = parse_site(KML_FILE.encode(), "plant.kml", ["Main gate=gate"])
    new = Structure(Role.BUILDING, "B-9", shapely.box(127.605, 39.905, 127.606, 39.906))
    changed = Site(site.id, site.name, (site.structures[0], new), kept=site.kept)
    text = write_site(changed, "kml").decode()
    assert "Hall 2" not in text
    assert "slot" not in text
    assert [s.label for s in parse_site(text.encode(), "x.kml")[0].structures] == ["site", "B-9"]


def test_open_roles_are_asked_once_with_a_proposal() -> None:
    """All features without a role are asked for in one question, each with a proposal and its folder."""
    asked: list[tuple[RoleQuestion, ...]] = []

    def answer(questions: tuple[RoleQuestion, ...]) -> list[Role | None]:
        asked.append(questions)
        return [q.proposed for q in questions]

    site, _ = parse_site(KML_FILE.encode(), "plant.kml", answer)
    assert asked == [(RoleQuestion("Main gate", "My places", "Point", Role.GATE),)]
    assert next(site.having(Role.GATE)).label == "Main gate"


def test_an_unanswered_role_is_refused_with_the_words_to_type() -> None:
    """Without an answer nothing is guessed: the refusal proposes the option to write."""
    with pytest.raises(BadSiteFile, match=r"Main gate \(gate\?\)") as refusal:
        parse_site(KML_FILE.encode(), "plant.kml")
    assert '--role "Main gate=gate"' in refusal.value.hint
    with pytest.raises(BadSiteFile, match="Maingate"):
        parse_site(KML_FILE.encode(), "plant.kml", ["Maingate=gate"])
    with pytest.raises(BadSiteFile, match="gaet") as misspelt:
        parse_site(KML_FILE.encode(), "plant.kml", "gaet")
    assert "Did you mean gate?" in misspelt.value.hint


def test_a_placemark_may_be_left_out() -> None:
    """What is not part of the site stays in the KML, untouched, and is said."""
    site, remarks = parse_site(KML_FILE.encode(), "plant.kml", ["My places=none"])
    assert [s.label for s in site.structures] == ["site", "Hall 2"]
    assert any("left out" in r.text for r in remarks)
    assert "127.6,39.9,12.5" in write_site(site, "kml").decode()


def test_kml_of_a_gis_is_read() -> None:
    """Roles and labels in schema data, as GDAL and QGIS write them, count like plain data."""
    gis = KML_FILE.replace(
        '<Data name="role"><value>building</value></Data>\n    <Data name="crew"><value>night</value></Data>',
        '<SchemaData schemaUrl="#s"><SimpleData name="role">building</SimpleData>'
        '<SimpleData name="label">B-2</SimpleData><SimpleData name="n">3</SimpleData></SchemaData>',
    )
    site, _ = parse_site(gis.encode(), "plant.kml", "gate")
    assert site.structures[1].label == "B-2"
    text = write_site(site, "kml").decode()
    assert '<SimpleData name="n">3</SimpleData>' in text
    assert text.count("B-2") == 1


def test_old_and_missing_namespaces_are_read() -> None:
    """KML of 2005 and KML without a namespace are KML."""
    for ours in ('xmlns="http://earth.google.com/kml/2.1"', ""):
        text = KML_FILE.replace('xmlns="http://www.opengis.net/kml/2.2"', ours)
        assert len(parse_site(text.encode(), "old.kml", "gate")[0].structures) == 3


def test_remote_links_are_kept_but_switched_off() -> None:
    """A network link is written back, but no map program follows it on opening, nor do we."""
    link = "<NetworkLink><name>live</name><Link><href>http://tracker.test/x.kml</href></Link></NetworkLink>"
    site, remarks = parse_site(
        KML_FILE.replace("</Document>", link + "</Document>").encode(), "plant.kml", "gate"
    )
    assert any("not followed" in r.text for r in remarks)
    written = fromstring(write_site(site, "kml"))
    assert written.findtext(".//{*}NetworkLink/{*}visibility") == "0"


def test_kmz_is_kml_in_a_zip() -> None:
    """A KMZ is read like the KML inside, and writing it twice gives the same bytes."""
    site, remarks = parse_site(zip_kmz(KML_FILE.encode()), "plant.kmz", "gate")
    packed = write_site(site, "kmz")
    assert packed == write_site(parse_site(packed, "plant.kmz")[0], "kmz")
    assert not any("other file" in r.text for r in remarks)


def test_byte_order_marks_and_utf16_are_read() -> None:
    """Windows editors put marks in front; the text behind them is what counts."""
    plain = json.dumps(site_file(), ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16"):
        assert parse_site(plain.encode(encoding), "s.geojson")[0].names[0]["text"] == "2월11일공장"
    assert parse_site(b"\xef\xbb\xbf" + KML_FILE.encode(), "s.kml", "gate")[0].name == "Plant"


def test_what_was_changed_while_reading_is_said() -> None:
    """Dropped heights, closed rings, a missing id and a label taken from the name are all remarked; the file names the site."""
    said = site_file()
    del said["site"]
    said["features"][0]["geometry"]["coordinates"][0].pop()
    said["features"][2]["geometry"]["coordinates"] = [
        [[x, y, 31.0] for x, y in ring(LON + 0.001, LAT + 0.001)]
    ]
    del said["features"][2]["properties"]["label"]
    site, remarks = parse_site(as_bytes(said), "My Plant.geojson")
    told = " / ".join(map(str, remarks))
    assert (site.id, site.name, site.structures[2].label) == ("my-plant", "My Plant", "First hall")
    assert not site.structures[2].geometry.has_z
    for part in ("heights of 1", "1 outline(s) did not end", "filed as 'my-plant'", "its name is taken"):
        assert part in told


def test_a_fence_drawn_as_a_closed_path_is_an_outline() -> None:
    """A perimeter traced as a closed line is taken as what it encloses, and that is said."""
    said = site_file()
    said["features"][1] = feature("perimeter", "fence", ring(w=0.02, h=0.015), "LineString")
    site, remarks = parse_site(as_bytes(said), "s.geojson")
    assert site.perimeter is not None
    assert site.perimeter.geometry.geom_type == "Polygon"
    assert any("closed line" in r.text for r in remarks)


def test_an_area_split_at_the_180_meridian_is_one_area() -> None:
    """An outline that is properly split at the 180° meridian is accepted and no stray."""
    parts = [[ring(179.99, 65, 0.01, 0.01)], [ring(-180, 65, 0.01, 0.01)]]
    said = site_file() | {"features": [feature("aoi", "aoi", parts, "MultiPolygon")]}
    site, remarks = parse_site(as_bytes(said), "s.geojson")
    assert site.structures[0].geometry.geom_type == "MultiPolygon"
    assert remarks == ()


Break = Callable[[dict[str, Any]], Any]


def _geometry(said: dict[str, Any], kind: str, coordinates: Any) -> None:
    said["features"][2]["geometry"] = {"type": kind, "coordinates": coordinates}


def _property(said: dict[str, Any], **more: Any) -> None:
    said["features"][2]["properties"].update(more)


BROKEN: dict[str, tuple[Break, str, str]] = {
    "crossing": (
        lambda s: _geometry(
            s,
            "Polygon",
            [[[LON, LAT], [LON + 0.01, LAT + 0.01], [LON + 0.01, LAT], [LON, LAT + 0.01], [LON, LAT]]],
        ),
        r"feature 3 \"A-1\": the outline crosses itself near \(127\.60",
        "one simple polygon",
    ),
    "nothing inside": (
        lambda s: _geometry(s, "Polygon", [[[LON, LAT], [LON + 0.01, LAT], [LON + 0.02, LAT], [LON, LAT]]]),
        "feature 3",
        "",
    ),
    "two vertices": (
        lambda s: _geometry(s, "Polygon", [[[LON, LAT], [LON + 1, LAT], [LON, LAT]]]),
        "3 different",
        "again",
    ),
    "hole outside": (
        lambda s: _geometry(s, "Polygon", [ring(), ring(LON + 0.01, LAT)]),
        "hole lies outside",
        "vertices",
    ),
    "swapped": (lambda s: _geometry(s, "Polygon", [ring(LAT, LON)]), "look swapped", "Longitude comes first"),
    "projected": (
        lambda s: _geometry(s, "Polygon", [ring(551000, 4417000, 99, 99)]),
        "projected",
        "EPSG:4326",
    ),
    "past 180": (lambda s: _geometry(s, "Polygon", [ring(179.9, 10, 0.2, 0.1)]), "180° meridian", "Split"),
    "wrapped": (
        lambda s: _geometry(
            s, "Polygon", [[[179.9, 10], [-179.9, 10], [-179.9, 11], [179.9, 11], [179.9, 10]]]
        ),
        "spans 360°",
        "MultiPolygon",
    ),
    "text for a number": (
        lambda s: _geometry(s, "Polygon", [[["127.6", 39.9]] * 4]),
        "not made of numbers",
        "longitude",
    ),
    "one number": (
        lambda s: _geometry(s, "Polygon", [[[127.6]] * 4]),
        "fewer than two",
        "longitude, latitude",
    ),
    "no geometry": (
        lambda s: s["features"][2].update(geometry=None),
        'feature 3 "A-1": it has no geometry',
        "remove",
    ),
    "empty": (lambda s: _geometry(s, "MultiPolygon", []), "empty", "remove"),
    "unknown geometry": (lambda s: _geometry(s, "Circle", []), "Circle", "polygon"),
    "mixed collection": (
        lambda s: s["features"][2].update(
            geometry={
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Point", "coordinates": [LON, LAT]},
                    {"type": "Polygon", "coordinates": [ring()]},
                ],
            }
        ),
        "mixes Point and Polygon",
        "Split",
    ),
    "building as point": (
        lambda s: _geometry(s, "Point", [LON, LAT]),
        "building but drawn as a Point",
        "polygon",
    ),
    "building as line": (lambda s: _geometry(s, "LineString", ring()), "drawn as a LineString", "Close"),
    "missing role": (lambda s: s["features"][2]["properties"].pop("role"), "no role given for A-1", "--role"),
    "misspelt role": (lambda s: _property(s, role="bulding"), "'bulding'", "Did you mean building?"),
    "role of another sort": (lambda s: _property(s, role=["building"]), "feature 3", "Roles are"),
    "missing label": (
        lambda s: (s["features"][2]["properties"].pop("label"), s["features"][2]["properties"].pop("name")),
        r"feature 3 \(building\) has no label",
        "A-1",
    ),
    "same label": (lambda s: s["features"].append(s["features"][2]), "label 'A-1'", "its own label"),
    "label not text": (lambda s: _property(s, label={"a": 1}), "not text", "quotes"),
    "two aois": (
        lambda s: s["features"].append(feature("aoi", "b", [ring()])),
        "more than one area",
        "MultiPolygon",
    ),
    "bad day": (lambda s: _property(s, since="2024-02-31"), "since = '2024-02-31'", "2024-04-19"),
    "month": (lambda s: _property(s, since="2024-02"), "not a day", "2024-04-19"),
    "ends first": (lambda s: _property(s, until="2001-01-01"), "before it begins", "since and until"),
    "function without judge": (
        lambda s: _property(s, function="missile assembly"),
        "without who",
        "possible",
    ),
    "function for sure": (
        lambda s: _property(s, function={"text": "x", "qualifier": "certain", "basis": "b", "who": "w"}),
        "neither possible nor probable",
        "judgement",
    ),
    "other crs": (
        lambda s: s.update(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32652"}}),
        "EPSG::32652",
        "ogr2ogr -t_srs EPSG:4326",
    ),
    "crs of pixels": (
        lambda s: s.update(frame="image", crs={"type": "name", "properties": {"name": "EPSG:4326"}}),
        "both pixels",
        "Keep",
    ),
    "linked crs": (
        lambda s: s.update(crs={"type": "link", "properties": {"href": "http://x.test"}}),
        "is in",
        "Reproject",
    ),
    "unknown frame": (lambda s: s.update(frame="pixel"), "frame is 'pixel'", '"image"'),
    "gsd on earth": (lambda s: s.update(gsd_m=3), "gsd_m", "frame"),
    "gsd of zero": (lambda s: s.update(frame="image", gsd_m=0), "gsd_m", "number"),
    "path as id": (lambda s: s["site"].update(id="../../etc"), "cannot be a site's id", "letters"),
    "number as id": (lambda s: s["site"].update(id=11), "not text", "quotes"),
    "simulated as text": (lambda s: s["site"].update(simulated="no"), "simulated", "true or false"),
    "names as text": (lambda s: s["site"].update(names="plant"), "not a list", "names"),
    "later version": (lambda s: s.update(siteline="site/2"), "later Siteline", "Upgrade"),
    "events": (lambda s: s.update(siteline="events/1"), "events/1", "another file"),
    "no features": (lambda s: s.update(features=[]), "no features", "aoi"),
    "features as object": (lambda s: s.update(features={}), "not a list", "again"),
    "a lone feature": (lambda s: s.update(type="Feature"), "FeatureCollection", "Export all"),
    "control character": (lambda s: _property(s, name="a\x07"), r"U\+0007", "Remove"),
    "lone surrogate": (lambda s: _property(s, name="\ud800"), r"U\+D800", "Remove"),
    "swapped within range": (
        lambda s: s.update(
            features=[feature("aoi", "aoi", [ring(44.3, 33.3)]), feature("building", "A", [ring(33.3, 44.3)])]
        ),
        "looks swapped",
        "Longitude",
    ),
}


@pytest.mark.parametrize("defect", BROKEN)
def test_a_broken_geojson_is_refused_with_its_place_and_remedy(defect: str) -> None:
    """One defect per file: the refusal names the file, the feature, and what to do."""
    spoil, message, remedy = BROKEN[defect]
    said = site_file()
    spoil(said)
    with pytest.raises(BadSiteFile, match=message) as refusal:
        parse_site(json.dumps(said).encode(), "plant.geojson")
    assert str(refusal.value).startswith("plant.geojson: ")
    assert remedy in refusal.value.hint


def _kmz(*names: str, text: str = KML_FILE) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)
    return packed.getvalue()


def _kml(old: str, new: str) -> bytes:
    """The good KML with one thing replaced."""
    assert old in KML_FILE
    return KML_FILE.replace(old, new, 1).encode()


def _json_file(old: bytes, new: bytes) -> bytes:
    """The good GeoJSON with one thing replaced."""
    assert old in as_bytes(site_file())
    return as_bytes(site_file()).replace(old, new, 1)


BILLION = '<!DOCTYPE k [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BROKEN_BYTES: dict[str, tuple[bytes, str, str]] = {
    "entity bomb": (_kml("<kml", BILLION + "<kml"), "document type", "DOCTYPE"),
    "external entity": (_kml("<kml", OUTSIDE + "<kml"), "document type", "DOCTYPE"),
    "unclosed": (KML_FILE[:-20].encode(), "not well-formed", "again"),
    "unbound prefix": (_kml("<open>", "<zz:open>"), "not well-formed", "again"),
    "not kml": (b"<gpx></gpx>", "'gpx', not KML", "Export KML"),
    "deep folders": (b"<kml>" + b"<Folder>" * 500 + b"</Folder>" * 500 + b"</kml>", "nested", "Flatten"),
    "nan in kml": (_kml("127.601,39.901,0", "nan,39.901,0"), "Hall 2.*'nan,39", "commas"),
    "space after comma": (_kml("127.601,39.901,0", "127.601, 39.901"), "Hall 2", "commas"),
    "swapped in kml": (_kml("127.6,39.9,12.5", "39.9,127.6"), "swapped", "Longitude"),
    "misspelt role in kml": (_kml(">building<", ">bilding<"), "bilding", "Did you mean building"),
    "tags without end": (b"<kml>" + b"<a/>" * 500_000 + b"</kml>", "more than 400,000 elements", "drawing"),
    "endless outline": (
        _kml("127.601,39.901,0", "127.601,39.901 " * 60_000),
        "vertices is no drawing",
        "Simplify",
    ),
    "no kml in kmz": (_kmz("readme.txt"), "no KML files", "Google Earth"),
    "two kmls in kmz": (_kmz("a.kml", "b.kml"), "2 KML files", "Google Earth"),
    "climbing entry": (_kmz("doc.kml", "../../x.kml"), "leave its folder", "Do not unpack"),
    "drive entry": (_kmz("doc.kml", "C:\\x.kml"), "leave its folder", "Do not unpack"),
    "zip bomb": (_kmz("doc.kml", text=" " * (17 * 2**20)), "unpacks to 17 MiB", "drawing"),
    "huge number": (_json_file(b"127.6,", b"9" * 5000 + b","), "too large a number", "Export"),
    "korean kml": (KML_FILE.replace("Main", "공장").encode("euc-kr"), "not well-formed", "UTF-8"),
    "declared korean": (_kml("UTF-8", "euc-kr"), "not well-formed", "UTF-8"),
    "cut zip": (_kmz("doc.kml")[:-30], "cannot be unpacked", "KML"),
    "nan": (_json_file(b"127.6,", b"NaN,"), "NaN is not a number", "coordinates"),
    "infinite": (_json_file(b"127.6,", b"1e999,"), "1e999 is not a number", "Export"),
    "twice": (_json_file(b'"label": "A-1"', b'"label": "x", "label": "A-1"'), "given twice", "two"),
    "cut json": (as_bytes(site_file())[:-9], "not JSON in line 1", "cut off"),
    "deep json": (b"[" * 100_000, "nested too deeply", "again"),
    "wrong encoding": (json.dumps(site_file(), ensure_ascii=False).encode("euc-kr"), "not UTF-8", "UTF-8"),
    "shapefile": (b"\x00\x00\x27\x0a" + bytes(96), "Shapefile", "ogr2ogr"),
    "geopackage": (b"SQLite format 3\x00", "GeoPackage", "ogr2ogr"),
    "csv": (b"lat,lon\n1,2\n", "neither GeoJSON", "Save the drawing"),
}


@pytest.mark.parametrize("defect", BROKEN_BYTES)
def test_broken_or_hostile_bytes_are_refused(defect: str) -> None:
    """Bombs, foreign formats and cut files end in a refusal with the remedy, never in work."""
    data, message, remedy = BROKEN_BYTES[defect]
    with pytest.raises(BadSiteFile, match=message) as refusal:
        parse_site(data, "plant.kml", "gate")
    assert remedy in refusal.value.hint


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    """A missing path, a folder, an empty and a huge file are refused before they are read."""
    (tmp_path / "empty.kml").write_bytes(b" \n")
    with (tmp_path / "huge.kml").open("wb") as stream:
        stream.truncate(17 * 2**20)
    for name, message in (
        ("x.kml", "no such"),
        ("", "not a file"),
        ("empty.kml", "empty"),
        ("huge.kml", "16 MiB"),
    ):
        with pytest.raises(BadSiteFile, match=message):
            read_site(tmp_path / name)


def test_a_file_of_thousands_of_features_is_no_site() -> None:
    """Somebody's whole archive is refused as a site, with the advice to cut one out."""
    point = feature("point", "x", [LON, LAT], "Point")
    with pytest.raises(BadSiteFile, match="holds 5001 features"):
        parse_site(as_bytes(site_file() | {"features": [point] * 5001}), "all.geojson")


# Laws

_text = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufffe\uffff"), max_size=20
)
_word = _text.map(str.strip)
_label = _word.filter(bool).map(lambda t: t[:20])
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def outlines(draw: st.DrawFn) -> shapely.Geometry:
    """Rectangles with and without a hole, one or two of them."""
    x = draw(st.floats(LON, LON + 0.5))
    y = draw(st.floats(LAT, LAT + 0.5))
    size = draw(st.floats(0.001, 0.1))
    outline = shapely.box(x, y, x + size, y + size)
    if draw(st.booleans()):
        outline = outline.difference(shapely.box(x + size / 4, y + size / 4, x + size / 2, y + size / 2))
    if draw(st.booleans()):
        outline = shapely.MultiPolygon([outline, shapely.box(x + 2 * size, y, x + 3 * size, y + size)])
    return outline


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Any site that a file can hold."""
    labels = draw(st.lists(_label, min_size=1, max_size=4, unique_by=str.casefold))
    structures = []
    for label in labels:
        known = draw(st.booleans())
        structures.append(
            Structure(
                role=draw(st.sampled_from([Role.BUILDING, Role.ZONE, Role.PERIMETER])),
                label=label,
                geometry=draw(outlines()),
                name=draw(_word),
                looks_like=draw(_word),
                source=draw(_word),
                function=Function("x", "possible", draw(_label), draw(_label)) if known else None,
                since=draw(st.none() | st.dates()),
            )
        )
    names = tuple({"text": t, "lang": "ko", "kind": "k"} for t in draw(st.lists(_label, max_size=2)))
    return Site("s-1", draw(_label), tuple(structures), names=names, simulated=draw(st.booleans()))


@pytest.mark.parametrize("form", ["geojson", "kml", "kmz"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(site=sites())
def test_any_site_survives_the_round_trip(form: str, site: Site) -> None:
    """What goes out comes back in as it was, and out again byte for byte."""
    written = write_site(site, form)
    again, _ = parse_site(written, f"s.{form}")
    assert (again.id, again.name, again.simulated, again.parent) == (
        site.id,
        site.name,
        site.simulated,
        site.parent,
    )
    assert [dict(n) for n in again.names] == [dict(n) for n in site.names]
    by_role = (
        sorted(site.structures, key=lambda s: list(Role).index(s.role))
        if form != "geojson"
        else site.structures
    )
    for ours, theirs in zip(by_role, again.structures, strict=True):
        assert ours.geometry.normalize() == theirs.geometry.normalize()
        for part in ("role", "label", "name", "looks_like", "function", "since", "until", "source"):
            assert getattr(ours, part) == getattr(theirs, part)
    assert write_site(again, form) == written


@settings(max_examples=150)
@given(
    st.one_of(
        st.binary(), st.binary().map(lambda b: b"PK\x03\x04" + b), st.binary().map(lambda b: b"<kml>" + b)
    )
)
def test_any_bytes_are_a_site_or_a_refusal(data: bytes) -> None:
    """No bytes make the reader fail in a way that we did not intend."""
    with contextlib.suppress(SitelineError):
        parse_site(data, "x.kml", "building")


def _spoil(draw: st.DrawFn, value: Any, depth: int = 0) -> Any:
    if depth > 2 and draw(st.integers(0, 5)) == 0:
        return draw(_json)
    if isinstance(value, dict):
        return {k: _spoil(draw, v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_spoil(draw, v, depth + 1) for v in value]
    return draw(_json) if draw(st.integers(0, 30)) == 0 else value


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A good site file with parts replaced by anything."""
    return _spoil(draw, site_file())


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(_json, spoiled()))
def test_any_json_is_a_site_or_a_refusal(said: Any) -> None:
    """A site file with parts replaced by anything is read or refused, and what is read can be written."""
    try:
        site, _ = parse_site(json.dumps(said).encode(), "x.geojson", "building")
    except SitelineError:
        return
    write_site(site, "geojson")
    if site.frame is Frame.EARTH:
        write_site(site, "kml")


@settings(max_examples=150)
@given(st.data())
def test_any_damaged_kml_is_a_site_or_a_refusal(data: st.DataObject) -> None:
    """KML with pieces cut out or put elsewhere is read or refused."""
    start = data.draw(st.integers(0, len(KML_FILE)))
    end = data.draw(st.integers(start, min(len(KML_FILE), start + 60)))
    text = (
        KML_FILE[:start]
        + data.draw(st.sampled_from(["", "<Point/>", "</Folder>", "1e999,2", "&", "x"]))
        + KML_FILE[end:]
    )
    packed = data.draw(st.booleans())
    try:
        site, _ = parse_site(zip_kmz(text.encode()) if packed else text.encode(), "x.kml", "gate")
    except SitelineError:
        return
    write_site(site, "kmz")
