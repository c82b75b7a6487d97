"""The bars of the benchmarks on real, labelled images, as `python -m bench` prints them."""

from pathlib import Path

import pytest
from bench import real
from bench.cases import build, clear_frames, naip_field, ring_campus, solar_farm

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
    assert found.recall >= 0.80, found.line()
    assert found.one_to_one >= 0.50, found.line()
    assert found.precision >= 0.70, found.line()
    assert found.date_rate >= 0.80, found.line()
    assert len(found.controls) <= 2, found.line()


def test_ring_campus_is_dated_and_its_clear_frames_agree() -> None:
    """Removal and ring each found, at most one clear frame late; clear frames are those their author called clear."""
    case = ring_campus()
    author = clear_frames()
    agree = [author[Path(look.scene_id).stem] == look.used for look in case.looks]
    assert sum(agree) / len(agree) >= 0.85
    events, _ = real.search(case)
    for group in (real.REMOVAL, real.RING):
        found = {t.id: real.first_seen(events, t) for t in case.truths if t.id in group}
        assert None not in found.values(), found
        assert max(seen.covered for seen in found.values() if seen) >= 0.4, found


def test_pasted_roofs_are_found_in_real_fields(tmp_path: Path) -> None:
    """Of 20 roofs pasted into aerial images of fields, at least 14 are found, with at most 3 events that are none."""
    case = naip_field(1, tmp_path)
    events, _ = real.search(case)
    found, other = real.count_roofs(events, case)
    assert found >= 14
    assert other <= 3


def test_seven_looks_at_a_forest_carry_no_dates(shared: Path) -> None:
    """Seven syntheses of one year over forest and fields: no event, and the survey says that they carry no dates."""
    cube, looks = build(shared / "data/imagery/s2_forest/scenes.csv", Site("forest", "forest", ()))
    found = find_changes(cube, looks, (), ChangeOptions())
    assert not found.events
    assert any("7 usable images of one year" in r.text and "carry no dates" in r.text for r in found.remarks)
    assert found.watched[0].smallest is not None
