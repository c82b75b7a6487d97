"""Which proposals find which truth sites; what that makes of each; the figures of broad area search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from siteline.model.smart import IGNORED, NEGATIVE, POSITIVE, RegionModel
from siteline.sites.smart.scoring.compare import Comparison, compare, share_identical
from siteline.sites.smart.scoring.rules import ScoreOptions, area_of
from siteline.sites.smart.scoring.stack import Stack, combine


@dataclass(frozen=True, slots=True)
class Association:
    """Every truth site with the proposal that finds it, and what is left over."""

    truths: tuple[Stack, ...]
    proposals: tuple[Stack, ...]
    """Those that were read, and large and sure enough."""

    found: Mapping[str, Comparison]
    """By truth id."""

    near: tuple[Comparison, ...]
    """Some overlap, not enough."""

    def verdict(self, truth: Stack) -> str:
        """`tp`, `fp`, `fn`, `tn`, or `0` for what has no effect."""
        is_found = truth.id in self.found
        if truth.status in POSITIVE:
            return "tp" if is_found else "fn"
        if truth.status in NEGATIVE:
            return "fp" if is_found else "tn"
        return "0"

    def finds(self, proposal: Stack) -> tuple[str, ...]:
        """Ids of the truth sites that a proposal finds, alone or with others."""
        return tuple(t for t, one in self.found.items() if proposal.id in one.proposal.members)

    def verdict_of(self, proposal: Stack) -> str:
        """`tp`, `fp`, `tpfp` (finds a positive and a negative site), or `0` (finds what is ignored)."""
        statuses = {self.found[t].truth.status for t in self.finds(proposal)}
        if statuses & POSITIVE:
            return "tpfp" if statuses & NEGATIVE else "tp"
        if statuses & NEGATIVE:
            return "fp"
        return "0" if statuses & IGNORED else "fp"


def associate(truths: Sequence[Stack], proposals: Sequence[Stack], options: ScoreOptions) -> Association:
    """
    Find each truth site with as many proposals together as fit it; one proposal may find several sites.

    Several that touch a truth site are tried together; where that does not fit, each alone, and together again with one after the
    other left out, those first that fit worst alone.
    """
    kept = tuple(
        p
        for p in sorted(proposals, key=lambda p: p.id)
        if p.score >= options.confidence and area_of(p.union) >= options.min_proposal_area
    )
    unions = {p.id: p.union for p in kept}
    found: dict[str, Comparison] = {}
    near: list[Comparison] = []
    for truth in sorted(truths, key=lambda t: t.id):
        tried = [compare(truth, one, options) for one in _candidates(truth, kept, unions, options)]
        detecting = [one for one in tried if one.detected]
        near += [one for one in tried if not one.detected]
        if detecting:
            found[truth.id] = max(
                detecting, key=lambda c: (len(c.proposal.members), c.spatial_overlap, c.proposal.id)
            )
    return Association(tuple(sorted(truths, key=lambda t: t.id)), kept, found, tuple(near))


def _candidates(
    truth: Stack, proposals: Sequence[Stack], unions: Mapping[str, BaseGeometry], options: ScoreOptions
) -> list[Stack]:
    """Proposals that touch the truth in space and time, alone and together, each set once."""
    span = truth.active[0] if truth.active else None
    first, last = (span.first, span.last) if span else (truth.start, truth.end)
    ground = truth.union
    touching = [
        p
        for p in proposals
        if p.slices and p.start <= last and p.end >= first and unions[p.id].intersects(ground)
    ]
    if len(touching) < 2:
        return touching
    days = [s.day for s in truth.slices]
    sets: dict[str, Stack] = {}

    def take(members: Sequence[Stack]) -> Stack:
        one = members[0] if len(members) == 1 else combine(members, days)
        return sets.setdefault(one.id, one)

    everything = compare(truth, take(touching), options)
    if share_identical(everything) >= 1:
        return list(sets.values())
    alone = [(share_identical(compare(truth, take([p]), options)), p.id, p) for p in touching]
    ranked = [p for _, _, p in sorted(alone, key=lambda a: a[:2])]
    for left_out in range(1, len(ranked)):
        take(ranked[left_out:])
    return list(sets.values())


@dataclass(frozen=True, slots=True)
class Tally:
    """SMART's figures of broad area search."""

    tp: int
    tp_exact: int
    """One truth, one proposal."""

    tp_under: int
    """One proposal for several truths."""

    tp_under_iou: int
    tp_under_iot: int
    tp_over: int
    """Several proposals for one truth."""

    fp: int
    fn: int
    fp_area_km2: float
    proposal_area_km2: float
    region_area_km2: float
    ffpa: float
    """Share of the region that is not truth, and proposed."""

    fpa: float
    """Share of the region that is proposed."""

    proposed_slices: int
    truth_slices: int
    region_days: int

    @property
    def precision(self) -> float:
        """Share of what was proposed that is there."""
        return self.tp / (self.tp + self.fp) if self.tp else 0.0

    @property
    def recall(self) -> float:
        """Share of what is there that was proposed."""
        return self.tp / (self.tp + self.fn) if self.tp else 0.0

    @property
    def f1(self) -> float:
        """Both in one."""
        return self.tp / (self.tp + 0.5 * (self.fp + self.fn)) if self.tp else 0.0

    def f_beta(self, beta: float) -> float:
        """Recall counts `beta` times as much as precision."""
        weighed = beta**2 * self.precision + self.recall
        return (1 + beta**2) * self.precision * self.recall / weighed if weighed else 0.0


