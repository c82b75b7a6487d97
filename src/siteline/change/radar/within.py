"""When works began, given that images of light saw them begin between two days: what every radar look in between says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from shapely.geometry.base import BaseGeometry

from siteline.model.change import Kind
from siteline.model.dates import DateInterval

Array = NDArray[np.float64]

HISTORY_DAYS, AFTERMATH_DAYS = 400, 45
"""Looks so long before and after the days in question take part: what the place was like, and what it became."""

LEAST_BEFORE, LEAST_WITHIN = 8, 3
"""Looks of a track before the days in question, and days with a look among them, without which nothing can be said."""

OFFSET_DB = 5.0
"""What is not known of the level of a track's polarisation."""

LEAST_NOISE_DB = 0.3
"""No place of several pixels is quieter from look to look."""

RECENT = 40
"""Looks before the works from whose differences the noise of one is taken."""

STRAYING_DAYS = 60.0
"""For so long (e-folding) quiet ground strays from its level; by how much is counted on the site (`Season.wander`)."""

SHARED = 0.7
"""Share of the variance of a first step that both orbits see alike."""

LATER_DB, LATER_DAYS = 6.0, 60.0
"""Spread of what follows (slab, walls), and the mean days until it does."""

FIRST_DB = {
    Kind.CONSTRUCTION: {"co": (-0.4, 1.2), "cross": (-2.0, 1.3)},
    Kind.DEMOLITION: {"co": (-3.0, 3.0), "cross": (-3.0, 3.0)},
}
"""
Mean and spread, dB, of the first step, by whether a polarisation comes back as it was sent.

Cleared ground lacks the plants that turn the wave; what is torn down lacks its corners. Seen on tuning seeds.
"""

RAMP_DAYS = {Kind.CONSTRUCTION: (5.0, 20.0), Kind.DEMOLITION: (10.0, 45.0)}
"""For how long the first step may grow, each as likely."""

DOUBT = 0.05
"""Probability that the model is wrong and every day as likely as the next."""

HELD = 0.96
"""Probability, by the model, that the days told hold the beginning; of sixty events on tuning seeds 95 % did."""

DB = 10 / np.log(10)
"""Decibels of a log unit."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A place of which images of light say that it changed, about which radar is asked."""

    outline: BaseGeometry
    """In the CRS of the radar series."""

    kind: Kind
    """Of the change, by images of light."""

    onset: DateInterval
    """When it began, by images of light."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one track saw of a place."""

    days: tuple[date, ...]
    """UTC, ascending."""

    levels: Array
    """(time, polarisation) mean return, dB, freed from its season by the looks before the days in question."""

    polarisations: tuple[str, ...]
    """As in `levels`: "vv", "vh"."""

    wander: float
    """Variance of what quiet ground does for months, log units squared."""


def date_within(lines: Sequence[Line], allowed: DateInterval, kind: Kind) -> DateInterval | None:
    """
    The shortest run of days within `allowed` that holds the beginning of works with probability `HELD`; None if none can be told.

    Each look's return is a level, what quiet ground strays, and speckle. From the unknown day on grows a first step, such as
    cleared ground or a falling wall sends back, and from some later day on there may be anything. All of it is Gaussian in dB, so
    that the likelihood of each day is exact; beforehand each is as likely as the next. A kind of which no first step is known, an
    open interval, and too few looks tell nothing.
    """
    if allowed.after is None or kind not in FIRST_DB:
        return None
    first, last = allowed.after.toordinal(), allowed.by.toordinal()
    looks = _Looks.of(lines, first, last)
    if looks is None:
        return None
    edges = looks.edges(first, last)
    if len(edges) - 2 < LEAST_WITHIN:
        return None
    share = _posterior(looks, edges, kind)
    low, high = _shortest(edges, share)
    return DateInterval(date.fromordinal(low), date.fromordinal(high))


