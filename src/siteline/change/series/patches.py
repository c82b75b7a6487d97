"""Pixels that changed together become one object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_closing,
    binary_dilation,
    binary_fill_holes,
    binary_opening,
    find_objects,
    label,
    uniform_filter,
)
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely.affinity import affine_transform
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

AROUND = np.ones((3, 3), bool)
FAINT = 0.35
"""Of the step of the furthest tenth of an object, below which a pixel is beside it: shared evidence makes a fringe."""

AGREEMENT = 0.3
"""Neighbours whose steps point less alike than this (cosine) belong to different objects."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Connected pixels that stepped to a new level at about the same look."""

    rows: slice
    cols: slice
    mask: Mask
    """(y, x) within rows and cols."""

    first: int
    """Earliest look at which any of its pixels steps."""

    when: NDArray[np.int16]
    """(pixel,) look at which each pixel steps; pixels in the order of `mask`."""

    @property
    def area(self) -> int:
        """Pixels."""
        return int(self.mask.sum())

    def overlap(self, other: Patch) -> float:
        """Shared pixels, as a share of the smaller one."""
        return self._shared(other) / max(min(self.area, other.area), 1)

    def covers(self, other: Patch) -> float:
        """Shared pixels, as a share of the other one."""
        return self._shared(other) / max(other.area, 1)

    def _shared(self, other: Patch) -> int:
        top, bottom = max(self.rows.start, other.rows.start), min(self.rows.stop, other.rows.stop)
        left, right = max(self.cols.start, other.cols.start), min(self.cols.stop, other.cols.stop)
        if top >= bottom or left >= right:
            return 0
        mine, theirs = (
            p.mask[top - p.rows.start : bottom - p.rows.start, left - p.cols.start : right - p.cols.start]
            for p in (self, other)
        )
        return int((mine & theirs).sum())

    def touches(self, other: Patch) -> bool:
        """Whether they share an edge of at least three pixels, give or take one."""
        top, bottom = max(self.rows.start - 1, other.rows.start), min(self.rows.stop + 1, other.rows.stop)
        left, right = max(self.cols.start - 1, other.cols.start), min(self.cols.stop + 1, other.cols.stop)
        if top >= bottom or left >= right:
            return False
        wide = binary_dilation(np.pad(self.mask, 1))
        mine = wide[
            top - self.rows.start + 1 : bottom - self.rows.start + 1,
            left - self.cols.start + 1 : right - self.cols.start + 1,
        ]
        theirs = other.mask[
            top - other.rows.start : bottom - other.rows.start,
            left - other.cols.start : right - other.cols.start,
        ]
        return bool((mine & theirs).sum() >= 3)

    def widened(self, px: int, shape: tuple[int, int]) -> Patch:
        """By `px` pixels on all sides, clipped to the image."""
        rows, cols, mask = self.grown(px, shape)
        wide = np.asarray(binary_dilation(mask, AROUND, px))
        when = np.full(mask.shape, np.int16(np.median(self.when)), np.int16)
        when[mask] = self.when
        return Patch(rows, cols, wide, self.first, when[wide])

    def spread(self, alike: Mask, reach: int) -> Patch:
        """Grown over what is alike, (y, x) of the whole image, and over gaps of up to twice `reach` pixels."""
        mine = np.zeros(alike.shape, bool)
        mine[self.rows, self.cols] = self.mask
        core = AROUND if reach else AROUND[:2, :2]
        closed = np.asarray(binary_opening(alike, core)) | mine
        if reach:
            closed = binary_closing(np.pad(closed, reach), AROUND, reach)[reach:-reach, reach:-reach]
        labels, _ = label(binary_fill_holes(closed | mine), AROUND)
        when = np.where(labels == labels[mine].max(), np.int16(np.median(self.when)), np.int16(-1))
        when[self.rows, self.cols][self.mask] = self.when
        return _patch(when.astype(np.int16), 0, 0)

    def grown(self, margin: int, shape: tuple[int, int]) -> tuple[slice, slice, Mask]:
        """The window widened by `margin` pixels, clipped to the image, and the mask within it."""
        top, left = max(self.rows.start - margin, 0), max(self.cols.start - margin, 0)
        bottom, right = min(self.rows.stop + margin, shape[0]), min(self.cols.stop + margin, shape[1])
        wide = np.zeros((bottom - top, right - left), bool)
        wide[self.rows.start - top : self.rows.stop - top, self.cols.start - left : self.cols.stop - left] = (
            self.mask
        )
        return slice(top, bottom), slice(left, right), wide


