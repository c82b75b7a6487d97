"""Sizes asked for on the command line: on file, drawn by hand, compared, and what is refused."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely.affinity import scale
from shapely.geometry import LineString, box, mapping, shape
from shapely.geometry.base import BaseGeometry

from siteline.raster.grid import reproject
from tests.cli.conftest import Said, siteline

CRS = "EPSG:32631"
WEST, NORTH = 500_000.0, 4_400_000.0
HALL = box(WEST + 100, NORTH - 150, WEST + 160, NORTH - 125)
FENCE = box(WEST + 60, NORTH - 240, WEST + 240, NORTH - 60)
HUT = box(WEST + 110, NORTH - 115, WEST + 130, NORTH - 105)
SHADOW = LineString([(WEST + 100, NORTH - 125), (WEST + 90, NORTH - 125 + 10 * math.sqrt(3))])
"""20 m towards 330°: on S0 the sun stands at 150°, 35° high."""


def in_degrees(outline: BaseGeometry) -> dict[str, Any]:
    """A GeoJSON geometry."""
    return dict(mapping(reproject(outline, CRS, "EPSG:4326")))


def feature(outline: BaseGeometry, **properties: str) -> dict[str, Any]:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": in_degrees(outline)}


def collection(*features: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A GeoJSON collection."""
    return {"type": "FeatureCollection", "features": list(features), **more}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with a site, its perimeter and a hut, and five scenes; never surveyed."""
    folder = tmp_path_factory.mktemp("measure")
    rows = []
    for name, when, sun in (
        ("S0", "2023-01-05T10:30:00Z", "150,35"),
        ("S1", "2023-02-05", ","),
        ("S2", "2023-03-05T10:30:00Z", "150,6"),
        ("S3", "2023-01-05T09", ","),
        ("S4", "2023-01-06T11", ","),
    ):
        pixels = np.random.default_rng(1).normal(1500, 300, (4, 100, 100)).astype("uint16")
        profile = {"driver": "GTiff", "height": 100, "width": 100, "count": 4, "dtype": "uint16", "crs": CRS}
        pixels[0, 0, 0] = len(rows)
        with rasterio.open(
            folder / f"{name}.tif", "w", transform=from_origin(WEST, NORTH, 3, 3), **profile
        ) as file:
            file.write(pixels)
        rows.append(f"{name}.tif,{when},{name},blue green red nir,0.0001,{sun}")
    head = "file,acquired,id,bands,scale,sun_azimuth,sun_elevation"
    (folder / "scenes.csv").write_text("\n".join([head, *rows]) + "\n")
    site = collection(
        feature(box(WEST + 15, NORTH - 285, WEST + 285, NORTH - 15), role="aoi", label="aoi"),
        feature(FENCE, role="perimeter", label="fence", since="2020-11-09"),
        feature(HUT, role="building", label="hut"),
        site={"id": "plot", "name": "A plot"},
    )
    (folder / "site.geojson").write_text(json.dumps(site))
    assert siteline("init", "case", cwd=folder).code == 0
    assert siteline("site", "add", folder / "site.geojson", cwd=folder / "case").code == 0
    said = siteline("scenes", "add", "plot", "--manifest", folder / "scenes.csv", cwd=folder / "case")
    assert said.code == 0, said.err
    return folder / "case"


class Hand:
    """Draws into files, and has them measured."""

    def __init__(self, case: Path, folder: Path) -> None:
        self.case, self.folder = case, folder

    def draw(self, *outlines: BaseGeometry | dict[str, Any], by: Sequence[str] = ()) -> Path:
        """A file of one drawing or several."""
        names = [*by, *[""] * (len(outlines) - len(by))]
        made = [
            o if isinstance(o, dict) else feature(o, **({"analyst": name} if name else {}))
            for o, name in zip(outlines, names, strict=True)
        ]
        path = self.folder / f"drawn-{len(list(self.folder.iterdir()))}.geojson"
        path.write_text(json.dumps(collection(*made)))
        return path

    def measure(self, sort: str, *words: str | Path, on: str = "S0") -> Said:
        """What `siteline measure SORT plot` says of files that were drawn on a scene."""
        geometry = [
            w for word in words for w in (("--geometry", word) if isinstance(word, Path) else (word,))
        ]
        return siteline("measure", sort, "plot", "--on", on, *geometry, cwd=self.case)

    def told(self, sort: str, *words: str | Path, on: str = "S0") -> dict[str, Any]:
        """The same with --json."""
        said = self.measure(sort, *words, "--json", on=on)
        assert said.code == 0, said.err
        told: dict[str, Any] = json.loads(said.out)
        return told


@pytest.fixture
def hand(case: Path, tmp_path: Path) -> Hand:
    """Somebody who draws."""
    return Hand(case, tmp_path)


def parts(told: dict[str, Any]) -> set[str]:
    """The names in its budget."""
    return {line["name"] for line in told["budget"]}


def test_a_drawn_size_has_the_shape_that_scripts_read(hand: Hand) -> None:
    """Value, bounds, unit, budget, method and scenes; the budget adds up to the error."""
    told = hand.told("area", hand.draw(HALL))
    assert told["value"] == pytest.approx(1500, rel=2e-3)
    assert told["low95"] < told["value"] < told["high95"]
    assert (told["unit"], told["scenes"]) == ("m²", ["S0"])
    assert told["method"] == "outline drawn by hand on S0"
    assert all({"name", "sigma", "unit", "shared"} == set(line) for line in told["budget"])
    assert math.hypot(*(line["sigma"] for line in told["budget"])) == pytest.approx(told["sigma"], rel=0.02)
    assert hand.told("length", hand.draw(HALL))["value"] == pytest.approx(60, rel=2e-3)
    assert hand.told("width", hand.draw(HALL))["value"] == pytest.approx(25, rel=2e-3)


def test_words_name_the_outline_and_the_interval(hand: Hand) -> None:
    """What is printed says roof or base, and every number has its interval or is a one-sigma part."""
    said = hand.measure("area", hand.draw(HALL), "--outline", "base")
    assert said.code == 0
    first, *budget, filed = said.out.splitlines()
    assert re.fullmatch(r"  filed as m-[0-9a-f]{16}", filed)
    assert re.fullmatch(
        r"The footprint is about 1,500 m² \(95 %: [\d,]+–[\d,]+\): base outline drawn by hand on S0; the view angle "
        r"is not known, so no hidden edge is counted\.",
        first,
    )
    assert all(line.endswith("(one sigma)") for line in budget)
    assert hand.measure("area", hand.draw(HALL), "--outline", "wall").code == 1
    assert ": roof outline drawn" in hand.told("area", hand.draw(HALL), "--outline", "roof")["said"]
    line = hand.measure("length", hand.draw(SHADOW), "--outline", "roof")
    assert (line.code, "a line is no outline" in line.err) == (1, True)


def test_repeats_and_analysts_enter_the_budget(hand: Hand) -> None:
    """Three drawings in one file, in three files, and of two people: each spread by its name."""
    sizes = [scale(HALL, f, f) for f in (0.98, 1.0, 1.03)]
    assert parts(hand.told("area", hand.draw(HALL))) == {"vertices", "drawing habit", "scale"}
    one_file = hand.told("area", hand.draw(*sizes))
    assert parts(one_file) == {"analyst repeats", "drawing habit", "scale"}
    files = [hand.draw(size) for size in sizes]
    assert hand.told("area", *files) == one_file
    words = ("--analyst", "J. Doe", "--analyst", "J. Doe", "--analyst", "R. Roe")
    by_option = hand.told("area", *files, *words)
    assert parts(by_option) == {"analyst repeats", "between analysts", "scale"}
    assert by_option == hand.told("area", hand.draw(*sizes, by=("J. Doe", "J. Doe", "R. Roe")))
    assert "3 times by 2 analysts" in by_option["said"]
    uneven = hand.measure("area", *files, *words[:4])
    assert (uneven.code, "2 analysts for 3 files" in uneven.err) == (1, True)
    other = hand.measure("area", hand.draw(HALL, by=("J. Doe",)), "--analyst", "R. Roe")
    assert (other.code, "J. Doe drew it" in other.err) == (1, True)


def test_a_line_has_a_length_and_is_a_distance(hand: Hand) -> None:
    """50 m between two points, as a length or as a distance; no area."""
    line = hand.draw(LineString([(WEST + 100, NORTH - 150), (WEST + 130, NORTH - 110)]))
    for sort in ("length", "distance"):
        assert hand.told(sort, line)["value"] == pytest.approx(50, rel=1e-3)
    said = hand.measure("area", line)
    assert (said.code, "no polygon" in said.err) == (1, True)


def test_kml_is_read_with_its_analysts(hand: Hand) -> None:
    """Placemarks of Google Earth, the analyst as data."""
    marks = ""
    for name, size in (("J. Doe", 0.98), ("R. Roe", 1.02)):
        ring = " ".join(f"{x},{y},0" for x, y in in_degrees(scale(HALL, size, size))["coordinates"][0])
        marks += (
            f'<Placemark><ExtendedData><Data name="analyst"><value>{name}</value></Data></ExtendedData><Polygon>'
            f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
            "</Polygon></Placemark>"
        )
    path = hand.folder / "hall.kml"
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>')
    told = hand.told("area", path)
    assert told["value"] == pytest.approx(1500, rel=3e-3)
    assert "between analysts" in parts(told)


def test_a_height_is_read_from_a_shadow(hand: Hand) -> None:
    """20 m of shadow under a sun at 35°: 14 m, with the parts of its error and what was assumed."""
    told = hand.told("height", hand.draw(SHADOW))
    assert told["value"] == pytest.approx(20 * math.tan(math.radians(35)), rel=2e-3)
    assert {"endpoints", "pixel", "sun angle", "penumbra"} <= parts(told)
    assert "flat ground" in told["said"]
    assert "95 %" in told["said"]
    wider = hand.told("height", hand.draw(SHADOW), "--slope", "3")
    assert "slope" in parts(wider)
    assert wider["sigma"] > told["sigma"]


@pytest.mark.parametrize(
    ("line", "words", "on", "message"),
    [
        (SHADOW, (), "S1", "where the sun stood"),
        (SHADOW, (), "S2", "only 6.0° above the horizon"),
        (SHADOW, ("--slope", "9"), "S0", "slope of 9°"),
        (SHADOW.reverse(), (), "S0", "from the tip to the foot"),
        (
            LineString([(WEST + 100, NORTH - 125), (WEST + 120, NORTH - 125)]),
            (),
            "S0",
            "shadows fall to 330°",
        ),
        (LineString([(WEST + 131, NORTH - 131), (WEST + 119, NORTH - 110)]), (), "S0", "another building"),
        (LineString([(WEST + 100, NORTH - 5), (WEST + 90, NORTH + 12)]), (), "S0", "beyond scene S0"),
        (HALL, (), "S0", "no line"),
        (SHADOW, ("--from", "wall"), "S0", "no 'wall'"),
        (SHADOW, ("--slope", "nan"), "S0", "is none"),
        (SHADOW, ("--slope", "inf"), "S0", "is none"),
        (SHADOW, (), "S3", "the sun went from"),
    ],
)
def test_a_shadow_that_tells_nothing_is_refused(
    hand: Hand, line: BaseGeometry, words: tuple[str, ...], on: str, message: str
) -> None:
    """No sun, a low sun, a slope, against the sun, on a neighbour, off the scene: one error with its remedy."""
    said = hand.measure("height", hand.draw(line), *words, on=on)
    assert (said.code, message in said.err) == (1, True), said.out + said.err
    assert "hint:" in said.err
    assert "Traceback" not in said.err


def test_a_shadow_may_end_beside_a_neighbour(hand: Hand) -> None:
    """The tip lies short of the hut: the ground there is flat."""
    line = LineString([(WEST + 130, NORTH - 140), (WEST + 118, NORTH - 119)])
    length = math.hypot(12, 21)
    assert hand.told("height", hand.draw(line))["value"] == pytest.approx(
        length * math.tan(math.radians(35)), rel=3e-3
    )


def test_an_hour_without_minutes_is_no_instant(hand: Hand) -> None:
    """Near noon the sun hardly moves: the height is said, with how far it may have moved, and a wider error."""
    noon = LineString([(WEST + 100, NORTH - 125), (WEST + 100, NORTH - 125 + 20)])
    told = hand.told("height", hand.draw(noon), on="S4")
    assert "as only the hour is known" in told["said"]
    assert next(line["sigma"] for line in told["budget"] if line["name"] == "sun angle") > 0.05


def test_where_it_lies_against_the_perimeter(hand: Hand) -> None:
    """Signed, negative inside; the line is named by its image; 0 across it."""
    told = hand.told("distance", hand.draw(HALL))
    assert (told["zone"], told["value"]) == ("inside", pytest.approx(-40, rel=1e-3))
    assert told["said"].startswith(
        "The outline drawn lies inside the line drawn from the image of 9 November 2020"
    )
    assert {"line", "registration", "vertices"} <= parts(told)
    outside = hand.told("distance", hand.draw(box(WEST + 256, NORTH - 150, WEST + 280, NORTH - 130)))
    assert (outside["zone"], outside["value"]) == ("outside", pytest.approx(16, rel=1e-3))
    across = hand.told("distance", hand.draw(box(WEST + 220, NORTH - 150, WEST + 260, NORTH - 130)))
    assert (across["zone"], across["value"]) == ("straddles", 0)
    assert "cannot be told" not in across["said"]
    thin = hand.told("distance", hand.draw(box(WEST + 211, NORTH - 150, WEST + 241, NORTH - 130)))
    assert (thin["zone"], "cannot be told from touching" in thin["said"]) == ("straddles", True)
    near = hand.told("distance", hand.draw(box(WEST + 242, NORTH - 150, WEST + 270, NORTH - 130)))
    assert "cannot be told from touching" in near["said"]


def test_two_drawings_have_a_ratio(hand: Hand) -> None:
    """One over the other; the habit of one person cancels, those of two do not."""
    half = scale(HALL, 0.5, 1.0)
    both = [(hand.draw(half, by=(who,)), hand.draw(HALL, by=("J. Doe",))) for who in ("J. Doe", "R. Roe")]
    mine, theirs = (hand.told("ratio", a, "--against", str(b)) for a, b in both)
    assert mine["ratio"]["value"] == pytest.approx(0.5, rel=3e-3)
    assert mine["ratio"]["sigma"] < theirs["ratio"]["sigma"]
    assert set(mine["sizes"]) == {"the outline drawn", "the other outline drawn"}
    assert "the footprint of the outline drawn is smaller than the other outline drawn's" in mine["supported"]
    said = hand.measure("ratio", both[0][0], "--against", str(both[0][1]), "--of", "length")
    assert said.out.startswith("the outline drawn / the other outline drawn: ")


def test_units_change_words_and_nothing_else(hand: Hand) -> None:
    """Hectares, square feet and feet by their exact factors in `said`; the values stay in metres."""
    drawn, line = (
        hand.draw(HALL),
        hand.draw(LineString([(WEST + 60, NORTH - 60), (WEST + 60, NORTH - 212.4)])),
    )
    plain = hand.told("area", drawn)
    for units, word in (("hectares", "0.15 hectares"), ("square-feet", "16,000 square feet")):
        told = hand.told("area", drawn, "--units", units)
        assert word in told["said"], told["said"]
        words = ("said", "budget_said")
        assert {k: v for k, v in told.items() if k not in words} == {
            k: v for k, v in plain.items() if k not in words
        }
        assert all(part.endswith(word.split(" ", 1)[1]) for part in told["budget_said"])
    assert "about 500 feet" in hand.told("length", line, "--units", "feet")["said"]
    for sort, units in (("area", "feet"), ("length", "hectares"), ("area", "acres")):
        assert hand.measure(sort, drawn, "--units", units).code == 1


CROSSED = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
OPEN = {"type": "Polygon", "coordinates": [in_degrees(HALL)["coordinates"][0][:-1]]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps(CROSSED), "crosses itself"),
        (json.dumps(OPEN), "open"),
        (json.dumps(in_degrees(box(WEST - 500, NORTH, WEST - 400, NORTH + 50))), "beyond scene S0"),
        (
            json.dumps(in_degrees(box(WEST + 100, NORTH - 150, WEST + 130, NORTH - 143))),
            "narrower than 3 pixels",
        ),
        (json.dumps(collection(feature(HALL), feature(HUT))), "do not show the same thing"),
        (json.dumps(collection(feature(HALL, analyst="J. Doe"), feature(HALL))), "does not say who drew it"),
        (json.dumps({**feature(HALL), "properties": {"analyst": 7}}), "not a name"),
        (json.dumps(collection()), "no polygon"),
        (json.dumps({"type": "Point", "coordinates": [3, 39.7]}), "no polygon"),
        (
            json.dumps({"type": "Polygon", "coordinates": [[[39.7, 103.0], [39.8, 103.0], [39.8, 103.1]]]}),
            "swapped",
        ),
        ("", "empty"),
        ("{", "not JSON"),
        ("<kml/>", "no polygon"),
        ("a hall", "neither GeoJSON"),
    ],
)
def test_a_drawing_that_is_none_is_refused(hand: Hand, content: str, message: str) -> None:
    """One clear error and a hint for each defect; nothing goes on record."""
    path = hand.folder / "spoilt.geojson"
    path.write_text(content)
    said = hand.measure("area", path)
    assert (said.code, message in said.err) == (1, True), said.err
    listed = json.loads(siteline("events", "list", "plot", "--json", cwd=hand.case).out)
    assert listed["features"] == []


def test_what_is_missing_is_wrong_usage_or_refused(hand: Hand, case: Path) -> None:
    """Neither a thing nor a drawing, both, a drawing without its scene, an unknown scene or file."""
    drawn = hand.draw(HALL)
    for (sort, *words), option, remedy in (
        (("area",), "WHAT", "Give an event's id or a label"),
        (("area", "hut", "--on", "S0", "--geometry", drawn), "--geometry", "leave one of them out"),
        (("area", "--geometry", drawn), "--geometry", "Add --on SCENE"),
        (("area", "--on", "S0"), "--on", "add --geometry FILE"),
        (("area", "hut", "--analyst", "J. Doe"), "--analyst", "or leave it out"),
        (("area", "hut", "--outline", "base"), "--outline", "or leave it out"),
        (("area", "hut", "--fit"), "--fit", "or leave it out"),
        (("height", "hut", "--from", "foot"), "--from", "or leave it out"),
        (("height", "hut", "--slope", "1"), "--slope", "or leave it out"),
        (("distance", "hut", "--outline", "roof"), "--outline", "or leave it out"),
        (("distance", "hut", "aoi", "--on", "S0", "--geometry", drawn), "OTHER", "leave hut or aoi out"),
        (("ratio",), "WHAT", "Give an event's id or a label"),
        (("ratio", "hut"), "B", "name a second thing"),
        (("ratio", "hut", "hut", "--outline", "roof"), "--outline", "or leave it out"),
        (("ratio", "hut", "hut", "--against", drawn), "--against", "or leave it out"),
        (("ratio", "hut", "hut", "--of", "size"), "--of", "say area, length, width or height"),
        (("ratio", "hut", "aoi", "--on", "S0", "--geometry", drawn), "B", "leave one of them out"),
        (("ratio", "--on", "S0", "--geometry", drawn), "B", "add --against FILE"),
        (("ratio", "hut", "--on", "S0", "--geometry", drawn, "--against", drawn), "--against", "out"),
        (("ratio", "hut", "--on", "S0", "--geometry", drawn, "--of", "height"), "--of", "measure height"),
        (("capacity", "hut", "--floors", "1-2", "--why", " "), "--why", "say what you have seen"),
        (("capacity", "hut", "--floors", "2", "--why", "x"), "--floors", "give LOW-HIGH"),
    ):
        said = siteline("measure", sort, "plot", *words, cwd=case)
        told = " ".join(said.err.split())
        assert (said.code, f"{option}: " in told, remedy in told) == (2, True, True), (sort, words, told)
    for on, file in (("S9", drawn), ("S0", hand.folder / "none.geojson")):
        assert hand.measure("area", file, on=on).code == 1


# --- what is filed ---------------------------------------------------------------------------------------


def on_file(case: Path) -> dict[str, dict[str, Any]]:
    """What `siteline measure list` says, by id."""
    said = siteline("measure", "list", "plot", "--json", cwd=case)
    assert said.code == 0, said.err
    return {one["id"]: one for one in json.loads(said.out)}


def test_a_drawn_size_is_filed_once_with_all_it_rests_on(hand: Hand, case: Path) -> None:
    """Number, budget, image, drawing and hash, analyst, options and sentence; asked again, in feet too, nothing is added."""
    drawn = hand.draw(scale(HALL, 0.97, 0.97), by=("J. Doe",))
    told = hand.told("area", drawn, "--outline", "roof")
    before = on_file(case)
    filed = before[told["id"]]
    assert {k: filed[k] for k in ("value", "sigma", "low95", "high95", "unit", "text", "budget")} == {
        k: told[k] for k in ("value", "sigma", "low95", "high95", "unit", "text", "budget")
    }
    assert [s["id"] for s in filed["scenes"]] == ["S0"]
    assert (filed["analysts"], filed["filed_by"], filed["intact"]) == (["J. Doe"], "A. Analyst", True)
    assert filed["options"] == {"on": "S0", "outline": "roof"}
    assert filed["said"] == [told["said"]]
    [shown] = filed["drawings"]
    assert shape(shown["geometry"]).equals(shape(json.loads(drawn.read_text())["features"][0]["geometry"]))
    again = hand.told("area", drawn, "--outline", "roof", "--units", "square-feet")
    assert again["id"] == told["id"]
    assert on_file(case) == before
    plain = siteline("measure", "list", "plot", cwd=case)
    assert told["id"] in plain.out
    early = siteline("measure", "list", "plot", "--as-of", "2020-01-01", cwd=case)
    assert early.code == 1 or told["id"] not in early.out


def test_a_drawing_whose_bytes_changed_is_listed_as_broken_and_not_cited(hand: Hand, case: Path) -> None:
    """The file that was handed in is in custody: changed there, the size says so, and no ratio is taken of it."""
    told = hand.told("area", hand.draw(scale(HALL, 0.93, 0.93)))
    [kept] = on_file(case)[told["id"]]["files"]
    blob = case / "blobs" / kept[:2] / kept[2:]
    content = blob.read_bytes()
    blob.chmod(0o644)
    try:
        blob.write_bytes(content + b" ")
        assert not on_file(case)[told["id"]]["intact"]
        said = hand.measure("ratio", told["id"], hand.draw(HALL))
        assert (said.code, "now reads" in said.err) == (1, True)
    finally:
        blob.write_bytes(content)


def test_heights_from_shadows_have_a_ratio_by_their_ids(hand: Hand, case: Path) -> None:
    """Two filed heights, or their ids' starts: their ratio, filed too, which names both by whole ids."""
    low = LineString([SHADOW.coords[0], SHADOW.interpolate(0.5, normalized=True).coords[0]])
    ids = [hand.told("height", hand.draw(line))["id"] for line in (low, SHADOW)]
    said = siteline("measure", "ratio", "plot", ids[0][:12], ids[1], "--json", cwd=case)
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert (told["of"], told["ratio"]["value"]) == ("height", pytest.approx(0.5, rel=1e-2))
    assert all(ids[0] in sentence and ids[1] in sentence for sentence in told["supported"])
    filed = on_file(case)[told["id"]]
    assert [part["id"] for part in filed["rests_on"]] == ids
    assert (filed["said"], filed["not_supported"]) == (told["supported"], told["not_supported"])


