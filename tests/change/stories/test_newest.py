"""A change that only the newest looks show is told, and waits for a second look."""

from dataclasses import replace

import numpy as np
import pytest

from siteline.model.change import Kind
from siteline.model.dates import parse_acquired
from siteline.model.imagery import Look
from tests.change.scenes import Block, days_apart, event_on, make_cube, search

LOOKS = 40
DAYS = days_apart(LOOKS, 25)
HALL = Block(top=20, left=18, rows=10, cols=14)


@pytest.mark.parametrize("sun", [False, True])
def test_a_hall_on_the_last_look_only_is_a_provisional_event(sun: bool) -> None:
    """One look is enough to report it, dated, and to say that a second one must confirm it."""
    hall = replace(HALL, since=LOOKS - 1, height_m=9.0 if sun else 0.0)
    found = event_on(search(make_cube(DAYS, [hall], sun=sun)).events, hall)
    assert found.provisional
    assert found.kind is Kind.CONSTRUCTION
    assert (found.onset.after, found.onset.by) == (DAYS[-2], DAYS[-1])


@pytest.mark.parametrize("sun", [False, True])
def test_a_second_look_confirms_it(sun: bool) -> None:
    """With one more look the same event is no longer provisional, and likelier."""
    made = [
        make_cube(days, [replace(HALL, since=LOOKS - 2, height_m=9.0 if sun else 0.0)], sun=sun)
        for days in (DAYS[:-1], DAYS)
    ]
    first, second = (event_on(search(m).candidates, HALL) for m in made)
    assert (first.provisional, second.provisional) == (True, False)
    assert second.probability > first.probability
    assert second.onset == first.onset


@pytest.mark.parametrize("looks", [12, 40])
def test_a_last_look_that_differs_as_a_whole_is_no_event(looks: int) -> None:
    """Light, haze and noise of the last look are not change."""
    cube, all_looks = make_cube(days_apart(looks, 25))
    cube["value"].values[-1] = 1.4 * cube["value"].values[-1] + 0.03
    assert not search((cube, all_looks)).events
    cube, all_looks = make_cube(days_apart(looks, 25))
    cube["value"].values[-1] *= np.exp(np.random.default_rng(3).normal(0, 0.08, cube["value"].shape[1:]))
    assert not search((cube, all_looks)).events


def test_a_newest_look_that_was_left_out_is_told() -> None:
    """Where the newest image is unlike all others, the survey says what that may mean."""
    cube, looks = make_cube(DAYS)
    unlike = Look("N", parse_acquired("2023-10-10"), 0.0, False, "cloud", None, None)
    told = [r for r in search((cube, (*looks, unlike))).remarks if r.subject == "N"]
    assert len(told) == 1
    assert "10 October 2023" in told[0].text
    hidden = replace(unlike, usable=0.04)
    assert not [r for r in search((cube, (*looks, hidden))).remarks if r.subject == "N"]