def tidy_steps(starts: Mask, slack: int) -> Mask:
    """
    Drop steps that no neighbour shares, and fill pinholes where nearly all neighbours step.

    starts: (time, y, x). Neighbours may differ by `slack` looks.
    """
    tidy = np.zeros_like(starts)
    for t in range(1, len(starts)):
        near = starts[max(t - slack, 1) : t + slack + 1].any(axis=0)
        if not starts[t].any():
            continue
        support = uniform_filter(near.astype(np.float32), 3, mode="constant") * 9
        tidy[t] = (starts[t] & (support > 3.5)) | (~near & (support > 5.5))
    for t in range(1, len(starts) - 1):  # a pinhole is filled once
        later = tidy[t + 1 : t + 1 + slack].any(axis=0) if slack else False
        tidy[t] &= ~(later & ~starts[t])
    return tidy


def gather_patches(
    starts: Mask,
    level: Array,
    sigma: Array,
    unit: Array,
    slack: int,
    least_px: int,
    *,
    trimmed: bool = False,
) -> list[Patch]:
    """
    Join neighbouring steps of about the same date and direction; set apart what stepped much further than the rest.

    starts: (time, y, x) where levels start; level: (feature, time, y, x); sigma: (feature, y, x) noise; unit: (feature,)
    noticeable difference. Neighbours join when their dates differ by at most `slack` looks and their steps point the same way.
    trimmed: leave out pixels that stepped only because their neighbours did.
    """
    t, y, x = np.nonzero(starts)
    if not t.size:
        return []
    number = np.full(starts.shape, -1, np.int32)
    number[t, y, x] = np.arange(t.size, dtype=np.int32)
    step = (level[:, t, y, x] - level[:, t - 1, y, x]) / sigma[:, y, x]
    step = step / np.maximum(np.linalg.norm(step, axis=0), 1e-6)
    ends: list[NDArray[np.int32]] = []
    others: list[NDArray[np.int32]] = []
    n_looks, n_rows, n_cols = starts.shape
    for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1)):
        for dt in range(-slack, slack + 1):
            ty, tx, tt = y + dy, x + dx, t + dt
            inside = (ty < n_rows) & (tx >= 0) & (tx < n_cols) & (tt >= 0) & (tt < n_looks)
            mine = np.flatnonzero(inside)
            theirs = number[tt[inside], ty[inside], tx[inside]]
            mine, theirs = mine[theirs >= 0], theirs[theirs >= 0]
            alike = (step[:, mine] * step[:, theirs]).sum(axis=0) > AGREEMENT
            ends.append(mine[alike].astype(np.int32))
            others.append(theirs[alike])
    i, j = np.concatenate(ends), np.concatenate(others)
    links = coo_matrix((np.ones(i.size, bool), (i, j)), shape=(t.size, t.size))
    _, member = connected_components(links, directed=False)
    if slack:
        # neighbours pass a date on like a rumour: cut each chain at its main dates, then join again within each
        episode = _main_dates(member, t, slack)
        same = (member[i] == member[j]) & (episode[i] == episode[j])
        links = coo_matrix((np.ones(int(same.sum()), bool), (i[same], j[same])), shape=(t.size, t.size))
        _, member = connected_components(links, directed=False)
    patches: list[Patch] = []
    for voxels in _groups(member):
        if voxels.size >= least_px:
            when, top, left, size = _map_of(t[voxels], y[voxels], x[voxels], level, unit)
            whole = when >= 0
            if trimmed:
                whole = np.asarray(whole & (size > FAINT * np.quantile(size[whole], 0.9)))
            for part in _set_apart(whole, size, least_px):
                patch = _patch(np.where(part, when, -1), top, left)
                if patch.area >= least_px:
                    patches.append(patch)
    return patches


