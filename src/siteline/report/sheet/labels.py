"""Where labels go: beside what they name, never over one another, with a line that leads to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from shapely.geometry import LineString, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from siteline.report.sheet.marks import Box, inside, overlap
from siteline.report.sheet.marks import Point as At

_CLOSE = 4.0
"""Nearer than this a label needs no leader, units."""

_COVERS, _CROSSES = 45.0, 90.0
"""How much farther out a label may go before it covers another thing, or its leader crosses one, units."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one label goes."""

    box: Box
    leader: tuple[At, At] | None
    """From the label's edge to the thing."""


@dataclass
class Room:
    """A part of a sheet that fills with labels."""

    frame: Box
    taken: list[Box] = field(default_factory=list)
    leaders: list[LineString] = field(default_factory=list)

    def take(self, own: Box) -> None:
        """Keep a box for furniture."""
        self.taken.append(own)

    def is_free(self, own: Box) -> bool:
        """Whether nothing lies there yet, no leader crosses it, and it is inside the frame."""
        return (
            inside(own, self.frame)
            and not any(overlap(own, other) for other in self.taken)
            and not any(leader.intersects(box(*own)) for leader in self.leaders)
        )

    def seat(
        self,
        thing: BaseGeometry,
        size: tuple[float, float],
        avoid: Sequence[Box] = (),
        farthest: float = 170.0,
    ) -> Seat | None:
        """
        A free place for a label of a size near a thing, nearest first, taken at once; None if there is none.

        Off what is in `avoid` if that can be near by. Its leader crosses no label and no other leader.
        """
        shown = thing.intersection(box(*self.frame))
        if shown.is_empty:
            return None
        others = [box(*other) for other in avoid if not box(*other).contains(box(*shown.bounds))]
        best: tuple[float, Box, LineString | None] | None = None
        for reach, at in _around(shown.bounds, size, farthest):
            if best is not None and reach >= best[0]:
                break
            own = (at[0] - size[0] / 2, at[1] - size[1] / 2, at[0] + size[0] / 2, at[1] + size[1] / 2)
            if not self.is_free(own):
                continue
            leader = _lead(own, shown)
            if leader is not None and not self._may_run(leader):
                continue
            cost = reach + _COVERS * sum(overlap(own, other) for other in avoid)
            if leader is not None:  # it would seem to lead to what it crosses
                cost += _CROSSES * sum(leader.intersects(other) for other in others)
            if best is None or cost < best[0]:
                best = cost, own, leader
        if best is None:
            return None
        _, own, leader = best
        self.taken.append(own)
        if leader is None:
            return Seat(own, None)
        self.leaders.append(leader)
        return Seat(own, _ends(leader))

    def _may_run(self, leader: LineString) -> bool:
        crossed = any(leader.intersects(box(*other)) for other in self.taken)
        return not crossed and not any(leader.crosses(other) for other in self.leaders)


def _ends(leader: LineString) -> tuple[At, At]:
    (x0, y0), (x1, y1) = leader.coords
    return (x0, y0), (x1, y1)


def _around(bounds: Box, size: tuple[float, float], farthest: float) -> list[tuple[float, At]]:
    """How far out, and middles of places around a thing: above right first, then turning both ways, then farther out."""
    x0, y0, x1, y1 = bounds
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    half = (x1 - x0 + size[0]) / 2, (y1 - y0 + size[1]) / 2
    found, reach = list[tuple[float, At]](), 5.0
    while reach <= farthest:
        for step in range(24):
            angle = -math.pi / 4 + math.pi / 12 * ((step + 1) // 2) * (-1) ** step
            east, south = math.cos(angle), math.sin(angle)
            stretch = min(
                (half[0] + reach) / abs(east) if abs(east) > 1e-6 else math.inf,
                (half[1] + reach) / abs(south) if abs(south) > 1e-6 else math.inf,
            )
            found.append((reach, (middle[0] + east * stretch, middle[1] + south * stretch)))
        reach += 6 if reach < 40 else 14
    return found


def _lead(own: Box, thing: BaseGeometry) -> LineString | None:
    """A line from the label's edge to the nearest point of the thing; None where it stands close by."""
    plate = box(*own)
    if plate.distance(thing) <= _CLOSE:
        return None
    edge, there = nearest_points(plate, thing)
    return LineString([_off(edge, there), (there.x, there.y)])


def _off(edge: BaseGeometry, there: BaseGeometry) -> At:
    """A hair outside the label's own edge, so that its leader does not count as crossing it."""
    dx, dy = there.x - edge.x, there.y - edge.y
    length = math.hypot(dx, dy) or 1.0
    return edge.x + dx / length * 0.01, edge.y + dy / length * 0.01