@dataclass(frozen=True, slots=True)
class _Looks:
    """All looks of all polarisations and tracks, one after the other."""

    day: Array
    value: Array
    """(n,) dB."""

    channel: NDArray[np.intp]
    """(n,) number of the track's polarisation."""

    crossed: NDArray[np.bool_]
    """(n,) whether the polarisation turned."""

    root: Array
    """(n, n) lower Cholesky factor of what looks of unchanged ground have in common."""

    @classmethod
    def of(cls, lines: Sequence[Line], first: int, last: int) -> _Looks | None:
        """The looks that tell of days first..last (ordinals); None where no track has looks enough before them."""
        day, value, channel, crossed, stray = [], [], [], [], []
        noise: list[Array] = []
        for line in lines:
            days = np.array([d.toordinal() for d in line.days], float)
            before = np.flatnonzero(days <= first)[-RECENT:]
            used = (days > first - HISTORY_DAYS) & (days <= last + AFTERMATH_DAYS)
            if np.count_nonzero(used & (days <= first)) < LEAST_BEFORE:
                continue
            for column, name in enumerate(line.polarisations):
                level = line.levels[:, column]
                one = max(float(np.std(np.diff(level[before]))) / np.sqrt(2), LEAST_NOISE_DB)
                day.append(days[used])
                value.append(level[used])
                count = int(used.sum())
                channel.append(np.full(count, len(noise)))
                crossed.append(np.full(count, len(set(name)) > 1))
                noise.append(np.full(count, one))
                stray.append(np.full(count, np.sqrt(line.wander) * DB))
        if not day:
            return None
        days, number, turned, s = (np.concatenate(x) for x in (day, channel, crossed, stray))
        alike, same = turned[:, None] == turned, number[:, None] == number
        shared = np.outer(s, s) * np.exp(-np.abs(days[:, None] - days) / STRAYING_DAYS) * alike
        common = np.diag(np.square(np.concatenate(noise))) + shared + OFFSET_DB**2 * same
        values = np.concatenate(value)
        return cls(days, values - values.mean(), number, turned, np.linalg.cholesky(common))

    def edges(self, first: int, last: int) -> NDArray[np.intp]:
        """Ends of the spans between looks within (first, last], both included."""
        within = np.unique(self.day[(self.day > first) & (self.day < last)])
        return np.concatenate([[first], within, [last]]).astype(np.intp)

    def whitened(self, columns: Array) -> Array:
        """Columns (n, k) in units in which looks of unchanged ground are independent."""
        return np.asarray(solve_triangular(self.root, columns, lower=True))


def _posterior(looks: _Looks, edges: NDArray[np.intp], kind: Kind) -> Array:
    """(span,) probability that works began between two neighbouring edges."""
    step = FIRST_DB[kind]
    mean = np.where(looks.crossed, step["cross"][0], step["co"][0])
    spread = np.where(looks.crossed, step["cross"][1], step["co"][1])
    tracks = np.eye(int(looks.channel.max()) + 1)[looks.channel]
    turned = np.stack([~looks.crossed, looks.crossed], axis=1)
    first = np.concatenate([np.sqrt(SHARED) * turned, np.sqrt(1 - SHARED) * tracks], axis=1)
    every = np.unique(looks.day[looks.day > edges[0]])
    later = np.stack(
        [looks.whitened(LATER_DB * tracks * (looks.day >= day)[:, None]) for day in (*every, np.inf)]
    )
    value = looks.whitened(looks.value[:, None])[:, 0]
    scores = []
    for begin, end in pairwise(edges):
        follows = np.append(every > end, True)  # or nothing does
        waits = np.exp(-np.concatenate([[0.0], every[every > end] - end, [np.inf]]) / LATER_DAYS)
        here = []
        for ramp in RAMP_DAYS[kind]:
            grown = np.where(looks.day <= begin, 0.0, np.clip((looks.day - (begin + end) / 2) / ramp, 0, 1))
            rest = value - looks.whitened((mean * grown)[:, None])[:, 0]
            known = looks.whitened(first * (spread * grown)[:, None])
            here.append(_fits(rest, known, later[follows]) + np.log(waits[:-1] - waits[1:]))
        scores.append(np.logaddexp.reduce(np.concatenate(here)) + np.log(end - begin))
    share = np.exp(np.array(scores) - np.max(scores))
    wide = np.diff(edges)
    return np.asarray((1 - DOUBT) * share / share.sum() + DOUBT * wide / wide.sum())


def _fits(rest: Array, known: Array, later: Array) -> Array:
    """
    Log likelihood of whitened looks, but for a constant, with each of several additions.

    rest: (n,); known: (n, k) and later: (m, n, l), columns whose factors are unit normal. Returns (m,). By the matrix
    determinant lemma, so that nothing larger than k + l is inverted.
    """
    k, turned = known.shape[1], later.transpose(0, 2, 1)
    inner = np.tile(np.eye(k + later.shape[2]), (len(later), 1, 1))
    inner[:, :k, :k] += known.T @ known
    inner[:, k:, k:] += turned @ later
    inner[:, k:, :k] += turned @ known
    inner[:, :k, k:] += (turned @ known).transpose(0, 2, 1)
    right = np.concatenate([np.tile(known.T @ rest, (len(later), 1)), turned @ rest], axis=1)
    root = np.linalg.cholesky(inner)
    part = np.linalg.solve(root, right[..., None])[..., 0]
    size = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(0.5 * (np.square(part).sum(axis=1) - rest @ rest) - size)


def _shortest(edges: NDArray[np.intp], share: Array) -> tuple[int, int]:
    """The shortest run of whole spans that holds `HELD`."""
    total = np.concatenate([[0.0], np.cumsum(share)])
    best = (int(edges[-1] - edges[0]), 0, len(share))
    for start in range(len(share)):
        stop = int(np.searchsorted(total, total[start] + HELD - 1e-12))
        if stop <= len(share):
            best = min(best, (int(edges[stop] - edges[start]), start, stop))
    return int(edges[best[1]]), int(edges[best[2]])