def test_sizes_of_two_sorts_or_of_one_thing_have_no_ratio(hand: Hand, case: Path) -> None:
    """A height to an area, a size to itself, a drawing to itself, a ratio to anything: refused with the remedy."""
    drawn, line = hand.draw(HALL), hand.draw(SHADOW)
    area, height, length = (
        hand.told(*asked)["id"] for asked in (("area", drawn), ("height", line), ("length", drawn))
    )
    half = hand.told("ratio", hand.draw(scale(HALL, 0.5, 1.0)), "--against", str(drawn))["id"]
    for words, message in (
        ((area, height), "means nothing"),
        ((area, height[:9]), "means nothing"),
        ((area, length), "means nothing"),
        ((area, area[:12]), "held against itself"),
        ((half, half), "no ratio is taken of that"),
        ((area, "hut", "--of", "length"), "--of asks for the length"),
        (("--on", "S0", "--geometry", drawn, "--against", drawn), "held against itself"),
        (("--on", "S0", "--geometry", drawn, height), "has no height"),
    ):
        said = siteline("measure", "ratio", "plot", *words, cwd=case)
        assert (said.code, message in said.err) == (1, True), (words, said.err)
    told = hand.told("ratio", hand.draw(scale(HALL, 0.5, 1.0)), length)
    assert (told["of"], told["ratio"]["value"]) == ("length", pytest.approx(0.5, rel=0.02))