def _groups(member: NDArray[np.int32]) -> list[NDArray[np.intp]]:
    """Indices of the members of each group."""
    order = np.argsort(member, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(member[order])) + 1)


def _map_of(
    t: NDArray[np.intp], y: NDArray[np.intp], x: NDArray[np.intp], level: Array, unit: Array
) -> tuple[NDArray[np.int16], int, int, Array]:
    """(y, x) look of each pixel's first step (-1 elsewhere), where that map lies, and (y, x) how far each pixel went in all."""
    top, left = int(y.min()), int(x.min())
    shape = (int(y.max()) - top + 1, int(x.max()) - left + 1)
    first = np.full(shape, np.iinfo(np.int16).max, np.int16)
    last = np.full(shape, -1, np.int16)
    np.minimum.at(first, (y - top, x - left), t.astype(np.int16))
    np.maximum.at(last, (y - top, x - left), t.astype(np.int16))
    when = np.where(last >= 0, first, -1).astype(np.int16)
    rows, cols = np.nonzero(last >= 0)
    went = level[:, last[rows, cols], rows + top, cols + left]
    went = went - level[:, first[rows, cols] - 1, rows + top, cols + left]
    size = np.zeros(shape, np.float32)
    size[rows, cols] = np.linalg.norm(went / unit[:, None], axis=0)
    return when, top, left, size


def _set_apart(mask: Mask, size: Array, least_px: int) -> list[Mask]:
    """Split a patch into the part that stepped far and the rest, if they are plainly two kinds of ground; else leave it whole."""
    if mask.sum() < 4 * least_px:
        return [mask]
    cut, explained, low, high = split_in_two(size[mask])
    if explained < 0.72 or high < 1.8 * low:
        return [mask]
    far = np.asarray(binary_opening(mask & (size > cut), AROUND[:2, :2]))
    parts = []
    for pixels in (far, mask & ~far):
        labels, count = label(pixels, AROUND if pixels is not far else None)
        parts += [labels == k for k in range(1, count + 1) if (labels == k).sum() >= least_px]
    return parts if (far.any() and parts) else [mask]


def split_in_two(values: Array) -> tuple[float, float, float, float]:
    """
    Otsu's cut: the value that parts them best, the share of the variance that explains, and the means below and above.

    values: (n,), at least two.
    """
    order = np.sort(values).astype(np.float64)
    n = np.arange(1, order.size)
    low, high = np.cumsum(order)[:-1] / n, (order.sum() - np.cumsum(order)[:-1]) / (order.size - n)
    between = n * (order.size - n) * np.square(high - low) / order.size**2
    best = int(np.argmax(between))
    return (
        float(order[best]),
        float(between[best] / max(float(order.var()), 1e-9)),
        float(low[best]),
        float(high[best]),
    )


def _main_dates(member: NDArray[np.int32], t: NDArray[np.intp], slack: int) -> NDArray[np.int32]:
    """For each step, the number of the main date of its chain, the most frequent one within `slack` looks being 0."""
    episode = np.zeros(t.size, np.int32)
    for voxels in _groups(member):
        dates = t[voxels]
        if np.ptp(dates) <= slack:
            continue
        counts = np.bincount(dates).astype(np.float64)
        number = 0
        owner = np.full(counts.size, -1)
        while counts.any():
            # the count itself breaks ties, so that a date is a real peak and not the middle between two
            window = np.convolve(counts, np.ones(2 * slack + 1), mode="same") + 1e-3 * counts
            peak = int(np.argmax(np.where(counts > 0, window, -1)))
            lo, hi = max(peak - slack, 0), peak + slack + 1
            fresh = np.flatnonzero((owner[lo:hi] < 0) & (counts[lo:hi] > 0)) + lo
            owner[fresh] = number
            counts[lo:hi] = 0
            number += 1
        episode[voxels] = owner[dates]
    return episode


