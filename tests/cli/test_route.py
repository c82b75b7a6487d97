"""The whole route as a newcomer walks it, on a rendered site and on bare image frames."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pyproj import Transformer
from shapely.geometry import Point, shape

from tests.cli.conftest import LOOKS, siteline


def read_json(*words: str | Path, cwd: Path) -> Any:
    """What a command answers with --json."""
    said = siteline(*words, "--json", cwd=cwd)
    assert said.code == 0, said.err
    return json.loads(said.out)


@pytest.fixture(scope="module")
def surveyed(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A case with the small rendered site, surveyed: (folder, site id)."""
    folder = tmp_path_factory.mktemp("route")
    siteline("init", "case", cwd=folder)
    case = folder / "case"
    assert siteline("site", "add", rendered / "site.geojson", cwd=case).code == 0
    [site] = read_json("site", "list", cwd=case)
    assert siteline("scenes", "add", site["id"], "--manifest", rendered / "scenes.csv", cwd=case).code == 0
    done = read_json("survey", site["id"], cwd=case)
    assert done["looks"]["used"] >= LOOKS // 2
    assert {"events", "looks", "seconds"} <= set(done)
    return case, site["id"]


def test_scenes_say_how_they_were_used(surveyed: tuple[Path, str]) -> None:
    """Each scene has its usable share, its shift or its reason, and the digest of its bytes."""
    case, site = surveyed
    listed = read_json("scenes", "list", site, cwd=case)
    assert len(listed) == LOOKS
    for scene in listed:
        assert {"id", "acquired", "usable", "used", "reason", "shift_px", "residual_px", "sha256"} <= set(
            scene
        )
        assert (case / "blobs" / scene["sha256"][:2] / scene["sha256"][2:]).is_file()
        assert scene["used"] == (scene["reason"] is None)
    told = read_json("scenes", "calendar", site, cwd=case)
    assert told["looks"] == LOOKS
    assert told["usable"] == sum(scene["used"] for scene in listed)
    assert all(gap["days"] > 0 for gap in told["blind"])


def test_new_buildings_are_found_and_dated(surveyed: tuple[Path, str], rendered: Path) -> None:
    """Each building that rose is among the events; it, or the clearing of its ground, holds the true day."""
    case, site = surveyed
    told = read_json("events", "list", site, "--looks", cwd=case)
    assert (told["type"], told["siteline"]) == ("FeatureCollection", "events/1")
    truth = json.loads((rendered / "truth.json").read_text())
    risen = [s for s in truth["structures"] if s["kind"] == "construction"]
    assert len(risen) == 2
    to_degrees = Transformer.from_crs(truth["crs"], "EPSG:4326", always_xy=True)
    for true in risen:
        centre = shape(true["outline"]).centroid
        middle = Point(to_degrees.transform(centre.x, centre.y))
        found = [f["properties"] for f in told["features"] if shape(f["geometry"]).intersects(middle)]
        assert "construction" in {event["kind"] for event in found}
        onsets = [event["onset"] for event in found if event["kind"] in ("construction", "clearing")]
        assert any(o["after"] <= true["onset"] <= o["by"] for o in onsets), (true["onset"], onsets)
    labels = [part["label"] for part in told["watched"] if part["role"] == "building"]
    assert labels == [
        s["label"] for s in read_json("site", "show", site, cwd=case)["structures"] if s["role"] == "building"
    ]
    assert all(part["said"] and part["observation"] for part in told["watched"])
    for event in told["features"]:
        looks = event["properties"]["looks"]
        assert sum(looks.values()) == len(event["properties"]["observations"])


def test_what_a_person_sees_is_an_event_like_any_other(surveyed: tuple[Path, str], tmp_path: Path) -> None:
    """A drawn event has dates, a size and a status, is judged, and is exported with the rest."""
    case, site = surveyed
    used = [s["id"] for s in read_json("scenes", "list", site, cwd=case) if s["used"]]
    first = read_json("events", "list", site, cwd=case)["features"][0]
    drawn = tmp_path / "mine.geojson"
    drawn.write_text(json.dumps(first["geometry"]))
    words = (
        "events",
        "add",
        site,
        "--on",
        used[3],
        "--geometry",
        drawn,
        "--kind",
        "construction",
        "--stage",
        "foundation",
    )
    refused = siteline(*words, cwd=case)
    assert (refused.code, "--last-without" in refused.err) == (1, True)
    added = read_json(*words, "--last-without", used[2], "--label", "B-7", cwd=case)
    assert siteline("events", "judge", site, "B-7", "accept", "--why", "two looks", cwd=case).code == 0
    [mine] = [
        f["properties"]
        for f in read_json("events", "list", site, cwd=case)["features"]
        if f["properties"]["id"] == added["id"]
    ]
    assert (mine["method"], mine["status"], mine["stage"]) == ("drawn", "accepted", "foundation")
    assert mine["scenes"] == {"last_without": used[2], "first_with": used[3]}
    assert mine["area_m2"]["low95"] < mine["area_m2"]["value"] < mine["area_m2"]["high95"]
    twice = siteline(*words, "--last-without", used[2], "--label", "B-7", cwd=case)
    assert (twice.code, added["id"] in twice.err) == (1, True)
    unstaged = siteline(*words[:-2], "--last-without", used[2], cwd=case)
    assert (unstaged.code, "--stage" in unstaged.err) == (1, True)
    shown = siteline("events", "show", site, "B-7", cwd=case)
    assert "two looks" in shown.out
    wrong = siteline("events", "judge", site, "B-7", "fine", "--why", "x", cwd=case)
    assert (wrong.code, "accept" in wrong.err) == (1, True)


