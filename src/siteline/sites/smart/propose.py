"""Our events as SMART's proposals: a region model, and one site model for each event that its scope has room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.change import ChangeEvent, Kind, Status
from siteline.model.dates import DateInterval
from siteline.model.errors import BadInput
from siteline.model.imagery import Scene
from siteline.model.place import Frame, Site
from siteline.model.remark import Remark
from siteline.model.smart import Part, RegionModel, SmartObservation, SmartSite
from siteline.sites.exchange.events import SHAPE as EVENTS
from siteline.sites.exchange.events import EventRecord, ExchangedEvent
from siteline.sites.smart.grounds import NEAR_M, Plane, ground_area, keep_apart, one_polygon, polygons_of
from siteline.sites.smart.names import kept_day, kept_region, region_id_of, sensor_of, square_of
from siteline.sites.smart.scope import ALONE, SMALLEST_M2, LeftOut, Why
from siteline.sites.smart.timeline import Sight, sights_of

MOST_SITES = 10_000
_ORIGINATOR = "siteline"
_SAME_WORKS = timedelta(days=365)
"""Ground cleared, or a building removed, this long before the works at most, was cleared for them."""

_STATUS = {Status.REJECTED: "system_rejected"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One event with all that its site model says."""

    record: EventRecord
    told: ExchangedEvent
    """As events are exchanged; its properties go into the cache, its outline is in degrees."""

    versions: tuple[ChangeEvent, ...]
    """Its forms, oldest first; the last is the record's."""

    number: int
    """Of all events of the site ever recorded, from 0; it stays."""

    reported: bool = True
    """False: a candidate below the threshold."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What SMART is told, and what it is not."""

    region: RegionModel
    sites: tuple[SmartSite, ...]
    exported: Mapping[str, str]
    """SMART's id of each event that has one."""

    left_out: tuple[LeftOut, ...]
    remarks: tuple[Remark, ...]


@dataclass(slots=True)
class _Works:
    """One construction while its ground is gathered."""

    candidate: Candidate
    sights: tuple[Sight, ...]
    grounds: list[tuple[date | None, BaseGeometry]]
    """Metres; each from the day it had changed (None: from the beginning)."""

    outline: Polygon
    """Metres; empty until it is drawn."""

    cleared: DateInterval | None = None
    """When its own ground was cleared for it, if that is an event of its own."""

    @property
    def id(self) -> str:
        return self.candidate.record.id


def propose(
    site: Site,
    candidates: Sequence[Candidate],
    scenes: Mapping[str, Scene],
    region_id: str | None = None,
    smallest_m2: float = SMALLEST_M2,
) -> Proposed:
    """
    The region model and site models of a site's events.

    A construction gets a site model: its boundary is the union of the ground that it and what belongs to its works changed (a
    clearing, a paving, a demolition that touches it, in its time). Two sites never touch; the one first recorded keeps its edge.
    Raises BadInput for a site without longitude and latitude, or without an area of interest.
    """
    area = _area_of_interest(site)
    region_id, remarks = region_id_of(site, region_id)
    left: list[LeftOut] = []
    drawn = [c for c in candidates if c.told.geometry is not None and polygons_of(c.told.geometry)]
    left += [_left(c, Why.NO_OUTLINE) for c in candidates if c not in drawn]
    if any(c.number >= MOST_SITES for c in candidates):
        raise BadInput(f"{site.id} has had more than {MOST_SITES} events; SMART counts to 9999 in a region")
    outlines = [c.told.geometry for c in drawn if c.told.geometry is not None]
    plane = Plane([area, *outlines])
    works = []
    for one in sorted(drawn, key=lambda c: c.number):
        if one.record.event.kind is not Kind.CONSTRUCTION:
            continue
        sights = sights_of(one.versions, scenes)
        if sights:
            works.append(_Works(one, sights, [(None, _ground(one, plane))], Polygon()))
        else:
            left.append(_left(one, Why.NO_LOOKS))
    joined = _join(drawn, works, plane)
    for building in works:
        building.sights = sights_of(building.candidate.versions, scenes, building.cleared)
    kept = _draw(works, plane, smallest_m2, left, joined)
    names = {w.id: f"{region_id}_{w.candidate.number:04d}" for w in kept}
    reasons = {one.event_id: one.why for one in left}
    for one in drawn:
        if one.record.event.kind is Kind.CONSTRUCTION:
            continue
        owner = joined.get(one.record.id, "")
        why = Why.JOINED if owner in names else reasons.get(owner, ALONE[one.record.event.kind])
        left.append(_left(one, why, names.get(owner)))
    sites = tuple(_model(w, names[w.id], region_id, plane, scenes, site.simulated) for w in kept)
    region = _region(site, region_id, area, scenes, sites)
    order = {c.record.id: i for i, c in enumerate(candidates)}
    left.sort(key=lambda one: order[one.event_id])
    inside = [replace(one, site_id=names.get(one.site_id or "", one.site_id)) for one in left]
    return Proposed(region, sites, names, tuple(inside), remarks)


