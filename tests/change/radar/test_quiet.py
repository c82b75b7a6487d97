from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, special

from siteline.change.radar.quiet import (
    invert_trigamma,
    looks_for,
    looks_of,
    looks_of_windows,
    threshold_at,
)
from siteline.change.radar.season import Season, learn_season
from siteline.simulate.radar.speckle import LOOKS, draw_speckle

EVERYWHERE = np.ones((80, 80), bool)


@given(st.floats(0.1, 1e5))
def test_the_trigamma_function_is_inverted(n: float) -> None:
    assert invert_trigamma(float(special.polygamma(1, n))) == pytest.approx(n, rel=1e-6)


def test_the_looks_of_a_pixel_are_read_from_its_spread_in_time() -> None:
    series = np.random.default_rng(2).gamma(4.4, 1 / 4.4, (100, 2, 80, 80))
    assert looks_of(series, EVERYWHERE) == pytest.approx(4.4, rel=0.08)


def test_neighbours_of_a_delivered_image_are_worth_less_than_their_number() -> None:
    rng = np.random.default_rng(3)
    series = np.stack([draw_speckle(rng, 2, (80, 80)) for _ in range(60)])
    windows = looks_of_windows(series, EVERYWHERE)
    assert windows[1] == pytest.approx(LOOKS, rel=0.1)
    assert 1.3 * windows[1] < windows[4] < 2.2 * windows[1]
    assert windows[16] < 16 * windows[1] / 3
    assert looks_for(1, windows) < looks_for(6, windows) < looks_for(40, windows)


def test_the_threshold_holds_its_rate_on_ground_that_it_was_not_counted_on() -> None:
    values = ndimage.gaussian_filter(np.random.default_rng(4).gamma(40, 1, (300, 300)), 1.0)
    west = np.zeros((300, 300), bool)
    west[:, :150] = True
    limit = threshold_at(values, west, 0.01)
    assert (values > limit)[~west].mean() == pytest.approx(0.01, rel=0.2)


def test_a_rate_rarer_than_the_pixels_can_count_is_read_from_a_tail_on_the_safe_side() -> None:
    values = np.random.default_rng(5).chisquare(200, (100, 100))
    limit = threshold_at(values, np.ones_like(values, bool), 1e-4)
    assert 280.0 < limit < 320.0  # chi-squared's own is 280.7


def test_what_all_quiet_ground_does_is_taken_away_and_a_step_is_left() -> None:
    rng = np.random.default_rng(6)
    years = np.arange(72) / 30.4
    speckle = rng.gamma(8, 1 / 8, (72, 2, 40, 40))
    wave = np.exp(0.5 * np.sin(2 * np.pi * years))[:, None, None, None]
    series = (speckle * wave).astype(np.float32)
    series[40:, :, 10:14, 10:14] *= 8
    season = learn_season(series, years)
    freed = np.log(season.free(series))
    quiet = freed[:, :, 20:].mean(axis=(1, 2, 3))
    assert quiet.std() < 0.05
    place = season.free_place(series[:, :, 10:14, 10:14].reshape(72, 2, -1), 36, 40.0)
    line = np.log(place).mean(axis=(1, 2))
    assert line[40:].mean() - line[:40].mean() == pytest.approx(np.log(8), abs=0.15)


def test_a_season_is_taken_from_a_place_with_few_looks_before_it_changed() -> None:
    years = np.arange(72) / 30.4
    wave = np.exp(0.5 * np.sin(2 * np.pi * years))[:, None, None, None]
    series = (np.random.default_rng(7).gamma(8, 1 / 8, (72, 2, 40, 40)) * wave).astype(np.float32)
    season = learn_season(series, years)
    freed = np.log(season.free_place(series[:, :, :6, :6].reshape(72, 2, -1), 6, 60.0)).mean(axis=(1, 2))
    assert freed.std() < 0.4 * np.log(wave).std()


def test_how_far_quiet_ground_strays_for_months_is_measured_beyond_speckle() -> None:
    rng = np.random.default_rng(8)
    series = rng.gamma(4.4, 1 / 4.4, (96, 2, 60, 60))
    still = Season(np.zeros((96, 0), np.float32), np.zeros(0, np.float32), 1.0)
    quiet = np.ones((60, 60), bool)
    assert still.wander(series, quiet, 25 * 4.4) < 0.001
    patches = np.kron(rng.normal(0, 0.2, (12, 2, 6, 6)), np.ones((8, 1, 10, 10)))
    patches[:6] = 0.0
    assert 0.01 < still.wander(series * np.exp(patches), quiet, 25 * 4.4) < 0.05
