"""Whole looks and whole series: what is written is what is true."""

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from scipy import ndimage

from siteline.model.change import Kind, Stage
from siteline.model.errors import BadInput
from siteline.model.place import Zone
from siteline.simulate.coverage import Raster, cover
from siteline.simulate.mark import STRENGTH, mark_ground
from siteline.simulate.place import place
from siteline.simulate.render import TAG, build_world, render_look, render_looks, render_story
from siteline.simulate.site import Building, SimulatedSite, draw_rectangle
from siteline.simulate.story import DEMO_SEED, random_story, tell_demo
from siteline.simulate.truth import read_truth, tell_truth


@pytest.fixture(scope="module")
def small() -> SimulatedSite:
    """A random site of 240 m with five looks."""
    return random_story(5, looks=5, size_m=240.0, buildings=6, cloudiness=0.0)


@pytest.fixture(scope="module")
def rendered(small: SimulatedSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It, rendered into a folder."""
    folder = tmp_path_factory.mktemp("series")
    render_story(folder, small, 5)
    return folder


def test_the_demo_tells_the_story() -> None:
    """A-2 has 0.65 of A-1's area and no roof; six houses outside; three roofs; every promise of the story."""
    story = tell_demo()
    truth = tell_truth(story, DEMO_SEED, ())
    assert 60 <= len(story.looks) <= 72
    first, second = truth.structure("A-1"), truth.structure("A-2")
    assert second.area_m2 / first.area_m2 == pytest.approx(0.65, abs=1e-9)
    assert (second.kind, second.stage, second.zone) == (Kind.CONSTRUCTION, Stage.STRUCTURE, Zone.INSIDE)
    assert first.kind is None
    houses = [s for s in truth.structures if s.label.startswith("H-")]
    assert len(houses) == 6
    assert all(h.stage is Stage.FOUNDATION and h.zone is Zone.OUTSIDE and h.area_m2 > 300 for h in houses)
    end = story.looks[-1].when.date()
    assert all(h.onset is not None and h.onset > end - timedelta(days=70) for h in houses)
    roofs = [s for s in truth.structures if s.kind is Kind.ROOF_CHANGE]
    assert len({s.onset.year for s in roofs if s.onset}) == 3
    assert {g.kind for g in truth.grounds} >= {Kind.CLEARING, Kind.SURFACE_CHANGE}


def test_every_house_of_the_demo_is_seen_four_times() -> None:
    """After each foundation come at least four looks in which the house itself is clear."""
    story = tell_demo()
    world = build_world(story, DEMO_SEED)
    start = min(b.built.foundation for b in story.buildings if b.label.startswith("H-") and b.built)
    seen = dict.fromkeys((b.label for b in story.buildings if b.label.startswith("H-")), 0)
    for number, look in enumerate(story.looks):
        if look.when.date() < start or look.weather not in ("clear", "thin"):
            continue
        rendered = render_look(world, number)
        for building in story.buildings:
            if building.label in seen and building.built and look.when.date() >= building.built.foundation:
                x, y = building.outline.centroid.coords[0]
                row, column = int((story.size_m - y) / 3), int(x / 3)
                spot = np.s_[row - 3 : row + 4, column - 3 : column + 4]
                seen[building.label] += bool(
                    (rendered.mask[spot] == 0).all() and rendered.counts[0][spot].all()
                )
    assert min(seen.values()) >= 4, seen


def test_letters_keep_off_what_the_demo_measures() -> None:
    """No stroke of SIMULATED lies on or near a building that changes, nor on A-1."""
    story = tell_demo()
    raster = Raster(0, story.size_m, 3.0, (300, 300))
    letters = mark_ground(story.size_m, story.size_m, raster) < 1 - 1e-6
    rows, columns = np.nonzero(letters)
    x, y = columns * 3 + 1.5, story.size_m - rows * 3 - 1.5
    for building in story.buildings:
        if building.kind or building.label == "A-1":
            west, south, east, north = building.outline.buffer(6).bounds
            assert not ((x > west) & (x < east) & (y > south) & (y < north)).any(), building.label


def test_no_two_buildings_stand_on_each_other() -> None:
    """In the demo and in random stories, outlines of buildings keep apart."""
    for story in (tell_demo(), random_story(1), random_story(2, size_m=900, buildings=50)):
        outlines = [b.outline for b in story.buildings]
        assert len(outlines) > 10
        for number, one in enumerate(outlines):
            assert all(one.distance(other) > 1 for other in outlines[:number])


def test_a_look_is_the_same_alone_or_in_order(small: SimulatedSite) -> None:
    """Each look depends on the seed and its number alone; another seed gives another picture."""
    third = list(render_looks(small, 5))[2]
    alone = render_look(build_world(small, 5), 2)
    assert np.array_equal(third.counts, alone.counts)
    assert np.array_equal(third.mask, alone.mask)
    assert third.truth == alone.truth
    assert not np.array_equal(third.counts, render_look(build_world(small, 6), 2).counts)


def test_every_scene_carries_the_word(small: SimulatedSite) -> None:
    """SIMULATED darkens the same ground by the same factor in every look, in every band."""
    looks = list(render_looks(replace(small, shift_px=(0.0, 0.0), wander_px=0, buildings=()), 5))
    raster = Raster(0, small.size_m, 3.0, (80, 80))
    factor = mark_ground(small.size_m, small.size_m, raster)
    inside, outside = factor < 1 - 0.9 * STRENGTH, factor > 1 - 1e-6
    beside = outside & ndimage.binary_dilation(inside, iterations=4)
    for look in looks:
        for band in (0, 1, 2):
            values = look.counts[band].astype(float)
            ratio = np.median(values[inside & (values > 0)]) / np.median(values[beside & (values > 0)])
            assert ratio < 1 - 0.4 * STRENGTH


def test_shifts_in_the_truth_are_shifts_in_the_pictures(small: SimulatedSite) -> None:
    """Content displaced right and down by the truth's shift lies where the sharp look, so moved, lies."""
    quiet = replace(small, looks=small.looks[:1], psf_px=0.7, wander_px=0)
    still = render_look(build_world(replace(quiet, shift_px=(0.0, 0.0)), 9), 0)
    moved = render_look(build_world(replace(quiet, shift_px=(1.0, 1.0)), 9), 0)
    dx, dy = moved.truth.shift_px
    expected = ndimage.shift(still.counts[1].astype(float), (dy, dx), order=3, mode="nearest")
    wrong = ndimage.shift(still.counts[1].astype(float), (-dy, -dx), order=3, mode="nearest")
    core = np.s_[10:-10, 10:-10]
    found = moved.counts[1].astype(float)[core]
    assert np.abs(found - expected[core]).mean() < 0.35 * np.abs(found - wrong[core]).mean()


def test_the_folder_says_what_the_truth_says(rendered: Path) -> None:
    """Manifest, files and truth agree; every image is tagged as simulated and reads as reflectance."""
    truth = read_truth(rendered / "truth.json")
    rows = list(csv.DictReader((rendered / "scenes.csv").open(encoding="utf-8")))
    assert [row["id"] for row in rows] == [look.scene_id for look in truth.looks]
    for row, look in zip(rows, truth.looks, strict=True):
        assert row["bands"] == "blue green red nir"
        assert float(row["sun_elevation"]) == pytest.approx(look.sun_elevation, abs=0.01)
        with rasterio.open(rendered / row["file"]) as scene, rasterio.open(rendered / row["mask"]) as mask:
            assert scene.tags()[TAG] == mask.tags()[TAG] == "1"
            assert scene.descriptions == ("blue", "green", "red", "nir")
            assert (scene.dtypes[0], scene.nodata, scene.compression.name) == ("uint16", 0, "deflate")
            assert scene.shape == mask.shape == truth.shape
            assert scene.transform == mask.transform
            assert 0.005 < float(row["scale"]) * np.median(scene.read(2)) < 0.6
    site = json.loads((rendered / "site.geojson").read_text(encoding="utf-8"))
    assert site["site"]["simulated"] is True
    assert (rendered / "preview.png").stat().st_size > 1000


def test_the_truth_comes_back_as_it_was(small: SimulatedSite, rendered: Path) -> None:
    """Outlines, days, kinds and shifts survive the way through the file; other files are refused."""
    back = read_truth(rendered / "truth.json")
    again = tell_truth(small, 5, back.looks)
    assert back == again
    (rendered / "other.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="truth file"):
        read_truth(rendered / "other.json")


def test_areas_are_areas_on_the_ground(small: SimulatedSite) -> None:
    """The truth's area is that of its outline, corrected for the scale of the projection."""
    truth = tell_truth(small, 5, ())
    for building, told in zip(small.buildings, truth.structures, strict=True):
        assert told.outline.area == pytest.approx(building.outline.area, rel=1e-9)
        assert told.area_m2 == pytest.approx(told.outline.area / 0.9996**2, rel=1e-9)


def test_the_place_is_open_ocean() -> None:
    """The demo lies where no facility can be: mid-Atlantic, at the latitude that sets its sun."""
    story = tell_demo()
    frame = place(story, story.buildings[0].outline)
    lon, lat = Transformer.from_crs("EPSG:32624", "EPSG:4326", always_xy=True).transform(
        *frame.centroid.coords[0]
    )
    assert (lon, lat) == (pytest.approx(-39.0, abs=0.02), pytest.approx(story.latitude, abs=0.02))


def test_weather_leaves_gaps_that_cluster() -> None:
    """Overcast looks follow each other more often than chance would have it."""
    runs, chance = 0, 0.0
    for seed in range(8):
        dull = np.array([look.weather == "overcast" for look in random_story(seed, looks=80).looks])
        runs += int((dull[1:] & dull[:-1]).sum())
        chance += float(dull.mean() ** 2 * (len(dull) - 1))
    assert runs > 1.5 * chance


def test_masks_are_as_wrong_as_masks_are() -> None:
    """They catch most thick cloud, and miss part of what an eye would call cloud or shadow."""
    story = random_story(3, looks=20, size_m=240, buildings=0, cloudiness=3.0)
    looks = [look for look in render_looks(story, 3) if look.truth.weather == "scattered"]
    assert looks
    called = np.mean([np.mean(look.mask == 1) for look in looks])
    real = np.mean([look.truth.cloud for look in looks])
    assert 0.4 * real < called < 1.6 * real
    assert 0 < sum(look.truth.mask_misses_shadow for look in looks) < len(looks)


def test_a_story_keeps_its_days_apart() -> None:
    """Every revisit pattern gives as many looks as asked for, one a day, in order."""
    for revisit in ("irregular", "regular", "bursts"):
        days = [look.when.date() for look in random_story(8, looks=40, revisit=revisit).looks]
        assert len(set(days)) == 40
        assert days == sorted(days)
        assert all(isinstance(day, date) for day in days)


def test_shadows_fall_where_the_manifest_says(small: SimulatedSite) -> None:
    """What a building darkens on the ground lies away from the sun, at a distance that fits its height."""
    hall = Building("A", draw_rectangle(120, 120, 40, 20, 30), 30.0, 12.0, "white membrane")
    empty = replace(
        small,
        buildings=(),
        patches=(),
        roads=(),
        woods=(),
        looks=(replace(small.looks[0], weather="clear", snow=0.0, view_off_nadir=0.0),),
        shift_px=(0.0, 0.0),
        gain_sigma=0.0,
        trees_per_ha=0.0,
        wander_px=0,
    )
    without = render_look(build_world(empty, 5), 0)
    with_it = render_look(build_world(replace(empty, buildings=(hall,)), 5), 0)
    loss = np.clip(without.counts[3].astype(float) - with_it.counts[3], 0, None)
    loss[loss < 300] = 0
    loss[cover(hall.outline.buffer(3), Raster(0, 240, 3.0, (80, 80))) > 0] = 0
    rows, columns = np.mgrid[0:80, 0:80] + 0.5
    east = (loss * columns).sum() / loss.sum() * 3 - 120
    north = 240 - (loss * rows).sum() / loss.sum() * 3 - 120
    away = (with_it.truth.sun_azimuth + 180) % 360
    assert np.degrees(np.arctan2(east, north)) % 360 == pytest.approx(away, abs=12)