# --- what a survey has measured -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def surveyed(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str, str]:
    """A small rendered site, surveyed: its folder, its id, and two things that were measured."""
    folder = tmp_path_factory.mktemp("surveyed")
    siteline("init", "case", cwd=folder)
    case = folder / "case"
    siteline("site", "add", rendered / "site.geojson", cwd=case)
    [site] = json.loads(siteline("site", "list", "--json", cwd=case).out)
    siteline("scenes", "add", site["id"], "--manifest", rendered / "scenes.csv", cwd=case)
    assert siteline("survey", site["id"], cwd=case).code == 0
    events = json.loads(siteline("events", "list", site["id"], "--json", cwd=case).out)["features"]
    told = [e["properties"] for e in events]
    sized = [
        e["id"]
        for e in told
        if e["area_m2"] and e["area_m2"]["low95"] > 0 and e["kind"] in ("construction", "roof_change")
    ]
    labels = [
        f["properties"]["label"]
        for f in json.loads((rendered / "site.geojson").read_text())["features"]
        if f["properties"]["role"] == "building"
    ]
    known = [label for label in labels if siteline("measure", "area", site["id"], label, cwd=case).code == 0]
    assert len(sized) + len(known) >= 2
    first, second, *_ = (*sized, *known)
    return case, site["id"], first, second


