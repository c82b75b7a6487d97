"""How SMART calls what we have: regions, squares of the grid, sensors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import mgrs
from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadSetting
from siteline.model.imagery import Scene
from siteline.model.place import Site
from siteline.model.remark import Remark
from siteline.sites.smart.words import REGION_ID

NO_REGION = "XX_R000"
"""The region of a site that belongs to none of SMART's: no country, number nought."""


def region_id_of(site: Site, wanted: str | None) -> tuple[str, tuple[Remark, ...]]:
    """The region a site is told under: as wanted, as it came, or none; and what must be said of that. Raises BadSetting."""
    if wanted is not None:
        if not REGION_ID.fullmatch(wanted):
            raise BadSetting(
                f"{wanted[:40]!r} is no id of a region", "It has a country and a number, such as KR_R001."
            )
        if site.simulated and not wanted.startswith("XX_"):
            raise BadSetting(
                f"{site.id} is a place that never was, and {wanted} says a country", f"Leave it: {NO_REGION}."
            )
        return wanted, ()
    known = kept_region(site).get("region_id")
    if isinstance(known, str) and REGION_ID.fullmatch(known):
        return known, ()
    why = f"belongs to no region of SMART; its sites are numbered in {NO_REGION}"
    return NO_REGION, (Remark(site.id, why, "--region CC_R000 names a country and number"),)


def kept_region(site: Site) -> Mapping[str, Any]:
    """What its region model said of a site; nothing if it came from none."""
    found = site.kept.get("site", {}).get("smart", {})
    return found if isinstance(found, Mapping) else {}


def kept_day(said: Any) -> date | None:
    """A day as a region model said it; None if it is none."""
    try:
        return date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


_SENSORS = (
    (re.compile(r"landsat[ _-]?8|\blc08", re.I), "Landsat 8"),
    (re.compile(r"sentinel[ _-]?2|\bs2[abc]?\b", re.I), "Sentinel-2"),
    (re.compile(r"worldview|\bwv0?[1-4]\b|\blegion", re.I), "WorldView"),
    (re.compile(r"planet|skysat|\bps2|\bpsb", re.I), "Planet"),
)


def sensor_of(scene: Scene) -> str | None:
    """SMART's name of a scene's sensor; None if it is of another, or nobody said, or the scene is simulated."""
    if scene.simulated:
        return None
    return next((name for form, name in _SENSORS if form.search(scene.sensor)), None)


def square_of(outline: BaseGeometry) -> str:
    """The square of 100 km of the military grid that an outline's middle lies in, its zone in two digits."""
    middle = outline.centroid
    found = mgrs.MGRS().toMGRS(middle.y, middle.x, MGRSPrecision=0)
    text = str(found.decode() if isinstance(found, bytes) else found).strip()
    return text.zfill(5) if text[:1].isdigit() else text