def _area_of_interest(site: Site) -> Polygon:
    if site.frame is Frame.IMAGE:
        raise BadInput(
            f"{site.id} is drawn in pixels, and SMART knows only longitude and latitude",
            "Export GeoJSON or CSV.",
        )
    if site.aoi is None:
        raise BadInput(
            f"{site.id} has no area of interest, and a region model is one",
            "Draw it (role aoi) and add the site again: siteline site add FILE",
        )
    if isinstance(site.aoi, Polygon):
        return site.aoi
    return site.aoi.convex_hull


def _ground(one: Candidate, plane: Plane) -> BaseGeometry:
    """Ground that an event changed, metres."""
    assert one.told.geometry is not None
    return shapely.union_all([part.buffer(0) for part in polygons_of(plane.flat(one.told.geometry))])


def _join(drawn: Sequence[Candidate], works: Sequence[_Works], plane: Plane) -> dict[str, str]:
    """Which works each other event belongs to; their ground grows by it."""
    owners = {}
    for one in sorted(drawn, key=lambda c: c.number):
        event = one.record.event
        if event.kind in (Kind.CONSTRUCTION, Kind.ROOF_CHANGE):
            continue
        ground = _ground(one, plane)
        near = [
            (ground.distance(w.grounds[0][1]), w.candidate.number, w)
            for w in works
            if _is_of_the_time(event, w.candidate.record.event) and ground.distance(w.grounds[0][1]) <= NEAR_M
        ]
        if near:
            owner = min(near, key=lambda n: n[:2])[2]
            owner.grounds.append((event.onset.by, ground))
            _prepare(owner, event, ground)
            owners[one.record.id] = owner.id
    return owners


def _prepare(works: _Works, other: ChangeEvent, ground: BaseGeometry) -> None:
    """Ground cleared where the building came to stand, before it shows, was prepared for it; the first time counts."""
    after = works.candidate.record.event.onset.after
    if other.kind is not Kind.CLEARING or after is None or other.onset.by > after:
        return
    is_first = works.cleared is None or other.onset.by < works.cleared.by
    if is_first and ground.intersection(works.grounds[0][1]).area > 0:
        works.cleared = other.onset


def _is_of_the_time(other: ChangeEvent, building: ChangeEvent) -> bool:
    begun = building.onset.after or building.onset.by
    ended = building.finished.by if building.finished else date.max
    return begun - _SAME_WORKS <= other.onset.by <= ended


def _draw(
    works: Sequence[_Works],
    plane: Plane,
    smallest_m2: float,
    left: list[LeftOut],
    joined: Mapping[str, str],
) -> list[_Works]:
    """The works that are large enough, each with the one polygon around its ground; none touches another."""
    kept: list[_Works] = []
    for one in works:
        whole = one_polygon(shapely.union_all([ground for _, ground in one.grounds]))
        if ground_area(plane.round(whole)) < smallest_m2:
            left.append(_left(one.candidate, Why.SMALL, None, ground_area(plane.round(whole))))
            continue
        outline = keep_apart(whole, [other.outline for other in kept])
        if outline.is_empty or ground_area(plane.round(outline)) < smallest_m2:
            nearest = min(kept, key=lambda other: other.outline.distance(whole))
            why = Why.INSIDE if outline.is_empty else Why.SMALL
            left.append(_left(one.candidate, why, nearest.id if why is Why.INSIDE else None))
            continue
        one.outline = outline
        kept.append(one)
    return kept


