"""The calendar of a case: before and after a survey, in numbers and as a picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteline.model.errors import BadSetting, CannotTell
from siteline.workbench.case import make_case
from siteline.workbench.images import add_manifest
from siteline.workbench.survey import survey_site
from siteline.workbench.weeks import calendar_of, picture_calendar
from tests.cube.series import known_shifts, make_series
from tests.pictures import make_earth_site, write_manifest


def test_the_calendar_counts_and_draws(tmp_path: Path) -> None:
    """Weeks, the longest time without a look, the smallest thing visible; a picture only once it is surveyed."""
    case = make_case(tmp_path / "case")
    case.register.record(make_earth_site(), None)
    series = make_series(tmp_path, known_shifts(10, size=0.1))
    add_manifest(case, "works", write_manifest(tmp_path / "scenes.csv", series.rows))
    told = calendar_of(case, "works")
    assert (told["surveyed"], told["looks"], told["usable"], told["longest"]) == (False, 10, 0, None)
    assert sum(week["looks"] for week in told["weeks"]) == 10
    with pytest.raises(CannotTell, match="not surveyed yet"):
        picture_calendar(case, "works", tmp_path / "c.png")
    survey_site(case, "works")
    told = calendar_of(case, "works")
    assert sum(week["usable"] for week in told["weeks"]) == told["usable"] == 10
    assert told["longest"]["days"] == 16 == told["longest_days"]
    assert {"from", "to", "days"} == set(told["longest"])
    assert told["weeks"][0]["week"] == "2022-W01"
    assert len(told["weeks"]) == 21
    assert told["wide"] == []
    drawn = picture_calendar(case, "works", tmp_path / "new" / "c.svg")
    assert drawn.path.read_bytes().startswith(b"<?xml")
    with pytest.raises(BadSetting, match="not a picture"):
        picture_calendar(case, "works", tmp_path / "c.gif")
    case.close()