def tally(association: Association, region: RegionModel) -> Tally:
    """Count what was found, missed and invented."""
    assert region.start is not None
    assert region.end is not None
    verdicts = [association.verdict(truth) for truth in association.truths]
    lonely = [p for p in association.proposals if not association.finds(p)]
    hits = [c for t, c in association.found.items() if c.truth.status in POSITIVE]
    exact = under_iou = under_iot = over = 0
    for one in hits:
        if len(one.proposal.members) > 1:
            over += 1
        elif len(association.finds(one.proposal)) == 1:
            exact += 1
        elif one.by_iot:
            under_iot += 1
        else:
            under_iou += 1
    proposed = _union([p.union for p in association.proposals])
    right = _union([_common_ground(c) for c in association.found.values() if c.truth.status not in NEGATIVE])
    ground = region.outline if region.outline.is_valid else shapely.make_valid(region.outline)
    fp_area = area_of(proposed.difference(right)) / 1e6 if not right.is_empty else 0.0
    region_area = area_of(ground) / 1e6
    rest = area_of(ground.difference(right)) / 1e6
    return Tally(
        tp=verdicts.count("tp"),
        tp_exact=exact,
        tp_under=under_iou + under_iot,
        tp_under_iou=under_iou,
        tp_under_iot=under_iot,
        tp_over=over,
        fp=verdicts.count("fp") + len(lonely),
        fn=verdicts.count("fn"),
        fp_area_km2=fp_area,
        proposal_area_km2=area_of(proposed) / 1e6,
        region_area_km2=region_area,
        ffpa=fp_area / rest if rest else 0.0,
        fpa=area_of(proposed) / 1e6 / region_area if region_area else 0.0,
        proposed_slices=sum(len(c.proposal.slices) for c in association.found.values())
        + sum(len(p.slices) for p in lonely),
        truth_slices=sum(len(truth.slices) for truth in association.truths),
        region_days=(region.end - region.start).days,
    )


def _common_ground(one: Comparison) -> BaseGeometry:
    """Ground of a truth that its proposal covers on the truth's days."""
    parts = [
        s.boundary for s in (one.proposal.slice_on(own.day) for own in one.truth.slices) if s is not None
    ]
    return one.truth.union.intersection(_union(parts))


def _union(parts: Sequence[BaseGeometry]) -> BaseGeometry:
    return shapely.union_all(list(parts)) if parts else shapely.Polygon()
