"""One annotated site and one event of ours, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from siteline.model.place import Site
from siteline.model.smart import RegionModel, SmartSite
from siteline.sites.exchange.events import describe_events
from siteline.sites.smart.grounds import ground_area
from siteline.sites.smart.scoring.stack import stack_of
from siteline.workbench.case import Case
from siteline.workbench.findings import records_of

_EVER = (date.min, date.max)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is ours at an annotated site."""

    activity: Mapping[str, str | None] | None
    """First activity as an interval, and the first finished look, by its phases; None if it has none."""

    area_m2: float
    event: Mapping[str, Any] | None
    """The event that shares most ground with it: id, kind, onset, share of the event inside; None if none touches."""


def lay_beside(
    case: Case, site: Site, annotated: Sequence[SmartSite], as_of: datetime | None = None
) -> list[Beside]:
    """For each annotated site the event of ours that shares the most ground with it."""
    events = []
    if annotated:
        for told in describe_events(records_of(case, site, as_of=as_of), site).events:
            if told.geometry is not None:
                events.append((told.geometry, told.properties))
    return [Beside(_activity(one), ground_area(one.outline), _most_common(one, events)) for one in annotated]


def _activity(one: SmartSite) -> Mapping[str, str | None] | None:
    always = RegionModel("", _EVER[0], _EVER[1], one.outline)
    stack = stack_of(one, always)
    if stack.latest_start is None:
        return None
    quiet = stack.earliest_start if stack.earliest_start != stack.latest_start else None
    return {
        "after": quiet.isoformat() if quiet else None,
        "by": stack.latest_start.isoformat(),
        "finished_by": stack.finished.isoformat() if stack.finished else None,
    }


def _most_common(
    one: SmartSite, events: Sequence[tuple[BaseGeometry, Mapping[str, Any]]]
) -> Mapping[str, Any] | None:
    outline = one.outline if one.outline.is_valid else shapely.make_valid(one.outline)
    best, share = None, 0.0
    for geometry, said in events:
        common = outline.intersection(geometry).area
        if common > share:
            best, share = (geometry, said), common
    if best is None:
        return None
    geometry, said = best
    return {
        "id": said["id"],
        "label": said.get("label"),
        "kind": said["kind"],
        "onset": said["onset"],
        "status": said["status"],
        "share_inside": round(share / geometry.area, 4) if geometry.area else None,
        "iou": round(share / outline.union(geometry).area, 4),
    }
