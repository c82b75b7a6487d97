"""Truth that is a point and a day: found by the proposal that lies nearest, within a distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadGeometry, BadSmartFile
from siteline.model.place import Frame
from siteline.model.smart import NEGATIVE, POSITIVE, RegionModel, SmartSite
from siteline.sites.exchange.shapes import Pen
from siteline.sites.smart.scoring.rules import ScoreOptions, area_of, degrees_long
from siteline.sites.smart.scoring.stack import Stack, stack_of
from siteline.sites.smart.words import SITE_ID, Unfit, fitting, read_day, read_status


@dataclass(frozen=True, slots=True)
class PointTruth:
    """One annotated place without an outline."""

    id: str
    status: str
    place: Point
    """Longitude and latitude."""

    day: date
    """On which it is seen."""

    start: date | None = None
    """Of its site, if that is known."""


def points_of(said: Any, name: str) -> list[PointTruth]:
    """The points of a parsed FeatureCollection. Raises BadSmartFile naming feature and property."""
    features = said.get("features") if isinstance(said, dict) else None
    if not isinstance(features, list) or not features:
        raise BadSmartFile(f'{name}: "features" is not a list of features', "Fetch the file again.")
    found = []
    pen = Pen(Frame.EARTH)
    for number, feature in enumerate(features, 1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            raise BadSmartFile(
                f"{name}: feature {number} is not a Feature with properties", "Fetch it again."
            )
        named = "".join(filter(str.isprintable, str(properties.get("site_id"))[:40]))
        where = f"feature {number} ({named})"
        readers = {"site_id": fitting(SITE_ID, "KR_R001_0017"), "status": read_status, "date": read_day}
        means: dict[str, Any] = {}
        for key, read in (*readers.items(), ("site_start_date", read_day)):
            try:
                means[key] = read(properties.get(key))
            except Unfit as fault:
                raise BadSmartFile(f"{name}: {where}: {key} {fault.what}", fault.remedy) from fault
        if means["date"] is None:
            raise BadSmartFile(f"{name}: {where} has no date", 'Add "date", as 2024-04-19.')
        try:
            place = pen.draw(feature.get("geometry"))
        except BadGeometry as fault:
            raise BadSmartFile(f"{name}: {where}: geometry: {fault}", fault.hint) from fault
        if not isinstance(place, Point):
            raise BadSmartFile(f"{name}: {where}: geometry is a {place.geom_type}", "Give one Point.")
        found.append(
            PointTruth(means["site_id"], means["status"], place, means["date"], means["site_start_date"])
        )
    ids = [one.id for one in found]
    if twins := sorted({one for one in ids if ids.count(one) > 1}):
        raise BadSmartFile(f"{name}: two points have the id {twins[0]}", "Keep one of the two.")
    return found


def score_points(
    truth: Sequence[PointTruth], proposals: Sequence[SmartSite], region: RegionModel, options: ScoreOptions
) -> dict[str, Any]:
    """
    What proposals found of points, as plain JSON: the nearest within `min_spatial_distance`, for one point or several as near.

    A proposal that is near enough to a point which a nearer one found is not false; one near no point is.
    """
    inside = [one for one in truth if one.place.intersects(region.outline)]
    stacks = [stack_of(site, region) for site in proposals if site.status in options.read_statuses]
    kept = [s for s in stacks if s.score >= options.confidence and s.union.intersects(region.outline)]
    kept = [s for s in kept if area_of(s.union) >= options.min_proposal_area]
    near: dict[str, list[tuple[float, float, str]]] = {}
    for one in inside:
        for stack in kept:
            least, most = distances(stack, one.place)
            if least <= options.min_spatial_distance:
                near.setdefault(one.id, []).append((least, most, stack.id))
    best = {point: min(found) for point, found in near.items()}
    nearest: dict[str, float] = {}
    for least, _, proposal in best.values():
        nearest[proposal] = min(least, nearest.get(proposal, least))
    finds = {point: p for point, (least, _, p) in best.items() if least == nearest[p]}
    used = {p for found in near.values() for _, _, p in found}
    verdicts = {one.id: _verdict(_counts_as(one, region), one.id in finds) for one in inside}
    lonely = sorted(stack.id for stack in kept if stack.id not in used)
    said = list(verdicts.values())
    tp, fp, fn = said.count("tp"), said.count("fp") + len(lonely), said.count("fn")
    return {
        "min_spatial_distance": options.min_spatial_distance,
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "precision": round(tp / (tp + fp), 4) if tp else 0.0,
        "recall": round(tp / (tp + fn), 4) if tp else 0.0,
        "f1": round(tp / (tp + 0.5 * (fp + fn)), 4) if tp else 0.0,
        "outside_region": len(truth) - len(inside),
        "detections": [_described(one, region, verdicts, finds, best) for one in inside],
        "false_alarms": lonely,
    }


def _described(
    one: PointTruth,
    region: RegionModel,
    verdicts: Mapping[str, str],
    finds: Mapping[str, str],
    best: Mapping[str, tuple[float, float, str]],
) -> dict[str, Any]:
    return {
        "truth": one.id,
        "counts_as": _counts_as(one, region),
        "verdict": verdicts[one.id],
        "matched": finds.get(one.id),
        "distance_m": round(best[one.id][0], 1) if one.id in finds else None,
    }


def distances(stack: Stack, place: Point) -> tuple[float, float]:
    """Metres from a point to the nearest (0 within) and the farthest point of all ground a proposal ever covered."""
    union = stack.union
    ground = union.convex_hull if isinstance(union, MultiPolygon) else union
    outline, point = _flat(ground), _flat(place)
    least = 0.0 if outline.contains(point) else float(outline.boundary.distance(point))
    return least, float(point.hausdorff_distance(outline.boundary))


def _flat(shape: BaseGeometry) -> BaseGeometry:
    """Degrees as metres, each vertex by the size of a degree in its own latitude, as SMART's scorer has it."""

    def scaled(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        metres: NDArray[np.float64] = xy * np.array([degrees_long(float(y)) for y in xy[:, 1]])
        return metres

    return shapely.transform(shape, scaled)


def _counts_as(one: PointTruth, region: RegionModel) -> str:
    assert region.start is not None
    assert region.end is not None
    start = one.start or one.day
    if one.status == "positive" and (start < region.start or one.day > region.end):
        return "positive_unbounded"
    return one.status


def _verdict(status: str, found: bool) -> str:
    if status in POSITIVE:
        return "tp" if found else "fn"
    if status in NEGATIVE:
        return "fp" if found else "tn"
    return "0"
