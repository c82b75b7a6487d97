from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from siteline.change.radar.omnibus import (
    chance,
    first_changes,
    terms_of_all,
    terms_of_one,
    weigh_all,
    weigh_one,
)

PIXELS = 40_000


def speckle(dates: int, looks: float, channels: int = 2, pixels: int = PIXELS, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).gamma(looks, 1 / looks, (dates, channels, pixels))


def oracle(series: np.ndarray, looks: float) -> float:
    """-2 ln of the ratio of maximised likelihoods, one mean against one mean per date, by the gamma density itself."""
    total = 0.0
    for channel in series.T:
        one = stats.gamma.logpdf(channel, looks, scale=channel.mean() / looks).sum()
        own = sum(stats.gamma.logpdf(x, looks, scale=x / looks) for x in channel)
        total += -2 * (one - own)
    return total


def test_the_statistic_is_the_likelihood_ratio_of_gamma_densities() -> None:
    series = speckle(9, 4.4, pixels=5)
    for pixel in range(5):
        assert weigh_all(series, 4.4)[pixel] == pytest.approx(oracle(series[:, :, pixel], 4.4))


def test_the_factor_of_a_date_compares_it_with_the_mean_of_those_before() -> None:
    series = speckle(6, 4.4, channels=1, pixels=1)[:, :, 0]
    for j in range(2, 7):
        whole, before = oracle(series[:j], 4.4), oracle(series[: j - 1], 4.4)
        assert weigh_one(series, 4.4)[j - 2] == pytest.approx(whole - before)


def test_the_factors_add_up_to_the_test_of_all_dates() -> None:
    series = speckle(30, 4.4, pixels=50)
    assert np.allclose(weigh_one(series, 4.4).sum(axis=0), weigh_all(series, 4.4))


@pytest.mark.parametrize(("dates", "looks"), [(2, 4.4), (10, 4.4), (60, 4.4), (110, 4.4), (110, 10.0)])
@pytest.mark.parametrize("rate", [0.05, 0.01])
def test_speckle_alone_raises_false_alarms_at_the_stated_rate(dates: int, looks: float, rate: float) -> None:
    found = chance(weigh_all(speckle(dates, looks), looks), terms_of_all(dates, looks, 2)) < rate
    spread = np.sqrt(rate * (1 - rate) / PIXELS)
    assert found.mean() == pytest.approx(rate, abs=4 * spread + 0.03 * rate)


@pytest.mark.parametrize("j", [2, 3, 20])
def test_so_does_every_single_date(j: int) -> None:
    values = weigh_one(speckle(j, 4.4), 4.4)[j - 2]
    found = chance(values, terms_of_one(j, 4.4, 2)) < 0.01
    assert found.mean() == pytest.approx(0.01, abs=0.0025)


def test_the_correction_of_full_matrices_is_not_that_of_intensities() -> None:
    """(2p² - 1) / (6p) of p = 2 is seven twelfths, of p = 1 one sixth: with the former a stated 5 % would be far less."""
    dates, looks = 60, 4.4
    rho = 1 - 7 / (12 * (dates - 1)) * (dates / looks - 1 / (looks * dates))
    found = stats.chi2.sf(rho * weigh_all(speckle(dates, looks), looks), 2 * (dates - 1)) < 0.05
    assert found.mean() < 0.02


def test_a_step_is_dated_by_the_first_look_that_shows_it() -> None:
    series = speckle(40, 40.0, pixels=1)[:, :, 0]
    series[25:] *= 3
    assert first_changes(series, 40.0, 1e-4) == [25]


def test_there_and_back_again_are_two_changes() -> None:
    series = speckle(40, 40.0, pixels=1, seed=3)[:, :, 0]
    series[12:30] *= 4
    assert first_changes(series, 40.0, 1e-4) == [12, 30]


def test_units_change_nothing() -> None:
    series = speckle(12, 4.4, pixels=20)
    assert np.allclose(weigh_all(series, 4.4), weigh_all(series * np.array([7.0, 0.01])[None, :, None], 4.4))
