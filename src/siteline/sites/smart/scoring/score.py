"""Proposals against truth: SMART's figures by its published rules, then ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from siteline.model.errors import BadInput
from siteline.model.remark import Remark
from siteline.model.smart import LABELLED, RegionModel, SmartSite
from siteline.sites.smart.scoring.associate import Association, Tally, associate, tally
from siteline.sites.smart.scoring.classify import (
    ORDER,
    SCORED,
    Labels,
    confusion,
    label,
    label_f1,
    say_errors,
)
from siteline.sites.smart.scoring.compare import Comparison
from siteline.sites.smart.scoring.own import describe_own
from siteline.sites.smart.scoring.rules import ScoreOptions
from siteline.sites.smart.scoring.stack import Stack, settle_truth, stack_of

SHAPE = "smart-score/1"


@dataclass(frozen=True, slots=True)
class Score:
    """How proposals fit the truth of one region."""

    region: RegionModel
    options: ScoreOptions
    association: Association
    tally: Tally
    labels: tuple[Labels, ...]
    """Of every site with phases that was found."""

    own: dict[str, Any]
    remarks: tuple[Remark, ...]


def score(
    truth: Sequence[SmartSite],
    proposals: Sequence[SmartSite],
    region: RegionModel,
    options: ScoreOptions | None = None,
) -> Score:
    """
    Score proposals against annotations within the ground and time of a region.

    truth: site models, or summaries of region models where there is nothing better. Raises BadInput where a region has no time.
    """
    options = options or ScoreOptions()
    if region.start is None or region.end is None or region.start > region.end:
        raise BadInput(
            f"region {region.id} says no time from when to when it was searched",
            "Give start_date and end_date in its region model.",
        )
    remarks: list[Remark] = []
    settled = [(site, settle_truth(stack_of(site, region), region, options)) for site in truth]
    inside = [(site, stack) for site, stack in settled if stack is not None]
    if outside := [site.id for site, stack in settled if stack is None]:
        remarks.append(_told(region.id, outside, "lie outside the region and are not scored"))
    if bare := [site.id for site, _ in inside if site.is_summary and site.status in LABELLED]:
        remarks.append(
            _told(
                region.id,
                bare,
                "have a summary but no site model: they count as active from their start to their end",
            )
        )
    read = [site for site in proposals if site.status in options.read_statuses]
    if len(read) < len(proposals):
        left = sorted({site.status for site in proposals} - set(options.read_statuses))
        remarks.append(
            Remark(
                region.id,
                f"{len(proposals) - len(read)} of {len(proposals)} proposals are not read: their status is "
                f"{', '.join(left)}, and {', '.join(options.read_statuses)} is read",
                "--read-status STATUS reads others",
            )
        )
    stacks = [(site, stack_of(site, region)) for site in read]
    near = [(site, stack) for site, stack in stacks if stack.union.intersects(region.outline)]
    if away := sorted({site.id for site in read} - {site.id for site, _ in near}):
        remarks.append(_told(region.id, away, "of the proposals lie outside the region and are not scored"))
    found = associate([stack for _, stack in inside], [stack for _, stack in near], options)
    labels = tuple(
        label(one) for one in found.found.values() if one.truth.status in LABELLED and one.truth.longest
    )
    kept = {stack.id for stack in found.proposals}
    own = describe_own(inside, [(site, stack) for site, stack in near if stack.id in kept])
    return Score(region, options, found, tally(found, region), labels, own, tuple(remarks))


def _told(subject: str, ids: Sequence[str], what: str) -> Remark:
    shown = ", ".join(ids[:4]) + (f" and {len(ids) - 4} more" if len(ids) > 4 else "")
    return Remark(subject, f"{shown}: {what}")


def describe_score(scored: Score) -> dict[str, Any]:
    """All figures as plain JSON; names are SMART's, with underscores."""
    found, t = scored.association, scored.tally
    return {
        "siteline": SHAPE,
        "region": {
            "id": scored.region.id,
            "from": str(scored.region.start),
            "to": str(scored.region.end),
            "area_km2": round(t.region_area_km2, 4),
        },
        "options": {f.name: _plain(getattr(scored.options, f.name)) for f in fields(scored.options)},
        "smart": {
            "search": _describe_tally(t, len(found.truths), len(found.proposals)),
            "detections": [_describe_truth(found, truth) for truth in found.truths],
            "proposals": [_describe_proposal(found, one) for one in found.proposals],
            "near_misses": [_describe_fit(one) | {"truth": one.truth.id} for one in found.near],
            "phases": _describe_labels(scored.labels),
        },
        "ours": scored.own,
        "remarks": [asdict(remark) for remark in scored.remarks],
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _describe_tally(t: Tally, truths: int, proposals: int) -> dict[str, Any]:
    return {
        "tp": t.tp,
        "tp_exact": t.tp_exact,
        "tp_under": t.tp_under,
        "tp_under_iou": t.tp_under_iou,
        "tp_under_iot": t.tp_under_iot,
        "tp_over": t.tp_over,
        "fp": t.fp,
        "fn": t.fn,
        "precision": round(t.precision, 4),
        "recall": round(t.recall, 4),
        "f1": round(t.f1, 4),
        "f_0.5": round(t.f_beta(0.5), 4),
        "f_2": round(t.f_beta(2), 4),
        "truth_annotations": truths,
        "truth_sites": t.tp + t.fn,
        "proposed_annotations": proposals,
        "proposed_sites": t.tp + t.fp,
        "total_sites": t.tp + t.fp + t.fn,
        "truth_slices": t.truth_slices,
        "proposed_slices": t.proposed_slices,
        "proposal_area_km2": round(t.proposal_area_km2, 6),
        "fp_area_km2": round(t.fp_area_km2, 6),
        "fpa": round(t.fpa, 4),
        "ffpa": round(t.ffpa, 4),
        "spatial_far": round(t.fp / t.region_area_km2, 4) if t.region_area_km2 else None,
        "temporal_far": round(t.fp / t.region_days, 4) if t.region_days else None,
        "images_far": round(t.fp / t.proposed_slices, 4) if t.proposed_slices else 0.0,
    }


def _describe_truth(found: Association, truth: Stack) -> dict[str, Any]:
    one = found.found.get(truth.id)
    fit = _describe_fit(one) if one else {"matched": [], "spatial_overlap": None}
    return {
        "truth": truth.id,
        "annotated": truth.annotated,
        "counts_as": truth.status,
        "verdict": found.verdict(truth),
        **fit,
    }


def _describe_fit(one: Comparison) -> dict[str, Any]:
    return {
        "matched": list(one.proposal.members),
        "spatial_overlap": round(one.spatial_overlap, 4),
        "by": "iot" if one.by_iot else "iou",
        "temporal_iot": round(one.temporal_iot, 4),
        "temporal_iop": round(one.temporal_iop, 4),
        "looks": len(one.looks),
        "mean_iou": round(sum(look.iou for look in one.looks) / len(one.looks), 4) if one.looks else None,
    }


def _describe_proposal(found: Association, proposal: Stack) -> dict[str, Any]:
    return {
        "proposal": proposal.id,
        "verdict": found.verdict_of(proposal),
        "finds": list(found.finds(proposal)),
        "score": round(proposal.score, 4),
    }


def _describe_labels(labels: Sequence[Labels]) -> dict[str, Any]:
    pairs = [pair for one in labels for pair in one.pairs]
    micro = label_f1(pairs)
    per_site = [one.f1() for one in labels]
    right = sum(a is b for a, b in pairs)
    return {
        "sites": len(labels),
        "looks_labelled": len(pairs),
        "accuracy": round(right / len(pairs), 4) if pairs else None,
        "f1": {
            phase.value: {
                "micro": round(micro[phase], 4) if phase in micro else None,
                "macro": _mean([f1[phase] for f1 in per_site if phase in f1]),
            }
            for phase in SCORED
        },
        "confusion": {
            true.value: {said.value: count for said, count in row.items()}
            for true, row in confusion(pairs).items()
        },
        "onset_error": {
            phase.value: {
                **say_errors([one.onsets[phase] for one in labels if phase in one.onsets]),
                "not_proposed": sum(phase in one.not_proposed for one in labels),
                "not_in_truth": sum(phase in one.not_true for one in labels),
            }
            for phase in ORDER[1:]
        },
        "tiou": {
            phase.value: _mean([one.tiou[phase] for one in labels if phase in one.tiou])
            for phase in ORDER[1:]
        },
        "by_site": [
            {
                "truth": one.truth_id,
                "proposal": one.proposal_id,
                "f1": {phase.value: round(f1, 4) for phase, f1 in one.f1().items()},
                "tiou": {phase.value: round(share, 4) for phase, share in one.tiou.items()},
                "onset_days": {phase.value: asdict(error) for phase, error in one.onsets.items()},
            }
            for one in labels
        ],
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
