"""
The shapes a footprint may have: rectilinear, at any angle, each straight run of wall an unknown of its own; and round ones.

A shape is a choice of cells between walls. The second difference of that choice says which corners carry which sign. A round
shape is one cell with round corners: a circle, or a hall whose short sides are half circles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt
from shapely import contains_xy
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from siteline.measure.blur import Array

CX, CY, ANGLE, BLUR, HEIGHT = range(5)
"""Places of unknowns: origin of the base (px), angle (rad), log of blur (px), height (m)."""

MARGIN = slice(5, 9)
"""How far the other ground around it reaches beyond it: below and above along u, then along v; px."""

POSE = 9
"""How many unknowns come before the walls."""

NARROWEST_PX = 0.8
"""No two walls come nearer to each other."""

Cells = npt.NDArray[np.bool_]


class Rounded(StrEnum):
    """How a shape is round, in words."""

    CIRCLE = "circle"
    ENDS = "hall with round ends"


ROUND_STEPS = 12
"""A quarter of a circle is drawn with so many corners."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One family of outlines; its members differ by where their walls are."""

    cells: tuple[tuple[bool, ...], ...]
    """(walls across u − 1, walls across v − 1): which cells between walls belong to it."""

    rounded: Rounded | None = None
    """How its corners are rounded; only where it is a single cell."""

    @property
    def walls_u(self) -> int:
        """How many walls lie across u; the first of the walls among the unknowns, in ascending order."""
        return len(self.cells) + 1

    @property
    def walls(self) -> int:
        """How many walls there are in all."""
        return len(self.cells) + len(self.cells[0]) + 2

    @property
    def signs(self) -> Array:
        """(walls across u, walls across v): +1 or −1 where a corner is."""
        return _signs(self.cells)

    @property
    def name(self) -> str:
        """In words: "rectangle", "L-shape", "circle"."""
        if self.rounded is not None:
            return self.rounded.value
        corners = int(np.count_nonzero(self.signs))
        if corners == 8 and self.cells in _u_shapes():
            return "U-shape"
        if corners == 8 and self.cells in _t_shapes():
            return "T-shape"
        return {4: "rectangle", 6: "L-shape"}.get(corners, f"outline of {corners} corners")

    @property
    def arms(self) -> tuple[tuple[int, int, int, int], ...]:
        """The largest rectangles inside it: numbers of their walls u_low, u_high, v_low, v_high."""
        return _arms(self.cells)

    def split(self, unknowns: Array) -> tuple[Array, Array]:
        """Walls across u and walls across v, px from the origin."""
        return unknowns[POSE : POSE + self.walls_u], unknowns[POSE + self.walls_u :]

    def axis(self, unknowns: Array) -> tuple[Array, Array, float]:
        """Of a round shape: both ends of the line that all of it lies about, (u, v), and its radius; px."""
        u, v = self.split(unknowns)
        middle = np.array([(u[0] + u[-1]) / 2, (v[0] + v[-1]) / 2])
        long, wide = float(np.ptp(u)), float(np.ptp(v))
        if self.rounded is Rounded.CIRCLE:
            return middle, middle, (long + wide) / 4
        half = max(abs(long - wide) / 2, 1e-6)
        along = np.array([half, 0.0]) if long >= wide else np.array([0.0, half])
        return middle - along, middle + along, min(long, wide) / 2

    def redundant(self, count: int) -> list[int]:
        """Places of those of `count` unknowns that tell nothing new: a circle has no direction, and three walls place it."""
        return [ANGLE, count - 1] if self.rounded is Rounded.CIRCLE else []

    def area(self, unknowns: Array) -> float:
        """Area inside, px²."""
        if self.rounded is not None:
            start, end, radius = self.axis(unknowns)
            return float(np.pi * radius**2 + 2 * radius * np.hypot(*(end - start)))
        u, v = self.split(unknowns)
        return float(np.diff(u) @ np.array(self.cells, dtype=float) @ np.diff(v))

    def outline(self, unknowns: Array) -> Polygon:
        """The shape as a polygon, pixels."""
        u, v = self.split(unknowns)
        flat = unary_union([box(u[a], v[c], u[b], v[d]) for a, b, c, d in self.arms])
        if self.rounded is not None:
            start, end, radius = self.axis(unknowns)
            line = Point(start) if self.rounded is Rounded.CIRCLE else LineString([start, end])
            true = float(np.sqrt(self.area(unknowns) / line.buffer(radius, ROUND_STEPS).area))
            flat = line.buffer(
                radius * true, ROUND_STEPS
            )  # its corners a little outside, so that its area is right
        turned = rotate(flat, float(unknowns[ANGLE]), origin=(0, 0), use_radians=True)
        return translate(turned, float(unknowns[CX]), float(unknowns[CY]))

    def spread(self, unknowns: Array) -> Array:
        """The same unknowns with no two neighbouring walls nearer than NARROWEST_PX."""
        apart = unknowns.copy()
        for walls in self.split(apart):
            steps = np.diff(walls)
            if np.any(steps < NARROWEST_PX):
                middle = walls.mean()
                walls[1:] = walls[0] + np.cumsum(np.maximum(steps, NARROWEST_PX))
                walls += middle - walls.mean()
        if self.rounded is Rounded.CIRCLE:  # what is no unknown of a circle stays as it is
            _, _, radius = self.axis(apart)
            for walls in self.split(apart):
                walls[:] = walls.mean() + np.array([-radius, radius])
        return apart


