"""
What an order of scenes costs before it is made: the ground that each scene shows of what is cut out, square kilometres.

Planet charges the area of what is delivered, after clipping, once for each scene, whatever files of it. A contract may set a
least charge per scene, and one for an area under management counts that area once however many scenes show it: then this
is the most that it can cost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from pyproj import Geod
from shapely import wkt
from shapely.affinity import translate
from shapely.geometry import box, mapping
from shapely.geometry.base import BaseGeometry

from siteline.catalog.estimate import total_bytes
from siteline.catalog.planet.account import Quota
from siteline.model.found import FoundScene
from siteline.raster.grid import WGS84, reproject

MAX_VERTICES = 500
"""Of an outline that is sent; Planet takes more, a simpler one round it costs next to nothing."""

_GEOD = Geod(ellps="WGS84")
_HALF = 180.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What orders of one source may cost in this case; None: nothing is set."""

    km2: float | None = None
    scenes: int | None = None
    spent_km2: float = 0.0
    """By orders on record that were not refused and did not fail."""

    spent_scenes: int = 0

    @property
    def is_set(self) -> bool:
        """Whether anything may be ordered at all."""
        return self.km2 is not None or self.scenes is not None

    @property
    def overspent(self) -> bool:
        """Whether the orders on record cost more than the budget."""
        return (self.km2 is not None and self.spent_km2 > self.km2 + 1e-9) or (
            self.scenes is not None and self.spent_scenes > self.scenes
        )

    @property
    def left_km2(self) -> float | None:
        """Square kilometres that may still be ordered."""
        return None if self.km2 is None else max(0.0, self.km2 - self.spent_km2)

    @property
    def left_scenes(self) -> int | None:
        """Scenes that may still be ordered."""
        return None if self.scenes is None else max(0, self.scenes - self.spent_scenes)

    def fits(self, charges: Mapping[str, float], quota_left: float | None = None) -> int:
        """How many of these scenes, in this order, fit into what is left of budget and quota."""
        rooms = [room for room in (self.left_km2, quota_left) if room is not None]
        room = min(rooms, default=math.inf) + 1e-9
        total, count = 0.0, 0
        for area in charges.values():
            total += area
            if total > room or (self.left_scenes is not None and count >= self.left_scenes):
                break
            count += 1
        return count


@dataclass(frozen=True, slots=True)
class Price:
    """What scenes would cost, and what may be spent."""

    source: str
    charges: Mapping[str, float]
    """By scene, in the order in which they would be ordered, square kilometres."""

    bytes: int | None
    quota: Quota | None
    """None: it could not be asked."""

    budget: Budget

    @property
    def km2(self) -> float:
        """What all of them cost."""
        return sum(self.charges.values())

    @property
    def fits(self) -> int:
        """How many of them may be ordered."""
        return (
            self.budget.fits(self.charges, self.quota.left_km2 if self.quota else None)
            if self.budget.is_set
            else 0
        )

    @property
    def over(self) -> bool:
        """Whether they may not be ordered together."""
        return self.fits < len(self.charges)

    def as_dict(self) -> dict[str, Any]:
        """Interchange form."""
        quota, fits = self.quota, self.fits
        left = quota.left_km2 if quota else None
        return {
            "source": self.source,
            "scenes": len(self.charges),
            "km2": round(self.km2, 3),
            "charges": {scene: round(area, 3) for scene, area in self.charges.items()},
            "bytes": self.bytes,
            "quota_km2": quota.total_km2 if quota else None,
            "quota_left_km2": None if left is None else round(left, 3),
            "quota_after_km2": None if left is None else round(left - self.km2, 3),
            "budget_km2": self.budget.km2,
            "budget_left_km2": None if self.budget.left_km2 is None else round(self.budget.left_km2, 3),
            "budget_scenes": self.budget.scenes,
            "budget_left_scenes": self.budget.left_scenes,
            "over": self.over,
            "fits": {"scenes": fits, "km2": round(sum(list(self.charges.values())[:fits]), 3)},
            "plans": list(quota.plans) if quota else [],
            "counts_area_once": quota.by_area if quota else False,
        }


def clip_outline(area: BaseGeometry, margin_m: float) -> BaseGeometry:
    """What is cut out of each scene: the site with a margin, longitude and latitude, cut where it crosses the antimeridian."""
    west, south, east, north = area.bounds
    around = f"+proj=aeqd +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +datum=WGS84 +units=m"
    wide = reproject(area, WGS84, around).buffer(margin_m, join_style="mitre", mitre_limit=2.0)
    for tolerance in (0.0, 1.0, 10.0, 100.0):
        if shapely.get_num_coordinates(wide) <= MAX_VERTICES:
            break
        wide = wide.buffer(tolerance).simplify(tolerance)
    else:
        wide = (
            wide.convex_hull
            if shapely.get_num_coordinates(wide.convex_hull) <= MAX_VERTICES
            else wide.envelope
        )
    back = reproject(wide, around, WGS84)
    middle = (west + east) / 2
    turned = shapely.transform(back, lambda p: _near(p, middle))
    return shapely.set_precision(_cut(turned), 1e-7)


def geojson_of(outline: BaseGeometry) -> dict[str, Any]:
    """An outline as it is sent, always the same for the same."""
    drawn: dict[str, Any] = mapping(shapely.normalize(outline))
    return drawn


def charges_of(scenes: Sequence[FoundScene], clip: BaseGeometry, least_km2: float) -> dict[str, float]:
    """What each scene costs, square kilometres; one whose outline is not known costs all that is cut out."""
    return {scene.id: max(least_km2, _shown_km2(scene.outline_wkt, clip)) for scene in scenes}


def price_of(
    scenes: Sequence[FoundScene],
    clip: BaseGeometry,
    least_km2: float,
    source: str,
    quota: Quota | None,
    budget: Budget,
) -> Price:
    """What these scenes would cost together."""
    return Price(source, charges_of(scenes, clip, least_km2), total_bytes(scenes, clip)[0], quota, budget)


def _shown_km2(outline_wkt: str, clip: BaseGeometry) -> float:
    if not outline_wkt:
        return area_km2(clip)
    around = wkt.loads(outline_wkt)
    return sum(area_km2(translate(around, turn).intersection(clip)) for turn in (0, 360, -360))


def area_km2(outline: BaseGeometry) -> float:
    """Area on the ellipsoid."""
    if outline.is_empty:
        return 0.0
    parts = [
        part for part in getattr(outline, "geoms", [outline]) if part.geom_type in ("Polygon", "MultiPolygon")
    ]
    return float(sum(abs(_GEOD.geometry_area_perimeter(part)[0]) for part in parts)) / 1e6


def _near(points: Any, middle: float) -> Any:
    """Longitudes next to `middle`, not a turn away."""
    points = points.copy()
    points[:, 0] += 360 * ((middle - points[:, 0]) / 360).round()
    return points


def _cut(outline: BaseGeometry) -> BaseGeometry:
    """An outline that crosses the antimeridian, in pieces between -180° and 180°."""
    pieces = [
        translate(outline.intersection(box(turn - _HALF, -90, turn + _HALF, 90)), -turn)
        for turn in (0.0, 360.0, -360.0)
    ]
    return shapely.union_all([piece for piece in pieces if not piece.is_empty])
