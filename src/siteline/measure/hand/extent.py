"""Length and width of an outline that a person drew, not stretched by the errors of its vertices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from siteline.measure.blur import Array
from siteline.measure.fitted.ground import box_of

NEAR = 3.0
"""An edge lies along a side of the rectangle if its middle is not farther off, in errors of a vertex."""

ALONG, MOST_ALONG = 20.0, 45.0
"""And if it does not turn by more from that side than this, or, being short, than a hand may turn it; degrees."""

FILLED = 0.6
"""Edges that fill less of a side than this may be those of a curve, which has no side."""

SQUARE = 0.3
"""How much (0–1) the edges must keep to two directions at right angles; those of a circle do not."""

TURNED = np.radians(10.0)
"""A rectangle is not turned by more onto the edges that it encloses."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Length and width of an outline, and how they follow its vertices."""

    length: float
    width: float
    pull_length: float
    """One sigma of the length per one-sigma error of a vertex."""

    pull_width: float


@dataclass(frozen=True, slots=True)
class _Edges:
    """The edges of an outline."""

    starts: Array
    ends: Array
    after: Array
    """(edges,) int: the edge that begins where each ends."""

    @property
    def lengths(self) -> Array:
        """How long each is."""
        lengths: Array = np.hypot(*(self.ends - self.starts).T)
        return lengths


def extent_of(shape: BaseGeometry, vertex: float) -> Extent:
    """
    How long and how wide an outline is.

    shape: polygon, pixels; vertex: one-sigma error of a vertex per axis, pixels. The smallest rectangle around it
    encloses the error of every vertex and so is too large; of it only the direction is taken, and each side
    is put at the mean of the edges along it, weighted by their length. A side along which no edges lie, or
    of an outline without sides, as a circle, stays where it is.
    """
    edges = _edges_of(shape)
    _, _, angle, longest, shortest = box_of(shape)
    if _squareness(edges) < SQUARE:
        return Extent(longest, shortest, float(np.sqrt(2)), float(np.sqrt(2)))
    angle = _turned(edges, angle)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    first, second = (_apart(edges, axis, other, vertex) for axis, other in ((along, across), (across, along)))
    longer, shorter = (first, second) if first[0] >= second[0] else (second, first)
    return Extent(longer[0], shorter[0], longer[1], shorter[1])


def _edges_of(shape: BaseGeometry) -> _Edges:
    starts, ends, after = [], [], []
    count = 0
    for piece in shape.geoms if isinstance(shape, MultiPolygon) else [shape]:
        here = np.asarray(piece.exterior.coords)[:, :2]
        here = here[:-1][np.any(np.diff(here, axis=0) != 0, axis=1)]
        starts.append(here)
        ends.append(np.roll(here, -1, axis=0))
        after.append(count + np.roll(np.arange(len(here)), -1))
        count += len(here)
    return _Edges(np.concatenate(starts), np.concatenate(ends), np.concatenate(after))


def _squareness(edges: _Edges) -> float:
    """From 0 (a circle) to 1 (a rectangle)."""
    dx, dy = (edges.ends - edges.starts).T
    weight = edges.lengths**2
    return float(np.abs(weight @ np.exp(4j * np.arctan2(dy, dx))) / weight.sum())


def _turned(edges: _Edges, angle: float) -> float:
    """The rectangle's angle, turned onto the edges that run its way or across it; radians."""
    dx, dy = (edges.ends - edges.starts).T
    off = np.arctan2(dy, dx) - angle
    off -= np.pi / 2 * np.round(off / (np.pi / 2))
    weight = np.where(np.abs(off) <= TURNED, edges.lengths**2, 0.0)
    return angle + float(weight @ off / weight.sum()) if weight.any() else angle


def _apart(edges: _Edges, axis: Array, other: Array, vertex: float) -> tuple[float, float]:
    """How far the two sides across an axis lie apart, and by how many errors of a vertex that errs."""
    low, pull_low = _side(edges, -axis, other, vertex)
    high, pull_high = _side(edges, axis, other, vertex)
    return high + low, float(np.hypot(pull_low, pull_high))


def _side(edges: _Edges, axis: Array, other: Array, vertex: float) -> tuple[float, float]:
    """Where the outermost side lies on an axis, and by how many errors of a vertex that errs."""
    lengths = edges.lengths
    middles = (edges.starts + edges.ends) @ axis / 2
    edge = float(np.max(edges.starts @ axis))
    turns = np.degrees(np.arcsin(np.clip(np.abs((edges.ends - edges.starts) @ axis) / lengths, 0, 1)))
    by_hand = np.degrees(np.arctan(NEAR * np.sqrt(2) * vertex / lengths))
    is_along = turns <= np.clip(by_hand, ALONG, MOST_ALONG)
    chosen = is_along & (middles >= edge - NEAR * vertex)
    if not chosen.any():
        return edge, 1.0
    filled = float(lengths[chosen].sum() / max(np.ptp(edges.starts @ other), 1e-9))
    if filled < FILLED and np.count_nonzero(chosen) > 1:
        return edge, 1.0
    share = np.where(chosen, lengths, 0.0) / lengths[chosen].sum()
    per_vertex = share / 2
    per_vertex[edges.after] += share / 2  # a vertex begins one edge and ends another
    return float(share @ middles), float(np.sqrt(np.sum(per_vertex**2)))
