"""Siteline's own figures beside SMART's: objects found, days, areas; and how often we said that we cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median
from typing import Any

from shapely.geometry.base import BaseGeometry

from siteline.model.smart import IGNORED, NEGATIVE, POSITIVE, Phase, SmartSite
from siteline.sites.smart.scoring.rules import area_of
from siteline.sites.smart.scoring.stack import Stack

LEAST_IOU = 0.25
"""From which an outline counts as the same object."""


@dataclass(frozen=True, slots=True)
class Onset:
    """When activity came into sight: (after, by]; either end may not be known."""

    after: date | None
    by: date | None

    def agrees(self, other: Onset) -> bool:
        """Whether some day lies in both."""
        if self.by is None or other.by is None:
            return False
        starts = [day for day in (self.after, other.after) if day is not None]
        return not starts or max(starts) < min(self.by, other.by) or self == other


@dataclass(frozen=True, slots=True)
class Pair:
    """One truth site and the proposal that is most like it, one to one."""

    truth: Stack
    proposal: Stack
    iou: float
    late_days: int | None
    """Days by which the proposal's first look with it is later than the truth's; None where either has no phases."""

    dates_agree: bool | None
    """Whether the two intervals of onset have a day in common; None where either is not known."""

    area_error: float
    """(proposed − true) / true area."""


def onset_of(site: SmartSite, stack: Stack) -> Onset:
    """When a site's activity came into sight, from what its file says of our interval, else from its phases."""
    said = site.cache.get("onset")
    if isinstance(said, Mapping):
        return Onset(_day(said.get("after")), _day(said.get("by")))
    if stack.latest_start is not None:
        return Onset(
            None if stack.earliest_start == stack.latest_start else stack.earliest_start, stack.latest_start
        )
    works = [s.day for s in stack.slices if any(phase.is_activity for phase in s.phases)]
    if not works:
        return Onset(None, None)
    quiet = [s.day for s in stack.slices if s.day <= works[0] and Phase.NO_ACTIVITY in s.phases]
    return Onset(max(quiet) if quiet else None, works[0])


def _day(said: Any) -> date | None:
    try:
        return date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


def pair_up(
    truths: Sequence[tuple[SmartSite, Stack]], proposals: Sequence[tuple[SmartSite, Stack]]
) -> list[Pair]:
    """Truth and proposals one to one, the most alike first, down to an IoU of 0.25."""
    unions = {id(stack): stack.union for _, stack in (*truths, *proposals)}
    alike = []
    for i, (_, truth) in enumerate(truths):
        for j, (_, proposal) in enumerate(proposals):
            if (iou := _iou(unions[id(truth)], unions[id(proposal)])) >= LEAST_IOU:
                alike.append((-iou, truth.id, proposal.id, i, j))
    taken: set[int] = set()
    used: set[int] = set()
    pairs = []
    for iou, _, _, i, j in sorted(alike):
        if i in taken or j in used:
            continue
        taken.add(i)
        used.add(j)
        (site, truth), (ours, proposal) = truths[i], proposals[j]
        true, said = onset_of(site, truth), onset_of(ours, proposal)
        known = true.by is not None and said.by is not None
        area = area_of(unions[id(truth)])
        pairs.append(
            Pair(
                truth,
                proposal,
                -iou,
                (said.by - true.by).days if said.by is not None and true.by is not None else None,
                true.agrees(said) if known else None,
                (area_of(unions[id(proposal)]) - area) / area,
            )
        )
    return pairs


def _iou(one: BaseGeometry, other: BaseGeometry) -> float:
    if not one.intersects(other):
        return 0.0
    joint = one.union(other).area
    return float(one.intersection(other).area / joint) if joint else 0.0


def describe_own(
    truths: Sequence[tuple[SmartSite, Stack]], proposals: Sequence[tuple[SmartSite, Stack]]
) -> dict[str, Any]:
    """
    Object F1 at IoU 0.25, errors of dates and areas, coverage of intervals, refusals, as plain JSON.

    What lies on ignored truth counts for nothing; what lies on negative truth, or on none, is false.
    """
    pairs = pair_up(truths, proposals)
    hits = [p for p in pairs if p.truth.status in POSITIVE]
    neutral = sum(p.truth.status in IGNORED for p in pairs)
    positive = sum(stack.status in POSITIVE for _, stack in truths)
    false = len(proposals) - len(hits) - neutral
    missed = positive - len(hits)
    late = [p.late_days for p in hits if p.late_days is not None]
    agree = [p.dates_agree for p in hits if p.dates_agree is not None]
    areas = [p.area_error for p in hits]
    unsized = [site for site, _ in proposals if _has_no_size(site)]
    return {
        "least_iou": LEAST_IOU,
        "hits": len(hits),
        "missed": missed,
        "false": false,
        "on_negative": sum(p.truth.status in NEGATIVE for p in pairs),
        "on_ignored": neutral,
        "f1": _round(len(hits) / (len(hits) + 0.5 * (false + missed)) if hits else 0.0, 4),
        "dates": {
            "compared": len(late),
            "mean_days": _round(fmean(late), 1) if late else None,
            "median_abs_days": _round(median(abs(d) for d in late), 1) if late else None,
            "intervals_compared": len(agree),
            "intervals_agree": _round(sum(agree) / len(agree), 4) if agree else None,
        },
        "areas": {
            "compared": len(areas),
            "median_error": _round(median(areas), 4) if areas else None,
            "median_abs_error": _round(median(abs(a) for a in areas), 4) if areas else None,
        },
        "refusals": {"areas_not_measured": len(unsized)},
        "pairs": [
            {
                "truth": p.truth.id,
                "proposal": p.proposal.id,
                "iou": _round(p.iou, 4),
                "late_days": p.late_days,
                "intervals_agree": p.dates_agree,
                "area_error": _round(p.area_error, 4),
            }
            for p in pairs
        ],
    }


def _has_no_size(site: SmartSite) -> bool:
    """Whether it is one of ours that says it has no area."""
    return "siteline" in site.cache and site.cache.get("area_m2", {}) is None


def _round(value: float, digits: int) -> float:
    return round(value, digits) + 0.0
