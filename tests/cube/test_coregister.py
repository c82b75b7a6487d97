"""Shifts between looks: their sign, their size, and what is said when nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest

from siteline.cube.coregister import find_shift, high_pass, moved, phase_shift
from tests.cube.series import ground
from tests.cube.series import moved as displaced

PLACE = np.log(ground(140, 150) + 0.02).astype(np.float32)
WHOLE = np.ones(PLACE.shape, bool)


@pytest.mark.parametrize(("right", "down"), [(0.63, -0.41), (-3.3, 2.2), (0.05, 0.0), (7.6, -5.1)])
def test_sign_and_size_of_a_known_shift(right: float, down: float) -> None:
    """Content that lies 0.63 px right and 0.41 px up has to be read 0.63 px further right and 0.41 px up."""
    look = high_pass(displaced(PLACE, right, down).astype(np.float32), None)
    found = find_shift(high_pass(PLACE, None), look, WHOLE, 12)
    assert found is not None
    assert (found.right, found.down) == (pytest.approx(right, abs=0.03), pytest.approx(down, abs=0.03))
    assert found.residual < 0.1
    assert found.corr > 0.95
    back = moved(displaced(PLACE, right, down).astype(np.float32), found.right, found.down)
    inner = (slice(15, -15), slice(15, -15))
    assert (
        np.abs(back - PLACE)[inner].mean()
        < 0.1 * np.abs(displaced(PLACE, right, down) - PLACE)[inner].mean() + 0.01
    )


def test_phase_correlation_is_good_to_a_tenth() -> None:
    """The start is windowed, so that a fixed frame does not pull it towards no shift."""
    framed = displaced(PLACE, 2.63, -1.41).astype(np.float32)
    reference, look = high_pass(PLACE, None), high_pass(framed, None)
    for image in (reference, look):
        image[:3], image[-3:], image[:, :3], image[:, -3:] = 1, -1, 1, -1
    right, down = phase_shift(reference, look, 12)
    assert (right, down) == (pytest.approx(2.63, abs=0.12), pytest.approx(-1.41, abs=0.12))


def test_clouds_do_not_pull() -> None:
    """Half of the look is under a masked cloud, a fifth under one that no mask knows: the shift stays."""
    look = displaced(PLACE, 0.8, 0.5).astype(np.float32)
    valid = WHOLE.copy()
    look[:70], valid[:70] = 3.0, False
    look[110:, :100] += 1.5
    found = find_shift(high_pass(PLACE, None), high_pass(look, valid), valid, 12)
    assert found is not None
    assert (found.right, found.down) == (pytest.approx(0.8, abs=0.15), pytest.approx(0.5, abs=0.15))


def test_nothing_to_hold_on_to_gives_nothing() -> None:
    """A flat look, and one with a handful of valid pixels, have no shift."""
    reference = high_pass(PLACE, None)
    assert find_shift(reference, np.zeros_like(reference), WHOLE, 12) is None
    few = np.zeros_like(WHOLE)
    few[:5, :5] = True
    assert find_shift(reference, reference, few, 12) is None


def test_another_place_has_a_large_residual_or_none() -> None:
    """Where the look shows something else, the answer says that it is not to be trusted."""
    other = np.log(ground(140, 150, seed=77) + 0.02).astype(np.float32)
    found = find_shift(high_pass(PLACE, None), high_pass(other, None), WHOLE, 12)
    assert found is None or (found.residual > 0.3 and found.corr < 0.3)
