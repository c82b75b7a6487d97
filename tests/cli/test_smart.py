"""SMART on the command line: a region watched, annotations beside events, both exported and scored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from bench.smart import annotate

from siteline.simulate.truth import read_truth
from siteline.sites.smart.write import write_smart
from tests.cli.conftest import siteline
from tests.sites.smart.made import make_truth
from tests.sites.smart.published import REGION_MODEL, SITE_MODEL

SCHEMAS = Path(__file__).parents[2] / "docs/reference/schemas"


def ask(*words: str | Path, cwd: Path) -> Any:
    """What a command answers with --json."""
    said = siteline(*words, "--json", cwd=cwd)
    assert said.code == 0, said.err
    return json.loads(said.out)


@pytest.fixture(scope="module")
def surveyed(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A case with the small rendered site, surveyed: (folder, site id)."""
    folder = tmp_path_factory.mktemp("smart")
    siteline("init", "case", cwd=folder)
    case = folder / "case"
    assert siteline("site", "add", rendered / "site.geojson", cwd=case).code == 0
    [site] = ask("site", "list", cwd=case)
    assert siteline("scenes", "add", site["id"], "--manifest", rendered / "scenes.csv", cwd=case).code == 0
    ask("survey", site["id"], cwd=case)
    return case, site["id"]


def test_our_export_of_a_site_that_never_was_scores_by_smarts_rules(
    surveyed: tuple[Path, str], rendered: Path, tmp_path: Path
) -> None:
    """All that the story built and we found is a hit; the files keep to the published schema; the rest is listed."""
    case, site = surveyed
    told = ask("events", "export", site, "--format", "smart", "--smallest", "0", cwd=case)
    folder = Path(told["path"])
    jsonschema.validate(json.loads((folder / "region_models/XX_R000.geojson").read_bytes()), REGION_MODEL)
    models = sorted((folder / "site_models").glob("*.geojson"))
    for path in models:
        jsonschema.validate(json.loads(path.read_bytes()), SITE_MODEL)
    left = json.loads((folder / "left-out.json").read_bytes())
    jsonschema.validate(left, json.loads((SCHEMAS / "smart-left-out-1.schema.json").read_bytes()))
    assert left == told["left_out"]
    events = ask("events", "list", site, cwd=case)["features"]
    built = {e["properties"]["id"] for e in events if e["properties"]["kind"] == "construction"}
    assert {one["event"] for one in left["exported"]} <= built
    assert {one["event"] for one in (*left["exported"], *left["left_out"])} == {
        e["properties"]["id"] for e in events
    }
    cached = json.loads(models[0].read_bytes())["features"][0]["properties"]["cache"]
    assert cached["simulated"] is True
    assert {"id", "kind", "onset", "area_m2", "probability"} <= set(cached)

    region, sites = annotate(read_truth(rendered / "truth.json"))
    truth = tmp_path / "truth"
    truth.mkdir()
    (truth / "region.geojson").write_bytes(write_smart(region))
    for one in sites:
        (truth / f"{one.id}.geojson").write_bytes(write_smart(one))
    options = ("--truth", truth, "--small-site-threshold", "0")
    scored = ask("events", "score", site, *options, "--smallest", "0", cwd=case)
    jsonschema.validate(scored, json.loads((SCHEMAS / "smart-score-1.schema.json").read_bytes()))
    found = scored["smart"]["search"]
    assert found["proposed_annotations"] == len(models) >= 1
    assert found["tp"] >= 1
    assert found["precision"] >= 0.5
    assert scored["smart"]["phases"]["sites"] == found["tp"]
    assert scored["smart"]["phases"]["f1"]["Active Construction"]["micro"] > 0.5
    assert scored["ours"]["refusals"]["left_out_of_smart"] == len(left["left_out"])
    by_files = ask("events", "score", site, *options, "--proposals", folder / "site_models", cwd=case)
    assert by_files["smart"]["search"] == found


def test_smarts_scope_leaves_small_sites_out_and_says_which(surveyed: tuple[Path, str]) -> None:
    case, site = surveyed
    said = siteline("events", "export", site, "--format", "smart", cwd=case)
    assert said.code == 0
    assert "smaller than SMART looks for (under 8,000 m²)" in said.err
    assert "--smallest 0" in said.err
    folder = case / said.out.strip()
    assert (folder / "left-out.json").is_file()
    assert not list(folder.glob("site_models/*"))  # of the export before, nothing stays


def test_a_rejected_event_is_not_exported_unless_all_are(surveyed: tuple[Path, str]) -> None:
    case, site = surveyed
    exported = ask("events", "export", site, "--format", "smart", "--smallest", "0", cwd=case)["left_out"][
        "exported"
    ]
    gone = exported[0]
    siteline("events", "judge", site, gone["event"], "reject", "--why", "a heap", cwd=case)
    now = ask("events", "export", site, "--format", "smart", "--smallest", "0", cwd=case)
    assert gone["event"] not in json.dumps(now)
    assert [one for one in now["left_out"]["exported"] if one in exported] == exported[1:]  # ids stay
    whole = ask(
        "events", "export", site, "--format", "smart", "--smallest", "0", "--all", "--out", "all", cwd=case
    )
    assert gone in whole["left_out"]["exported"]
    rejected = json.loads((case / f"all/site_models/{gone['site_id']}.geojson").read_bytes())
    assert rejected["features"][0]["properties"]["status"] == "system_rejected"


