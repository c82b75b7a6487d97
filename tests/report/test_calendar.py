"""The calendar: what it counts, that it draws any series, the same way each time."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from siteline.model.imagery import Look, Scene, blind_times, longest_gap
from siteline.model.weeks import monday_of, weeks_of
from siteline.report.calendar import draw_calendar
from siteline.report.rules import Stamp
from tests.factory import make_look, make_scene, make_site


def series(count: int, days: int, seed: int = 2) -> tuple[list[Look], list[Scene]]:
    """Looks at random days, two thirds of them used."""
    random = np.random.default_rng(seed)
    found = [date(2017, 1, 3) + timedelta(days=int(d)) for d in sorted(random.integers(0, days, count))]
    looks = [
        make_look(f"S{n}", day.isoformat(), used=bool(random.random() < 0.66)) for n, day in enumerate(found)
    ]
    scenes = [make_scene(f"S{n}", day.isoformat(), credit="© A. Provider") for n, day in enumerate(found)]
    return looks, scenes


def test_weeks_count_every_look_once_and_hold_no_hole() -> None:
    """All ISO weeks from the first look to the last, also over the turn of a long year."""
    looks, _ = series(300, 8 * 365)
    weeks = weeks_of(looks)
    assert sum(week.looks for week in weeks) == 300
    assert sum(week.usable for week in weeks) == sum(look.used for look in looks)
    assert all(b.monday - a.monday == timedelta(weeks=1) for a, b in pairwise(weeks))
    assert weeks[0].monday == monday_of(looks[0].acquired.first_day)
    assert "2020-W53" in [week.name for week in weeks]


def test_a_look_known_to_the_month_is_in_no_week() -> None:
    """It may be of any of them."""
    looks = [make_look("a", "2024-03"), make_look("b", "2024-04-05"), make_look("c", "2024-04-08")]
    assert [(week.name, week.looks) for week in weeks_of(looks)] == [("2024-W14", 1), ("2024-W15", 1)]
    assert weeks_of(looks[:1]) == ()


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_same_series_gives_the_same_bytes(suffix: str) -> None:
    """PNG and SVG, with a name that is no formula, in two scripts; the SVG asks for nothing from outside."""
    looks, scenes = series(25, 700)
    site = make_site(name="Works $x^2$ 룡성 <b>")
    first, second = (draw_calendar(site, looks, scenes, "about 150 m²", (), suffix) for _ in range(2))
    assert first.data == second.data
    assert (first.credit, first.licence, first.use) == (
        "© A. Provider",
        "licence unknown",
        "permitted use unknown",
    )
    if suffix == ".svg":
        assert b"<script" not in first.data
        assert b"<b>" not in first.data
        assert b"font-family" not in first.data


def test_blind_times_are_hatched_where_they_are() -> None:
    """The picture of a series with a long gap has grey hatching in these weeks, and blue where looks are usable."""
    days = [date(2023, 1, 2) + timedelta(days=7 * n) for n in range(50) if not 20 <= n < 32]
    looks = [make_look(f"S{n}", day.isoformat()) for n, day in enumerate(days)]
    assert [gap.days for gap in blind_times(looks)] == [91]
    figure = draw_calendar(make_site(), looks, [make_scene("S0")], "")
    with Image.open(BytesIO(figure.data)) as image:
        assert image.size == figure.size
        pixels = np.asarray(image.convert("RGB"), float)
    left, right = 0.062 * pixels.shape[1], 0.987 * pixels.shape[1]
    row = next(y for y in range(pixels.shape[0]) if np.mean(np.ptp(pixels[y], axis=1) > 40) > 0.4) + 18

    def colour(week: float) -> float:
        x = round(left + (right - left) * (week + 0.5) / 53)
        return float(np.mean(np.ptp(pixels[row - 6 : row + 6, x - 6 : x + 6], axis=-1)))

    assert colour(10) > 40
    assert colour(40) > 40
    assert colour(22) < 12
    assert longest_gap(looks) is not None
    assert "longest time without a usable image was 13 weeks" in figure.alt


def test_any_series_can_be_drawn() -> None:
    """One look, none usable, months only, eight years of 300, stamps, no credit, a name in a script we cannot letter."""
    one = [make_look("a", "2024-03-05")]
    for looks in (
        one,
        [make_look("a", "2024-03-05", used=False)],
        [make_look("a", "2016-12"), make_look("b", "2018-12")],
    ):
        figure = draw_calendar(make_site(name="מפעל"), looks, [make_scene("a")], "", tuple(Stamp))
        assert figure.data.startswith(b"\x89PNG")
    looks, scenes = series(300, 8 * 365)
    assert draw_calendar(make_site(), looks, scenes, "about 150 m²").size[1] > 600