def _left(one: Candidate, why: Why, site_id: str | None = None, area: float | None = None) -> LeftOut:
    event = one.record.event
    outline = one.told.geometry
    if area is None and outline is not None:
        area = sum(ground_area(part) for part in polygons_of(outline))
    return LeftOut(one.record.id, event.label, event.kind, why, area, site_id)


def _model(
    works: _Works, name: str, region_id: str, plane: Plane, scenes: Mapping[str, Scene], simulated: bool
) -> SmartSite:
    record = works.candidate.record
    outline = plane.round(works.outline)
    looks = tuple(_look(works, sight, plane, scenes[sight.scene_id]) for sight in works.sights)
    days = [sight.day for sight in works.sights]
    properties = {"siteline": EVENTS, **works.candidate.told.properties}
    if simulated:
        properties["simulated"] = True
    return SmartSite(
        id=name,
        region_id=region_id,
        status=_status(works.candidate),
        start=min(days),
        end=max(days),
        outline=outline,
        version=f"2.{record.version}.0",
        mgrs=square_of(outline),
        content="proposed",
        originator=_ORIGINATOR,
        score=round(min(1.0, max(0.0, record.event.probability)), 3),
        validated=record.status is Status.ACCEPTED,
        cache=MappingProxyType(properties),
        observations=looks,
    )


def _status(one: Candidate) -> str:
    if not one.reported and one.record.status is Status.PROPOSED:
        return "system_proposed"
    return _STATUS.get(one.record.status, "system_confirmed")


def _look(works: _Works, sight: Sight, plane: Plane, scene: Scene) -> SmartObservation:
    grounds = [ground for since, ground in works.grounds if since is None or since <= sight.day]
    grown = shapely.union_all(grounds).intersection(works.outline)
    parts = polygons_of(plane.round(grown)) or [plane.round(works.outline)]
    return SmartObservation(
        day=sight.day,
        source=sight.scene_id,
        sensor=sensor_of(scene),
        parts=tuple(Part(part, sight.phase, sight.is_occluded, True) for part in parts),
        cache=MappingProxyType(
            {
                "siteline": {
                    "acquired": scene.acquired.text,
                    "state": sight.observation.state.value,
                    "reason": sight.observation.reason,
                }
            }
        ),
    )


def _region(
    site: Site, region_id: str, area: Polygon, scenes: Mapping[str, Scene], sites: Sequence[SmartSite]
) -> RegionModel:
    said = kept_region(site)
    days = [day for s in scenes.values() for day in (s.acquired.first_day, s.acquired.last_day)]
    days += [day for one in sites for day in (one.start, one.end) if day is not None]
    start, end = (kept_day(said.get(key)) for key in ("start_date", "end_date"))
    if not days and (start is None or end is None):
        raise BadInput(
            f"{site.id} has no scenes, and a region model says from when to when it was looked at",
            "Add scenes first: siteline scenes add",
        )
    start, end = start or min(days), end or max(days)
    cache: dict[str, Any] = {"siteline": {"site": site.id, "name": site.name}}
    if site.simulated:
        cache["siteline"]["simulated"] = True
    return RegionModel(
        id=region_id,
        start=start,
        end=end,
        outline=area,
        version="2.0.0",
        mgrs=square_of(area),
        content="proposed" if sites else "empty",
        originator=_ORIGINATOR,
        comments="SIMULATED: a place that never was" if site.simulated else None,
        cache=MappingProxyType(cache),
        sites=tuple(_summary(one) for one in sites),
    )


def _summary(one: SmartSite) -> SmartSite:
    return replace(one, observations=())
