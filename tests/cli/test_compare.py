"""Two scenes compared by a user: the list, the sheet, the event that a person makes of a place, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.change.pairs.made import build, ground, retouch
from tests.cli.conftest import siteline

SIDE = 160


def _save(image: np.ndarray, file: Path) -> None:
    picture = np.moveaxis(np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8), 0, -1)
    Image.fromarray(picture).save(file)


@pytest.fixture
def compared(case: Path) -> Path:
    """A case with a site of two frames, one new building between them, and frames that do not go with them."""
    folder = case.parent
    before = ground(1)
    _save(before, folder / "old.png")
    _save(retouch(build(before, 60, 70, 28, 36), 2), folder / "new.png")
    _save(ground(77), folder / "elsewhere.png")
    _save(ground(1, 120), folder / "small.png")
    rows = ["old,2020-06-01", "new,2021-06-01", "elsewhere,2021-07-01", "small,2021-08-01"]
    lines = [f"{row.split(',')[0]}.png,{row.split(',')[1]},{row.split(',')[0]}" for row in rows]
    (folder / "scenes.csv").write_text("file,acquired,id\n" + "\n".join(lines) + "\n")
    ring = [[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE], [0, 0]]
    site = {
        "type": "FeatureCollection",
        "frame": "image",
        "site": {"id": "hall", "name": "Hall"},
        "gsd_m": 0.5,
        "features": [
            {
                "type": "Feature",
                "properties": {"role": "aoi", "label": "aoi"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    (folder / "site.geojson").write_text(json.dumps(site))
    assert siteline("site", "add", "../site.geojson", cwd=case).code == 0
    assert siteline("scenes", "add", "hall", "--manifest", "../scenes.csv", cwd=case).code == 0
    return case


def test_from_two_scenes_to_an_event_that_a_person_stands_behind(compared: Path) -> None:
    words = ("events", "compare", "hall", "--before", "old", "--after", "new", "--json")
    done = siteline(*words, cwd=compared)
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["siteline"] == "places/1"
    assert told["interval"] == {"after": "2020-06-01", "by": "2021-06-01"}
    first = told["features"][0]
    assert first["properties"]["number"] == 1
    assert first["properties"]["standing"] == "appeared"
    assert first["properties"]["reasons"]
    assert first["properties"]["event"] is None
    sheets = list((compared / "out").glob("hall-pair-*.png"))
    assert len(sheets) == 1
    assert Image.open(sheets[0]).width > 1000
    assert json.loads(siteline("events", "list", "hall", "--json", cwd=compared).out)["features"] == []

    again = json.loads(siteline(*words, cwd=compared).out)
    assert again == told
    assert len(json.loads(siteline("events", "compared", "hall", "--json", cwd=compared).out)) == 1
    assert (
        siteline("events", "compared", "hall", "--as-of", "2020", cwd=compared).code == 1
    )  # nobody knew the site

    add = (
        "events",
        "add",
        "hall",
        "--place",
        "1",
        "--kind",
        "construction",
        "--stage",
        "roofed",
        "--label",
        "A-1",
    )
    made = siteline(*add, "--json", cwd=compared)
    assert made.code == 0, made.err
    event = json.loads(made.out)["id"]
    listed = json.loads(siteline("events", "list", "hall", "--json", cwd=compared).out)["features"]
    assert [f["properties"]["id"] for f in listed] == [event]
    assert listed[0]["properties"]["method"] == "drawn"
    assert listed[0]["properties"]["status"] == "proposed"
    assert listed[0]["properties"]["onset"] == told["interval"]
    assert listed[0]["properties"].get("area_m2") is None
    assert "outline was proposed by a comparison of old with new, and no hand drew it" in made.err
    kept = json.loads(siteline("events", "compared", "hall", "--json", cwd=compared).out)[0]
    assert kept["features"][0]["properties"]["event"] == event

    twice = siteline(*add[:-2], cwd=compared)
    assert twice.code == 1
    assert f"place 1 is event {event} already" in twice.err
    shown = siteline("events", "compared", "hall", cwd=compared)
    assert event in shown.out


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("old", "old", "are both old"),
        ("new", "old", "is later than"),
        ("old", "small", "another viewport"),
        ("old", "elsewhere", "no more alike than pictures of different ground"),
        ("old", "nowhere", "nowhere"),
    ],
)
def test_a_pair_that_cannot_be_compared_is_refused_in_words(
    compared: Path, before: str, after: str, said: str
) -> None:
    done = siteline("events", "compare", "hall", "--before", before, "--after", after, cwd=compared)
    assert done.code == 1
    assert said in done.err
    assert "no two scenes" in siteline("events", "compared", "hall", cwd=compared).out


def test_what_does_not_fit_a_place_is_refused(compared: Path) -> None:
    none_yet = siteline("events", "add", "hall", "--place", "1", "--kind", "demolition", cwd=compared)
    assert none_yet.code == 1
    assert "were compared yet" in none_yet.err
    assert siteline("events", "add", "hall", "--kind", "demolition", cwd=compared).code == 2
    both = ("events", "add", "hall", "--place", "1", "--on", "new", "--kind", "demolition")
    assert siteline(*both, cwd=compared).code == 2
    words = ("events", "compare", "hall", "--before", "old", "--after", "new")
    assert siteline(*words, "--places", "0", cwd=compared).code == 1
    assert siteline(*words, "--mode", "magic", cwd=compared).code == 1
    ground_mode = siteline(*words, "--mode", "ground", cwd=compared)
    assert ground_mode.code == 1
    assert "4 bands or more" in ground_mode.err


def test_the_list_says_how_to_record_its_first_place(compared: Path) -> None:
    """What stands on the later image is a construction, what stands on the earlier one is not; a taken place is passed over."""
    words = ("events", "compare", "hall", "--before", "old", "--after", "new")
    first = siteline(*words, cwd=compared)
    assert first.out.endswith("siteline events add hall --place 1 --kind construction --stage roofed\n")
    take = ("events", "add", "hall", "--place", "1", "--kind", "construction", "--stage", "roofed")
    assert siteline(*take, cwd=compared).code == 0
    assert "--place 1 " not in siteline(*words, cwd=compared).out


def test_an_outline_drawn_by_hand_is_measured_and_a_proposed_one_is_not(compared: Path) -> None:
    """The error of a hand is known; that of the edges of a proposed outline is not."""
    words = ("events", "compare", "hall", "--before", "old", "--after", "new", "--json")
    told = json.loads(siteline(*words, cwd=compared).out)
    drawn = compared.parent / "drawn.geojson"
    drawn.write_text(json.dumps(told["features"][0]["geometry"]))
    add = ("events", "add", "hall", "--place", "1", "--kind", "construction", "--stage", "roofed")
    assert siteline(*add, "--geometry", drawn, cwd=compared).code == 0
    [event] = json.loads(siteline("events", "list", "hall", "--json", cwd=compared).out)["features"]
    area = event["properties"]["area_m2"]
    assert area["low95"] < area["value"] < area["high95"]
