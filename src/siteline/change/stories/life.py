"""The life of one place: the states in which it was, one after the other, by looks."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siteline.change.scene import Scene
from siteline.change.series.features import SCALES
from siteline.change.series.lines import part_line
from siteline.change.series.patches import Mask, Patch
from siteline.change.series.timeline import History, follow, level_between
from siteline.change.shadow import ShadowEvidence, strip_darkness, weigh_shadow
from siteline.change.stories.kinds import GREEN

Array = NDArray[np.float32]

CONTROLS, POOL = 200, 3000
"""Unchanged pixels that a place is compared with, of so many that are kept at hand."""

LEAST_CONTROLS = 20
"""With fewer controls in sight, a look is taken as it is."""

AWAY_PX = 3
"""How far from a place its controls must lie."""

TEXTURE_UNIT = 0.25
"""A difference of texture that a person would notice, log units."""

LEAST_SIGMA = 0.02
"""Noise of one look below which nothing is believed, log units."""

ROUGHNESS = 0.03
"""Added to a spread before its logarithm."""

SUN_MARGIN = 14
"""Pixels around a place in which its shadow may fall."""


@dataclass(frozen=True, slots=True)
class Controls:
    """Pixels that never changed, with what they looked like at each look."""

    steady: Array
    """(feature, time, pixel), freed from what the whole scene did, from seasons and from what passed."""

    plain: Array
    """The same, with seasons and passing things left in."""

    usable: Mask
    """(time, pixel)."""

    rows: NDArray[np.intp]
    cols: NDArray[np.intp]

    @classmethod
    def of(cls, scene: Scene) -> Controls:
        """An even sample of the quiet pixels of a scene."""
        steady, restless = scene.cuts[0].series, scene.cuts[0].restless
        rows, cols = np.nonzero(~restless)
        if rows.size < CONTROLS:
            rows, cols = np.nonzero(np.ones_like(restless))
        few = np.unique(np.linspace(0, rows.size - 1, min(rows.size, POOL)).astype(np.intp))
        rows, cols = rows[few], cols[few]
        return cls(
            steady.values[:, :, rows, cols],
            scene.plain.values[:, :, rows, cols],
            steady.usable[:, rows, cols],
            rows,
            cols,
        )

    def beside(self, patch: Patch, level: Array, looks: tuple[int, int]) -> tuple[Array, Array]:
        """
        What ground that looked like a place over a span of looks did at all looks: steady and plain, (feature, time); or 0.

        level: (feature,) of the place over that span.
        """
        far = (
            (self.rows < patch.rows.start - AWAY_PX)
            | (self.rows >= patch.rows.stop + AWAY_PX)
            | (self.cols < patch.cols.start - AWAY_PX)
            | (self.cols >= patch.cols.stop + AWAY_PX)
        )
        ok = self.usable[looks[0] : looks[1]]
        count = ok.sum(axis=0)
        total = np.where(ok, self.steady[:, looks[0] : looks[1]], 0).sum(axis=1)
        own = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        apart = np.square(own - level[:, None]).sum(axis=0)
        apart = np.where(far & np.isfinite(apart), apart, np.inf)
        near = np.argsort(apart, kind="stable")[:CONTROLS]
        near = near[np.isfinite(apart[near])]
        if near.size < LEAST_CONTROLS:
            nothing = np.zeros(self.steady.shape[:2], np.float32)
            return nothing, nothing
        seen = self.usable[:, near]
        few = seen.sum(axis=1) < LEAST_CONTROLS
        lines = []
        for values in (self.steady, self.plain):
            line = np.zeros(values.shape[:2], np.float32)
            some = np.where(seen[~few], values[:, ~few][:, :, near], np.nan)
            line[:, ~few] = np.nanmedian(some, axis=2)
            lines.append(line)
        return lines[0], lines[1]


@dataclass(frozen=True, slots=True)
class State:
    """How a place stood over some looks."""

    start: int
    stop: int
    looks: int
    """Those at which it was seen."""

    level: Array
    """(feature,) against its controls."""

    contrast: float
    """Difference from the ground around it, noticeable units."""

    lighter: float
    """Log brightness over the ground around it."""

    warmer: float
    """Log red over blue, over the ground around it; 0 where unknown."""

    green: float
    """Over the threshold of plain vegetation; -0.3 where unknown."""

    texture: float
    """Spread of log brightness within it."""

    shadow: ShadowEvidence | None


@dataclass(frozen=True, slots=True)
class Life:
    """A place with all its states."""

    patch: Patch
    history: History
    """Freed from what the whole scene did, from seasons and from what passed."""

    line: Array
    """(feature, time) against ground that looked alike; the last feature is texture; NaN where not seen."""

    sigma: Array
    """(feature,) noise of one look of the line."""

    bare: Array
    """(feature, time) as `line`, but with seasons and passing things left in: what dates are read from."""

    bare_sigma: Array

    states: tuple[State, ...]

    @property
    def breaks(self) -> tuple[int, ...]:
        """Looks at which a new state begins."""
        return tuple(s.start for s in self.states[1:])


def follow_life(patch: Patch, scene: Scene, controls: Controls) -> Life:
    """Cut the history of one outline into states: optimal partition of what it did beyond ground that looked like it."""
    restless = scene.cuts[0].restless
    history = follow(patch, scene.cuts[0].series, restless)
    unit = np.array([*(SCALES[name] for name in scene.plain.names), TEXTURE_UNIT], np.float32)
    first = (0, max(int(patch.first), 1))
    level = level_between(history.inside, *first)
    if not np.isfinite(level).all():
        level = level_between(history.inside, 0, len(history.seen))
        first = (0, len(history.seen))
    beside = controls.beside(patch, np.nan_to_num(level), first)
    rough = 0.6 * np.log(history.texture + ROUGHNESS)
    bare = follow(patch, scene.plain, restless).inside - beside[1]
    bare[:, ~history.usable] = np.nan
    line = np.concatenate([bare, rough[None]]).astype(np.float32)
    line[:, ~history.usable] = np.nan
    sigma = _tremble(line)
    parting = part_line(line, sigma, unit, scene.natural.years)
    natural = follow(patch, scene.natural, restless)
    dark = _darkness(patch, scene)
    edges = [0, *parting.cuts, line.shape[1]]
    states = tuple(_state(parting.steady, natural, dark, scene, a, b) for a, b in itertools.pairwise(edges))
    return Life(patch, history, line, sigma, bare, _tremble(bare), states)


def _tremble(line: Array) -> Array:
    """Noise of one look, by differences between neighbouring looks."""
    sigma = np.full(len(line), LEAST_SIGMA, np.float32)
    for f, row in enumerate(line):
        known = row[np.isfinite(row)]
        if known.size > 2:
            sigma[f] = max(float(np.median(np.abs(np.diff(known)))) / 0.954, LEAST_SIGMA)
    return sigma


def _darkness(patch: Patch, scene: Scene) -> Array | None:
    if not scene.has_sun:
        return None
    rows, cols, mask = patch.grown(SUN_MARGIN, scene.natural.usable.shape[1:])
    bright, usable = scene.natural.values[0][:, rows, cols], scene.natural.usable[:, rows, cols]
    return strip_darkness(mask, bright, usable, scene.azimuth)


def _state(line: Array, natural: History, dark: Array | None, scene: Scene, start: int, stop: int) -> State:
    names = scene.natural.names
    unit = np.array([SCALES[name] for name in names], np.float32)
    inside, around = level_between(natural.inside, start, stop), level_between(natural.around, start, stop)
    apart = np.nan_to_num(inside - around)
    shadow = None
    if dark is not None and scene.grid.gsd_m is not None:
        n = np.arange(line.shape[1])
        shadow = weigh_shadow(dark, scene.elevation, scene.grid.gsd_m, (n >= start) & (n < stop))
    green = next((n for n in GREEN if n in names), None)
    seen = natural.usable[start:stop]
    texture = natural.texture[start:stop][seen]
    return State(
        start,
        stop,
        int(seen.sum()),
        level_between(line, start, stop),
        float(np.linalg.norm(apart / unit)),
        float(apart[0]),
        float(apart[names.index("warmth")]) if "warmth" in names else 0.0,
        float(inside[names.index(green)]) - GREEN[green] if green and np.isfinite(inside[0]) else -0.3,
        float(np.median(texture)) if texture.size else 0.0,
        shadow,
    )