def ask(surveyed: tuple[Path, str, str, str], sort: str, *words: str) -> dict[str, Any]:
    """What `siteline measure` says of something on file."""
    said = siteline("measure", sort, surveyed[1], *words, "--json", cwd=surveyed[0])
    assert said.code == 0, said.err
    told: dict[str, Any] = json.loads(said.out)
    return told


def drawn_hall(
    case: Path, site: str, rendered: Path, folder: Path, factor: float
) -> tuple[str, Path, dict[str, Any]]:
    """The latest scene used, a drawing of the largest known roof with its sides times a factor, and its truth."""
    truth = json.loads((rendered / "truth.json").read_text())
    hall = max((s for s in truth["structures"] if s["kind"] is None), key=lambda s: s["area_m2"])
    drawn = reproject(scale(shape(hall["outline"]), factor, factor), truth["crs"], "EPSG:4326")
    file = folder / "hall.geojson"
    file.write_text(json.dumps(mapping(drawn)))
    scenes = json.loads(siteline("scenes", "list", site, "--json", cwd=case).out)
    return [s["id"] for s in scenes if s["used"]][-1], file, hall


def test_sizes_on_file_agree_with_the_list_of_events(surveyed: tuple[Path, str, str, str]) -> None:
    """Area, length, width, distance: the same numbers as `events list` gives, with a budget."""
    case, site, first, _ = surveyed
    events = json.loads(siteline("events", "list", site, "--json", cwd=case).out)["features"]
    [event] = [e["properties"] for e in events if e["properties"]["id"] == first]
    for sort, key in (
        ("area", "area_m2"),
        ("length", "length_m"),
        ("width", "width_m"),
        ("height", "height_m"),
    ):
        if event[key] is not None:
            told = ask(surveyed, sort, first)
            assert {k: told[k] for k in event[key]} == event[key]
            assert told["budget"]
            assert told["said"].startswith("The ")
    told = ask(surveyed, "distance", first)
    assert told["zone"] == event["zone"]
    assert told["value"] == pytest.approx(event["distance_to_perimeter_m"]["value"])