@pytest.mark.parametrize("format_", ["geojson", "kml", "kmz", "csv"])
def test_events_are_exported_for_other_programs(surveyed: tuple[Path, str], format_: str) -> None:
    """Each format names every event that the list names."""
    case, site = surveyed
    said = siteline("events", "export", site, "--format", format_, cwd=case)
    assert said.code == 0
    written = Path(said.out.strip())
    assert written.stat().st_size > 200
    if format_ in ("geojson", "kml", "csv"):
        text = written.read_text(encoding="utf-8-sig")
        for feature in read_json("events", "list", site, cwd=case)["features"]:
            assert feature["properties"]["id"] in text


def test_a_brief_is_a_draft_until_every_finding_is_judged(surveyed: tuple[Path, str]) -> None:
    """Unreviewed findings stamp the brief; accepting or rejecting all of them takes the stamp away."""
    case, site = surveyed
    built = read_json("brief", "build", cwd=case)
    assert built["draft"]
    page = Path(built["file"]).read_text(encoding="utf-8")
    assert "NOT REVIEWED" in page
    assert "SIMULATED" in page.upper()
    assert not re.search(r"""(?:src|href)=["']https?:""", page)
    for index, event in enumerate(read_json("events", "list", site, cwd=case)["features"]):
        verdict = "accept" if index % 2 else "reject"
        judged = siteline(
            "events", "judge", site, event["properties"]["id"], verdict, "--why", "looked at it", cwd=case
        )
        assert judged.code == 0
    again = read_json("brief", "build", cwd=case)
    assert not again["draft"]
    assert "NOT REVIEWED" not in Path(again["file"]).read_text(encoding="utf-8")
    judged = {
        f["properties"]["id"]: f["properties"]["status"]
        for f in read_json("events", "list", site, cwd=case)["features"]
    }
    for every in ((), ("--all",)):
        exported = json.loads(
            Path(siteline("events", "export", site, *every, cwd=case).out.strip()).read_text()
        )
        ids = {f["properties"]["id"] for f in exported["features"]}
        rejected = {i for i, status in judged.items() if status == "rejected"}
        assert rejected
        assert ids & rejected == (rejected if every else set())


def test_as_of_an_earlier_day_nothing_was_known(surveyed: tuple[Path, str]) -> None:
    """A listing as of a day before the case existed is refused or empty."""
    case, site = surveyed
    assert siteline("events", "list", site, "--as-of", "2020-01-01", cwd=case).code == 1
    assert read_json("site", "list", "--as-of", "2020-01-01", cwd=case) == []


def paint_frames(folder: Path) -> None:
    """Nine yearly frames of 160 x 120 pixels, RGB, of a desert on which a dark block appears in 2015."""
    folder.mkdir()
    rng = np.random.default_rng(5)
    ground = rng.normal(0, 6, (120, 160, 1)).cumsum(0).cumsum(1)
    ground = 150 + 25 * (ground - ground.mean()) / ground.std() + rng.normal(0, 4, (120, 160, 1))
    lines = ["file,acquired,credit,licence"]
    for year in range(2010, 2019):
        frame = np.repeat(ground, 3, axis=2) * (1.1, 0.95, 0.75) + rng.normal(0, 3, (120, 160, 3))
        if year >= 2015:
            frame[50:80, 60:100] = np.array((55, 60, 85)) + rng.normal(0, 4, (30, 40, 3))
        Image.fromarray(np.clip(frame, 0, 255).astype(np.uint8)).save(folder / f"{year}.png")
        lines.append(f"{year}.png,{year}-06,painted,CC0")
    (folder / "scenes.csv").write_text("\n".join(lines) + "\n")
    outline = [[0, 0], [160, 0], [160, 120], [0, 120], [0, 0]]
    site = {
        "type": "FeatureCollection",
        "frame": "image",
        "site": {"id": "desert", "name": "A painted desert"},
        "features": [
            {
                "type": "Feature",
                "properties": {"role": "aoi", "label": "aoi"},
                "geometry": {"type": "Polygon", "coordinates": [outline]},
            }
        ],
    }
    (folder / "site.geojson").write_text(json.dumps(site))


