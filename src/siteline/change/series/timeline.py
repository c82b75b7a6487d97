"""The history of one place: what it was, when it changed, and which looks could tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siteline.change.series.features import Series
from siteline.change.series.patches import Mask, Patch
from siteline.change.series.tally import tally, widen

Array = NDArray[np.float32]

SEEN = 0.5
"""Share of an object's pixels that must be usable for a look to count."""

NEAR_LOOKS = 8
"""Looks on either side of a change that say between which levels it went; further ones have other seasons."""

FARTHEST = 480.0
"""A single look is never further from a level than this, in noise variances: one missed cloud must not date a change."""

SURE_OF_DATE = 0.975
"""Share of all that may be that an interval holds."""

DOUBT = 20.0
"""Features of one look say so much less than if each were seen by itself; set on tuning districts."""

BEGUN, REACHED = 0.12, 0.5
"""Of the way to the new level: beyond the first a look does not show a place unchanged, below the second not changed."""

GAP, WIDTH = 2, 4
"""The ring of ground an object is compared with: pixels away from it, and across."""


@dataclass(frozen=True, slots=True)
class History:
    """Mean features of one object and of the ground around it, look by look."""

    inside: Array
    """(feature, time) mean over the object, less what the scene did that day; NaN where not seen."""

    around: Array
    """(feature, time) mean over the ring of ground around it; NaN where not seen."""

    texture: Array
    """(time,) spread of brightness within the object."""

    seen: Array
    """(time,) share of the object's pixels that are usable, 0–1."""

    noise: Array
    """(feature,) sigma of one look of `inside`."""

    @property
    def usable(self) -> Mask:
        """(time,) looks that count."""
        return self.seen >= SEEN


def follow(patch: Patch, series: Series, restless: Mask) -> History:
    """
    Follow one object through all looks.

    restless: (y, x) pixels that changed at any time; the ring of comparison avoids them where it can.
    """
    rows, cols, mask = patch.grown(GAP + WIDTH + 1, series.usable.shape[1:])
    near = widen(mask, GAP)
    ring = widen(near, WIDTH) & ~near
    quiet = ring & ~restless[rows, cols]
    if quiet.sum() >= max(8, 0.15 * ring.sum()):
        ring = quiet
    core = ~widen(~np.pad(mask, 1), 1)[1:-1, 1:-1]
    if core.sum() < max(4, 0.25 * mask.sum()):
        core = mask
    usable = series.usable[:, rows, cols]
    values = series.values[:, :, rows, cols]
    inside, texture, seen = tally(values, usable, core)
    around, _, _ = tally(values, usable, ring)
    return History(inside, around, texture, seen, _tremble(inside))


def _tremble(inside: Array) -> Array:
    """Noise of one look, from differences between consecutive looks; at least a hundredth."""
    known = inside[:, np.isfinite(inside[0])]
    if known.shape[1] < 3:
        return np.full(len(inside), 0.01, np.float32)
    jump = np.median(np.abs(np.diff(known, axis=1)), axis=1)
    return np.maximum(jump / 0.954, 0.01).astype(np.float32)


