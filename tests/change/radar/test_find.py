"""The whole search on one rendered series: the bars in small; `make bench-radar` has them in full."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import numpy as np
import pytest
import xarray as xr
from bench.radar.series import (
    disturbed_of,
    held_out_rates,
    off_by,
    series_of,
    tells_of,
    truths_of,
)

from siteline.change.radar.find import find_radar_changes
from siteline.change.radar.options import RadarOptions
from siteline.change.radar.tracks import Ready, make_ready, tracks_of
from siteline.change.radar.within import Asked
from siteline.model.change import Kind
from siteline.model.dates import DateInterval
from siteline.model.radar import RadarChanges
from siteline.simulate.site import SimulatedSite

SEED = 4


@cache
def searched() -> tuple[SimulatedSite, xr.Dataset, RadarChanges, tuple[Ready, ...]]:
    site, cube = series_of(SEED)
    options = RadarOptions()
    ready = tuple(make_ready(cube, name, options) for name in tracks_of(cube))
    return site, cube, find_radar_changes(cube, (), (), options), ready


def test_false_alarms_on_held_out_quiet_ground_are_at_the_stated_rate() -> None:
    site, _, _, ready = searched()
    assert np.mean(held_out_rates(ready, ~disturbed_of(site, 40.0))) == pytest.approx(
        0.01, rel=0.5
    )  # of one site


def test_constructions_are_found_and_dated() -> None:
    site, cube, told, _ = searched()
    truths = truths_of(site, cube)
    assert len(truths) >= 6
    found = 0
    right = 0
    for truth in truths:
        mine = [e for e in told.events if tells_of(e, truth)]
        found += bool(mine)
        right += any(off_by(e.onset.after, e.onset.by, truth.days) == 0 for e in mine)
    assert found >= 0.85 * len(truths)
    assert right >= 0.8 * found  # of few


def test_each_orbit_says_what_it_alone_saw() -> None:
    _, _, told, _ = searched()
    names = {state.track for state in told.states}
    assert names == {"ascending 58", "descending 109"}
    for event in told.events:
        assert {sight.track for sight in event.tracks} == names
        assert any(sight.seen for sight in event.tracks)
    assert any(not sight.seen for event in told.events for sight in event.tracks)


def test_a_track_with_too_few_looks_says_nothing_and_that_is_said() -> None:
    _, cube, _, _ = searched()
    few = np.flatnonzero(cube["track"].values == "ascending 58")[:9]
    told = find_radar_changes(cube.isel(time=few), (), (), RadarOptions())
    assert not told.events
    assert "9 looks are too few" in told.remarks[0].text


def test_a_place_that_it_is_asked_about_is_answered_by_itself() -> None:
    site, cube, told, _ = searched()
    truth = next(t for t in truths_of(site, cube) if any(tells_of(e, t) for e in told.events))
    first, last = min(day for day, _ in truth.days), max(day for _, day in truth.days)
    allowed = DateInterval(first - timedelta(days=60), last + timedelta(days=60))
    asked = Asked(truth.outline, Kind.CONSTRUCTION, allowed)
    again = find_radar_changes(cube, (), (asked,), RadarOptions())
    [answer] = again.answers
    assert answer is not None
    assert answer.began is not None
    assert answer.began.after is not None
    assert first - timedelta(days=60) <= answer.began.after < answer.began.by <= allowed.by
    assert off_by(answer.onset.after, answer.onset.by, truth.days) <= 60
    assert all(e.outline.intersection(truth.outline).area < 1 for e in again.events)
