"""The life of one place, cut into states, dated, and told as changes."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from siteline.change.series.lines import part_line
from siteline.change.series.timeline import date_arrival
from siteline.change.stories.chronicle import name_changes
from siteline.change.stories.life import Life, State
from siteline.model.change import Kind

UNIT = np.array([0.15, 0.06, 0.06, 0.25], np.float32)
SIGMA = np.full(4, 0.03, np.float32)


def noisy(levels: list[float], looks: int, seed: int = 1, sigma: float = 0.03) -> np.ndarray:
    """A line of four features that stands on each level for the same number of looks."""
    steps = np.repeat(np.array(levels), looks)
    rng = np.random.default_rng(seed)
    return (steps[None] * np.ones((4, 1)) + rng.normal(0, sigma, (4, steps.size))).astype(np.float32)


def parted(line: np.ndarray, every: float = 20.0) -> tuple[int, ...]:
    """Looks at which a line steps, seen every so many days."""
    return part_line(line, SIGMA, UNIT, np.arange(line.shape[1]) * every / 365.25).cuts


def test_steps_of_a_line_are_found_where_they_are() -> None:
    """Three levels of ten looks give two steps, at their looks."""
    assert parted(noisy([0, 0.5, -0.4], 10)) == (10, 20)


@pytest.mark.parametrize("seed", range(6))
def test_noise_has_no_steps(seed: int) -> None:
    """A line that only trembles is one state."""
    assert parted(noisy([0], 40, seed)) == ()


def test_what_comes_back_every_winter_is_no_step() -> None:
    """A line that swings with the seasons is one state, and a step on top of the swing is still found where it is."""
    swing = 0.4 * np.cos(2 * np.pi * np.arange(60) * 20 / 365.25).astype(np.float32)
    assert parted(noisy([0], 60) + swing) == ()
    assert parted(noisy([0, 0.6], 30) + swing) == (30,)


def test_looks_not_seen_are_no_steps() -> None:
    """A gap neither makes a step nor hides the one after it."""
    line = noisy([0, 0.5], 12)
    line[:, 5:9] = np.nan
    assert parted(line) == (12,)


@given(at=st.integers(3, 16), hidden=st.lists(st.integers(0, 19), max_size=6), size=st.floats(0.5, 2))
def test_the_interval_of_a_step_holds_its_date(at: int, hidden: list[int], size: float) -> None:
    """Whatever looks are missing, a plain step lies after the last look without it and by the first with it."""
    line = np.zeros((3, 20), np.float32)
    line[:, at:] = size
    line[:, hidden] = np.nan
    seen = [t for t in range(20) if t not in hidden]
    assume(sum(t < at for t in seen) >= 2 and sum(t >= at for t in seen) >= 2)
    last, first = date_arrival(line, SIGMA[:3], (0, at), (at, 20))
    assert last == max(t for t in seen if t < at)
    assert first == min(t for t in seen if t >= at)


def test_a_step_in_haste_is_dated_narrowly_and_a_slow_one_widely() -> None:
    """Looks halfway between two levels could belong to either."""
    slow = np.concatenate([np.zeros(8), [0.2, 0.25, 0.3], np.full(9, 0.5)])
    line = np.tile(slow, (3, 1)).astype(np.float32)
    last, first = date_arrival(line, np.full(3, 0.1, np.float32), (0, 9), (9, 20))
    assert last is not None
    assert last <= 7
    assert first >= 10


def told(*states: tuple[bool | None, float]) -> list[tuple[Kind | None, int, int]]:
    """Changes of a life whose states are (stands, level); states follow each other by two months."""
    made = [
        State(6 * i, 6 * i + 6, 6, np.full(4, level, np.float32), 3.0, level, 0.0, -0.3 - level, 0.05, None)
        for i, (_, level) in enumerate(states)
    ]
    years = np.arange(6 * len(states)) * 10 / 365
    scene = SimpleNamespace(
        plain=SimpleNamespace(names=("brightness", "warmth", "ndvi")), natural=SimpleNamespace(years=years)
    )
    life = Life(None, None, None, None, None, None, tuple(made))  # type: ignore[arg-type]
    changes = name_changes(life, [s for s, _ in states], scene)  # type: ignore[arg-type]
    return [(c.kind, c.first, c.after) for c in changes]


def test_clearing_before_a_building_belongs_to_it() -> None:
    """Grass, bare ground, building: one construction, from the clearing on."""
    assert told((False, 0.0), (False, 0.6), (True, 1.5)) == [(Kind.CONSTRUCTION, 1, 2)]


def test_what_stood_and_no_longer_stands_was_torn_down() -> None:
    """And rubble in between belongs to the demolition."""
    assert told((True, 1.5), (None, 0.8), (False, 0.0)) == [(Kind.DEMOLITION, 1, 2)]


def test_torn_down_and_rebuilt_are_two_changes_in_order() -> None:
    """A place may live through both."""
    assert told((True, 1.5), (False, 0.3), (True, 2.5)) == [
        (Kind.DEMOLITION, 1, 1),
        (Kind.CONSTRUCTION, 2, 2),
    ]


def test_a_standing_building_that_looks_otherwise_has_a_new_roof() -> None:
    """It stood before and stands after."""
    assert told((True, 0.2), (True, 1.5)) == [(Kind.ROOF_CHANGE, 1, 1)]


def test_a_frame_that_gets_its_roof_is_still_one_construction() -> None:
    """The roof is its completion, not a change of its own."""
    assert told((False, 0.0), (True, 1.0), (True, 2.0)) == [(Kind.CONSTRUCTION, 1, 2)]


def test_clearing_slab_and_roof_are_one_construction() -> None:
    """Ground that is made ready step by step is one change, and belongs to the building if one comes of it in time."""
    assert told((False, 0.0), (False, 0.6), (False, 1.1)) == [(None, 1, 2)]
    assert told((False, 0.0), (False, 0.6), (False, 1.1), (True, 2.0)) == [(Kind.CONSTRUCTION, 1, 3)]


def test_a_building_that_leaves_by_steps_is_torn_down_once() -> None:
    """Roof off, walls down, rubble gone: one demolition, from the first of them on."""
    assert told((True, 0.4), (True, 1.5), (False, 0.8), (False, 0.0)) == [(Kind.DEMOLITION, 1, 2)]


def test_an_interval_grows_with_the_noise_of_its_place() -> None:
    """A clean step is dated between two neighbouring looks; one that drowns in wandering keeps more looks possible."""
    rng = np.random.default_rng(3)
    clean = noisy([0, 0.5], 12, sigma=0.01)[:3]
    assert date_arrival(clean, SIGMA[:3], (0, 12), (12, 24)) == (11, 12)
    drift = np.cumsum(rng.normal(0, 0.12, (3, 24)), axis=1)
    last, first = date_arrival((clean + drift).astype(np.float32), SIGMA[:3], (0, 12), (12, 24))
    assert last is not None
    assert last <= 11
    assert first >= 12
    assert first - last > 1
