"""
The shapes a footprint may have: rectilinear, of few numbers, at any angle.

A shape is a sum of disjoint rectangles (some taken away), whose edges are linear in its sizes. Blurring is
linear, so its picture is the same sum of blurred rectangles; its shadow is the largest of its swept arms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from shapely.affinity import rotate, translate
from shapely.geometry import Polygon, box
from shapely.ops import unary_union

from siteline.measure.blur import Array, blur_slabs

CX, CY, ANGLE, BLUR, HEIGHT, APRON = range(6)
"""Places of unknowns: centre (px), angle (rad), log of blur (px), height (m), apron (px); then sizes."""

POSE = 6
"""How many unknowns come before the sizes."""

_U_LOW, _U_HIGH, _V_LOW, _V_HIGH = range(4)


@dataclass(frozen=True, slots=True)
class Shape:
    """One family of outlines; its members differ by place, angle and sizes."""

    name: str
    """In words: "rectangle", "L-shape"."""

    sizes: int
    """How many sizes it takes, in pixels: length, width, then what corners lack."""

    signs: tuple[float, ...]
    """+1 or −1 for each disjoint part."""

    parts: Array
    """(parts, 4, sizes): edges u_low, u_high, v_low, v_high of each part, linear in the sizes."""

    arms: Array
    """(arms, 4, sizes): overlapping rectangles whose union is the shape; each throws its own shadow."""

    def area(self, sizes: Array) -> float:
        """Area inside, px²."""
        edges = self.parts @ sizes
        spans = (edges[:, _U_HIGH] - edges[:, _U_LOW]) * (edges[:, _V_HIGH] - edges[:, _V_LOW])
        return float(np.dot(self.signs, spans))

    def outline(self, unknowns: Array) -> Polygon:
        """The shape as a polygon, pixels."""
        arms = [box(e[_U_LOW], e[_V_LOW], e[_U_HIGH], e[_V_HIGH]) for e in self.arms @ unknowns[POSE:]]
        turned = rotate(unary_union(arms), float(unknowns[ANGLE]), origin=(0, 0), use_radians=True)
        return translate(turned, float(unknowns[CX]), float(unknowns[CY]))


def rectangle() -> Shape:
    """A plain rectangle: length along u, width along v."""
    whole = _edges(2)[None]
    return Shape("rectangle", 2, (1.0,), whole, whole)


def l_shape(side_u: int, side_v: int) -> Shape:
    """A rectangle without the corner at (side_u, side_v), each ±1; sizes: length, width, lost u, lost v."""
    whole, corner = _edges(4), _edges(4)
    _cut(corner, 0, side_u, 2)
    _cut(corner, 1, side_v, 3)
    beside_u, beside_v = _edges(4), _edges(4)
    _keep(beside_u, 0, side_u, 2)
    _keep(beside_v, 1, side_v, 3)
    return Shape("L-shape", 4, (1.0, -1.0), np.stack([whole, corner]), np.stack([beside_u, beside_v]))


def _edges(sizes: int) -> Array:
    """The whole rectangle: ∓ half the length along u, ∓ half the width along v."""
    edges = np.zeros((4, sizes))
    edges[[_U_LOW, _U_HIGH], 0] = -0.5, 0.5
    edges[[_V_LOW, _V_HIGH], 1] = -0.5, 0.5
    return edges


def _cut(edges: Array, axis: int, side: int, size: int) -> None:
    """Shrink a part to the strip of width `size` at its far end on one side."""
    near, far = (2 * axis, 2 * axis + 1) if side > 0 else (2 * axis + 1, 2 * axis)
    edges[near] = edges[far]
    edges[near, size] = -side


def _keep(edges: Array, axis: int, side: int, size: int) -> None:
    """Shrink a part by the strip of width `size` at its far end on one side."""
    edges[2 * axis + (1 if side > 0 else 0), size] = -side


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
    """(looks, pixels), 0 to 1: a border of other ground around the building; None if it has none."""

    apron_by: Array | None = None
    """(unknowns, looks, pixels)."""


def draw(
    shape: Shape, unknowns: Array, shifts: Array, pixels: Array, reach: Array | None, has_apron: bool
) -> Picture:
    """
    The blurred shape on every look, its shadow, and the border of trampled or paved ground it may have.

    shifts: (looks, 2), px; pixels: (pixels, 2), px; reach: (looks, 2), the shadow's tip for one metre of
    height, px, zero for a look without a sun.
    """
    along, across = _turned(unknowns[ANGLE])
    away = pixels[None] - unknowns[:2] - shifts[:, None]  # (looks, pixels, 2)
    u, v = away @ along, away @ across
    blur = float(np.exp(unknowns[BLUR]))
    roof, roof_by = np.zeros(u.shape), np.zeros((unknowns.size, *u.shape))
    for sign, part in zip(shape.signs, shape.parts, strict=True):
        edges = part @ unknowns[POSE:]
        low = np.repeat(edges[[_U_LOW, _V_LOW], None], len(u), 1)
        high = np.repeat(edges[[_U_HIGH, _V_HIGH], None], len(u), 1)
        seen = blur_slabs(np.stack([u, v]), low, high, blur)
        roof += sign * seen.value
        _move(roof_by, sign, seen.by_coordinate, u, v, along, across)
        roof_by[BLUR] += sign * seen.by_blur
        for axis in (0, 1):
            for size in range(shape.sizes):
                by = seen.by_low[axis] * part[2 * axis, size] + seen.by_high[axis] * part[2 * axis + 1, size]
                roof_by[POSE + size] += sign * by
    apron, apron_by = _border(unknowns, u, v, blur) if has_apron else (None, None)
    if apron is not None and apron_by is not None:
        apron_by, apron = np.where(apron > roof, apron_by - roof_by, 0.0), np.maximum(apron - roof, 0.0)
    if reach is None or not np.any(reach):
        return Picture(roof, None, roof_by, None, apron, apron_by)
    swept, swept_by = _sweep(shape, unknowns, (u, v), away, blur, reach)
    dark = swept > roof
    shadow, shadow_by = np.where(dark, swept - roof, 0.0), np.where(dark, swept_by - roof_by, 0.0)
    return Picture(roof, shadow, roof_by, shadow_by, apron, apron_by)


def _border(unknowns: Array, u: Array, v: Array, blur: float) -> tuple[Array, Array]:
    """The rectangle around the shape, grown on all sides, blurred; and its derivatives."""
    half = unknowns[POSE : POSE + 2, None] / 2 + unknowns[APRON]
    high = np.repeat(half, len(u), axis=1)
    seen = blur_slabs(np.stack([u, v]), -high, high, blur)
    by = np.zeros((unknowns.size, *u.shape))
    _move(by, 1.0, seen.by_coordinate, u, v, *_turned(unknowns[ANGLE]))
    by[BLUR] = seen.by_blur
    by_half = seen.by_high - seen.by_low
    by[APRON] = by_half.sum(axis=0)
    by[POSE : POSE + 2] = by_half / 2
    return seen.value, by


def _turned(angle: float) -> tuple[Array, Array]:
    """Unit vectors along u and v, in pixels (x right, y down)."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([cos, sin]), np.array([-sin, cos])


