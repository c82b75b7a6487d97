"""The building within the ground that was cleared for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_erosion, binary_fill_holes, binary_opening, label

from siteline.change.features import SCALES
from siteline.change.objects import AROUND, Mask, Patch, solidity, split_in_two
from siteline.change.scene import Scene

RECENT_LOOKS, HIGHEST_SUNS = 10, 5
"""Of so many last looks, so many with the highest sun show the ground with the shortest shadows."""

RIM_PX = 2
"""Width of the rim of a yard that shows its bare ground."""

SHARES = (0.12, 0.8)
"""A building covers between these shares of its yard; otherwise the patch is the building, or holds none."""

SEPARATION = 0.6
"""Least share of the variance that two kinds of ground must explain."""


def find_building(yard: Patch, scene: Scene, until: int) -> Patch | None:
    """
    The building, or its foundation, within cleared ground in the last looks before `until`: what differs from the bare rim.

    None if the patch shows no such thing, because it is bare throughout or is the building itself.
    """
    rim = yard.mask & ~binary_erosion(np.pad(yard.mask, 1), AROUND, RIM_PX)[1:-1, 1:-1]
    inner = yard.mask & ~rim
    if inner.sum() < 12:
        return None
    ground = _last_view(yard, scene, until)
    if ground is None:
        return None
    scale = np.array([SCALES[name] for name in scene.natural.names], np.float32)
    soil = np.median(ground[:, rim], axis=1)
    apart = np.linalg.norm((ground - soil[:, None, None]) / scale[:, None, None], axis=0)
    cut, explained, near, far = split_in_two(apart[yard.mask])
    if explained < SEPARATION or far < 1.5 * near + 1:
        return None
    found = _largest(yard.mask & (apart > cut))
    if found is None or not SHARES[0] <= found.sum() / yard.area <= SHARES[1] or solidity(found) < 0.75:
        return None
    if (found & rim).sum() > 0.3 * rim.sum():
        return None
    rows, cols = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    here = (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1))
    when = np.zeros(yard.mask.shape, np.int16)
    when[yard.mask] = yard.when
    top, left = yard.rows.start, yard.cols.start
    return Patch(
        slice(top + here[0].start, top + here[0].stop),
        slice(left + here[1].start, left + here[1].stop),
        found[here],
        yard.first,
        when[here][found[here]],
    )


def _last_view(yard: Patch, scene: Scene, until: int) -> NDArray[np.float32] | None:
    """(feature, y, x) median of the last looks with the highest sun, in the window of the yard; None with fewer than three."""
    usable = scene.natural.usable[:, yard.rows, yard.cols]
    seen = np.flatnonzero(usable[:until, yard.mask].mean(axis=1) > 0.9)[-RECENT_LOOKS:]
    seen = seen[seen >= yard.first]
    if seen.size < 3:
        return None
    high = seen[np.argsort(-np.nan_to_num(scene.elevation[seen]), kind="stable")[:HIGHEST_SUNS]]
    return np.asarray(np.median(scene.natural.values[:, high, yard.rows, yard.cols], axis=1), np.float32)


def _largest(mask: Mask) -> Mask | None:
    """Its largest part, with thin tails cut off and holes filled."""
    padded = np.pad(mask, 2)
    whole = binary_opening(binary_fill_holes(binary_closing(padded, AROUND)), AROUND)[2:-2, 2:-2]
    labels, count = label(whole)
    if not count:
        return None
    sizes = np.bincount(labels.ravel())[1:]
    return np.asarray(labels == 1 + int(sizes.argmax()))
