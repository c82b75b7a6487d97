"""SMART's thresholds, with the defaults of its published scorer (pubgeo/IARPA-SMART, src), and its measure of area."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadSetting

ACTIVITIES = ("overall", "completed", "partial")
"""Truth that begins in the region's time; that also ends in it; that does not."""


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """What counts as found."""

    tau: float = 0.2
    """Least IoU of two polygons of a look (else, of the truth's polygon covered) that match."""

    rho: float = 0.5
    """Least share of a truth's looks that match."""

    temporal_iop: float = 0.1
    """Least share of the proposal's days that lie in the truth's."""

    temporal_iot: float = 0.2
    """Least share of the truth's days that lie in the proposal's."""

    transient_temporal_iop: float = 0.1
    transient_temporal_iot: float = 0.2
    small_site_threshold: float = 9000.0
    """Truth of this size or smaller, m², has no effect; the programme's documents say 8000."""

    min_spatial_distance: float = 100.0
    """Farthest that a proposal may lie from a truth that is a point, metres."""

    confidence: float = 0.0
    """Least score of a proposal."""

    min_proposal_area: float = 0.0
    """Least area of a proposal, m²."""

    activity: str = "overall"
    read_statuses: tuple[str, ...] = ("system_confirmed",)
    """Proposals of other statuses are not read."""

    def __post_init__(self) -> None:
        shares = ("tau", "rho", "confidence")
        for name in (
            f.name for f in fields(self) if f.name in shares or f.name.startswith(("temp", "trans"))
        ):
            if not 0 <= getattr(self, name) <= 1:
                raise BadSetting(f"{name} is {getattr(self, name):g}", "It is a share, from 0 to 1.")
        for name in ("small_site_threshold", "min_spatial_distance", "min_proposal_area"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise BadSetting(f"{name} is {getattr(self, name):g}", "It is a size, 0 or more.")
        if self.activity not in ACTIVITIES:
            raise BadSetting(f"no activity {self.activity!r}", f"There are: {', '.join(ACTIVITIES)}.")


def degrees_long(latitude: float) -> tuple[float, float]:
    """Metres of a degree of longitude and of latitude there, on WGS 84; series of four terms, good to a centimetre."""
    phi = math.radians(latitude)
    east = 111412.84 * math.cos(phi) - 93.5 * math.cos(3 * phi) + 0.118 * math.cos(5 * phi)
    north = 111132.92 - 559.82 * math.cos(2 * phi) + 1.175 * math.cos(4 * phi) - 0.0023 * math.cos(6 * phi)
    return east, north


def area_of(outline: BaseGeometry) -> float:
    """m² of an outline in degrees, as SMART takes it: plane degrees times the size of a degree in its middle latitude."""
    if outline.is_empty:
        return 0.0
    _, south, _, north = outline.bounds
    east_m, north_m = degrees_long((south + north) / 2)
    return float(outline.area) * east_m * north_m
