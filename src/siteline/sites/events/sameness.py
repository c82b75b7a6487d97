"""When two outlines with dates are one event, when a reader is told the same of both, and when a judge must look again."""

from __future__ import annotations

from collections.abc import Sequence

from pyproj import Transformer
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from siteline.model.change import ChangeEvent

SAME_PLACE = 0.3
"""Intersection over union from which two outlines are one event."""

MOVED = 0.7
"""Intersection over union below which a judged outline counts as materially changed."""

REDRAWN = 0.9
"""Intersection over union below which an outline is another form; one more look moves its edge by less than that."""

TOLD_APART = 0.05
"""Detection probabilities that differ by less are told alike."""

TALLER_M = 0.5
"""Heights that differ by less are told alike, m."""


def match(known: Sequence[ChangeEvent], found: Sequence[ChangeEvent]) -> dict[int, int]:
    """
    Index of the known event that each found one continues.

    By outline (IoU ≥ 0.3), dates that agree first; each is used once, best agreement first.
    """
    pairs = []
    for i, event in enumerate(found):
        for j, old in enumerate(known):
            overlap = _overlap(old, event)
            if overlap >= SAME_PLACE:
                pairs.append((_dates_agree(old, event), old.kind is event.kind, overlap, -i, -j))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, _, i, j in sorted(pairs, reverse=True):
        if -i not in partner and -j not in taken:
            partner[-i] = -j
            taken.add(-j)
    return partner


def tells_the_same(was: ChangeEvent, now: ChangeEvent) -> bool:
    """Whether a reader would be told the same of both, but for the looks that have come since."""
    heights = [e.height.value if e.height else -TALLER_M for e in (was, now)]
    return (
        _told(was) == _told(now)
        and abs(was.probability - now.probability) < TOLD_APART
        and abs(heights[0] - heights[1]) < TALLER_M
        and _overlap(was, now) >= REDRAWN
    )


def is_material(judged: ChangeEvent, now: ChangeEvent) -> bool:
    """Whether what was judged and what is now differ so that whoever judged should look again."""
    return (judged.kind, judged.stage, judged.onset, judged.finished) != (
        now.kind,
        now.stage,
        now.onset,
        now.finished,
    ) or _overlap(judged, now) < MOVED


def _told(event: ChangeEvent) -> tuple[object, ...]:
    """What of an event is told in words and dates."""
    return (
        event.kind,
        event.other_kind,
        event.stage,
        event.onset,
        event.finished,
        event.last_without,
        event.first_with,
        event.provisional,
        event.calibrated,
        event.remarks,
        event.label,
        (event.witnesses.agreement, event.witnesses.radar_onset) if event.witnesses else None,
    )


def _dates_agree(a: ChangeEvent, b: ChangeEvent) -> bool:
    """Whether both onsets can be the same day."""
    starts = [e.onset.after for e in (a, b) if e.onset.after is not None]
    return not starts or max(starts) < min(a.onset.by, b.onset.by) or a.onset == b.onset


def _overlap(a: ChangeEvent, b: ChangeEvent) -> float:
    """Intersection over union of two outlines, in the CRS of the first."""
    shape = _in_crs(b.outline, b.crs, a.crs)
    union = a.outline.union(shape).area
    return float(a.outline.intersection(shape).area / union) if union else 0.0


def _in_crs(shape: BaseGeometry, crs: str | None, wanted: str | None) -> BaseGeometry:
    if crs == wanted or crs is None or wanted is None:
        return shape
    return transform(Transformer.from_crs(crs, wanted, always_xy=True).transform, shape)
