"""What a massing says of itself and of each block, the same in every format."""

from __future__ import annotations

from typing import Any

import shapely

from siteline.model.massing import Block, Massing
from siteline.sites.exchange.intake import fit_value
from siteline.sites.exchange.massing.roofs import ASSUMED, form_of

SHAPE = "massing/1"
"""What a massing file says of itself."""

MAY_REACH = "may reach up to here (95 %)"

SIMULATED = "SIMULATED: an invented place; nothing here exists"


def describe_massing(massing: Massing) -> dict[str, Any]:
    """Site, origin, axes, and what is assumed of the ground."""
    said: dict[str, Any] = {
        "siteline": SHAPE,
        "site": massing.site_id,
        "name": massing.site_name,
        "origin": dict(zip(("lon", "lat"), origin_of(massing), strict=True)) | {"crs": "EPSG:4326"},
        "axes": {"x": "east", "y": "up", "z": "south"},
        "unit": "m",
        "ground": "taken for a plane through the origin; its height above the sea is not known",
    }
    if massing.simulated:
        said["simulated"] = True
        said["warning"] = SIMULATED
    fit: dict[str, Any] = fit_value(said)
    return fit


def origin_of(massing: Massing) -> tuple[float, float]:
    """The middle of all blocks, lon and lat, to a hundred-thousandth of a degree."""
    outlines = [block.outline for block in massing.blocks]
    east = max(outline.bounds[2] for outline in outlines)
    west = min(outline.bounds[0] for outline in outlines)
    if east - west > 180:  # across the 180th meridian
        outlines = [shapely.transform(o, lambda xy: xy + (xy[:, :1] < 0) * (360, 0)) for o in outlines]
    left, low, right, high = shapely.total_bounds(outlines)
    lon = (left + right) / 2
    return round(float(lon - 360 if lon > 180 else lon), 5), round(float((low + high) / 2), 5)


def describe_block(block: Block) -> dict[str, Any]:
    """One block as plain JSON: sizes with their errors, what is drawn by assumption, and whatever else is known."""
    said: dict[str, Any] = {
        "id": block.id,
        "name": block.name,
        "what": block.what,
        "height_m": block.height.as_dict() if block.height else None,
        "height_unknown": block.why_flat or None,
        "area_m2": block.area.as_dict() if block.area else None,
        "outline": block.placed,
        "roof": ASSUMED.get(form_of(block.roof, block.outline), "drawn flat") if block.height else None,
        **block.said,
    }
    fit: dict[str, Any] = fit_value(said)
    return fit
