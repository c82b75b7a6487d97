"""When a place changed: its radar series cut into levels, all tracks together, and the days that cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

MARGIN = 5.0
"""
Days whose log likelihood lies within this of the best day's are not told apart.

Twenty intervals in twenty-one would hold a lone step (3.7 would be nineteen in twenty); of works, which begin by degrees, nine in
ten do. Chosen on tuning seeds, see the benchmark; the same where images of light date a place too.
"""

WIDEN = 5
"""Looks of all tracks by which an interval begins earlier than that: works begin by degrees, and the first may not tell them."""

LONGEST_WORKS = 240
"""Breaks that follow one another within so many days are one story."""

USUAL_WORKS = 50.0
"""Scale, days, of first works that the radar hardly sees: each multiple of it is e times less likely."""

PRICE = 2.0
"""Factor on what a break must gain; chosen on tuning seeds."""

GROUPS = 12
"""Pixels of a place are averaged in so many groups of like behaviour."""

LEAST_LOOKS = 3
"""Looks of all tracks that a level must have."""


@dataclass(frozen=True, slots=True)
class Track:
    """The series of one place in one orbit."""

    days: tuple[date, ...]
    """UTC, ascending."""

    series: Array
    """(time, channel, pixel) intensities, season taken away."""

    looks: float
    """Equivalent number of looks of the mean over all its pixels."""

    wander: float = 0.0
    """Variance, log units squared, of what quiet ground does for months beyond speckle and season."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One story of a place: what happened within a year or so."""

    after: date
    """The place was as before on this day."""

    by: date
    """It was otherwise on this day."""

    main: date
    """First look after the largest step of the story."""

    until: date | None
    """Last look before the next story; None if none follows."""

    gain: float
    """Log likelihood of the story over none, all tracks."""

    back: bool
    """Whether the next story leaves the place as it was before this one."""


def date_changes(tracks: Sequence[Track], margin: float = MARGIN) -> tuple[Dated, ...]:
    """
    All stories of a place, in order of time.

    The looks of all tracks are cut into levels by optimal partition under the likelihood of gamma distributed intensities; breaks
    within `LONGEST_WORKS` are one story. `(after, by]` of each holds all days that explain its first sign within `margin` of
    the best one, works too faint to be cut apart included.
    """
    merged = _Merged.of(tracks)
    breaks = merged.cut()
    if not breaks:
        return ()
    stories: list[list[int]] = [[breaks[0]]]
    for this in breaks[1:]:
        if (merged.days[this] - merged.days[stories[-1][-1]]).days <= LONGEST_WORKS:
            stories[-1].append(this)
        else:
            stories.append([this])
    told = []
    for n, story in enumerate(stories):
        start = stories[n - 1][-1] if n else 0
        stop = stories[n + 1][0] if n + 1 < len(stories) else len(merged.days)
        gains = [merged.gain(start if k == 0 else story[k - 1], at, story[k + 1] if k + 1 < len(story) else stop)
                 for k, at in enumerate(story)]  # fmt: skip
        main = story[int(np.argmax(gains))]
        after, by = merged.bracket(start, story[0], story[1] if len(story) > 1 else stop, margin)
        until = None if n + 1 == len(stories) else merged.days[stop - 1]
        back = n + 1 < len(stories) and merged.is_back((start, story[0]), stories[n + 1][-1])
        told.append(Dated(after, by, merged.days[main], until, float(sum(gains)), back))
    return tuple(told)