def _patch(when: NDArray[np.int16], top: int, left: int) -> Patch:
    """A patch from its map of dates (-1 outside), with cracks and small holes filled."""
    seen = when >= 0
    rows, cols = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    here = (slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1))
    when, seen = when[here].copy(), seen[here]
    filled = _fill_small_holes(seen)
    when[filled & ~seen] = np.int16(np.median(when[seen]))
    top, left = top + int(rows[0]), left + int(cols[0])
    return Patch(
        slice(top, top + when.shape[0]),
        slice(left, left + when.shape[1]),
        filled,
        int(when[filled].min()),
        when[filled],
    )


def _fill_small_holes(mask: Mask) -> Mask:
    """Close cracks and fill holes that are small beside the object; a courtyard stays."""
    padded = np.pad(mask, 2)
    closed = binary_closing(padded, AROUND)
    holes, count = label(binary_fill_holes(closed) & ~closed)
    for k, where in enumerate(find_objects(holes), start=1):
        size = int((holes[where] == k).sum())
        if size <= max(4, 0.05 * mask.sum()):
            closed[where] |= holes[where] == k
    return np.asarray(closed[2:-2, 2:-2]) if count or closed.any() else mask


def join_patches(patches: list[Patch]) -> Patch:
    """The union of patches, with cracks between them closed."""
    top, left = min(p.rows.start for p in patches), min(p.cols.start for p in patches)
    bottom, right = max(p.rows.stop for p in patches), max(p.cols.stop for p in patches)
    when = np.full((bottom - top, right - left), np.iinfo(np.int16).max, np.int16)
    for p in patches:
        here = when[p.rows.start - top : p.rows.stop - top, p.cols.start - left : p.cols.stop - left]
        here[p.mask] = np.minimum(here[p.mask], p.when)
    seen = when < np.iinfo(np.int16).max
    closed = np.asarray(binary_closing(np.pad(seen, 2), AROUND)[2:-2, 2:-2]) | seen
    when[closed & ~seen] = np.int16(np.median(when[seen]))
    return Patch(slice(top, bottom), slice(left, right), closed, int(when[closed].min()), when[closed])


def thickness(mask: Mask) -> float:
    """Share of a mask that survives an opening by 3 x 3 pixels: near 1 for a block, 0 for a line."""
    return float(binary_opening(np.pad(mask, 1), AROUND).sum() / max(mask.sum(), 1))


def outline_of(mask: Mask, top: int, left: int, transform: tuple[float, ...]) -> BaseGeometry:
    """
    Outline of a mask in grid coordinates, with its pixel stairs smoothed to within half a pixel.

    transform: affine a, b, c, d, e, f of pixel corners.
    """
    stairs = unary_union([Polygon([(x0, y), (x1, y), (x1, y + 1), (x0, y + 1)]) for y, x0, x1 in _runs(mask)])
    smooth = stairs.simplify(0.75, preserve_topology=True)
    if smooth.is_empty or not smooth.is_valid or abs(smooth.area - stairs.area) > 0.15 * stairs.area:
        smooth = stairs
    a, b, c, d, e, f = transform
    shift_x, shift_y = a * left + b * top + c, d * left + e * top + f
    return affine_transform(smooth, [a, b, d, e, shift_x, shift_y])


def _runs(mask: Mask) -> list[tuple[int, int, int]]:
    """Horizontal runs of a mask: (row, first column, column after the last)."""
    edges = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, stops = np.nonzero(edges == -1)
    return [(int(r), int(a), int(b)) for r, a, b in zip(rows, starts, stops, strict=True)]
