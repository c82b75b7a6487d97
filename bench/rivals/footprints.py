"""What can be said when the footprint is known: Temporal Cluster Matching, and the ceiling of any detector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine
from scipy.cluster.vq import kmeans2
from scipy.ndimage import binary_dilation
from shapely.affinity import translate
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

Mask = NDArray[np.bool_]

CLUSTERS = 8
RANDOM_PLACES = 60
"""Unchanged places, of the same shapes, that say how a score behaves where nothing happened."""


def mask_of(outline: BaseGeometry, cube: xr.Dataset) -> Mask:
    """(y, x) pixels of an outline in grid coordinates."""
    grid = cube.attrs["grid"]
    a, b, c, d, e, f = grid.transform
    return np.asarray(rasterize([(outline, 1)], grid.shape, transform=Affine(a, b, c, d, e, f)).astype(bool))


def elsewhere(
    outlines: Sequence[BaseGeometry], disturbed: BaseGeometry, cube: xr.Dataset, seed: int
) -> list[BaseGeometry]:
    """The same shapes set down where nothing changed."""
    rng = np.random.default_rng((seed, 77))
    grid = cube.attrs["grid"]
    a, _, c, _, e, f = grid.transform
    frame = box(c, f + e * grid.shape[0], c + a * grid.shape[1], f).buffer(-8 * a)
    west, south, east, north = frame.bounds
    found: list[BaseGeometry] = []
    for _ in range(RANDOM_PLACES * 20):
        if len(found) >= RANDOM_PLACES or not outlines:
            break
        shape = outlines[int(rng.integers(len(outlines)))]
        at = rng.uniform(west, east) - shape.centroid.x, rng.uniform(south, north) - shape.centroid.y
        moved = translate(shape, *at)
        if frame.contains(moved) and not moved.buffer(3 * a).intersects(disturbed):
            found.append(moved)
    return found


def rings(mask: Mask) -> tuple[Mask, Mask]:
    """The ring of ground around a mask, and the window that holds both."""
    near = binary_dilation(mask, iterations=2)
    ring = binary_dilation(near, iterations=5) & ~near
    return ring, ring | mask


def matched_score(mask: Mask, cube: xr.Dataset) -> tuple[float, int]:
    """
    Likelihood ratio of one step in the mean of a known footprint less that of its surroundings, and the look of the step.

    Levels of bands in logs, noise from differences of neighbouring looks: what a detector could reach that knew where to look.
    """
    ring, _ = rings(mask)
    usable = cube["why_not"].values == 0
    light = np.log(np.maximum(cube["value"].values, 0) + 0.02)
    lines = []
    seen = (usable[:, mask].mean(axis=1) >= 0.5) & (usable[:, ring].mean(axis=1) >= 0.3)
    looks = np.flatnonzero(seen)
    if looks.size < 6:
        return 0.0, 0
    for t in looks:
        inside = light[t][:, mask & usable[t]].mean(axis=1)
        around = np.median(light[t][:, ring & usable[t]], axis=1)
        lines.append(inside - around)
    line = np.array(lines).T
    sigma = np.maximum(np.median(np.abs(np.diff(line, axis=1)), axis=1) / 0.954, 0.01)
    scaled = line / sigma[:, None]
    n = np.arange(1, looks.size)
    low, high = (
        np.cumsum(scaled, axis=1)[:, :-1] / n,
        (scaled.sum(axis=1, keepdims=True) - np.cumsum(scaled, axis=1)[:, :-1]) / (looks.size - n),
    )
    gain = (np.square(high - low) * n * (looks.size - n) / looks.size).sum(axis=0)
    gain[:1] = gain[-1:] = 0
    best = int(np.argmax(gain))
    return float(gain[best]), int(looks[best + 1])


def cluster_matching(mask: Mask, cube: xr.Dataset) -> NDArray[np.float64]:
    """
    Temporal Cluster Matching (arXiv 2103.09787): divergence of cluster histograms inside and around a footprint, by look.

    Each look's neighbourhood is clustered by k-means on its bands; NaN where too little is seen.
    """
    ring, _ = rings(mask)
    usable = cube["why_not"].values == 0
    value = cube["value"].values
    said = np.full(len(value), np.nan)
    for t in range(len(value)):
        inside, around = mask & usable[t], ring & usable[t]
        if inside.sum() < max(4, 0.5 * mask.sum()) or around.sum() < 0.3 * ring.sum():
            continue
        pixels = np.concatenate([value[t][:, inside], value[t][:, around]], axis=1).T.astype(np.float64)
        pixels = (pixels - pixels.mean(axis=0)) / np.maximum(pixels.std(axis=0), 1e-9)
        _, label = kmeans2(pixels, CLUSTERS, minit="++", seed=1, iter=12)
        p, q = (
            (np.bincount(part, minlength=CLUSTERS) + 0.5) / (part.size + 0.5 * CLUSTERS)
            for part in (label[: int(inside.sum())], label[int(inside.sum()) :])
        )
        said[t] = float((p * np.log(p / q)).sum())
    return said


def onset_by_clusters(divergence: NDArray[np.float64], threshold: float) -> int | None:
    """First look from which the divergence stays above a threshold, for the median of what follows; None if it never does."""
    known = np.flatnonzero(np.isfinite(divergence))
    for k, t in enumerate(known[:-1]):
        if divergence[t] > threshold and np.median(divergence[known[k:]]) > threshold:
            return int(t)
    return None
