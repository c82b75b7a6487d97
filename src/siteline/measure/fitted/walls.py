"""Where a fitted shape lacks a piece or has one too many: what its residuals say, and the shape they ask for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from shapely import contains_xy, points
from shapely import distance as shapely_distance
from shapely.geometry import LineString, Point

from siteline.measure.blur import Array
from siteline.measure.fitted.fit import Fit
from siteline.measure.fitted.light import Problem, project
from siteline.measure.fitted.noise import in_noise
from siteline.measure.fitted.shape import ANGLE, HEIGHT, POSE, Cells, Rounded, Shape, shape_of

LEAST_PX, LEAST_SHARE = 6.0, 0.03
"""A piece must be worth so many pixels, and such a share of the area, to be tried."""

SNAP_PX = 1.6
"""A new wall nearer to an old one than this is that one."""

UNLIKE = -0.4
"""A vote lower than this is one for ground."""

CIRCLE_UP_TO, ENDS_FROM = 1.35, 1.1
"""A rectangle longer than so many times its width does not mean a circle; one shorter than so many no hall with round ends."""

ROOF_LIKE = 0.25
"""Corners of a rectangle that vote higher than this on the whole are roof (+1; −1 is ground)."""

FARTHEST_PX = 12.0
"""No piece is added that reaches farther out."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A shape with one piece more or less, and where to start fitting it."""

    gain: float
    """How many pixels' worth of evidence asks for it."""

    shape: Shape
    start: Array


def propose(problem: Problem, found: Fit) -> list[Edit]:
    """
    The best piece to take away from a fit, and the best to add beyond it or in a notch, if the pixels ask for any.

    A piece touches one side of the rectangle around the shape. Each pixel votes by how much more it looks like ground than
    like roof (or the reverse), given the brightnesses of the fit.
    """
    if found.shape.rounded is not None:
        return []
    u, v = _uv(problem, found)
    inside, votes = _is_inside(found, u, v), _votes(problem, found)
    edits = []
    for sign, outwards, there in ((-1.0, False, inside), (1.0, True, ~inside), (1.0, False, ~inside)):
        best: tuple[float, tuple[float, float, float, float]] | None = None
        for axis in (0, 1):
            for end in (-1, 1):
                piece = _best_piece(found, axis, end, outwards, (u, v), np.where(there, sign * votes, 0.0))
                if piece is not None and (best is None or piece[0] > best[0]):
                    best = piece
        if best is not None and best[0] >= max(LEAST_PX, LEAST_SHARE * found.area_px):
            made = _with_piece(found, best[1], sign > 0)
            if made is not None:
                edits.append(Edit(best[0], *made))
    return sorted(edits, key=lambda edit: -edit.gain)


def share_unlike(problem: Problem, found: Fit) -> float:
    """Share of the pixels inside a fit that look like the ground: a courtyard, or no roof at all."""
    inside = _is_inside(found, *_uv(problem, found))
    return float(np.mean(_votes(problem, found)[inside] < UNLIKE)) if inside.any() else 0.0


def propose_round(problem: Problem, found: Fit) -> list[tuple[Shape, Array]]:
    """
    Round shapes of the same area that a rectangle may mean, and where to start fitting each; none if its corners look like roof.

    A circle, a hall with round ends, or both where it is a little longer than wide. Corners are what lies in the rectangle
    and not in the round shape.
    """
    if found.shape.rounded is not None or len(found.shape.cells) * len(found.shape.cells[0]) != 1:
        return []
    long, wide = found.sides_px
    kinds = [Rounded.CIRCLE] if long < CIRCLE_UP_TO * wide else []
    kinds += [Rounded.ENDS] if long > ENDS_FROM * wide else []
    votes, inside = _votes(problem, found), _is_inside(found, *_uv(problem, found))
    proposed = []
    for kind in kinds:
        shape = Shape(found.shape.cells, kind)
        start = shape.spread(found.unknowns)
        start[POSE:] *= np.sqrt(found.area_px / shape.area(start))
        corners = inside & ~contains_xy(shape.outline(start), *problem.stack.pixels.T)
        if np.count_nonzero(corners) >= 2 and float(np.mean(votes[corners])) < ROOF_LIKE:
            proposed.append((shape, start))
    return proposed


def _uv(problem: Problem, found: Fit) -> tuple[Array, Array]:
    """Pixels along and across a fit, from its origin."""
    away = problem.stack.pixels - found.unknowns[:2]
    cos, sin = np.cos(found.unknowns[ANGLE]), np.sin(found.unknowns[ANGLE])
    return away @ (cos, sin), away @ (-sin, cos)


def _votes(problem: Problem, found: Fit) -> Array:
    """
    (pixels,) how much each looks like roof (to +1) or like the ground, shadow or plot that would be there (to −1).

    Each pixel stands for a place on the base, and votes with the pixels where the roof above it is seen.
    """
    state = project(problem, found.shape, found.unknowns, found.shifts, found.noise)
    light = state.light(problem.ground)
    ground = light.ground
    for layer, tone in zip(state.picture.beside, light.beside, strict=True):
        ground = ground + layer.share[..., None] * tone[:, None]
    step = (light.roof - ground) * problem.stack.usable[..., None]
    off = in_noise(problem.stack.values, found.noise) - ground
    if found.unknowns[HEIGHT] * np.abs(problem.view.lean).max() >= 0.5:
        for look, by in enumerate(found.unknowns[HEIGHT] * problem.view.lean):
            place, is_seen = _displaced(problem.stack.pixels, by)
            step[look] = step[look, place] * is_seen[:, None]
            off[look] = off[look, place]
    weight = np.sum(step**2, axis=(0, 2))
    cover = np.sum(off * step, axis=(0, 2)) / np.maximum(weight, 1e-9)
    votes: Array = 2 * np.clip(cover, -0.5, 1.5) - 1
    return votes


