from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio

from siteline.simulate.radar.passes import ORBITS, Pass, plan_passes
from siteline.simulate.radar.render import render_radar, render_radar_story
from siteline.simulate.radar.speckle import LOOKS, draw_speckle, see_mean
from siteline.simulate.site import Building, PlannedLook, SimulatedSite, Works, draw_rectangle

ASCENDING, DESCENDING = ORBITS


def hall(built: Works | None = None) -> SimulatedSite:
    start = datetime(2022, 1, 1, tzinfo=UTC)
    looks = tuple(PlannedLook(start + timedelta(days=30 * n)) for n in range(25))
    building = Building("A", draw_rectangle(150, 150, 60, 40), 0.0, 10.0, "grey metal", built=built)
    return SimulatedSite("radar-hall", "Radar hall (simulated)", 300.0, looks, (building,))


def passes(orbit, count: int = 24) -> tuple[Pass, ...]:  # type: ignore[no-untyped-def]
    first = datetime(2022, 1, 4, 17, tzinfo=UTC)
    return tuple(
        Pass(n, first + timedelta(days=12 * n), orbit, 0.35, 0.0, 0.0, 0.0, (0.0, 0.0), (0.0, 0.0))
        for n in range(count)
    )


def mean_of(site: SimulatedSite, orbit, band: int = 0) -> np.ndarray:  # type: ignore[no-untyped-def]
    return np.mean([look.intensity[band] for look in render_radar(site, 3, passes(orbit))], axis=0)


def test_the_same_seed_renders_the_same_series() -> None:
    one, two = (list(render_radar(hall(), 5)) for _ in range(2))
    assert all(np.array_equal(a.intensity, b.intensity) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0].intensity, next(render_radar(hall(), 6)).intensity)


def test_speckle_has_its_stated_looks_and_resembles_its_neighbours() -> None:
    field = draw_speckle(np.random.default_rng(1), 8, (200, 200))
    assert field.mean() == pytest.approx(1, abs=0.01)
    assert 1 / field.var() == pytest.approx(LOOKS, rel=0.05)
    beside = np.corrcoef(field[:, :, 1:].ravel(), field[:, :, :-1].ravel())[0, 1]
    assert 0.4 < beside < 0.8
    far = np.corrcoef(field[:, :, 8:].ravel(), field[:, :, :-8].ravel())[0, 1]
    assert abs(far) < 0.05
    assert abs(np.corrcoef(field[0].ravel(), field[1].ravel())[0, 1]) < 0.05


def test_the_sensor_loses_no_power() -> None:
    power = np.zeros((1, 80, 80), np.float32)
    power[0, 40, 40] = 400
    assert see_mean(power).sum() * 4 == pytest.approx(400, rel=0.01)


def test_the_bright_corner_lies_on_the_side_of_the_satellite() -> None:
    """A hall is brightest at the wall that faces the radar: in the west for one orbit, in the east for the other."""
    from_west, from_east = mean_of(hall(), ASCENDING), mean_of(hall(), DESCENDING)
    row = slice(12, 18)
    across = [np.argmax(image[row].mean(axis=0)) for image in (from_west, from_east)]
    assert across[0] < 15 < across[1]
    assert from_west[row].max() > 10 * np.median(from_west)


def test_shadow_lies_behind_and_follows_the_orbit() -> None:
    tall = replace(hall(), buildings=(replace(hall().buildings[0], height_m=30.0),))
    bare = replace(hall(), buildings=())
    east = (slice(13, 17), slice(19, 20))
    lost = [mean_of(tall, orbit)[east].mean() / mean_of(bare, orbit)[east].mean() for orbit in ORBITS]
    assert lost[0] < 0.7 < lost[1]


def test_construction_brightens_from_its_structure_on() -> None:
    works = Works(date(2022, 5, 1), date(2022, 5, 20), date(2022, 6, 10), date(2022, 7, 10), date(2022, 8, 1))
    looks = list(render_radar(hall(works), 3, passes(ASCENDING)))
    line = np.array([look.intensity[0, 10:20, 8:22].mean() for look in looks])
    days = [look.seen.when.date() for look in looks]
    before = line[[d < works.cleared for d in days]].mean()
    after = line[[d >= works.roofed for d in days]].mean()  # type: ignore[operator]
    assert after > 2 * before


def test_frost_and_snow_darken_the_ground() -> None:
    thawed, frozen = (
        next(render_radar(hall(), 3, (replace(passes(ASCENDING)[0], frost=f),))).intensity.mean()
        for f in (0.0, 1.0)
    )
    assert frozen < 0.75 * thawed


def test_passes_of_both_orbits_come_every_twelve_days_with_some_missing() -> None:
    planned = plan_passes(date(2021, 1, 1), date(2023, 1, 1), 45.0, 9)
    for orbit in ORBITS:
        days = [p.when.date() for p in planned if p.orbit is orbit]
        steps = {(b - a).days for a, b in pairwise(days)}
        assert 12 in steps
        assert all(step % 12 == 0 for step in steps)
        assert len(days) > 50


def test_files_say_that_they_are_simulated(tmp_path: Path) -> None:
    site = replace(hall(), looks=hall().looks[:3])
    manifest, count = render_radar_story(tmp_path, site, 3)
    rows = list(csv.DictReader(manifest.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == count > 3
    assert {row["orbit"] for row in rows} == {"ascending", "descending"}
    with rasterio.open(tmp_path / rows[0]["file"]) as image:
        assert image.tags()["SITELINE_SIMULATED"] == "1"
        assert image.descriptions == ("vv", "vh")
        assert image.res == (10.0, 10.0)
    assert (tmp_path / "radar-truth.json").exists()


def test_pictures_of_light_do_not_know_of_radar() -> None:
    """Rendering them loads nothing of it, so nothing of it can change them."""
    code = "import sys, siteline.simulate.render; print([m for m in sys.modules if 'simulate.radar' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
