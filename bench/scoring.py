"""How events are held against hand-drawn truth; the same rules for every data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from siteline.model.change import ChangeEvent


@dataclass(frozen=True, slots=True)
class Truth:
    """One change that a person saw, with the dates of the frames around it."""

    id: str
    kind: str
    outline: BaseGeometry
    last_absent: date
    first_present: date
    sure: bool
    slack_before: date
    """The onset may start as early as this."""

    slack_after: date
    """The onset may end as late as this."""


@dataclass(slots=True)
class Score:
    """What was found, and what was wrongly reported."""

    truths: int = 0
    found: int = 0
    dated: int = 0
    alone: int = 0
    """Truths matched one to one."""

    merged: int = 0
    events: int = 0
    right: int = 0
    controls: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    misdated: list[str] = field(default_factory=list)
    wrong: list[ChangeEvent] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / max(self.truths, 1)

    @property
    def precision(self) -> float:
        return self.right / max(self.events, 1)

    @property
    def date_rate(self) -> float:
        return self.dated / max(self.found, 1)

    @property
    def one_to_one(self) -> float:
        return self.alone / max(self.merged, 1)

    def line(self) -> str:
        return (
            f"recall {self.recall:.2f} ({self.found}/{self.truths})  one-to-one {self.one_to_one:.2f}"
            f" ({self.alone}/{self.merged})  precision {self.precision:.2f} ({self.right}/{self.events})"
            f"  dated {self.date_rate:.2f} ({self.dated}/{self.found})  controls {len(self.controls)}"
        )


def score(
    events: Sequence[ChangeEvent],
    truths: Sequence[Truth],
    controls: dict[str, BaseGeometry],
    *,
    least_truth: float,
    least_event: float,
    growth: float,
    covered: float = 0.4,
    same_date_only: bool = False,
) -> Score:
    """
    Hold events against truths.

    A sure truth of at least `least_truth` area is found when events cover `covered` of it; an event of at least `least_event` is
    right when that share of it lies on truths grown by `growth`; a control fires when a fifth of it is covered.
    With `same_date_only`, only events whose onset fits may find a truth (places with several changes in a row).
    """
    result = Score()
    union = unary_union([e.outline for e in events]) if events else Polygon()
    for truth in truths:
        if not truth.sure or truth.outline.area < least_truth:
            continue
        result.truths += 1
        near = [e for e in events if e.outline.intersects(truth.outline)]
        fitting = [e for e in near if is_dated(e, truth)]
        pool = fitting if same_date_only and fitting else near
        cover = unary_union([e.outline for e in pool]).intersection(truth.outline).area if pool else 0.0
        if cover < covered * truth.outline.area:
            result.missed.append(truth.id)
            continue
        result.found += 1
        main = max(pool, key=lambda e: e.outline.intersection(truth.outline).area)
        if is_dated(main, truth):
            result.dated += 1
        else:
            result.misdated.append(
                f"{truth.id} ({truth.last_absent:%Y-%m-%d}, {truth.first_present:%Y-%m-%d}] said "
                f"({main.onset.after}, {main.onset.by}]"
            )
    grown = unary_union([t.outline.buffer(growth) for t in truths])
    for event in events:
        if event.outline.area < least_event:
            continue
        result.events += 1
        if event.outline.intersection(grown).area >= covered * event.outline.area:
            result.right += 1
        else:
            result.wrong.append(event)
    for name, control in controls.items():
        if union.intersection(control).area >= 0.2 * control.area:
            result.controls.append(name)
    merged = [t for t in merge_touching(truths) if t.sure and t.outline.area >= least_truth]
    result.merged = len(merged)
    result.alone = count_pairs([e.outline for e in events], [t.outline for t in merged])
    return result


def is_dated(event: ChangeEvent, truth: Truth) -> bool:
    """Whether the onset lies where the truth allows it."""
    after, by = event.onset.after, event.onset.by
    return truth.last_absent < by <= truth.slack_after and after is not None and after >= truth.slack_before


def merge_touching(truths: Sequence[Truth]) -> list[Truth]:
    """Truths that touch and share their first date count as one."""
    left = list(truths)
    merged: list[Truth] = []
    while left:
        group = [left.pop()]
        grew = True
        while grew:
            shape = unary_union([t.outline for t in group]).buffer(1.0)
            fresh = [
                t for t in left if t.first_present == group[0].first_present and t.outline.intersects(shape)
            ]
            grew = bool(fresh)
            group += fresh
            left = [t for t in left if t not in fresh]
        first = group[0]
        merged.append(
            Truth(
                "+".join(t.id for t in group),
                first.kind,
                unary_union([t.outline for t in group]),
                first.last_absent,
                first.first_present,
                any(t.sure for t in group),
                first.slack_before,
                first.slack_after,
            )
        )
    return merged


def count_pairs(found: Sequence[BaseGeometry], true: Sequence[BaseGeometry], least_iou: float = 0.25) -> int:
    """How many pairs overlap by the given intersection over union, each used once, best first."""
    pairs = []
    for i, a in enumerate(found):
        for j, b in enumerate(true):
            if a.intersects(b):
                both = a.intersection(b).area
                iou = both / (a.area + b.area - both)
                if iou >= least_iou:
                    pairs.append((iou, i, j))
    used_i: set[int] = set()
    used_j: set[int] = set()
    for _, i, j in sorted(pairs, reverse=True):
        if i not in used_i and j not in used_j:
            used_i.add(i)
            used_j.add(j)
    return len(used_j)


def polygon_of(record: dict[str, Any]) -> BaseGeometry:
    """A truth's polygon, less its hole."""
    shape = Polygon(record["polygon"]).buffer(0)
    return shape.difference(Polygon(record["hole"])) if record.get("hole") else shape