def test_a_folder_of_others_is_not_overwritten(surveyed: tuple[Path, str], tmp_path: Path) -> None:
    case, site = surveyed
    (tmp_path / "mine.txt").write_text("mine")
    said = siteline("events", "export", site, "--format", "smart", "--out", tmp_path, cwd=case)
    assert said.code == 1
    assert "not empty" in said.err
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert siteline("events", "export", site, "--format", "smart", "--region", "Korea", cwd=case).code == 1
    assert siteline("events", "export", site, "--region", "KR_R001", cwd=case).code == 2


def test_a_region_of_smart_is_watched_and_its_annotations_kept(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/imagery/smart"
    siteline("init", "case", cwd=tmp_path)
    case = tmp_path / "case"
    added = siteline("site", "add", folder / "region_models/KR_R001.geojson", cwd=case)
    assert added.code == 0
    assert "25 annotated sites are kept beside our events" in added.err
    again = siteline("site", "add", folder / "region_models/KR_R001.geojson", cwd=case)
    assert "stands just so already" in again.err
    model = folder / "site_models/KR_R001_0017.geojson"
    assert ask("events", "import", "KR_R001", model, cwd=case) == {
        "files": 1,
        "sites": 1,
        "new": 1,
        "by_status": {"positive_annotated": 1},
    }
    assert ask("events", "import", "KR_R001", model, cwd=case)["new"] == 0
    listed = {one["id"]: one for one in ask("events", "imported", "KR_R001", cwd=case)}
    assert len(listed) == 25
    one = listed["KR_R001_0017"]
    assert one["observations"] == 39
    assert one["activity"] == {"after": "2017-01-23", "by": "2017-04-03", "finished_by": "2018-01-07"}
    assert one["event"] is None
    assert listed["KR_R001_0000"]["observations"] == 0
    early = siteline("events", "imported", "KR_R001", "--as-of", "2020-01-01", "--json", cwd=case)
    assert early.code == 1  # the case did not know the site then
    shown = siteline("events", "imported", "KR_R001", cwd=case).out
    assert "KR_R001_0017  positive_annotated  39" in shown

    scored = ask(
        "events", "score", "KR_R001", "--proposals", model, "--read-status", "positive_annotated", cwd=case
    )
    search = scored["smart"]["search"]
    assert (search["tp"], search["fp"], search["truth_sites"]) == (1, 0, 9)
    assert scored["smart"]["phases"]["accuracy"] == 1.0
    exported = ask("site", "export", "KR_R001", "--format", "smart", cwd=case)
    region = json.loads((case / exported["path"]).read_bytes())
    jsonschema.validate(region, REGION_MODEL)
    assert region["features"][0]["properties"]["region_id"] == "KR_R001"
    said = siteline("events", "export", "KR_R001", "--format", "smart", cwd=case)
    assert (said.code, "KR_R001: has no events to export" in said.err) == (0, True)
    said = siteline("site", "export", "KR_R001", "--out", "again.geojson", cwd=case)
    assert said.code == 0
    assert json.loads((case / "again.geojson").read_bytes())["site"]["smart"]["region_id"] == "KR_R001"


def test_files_that_do_not_fit_are_refused_and_nothing_is_half_imported(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/imagery/smart"
    siteline("init", "case", cwd=tmp_path)
    case = tmp_path / "case"
    model = folder / "site_models/KR_R001_0017.geojson"
    said = siteline("site", "add", model, cwd=case)
    assert said.code == 1
    assert "SMART site model of KR_R001_0017" in said.err
    siteline("site", "add", folder / "region_models/KR_R001.geojson", cwd=case)
    broken = json.loads(model.read_bytes())
    broken["features"][3]["properties"]["current_phase"] = "Aktive Construction"
    bad = tmp_path / "bad.geojson"
    bad.write_text(json.dumps(broken))
    elsewhere = folder / "site_models/KR_R002_0002.geojson"
    for second, named in ((bad, "feature 4 (observation"), (elsewhere, "lies elsewhere")):
        said = siteline("events", "import", "KR_R001", model, second, cwd=case)
        assert said.code == 1
        assert named in said.err
    assert "Name only the files that belong here, such as KR_R001_*.geojson" in said.err
    told = {one["id"]: one["observations"] for one in ask("events", "imported", "KR_R001", cwd=case)}
    assert told["KR_R001_0017"] == 0  # the good file of the pair was not taken either
    hostile = tmp_path / "hostile.geojson"
    hostile.write_bytes(write_smart(make_truth(status="positive_annotated\u202egnitset")))
    said = siteline("events", "import", "KR_R001", hostile, cwd=case)
    assert said.code == 1
    assert "\u202e" not in said.err
    assert siteline("events", "score", "KR_R001", "--tau", "2", cwd=case).code == 1
    assert siteline("events", "score", "KR_R001", "--truth", tmp_path / "none", cwd=case).code == 1
