"""How events are held against what was rendered: places, kinds, dates, stages, probabilities, false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from bench.districts import District, TrueChange
from siteline.model.change import ChangeEvent, Kind, Stage
from siteline.model.dates import DateInterval

BUILDING_KINDS = (Kind.CONSTRUCTION, Kind.DEMOLITION, Kind.ROOF_CHANGE)

FOUND, EXACT = 0.25, 0.5
"""Intersection over union from which an outline finds an object, and from which it is called exact."""

GROUND = 0.5
"""Share of an event's outline that must lie on disturbed ground to be that ground."""


@dataclass(frozen=True, slots=True)
class Match:
    """One truth with the event that tells of it, or with none."""

    truth: TrueChange
    event: ChangeEvent | None
    iou: float

    @property
    def found(self) -> bool:
        return self.event is not None

    @property
    def kind_right(self) -> bool:
        return self.event is not None and self.event.kind is self.truth.kind

    @property
    def onset_right(self) -> bool:
        """Whether the stated interval holds a day between the first change and the change being visible in the images."""
        assert self.event is not None
        return holds(self.event.onset, self.truth.onset, self.truth.shown)

    @property
    def works_right(self) -> bool:
        """The same if works count as visible by their days, whether or not they differ from the ground."""
        assert self.event is not None
        return holds(self.event.onset, self.truth.onset, self.truth.visible)

    @property
    def onset_width(self) -> float:
        """Days; infinite if open."""
        assert self.event is not None
        after = self.event.onset.after
        return float("inf") if after is None else float((self.event.onset.by - after).days)

    @property
    def onset_off(self) -> float:
        """Days between the middle of the interval and the truth."""
        assert self.event is not None
        return middle_off(self.event.onset, self.truth.onset, self.truth.visible)

    @property
    def roof_right(self) -> bool | None:
        """Whether the completion lies in its interval; None where either side has none."""
        assert self.event is not None
        if self.truth.finished is None or self.event.finished is None:
            return None
        return holds(self.event.finished, self.truth.finished, self.truth.finished)

    @property
    def stage_right(self) -> bool | None:
        """None unless both call it a construction."""
        assert self.event is not None
        if self.truth.kind is not Kind.CONSTRUCTION or self.event.kind is not Kind.CONSTRUCTION:
            return None
        return self.event.stage is self.truth.stage


@dataclass(frozen=True, slots=True)
class Judged:
    """One district's events, each accounted for."""

    matches: tuple[Match, ...]
    """One for each building change."""

    ground: tuple[Match, ...]
    """One for each change of ground."""

    false: tuple[ChangeEvent, ...]
    """Events that tell of nothing, or call something a building that is none."""

    neutral: tuple[ChangeEvent, ...]
    """Events that call disturbed ground changed: parts of a yard, what was parked there."""

    area_km2: float


def holds(said: DateInterval, first: date, last: date) -> bool:
    """Whether an interval (after, by] holds some day of first..last."""
    return said.by >= first and (said.after is None or said.after <= last)


def middle_off(said: DateInterval, first: date, last: date) -> float:
    """Days from the middle of an interval to first..last; 0 within it."""
    if said.after is None:
        return float("inf")
    middle = said.after + (said.by - said.after) / 2
    return float(max((first - middle).days, (middle - last).days, 0))


def overlap(event: ChangeEvent, truth: TrueChange) -> float:
    """Intersection over union with the building; with its cleared yard while nothing else is there."""
    shapes = [truth.outline]
    if truth.stage is Stage.CLEARED and truth.yard is not None:
        shapes.append(truth.yard)
    best = 0.0
    for shape in shapes:
        if event.outline.intersects(shape):
            both = event.outline.intersection(shape).area
            best = max(best, both / (event.outline.area + shape.area - both))
    return best


def judge(events: Sequence[ChangeEvent], district: District, least_iou: float = FOUND) -> Judged:
    """
    Pair events and truths, one to one, best overlap first; among changes of one place, the nearest in time.

    An event without a partner is false, unless it calls disturbed ground what it is: a yard, or what was parked on it.
    """
    pairs = []
    for i, event in enumerate(events):
        for j, truth in enumerate(district.changes):
            iou = overlap(event, truth)
            if iou >= least_iou:
                off = min(middle_off(event.onset, truth.onset, truth.visible), 3650.0)
                pairs.append((round(iou, 1) - off / 365, iou, i, j))
    mine: dict[int, tuple[int, float]] = {}
    used: set[int] = set()
    for _, iou, i, j in sorted(pairs, reverse=True):
        if i not in used and j not in mine:
            used.add(i)
            mine[j] = (i, iou)
    matches, ground = [], []
    for j, truth in enumerate(district.changes):
        at = mine.get(j)
        match = Match(truth, events[at[0]] if at else None, at[1] if at else 0.0)
        (matches if truth.building else ground).append(match)
    by_truth = {at[0]: district.changes[j] for j, at in mine.items()}
    disturbed = unary_union(
        [t.yard.buffer(3) for t in district.changes if t.yard is not None]
        + [t.outline.buffer(3) for t in district.changes]
        + [p.buffer(3) for p in district.passing]
    )
    false = [e for i, e in enumerate(events) if _is_false(e, by_truth.get(i), disturbed)]
    wrong = {id(e) for e in false}
    neutral = [e for i, e in enumerate(events) if i not in by_truth and id(e) not in wrong]
    return Judged(tuple(matches), tuple(ground), tuple(false), tuple(neutral), district.area_km2)


def _is_false(event: ChangeEvent, truth: TrueChange | None, disturbed: BaseGeometry) -> bool:
    built = event.kind in BUILDING_KINDS
    if truth is not None and (truth.building or not built):
        return False
    if truth is not None or built:
        return True
    return bool(event.outline.intersection(disturbed).area < GROUND * event.outline.area)
