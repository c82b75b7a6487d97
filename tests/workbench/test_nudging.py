"""Nudges in a case: kept with who and why, used by the next survey, taken back by another row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siteline.model.errors import BadInput, BadSetting, NotFound
from siteline.workbench.bench import Bench
from siteline.workbench.case import Case, make_case
from siteline.workbench.images import add_manifest
from siteline.workbench.nudging import nudge_scene, say_nudge
from siteline.workbench.pictures import list_all
from siteline.workbench.survey import see_site, survey_site
from tests.cli.conftest import siteline
from tests.cube.series import known_shifts, make_series
from tests.pictures import make_earth_site, write_manifest


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A case with ten looks, one of which lies 30 px to the right."""
    shifts = [tuple(s) for s in known_shifts(10, size=0.1)]
    shifts[4] = (30.0, 0.0)
    series = make_series(tmp_path, shifts)
    made = make_case(tmp_path / "case")
    made.register.record(make_earth_site(), None)
    add_manifest(made, "works", write_manifest(tmp_path / "scenes.csv", series.rows))
    yield made
    made.close()


def recipe_of(case: Case) -> str:
    """Of the looks as they would be laid now."""
    bench = Bench(case)
    see_site(bench, "works")
    return bench.recipes["align"]


def row_of(case: Case, scene: str) -> dict:  # type: ignore[type-arg]
    """One line of `scenes list --json`."""
    return next(row for row in list_all(case, "works") if row["id"] == scene)


def test_a_nudge_is_kept_shown_used_and_undone(case: Case, tmp_path: Path) -> None:
    """Tie points to a reference: pending in the list, then surveyed; the recipe changes, and back with --undo."""
    first = recipe_of(case)
    assert (row_of(case, "S04")["used"], row_of(case, "S04")["nudged"]) == (False, False)
    ties = tmp_path / "ties.csv"
    ties.write_text("x,y,ref_x,ref_y\n60,30,30,30\n70,60,40.2,60\n90,80,59.8,80\n")
    done = nudge_scene(case, "works", "S04", "the estimate lost it", ties=ties, to="S03")
    assert done.shift_px == pytest.approx((-30.0, 0.0), abs=0.1)
    pending = row_of(case, "S04")
    assert (pending["nudged"], pending["nudge"]["surveyed"]) == (True, False)
    assert pending["shift_px"] == pytest.approx((-30.0, 0.0), abs=0.1)
    assert "survey again" in say_nudge(pending["nudge"])
    assert survey_site(case, "works").survey.recipes["align"] == recipe_of(case) != first
    row = row_of(case, "S04")
    assert (row["used"], row["nudge"]["surveyed"], row["nudge"]["follows"]) == (True, True, "S03")
    assert row["nudge"]["who"]
    assert row["nudge"]["why"] == "the estimate lost it"
    assert row["residual_px"] is not None
    assert case.blobs.read(done.source_sha256 or "") == ties.read_bytes()
    nudge_scene(case, "works", "S04", "no longer needed", undo=True)
    assert not row_of(case, "S04")["nudged"]
    assert recipe_of(case) == first
    assert len(case.nudges.all("works")) == 2


def test_only_the_nudged_look_is_read_again(case: Case) -> None:
    """What was read before is not read again, though the look needs a wider window."""
    see_site(Bench(case), "works")
    nudge_scene(case, "works", "S04", "seen by eye", shift="-30,0")
    bench = Bench(case)
    sight = see_site(bench, "works")
    assert bench.work["read_native"].anew == 1
    [look] = [look for look in sight.looks if look.scene_id == "S04"]
    assert look.used
    assert look.usable > 0.95


def test_bad_nudges_are_refused(case: Case, tmp_path: Path) -> None:
    """No reason, no number, no such scene, held to itself or in a circle, nothing to undo."""
    with pytest.raises(BadSetting, match="its reason"):
        nudge_scene(case, "works", "S04", " ", shift="1,1")
    for said in ("1", "1,x", "nan,1", "1,2,3"):
        with pytest.raises(BadSetting, match="not two numbers"):
            nudge_scene(case, "works", "S04", "why", shift=said)
    with pytest.raises(NotFound):
        nudge_scene(case, "works", "S99", "why", shift="1,1")
    with pytest.raises(BadInput, match="held to itself"):
        nudge_scene(case, "works", "S04", "why", shift="1,1", to="S04")
    with pytest.raises(BadInput, match="is not nudged"):
        nudge_scene(case, "works", "S04", "why", undo=True)
    nudge_scene(case, "works", "S04", "why", shift="1,1", to="S05")
    with pytest.raises(BadInput, match="would hold to each other"):
        nudge_scene(case, "works", "S05", "why", shift="1,1", to="S04")
    ties = tmp_path / "ties.csv"
    ties.write_text("x,y,lon,lat\n60,30,3.1,39.7\n")
    with pytest.raises(BadInput, match=r"ties\.csv: a shift of"):
        nudge_scene(case, "works", "S04", "why", ties=ties)


def test_the_command_takes_shifts_to_the_left(case: Case) -> None:
    """A minus sign is a number, not an option; --undo needs a reason as well."""
    said = siteline(
        "scenes", "nudge", "works", "S04", "--shift", "-30,0.5", "--why", "by eye", cwd=case.folder
    )
    assert (said.code, "nudged by -30.00, +0.50 px" in said.out) == (0, True), said.err
    assert siteline("scenes", "nudge", "works", "S04", "--undo", cwd=case.folder).code == 2
