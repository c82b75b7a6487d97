"""
Region models and site models of IARPA SMART, as that programme publishes annotations and proposals of construction.

A site in SMART is all ground that belongs to one construction, yards and access included; it is no building. Dates are those of
images, not of events. The forms are described in the repository pubgeo/IARPA-SMART (documentation/specifications).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry


class Phase(StrEnum):
    """What one image shows of a site, in SMART's words."""

    NO_ACTIVITY = "No Activity"
    SITE_PREPARATION = "Site Preparation"
    ACTIVE_CONSTRUCTION = "Active Construction"
    POST_CONSTRUCTION = "Post Construction"
    UNKNOWN = "Unknown"
    """Only between two different phases."""

    @property
    def is_activity(self) -> bool:
        """Whether something is being done."""
        return self in (Phase.SITE_PREPARATION, Phase.ACTIVE_CONSTRUCTION)


LABELLED = frozenset(
    {"positive_annotated", "positive_annotated_static", "positive_partial", "positive_partial_static"}
)
"""Statuses of truth whose observations carry phases."""

POSITIVE = LABELLED | {"positive", "positive_pending", "transient_positive", "transient_pending"}
"""Found: a hit; missed: a miss."""

NEGATIVE = frozenset(
    {"negative", "negative_unbounded", "positive_excluded", "transient_negative", "transient_excluded"}
)
"""Found: a false alarm."""

IGNORED = frozenset({"ignore", "positive_unbounded", "transient_ignore"})
"""Found or not: no effect."""

PROPOSED = frozenset({"system_proposed", "system_confirmed", "system_rejected"})
STATUSES = POSITIVE | NEGATIVE | IGNORED | PROPOSED


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Given:
    """What a file said, word for word, so that it can be said again."""

    properties: Mapping[str, Any] = field(default_factory=_nothing)
    geometry: Mapping[str, Any] | None = None
    members: Mapping[str, Any] = field(default_factory=_nothing)
    """Of the feature or the document, beside those that GeoJSON names."""

    place: int = 0
    """Which feature of its file it was, from 0."""


@dataclass(frozen=True, slots=True)
class Part:
    """One polygon of an observation: the whole site, or a subsite in a phase of its own."""

    outline: Polygon
    """EPSG:4326, longitude and latitude."""

    phase: Phase | None = None
    """None: not labelled."""

    is_occluded: bool | None = None
    is_boundary: bool | None = None
    """True: the edge of the site; False: a subsite."""


@dataclass(frozen=True, slots=True)
class SmartObservation:
    """What one image shows of a site."""

    day: date | None
    source: str | None
    """Name of the image, without extension."""

    sensor: str | None
    parts: tuple[Part, ...]
    score: float | None = None
    cache: Mapping[str, Any] = field(default_factory=_nothing)
    given: Given = field(default_factory=Given)

    @property
    def phases(self) -> frozenset[Phase]:
        """The phases of its parts."""
        return frozenset(part.phase for part in self.parts if part.phase is not None)

    @property
    def outline(self) -> BaseGeometry:
        """All of it; subsites lie within the boundary and add nothing."""
        return _joined([part.outline for part in self.parts])

    @property
    def boundary(self) -> BaseGeometry:
        """Without what is said to be a subsite only."""
        if len(self.parts) == 1:
            return self.outline
        return _joined([part.outline for part in self.parts if part.is_boundary is not False])


@dataclass(frozen=True, slots=True)
class SmartSite:
    """One site: as a site model with its observations, or as the summary in its region's model, which has none."""

    id: str
    """Such as "KR_R001_0017"."""

    region_id: str | None
    status: str
    start: date | None
    end: date | None
    """With phases: first and last observation. Without: last image before, first image after; None: not, or not yet, seen."""

    outline: Polygon
    version: str = ""
    mgrs: str = ""
    content: str = ""
    """`annotation`, `proposed` or `update`."""

    originator: str = ""
    score: float | None = None
    """Confidence, 0–1; None counts as 1."""

    validated: bool | None = None
    cache: Mapping[str, Any] = field(default_factory=_nothing)
    observations: tuple[SmartObservation, ...] = ()
    """In file order."""

    given: Given = field(default_factory=Given)
    document: Given = field(default_factory=Given)
    """What its file said outside of features; of a summary: nothing."""

    @property
    def is_summary(self) -> bool:
        """Whether only its outline, status and two dates are known."""
        return not self.observations


@dataclass(frozen=True, slots=True)
class RegionModel:
    """A region that was searched, from a day to a day, with the summaries of its sites."""

    id: str
    start: date | None
    end: date | None
    outline: Polygon
    version: str = ""
    mgrs: str = ""
    content: str = ""
    """`empty`, `annotation` or `proposed`."""

    originator: str = ""
    comments: str | None = None
    cache: Mapping[str, Any] = field(default_factory=_nothing)
    sites: tuple[SmartSite, ...] = ()
    given: Given = field(default_factory=Given)
    document: Given = field(default_factory=Given)

    def counts(self) -> Iterator[tuple[str, int]]:
        """How many sites have each status, commonest first."""
        seen: dict[str, int] = {}
        for site in self.sites:
            seen[site.status] = seen.get(site.status, 0) + 1
        yield from sorted(seen.items(), key=lambda item: (-item[1], item[0]))


def _joined(outlines: list[Polygon]) -> BaseGeometry:
    """One valid geometry of outlines that people drew, some of which cross themselves."""
    sound = [o if o.is_valid else shapely.make_valid(o) for o in outlines]
    joined = sound[0] if len(sound) == 1 else shapely.union_all(sound)
    if isinstance(joined, Polygon | MultiPolygon):
        return joined
    areas = [part for part in shapely.get_parts(joined) if isinstance(part, Polygon)]
    return shapely.union_all(areas) if areas else Polygon()
