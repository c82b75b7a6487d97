"""The bars of the benchmarks on real, labelled images, as `python -m bench` prints them."""

from pathlib import Path

import pytest
from bench import real
from bench.cases import (
    build,
    clear_frames,
    naip_field,
    planet_feni,
    ring_campus,
    s2_forest,
    solar_farm,
)

from siteline.change.find import ChangeOptions, find_changes
from siteline.model.place import Site

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def _data(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks read where the tests do."""
    monkeypatch.setenv("SITELINE_SHARED", str(shared))


def test_solar_farm_meets_the_bars_of_its_issue() -> None:
    """Twelve yearly frames of a solar plant: most truths found and dated, few false events, controls quiet."""
    case = solar_farm()
    events, _ = real.search(case)
    found = real.judge_solar(events, case)
    assert found.recall >= 0.90, found.line()
    assert found.one_to_one >= 0.70, found.line()
    assert found.precision >= 0.85, found.line()
    assert found.date_rate >= 0.90, found.line()
    assert len(found.controls) <= 1, found.line()


def test_ring_campus_is_dated_and_its_clear_frames_agree() -> None:
    """Removal and ring each found, at most one clear frame late; clear frames are those their author called clear."""
    case = ring_campus()
    author = clear_frames()
    agree = [author[Path(look.scene_id).stem] == look.used for look in case.looks]
    assert sum(agree) / len(agree) >= 0.92
    events, _ = real.search(case)
    found = real.judge_ring(events, case)
    assert found.recall >= 0.80, found.line()
    assert found.precision >= 0.70, found.line()
    assert found.date_rate >= 0.80, found.line()
    assert len(found.controls) <= 1, found.line()
    for group in (real.REMOVAL, real.RING):
        told = {t.id: real.first_seen(events, t) for t in case.truths if t.id in group}
        assert None not in told.values(), told
        assert max(seen.covered for seen in told.values() if seen) >= 0.4, told


def test_pasted_roofs_are_found_in_real_fields(tmp_path: Path) -> None:
    """Of 20 roofs pasted into aerial images of fields, at least 17 are found, with at most one event that is none."""
    case = naip_field(1, tmp_path)
    events, _ = real.search(case)
    found, other = real.count_roofs(events, case)
    assert found >= 17
    assert other <= 1


def test_a_plant_in_frames_stretched_anew_each_year_is_found_once() -> None:
    """Panels first in 2024, one event, on most of the plant; nothing where nothing was built."""
    case, plant = planet_feni()
    events, _ = real.search(case)
    (found,) = [e for e in events if e.outline.intersects(plant)]
    assert real.iou(found, plant) > 0.6
    assert found.onset.by.year in (2023, 2024)
    assert len(events) <= 2
    assert not real.search(s2_forest())[0]


def test_seven_looks_at_a_forest_carry_no_dates(shared: Path) -> None:
    """Seven syntheses of one year over forest and fields: no event, and the survey says that they carry no dates."""
    cube, looks = build(shared / "data/imagery/s2_forest/scenes.csv", Site("forest", "forest", ()))
    found = find_changes(cube, looks, (), ChangeOptions())
    assert not found.events
    assert any("7 usable images of one year" in r.text and "carry no dates" in r.text for r in found.remarks)
    assert found.watched[0].smallest is not None
