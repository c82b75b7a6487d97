"""Places for a person: what comes first, what does not, and what is told of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from siteline.change.pairs.equalise import equalise
from siteline.change.pairs.evidence import rim_of, slenderness
from siteline.change.pairs.places import WEAK, find_places
from siteline.model.errors import CannotTell
from siteline.model.imagery import Grid
from siteline.model.pairs import PairOptions, Places
from tests.change.pairs.made import GRID, SIDE, build, ground, paired, retouch, shade


def _outline(top: int, left: int, height: int, width: int) -> object:
    return box(
        500_000 + left / 2, 4_400_000 - (top + height) / 2, 500_000 + (left + width) / 2, 4_400_000 - top / 2
    )


def _iou(a: object, b: object) -> float:
    return float(a.intersection(b).area / a.union(b).area)  # type: ignore[attr-defined]


def _search(before: np.ndarray, after: np.ndarray, places: int = 10) -> Places:
    return find_places(paired(before, after), PairOptions(places=places))


def test_a_new_building_comes_first_under_another_camera() -> None:
    before = ground(1)
    after = retouch(build(before, 60, 70, 28, 36), 2)
    first = _search(before, after).places[0]
    assert first.appeared
    assert _iou(first.outline, _outline(60, 70, 28, 36)) > 0.7
    assert first.area == pytest.approx(28 * 36 / 4, rel=0.3)
    assert any("new edges" in reason for reason in first.reasons)


def test_with_the_dates_exchanged_it_is_gone() -> None:
    before = ground(1)
    after = build(before, 60, 70, 28, 36)
    first = _search(after, before).places[0]
    assert first.appeared is False
    assert _iou(first.outline, _outline(60, 70, 28, 36)) > 0.7
    assert any("gone" in reason for reason in first.reasons)


def test_a_roof_that_stays_is_not_listed_before_one_that_came() -> None:
    both = build(ground(3), 20, 20, 24, 30, tone=0.7)
    after = retouch(build(both, 100, 90, 24, 30), 4)
    first = _search(both, after).places[0]
    assert _iou(first.outline, _outline(100, 90, 24, 30)) > 0.6


@pytest.mark.parametrize("seed", [5, 12, 13])
def test_a_shadow_that_moved_is_doubted_and_ranks_below_a_building(seed: int) -> None:
    """Both ends of its way are listed, each as what may be a shadow, and worth well less than a roof that came."""
    land = ground(seed)
    before, after = shade(land, 20, 20, 26, 26), shade(land, 30, 110, 26, 26)
    found = _search(before, build(retouch(after, 2), 110, 60, 24, 30), places=20)
    roof = found.places[0]
    assert _iou(roof.outline, _outline(110, 60, 24, 30)) > 0.6
    for there, outline, appeared in (
        ("earlier", _outline(20, 20, 26, 26), False),
        ("later", _outline(30, 110, 26, 26), True),
    ):
        listed = [p for p in found.places if p.appeared is appeared and _iou(p.outline, outline) > 0.4]
        assert listed, f"the shadow of the {there} look is not listed"
        for place in listed:
            assert f"it may be a shadow on the {there} image" in place.doubts
            assert place.worth < 0.7 * roof.worth


def test_two_looks_without_a_change_say_that_nothing_stands_out() -> None:
    before = ground(6)
    found = _search(before, retouch(before, 7))
    assert all(place.worth < WEAK for place in found.places)
    assert any("nothing stands out" in str(remark) for remark in found.remarks)


def test_no_place_lies_on_another_and_they_are_numbered_by_worth() -> None:
    after = ground(8)
    for top, left in ((10, 10), (10, 60), (60, 20), (110, 100)):
        after = build(after, top, left, 20, 26)
    found = _search(ground(8), after)
    assert [p.number for p in found.places] == list(range(1, len(found.places) + 1))
    assert [p.worth for p in found.places] == sorted((p.worth for p in found.places), reverse=True)
    for one in found.places:
        for other in found.places:
            if one.number < other.number:
                assert one.outline.intersection(other.outline).area <= 0.35 * min(one.area, other.area)


def test_the_same_pair_gives_the_same_list() -> None:
    before, after = ground(9), build(ground(9), 40, 40, 20, 30)
    assert _search(before, after) == _search(before, after)


def test_no_more_places_than_asked_for() -> None:
    assert len(_search(ground(10), ground(11), places=3).places) <= 3


def test_pictures_without_a_scale_are_searched_and_that_is_said() -> None:
    grid = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (SIDE, SIDE), None)
    found = find_places(paired(ground(1), build(ground(1), 60, 70, 28, 36), grid), PairOptions())
    assert found.places[0].area == pytest.approx(28 * 36, rel=0.3)
    assert any("no scale" in str(remark) for remark in found.remarks)


def test_coarse_pixels_are_refused() -> None:
    grid = Grid("EPSG:32631", (10.0, 0.0, 500_000.0, 0.0, -10.0, 4_400_000.0), (SIDE, SIDE), 10.0)
    with pytest.raises(CannotTell, match=r"2\.5 m or finer"):
        find_places(paired(ground(1), ground(2), grid), PairOptions())


def test_a_pair_that_hardly_overlaps_is_refused() -> None:
    pair = paired(ground(1), ground(1))
    pair["why_not"].values[1] = 1
    with pytest.raises(CannotTell, match="0 pixels of common ground"):
        find_places(pair, PairOptions())


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), gain=st.floats(0.8, 2.0), offset=st.floats(-0.2, 0.2))
def test_equalising_undoes_gain_and_offset_whatever_was_built(seed: int, gain: float, offset: float) -> None:
    """A third of the ground is built over in one tone: it neither sets the colours nor loses its own; gains below 0.7 mislead."""
    before = ground(seed, 96).astype(np.float32)
    after = before.copy()
    after[:, :32, :] = 0.9
    matched, quiet = equalise(before, after * np.float32(gain) + np.float32(offset), np.ones((96, 96), bool))
    assert np.abs(matched - before)[:, 32:].mean() < 0.02
    assert quiet[4:28].mean() < 0.03
    assert np.abs(matched[:, :32] - before[:, :32]).mean() > 0.15


@given(height=st.integers(4, 30), width=st.integers(4, 30))
def test_a_rectangle_is_as_slender_as_it_is_drawn(height: int, width: int) -> None:
    mask = np.zeros((40, 40), bool)
    mask[3 : 3 + height, 4 : 4 + width] = True
    assert slenderness(*np.nonzero(rim_of(mask))) == pytest.approx(max(height, width) / min(height, width))


def test_the_grid_of_the_tests_is_half_a_metre() -> None:
    assert GRID.gsd_m == 0.5
