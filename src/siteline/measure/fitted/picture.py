"""
What a camera sees of a building: a blurred roof, walls where it is seen aslant, shadow, and the plot it stands on.

The blurred shape is the sum over its corners of products of two normal distributions. The roof is seen beside its base by the
lean of the look; what lies between the two is wall. Swept along the light or the line of sight, a shape is the largest of the
sweeps of the rectangles it is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from siteline.measure.blur import Array, draw_still, draw_swept, hide
from siteline.measure.fitted.rounded import blurred_round
from siteline.measure.fitted.shape import ANGLE, BLUR, CX, CY, HEIGHT, MARGIN, POSE, Shape, rectangle


@dataclass(frozen=True, slots=True)
class View:
    """Where things of one metre's height are seen, look by look."""

    reach: Array | None
    """(looks, 2): the tip of their shadow, px from their foot, zero for a look without a sun; None without any sun."""

    lean: Array
    """(looks, 2): their top, px from their foot; zero where that is not known."""

    def first(self, looks: int) -> View:
        """The same of the first looks."""
        return View(None if self.reach is None else self.reach[:looks], self.lean[:looks])


class Form(StrEnum):
    """Form of a roof, in words."""

    FLAT = ""
    GABLE = "two slopes"
    HIP = "four slopes"
    ARCH = "arched"

    @property
    def tones(self) -> int:
        """How many tones it has beside that of a plane."""
        return 0 if self is Form.FLAT else 2 if self is Form.HIP else 1


@dataclass(frozen=True, slots=True)
class Makeup:
    """What a picture is made of beside roof, ground and shadow."""

    has_plot: bool = False
    """A rectangle of other ground around the building."""

    roof: Form = Form.FLAT
    """How the tone changes over the roof beside a plane's; where it does is not among what moves."""

    has_walls: bool = False
    """Some look leans so far that walls are seen."""


@dataclass(frozen=True, slots=True)
class Layer:
    """How much of each pixel something covers, and how that moves."""

    share: Array
    """(looks, pixels), 0 to 1."""

    by: Array
    """(unknowns, looks, pixels); empty where nobody asked for it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What the parts of a building cover of each pixel."""

    roof: Layer
    shadow: Layer | None
    """None if no look has a sun."""

    walls: Layer | None
    plot: Layer | None
    slopes: Array
    """(tones, looks, pixels), −1 to 1: how much each of the roof's further tones counts; no tones of a flat one."""

    @property
    def beside(self) -> tuple[Layer, ...]:
        """All that lies on the ground around the roof: shadow, walls, plot, those there are."""
        return tuple(layer for layer in (self.shadow, self.walls, self.plot) if layer is not None)


def draw(
    shape: Shape,
    unknowns: Array,
    shifts: Array,
    pixels: Array,
    view: View,
    makeup: Makeup,
    moves: bool = True,
) -> Picture:
    """
    Draw a shape, seen on each look.

    shifts: (looks, 2), px; pixels: (pixels, 2), px; moves: whether derivatives are wanted.
    """
    along, across = _turned(unknowns[ANGLE])
    away = pixels[None] - unknowns[:2] - shifts[:, None]  # (looks, pixels, 2), from the base
    u, v = away @ along, away @ across
    leans = bool(np.any(view.lean))
    roof_u, roof_v = u, v
    if leans:
        lean_u, lean_v = (view.lean @ along)[:, None], (view.lean @ across)[:, None]
        roof_u, roof_v = u - unknowns[HEIGHT] * lean_u, v - unknowns[HEIGHT] * lean_v
    roof = _blurred(shape, unknowns, roof_u, roof_v, moves)
    if leans and moves:
        roof.by[HEIGHT] += view.lean[:, :1] * roof.by[CX] + view.lean[:, 1:] * roof.by[CY]
    slopes = _slopes(makeup.roof, shape, unknowns, roof_u, roof_v)
    hides, walls = roof, None
    if makeup.has_walls:
        hides = _larger(roof, _sweep(shape, unknowns, (u, v), away, view.lean, moves))
        walls = _beyond(Layer(hides.share.copy(), hides.by.copy()), roof)
    plot = _beyond(_plot(shape, unknowns, u, v, moves), hides) if makeup.has_plot else None
    shadow = None
    if view.reach is not None and np.any(view.reach):
        shadow = _beyond(_sweep(shape, unknowns, (u, v), away, view.reach, moves), hides)
    return Picture(roof, shadow, walls, plot, slopes)


