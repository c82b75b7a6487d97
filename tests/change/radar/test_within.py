"""First works dated by radar within the days that images of light allow: as narrow as the looks bear, and no narrower."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.change.radar.within import HELD, LEAST_BEFORE, Line, date_within
from siteline.model.change import Kind
from siteline.model.dates import DateInterval

AFTER = date(2024, 1, 1)
BLIND = DateInterval(AFTER, AFTER + timedelta(days=120))


def line(
    seed: int, began: date | None, step: Sequence[float] = (-0.4, -2.0), first: int = 0, noise: float = 0.8
) -> Line:
    """Three years of one track, 12 days apart, whose two polarisations step by so many dB on a day."""
    days = tuple(AFTER + timedelta(days=first + 12 * n) for n in range(-60, 16))
    levels = np.random.default_rng(seed).normal((-12.0, -19.0), noise, (len(days), 2))
    if began is not None:
        levels += np.outer([day > began for day in days], step)
    return Line(days, levels, ("vv", "vh"), 0.001)


def both(seed: int, began: date | None, step: Sequence[float] = (-0.4, -2.0)) -> tuple[Line, Line]:
    """Two orbits, five days apart."""
    return line(seed, began, step), line(seed + 1000, began, step, first=5)


def days_of(told: DateInterval | None) -> int:
    assert told is not None
    assert told.after is not None
    return (told.by - told.after).days


def test_cleared_ground_is_dated_to_a_few_looks() -> None:
    began = AFTER + timedelta(days=70)
    told = date_within(both(1, began), BLIND, Kind.CONSTRUCTION)
    assert told is not None
    assert told.after is not None
    assert told.after <= began <= told.by
    assert days_of(told) <= 60


def test_ground_that_shows_nothing_is_dated_less_nearly() -> None:
    began = AFTER + timedelta(days=70)
    quiet, shown = (
        [days_of(date_within(both(seed, day), BLIND, Kind.CONSTRUCTION)) for seed in range(12)]
        for day in (None, began)
    )
    assert np.median(quiet) > 1.5 * np.median(shown)


def test_the_days_told_hold_the_beginning_as_often_as_they_say() -> None:
    rng = np.random.default_rng(7)
    held = []
    for seed in range(80):
        began = AFTER + timedelta(days=int(rng.integers(1, 120)))
        step = rng.normal((-0.4, -2.0), (1.2, 1.3))
        told = date_within(both(seed, began, step), BLIND, Kind.CONSTRUCTION)
        assert told is not None
        assert told.after is not None
        held.append(told.after <= began <= told.by)
    assert np.mean(held) >= HELD - 0.06


def test_a_louder_step_is_dated_nearer() -> None:
    began = AFTER + timedelta(days=50)
    faint, loud = (
        days_of(date_within(both(3, began, step), BLIND, Kind.DEMOLITION)) for step in ((-1, -1), (-6, -6))
    )
    assert loud < faint


def test_one_polarisation_tells_too() -> None:
    began = AFTER + timedelta(days=70)
    half = [Line(one.days, one.levels[:, 1:], ("vh",), one.wander) for one in both(1, began)]
    told = date_within(half, BLIND, Kind.CONSTRUCTION)
    assert told is not None
    assert told.after is not None
    assert told.after <= began <= told.by


@pytest.mark.parametrize("kind", [Kind.ROOF_CHANGE, Kind.CLEARING, Kind.SURFACE_CHANGE])
def test_of_what_sends_back_no_known_step_nothing_is_told(kind: Kind) -> None:
    assert date_within(both(1, None), BLIND, kind) is None


def test_too_few_looks_tell_nothing() -> None:
    whole = line(1, None)
    young = Line(whole.days[-LEAST_BEFORE - 10 :], whole.levels[-LEAST_BEFORE - 10 :], ("vv", "vh"), 0.001)
    assert date_within([young], DateInterval(young.days[3], young.days[-2]), Kind.CONSTRUCTION) is None
    assert date_within([whole], DateInterval(AFTER, AFTER + timedelta(days=20)), Kind.CONSTRUCTION) is None
    assert date_within([whole], DateInterval(None, AFTER), Kind.CONSTRUCTION) is None


def test_a_track_that_ended_long_before_tells_nothing() -> None:
    """It has looks, but none from which the level before the works could be read."""
    old = line(1, None, first=-12 * 45)
    assert date_within([old], BLIND, Kind.CONSTRUCTION) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(40, 150), st.floats(-8, 8))
def test_no_day_is_told_that_images_of_light_exclude(seed: int, wide: int, step: float) -> None:
    allowed = DateInterval(AFTER, AFTER + timedelta(days=wide))
    told = date_within(both(seed, AFTER + timedelta(days=30), (step, step)), allowed, Kind.CONSTRUCTION)
    assert told is not None
    assert told.after is not None
    assert AFTER <= told.after < told.by <= allowed.by
