"""The places of a comparison in their interchange form: GeoJSON, `places/1`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from siteline.model.pairs import PairMode
from siteline.model.place import Frame, Site
from siteline.sites.comparisons import KeptComparison

SHAPE = "places/1"


def describe_places(kept: KeptComparison, site: Site, outlines: Sequence[BaseGeometry]) -> dict[str, Any]:
    """
    One comparison as a FeatureCollection, EPSG:4326, or pixels for image frames.

    outlines: of its places, in order, in longitude and latitude, or pixels.
    Each feature is a place that waits for a person; `event` is the event that somebody made of it, or null.
    """
    told, fit = kept.comparison, kept.comparison.fit
    unit = "area_m2" if fit.grid.gsd_m is not None or fit.grid.crs is not None else "area_px2"
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "siteline": SHAPE,
        "id": told.id,
        "site": told.site_id,
        "before": told.before,
        "after": told.after,
        "mode": told.found.mode.value,
        "interval": told.interval.as_dict(),
        "fit": {
            "shift_px": [round(s, 2) for s in fit.shift_px],
            "local_px": round(fit.local_px, 2),
            "likeness": round(fit.likeness, 3),
            "likeness_of_strangers": round(fit.likeness_of_strangers, 3),
            "residual_px": None if fit.residual_px is None else round(fit.residual_px, 2),
            "common": round(fit.common, 4),
            "gsd_m": None if fit.grid.gsd_m is None else round(fit.grid.gsd_m, 4),
        },
        "threshold": None if told.found.threshold is None else round(told.found.threshold, 3),
        "remarks": [str(remark) for remark in (*told.remarks, *told.found.remarks)],
        "compared_at": kept.created_at.isoformat(),
        "compared_by": kept.created_by,
        "simulated": site.simulated,
    }
    if site.frame is Frame.IMAGE:
        document["frame"] = "image"
    document["features"] = [
        {
            "type": "Feature",
            "geometry": _rounded(outline, site.frame),
            "properties": {
                "number": place.number,
                "worth": round(place.worth, 2),
                "standing": _standing(place.appeared, told.found.mode),
                unit: float(f"{place.area:.3g}"),
                "box": [round(v, 7) for v in outline.bounds],
                "reasons": list(place.reasons),
                "doubts": list(place.doubts),
                "event": kept.taken.get(place.number),
            },
        }
        for place, outline in zip(told.places, outlines, strict=True)
    ]
    return document


def _standing(appeared: bool | None, mode: PairMode) -> str:
    if appeared is None or mode is PairMode.GROUND:
        return "changed"
    return "appeared" if appeared else "gone"


def _rounded(outline: BaseGeometry, frame: Frame) -> dict[str, Any]:
    digits = 7 if frame is Frame.EARTH else 2

    def rounded(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [rounded(inner) for inner in value]
        return round(float(value), digits)

    said = mapping(outline)
    return {"type": said["type"], "coordinates": rounded(said["coordinates"])}
