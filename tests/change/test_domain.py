"""A probability is called calibrated only where it was fitted, and the reason is told once."""

from datetime import date

import numpy as np

from siteline.change.domain import within_one_season
from tests.change.scenes import Block, days_apart, make_cube, search

HALL = Block(top=20, left=18, rows=10, cols=14, since=9, height_m=9.0)
DAYS = days_apart(18, 30)


def reasons(made: tuple) -> str:
    """What the survey says of the calibration; "" if nothing."""
    found = search(made)
    told = [r.text for r in found.remarks if "not calibrated" in r.text]
    assert len(told) <= 1
    assert found.candidates
    assert {e.calibrated for e in found.candidates} == {not told}
    return told[0] if told else ""


def test_inside_the_domain_events_are_calibrated() -> None:
    """Three metres, reflectance with sun angles, eighteen looks through all seasons."""
    assert reasons(make_cube(DAYS, [HALL], sun=True)) == ""


def test_without_sun_angles_they_are_not() -> None:
    """The models weigh shadows."""
    assert "sun angles are missing" in reasons(make_cube(DAYS, [HALL]))


def test_few_looks_of_one_season_are_outside() -> None:
    """Each limit that is crossed is named."""
    said = reasons(make_cube(days_apart(6, 14, date(2021, 5, 3)), [Block(20, 18, 10, 14, since=3)], sun=True))
    assert all(part in said for part in ("6 usable images", "one season", "years"))


def test_relative_units_are_outside() -> None:
    """A display image has no reflectance."""
    cube, looks = make_cube(DAYS, [HALL], sun=True)
    cube.attrs["units"] = "relative"
    assert "no reflectance" in reasons((cube, looks))


def test_slanting_looks_are_outside() -> None:
    """Roofs that lean further than in the districts were not tested."""
    cube, looks = make_cube(DAYS, [HALL], sun=True)
    cube["view_off_nadir"] = ("time", np.full(18, 3.0))
    assert reasons((cube, looks)) == ""
    cube["view_off_nadir"] = ("time", np.r_[np.full(17, 3.0), 18.0])
    assert "18 degrees off nadir" in reasons((cube, looks))


def test_a_season_may_span_the_turn_of_the_year() -> None:
    """November to February is one season, May to September is more."""
    assert within_one_season({11, 12, 1, 2})
    assert not within_one_season({5, 9})