@dataclass(frozen=True, slots=True)
class _Merged:
    """The looks of all tracks in one order of time; sums of each track step forward only at its own looks."""

    days: tuple[date, ...]
    lines: tuple[tuple[Array, Array, float], ...]
    """Of each track: (look + 1, column) running sums, (look + 1,) running counts, looks of a column."""

    worth: float
    """How many columns are independent of one another, all tracks."""

    wander: tuple[float, ...]
    """Of each track."""

    @classmethod
    def of(cls, tracks: Sequence[Track]) -> _Merged:
        order = sorted((day, n) for n, track in enumerate(tracks) for day in track.days)
        lines, worth = [], 0.0
        for n, track in enumerate(tracks):
            grouped = _group(track.series)
            columns = grouped.reshape(len(grouped), -1)
            mine = np.array([number == n for _, number in order])
            step = np.zeros((len(order), columns.shape[1]))
            step[mine] = columns
            sums = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(step, axis=0)])
            lines.append((sums, np.concatenate([[0], np.cumsum(mine)]), track.looks / grouped.shape[2]))
            worth += grouped.shape[1] * max(1.0, min(grouped.shape[2], track.looks / 4.4))
        return cls(tuple(day for day, _ in order), tuple(lines), worth, tuple(t.wander for t in tracks))

    def cut(self) -> list[int]:
        """First looks of the levels after the first one."""
        times = len(self.days)
        price = PRICE * (0.5 * self.worth + 2.0 * np.sqrt(self.worth) + 4.0)
        best, come_from = np.full(times + 1, np.inf), np.zeros(times + 1, int)
        best[0] = 0.0
        for end in range(LEAST_LOOKS, times + 1):
            starts = np.arange(end - LEAST_LOOKS + 1)
            total = best[starts] + self._costs(starts, end) + np.where(starts > 0, price, 0.0)
            at = int(np.argmin(total))
            best[end], come_from[end] = total[at], starts[at]
        breaks, here = [], times
        while come_from[here] > 0:
            here = int(come_from[here])
            breaks.append(here)
        return breaks[::-1]

    def _costs(self, starts: NDArray[np.integer], end: int) -> Array:
        total = np.zeros(len(starts))
        for sums, counts, looks in self.lines:
            held = (counts[end] - counts[starts]).astype(float)
            mean = (sums[end] - sums[starts]) / np.maximum(held, 1)[:, None]
            total += looks * held * np.log(np.maximum(mean, 1e-9)).sum(axis=1) * (held > 0)
        return total

    def _cost(self, start: int, end: int) -> float:
        return float(self._costs(np.array([start]), end)[0])

    def gain(self, start: int, at: int, stop: int) -> float:
        """Log likelihood of two levels over one."""
        return self._cost(start, stop) - self._cost(start, at) - self._cost(at, stop)

    def bracket(self, start: int, first: int, stop: int, margin: float) -> tuple[date, date]:
        """The last day on which the place was surely as before, and the first on which it surely was otherwise."""
        moved = self._scores_of_move(start, first, stop)
        faint = self._scores_of_faint(start, first)
        scores = moved
        scores[: len(faint)] = np.maximum(scores[: len(faint)], faint)
        near = np.flatnonzero(scores >= scores.max() - margin)
        low, high = int(near[0]) + start, int(near[-1]) + start
        earliest, before = self.days[first] - timedelta(days=LONGEST_WORKS), max(low - 1, 0)
        for _ in range(WIDEN):
            if before > 0 and self.days[before - 1] >= earliest:
                before -= 1
        return self.days[before], self.days[high]

    def _scores_of_move(self, start: int, first: int, stop: int) -> Array:
        """Log likelihood of each look as the break itself, relative to the break that was cut."""
        looks = np.arange(start, stop)
        found = np.full(len(looks), -np.inf)
        here = self._cost(start, first) + self._cost(first, stop)
        for look in looks[2:-1]:
            found[look - start] = here - self._cost(start, look) - self._cost(look, stop)
        return found

    def _scores_of_faint(self, start: int, first: int) -> Array:
        """The same of each look before it as the beginning of a level of its own, on what the pixels did together."""
        found = np.full(first - start, -np.inf)
        lines = [self._folded(line, start, first) for line in self.lines]
        for look in range(start + 2, first):
            gap = (self.days[first] - self.days[look]).days
            if gap > LONGEST_WORKS:
                continue
            gain = 0.0
            for (line, looks), (_, counts, _), wander in zip(lines, self.lines, self.wander, strict=True):
                at = int(counts[look] - counts[start])
                if 0 < at < len(line):
                    speckle = (1 / at + 1 / (len(line) - at)) / looks
                    apart = _level(line) - _level(line[:at]) - _level(line[at:])
                    gain += looks * apart * speckle / (speckle + 2 * wander)
            found[look - start] = gain - gap / USUAL_WORKS
        return found

    def _folded(self, line: tuple[Array, Array, float], start: int, first: int) -> tuple[Array, float]:
        """The mean of a track's columns, each in units of its own level before, (own looks before, 1), and the looks of it."""
        sums, counts, looks = line
        own = np.flatnonzero(np.diff(counts)[start:first]) + start
        if len(own) == 0:
            return np.ones((0, 1)), looks
        values = sums[own + 1] - sums[own]
        half = values.shape[1] // 2 or 1
        level = np.maximum(values.mean(axis=0), 1e-12)
        ratio = values / level
        bands = [ratio[:, :half].mean(axis=1), ratio[:, half:].mean(axis=1)] if half > 0 else []
        return np.stack(bands, axis=1), looks * half

    def is_back(self, before: tuple[int, int], since: int) -> bool:
        """Whether the looks from `since` on are better explained by the level before than by one of their own."""
        end = len(self.days)
        apart = joint = 0.0
        for sums, counts, looks in self.lines:
            n0, n1 = counts[before[1]] - counts[before[0]], counts[end] - counts[since]
            if min(n0, n1) < 1:
                continue
            s0, s1 = sums[before[1]] - sums[before[0]], sums[end] - sums[since]
            apart += looks * float((n0 * np.log(s0 / n0) + n1 * np.log(s1 / n1)).sum())
            joint += looks * float(((n0 + n1) * np.log((s0 + s1) / (n0 + n1))).sum())
        return joint - apart < 1.5 * PRICE * self.worth


def _level(line: Array) -> float:
    """Cost of one level per look; nothing for nothing."""
    if len(line) == 0:
        return 0.0
    return float((len(line) * np.log(np.maximum(line.mean(axis=0), 1e-12))).sum())


def _group(series: Array) -> Array:
    """(time, channel, group): pixels relative to their own mean, averaged with those that rose or fell as much."""
    level = np.maximum(series.mean(axis=0, keepdims=True), 1e-12)
    ratio = series / level
    pixels = series.shape[2]
    if pixels <= GROUPS:
        return np.asarray(ratio)
    third = max(1, len(series) // 3)
    rise = np.log(ratio[-third:].mean(axis=(0, 1)) / ratio[:third].mean(axis=(0, 1)))
    parts = np.array_split(np.argsort(rise, kind="stable"), GROUPS)
    return np.stack([ratio[:, :, part].mean(axis=2) for part in parts], axis=2)
