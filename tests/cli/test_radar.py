"""Radar on the command line: taken in, counted apart, heard by the survey, told with every event."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from siteline.simulate.radar.render import render_radar_story
from siteline.simulate.story import random_story
from tests.cli.conftest import LOOKS, STORY_SEED, siteline

SCHEMA = Path(__file__).parents[2] / "docs/reference/schemas/events-1.schema.json"


@pytest.fixture(scope="module")
def surveyed(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    story = random_story(STORY_SEED, looks=LOOKS, size_m=300.0, buildings=6)
    render_radar_story(rendered, story, STORY_SEED)
    home = tmp_path_factory.mktemp("radar")
    assert siteline("init", "case", cwd=home).code == 0
    case = home / "case"
    assert siteline("site", "add", rendered / "site.geojson", cwd=case).code == 0
    assert siteline("scenes", "add", story.id, "--manifest", rendered / "scenes.csv", cwd=case).code == 0
    return case, story.id


def test_a_site_without_radar_says_nothing_of_it(surveyed: tuple[Path, str]) -> None:
    case, site = surveyed
    assert siteline("survey", site, cwd=case, timeout=500).code == 0
    told = siteline("events", "list", site, "--json", "--all", cwd=case).out
    calendar = siteline("scenes", "calendar", site, "--json", cwd=case).out
    assert "witnesses" not in told
    assert "radar" not in told + calendar


def test_radar_is_heard_and_told_apart(surveyed: tuple[Path, str], rendered: Path) -> None:
    case, site = surveyed
    before = json.loads(siteline("scenes", "calendar", site, "--json", cwd=case).out)
    added = siteline("scenes", "add", site, "--manifest", rendered / "radar.csv", cwd=case, timeout=500)
    assert added.code == 0, added.err
    done = siteline("survey", site, "--json", cwd=case, timeout=500)
    assert done.code == 0, done.err
    heard = json.loads(done.out)["radar"]
    assert heard["looks"]["left_out"] == 0
    assert {t["track"] for t in heard["tracks"]} == {"ascending 58", "descending 109"}
    assert all(t["false_alarm_rate"] == 0.01 for t in heard["tracks"])
    after = json.loads(siteline("scenes", "calendar", site, "--json", cwd=case).out)
    assert after["looks"] == before["looks"]
    assert after["radar"]["used"] == heard["looks"]["used"]
    listed = json.loads(siteline("scenes", "list", site, "--json", cwd=case).out)
    assert sum("radar" in scene for scene in listed) == after["radar"]["looks"]
    document = json.loads(siteline("events", "list", site, "--json", "--all", cwd=case).out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert document["features"]
    for feature in document["features"]:
        witnesses = feature["properties"]["witnesses"]
        assert witnesses["agreement"] in ("agree", "contradict", "optical_only", "radar_only")
        if witnesses["agreement"] == "radar_only":
            assert feature["properties"]["kind"] == "surface_change"
        else:
            assert witnesses["optical"]["onset"]["by"]
    first = document["features"][0]["properties"]["id"]
    shown = siteline("events", "show", site, first, cwd=case)
    assert shown.code == 0
    assert "adar" in shown.out or "images of light" in shown.out
    for form in ("csv", "kml", "geojson"):
        assert siteline("events", "export", site, "--format", form, "--all", cwd=case).code == 0
    again = json.loads(siteline("survey", site, "--json", cwd=case, timeout=500).out)
    assert all(work["anew"] == 0 for work in again["work"].values())
    assert siteline("brief", "build", cwd=case, timeout=500).code == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a.tif,2024-01-03,vv vh,,linear", "column orbit: missing"),
        ("a.tif,2024-01-03,vv vh,ascending,", "column units: missing"),
        ("a.tif,2024-01-03,vv vh,sideways,linear", "no direction of flight"),
    ],
)
def test_what_cannot_be_known_is_refused_in_one_error(
    case: Path, rendered: Path, tmp_path: Path, row: str, said: str
) -> None:
    assert siteline("site", "add", rendered / "site.geojson", cwd=case).code == 0
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    manifest = tmp_path / "radar.csv"
    manifest.write_text(f"file,acquired,bands,orbit,units\n{row}\n", encoding="utf-8")
    site = json.loads(siteline("site", "list", "--json", cwd=case).out)[0]["id"]
    refused = siteline("scenes", "add", site, "--manifest", manifest, cwd=case)
    assert refused.code == 1
    assert said in refused.err
    assert json.loads(siteline("scenes", "list", site, "--json", cwd=case).out) == []
