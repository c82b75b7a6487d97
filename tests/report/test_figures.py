"""Figures: what is burned into their pixels, and what they choose to show."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from pyproj import Proj
from shapely.geometry import Polygon, box

from siteline.measure.stack import pixel_m
from siteline.model.change import Kind, Observation, State
from siteline.model.imagery import Grid, Use, blind_times, gaps
from siteline.raster.grid import metres_per_pixel
from siteline.report.figure import (
    Figure,
    Scenery,
    nice_length,
    north_of,
    picture_of,
    window_around,
)
from siteline.report.filmstrip import choose_looks, draw_frames, join_frames
from siteline.report.locator import Placed, map_figure, paint_backdrop
from siteline.report.page import SiteSection, scenery_of
from siteline.report.pair import draw_latest, draw_pair, join_pair
from siteline.report.rules import Stamp
from siteline.report.stretch import NO_IMAGE, Window, colours
from siteline.report.timeline import Lane, timeline_figure
from tests.factory import make_event, make_look
from tests.report.material import EARTH, THINGS, make_section

STAMP_RED = (122, 16, 32)


def pixels(figure: Figure) -> NDArray[np.int16]:
    """The picture, (rows, cols, 3)."""
    return np.asarray(Image.open(io.BytesIO(figure.data)).convert("RGB")).astype(np.int16)


def all_pictures(section: SiteSection, stamps: tuple[Stamp, ...]) -> list[Figure]:
    """Every raster figure of the first finding."""
    scenery, finding, event = scenery_of(section, stamps), section.shown[0], section.events[0].event
    backdrop = paint_backdrop(scenery, [Placed("1", event.kind, event.outline)], width=500)
    assert backdrop is not None
    latest = draw_latest(scenery, finding, event, width=500)
    pair = draw_pair(scenery, finding, event, width=500)
    figures = [backdrop.figure, latest, *pair, *draw_frames(scenery, finding, event, width=220)]
    return [figure for figure in figures if figure is not None]


def test_simulated_is_burned_across_every_picture() -> None:
    """Each picture of a simulated site bears the word on both sides of its middle."""
    section = make_section(simulated=True, things=THINGS[:1])
    marked, plain = (all_pictures(section, stamps) for stamps in ((Stamp.SIMULATED,), ()))
    assert len(marked) == len(plain) == 12
    for with_mark, without in zip(marked, plain, strict=True):
        changed = np.abs(pixels(with_mark) - pixels(without)).max(axis=-1) > 25
        rows, cols = changed.shape
        rising = np.add.outer(np.arange(rows) / rows, np.arange(cols) / cols) < 1  # above the rising diagonal
        assert changed[rising].mean() > 0.02
        assert changed[~rising].mean() > 0.02


def test_a_draft_is_stamped_in_the_pixels_of_pair_and_filmstrip() -> None:
    """The words NOT REVIEWED stand on red along the bottom of each picture, and nowhere once accepted."""
    section = make_section(things=THINGS[:1])
    for figure in all_pictures(section, (Stamp.NOT_REVIEWED,))[1:]:
        bottom = pixels(figure)[-6:]
        assert (np.abs(bottom - STAMP_RED).max(axis=-1) < 40).mean() > 0.6
    for figure in all_pictures(section, ())[1:]:
        assert (np.abs(pixels(figure)[-6:] - STAMP_RED).max(axis=-1) < 40).mean() < 0.05


def test_saved_figures_are_the_same_bytes_twice() -> None:
    """A pair, a filmstrip, a map and a timeline made twice are equal to the byte."""
    section = make_section(things=THINGS[:2])
    finding, event = section.shown[0], section.events[0].event
    lanes = [Lane("1", "A-2 new building", event, finding.onset)]

    def made() -> list[bytes]:
        scenery = scenery_of(section, (Stamp.NOT_REVIEWED,))
        return [
            join_pair(scenery, finding, event, width=300).data,
            join_frames(scenery, finding, event, count=4).data,
            map_figure(scenery, [Placed("1", event.kind, event.outline)]).data,
            timeline_figure(scenery.looks, lanes).data,
        ]

    assert made() == made()


def test_both_halves_of_a_pair_show_the_same_place() -> None:
    """Away from the change, before and after differ only by noise and season: same window, same stretch."""
    section = make_section(things=THINGS[:1])
    scenery, event = scenery_of(section, ()), section.events[0].event
    window = window_around(event.outline, EARTH)
    before, after = (np.asarray(picture_of(scenery, s, window, 200)).astype(int) for s in ("S21", "S22"))
    assert np.median(np.abs(before - after)) < 12
    assert np.abs(before - after)[60:80, 90:110].mean() > 60


def test_credit_comes_from_metadata_alone() -> None:
    """A scene without credit is credited to nobody, in words."""
    section = make_section(things=THINGS[:1], scene={"credit": "unknown"})
    for figure in all_pictures(section, ()):
        assert figure.credit == "credit unknown"


def test_a_licensed_size_is_obeyed() -> None:
    """No picture of a scene that may be published at 200 pixels is larger."""
    section = make_section(things=THINGS[:1], scene={"use": Use.PUBLISH_MAX_PX, "publish_max_px": 200})
    assert all(max(figure.size) <= 200 for figure in all_pictures(section, ()))


def test_pixels_without_image_are_plain_and_masked_ones_are_shown() -> None:
    """A missing corner is one grey; clouds that a mask hides stay visible."""
    scenery = scenery_of(make_section(things=THINGS[:1]), ())
    corner = colours(scenery.cube, "S20", Window(0, 20, 0, 20), scenery.stretch)
    assert (corner == NO_IMAGE).all()
    cloud = colours(scenery.cube, "S03", Window(0, 20, 0, 20), scenery.stretch)
    assert cloud.mean() > 200


@given(
    st.floats(0, 1), st.floats(0, 1), st.floats(0.2, 200), st.floats(0.2, 200), st.sampled_from([1.0, 4 / 3])
)
def test_a_window_lies_in_the_grid_and_holds_what_it_shows(
    u: float, v: float, wide: float, tall: float, aspect: float
) -> None:
    """Wherever the outline lies, the window stays on the grid, and its middle is shown."""
    rows, cols = EARTH.shape
    x, y = 500_000 + u * cols * 3, 8_000 - v * rows * 3
    window = window_around(box(x - wide, y - tall, x + wide, y + tall), EARTH, aspect=aspect)
    assert 0 <= window.row0 < window.row1 <= rows
    assert 0 <= window.col0 < window.col1 <= cols
    assert window.col0 - 1 <= u * cols <= window.col1 + 1
    assert window.row0 - 1 <= v * rows <= window.row1 + 1


def test_an_empty_outline_shows_the_whole_grid() -> None:
    """A finding without extent still gets a picture."""
    assert window_around(Polygon(), EARTH).shape[0] > 0


def test_north_is_true_north() -> None:
    """The arrow leans by the meridian convergence that PROJ computes, and turns with a turned grid."""
    there = Grid("EPSG:32631", (3.0, 0.0, 720_000.0, 0.0, -3.0, 5_500_000.0), (100, 100), 3.0)
    lon, lat = Proj("EPSG:32631")(720_150, 5_499_850, inverse=True)
    convergence = Proj("EPSG:32631").get_factors(lon, lat).meridian_convergence
    assert convergence > 2
    assert north_of(there) == pytest.approx(-convergence, abs=0.02)
    quarter = Grid("EPSG:32631", (0.0, 3.0, 500_000.0, 3.0, 0.0, 5_500_000.0), (100, 100), 3.0)
    assert abs(north_of(quarter) or 0) == pytest.approx(90, abs=0.1)


def test_a_frame_has_neither_north_nor_scale() -> None:
    """Without georeference there is no north; without a known pixel size no scale."""
    section = make_section(is_image=True, things=THINGS[:1])
    assert north_of(section.survey.grid) is None
    assert metres_per_pixel(section.survey.grid) is None
    event = section.events[0].event
    drawn = map_figure(scenery_of(section, ()), [Placed("1", event.kind, event.outline)]).data.decode()
    assert "North not known" in drawn
    assert "Scale not known" in drawn


@given(st.floats(1e-3, 1e6))
def test_scale_bars_are_round_and_fit(longest: float) -> None:
    """A bar is 1, 2 or 5 times a power of ten, and at least two fifths of the room."""
    length = nice_length(longest)
    assert longest / 2.5 * (1 - 1e-9) <= length <= longest * (1 + 1e-9)
    assert round(length / 10 ** math.floor(math.log10(length) + 1e-9), 6) in (1, 2, 5)


@given(st.integers(1, 60), st.integers(0, 59), st.integers(2, 10), st.data())
def test_a_filmstrip_holds_both_sides_of_the_change(
    looks: int, turn: int, count: int, data: st.DataObject
) -> None:
    """However many looks there are, the two around the change are in it, in time order, never too many."""
    turn = min(turn, looks - 1)
    ids = [f"S{n:02d}" for n in range(looks)]
    hidden = data.draw(st.sets(st.sampled_from(ids)))
    states = {
        i: State.NOT_OBSERVABLE if i in hidden else State.CHANGED if n >= turn else State.UNCHANGED
        for n, i in enumerate(ids)
    }
    event = make_event(
        observations=tuple(Observation(i, state) for i, state in states.items()),
        last_without=ids[turn - 1] if turn else None,
        first_with=ids[turn],
    )
    chosen = choose_looks(event, ids, count)
    assert len(chosen) <= count
    assert list(chosen) == sorted(chosen)
    assert ids[turn] in chosen
    if turn and count >= 3:
        assert ids[turn - 1] in chosen


def test_the_latest_look_is_shown_for_buildings_only() -> None:
    """A building site gets a third picture, its latest clear one; a new roof needs none."""
    section = make_section(things=(THINGS[0], THINGS[5]))
    scenery = scenery_of(section, ())
    building, roof = (
        draw_latest(scenery, finding, judged.event, width=200)
        for finding, judged in zip(section.shown, section.events, strict=True)
    )
    assert building is not None
    assert building.scene_ids == ("S36",)
    assert roof is None


def test_gaps_are_told_apart_from_the_usual_rhythm() -> None:
    """Looks every fortnight: the 78 days without any are a gap, a month with one cloudy look is not."""
    shaded = blind_times(make_section(things=()).survey.looks)
    assert [(gap.days, gap.last) for gap in shaded] == [(78, date(2023, 9, 15))]


def test_gaps_are_never_longer_than_the_images_prove() -> None:
    """An image of a month may be of its last day, the next one of its first; two of one month leave no gap."""
    looks = [make_look(str(n), day) for n, day in enumerate(("2011-12", "2012-12", "2012-12-05", "2012-12"))]
    found = [(gap.last, gap.next) for gap in gaps([*looks, make_look("c", "2012-06-01", used=False)])]
    assert found[0] == (date(2011, 12, 31), date(2012, 12, 5))
    assert found[1:] == [(date(2012, 12, 5), date(2012, 12, 5)), (date(2012, 12, 31), date(2012, 12, 31))]


def test_the_timeline_says_when_as_the_finding_does() -> None:
    """A hall that was torn down is read out as still visible, then gone; the legend fits every kind."""
    section = make_section(things=(THINGS[4],))
    finding, event = section.shown[0], section.events[0].event
    told = timeline_figure(section.survey.looks, [Lane("1", finding.what, event, finding.onset)])
    assert f"1, building removed: {finding.onset}." in told.alt
    assert "still visible" in told.alt
    assert "visible in this time" not in told.data.decode()


@pytest.mark.parametrize(
    "grid",
    [
        Grid("EPSG:32631", (3.0, 0.0, 5e5, 0.0, -3.0, 5e6), (9, 9), 2.8, 1.0008),
        Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (9, 9), 0.5),
        Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (9, 9), None),
    ],
)
def test_the_scale_bar_uses_the_pixel_that_sizes_are_measured_with(grid: Grid) -> None:
    """Bar and sizes agree, also where the nominal pixel of the sensor is another."""
    assert metres_per_pixel(grid) == pytest.approx(pixel_m(grid)) if pixel_m(grid) else pixel_m(grid) is None


def test_pictures_of_an_unknown_scene_are_left_out() -> None:
    """A change drawn on an image outside the series has no picture, and nothing breaks."""
    section = make_section(things=THINGS[:1])
    finding = replace(section.shown[0], first_with="elsewhere", last_without=None)
    assert draw_pair(scenery_of(section, ()), finding, section.events[0].event) == (None, None)


def test_scenery_orders_looks_in_time() -> None:
    """Looks that come in any order are shown in time order."""
    section = make_section(things=())
    jumbled = replace(section, survey=replace(section.survey, looks=section.survey.looks[::-1]))
    scenery: Scenery = scenery_of(jumbled, ())
    assert [look.scene_id for look in scenery.looks] == sorted(look.scene_id for look in scenery.looks)


def test_in_a_crowd_every_change_keeps_a_readable_number() -> None:
    """Fifty outlines over one another: no sign lies on another, and each is on its own outline or led to it."""
    section = make_section(is_image=True, things=())
    rng = np.random.default_rng(3)
    placed = []
    for number in range(50):
        x, y = rng.uniform(15, 120), rng.uniform(15, 90)
        outline = box(x, y, x + rng.uniform(4, 40), y + rng.uniform(4, 30))
        placed.append(Placed(str(number + 1), tuple(Kind)[number % len(Kind)], outline))
    drawn = map_figure(scenery_of(section, (Stamp.NOT_REVIEWED,)), placed).data.decode()
    text = r'<text x="([\d.]+)" y="([\d.]+)" [^>]*font-weight="700"[^>]*>(\d+)</text>'
    at = {n: (float(x), float(y)) for x, y, n in re.findall(text, drawn)}
    assert len(at) == 50
    spots = list(at.values())
    nearest = min(math.dist(a, b) for i, a in enumerate(spots) for b in spots[i + 1 :])
    assert nearest > 2 * 9.5


@pytest.mark.parametrize(("covered", "free"), [("left", "right"), ("right", "left")])
def test_the_scale_bar_stands_where_it_covers_least(covered: str, free: str) -> None:
    """A change in one lower corner of the map sends the scale to the other."""
    section = make_section(is_image=True, things=())
    columns = (0, 60) if covered == "left" else (110, 170)
    change = Placed("1", Kind.CLEARING, box(columns[0], 80, columns[1], 130))
    drawn = map_figure(scenery_of(section, ()), [change]).data.decode()
    found = re.search(r'x="([\d.]+)"[^>]*>Scale not known', drawn)
    assert found is not None
    assert (float(found[1]) > 460) == (free == "right")


def test_a_long_label_on_the_timeline_is_broken_and_kept_whole_in_its_title() -> None:
    """Two lines hold what one cannot; whatever is cut can still be read out."""
    section = make_section(things=THINGS[:1])
    event = section.events[0].event
    long = "North-western assembly hall, new building beside the old boiler house"
    drawn = timeline_figure(section.survey.looks, [Lane("1", long, event, "")]).data.decode()
    assert f"<title>{long}</title>" in drawn
    assert drawn.count("<tspan") == 2
    short = timeline_figure(section.survey.looks, [Lane("1", "A-2 new building", event, "")]).data.decode()
    assert "<tspan" not in short