def test_two_things_have_a_distance_and_a_ratio(surveyed: tuple[Path, str, str, str]) -> None:
    """From A to B as from B to A; A / B beside B / A; supported and not supported never meet."""
    _, _, first, second = surveyed
    there, back = ask(surveyed, "distance", first, second), ask(surveyed, "distance", second, first)
    assert there["value"] == back["value"]
    told, turned = ask(surveyed, "ratio", first, second), ask(surveyed, "ratio", second, first)
    assert {"value", "sigma", "low95", "high95"} == set(told["ratio"])
    assert told["ratio"]["value"] * turned["ratio"]["value"] == pytest.approx(1, rel=1e-3)
    assert not set(told["supported"]) & set(told["not_supported"])
    assert told["sizes"][first]["value"] / told["sizes"][second]["value"] == pytest.approx(
        told["ratio"]["value"], rel=1e-2
    )


def test_a_drawing_has_a_ratio_to_what_is_on_file(
    surveyed: tuple[Path, str, str, str], rendered: Path, tmp_path: Path
) -> None:
    """A roof drawn as it is, against something on file: the two areas over each other."""
    case, site, first, _ = surveyed
    on, file, hall = drawn_hall(case, site, rendered, tmp_path, 1.0)
    told = ask(surveyed, "ratio", first, "--on", on, "--geometry", str(file))
    assert set(told["sizes"]) == {"the outline drawn", first}
    assert told["ratio"]["value"] == pytest.approx(
        hall["area_m2"] / ask(surveyed, "area", first)["value"], rel=1e-2
    )