def rectangle() -> Shape:
    """A plain rectangle."""
    return Shape(((True,),))


@cache
def _signs(cells: tuple[tuple[bool, ...], ...]) -> Array:
    padded = np.pad(np.array(cells, dtype=float), 1)
    return np.asarray(np.diff(np.diff(padded, axis=0), axis=1))


@cache
def _arms(cells: tuple[tuple[bool, ...], ...]) -> tuple[tuple[int, int, int, int], ...]:
    there = np.array(cells)
    rows, cols = there.shape
    inside = [
        (a, b, c, d)
        for a in range(rows)
        for b in range(a + 1, rows + 1)
        for c in range(cols)
        for d in range(c + 1, cols + 1)
        if there[a:b, c:d].all()
    ]
    return tuple(r for r in inside if not any(_holds(s, r) for s in inside if s != r))


def _holds(outer: tuple[int, ...], inner: tuple[int, ...]) -> bool:
    return outer[0] <= inner[0] and outer[1] >= inner[1] and outer[2] <= inner[2] and outer[3] >= inner[3]


def _around(cells: Cells) -> set[tuple[tuple[bool, ...], ...]]:
    """A choice of cells, turned and mirrored."""
    turned = [np.rot90(cells, k) for k in range(4)]
    return {tuple(map(tuple, way.tolist())) for way in (*turned, *(t[::-1] for t in turned))}


def _u_shapes() -> set[tuple[tuple[bool, ...], ...]]:
    return _around(np.array([[1, 1], [1, 0], [1, 1]], dtype=bool))


def _t_shapes() -> set[tuple[tuple[bool, ...], ...]]:
    return _around(np.array([[1, 0], [1, 1], [1, 0]], dtype=bool))


def shape_of(cells: Cells, u: Sequence[float] | Array, v: Sequence[float] | Array) -> tuple[Shape, Array]:
    """A choice of cells with walls at u and v, without the walls at which nothing changes; and its walls."""
    kept = np.array(cells, dtype=bool)
    walls = [np.asarray(u, dtype=float), np.asarray(v, dtype=float)]
    for axis in (0, 1):
        padded = np.pad(kept, [(1, 1) if a == axis else (0, 0) for a in (0, 1)])
        stays = np.any(np.diff(padded.astype(int), axis=axis) != 0, axis=1 - axis)
        walls[axis] = walls[axis][stays]
        kept = np.take(kept, np.flatnonzero(stays)[:-1], axis=axis)
    return Shape(tuple(map(tuple, kept.tolist()))), np.concatenate(walls)


def squared(
    outline: BaseGeometry, angle: float, origin: tuple[float, float], near_px: float
) -> tuple[Shape, Array] | None:
    """
    The rectilinear shape that an outline means, with its walls; None if its sides do not run along two directions.

    angle: of u, rad; walls nearer to each other than `near_px` are one.
    """
    flat = rotate(translate(outline, -origin[0], -origin[1]), -angle, origin=(0, 0), use_radians=True)
    flat = flat.simplify(near_px)
    if not isinstance(flat, Polygon) or flat.is_empty:
        return None
    ring = np.asarray(flat.exterior.coords)
    steps = np.diff(ring, axis=0)
    lengths = np.hypot(*steps.T)
    slant = np.minimum(np.abs(steps[:, 0]), np.abs(steps[:, 1])) / np.maximum(lengths, 1e-9)
    if np.any((slant > 0.4) & (lengths > near_px)):
        return None
    middles = (ring[1:] + ring[:-1]) / 2
    is_across_u = np.abs(steps[:, 1]) > np.abs(steps[:, 0])
    walls = []
    for axis, mine in ((0, is_across_u), (1, ~is_across_u)):
        walls.append(_merged(middles[mine, axis], lengths[mine], near_px))
        if len(walls[axis]) < 2:
            return None
    u, v = walls
    centre_u, centre_v = (u[1:] + u[:-1]) / 2, (v[1:] + v[:-1]) / 2
    cells = contains_xy(flat, *np.meshgrid(centre_u, centre_v, indexing="ij"))
    if not cells.any():
        return None
    return shape_of(cells, u, v)


def _merged(places: Array, weights: Array, near: float) -> Array:
    """Places along a line, those nearer than `near` to the one before joined to their weighted mean."""
    order = np.argsort(places)
    groups: list[list[int]] = []
    for index in order:
        if groups and places[index] - places[groups[-1][-1]] < near:
            groups[-1].append(int(index))
        else:
            groups.append([int(index)])
    return np.array([np.average(places[g], weights=weights[g]) for g in groups])
