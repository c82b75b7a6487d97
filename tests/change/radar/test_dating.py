from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.change.radar.dating import LONGEST_WORKS, Track, date_changes
from siteline.change.radar.find import _without_returns as without_returns

FIRST = date(2021, 1, 3)


def track(
    seed: int, at: int | None, rise: float = 4.0, looks: float = 12.0, offset: int = 0, until: int = 80
) -> Track:
    rng = np.random.default_rng(seed)
    series = rng.gamma(looks / 4, 4 / looks, (80, 2, 6))
    if at is not None:
        series[at:until] *= rise
    days = tuple(FIRST + timedelta(days=12 * n + offset) for n in range(80))
    return Track(days, series, looks)


def test_nothing_is_dated_where_only_speckle_is() -> None:
    assert sum(bool(date_changes([track(seed, None)])) for seed in range(20)) == 0


@given(st.integers(10, 70), st.integers(0, 999))
@settings(max_examples=25, deadline=None)
def test_a_plain_step_lies_in_its_interval(at: int, seed: int) -> None:
    both = [track(seed, at), track(seed + 1, at, offset=5)]
    [story] = date_changes(both)
    truth = both[0].days[at]
    assert story.after < truth <= story.by or abs((story.by - truth).days) <= 12
    assert story.main >= story.after
    assert (story.by - story.after).days <= LONGEST_WORKS + 24


def test_two_orbits_date_more_closely_than_one() -> None:
    def width(tracks: list[Track]) -> int:
        return sum((s.by - s.after).days for s in date_changes(tracks))

    alone = sum(width([track(seed, 40, 2.0)]) for seed in range(12))
    both = sum(width([track(seed, 40, 2.0), track(seed + 50, 40, 2.0, offset=6)]) for seed in range(12))
    assert both < alone


def test_what_comes_and_goes_again_is_told_to_have_gone() -> None:
    stories = date_changes([track(5, 20, until=50), track(6, 20, until=50, offset=5)])
    assert len(stories) == 2
    assert stories[0].back
    assert stories[0].until is not None
    assert stories[1].until is None


def test_calibration_of_a_track_changes_no_day() -> None:
    plain = track(7, 33)
    scaled = Track(plain.days, plain.series * 0.02, plain.looks)
    told, again = ([(s.after, s.by, s.main) for s in date_changes([t])] for t in (plain, scaled))
    assert told == again


def test_a_faint_rise_such_as_quiet_ground_makes_for_months_is_not_the_onset() -> None:
    plain = [track(8, 60, 6.0), track(9, 60, 6.0, offset=5)]
    strayed = [replace(t, series=t.series.copy(), wander=0.0) for t in plain]
    for t in strayed:
        t.series[44:60] *= 1.3  # 1.1 dB, as the next summer may be
    [taken] = date_changes(strayed)
    [known] = date_changes([replace(t, wander=0.05) for t in strayed])
    assert taken.by < FIRST + timedelta(days=12 * 50)
    assert known.by >= FIRST + timedelta(days=12 * 59)


def test_what_came_and_went_is_one_event_from_when_it_came() -> None:
    stories = date_changes([track(5, 20, until=50), track(6, 20, until=50, offset=5)])
    assert [s.back for s in stories] == [True, False]
    assert without_returns(stories) == [stories[0]]
    last = replace(stories[1], back=False)
    assert without_returns([replace(stories[0], back=False), last]) == [replace(stories[0], back=False), last]
