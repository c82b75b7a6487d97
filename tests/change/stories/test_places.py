"""Series without sun angles: what is told as one change, and what as several."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import xarray as xr
from shapely.geometry import box
from shapely.ops import unary_union

from siteline.change.find import ChangeOptions, Changes, find_changes
from siteline.change.stories.places import weigh_drift
from siteline.model.imagery import Look
from tests.change.scenes import Block, days_apart, event_on, iou, make_cube

Made = tuple[xr.Dataset, tuple[Look, ...]]
SOIL = (0.12, 0.16, 0.21, 0.30)
ROOF = (0.55, 0.56, 0.57, 0.58)


def as_frames(made: Made, seed: int = 3) -> Made:
    """The same as pictures for display: red, green and blue, each look with gain, gamma and offset of its own."""
    cube, looks = made
    rng = np.random.default_rng(seed)
    shown = cube.sel(band=["blue", "green", "red"]).copy(deep=True)
    for look in shown["value"].values:
        gain, bend, lift = (rng.uniform(*span, (3, 1, 1)) for span in ((0.9, 1.6), (0.8, 1.2), (0.0, 0.05)))
        look[:] = np.clip(lift + gain * look**bend, 0, 1)
    shown.attrs["units"] = "relative"
    shown.attrs["grid"] = replace(cube.attrs["grid"], crs=None)
    return shown, looks


def search_frames(made: Made) -> Changes:
    """Search them as a survey does."""
    return find_changes(*made, (), ChangeOptions())


def test_a_roof_that_goes_with_its_yard_is_told_beside_it() -> None:
    """Ground is cleared and a bright hall on it goes at the same look: two changes, of the hall and of the ground."""
    days = days_apart(16, 90)
    ground = Block(6, 6, 40, 40, since=8, colour=SOIL)
    hall = Block(20, 20, 8, 8, since=0, until=8, colour=ROOF)
    events = search_frames(as_frames(make_cube(days, [hall, ground], shape=(90, 90)))).events
    areas = sorted(e.outline.area for e in events if e.onset.by == days[8])
    assert len(areas) == 2
    assert 0.7 < areas[0] / hall.outline.area < 1.3
    assert all(b > 4 * a for a, b in pairwise(areas))


def test_a_poor_picture_does_not_hide_a_change() -> None:
    """One look of nothing but noise among eleven yearly ones: a new roof is found all the same, at its look."""
    days = days_apart(11, 365, date(2012, 2, 1))
    roof = Block(24, 20, 12, 14, since=8, colour=(0.145, 0.165, 0.185, 0.23))
    cube, looks = as_frames(make_cube(days, [roof], shape=(80, 80)))
    spoilt = cube["value"].values[0]
    spoilt *= np.exp(np.random.default_rng(1).normal(0, 0.8, spoilt.shape))
    (event,) = search_frames((cube, looks)).events
    assert iou(event.outline, roof.outline) > 0.45
    assert (event.onset.after, event.onset.by) == (days[7], days[8])


def test_a_works_with_roads_through_it_is_one_event() -> None:
    """Three blocks between roads, all at one look, are one event, with the roads; a hall further off is another."""
    days = days_apart(11, 365, date(2012, 2, 1))
    panels = (0.05, 0.05, 0.06, 0.1)
    blocks = [
        Block(10, 10, 80, 90, 6, colour=panels),
        Block(96, 10, 74, 60, 6, colour=panels),
        Block(96, 76, 74, 24, 6, colour=panels),
    ]
    hall = Block(150, 170, 16, 18, since=6, colour=ROOF)
    events = search_frames(as_frames(make_cube(days, [*blocks, hall], shape=(190, 200)))).events
    assert len(events) == 2
    works = box(*unary_union([b.outline for b in blocks]).bounds)
    assert iou(event_on(events, hall).outline, hall.outline) > 0.6
    assert max(iou(e.outline, works) for e in events) > 0.85
    assert {e.onset.by for e in events} == {days[6]}


def test_a_roof_that_fades_over_years_is_no_step() -> None:
    """A steady drift leaves less over than any step in it; a step does not drift, and few looks cannot tell."""
    years = np.linspace(2014, 2018, 40)
    noise = np.random.default_rng(5).normal(0, 0.3, (2, 40)).astype(np.float32)
    fading, stepping = noise.copy(), noise.copy()
    fading[0] += np.linspace(0, 4, 40)
    stepping[0, 20:] += 4
    sides = ((0, 20), (20, 40))
    assert weigh_drift(fading, years, sides) > 0.3
    assert weigh_drift(stepping, years, sides) == 0
    assert weigh_drift(fading[:, ::4], years[::4], ((0, 5), (5, 10))) == 0


def test_a_roof_is_outlined_out_to_half_of_its_step() -> None:
    """Forty looks, each stretched its own way: the outline of a new roof and the looks around its date are right."""
    days = days_apart(40, 16)
    roof = Block(36, 34, 8, 12, since=27, colour=(0.2, 0.21, 0.22, 0.3))
    events = search_frames(as_frames(make_cube(days, [roof], shape=(70, 70)))).events
    found = [e for e in events if iou(e.outline, roof.outline) > 0.75]
    assert (days[26], days[27]) in [(e.onset.after, e.onset.by) for e in found]
