"""A step of a line is found where it is, and what comes and goes is none."""

import numpy as np
import pytest

from siteline.raster.step import plainest_step

NOISE = np.random.default_rng(4).normal(0, 0.02, 40)


@pytest.mark.parametrize("at", [4, 13, 36])
@pytest.mark.parametrize("size", [0.3, -0.3])
def test_a_step_is_found_with_its_size_and_place(at: int, size: float) -> None:
    """Up or down, early or late."""
    line = NOISE + size * (np.arange(40) >= at)
    found, place = plainest_step(line)
    assert place == at
    assert found == pytest.approx(size, abs=0.02)


def test_noise_a_wave_and_a_few_odd_looks_are_no_step() -> None:
    """Nothing stands out of them."""
    wave = 0.3 * np.sin(2 * np.pi * np.arange(40) / 14)
    odd = NOISE.copy()
    odd[[5, 17, 30]] += 0.5
    for line in (NOISE, NOISE + wave, odd, np.zeros(40), np.full(40, np.nan)):
        assert plainest_step(line) == (0.0, 0)


def test_what_is_not_known_is_passed_over() -> None:
    """The place is counted on the whole line."""
    line = NOISE + 0.3 * (np.arange(40) >= 20)
    line[[3, 18, 19, 20]] = np.nan
    assert plainest_step(line)[1] == 21
