"""
Circles and halls with round ends as a blurred camera sees them, still and swept along the light or the line of sight.

Such a shape is all that lies within its radius of a line, its axis; swept, of a parallelogram. A blurred round edge seems to lie
nearer to its middle than it does: by as much as keeps the light of a disc, sqrt(r² − blur²) instead of r.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siteline.measure.blur import Array, normal
from siteline.measure.fitted.shape import ANGLE, BLUR, HEIGHT, POSE, Shape

STEP = 1e-4
"""Derivatives are differences over so much, px or rad or m."""


def blurred_round(
    shape: Shape, unknowns: Array, away: Array, reach: Array | None, moves: bool
) -> tuple[Array, Array]:
    """
    How much of each pixel a round shape covers, (looks, pixels), and its derivatives (unknowns, looks, pixels).

    away: (looks, pixels, 2), px from the base's origin; reach: (looks, 2), px that the shape is swept for each metre of
    height; None: it stands still. Derivatives are empty unless `moves`.
    """

    def seen(at: Array) -> Array:
        return _share(shape, at, away, reach)

    share = seen(unknowns)
    if not moves:
        return share, np.empty((0, *share.shape))
    by = np.zeros((unknowns.size, *share.shape))
    for place in (ANGLE, BLUR, *((HEIGHT,) if reach is not None else ()), *range(POSE, unknowns.size)):
        by[place] = _slope(seen, unknowns, place)
    for place in (0, 1):
        step = np.zeros(2)
        step[place] = STEP
        more, less = (_share(shape, unknowns, away - way * step, reach) for way in (1, -1))
        by[place] = (more - less) / (2 * STEP)
    return share, by


def _slope(seen: Callable[[Array], Array], unknowns: Array, place: int) -> Array:
    step = np.zeros(unknowns.size)
    step[place] = STEP
    slope: Array = (seen(unknowns + step) - seen(unknowns - step)) / (2 * STEP)
    return slope


def _share(shape: Shape, unknowns: Array, away: Array, reach: Array | None) -> Array:
    blur = float(np.exp(unknowns[BLUR]))
    start, end, radius = shape.axis(unknowns)
    cos, sin = np.cos(unknowns[ANGLE]), np.sin(unknowns[ANGLE])
    turn = np.array([[cos, sin], [-sin, cos]])  # (u, v) to (x, y)
    a, b = start @ turn, end @ turn
    if reach is None or not np.any(reach):
        apart, is_curved = _from_segment(away, a, b)
    else:
        apart, is_curved = _from_swept(away, a, b, max(float(unknowns[HEIGHT]), 0.0) * reach)
    inner = np.sqrt(max(radius**2 - blur**2, 0.25 * radius**2))
    share: Array = normal((np.where(is_curved, inner, radius) - apart) / blur)[0]
    return share


def _from_segment(p: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Distance of points (looks, pixels, 2) from a segment, whose ends may differ by look; whether an end is nearest."""
    along = b - a
    square = np.maximum(np.sum(along**2, axis=-1), 1e-12)
    t = np.sum((p - a) * along, axis=-1) / square
    off = p - a - np.clip(t, 0, 1)[..., None] * along
    return np.hypot(off[..., 0], off[..., 1]), (t <= 0) | (t >= 1)


def _from_swept(p: Array, a: Array, b: Array, by: Array) -> tuple[Array, Array]:
    """The same from the parallelogram between a segment and where it is swept to, look by look."""
    tip = by[:, None]  # (looks, 1, 2)
    here, there = np.broadcast_to(a, tip.shape), np.broadcast_to(b, tip.shape)
    sides = (
        (here, there),
        (here + tip, there + tip),
        (here, here + tip),
        (there, there + tip),
    )
    found = [_from_segment(p, *side) for side in sides]
    apart, is_curved = found[0]
    for other, is_end in found[1:]:
        is_curved = np.where(other < apart, is_end, is_curved)
        apart = np.minimum(apart, other)
    along = b - a
    area = along[0] * tip[..., 1] - along[1] * tip[..., 0]
    safe = np.where(np.abs(area) > 1e-9, area, np.inf)
    off = p - a
    s = (off[..., 0] * tip[..., 1] - off[..., 1] * tip[..., 0]) / safe
    t = (along[0] * off[..., 1] - along[1] * off[..., 0]) / safe
    is_inside = (s > 0) & (s < 1) & (t > 0) & (t < 1) & np.isfinite(safe)
    return np.where(is_inside, 0.0, apart), is_curved & ~is_inside
