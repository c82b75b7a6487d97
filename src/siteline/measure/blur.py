"""
Shapes as a blurred camera sees them, and what of the picture moves with each unknown: the loops over pixels, compiled.

Blurred, a wall is a normal distribution across it. Most pixels lie far from every wall, where nothing moves: they cost a few
comparisons. The array code that these loops replaced is their oracle in the tests.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from siteline.raster.compiled import compiled

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

FAR = 9.0
"""So many sigma from a wall what its blur still adds is below 1e-18, and left out."""


@compiled
def _blur_at(z: float) -> tuple[float, float]:
    """Normal distribution and density; 2e-7 exact (Abramowitz and Stegun 26.2.17), a fraction of what erf costs."""
    if z > FAR:
        return 1.0, 0.0
    if z < -FAR:
        return 0.0, 0.0
    slope = math.exp(-0.5 * z * z) * 0.3989422804014327
    t = 1 / (1 + 0.2316419 * abs(z))
    tail = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail *= slope
    return (1 - tail if z > 0 else tail), slope


@compiled
def _slab_at(across: float, low: float, high: float, blur: float) -> tuple[float, float, float, float]:
    """A blurred slab at one place: its share, how it moves with its low edge, its high edge, and the log of the blur."""
    to_low, to_high = (across - low) / blur, (across - high) / blur
    at_low, slope_low = _blur_at(to_low)
    at_high, slope_high = _blur_at(to_high)
    wider = to_high * slope_high - to_low * slope_low
    return at_low - at_high, -slope_low / blur, slope_high / blur, wider


@compiled
def draw_still(
    u: Array, v: Array, walls_u: Array, walls_v: Array, signs: Array, blur: float, share: Array, by: Array
) -> None:
    """
    A blurred rectilinear shape: the sum over its corners.

    u, v: (points,), px; signs: (walls u, walls v); share: (points,), filled; by: (walls + 3, points), filled: derivatives with
    the walls of u and of v, with u, with v, and with the log of the blur; empty where nobody asks for them.
    """
    count_u, count_v = len(walls_u), len(walls_v)
    at_u, slope_u = np.empty(count_u), np.empty(count_u)
    at_v, slope_v = np.empty(count_v), np.empty(count_v)
    for n in range(len(u)):
        for i in range(count_u):
            at_u[i], slope_u[i] = _blur_at((u[n] - walls_u[i]) / blur)
        for j in range(count_v):
            at_v[j], slope_v[j] = _blur_at((v[n] - walls_v[j]) / blur)
        covered, by_u, by_v, wider = 0.0, 0.0, 0.0, 0.0
        for i in range(count_u):
            beside = 0.0
            for j in range(count_v):
                beside += signs[i, j] * at_v[j]
            covered += at_u[i] * beside
            pull = slope_u[i] * beside / blur
            by_u += pull
            wider -= (u[n] - walls_u[i]) * pull
            slope_u[i] = pull
        share[n] = covered
        if not len(by):
            continue
        for j in range(count_v):
            beside = 0.0
            for i in range(count_u):
                beside += signs[i, j] * at_u[i]
            pull = slope_v[j] * beside / blur
            by_v += pull
            wider -= (v[n] - walls_v[j]) * pull
            by[count_u + j, n] = -pull
        for i in range(count_u):
            by[i, n] = -slope_u[i]
        walls = count_u + count_v
        by[walls, n], by[walls + 1, n], by[walls + 2, n] = by_u, by_v, wider


@compiled
def draw_swept(
    uv: Array, edges: Array, moves: Array, places: Places, blur: float, share: Array, by: Array
) -> None:
    """
    One swept arm of a shape, blurred, where it covers more than those drawn before it.

    A product of three blurred slabs; the blur is slightly off at the corners, within a pixel.
    uv: (3, looks, pixels), px, along u, along v and across the sweep; edges: (3, 2, looks), each slab's low and high one;
    moves: (unknowns of the arm, 3, 2, looks), how the edges move with them; places: of these among all unknowns, the angle's
    and the blur's at last; share: (looks, pixels), below zero where nothing was drawn yet; by: (unknowns, looks, pixels), empty
    where nobody asks for it.
    """
    last = len(places) - 1
    for look in range(share.shape[0]):
        for n in range(share.shape[1]):
            u, v, side = uv[0, look, n], uv[1, look, n], uv[2, look, n]
            at_u, low_u, high_u, wide_u = _slab_at(u, edges[0, 0, look], edges[0, 1, look], blur)
            at_v, low_v, high_v, wide_v = _slab_at(v, edges[1, 0, look], edges[1, 1, look], blur)
            at_s, low_s, high_s, wide_s = _slab_at(side, edges[2, 0, look], edges[2, 1, look], blur)
            covered = at_u * (at_v * at_s)
            if covered <= share[look, n]:
                continue
            share[look, n] = covered
            if not len(by):
                continue
            by[:, look, n] = 0.0
            if covered == 0.0:
                continue
            rest_u, rest_v, rest_s = at_v * at_s, at_u * at_s, at_u * at_v
            low_u, low_v, low_s = low_u * rest_u, low_v * rest_v, low_s * rest_s
            high_u, high_v, high_s = high_u * rest_u, high_v * rest_v, high_s * rest_s
            for k in range(last):
                by[places[k], look, n] = (
                    moves[k, 0, 0, look] * low_u
                    + moves[k, 0, 1, look] * high_u
                    + moves[k, 1, 0, look] * low_v
                    + moves[k, 1, 1, look] * high_v
                    + moves[k, 2, 0, look] * low_s
                    + moves[k, 2, 1, look] * high_s
                )
            by[places[last - 1], look, n] += u * (low_v + high_v) - v * (low_u + high_u)
            by[places[last], look, n] = wide_u * rest_u + wide_v * rest_v + wide_s * rest_s


@compiled
def _from_line(x: float, y: float, ax: float, ay: float, bx: float, by: float) -> tuple[float, bool]:
    """Distance of a place from the line between two others, and whether an end of it is nearest."""
    along_x, along_y = bx - ax, by - ay
    t = ((x - ax) * along_x + (y - ay) * along_y) / max(along_x * along_x + along_y * along_y, 1e-12)
    kept = min(max(t, 0.0), 1.0)
    return math.hypot(x - ax - kept * along_x, y - ay - kept * along_y), t <= 0.0 or t >= 1.0


@compiled
def draw_round(
    away: Array, ends: Array, tips: Array, radius: float, inner: float, blur: float, share: Array
) -> None:
    """
    What lies within a radius of a line, or of the parallelogram between it and where it is swept to, blurred.

    away: (looks, pixels, 2), px; ends: (2, 2), of the line; tips: (looks, 2), how far it is swept, all zero where it stands
    still; inner: the radius to count with where an end is nearest; share: (looks, pixels), filled.
    """
    ax, ay, bx, by = ends[0, 0], ends[0, 1], ends[1, 0], ends[1, 1]
    is_swept = bool(np.any(tips != 0.0))
    for look in range(share.shape[0]):
        dx, dy = tips[look]
        area = (bx - ax) * dy - (by - ay) * dx
        for n in range(share.shape[1]):
            x, y = away[look, n]
            apart, is_end = _from_line(x, y, ax, ay, bx, by)
            if is_swept:
                for side in range(3):
                    if side == 0:
                        other, at_end = _from_line(x, y, ax + dx, ay + dy, bx + dx, by + dy)
                    elif side == 1:
                        other, at_end = _from_line(x, y, ax, ay, ax + dx, ay + dy)
                    else:
                        other, at_end = _from_line(x, y, bx, by, bx + dx, by + dy)
                    if other < apart:
                        apart, is_end = other, at_end
                if abs(area) > 1e-9:
                    s = ((x - ax) * dy - (y - ay) * dx) / area
                    t = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
                    if 0.0 < s < 1.0 and 0.0 < t < 1.0:
                        apart, is_end = 0.0, False
            share[look, n] = _blur_at(((inner if is_end else radius) - apart) / blur)[0]


@compiled
def hide(share: Array, by: Array, hidden_share: Array, hidden_by: Array) -> None:
    """What is seen of a layer beyond what stands on it, in place; (looks, pixels) and (unknowns, looks, pixels) or none."""
    for look in range(share.shape[0]):
        for n in range(share.shape[1]):
            share[look, n] = max(share[look, n] - hidden_share[look, n], 0.0)
    for k in range(len(by)):
        for look in range(share.shape[0]):
            for n in range(share.shape[1]):
                is_seen = share[look, n] > 0.0
                by[k, look, n] = by[k, look, n] - hidden_by[k, look, n] if is_seen else 0.0


@compiled
def move_light(by: Array, places: Places, light: Array, moved: Array) -> None:
    """
    Add how the light of each pixel moves with what covers it.

    by: (unknowns, looks, pixels); places: of the unknowns that count; light: (looks, bands, pixels or 1), what it is brighter
    than what lies below; moved: (looks, unknowns that count, bands, pixels).
    """
    is_flat = light.shape[2] == 1
    for look in range(moved.shape[0]):
        for k in range(moved.shape[1]):
            row = by[places[k], look]
            for band in range(moved.shape[2]):
                target, tone = moved[look, k, band], light[look, band]
                if is_flat:
                    for n in range(len(row)):
                        target[n] += row[n] * tone[0]
                else:
                    for n in range(len(row)):
                        target[n] += row[n] * tone[n]