def test_capacity_is_a_range_with_a_name(surveyed: tuple[Path, str, str, str]) -> None:
    """The assumption, whose it is and why are in the sentence; every answer has two ends; one number is refused."""
    case, site, first, _ = surveyed
    words = ("--floors", "1-2", "--per-dwelling", "60-120", "--why", "rows of windows")
    told = ask(surveyed, "capacity", first, *words)
    assert (told["who"], told["judgement"]) == ("A. Analyst", True)
    assert told["said"].startswith(
        f"If {first} has one to two floors (A. Analyst's assumption: rows of windows)"
    )
    assert "possible room" in told["said"]
    assert told["floor_area_m2"]["low"] < told["footprint"]["low95"]
    assert told["floor_area_m2"]["high"] > 2 * told["footprint"]["value"]
    assert told["dwellings"]["low"] < told["dwellings"]["high"]
    assert told["workers"] is None
    for wrong in (("--floors", "2"), ("--floors", "1-2", "--per-dwelling", "80")):
        said = siteline("measure", "capacity", site, first, *wrong, "--why", "x", cwd=case)
        assert (said.code, "range" in said.err) == (2, True)
    assert siteline("measure", "capacity", site, first, "--floors", "2-1", "--why", "x", cwd=case).code == 1
    assert siteline("measure", "capacity", site, first, "--floors", "1-2", cwd=case).code == 2


