"""
The shapes a footprint may have: rectilinear, at any angle, each straight run of wall an unknown of its own.

A shape is a choice of cells between walls. The second difference of that choice says which corners carry which sign, and
the blurred shape is the sum over its corners of products of two normal distributions. Its shadow is the largest of the
shadows of the rectangles it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from shapely import contains_xy
from shapely.affinity import rotate, translate
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from siteline.measure.blur import Array, blur_slabs, normal

CX, CY, ANGLE, BLUR, HEIGHT = range(5)
"""Places of unknowns: origin (px), angle (rad), log of blur (px), height (m)."""

MARGIN = slice(5, 9)
"""How far the other ground around it reaches beyond it: below and above along u, then along v; px."""

POSE = 9
"""How many unknowns come before the walls."""

NARROWEST_PX = 0.8
"""No two walls come nearer to each other."""

Cells = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shape:
    """One family of outlines; its members differ by where their walls are."""

    cells: tuple[tuple[bool, ...], ...]
    """(walls across u − 1, walls across v − 1): which cells between walls belong to it."""

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
        """In words: "rectangle", "L-shape"."""
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

    def area(self, unknowns: Array) -> float:
        """Area inside, px²."""
        u, v = self.split(unknowns)
        return float(np.diff(u) @ np.array(self.cells, dtype=float) @ np.diff(v))

    def outline(self, unknowns: Array) -> Polygon:
        """The shape as a polygon, pixels."""
        u, v = self.split(unknowns)
        flat = unary_union([box(u[a], v[c], u[b], v[d]) for a, b, c, d in self.arms])
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


# --- pictures -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Picture:
    """What the shape and its shadow cover of each pixel, and how that moves with every unknown."""

    roof: Array
    """(looks, pixels), 0 to 1."""

    shadow: Array | None
    """(looks, pixels), 0 to 1; None if no look has a sun."""

    roof_by: Array
    """(unknowns, looks, pixels)."""

    shadow_by: Array | None
    """(unknowns, looks, pixels)."""

    apron: Array | None = None
    """(looks, pixels), 0 to 1: other ground around the building; None if it has none."""

    apron_by: Array | None = None
    """(unknowns, looks, pixels)."""

    slopes: Array | None = None
    """(looks, pixels), −1 on one slope of a gable roof, 1 on the other; None if its roof is of one piece."""


def draw(
    shape: Shape,
    unknowns: Array,
    shifts: Array,
    pixels: Array,
    reach: Array | None,
    has_apron: bool,
    has_ridge: bool = False,
) -> Picture:
    """
    The blurred shape on every look, its shadow, and the rectangle of paved or trampled ground it may stand on.

    has_ridge: the roof has two slopes, which meet half-way across its shorter side; they are not among what moves.

    shifts: (looks, 2), px; pixels: (pixels, 2), px; reach: (looks, 2), the shadow's tip for one metre of
    height, px, zero for a look without a sun.
    """
    along, across = _turned(unknowns[ANGLE])
    away = pixels[None] - unknowns[:2] - shifts[:, None]  # (looks, pixels, 2)
    u, v = away @ along, away @ across
    roof, roof_by = _blurred(shape, unknowns, u, v)
    slopes = _slopes(shape, unknowns, u, v) if has_ridge else None
    apron: Array | None = None
    apron_by: Array | None = None
    if has_apron:
        plot, plot_by = _plot(shape, unknowns, u, v)
        apron_by, apron = np.where(plot > roof, plot_by - roof_by, 0.0), np.maximum(plot - roof, 0.0)
    if reach is None or not np.any(reach):
        return Picture(roof, None, roof_by, None, apron, apron_by, slopes)
    swept, swept_by = _sweep(shape, unknowns, (u, v), away, reach)
    dark = swept > roof
    shadow, shadow_by = np.where(dark, swept - roof, 0.0), np.where(dark, swept_by - roof_by, 0.0)
    return Picture(roof, shadow, roof_by, shadow_by, apron, apron_by, slopes)


def _blurred(shape: Shape, unknowns: Array, u: Array, v: Array) -> tuple[Array, Array]:
    """The sum over all corners, and its derivatives."""
    blur = float(np.exp(unknowns[BLUR]))
    walls_u, walls_v = shape.split(unknowns)
    z_u, z_v = (u - walls_u[:, None, None]) / blur, (v - walls_v[:, None, None]) / blur
    (at_u, slope_u), (at_v, slope_v) = normal(z_u), normal(z_v)
    signs = shape.signs
    beside_u = np.tensordot(signs, at_v, 1)  # (walls u, looks, pixels)
    beside_v = np.tensordot(signs.T, at_u, 1)
    by_u, by_v = (
        slope_u * beside_u,
        slope_v * beside_v,
    )  # times blur: derivative with the coordinate, wall by wall
    by = np.zeros((unknowns.size, *u.shape))
    by[POSE : POSE + shape.walls_u] = -by_u / blur
    by[POSE + shape.walls_u :] = -by_v / blur
    by[BLUR] = -np.einsum("kln,kln->ln", z_u, by_u) - np.einsum("kln,kln->ln", z_v, by_v)
    _move(by, by_u.sum(axis=0) / blur, by_v.sum(axis=0) / blur, u, v, unknowns[ANGLE])
    return np.einsum("kln,kln->ln", at_u, beside_u), by


def _slopes(shape: Shape, unknowns: Array, u: Array, v: Array) -> Array:
    """−1 to 1 across the ridge, blurred."""
    walls_u, walls_v = shape.split(unknowns)
    across, walls = (u, walls_u) if np.ptp(walls_u) < np.ptp(walls_v) else (v, walls_v)
    slopes: Array = np.tanh((across - (walls[0] + walls[-1]) / 2) / float(np.exp(unknowns[BLUR])))
    return slopes


def _plot(shape: Shape, unknowns: Array, u: Array, v: Array) -> tuple[Array, Array]:
    """The rectangle around the shape, grown on each side by its margin; and its derivatives."""
    walls_u, walls_v = shape.split(unknowns)
    ends = np.array([walls_u[0], walls_u[-1], walls_v[0], walls_v[-1]])
    grown = ends + unknowns[MARGIN] * (-1, 1, -1, 1)
    plain = np.concatenate([unknowns[:POSE], grown])
    plot, plain_by = _blurred(rectangle(), plain, u, v)
    by = np.zeros((unknowns.size, *u.shape))
    by[:5] = plain_by[:5]
    by[MARGIN] = plain_by[POSE:] * np.array([-1.0, 1.0, -1.0, 1.0])[:, None, None]
    first, last = POSE, POSE + shape.walls_u
    for place, end in zip((first, last - 1, last, unknowns.size - 1), plain_by[POSE:], strict=True):
        by[place] += end
    return plot, by


def _turned(angle: float) -> tuple[Array, Array]:
    """Unit vectors along u and v, in pixels (x right, y down)."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([cos, sin]), np.array([-sin, cos])


