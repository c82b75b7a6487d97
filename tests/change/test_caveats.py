"""Bad input gets a plain word on what cannot be said and what would be needed, and no flood of events."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from siteline.change.find import Changes
from siteline.model.dates import parse_acquired
from siteline.model.errors import CannotTell
from siteline.model.imagery import Look
from tests.change.scenes import GREEN, Block, days_apart, event_on, make_cube, search

HALL = Block(top=20, left=18, rows=10, cols=14, since=20, height_m=9.0)
OLD = Block(top=8, left=38, rows=8, cols=12, height_m=7.0)
DAYS = days_apart(40, 25)


def told(changes: Changes, words: str) -> list[str]:
    """Remarks with these words, each with its remedy."""
    return [f"{r.text} ({r.remedy})" for r in changes.remarks if words in r.text]


def onsets(changes: Changes) -> set[tuple[date | None, date]]:
    return {(e.onset.after, e.onset.by) for e in changes.events}


def test_azimuths_turned_around_are_recognised_and_not_used() -> None:
    """A file that gives the direction of the shadow finds no buildings on the wrong side; the remark says what is meant."""
    cube, looks = make_cube(DAYS, [HALL, OLD], sun=True)
    right = search((cube, looks))
    assert not told(right, "sun angles")
    cube["sun_azimuth"].values[:] = (cube["sun_azimuth"].values + 180) % 360
    wrong = search((cube, looks))
    [said] = told(wrong, "turned by 180 degrees")
    assert "40 of 40 images" in said
    assert "direction in which the sun stands" in said
    assert told(wrong, "shadow test is off")
    assert {e.calibrated for e in wrong.candidates} == {False}
    assert onsets(right) == {(DAYS[19], DAYS[20])}
    found = event_on(wrong.events, HALL)
    assert (found.onset, found.height) == (event_on(right.events, HALL).onset, None)


def test_some_sun_angles_that_cannot_be_leave_the_others_in_use() -> None:
    """Ten looks with the sun of another hour are set aside, and shadows are followed on the rest."""
    cube, looks = make_cube(DAYS, [HALL], sun=True)
    cube["sun_elevation"].values[5:15] = 5.0
    cube["sun_azimuth"].values[5:15] = 20.0
    found = search((cube, looks))
    assert told(found, "10 of 40 images")
    assert told(found, "shadows could be followed on 30 of 40 images")
    assert event_on(found.events, HALL).height is not None


def test_another_sensor_in_mid_series_is_told_and_is_no_change() -> None:
    """A gain and an offset over the whole scene from one date on make no event, and hide none."""
    cube, looks = make_cube(DAYS, [HALL, OLD], sun=True)
    plain = search((cube, looks))
    gain, offset = np.array((1.35, 1.3, 1.4, 1.2)), np.array((0.02, 0.015, 0.02, 0.01))
    later = cube["value"].values[12:]
    later[:] = later * gain[:, None, None].astype(np.float32) + offset[:, None, None].astype(np.float32)
    found = search((cube, looks))
    assert onsets(found) == onsets(plain)
    [said] = told(found, "another sensor")
    assert f"from {DAYS[12].day} November 2021 on" in said
    assert "brighter" in said
    assert not told(plain, "another sensor")


@pytest.mark.parametrize("season", [0.1, 0.2])
def test_a_seasonal_wave_is_no_other_sensor(season: float) -> None:
    """Half the scene that darkens with the year is not taken for a step of the whole."""
    assert not told(search(make_cube(days_apart(30), season=season)), "another sensor")


def test_a_two_year_hole_is_told_and_dates_span_it() -> None:
    """What changed where nobody looked is dated by the looks around, and nothing else is found."""
    days = [*days_apart(8), *days_apart(14, 30, date(2021, 1, 10) + timedelta(days=7 * 30 + 730))]
    found = search(make_cube(days, [replace(HALL, since=8)], sun=True))
    [said] = told(found, "without a usable image")
    assert "2.0 years" in said or "2 years" in said
    assert onsets(found) == {(days[7], days[8])}
    assert not told(search(make_cube(DAYS)), "without a usable image")


def test_many_images_unlike_the_others_are_told() -> None:
    """Where a third and more was left out because it lies elsewhere, the survey says what to check."""
    cube, looks = make_cube(DAYS)
    beside = tuple(
        Look(f"N{n}", parse_acquired(f"2022-0{n + 1}-03"), 0.0, False, "cloud", None, None) for n in range(9)
    )
    assert not told(search((cube, (*looks, *beside))), "do not show the site")
    few = cube.isel(time=slice(0, 12))
    few.attrs = cube.attrs
    [said] = told(search((few, (*looks[:12], *beside))), "9 of 21 images do not show the site")
    assert "georeference" in said


def test_too_few_looks_say_why_the_others_were_left_out() -> None:
    """Three usable images are refused, with the reasons of those that were not usable."""
    cube, looks = make_cube(days_apart(3))
    cloudy = Look("N", parse_acquired("2021-06-01"), 0.02, False, "cloud", None, None)
    with pytest.raises(CannotTell, match=r"3 usable images .* 1 more was left out: cloud \(1\)"):
        search((cube, (*looks, cloudy, cloudy)[:4]))


def test_roofs_at_the_end_of_the_scale_make_no_events() -> None:
    """A saturated roof that flickers at the limit is not another roof."""
    cube, looks = make_cube(DAYS, [replace(OLD, colour=(0.9, 0.92, 0.94, 0.95))], sun=True)
    cube["value"].values[:] = np.minimum(cube["value"].values, 0.88)
    assert not search((cube, looks)).events


@pytest.mark.parametrize("ground", [(0.045, 0.05, 0.035, 0.02), GREEN])
def test_water_or_forest_alone_has_no_events(ground: tuple[float, ...]) -> None:
    """A site without anything built gives nothing, and no error."""
    for sun in (False, True):
        found = search(make_cube(DAYS, ground=ground, noise=0.08, sun=sun))
        assert not found.events
        assert found.watched[0].smallest is not None