def _move(
    by: Array, sign: float, by_coordinate: Array, u: Array, v: Array, along: Array, across: Array
) -> None:
    """Chain rule from u and v to centre and angle."""
    by_u, by_v = by_coordinate[0], by_coordinate[1]
    by[CX] -= sign * (along[0] * by_u + across[0] * by_v)
    by[CY] -= sign * (along[1] * by_u + across[1] * by_v)
    by[ANGLE] += sign * (v * by_u - u * by_v)


def _sweep(
    shape: Shape, unknowns: Array, uv: tuple[Array, Array], away: Array, blur: float, reach: Array
) -> tuple[Array, Array]:
    """The shape swept along each look's shadow, and its derivatives: the largest of the swept arms."""
    u, v = uv
    along, across = _turned(unknowns[ANGLE])
    length = np.maximum(np.hypot(reach[:, 0], reach[:, 1]), 1e-9)
    normal = np.stack([-reach[:, 1], reach[:, 0]], axis=1) / length[:, None]  # (looks, 2)
    side = np.einsum("lnk,lk->ln", away, normal)
    best, best_by = np.zeros(u.shape), np.zeros((unknowns.size, *u.shape))
    for arm in shape.arms:
        low, high = _swept_edges(arm, unknowns, reach, normal)
        seen = blur_slabs(np.stack([u, v, side]), low, high, blur)
        by = np.zeros_like(best_by)
        _move(by, 1.0, seen.by_coordinate, u, v, along, across)
        by[CX] -= normal[:, :1] * seen.by_coordinate[2]
        by[CY] -= normal[:, 1:] * seen.by_coordinate[2]
        by[BLUR] += seen.by_blur
        for k in (
            ANGLE,
            HEIGHT,
            *range(POSE, unknowns.size),
        ):  # edges are a few numbers per look: differences
            step = np.zeros(unknowns.size)
            step[k] = 1e-5
            low_k, high_k = _swept_edges(arm, unknowns + step, reach, normal)
            low_k, high_k = (low_k - low) / 1e-5, (high_k - high) / 1e-5
            for slab in range(3):
                if np.any(low_k[slab]) or np.any(high_k[slab]):
                    by[k] += (
                        seen.by_low[slab] * low_k[slab, :, None] + seen.by_high[slab] * high_k[slab, :, None]
                    )
        larger = seen.value > best
        best = np.where(larger, seen.value, best)
        best_by = np.where(larger, by, best_by)
    return best, best_by


def _swept_edges(arm: Array, unknowns: Array, reach: Array, normal: Array) -> tuple[Array, Array]:
    """(3, looks) lower and upper edges of a swept arm: along u, along v, and across the shadow."""
    u_low, u_high, v_low, v_high = arm @ unknowns[POSE:]
    along, across = _turned(unknowns[ANGLE])
    tip = reach * max(float(unknowns[HEIGHT]), 0.0)
    tip_u, tip_v = tip @ along, tip @ across
    nu, nv = normal @ along, normal @ across
    corners = np.stack([a * nu + b * nv for a in (u_low, u_high) for b in (v_low, v_high)])
    low = np.stack([u_low + np.minimum(tip_u, 0), v_low + np.minimum(tip_v, 0), corners.min(axis=0)])
    high = np.stack([u_high + np.maximum(tip_u, 0), v_high + np.maximum(tip_v, 0), corners.max(axis=0)])
    return low, high