def test_what_is_not_on_file_says_what_there_is(surveyed: tuple[Path, str, str, str]) -> None:
    """An unknown label is refused with where to look; a height that was not measured with how to draw it."""
    case, site, *_ = surveyed
    said = siteline("measure", "area", site, "Z-9", cwd=case)
    assert (said.code, "siteline events list" in said.err) == (1, True)


def test_a_drawn_outline_is_fitted_to_the_images_when_asked(
    surveyed: tuple[Path, str, str, str], rendered: Path, tmp_path: Path
) -> None:
    """A roof drawn 10 % too long and wide is, fitted, nearer to the truth than drawn, and its interval holds the truth."""
    case, site, _, _ = surveyed
    on, file, hall = drawn_hall(case, site, rendered, tmp_path, 1.1)
    words = ("measure", "area", site, "--on", on, "--geometry", file, "--json")
    by_hand, fitted = (json.loads(siteline(*words, *more, cwd=case).out) for more in ((), ("--fit",)))
    true = hall["area_m2"]
    assert abs(fitted["value"] - true) < abs(by_hand["value"] - true) / 2
    assert fitted["low95"] <= true <= fitted["high95"]
    assert fitted["high95"] - fitted["low95"] < by_hand["high95"] - by_hand["low95"]
    assert "fitted to" in fitted["method"]
    base = siteline(*words, "--fit", "--outline", "base", cwd=case)
    assert (base.code, "--fit" in base.err) == (2, True)