def _displaced(pixels: Array, by: Array) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """For each pixel the number of that which lies nearest to it moved, and whether there is one within a pixel."""
    at = np.floor(pixels).astype(int)
    corner = at.min(axis=0)
    table = np.full(at.max(axis=0) - corner + 1, -1)
    table[tuple((at - corner).T)] = np.arange(len(at))
    away, nearest = ndimage.distance_transform_edt(table < 0, return_indices=True)
    there = np.round(pixels - 0.5 + by).astype(int) - corner
    inside = np.clip(there, 0, np.array(table.shape) - 1)
    place = table[tuple(nearest[:, inside[:, 0], inside[:, 1]])]
    return place, (away[tuple(inside.T)] <= 1) & np.all(inside == there, axis=1)


def _is_inside(found: Fit, u: Array, v: Array) -> Cells:
    if found.shape.rounded is not None:
        start, end, radius = found.shape.axis(found.unknowns)
        line = LineString([start, end]) if np.any(start != end) else Point(start)
        within: Cells = shapely_distance(points(u, v), line) <= radius
        return within
    walls_u, walls_v = found.shape.split(found.unknowns)
    padded = np.pad(np.array(found.shape.cells), 1)
    inside: Cells = padded[np.searchsorted(walls_u, u), np.searchsorted(walls_v, v)]
    return inside


def _best_piece(
    found: Fit, axis: int, end: int, outwards: bool, uv: tuple[Array, Array], votes: Array
) -> tuple[float, tuple[float, float, float, float]] | None:
    """
    The piece at one side of the rectangle around the shape that most votes ask for: gain, and u_low, u_high, v_low, v_high.

    axis, end: the side (−1 its lower end); outwards: beyond that side, or within the rectangle.
    """
    walls = found.shape.split(found.unknowns)
    edge = walls[axis][0 if end < 0 else -1]
    low, high = walls[1 - axis][0], walls[1 - axis][-1]
    outward = (uv[axis] - edge) * end
    depth = outward if outwards else -outward
    deepest = FARTHEST_PX if outwards else 0.85 * float(np.ptp(walls[axis]))
    place = uv[1 - axis]
    here = (depth >= 0) & (depth < deepest) & (place >= low) & (place <= high)
    if not here.any() or high - low < 4 or deepest < 3:
        return None
    rows, cols = int(np.ceil(deepest)), int(np.ceil(high - low))
    table = np.zeros((rows, cols))
    at = (depth[here].astype(int), np.minimum((place[here] - low).astype(int), cols - 1))
    np.add.at(table, at, votes[here])
    summed = np.concatenate([np.zeros((rows, 1)), np.cumsum(np.cumsum(table, axis=0), axis=1)], axis=1)
    gains = summed[:, None, :] - summed[:, :, None]  # (depth, first, last)
    gains[:2] = -np.inf
    first, last = np.meshgrid(np.arange(cols + 1), np.arange(cols + 1), indexing="ij")
    gains[:, last - first < 3] = -np.inf
    gains[:, last - first > cols - 3] = -np.inf  # a whole side is not a piece: its wall moves by itself
    k, i, j = np.unravel_index(int(np.argmax(gains)), gains.shape)
    gain = float(gains[k, i, j])
    if not np.isfinite(gain):
        return None
    far = edge + end * (1 if outwards else -1) * (float(k) + 1.0)
    across = (min(edge, far), max(edge, far))
    along = (low + float(i), low + float(j))
    return gain, (*across, *along) if axis == 0 else (*along, *across)


def _with_piece(
    found: Fit, piece: tuple[float, float, float, float], is_added: bool
) -> tuple[Shape, Array] | None:
    """The shape with a piece more or less, its walls snapped to those there are."""
    walls = found.shape.split(found.unknowns)
    snapped = []
    for axis in (0, 1):
        for bound in piece[2 * axis : 2 * axis + 2]:
            nearest = walls[axis][np.argmin(np.abs(walls[axis] - bound))]
            snapped.append(float(nearest) if abs(nearest - bound) < SNAP_PX else bound)
    u_low, u_high, v_low, v_high = snapped
    if u_high - u_low < 1 or v_high - v_low < 1:
        return None
    u, v = np.union1d(walls[0], [u_low, u_high]), np.union1d(walls[1], [v_low, v_high])
    middle_u, middle_v = np.meshgrid((u[1:] + u[:-1]) / 2, (v[1:] + v[:-1]) / 2, indexing="ij")
    cells = _is_inside(found, middle_u, middle_v)
    in_piece = (middle_u > u_low) & (middle_u < u_high) & (middle_v > v_low) & (middle_v < v_high)
    cells = cells | in_piece if is_added else cells & ~in_piece
    if not _is_one_piece(cells):
        return None
    shape, placed = shape_of(cells, u, v)
    if shape == found.shape:
        return None
    return shape, np.concatenate([found.unknowns[:POSE], placed])


def _is_one_piece(cells: Cells) -> bool:
    """Whether cells hang together side by side, and so does all that is around them: no second piece, no hole."""
    return all(ndimage.label(of)[1] == 1 for of in (cells, np.pad(~cells, 1, constant_values=True)))
