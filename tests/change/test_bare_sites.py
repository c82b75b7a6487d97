"""Sites that give a search little to hold on to: all water, all forest, a polar winter. No flood, and plain words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from bench.cases import build
from shapely.geometry import box

from siteline.change.find import ChangeOptions, Changes, find_changes
from siteline.model.place import Site
from siteline.simulate.render import render_story
from siteline.simulate.site import Patch, SimulatedSite
from siteline.simulate.story import plan_looks, random_story

SIZE_M = 200.0
EVERYWHERE = box(-60, -60, SIZE_M + 60, SIZE_M + 60)
LONG_AGO = date(2000, 1, 1)


def search(story: SimulatedSite, folder: Path) -> Changes:
    """Render a story and search it as a survey does."""
    render_story(folder, story, 3)
    cube, looks = build(folder / "scenes.csv", Site(story.id, story.id, ()))
    return find_changes(cube, looks, (), ChangeOptions())


def bare(**changed: object) -> SimulatedSite:
    """A site on which nothing was ever built."""
    story = random_story(11, looks=16, years=2.0, size_m=SIZE_M, buildings=0)
    nothing = {"buildings": (), "patches": (), "roads": (), "fields": (), "woods": (), "trees_per_ha": 0.0}
    return replace(story, **{**nothing, **changed})


def test_all_water_has_no_events(tmp_path: Path) -> None:
    """Open water from edge to edge: nothing changed, and what could have been seen is told."""
    lake = Patch("lake", EVERYWHERE, "water", LONG_AGO, LONG_AGO + timedelta(days=1))
    found = search(bare(patches=(lake,)), tmp_path / "lake")
    assert not found.events
    assert found.watched[0].seen


def test_all_forest_has_no_events(tmp_path: Path) -> None:
    """Trees through two years of seasons."""
    found = search(bare(woods=(EVERYWHERE,)), tmp_path / "wood")
    assert not found.events
    assert found.watched[0].seen


def test_winters_at_65_north_are_told_to_carry_little(tmp_path: Path) -> None:
    """Low sun, long shadows, snow: few events if any, called uncalibrated, with season and latitude as the reason."""
    days = [
        date(year, month, day)
        for year in (2020, 2021)
        for month, day in ((11, 12), (11, 25), (12, 3), (12, 18))
    ] + [date(year, month, day) for year in (2021, 2022) for month, day in ((1, 9), (1, 24), (2, 5), (2, 15))]
    looks = plan_looks(
        [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in sorted(days)],
        np.random.default_rng(5),
        latitude=65.0,
    )
    story = random_story(12, looks=16, size_m=SIZE_M, buildings=4, latitude=65.0)
    found = search(replace(story, looks=looks), tmp_path / "north")
    assert len(found.events) <= 4
    assert not any(e.calibrated for e in found.candidates)
    said = " ".join(r.text for r in found.remarks)
    assert "of one season" in said
    assert "the latitude" in said
