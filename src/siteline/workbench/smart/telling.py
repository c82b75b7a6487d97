"""The figures of a score in a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def tell_score(told: Mapping[str, Any]) -> list[str]:
    """The figures in a few lines."""
    found, ours, phases = told["smart"]["search"], told["ours"], told["smart"]["phases"]
    region = told["region"]
    lines = [
        f"SMART, region {region['id']} ({region['from']} to {region['to']}), {told['options']['activity']}:",
        (
            f"  truth {found['truth_sites']} sites, proposed {found['proposed_sites']}: found {found['tp']} "
            f"(one to one {found['tp_exact']}, merged {found['tp_under']}, split {found['tp_over']}), "
            f"false {found['fp']}, missed {found['fn']}"
        ),
        (
            f"  precision {found['precision']:.4f}, recall {found['recall']:.4f}, F1 {found['f1']:.4f}; "
            f"false area {found['fp_area_km2']:.4f} km² ({found['ffpa']:.2%} of the region)"
        ),
    ]
    if phases["sites"]:
        f1 = ", ".join(f"{name} {_figure(one['micro'])}" for name, one in phases["f1"].items())
        late = ", ".join(
            f"{name} {_figure(one['mean_abs_days'], 1)} days" for name, one in phases["onset_error"].items()
        )
        lines += [
            (
                f"  phases at {phases['sites']} sites: {_figure(phases['accuracy'])} of {phases['looks_labelled']} "
                f"labels right; F1 {f1}"
            ),
            f"  onsets, mean absolute error: {late}",
        ]
    if points := told["smart"].get("points"):
        lines.append(
            f"  points within {points['min_spatial_distance']:g} m: found {points['tp']}, false {points['fp']}, "
            f"missed {points['fn']}, F1 {points['f1']:.4f}"
        )
    dates, areas = ours["dates"], ours["areas"]
    lines += [
        (
            f"Siteline, objects at IoU {ours['least_iou']}: F1 {ours['f1']:.4f} (found {ours['hits']}, "
            f"missed {ours['missed']}, false {ours['false']})"
        ),
        (
            f"  onset: median error {_figure(dates['median_abs_days'], 1)} days at {dates['compared']} sites; "
            f"intervals agree {_figure(dates['intervals_agree'])} of {dates['intervals_compared']}"
        ),
        (
            f"  area: median error {_figure(areas['median_error'])}, absolute {_figure(areas['median_abs_error'])}, "
            f"at {areas['compared']} sites"
        ),
        f"  refusals: {ours['refusals']['areas_not_measured']} areas not measured"
        + (
            f", {ours['refusals']['left_out_of_smart']} events outside SMART's scope"
            if "left_out_of_smart" in ours["refusals"]
            else ""
        ),
    ]
    return lines


def _figure(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