def test_a_fit_is_to_the_scene_that_was_drawn_on(
    surveyed: tuple[Path, str, str, str], rendered: Path, tmp_path: Path
) -> None:
    """Drawn on the first scene, the looks beside it are fitted, not the latest; a scene not used is refused."""
    case, site, _, _ = surveyed
    _, file, _ = drawn_hall(case, site, rendered, tmp_path, 1.05)
    scenes = json.loads(siteline("scenes", "list", site, "--json", cwd=case).out)
    used = [s["id"] for s in scenes if s["used"]]
    said = siteline("measure", "area", site, "--on", used[0], "--geometry", file, "--fit", "--json", cwd=case)
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert used[-1] not in told["scenes"]
    assert max(told["scenes"], key=used.index) in used[: 3 * len(used) // 4]
    for other in [s["id"] for s in scenes if not s["used"]][:1]:
        said = siteline("measure", "area", site, "--on", other, "--geometry", file, "--fit", cwd=case)
        assert (said.code, f"{other} is not used" in said.err) == (1, True)


def test_ground_has_no_floors_and_no_open_ratio(surveyed: tuple[Path, str, str, str], tmp_path: Path) -> None:
    """Cleared ground gets no capacity and is not called a footprint; a misspelt label is answered with the near one."""
    case, site, first, _ = surveyed
    [event] = [
        e
        for e in json.loads(siteline("events", "list", site, "--json", cwd=case).out)["features"]
        if e["properties"]["id"] == first
    ]
    file = tmp_path / "plot.geojson"
    file.write_text(json.dumps(event["geometry"]))
    used = [
        s["id"] for s in json.loads(siteline("scenes", "list", site, "--json", cwd=case).out) if s["used"]
    ]
    words = ("--on", used[3], "--last-without", used[2], "--kind", "clearing", "--label", "Plot-9")
    assert siteline("events", "add", site, *words, "--geometry", file, cwd=case).code == 0
    refused = siteline("measure", "capacity", site, "Plot-9", "--floors", "1-2", "--why", "x", cwd=case)
    assert (refused.code, "no building" in refused.err) == (1, True)
    compared = siteline("measure", "ratio", site, "Plot-9", first, cwd=case)
    assert compared.code == 0, compared.err
    assert "the area of Plot-9" in compared.out
    assert "footprint" not in compared.out
    near = siteline("measure", "area", site, "plot-8", cwd=case)
    assert (near.code, "did you mean Plot-9?" in near.err) == (1, True)
