"""A region model as a site to watch: its area of interest, and what it says of itself, kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from siteline.model.place import Role, Site, Structure
from siteline.model.remark import Remark
from siteline.model.smart import RegionModel
from siteline.sites.exchange.features import build_site
from siteline.sites.smart.names import kept_day, kept_region, square_of

_SAID = ("region_id", "version", "mgrs", "start_date", "end_date", "originator", "model_content", "comments")


def site_of(region: RegionModel, name: str) -> tuple[Site, tuple[Remark, ...]]:
    """The site that a region model draws; `name` is how errors call its file."""
    remarks: list[Remark] = []
    said: Mapping[str, Any] = region.given.properties
    about = {key: said[key] for key in _SAID if key in said} or {"region_id": region.id}
    aoi = Structure(Role.AOI, "aoi", region.outline, source=f"SMART region model {name}"[:200])
    members = {"id": region.id, "name": f"SMART region {region.id}", "kept": {"site": {"smart": about}}}
    return build_site(members, [aoi], name, remarks), tuple(remarks)


def region_of(site: Site, start: date | None = None, end: date | None = None) -> RegionModel | None:
    """A site as a region to score in: by what its region model said, else from a day to a day; None without an area."""
    said = kept_region(site)
    if site.aoi is None:
        return None
    outline = site.aoi if site.aoi.geom_type == "Polygon" else site.aoi.convex_hull
    return RegionModel(
        id=str(said.get("region_id") or site.id),
        start=kept_day(said.get("start_date")) or start,
        end=kept_day(said.get("end_date")) or end,
        outline=outline,
        version=str(said.get("version") or "2.0.0"),
        mgrs=str(said.get("mgrs") or square_of(outline)),
        cache=MappingProxyType({}),
    )