def _move(by: Array, by_u: Array, by_v: Array, u: Array, v: Array, angle: float) -> None:
    """Chain rule from u and v to origin and angle."""
    along, across = _turned(angle)
    by[CX] -= along[0] * by_u + across[0] * by_v
    by[CY] -= along[1] * by_u + across[1] * by_v
    by[ANGLE] += v * by_u - u * by_v


def _sweep(
    shape: Shape, unknowns: Array, uv: tuple[Array, Array], away: Array, reach: Array
) -> tuple[Array, Array]:
    """The shape swept along each look's shadow, and its derivatives: the largest of the swept arms."""
    u, v = uv
    blur, angle = float(np.exp(unknowns[BLUR])), unknowns[ANGLE]
    length = np.maximum(np.hypot(reach[:, 0], reach[:, 1]), 1e-9)
    across_sun = np.stack([-reach[:, 1], reach[:, 0]], axis=1) / length[:, None]  # (looks, 2)
    side = np.einsum("lnk,lk->ln", away, across_sun)
    coordinates = np.stack([u, v, side])
    best: Array | None = None
    best_by: Array | None = None
    for arm in shape.arms:
        edges, edges_by = _swept_edges(shape, arm, unknowns, reach, across_sun)
        seen = blur_slabs(coordinates, edges[0], edges[1], blur)
        by = np.zeros((unknowns.size, *u.shape))
        _move(by, seen.by_coordinate[0], seen.by_coordinate[1], u, v, angle)
        by[CX] -= across_sun[:, :1] * seen.by_coordinate[2]
        by[CY] -= across_sun[:, 1:] * seen.by_coordinate[2]
        by[BLUR] += seen.by_blur
        for place, slab, end, slope in edges_by:
            by[place] += (seen.by_low if end == 0 else seen.by_high)[slab] * slope[:, None]
        if best is None or best_by is None:
            best, best_by = seen.value, by
        else:
            larger = seen.value > best
            best, best_by = np.where(larger, seen.value, best), np.where(larger, by, best_by)
    assert best is not None
    assert best_by is not None
    return best, best_by


