"""The demo's brief tells the demo's story, held against the truth that was rendered with it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from siteline.model.change import Kind, Stage
from siteline.model.errors import BadSetting
from siteline.model.place import Zone
from siteline.simulate.truth import Truth, read_truth
from siteline.sites.exchange.events import EventRecord
from siteline.workbench import demo as demos
from siteline.workbench.bench import say_nothing
from siteline.workbench.case import open_case
from siteline.workbench.demo import SECOND_HALL, run_demo
from siteline.workbench.findings import records_of
from siteline.workbench.sizes import ratio_of


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that has run."""
    folder = tmp_path_factory.mktemp("demo") / "case"
    run_demo(folder, say_nothing)
    return folder


@pytest.fixture(scope="module")
def records(demo: Path) -> list[EventRecord]:
    """Its events."""
    case = open_case(demo)
    return records_of(case, case.register.get("tidewater"))


@pytest.fixture(scope="module")
def truth(demo: Path) -> Truth:
    """What was rendered."""
    return read_truth(demo / "rendered/truth.json")


def near(label: str, truth: Truth, records: list[EventRecord]) -> EventRecord | None:
    """The event that overlaps a true structure best, if any does by a quarter."""
    outline = truth.structure(label).outline
    scored = [
        (r.event.outline.intersection(outline).area / r.event.outline.union(outline).area, r.id, r)
        for r in records
    ]
    share, _, best = max(scored, key=lambda one: one[:2])
    return best if share >= 0.25 else None


def test_the_second_hall_is_found_named_and_sized(truth: Truth, records: list[EventRecord]) -> None:
    """A-2 is a new building inside the fence, walls or frame at the end, dated rightly, and 95 % bounds hold its area."""
    hall, true = near(SECOND_HALL, truth, records), truth.structure(SECOND_HALL)
    assert hall is not None
    assert (hall.event.kind, hall.event.stage, hall.zone) == (Kind.CONSTRUCTION, Stage.STRUCTURE, Zone.INSIDE)
    assert hall.event.label == SECOND_HALL
    area = hall.measurements["area"]
    assert area is not None
    assert area.low95 <= true.area_m2 <= area.high95


def test_all_replaced_roofs_are_found(truth: Truth, records: list[EventRecord]) -> None:
    """Each of the three replaced roofs is a roof change inside the fence."""
    for label in ("R-1", "R-2", "R-3"):
        roof = near(label, truth, records)
        assert roof is not None
        assert (roof.event.kind, roof.zone) == (Kind.ROOF_CHANGE, Zone.INSIDE)


def test_most_house_foundations_are_found(truth: Truth, records: list[EventRecord]) -> None:
    """At least five of the six foundations are new constructions outside the fence."""
    found = [near(f"H-{n}", truth, records) for n in range(1, 7)]
    right = [r for r in found if r and r.event.kind is Kind.CONSTRUCTION and r.zone is Zone.OUTSIDE]
    assert len({r.id for r in right}) >= 5


def test_the_ratio_of_the_halls_is_stated_honestly(demo: Path) -> None:
    """A-2 over A-1 lies within 0.60 and 0.70, and its interval holds the true 0.65."""
    told = ratio_of(open_case(demo), "tidewater", SECOND_HALL, "A-1", say_nothing)["ratio"]
    assert 0.60 <= told["value"] <= 0.70
    assert told["low95"] <= 0.65 <= told["high95"]


def test_the_brief_says_all_of_it(demo: Path) -> None:
    """The page names the hall with its size, prints the ratio to A-1, and is stamped as a simulated draft."""
    page = (demo / "out/brief.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert re.search(r"A-2[^.]*about [\d,]+ m² \(95 %: [\d,]+–[\d,]+\)", text)
    assert "of A-1's" in text.replace("&#39;", "'").replace("’", "'")
    assert "NOT REVIEWED" in page
    assert "SIMULATED" in page


def test_running_it_again_changes_nothing(demo: Path, records: list[EventRecord]) -> None:
    """A second run finds the same events in the same versions."""
    run_demo(demo, say_nothing)
    case = open_case(demo)
    again = records_of(case, case.register.get("tidewater"))
    assert [(r.id, r.version) for r in again] == [(r.id, r.version) for r in records]


def test_a_changed_renderer_never_replaces_scenes_on_record(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn the same, the demo goes on; drawn otherwise, it names the folder to remove and touches nothing."""
    rendered = demo / "rendered"
    kept = {file: file.read_bytes() for file in rendered.rglob("*") if file.is_file()}

    def draw(folder: Path, *_: Any) -> None:
        shutil.copytree(rendered, folder)

    def draw_otherwise(folder: Path, *_: Any) -> None:
        draw(folder)
        next(folder.glob("scenes/*.tif")).write_bytes(b"another picture")

    (rendered / ".made-by").write_text("an earlier renderer")
    monkeypatch.setattr(demos, "render_story", draw_otherwise)
    with pytest.raises(BadSetting, match="another version") as refusal:
        run_demo(demo, say_nothing)
    assert f"rm -r {demo}" in refusal.value.hint
    monkeypatch.setattr(demos, "render_story", draw)
    run_demo(demo, say_nothing)
    assert {file: file.read_bytes() for file in rendered.rglob("*") if file.is_file()} == kept
