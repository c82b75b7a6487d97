"""The line of one place, parted into states: it steps from level to level, and swings with the seasons on each."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siteline.change.series.patches import Mask

Array = NDArray[np.float32]
Matrix = NDArray[np.float64]

BREAK_PRICE = 16.0
"""What one more state must explain, in units of noise variance."""

SEASON_PRICE = 8.0
"""What the seasons of a state must explain to be believed."""

SEASON_YEARS, SEASON_LOOKS = 0.8, 8
"""States that last less, or are seen less often, show no seasons: what changes in them is not told from a step."""

SWING = 1.5
"""Noticeable units by which a place may swing with the seasons, one sigma."""

LEAST_JUMP = 2.0
"""Smallest step between two states, in noticeable units."""

CLIP = 40.0
"""A single look is never further off than this, in its noise."""


@dataclass(frozen=True, slots=True)
class Parting:
    """A line in its states."""

    cuts: tuple[int, ...]
    """Looks at which it steps to a new level."""

    steady: Array
    """(feature, time) the line without the seasons of its states; NaN where not seen."""


def part_line(
    line: Array, sigma: Array, unit: Array, years: NDArray[np.float64], price: float = BREAK_PRICE
) -> Parting:
    """
    Part a line into states: least squares with a price for each step, exact by dynamic programming.

    line: (feature, time), NaN where not seen; sigma: (feature,) noise of one look; unit: (feature,) noticeable difference;
    years: (time,). A state that lasts long enough has a yearly wave of its own, so that a roof that shines every winter is not
    torn down every spring. States have at least two seen looks, but for the first and the last. Steps smaller than `LEAST_JUMP`
    are taken back, the smallest first.
    """
    seen = np.flatnonzero(np.isfinite(line).all(axis=0))
    if seen.size < 4:
        return Parting((), line)
    middle = np.median(line[:, seen], axis=1)[:, None]
    y = np.clip((line[:, seen] - middle) / sigma[:, None], -CLIP, CLIP).astype(np.float64)
    wave = _Waves.of(y, years[seen], sigma / (SWING * unit))
    cuts = _cut(wave.explained(), price)
    while cuts:
        edges = [0, *cuts, seen.size]
        levels = [wave.level(a, b) * sigma / unit for a, b in itertools.pairwise(edges)]
        jumps = [float(np.linalg.norm(b - a)) for a, b in itertools.pairwise(levels)]
        least = int(np.argmin(jumps))
        if jumps[least] >= LEAST_JUMP:
            break
        del cuts[least]
    steady = line.copy()
    for a, b in itertools.pairwise([0, *cuts, seen.size]):
        steady[:, seen[a:b]] -= (wave.season(a, b) * sigma[:, None]).astype(np.float32)
    return Parting(tuple(int(seen[c]) for c in cuts), steady)


def _cut(explained: Matrix, price: float) -> list[int]:
    """Where states begin, from what each of them would explain, (start, stop)."""
    n = len(explained) - 1
    value, back = np.full(n + 1, -np.inf), np.zeros(n + 1, int)
    value[0] = 0
    for stop in range(1, n + 1):
        start = np.arange(stop)
        gain = value[:stop] + explained[:stop, stop] - price * (start > 0)
        gain[(stop - start < 2) & (start > 0) & (stop < n)] = -np.inf
        back[stop] = int(np.argmax(gain))
        value[stop] = gain[back[stop]]
    cuts = []
    here = n
    while (here := int(back[here])) > 0:
        cuts.append(here)
    return cuts[::-1]


@dataclass(frozen=True, slots=True)
class _Waves:
    """A line in units of its noise, with the yearly waves that may run through it."""

    y: Matrix
    """(feature, look)."""

    year: Matrix
    """(2, look) cosine and sine of the time of the year."""

    lasts: Mask
    """(start, stop) whether a state of these looks lasts long enough to show its seasons."""

    ridge: Matrix
    """(feature,) noise variance over that of the waves."""

    @classmethod
    def of(cls, y: Matrix, years: NDArray[np.float64], ridge: Array) -> _Waves:
        n = len(years)
        turn = 2 * np.pi * years
        count = np.arange(n + 1)[None] - np.arange(n + 1)[:, None]
        span = np.zeros((n + 1, n + 1))
        span[:, 1:] = years[None] - np.append(years, years[-1])[:, None]
        lasts = (count >= SEASON_LOOKS) & (span >= SEASON_YEARS)
        return cls(y, np.stack([np.cos(turn), np.sin(turn)]), lasts, np.square(ridge.astype(np.float64)))

    def explained(self) -> Matrix:
        """(start, stop) squares that a state of these looks takes away."""
        n = self.y.shape[1]
        count = np.maximum(np.arange(n + 1)[None] - np.arange(n + 1)[:, None], 1)
        cos, sin = self.year
        one, c, s = _sums(self.y), _sums(cos), _sums(sin)
        plain = np.square(one).sum(axis=0) / count
        cy, sy = _sums(self.y * cos) - one * c / count, _sums(self.y * sin) - one * s / count
        ridge = self.ridge[:, None, None]
        cc, ss = _sums(cos * cos) - c * c / count + ridge, _sums(sin * sin) - s * s / count + ridge
        cs = _sums(cos * sin) - c * s / count
        swing = ((ss * cy * cy + cc * sy * sy - 2 * cs * cy * sy) / (cc * ss - cs * cs)).sum(axis=0)
        merit: Matrix = plain + np.where(self.lasts, np.maximum(swing - SEASON_PRICE, 0), 0)
        return merit

    def season(self, start: int, stop: int) -> Matrix:
        """(feature, look) the yearly wave of one state; 0 where none is believed."""
        y, year = self.y[:, start:stop], self.year[:, start:stop]
        wave = np.zeros_like(y)
        if not self.lasts[start, stop]:
            return wave
        y, year = y - y.mean(axis=1, keepdims=True), year - year.mean(axis=1, keepdims=True)
        gram, took = year @ year.T, 0.0
        for f, ridge in enumerate(self.ridge):
            both = year @ y[f]
            weight = np.linalg.solve(gram + ridge * np.eye(2), both)
            took += float(both @ weight)
            wave[f] = weight @ self.year[:, start:stop]
        return wave if took > SEASON_PRICE else np.zeros_like(y)

    def level(self, start: int, stop: int) -> Matrix:
        """(feature,) of one state, without its seasons."""
        level: Matrix = np.median(self.y[:, start:stop] - self.season(start, stop), axis=1)
        return level


def _sums(values: Matrix) -> Matrix:
    """(..., start, stop) sums over all spans of looks."""
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    return np.asarray(total[..., None, :] - total[..., :, None])