Slope = tuple[int, int, int, Array]
"""Unknown, slab, end (0 low, 1 high), and the derivative of that edge with it on each look."""


def _swept_edges(
    shape: Shape, arm: tuple[int, int, int, int], unknowns: Array, reach: Array, across_sun: Array
) -> tuple[tuple[Array, Array], list[Slope]]:
    """Lower and upper edges (3, looks) of a swept arm, along u, along v, across the sun; and their derivatives."""
    first_v = POSE + shape.walls_u
    places = (POSE + arm[0], POSE + arm[1], first_v + arm[2], first_v + arm[3])
    u_low, u_high, v_low, v_high = unknowns[list(places)]
    along, across = _turned(unknowns[ANGLE])
    height = max(float(unknowns[HEIGHT]), 0.0)
    metre_u, metre_v = reach @ along, reach @ across
    tip_u, tip_v = height * metre_u, height * metre_v
    sun_u, sun_v = across_sun @ along, across_sun @ across
    low, high = np.empty((3, len(reach))), np.empty((3, len(reach)))
    low[0], high[0] = u_low + np.minimum(tip_u, 0), u_high + np.maximum(tip_u, 0)
    low[1], high[1] = v_low + np.minimum(tip_v, 0), v_high + np.maximum(tip_v, 0)
    ones = np.ones(len(reach))
    slopes: list[Slope] = [(places[0], 0, 0, ones), (places[1], 0, 1, ones)]
    slopes += [(places[2], 1, 0, ones), (places[3], 1, 1, ones)]
    for slab, tip, turn, metre in ((0, tip_u, tip_v, metre_u), (1, tip_v, -tip_u, metre_v)):
        for end, is_on in ((0, tip < 0), (1, tip > 0)):
            slopes += [(ANGLE, slab, end, turn * is_on), (HEIGHT, slab, end, metre * is_on)]
    for end, edge in ((0, low), (1, high)):
        takes_high_u, takes_high_v = (sun_u > 0) == (end == 1), (sun_v > 0) == (end == 1)
        a, b = np.where(takes_high_u, u_high, u_low), np.where(takes_high_v, v_high, v_low)
        edge[2] = a * sun_u + b * sun_v
        slopes.append((ANGLE, 2, end, a * sun_v - b * sun_u))
        slopes += [(places[0], 2, end, sun_u * ~takes_high_u), (places[1], 2, end, sun_u * takes_high_u)]
        slopes += [(places[2], 2, end, sun_v * ~takes_high_v), (places[3], 2, end, sun_v * takes_high_v)]
    return (low, high), slopes
