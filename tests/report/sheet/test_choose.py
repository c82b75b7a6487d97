"""The pair that is shown: alike in sun and season, clear, near the change, and the reason told."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from siteline.model.errors import BadInput, CannotTell, NotFound
from siteline.model.imagery import WhyNot
from siteline.report.sheet.choose import choose_pair, likeness
from siteline.report.sheet.subject import Subject
from tests.report.sheet.subjects import make_subject


def with_coords(subject: Subject, **coords: list[float]) -> Subject:
    """The subject with other suns or views."""
    from dataclasses import replace

    cube = subject.scenery.cube.assign_coords({name: ("time", values) for name, values in coords.items()})
    return replace(subject, scenery=replace(subject.scenery, cube=cube))


def test_the_pair_is_of_one_season_and_says_so() -> None:
    """With one sun for all, the two looks lie within weeks of each other in the year; the reason names the days between."""
    subject = make_subject()
    chosen = choose_pair(subject, subject.window(4 / 3))
    days = [subject.scenery.acquired(name).middle for name in (chosen.before, chosen.after)]
    apart = abs((days[1] - days[0]) - timedelta(days=365))
    assert apart < timedelta(days=15)
    assert "days apart in the year" in chosen.why
    assert "suns 0° apart" in chosen.why
    assert "view angle not known" in chosen.why
    assert "The change came between 28 December 2023 and 10 January 2024" in chosen.why


def test_a_like_sun_is_preferred() -> None:
    """When one look before and one after share a sun that no other pair shares, these two are chosen."""
    subject = make_subject()
    count = subject.scenery.cube.sizes["time"]
    azimuth = [0.0 if n < 22 else 240.0 for n in range(count)]
    azimuth[6] = azimuth[28] = 120.0
    lit = with_coords(subject, sun_azimuth=azimuth, sun_elevation=[12.0] * count)
    chosen = choose_pair(lit, lit.window(4 / 3))
    assert (chosen.before, chosen.after) == ("S06", "S28")
    assert "suns 0° apart" in chosen.why


def test_a_like_view_is_preferred() -> None:
    """Views that lean to opposite sides are not set side by side while there are others."""
    subject = make_subject()
    count = subject.scenery.cube.sizes["time"]
    tilt, turn = [25.0] * count, [90.0 if n % 2 else 270.0 for n in range(count)]
    seen = with_coords(subject, view_off_nadir=tilt, view_azimuth=turn)
    chosen = choose_pair(seen, seen.window(4 / 3))
    assert int(chosen.before[1:]) % 2 == int(chosen.after[1:]) % 2
    assert "views 0° apart" in chosen.why
    window = seen.window(4 / 3)
    assert likeness(seen.scenery, window, "S14", "S25").view == pytest.approx(50, abs=0.1)


def test_a_cloud_in_the_view_is_passed_over() -> None:
    """The look that would be chosen is not, once a cloud lies on the place."""
    subject = make_subject()
    window = subject.window(4 / 3)
    first = choose_pair(subject, window)
    from dataclasses import replace

    cube = subject.scenery.cube.copy(deep=True)
    cube["why_not"].values[int(first.after[1:])] = WhyNot.CLOUD
    clouded = replace(subject, scenery=replace(subject.scenery, cube=cube))
    assert choose_pair(clouded, window).after != first.after
    assert np.all(subject.scenery.cube["why_not"].values[int(first.after[1:])] == 0)


def test_a_person_may_choose() -> None:
    """Named scenes are taken, and the reason says that they were named, and what is wrong with them."""
    subject = make_subject()
    window = subject.window(4 / 3)
    chosen = choose_pair(subject, window, "S23", "S30")
    assert (chosen.before, chosen.after) == ("S23", "S30")
    assert chosen.why.startswith("Both images were chosen by hand")
    assert "the change is visible already" in chosen.why
    one = choose_pair(subject, window, before="S02")
    assert one.before == "S02"
    assert "before was chosen by hand" in one.why


def test_what_cannot_be_compared_is_refused() -> None:
    """Scenes that are not there, the wrong way round, or none before: each with what to do."""
    subject = make_subject()
    window = subject.window(4 / 3)
    with pytest.raises(NotFound, match="no scene X9"):
        choose_pair(subject, window, before="X9")
    with pytest.raises(BadInput, match="not earlier"):
        choose_pair(subject, window, "S30", "S05")
    with pytest.raises(CannotTell, match="no pair"):
        choose_pair(subject, window, after="S00")
