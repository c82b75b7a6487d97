"""
Circles and halls with round ends as a blurred camera sees them, still and swept along the light or the line of sight.

Such a shape is all that lies within its radius of a line, its axis; swept, of a parallelogram. A blurred round edge seems to lie
nearer to its middle than it does: by as much as keeps the light of a disc, sqrt(r² − blur²) instead of r.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siteline.measure.blur import Array, draw_round
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
    inner = float(np.sqrt(max(radius**2 - blur**2, 0.25 * radius**2)))
    tips = np.zeros((len(away), 2)) if reach is None else max(float(unknowns[HEIGHT]), 0.0) * reach
    share = np.empty(away.shape[:2])
    draw_round(away, np.stack([a, b]), tips, radius, inner, blur, share)
    return share