def with_plot(picture: Picture, shape: Shape, unknowns: Array, shifts: Array, pixels: Array) -> Picture:
    """The same picture, drawn without derivatives, with a plot under the building."""
    along, across = _turned(unknowns[ANGLE])
    away = pixels[None] - unknowns[:2] - shifts[:, None]
    hides = picture.roof.share if picture.walls is None else picture.roof.share + picture.walls.share
    plot = _plot(shape, unknowns, away @ along, away @ across, moves=False)
    return replace(picture, plot=_beyond(plot, Layer(hides, plot.by)))


def _larger(a: Layer, b: Layer) -> Layer:
    """Both together, where one holds nearly all of the other."""
    is_b = b.share > a.share
    return Layer(np.where(is_b, b.share, a.share), np.where(is_b, b.by, a.by))


def _beyond(of: Layer, hidden_by: Layer) -> Layer:
    """What is seen of something, drawn for this alone, beyond what stands on it."""
    hide(of.share, of.by, hidden_by.share, hidden_by.by)
    return of


def _blurred(shape: Shape, unknowns: Array, u: Array, v: Array, moves: bool) -> Layer:
    """The sum over all corners; of a round shape, what lies within its radius of its axis."""
    if shape.rounded is not None:
        along, across = _turned(unknowns[ANGLE])
        return Layer(
            *blurred_round(shape, unknowns, u[..., None] * along + v[..., None] * across, None, moves)
        )
    walls_u, walls_v = shape.split(unknowns)
    share, found = np.empty(u.shape), np.empty((shape.walls + 3 if moves else 0, u.size))
    blur = float(np.exp(unknowns[BLUR]))
    draw_still(u.ravel(), v.ravel(), walls_u, walls_v, shape.signs, blur, share.reshape(-1), found)
    if not moves:
        return Layer(share, _still(u))
    by = np.zeros((unknowns.size, *u.shape))
    found = found.reshape(-1, *u.shape)
    by[POSE:], (by_u, by_v, by[BLUR]) = found[:-3], found[-3:]
    _move(by, by_u, by_v, u, v, unknowns[ANGLE])
    return Layer(share, by)


def _slopes(form: Form, shape: Shape, unknowns: Array, u: Array, v: Array) -> Array:
    """
    How the tones of a roof lie over it, (tones, looks, pixels).

    Two slopes: −1 to 1 across the ridge. Four: the same on the long ones, and from one end to the other on the short ones, as
    each face has the tone of a plane that looks its way. Arched: the square of how far a place lies from the ridge; that one
    side is brighter than the other is told by the roof's plane.
    """
    if form is Form.FLAT:
        return np.empty((0, *u.shape))
    walls_u, walls_v = shape.split(unknowns)
    ways = [(x - (w[0] + w[-1]) / 2, float(np.ptp(w)) / 2) for x, w in ((u, walls_u), (v, walls_v))]
    (along, half), (across, narrow) = ways if ways[0][1] >= ways[1][1] else ways[::-1]
    if form is Form.ARCH:
        bent: Array = np.clip(across / narrow, -1, 1)[None] ** 2
        return bent
    blur = float(np.exp(unknowns[BLUR]))
    if form is Form.GABLE:
        sides: Array = np.tanh(across / blur)[None]
        return sides
    is_end = 0.5 * (1 + np.tanh((np.abs(along) - half - np.abs(across) + narrow) / blur))
    return np.stack([np.tanh(across / blur) * (1 - is_end), np.tanh(along / blur) * is_end])


def _still(like: Array) -> Array:
    """No derivatives."""
    return np.empty((0, *like.shape))


