"""Outlines worth weighing: parts of one light and colour, and parts that make a thing together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.change.pairs.evidence import Evidence, Side, weigh
from siteline.change.pairs.views import COLOURS_COUNT
from siteline.change.pairs.worth import worth_of

Mask = NDArray[np.bool_]
Labels = NDArray[np.int64]

SCALES = (3.0, 10.0, 40.0)
"""Of the graph segmentation (Felzenszwalb and Huttenlocher 2004) on light stretched to 0–1: fine, middling, coarse."""

_SEEDS_PER_HA = 25.0
_LEAST_SEEDS, _MOST_SEEDS = 40, 800
_LEAST_M2, _MOST_M2 = 12.0, 12_000.0
_NEIGHBOURS, _ROUNDS = 5, 4
_GAIN = 1.02
"""A part joins a thing if the thing is worth so much more with it."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that stands at one date and not at the other, perhaps."""

    mask: Mask
    """(y, x) within rows and cols."""

    rows: slice
    cols: slice
    appeared: bool
    """Seen later and not earlier; otherwise it is gone."""

    evidence: Evidence
    worth: float

    def over(self, shape: tuple[int, int]) -> Mask:
        """The mask on the whole grid."""
        whole = np.zeros(shape, bool)
        whole[self.rows, self.cols] = self.mask
        return whole


def find_things(side: Side, appeared: bool, known: Mask) -> list[Thing]:
    """The things that one direction of the comparison shows, in no order."""
    from skimage.segmentation import felzenszwalb  # a second of imports

    image = np.moveaxis(side.has.layers * COLOURS_COUNT[:, None, None], 0, -1)
    image = ndimage.gaussian_filter(image, (0.7, 0.7, 0))
    least = max(12, round(_LEAST_M2 / side.px_m**2))
    found: list[Thing] = []
    for scale in SCALES:
        labels = np.asarray(
            felzenszwalb(image, scale=scale, sigma=0, min_size=least, channel_axis=-1), np.int64
        )
        found += _grow(labels, side, appeared, known)
    return found


def _grow(labels: Labels, side: Side, appeared: bool, known: Mask) -> Iterator[Thing]:
    """Each promising part, joined with neighbours as long as the whole becomes more of a thing."""
    promise, fits = _promise(labels, side, known)
    beside = _neighbours(labels, len(promise))
    boxes = ndimage.find_objects(labels + 1)
    hectares = labels.size * side.px_m**2 / 1e4
    count = int(min(max(_SEEDS_PER_HA * hectares, _LEAST_SEEDS), _MOST_SEEDS))
    for seed in np.argsort(-promise, kind="stable")[:count]:
        if promise[seed] <= 0:
            return
        members = {int(seed)}
        thing = _thing_of(labels, members, boxes, side, appeared)
        for _ in range(_ROUNDS):
            near = {n for m in members for n in beside[m]} - members
            tried = sorted((n for n in near if fits[n]), key=lambda n: -promise[n])[:_NEIGHBOURS]
            wider = [(_thing_of(labels, members | {n}, boxes, side, appeared), n) for n in tried]
            best = max(wider, key=lambda pair: pair[0].worth, default=None)
            if best is None or best[0].worth < _GAIN * thing.worth:
                break
            thing = best[0]
            members.add(best[1])
        yield thing


def _promise(labels: Labels, side: Side, known: Mask) -> tuple[NDArray[np.float64], Mask]:
    """How promising each part is as the heart of a thing, and which may belong to one; both (part,)."""
    flat, n = labels.ravel(), int(labels.max()) + 1
    area = np.maximum(np.bincount(flat, minlength=n), 1)

    def mean(layer: NDArray[np.generic]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(flat, np.asarray(layer, np.float64).ravel(), n) / area)

    has = np.stack([mean(layer) for layer in side.has.layers])
    lacks = np.stack([mean(layer) for layer in side.lacks.layers])
    change = np.linalg.norm((has - lacks) * COLOURS_COUNT[:, None], axis=0) / mean(side.usual)
    rim = np.zeros(labels.shape, bool)
    for axis in (0, 1):
        apart = np.diff(labels, axis=axis) != 0
        head, tail = [slice(None)] * 2, [slice(None)] * 2
        head[axis], tail[axis] = slice(None, -1), slice(1, None)
        rim[tuple(head)] |= apart
        rim[tuple(tail)] |= apart
    edges = np.bincount(flat, (rim & side.edges).ravel(), n) / np.maximum(
        np.bincount(flat, rim.ravel(), n), 1
    )
    m2 = area * side.px_m**2
    green = np.clip((has[2] - 0.02) / 0.05, 0, 1)
    whole = (mean(known) > 0.9) & (m2 <= _MOST_M2)
    fits = whole & (change > 1.0)
    hearts = fits & (mean(side.has.dark) < 0.5) & (m2 >= _LEAST_M2)
    promise = np.where(
        hearts,
        (change / (change + 2.5)) * (0.15 + edges) * (1 - 0.8 * green),
        0.0,
    )
    return promise * np.minimum(1.0, m2 / 40.0), fits


def _neighbours(labels: Labels, n: int) -> list[set[int]]:
    beside: list[set[int]] = [set() for _ in range(n)]
    for a, b in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        differ = a != b
        for one, other in np.unique(np.stack([a[differ], b[differ]], axis=1), axis=0):
            beside[int(one)].add(int(other))
            beside[int(other)].add(int(one))
    return beside


def _thing_of(
    labels: Labels,
    members: set[int],
    boxes: list[tuple[slice, slice]],
    side: Side,
    appeared: bool,
) -> Thing:
    margin = 2 + round(4 / side.px_m)
    rows, cols = (
        slice(
            max(0, min(boxes[m][axis].start for m in members) - margin),
            min(labels.shape[axis], max(boxes[m][axis].stop for m in members) + margin),
        )
        for axis in (0, 1)
    )
    here = labels[rows, cols]
    mask = np.zeros(here.shape, bool)
    for member in members:
        mask |= here == member
    evidence = weigh(mask, rows, cols, side)
    return Thing(mask, rows, cols, appeared, evidence, worth_of(evidence))
