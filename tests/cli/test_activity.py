"""Counts by a person, as they are typed: ranges, gaps, second counters, tables, earlier days."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from siteline.workbench.briefs.checking import check_brief
from siteline.workbench.briefs.writing import write_new
from siteline.workbench.case import open_case
from tests.cli.conftest import siteline
from tests.cli.small_site import write_small_site


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case in which wagons were counted on three of four scenes, by two people on one of them."""
    folder = tmp_path_factory.mktemp("counted")
    write_small_site(folder / "in")
    siteline("init", "case", cwd=folder)
    case = folder / "case"
    assert siteline("site", "add", folder / "in/site.geojson", cwd=case).code == 0
    added = siteline("scenes", "add", "plant", "--manifest", folder / "in/scenes.csv", cwd=case)
    assert added.code == 0, added.err
    add(case, "S1", "--count", "12..15")
    add(case, "S2", "--not-seen", "cloud")
    add(case, "S3", "--count", "20..24", "--note", "long ones")
    return case


def add(case: Path, scene: str, *words: str, who: str = "A. Analyst") -> dict[str, Any]:
    """One count of rail wagons in the yard."""
    said = siteline(
        "events", "add", "plant", "--on", scene, "--what", "rail wagons", "--zone", "yard", *words, "--json",
        cwd=case, environ={"SITELINE_WHO": who},
    )  # fmt: skip
    assert said.code == 0, said.err
    told: dict[str, Any] = json.loads(said.out)
    return told


def series(case: Path, *words: str) -> dict[str, Any]:
    said = siteline("events", "counts", "plant", *words, "--json", cwd=case)
    assert said.code == 0, said.err
    told: dict[str, Any] = json.loads(said.out)
    return told


def test_counts_are_listed_over_dates_with_their_gaps(counted: Path) -> None:
    """Ranges for what was counted, a reason and no number for what was not seen."""
    told = series(counted)
    assert told["siteline"] == "counts/1"
    [one] = [s for s in told["series"] if s["what"] == "rail wagons"]
    assert [(look["scene"], look["count"], look["reason"]) for look in one["looks"]] == [
        ("S1", {"low": 12, "high": 15}, None),
        ("S2", None, "cloud"),
        ("S3", {"low": 20, "high": 24}, None),
    ]
    assert [c["verdict"] for c in one["comparisons"]] == ["more"]
    said = siteline("events", "counts", "plant", cwd=counted)
    assert "more rail wagons on 5 May 2024 (20–24) than on 3 April 2024 (12–15)" in said.out
    assert "could not be seen" in said.out


def test_the_same_count_twice_is_one(counted: Path) -> None:
    """A command that is run again adds nothing."""
    assert (
        add(counted, "S1", "--count", "12..15")["id"]
        == series(counted)["series"][0]["looks"][0]["counts"][0]["id"]
    )
    assert len(series(counted, "--all")["all"]) == 3


def test_a_table_runs_nothing_in_a_spreadsheet(counted: Path, tmp_path: Path) -> None:
    """One line for each counter and image; text that begins like a formula is disarmed."""
    said = siteline(
        "events", "add", "plant", "--on", "S1", "--what", "=cmd() lorries", "--geometry",
        counted.parent / "in/pit.geojson", "--count", "3", cwd=counted,
    )  # fmt: skip
    assert said.code == 0, said.err
    siteline("events", "counts", "plant", "--csv", tmp_path / "c.csv", cwd=counted)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "c.csv").read_text(encoding="utf-8"))))
    assert {row["what"] for row in rows} == {"'=cmd() lorries", "rail wagons"}
    assert [(r["scene"], r["low"], r["high"], r["not_seen"]) for r in rows if r["what"] == "rail wagons"] == [
        ("S1", "12", "15", ""),
        ("S2", "", "", "cloud"),
        ("S3", "20", "24", ""),
    ]


def test_a_second_counter_who_disagrees_is_kept(counted: Path) -> None:
    """Both stand and widen the range until a person accepts one; an earlier day knows of neither."""
    noted = siteline(
        "events",
        "add",
        "plant",
        "--on",
        "S4",
        "--what",
        "tank cars",
        "--zone",
        "yard",
        "--count",
        "4",
        cwd=counted,
    )
    assert noted.code == 0
    said = siteline(
        "events", "add", "plant", "--on", "S4", "--what", "tank cars", "--zone", "yard", "--count", "7..8",
        cwd=counted, environ={"SITELINE_WHO": "B. Analyst"},
    )  # fmt: skip
    assert "A. Analyst counted 4 on the same image" in said.err
    [one] = series(counted, "--what", "tank cars")["series"]
    [look] = one["looks"]
    assert (look["count"], look["agreed"]) == ({"low": 4, "high": 8}, False)
    mine = next(c["id"] for c in look["counts"] if c["counter"] == "A. Analyst")
    judged = siteline("events", "judge", "plant", mine, "accept", "--why", "seen twice", cwd=counted)
    assert judged.code == 0, judged.err
    [one] = series(counted, "--what", "tank cars")["series"]
    assert one["looks"][0]["count"] == {"low": 4, "high": 4}
    before = siteline("events", "counts", "plant", "--as-of", "2024-01-01", "--json", cwd=counted)
    assert before.code == 1
    assert "tank cars" not in before.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--count", "15..12", "--what", "x y", "--zone", "yard"), 1, "lower"),
        (("--count", "many", "--what", "x y", "--zone", "yard"), 1, "no count"),
        (("--count", "-3", "--what", "x y", "--zone", "yard"), 1, "no count"),
        (("--count", "3", "--zone", "yard"), 1, "--what"),
        (("--count", "3", "--what", "x\u202ey", "--zone", "yard"), 1, "plain words"),
        (("--count", "3", "--what", "x", "--zone", "nowhere"), 1, "nowhere"),
        (("--count", "3", "--what", "x"), 1, "within which area"),
        (("--count", "3", "--not-seen", "cloud", "--what", "x", "--zone", "yard"), 1, "either"),
        (("--count", "3", "--what", "x", "--zone", "yard", "--kind", "clearing"), 2, "--kind"),
        (("--what", "x", "--zone", "yard"), 2, "--count"),
        (("--kind", "clearing"), 2, "--geometry"),
    ],
)
def test_what_is_no_count_is_refused(counted: Path, words: tuple[str, ...], code: int, said: str) -> None:
    """One clear error, and nothing on record."""
    before = len(series(counted, "--all")["all"])
    refused = siteline("events", "add", "plant", "--on", "S3", *words, cwd=counted)
    assert refused.code == code, refused.err
    assert said in refused.err
    assert len(series(counted, "--all")["all"]) == before


