"""A polygon as its edges: straight lines that turn, move along their normals, and meet at its corners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from shapely.geometry import Polygon

from siteline.measure.blur import Array

DEGREE = np.pi / 180


@dataclass(frozen=True, slots=True)
class Edges:
    """A polygon as its edges, in order, such that the normal points outward."""

    centre: Array
    """(2,), px."""

    middle: Array
    """(edges, 2), px."""

    angle: Array
    """(edges,), direction of each, rad."""

    length: Array
    """(edges,), px."""

    area: float
    """px²."""

    @property
    def distance(self) -> Array:
        """(edges,): from the centre to the line of each edge, along its normal."""
        away: Array = np.sum(outward_of(self.angle) * (self.middle - self.centre), axis=1)
        return away


def corners_of(outline: Polygon) -> Array:
    """(corners, 2), px: without those that hardly turn or lie closer than a pixel, so wound that area is positive."""
    ring = np.asarray(outline.exterior.coords)[:-1, :2].astype(float)
    ring = ring if signed_area(ring) > 0 else ring[::-1]
    while len(ring) > 3:
        step = np.roll(ring, -1, axis=0) - ring
        length, angle = np.hypot(*step.T), np.arctan2(step[:, 1], step[:, 0])
        turn = np.abs(wrapped(angle - np.roll(angle, 1), 2 * np.pi))
        straight, short = int(np.argmin(turn)), int(np.argmin(length))
        if turn[straight] < 12 * DEGREE:
            ring = np.delete(ring, straight, axis=0)
        elif length[short] < 1.0 and len(ring) > 4:
            after = (short + 1) % len(ring)
            ring[short] = (ring[short] + ring[after]) / 2
            ring = np.delete(ring, after, axis=0)
        else:
            break
    return ring


def right_angled(ring: Array) -> Array:
    """The ring with edges turned about their middles where they are within 5° of two common directions."""
    edges = edges_of(ring)
    off = slant_of(edges)
    angle = np.where(np.abs(off) < 5 * DEGREE, edges.angle - off, edges.angle)
    return _meet(outward_of(angle), np.sum(outward_of(angle) * edges.middle, axis=1))


def edges_of(ring: Array) -> Edges:
    """The edges of a ring of positive area."""
    step = np.roll(ring, -1, axis=0) - ring
    return Edges(
        centre=np.asarray(Polygon(ring).centroid.coords[0]),
        middle=ring + step / 2,
        angle=np.arctan2(step[:, 1], step[:, 0]),
        length=np.hypot(*step.T),
        area=float(signed_area(ring)),
    )


def rings_of(edges: Edges, turn: Array, offset: Array) -> Array:
    """(…, edges, 2): corners of the outlines whose edges are turned and moved so."""
    outward = outward_of(edges.angle + turn)
    middle = edges.centre + turn_by(edges.middle - edges.centre, turn)
    return _meet(outward, np.sum(outward * middle, axis=-1) + offset)


def outward_of(angle: Array) -> Array:
    """(…, 2): unit vectors that point outward from an edge of this direction."""
    return np.stack([np.sin(angle), -np.cos(angle)], axis=-1)


def turn_by(vector: Array, angle: Array) -> Array:
    """(…, 2) turned by angles, rad."""
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = vector[..., 0], vector[..., 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)


def direction_of(edges: Edges) -> float:
    """The direction to which most of the border is parallel or at right angles, rad."""
    return float(np.angle(np.sum(edges.length * np.exp(4j * edges.angle))) / 4)


def slant_of(edges: Edges) -> Array:
    """(edges,): how far each is turned from the nearer of the two common directions, rad."""
    return wrapped(edges.angle - direction_of(edges), np.pi / 2)


def signed_area(ring: Array) -> Array:
    """(…,): area within rings (…, corners, 2), px²; below zero where the normals of the edges point inward."""
    after = np.roll(ring, -1, axis=-2)
    area: Array = np.sum(ring[..., 0] * after[..., 1] - after[..., 0] * ring[..., 1], axis=-1) / 2
    return area


def wrapped(angle: Array, period: float) -> Array:
    """The angle within half a period of zero."""
    near_zero: Array = (angle + period / 2) % period - period / 2
    return near_zero


def _meet(outward: Array, distance: Array) -> Array:
    """(…, edges, 2): where the line of each edge meets that of the edge before it."""
    before, far = np.roll(outward, 1, axis=-2), np.roll(distance, 1, axis=-1)
    cross = before[..., 0] * outward[..., 1] - before[..., 1] * outward[..., 0]
    cross = np.where(np.abs(cross) < 1e-3, 1e-3, cross)
    x = (far * outward[..., 1] - distance * before[..., 1]) / cross
    y = (before[..., 0] * distance - outward[..., 0] * far) / cross
    return np.stack([x, y], axis=-1)