def level_between(line: Array, start: int, stop: int) -> Array:
    """(feature,) median of a (feature, time) line over looks start..stop-1 that are known; NaN if none."""
    part = line[:, max(start, 0) : stop]
    part = part[:, np.isfinite(part[0])]
    n = part.shape[1]
    if n == 0:
        return np.full(len(line), np.nan, np.float32)
    part = np.sort(part, axis=1)
    return np.asarray((part[:, (n - 1) // 2] + part[:, n // 2]) / 2, np.float32)


@dataclass(frozen=True, slots=True)
class Turn:
    """One change in the history of one object, by look number."""

    last_without: int | None
    """Last usable look before; None if there is none."""

    first_with: int
    complete: int | None
    """First usable look that shows the new level reached; None if none does."""

    since: int
    """Look from which the place stands as the change finds it; 0 unless it had looked otherwise before."""

    until: int
    """Look from which the place has changed again; the number of looks if it never does."""

    unfinished: int | None = None
    """Last usable look that does not show the new level reached; None if the looks before `complete` must tell."""


def date_turn(history: History, start: int, at: int, stop: int, since: int, until: int) -> Turn:
    """
    Between which looks one change became visible.

    The object stood on one level in looks start..at-1 and on another in at..stop-1, as the partition has it. Progress is the way
    from the first level to the second. Walking back from `at`, looks already on their way count as changed; looks
    that could be either are skipped, so that the interval grows instead of guessing. since, until: as in `Turn`.
    """
    usable = history.usable
    before = level_between(history.inside, max(start, at - NEAR_LOOKS), at)
    after = level_between(history.inside, at, min(stop, at + NEAR_LOOKS))
    scale = 1 / np.square(history.noise)
    step = np.nan_to_num(after - before)
    length = max(float((step**2 * scale).sum()), 1e-9)
    progress = ((history.inside - before[:, None]) * (step * scale)[:, None]).sum(axis=0) / length
    progress[~usable] = np.nan
    calm = progress[max(start, at - NEAR_LOOKS) : at]
    calm = calm[np.isfinite(calm)]
    spread = 1.4826 * float(np.median(np.abs(calm))) if calm.size > 2 else 0.0
    tremble = max(1 / math.sqrt(length), spread)  # sigma of progress in one look
    begun, clear = max(0.3, min(2.5 * tremble, 0.5)), max(0.12, min(1.5 * tremble, 0.4))
    seen = np.flatnonzero(usable & np.isfinite(progress))
    later = seen[seen >= at]
    first = int(later[0]) if later.size else at
    while (back := seen[(seen < first) & (seen >= start)]).size and progress[back[-1]] > begun:
        first = int(back[-1])
    while (
        first < stop - 1
        and progress[first] < begun
        and (more := seen[(seen > first) & (seen < stop)]).size > 1
    ):
        first = int(more[0])
    earlier = seen[seen < first]
    quiet = earlier[progress[earlier] <= clear]
    last: int | None = None
    if earlier.size:
        last = (
            int(quiet[-1])
            if quiet.size and quiet[-1] >= start and quiet[-1] >= earlier[-2:][0]
            else int(earlier[-1])
        )
    reached = seen[(seen >= first) & (seen < stop) & (progress[np.minimum(seen, len(progress) - 1)] > 0.75)]
    complete = int(reached[0]) if reached.size else None
    return Turn(last, first, complete, since, until)


def date_arrival(
    line: Array, sigma: Array, before: tuple[int, int], after: tuple[int, int]
) -> tuple[int | None, int]:
    """
    Last look that shows a place unchanged, and first that shows it changed, so that what lies between may be either.

    line: (feature, time), NaN where not seen; sigma: (feature,) least noise of one look; before, after: looks (first, one past
    the last) of the levels on both sides. Dates of the step are weighed by the squares they leave over, against how the place
    wanders on its levels, and whether it does so for several looks; the likeliest of them that together hold `SURE_OF_DATE`
    stay possible. A look already on its way shows neither. None if no look before is seen.
    """
    seen = np.flatnonzero(np.isfinite(line).all(axis=0))
    seen = seen[(seen >= before[0]) & (seen < after[1])]
    old = level_between(line, max(before[0], before[1] - NEAR_LOOKS), before[1])
    new = level_between(line, after[0], min(after[1], after[0] + NEAR_LOOKS))
    if not seen.size or not np.isfinite(old).all() or not np.isfinite(new).all():
        return (None, after[0])
    here = line[:, seen]
    spread, doubt = _wander(here, seen, (old, new), (before[1], after[0]), sigma)
    far = [
        np.minimum(np.square((here - level[:, None]) / spread[:, None]).sum(axis=0), FARTHEST)
        for level in (old, new)
    ]
    # cost of a step just before seen look k: what lies before it is held to the old level, the rest to the new one
    cost = np.concatenate([[0.0], np.cumsum(far[0])]) + np.concatenate([np.cumsum(far[1][::-1])[::-1], [0.0]])
    cost = cost[1:-1]
    if not cost.size:
        return (None, int(seen[0]))
    chance = np.exp((cost.min() - cost) / (2 * doubt))
    likeliest = np.argsort(-chance, kind="stable")
    enough = int(np.searchsorted(np.cumsum(chance[likeliest]), SURE_OF_DATE * chance.sum())) + 1
    possible = likeliest[:enough] + 1
    last, first = int(possible.min()) - 1, int(possible.max())
    step = (new - old) / spread
    length = max(float(step @ step), 1e-9)
    progress = ((here - old[:, None]) / spread[:, None] * step[:, None]).sum(axis=0) / length
    begun = max(BEGUN, min(1.5 / math.sqrt(length), 2 * BEGUN))
    while last > 0 and progress[last] > begun:
        last -= 1
    while first < len(seen) - 1 and progress[first] < REACHED:
        first += 1
    return int(seen[last]), int(seen[first])


def _wander(
    here: Array, seen: NDArray[np.intp], levels: tuple[Array, Array], ends: tuple[int, int], sigma: Array
) -> tuple[Array, float]:
    """
    How a place wanders on its two levels next to a step: (feature,) sigma, and by how much less each look says for that.

    here: (feature, look) as seen at looks `seen`; ends: one past the last look of the level before, first one of the level after.
    """
    sides = (seen < ends[0]).nonzero()[0][-NEAR_LOOKS:], (seen >= ends[1]).nonzero()[0][:NEAR_LOOKS]
    rests = [here[:, side] - level[:, None] for side, level in zip(sides, levels, strict=True)]
    spread = np.maximum(sigma, 1.4826 * np.median(np.abs(np.concatenate(rests, axis=1)), axis=1))
    scaled = [np.clip(rest / spread[:, None], -3, 3) for rest in rests]
    square = sum(float(np.square(rest).sum()) for rest in scaled)
    alike = sum(float((rest[:, 1:] * rest[:, :-1]).sum()) for rest in scaled)
    held = min(max(alike / max(square, 1e-6), 0.0), 0.7)
    return spread, DOUBT * (1 + held)
