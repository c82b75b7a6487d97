"""From a cube to dated events, on scenes of which every pixel is known."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from shapely.affinity import translate
from shapely.ops import unary_union

from siteline.change.find import Preset
from siteline.change.observability import smallest_visible
from siteline.model.change import ChangeEvent, Kind, Stage, State
from siteline.model.dates import parse_acquired
from siteline.model.errors import CannotTell
from siteline.model.imagery import Grid, Look
from siteline.model.place import Role, Structure
from tests.change.scenes import GREEN, GSD_M, Block, days_apart, event_on, iou, make_cube, search

HALL = Block(top=20, left=18, rows=10, cols=14, since=9)
DAYS = days_apart(18)
MIXED = (
    HALL,
    Block(40, 10, 4, 4, since=12, colour=(0.12, 0.15, 0.18, 0.26)),
    Block(6, 36, 5, 5, since=16),
    Block(40, 40, 5, 6, since=5, until=14, colour=GREEN),
)
"""One plain change, one faint, one late, one that passes."""


def onsets(events: tuple[ChangeEvent, ...]) -> list[tuple[Kind, date | None, date]]:
    """What and when, in order of probability."""
    return [(e.kind, e.onset.after, e.onset.by) for e in events]


@pytest.mark.parametrize("since", [3, 9, 15])
@pytest.mark.parametrize("step", [7, 30, 365])
def test_onset_lies_between_the_looks_around_the_true_date(since: int, step: int) -> None:
    """A hall appears in one event, with its outline, dated from the last look without it to the first with it."""
    days = days_apart(18, step, date(2006, 3, 1))
    hall = replace(HALL, since=since)
    events = search(make_cube(days, [hall])).events
    assert len(events) == 1
    found = event_on(events, hall)
    assert (found.onset.after, found.onset.by) == (days[since - 1], days[since])
    assert (found.last_without, found.first_with) == (f"S{since - 1:02}", f"S{since:02}")
    assert iou(found.outline, hall.outline) > 0.9
    assert [o.state for o in found.observations] == [State.UNCHANGED] * since + [State.CHANGED] * (18 - since)


@pytest.mark.parametrize("noise", [0.005, 0.02, 0.08])
@pytest.mark.parametrize("looks", [5, 18, 30])
def test_noise_alone_is_no_event(noise: float, looks: int) -> None:
    """Where nothing changed, the balanced preset says nothing."""
    for seed in (1, 2):
        assert not search(make_cube(days_apart(looks), noise=noise, seed=seed)).events


def test_scene_that_never_changes_has_no_event() -> None:
    """The same image again and again has not even a candidate."""
    cube, looks = make_cube(DAYS)
    cube["value"].values[:] = cube["value"].values[:1]
    assert not search((cube, looks)).candidates


@pytest.mark.parametrize("looks", [18, 30])
def test_seasonal_wave_is_no_event(looks: int) -> None:
    """Half a scene that brightens and darkens by a fifth with the year has not changed."""
    assert not search(make_cube(days_apart(looks), season=0.2)).events


def test_hall_is_found_in_a_seasonal_field() -> None:
    """A hall built on ground that wanders with the season is found, once, and dated."""
    days = days_apart(30)
    hall = Block(20, 34, 10, 14, since=15)
    events = search(make_cube(days, [hall], season=0.2)).events
    assert len(events) == 1
    assert (event_on(events, hall).onset.after, events[0].onset.by) == (days[14], days[15])


@pytest.mark.parametrize("looks", [12, 40])
def test_brightness_of_one_look_is_no_event(looks: int) -> None:
    """What one look shows and the next no longer does is not reported."""
    assert not search(make_cube(days_apart(looks, 25), [replace(HALL, since=7, until=8)])).events


def test_bright_look_changes_nothing() -> None:
    """A look brighter by half all over is light, not change: the same events on the same dates."""
    cube, looks = make_cube(DAYS, [HALL])
    plain = search((cube, looks))
    cube["value"].values[5] *= 1.5
    assert onsets(search((cube, looks)).events) == onsets(plain.events)


def test_cloud_over_it_widens_the_interval() -> None:
    """Looks that show only cloud there cannot tell, say so, and the date spans them."""
    hidden = (slice(14, 36), slice(12, 40))
    found = event_on(search(make_cube(DAYS, [HALL], cloudy={8: hidden, 9: hidden})).events, HALL)
    assert (found.onset.after, found.onset.by) == (DAYS[7], DAYS[10])
    assert {(o.state, o.reason) for o in found.observations[8:10]} == {(State.NOT_OBSERVABLE, "cloud")}
    assert found.observations[7].state is State.UNCHANGED
    assert found.observations[10].state is State.CHANGED


def test_cloud_elsewhere_leaves_the_date_alone() -> None:
    """A cloud over another corner of the site widens nothing."""
    corner = (slice(42, 56), slice(42, 56))
    found = event_on(search(make_cube(DAYS, [HALL], cloudy={8: corner, 9: corner})).events, HALL)
    assert (found.onset.after, found.onset.by) == (DAYS[8], DAYS[9])


def test_look_left_out_is_told_with_its_reason() -> None:
    """A look that was never used appears among the observations, not observable, with the reason it was left out."""
    cube, looks = make_cube(DAYS, [HALL])
    hazy = Look("H", parse_acquired("2021-09-20"), 1.0, False, "haze", None, None)
    found = event_on(
        search((cube, tuple(sorted((*looks, hazy), key=lambda k: k.acquired.start)))).events, HALL
    )
    told = {o.scene_id: o for o in found.observations}
    assert len(told) == len(looks) + 1
    assert (told["H"].state, told["H"].reason) == (State.NOT_OBSERVABLE, "haze")


@pytest.mark.parametrize(("down", "right"), [(-9, 11), (13, -7)])
def test_outline_moves_with_the_hall(down: int, right: int) -> None:
    """Built elsewhere in the scene, it is found there, on the same date."""
    moved = HALL.moved(down, right)
    here, there = (search(make_cube(DAYS, [b])).events for b in (HALL, moved))
    assert onsets(here) == onsets(there)
    shifted = translate(event_on(here, HALL).outline, right * GSD_M, -down * GSD_M)
    assert iou(shifted, event_on(there, moved).outline) > 0.9


def test_turning_the_scene_turns_the_events() -> None:
    """With rows and columns exchanged, the outlines are, too, and dates and kinds stay."""
    plain = search(make_cube(DAYS, MIXED)).events
    turned = search(make_cube(DAYS, MIXED, turned=True)).events
    assert sorted(onsets(plain)) == sorted(onsets(turned))
    for block in (MIXED[0], MIXED[2]):
        one, other = event_on(plain, block), event_on(turned, block.turned())
        assert one.outline.area == pytest.approx(other.outline.area, rel=0.1)


def test_strict_is_part_of_balanced_is_part_of_wide() -> None:
    """A stricter preset only leaves things out, and candidates hold all that any preset reports."""
    made = make_cube(DAYS, MIXED)
    wide, balanced, strict = (
        search(made, preset) for preset in (Preset.WIDE, Preset.BALANCED, Preset.STRICT)
    )
    assert set(strict.events) <= set(balanced.events) <= set(wide.events) <= set(wide.candidates)
    assert wide.candidates == balanced.candidates == strict.candidates
    assert 0 < len(strict.events) < len(wide.candidates)
    assert [e.probability for e in wide.candidates] == sorted(
        (e.probability for e in wide.candidates), reverse=True
    )


def test_same_cube_gives_the_same_events() -> None:
    """Searching twice says the same, to the last vertex."""
    made = make_cube(DAYS, MIXED)
    assert search(made) == search(made)


def test_three_looks_are_refused() -> None:
    """Fewer than four looks cannot tell a lasting change from a passing one; the hint says how many are needed."""
    with pytest.raises(CannotTell, match="3 usable images") as refused:
        search(make_cube(days_apart(3)))
    assert "at least 4" in refused.value.hint


def test_few_looks_of_one_season_are_told() -> None:
    """A survey of few images, or of one season only, says so and asks for others."""
    one_season = search(make_cube(days_apart(6, 15), [replace(HALL, since=3)])).remarks
    assert any("one season" in r.text and "other months" in r.remedy for r in one_season)
    assert any("6 usable images" in r.text for r in one_season)
    all_year = search(make_cube(DAYS)).remarks
    assert not any("one season" in r.text or "usable images" in r.text for r in all_year)


def test_shadow_test_that_is_off_is_told() -> None:
    """Without sun angles the survey says that kinds are judged by appearance."""
    assert any("shadow test is off" in r.text for r in search(make_cube(DAYS)).remarks)
    assert not any("shadow test is off" in r.text for r in search(make_cube(DAYS, sun=True)).remarks)


def test_hall_in_the_sun_has_roof_and_height() -> None:
    """With its shadow seen through the year, a new hall is a roofed construction whose height interval holds the truth."""
    hall = replace(HALL, since=20, height_m=9.0)
    days = days_apart(40, 25)
    found = event_on(search(make_cube(days, [hall], sun=True)).events, hall)
    assert (found.kind, found.stage, found.other_kind) == (Kind.CONSTRUCTION, Stage.ROOFED, None)
    assert (found.onset.after, found.onset.by) == (days[19], days[20])
    assert found.height is not None
    assert abs(found.height.value - 9) < 2 * found.height.sigma
    assert found.finished is not None


def test_hall_torn_down_is_a_demolition() -> None:
    """When roof and shadow go, it is a demolition, dated; without sun angles it is one by its looks, with a runner-up."""
    hall = replace(HALL, since=0, until=20, height_m=9.0)
    days = days_apart(40, 25)
    found = event_on(search(make_cube(days, [hall], sun=True)).events, hall)
    assert (found.kind, found.other_kind, found.stage) == (Kind.DEMOLITION, None, None)
    assert (found.onset.after, found.onset.by) == (days[19], days[20])
    flat = replace(hall, height_m=0.0)
    found = event_on(search(make_cube(days, [flat])).events, flat)
    assert found.kind is Kind.DEMOLITION
    assert found.other_kind is not None


@pytest.mark.parametrize("sun", [True, False])
def test_hall_built_and_torn_down_within_a_year_is_two_events(sun: bool) -> None:
    """A construction and a demolition, each dated, and each with the looks that show its own two states only."""
    hall = replace(HALL, since=12, until=24, height_m=9.0 if sun else 0.0)
    days = days_apart(40, 25)
    events = search(make_cube(days, [hall], sun=sun)).events
    built, gone = sorted((e for e in events if iou(e.outline, hall.outline) > 0.5), key=lambda e: e.onset.by)
    assert (built.kind, gone.kind) == (Kind.CONSTRUCTION, Kind.DEMOLITION)
    assert (built.onset.after, built.onset.by) == (days[11], days[12])
    assert (gone.onset.after, gone.onset.by) == (days[23], days[24])
    said = [[(o.state, o.reason) for o in e.observations] for e in (built, gone)]
    again, before = ((State.NOT_OBSERVABLE, reason) for reason in ("changed again", "before another change"))
    unchanged, changed = (State.UNCHANGED, None), (State.CHANGED, None)
    assert said[0] == [unchanged] * 12 + [changed] * 12 + [again] * 16
    assert said[1] == [before] * 12 + [unchanged] * 12 + [changed] * 16
    if sun:
        assert built.stage is Stage.ROOFED
        assert built.height is not None
        assert abs(built.height.value - 9) < 2 * built.height.sigma


def test_clearing_under_a_hall_ends_where_the_hall_begins() -> None:
    """Ground cleared and built over two years later: the looks that show the hall no longer say "cleared"."""
    soil = Block(12, 10, 22, 28, since=6, until=18, colour=(0.16, 0.21, 0.27, 0.33))
    hall = replace(HALL, top=13, left=11, rows=20, cols=26, since=18)
    days = days_apart(30, 60)
    events = search(make_cube(days, [soil, replace(soil, since=18, until=None), hall], ground=GREEN)).events
    cleared = next(e for e in events if e.onset.by == days[6])
    states = [o.state for o in cleared.observations]
    assert states[6:18] == [State.CHANGED] * 12
    assert {(o.state, o.reason) for o in cleared.observations[18:]} == {
        (State.NOT_OBSERVABLE, "changed again")
    }
    assert State.CHANGED in [o.state for o in event_on(events, hall).observations[18:]]


def test_completion_is_dated_from_looks_that_saw_it() -> None:
    """A look with cloud over the hall is no look without its roof: completion is told from the last one that saw it."""
    hall = replace(HALL, since=20, height_m=9.0)
    days = days_apart(40, 25)
    hidden = (slice(14, 36), slice(12, 40))
    found = event_on(search(make_cube(days, [hall], sun=True, cloudy={19: hidden})).events, hall)
    assert found.finished is not None
    assert (found.finished.after, found.finished.by) == (days[18], days[20])


def test_known_building_is_told_by_its_label() -> None:
    """A building of the site file that goes is an event with its label, and its outline as drawn to within a pixel."""
    hall = replace(HALL, since=0, until=9)
    known = Structure(Role.BUILDING, "A-1", hall.outline.buffer(2))
    elsewhere = Structure(Role.BUILDING, "A-2", hall.moved(20, 15).outline)
    found = event_on(search(make_cube(DAYS, [hall]), known=(known, elsewhere)).events, hall)
    assert found.label == "A-1"
    assert found.kind is Kind.DEMOLITION
    assert found.onset.by == DAYS[9]


def test_two_halls_of_two_dates_are_two_events() -> None:
    """What is built side by side at different times is told apart."""
    first, second = Block(20, 10, 10, 12, since=6), Block(20, 23, 10, 12, since=12)
    events = search(make_cube(DAYS, [first, second])).events
    assert [event_on(events, b).onset.by for b in (first, second)] == [DAYS[6], DAYS[12]]


def test_no_event_speaks_in_codes() -> None:
    """What is said of an event is words; the runner-up kind is a field, told once by whoever writes the finding."""
    made = [
        make_cube(DAYS, MIXED),
        make_cube(days_apart(40, 25), [replace(HALL, since=20, height_m=9)], sun=True),
    ]
    for cube in made:
        changes = search(cube)
        said = [text for e in changes.candidates for text in e.remarks] + [r.text for r in changes.remarks]
        assert said
        assert not any("_" in text or "could also be" in text for text in said)


def test_outlines_lie_on_the_grid_and_are_sound() -> None:
    """Every outline is valid, not empty, and within the scene."""
    cube, looks = make_cube(DAYS, MIXED)
    grid: Grid = cube.attrs["grid"]
    _, _, west, _, _, north = grid.transform
    shapes = [e.outline for e in search((cube, looks)).candidates]
    assert shapes
    assert all(s.is_valid and s.area > 0 for s in shapes)
    left, bottom, right, top = unary_union(shapes).bounds
    assert left >= west
    assert top <= north
    assert right <= west + grid.shape[1] * GSD_M
    assert bottom >= north - grid.shape[0] * GSD_M


def test_smallest_visible_grows_with_noise() -> None:
    """The noisier a scene, the larger what could have hidden in it; in pixels without a scale, in true metres with one."""
    grid = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (50, 50), None)
    metres = replace(grid, gsd_m=2.0)
    scaled = Grid("EPSG:32638", (2.0, 0.0, 0.0, 0.0, -2.0, 0.0), (50, 50), 2.02, 1.0201)
    sizes = []
    for noise in (0.02, 0.1, 0.2, 0.3):
        sigma = np.full((50, 50), noise, np.float32)
        in_px, in_m2 = (smallest_visible(60.0, sigma, 20, g, 6) for g in (grid, metres))
        assert (in_px.unit, in_m2.unit) == ("px²", "m²")
        assert in_m2.value == pytest.approx(4 * in_px.value)
        on_earth = smallest_visible(60.0, sigma, 20, scaled, 6)
        assert on_earth.value == pytest.approx(2.02**2 * in_px.value)
        assert in_px.sigma > 0
        sizes.append(in_px.value)
    assert sizes == sorted(sizes)
    assert sizes[0] == pytest.approx(6)
    assert sizes[-1] > 1.5 * sizes[0]
