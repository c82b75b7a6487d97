"""One truth site against one proposal, look by look and day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from siteline.model.smart import IGNORED, Phase
from siteline.sites.smart.scoring.rules import ScoreOptions, area_of
from siteline.sites.smart.scoring.stack import Slice, Stack, common_days, count_days


@dataclass(frozen=True, slots=True)
class Likeness:
    """One look of the truth against what the proposal last said by that day."""

    day: date
    source: str
    iou: float
    """Common area over joint area."""

    iot: float
    """Common area over the truth's."""

    iop: float
    """Common area over the proposal's."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a proposal, or several together, fit one truth site."""

    truth: Stack
    proposal: Stack
    looks: tuple[Likeness, ...]
    """One for each day of the truth that counts."""

    spatial_overlap: float
    """Share of these that match."""

    by_iot: bool
    """Whether IoU did not suffice, and covering the truth was tried."""

    temporal_iot: float
    temporal_iop: float
    detected: bool


def compare(truth: Stack, proposal: Stack, options: ScoreOptions) -> Comparison:
    """
    Whether a proposal finds a truth site, by SMART's rules.

    Truth looks without activity do not count, nor do looks after the first finished one; where two fall on one day the better
    counts. Truth that is ignored need only be touched in time, and its first and last look covered by the proposal's share.
    """
    looks = likenesses(truth, proposal)
    if not looks or not truth.active or not proposal.active:
        return Comparison(truth, proposal, looks, 0.0, False, 0.0, 0.0, False)
    by_iot = False
    if truth.status in IGNORED:
        ends = (looks[0].iop, looks[-1].iop)
        overlap = sum(one >= options.tau for one in ends) / 2
    else:
        overlap = sum(look.iou >= options.tau for look in looks) / len(looks)
        if overlap < options.rho:
            by_iot = True
            overlap = sum(look.iot >= options.tau for look in looks) / len(looks)
    longest = truth.longest if truth.is_labelled and truth.longest else truth.active[0]
    iot = (
        common_days(proposal.active, truth.active[0]) / truth.active[0].count
        if truth.active[0].count
        else 0.0
    )
    days = count_days(proposal.active)
    iop = common_days(proposal.active, longest) / days if days else 0.0
    transient = "transient" in truth.status
    least_iop = options.transient_temporal_iop if transient else options.temporal_iop
    least_iot = options.transient_temporal_iot if transient else options.temporal_iot
    detected = overlap >= options.rho and iop >= least_iop
    detected = detected and (truth.status in IGNORED or iot >= least_iot)
    return Comparison(truth, proposal, looks, overlap, by_iot, iot, iop, detected)


def likenesses(truth: Stack, proposal: Stack) -> tuple[Likeness, ...]:
    """The truth's looks that count, each against the proposal's newest observation of that day or before."""
    found: dict[date, Likeness] = {}
    for own in counted(truth.slices):
        other = proposal.slice_on(own.day)
        one = _likeness(own, other)
        best = found.get(own.day)
        if best is None or (one.iou, one.source) >= (best.iou, best.source):
            found[own.day] = one
    return tuple(found[day] for day in sorted(found))


def counted(slices: Sequence[Slice]) -> list[Slice]:
    """Looks that count for space: none without activity, and the first finished one only."""
    kept, has_finished = [], False
    for one in slices:
        if one.phases == (Phase.NO_ACTIVITY,):
            continue
        if one.phases == (Phase.POST_CONSTRUCTION,):
            if has_finished:
                continue
            has_finished = True
        kept.append(one)
    return kept


def _likeness(own: Slice, other: Slice | None) -> Likeness:
    if other is None or not own.outline.intersects(other.outline):
        return Likeness(own.day, own.source, 0.0, 0.0, 0.0)
    common = area_of(own.outline.intersection(other.outline))
    if not common:
        return Likeness(own.day, own.source, 0.0, 0.0, 0.0)
    joint = area_of(own.outline.union(other.outline))
    return Likeness(
        own.day,
        own.source,
        min(1.0, common / joint),
        min(1.0, common / area_of(own.outline)),
        min(1.0, common / area_of(other.outline)),
    )


def share_identical(comparison: Comparison) -> float:
    """Share of looks in which both are one polygon; by it SMART's scorer ranks proposals before it leaves one out."""
    looks = comparison.looks
    return sum(look.iou >= 1 for look in looks) / len(looks) if looks else 0.0
