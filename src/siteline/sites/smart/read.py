"""Region models and site models as files give them: checked by feature and property, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import shapely
from shapely.geometry import Polygon

from siteline.model.errors import BadGeometry, BadSmartFile
from siteline.model.place import Frame
from siteline.model.remark import Remark
from siteline.model.smart import Given, Part, RegionModel, SmartObservation, SmartSite
from siteline.sites.exchange.geojson import check_crs
from siteline.sites.exchange.intake import MAX_FEATURES, decode, parse_json, read_bytes
from siteline.sites.exchange.shapes import Pen
from siteline.sites.smart.words import READERS, REQUIRED, Unfit, nearest, shown

_KINDS = ("region", "site_summary", "site", "observation")


def looks_like_smart(said: Any) -> str | None:
    """Whether a parsed file calls itself a region model ("region") or a site model ("site"); None for anything else."""
    if not isinstance(said, dict) or not isinstance(said.get("features"), list):
        return None
    for feature in said["features"][:MAX_FEATURES]:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        kind = properties.get("type") if isinstance(properties, dict) else None
        if kind in ("region", "site_summary"):
            return "region"
        if kind in ("site", "observation"):
            return "site"
    return None


def read_smart(path: Path) -> tuple[RegionModel | SmartSite, tuple[Remark, ...]]:
    """The region model or site model in a file. Raises BadSiteFile naming file, feature and property."""
    return parse_smart(read_bytes(path), path.name)


def parse_smart(data: bytes, name: str) -> tuple[RegionModel | SmartSite, tuple[Remark, ...]]:
    """The same, from bytes; `name` is how errors call them."""
    return smart_of(parse_json(decode(data, name), name), name)


def smart_of(said: Any, name: str) -> tuple[RegionModel | SmartSite, tuple[Remark, ...]]:
    """The same, from parsed JSON."""
    if not isinstance(said, dict) or said.get("type") != "FeatureCollection":
        raise BadSmartFile(f"{name}: region and site models are a FeatureCollection", "Fetch the file again.")
    features = said.get("features")
    if not isinstance(features, list) or not features:
        raise BadSmartFile(f'{name}: "features" is not a list of features', "Fetch the file again.")
    if len(features) > MAX_FEATURES:
        raise BadSmartFile(f"{name}: holds {len(features)} features, more than {MAX_FEATURES}", "Split it.")
    reading = _Reading(name)
    check_crs(said, Frame.EARTH, name, reading.remarks)
    document = Given(members=MappingProxyType({k: v for k, v in said.items() if k != "features"}))
    found = [reading.feature(feature, place) for place, feature in enumerate(features)]
    kinds = {kind for kind, _ in found}
    if kinds <= {"region", "site_summary"}:
        return reading.region(found, document), reading.told()
    if kinds <= {"site", "observation"}:
        return reading.site(found, document), reading.told()
    raise BadSmartFile(
        f"{name}: mixes features of a region model with those of a site model: {', '.join(sorted(kinds))}",
        "A region model holds a region and site summaries; a site model holds a site and observations.",
    )


def summary_of(feature: Any, name: str) -> SmartSite:
    """One site summary that stands alone."""
    kind, noun = _Reading(name).feature(feature, 0)
    if kind != "site_summary":
        raise BadSmartFile(f"{name}: holds a {kind}, not a site_summary", "Fetch the file again.")
    assert isinstance(noun, SmartSite)
    return noun


class _Reading:
    """One file while it is read: its name, and what must be told of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.remarks: list[Remark] = []
        self._empty: dict[str, int] = {}
        self._plain: dict[str, int] = {}
        self._spread = self._crossed = self._missing = 0
        self._lacking: set[str] = set()
        self._pen = Pen(Frame.EARTH)

    def told(self) -> tuple[Remark, ...]:
        """What its author must be told, each once."""
        say = self.remarks.append
        for key, count in self._empty.items():
            say(Remark(self.name, f"{key} is an empty text {_times(count)}; it is read as null"))
        for key, count in self._plain.items():
            say(
                Remark(self.name, f'{key} is a plain boolean {_times(count)}; SMART writes "True" or "False"')
            )
        if self._lacking:
            say(Remark(self.name, f"lacks {', '.join(sorted(self._lacking))}; read as null"))
        if self._spread:
            say(
                Remark(
                    self.name, f"one value for several polygons {_times(self._spread)}; it is taken for all"
                )
            )
        if self._crossed:
            say(
                Remark(
                    self.name,
                    f"{self._crossed} outline(s) cross themselves; areas are taken of what they enclose",
                )
            )
        if self._pen.flattened:
            say(Remark(self.name, f"heights of {self._pen.flattened} outline(s) are not used"))
        return tuple(self.remarks)

    def feature(self, feature: Any, place: int) -> tuple[str, Any]:
        """One feature: its kind, and the noun of it."""
        where = f"feature {place + 1}"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict) or feature.get("type") != "Feature":
            raise BadSmartFile(
                f"{self.name}: {where} is not a Feature with properties", "Fetch the file again."
            )
        kind = properties.get("type")
        if not isinstance(kind, str) or kind not in _KINDS:
            raise BadSmartFile(
                f"{self.name}: {where} has the type {shown(kind)}", nearest(str(kind), _KINDS, "Types")
            )
        title = properties.get("site_id") or properties.get("region_id") or properties.get("observation_date")
        named = "".join(filter(str.isprintable, str(title)[:40])) if title else ""
        where = f"{where} ({f'{kind} {named}'.strip()})"
        means = self._properties(kind, properties, where)
        geometry = feature.get("geometry")
        given = Given(
            MappingProxyType(properties),
            geometry,
            MappingProxyType(
                {k: v for k, v in feature.items() if k not in ("type", "properties", "geometry")}
            ),
            place,
        )
        outlines = self._outlines(geometry, where)
        if kind == "observation":
            return kind, self._observation(means, outlines, given, where)
        if len(outlines) != 1 or geometry.get("type") != "Polygon":
            raise BadSmartFile(
                f"{self.name}: {where}: geometry is a {geometry.get('type')} of {len(outlines)} outlines",
                "Draw it as one Polygon.",
            )
        made = _region if kind == "region" else _site
        return kind, made(means, outlines[0], given)

    def region(self, found: list[tuple[str, Any]], document: Given) -> RegionModel:
        """The region with its summaries."""
        regions = [noun for kind, noun in found if kind == "region"]
        if len(regions) != 1:
            raise BadSmartFile(
                f"{self.name}: holds {len(regions)} regions", "A region model has one feature of type region."
            )
        sites = tuple(noun for kind, noun in found if kind == "site_summary")
        self._refuse_twins([site.id for site in sites])
        one = regions[0]
        return RegionModel(
            one.id, one.start, one.end, one.outline, one.version, one.mgrs, one.content, one.originator,
            one.comments, one.cache, sites, one.given, document,
        )  # fmt: skip

    def site(self, found: list[tuple[str, Any]], document: Given) -> SmartSite:
        """The site with its observations."""
        sites = [noun for kind, noun in found if kind == "site"]
        if len(sites) != 1:
            raise BadSmartFile(
                f"{self.name}: holds {len(sites)} sites", "A site model has one feature of type site."
            )
        looks = tuple(noun for kind, noun in found if kind == "observation")
        if not looks:
            raise BadSmartFile(
                f"{self.name}: {sites[0].id} has no observations",
                "A site without observations stands in its region model, as a site_summary.",
            )
        one = sites[0]
        return SmartSite(
            one.id, one.region_id, one.status, one.start, one.end, one.outline, one.version, one.mgrs,
            one.content, one.originator, one.score, one.validated, one.cache, looks, one.given, document,
        )  # fmt: skip

    def _refuse_twins(self, ids: list[str]) -> None:
        twins = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
        if twins:
            raise BadSmartFile(f"{self.name}: two sites have the id {twins[0]}", "Keep one of the two.")

    def _properties(self, kind: str, said: Mapping[str, Any], where: str) -> dict[str, Any]:
        means: dict[str, Any] = {}
        for key, read in READERS[kind].items():
            raw = said.get(key)
            if key not in said:
                if key in REQUIRED[kind]:
                    self._lack(kind, key, where)
                raw = None
                if key not in REQUIRED[kind]:
                    means[key] = {} if key == "cache" else None
                    continue
            try:
                means[key] = read(raw)
            except Unfit as fault:
                raise BadSmartFile(f"{self.name}: {where}: {key} {fault.what}", fault.remedy) from fault
            if raw == "":
                self._empty[key] = self._empty.get(key, 0) + 1
            if isinstance(raw, bool):
                self._plain[key] = self._plain.get(key, 0) + 1
        return means

    def _lack(self, kind: str, key: str, where: str) -> None:
        if kind != "observation" and key in (
            "site_id",
            "region_id",
            "status",
            "version",
            "mgrs",
            "model_content",
        ):
            raise BadSmartFile(f"{self.name}: {where} has no {key}", f'Add "{key}" to its properties.')
        self._lacking.add(key)

    def _outlines(self, geometry: Any, where: str) -> list[Polygon]:
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list):
            raise BadSmartFile(
                f"{self.name}: {where}: geometry is {shown(kind)}", "Draw it as a Polygon or MultiPolygon."
            )
        polygons = [coordinates] if kind == "Polygon" else coordinates
        if not polygons:
            raise BadSmartFile(f"{self.name}: {where}: geometry is empty", "Draw it, or remove the feature.")
        return [
            self._outline(rings, f"{where}: geometry, polygon {i + 1}") for i, rings in enumerate(polygons)
        ]

    def _outline(self, rings: Any, where: str) -> Polygon:
        if not isinstance(rings, list) or not rings:
            raise BadSmartFile(f"{self.name}: {where} is no list of rings", "Draw it again.")
        try:
            drawn = [
                list(self._pen.draw({"type": "LineString", "coordinates": ring}).coords) for ring in rings
            ]
        except BadGeometry as fault:
            raise BadSmartFile(f"{self.name}: {where}: {fault}", fault.hint) from fault
        for ring in drawn:
            if len(set(ring)) < 3 or ring[0] != ring[-1]:
                raise BadSmartFile(
                    f"{self.name}: {where}: a ring of {len(ring)} vertices that "
                    + ("does not end where it begins" if len(set(ring)) >= 3 else "encloses nothing"),
                    "A ring has 4 vertices or more, and the last one repeats the first.",
                )
        polygon = Polygon(drawn[0], drawn[1:])
        if not polygon.is_valid:
            self._crossed += 1
        if polygon.area == 0 and shapely.make_valid(polygon).area == 0:
            raise BadSmartFile(f"{self.name}: {where} encloses nothing", "Draw it again.")
        return polygon

    def _observation(
        self, means: Mapping[str, Any], outlines: list[Polygon], given: Given, where: str
    ) -> SmartObservation:
        noted = {}
        for key in ("current_phase", "is_occluded", "is_site_boundary"):
            values = means[key]
            if values is not None and len(values) != len(outlines):
                if len(values) != 1:
                    raise BadSmartFile(
                        f"{self.name}: {where}: {key} has {len(values)} values for {len(outlines)} polygon(s)",
                        'Give one value for each polygon, as "True, False".',
                    )
                values *= len(outlines)
                self._spread += 1
            noted[key] = values or (None,) * len(outlines)
        parts = zip(
            outlines, noted["current_phase"], noted["is_occluded"], noted["is_site_boundary"], strict=True
        )
        return SmartObservation(
            means["observation_date"],
            means["source"],
            means["sensor_name"],
            tuple(Part(*part) for part in parts),
            means["score"],
            means["cache"],
            given,
        )


def _region(means: Mapping[str, Any], outline: Polygon, given: Given) -> RegionModel:
    return RegionModel(
        id=means["region_id"],
        start=means["start_date"],
        end=means["end_date"],
        outline=outline,
        version=means["version"],
        mgrs=means["mgrs"],
        content=means["model_content"],
        originator=means["originator"] or "",
        comments=means["comments"],
        cache=means["cache"],
        given=given,
    )


def _site(means: Mapping[str, Any], outline: Polygon, given: Given) -> SmartSite:
    return SmartSite(
        id=means["site_id"],
        region_id=means["region_id"] if "region_id" in means else means["site_id"][:7],
        status=means["status"],
        start=means["start_date"],
        end=means["end_date"],
        outline=outline,
        version=means["version"],
        mgrs=means["mgrs"],
        content=means["model_content"],
        originator=means["originator"] or "",
        score=means["score"],
        validated=means["validated"],
        cache=means["cache"],
        given=given,
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