def _plot(shape: Shape, unknowns: Array, u: Array, v: Array, moves: bool) -> Layer:
    """The rectangle around the shape, grown on each side by its margin."""
    walls_u, walls_v = shape.split(unknowns)
    ends = np.array([walls_u[0], walls_u[-1], walls_v[0], walls_v[-1]])
    grown = ends + unknowns[MARGIN] * (-1, 1, -1, 1)
    plain = np.concatenate([unknowns[:POSE], grown])
    plot = _blurred(rectangle(), plain, u, v, moves)
    if not moves:
        return plot
    by = np.zeros((unknowns.size, *u.shape))
    by[:5] = plot.by[:5]
    by[MARGIN] = plot.by[POSE:] * np.array([-1.0, 1.0, -1.0, 1.0])[:, None, None]
    first, last = POSE, POSE + shape.walls_u
    for place, end in zip((first, last - 1, last, unknowns.size - 1), plot.by[POSE:], strict=True):
        by[place] += end
    return Layer(plot.share, by)


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
    shape: Shape, unknowns: Array, uv: tuple[Array, Array], away: Array, reach: Array, moves: bool
) -> Layer:
    """The shape swept as far as its height reaches on each look: the largest of the swept arms."""
    if shape.rounded is not None:
        return Layer(*blurred_round(shape, unknowns, away, reach, moves))
    u, v = uv
    length = np.maximum(np.hypot(reach[:, 0], reach[:, 1]), 1e-9)
    sideways = np.stack([-reach[:, 1], reach[:, 0]], axis=1) / length[:, None]  # (looks, 2)
    coordinates = np.stack([u, v, np.einsum("lnk,lk->ln", away, sideways)])
    share, by = np.full(u.shape, -1.0), np.zeros((unknowns.size if moves else 0, *u.shape))
    for arm in shape.arms:
        edges, places, slopes = _swept_edges(shape, arm, unknowns, reach, sideways)
        draw_swept(coordinates, edges, slopes, places, float(np.exp(unknowns[BLUR])), share, by)
    return Layer(share, by)


def _swept_edges(
    shape: Shape, arm: tuple[int, int, int, int], unknowns: Array, reach: Array, sideways: Array
) -> tuple[Array, npt.NDArray[np.intp], Array]:
    """
    Edges of a swept arm along u, along v and across the sweep, (3, low and high, looks), and how they move.

    Besides: the places of its unknowns, the blur's at last, and the derivatives of the edges with all others of them,
    (unknowns, 3, 2, looks). Moving the origin moves all edges.
    """
    looks, first_v = len(reach), POSE + shape.walls_u
    walls = (POSE + arm[0], POSE + arm[1], first_v + arm[2], first_v + arm[3])
    u_low, u_high, v_low, v_high = unknowns[list(walls)]
    along, across = _turned(unknowns[ANGLE])
    height = max(float(unknowns[HEIGHT]), 0.0)
    metre = reach @ along, reach @ across
    tip = height * metre[0], height * metre[1]
    turn = tip[1], -tip[0]
    side_u, side_v = sideways @ along, sideways @ across
    places = np.array([CX, CY, *walls, HEIGHT, ANGLE, BLUR])
    edges, slopes = np.empty((3, 2, looks)), np.zeros((len(places) - 1, 3, 2, looks))
    of_height, of_angle = slopes[-2], slopes[-1]
    for slab, direction in enumerate((along, across)):
        slopes[:2, slab] = direction[:, None, None]
        for end, wall in enumerate(unknowns[list(walls[2 * slab : 2 * slab + 2])]):
            is_thrown = tip[slab] > 0 if end else tip[slab] < 0
            edges[slab, end] = wall + tip[slab] * is_thrown
            slopes[2 + 2 * slab + end, slab, end] = 1.0
            of_angle[slab, end], of_height[slab, end] = turn[slab] * is_thrown, metre[slab] * is_thrown
    slopes[:2, 2] = sideways.T[:, None]
    for end in (0, 1):
        is_high_u, is_high_v = (side_u > 0) == (end == 1), (side_v > 0) == (end == 1)
        a, b = np.where(is_high_u, u_high, u_low), np.where(is_high_v, v_high, v_low)
        edges[2, end] = a * side_u + b * side_v
        of_angle[2, end] = a * side_v - b * side_u
        slopes[2:6, 2, end] = side_u * ~is_high_u, side_u * is_high_u, side_v * ~is_high_v, side_v * is_high_v
    return edges, places, slopes
