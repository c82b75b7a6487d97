from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from siteline.change.radar.pwtt import filter_lee, weigh_event


def test_it_is_the_t_of_two_samples_with_a_pooled_spread() -> None:
    logs = np.random.default_rng(1).normal(0, 0.4, (40, 1, 3, 3))
    days = np.arange(40) * 12
    t = weigh_event(logs, days, 365)
    before, after = logs[(days >= 0) & (days < 365)], logs[(days >= 365) & (days < 365 + 61)]
    other = np.abs(stats.ttest_ind(after[:, 0], before[:, 0], axis=0).statistic)
    assert t == pytest.approx(other)


def test_it_says_nothing_without_two_looks_on_either_side() -> None:
    assert np.isnan(weigh_event(np.zeros((4, 1, 2, 2)), np.arange(4) * 12, 2)).all()


def test_the_filter_smooths_speckle_and_keeps_a_bright_corner() -> None:
    ground = np.random.default_rng(2).gamma(5, 1 / 5, (60, 60))
    ground[30, 30] = 400
    filtered = filter_lee(ground)
    assert filtered[5:25, 5:25].std() < 0.6 * ground[5:25, 5:25].std()
    assert filtered[30, 30] > 300
