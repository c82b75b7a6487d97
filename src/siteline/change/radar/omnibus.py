"""
The omnibus test: whether a series of radar intensities stayed the same, and at which look it first did not.

After Conradsen, Nielsen, Skriver: Determining the points of change in time series of polarimetric SAR data, IEEE TGRS 54 (2016).
With intensities alone each polarisation is its own 1 x 1 covariance: the statistic is a sum over polarisations, its degrees of
freedom add up, and its correction is that of p = 1, which is Bartlett's for equal variances. (The correction of full 2 x 2
matrices, often used here too, is another one and too small: `docs/decisions/0046-second-witness.md` has the figures.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.floating]


class Terms(NamedTuple):
    """Distribution of a statistic where nothing changed: a chi-squared one, and how much of the next one."""

    freedom: float
    rho: float
    """Factor on the statistic."""

    omega: float
    """Share of the distribution with four more degrees of freedom."""


def terms_of_all(dates: int, looks: float, channels: int) -> Terms:
    """Of the test of all dates at once; looks: equivalent number of looks of a pixel."""
    rho = 1 - (dates / looks - 1 / (looks * dates)) / (6 * (dates - 1))
    freedom = (dates - 1) * channels
    return Terms(freedom, rho, -freedom / 4 * (1 - 1 / rho) ** 2)


def terms_of_one(j: int, looks: float, channels: int) -> Terms:
    """Of the test of date j (counted from 1, at least 2) against the j - 1 before it."""
    rho = 1 - (1 + 1 / (j * (j - 1))) / (6 * looks)
    return Terms(channels, rho, -channels / 4 * (1 - 1 / rho) ** 2)


def weigh_all(series: Array, looks: float) -> Array:
    """-2 ln Q of series (time, channel, …) of intensities: large where they are not of one mean. Returns (…)."""
    dates = series.shape[0]
    log_sum = np.log(series).sum(axis=0)
    of_sum = np.log(series.sum(axis=0))
    log_q = looks * (dates * np.log(dates) + log_sum - dates * of_sum).sum(axis=0)
    return np.asarray(-2 * log_q)


def weigh_one(series: Array, looks: float) -> Array:
    """-2 ln R_j for j = 2 … k, (k - 1, …): each date against all before it. They add up to `weigh_all`."""
    sums = np.cumsum(series, axis=0)
    logs, of_sums = np.log(series), np.log(sums)
    shape = (-1,) + (1,) * (series.ndim - 1)
    j = np.arange(2, series.shape[0] + 1).reshape(shape)
    log_r = looks * (
        j * np.log(j)
        - (j - 1) * np.log(np.maximum(j - 1, 1))
        + (j - 1) * of_sums[:-1]
        + logs[1:]
        - j * of_sums[1:]
    )
    return np.asarray(-2 * log_r.sum(axis=1))


def chance(statistic: Array | float, terms: Terms) -> Array:
    """How likely a value at least so large is where nothing changed, 0–1."""
    z = np.asarray(statistic) * terms.rho
    near = stats.chi2.sf(z, terms.freedom)
    return np.asarray(np.clip(near + terms.omega * (stats.chi2.sf(z, terms.freedom + 4) - near), 0.0, 1.0))


def first_changes(series: Array, looks: float, rate: float) -> list[int]:
    """
    The looks at which one series, (time, channel), changed, as indices of the first look that is otherwise.

    As long as the test of all dates from the last change on is significant, the first date that differs from those before it is a
    change, and the search goes on from there.
    """
    start, found = 0, []
    while len(series) - start > 1:
        rest = series[start:]
        if chance(weigh_all(rest, looks), terms_of_all(len(rest), looks, rest.shape[1])) > rate:
            break
        each = weigh_one(rest, looks)
        unlikely = [
            n
            for n, value in enumerate(each, 2)
            if chance(value, terms_of_one(n, looks, rest.shape[1])) < rate
        ]
        if not unlikely:
            break
        start += unlikely[0] - 1
        found.append(start)
    return found
