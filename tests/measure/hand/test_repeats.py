"""What several drawings say of their own error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.measure.budget import total
from siteline.measure.hand.repeats import PRIOR, combine
from siteline.model.quantity import Z95


def any_hand(rng: np.random.Generator, count: int) -> np.ndarray:
    """How much worse than usual people may be, as the weight PRIOR of the usual error says: mostly 0.5 to 4 times."""
    worse: np.ndarray = np.sqrt(PRIOR / rng.chisquare(PRIOR, count))
    return worse


@pytest.mark.parametrize("times", [2, 3, 6])
def test_repeats_hold_the_truth_whoever_drew(times: int) -> None:
    """Hands of all qualities, each drawing several times: 19 of 20 intervals hold the truth, no fewer and no more."""
    rng = np.random.default_rng(11)
    held = []
    for worse in any_hand(rng, 3000):
        values = rng.normal(0.0, worse, times)
        value, lines = combine(list(values), [""] * times, own=1.0, habit=0.0, name="vertices")
        held.append(abs(value) <= Z95 * total(lines))
    assert 0.935 <= np.mean(held) <= 0.965


@pytest.mark.parametrize(
    ("worse", "least", "most"), [(0.3, 0.99, 1.0), (1.0, 0.95, 0.995), (2.0, 0.90, 0.96)]
)
def test_two_or_three_repeats_are_not_believed_all(worse: float, least: float, most: float) -> None:
    """A hand far better than usual is still given part of the usual error, one twice as bad nearly all of its own."""
    rng = np.random.default_rng(11)
    held = []
    for values in rng.normal(0.0, worse, (3000, 3)):
        value, lines = combine(values, [""] * 3, own=1.0, habit=0.0, name="vertices")
        held.append(abs(value) <= Z95 * total(lines))
    assert least <= np.mean(held) <= most


@pytest.mark.parametrize("people", [2, 4])
def test_several_people_hold_the_truth(people: int) -> None:
    """People who each see the edge elsewhere, by as much as may be, each drawing twice: the truth is held."""
    rng = np.random.default_rng(5)
    names = [f"analyst {n}" for n in range(people) for _ in range(2)]
    held = []
    for apart, worse in zip(any_hand(rng, 2000), any_hand(rng, 2000), strict=True):
        habits = np.repeat(rng.normal(0, 0.5 * apart, people), 2)
        values = habits + rng.normal(0, worse, 2 * people)
        value, lines = combine(list(values), names, own=1.0, habit=0.5, name="vertices")
        held.append(abs(value) <= Z95 * total(lines))
    assert 0.93 <= np.mean(held) <= 0.98, np.mean(held)


def test_one_drawing_keeps_the_default_hand() -> None:
    """Nothing is learned from one drawing."""
    value, lines = combine([10.0], [""], own=1.0, habit=0.5, name="vertices")
    assert value == 10.0
    assert [(line.name, line.sigma, line.shared) for line in lines] == [
        ("vertices", 1.0, False),
        ("drawing habit", 0.5, False),
    ]


def test_a_habit_is_shared_by_what_one_person_drew() -> None:
    """It bears the name of who drew and cancels only against itself; nobody's is shared by nobody."""
    [_, mine] = combine([10.0], ["J. Doe"], own=1.0, habit=0.5, name="vertices")[1]
    [_, again] = combine([10.0, 11.0], ["J. Doe"] * 2, own=1.0, habit=0.5, name="vertices")[1]
    assert (mine.name, mine.shared) == (again.name, again.shared) == ("drawing habit (J. Doe)", True)
    two = combine([10.0, 11.0], ["J. Doe", "R. Roe"], own=1.0, habit=0.5, name="vertices")[1]
    assert not any(line.shared for line in two)


@given(st.lists(st.floats(0, 1e4), min_size=2, max_size=6), st.floats(0.01, 100))
def test_order_changes_nothing_and_copies_are_no_proof(values: list[float], own: float) -> None:
    """Repeats may come in any order; drawing the same thing again to the pixel leaves an error."""
    names = [""] * len(values)
    value, lines = combine(values, names, own, 0.0, "vertices")
    again, other = combine(values[::-1], names, own, 0.0, "vertices")
    assert (again, total(other)) == pytest.approx((value, total(lines)))
    copies = combine([values[0]] * len(values), names, own, 0.0, "vertices")[1]
    assert total(copies) > 0.2 * own
