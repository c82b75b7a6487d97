"""Between which looks a change became visible, and whether any look shows it complete."""

import numpy as np

from siteline.change.series.timeline import History, Turn, date_turn

LOOKS = 12


def turn_of(levels: list[float], seen: list[int] | None = None, stop: int = LOOKS) -> Turn:
    """The turn at look 6 of one feature that stands on `levels`; `seen`: the looks that see it, all if None."""
    line = np.asarray([levels], np.float32)
    usable = np.ones(LOOKS, np.float32)
    if seen is not None:
        usable[[t for t in range(LOOKS) if t not in seen]] = 0
        line[:, usable == 0] = np.nan
    history = History(
        line, np.zeros_like(line), np.zeros(LOOKS, np.float32), usable, np.array([0.02], np.float32)
    )
    return date_turn(history, 0, 6, stop, 0, stop)


def test_sudden_change_is_complete_where_it_is_first_seen() -> None:
    """From one level to the other between two looks."""
    turn = turn_of([0.0] * 6 + [1.0] * 6)
    assert (turn.last_without, turn.first_with, turn.complete) == (5, 6, 6)


def test_gradual_change_is_complete_later_than_it_is_seen() -> None:
    """Half way on two looks, then all the way."""
    turn = turn_of([0.0] * 6 + [0.5, 0.6, 1.0, 1.0, 1.0, 1.0])
    assert (turn.last_without, turn.first_with, turn.complete) == (5, 6, 8)


def test_completion_that_no_look_shows_is_not_claimed() -> None:
    """Where the new level was never seen before the place changed again, nobody knows when it was reached."""
    turn = turn_of([0.0] * 6 + [1.0, 1.0] + [0.3] * 4, seen=[0, 1, 2, 3, 4, 5, 8, 9, 10, 11], stop=8)
    assert turn.complete is None