def test_frames_without_georeference_go_the_same_road(tmp_path: Path) -> None:
    """Screenshots of one viewport give events in pixels, sizes in square pixels, and a brief that says so."""
    paint_frames(tmp_path / "frames")
    siteline("init", "case", cwd=tmp_path)
    case = tmp_path / "case"
    assert siteline("site", "add", tmp_path / "frames/site.geojson", cwd=case).code == 0
    assert (
        siteline("scenes", "add", "desert", "--manifest", tmp_path / "frames/scenes.csv", cwd=case).code == 0
    )
    assert read_json("survey", "desert", cwd=case)["looks"] == {"used": 9, "left_out": 0}
    told = read_json("events", "list", "desert", cwd=case)
    assert told["frame"] == "image"
    [event] = told["features"]
    properties = event["properties"]
    assert properties["onset"] == {"after": "2014-06-01", "by": "2015-06-30"}
    corners = np.array(event["geometry"]["coordinates"][0])
    assert np.abs(corners.min(0) - (60, 50)).max() < 3
    assert np.abs(corners.max(0) - (100, 80)).max() < 3
    assert properties["area_px2"]["value"] == pytest.approx(1200, rel=0.1)
    page = Path(read_json("brief", "build", cwd=case)["file"]).read_text(encoding="utf-8")
    assert "square pixels" in page


@pytest.mark.parametrize(
    "place",
    [
        "39.9N 127.6E",
        "39°54'00\"N 127°36'00\"E",
        "52SCK8032017596",
        "https://www.openstreetmap.org/#map=15/39.9/127.6",
    ],
)
def test_a_site_is_begun_at_a_coordinate(tmp_path: Path, place: str) -> None:
    """Any way to write a place makes a case, a site, and says what to do next."""
    said = siteline("start", place, "--size", "2km", "--name", "The works", cwd=tmp_path)
    assert said.code == 0, said.err
    assert "siteline scenes add" in said.out
    [site] = read_json("site", "list", cwd=tmp_path)
    assert site["name"] == "The works"
    told = json.loads((tmp_path / f"{site['id']}.geojson").read_text())
    assert any(f["properties"]["role"] == "aoi" for f in told["features"])


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    """A text that names no place is refused, and no case is made."""
    said = siteline("start", "the big factory", cwd=tmp_path)
    assert said.code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_second_start_takes_nothing_away(tmp_path: Path) -> None:
    """Starting again keeps what was drawn; a name that is taken moves no site."""
    words = ("start", "39.9N 127.6E", "--name", "works")
    assert siteline(*words, cwd=tmp_path).code == 0
    drawing = tmp_path / "works.geojson"
    plain = drawing.read_text()
    drawing.write_text(plain.replace('"point"', '"gate"'))
    assert siteline(*words, cwd=tmp_path).code == 0
    assert drawing.read_text() != plain
    moved = siteline("start", "39.8N 127.6E", "--name", "works", cwd=tmp_path)
    assert (moved.code, "another place" in moved.err, "--name" in moved.err) == (1, True, True)
    assert siteline("site", "add", drawing, cwd=tmp_path).code == 0
    redrawn = siteline(*words, cwd=tmp_path)
    assert (redrawn.code, "drawn otherwise" in redrawn.err, "site add" in redrawn.err) == (1, True, True)
    assert "gate" in siteline("site", "show", "works", cwd=tmp_path).out


@pytest.mark.parametrize("words", [("-33.9", "18.4"), ("-33.9 18.4",), ("-33.9,18.4",), ("33.9S", "18.4E")])
def test_a_place_may_be_negative_or_unquoted(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Numbers with a minus are a place, not options; words without quotes are one place."""
    said = siteline("start", *words, "--size", "2km", cwd=tmp_path)
    assert said.code == 0, said.err
    assert "-33.90000, 18.40000" in said.out
    assert siteline("start", *words, "--sise", "2km", cwd=tmp_path).code == 2


def test_hints_work_as_typed(tmp_path: Path) -> None:
    """What a command says to do next names the case that it was given."""
    said = siteline("start", "39.9N 127.6E", "--name", "works", "--case", "my case", cwd=tmp_path)
    steps = [line for line in said.out.splitlines() if "siteline " in line]
    assert len(steps) == 6
    assert all("--case 'my case'" in step for step in steps)
    refused = siteline("--case", "my case", "survey", "works", cwd=tmp_path)
    assert "siteline scenes add --case 'my case' works" in refused.err
    inside = siteline("survey", "works", cwd=tmp_path / "my case")
    assert "--case" not in inside.err


def test_a_site_without_an_area_of_interest_says_what_is_watched(tmp_path: Path) -> None:
    """`site add` says which ground a survey will look at."""
    siteline("start", "39.9N 127.6E", "--name", "works", cwd=tmp_path)
    drawing = tmp_path / "works.geojson"
    assert "watched: the area of interest" in siteline("site", "add", drawing, cwd=tmp_path).out
    drawing.write_text(drawing.read_text().replace('"aoi"', '"perimeter"'))
    said = siteline("site", "add", drawing, cwd=tmp_path)
    assert "watched: all that most scenes show" in said.out