def test_a_new_brief_tells_of_counts_and_passes(counted: Path, tmp_path: Path) -> None:
    """What it writes of them is what they carry; where counters disagree it writes nothing."""
    work = open_case(counted)
    write_new(work, tmp_path / "new.md")
    said = (tmp_path / "new.md").read_text(encoding="utf-8")
    checked = check_brief(work, tmp_path / "new.md")
    work.close()
    assert "20–24 rail wagons were counted in yard on 5 May 2024." in said
    assert "In yard there were more rail wagons on 5 May 2024 (20–24) than on 3 April 2024 (12–15)." in said
    assert [o.message for o in checked.objections] == []


def test_an_area_half_off_the_image_is_not_counted(counted: Path, tmp_path: Path) -> None:
    """A count of half an area is no count of it."""
    from shapely.geometry import mapping

    from tests.cli.small_site import at

    drawn = {"type": "Feature", "properties": {}, "geometry": mapping(at(100, 10, 140, 40))}
    (tmp_path / "half.geojson").write_text(json.dumps(drawn))
    refused = siteline(
        "events", "add", "plant", "--on", "S3", "--what", "lorries", "--geometry", tmp_path / "half.geojson",
        "--count", "3", cwd=counted,
    )  # fmt: skip
    assert refused.code == 1
    assert "only 50 % of the area" in refused.err


def test_a_brief_cites_a_count_and_shows_its_chart(counted: Path, tmp_path: Path) -> None:
    """What the count carries passes, what it does not is named; the chart is drawn with its credit and its words."""
    jsonschema = pytest.importorskip("jsonschema")
    told = series(counted, "--what", "rail wagons", "--all")
    schema = json.loads(
        (Path(__file__).parents[2] / "docs/reference/schemas/counts-1.schema.json").read_text()
    )
    jsonschema.validate(told, schema)
    first = told["series"][0]["looks"][0]["counts"][0]["id"]
    brief = tmp_path / "wagons.md"
    head = '+++\ntitle = "Wagons"\n+++\n\n'
    brief.write_text(
        f"{head}12–15 rail wagons stood in the yard on 3 April 2024. [@count:{first}]\n\n"
        f"![Rail wagons in the yard](chart:count:{first})\n"
    )
    checked = siteline("brief", "check", brief, "--json", cwd=counted)
    assert json.loads(checked.out)["findings"] == []
    assert checked.code == 0
    built = siteline("brief", "build", brief, "--json", cwd=counted)
    assert built.code == 0, built.err
    page = Path(json.loads(built.out)["file"]).read_text(encoding="utf-8")
    assert "data:image/png" in page
    assert "Rail wagons in yard: 12–15 on 3 April 2024" in page
    brief.write_text(f"{head}12–16 rail wagons stood in the yard. [@count:{first}]\n")
    work = open_case(counted)
    objections = check_brief(work, brief).objections
    work.close()
    assert {objection.code for objection in objections} == {"number"}
    drawn = siteline(
        "figure",
        "counts",
        "plant",
        "--what",
        "rail wagons",
        "--out",
        tmp_path / "c.svg",
        "--json",
        cwd=counted,
    )
    assert drawn.code == 0, drawn.err
    figure = json.loads(drawn.out)
    schema = json.loads(
        (Path(__file__).parents[2] / "docs/reference/schemas/figure-1.schema.json").read_text()
    )
    jsonschema.validate({k: v for k, v in figure.items() if k != "path"}, schema)
    assert figure["credit"] == "A. Maker"
    assert "cloud" in figure["alt"]


def test_a_count_that_was_made_anew_says_where_it_stood(counted: Path) -> None:
    """Of what was rejected or counted anew `--all` tells the area and the image, too."""
    first = add(counted, "S2", "--count", "7", "--note", "by shadows")["id"]
    again = add(counted, "S2", "--count", "8", "--note", "by shadows")["id"]
    listed = siteline("events", "counts", "plant", "--all", cwd=counted).out
    assert f"{first}  rail wagons in yard on S2: 7, by A. Analyst (counted anew: {again})" in listed
